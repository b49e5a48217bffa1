// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

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
import dev.proffer.proto.promotion.v1.NthItemOff;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.PointsRedemption;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.RequiresItems;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.Stacking;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Seeded carts and promotions in which everything meets everything.
final class RandomCarts {
  private static final String[] CATEGORIES = {"kitchen", "kitchen/knives", "garden", "toys"};
  private static final String[] BRANDS = {"Ace", "Bolt"};

  private final Random random;
  private final boolean small;

  /// @param small prices of a few minor units, where every rounding counts
  RandomCarts(Random random, boolean small) {
    this.random = random;
    this.small = small;
  }

  Basket basket(int linesMax) {
    int lines = 1 + random.nextInt(linesMax);
    ItemFacts[] items = new ItemFacts[lines];
    int[] quantities = new int[lines];
    long[] prices = new long[lines];
    for (int i = 0; i < lines; i++) {
      prices[i] = small ? random.nextInt(60) : 100 + random.nextInt(40) * 250L;
      long floor = random.nextInt(5) == 0 ? prices[i] * random.nextInt(100) / 100 : 0;
      items[i] =
          Fixtures.item(
              "item" + random.nextInt(8),
              CATEGORIES[random.nextInt(CATEGORIES.length)],
              BRANDS[random.nextInt(BRANDS.length)],
              prices[i],
              floor);
      quantities[i] = 1 + random.nextInt(4);
    }
    return new Basket(
        items,
        quantities,
        prices,
        "CNY",
        random.nextInt(3) * unit() * 10,
        random.nextInt(500),
        Set.of());
  }

  private long unit() {
    return small ? 1 : 100;
  }

