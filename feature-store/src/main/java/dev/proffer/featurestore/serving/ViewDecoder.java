// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.aggregation.AggregateRow;
import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.ondemand.Slices;
import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads stored rows of a view, of whatever registered version, as columns of its live version.
/// Made once for a registry; reading neither parses declarations nor locks.
public final class ViewDecoder {
  private static final int NOT_STORED = -1;

  private final FeatureView view;

  /// By schema version.
  private @Nullable Stored[] versions = new Stored[8];

  private final float[] defaultNumbers;

  /// A version that rows may have.
  ///
  /// @param columnOf for each live column its place in the stored row, or [#NOT_STORED]
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Stored(FeatureView view, RowLayout layout, int[] columnOf) {}

  public ViewDecoder(Registry registry, FeatureView view) {
    this.view = view;
    add(view);
    registry.olderViews().getOrDefault(view.name(), Map.of()).values().forEach(this::add);
    List<Feature> features = view.features();
    this.defaultNumbers = new float[features.size()];
    for (int column = 0; column < defaultNumbers.length; column++) {
      defaultNumbers[column] = numberOf(features.get(column).defaultValue());
    }
  }

  private void add(FeatureView version) {
    if (knownVersion(version.schemaVersion()) != null
        || version.isAggregated() != view.isAggregated()) {
      return;
    }
    int[] columnOf = new int[view.features().size()];
    Arrays.fill(columnOf, NOT_STORED);
    for (int column = 0; column < columnOf.length; column++) {
      Feature live = view.features().get(column);
      Integer stored = version.column(live.name());
      if (stored != null && sameMeaning(live, version.features().get(stored))) {
        columnOf[column] = stored;
      }
    }
    RowLayout layout =
        new RowLayout(version.features().stream().map(feature -> feature.type()).toList());
    if (versions.length <= version.schemaVersion()) {
      versions = Arrays.copyOf(versions, version.schemaVersion() + 8);
    }
    versions[version.schemaVersion()] = new Stored(version, layout, columnOf);
  }

  private @Nullable Stored knownVersion(int schemaVersion) {
    return schemaVersion < versions.length ? versions[schemaVersion] : null;
  }

  private static boolean sameMeaning(Feature live, Feature stored) {
    Aggregation a = live.aggregation();
    Aggregation b = stored.aggregation();
    return live.type() == stored.type()
        && live.vectorLength() == stored.vectorLength()
        && Objects.equals(a == null ? "" : a.describe(), b == null ? "" : b.describe());
  }

  public FeatureView view() {
    return view;
  }

  /// Whether stored bytes are a row of a version that is known.
  public boolean accepts(byte[] row) {
    if (!RowHeader.isRow(row)) {
      return false;
    }
    Stored stored = knownVersion(RowHeader.schemaVersion(row));
    boolean aggregate = (RowHeader.flags(row) & RowHeader.FLAG_AGGREGATE) != 0;
    if (stored == null || aggregate != view.isAggregated()) {
      return false;
    }
    return aggregate ? AggregateRow.isWhole(row) : stored.layout.isWhole(row);
  }

