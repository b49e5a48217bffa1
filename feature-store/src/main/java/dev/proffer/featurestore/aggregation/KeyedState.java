// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.aggregation.Aggregation.State;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.proto.featurestore.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The states of one aggregation for each key that events carry, such as clicks for each category.
///
/// Each hop of the window keeps a bounded number of keys; with no more of them everything is exact.
/// Of more, those with the smallest hashes stay: a fair sample of keys whose numbers are right,
/// rather than all keys with wrong ones. Which keys stay depends neither on the order of events nor
/// on how often a key comes, so that a replay in any order reads the same.
final class KeyedState implements State {
  /// Longer keys are cut, so that a key cannot make a row large. No id is that long.
  static final int KEY_CHARS_MAX = 512;

  private final Aggregation values;
  private final EventField by;
  private final int keysMax;
  private final Window window;
  private final Map<String, State> states = new HashMap<>();
  private long newestHop = Long.MIN_VALUE;

  KeyedState(Aggregation values, EventField by, int keysMax) {
    this.values = values;
    this.by = by;
    this.keysMax = keysMax;
    this.window = values instanceof HopAggregation hops ? hops.window() : Window.ALL_TIME;
  }

  static KeyedState read(Aggregation values, EventField by, int keysMax, ByteReader in) {
    KeyedState state = new KeyedState(values, by, keysMax);
    state.newestHop = in.zigzag();
    int keys = in.count();
    for (int i = 0; i < keys; i++) {
      String key = in.text();
      state.states.put(key, values.read(in));
    }
    return state;
  }

  @Override
  public void add(Event event) {
    if (!values.reads(event)) {
      return;
    }
    String key = keyOf(by.text(event));
    if (key.isEmpty()) {
      return;
    }
    long hop = window.hopAt(event.getEventTimeUnixMs());
    if (newestHop != Long.MIN_VALUE && hop < window.oldestHopKept(newestHop)) {
      return;
    }
    if (hop > newestHop) {
      boolean began = newestHop != Long.MIN_VALUE;
      newestHop = hop;
      if (began) {
        dropBefore(window.oldestHopKept(newestHop));
      }
    }
    State state = states.get(key);
    if (state == null || !hasHop(state, hop)) {
      if (!makeRoom(key, hop)) {
        return;
      }
      state = states.computeIfAbsent(key, _ -> values.empty());
    }
    state.add(event);
  }

  private static String keyOf(String text) {
    if (text.length() <= KEY_CHARS_MAX) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(KEY_CHARS_MAX - 1))
            ? KEY_CHARS_MAX - 1
            : KEY_CHARS_MAX;
    return text.substring(0, end);
  }

  private void dropBefore(long oldest) {
    for (Iterator<State> all = states.values().iterator(); all.hasNext(); ) {
      if (all.next() instanceof HopState state) {
        state.dropBefore(oldest);
        if (state.isEmpty()) {
          all.remove();
        }
      }
    }
  }

  /// Whether a state has something in a hop. Without a window there is one hop for all time.
  private static boolean hasHop(State state, long hop) {
    return !(state instanceof HopState hops) || hops.hasHop(hop);
  }

  /// Makes room for a key in a hop. Returns false when the hop is full of keys that come before it.
  private boolean makeRoom(String key, long hop) {
    if (states.size() < keysMax) {
      return true;
    }
    int count = 0;
    String last = key;
    for (Map.Entry<String, State> entry : states.entrySet()) {
      if (hasHop(entry.getValue(), hop)) {
        count++;
        last = comesAfter(entry.getKey(), last) ? entry.getKey() : last;
      }
    }
    if (count < keysMax) {
      return true;
    }
    if (last.equals(key)) {
      return false;
    }
    if (states.get(last) instanceof HopState full) {
      full.dropHop(hop);
      if (!full.isEmpty()) {
        return true;
      }
    }
    states.remove(last);
    return true;
  }

  private static boolean comesAfter(String key, String other) {
    int order = Long.compareUnsigned(hashOf(key), hashOf(other));
    return order > 0 || (order == 0 && key.compareTo(other) > 0);
  }

  private static long hashOf(String key) {
    return Hashing.murmur3_128().hashString(key, StandardCharsets.UTF_8).asLong();
  }

  /// The value of one key; NaN when it has none at a time.
  double numberAt(String key, long unixMillis) {
    State state = states.get(key);
    Double number = state == null ? null : valueOf(state, unixMillis);
    return number == null ? Double.NaN : number;
  }

  /// The keys that events carry at a time, in order, with their values.
  Map<String, Double> numbersAt(long unixMillis) {
    Map<String, Double> numbers = new TreeMap<>();
    states.forEach((key, state) -> {
      Double number = valueOf(state, unixMillis);
      if (number != null) {
        numbers.put(key, number);
      }
    });
    return numbers;
  }

  private static @Nullable Double valueOf(State state, long unixMillis) {
    if (state instanceof HopState hops && !hops.hasAnyAt(unixMillis)) {
      return null;
    }
    double number = state.numberAt(unixMillis);
    return Double.isNaN(number) ? null : number;
  }

  @Override
  public double numberAt(long unixMillis) {
    return Double.NaN;
  }

  @Override
  public void write(ByteWriter out) {
    out.zigzag(newestHop).varint(states.size());
    states.forEach((key, state) -> {
      out.text(key);
      state.write(out);
    });
  }
}
