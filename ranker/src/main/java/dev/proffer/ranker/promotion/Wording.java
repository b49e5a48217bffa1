// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountScope;
import dev.proffer.proto.promotion.v1.BundlePart;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.WeeklyWindow;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Says promotions in English and Chinese, with every figure: chatbots and shops show these
/// sentences and add nothing of their own.
final class Wording {
  static final String EN = "en";
  static final String ZH = "zh";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");
  private static final int NAMES_MAX = 3;

  // Categories are paths that the shop chooses; these words are common enough to be said in
  // Chinese.
  private static final Map<String, String> CATEGORIES_ZH =
      Map.ofEntries(
          Map.entry("kitchen", "厨房"),
          Map.entry("food", "食品"),
          Map.entry("electronics", "数码"),
          Map.entry("home", "家居"),
          Map.entry("beauty", "美妆"),
          Map.entry("sports", "运动"),
          Map.entry("fashion", "服饰"),
          Map.entry("baby", "母婴"),
          Map.entry("pets", "宠物"),
          Map.entry("office", "文具"),
          Map.entry("garden", "园艺"),
          Map.entry("toys", "玩具"),
          Map.entry("books", "图书"),
          Map.entry("grocery", "食品"),
          Map.entry("clothing", "服装"),
          Map.entry("shoes", "鞋靴"),
          Map.entry("bags", "箱包"),
          Map.entry("furniture", "家具"),
          Map.entry("knives", "刀具"),
          Map.entry("tea", "茶叶"),
          Map.entry("tea-sets", "茶具"),
          Map.entry("coffee", "咖啡"),
          Map.entry("snacks", "零食"),
          Map.entry("skincare", "护肤"),
          Map.entry("masks", "面膜"),
          Map.entry("cat-food", "猫粮"),
          Map.entry("notebooks", "笔记本"),
          Map.entry("keyboards", "键盘"),
          Map.entry("headphones", "耳机"),
          Map.entry("towels", "毛巾"),
          Map.entry("yoga", "瑜伽"),
          Map.entry("running-shoes", "跑鞋"));

  private final ItemLookup items;

  Wording(ItemLookup items) {
    this.items = items;
  }

  /// One sentence that says what a promotion is.
  Map<String, String> summaries(CompiledPromotion promotion, boolean showCode) {
    return Map.of(EN, summaryEn(promotion, showCode), ZH, summaryZh(promotion, showCode));
  }

  String name(CompiledPromotion promotion, String language) {
    Map<String, String> names = promotion.proto().getNamesMap();
    String name = names.get(language);
    return name != null ? name : names.values().iterator().next();
  }

  // ---- What it gives ----

  /// Such as "¥40.00 off" or "free shipping": fits after "to get".
  String benefitEn(CompiledPromotion promotion, long spend) {
    Promotion proto = promotion.proto();
    Action action = proto.getAction();
    return switch (action.getKindCase()) {
      case PERCENT_OFF -> percent(action.getPercentOff().getBasisPoints()) + " off";
      case AMOUNT_OFF ->
          money(action.getAmountOff().getAmountMinorUnits(), proto)
              + (action.getAmountOff().getEachUnit() ? " off each" : " off");
      case FIXED_PRICE ->
          "the price of " + money(action.getFixedPrice().getUnitPriceMinorUnits(), proto) + " each";
      case TIERED_AMOUNT_OFF -> {
        SpendTier tier = tier(action, spend);
        yield (tier.getOffBasisPoints() > 0
                ? percent(tier.getOffBasisPoints())
                : money(tier.getOffMinorUnits(), proto))
            + " off";
      }
      case NTH_ITEM_OFF ->
          percent(action.getNthItemOff().getBasisPoints())
              + " off every "
              + ordinal(action.getNthItemOff().getNth())
              + " unit";
      case BUY_X_GET_Y ->
          action.getBuyXGetY().getGet() + " free for every " + action.getBuyXGetY().getBuy();
      case GIFT ->
          action.getGift().getQuantity()
              + " x "
              + itemName(action.getGift().getItemId(), EN)
              + " as a gift";
      case FREE_SHIPPING -> "free shipping";
      case BUNDLE_PRICE ->
          "the set for " + money(action.getBundlePrice().getPriceMinorUnits(), proto);
      case POINTS ->
          money(action.getPoints().getStepMinorUnits(), proto)
              + " off for every "
              + action.getPoints().getPointsPerStep()
              + " points";
      case KIND_NOT_SET -> throw new IllegalStateException("action: has no kind");
    };
  }

