// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.featurestore.v1.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The purchases and views of an event log, by person and in the order of time. Immutable.
public final class ShopLog {
  /// One line of an order.
  ///
  /// @param person index of the person, or -1
  public record Purchase(
      int person, String itemId, String orderId, long atUnixMs, int quantity, long unitPrice) {
    long value() {
      return unitPrice * quantity;
    }
  }

  /// One look at an item: a click or putting it into the cart.
  public record View(int person, String itemId, long atUnixMs) {}

  /// One order.
  public record Order(int person, long atUnixMs, List<Purchase> lines) {
    long value() {
      return lines.stream().mapToLong(Purchase::value).sum();
    }
  }

  private final List<String> people;
  private final Map<String, Integer> numbers;
  private final List<Purchase> purchases;
  private final List<View> views;
  private final List<Order> orders;
  private final int[][] purchasesOf;
  private final int[][] viewsOf;
  private final long events;
  private final long lastUnixMs;

  private ShopLog(Builder builder) {
    this.people =
        List.copyOf(
            builder.numbers.keySet().stream()
                .sorted(Comparator.comparing(builder.numbers::get))
                .toList());
    this.numbers = Map.copyOf(builder.numbers);
    builder.purchases.sort(Comparator.comparingLong(Purchase::atUnixMs));
    builder.views.sort(Comparator.comparingLong(View::atUnixMs));
    this.purchases = List.copyOf(builder.purchases);
    this.views = List.copyOf(builder.views);
    this.events = builder.events;
    this.lastUnixMs = builder.last;
    this.purchasesOf = index(purchases.stream().mapToInt(Purchase::person).toArray());
    this.viewsOf = index(views.stream().mapToInt(View::person).toArray());
    Map<String, List<Purchase>> byOrder = new java.util.LinkedHashMap<>();
    for (Purchase one : purchases) {
      byOrder.computeIfAbsent(one.orderId(), _ -> new ArrayList<>()).add(one);
    }
    List<Order> all = new ArrayList<>();
    byOrder
        .values()
        .forEach(lines ->
            all.add(
                new Order(
                    lines.getFirst().person(), lines.getFirst().atUnixMs(), List.copyOf(lines))));
    this.orders = List.copyOf(all);
  }

  private int[][] index(int[] personOf) {
    int[] counts = new int[people.size()];
    for (int person : personOf) {
      if (person >= 0) {
        counts[person]++;
      }
    }
    int[][] index = new int[people.size()][];
    for (int person = 0; person < index.length; person++) {
      index[person] = new int[counts[person]];
    }
    Arrays.fill(counts, 0);
    for (int i = 0; i < personOf.length; i++) {
      if (personOf[i] >= 0) {
        index[personOf[i]][counts[personOf[i]]++] = i;
      }
    }
    return index;
  }

  List<String> people() {
    return people;
  }

  /// The index of a person, or -1.
  int person(String userId) {
    return numbers.getOrDefault(userId, -1);
  }

  List<Purchase> purchases() {
    return purchases;
  }

  List<View> views() {
    return views;
  }

  List<Order> orders() {
    return orders;
  }

  /// The purchases of a person, by time.
  int[] purchasesOf(int person) {
    return purchasesOf[person];
  }

  int[] viewsOf(int person) {
    return viewsOf[person];
  }

  public long events() {
    return events;
  }

  /// The time of the last event, or 0.
  long lastUnixMs() {
    return lastUnixMs;
  }

  /// Collects events. Not safe for several threads.
  public static final class Builder {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<Purchase> purchases = new ArrayList<>();
    private final List<View> views = new ArrayList<>();
    private long events;
    private long last;

    public Builder add(Event event) {
      events++;
      last = Math.max(last, event.getEventTimeUnixMs());
      String user = event.getUserId();
      int person = user.isEmpty() ? -1 : numbers.computeIfAbsent(user, _ -> numbers.size());
      switch (event.getType()) {
        case EVENT_TYPE_PURCHASE -> {
          if (!event.getItemId().isEmpty() && event.getUnitPriceMinorUnits() > 0) {
            String visit = event.getSessionId().isEmpty() ? user : event.getSessionId();
            String order =
                event.getOrderId().isEmpty()
                    ? visit + "@" + event.getEventTimeUnixMs() / 3_600_000
                    : event.getOrderId();
            purchases.add(
                new Purchase(
                    person,
                    event.getItemId(),
                    order,
                    event.getEventTimeUnixMs(),
                    Math.max(1, event.getQuantity()),
                    event.getUnitPriceMinorUnits()));
          }
        }
        case EVENT_TYPE_CLICK, EVENT_TYPE_ADD_TO_CART -> {
          if (!event.getItemId().isEmpty()) {
            views.add(new View(person, event.getItemId(), event.getEventTimeUnixMs()));
          }
        }
        case EVENT_TYPE_IMPRESSION,
            EVENT_TYPE_REVIEW,
            EVENT_TYPE_SEARCH,
            EVENT_TYPE_REDEMPTION,
            EVENT_TYPE_UNSPECIFIED,
            UNRECOGNIZED -> {}
      }
      return this;
    }

    public ShopLog build() {
      return new ShopLog(this);
    }
  }
}
