// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.app.shop.Assortment.Category;
import dev.proffer.app.shop.Assortment.Thing;
import dev.proffer.app.shop.Deals.Deal;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Lets the people of the sample shop live through its past and reports what they did, in time
/// order.
///
/// A visit begins with a reason: something is used up and bought again; something goes with what
/// was bought last; a sale is on; a search; or just looking at what one likes. From item to item
/// people go to alternatives, to companions, or on to something else. What they put into the cart
/// depends on brand, price level, quality and, for some, on a discount. What is bought is reviewed
/// days later.
///
/// Only the visits (a number each), the state of each person and the events of overlapping visits
/// are in memory; the events themselves stream out.
final class Behaviour {
  private static final int CART_MAX = 6;
  private static final int REMEMBERED_MAX = 24;
  private static final int DUE_MAX = 4;
  private static final int SECONDS_BITS = 34;

  private static final double[] NOON_HOURS = {
    1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2.5, 4, 5, 5, 6, 9, 8, 5, 4, 4, 4, 4, 4, 4, 4, 3, 2
  };
  private static final double[] EVENING_HOURS = {
    3, 1.2, 0.5, 0.2, 0.2, 0.3, 0.8, 1.8, 2.5, 2.5, 2.5, 2.5, 4, 3.5, 2.5, 2.5, 2.5, 3, 4, 6, 8.5,
    10, 9, 6
  };
  private static final double HOUR_MAX = 10;

  private final Assortment assortment;
  private final List<ShopItem> items;
  private final List<Shopper> people;
  private final Deals deals;
  private final Instant now;
  private final Instant start;
  private final String idPrefix;
  private final Dice dice;

  private final List<int[]> byCategory = new ArrayList<>();
  private final List<double[]> appealSums = new ArrayList<>();
  private final Companions companions;

  private final int[] orders;
  private final int[] lastBought;
  private final long[] lastBoughtUnixMs;
  private final Map<Integer, int[]> bought = new HashMap<>();
  private final int[][] dueItem;
  private final long[][] dueUnixMs;

  private final PriorityQueue<Pending> pending = new PriorityQueue<>();
  private long made;
  private long emitted;
  private long visits;

  Behaviour(
      Assortment assortment,
      List<ShopItem> items,
      List<Shopper> people,
      Deals deals,
      long seed,
      Instant now,
      Duration history) {
    this.assortment = assortment;
    this.items = items;
    this.people = people;
    int peopleCount = people.size();
    this.deals = deals;
    this.now = now;
    this.start = now.minus(history);
    this.idPrefix = "shop:" + Long.toHexString(seed) + ":";
    this.dice = new Dice(seed, "behaviour");
    this.orders = new int[peopleCount];
    this.lastBought = new int[peopleCount];
    Arrays.fill(lastBought, -1);
    this.lastBoughtUnixMs = new long[peopleCount];
    this.dueItem = new int[peopleCount][];
    this.dueUnixMs = new long[peopleCount][];
    for (int c = 0; c < assortment.categories().size(); c++) {
      int category = c;
      int[] members =
          IntStream.range(0, items.size())
              .filter(i -> items.get(i).category() == category)
              .toArray();
      byCategory.add(members);
      appealSums.add(
          Dice.runningSums(
              Arrays.stream(members).mapToDouble(i -> items.get(i).appeal()).toArray()));
    }
    this.companions = new Companions(assortment, items, byCategory, seed);
  }

