// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.AmountScope;
import dev.proffer.proto.promotion.v1.BuyXGetY;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.FixedPrice;
import dev.proffer.proto.promotion.v1.Gift;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.Lane;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.MinAmount;
import dev.proffer.proto.promotion.v1.MinQuantity;
import dev.proffer.proto.promotion.v1.NthItemOff;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.Schedule;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.Stacking;
import dev.proffer.proto.promotion.v1.TextSet;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import dev.proffer.proto.promotion.v1.WeeklyWindow;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Makes the promotions of the sample shop: about thirty that are live at the given time, of all
/// seven types, two flash sales to come, and the weekend sales of the weeks before, which the
/// behaviour of people follows.
final class SamplePromotions {
  static final ZoneId ZONE = ZoneId.of("Asia/Shanghai");
  static final int WEEKS = 13;

  private static final List<Bilingual> DEPARTMENTS =
      List.of(
          new Bilingual("kitchen", "厨房"),
          new Bilingual("food", "食品"),
          new Bilingual("electronics", "数码"),
          new Bilingual("home", "家居"),
          new Bilingual("beauty", "美妆"),
          new Bilingual("sports", "运动"),
          new Bilingual("fashion", "服饰"),
          new Bilingual("baby", "母婴"),
          new Bilingual("pets", "宠物"),
          new Bilingual("office", "文具"));

  private final List<ShopItem> items;
  private final Instant now;
  private final List<Promotion> promotions = new ArrayList<>();

  SamplePromotions(List<ShopItem> items, Instant now) {
    this.items = items;
    this.now = now;
  }

  List<Promotion> make() {
    percentages();
    amounts();
    thresholds();
    buyAndGet();
    coupons();
    flashSales();
    members();
    weekendSales();
    unpublished();
    return List.copyOf(promotions);
  }

  private void percentages() {
    add(
        live("kitchen-15", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 6, 9)
            .putNames("en", "15% off everything for the kitchen")
            .putNames("zh", "厨房用品全场85折")
            .setAppliesTo(categories("kitchen"))
            .setAction(percent(1500))
            .setStacking(lane(Lane.LANE_ITEM, 10))
            .setLimits(Limits.newBuilder().setPerPerson(10).setBudgetMinorUnits(yuan(80_000))));
    add(
        live("tea-12", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 12, 18)
            .putNames("en", "12% off tea")
            .putNames("zh", "茶叶88折")
            .setAppliesTo(categories("food/tea"))
            .setAction(percent(1200))
            .setStacking(lane(Lane.LANE_ITEM, 10)));
    add(
        live("brand-pulsewave-20", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 2, 5)
            .putNames("en", "Pulsewave brand week: 20% off")
            .putNames("zh", "脉浪品牌周8折")
            .setAppliesTo(ItemSelector.newBuilder().addBrands("Pulsewave"))
            .setAction(percent(2000).setMaxDiscountMinorUnits(yuan(300)))
            .setStacking(lane(Lane.LANE_ITEM, 20)));
    add(
        live("brand-dewlane-18", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 4, 10)
            .putNames("en", "Dewlane brand days: 18% off")
            .putNames("zh", "露径品牌日82折")
            .setAppliesTo(ItemSelector.newBuilder().addBrands("Dewlane"))
            .setAction(percent(1800))
            .setStacking(lane(Lane.LANE_ITEM, 20)));
    add(
        live("new-8", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 14, 30)
            .putNames("en", "8% off new arrivals")
            .putNames("zh", "新品尝鲜92折")
            .setAppliesTo(
                ItemSelector.newBuilder().addAttributes(SampleItems.NEW_ATTRIBUTE + "=yes"))
            .setAction(percent(800))
            .setStacking(lane(Lane.LANE_ITEM, 5)));
    add(
        live("yoga-second-half", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 7, 14)
            .putNames("en", "Yoga: second unit at half price")
            .putNames("zh", "瑜伽用品第二件半价")
            .setAppliesTo(categories("sports/yoga"))
            .setAction(
                Action.newBuilder()
                    .setNthItemOff(NthItemOff.newBuilder().setNth(2).setBasisPoints(5000)))
            .setStacking(lane(Lane.LANE_ITEM, 15)));
  }

