// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import com.google.protobuf.UnsafeByteOperations;
import dev.proffer.featurestore.registry.Feature;
import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.row.CorruptRowException;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.serving.RowReader.Wanted;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers `GetFeatureMatrix`: the features of one context entity and many candidates as dense
/// blocks.
public final class MatrixReader {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final Value NO_VALUE = Value.getDefaultInstance();

  private final LiveRegistry live;
  private final RowReader reader;
  private final ReadMeters meters;
  private final Clock clock;
  private final Listener listener;

  public MatrixReader(LiveRegistry live, RowReader reader, ReadMeters meters, Clock clock) {
    this(live, reader, meters, clock, (_, _, _) -> {});
  }

  /// Is told of every reply.
  public interface Listener {
    void served(GetFeatureMatrixRequest request, GetFeatureMatrixResponse response, long now);
  }

  /// @param listener must be quick
  public MatrixReader(
      LiveRegistry live, RowReader reader, ReadMeters meters, Clock clock, Listener listener) {
    this.listener = listener;
    this.live = live;
    this.reader = reader;
    this.meters = meters;
    this.clock = clock;
  }

  public GetFeatureMatrixResponse read(
      GetFeatureMatrixRequest request, Duration timeout, Degradation degradation) {
    LiveRegistry.Snapshot snapshot = live.snapshot();
    FeatureSet set = snapshot.registry().sets().get(request.getFeatureSet());
    if (set == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_FEATURE_SET, "feature_set", request.getFeatureSet());
    }
    if (!request.getFeatureSetHash().isEmpty() && !request.getFeatureSetHash().equals(set.hash())) {
      throw ProfferException.precondition(
          ErrorReason.ERROR_REASON_FEATURE_SET_MISMATCH,
          "feature_set_hash: the live feature set '" + set.name() + "' has another hash",
          Map.of("expected", request.getFeatureSetHash(), "actual", set.hash()));
    }
    if (set.readsContext() && request.getContextEntityId().isEmpty()) {
      throw ProfferException.invalidField(
          "context_entity_id", "must be set: the feature set has context features");
    }
    List<Wanted> wanted = new ArrayList<>();
    for (Columns columns : set.context()) {
      wanted.add(
          new Wanted(snapshot.decoder(columns.view()), List.of(request.getContextEntityId())));
    }
    Wanted candidates = null;
    for (Columns columns : set.candidate()) {
      ViewDecoder decoder = snapshot.decoder(columns.view());
      candidates =
          candidates == null
              ? new Wanted(decoder, request.getCandidateIdsList())
              : candidates.in(decoder);
      wanted.add(candidates);
    }
    OnDemandBlocks onDemand =
        set.onDemand().isEmpty() && request.getRequestFeaturesCount() == 0
            ? null
            : new OnDemandBlocks(set, snapshot, request, wanted, meters);
    reader.read(wanted, timeout, degradation);

