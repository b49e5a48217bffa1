// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A shop to try Proffer on, made from a seed: about 2,000 items in English and Chinese, 5,000
/// people, promotions of all types and 90 days of behaviour with structure to find. Everything is
/// invented, and the same seed and time give the same shop on every machine.
public final class SampleShop {
  private static final Duration HISTORY = Duration.ofDays(90);

  private final long seed;
  private final Instant now;
  private final Assortment assortment;
  private final List<ShopItem> items;
  private final List<Promotion> promotions;
  private final List<Shopper> people;

  /// A shop of the usual size.
  public SampleShop(long seed, Instant now) {
    this(seed, now, 5_000);
  }

  /// A shop whose past ends at the given time.
  public SampleShop(long seed, Instant now, int peopleCount) {
    if (peopleCount < 1 || peopleCount > 200_000) {
      throw new IllegalArgumentException(
          "peopleCount: %d (expected: from 1 to 200,000)".formatted(peopleCount));
    }
    this.seed = seed;
    this.now = now;
    this.assortment = Assortment.load();
    this.items = new SampleItems(assortment, seed, now).make();
    this.promotions = new SamplePromotions(items, now).make();
    this.people = new SamplePeople(assortment, seed, now, HISTORY).make(peopleCount);
  }

  public long seed() {
    return seed;
  }

  public Instant now() {
    return now;
  }

  public int peopleCount() {
    return people.size();
  }

  /// What the shop sells. Some items are new, some announced, some hidden, some out of stock.
  public List<Item> items() {
    return items.stream().map(ShopItem::item).toList();
  }

  /// The promotions of the past, the present and the next day.
  public List<Promotion> promotions() {
    return promotions;
  }

  /// What people did, in time order.
  ///
  /// @param events the number of events
  /// @param members the people as the shop knows them after all that
  public record Past(long events, List<Member> members) {}

  /// Streams the events of the past to the sink in time order. Their ids are the same each time, so
  /// a load that was interrupted can be repeated.
  public Past live(Consumer<Event> sink) {
    Behaviour behaviour =
        new Behaviour(assortment, items, people, new Deals(promotions, items), seed, now, HISTORY);
    long events = behaviour.run(sink);
    List<Member> members = new ArrayList<>(people.size());
    for (Shopper person : people) {
      members.add(member(person, behaviour.orders(person.number())));
    }
    return new Past(events, List.copyOf(members));
  }

  private Member member(Shopper person, int orders) {
    boolean cameEarlier = person.firstSeenUnixMs() < now.minus(HISTORY).toEpochMilli();
    return Member.newBuilder()
        .setUserId(person.id())
        .setMemberLevel(person.memberLevel())
        .addAllSegments(person.segments())
        .setBirthday(person.birthday())
        .setFirstSeenUnixMs(person.firstSeenUnixMs())
        .setOrderCount(orders + (cameEarlier ? (int) (person.visits() * 0.5) : 0))
        .build();
  }
}
