// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.serving.RowReader.Wanted;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.FeatureVector;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers `GetOnlineFeatures`: typed values of named features, one column for each.
public final class OnlineFeaturesReader {
  private static final int FEATURES_MAX = 512;
  private static final int CELLS_MAX = 500_000;

  private final LiveRegistry live;
  private final RowReader reader;
  private final ReadMeters meters;
  private final Clock clock;

  private record Asked(String view, int column, String name) {}

  public OnlineFeaturesReader(LiveRegistry live, RowReader reader, ReadMeters meters, Clock clock) {
    this.live = live;
    this.reader = reader;
    this.meters = meters;
    this.clock = clock;
  }

  public GetOnlineFeaturesResponse read(
      GetOnlineFeaturesRequest request, Duration timeout, Degradation degradation) {
    LiveRegistry.Snapshot snapshot = live.snapshot();
    List<Asked> asked = resolve(request, snapshot);
    if ((long) asked.size() * request.getEntityIdsCount() > CELLS_MAX) {
      throw ProfferException.invalidField(
          "entity_ids",
          "features × entities must be at most "
              + CELLS_MAX
              + " values, but "
              + (long) asked.size() * request.getEntityIdsCount()
              + " are asked for");
    }
    Map<String, Wanted> byView = new LinkedHashMap<>();
    for (Asked one : asked) {
      byView.computeIfAbsent(
          one.view, name -> new Wanted(decoderOf(snapshot, name), request.getEntityIdsList()));
    }
    reader.read(List.copyOf(byView.values()), timeout, degradation);

    long now = clock.millis();
    GetOnlineFeaturesResponse.Builder response = GetOnlineFeaturesResponse.newBuilder();
    for (Asked one : asked) {
      Wanted wanted = byView.get(one.view);
      if (wanted != null) {
        response.addFeatureNames(one.name).addResults(vector(wanted, one.column, now));
      }
    }
    return response.build();
  }

  private static List<Asked> resolve(
      GetOnlineFeaturesRequest request, LiveRegistry.Snapshot snapshot) {
    List<Asked> asked = new ArrayList<>();
    String entity = "";
    for (int i = 0; i < request.getFeaturesCount(); i++) {
      String name = request.getFeatures(i);
      int colon = name.indexOf(':');
      FeatureView view = snapshot.registry().view(name.substring(0, colon));
      if (view == null) {
        throw ProfferException.notFound(
            ErrorReason.ERROR_REASON_UNKNOWN_FEATURE_VIEW,
            "feature_view",
            name.substring(0, colon));
      }
      if (!entity.isEmpty() && !entity.equals(view.entity().name())) {
        throw ProfferException.invalidField(
            "features[" + i + "]",
            "must describe the same entity as the features before it, which is " + entity);
      }
      entity = view.entity().name();
      String feature = name.substring(colon + 1);
      if (feature.equals("*")) {
        for (int column = 0; column < view.features().size(); column++) {
          asked.add(asked(view, column, request.getFullFeatureNames()));
        }
      } else {
        Integer column = view.column(feature);
        if (column == null) {
          throw new ProfferException(
              Status.Code.NOT_FOUND,
              ErrorReason.ERROR_REASON_UNKNOWN_FEATURE,
              "features[" + i + "]: the view " + view.name() + " has no feature " + feature,
              Map.of("feature_view", view.name(), "feature", feature));
        }
        asked.add(asked(view, column, request.getFullFeatureNames()));
      }
    }
    if (asked.size() > FEATURES_MAX) {
      throw ProfferException.invalidField(
          "features", "must name at most " + FEATURES_MAX + " features");
    }
    return asked;
  }

  private static Asked asked(FeatureView view, int column, boolean fullNames) {
    String feature = view.features().get(column).name();
    return new Asked(view.name(), column, fullNames ? view.name() + ":" + feature : feature);
  }

  private FeatureVector vector(Wanted wanted, int column, long now) {
    FeatureView view = wanted.decoder().view();
    Feature feature = view.features().get(column);
    FeatureVector.Builder vector = FeatureVector.newBuilder();
    byte[] statuses = new byte[wanted.size()];
    for (int i = 0; i < wanted.size(); i++) {
      byte[] row = wanted.row(i);
      RowStatus status =
          RowReader.statusOf(row, wanted.isUnavailable(i), now, view.declaration().maxAgeMillis());
      Value value = null;
      if (status == RowStatus.ROW_STATUS_PRESENT && row != null) {
        try {
          value = wanted.decoder().value(row, now, column);
          status = value == null ? RowStatus.ROW_STATUS_NULL_VALUE : status;
        } catch (CorruptRowException e) {
          meters.corrupt(view.name());
          status = RowStatus.ROW_STATUS_NOT_FOUND;
        }
      }
      if ((status == RowStatus.ROW_STATUS_NOT_FOUND
              || status == RowStatus.ROW_STATUS_OUTSIDE_MAX_AGE)
          && feature.defaultValue() != null) {
        value = feature.defaultValue();
        status = RowStatus.ROW_STATUS_DEFAULTED;
      }
      vector.addValues(orNone(value));
      vector.addStatuses(status);
      vector.addEventTimesUnixMs(row == null ? 0 : RowHeader.eventTimeUnixMillis(row));
      statuses[i] = (byte) status.getNumber();
    }
    meters.rows(view.name(), statuses);
    return vector.build();
  }

  private static Value orNone(@Nullable Value value) {
    return value == null ? Value.getDefaultInstance() : value;
  }

  private static ViewDecoder decoderOf(LiveRegistry.Snapshot snapshot, String view) {
    ViewDecoder decoder = snapshot.decoders().get(view);
    if (decoder == null) {
      throw new IllegalArgumentException("view: " + view);
    }
    return decoder;
  }
}
