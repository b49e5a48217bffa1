// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.intent.IntentState;
import dev.proffer.ranker.insight.lifetime.RepeatHistory;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What is known of one person from the events so far, updated event by event.
///
/// It agrees with [ShopAnalysis] on every fact that both make, which a test checks; facts that need
/// other people (price band, median interval) come from the analysis alone. A missing price is the
/// list price here, because the median of what others paid is not known while events stream in.
/// Safe for use by many threads.
public final class LivePerson {
  private static final int CATEGORIES_MAX = 256;
  private static final int TERMS_MAX = 150;

  /// What a word of a description says beside one of a title, which everybody reads.
  private static final double DESCRIPTION = 0.2;

  private static final int OPEN_MAX = 64;
  private static final int ITEMS_MAX = 2_000;
  private static final int DAYS_MAX = 4_000;
  private static final double DAY_MILLIS = 86_400_000.0;

  /// An order or visit that may still grow.
  private static final class Open {
    private final Set<String> items = new HashSet<>();
    private boolean bought;
    private boolean carted;
  }

  /// The segments that were found for these events and this study at this minute.
  record Membership(long events, long minute, @Nullable Findings study, List<String> segmentIds) {}

  private volatile @Nullable Membership membership;
  private final IntentState intent;

  private final ZoneId zone;
  private final DecayedShares categories;
  private final DecayedShares brands;
  private final DecayedShares terms;
  private final Map<String, Open> orders = bounded();
  private final Map<String, Open> visits = bounded();
  private final Set<String> items = new HashSet<>();
  private final TreeMap<Integer, Double> buyingDays = new TreeMap<>();
  private final long[] hours = new long[24];
  private final long[] weekdays = new long[7];

  private long events;
  private long firstMillis = Long.MAX_VALUE;
  private long lastMillis;
  private long lastPurchaseMillis;
  private int orderCount;
  private double money;
  private long orderLines;
  private long pricedLines;
  private long discountedLines;
  private int visitCount;
  private int visitsBought;
  private int visitsCarted;
  private int visitsAbandoned;
  private int clicks;
  private int searches;
  private int reviews;
  private int redemptions;

  LivePerson(ZoneId zone, double halfLifeDays) {
    this.zone = zone;
    this.intent = new IntentState(zone);
    this.categories = new DecayedShares(CATEGORIES_MAX, halfLifeDays);
    this.brands = new DecayedShares(CATEGORIES_MAX, halfLifeDays);
    this.terms = new DecayedShares(TERMS_MAX, halfLifeDays);
  }