  /// An event that waits for earlier ones of other visits.
  private record Pending(long unixMs, long number, Event.Builder event)
      implements Comparable<Pending> {
    @Override
    public int compareTo(Pending other) {
      int byTime = Long.compare(unixMs, other.unixMs);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /// Runs through the whole past. Returns the number of events.
  long run(Consumer<Event> sink) {
    for (long visit : plan()) {
      long unixMs = start.toEpochMilli() + (visit >>> (63 - SECONDS_BITS)) * 1000;
      int person = (int) (visit & ((1L << (63 - SECONDS_BITS)) - 1));
      emitUntil(unixMs, sink);
      visit(people.get(person), unixMs);
    }
    emitUntil(Long.MAX_VALUE, sink);
    return emitted;
  }

  /// The orders of each person, by number; complete after the run.
  int orders(int person) {
    return orders[person];
  }

  /// All visits in time order: seconds since the start above the number of the person.
  private long[] plan() {
    long[] plan = new long[1 << 12];
    int size = 0;
    for (int p = 0; p < people.size(); p++) {
      Shopper person = people.get(p);
      long from = Math.max(start.toEpochMilli(), person.firstSeenUnixMs());
      long spanSeconds = (now.toEpochMilli() - from) / 1000 - 1800;
      int count = Math.max(1, Math.min(120, dice.poisson(person.visits())));
      for (int v = 0; v < count && spanSeconds > 0; v++) {
        long seconds =
            (from - start.toEpochMilli()) / 1000 + visitSeconds(person, from, spanSeconds);
        if (size == plan.length) {
          plan = Arrays.copyOf(plan, size * 2);
        }
        plan[size++] = seconds << (63 - SECONDS_BITS) | p;
      }
    }
    plan = Arrays.copyOf(plan, size);
    Arrays.sort(plan);
    return plan;
  }

  /// Draws a moment until its hour and day suit the person.
  private long visitSeconds(Shopper person, long fromUnixMs, long spanSeconds) {
    double[] hours = person.evening() ? EVENING_HOURS : NOON_HOURS;
    long seconds = 0;
    for (int attempt = 0; attempt < 40; attempt++) {
      seconds = (long) (dice.unit() * spanSeconds);
      ZonedDateTime local =
          Instant.ofEpochMilli(fromUnixMs + seconds * 1000).atZone(SamplePromotions.ZONE);
      DayOfWeek day = local.getDayOfWeek();
      boolean weekend = day.compareTo(DayOfWeek.FRIDAY) >= 0;
      double wanted = hours[local.getHour()] / HOUR_MAX;
      wanted *= weekend ? 1 : day == DayOfWeek.MONDAY ? 0.8 : 0.65;
      wanted *= weekend ? 1 : 1 - 0.45 * person.discountAffinity();
      if (dice.chance(wanted)) {
        break;
      }
    }
    return seconds;
  }

  private void emitUntil(long unixMs, Consumer<Event> sink) {
    while (!pending.isEmpty() && pending.element().unixMs() <= unixMs) {
      Pending next = pending.remove();
      if (next.unixMs() < now.toEpochMilli()) {
        sink.accept(next.event().setEventId(idPrefix + emitted).build());
        emitted++;
      }
    }
  }

  // ---- one visit ----

  private final class Visit {
    final Shopper person;
    final String session;
    final List<Integer> cart = new ArrayList<>();
    long unixMs;

    Visit(Shopper person, long unixMs) {
      this.person = person;
      this.unixMs = unixMs;
      this.session = "s-" + visits++;
    }

    Event.Builder event(EventType type) {
      return Event.newBuilder()
          .setType(type)
          .setEventTimeUnixMs(unixMs)
          .setUserId(person.id())
          .setSessionId(session)
          .setChannel(person.channel())
          .setRegion(person.region());
    }

    Event.Builder event(EventType type, int item) {
      return event(type).setItemId(items.get(item).id());
    }

    void log(Event.Builder event) {
      logAt(unixMs, event);
    }

    void wait(int fromSeconds, int toSeconds) {
      unixMs += 1000L * (fromSeconds + dice.below(toSeconds - fromSeconds)) + dice.below(1000);
    }
  }

  private void logAt(long unixMs, Event.Builder event) {
    pending.add(new Pending(unixMs, made++, event));
  }

  private void visit(Shopper person, long unixMs) {
    Visit visit = new Visit(person, unixMs);
    int due = takeDue(person, unixMs);
    int current;
    if (due >= 0 && dice.chance(0.8)) {
      current = due;
    } else if (lastBought[person.number()] >= 0
        && unixMs - lastBoughtUnixMs[person.number()] < Duration.ofDays(21).toMillis()
        && dice.chance(0.6)) {
      current = companions.companion(lastBought[person.number()], dice);
    } else if (dice.chance(0.45 * person.discountAffinity())) {
      current = enterByPromotion(visit);
    } else if (dice.chance(0.4)) {
      current = search(visit);
    } else {
      current = browse(person);
    }
    int steps = 1 + dice.poisson(2.6);
    for (int step = 0; step < steps; step++) {
      if (!isShown(current, visit.unixMs)) {
        current = browse(person);
        continue;
      }
      visit.log(visit.event(EventType.EVENT_TYPE_CLICK, current));
      visit.wait(12, 90);
      boolean added = false;
      boolean wantsAgain = current == due;
      if (visit.cart.size() < CART_MAX
          && !visit.cart.contains(current)
          && (wantsAgain || !hasBoughtForGood(person, current))
          && dice.chance(wantsAgain ? 0.85 : wish(person, current, visit.unixMs))) {
        visit.cart.add(current);
        visit.log(visit.event(EventType.EVENT_TYPE_ADD_TO_CART, current).setQuantity(1));
        visit.wait(5, 40);
        added = true;
      }
      current = next(person, current, added);
    }
    if (!visit.cart.isEmpty() && dice.chance(0.62 + 0.2 * person.discountAffinity())) {
      buy(visit);
    }
  }

  /// After putting something into the cart people look for what goes with it, otherwise for another
  /// one of its kind.
  private int next(Shopper person, int current, boolean added) {
    double roll = dice.unit();
    if (added) {
      return roll < 0.7
          ? companions.companion(current, dice)
          : roll < 0.8 ? companions.alternative(current, dice) : browse(person);
    }
    return roll < 0.5
        ? companions.alternative(current, dice)
        : roll < 0.7 ? companions.companion(current, dice) : browse(person);
  }

  /// Something from a category the person likes: of a few popular ones, the one that suits best.
  private int browse(Shopper person) {
    return fromCategory(person, person.category().draw(dice));
  }

  private int fromCategory(Shopper person, int category) {
    int best = -1;
    double bestSuits = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < 3; i++) {
      int candidate = byCategory.get(category)[dice.weighted(appealSums.get(category))];
      double suits = suits(person, candidate) + 0.4 * dice.gaussian();
      if (suits > bestSuits) {
        best = candidate;
        bestSuits = suits;
      }
    }
    return best;
  }

  private int enterByPromotion(Visit visit) {
    List<Deal> on = deals.on(visit.unixMs);
    if (on.isEmpty()) {
      return browse(visit.person);
    }
    Deal deal = dice.of(on);
    visit.log(visit.event(EventType.EVENT_TYPE_CLICK).setPromotionId(deal.promotionId()));
    visit.wait(5, 30);
    int best = deal.items().get(dice.below(deal.items().size()));
    double bestSuits = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < 6; i++) {
      int candidate = dice.of(deal.items());
      ShopItem item = items.get(candidate);
      double suits = suits(visit.person, candidate) + item.appeal();
      suits += 12 * visit.person.category().share(item.category());
      if (suits > bestSuits) {
        best = candidate;
        bestSuits = suits;
      }
    }
    return best;
  }

