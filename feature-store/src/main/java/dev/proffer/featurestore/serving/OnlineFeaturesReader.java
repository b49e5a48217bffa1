// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.ondemand.OnDemandView;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers `GetOnlineFeatures`: typed values of named features, stored ones and computed ones, one
/// column for each.
public final class OnlineFeaturesReader {
  private static final int FEATURES_MAX = 512;
  private static final int CELLS_MAX = 500_000;

  private final LiveRegistry live;
  private final RowReader reader;
  private final ReadMeters meters;
  private final Clock clock;

  /// One feature of the reply.
  private sealed interface Asked {
    String name();

    record Stored(FeatureView view, int column, String name) implements Asked {}

    record OnDemand(OnDemandView view, Computed feature, String name) implements Asked {}
  }

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
    OnDemandInputs.check(
        request.getRequestFeaturesMap(), onDemandViews(asked), "none of the features");
    Map<String, Wanted> byView = new LinkedHashMap<>();
    for (Asked one : asked) {
      for (String view : viewsOf(one)) {
        byView.computeIfAbsent(
            view, name -> new Wanted(decoderOf(snapshot, name), request.getEntityIdsList()));
      }
    }
    reader.read(List.copyOf(byView.values()), timeout, degradation);

    long now = clock.millis();
    OnDemandInputs inputs =
        new OnDemandInputs(
            request.getEntityIdsCount(),
            byView,
            Map.of(),
            new OnDemandInputs.Request(request.getRequestFeaturesMap(), 0),
            now,
            meters);
    GetOnlineFeaturesResponse.Builder response = GetOnlineFeaturesResponse.newBuilder();
    for (Asked one : asked) {
      response.addFeatureNames(one.name());
      response.addResults(
          switch (one) {
            case Asked.Stored stored ->
                vector(Objects.requireNonNull(byView.get(stored.view.name())), stored.column, now);
            case Asked.OnDemand computed -> vector(computed, inputs);
          });
    }
    return response.build();
  }

  private static List<OnDemandView> onDemandViews(List<Asked> asked) {
    return asked.stream()
        .flatMap(one -> one instanceof Asked.OnDemand computed ? Stream.of(computed.view) : null)
        .distinct()
        .toList();
  }

  /// The stored views that a feature needs.
  private static List<String> viewsOf(Asked asked) {
    return switch (asked) {
      case Asked.Stored stored -> List.of(stored.view.name());
      case Asked.OnDemand computed ->
          storedInputs(computed.feature).map(Input.Stored::view).distinct().toList();
    };
  }

  private static Stream<Input.Stored> storedInputs(Computed feature) {
    return feature.expression().inputs().stream()
        .flatMap(input -> input instanceof Input.Stored stored ? Stream.of(stored) : null);
  }

  private static List<Asked> resolve(
      GetOnlineFeaturesRequest request, LiveRegistry.Snapshot snapshot) {
    List<Asked> asked = new ArrayList<>();
    String entity = "";
    for (int i = 0; i < request.getFeaturesCount(); i++) {
      List<Asked> named = resolve(request, i, snapshot.registry());
      for (Asked one : named) {
        for (String view : viewsOf(one)) {
          String of = decoderOf(snapshot, view).view().entity().name();
          if (!entity.isEmpty() && !entity.equals(of)) {
            throw ProfferException.invalidField(
                "features[" + i + "]",
                one instanceof Asked.OnDemand
                    ? "is computed from features of "
                        + of
                        + " but the entities are of "
                        + entity
                        + ": ask GetFeatureMatrix, which has a context entity"
                    : "must describe the same entity as the features before it, which is "
                        + entity);
          }
          entity = of;
        }
      }
      asked.addAll(named);
    }
    if (asked.size() > FEATURES_MAX) {
      throw ProfferException.invalidField(
          "features", "must name at most " + FEATURES_MAX + " features");
    }
    return asked;
  }

  /// The features that one name of the request stands for.
  private static List<Asked> resolve(GetOnlineFeaturesRequest request, int i, Registry registry) {
    String name = request.getFeatures(i);
    int colon = name.indexOf(':');
    String viewName = name.substring(0, colon);
    String feature = name.substring(colon + 1);
    String prefix = request.getFullFeatureNames() ? viewName + ":" : "";
    List<Asked> all = new ArrayList<>();
    FeatureView view = registry.view(viewName);
    OnDemandView onDemand = registry.onDemand().get(viewName);
    if (view != null) {
      for (int column = 0; column < view.features().size(); column++) {
        String known = view.features().get(column).name();
        if (feature.equals("*") || feature.equals(known)) {
          all.add(new Asked.Stored(view, column, prefix + known));
        }
      }
    } else if (onDemand != null) {
      for (Computed known : onDemand.features()) {
        if (feature.equals("*") || feature.equals(known.name())) {
          all.add(new Asked.OnDemand(onDemand, known, prefix + known.name()));
        }
      }
    } else {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_FEATURE_VIEW, "feature_view", viewName);
    }
    if (all.isEmpty()) {
      throw new ProfferException(
          Status.Code.NOT_FOUND,
          ErrorReason.ERROR_REASON_UNKNOWN_FEATURE,
          "features[" + i + "]: the view " + viewName + " has no feature " + feature,
          Map.of("feature_view", viewName, "feature", feature));
    }
    return all;
  }

  private FeatureVector vector(Asked.OnDemand asked, OnDemandInputs inputs) {
    int rows = inputs.rows();
    double[] computed = new double[rows];
    byte[] statuses = new byte[rows];
    long[] times = new long[rows];
    Arrays.fill(statuses, (byte) RowStatus.ROW_STATUS_PRESENT_VALUE);
    inputs.compute(asked.feature, computed, statuses, times);
    boolean hasDefault = asked.feature.defaultValue() != null;
    FeatureVector.Builder vector = FeatureVector.newBuilder();
    for (int i = 0; i < rows; i++) {
      boolean known = statuses[i] != RowStatus.ROW_STATUS_UNAVAILABLE_VALUE;
      if (known && Double.isNaN(computed[i])) {
        statuses[i] =
            (byte)
                (hasDefault
                    ? RowStatus.ROW_STATUS_DEFAULTED_VALUE
                    : RowStatus.ROW_STATUS_NULL_VALUE_VALUE);
      }
      vector
          .addValues(known ? asked.feature.value(computed[i]) : Value.getDefaultInstance())
          .addStatusesValue(statuses[i])
          .addEventTimesUnixMs(times[i]);
    }
    meters.rows(asked.view.name(), statuses);
    return vector.build();
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
