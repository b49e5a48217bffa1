// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.chatbot.conversation.Slots;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Lists items: deals for a person, deals in a category, a search, or a refined list.
///
/// Setting `promotion`: `first` shows items on promotion and others only when there are none, `any`
/// does not ask for a promotion. Setting `more`: `true` leaves out what was shown before.
final class ListItemsAction implements Action {
  @Override
  public void act(SkillTurn asked, Answer answer) {
    SkillTurn turn = asked;
    Slots slots = turn.slots();
    boolean promotionFirst =
        !turn.skill().settings().getOrDefault("promotion", "first").equals("any");
    List<RecommendedItem> items = promotionFirst ? find(turn, true) : List.of();
    boolean onPromotion = !items.isEmpty();
    if (!onPromotion) {
      items = find(turn, false);
    }
    boolean loose = Boolean.parseBoolean(turn.skill().settings().get("loose_words"));
    if (items.isEmpty() && !slots.query().isEmpty() && (loose || namesKnownThing(slots))) {
      // The words around a known brand or category found nothing: it alone may. And a gift or a
      // bargain is described by words that no item has.
      turn = turn.withSlots(slots.withoutQuery());
      items = find(turn, promotionFirst);
      onPromotion = promotionFirst && !items.isEmpty();
      items = items.isEmpty() && promotionFirst ? find(turn, false) : items;
    }
    if (items.isEmpty()) {
      answer.listedFor(slots);
      boolean more = Boolean.parseBoolean(turn.skill().settings().get("more"));
      boolean priced = slots.minPriceMinorUnits() > 0 || slots.maxPriceMinorUnits() > 0;
      answer.say(
          more
              ? "no_more"
              : priced ? "none_at_price" : slots.namesThing() ? "none" : "none_at_all");
      return;
    }
    int count = Math.min(items.size(), Answer.SHOWN);
    String key = promotionFirst && !onPromotion ? "found_without_promotion" : "found";
    answer.say(key, "count", count).items(items).listedFor(slots);
  }

  private static boolean namesKnownThing(Slots slots) {
    return !slots.categories().isEmpty() || !slots.brands().isEmpty();
  }

  private static List<RecommendedItem> find(SkillTurn turn, boolean onPromotion) {
    Slots slots = turn.slots();
    ItemFilter.Builder filter = turn.filter().setOnPromotion(onPromotion);
    if (Boolean.parseBoolean(turn.skill().settings().get("more"))) {
      filter.addAllExcludedItemIds(turn.memory().seenItemIds());
    }
    boolean narrowed =
        slots.cheapestFirst()
            || !slots.excludedBrands().isEmpty()
            || !slots.excludedCategories().isEmpty();
    int k = narrowed ? 50 : Answer.SHOWN;
    List<RecommendedItem> found =
        slots.query().isEmpty()
            ? turn.shop()
                .recommend(
                    RecommendRequest.newBuilder()
                        .setUserId(turn.request().getUserId())
                        .setSessionId(turn.request().getSessionId())
                        .setK(k)
                        .setContext(turn.context())
                        .setFilter(filter)
                        .setExplain(true)
                        .build())
                .getItemsList()
            : turn.shop()
                .search(
                    SearchItemsRequest.newBuilder()
                        .setQuery(slots.query())
                        .setUserId(turn.request().getUserId())
                        .setK(k)
                        .setContext(turn.context())
                        .setFilter(filter)
                        .build())
                .getItemsList();
    List<RecommendedItem> kept = new ArrayList<>();
    for (RecommendedItem item : found) {
      boolean excluded =
          slots.excludedBrands().stream().anyMatch(item.getBrand()::equalsIgnoreCase)
              || slots.excludedCategories().stream().anyMatch(c -> isBelow(item.getCategory(), c));
      if (!excluded) {
        kept.add(item);
      }
    }
    if (slots.cheapestFirst()) {
      kept.sort(Comparator.comparingLong(RecommendedItem::getPriceMinorUnits));
    }
    return kept;
  }

  private static boolean isBelow(String category, String ancestor) {
    String path = category.toLowerCase(Locale.ROOT) + "/";
    return path.startsWith(ancestor.toLowerCase(Locale.ROOT) + "/");
  }
}
