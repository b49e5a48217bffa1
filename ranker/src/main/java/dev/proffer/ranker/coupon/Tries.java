// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.coupon;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds how many wrong codes somebody may try. A code that was wrong before is not another try,
/// so that a cart may be priced again and again.
final class Tries {
  private static final int PER_MINUTE = 10;
  private static final int PER_DAY = 50;
  private static final long MINUTE_MS = 60_000;
  private static final long DAY_MS = 24 * 60 * MINUTE_MS;
  // Those who are not signed in share one account of tries, so it is larger.
  private static final int STRANGERS = 40;

  private final Cache<String, Map<String, Long>> wrong =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterAccess(Duration.ofDays(1)).build();

  /// How long this person must wait before another code; 0 when they need not.
  long waitMillis(String userId, String mac, long nowUnixMs) {
    Map<String, Long> mine = of(userId);
    int times = userId.isEmpty() ? STRANGERS : 1;
    synchronized (mine) {
      Iterator<Long> oldest = mine.values().iterator();
      while (oldest.hasNext() && nowUnixMs - oldest.next() >= DAY_MS) {
        oldest.remove();
      }
      if (mine.containsKey(mac)) {
        return 0;
      }
      if (mine.size() >= PER_DAY * times) {
        return DAY_MS - (nowUnixMs - mine.values().iterator().next());
      }
      long inLastMinute = mine.values().stream().filter(at -> nowUnixMs - at < MINUTE_MS).count();
      return inLastMinute >= (long) PER_MINUTE * times ? MINUTE_MS : 0;
    }
  }

  void missed(String userId, String mac, long nowUnixMs) {
    Map<String, Long> mine = of(userId);
    synchronized (mine) {
      mine.putIfAbsent(mac, nowUnixMs);
    }
  }

  private Map<String, Long> of(String userId) {
    return wrong.get(userId, _ -> new LinkedHashMap<>());
  }
}