  /// Such as "减 ¥40.00" or "包邮": fits after "即可".
  String benefitZh(CompiledPromotion promotion, long spend) {
    Promotion proto = promotion.proto();
    Action action = proto.getAction();
    return switch (action.getKindCase()) {
      case PERCENT_OFF -> discountZh(action.getPercentOff().getBasisPoints());
      case AMOUNT_OFF ->
          (action.getAmountOff().getEachUnit() ? "每件减 " : "减 ")
              + money(action.getAmountOff().getAmountMinorUnits(), proto);
      case FIXED_PRICE -> "享每件 " + money(action.getFixedPrice().getUnitPriceMinorUnits(), proto);
      case TIERED_AMOUNT_OFF -> {
        SpendTier tier = tier(action, spend);
        yield tier.getOffBasisPoints() > 0
            ? discountZh(tier.getOffBasisPoints())
            : "减 " + money(tier.getOffMinorUnits(), proto);
      }
      case NTH_ITEM_OFF ->
          "每第"
              + action.getNthItemOff().getNth()
              + "件"
              + discountZh(action.getNthItemOff().getBasisPoints());
      case BUY_X_GET_Y -> "买" + action.getBuyXGetY().getBuy() + "送" + action.getBuyXGetY().getGet();
      case GIFT ->
          "获赠" + itemName(action.getGift().getItemId(), ZH) + action.getGift().getQuantity() + "件";
      case FREE_SHIPPING -> "包邮";
      case BUNDLE_PRICE -> "享套餐价 " + money(action.getBundlePrice().getPriceMinorUnits(), proto);
      case POINTS ->
          "用"
              + action.getPoints().getPointsPerStep()
              + "积分抵 "
              + money(action.getPoints().getStepMinorUnits(), proto);
      case KIND_NOT_SET -> throw new IllegalStateException("action: has no kind");
    };
  }

  /// The lowest tier above a spend: what somebody who spends a little more would get.
  private static SpendTier tier(Action action, long spend) {
    for (SpendTier tier : action.getTieredAmountOff().getTiersList()) {
      if (tier.getSpendMinorUnits() > spend) {
        return tier;
      }
    }
    return action.getTieredAmountOff().getTiers(action.getTieredAmountOff().getTiersCount() - 1);
  }

  // ---- Summaries ----

