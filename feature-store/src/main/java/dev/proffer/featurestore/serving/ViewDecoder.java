// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.aggregation.AggregateRow;
import dev.proffer.featurestore.aggregation.Aggregation;
import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads stored rows of a view, of whatever registered version, as columns of its live version.
/// Made once for a registry; reading neither parses declarations nor locks.
public final class ViewDecoder {
  private static final int NOT_STORED = -1;

  private final FeatureView view;
  private final Map<Integer, Stored> versions = new HashMap<>();
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
    if (versions.containsKey(version.schemaVersion())
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
    versions.put(version.schemaVersion(), new Stored(version, layout, columnOf));
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
    Stored stored = versions.get(RowHeader.schemaVersion(row));
    boolean aggregate = (RowHeader.flags(row) & RowHeader.FLAG_AGGREGATE) != 0;
    if (stored == null || aggregate != view.isAggregated()) {
      return false;
    }
    if (!aggregate) {
      try {
        stored.layout.check(row);
      } catch (CorruptRowException e) {
        return false;
      }
    }
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

  /// The default of a numeric column; NaN when there is none.
  public float defaultNumber(int column) {
    return defaultNumbers[column];
  }

  private Stored storedOf(byte[] row) {
    Stored stored = versions.get(RowHeader.schemaVersion(row));
    if (stored == null) {
      throw new CorruptRowException("a row has an unknown schema version");
    }
    return stored;
  }

  private static float numberOf(@Nullable Value value) {
    if (value == null) {
      return Float.NaN;
    }
    return switch (value.getKindCase()) {
      case FLOAT_VALUE -> value.getFloatValue();
      case DOUBLE_VALUE -> (float) value.getDoubleValue();
      case INT64_VALUE -> value.getInt64Value();
      case BOOL_VALUE -> value.getBoolValue() ? 1 : 0;
      case STRING_VALUE, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP, KIND_NOT_SET ->
          Float.NaN;
    };
  }
}
