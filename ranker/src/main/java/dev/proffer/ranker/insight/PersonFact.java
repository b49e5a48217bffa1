// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Locale;

/// A number that behaviour says about a person. The name in lower case is the name of the feature
/// in the feature store and in rules of segments.
public enum PersonFact {
  RECENCY_DAYS("days since the last purchase", "距上次购买的天数"),
  FREQUENCY("orders", "订单数"),
  MONETARY_MINOR_UNITS("spend in minor units", "消费金额（最小货币单位）"),
  AVERAGE_BASKET_MINOR_UNITS("mean value of an order in minor units", "平均订单金额（最小货币单位）"),
  BASKET_LINES("mean number of different items in an order", "每单平均商品种数"),
  DISTINCT_ITEMS("different items bought", "购买过的商品种数"),
  DISCOUNT_AFFINITY("share of purchases below list price", "折扣购买占比"),
  PRICE_BAND(
      "mean place of what was bought among the prices of its category, 0 cheap to 1 dear",
      "价格档位（0 低价至 1 高价）"),
  TENURE_DAYS("days since the first event", "首次行为至今天数"),
  REPEAT_INTERVAL_DAYS("median days between orders", "复购间隔中位天数"),
  NIGHT_SHARE("share of events from 22 to 6 o'clock", "夜间行为占比"),
  WEEKEND_SHARE("share of events on Saturday and Sunday", "周末行为占比"),
  VISITS("visits", "访问次数"),
  BROWSE_DEPTH("items opened in a visit", "每次访问浏览商品数"),
  CONVERSION("share of visits with a purchase", "访问转化率"),
  CART_ABANDONMENT("share of visits with a cart but no purchase", "弃购率"),
  SEARCHES("searches", "搜索次数"),
  REVIEWS("reviews", "评价次数"),
  REDEMPTIONS("promotions used", "使用优惠次数"),
  CATEGORY_BREADTH("effective number of categories of interest", "兴趣品类的有效数目"),
  PURCHASE_DAYS("days with a purchase", "有购买的天数"),
  PURCHASE_SPAN_DAYS("days from the first to the last purchase", "首次至末次购买的天数"),
  PURCHASE_AGE_DAYS("days since the first purchase", "首次购买至今天数"),
  MEAN_REPEAT_VALUE("mean value of a day with a repeat purchase in minor units", "复购日平均金额"),
  CHURN_PROBABILITY("probability not to buy within 365 days", "一年内不再购买的概率"),
  EXPECTED_VALUE_MINOR_UNITS("expected spend of the next 365 days in minor units", "未来一年预期消费"),
  BUYS_IN_7_DAYS("probability of a purchase within 7 days", "7 天内购买的概率"),
  BUYS_IN_VISIT("probability of a purchase in the visit under way", "本次访问购买的概率");

  private final String english;
  private final String chinese;

  PersonFact(String english, String chinese) {
    this.english = english;
    this.chinese = chinese;
  }

  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String meaning(String language) {
    return language.startsWith("zh") ? chinese : english;
  }
}
