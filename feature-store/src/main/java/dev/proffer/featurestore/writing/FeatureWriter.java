// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.writing;

import com.google.common.hash.Hashing;
import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.online.OnlineStore.NewRow;
import dev.proffer.featurestore.online.OnlineStore.PutOutcome;
import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.featurestore.training.RowHistory;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import dev.proffer.runtime.grpc.RequestValidator;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Stores rows of written views: checks each value against its declaration, packs the row, and lets
/// the newest event time win.
public final class FeatureWriter {
  private final Supplier<Registry> registry;
  private final OnlineStore store;
  private final NearCache near;
  private final Clock clock;
  private final Duration futureMax;
  private final Quarantine quarantine;
  private final RowHistory history;
  private final RowRestorer restorer;
  private final MeterRegistry meters;

  /// @param futureMax how far ahead of the clock an event time may be
  public FeatureWriter(
      Supplier<Registry> registry,
      OnlineStore store,
      NearCache near,
      Clock clock,
      Duration futureMax,
      Quarantine quarantine,
      RowHistory history,
      RowRestorer restorer,
      MeterRegistry meters) {
    this.registry = registry;
    this.store = store;
    this.near = near;
    this.clock = clock;
    this.futureMax = futureMax;
    this.quarantine = quarantine;
    this.history = history;
    this.restorer = restorer;
    this.meters = meters;
  }

