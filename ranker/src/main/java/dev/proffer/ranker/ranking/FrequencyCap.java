// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Leaves out what a person was shown often enough of late. Each replica counts what it showed
/// itself, in memory: after a restart the count begins anew.
///
/// Safe for use by many threads.
public final class FrequencyCap {
  private static final int PEOPLE_MAX = 100_000;
  private static final int SHOWN_MAX = 1_000;

  private final int times;
  private final long windowMillis;
  private final Cache<String, Deque<Shown>> shown;

  private record Shown(int item, long atMillis) {}

  /// @param times how often an item may be shown to a person within the window; 0 is no cap
  public FrequencyCap(int times, Duration window) {
    this.times = times;
    this.windowMillis = window.toMillis();
    this.shown = Caffeine.newBuilder().maximumSize(PEOPLE_MAX).expireAfterWrite(window).build();
  }

  /// The items that this person has seen often enough.
  Set<Integer> exhausted(String who, long atMillis) {
    Deque<Shown> seen = times == 0 || who.isEmpty() ? null : shown.getIfPresent(who);
    if (seen == null) {
      return Set.of();
    }
    Map<Integer, Integer> counts = new HashMap<>();
    Set<Integer> exhausted = new HashSet<>();
    synchronized (seen) {
      for (Shown each : seen) {
        if (each.atMillis() > atMillis - windowMillis
            && counts.merge(each.item(), 1, Integer::sum) >= times) {
          exhausted.add(each.item());
        }
      }
    }
    return exhausted;
  }

  /// Counts what was just shown.
  void show(String who, List<Place> places, long atMillis) {
    if (times == 0 || who.isEmpty() || places.isEmpty()) {
      return;
    }
    Deque<Shown> seen = shown.get(who, _ -> new ArrayDeque<>());
    synchronized (seen) {
      for (Place place : places) {
        seen.addLast(new Shown(place.scored().item().number(), atMillis));
      }
      while (seen.size() > SHOWN_MAX
          || (!seen.isEmpty() && seen.getFirst().atMillis() <= atMillis - windowMillis)) {
        seen.removeFirst();
      }
    }
    // Its window begins anew.
    shown.put(who, seen);
  }
}
