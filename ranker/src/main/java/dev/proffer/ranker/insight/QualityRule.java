// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

/// A rule of data quality: what is wrong with an event and what is done about it. Events are judged
/// in this order; each dropped event is counted under the first rule that drops it.
public enum QualityRule {
  DUPLICATE_EVENT("the event id was seen before", "事件编号重复", "dropped", "丢弃", true),
  NO_ACTOR("neither a person nor a session did it", "既无用户也无会话", "dropped", "丢弃", true),
  FUTURE_EVENT(
      "it lies more than five minutes after the time of the analysis",
      "时间晚于分析时刻五分钟以上",
      "dropped",
      "丢弃",
      true),
  BEFORE_1990(
      "it lies before 1990, where clocks that were never set stand",
      "时间早于 1990 年（时钟未设置）",
      "dropped",
      "丢弃",
      true),
  NEGATIVE_AMOUNT("quantity or price is negative", "数量或价格为负", "dropped", "丢弃", true),
  REPEATED_VIEW(
      "the same person saw, opened or searched the same in the same millisecond",
      "同一人在同一毫秒重复浏览、点击或搜索",
      "dropped",
      "丢弃",
      true),
  BOT(
      "the person or session made more than 600 views within one hour and never bought",
      "一小时内浏览超过 600 次且从未购买",
      "all events of the actor dropped",
      "丢弃其全部事件",
      true),
  MISSING_ITEM(
      "it names no item although its kind needs one",
      "缺少商品",
      "left out of facts by item",
      "不计入商品指标",
      false),
  UNKNOWN_ITEM(
      "the catalogue does not have the item",
      "目录中没有该商品",
      "left out of facts by category",
      "不计入品类指标",
      false),
  ANONYMOUS(
      "it belongs to a session without a person",
      "会话没有对应用户",
      "kept for baskets and the funnel",
      "保留用于购物篮与漏斗",
      false),
  OTHER_CURRENCY(
      "its currency is not the most frequent one",
      "币种不是主要币种",
      "left out of sums of money",
      "不计入金额",
      false),
  MISSING_PRICE(
      "a purchase without a price",
      "购买缺少价格",
      "the median price paid for the item stands in, or else its list price",
      "以该商品成交价中位数或标价代替",
      false),
  UNPRICED(
      "a purchase without a price of an item that has none either",
      "购买与商品都没有价格",
      "left out of sums of money",
      "不计入金额",
      false),
  PRICE_OUTLIER(
      "the price is more than 20 times the median of the item's at least five prices",
      "价格超过该商品中位价 20 倍（至少五个价格）",
      "the median price stands in",
      "以中位价代替",
      false),
  QUANTITY_OUTLIER(
      "more than 1,000 units at once",
      "一次超过 1,000 件",
      "kept; features for clustering are cut at the first and last percentile",
      "保留；聚类特征在首末百分位处截断",
      false);

  private final String english;
  private final String chinese;
  private final String treatment;
  private final String treatmentChinese;
  private final boolean drops;

  QualityRule(
      String english, String chinese, String treatment, String treatmentChinese, boolean drops) {
    this.english = english;
    this.chinese = chinese;
    this.treatment = treatment;
    this.treatmentChinese = treatmentChinese;
    this.drops = drops;
  }

  public String meaning(String language) {
    return language.startsWith("zh") ? chinese : english;
  }

  public String treatment(String language) {
    return language.startsWith("zh") ? treatmentChinese : treatment;
  }

  public boolean drops() {
    return drops;
  }
}
