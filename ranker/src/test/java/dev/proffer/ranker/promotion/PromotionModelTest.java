// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.AmountScope;
import dev.proffer.proto.promotion.v1.BundlePart;
import dev.proffer.proto.promotion.v1.BundlePrice;
import dev.proffer.proto.promotion.v1.BuyXGetY;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.FixedPrice;
import dev.proffer.proto.promotion.v1.FreeShipping;
import dev.proffer.proto.promotion.v1.Gift;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.Lane;
import dev.proffer.proto.promotion.v1.MinAmount;
import dev.proffer.proto.promotion.v1.MinQuantity;
import dev.proffer.proto.promotion.v1.MinStock;
import dev.proffer.proto.promotion.v1.NthItemOff;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.PointsRedemption;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.RequiresItems;
import dev.proffer.proto.promotion.v1.Schedule;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.Stacking;
import dev.proffer.proto.promotion.v1.TextSet;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import dev.proffer.proto.promotion.v1.WeeklyWindow;
import java.time.MonthDay;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Every action, condition and stacking rule once, with figures worked out by hand.
class PromotionModelTest {
  private static final ItemFacts KNIFE =
      Fixtures.item("knife", "kitchen/knives", "Sharp", 10_000, 6_000);
  private static final ItemFacts PAN = Fixtures.item("pan", "kitchen/pans", "Iron", 20_000);
  private static final ItemFacts RAKE =
      new ItemFacts(
          "rake", "garden", "Iron", Map.of("colour", "red"), 5_000, 0, ItemFacts.UNKNOWN, 3, "CNY");
  private static final ItemFacts STICKER = Fixtures.item("sticker", "toys", "Iron", 100);
  private static final ItemSelector ALL = ItemSelector.getDefaultInstance();

  // ---- Actions ----

  @Test
  void aPercentageIsRoundedHalfUpOnEachLine() {
    ItemFacts odd = Fixtures.item("odd", "toys", "Iron", 333);
    assertThat(total(cart(0, 0, odd, 1), Fixtures.percent("p", 1_500, ALL))).isEqualTo(283);
  }

  @Test
  void anAmountIsSharedOutByPriceAndTheRestGoesToTheGreatestRemainder() {
    ItemFacts a = Fixtures.item("a", "toys", "Iron", 100);
    Basket basket = cart(0, 0, a, 1, a, 1, a, 1);
    Pricing pricing = price(basket, Fixtures.amount("p", 100, ALL));
    // A third of 100 each; the one that is left goes to the first line.
    assertThat(pricing.after()).containsExactly(66, 67, 67);
  }