  /// Stores rows and gives one result for each, in order.
  ///
  /// @throws ProfferException when the online store could not be reached for any row
  public List<WriteResult> write(List<FeatureRow> rows) {
    Registry now = registry.get();
    @Nullable WriteResult[] results = new WriteResult[rows.size()];
    List<NewRow> accepted = new ArrayList<>(rows.size());
    List<Integer> positions = new ArrayList<>(rows.size());
    List<Quarantine.Broken> broken = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      FeatureRow row = rows.get(i);
      try {
        accepted.add(pack(now, row));
        positions.add(i);
      } catch (RowRefusedException e) {
        String reason = String.valueOf(e.getMessage());
        if (e.mayBeQuarantined()) {
          broken.add(new Quarantine.Broken(row, reason));
          results[i] = result(WriteOutcome.WRITE_OUTCOME_QUARANTINED, reason);
        } else {
          results[i] = result(WriteOutcome.WRITE_OUTCOME_REJECTED, reason);
        }
      }
    }
    if (!quarantine.add(broken)) {
      for (int i = 0; i < results.length; i++) {
        if (results[i] != null
            && results[i].getOutcome() == WriteOutcome.WRITE_OUTCOME_QUARANTINED) {
          results[i] =
              result(
                  WriteOutcome.WRITE_OUTCOME_REJECTED,
                  results[i].getReason() + " (and the quarantine is full)");
        }
      }
    }
    int unavailable = 0;
    List<PutOutcome> outcomes =
        restorer.whileWriting(() -> {
          // History first: a row that was served must be found when models are trained, and put
          // back when the online store loses it.
          remember(positions.stream().map(rows::get).toList(), accepted);
          return store.putNewer(accepted);
        });
    for (int i = 0; i < accepted.size(); i++) {
      int position = positions.get(i);
      FeatureRow row = rows.get(position);
      results[position] =
          switch (outcomes.get(i)) {
            case APPLIED -> {
              near.view(row.getFeatureView()).refresh(row.getEntityId(), accepted.get(i).row());
              yield result(WriteOutcome.WRITE_OUTCOME_APPLIED, "");
            }
            case STALE ->
                result(
                    WriteOutcome.WRITE_OUTCOME_STALE,
                    "event_time_unix_ms: a row with a newer event time is stored");
            case UNAVAILABLE -> {
              unavailable++;
              near.view(row.getFeatureView()).forget(row.getEntityId());
              yield result(
                  WriteOutcome.WRITE_OUTCOME_REJECTED,
                  "the online store did not answer; write the row again");
            }
          };
    }
    if (unavailable > 0 && unavailable == results.length) {
      throw ProfferException.unavailable("redis", null);
    }
    List<WriteResult> all = new ArrayList<>(results.length);
    for (WriteResult known : results) {
      if (known != null) {
        all.add(known);
      }
    }
    return all;
  }

  private void remember(List<FeatureRow> rows, List<NewRow> packed) {
    List<RowHistory.Written> written = new ArrayList<>(rows.size());
    for (int i = 0; i < packed.size(); i++) {
      FeatureRow row = rows.get(i);
      written.add(
          new RowHistory.Written(
              row.getFeatureView(),
              row.getEntityId(),
              row.getEventTimeUnixMs(),
              packed.get(i).row()));
    }
    history.add(written);
  }

  private NewRow pack(Registry now, FeatureRow row) {
    // The batch leaves the rules of its rows to us, so that one bad row does not refuse the others.
    List<FieldViolation> broken = keepsRules(row) ? List.of() : RequestValidator.violations(row);
    if (!broken.isEmpty()) {
      throw new RowRefusedException(
          broken.stream()
              .map(violation -> violation.field() + ": " + violation.description())
              .collect(Collectors.joining("; ")));
    }
    FeatureView view = now.view(row.getFeatureView());
    if (view == null) {
      throw new RowRefusedException(
          "feature_view: no view is named '" + row.getFeatureView() + "'");
    }
    if (view.isAggregated()) {
      throw new RowRefusedException(
          "feature_view: '" + view.name() + "' is computed from events and cannot be written");
    }
    long ahead = row.getEventTimeUnixMs() - clock.millis();
    if (ahead > futureMax.toMillis()) {
      throw new RowRefusedException(
          "event_time_unix_ms: lies "
              + ahead
              + " ms in the future (allowed: "
              + futureMax.toMillis()
              + " ms)");
    }
    @Nullable Value[] values = new Value[view.features().size()];
    for (Map.Entry<String, Value> entry : row.getValuesMap().entrySet()) {
      Integer column = view.column(entry.getKey());
      if (column == null) {
        throw new RowRefusedException(
            "values." + entry.getKey() + ": the view " + view.name() + " has no such feature");
      }
      if (entry.getValue().getKindCase() != Value.KindCase.KIND_NOT_SET) {
        values[column] = checked(view, view.features().get(column), entry.getValue());
      }
    }
    RowLayout layout = new RowLayout(view.features().stream().map(Feature::type).toList());
    return new NewRow(
        view.entity().key(view.name(), row.getEntityId()),
        layout.pack(view.schemaVersion(), row.getEventTimeUnixMs(), values),
        keepMillis(view, row.getEntityId()));
  }

  /// Whether a row certainly keeps the rules that stand in the proto, seen without evaluating them.
  private static boolean keepsRules(FeatureRow row) {
    int length = row.getEntityId().length();
    int values = row.getValuesCount();
    // Names of views and features are looked up, so their lengths need no rule here.
    return length > 0
        && length <= 256
        && !row.getFeatureView().isEmpty()
        && row.getEventTimeUnixMs() > 0
        && values > 0
        && values <= 512;
  }

  private Value checked(FeatureView view, Feature feature, Value value) {
    String at = "values." + feature.name() + ": ";
    if (value.getKindCase() != feature.type().kind()) {
      throw new RowRefusedException(
          at
              + "must be a "
              + feature.type().kind().name().toLowerCase(java.util.Locale.ROOT)
              + ", but is a "
              + value.getKindCase().name().toLowerCase(java.util.Locale.ROOT));
    }
    switch (feature.type()) {
      case FLOAT -> inRange(view, feature, value.getFloatValue(), at);
      case DOUBLE -> inRange(view, feature, value.getDoubleValue(), at);
      case INT64 -> inRange(view, feature, (double) value.getInt64Value(), at);
      case BOOL -> {}
      case STRING -> {
        if (value.getStringValueBytes().size() > FeatureType.STRING_BYTES_MAX) {
          throw new RowRefusedException(
              at + "must have at most " + FeatureType.STRING_BYTES_MAX + " bytes");
        }
      }
      case FLOAT_VECTOR -> {
        if (value.getFloatVector().getValuesCount() != feature.vectorLength()) {
          throw new RowRefusedException(
              at
                  + "must have "
                  + feature.vectorLength()
                  + " elements, but has "
                  + value.getFloatVector().getValuesCount());
        }
        for (float element : value.getFloatVector().getValuesList()) {
          inRange(view, feature, element, at);
        }
      }
      case STRING_LIST -> {
        if (value.getStringList().getValuesCount() > FeatureType.LIST_MAX) {
          throw new RowRefusedException(
              at + "must have at most " + FeatureType.LIST_MAX + " elements");
        }
        for (String element : value.getStringList().getValuesList()) {
          if (element.length() > FeatureType.STRING_BYTES_MAX) {
            throw new RowRefusedException(
                at + "elements must have at most " + FeatureType.STRING_BYTES_MAX + " bytes");
          }
        }
      }
      case INT64_LIST -> {
        if (value.getInt64List().getValuesCount() > FeatureType.LIST_MAX) {
          throw new RowRefusedException(
              at + "must have at most " + FeatureType.LIST_MAX + " elements");
        }
      }
      case DOUBLE_MAP -> checkMap(view, feature, value.getDoubleMap(), at);
    }
    return value;
  }

  private void checkMap(FeatureView view, Feature feature, DoubleMap map, String at) {
    if (map.getKeysCount() != map.getValuesCount() || map.getKeysCount() > FeatureType.LIST_MAX) {
      throw new RowRefusedException(
          at + "must have one value for each key and at most " + FeatureType.LIST_MAX);
    }
    for (int i = 0; i < map.getKeysCount(); i++) {
      if (map.getKeys(i).length() > FeatureType.STRING_BYTES_MAX
          || (i > 0 && map.getKeys(i - 1).compareTo(map.getKeys(i)) >= 0)) {
        throw new RowRefusedException(
            at
                + "keys must be in order, different, and have at most "
                + FeatureType.STRING_BYTES_MAX
                + " bytes");
      }
      inRange(view, feature, map.getValues(i), at);
    }
  }

  /// Applies the policy of a view to a number: only what a value is worth is a matter of policy,
  /// its type and size never are.
  private void inRange(FeatureView view, Feature feature, double number, String at) {
    String wrong;
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      wrong = at + "must be a finite number, but is " + number;
    } else if (number < feature.min() || number > feature.max()) {
      wrong = at + "must be from " + feature.min() + " to " + feature.max() + ", but is " + number;
    } else {
      return;
    }
    meters
        .counter("proffer.features.invalid", "view", view.name(), "feature", feature.name())
        .increment();
    switch (view.declaration().policy()) {
      case REJECT -> throw new RowRefusedException(wrong);
      case QUARANTINE -> throw RowRefusedException.forQuarantine(wrong);
      case FLAG -> {}
    }
  }

  /// Writes quarantined rows again under the rules of now. Those that are stored, or for which a
  /// newer row is stored, leave the quarantine.
  public List<WriteResult> replay(List<String> ids) {
    List<WriteResult> results = new ArrayList<>(ids.size());
    List<String> done = new ArrayList<>();
    for (String id : ids) {
      Optional<FeatureRow> row = quarantine.find(id);
      if (row.isEmpty()) {
        results.add(
            result(
                WriteOutcome.WRITE_OUTCOME_REJECTED,
                "quarantine_ids: no quarantined row has the id '" + id + "'"));
        continue;
      }
      Quarantine.Outcome outcome = again(row.get());
      if (outcome.leaves()) {
        done.add(id);
      }
      results.add(outcome.result());
    }
    quarantine.remove(done);
    return results;
  }

  /// Writes a row that is in the quarantine already, so that it is not set aside a second time.
  private Quarantine.Outcome again(FeatureRow row) {
    NewRow packed;
    try {
      packed = pack(registry.get(), row);
    } catch (RowRefusedException e) {
      return new Quarantine.Outcome(
          result(
              e.mayBeQuarantined()
                  ? WriteOutcome.WRITE_OUTCOME_QUARANTINED
                  : WriteOutcome.WRITE_OUTCOME_REJECTED,
              String.valueOf(e.getMessage())),
          false);
    }
    PutOutcome put =
        restorer.whileWriting(() -> {
          remember(List.of(row), List.of(packed));
          return store.putNewer(List.of(packed)).getFirst();
        });
    return switch (put) {
      case APPLIED -> {
        near.view(row.getFeatureView()).refresh(row.getEntityId(), packed.row());
        yield new Quarantine.Outcome(result(WriteOutcome.WRITE_OUTCOME_APPLIED, ""), true);
      }
      case STALE ->
          new Quarantine.Outcome(
              result(
                  WriteOutcome.WRITE_OUTCOME_STALE,
                  "event_time_unix_ms: a row with a newer event time is stored"),
              true);
      case UNAVAILABLE -> throw ProfferException.unavailable("redis", null);
    };
  }

  /// The time to live of a row, spread by a tenth so that rows written together do not die
  /// together.
  private static long keepMillis(FeatureView view, String entityId) {
    long keep = view.keepMillis();
    int spread =
        Math.floorMod(Hashing.murmur3_32_fixed().hashUnencodedChars(entityId).asInt(), 1000);
    return keep + keep / 10 * spread / 1000;
  }

  private static WriteResult result(WriteOutcome outcome, String reason) {
    return WriteResult.newBuilder().setOutcome(outcome).setReason(reason).build();
  }
}
