// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.FixedPrice;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.MinAmount;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import java.util.Map;

/// Promotions and items that tests share.
final class Fixtures {
  /// 2026-11-22T08:00:00Z, a Sunday.
  static final long NOW = 1_795_334_400_000L;

  private Fixtures() {}

  static ItemFacts item(String id, String category, String brand, long price) {
    return item(id, category, brand, price, 0);
  }

  static ItemFacts item(String id, String category, String brand, long price, long floor) {
    return new ItemFacts(
        id, category, brand, Map.of(), price, floor, ItemFacts.UNKNOWN, 100, "CNY");
  }

  static Promotion.Builder promotion(String id, PromotionType type) {
    return Promotion.newBuilder()
        .setPromotionId(id)
        .setType(type)
        .setState(PromotionState.PROMOTION_STATE_LIVE)
        .setCurrency("CNY")
        .putNames("en", id)
        .putNames("zh", id);
  }

  static Promotion.Builder percent(String id, int basisPoints, ItemSelector selector) {
    return promotion(id, PromotionType.PROMOTION_TYPE_PERCENT_OFF)
        .setAppliesTo(selector)
        .setAction(
            Action.newBuilder().setPercentOff(PercentOff.newBuilder().setBasisPoints(basisPoints)));
  }

  static Promotion.Builder amount(String id, long amount, ItemSelector selector) {
    return promotion(id, PromotionType.PROMOTION_TYPE_AMOUNT_OFF)
        .setAppliesTo(selector)
        .setAction(
            Action.newBuilder().setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(amount)));
  }

  static Promotion.Builder flashSale(String id, long price, ItemSelector selector) {
    return promotion(id, PromotionType.PROMOTION_TYPE_FLASH_SALE)
        .setAppliesTo(selector)
        .setAction(
            Action.newBuilder()
                .setFixedPrice(FixedPrice.newBuilder().setUnitPriceMinorUnits(price)));
  }

  static ItemSelector category(String category) {
    return ItemSelector.newBuilder().addCategories(category).build();
  }

  static ItemSelector items(String... ids) {
    return ItemSelector.newBuilder().addAllItemIds(java.util.List.of(ids)).build();
  }

  static ItemSelector brand(String brand) {
    return ItemSelector.newBuilder().addBrands(brand).build();
  }

  static Condition minAmount(long amount) {
    return Condition.newBuilder()
        .setMinAmount(MinAmount.newBuilder().setAmountMinorUnits(amount))
        .build();
  }
}