  private static <K> Map<K, Open> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, Open> eldest) {
        return size() > OPEN_MAX;
      }
    };
  }

  /// Takes in an event of this person.
  ///
  /// @param currency the currency of sums of money; prices in others are left out
  synchronized void add(
      ShopEvent event, @Nullable ItemFact item, LivePeople.ItemTerms itemTerms, String currency) {
    java.time.ZonedDateTime local = Instant.ofEpochMilli(event.atMillis()).atZone(zone);
    int day = (int) local.toLocalDate().toEpochDay();
    events++;
    firstMillis = Math.min(firstMillis, event.atMillis());
    lastMillis = Math.max(lastMillis, event.atMillis());
    hours[local.getHour()]++;
    weekdays[local.getDayOfWeek().getValue() - 1]++;
    interest(event, item, itemTerms);
    visit(event, day);
    double paid =
        event.kind() == ShopEvent.Kind.PURCHASE
            ? paid(event, item, currency) * event.quantity()
            : 0;
    intent.take(
        event.kind(),
        event.atMillis(),
        visitKey(event, day),
        event.itemId(),
        item == null ? "" : item.category(),
        event.orderKey(day),
        paid);
    switch (event.kind()) {
      case PURCHASE -> purchase(event, item, day, currency);
      case SEARCH -> searches++;
      case REVIEW -> reviews++;
      case CLICK -> clicks++;
      case IMPRESSION, ADD_TO_CART, REDEMPTION -> {}
    }
    if (event.kind() == ShopEvent.Kind.REDEMPTION
        || (event.kind() == ShopEvent.Kind.PURCHASE && !event.promotionId().isEmpty())) {
      redemptions++;
    }
  }

  private void interest(ShopEvent event, @Nullable ItemFact item, LivePeople.ItemTerms itemTerms) {
    double weight = event.kind().interest();
    if (item != null) {
      if (!item.category().isEmpty()) {
        categories.add(item.category(), weight, event.atMillis());
      }
      if (!item.brand().isEmpty()) {
        brands.add(item.brand(), weight, event.atMillis());
      }
    }
    if (weight > 0) {
      itemTerms.titles().forEach(term -> terms.add(term, weight, event.atMillis()));
      itemTerms
          .descriptions()
          .forEach(term -> terms.add(term, weight * DESCRIPTION, event.atMillis()));
    }
    Words.each(event.query(), term -> terms.add(term, 2 * weight, event.atMillis()));
    Words.each(event.text(), term -> terms.add(term, weight / 2, event.atMillis()));
  }

  static String visitKey(ShopEvent event, int day) {
    return event.sessionId().isEmpty() ? event.userId() + "@" + day : event.sessionId();
  }

  private static double paid(ShopEvent event, @Nullable ItemFact item, String currency) {
    if (event.unitPriceMinorUnits() <= 0) {
      return item == null ? 0 : item.listPriceMinorUnits();
    }
    boolean ownCurrency = currency.isEmpty() || event.currency().equals(currency);
    return ownCurrency ? event.unitPriceMinorUnits() : 0;
  }

  /// Asks the state of intent something, while nothing changes it.
  synchronized <T> T intent(Function<IntentState, T> question) {
    return question.apply(intent);
  }

  private void visit(ShopEvent event, int day) {
    String key = visitKey(event, day);
    Open visit = visits.get(key);
    if (visit == null) {
      visit = new Open();
      visits.put(key, visit);
      visitCount++;
    }
    if (event.kind() == ShopEvent.Kind.PURCHASE && !visit.bought) {
      visit.bought = true;
      visitsBought++;
      if (visit.carted) {
        visitsAbandoned--;
      }
    }
    if (event.kind() == ShopEvent.Kind.ADD_TO_CART && !visit.carted) {
      visit.carted = true;
      visitsCarted++;
      if (!visit.bought) {
        visitsAbandoned++;
      }
    }
  }

  private void purchase(ShopEvent event, @Nullable ItemFact item, int day, String currency) {
    boolean ownCurrency = currency.isEmpty() || event.currency().equals(currency);
    long listPrice = item == null ? 0 : item.listPriceMinorUnits();
    double paid = paid(event, item, currency);
    if (event.unitPriceMinorUnits() > 0 && ownCurrency) {
      pricedLines++;
      if ((listPrice > 0 && paid < listPrice * 0.995) || !event.promotionId().isEmpty()) {
        discountedLines++;
      }
    }
    String key = event.orderKey(day);
    Open order = orders.get(key);
    if (order == null) {
      order = new Open();
      orders.put(key, order);
      orderCount++;
    }
    double value = paid * event.quantity();
    money += value;
    if (!event.itemId().isEmpty()) {
      if (order.items.add(event.itemId())) {
        orderLines++;
      }
      if (items.size() < ITEMS_MAX) {
        items.add(event.itemId());
      }
    }
    buyingDays.merge(day, value, Double::sum);
    if (buyingDays.size() > DAYS_MAX) {
      buyingDays.pollFirstEntry();
    }
    lastPurchaseMillis = Math.max(lastPurchaseMillis, event.atMillis());
  }

  /// The facts as of a time at or after the last event; a fact that does not exist is absent.
  synchronized Map<PersonFact, Double> facts(long asOfMillis, int today) {
    Map<PersonFact, Double> facts = new EnumMap<>(PersonFact.class);
    if (events == 0) {
      return facts;
    }
    facts.put(PersonFact.FREQUENCY, (double) orderCount);
    facts.put(PersonFact.MONETARY_MINOR_UNITS, money);
    facts.put(PersonFact.DISTINCT_ITEMS, (double) items.size());
    facts.put(PersonFact.TENURE_DAYS, (asOfMillis - firstMillis) / DAY_MILLIS);
    if (orderCount > 0) {
      facts.put(PersonFact.RECENCY_DAYS, Math.max(0, asOfMillis - lastPurchaseMillis) / DAY_MILLIS);
      facts.put(PersonFact.AVERAGE_BASKET_MINOR_UNITS, money / orderCount);
      facts.put(PersonFact.BASKET_LINES, (double) orderLines / orderCount);
      RepeatHistory history = repeatHistory(today);
      facts.put(PersonFact.PURCHASE_SPAN_DAYS, history.lastDays());
      facts.put(PersonFact.PURCHASE_AGE_DAYS, history.ageDays());
      if (history.repeats() > 0) {
        facts.put(PersonFact.MEAN_REPEAT_VALUE, history.meanRepeatValue());
      }
    }
    facts.put(PersonFact.PURCHASE_DAYS, (double) buyingDays.size());
    if (pricedLines > 0) {
      facts.put(PersonFact.DISCOUNT_AFFINITY, (double) discountedLines / pricedLines);
    }
    long night = 0;
    for (int hour = 0; hour < 24; hour++) {
      night += hour >= 22 || hour < 6 ? hours[hour] : 0;
    }
    facts.put(PersonFact.NIGHT_SHARE, (double) night / events);
    facts.put(PersonFact.WEEKEND_SHARE, (double) (weekdays[5] + weekdays[6]) / events);
    facts.put(PersonFact.VISITS, (double) visitCount);
    facts.put(PersonFact.BROWSE_DEPTH, (double) clicks / visitCount);
    facts.put(PersonFact.CONVERSION, (double) visitsBought / visitCount);
    facts.put(
        PersonFact.CART_ABANDONMENT,
        visitsCarted == 0 ? 0 : (double) visitsAbandoned / visitsCarted);
    facts.put(PersonFact.SEARCHES, (double) searches);
    facts.put(PersonFact.REVIEWS, (double) reviews);
    facts.put(PersonFact.REDEMPTIONS, (double) redemptions);
    double squares = categories.shares().values().stream().mapToDouble(s -> s * s).sum();
    facts.put(PersonFact.CATEGORY_BREADTH, squares > 0 ? 1 / squares : 0);
    return facts;
  }

  /// What the models of lifetime value ask; empty for a person who never bought.
  synchronized Optional<RepeatHistory> history(int today) {
    return buyingDays.isEmpty() ? Optional.empty() : Optional.of(repeatHistory(today));
  }

  private RepeatHistory repeatHistory(int today) {
    int first = buyingDays.firstKey();
    int last = buyingDays.lastKey();
    double repeatValue = 0;
    for (double value : buyingDays.tailMap(first, false).values()) {
      repeatValue += value;
    }
    int repeats = buyingDays.size() - 1;
    return new RepeatHistory(
        repeats,
        (double) last - first,
        (double) Math.max(today, last) - first,
        repeats == 0 ? 0 : Math.max(0, repeatValue / repeats));
  }

  synchronized long events() {
    return events;
  }

  @Nullable Membership membership() {
    return membership;
  }

  void membership(Membership latest) {
    membership = latest;
  }

  synchronized Map<String, Double> categories() {
    return categories.shares();
  }

  synchronized Map<String, Double> brands() {
    return brands.shares();
  }

  synchronized Map<String, Double> terms() {
    return terms.shares();
  }

  synchronized double[] hourShares() {
    return Arrays.stream(hours).mapToDouble(n -> events == 0 ? 0 : (double) n / events).toArray();
  }

  synchronized double[] weekdayShares() {
    return Arrays.stream(weekdays)
        .mapToDouble(n -> events == 0 ? 0 : (double) n / events)
        .toArray();
  }

  synchronized long lastMillis() {
    return lastMillis;
  }
}