  private int search(Visit visit) {
    Shopper person = visit.person;
    int wanted = browse(person);
    ShopItem item = items.get(wanted);
    Category category = assortment.categories().get(item.category());
    visit.log(visit.event(EventType.EVENT_TYPE_SEARCH).setQuery(query(person, item, category)));
    visit.wait(2, 8);
    int clicked = dice.below(3);
    for (int position = 0; position < 3; position++) {
      int shown = position == clicked ? wanted : fromCategory(person, item.category());
      if (isShown(shown, visit.unixMs)) {
        visit.log(visit.event(EventType.EVENT_TYPE_IMPRESSION, shown).setPosition(position + 1));
      }
    }
    visit.wait(3, 20);
    return wanted;
  }

  private String query(Shopper person, ShopItem item, Category category) {
    Thing thing = category.things().get(item.thing());
    Bilingual brand = assortment.brands().get(item.brand()).name();
    String name = person.chinese() ? thing.name().zh() : thing.name().en();
    String query =
        switch (dice.below(6)) {
          case 0 -> (person.chinese() ? brand.zh() : brand.en()) + " " + name;
          case 1 -> person.chinese() ? category.leaf().zh() : category.leaf().en();
          case 2 -> person.chinese() ? "便宜的" + name : "cheap " + name;
          default -> name;
        };
    if (!person.chinese() && query.length() > 5 && dice.chance(0.06)) {
      int at = 1 + dice.below(query.length() - 3); // two letters swapped
      query =
          query.substring(0, at)
              + query.charAt(at + 1)
              + query.charAt(at)
              + query.substring(at + 2);
    }
    return query;
  }