  private void amounts() {
    add(
        live("running-shoes-30", PromotionType.PROMOTION_TYPE_AMOUNT_OFF, 3, 11)
            .putNames("en", "¥30 off every pair of running shoes")
            .putNames("zh", "跑鞋每双立减30元")
            .setAppliesTo(categories("sports/running-shoes"))
            .addConditions(minAmount(199))
            .setAction(amountEach(30))
            .setStacking(lane(Lane.LANE_ITEM, 10)));
    add(
        live("skincare-10", PromotionType.PROMOTION_TYPE_AMOUNT_OFF, 8, 8)
            .putNames("en", "¥10 off every skincare item")
            .putNames("zh", "护肤每件立减10元")
            .setAppliesTo(categories("beauty/skincare"))
            .setAction(amountEach(10))
            .setStacking(lane(Lane.LANE_ITEM, 8)));
    add(
        live("keyboards-50", PromotionType.PROMOTION_TYPE_AMOUNT_OFF, 5, 20)
            .putNames("en", "¥50 off keyboards from ¥399")
            .putNames("zh", "键盘满399元立减50元")
            .setAppliesTo(categories("electronics/keyboards"))
            .addConditions(minAmount(399))
            .setAction(amount(50))
            .setStacking(lane(Lane.LANE_ITEM, 10)));
    add(
        live("towels-5", PromotionType.PROMOTION_TYPE_AMOUNT_OFF, 10, 25)
            .putNames("en", "¥5 off every towel")
            .putNames("zh", "毛巾浴巾每件立减5元")
            .setAppliesTo(categories("home/towels"))
            .setAction(amountEach(5))
            .setStacking(lane(Lane.LANE_ITEM, 5)));
  }

  private void thresholds() {
    add(
        live("spend-and-save", PromotionType.PROMOTION_TYPE_THRESHOLD, 9, 12)
            .putNames("en", "Spend and save: ¥40 off from ¥300, ¥80 from ¥500, ¥180 from ¥1,000")
            .putNames("zh", "全场满300减40，满500减80，满1000减180")
            .setAction(tiers(300, 40, 500, 80, 1000, 180))
            .setStacking(order(10))
            .setLimits(
                Limits.newBuilder()
                    .setPerPersonPerDay(3)
                    .setTotal(20_000)
                    .setBudgetMinorUnits(yuan(400_000))));
    add(
        live("home-every-200", PromotionType.PROMOTION_TYPE_THRESHOLD, 6, 16)
            .putNames("en", "Home: ¥30 off for every ¥200, up to ¥150")
            .putNames("zh", "家居每满200减30，最高减150")
            .setAppliesTo(categories("home"))
            .setAction(
                Action.newBuilder()
                    .setTieredAmountOff(
                        TieredAmountOff.newBuilder().addTiers(tier(200, 30)).setRepeats(true))
                    .setMaxDiscountMinorUnits(yuan(150)))
            .setStacking(order(20)));
    add(
        live("food-99", PromotionType.PROMOTION_TYPE_THRESHOLD, 11, 11)
            .putNames("en", "Food: ¥15 off from ¥99, ¥40 from ¥199")
            .putNames("zh", "食品满99减15，满199减40")
            .setAppliesTo(categories("food"))
            .setAction(tiers(99, 15, 199, 40))
            .setStacking(order(20)));
    add(
        live("baby-10-percent", PromotionType.PROMOTION_TYPE_THRESHOLD, 4, 24)
            .putNames("en", "Baby: 10% off from ¥399")
            .putNames("zh", "母婴满399元打9折")
            .setAppliesTo(categories("baby"))
            .setAction(
                Action.newBuilder()
                    .setTieredAmountOff(
                        TieredAmountOff.newBuilder()
                            .addTiers(
                                SpendTier.newBuilder()
                                    .setSpendMinorUnits(yuan(399))
                                    .setOffBasisPoints(1000)))
                    .setMaxDiscountMinorUnits(yuan(120)))
            .setStacking(order(15)));
  }

