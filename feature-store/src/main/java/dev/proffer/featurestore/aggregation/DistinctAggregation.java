// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// How many different texts events carry.
///
/// The texts seen last, as 64-bit fingerprints with the time of their last event, are kept one by
/// one, up to a size: while a window holds no more than these, the count is exact, and so is the
/// edge of the window. Texts that this list has no room for go into a [SlidingHyperLogLog]; a
/// window that reaches into it gets an estimate. Which texts were seen last does not depend on the
/// order of events, so a replay in any order reads the same.
public final class DistinctAggregation implements Aggregation {
  public static final int EXACT = 128;
  public static final int PRECISION = 10;
  private static final int EXACT_MAX = 4096;

  private final EventTypes events;
  private final EventField of;
  private final Window window;
  private final int exactMax;
  private final int precision;

  /// @param exactMax how many different texts of a window are counted exactly
  /// @param precision of the estimate beyond: 2^precision registers, 1.04 / √registers error
  public DistinctAggregation(
      EventTypes events, EventField of, Window window, int exactMax, int precision) {
    if (exactMax < 1 || exactMax > EXACT_MAX) {
      throw new IllegalArgumentException("exact: must be from 1 to " + EXACT_MAX);
    }
    if (precision < SlidingHyperLogLog.PRECISION_MIN
        || precision > SlidingHyperLogLog.PRECISION_MAX) {
      throw new IllegalArgumentException(
          "precision: must be from "
              + SlidingHyperLogLog.PRECISION_MIN
              + " to "
              + SlidingHyperLogLog.PRECISION_MAX);
    }
    this.events = events;
    this.of = of;
    this.window = window;
    this.exactMax = exactMax;
    this.precision = precision;
  }

  @Override
  public boolean reads(EventType type) {
    return events.contains(type);
  }

  @Override
  public boolean gives(FeatureType type) {
    return type.isNumeric() && type != FeatureType.BOOL;
  }

  @Override
  public State empty() {
    return new DistinctState();
  }

  @Override
  public State read(ByteReader in) {
    return new DistinctState(in);
  }

  @Override
  public String describe() {
    return "distinct "
        + of
        + " ("
        + events
        + ")"
        + window.describe()
        + (exactMax == EXACT ? "" : ", exact to " + exactMax)
        + (precision == PRECISION ? "" : ", precision " + precision);
  }

  private final class DistinctState implements State {
    // Newest first; of equal times the larger fingerprint first.
    private long[] fingerprints;
    private long[] times;
    private int size;
    private final SlidingHyperLogLog beyond;

    DistinctState() {
      this.fingerprints = new long[Math.min(exactMax, 4)];
      this.times = new long[fingerprints.length];
      this.beyond = new SlidingHyperLogLog(precision, window);
    }

    DistinctState(ByteReader in) {
      this.size = in.count();
      if (size > exactMax) {
        throw new CorruptRowException("a set is too large");
      }
      this.fingerprints = new long[Math.max(size, Math.min(exactMax, 4))];
      this.times = new long[fingerprints.length];
      long time = 0;
      for (int i = 0; i < size; i++) {
        fingerprints[i] = in.i64();
        time += in.zigzag();
        times[i] = time;
      }
      this.beyond = SlidingHyperLogLog.read(precision, window, in);
    }

    @Override
    public void add(Event event) {
      if (!events.contains(event.getType())) {
        return;
      }
      String text = of.text(event);
      if (text.isEmpty()) {
        return;
      }
      long fingerprint = Hashing.murmur3_128().hashString(text, StandardCharsets.UTF_8).asLong();
      long time = event.getEventTimeUnixMs();
      if (size > 0 && time <= window.oldestKept(times[0])) {
        return;
      }
      int known = indexOf(fingerprint);
      if (known >= 0) {
        if (time <= times[known]) {
          return;
        }
        remove(known);
      }
      int at = size;
      while (at > 0 && isBefore(time, fingerprint, at - 1)) {
        at--;
      }
      if (at == exactMax) {
        beyond.add(fingerprint, time);
        return;
      }
      if (size == exactMax) {
        size--;
        beyond.add(fingerprints[size], times[size]);
      }
      if (size == times.length) {
        int room = Math.min(exactMax, size * 2);
        fingerprints = Arrays.copyOf(fingerprints, room);
        times = Arrays.copyOf(times, room);
      }
      System.arraycopy(fingerprints, at, fingerprints, at + 1, size - at);
      System.arraycopy(times, at, times, at + 1, size - at);
      fingerprints[at] = fingerprint;
      times[at] = time;
      size++;
      long oldest = window.oldestKept(times[0]);
      while (times[size - 1] <= oldest) {
        size--;
      }
    }

    private boolean isBefore(long time, long fingerprint, int other) {
      return time > times[other] || (time == times[other] && fingerprint > fingerprints[other]);
    }

    private int indexOf(long fingerprint) {
      for (int i = 0; i < size; i++) {
        if (fingerprints[i] == fingerprint) {
          return i;
        }
      }
      return -1;
    }

    private void remove(int at) {
      size--;
      System.arraycopy(fingerprints, at + 1, fingerprints, at, size - at);
      System.arraycopy(times, at + 1, times, at, size - at);
    }

    @Override
    public double numberAt(long unixMillis) {
      long edge = window.edgeAt(unixMillis);
      int inside = size;
      while (inside > 0 && times[inside - 1] <= edge) {
        inside--;
      }
      // A text beyond the list is older than all of the list.
      return inside < size || !beyond.hasYoungerThan(edge)
          ? inside
          : Math.rint(beyond.estimate(edge, fingerprints, size));
    }

    @Override
    public void write(ByteWriter out) {
      out.varint(size);
      long time = 0;
      for (int i = 0; i < size; i++) {
        out.i64(fingerprints[i]).zigzag(times[i] - time);
        time = times[i];
      }
      beyond.write(out, size == 0 ? Long.MIN_VALUE : window.oldestKept(times[0]));
    }
  }
}
