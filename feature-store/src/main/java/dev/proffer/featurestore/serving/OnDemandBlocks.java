// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import com.google.protobuf.UnsafeByteOperations;
import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.ondemand.Inputs;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.ondemand.Slices;
import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.registry.FeatureSet.ComputedColumns;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.featurestore.serving.RowReader.Wanted;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.failure.ProfferException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The blocks of one reply that are computed from others: what they read, and their values. Used by
/// one thread.
final class OnDemandBlocks {
  private final FeatureSet set;
  private final GetFeatureMatrixRequest request;
  private final ReadMeters meters;
  private final Map<String, Wanted> contextRows = new HashMap<>();
  private final Map<String, Wanted> candidateRows = new HashMap<>();

  /// @param known the rows that are read anyway; those that only expressions need are added
  OnDemandBlocks(
      FeatureSet set,
      LiveRegistry.Snapshot snapshot,
      GetFeatureMatrixRequest request,
      List<Wanted> known,
      ReadMeters meters) {
    this.set = set;
    this.request = request;
    this.meters = meters;
    checkSent();
    for (int i = 0; i < set.context().size(); i++) {
      contextRows.put(set.context().get(i).view().name(), known.get(i));
    }
    for (int i = 0; i < set.candidate().size(); i++) {
      candidateRows.put(set.candidate().get(i).view().name(), known.get(set.context().size() + i));
    }
    for (FeatureView view : set.onDemand().contextViews()) {
      contextRows.computeIfAbsent(
          view.name(),
          _ ->
              added(
                  known,
                  new Wanted(snapshot.decoder(view), List.of(request.getContextEntityId()))));
    }
    for (FeatureView view : set.onDemand().candidateViews()) {
      candidateRows.computeIfAbsent(
          view.name(),
          _ -> added(known, new Wanted(snapshot.decoder(view), request.getCandidateIdsList())));
    }
  }

  private static Wanted added(List<Wanted> known, Wanted wanted) {
    known.add(wanted);
    return wanted;
  }

  /// Every value of the request must be one that is read, and have its type.
  private void checkSent() {
    if (request.getRequestFeaturesCount() == 0) {
      return;
    }
    Map<String, Input.Sent> read = new TreeMap<>();
    for (List<ComputedColumns> part :
        List.of(set.onDemand().context(), set.onDemand().candidate())) {
      for (ComputedColumns columns : part) {
        columns.view().sent().forEach((name, type) -> read.put(name, new Input.Sent(name, type)));
      }
    }
    request
        .getRequestFeaturesMap()
        .forEach((name, value) -> {
          Input.Sent input = read.get(name);
          if (input == null) {
            throw ProfferException.invalidField(
                "request_features[\"" + name + "\"]",
                read.isEmpty()
                    ? "the feature set '" + set.name() + "' reads no values of the request"
                    : "must be one of " + String.join(", ", read.keySet()));
          }
          if (value.getKindCase() != input.type().kind()
              && value.getKindCase() != Value.KindCase.KIND_NOT_SET) {
            throw ProfferException.invalidField(
                "request_features[\"" + name + "\"]",
                "must be a " + input.type().kind().name().toLowerCase(Locale.ROOT));
          }
        });
  }

  /// Computes all blocks, after all rows were read.
  void addTo(GetFeatureMatrixResponse.Builder response, long now) {
    if (!set.onDemand().context().isEmpty()) {
      Inputs inputs = Inputs.at(1, now);
      for (ComputedColumns columns : set.onDemand().context()) {
        response.addContext(block(columns, inputs, Map.of(), now));
      }
    }
    if (!set.onDemand().candidate().isEmpty()) {
      Inputs inputs = Inputs.at(request.getCandidateIdsCount(), now);
      for (ComputedColumns columns : set.onDemand().candidate()) {
        response.addCandidates(block(columns, inputs, candidateRows, now));
      }
    }
  }

  private FeatureBlock block(
      ComputedColumns columns, Inputs inputs, Map<String, Wanted> own, long now) {
    int rows = inputs.rows();
    int width = columns.columns().length;
    byte[] values = new byte[rows * width * 4];
    byte[] statuses = new byte[rows];
    long[] times = new long[rows];
    boolean[] defaulted = new boolean[rows];
    Arrays.fill(statuses, (byte) RowStatus.ROW_STATUS_PRESENT_VALUE);
    FeatureBlock.Builder block =
        FeatureBlock.newBuilder().setFeatureView(columns.view().name()).setRows(rows);
    double[] computed = new double[rows];
    for (int i = 0; i < width; i++) {
      Computed feature = columns.view().features().get(columns.columns()[i]);
      block.addFeatures(feature.name());
      for (Input input : feature.expression().inputs()) {
        prepare(input, inputs, own, now);
        if (input instanceof Input.Stored stored) {
          Wanted of = own.get(stored.view());
          mark(of == null ? rowsAround(stored) : of, of == null, statuses, times);
        }
      }
      feature.expression().evaluate(inputs, computed);
      float byDefault = (float) ViewDecoder.exactOf(feature.defaultValue());
      for (int row = 0; row < rows; row++) {
        float value = (float) computed[row];
        if (Float.isNaN(value) && statuses[row] != RowStatus.ROW_STATUS_UNAVAILABLE_VALUE) {
          value = byDefault;
          defaulted[row] |= !Float.isNaN(byDefault);
        }
        MatrixReader.FLOAT.set(values, (row * width + i) * 4, value);
      }
    }
    for (int row = 0; row < rows; row++) {
      if (defaulted[row] && statuses[row] == RowStatus.ROW_STATUS_PRESENT_VALUE) {
        statuses[row] = RowStatus.ROW_STATUS_DEFAULTED_VALUE;
      }
      block.addEventTimesUnixMs(times[row]);
    }
    block.setValuesF32Le(UnsafeByteOperations.unsafeWrap(values));
    block.setRowStatuses(UnsafeByteOperations.unsafeWrap(statuses));
    byte @Nullable [] nulls = MatrixReader.nullsOf(values);
    if (nulls != null) {
      block.setNullBitmap(UnsafeByteOperations.unsafeWrap(nulls));
    }
    meters.rows(columns.view().name(), statuses);
    return block.build();
  }

