// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.chat;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.runtime.failure.ProfferException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/// How many turns a person may send: a bucket that fills steadily and holds a few. Somebody who is
/// not signed in is limited by visit, or by conversation when there is no visit; strangers without
/// either share one wide bucket.
public final class TurnLimit {
  private static final int BUCKETS_MAX = 200_000;
  private static final int STRANGERS = 50;
  private static final double BURST_SHARE = 0.5;

  private static final class Bucket {
    private double turns;
    private long atMillis;

    Bucket(double turns, long atMillis) {
      this.turns = turns;
      this.atMillis = atMillis;
    }
  }

  private final int perMinute;
  private final Clock clock;
  private final Cache<String, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(BUCKETS_MAX)
          .expireAfterAccess(Duration.ofMinutes(5))
          .build();

  /// @param perMinute turns a minute and person; 0 means no limit
  public TurnLimit(int perMinute, Clock clock) {
    this.perMinute = perMinute;
    this.clock = clock;
  }

  /// Counts a turn, or refuses it with the time after which one more is allowed.
  void count(ChatRequest request, String conversationId) {
    if (perMinute == 0) {
      return;
    }
    boolean stranger =
        request.getUserId().isEmpty()
            && request.getSessionId().isEmpty()
            && request.getConversationId().isEmpty();
    String key =
        !request.getUserId().isEmpty()
            ? "u:" + request.getUserId()
            : !request.getSessionId().isEmpty()
                ? "s:" + request.getSessionId()
                : stranger ? "" : "c:" + conversationId;
    double rate = perMinute * (stranger ? STRANGERS : 1) / 60_000.0;
    double capacity = Math.max(1, perMinute * (stranger ? STRANGERS : 1) * BURST_SHARE);
    long now = clock.millis();
    Bucket bucket = buckets.get(key, _ -> new Bucket(capacity, now));
    synchronized (bucket) {
      bucket.turns = Math.min(capacity, bucket.turns + Math.max(0, now - bucket.atMillis) * rate);
      bucket.atMillis = now;
      if (bucket.turns < 1) {
        throw ProfferException.exhausted(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "more than " + perMinute + " turns a minute",
            Map.of("turns_per_minute", Integer.toString(perMinute)),
            Duration.ofMillis((long) Math.ceil((1 - bucket.turns) / rate)));
      }
      bucket.turns--;
    }
  }
}
