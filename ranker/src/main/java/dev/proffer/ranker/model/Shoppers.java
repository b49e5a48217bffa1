// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.Trail;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Learns from events one by one, and remembers the latest steps of the people who were active
/// last: the memory that links a step to the one before, and what a request falls back to when the
/// feature store is lost.
public final class Shoppers {
  private static final int BOUGHT_MAX = 4_096;

  private final ItemNumbers numbers;
  private final SeqKnn seqKnn;
  private final Popularity popularity;
  private final Map<String, Shopper> byId;

  /// One person or session.
  private static final class Shopper {
    final Trail trail;
    int[] bought = new int[4];
    int boughtCount;

    Shopper(Trail trail) {
      this.trail = trail;
    }

    void buy(int item) {
      for (int i = 0; i < boughtCount; i++) {
        if (bought[i] == item) {
          return;
        }
      }
      if (boughtCount < BOUGHT_MAX) {
        if (boughtCount == bought.length) {
          bought = Arrays.copyOf(bought, boughtCount * 2);
        }
        bought[boughtCount++] = item;
      }
    }
  }

  /// What is remembered of somebody: items newest first, and the items that were bought.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
  public record Memory(int[] recent, int[] bought) {
    public static final Memory NONE = new Memory(new int[0], new int[0]);
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
        shopper.buy(item);
      }
    }
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
              shopper.trail.newestFirst(max), Arrays.copyOf(shopper.bought, shopper.boughtCount));
    }
  }

  private static String key(String userId, String sessionId) {
    return userId.isEmpty() ? "s:" + sessionId : "u:" + userId;
  }
}