  private void buyAndGet() {
    add(
        live("cat-food-2-1", PromotionType.PROMOTION_TYPE_BUY_X_GET_Y, 5, 9)
            .putNames("en", "Cat food: buy 2, get 1 free")
            .putNames("zh", "猫粮买二送一")
            .setAppliesTo(categories("pets/cat-food"))
            .setAction(buyAndGet(2, 1).setMaxDiscountMinorUnits(yuan(300)))
            .setStacking(lane(Lane.LANE_ITEM, 15))
            .setLimits(Limits.newBuilder().setPerPerson(5)));
    add(
        live("masks-3-1", PromotionType.PROMOTION_TYPE_BUY_X_GET_Y, 3, 13)
            .putNames("en", "Face masks: buy 3, get 1 free")
            .putNames("zh", "面膜买三送一")
            .setAppliesTo(categories("beauty/masks"))
            .setAction(buyAndGet(3, 1))
            .setStacking(lane(Lane.LANE_ITEM, 15)));
    add(
        live("notebooks-5-2", PromotionType.PROMOTION_TYPE_BUY_X_GET_Y, 15, 28)
            .putNames("en", "Notebooks: buy 5, get 2 free")
            .putNames("zh", "笔记本买五送二")
            .setAppliesTo(categories("office/notebooks"))
            .setAction(buyAndGet(5, 2))
            .setStacking(lane(Lane.LANE_ITEM, 15)));
    add(
        live("coffee-gift", PromotionType.PROMOTION_TYPE_BUY_X_GET_Y, 7, 21)
            .putNames("en", "Coffee gear from ¥299 comes with a bag of beans")
            .putNames("zh", "咖啡器具满299元赠咖啡豆一袋")
            .setAppliesTo(categories("kitchen/coffee"))
            .addConditions(minAmount(299))
            .setAction(
                Action.newBuilder()
                    .setGift(
                        Gift.newBuilder()
                            .setItemId(cheapest("food/coffee-beans").id())
                            .setQuantity(1)))
            .setStacking(lane(Lane.LANE_ITEM, 12))
            .setLimits(Limits.newBuilder().setPerPerson(2).setTotal(800)));
  }

  private void coupons() {
    add(
        live("welcome-20", PromotionType.PROMOTION_TYPE_COUPON, 60, 120)
            .putNames("en", "Welcome: ¥20 off your first order from ¥99")
            .putNames("zh", "新人首单满99减20")
            .setCode("WELCOME20")
            .addConditions(minAmountOfCart(99))
            .addConditions(person(PersonCondition.newBuilder().setFirstOrder(true)))
            .setAction(amount(20))
            .setStacking(order(30))
            .setLimits(Limits.newBuilder().setPerPerson(1).setTotal(5_000)));
    add(
        live("save-12", PromotionType.PROMOTION_TYPE_COUPON, 10, 20)
            .putNames("en", "12% off your order, up to ¥60")
            .putNames("zh", "全场88折券，最高减60元")
            .setCode("SAVE12")
            .setAction(percent(1200).setMaxDiscountMinorUnits(yuan(60)))
            .setStacking(order(25).setExclusiveGroup("order-coupons"))
            .setLimits(
                Limits.newBuilder()
                    .setPerPerson(2)
                    .setTotal(3_000)
                    .setBudgetMinorUnits(yuan(90_000))));
    add(
        live("birthday-25", PromotionType.PROMOTION_TYPE_COUPON, 80, 280)
            .putNames("en", "Happy birthday: ¥25 off from ¥150")
            .putNames("zh", "生日礼券满150减25")
            .setCode("BIRTHDAY25")
            .addConditions(minAmountOfCart(150))
            .addConditions(person(PersonCondition.newBuilder().setBirthdayWithinDays(7)))
            .setAction(amount(25))
            .setStacking(order(26).setExclusiveGroup("order-coupons"))
            .setLimits(Limits.newBuilder().setPerPerson(1)));
    add(
        live("student-15", PromotionType.PROMOTION_TYPE_COUPON, 20, 40)
            .putNames("en", "Students: 15% off stationery")
            .putNames("zh", "学生文具85折券")
            .setCode("STUDENT15")
            .setAppliesTo(categories("office"))
            .addConditions(person(PersonCondition.newBuilder().addSegments("student")))
            .setAction(percent(1500))
            .setStacking(lane(Lane.LANE_ITEM, 18))
            .setLimits(Limits.newBuilder().setPerPerson(4)));
    add(
        live("pets-30", PromotionType.PROMOTION_TYPE_COUPON, 6, 14)
            .putNames("en", "Pets: ¥30 off from ¥199")
            .putNames("zh", "宠物用品满199减30券")
            .setCode("PETS30")
            .setAppliesTo(categories("pets"))
            .addConditions(minAmount(199))
            .setAction(amount(30))
            .setStacking(order(24).setExclusiveGroup("order-coupons"))
            .setLimits(Limits.newBuilder().setPerPersonPerDay(1)));
    add(
        live("night-10", PromotionType.PROMOTION_TYPE_COUPON, 13, 17)
            .putNames("en", "Night owl: 10% off in the app after 21:00")
            .putNames("zh", "夜猫专享：21点后App下单9折券")
            .setCode("NIGHT10")
            .addConditions(
                Condition.newBuilder().setChannels(TextSet.newBuilder().addValues("app")))
            .setAction(percent(1000).setMaxDiscountMinorUnits(yuan(50)))
            .setStacking(order(23).setExclusiveGroup("order-coupons")),
        WeeklyWindow.newBuilder().setStartMinute(21 * 60).setEndMinute(1440).build());
  }