  /// What is computed of a row that could not be read is as little known as the row; and it is as
  /// old as the oldest row that it comes from.
  private static void mark(Wanted of, boolean around, byte[] statuses, long[] times) {
    for (int row = 0; row < statuses.length; row++) {
      int at = around ? 0 : row;
      if (of.isUnavailable(at)) {
        statuses[row] = RowStatus.ROW_STATUS_UNAVAILABLE_VALUE;
      }
      byte[] stored = of.row(at);
      if (stored != null) {
        long time = RowHeader.eventTimeUnixMillis(stored);
        times[row] = times[row] == 0 ? time : Math.min(times[row], time);
      }
    }
  }

  private Wanted rowsAround(Input.Stored input) {
    Wanted rows = contextRows.get(input.view());
    if (rows == null) {
      throw new IllegalStateException("nothing was read for " + input);
    }
    return rows;
  }

  private void prepare(Input input, Inputs inputs, Map<String, Wanted> own, long now) {
    if (inputs.has(input)) {
      return;
    }
    switch (input) {
      case Input.Sent sent -> {
        Value value = request.getRequestFeaturesMap().get(sent.name());
        if (sent.type().isNumeric()) {
          double[] column = new double[inputs.rows()];
          Arrays.fill(column, ViewDecoder.exactOf(value));
          inputs.put(input, column);
        } else {
          Slices column = new Slices(inputs.rows());
          if (value != null && value.getKindCase() != Value.KindCase.KIND_NOT_SET) {
            byte[] payload = RowLayout.payload(sent.type(), value);
            for (int row = 0; row < inputs.rows(); row++) {
              column.set(row, payload);
            }
          }
          inputs.put(input, column);
        }
      }
      case Input.Stored stored -> {
        Wanted of = own.get(stored.view());
        if (stored.type().isNumeric()) {
          double[] column = numbers(of == null ? rowsAround(stored) : of, stored, now);
          if (of == null) {
            double one = column[0];
            column = new double[inputs.rows()];
            Arrays.fill(column, one);
          }
          inputs.put(input, column);
        } else {
          Slices column = slices(of == null ? rowsAround(stored) : of, stored, now);
          if (of == null) {
            Slices all = new Slices(inputs.rows());
            all.setAll(column, 0);
            column = all;
          }
          inputs.put(input, column);
        }
      }
    }
  }

  private boolean isPresent(Wanted of, int row, long now) {
    FeatureView view = of.decoder().view();
    long maxAge = MatrixReader.tighter(view.declaration().maxAgeMillis(), request.getMaxAgeMs());
    return RowReader.statusOf(of.row(row), of.isUnavailable(row), now, maxAge)
        == RowStatus.ROW_STATUS_PRESENT;
  }

  private double[] numbers(Wanted of, Input.Stored input, long now) {
    ViewDecoder decoder = of.decoder();
    int column = columnOf(decoder, input);
    double byDefault = decoder.exactDefault(column);
    double[] numbers = new double[of.size()];
    for (int row = 0; row < numbers.length; row++) {
      byte[] stored = of.row(row);
      numbers[row] = of.isUnavailable(row) ? Double.NaN : byDefault;
      if (stored != null && isPresent(of, row, now)) {
        try {
          numbers[row] = decoder.exact(stored, now, column);
        } catch (CorruptRowException e) {
          meters.corrupt(decoder.view().name());
        }
      }
    }
    return numbers;
  }

  private Slices slices(Wanted of, Input.Stored input, long now) {
    ViewDecoder decoder = of.decoder();
    int column = columnOf(decoder, input);
    Value byDefault = decoder.view().features().get(column).defaultValue();
    byte @Nullable [] payload =
        byDefault == null ? null : RowLayout.payload(input.type(), byDefault);
    Slices slices = new Slices(of.size());
    for (int row = 0; row < of.size(); row++) {
      byte[] stored = of.row(row);
      if (stored != null && isPresent(of, row, now)) {
        try {
          decoder.slice(stored, now, column, slices, row);
          continue;
        } catch (CorruptRowException e) {
          meters.corrupt(decoder.view().name());
        }
      }
      if (payload != null && !of.isUnavailable(row)) {
        slices.set(row, payload);
      }
    }
    return slices;
  }

  private static int columnOf(ViewDecoder decoder, Input.Stored input) {
    Integer column = decoder.view().column(input.feature());
    if (column == null) {
      throw new IllegalStateException("no column: " + input);
    }
    return column;
  }
}
