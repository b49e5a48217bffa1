// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import com.google.protobuf.UnsafeByteOperations;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.registry.FeatureSet.ComputedColumns;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.serving.RowReader.Wanted;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
    OnDemandInputs.check(
        request.getRequestFeaturesMap(),
        Stream.concat(set.onDemand().context().stream(), set.onDemand().candidate().stream())
            .map(ComputedColumns::view)
            .toList(),
        "the feature set '" + set.name() + "'");
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

  /// Computes all blocks, after all rows were read.
  void addTo(GetFeatureMatrixResponse.Builder response, long now) {
    OnDemandInputs.Request sent =
        new OnDemandInputs.Request(request.getRequestFeaturesMap(), request.getMaxAgeMs());
    if (!set.onDemand().context().isEmpty()) {
      OnDemandInputs inputs = new OnDemandInputs(1, Map.of(), contextRows, sent, now, meters);
      for (ComputedColumns columns : set.onDemand().context()) {
        response.addContext(block(columns, inputs));
      }
    }
    if (!set.onDemand().candidate().isEmpty()) {
      OnDemandInputs inputs =
          new OnDemandInputs(
              request.getCandidateIdsCount(), candidateRows, contextRows, sent, now, meters);
      for (ComputedColumns columns : set.onDemand().candidate()) {
        response.addCandidates(block(columns, inputs));
      }
    }
  }

  private FeatureBlock block(ComputedColumns columns, OnDemandInputs inputs) {
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
      inputs.compute(feature, computed, statuses, times);
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
}