  private void flashSales() {
    Instant hour = now.truncatedTo(ChronoUnit.HOURS);
    ShopItem star = bestSeller("electronics/headphones");
    long price = flashPrice(star);
    addFlash(
        promotion("flash-headphones-now", PromotionType.PROMOTION_TYPE_FLASH_SALE)
            .putNames("en", "Flash sale: " + star.item().getTitlesOrThrow("en"))
            .putNames("zh", "限时秒杀：" + star.item().getTitlesOrThrow("zh"))
            .setAppliesTo(ItemSelector.newBuilder().addItemIds(star.id()))
            .setAction(
                Action.newBuilder()
                    .setFixedPrice(
                        FixedPrice.newBuilder().setUnitPriceMinorUnits(price).setMaxUnits(2))),
        hour.minus(Duration.ofHours(1)),
        hour.plus(Duration.ofHours(4)),
        500);
    addFlash(
        promotion("flash-snacks-now", PromotionType.PROMOTION_TYPE_FLASH_SALE)
            .putNames("en", "Flash sale: 30% off selected snacks")
            .putNames("zh", "限时秒杀：精选零食7折")
            .setAppliesTo(ItemSelector.newBuilder().addAllItemIds(bestSellers("food/snacks", 8)))
            .setAction(percent(3000)),
        hour.minus(Duration.ofHours(2)),
        hour.plus(Duration.ofHours(6)),
        1_000);
    addFlash(
        promotion("flash-running-next", PromotionType.PROMOTION_TYPE_FLASH_SALE)
            .putNames("en", "Flash sale next: 35% off selected running shoes")
            .putNames("zh", "即将秒杀：精选跑鞋65折")
            .setAppliesTo(
                ItemSelector.newBuilder().addAllItemIds(bestSellers("sports/running-shoes", 6)))
            .setAction(percent(3500)),
        hour.plus(Duration.ofHours(3)),
        hour.plus(Duration.ofHours(5)),
        300);
    ShopItem tea = bestSeller("kitchen/tea-sets");
    addFlash(
        promotion("flash-teaset-tomorrow", PromotionType.PROMOTION_TYPE_FLASH_SALE)
            .putNames("en", "Flash sale tomorrow: " + tea.item().getTitlesOrThrow("en"))
            .putNames("zh", "明日秒杀：" + tea.item().getTitlesOrThrow("zh"))
            .setAppliesTo(ItemSelector.newBuilder().addItemIds(tea.id()))
            .setAction(
                Action.newBuilder()
                    .setFixedPrice(
                        FixedPrice.newBuilder()
                            .setUnitPriceMinorUnits(flashPrice(tea))
                            .setMaxUnits(1))),
        hour.plus(Duration.ofHours(22)),
        hour.plus(Duration.ofHours(24)),
        200);
  }