    long now = clock.millis();
    GetFeatureMatrixResponse.Builder response =
        GetFeatureMatrixResponse.newBuilder().setFeatureSetHash(set.hash());
    int next = 0;
    for (Columns columns : set.context()) {
      response.addContext(block(columns, wanted.get(next++), request.getMaxAgeMs(), now));
    }
    for (Columns columns : set.candidate()) {
      response.addCandidates(block(columns, wanted.get(next++), request.getMaxAgeMs(), now));
    }
    if (onDemand != null) {
      onDemand.addTo(response, now);
    }
    GetFeatureMatrixResponse built = response.build();
    listener.served(request, built, now);
    return built;
  }

  private FeatureBlock block(Columns columns, Wanted wanted, long maxAgeMillis, long now) {
    FeatureView view = columns.view();
    ViewDecoder decoder = wanted.decoder();
    long maxAge = tighter(view.declaration().maxAgeMillis(), maxAgeMillis);
    int rows = wanted.size();
    int width = columns.numeric().length;
    byte[] values = new byte[rows * width * 4];
    byte[] statuses = new byte[rows];
    float[] numbers = new float[width];
    boolean allDefaults = hasDefaults(columns);
    boolean inPlace = decoder.areFloatsInPlace(columns.numeric());
    FeatureBlock.Builder block =
        FeatureBlock.newBuilder()
            .setFeatureView(view.name())
            .setSchemaVersion(view.schemaVersion())
            .setRows(rows);
    ValueColumn.Builder[] others = new ValueColumn.Builder[columns.others().length];
    for (int i = 0; i < others.length; i++) {
      others[i] =
          ValueColumn.newBuilder().setFeature(view.features().get(columns.others()[i]).name());
    }
    Value[] texts = new Value[others.length];
    for (int row = 0; row < rows; row++) {
      byte[] stored = wanted.row(row);
      RowStatus status = RowReader.statusOf(stored, wanted.isUnavailable(row), now, maxAge);
      boolean present = status == RowStatus.ROW_STATUS_PRESENT && stored != null;
      if (present && stored != null) {
        try {
          if (!inPlace || !decoder.copyFloats(stored, columns.numeric(), values, row * width * 4)) {
            decoder.numbers(stored, now, columns.numeric(), numbers);
            put(numbers, values, row * width * 4);
          }
          for (int i = 0; i < others.length; i++) {
            texts[i] = orNone(decoder.value(stored, now, columns.others()[i]));
          }
        } catch (CorruptRowException e) {
          meters.corrupt(view.name());
          present = false;
          status = RowStatus.ROW_STATUS_NOT_FOUND;
        }
      }
      if (!present) {
        boolean known = status != RowStatus.ROW_STATUS_UNAVAILABLE;
        for (int i = 0; i < width; i++) {
          numbers[i] = known ? decoder.defaultNumber(columns.numeric()[i]) : Float.NaN;
        }
        put(numbers, values, row * width * 4);
        for (int i = 0; i < others.length; i++) {
          Feature feature = view.features().get(columns.others()[i]);
          texts[i] = known ? orNone(feature.defaultValue()) : NO_VALUE;
        }
        if (known && allDefaults) {
          status = RowStatus.ROW_STATUS_DEFAULTED;
        }
      }
      for (int i = 0; i < others.length; i++) {
        others[i].addValues(texts[i]);
      }
      statuses[row] = (byte) status.getNumber();
      block.addEventTimesUnixMs(stored == null ? 0 : RowHeader.eventTimeUnixMillis(stored));
    }
    byte[] nulls = nullsOf(values);
    for (int column : columns.numeric()) {
      block.addFeatures(view.features().get(column).name());
    }
    block.setValuesF32Le(UnsafeByteOperations.unsafeWrap(values));
    block.setRowStatuses(UnsafeByteOperations.unsafeWrap(statuses));
    if (nulls != null) {
      block.setNullBitmap(UnsafeByteOperations.unsafeWrap(nulls));
    }
    for (ValueColumn.Builder other : others) {
      block.addColumns(other);
    }
    meters.rows(view.name(), statuses);
    return block.build();
  }

  private static void put(float[] numbers, byte[] values, int at) {
    for (int i = 0; i < numbers.length; i++) {
      FLOAT.set(values, at + i * 4, numbers[i]);
    }
  }

  /// One bit for each cell that is NaN; null when none is.
  static byte @Nullable [] nullsOf(byte[] values) {
    byte[] nulls = null;
    int cells = values.length / 4;
    for (int cell = 0; cell < cells; cell++) {
      if (((int) INT.get(values, cell * 4) & 0x7FFFFFFF) > 0x7F800000) {
        nulls = nulls == null ? new byte[(cells + 7) / 8] : nulls;
        nulls[cell / 8] |= (byte) (1 << (cell % 8));
      }
    }
    return nulls;
  }

  private static boolean hasDefaults(Columns columns) {
    List<Feature> features = columns.view().features();
    boolean any = false;
    for (int column : columns.numeric()) {
      if (features.get(column).defaultValue() != null) {
        any = true;
      }
    }
    for (int column : columns.others()) {
      if (features.get(column).defaultValue() != null) {
        any = true;
      }
    }
    return any;
  }

  private static Value orNone(@Nullable Value value) {
    return value == null ? NO_VALUE : value;
  }

  /// The tighter of two ages, where 0 means any age.
  static long tighter(long a, long b) {
    return a == 0 ? b : b == 0 ? a : Math.min(a, b);
  }
}
