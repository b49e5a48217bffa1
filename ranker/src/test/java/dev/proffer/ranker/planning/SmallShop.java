// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.ranker.promotion.ItemFacts;
import dev.proffer.ranker.promotion.ItemLookup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A shop whose demand follows known laws: units of an item in a week are Poisson with mean base ×
/// season × (price / list)^elasticity. People look on Friday evenings above all, and "vase" is
/// looked at a lot and seldom bought.
final class SmallShop implements ItemLookup {
  static final long END = 1_780_000_000_000L;
  private static final long DAY = 86_400_000L;
  private static final int WEEKS = 26;

  final Map<String, ItemFacts> items = new LinkedHashMap<>();
  final List<Event> events = new ArrayList<>();

  SmallShop(double kitchenElasticity, double gardenElasticity, int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 12; i++) {
      item("knife-" + i, "kitchen/knives", 2_000 + 500L * i);
      item("rake-" + i, "garden", 3_000 + 700L * i);
    }
    item("vase", "home", 5_000);
    int number = 0;
    for (int week = 0; week < WEEKS; week++) {
      long start = END - (WEEKS - week) * 7 * DAY;
      double season = 1 + .4 * Math.sin(week / 4.0);
      for (ItemFacts item : items.values()) {
        if (item.itemId().equals("vase")) {
          continue;
        }
        double depth = random.nextInt(3) == 0 ? .1 * (1 + random.nextInt(3)) : 0;
        double e = item.category().startsWith("kitchen") ? kitchenElasticity : gardenElasticity;
        double mean = 4 * season * Math.pow(1 - depth, e);
        int units = poisson(random, mean);
        for (int i = 0; i < units; i++) {
          String user = "u" + random.nextInt(400);
          long at = friday(start, random);
          events.add(
              event(number++, EventType.EVENT_TYPE_CLICK, user, item.itemId(), at - 60_000)
                  .build());
          events.add(
              event(number++, EventType.EVENT_TYPE_PURCHASE, user, item.itemId(), at)
                  .setUnitPriceMinorUnits(Math.round(item.priceMinorUnits() * (1 - depth)))
                  .setCurrency("CNY")
                  .setQuantity(1)
                  .setOrderId(user + "-" + at / DAY)
                  .build());
        }
      }
      for (int i = 0; i < 60; i++) {
        events.add(
            event(
                    number++,
                    EventType.EVENT_TYPE_CLICK,
                    "u" + random.nextInt(400),
                    "vase",
                    friday(start, random))
                .build());
      }
    }
    events.sort(java.util.Comparator.comparingLong(Event::getEventTimeUnixMs));
  }

  /// Half of all visits are on Friday from 20 to 22 o'clock UTC.
  private static long friday(long start, Random random) {
    if (random.nextBoolean()) {
      return start + (long) (random.nextDouble() * 7 * DAY);
    }
    long day = start;
    while (java.time.Instant.ofEpochMilli(day).atZone(java.time.ZoneOffset.UTC).getDayOfWeek()
        != java.time.DayOfWeek.FRIDAY) {
      day += DAY;
    }
    return day / DAY * DAY + 20 * 3_600_000L + (long) (random.nextDouble() * 2 * 3_600_000L);
  }

  private static Event.Builder event(
      int number, EventType type, String user, String item, long at) {
    return Event.newBuilder()
        .setEventId("e" + number)
        .setType(type)
        .setUserId(user)
        .setItemId(item)
        .setEventTimeUnixMs(at);
  }

  private void item(String id, String category, long price) {
    items.put(
        id, new ItemFacts(id, category, "", Map.of(), price, price / 4, price * 3 / 10, -1, "CNY"));
  }

  private static int poisson(Random random, double mean) {
    double limit = Math.exp(-mean);
    double product = random.nextDouble();
    int count = 0;
    while (product > limit) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }

  ShopLog log() {
    ShopLog.Builder builder = new ShopLog.Builder();
    events.forEach(builder::add);
    return builder.build();
  }

  @Override
  public @Nullable ItemFacts find(String itemId) {
    return items.get(itemId);
  }

  @Override
  public Collection<ItemFacts> all() {
    return items.values();
  }
}
