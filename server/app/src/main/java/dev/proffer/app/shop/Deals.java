// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.Lane;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What people of the sample shop saw on the price tags: for each item the promotions that cut the
/// price of a single unit, with their times. It is a rough twin of the promotion engine, good
/// enough to make up a past in which lower prices sold more.
final class Deals {
  private final List<List<Deal>> byItem = new ArrayList<>();
  private final List<Deal> all = new ArrayList<>();

  /// A cut in the price of single units.
  record Deal(
      String promotionId,
      long startUnixMs,
      long endUnixMs,
      int minMemberLevel,
      int basisPoints,
      long amountMinorUnits,
      List<Integer> items) {

    boolean isOn(long unixMs) {
      return unixMs >= startUnixMs && unixMs < endUnixMs;
    }

    long priceMinorUnits(ShopItem item) {
      long list = item.item().getPriceMinorUnits();
      long price = list - list * basisPoints / 10_000 - amountMinorUnits;
      return Math.max(item.item().getFloorPriceMinorUnits(), price);
    }
  }

  Deals(List<Promotion> promotions, List<ShopItem> items) {
    for (int i = 0; i < items.size(); i++) {
      byItem.add(new ArrayList<>());
    }
    for (Promotion promotion : promotions) {
      Deal deal = deal(promotion, items);
      if (deal != null) {
        all.add(deal);
        deal.items().forEach(item -> byItem.get(item).add(deal));
      }
    }
  }

  /// The deal with the lowest price for a person of this level, or null.
  @Nullable Deal best(int itemNumber, ShopItem item, long unixMs, int memberLevel) {
    Deal best = null;
    long bestPrice = item.item().getPriceMinorUnits();
    for (Deal deal : byItem.get(itemNumber)) {
      if (deal.isOn(unixMs) && memberLevel >= deal.minMemberLevel()) {
        long price = deal.priceMinorUnits(item);
        if (price < bestPrice) {
          best = deal;
          bestPrice = price;
        }
      }
    }
    return best;
  }

  /// The deals for everybody that are on.
  List<Deal> on(long unixMs) {
    List<Deal> found = new ArrayList<>();
    for (Deal deal : all) {
      if (deal.isOn(unixMs) && deal.minMemberLevel() == 0) {
        found.add(deal);
      }
    }
    return found;
  }

  private static @Nullable Deal deal(Promotion promotion, List<ShopItem> items) {
    boolean shown =
        promotion.getState() == PromotionState.PROMOTION_STATE_LIVE
            || promotion.getState() == PromotionState.PROMOTION_STATE_ENDED;
    if (!shown
        || !promotion.getCode().isEmpty()
        || promotion.getSchedule().getWindowsCount() > 0
        || promotion.getStacking().getLane() == Lane.LANE_ORDER) {
      return null;
    }
    int minMemberLevel = 0;
    for (Condition condition : promotion.getConditionsList()) {
      if (!condition.hasPerson()) {
        return null;
      }
      minMemberLevel = Math.max(minMemberLevel, condition.getPerson().getMinMemberLevel());
    }
    Action action = promotion.getAction();
    int basisPoints = action.hasPercentOff() ? action.getPercentOff().getBasisPoints() : 0;
    long amount =
        action.hasAmountOff() && action.getAmountOff().getEachUnit()
            ? action.getAmountOff().getAmountMinorUnits()
            : 0;
    if (basisPoints == 0 && amount == 0) {
      return null;
    }
    List<Integer> matching = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (matches(promotion.getAppliesTo(), items.get(i))) {
        matching.add(i);
      }
    }
    return new Deal(
        promotion.getPromotionId(),
        promotion.getSchedule().getStartUnixMs(),
        promotion.getSchedule().getEndUnixMs(),
        minMemberLevel,
        basisPoints,
        amount,
        List.copyOf(matching));
  }

  private static boolean matches(ItemSelector selector, ShopItem item) {
    String category = item.item().getCategory();
    for (String excluded : selector.getExcludedCategoriesList()) {
      if (category.startsWith(excluded)) {
        return false;
      }
    }
    boolean all =
        selector.getItemIdsCount() == 0
            && selector.getCategoriesCount() == 0
            && selector.getBrandsCount() == 0
            && selector.getAttributesCount() == 0;
    return all
        || selector.getItemIdsList().contains(item.id())
        || selector.getBrandsList().contains(item.item().getBrand())
        || selector.getCategoriesList().stream()
            .anyMatch(c -> category.equals(c) || category.startsWith(c + "/"))
        || selector.getAttributesList().stream()
            .anyMatch(a -> {
              int equals = a.indexOf('=');
              return a.substring(equals + 1)
                  .equals(item.item().getAttributesMap().get(a.substring(0, equals)));
            });
  }
}