  private void members() {
    add(
        live("member-3", PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE, 20, 300)
            .putNames("en", "Members: 3% off everything but electronics")
            .putNames("zh", "会员专享：全场97折（数码除外）")
            .setAppliesTo(ItemSelector.newBuilder().addExcludedCategories("electronics"))
            .addConditions(level(1))
            .setAction(percent(300))
            .setStacking(member(1)));
    add(
        live("member-tea-10", PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE, 16, 30)
            .putNames("en", "Silver members: 10% off tea and tea sets")
            .putNames("zh", "银卡会员专享：茶叶茶具9折")
            .setAppliesTo(categories("food/tea", "kitchen/tea-sets"))
            .addConditions(level(2))
            .setAction(percent(1000))
            .setStacking(member(5)));
    add(
        live("member-beauty-12", PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE, 9, 26)
            .putNames("en", "Gold members: 12% off beauty")
            .putNames("zh", "金卡会员专享：美妆88折")
            .setAppliesTo(categories("beauty"))
            .addConditions(level(3))
            .setAction(percent(1200))
            .setStacking(member(6)));
    add(
        live("member-50", PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE, 9, 40)
            .putNames("en", "Platinum members: ¥50 off from ¥500")
            .putNames("zh", "白金会员专享：满500减50")
            .addConditions(level(4))
            .addConditions(minAmountOfCart(500))
            .setAction(amount(50))
            .setStacking(member(8))
            .setLimits(Limits.newBuilder().setPerPersonPerDay(1)));
    add(
        live("member-weekend-baby", PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE, 30, 60)
            .putNames("en", "Members' weekend: 8% off two or more baby items")
            .putNames("zh", "会员周末专享：母婴两件92折")
            .setAppliesTo(categories("baby"))
            .addConditions(level(1))
            .addConditions(
                Condition.newBuilder().setMinQuantity(MinQuantity.newBuilder().setQuantity(2)))
            .setAction(percent(800))
            .setStacking(member(4)),
        WeeklyWindow.newBuilder()
            .addDays(6)
            .addDays(7)
            .setStartMinute(0)
            .setEndMinute(1440)
            .build());
  }

  /// The sales of the weekends before: one department each, Friday to Sunday, 20 % off.
  private void weekendSales() {
    ZonedDateTime monday =
        now.atZone(ZONE)
            .truncatedTo(ChronoUnit.DAYS)
            .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    for (int week = 1; week <= WEEKS; week++) {
      Bilingual department = DEPARTMENTS.get(week % DEPARTMENTS.size());
      ZonedDateTime end = monday.minusWeeks(week - 1);
      promotions.add(
          promotion("weekend-" + week + "-weeks-ago", PromotionType.PROMOTION_TYPE_PERCENT_OFF)
              .setState(PromotionState.PROMOTION_STATE_ENDED)
              .putNames("en", "Weekend sale: 20% off " + department.en())
              .putNames("zh", "周末大促：" + department.zh() + "8折")
              .setAppliesTo(categories(department.en()))
              .setAction(percent(2000))
              .setStacking(lane(Lane.LANE_ITEM, 10))
              .setSchedule(schedule(end.minusDays(3).toInstant(), end.toInstant()))
              .build());
    }
  }

  private void unpublished() {
    promotions.add(
        live("draft-lighting-10", PromotionType.PROMOTION_TYPE_PERCENT_OFF, 1, 30)
            .setState(PromotionState.PROMOTION_STATE_DRAFT)
            .putNames("en", "10% off lighting (being prepared)")
            .putNames("zh", "灯具9折（筹备中）")
            .setAppliesTo(categories("home/lighting"))
            .setAction(percent(1000))
            .setStacking(lane(Lane.LANE_ITEM, 5))
            .build());
    promotions.add(
        live("paused-bags-20", PromotionType.PROMOTION_TYPE_AMOUNT_OFF, 5, 15)
            .setState(PromotionState.PROMOTION_STATE_PAUSED)
            .putNames("en", "¥20 off bags (paused)")
            .putNames("zh", "包袋立减20元（已暂停）")
            .setAppliesTo(categories("fashion/bags"))
            .setAction(amountEach(20))
            .setStacking(lane(Lane.LANE_ITEM, 5))
            .build());
  }

  private void add(Promotion.Builder promotion, WeeklyWindow... windows) {
    promotion.getScheduleBuilder().addAllWindows(List.of(windows));
    promotions.add(promotion.build());
  }

  private void addFlash(Promotion.Builder promotion, Instant start, Instant end, long total) {
    promotions.add(
        promotion
            .setStacking(lane(Lane.LANE_ITEM, 50).setExclusiveGroup("flash"))
            .setLimits(Limits.newBuilder().setPerPerson(2).setTotal(total))
            .setSchedule(schedule(start, end))
            .build());
  }

  /// A live promotion that began so many days ago and ends in so many days, at midnight of the
  /// shop.
  private Promotion.Builder live(String id, PromotionType type, int daysAgo, int daysLeft) {
    ZonedDateTime today = now.atZone(ZONE).truncatedTo(ChronoUnit.DAYS);
    return promotion(id, type)
        .setSchedule(
            schedule(
                today.minusDays(daysAgo).toInstant(), today.plusDays(daysLeft + 1L).toInstant()));
  }