  @Test
  void anAmountOffEachUnitCountsUnits() {
    Promotion.Builder each =
        promotion(
            Action.newBuilder()
                .setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(700).setEachUnit(true)));
    assertThat(total(cart(0, 0, PAN, 3), each)).isEqualTo(57_900);
  }

  @Test
  void aFixedPriceCountsForAsManyUnitsAsItSaysAndNeverRaisesAPrice() {
    Promotion.Builder fixed =
        promotion(
            Action.newBuilder()
                .setFixedPrice(
                    FixedPrice.newBuilder().setUnitPriceMinorUnits(12_000).setMaxUnits(2)));
    assertThat(total(cart(0, 0, PAN, 3), fixed)).isEqualTo(44_000);
    assertThat(total(cart(0, 0, RAKE, 1), fixed)).isEqualTo(5_000);
  }

  @Test
  void tiersGiveTheHighestReachedAndARepeatingOneEveryMultiple() {
    Promotion.Builder ladder =
        promotion(
            Action.newBuilder()
                .setTieredAmountOff(
                    TieredAmountOff.newBuilder()
                        .addTiers(tier(10_000, 500))
                        .addTiers(tier(30_000, 3_000))));
    assertThat(total(cart(0, 0, PAN, 1), ladder)).isEqualTo(19_500);
    assertThat(total(cart(0, 0, PAN, 2), ladder)).isEqualTo(37_000);
    assertThat(total(cart(0, 0, RAKE, 1), ladder)).isEqualTo(5_000);
    Promotion.Builder every =
        promotion(
            Action.newBuilder()
                .setTieredAmountOff(
                    TieredAmountOff.newBuilder().addTiers(tier(10_000, 1_000)).setRepeats(true)));
    assertThat(total(cart(0, 0, PAN, 1, RAKE, 1), every)).isEqualTo(23_000);
  }

  @Test
  void everyNthUnitIsCheaperTheDearOnesCountedFirst() {
    Promotion.Builder half =
        promotion(
            Action.newBuilder()
                .setNthItemOff(NthItemOff.newBuilder().setNth(2).setBasisPoints(5_000)));
    // Pans count first and second, the rake third.
    assertThat(total(cart(0, 0, PAN, 2, RAKE, 1), half)).isEqualTo(35_000);
  }

  @Test
  void theCheapestUnitsAreFree() {
    Promotion.Builder twoPlusOne =
        promotion(Action.newBuilder().setBuyXGetY(BuyXGetY.newBuilder().setBuy(2).setGet(1)));
    assertThat(total(cart(0, 0, PAN, 2, RAKE, 1), twoPlusOne)).isEqualTo(40_000);
    Promotion.Builder other =
        promotion(
                Action.newBuilder()
                    .setBuyXGetY(
                        BuyXGetY.newBuilder()
                            .setBuy(1)
                            .setGet(1)
                            .setGetFrom(Fixtures.items("rake"))))
            .setAppliesTo(Fixtures.items("pan"));
    assertThat(total(cart(0, 0, PAN, 1, RAKE, 2), other)).isEqualTo(25_000);
  }

  @Test
  void aBundleHasOnePriceAsOftenAsItFits() {
    Promotion.Builder set =
        Fixtures.promotion("set", PromotionType.PROMOTION_TYPE_BUNDLE_PRICE)
            .setAction(
                Action.newBuilder()
                    .setBundlePrice(
                        BundlePrice.newBuilder()
                            .addParts(part(Fixtures.items("pan")))
                            .addParts(part(Fixtures.items("rake")))
                            .setPriceMinorUnits(22_000)));
    assertThat(total(cart(0, 0, PAN, 2, RAKE, 3), set)).isEqualTo(49_000);
    assertThat(total(cart(0, 0, PAN, 2), set)).isEqualTo(40_000);
  }

  @Test
  void bundlesThatGoRoundInACircleSellEachUnitOnce() {
    // pan and rake, rake and sticker, sticker and pan: a cart of one each holds one set.
    Promotion.Builder[] circle = {
      set("a", 22_000, "pan", "rake"),
      set("b", 5_000, "rake", "sticker"),
      set("c", 19_000, "sticker", "pan")
    };
    Pricing one = price(cart(0, 0, PAN, 1, RAKE, 1, STICKER, 1), circle);
    assertThat(ids(one)).containsExactly("a");
    assertThat(one.total()).isEqualTo(22_100);
    // Parts that ask for the same item need a unit each.
    assertThat(total(cart(0, 0, PAN, 1), set("twice", 30_000, "pan", "pan"))).isEqualTo(20_000);
    assertThat(total(cart(0, 0, PAN, 2), set("twice", 30_000, "pan", "pan"))).isEqualTo(30_000);
  }

  private static Promotion.Builder set(String id, long price, String first, String second) {
    return Fixtures.promotion(id, PromotionType.PROMOTION_TYPE_BUNDLE_PRICE)
        .setAction(
            Action.newBuilder()
                .setBundlePrice(
                    BundlePrice.newBuilder()
                        .addParts(part(Fixtures.items(first)))
                        .addParts(part(Fixtures.items(second)))
                        .setPriceMinorUnits(price)));
  }

  @Test
  void aCampaignOpensItsOffersToThoseWhomItGaveThem() {
    Promotion.Builder offer = Fixtures.percent("spring-10", 1_000, ALL).setCampaignId("spring");
    PersonFacts other = new PersonFacts("u", Set.of(), 0, 0, 0, null);
    Moment now = new Moment(Fixtures.NOW, "", "", "");
    long without = total(other, now, offer);
    assertThat(total(other.withGiven(Set.of("spring-10")), now, offer)).isLessThan(without);
    assertThat(total(other.withGiven(Set.of("summer-10")), now, offer)).isEqualTo(without);
    assertThat(new CompiledPromotion(offer.build()).closedTo(other, now))
        .isEqualTo(dev.proffer.proto.promotion.v1.RefusalReason.REFUSAL_REASON_NOT_GRANTED);
  }

  @Test
  void shippingIsFreeAndNeverBelowNothing() {
    Promotion.Builder free =
        Fixtures.promotion("free", PromotionType.PROMOTION_TYPE_FREE_SHIPPING)
            .setAction(Action.newBuilder().setFreeShipping(FreeShipping.getDefaultInstance()))
            .addConditions(Fixtures.minAmount(9_900));
    Pricing pricing = price(cart(1_200, 0, KNIFE, 1), free);
    assertThat(pricing.shipping()).isZero();
    assertThat(pricing.total()).isEqualTo(10_000);
    assertThat(total(cart(1_200, 0, RAKE, 1), free)).isEqualTo(6_200);
  }

  @Test
  void pointsPayWholeStepsUpToTheirShare() {
    Promotion.Builder points =
        Fixtures.promotion("points", PromotionType.PROMOTION_TYPE_POINTS_REDEMPTION)
            .setAction(
                Action.newBuilder()
                    .setPoints(
                        PointsRedemption.newBuilder()
                            .setPointsPerStep(100)
                            .setStepMinorUnits(300)
                            .setMaxBasisPoints(1_000)));
    Pricing few = price(cart(0, 250, PAN, 1), points);
    assertThat(few.total()).isEqualTo(19_400);
    assertThat(few.applied().getFirst().pointsUsed()).isEqualTo(200);
    // A tenth of 20,000 pays six steps, whatever is offered.
    Pricing many = price(cart(0, 10_000, PAN, 1), points);
    assertThat(many.total()).isEqualTo(18_200);
    assertThat(many.applied().getFirst().pointsUsed()).isEqualTo(600);
  }

  @Test
  void aGiftComesOnceAndBringsNoGiftOfItsOwn() {
    Promotion.Builder sticker = gift("a", "rake", "sticker");
    Promotion.Builder rake = gift("b", "sticker", "rake");
    Pricing pricing = price(cart(0, 0, RAKE, 1), sticker, rake);
    assertThat(ids(pricing)).containsExactly("a");
    assertThat(pricing.total()).isEqualTo(5_000);
  }

  @Test
  void aCapHoldsWhatOneApplicationTakesOff() {
    Promotion.Builder capped = Fixtures.percent("p", 5_000, ALL);
    capped.getActionBuilder().setMaxDiscountMinorUnits(3_000);
    assertThat(total(cart(0, 0, PAN, 1), capped)).isEqualTo(17_000);
  }

  @Test
  void noLineGoesBelowItsFloor() {
    assertThat(total(cart(0, 0, KNIFE, 2), Fixtures.percent("p", 9_000, ALL))).isEqualTo(12_000);
    assertThat(total(cart(0, 0, KNIFE, 1, PAN, 1), Fixtures.amount("a", 100_000, ALL)))
        .isEqualTo(6_000);
  }

  // ---- Conditions ----

  @Test
  void itemsAreSelectedByIdCategoryBrandAndAttribute() {
    Basket basket = cart(0, 0, KNIFE, 1, PAN, 1, RAKE, 1);
    assertThat(total(basket, Fixtures.percent("p", 1_000, Fixtures.items("pan"))))
        .isEqualTo(33_000);
    assertThat(total(basket, Fixtures.percent("p", 1_000, Fixtures.category("kitchen"))))
        .isEqualTo(32_000);
    assertThat(total(basket, Fixtures.percent("p", 1_000, Fixtures.brand("Iron"))))
        .isEqualTo(32_500);
    ItemSelector red = ItemSelector.newBuilder().addAttributes("colour=red").build();
    assertThat(total(basket, Fixtures.percent("p", 1_000, red))).isEqualTo(34_500);
    ItemSelector notIron =
        ItemSelector.newBuilder().addExcludedBrands("Iron").addExcludedItemIds("x").build();
    assertThat(total(basket, Fixtures.percent("p", 1_000, notIron))).isEqualTo(34_000);
  }

  @Test
  void spendCountsMatchingLinesOrTheCart() {
    Promotion.Builder lines =
        Fixtures.percent("p", 1_000, Fixtures.items("rake"))
            .addConditions(Fixtures.minAmount(10_000));
    Promotion.Builder whole =
        Fixtures.percent("p", 1_000, Fixtures.items("rake"))
            .addConditions(
                Condition.newBuilder()
                    .setMinAmount(
                        MinAmount.newBuilder()
                            .setAmountMinorUnits(10_000)
                            .setScope(AmountScope.AMOUNT_SCOPE_CART)));
    Basket basket = cart(0, 0, RAKE, 1, PAN, 1);
    assertThat(total(basket, lines)).isEqualTo(25_000);
    assertThat(total(basket, whole)).isEqualTo(24_500);
  }

  @Test
  void quantityOtherItemsAndStockAreAskedFor() {
    Promotion.Builder three =
        Fixtures.percent("p", 1_000, ALL)
            .addConditions(
                Condition.newBuilder().setMinQuantity(MinQuantity.newBuilder().setQuantity(3)));
    assertThat(total(cart(0, 0, PAN, 2), three)).isEqualTo(40_000);
    assertThat(total(cart(0, 0, PAN, 2, RAKE, 1), three)).isEqualTo(40_500);
    Promotion.Builder withKnife =
        Fixtures.percent("p", 1_000, Fixtures.items("pan"))
            .addConditions(
                Condition.newBuilder()
                    .setRequiresItems(
                        RequiresItems.newBuilder()
                            .setSelector(Fixtures.items("knife"))
                            .setQuantity(1)));
    assertThat(total(cart(0, 0, PAN, 1), withKnife)).isEqualTo(20_000);
    assertThat(total(cart(0, 0, PAN, 1, KNIFE, 1), withKnife)).isEqualTo(28_000);
    Promotion.Builder plenty =
        Fixtures.percent("p", 1_000, ALL)
            .addConditions(Condition.newBuilder().setMinStock(MinStock.newBuilder().setUnits(10)));
    // Three rakes are on hand, a hundred pans.
    assertThat(total(cart(0, 0, PAN, 1, RAKE, 1), plenty)).isEqualTo(23_000);
  }

  @Test
  void everyKindOfPersonIsAskedForAndWhatIsNotKnownDoesNotHold() {
    PersonFacts known =
        new PersonFacts(
            "ann", Set.of("vip"), 3, 0, Fixtures.NOW - 5 * 86_400_000L, MonthDay.of(11, 24));
    PersonFacts unknown = PersonFacts.ANYBODY;
    for (PersonCondition.Builder condition :
        List.of(
            PersonCondition.newBuilder().addSegments("vip"),
            PersonCondition.newBuilder().setMinMemberLevel(3),
            PersonCondition.newBuilder().setFirstOrder(true),
            PersonCondition.newBuilder().setNewCustomerDays(5),
            PersonCondition.newBuilder().setBirthdayWithinDays(2),
            PersonCondition.newBuilder().addUserIds("ann"))) {
      Promotion.Builder promotion =
          Fixtures.percent("p", 1_000, ALL)
              .addConditions(Condition.newBuilder().setPerson(condition));
      assertThat(total(known, Moment.at(Fixtures.NOW), promotion))
          .as("%s", condition)
          .isEqualTo(18_000);
      assertThat(total(unknown, Moment.at(Fixtures.NOW), promotion)).isEqualTo(20_000);
    }
    assertThat(
            total(
                known,
                Moment.at(Fixtures.NOW),
                Fixtures.percent("p", 1_000, ALL)
                    .addConditions(
                        Condition.newBuilder()
                            .setPerson(PersonCondition.newBuilder().setBirthdayWithinDays(1)))))
        .isEqualTo(20_000);
  }

  @Test
  void channelRegionAndPaymentAreAskedFor() {
    TextSet values = TextSet.newBuilder().addValues("a").addValues("b").build();
    Moment right = new Moment(Fixtures.NOW, "a", "b", "a");
    Moment wrong = new Moment(Fixtures.NOW, "c", "c", "c");
    for (Condition.Builder condition :
        List.of(
            Condition.newBuilder().setChannels(values),
            Condition.newBuilder().setRegions(values),
            Condition.newBuilder().setPaymentMethods(values))) {
      Promotion.Builder promotion = Fixtures.percent("p", 1_000, ALL).addConditions(condition);
      assertThat(total(PersonFacts.ANYBODY, right, promotion)).isEqualTo(18_000);
      assertThat(total(PersonFacts.ANYBODY, wrong, promotion)).isEqualTo(20_000);
    }
  }

  // ---- Times ----

  @Test
  void datesSwitchAtTheMillisecond() {
    Promotion.Builder hour =
        Fixtures.percent("p", 1_000, ALL)
            .setSchedule(
                Schedule.newBuilder()
                    .setStartUnixMs(Fixtures.NOW)
                    .setEndUnixMs(Fixtures.NOW + 1_000));
    assertThat(totalAt(Fixtures.NOW - 1, hour)).isEqualTo(20_000);
    assertThat(totalAt(Fixtures.NOW, hour)).isEqualTo(18_000);
    assertThat(totalAt(Fixtures.NOW + 999, hour)).isEqualTo(18_000);
    assertThat(totalAt(Fixtures.NOW + 1_000, hour)).isEqualTo(20_000);
  }

  @Test
  void weeklyWindowsFollowTheirTimeZoneOverMidnightAndTheChangeOfClocks() {
    Promotion.Builder nights =
        Fixtures.percent("p", 1_000, ALL)
            .setSchedule(
                Schedule.newBuilder()
                    .setTimeZone("America/New_York")
                    .addWindows(
                        WeeklyWindow.newBuilder()
                            .addDays(6)
                            .setStartMinute(22 * 60)
                            .setEndMinute(2 * 60)));
    // Saturday 22:00 until Sunday 02:00, on both sides of the change of 1 November 2026.
    assertThat(totalAt("2026-10-31T21:59:59-04:00", nights)).isEqualTo(20_000);
    assertThat(totalAt("2026-10-31T22:00:00-04:00", nights)).isEqualTo(18_000);
    assertThat(totalAt("2026-11-01T01:30:00-05:00", nights)).isEqualTo(18_000);
    assertThat(totalAt("2026-11-01T02:00:00-05:00", nights)).isEqualTo(20_000);
    assertThat(totalAt("2026-11-07T22:00:00-05:00", nights)).isEqualTo(18_000);
    assertThat(totalAt("2026-11-08T22:00:00-05:00", nights)).isEqualTo(20_000);
  }

  // ---- Together ----

  @Test
  void aLaneTakesTheBestStacksAllOrGoesByPriority() {
    Promotion ten =
        Fixtures.percent("ten", 1_000, ALL)
            .setStacking(Stacking.newBuilder().setPriority(9))
            .build();
    Promotion twenty = Fixtures.percent("twenty", 2_000, ALL).build();
    Basket basket = cart(0, 0, PAN, 1);
    assertThat(price(LaneRules.parse("item=best"), basket, ten, twenty).total()).isEqualTo(16_000);
    assertThat(price(LaneRules.parse("item=all"), basket, ten, twenty).total()).isEqualTo(14_400);
    assertThat(price(LaneRules.parse("item=first"), basket, ten, twenty).total()).isEqualTo(18_000);
    assertThatThrownBy(() -> LaneRules.parse("item=most"))
        .hasMessageContaining("best, all or first");
    assertThatThrownBy(() -> LaneRules.parse("gift=best")).hasMessageContaining("shipping");
  }

  @Test
  void lanesFollowEachOtherAndLaterOnesSeeLowerPrices() {
    Promotion item = Fixtures.percent("item", 5_000, ALL).build();
    Promotion order =
        Fixtures.amount("order", 3_000, ALL).addConditions(Fixtures.minAmount(15_000)).build();
    Promotion member =
        Fixtures.percent("member", 1_000, ALL)
            .setStacking(Stacking.newBuilder().setLane(Lane.LANE_MEMBER))
            .build();
    // Half price brings two pans to 20,000, then 3,000 off, then a tenth.
    Pricing pricing = price(LaneRules.DEFAULT, cart(0, 0, PAN, 2), item, order, member);
    assertThat(pricing.total()).isEqualTo(15_300);
    assertThat(ids(pricing)).containsExactly("item", "order", "member");
  }

  @Test
  void oneOfAGroupAppliesAndAJointCapHoldsAll() {
    Stacking.Builder group = Stacking.newBuilder().setExclusiveGroup("g");
    assertThat(
            price(
                    LaneRules.DEFAULT,
                    cart(0, 0, PAN, 1),
                    Fixtures.amount("a", 1_000, ALL).setStacking(group).build(),
                    Fixtures.amount("b", 3_000, ALL).setStacking(group).build())
                .total())
        .isEqualTo(17_000);
    Stacking.Builder joint = Stacking.newBuilder().setJointCap("j").setJointCapMinorUnits(3_500);
    assertThat(
            price(
                    LaneRules.DEFAULT,
                    cart(0, 0, PAN, 1),
                    Fixtures.amount("a", 1_000, ALL).setStacking(joint).build(),
                    Fixtures.amount("b", 3_000, ALL).setStacking(joint).build())
                .total())
        .isEqualTo(16_500);
  }

  @Test
  void codesDoNotStackWhenOfOneGroupAndWorkOnlyWhenEntered() {
    Stacking.Builder codes = Stacking.newBuilder().setExclusiveGroup("codes");
    Promotion one =
        Fixtures.amount("one", 1_000, ALL)
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("ONE")
            .setStacking(codes)
            .build();
    Promotion two =
        Fixtures.amount("two", 2_000, ALL)
            .setType(PromotionType.PROMOTION_TYPE_COUPON)
            .setCode("TWO")
            .setStacking(codes)
            .build();
    Basket plain = cart(0, 0, PAN, 1);
    Basket both =
        new Basket(
            plain.items(),
            plain.quantities(),
            plain.unitPrices(),
            "CNY",
            0,
            0,
            Set.of("one", "two"));
    assertThat(price(LaneRules.DEFAULT, plain, one, two).total()).isEqualTo(20_000);
    assertThat(price(LaneRules.DEFAULT, both, one, two).total()).isEqualTo(18_000);
  }

  @Test
  void evaluatingTwiceGivesTheSame() {
    Basket basket = cart(1_200, 500, KNIFE, 2, PAN, 1, RAKE, 3);
    Promotion[] promotions = {
      Fixtures.percent("a", 1_000, Fixtures.category("kitchen")).build(),
      Fixtures.amount("b", 3_000, ALL).build(),
      Fixtures.percent("c", 1_500, Fixtures.brand("Iron")).build()
    };
    Pricing first = price(LaneRules.DEFAULT, basket, promotions);
    Pricing again = price(LaneRules.DEFAULT, basket, promotions);
    assertThat(again.after()).isEqualTo(first.after());
    assertThat(ids(again)).isEqualTo(ids(first));
  }

  // ---- Flash sales ----

  @Test
  void aFlashSaleShowsPriceEndAndWhatIsLeftOfTheItem() {
    PromotionSnapshot snapshot =
        new PromotionSnapshot(
            1,
            List.of(
                Fixtures.flashSale("flash", 4_000, Fixtures.items("rake", "pan"))
                    .setSchedule(Schedule.newBuilder().setEndUnixMs(Fixtures.NOW + 60_000))
                    .build()));
    ItemOffer offer =
        snapshot.bestOffer(RAKE, PersonFacts.ANYBODY, Moment.at(Fixtures.NOW), Usage.UNTOUCHED);

    assertThat(offer).isNotNull();
    assertThat(offer.priceMinorUnits()).isEqualTo(4_000);
    assertThat(offer.describe().getEndsAtUnixMs()).isEqualTo(Fixtures.NOW + 60_000);
    assertThat(offer.describe().getRemainingUnits()).isEqualTo(3);
    assertThat(
            snapshot.bestOffer(
                RAKE, PersonFacts.ANYBODY, Moment.at(Fixtures.NOW + 60_000), Usage.UNTOUCHED))
        .isNull();
  }

  // ---- Helpers ----

  private static Promotion.Builder promotion(Action.Builder action) {
    return Fixtures.promotion("p", PromotionType.PROMOTION_TYPE_PERCENT_OFF).setAction(action);
  }

  private static Promotion.Builder gift(String id, String of, String given) {
    return Fixtures.promotion(id, PromotionType.PROMOTION_TYPE_BUY_X_GET_Y)
        .setAppliesTo(Fixtures.items(of))
        .setAction(Action.newBuilder().setGift(Gift.newBuilder().setItemId(given).setQuantity(1)));
  }

  private static SpendTier tier(long spend, long off) {
    return SpendTier.newBuilder().setSpendMinorUnits(spend).setOffMinorUnits(off).build();
  }

  private static BundlePart part(ItemSelector selector) {
    return BundlePart.newBuilder().setSelector(selector).setQuantity(1).build();
  }

  private static Basket cart(long shipping, long points, Object... lines) {
    ItemFacts[] items = new ItemFacts[lines.length / 2];
    int[] quantities = new int[items.length];
    long[] prices = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      items[i] = (ItemFacts) lines[2 * i];
      quantities[i] = (Integer) lines[2 * i + 1];
      prices[i] = items[i].priceMinorUnits();
    }
    return new Basket(items, quantities, prices, "CNY", shipping, points, Set.of());
  }

  private static Pricing price(Basket basket, Promotion.Builder... promotions) {
    return price(
        LaneRules.DEFAULT,
        basket,
        Arrays.stream(promotions).map(Promotion.Builder::build).toArray(Promotion[]::new));
  }

  private static Pricing price(LaneRules rules, Basket basket, Promotion... promotions) {
    return price(rules, basket, PersonFacts.ANYBODY, Moment.at(Fixtures.NOW), promotions);
  }

  private static Pricing price(
      LaneRules rules, Basket basket, PersonFacts person, Moment moment, Promotion... promotions) {
    Map<String, ItemFacts> items = Map.of("sticker", STICKER, "rake", RAKE);
    return new CartEvaluator(rules)
        .evaluate(
            basket,
            person,
            moment,
            new PromotionSnapshot(1, List.of(promotions)),
            Usage.UNTOUCHED,
            items::get);
  }

  private static long total(Basket basket, Promotion.Builder promotion) {
    return price(basket, promotion).total();
  }

  /// One pan.
  private static long total(PersonFacts person, Moment moment, Promotion.Builder promotion) {
    return price(LaneRules.DEFAULT, cart(0, 0, PAN, 1), person, moment, promotion.build()).total();
  }

  private static long totalAt(long unixMs, Promotion.Builder promotion) {
    return total(PersonFacts.ANYBODY, Moment.at(unixMs), promotion);
  }

  private static long totalAt(String time, Promotion.Builder promotion) {
    return totalAt(ZonedDateTime.parse(time).toInstant().toEpochMilli(), promotion);
  }

  private static List<String> ids(Pricing pricing) {
    return pricing.applied().stream().map(one -> one.promotion().id()).toList();
  }
}
