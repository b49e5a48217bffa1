// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.aggregation.Aggregation.State;
import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The states of all aggregations of one view for one entity, and how far in the log they are.
///
/// The offset of the last event is stored in the same value as the states, so both change together
/// or not at all. That makes applying an event idempotent: an event at or before the offset is
/// skipped. With it a replay after any crash gives the same values.
///
/// A stored row is `header | log epoch i32 | last offset i64 | crc32c i32 | for each feature:
/// length u32, state`. The checksum covers all of the row but itself: states are added to for
/// months, so a flipped bit must not be carried on.
public final class AggregateRow {
  private static final int CHECKSUM_AT = RowHeader.BYTES + 12;
  private static final int PARTS_AT = CHECKSUM_AT + 4;

  private final FeatureView view;
  private final State[] states;
  private long lastOffset = -1;
  private long eventTimeUnixMillis;
  private int bytesWritten;

  public AggregateRow(FeatureView view) {
    this.view = view;
    this.states = new State[view.features().size()];
    for (int i = 0; i < states.length; i++) {
      states[i] = aggregationOf(view, i).empty();
    }
  }

  /// Reads a stored row of this version of the view; the row is empty when it was made from another
  /// log or by another version.
  public static AggregateRow read(FeatureView view, byte @Nullable [] stored, int logEpoch) {
    AggregateRow row = new AggregateRow(view);
    if (stored == null
        || !RowHeader.isRow(stored)
        || RowHeader.schemaVersion(stored) != view.schemaVersion()
        || (RowHeader.flags(stored) & RowHeader.FLAG_AGGREGATE) == 0) {
      return row;
    }
    if (!isWhole(stored)) {
      throw new CorruptRowException(view + ": a row has a wrong checksum");
    }
    try {
      ByteReader in = new ByteReader(stored, RowHeader.BYTES, stored.length);
      if (in.i32() != logEpoch) {
        return row;
      }
      long lastOffset = in.i64();
      int _ = in.i32();
      for (int i = 0; i < row.states.length; i++) {
        row.states[i] = aggregationOf(view, i).read(in.part());
      }
      row.lastOffset = lastOffset;
      row.eventTimeUnixMillis = RowHeader.eventTimeUnixMillis(stored);
      return row;
    } catch (CorruptRowException e) {
      // The log has everything that the row had, but the row is the only place that says how far it
      // was: the caller must replay.
      throw new CorruptRowException(view + ": a row is damaged: " + e.getMessage());
    }
  }

  /// Takes an event unless the row has it already. Returns whether it was taken.
  public boolean apply(long offset, Event event) {
    if (offset <= lastOffset) {
      return false;
    }
    lastOffset = offset;
    eventTimeUnixMillis = Math.max(eventTimeUnixMillis, event.getEventTimeUnixMs());
    for (State state : states) {
      state.add(event);
    }
    return true;
  }

  public byte[] write(ByteWriter out, int logEpoch) {
    out.clear();
    RowHeader.write(out, RowHeader.FLAG_AGGREGATE, view.schemaVersion(), eventTimeUnixMillis);
    out.i32(logEpoch).i64(lastOffset).i32(0);
    for (State state : states) {
      int begin = out.beginLength();
      state.write(out);
      out.endLength(begin);
    }
    bytesWritten = out.size();
    byte[] stored = out.toBytes();
    ByteWriter.putI32(stored, CHECKSUM_AT, checksum(stored));
    return stored;
  }

  /// Whether the bytes of an aggregated row are those that were written.
  public static boolean isWhole(byte[] stored) {
    return stored.length >= PARTS_AT
        && new ByteReader(stored, CHECKSUM_AT, stored.length).i32() == checksum(stored);
  }

  private static int checksum(byte[] stored) {
    CRC32C crc = new CRC32C();
    crc.update(stored, 0, CHECKSUM_AT);
    crc.update(stored, PARTS_AT, stored.length - PARTS_AT);
    return (int) crc.getValue();
  }

  /// About how much memory this takes: what it took when it was last written, as objects.
  public int bytesInMemory() {
    return 200 + bytesWritten * 5;
  }

  public long lastOffset() {
    return lastOffset;
  }

  public long eventTimeUnixMillis() {
    return eventTimeUnixMillis;
  }

  public double numberAt(int column, long unixMillis) {
    return states[column].numberAt(unixMillis);
  }

  public @Nullable Value valueAt(int column, long unixMillis) {
    return states[column].valueAt(unixMillis, view.features().get(column).type());
  }

  /// The state of one feature in a stored row of this version of a view, without reading the
  /// others.
  public static State stateOf(FeatureView view, byte[] stored, int column) {
    ByteReader in = parts(stored);
    for (int skip = 0; skip < column; skip++) {
      in.part();
    }
    return aggregationOf(view, column).read(in.part());
  }

  /// The number of one feature in a stored row of this version of a view, as [Aggregation] reads
  /// it.
  public static double numberAt(FeatureView view, ByteReader part, int column, long unixMillis) {
    return aggregationOf(view, column).numberAt(part, unixMillis);
  }

  /// Whether events of a type can change rows of an aggregated view.
  public static boolean reads(FeatureView view, EventType type) {
    for (int column = 0; column < view.features().size(); column++) {
      if (aggregationOf(view, column).reads(type)) {
        return true;
      }
    }
    return false;
  }

  /// A reader that stands before the first state of a stored row.
  public static ByteReader parts(byte[] stored) {
    return new ByteReader(stored, PARTS_AT, stored.length);
  }

  /// The aggregation of a feature of an aggregated view.
  public static Aggregation aggregationOf(FeatureView view, int column) {
    List<Feature> features = view.features();
    Aggregation aggregation = features.get(column).aggregation();
    if (aggregation == null) {
      throw new IllegalArgumentException(view + " is not aggregated");
    }
    return aggregation;
  }
}