  private static Promotion.Builder promotion(String id, PromotionType type) {
    return Promotion.newBuilder()
        .setPromotionId(id)
        .setType(type)
        .setState(PromotionState.PROMOTION_STATE_LIVE)
        .setCurrency(SampleItems.CURRENCY);
  }

  private static Schedule.Builder schedule(Instant start, Instant end) {
    return Schedule.newBuilder()
        .setStartUnixMs(start.toEpochMilli())
        .setEndUnixMs(end.toEpochMilli())
        .setTimeZone(ZONE.getId());
  }

  private static ItemSelector.Builder categories(String... categories) {
    return ItemSelector.newBuilder().addAllCategories(List.of(categories));
  }

  private static Action.Builder percent(int basisPoints) {
    return Action.newBuilder().setPercentOff(PercentOff.newBuilder().setBasisPoints(basisPoints));
  }

  private static Action.Builder amount(long yuan) {
    return Action.newBuilder().setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(yuan(yuan)));
  }

  private static Action.Builder amountEach(long yuan) {
    return Action.newBuilder()
        .setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(yuan(yuan)).setEachUnit(true));
  }

  private static Action.Builder buyAndGet(int buy, int get) {
    return Action.newBuilder().setBuyXGetY(BuyXGetY.newBuilder().setBuy(buy).setGet(get));
  }

  private static Action.Builder tiers(long... spendAndOff) {
    TieredAmountOff.Builder tiers = TieredAmountOff.newBuilder();
    for (int i = 0; i < spendAndOff.length; i += 2) {
      tiers.addTiers(tier(spendAndOff[i], spendAndOff[i + 1]));
    }
    return Action.newBuilder().setTieredAmountOff(tiers);
  }

  private static SpendTier.Builder tier(long spendYuan, long offYuan) {
    return SpendTier.newBuilder()
        .setSpendMinorUnits(yuan(spendYuan))
        .setOffMinorUnits(yuan(offYuan));
  }

  private static Condition minAmount(long yuan) {
    return Condition.newBuilder()
        .setMinAmount(
            MinAmount.newBuilder()
                .setAmountMinorUnits(yuan(yuan))
                .setScope(AmountScope.AMOUNT_SCOPE_MATCHING_LINES))
        .build();
  }

  private static Condition minAmountOfCart(long yuan) {
    return Condition.newBuilder()
        .setMinAmount(
            MinAmount.newBuilder()
                .setAmountMinorUnits(yuan(yuan))
                .setScope(AmountScope.AMOUNT_SCOPE_CART))
        .build();
  }

  private static Condition level(int level) {
    return person(PersonCondition.newBuilder().setMinMemberLevel(level));
  }

  private static Condition person(PersonCondition.Builder person) {
    return Condition.newBuilder().setPerson(person).build();
  }

  private static Stacking.Builder lane(Lane lane, int priority) {
    return Stacking.newBuilder().setLane(lane).setPriority(priority);
  }

  private static Stacking.Builder order(int priority) {
    return lane(Lane.LANE_ORDER, priority);
  }

  private static Stacking.Builder member(int priority) {
    return lane(Lane.LANE_MEMBER, priority);
  }

  private static long yuan(long yuan) {
    return yuan * 100;
  }

  /// Two thirds of the list price, unless the floor is higher.
  private static long flashPrice(ShopItem item) {
    long price = item.item().getPriceMinorUnits();
    return Math.max(item.item().getFloorPriceMinorUnits(), price * 2 / 3);
  }

  private ShopItem cheapest(String category) {
    return sellable(category).stream()
        .min(Comparator.comparingLong(item -> item.item().getPriceMinorUnits()))
        .orElseThrow();
  }

  private ShopItem bestSeller(String category) {
    return sellable(category).stream()
        .filter(item -> flashPrice(item) < item.item().getPriceMinorUnits())
        .max(Comparator.comparingDouble(ShopItem::appeal))
        .orElseThrow();
  }

  private List<String> bestSellers(String category, int count) {
    return sellable(category).stream()
        .sorted(Comparator.comparingDouble(ShopItem::appeal).reversed())
        .limit(count)
        .map(ShopItem::id)
        .toList();
  }

  private List<ShopItem> sellable(String category) {
    return items.stream()
        .filter(item -> item.item().getCategory().equals(category))
        .filter(item -> item.canBeBought() && item.listedUnixMs() <= now.toEpochMilli())
        .toList();
  }
}