  List<Promotion> promotions(int count) {
    List<Promotion> result = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      result.add(promotion("p" + i));
    }
    return result;
  }

  private Promotion promotion(String id) {
    Promotion.Builder builder = Fixtures.promotion(id, PromotionType.PROMOTION_TYPE_PERCENT_OFF);
    if (random.nextInt(3) > 0) {
      builder.setAppliesTo(selector());
    }
    builder.setAction(action());
    switch (random.nextInt(8)) {
      case 0 ->
          builder.addConditions(
              Condition.newBuilder()
                  .setMinAmount(
                      MinAmount.newBuilder()
                          .setAmountMinorUnits((1 + random.nextInt(150)) * unit())
                          .setScope(
                              random.nextBoolean()
                                  ? AmountScope.AMOUNT_SCOPE_CART
                                  : AmountScope.AMOUNT_SCOPE_MATCHING_LINES)));
      case 1 ->
          builder.addConditions(
              Condition.newBuilder()
                  .setMinQuantity(MinQuantity.newBuilder().setQuantity(1 + random.nextInt(4))));
      case 2 ->
          builder.addConditions(
              Condition.newBuilder()
                  .setRequiresItems(
                      RequiresItems.newBuilder()
                          .setSelector(selector())
                          .setQuantity(1 + random.nextInt(2))));
      default -> {}
    }
    Stacking.Builder stacking = Stacking.newBuilder().setPriority(random.nextInt(3));
    if (random.nextInt(3) == 0 && !builder.getAction().hasFreeShipping()) {
      stacking.setLane(
          switch (random.nextInt(3)) {
            case 0 -> Lane.LANE_ITEM;
            case 1 -> Lane.LANE_ORDER;
            default -> Lane.LANE_MEMBER;
          });
    }
    if (random.nextInt(5) == 0) {
      stacking.setExclusiveGroup("g" + random.nextInt(2));
    }
    if (random.nextInt(12) == 0) {
      stacking.setExclusive(true);
    }
    if (random.nextInt(8) == 0) {
      stacking.setJointCap("j").setJointCapMinorUnits(30 * unit());
    }
    return builder.setStacking(stacking).build();
  }

  private ItemSelector selector() {
    return switch (random.nextInt(4)) {
      case 0 -> Fixtures.items("item" + random.nextInt(8), "item" + random.nextInt(8));
      case 1 -> Fixtures.category(CATEGORIES[random.nextInt(CATEGORIES.length)]);
      case 2 -> Fixtures.brand(BRANDS[random.nextInt(BRANDS.length)]);
      default ->
          ItemSelector.newBuilder()
              .addExcludedCategories(CATEGORIES[random.nextInt(CATEGORIES.length)])
              .build();
    };
  }

  private Action action() {
    Action.Builder action = Action.newBuilder();
    if (random.nextInt(6) == 0) {
      action.setMaxDiscountMinorUnits((1 + random.nextInt(30)) * unit());
    }
    int basisPoints = (1 + random.nextInt(20)) * 500;
    switch (random.nextInt(13)) {
      case 0, 1 -> action.setPercentOff(PercentOff.newBuilder().setBasisPoints(basisPoints));
      case 2 ->
          action.setAmountOff(
              AmountOff.newBuilder().setAmountMinorUnits((1 + random.nextInt(40)) * unit()));
      case 3 ->
          action.setAmountOff(
              AmountOff.newBuilder()
                  .setAmountMinorUnits((1 + random.nextInt(20)) * unit())
                  .setEachUnit(true));
      case 4, 5 ->
          action.setFixedPrice(
              FixedPrice.newBuilder()
                  .setUnitPriceMinorUnits(random.nextInt(50) * unit())
                  .setMaxUnits(random.nextInt(3)));
      case 6, 7 -> action.setTieredAmountOff(tiers());
      case 8 ->
          action.setNthItemOff(
              NthItemOff.newBuilder().setNth(1 + random.nextInt(3)).setBasisPoints(basisPoints));
      case 9 -> {
        BuyXGetY.Builder buyGet =
            BuyXGetY.newBuilder()
                .setBuy(1 + random.nextInt(3))
                .setGet(1 + random.nextInt(2))
                .setMaxTimes(random.nextInt(3));
        if (random.nextInt(3) == 0) {
          buyGet.setGetFrom(selector());
        }
        action.setBuyXGetY(buyGet);
      }
      case 10 -> {
        if (random.nextInt(3) == 0) {
          action.setGift(Gift.newBuilder().setItemId("gift").setQuantity(1));
        } else {
          action.setFreeShipping(FreeShipping.getDefaultInstance());
        }
      }
      case 11 ->
          action.setBundlePrice(
              BundlePrice.newBuilder()
                  .addParts(
                      BundlePart.newBuilder()
                          .setSelector(selector())
                          .setQuantity(1 + random.nextInt(2)))
                  .addParts(BundlePart.newBuilder().setSelector(selector()).setQuantity(1))
                  .setPriceMinorUnits(random.nextInt(80) * unit()));
      default ->
          action.setPoints(
              PointsRedemption.newBuilder()
                  .setPointsPerStep(1 + random.nextInt(100))
                  .setStepMinorUnits((1 + random.nextInt(10)) * unit())
                  .setMaxBasisPoints(random.nextInt(3) * 2_500));
    }
    return action.build();
  }

  private TieredAmountOff tiers() {
    long first = (10 + random.nextInt(80)) * unit();
    if (random.nextInt(3) == 0) {
      return TieredAmountOff.newBuilder()
          .addTiers(
              SpendTier.newBuilder()
                  .setSpendMinorUnits(first)
                  .setOffMinorUnits((1 + random.nextInt(10)) * unit()))
          .setRepeats(true)
          .build();
    }
    TieredAmountOff.Builder tiers =
        TieredAmountOff.newBuilder()
            .addTiers(
                SpendTier.newBuilder()
                    .setSpendMinorUnits(first)
                    .setOffMinorUnits((1 + random.nextInt(10)) * unit()));
    if (random.nextBoolean()) {
      tiers.addTiers(SpendTier.newBuilder().setSpendMinorUnits(first * 2).setOffBasisPoints(1_000));
    }
    return tiers.build();
  }

  LaneRules rules() {
    return random.nextInt(3) > 0
        ? LaneRules.DEFAULT
        : new LaneRules(mode(), mode(), mode(), mode());
  }

  private LaneMode mode() {
    return LaneMode.values()[random.nextInt(3)];
  }
}