  // ---- what people want ----

  private double suits(Shopper person, int itemNumber) {
    ShopItem item = items.get(itemNumber);
    return 0.9 * person.likes(item.brand()) - 2.2 * Math.abs(person.priceBand() - item.priceBand());
  }

  /// The probability of putting an item that is looked at into the cart.
  private double wish(Shopper person, int itemNumber, long unixMs) {
    ShopItem item = items.get(itemNumber);
    Deal deal = deals.best(itemNumber, item, unixMs, person.memberLevel());
    double discount =
        deal == null
            ? 0
            : 1 - (double) deal.priceMinorUnits(item) / item.item().getPriceMinorUnits();
    double score = -0.95 + suits(person, itemNumber);
    score += 1.6 * (item.quality() - 0.65);
    score += 10 * person.discountAffinity() * discount;
    score -= deal == null ? 0.7 * person.discountAffinity() : 0;
    score += person.category().share(item.category()) > 0.08 ? 0.3 : 0;
    return 1 / (1 + StrictMath.exp(-score));
  }

  private boolean isShown(int itemNumber, long unixMs) {
    ShopItem item = items.get(itemNumber);
    return !item.item().getHidden() && item.listedUnixMs() <= unixMs;
  }

  /// What is out of stock now sold out three days ago.
  private boolean isInStock(int itemNumber, long unixMs) {
    return items.get(itemNumber).item().getStock() > 0
        || unixMs < now.minus(Duration.ofDays(3)).toEpochMilli();
  }

  private boolean hasBoughtForGood(Shopper person, int itemNumber) {
    if (assortment.categories().get(items.get(itemNumber).category()).rebuyDays() > 0) {
      return false;
    }
    int[] known = bought.get(person.number());
    if (known != null) {
      for (int i = 1; i <= known[0]; i++) {
        if (known[i] == itemNumber) {
          return true;
        }
      }
    }
    return false;
  }

  // ---- orders ----

  private void buy(Visit visit) {
    Shopper person = visit.person;
    String order = "o-" + visit.session.substring(2);
    visit.wait(20, 120);
    Map<String, Long> savings = new TreeMap<>();
    long total = 0;
    int boughtNow = 0;
    for (int itemNumber : visit.cart) {
      if (!isInStock(itemNumber, visit.unixMs)) {
        continue;
      }
      ShopItem item = items.get(itemNumber);
      int rebuyDays = assortment.categories().get(item.category()).rebuyDays();
      int quantity = rebuyDays > 0 && dice.chance(0.35) ? 2 + dice.below(2) : 1;
      long list = item.item().getPriceMinorUnits();
      Deal deal = deals.best(itemNumber, item, visit.unixMs, person.memberLevel());
      long price = deal == null ? list : deal.priceMinorUnits(item);
      if (deal != null) {
        savings.merge(deal.promotionId(), (list - price) * quantity, Long::sum);
      }
      visit.log(
          visit
              .event(EventType.EVENT_TYPE_PURCHASE, itemNumber)
              .setQuantity(quantity)
              .setUnitPriceMinorUnits(price)
              .setCurrency(SampleItems.CURRENCY)
              .setOrderId(order)
              .setPromotionId(deal == null ? "" : deal.promotionId()));
      total += price * quantity;
      boughtNow++;
      remember(person, itemNumber, rebuyDays, visit.unixMs);
      review(visit, itemNumber);
    }
    if (boughtNow == 0) {
      return;
    }
    orderDiscount(person, total, visit.unixMs, savings);
    savings.forEach((promotion, saving) ->
        visit.log(
            visit
                .event(EventType.EVENT_TYPE_REDEMPTION)
                .setPromotionId(promotion)
                .setOrderId(order)
                .putAttributes("saving_minor_units", Long.toString(saving))));
    orders[person.number()]++;
  }

