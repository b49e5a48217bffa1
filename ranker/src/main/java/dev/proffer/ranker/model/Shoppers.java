// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.retrieval.GroupTrending;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.RepeatPurchase;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.Trail;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Learns from events one by one, and remembers the latest steps of the people who were active
/// last: the memory that links a step to the one before, and what a request falls back to when the
/// feature store is lost.
public final class Shoppers {
  private static final int BOUGHT_MAX = 4_096;
  private static final int GROUPS_MAX = 64;
  private static final double TREND_HALF_LIFE_MILLIS = 14 * 86_400_000.0;
  // Lines of one order, or an order that was sent twice, are no repeat.
  private static final long REPEAT_AFTER_MILLIS = 3_600_000;

  private final ItemNumbers numbers;
  private final SeqKnn seqKnn;
  private final Popularity popularity;
  private final Map<String, Shopper> byId;
  private final GroupTrending segments =
      new GroupTrending(GroupTrending.SEGMENT, TREND_HALF_LIFE_MILLIS, GROUPS_MAX);
  private final GroupTrending contexts =
      new GroupTrending(GroupTrending.CONTEXT, TREND_HALF_LIFE_MILLIS, GROUPS_MAX);
  private final RepeatPurchase repeats = new RepeatPurchase();

  /// One person or session.
  private static final class Shopper {
    final Trail trail;
    int[] bought = new int[4];
    long[] boughtAt = new long[4];
    int boughtCount;
    List<String> segments = List.of();

    Shopper(Trail trail) {
      this.trail = trail;
    }

    /// Returns when the item was bought before, 0 for the first time.
    long buy(int item, long atMillis) {
      for (int i = 0; i < boughtCount; i++) {
        if (bought[i] == item) {
          long before = boughtAt[i];
          boughtAt[i] = Math.max(before, atMillis);
          return before;
        }
      }
      if (boughtCount < BOUGHT_MAX) {
        if (boughtCount == bought.length) {
          bought = Arrays.copyOf(bought, boughtCount * 2);
          boughtAt = Arrays.copyOf(boughtAt, boughtCount * 2);
        }
        boughtAt[boughtCount] = atMillis;
        bought[boughtCount++] = item;
      }
      return 0;
    }
  }

  /// What is remembered of somebody: items newest first, the items that were bought, and when each
  /// of them was bought last.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
  public record Memory(int[] recent, int[] bought, List<Query.Purchase> purchases) {
    public static final Memory NONE = new Memory(new int[0], new int[0], List.of());
  }

  /// @param max how many people are remembered; those who were active longest ago are forgotten
  public Shoppers(ItemNumbers numbers, SeqKnn seqKnn, Popularity popularity, int max) {
    this.numbers = numbers;
    this.seqKnn = seqKnn;
    this.popularity = popularity;
    this.byId =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Shopper> eldest) {
            return size() > max;
          }
        };
  }

  /// How much an event says about wanting the item; 0 when it says nothing.
  public static double strength(Event event) {
    if (event.getItemId().isEmpty()) {
      return 0;
    }
    return switch (event.getType()) {
      case EVENT_TYPE_PURCHASE -> 1;
      case EVENT_TYPE_ADD_TO_CART -> 0.5;
      case EVENT_TYPE_CLICK -> 0.2;
      case EVENT_TYPE_REVIEW,
          EVENT_TYPE_IMPRESSION,
          EVENT_TYPE_SEARCH,
          EVENT_TYPE_REDEMPTION,
          EVENT_TYPE_UNSPECIFIED,
          UNRECOGNIZED ->
          0;
    };
  }

  /// Steps with equal keys belong to one basket.
  public static long basketKey(Event event) {
    return event.getOrderId().isEmpty()
        ? event.getEventTimeUnixMs()
        : Long.MIN_VALUE + 1 + (event.getOrderId().hashCode() & 0xffffffffL);
  }

  /// Learns from one event. One thread calls this.
  ///
  /// @param counting false only remembers the step, because a model counts it already
  public void learn(Event event, boolean counting) {
    double strength = strength(event);
    if (strength == 0) {
      return;
    }
    int item = numbers.intern(event.getItemId());
    long at = event.getEventTimeUnixMs();
    List<String> of;
    synchronized (byId) {
      Shopper shopper =
          byId.computeIfAbsent(
              key(event.getUserId(), event.getSessionId()), _ -> new Shopper(seqKnn.newTrail()));
      if (counting) {
        seqKnn.learn(shopper.trail, item, basketKey(event));
      } else {
        seqKnn.remember(shopper.trail, item, basketKey(event));
      }
      if (strength == 1) {
        long before = shopper.buy(item, at);
        if (before == 0 || at - before > REPEAT_AFTER_MILLIS) {
          repeats.learn(item, at, before);
        }
      }
      of = shopper.segments;
    }
    // No bundle holds these: they learn from every event that is read.
    segments.learn(item, at, strength, of);
    contexts.learn(item, at, strength, contexts(event.getChannel(), event.getRegion()));
    if (counting) {
      popularity.learn(item, event.getEventTimeUnixMs(), strength);
    }
  }

  /// What is remembered of a person, or of a session when the person is empty.
  public Memory memory(String userId, String sessionId, int max) {
    if (userId.isEmpty() && sessionId.isEmpty()) {
      return Memory.NONE;
    }
    synchronized (byId) {
      @Nullable Shopper shopper = byId.get(key(userId, sessionId));
      return shopper == null
          ? Memory.NONE
          : new Memory(
              shopper.trail.newestFirst(max),
              Arrays.copyOf(shopper.bought, shopper.boughtCount),
              purchases(shopper));
    }
  }

  private static List<Query.Purchase> purchases(Shopper shopper) {
    List<Query.Purchase> purchases = new ArrayList<>(shopper.boughtCount);
    for (int i = 0; i < shopper.boughtCount; i++) {
      purchases.add(new Query.Purchase(shopper.bought[i], shopper.boughtAt[i]));
    }
    return purchases;
  }

  /// Remembers which segments somebody who is active is in: what they do from now on counts there.
  public void belong(String userId, String sessionId, Collection<String> toSegments) {
    if (toSegments.isEmpty()) {
      return;
    }
    synchronized (byId) {
      @Nullable Shopper shopper = byId.get(key(userId, sessionId));
      if (shopper != null) {
        shopper.segments = segments(toSegments);
      }
    }
  }

  /// The groups of people in these segments, as [#segmentTrending] knows them.
  public static List<String> segments(Collection<String> ids) {
    return ids.stream().sorted().map(id -> "segment:" + id).toList();
  }

  /// The groups of a request or an event, as [#contextTrending] knows them.
  public static List<String> contexts(String channel, String region) {
    List<String> groups = new ArrayList<>(2);
    if (!channel.isEmpty()) {
      groups.add("channel:" + channel);
    }
    if (!region.isEmpty()) {
      groups.add("region:" + region);
    }
    return groups;
  }

  /// What people of one segment want lately.
  public GroupTrending segmentTrending() {
    return segments;
  }

  /// What is wanted lately on one channel and in one region.
  public GroupTrending contextTrending() {
    return contexts;
  }

  /// What people come back to.
  public RepeatPurchase repeatPurchases() {
    return repeats;
  }

  private static String key(String userId, String sessionId) {
    return userId.isEmpty() ? "s:" + sessionId : "u:" + userId;
  }
}