  /// Whether [#copyFloats] may copy these columns: it is so when they are floats that lie side by
  /// side in rows of the live version.
  public boolean areFloatsInPlace(int[] columns) {
    Stored live = knownVersion(view.schemaVersion());
    if (live == null || view.isAggregated() || columns.length == 0) {
      return false;
    }
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] != columns[0] + i
          || view.features().get(columns[i]).type() != FeatureType.FLOAT) {
        return false;
      }
    }
    return true;
  }

  /// Copies columns for which [#areFloatsInPlace] holds, unless the row has another version or a
  /// null; says whether it did.
  public boolean copyFloats(byte[] row, int[] columns, byte[] out, int at) {
    Stored live = knownVersion(view.schemaVersion());
    if (live == null
        || RowHeader.schemaVersion(row) != view.schemaVersion()
        || (RowHeader.flags(row) & RowHeader.FLAG_NULLS) != 0) {
      return false;
    }
    System.arraycopy(row, live.layout.byteOf(row, columns[0]), out, at, columns.length * 4);
    return true;
  }

  /// Writes numeric columns of an accepted row; NaN for a null.
  ///
  /// @throws CorruptRowException when the row is damaged
  public void numbers(byte[] row, long nowUnixMillis, int[] columns, float[] out) {
    Stored stored = storedOf(row);
    if (view.isAggregated()) {
      aggregated(row, stored, nowUnixMillis, columns, out);
      return;
    }
    for (int i = 0; i < columns.length; i++) {
      int at = stored.columnOf[columns[i]];
      out[i] = at == NOT_STORED ? defaultNumbers[columns[i]] : stored.layout.number(row, at);
    }
  }

  private void aggregated(
      byte[] row, Stored stored, long nowUnixMillis, int[] columns, float[] out) {
    ByteReader in = AggregateRow.parts(row);
    int next = 0;
    for (int i = 0; i < columns.length; i++) {
      int at = stored.columnOf[columns[i]];
      if (at == NOT_STORED) {
        out[i] = defaultNumbers[columns[i]];
        continue;
      }
      if (at < next) {
        in = AggregateRow.parts(row);
        next = 0;
      }
      for (; next < at; next++) {
        in.skipPart();
      }
      out[i] = (float) AggregateRow.numberAt(stored.view, in.part(), at, nowUnixMillis);
      next = at + 1;
    }
  }

  /// Any column of an accepted row; null for a null.
  ///
  /// @throws CorruptRowException when the row is damaged
  public @Nullable Value value(byte[] row, long nowUnixMillis, int column) {
    Stored stored = storedOf(row);
    int at = stored.columnOf[column];
    if (at == NOT_STORED) {
      return view.features().get(column).defaultValue();
    }
    if (view.isAggregated()) {
      return AggregateRow.stateOf(stored.view, row, at)
          .valueAt(nowUnixMillis, view.features().get(column).type());
    }
    return stored.layout.value(row, at);
  }

  /// A numeric column of an accepted row, not rounded to a float; NaN for a null.
  ///
  /// @throws CorruptRowException when the row is damaged
  public double exact(byte[] row, long nowUnixMillis, int column) {
    Stored stored = storedOf(row);
    int at = stored.columnOf[column];
    if (at == NOT_STORED) {
      return exactDefault(column);
    }
    if (!view.isAggregated()) {
      return stored.layout.exactNumber(row, at);
    }
    double number = AggregateRow.stateOf(stored.view, row, at).numberAt(nowUnixMillis);
    return switch (view.features().get(column).type()) {
      case FLOAT -> (float) number;
      case INT64 -> Double.isNaN(number) ? number : (double) Math.round(number);
      case BOOL -> Double.isNaN(number) ? number : number != 0 ? 1 : 0;
      case DOUBLE -> number;
      case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP -> Double.NaN;
    };
  }

  /// The default of a numeric column, not rounded; NaN when there is none.
  public double exactDefault(int column) {
    return exactOf(view.features().get(column).defaultValue());
  }

  /// Gives a text, list or vector of an accepted row to a row of a column.
  ///
  /// @throws CorruptRowException when the row is damaged
  public void slice(byte[] row, long nowUnixMillis, int column, Slices into, int position) {
    Stored stored = storedOf(row);
    int at = stored.columnOf[column];
    if (at == NOT_STORED || view.isAggregated()) {
      Value value = value(row, nowUnixMillis, column);
      if (value != null) {
        into.set(position, RowLayout.payload(view.features().get(column).type(), value));
      }
      return;
    }
    long place = stored.layout.payloadAt(row, at);
    if (place >= 0) {
      into.set(position, row, (int) (place >>> 32), (int) place);
    }
  }

  /// The default of a numeric column; NaN when there is none.
  public float defaultNumber(int column) {
    return defaultNumbers[column];
  }

  private Stored storedOf(byte[] row) {
    Stored stored = knownVersion(RowHeader.schemaVersion(row));
    if (stored == null) {
      throw new CorruptRowException("a row has an unknown schema version");
    }
    return stored;
  }

  private static float numberOf(@Nullable Value value) {
    return (float) exactOf(value);
  }

  /// A value as a number; NaN when it is none.
  public static double exactOf(@Nullable Value value) {
    if (value == null) {
      return Double.NaN;
    }
    return switch (value.getKindCase()) {
      case FLOAT_VALUE -> value.getFloatValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case INT64_VALUE -> (double) value.getInt64Value();
      case BOOL_VALUE -> value.getBoolValue() ? 1 : 0;
      case STRING_VALUE, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP, KIND_NOT_SET ->
          Double.NaN;
    };
  }
}
