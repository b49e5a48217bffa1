// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The people of whom events came in, kept up to date event by event. When there are more than the
/// limit, those who were not heard of or asked for longest are left to the analysis.
public final class LivePeople {
  private static final int TERMS_MAX = 200_000;
  private static final int STRANGERS_MAX = 20_000;
  private static final int ITEMS_MAX = 50_000;
  private static final long CLOCK_TOLERANCE_MILLIS = 300_000;

  private final ItemDirectory items;
  private final ZoneId zone;
  private final double halfLifeDays;
  private final Cache<String, LivePerson> people;
  private final Cache<String, LivePerson> strangers;

  // Segmenting Chinese is slow beside everything else here, and items come again and again.
  private final Cache<ItemDirectory.ItemFact, ItemTerms> itemTerms =
      Caffeine.newBuilder().maximumSize(ITEMS_MAX).build();
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> termCounts = new HashMap<>();
  private long termTotal;
  private volatile long newestMillis;
  private volatile String currency = "";

  /// What the texts of an item say: its titles aloud, its descriptions in passing.
  record ItemTerms(List<String> titles, List<String> descriptions) {
    static final ItemTerms NONE = new ItemTerms(List.of(), List.of());

    static ItemTerms of(ItemDirectory.ItemFact item) {
      List<String> titles = new ArrayList<>();
      item.titles().values().forEach(title -> Words.each(title, titles::add));
      List<String> descriptions = new ArrayList<>();
      item.descriptions().values().forEach(text -> Words.each(text, descriptions::add));
      return new ItemTerms(List.copyOf(titles), List.copyOf(descriptions));
    }
  }

  public LivePeople(ItemDirectory items, ZoneId zone, double halfLifeDays, int peopleMax) {
    this.items = items;
    this.zone = zone;
    this.halfLifeDays = halfLifeDays;
    this.people = Caffeine.newBuilder().maximumSize(peopleMax).build();
    this.strangers = Caffeine.newBuilder().maximumSize(Math.min(STRANGERS_MAX, peopleMax)).build();
  }

  /// Takes in one event; those that lie in the future are not believed.
  void add(ShopEvent event, long nowMillis) {
    if (event.atMillis() > nowMillis + CLOCK_TOLERANCE_MILLIS
        || event.quantity() < 0
        || event.unitPriceMinorUnits() < 0) {
      return;
    }
    newestMillis = Math.max(newestMillis, Math.min(event.atMillis(), nowMillis));
    if (event.userId().isEmpty() && event.sessionId().isEmpty()) {
      return;
    }
    if (currency.isEmpty() && event.kind() == ShopEvent.Kind.PURCHASE) {
      currency = event.currency();
    }
    ItemDirectory.ItemFact item = event.itemId().isEmpty() ? null : items.find(event.itemId());
    if (event.userId().isEmpty()) {
      strangers
          .get(event.sessionId(), id -> new LivePerson(zone, halfLifeDays))
          .add(event, item, ItemTerms.NONE, currency);
      return;
    }
    ItemTerms terms = item == null ? ItemTerms.NONE : itemTerms.get(item, ItemTerms::of);
    people
        .get(event.userId(), id -> new LivePerson(zone, halfLifeDays))
        .add(event, item, terms, currency);
    countTerms(event, terms);
    changed.add(event.userId());
  }

  /// How common terms are, so that a tag says what sets a person apart and not what everybody says.
  private void countTerms(ShopEvent event, ItemTerms terms) {
    if (event.kind() == ShopEvent.Kind.IMPRESSION) {
      return;
    }
    synchronized (termCounts) {
      terms.titles().forEach(this::count);
      terms.descriptions().forEach(this::count);
      Words.each(event.query(), this::count);
    }
  }

  private void count(String term) {
    termTotal++;
    if (termCounts.size() < TERMS_MAX || termCounts.containsKey(term)) {
      termCounts.merge(term, 1, Integer::sum);
    }
  }

  /// How much a term says: the logarithm of its rarity, 0 for one that is never used.
  double rarity(String term) {
    synchronized (termCounts) {
      int count = termCounts.getOrDefault(term, 0);
      return count == 0 ? 0 : Math.log(1 + (double) termTotal / count);
    }
  }

  /// The currency of the shop, as the analysis found it; until then that of the first purchase.
  void currency(String found) {
    if (!found.isEmpty()) {
      currency = found;
    }
  }

  String currency() {
    return currency;
  }

  @Nullable LivePerson find(String userId) {
    return people.getIfPresent(userId);
  }

  /// Somebody of whom nothing is known.
  LivePerson nobody() {
    return new LivePerson(zone, halfLifeDays);
  }

  /// Who is behind a visit that nobody signed in to.
  @Nullable LivePerson stranger(String sessionId) {
    return strangers.getIfPresent(sessionId);
  }

  /// The time of the newest event that was believed; 0 before the first.
  long newestMillis() {
    return newestMillis;
  }

  /// Today in the zone of the shop, by the newest event.
  int today(long asOfMillis) {
    return (int) java.time.Instant.ofEpochMilli(asOfMillis).atZone(zone).toLocalDate().toEpochDay();
  }

  /// Takes up to `max` people with events since they were last taken.
  List<String> takeChanged(int max) {
    List<String> taken = new ArrayList<>();
    for (Iterator<String> ids = changed.iterator(); ids.hasNext() && taken.size() < max; ) {
      taken.add(ids.next());
      ids.remove();
    }
    return taken;
  }
}