  private String summaryEn(CompiledPromotion promotion, boolean showCode) {
    Promotion proto = promotion.proto();
    Action action = proto.getAction();
    String what = fromEn(proto.getAppliesTo());
    String of = what.isEmpty() ? "" : " on " + what;
    List<String> parts = new ArrayList<>();
    parts.add(
        switch (action.getKindCase()) {
          case TIERED_AMOUNT_OFF -> {
            List<String> tiers = new ArrayList<>();
            for (SpendTier tier : action.getTieredAmountOff().getTiersList()) {
              tiers.add(
                  (tier.getOffBasisPoints() > 0
                          ? percent(tier.getOffBasisPoints())
                          : money(tier.getOffMinorUnits(), proto))
                      + (action.getTieredAmountOff().getRepeats()
                          ? " off for every "
                          : " off from ")
                      + money(tier.getSpendMinorUnits(), proto));
            }
            yield String.join(", ", tiers) + of;
          }
          case BUY_X_GET_Y -> {
            String from =
                action.getBuyXGetY().hasGetFrom()
                    ? " from " + orEverything(fromEn(action.getBuyXGetY().getGetFrom()))
                    : "";
            int times = action.getBuyXGetY().getMaxTimes();
            yield "buy "
                + action.getBuyXGetY().getBuy()
                + ", get "
                + action.getBuyXGetY().getGet()
                + from
                + " free"
                + of
                + (times > 0 ? ", up to " + times + (times == 1 ? " time" : " times") : "");
          }
          case FIXED_PRICE -> {
            int units = action.getFixedPrice().getMaxUnits();
            yield money(action.getFixedPrice().getUnitPriceMinorUnits(), proto)
                + " each"
                + of
                + (units > 0 ? ", up to " + units + (units == 1 ? " unit" : " units") : "");
          }
          case BUNDLE_PRICE -> {
            List<String> set = new ArrayList<>();
            for (BundlePart part : action.getBundlePrice().getPartsList()) {
              set.add(part.getQuantity() + " x " + orEverything(fromEn(part.getSelector())));
            }
            yield String.join(" + ", set)
                + " for "
                + money(action.getBundlePrice().getPriceMinorUnits(), proto);
          }
          case POINTS -> {
            int share = action.getPoints().getMaxBasisPoints();
            yield benefitEn(promotion, 0)
                + of
                + (share > 0 && share < 10_000
                    ? ", up to " + percent(share) + " of the order"
                    : "");
          }
          case PERCENT_OFF, AMOUNT_OFF, NTH_ITEM_OFF, GIFT, FREE_SHIPPING ->
              benefitEn(promotion, 0) + of;
          case KIND_NOT_SET -> "";
        });
    if (action.getMaxDiscountMinorUnits() > 0) {
      parts.add("at most " + money(action.getMaxDiscountMinorUnits(), proto) + " off");
    }
    for (Condition condition : proto.getConditionsList()) {
      parts.add(conditionEn(condition, proto));
    }
    limitsEn(proto.getLimits(), parts);
    if (promotion.needsCode()) {
      parts.add(
          showCode && !proto.getCode().isEmpty()
              ? "with the code " + proto.getCode()
              : "with a code");
    }
    windowsEn(proto, parts);
    if (promotion.times().endUnixMs() != Long.MAX_VALUE) {
      parts.add("until " + time(promotion, promotion.times().endUnixMs()));
    }
    String sentence = String.join(", ", parts);
    return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1) + ".";
  }

  private String conditionEn(Condition condition, Promotion proto) {
    return switch (condition.getKindCase()) {
      case MIN_AMOUNT ->
          "from "
              + money(condition.getMinAmount().getAmountMinorUnits(), proto)
              + (condition.getMinAmount().getScope() == AmountScope.AMOUNT_SCOPE_CART
                  ? " in the cart"
                  : "");
      case MIN_QUANTITY -> "from " + condition.getMinQuantity().getQuantity() + " units";
      case PERSON -> personEn(condition.getPerson());
      case CHANNELS -> "only in " + String.join(" or ", condition.getChannels().getValuesList());
      case REGIONS -> "only in " + String.join(" or ", condition.getRegions().getValuesList());
      case PAYMENT_METHODS ->
          "paid with " + String.join(" or ", condition.getPaymentMethods().getValuesList());
      case MIN_STOCK -> "while " + condition.getMinStock().getUnits() + " are in stock";
      case REQUIRES_ITEMS ->
          "together with "
              + condition.getRequiresItems().getQuantity()
              + " x "
              + orEverything(fromEn(condition.getRequiresItems().getSelector()));
      case KIND_NOT_SET -> "";
    };
  }

  String personEn(PersonCondition person) {
    List<String> parts = new ArrayList<>();
    if (person.getMinMemberLevel() > 0) {
      parts.add("for members of level " + person.getMinMemberLevel() + " and above");
    }
    if (person.getFirstOrder()) {
      parts.add("for a first order");
    }
    if (person.getNewCustomerDays() > 0) {
      parts.add("for new customers in their first " + person.getNewCustomerDays() + " days");
    }
    if (person.getBirthdayWithinDays() > 0) {
      parts.add("within " + person.getBirthdayWithinDays() + " days of your birthday");
    }
    if (person.getSegmentsCount() > 0 || person.getUserIdsCount() > 0) {
      parts.add("for selected customers");
    }
    return String.join(", ", parts);
  }

  private static void limitsEn(Limits limits, List<String> parts) {
    if (limits.getPerPerson() > 0) {
      parts.add(times(limits.getPerPerson()) + " per person");
    }
    if (limits.getPerPersonPerDay() > 0) {
      parts.add(times(limits.getPerPersonPerDay()) + " per person and day");
    }
    if (limits.getPerDay() > 0) {
      parts.add("the first " + limits.getPerDay() + " orders a day");
    }
    if (limits.getTotal() > 0) {
      parts.add("the first " + limits.getTotal() + " orders");
    }
  }

  private static void windowsEn(Promotion proto, List<String> parts) {
    for (WeeklyWindow window : proto.getSchedule().getWindowsList()) {
      List<String> days = new ArrayList<>();
      for (int day : window.getDaysList()) {
        days.add(List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").get(day - 1));
      }
      parts.add(
          (days.isEmpty() ? "daily" : String.join("/", days))
              + " "
              + clock(window.getStartMinute())
              + "-"
              + clock(window.getEndMinute()));
    }
  }

  private String summaryZh(CompiledPromotion promotion, boolean showCode) {
    Promotion proto = promotion.proto();
    Action action = proto.getAction();
    String what = fromZh(proto.getAppliesTo());
    List<String> parts = new ArrayList<>();
    parts.add(
        switch (action.getKindCase()) {
          case TIERED_AMOUNT_OFF -> {
            List<String> tiers = new ArrayList<>();
            for (SpendTier tier : action.getTieredAmountOff().getTiersList()) {
              tiers.add(
                  (action.getTieredAmountOff().getRepeats() ? "每满 " : "满 ")
                      + money(tier.getSpendMinorUnits(), proto)
                      + (tier.getOffBasisPoints() > 0
                          ? " " + discountZh(tier.getOffBasisPoints())
                          : " 减 " + money(tier.getOffMinorUnits(), proto)));
            }
            yield what + String.join("，", tiers);
          }
          case BUY_X_GET_Y ->
              what
                  + benefitZh(promotion, 0)
                  + (action.getBuyXGetY().hasGetFrom()
                      ? "（赠品从" + orEverythingZh(fromZh(action.getBuyXGetY().getGetFrom())) + "中选）"
                      : "")
                  + (action.getBuyXGetY().getMaxTimes() > 0
                      ? "，每单最多" + action.getBuyXGetY().getMaxTimes() + "次"
                      : "");
          case FIXED_PRICE ->
              what
                  + "每件 "
                  + money(action.getFixedPrice().getUnitPriceMinorUnits(), proto)
                  + (action.getFixedPrice().getMaxUnits() > 0
                      ? "，每单限" + action.getFixedPrice().getMaxUnits() + "件"
                      : "");
          case BUNDLE_PRICE -> {
            List<String> set = new ArrayList<>();
            for (BundlePart part : action.getBundlePrice().getPartsList()) {
              set.add(orEverythingZh(fromZh(part.getSelector())) + part.getQuantity() + "件");
            }
            yield String.join(" + ", set)
                + "，套餐价 "
                + money(action.getBundlePrice().getPriceMinorUnits(), proto);
          }
          case POINTS -> {
            int share = action.getPoints().getMaxBasisPoints();
            yield what
                + benefitZh(promotion, 0)
                + (share > 0 && share < 10_000 ? "，最多抵订单的" + percent(share) : "");
          }
          case PERCENT_OFF, AMOUNT_OFF, NTH_ITEM_OFF, GIFT, FREE_SHIPPING ->
              what + benefitZh(promotion, 0);
          case KIND_NOT_SET -> "";
        });
    if (action.getMaxDiscountMinorUnits() > 0) {
      parts.add("最高减 " + money(action.getMaxDiscountMinorUnits(), proto));
    }
    for (Condition condition : proto.getConditionsList()) {
      parts.add(conditionZh(condition, proto));
    }
    Limits limits = proto.getLimits();
    if (limits.getPerPerson() > 0) {
      parts.add("每人限" + limits.getPerPerson() + "次");
    }
    if (limits.getPerPersonPerDay() > 0) {
      parts.add("每人每天限" + limits.getPerPersonPerDay() + "次");
    }
    if (limits.getPerDay() > 0) {
      parts.add("每天限前" + limits.getPerDay() + "单");
    }
    if (limits.getTotal() > 0) {
      parts.add("限前" + limits.getTotal() + "单");
    }
    if (promotion.needsCode()) {
      parts.add(showCode && !proto.getCode().isEmpty() ? "使用优惠码 " + proto.getCode() : "需使用优惠码");
    }
    for (WeeklyWindow window : proto.getSchedule().getWindowsList()) {
      StringBuilder days = new StringBuilder();
      for (int day : window.getDaysList()) {
        days.append(days.isEmpty() ? "周" : "、周").append("一二三四五六日".charAt(day - 1));
      }
      parts.add(
          (days.isEmpty() ? "每天" : days)
              + clock(window.getStartMinute())
              + "至"
              + clock(window.getEndMinute()));
    }
    if (promotion.times().endUnixMs() != Long.MAX_VALUE) {
      parts.add("有效期至 " + time(promotion, promotion.times().endUnixMs()));
    }
    return String.join("，", parts) + "。";
  }

  private String conditionZh(Condition condition, Promotion proto) {
    return switch (condition.getKindCase()) {
      case MIN_AMOUNT ->
          (condition.getMinAmount().getScope() == AmountScope.AMOUNT_SCOPE_CART ? "订单满 " : "满 ")
              + money(condition.getMinAmount().getAmountMinorUnits(), proto)
              + " 可用";
      case MIN_QUANTITY -> "满" + condition.getMinQuantity().getQuantity() + "件可用";
      case PERSON -> personZh(condition.getPerson());
      case CHANNELS -> "仅限" + String.join("、", condition.getChannels().getValuesList()) + "渠道";
      case REGIONS -> "仅限" + String.join("、", condition.getRegions().getValuesList()) + "地区";
      case PAYMENT_METHODS ->
          "使用" + String.join("、", condition.getPaymentMethods().getValuesList()) + "支付";
      case MIN_STOCK -> "库存不少于" + condition.getMinStock().getUnits() + "件时有效";
      case REQUIRES_ITEMS ->
          "需同时购买"
              + orEverythingZh(fromZh(condition.getRequiresItems().getSelector()))
              + condition.getRequiresItems().getQuantity()
              + "件";
      case KIND_NOT_SET -> "";
    };
  }

  String personZh(PersonCondition person) {
    List<String> parts = new ArrayList<>();
    if (person.getMinMemberLevel() > 0) {
      parts.add(person.getMinMemberLevel() + "级及以上会员专享");
    }
    if (person.getFirstOrder()) {
      parts.add("首单专享");
    }
    if (person.getNewCustomerDays() > 0) {
      parts.add("新客" + person.getNewCustomerDays() + "天内专享");
    }
    if (person.getBirthdayWithinDays() > 0) {
      parts.add("生日前后" + person.getBirthdayWithinDays() + "天内可用");
    }
    if (person.getSegmentsCount() > 0 || person.getUserIdsCount() > 0) {
      parts.add("限指定顾客");
    }
    return String.join("，", parts);
  }

  // ---- Items ----

  /// Such as "kitchen or garden"; empty for everything.
  String fromEn(ItemSelector selector) {
    List<String> names = names(selector, EN);
    if (names.isEmpty()) {
      return selector.getExcludedItemIdsCount()
                  + selector.getExcludedCategoriesCount()
                  + selector.getExcludedBrandsCount()
              > 0
          ? "everything except "
              + orItems(
                  names(
                      ItemSelector.newBuilder()
                          .addAllItemIds(selector.getExcludedItemIdsList())
                          .addAllCategories(selector.getExcludedCategoriesList())
                          .addAllBrands(selector.getExcludedBrandsList())
                          .build(),
                      EN))
          : "";
    }
    return orItems(names);
  }

  /// Such as "厨房类商品"; empty for everything.
  String fromZh(ItemSelector selector) {
    List<String> names = names(selector, ZH);
    if (names.isEmpty()) {
      List<String> excluded =
          names(
              ItemSelector.newBuilder()
                  .addAllItemIds(selector.getExcludedItemIdsList())
                  .addAllCategories(selector.getExcludedCategoriesList())
                  .addAllBrands(selector.getExcludedBrandsList())
                  .build(),
              ZH);
      if (excluded.isEmpty()) {
        return "";
      }
      return "除" + (excluded.size() > NAMES_MAX ? "指定商品" : String.join("、", excluded)) + "外的商品";
    }
    return names.size() > NAMES_MAX ? "活动商品" : String.join("、", names);
  }

  private static String orItems(List<String> names) {
    return names.size() > NAMES_MAX ? "selected items" : String.join(" or ", names);
  }

  private static String orEverything(String what) {
    return what.isEmpty() ? "any item" : what;
  }

  private static String orEverythingZh(String what) {
    return what.isEmpty() ? "任意商品" : what;
  }

  private List<String> names(ItemSelector selector, String language) {
    boolean chinese = language.equals(ZH);
    List<String> names = new ArrayList<>();
    for (String category : selector.getCategoriesList()) {
      String last = category.substring(category.lastIndexOf('/') + 1);
      names.add(
          chinese
              ? CATEGORIES_ZH.getOrDefault(last, "“" + last + "”") + "类商品"
              : last.replace('-', ' '));
    }
    for (String brand : selector.getBrandsList()) {
      names.add(chinese ? brand + "品牌商品" : brand);
    }
    for (int i = 0; i < selector.getItemIdsCount() && i <= NAMES_MAX; i++) {
      names.add(itemName(selector.getItemIds(i), language));
    }
    for (String attribute : selector.getAttributesList()) {
      names.add(
          chinese
              ? "“" + attribute.replace("=", "：") + "”商品"
              : "items with " + attribute.replace("=", " "));
    }
    return names;
  }

  String itemName(String itemId, String language) {
    String title = items.title(itemId, language);
    if (title == null) {
      return itemId;
    }
    return language.equals(ZH) ? "“" + title + "”" : title;
  }

  // ---- Figures ----

  static String money(long minorUnits, Promotion promotion) {
    return Money.format(minorUnits, promotion.getCurrency());
  }

  static String percent(int basisPoints) {
    return decimal(basisPoints, 100) + "%";
  }

  /// A percentage off as the Chinese say it: 15 % off is 8.5折.
  private static String discountZh(int basisPoints) {
    return basisPoints == 10_000 ? "免费" : "享" + decimal(10_000 - basisPoints, 1_000) + "折";
  }

  private static String decimal(int value, int unit) {
    return java.math.BigDecimal.valueOf(value)
        .divide(java.math.BigDecimal.valueOf(unit))
        .stripTrailingZeros()
        .toPlainString();
  }

  private static String ordinal(int n) {
    int last = n % 100;
    String suffix =
        last >= 11 && last <= 13
            ? "th"
            : switch (n % 10) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return n + suffix;
  }

  private static String times(int n) {
    return n == 1 ? "once" : n + " times";
  }

  private static String clock(int minute) {
    return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
  }

  static String time(CompiledPromotion promotion, long unixMs) {
    return TIME.format(Instant.ofEpochMilli(unixMs).atZone(promotion.times().zone()))
        + (promotion.proto().getSchedule().getTimeZone().isEmpty()
            ? " UTC"
            : " (" + promotion.proto().getSchedule().getTimeZone() + ")");
  }
}
