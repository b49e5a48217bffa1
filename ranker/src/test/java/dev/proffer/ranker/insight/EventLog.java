// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.insight.ShopEvent.Kind;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// Events for tests, in one line each.
final class EventLog {
  static final Instant START = Instant.parse("2026-03-02T10:00:00Z"); // a Monday

  final List<ShopEvent> events = new ArrayList<>();
  private int ids;

  EventLog purchase(String user, double day, String order, String item, int quantity, long price) {
    return add(event(user, day, Kind.PURCHASE, order, item, quantity, price, "EUR", "e" + ids++));
  }

  EventLog click(String user, double day, String item) {
    return add(event(user, day, Kind.CLICK, "", item, 1, 0, "", "e" + ids++));
  }

  EventLog act(String user, double day, Kind kind, String item) {
    return add(event(user, day, kind, "", item, 1, 0, "", "e" + ids++));
  }

  EventLog add(ShopEvent event) {
    events.add(event);
    return this;
  }

  static ShopEvent event(
      String user,
      double day,
      Kind kind,
      String order,
      String item,
      int quantity,
      long price,
      String currency,
      String id) {
    return new ShopEvent(
        id, kind, at(day), user, "", item, "", quantity, price, currency, order, "", "", 0);
  }

  static long at(double day) {
    return START.toEpochMilli() + Math.round(day * 86_400_000);
  }

  EventTable table(ItemDirectory items) {
    EventTable table = new EventTable(items, ZoneOffset.UTC, 1_000_000, 500);
    events.forEach(table::append);
    return table;
  }
}