  /// A spend-and-save promotion or a coupon on the whole order, for those who look for it.
  private void orderDiscount(Shopper person, long total, long unixMs, Map<String, Long> savings) {
    if (unixMs > now.minus(Duration.ofDays(8)).toEpochMilli() && total >= 30_000) {
      savings.put("spend-and-save", total >= 100_000 ? 18_000L : total >= 50_000 ? 8_000L : 4_000L);
    } else if (orders[person.number()] == 0
        && person.firstSeenUnixMs() >= start.toEpochMilli()
        && unixMs > now.minus(Duration.ofDays(59)).toEpochMilli()
        && total >= 9_900
        && dice.chance(0.3 + 0.6 * person.discountAffinity())) {
      savings.put("welcome-20", 2_000L);
    } else if (unixMs > now.minus(Duration.ofDays(9)).toEpochMilli()
        && dice.chance(0.35 * person.discountAffinity())) {
      savings.put("save-12", Math.min(6_000L, total * 12 / 100));
    }
  }

  private void remember(Shopper person, int itemNumber, int rebuyDays, long unixMs) {
    int p = person.number();
    lastBought[p] = itemNumber;
    lastBoughtUnixMs[p] = unixMs;
    if (rebuyDays > 0) {
      if (dueItem[p] == null) {
        dueItem[p] = new int[DUE_MAX];
        dueUnixMs[p] = new long[DUE_MAX];
      }
      int slot = 0;
      for (int i = 0; i < DUE_MAX; i++) {
        if (dueUnixMs[p][i] < dueUnixMs[p][slot]) {
          slot = i;
        }
      }
      dueItem[p][slot] = itemNumber;
      dueUnixMs[p][slot] =
          unixMs + (long) (rebuyDays * dice.between(0.7, 1.4) * Duration.ofDays(1).toMillis());
    } else {
      int[] known = bought.computeIfAbsent(p, _ -> new int[REMEMBERED_MAX + 1]);
      if (known[0] < REMEMBERED_MAX) {
        known[++known[0]] = itemNumber;
      }
    }
  }

  /// Something the person has used up by now, or -1.
  private int takeDue(Shopper person, long unixMs) {
    int p = person.number();
    if (dueItem[p] == null) {
      return -1;
    }
    for (int i = 0; i < DUE_MAX; i++) {
      if (dueUnixMs[p][i] > 0 && dueUnixMs[p][i] <= unixMs) {
        dueUnixMs[p][i] = 0;
        return dueItem[p][i];
      }
    }
    return -1;
  }

  private void review(Visit visit, int itemNumber) {
    if (!dice.chance(0.16)) {
      return;
    }
    ShopItem item = items.get(itemNumber);
    Thing thing = assortment.categories().get(item.category()).things().get(item.thing());
    int stars = Reviews.stars(item.quality(), dice);
    long unixMs =
        visit.unixMs
            + Duration.ofDays(2).toMillis()
            + (long) (dice.exponential(4) * Duration.ofDays(1).toMillis());
    logAt(
        unixMs,
        visit
            .event(EventType.EVENT_TYPE_REVIEW, itemNumber)
            .setEventTimeUnixMs(unixMs)
            .setRating(stars)
            .setText(Reviews.text(stars, thing.name(), visit.person.chinese(), dice)));
  }
}
