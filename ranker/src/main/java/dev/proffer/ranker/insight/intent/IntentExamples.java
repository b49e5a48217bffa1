// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.intent;

import dev.proffer.ranker.basket.DailyBaskets;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Replays the event log and writes down what was known at certain moments and what came after.
///
/// Once a week, people heard of within half a year are looked at: what they and some categories
/// were worth then, and whether a purchase followed within seven days. Visits are looked at after
/// their 1st, 2nd, 4th, 8th … event for as long as nothing is bought in them. Events must come in
/// the order of time.
public final class IntentExamples {
  static final long DAY = 86_400_000L;
  static final long WEEK = 7 * DAY;
  private static final long WARM_UP = 2 * WEEK;
  private static final long FORGOTTEN = 180 * DAY;
  private static final int CATEGORIES_OF_A_PERSON = 4;
  private static final int VISITS_OPEN_MAX = 50_000;
  private static final int VISIT_EVENTS_MAX = 64;

  /// One moment.
  static final class Row {
    final long atMillis;
    final double[] values;
    boolean bought;

    Row(long atMillis, double[] values) {
      this.atMillis = atMillis;
      this.values = values;
    }
  }

  private record OfCategory(String category, Row row) {}

  private final ZoneId zone;
  private final int rowsMax;
  private final Map<String, IntentState> states = new HashMap<>();
  private final Map<IntentTarget, List<Row>> rows = new EnumMap<>(IntentTarget.class);
  private final Map<IntentTarget, Integer> every = new EnumMap<>(IntentTarget.class);
  private final Map<IntentTarget, Integer> offered = new EnumMap<>(IntentTarget.class);
  private final Map<String, Row> pendingPeople = new HashMap<>();
  private final Map<String, List<OfCategory>> pendingCategories = new HashMap<>();
  private final Map<String, List<Row>> openVisits =
      new LinkedHashMap<>(16, 0.75f, false) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Row>> eldest) {
          return size() > VISITS_OPEN_MAX;
        }
      };
  private final Map<String, Long> categoryPurchases = new HashMap<>();
  private long purchases;
  private long nextCut;
  private long firstMillis;
  private long lastMillis;

  /// @param rowsMax the most rows of a target; more are thinned evenly
  public IntentExamples(ZoneId zone, int rowsMax) {
    this.zone = zone;
    this.rowsMax = rowsMax;
    for (IntentTarget target : IntentTarget.values()) {
      rows.put(target, new ArrayList<>());
      every.put(target, 1);
      offered.put(target, 0);
    }
  }

  /// Takes in the next event.
  public void take(
      Kind kind,
      long atMillis,
      String userId,
      String visit,
      String itemId,
      String category,
      String orderKey,
      double value) {
    if (firstMillis == 0) {
      firstMillis = atMillis;
      nextCut = atMillis + WARM_UP;
    }
    while (atMillis >= nextCut) {
      cut(nextCut);
      nextCut += WEEK;
    }
    lastMillis = Math.max(lastMillis, atMillis);
    if (kind == Kind.PURCHASE) {
      bought(userId, visit, category);
    }
    boolean known = !userId.isEmpty();
    IntentState state =
        states.computeIfAbsent(known ? userId : "@" + visit, _ -> new IntentState(zone));
    state.take(kind, atMillis, visit, itemId, category, orderKey, value);
    if (kind == Kind.PURCHASE) {
      openVisits.remove(visit);
      return;
    }
    int events = state.visitEvents();
    if (Integer.bitCount(events) == 1
        && events <= VISIT_EVENTS_MAX
        && state.visitPurchases() == 0
        && isWanted(IntentTarget.VISIT)) {
      Row row = new Row(atMillis, state.visit(visit, atMillis));
      add(IntentTarget.VISIT, row);
      openVisits.computeIfAbsent(visit, _ -> new ArrayList<>(4)).add(row);
    }
  }

  private void bought(String userId, String visit, String category) {
    purchases++;
    if (!category.isEmpty()) {
      for (String one : DailyBaskets.withAncestors(category)) {
        categoryPurchases.merge(one, 1L, Long::sum);
      }
    }
    Row person = pendingPeople.get(userId);
    if (person != null) {
      person.bought = true;
    }
    for (OfCategory pending : pendingCategories.getOrDefault(userId, List.of())) {
      if (category.equals(pending.category()) || category.startsWith(pending.category() + "/")) {
        pending.row().bought = true;
      }
    }
    for (Row row : openVisits.getOrDefault(visit, List.of())) {
      row.bought = true;
    }
  }

  private void cut(long at) {
    pendingPeople.clear();
    pendingCategories.clear();
    List<String> popular =
        categoryPurchases.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(20)
            .map(Map.Entry::getKey)
            .toList();
    states.entrySet().removeIf(entry -> at - entry.getValue().lastMillis() > FORGOTTEN);
    for (Map.Entry<String, IntentState> entry : states.entrySet()) {
      if (entry.getKey().startsWith("@")) {
        continue;
      }
      IntentState state = entry.getValue();
      if (isWanted(IntentTarget.WEEK)) {
        Row row = new Row(at, state.person(at));
        add(IntentTarget.WEEK, row);
        pendingPeople.put(entry.getKey(), row);
      }
      List<String> asked = new ArrayList<>(state.topCategories(at, CATEGORIES_OF_A_PERSON));
      if (!popular.isEmpty()) {
        // One that many buy, so that the model also sees people without interest in it.
        String other =
            popular.get(
                Math.floorMod(entry.getKey().hashCode() * 31 + (int) (at / WEEK), popular.size()));
        if (!asked.contains(other)) {
          asked.add(other);
        }
      }
      for (String category : asked) {
        if (isWanted(IntentTarget.CATEGORY)) {
          Row row = new Row(at, state.category(category, at, popularity(category)));
          add(IntentTarget.CATEGORY, row);
          pendingCategories
              .computeIfAbsent(entry.getKey(), _ -> new ArrayList<>(5))
              .add(new OfCategory(category, row));
        }
      }
    }
  }

  private double popularity(String category) {
    return purchases == 0 ? 0 : (double) categoryPurchases.getOrDefault(category, 0L) / purchases;
  }

  /// What is known of a person after the last event; null for who was not heard of for long.
  public @Nullable IntentState state(String userId) {
    return states.get(userId);
  }

  Map<String, Double> popularity() {
    Map<String, Double> shares = new HashMap<>();
    categoryPurchases.forEach(
        (category, count) -> shares.put(category, purchases == 0 ? 0 : (double) count / purchases));
    return shares;
  }

  private static int value(@Nullable Integer count) {
    return count == null ? 0 : count;
  }

  /// Every so many moments are kept, so that all times are there alike.
  private boolean isWanted(IntentTarget target) {
    int number = value(offered.merge(target, 1, Integer::sum));
    // A multiplicative hash, so that thinning has no rhythm in common with the order of people.
    return Integer.remainderUnsigned(
            (number * 0x9E3779B9) >>> 8, Math.max(1, value(every.get(target))))
        == 0;
  }

  private void add(IntentTarget target, Row row) {
    List<Row> all = rows.getOrDefault(target, List.of());
    all.add(row);
    if (all.size() >= rowsMax) {
      List<Row> half = new ArrayList<>(all.size() / 2 + 1);
      for (int i = 0; i < all.size(); i += 2) {
        half.add(all.get(i));
      }
      rows.put(target, half);
      every.put(target, 2 * value(every.get(target)));
    }
  }

  /// Rows whose outcome is known, in the order of time.
  List<Row> rows(IntentTarget target) {
    long end = target == IntentTarget.VISIT ? lastMillis - DAY / 2 : lastMillis - WEEK;
    return rows.getOrDefault(target, List.of()).stream()
        .filter(row -> row.atMillis <= end)
        .toList();
  }

  long firstMillis() {
    return firstMillis;
  }

  long lastMillis() {
    return lastMillis;
  }
}
