// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.served;

import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.featurestore.serving.ViewDecoder;
import dev.proffer.featurestore.training.TrainingExporter;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.CheckConsistencyRequest;
import dev.proffer.proto.featurestore.v1.CheckConsistencyResponse;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.FeatureConsistency;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.ServedRow;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.failure.ProfferException;
import java.util.ArrayList;
import java.util.List;

/// Compares what was served with what a point-in-time replay gives for the same moment.
///
/// Differences are what training would be wrong about: events that were aggregated late, rows that
/// were written after the fact, copies that were older than they should be.
public final class ConsistencyCheck {
  private static final int ROWS_DEFAULT = 10_000;
  private static final double TOLERANCE_DEFAULT = 1e-4;
  private static final int LABELS_IN_CALL = 5000;

  private final LiveRegistry live;
  private final ServedLog served;
  private final TrainingExporter exporter;

  public ConsistencyCheck(LiveRegistry live, ServedLog served, TrainingExporter exporter) {
    this.live = live;
    this.served = served;
    this.exporter = exporter;
  }

  /// What is known of one feature so far.
  private static final class Tally {
    private int compared;
    private int mismatched;
    private int missingServed;
    private int missingReplayed;
    private int numbers;
    private double errors;

    void compare(Value served, Value replayed, double tolerance) {
      boolean isServed = served.getKindCase() != Value.KindCase.KIND_NOT_SET;
      boolean isReplayed = replayed.getKindCase() != Value.KindCase.KIND_NOT_SET;
      if (!isServed || !isReplayed) {
        missingServed += !isServed && isReplayed ? 1 : 0;
        missingReplayed += isServed && !isReplayed ? 1 : 0;
        return;
      }
      compared++;
      if (served.getKindCase() != Value.KindCase.FLOAT_VALUE) {
        mismatched += served.equals(replayed) ? 0 : 1;
        return;
      }
      double a = served.getFloatValue();
      double b = (float) ViewDecoder.exactOf(replayed);
      double apart = Math.abs(a - b);
      double larger = Math.max(Math.abs(a), Math.abs(b));
      mismatched += apart > tolerance * Math.max(1, larger) ? 1 : 0;
      errors += apart == 0 ? 0 : 2 * apart / (Math.abs(a) + Math.abs(b));
      numbers++;
    }

    FeatureConsistency of(String feature) {
      return FeatureConsistency.newBuilder()
          .setFeature(feature)
          .setCompared(compared)
          .setMismatched(mismatched)
          .setMissingServed(missingServed)
          .setMissingReplayed(missingReplayed)
          .setSmape(numbers == 0 ? 0 : errors / numbers)
          .build();
    }
  }

  public CheckConsistencyResponse check(CheckConsistencyRequest request) {
    FeatureSet set = live.registry().sets().get(request.getFeatureSet());
    if (set == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_FEATURE_SET, "feature_set", request.getFeatureSet());
    }
    double tolerance = request.getTolerance() == 0 ? TOLERANCE_DEFAULT : request.getTolerance();
    List<ServedRow> all =
        served.newest(
            row ->
                row.getFeatureSet().equals(set.name())
                    && row.getServedAtUnixMs() >= request.getFromUnixMs(),
            request.getRowsMax() == 0 ? ROWS_DEFAULT : request.getRowsMax());
    List<ServedRow> rows =
        all.stream().filter(row -> row.getFeatureSetHash().equals(set.hash())).toList();
    List<String> features = new ArrayList<>();
    List<Tally> tallies = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += LABELS_IN_CALL) {
      compare(
          set,
          rows.subList(from, Math.min(rows.size(), from + LABELS_IN_CALL)),
          features,
          tallies,
          tolerance);
    }
    CheckConsistencyResponse.Builder response =
        CheckConsistencyResponse.newBuilder()
            .setRows(rows.size())
            .setOtherVersions(all.size() - rows.size());
    for (int i = 0; i < tallies.size(); i++) {
      response.addFeatures(tallies.get(i).of(features.get(i)));
    }
    return response.build();
  }

  private void compare(
      FeatureSet set,
      List<ServedRow> rows,
      List<String> features,
      List<Tally> tallies,
      double tolerance) {
    ExportTrainingRowsRequest.Builder labels =
        ExportTrainingRowsRequest.newBuilder().setFeatureSet(set.name());
    for (ServedRow row : rows) {
      labels.addLabels(
          Label.newBuilder()
              .setContextEntityId(row.getContextEntityId())
              .setCandidateId(row.getCandidateId())
              // A replay takes what was before a time; what was served at a time had all of it.
              .setEventTimeUnixMs(row.getServedAtUnixMs() + 1)
              .putAllRequestFeatures(row.getRequestFeaturesMap()));
    }
    List<TrainingRow> replayed = new ArrayList<>(rows.size());
    exporter.export(
        labels.build(),
        run -> {
          if (features.isEmpty()) {
            features.addAll(run.getFeaturesList());
            run.getFeaturesList().forEach(_ -> tallies.add(new Tally()));
          }
          replayed.addAll(run.getRowsList());
        });
    for (int i = 0; i < rows.size(); i++) {
      for (int column = 0; column < tallies.size(); column++) {
        tallies
            .get(column)
            .compare(rows.get(i).getValues(column), replayed.get(i).getValues(column), tolerance);
      }
    }
  }
}
