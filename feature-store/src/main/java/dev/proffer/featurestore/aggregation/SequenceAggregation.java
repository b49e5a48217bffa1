// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A text that events carry, of at most K events, in order of time: the last ones newest first, or
/// the first ones oldest first. Of events at the same time, the later in the log is the newer.
///
/// The first ones of a window change as it moves on, so each hop keeps its first `max(K, 16)`
/// events. They are exact unless the edge cuts through a hop with more events; then later events of
/// that hop may be missing.
abstract class SequenceAggregation implements Aggregation {
  private final EventTypes events;
  private final EventField of;
  private final int k;
  private final Window window;

  SequenceAggregation(EventTypes events, EventField of, int k, Window window) {
    if (k < 1 || k > FeatureType.LIST_MAX) {
      throw new IllegalArgumentException("k must be from 1 to " + FeatureType.LIST_MAX);
    }
    this.events = events;
    this.of = of;
    this.k = k;
    this.window = window;
  }

  /// Whether an event at one time comes before one at another that is in the log already.
  abstract boolean before(long newUnixMillis, long knownUnixMillis);

  /// Whether the events of a window are kept by hop.
  abstract boolean isByHop();

  abstract String name();

  @Override
  public final boolean reads(EventType type) {
    return events.contains(type);
  }

  @Override
  public final boolean gives(FeatureType type) {
    return type == FeatureType.STRING_LIST;
  }

  @Override
  public final State empty() {
    return new SequenceState();
  }

  @Override
  public final State read(ByteReader in) {
    SequenceState state = new SequenceState();
    state.read(in);
    return state;
  }

  @Override
  public final String describe() {
    return name() + " " + k + " of " + of + " (" + events + ")" + window.describe();
  }

  private final class SequenceState implements State {
    private final boolean inHops = isByHop() && !window.isAllTime();
    private final int perHop = Math.max(k, HopAggregation.EDGE_POINTS);
    private String[] texts = new String[4];
    private long[] times = new long[4];
    private int size;

    @Override
    public void add(Event event) {
      if (!events.contains(event.getType())) {
        return;
      }
      String text = of.text(event);
      if (text.isEmpty()) {
        return;
      }
      long time = event.getEventTimeUnixMs();
      int at = size;
      while (at > 0 && before(time, times[at - 1])) {
        at--;
      }
      if (inHops) {
        insert(at, time, text);
        keepHops();
      } else if (at < k) {
        if (size == k) {
          size--;
        }
        insert(at, time, text);
      }
    }

    private void insert(int at, long time, String text) {
      if (size == texts.length) {
        texts = Arrays.copyOf(texts, size * 2);
        times = Arrays.copyOf(times, size * 2);
      }
      System.arraycopy(texts, at, texts, at + 1, size - at);
      System.arraycopy(times, at, times, at + 1, size - at);
      texts[at] = text;
      times[at] = time;
      size++;
    }

    private void remove(int from, int to) {
      System.arraycopy(texts, to, texts, from, size - to);
      System.arraycopy(times, to, times, from, size - to);
      size -= to - from;
    }

    /// Drops what no read of the window reaches, and the last of a hop that has too many.
    private void keepHops() {
      long oldest = window.oldestHopKept(window.hopAt(times[size - 1]));
      int dropped = 0;
      while (window.hopAt(times[dropped]) < oldest) {
        dropped++;
      }
      remove(0, dropped);
      int from = 0;
      for (int i = 1; i <= size; i++) {
        if (i == size || window.hopAt(times[i]) != window.hopAt(times[from])) {
          if (i - from > perHop) {
            remove(from + perHop, i);
            return;
          }
          from = i;
        }
      }
    }

    @Override
    public double numberAt(long unixMillis) {
      return Double.NaN;
    }

    @Override
    public @Nullable Value valueAt(long unixMillis, FeatureType type) {
      long oldest = window.edgeAt(unixMillis);
      StringList.Builder list = StringList.newBuilder();
      for (int i = 0; i < size; i++) {
        if (times[i] > oldest && list.getValuesCount() < k) {
          list.addValues(texts[i]);
        }
      }
      return Value.newBuilder().setStringList(list).build();
    }

    @Override
    public void write(ByteWriter out) {
      out.varint(size);
      long previous = 0;
      for (int i = 0; i < size; i++) {
        out.zigzag(times[i] - previous).text(texts[i]);
        previous = times[i];
      }
    }

    private void read(ByteReader in) {
      size = in.count();
      if (size > k && !inHops) {
        throw new CorruptRowException("a sequence is too long");
      }
      texts = new String[Math.max(size, 4)];
      times = new long[texts.length];
      long time = 0;
      for (int i = 0; i < size; i++) {
        time += in.zigzag();
        times[i] = time;
        texts[i] = in.text();
      }
    }
  }
}
