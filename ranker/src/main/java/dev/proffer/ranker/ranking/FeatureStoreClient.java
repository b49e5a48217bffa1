// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureVector;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.StoredFeatures;
import dev.proffer.runtime.degraded.Degradation;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads what the feature store knows about people, and never lets a lost feature store slow a
/// request down by more than the time limit.
///
/// A circuit breaker skips calls after repeated failures, a bulkhead bounds how many wait at once,
/// and the last good answer for a person stands in while nothing better can be had.
public final class FeatureStoreClient {
  static final String PART = "feature-store";
  static final String FEATURE_SET = "ranker";
  static final String SESSION_FEATURE = "session_history:recent_items";

  // The store asks for some id; nothing is known of this one.
  private static final String NOBODY = "-";
  private static final int REMEMBERED_MAX = 100_000;
  private static final double SHARE = 0.3;

  // A trained ranker, one on trial, and heads of each.
  private static final int KINDS_MAX = 4;
  private static final int[] THE_PERSON = {0};

  private final Channel channel;
  private final long timeoutNanos;
  private final Duration itemsAge;
  private final Cache<ItemFeatures.Of, ItemFeatures> keptItems =
      Caffeine.newBuilder().maximumSize(KINDS_MAX).build();
  private final CircuitBreaker breaker;
  private final Bulkhead bulkhead;
  private final Cache<String, PersonFeatures> remembered =
      Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

  /// @param timeout how long a call may take
  /// @param itemsAge how long what was said of an item may be used again
  public FeatureStoreClient(Channel channel, Duration timeout, Duration itemsAge) {
    this.itemsAge = itemsAge;
    this.channel = channel;
    this.timeoutNanos = timeout.toNanos();
    this.breaker =
        CircuitBreaker.of(
            PART,
            CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(20)
                .minimumNumberOfCalls(8)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofSeconds(1))
                .automaticTransitionFromOpenToHalfOpenEnabled(false)
                .permittedNumberOfCallsInHalfOpenState(3)
                .recordException(FeatureStoreClient::isLoss)
                .build());
    this.bulkhead =
        Bulkhead.of(
            PART,
            BulkheadConfig.custom().maxConcurrentCalls(64).maxWaitDuration(Duration.ZERO).build());
  }

  /// What is known of a person, or of a session when the person is empty. Null when nothing can be
  /// said because the store is lost and nobody remembers.
  @Nullable PersonFeatures read(
      String userId, String sessionId, long budgetNanos, Degradation degradation) {
    String key = userId.isEmpty() ? "s:" + sessionId : "u:" + userId;
    Degradation own = new Degradation();
    PersonFeatures fresh = null;
    try {
      long timeout = Math.max(1, Math.min(timeoutNanos, budgetNanos));
      Supplier<PersonFeatures> call =
          userId.isEmpty()
              ? () -> session(sessionId, timeout, own)
              : () -> user(userId, timeout, own);
      fresh = Bulkhead.decorateSupplier(bulkhead, breaker.decorateSupplier(call)).get();
    } catch (RuntimeException e) {
      own.missing(PART, e, "", SHARE);
    }
    if (own.parts().isEmpty() && fresh != null) {
      remembered.put(key, fresh);
      return fresh;
    }
    PersonFeatures stale = remembered.getIfPresent(key);
    for (String part : own.parts()) {
      take(own, part, stale != null, degradation);
    }
    if (stale != null) {
      return stale;
    }
    // A part of the truth is better than none: some rows may have come.
    return fresh == null || fresh.equals(PersonFeatures.NONE) ? null : fresh;
  }

  /// Asks what the store knows of a person, and of the items of which nothing is kept, as a learned
  /// ranker reads it. The caller has other things to do until the answer comes.
  ///
  /// @param key the person or the session; empty when neither is known
  Asked ask(
      RankColumns columns,
      String featureSetHash,
      String key,
      CatalogueItem[] items,
      long budgetNanos) {
    GetFeatureMatrixRequest.Builder request =
        GetFeatureMatrixRequest.newBuilder()
            .setFeatureSet(FEATURE_SET)
            .setFeatureSetHash(featureSetHash)
            .setContextEntityId(key.isEmpty() ? NOBODY : key);
    ItemFeatures kept =
        keptItems.get(
            new ItemFeatures.Of(featureSetHash, columns.stored()),
            of -> new ItemFeatures(of, itemsAge));
    StoredFeatures stored = StoredFeatures.nothing(columns, items.length);
    int[] unknown = new int[items.length];
    int count = 0;
    long now = System.nanoTime();
    for (int row = 0; row < items.length; row++) {
      if (!kept.isCopied(items[row].number(), now, stored.items(), row)) {
        unknown[count++] = row;
        request.addCandidateIds(items[row].id());
      }
    }
    long timeout = Math.max(1, Math.min(timeoutNanos, budgetNanos));
    Supplier<CompletionStage<GetFeatureMatrixResponse>> call =
        () -> {
          Reply<GetFeatureMatrixResponse> reply = new Reply<>();
          FeatureStoreServiceGrpc.newStub(channel)
              .withDeadlineAfter(timeout, TimeUnit.NANOSECONDS)
              .getFeatureMatrix(request.build(), reply);
          return reply.value;
        };
    return new Asked(
        columns,
        items,
        Arrays.copyOf(unknown, count),
        stored,
        kept,
        now,
        Bulkhead.decorateCompletionStage(bulkhead, breaker.decorateCompletionStage(call))
            .get()
            .toCompletableFuture());
  }

  /// Features that were asked for.
  static final class Asked {
    private final RankColumns columns;
    private final CatalogueItem[] items;
    private final int[] unknown;
    private final StoredFeatures stored;
    private final ItemFeatures kept;
    private final long askedNanos;
    private final CompletableFuture<GetFeatureMatrixResponse> reply;

    /// @param unknown rows of the items that the store was asked for, in the order of the reply
    /// @param stored what is known without the reply
    private Asked(
        RankColumns columns,
        CatalogueItem[] items,
        int[] unknown,
        StoredFeatures stored,
        ItemFeatures kept,
        long askedNanos,
        CompletableFuture<GetFeatureMatrixResponse> reply) {
      this.columns = columns;
      this.items = items;
      this.unknown = unknown;
      this.stored = stored;
      this.kept = kept;
      this.askedNanos = askedNanos;
      this.reply = reply;
    }

    /// Waits for the answer; null when the store is lost or has another feature set by now, which
    /// is named.
    @Nullable StoredFeatures get(Degradation degradation) {
      GetFeatureMatrixResponse found;
      try {
        found = reply.join();
      } catch (CompletionException | CancellationException e) {
        degradation.missing(
            Valuing.PART, e.getCause() == null ? e : e.getCause(), "the blend of the sources", 0.1);
        return null;
      }
      if (found.hasDegraded()) {
        degradation.absorb(found.getDegraded(), SHARE);
      }
      for (FeatureBlock block : found.getContextList()) {
        scatter(block, THE_PERSON, columns.context(), stored.context());
      }
      for (FeatureBlock block : found.getCandidatesList()) {
        scatter(block, unknown, columns.stored(), stored.items());
      }
      // What stands in for a lost row is not worth keeping.
      for (int i = 0; i < unknown.length && !found.hasDegraded(); i++) {
        kept.keep(items[unknown[i]].number(), askedNanos, stored.items(), unknown[i]);
      }
      return stored;
    }
  }

  /// The only message of a reply.
  private static final class Reply<T> implements StreamObserver<T> {
    private final CompletableFuture<T> value = new CompletableFuture<>();

    @Override
    public void onNext(T message) {
      value.complete(message);
    }

    @Override
    public void onError(Throwable thrown) {
      value.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {
      value.completeExceptionally(new IllegalStateException("the call ended without a message"));
    }
  }

  /// Copies the numbers of a block to their columns.
  ///
  /// @param rows where each row of the block belongs
  private static void scatter(FeatureBlock block, int[] rows, List<String> columns, float[] into) {
    int width = block.getFeaturesCount();
    if (block.getRows() < rows.length
        || block.getValuesF32Le().size() < rows.length * width * Float.BYTES) {
      return;
    }
    float[] values = new float[rows.length * width];
    block
        .getValuesF32Le()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    for (int c = 0; c < width; c++) {
      int column = columns.indexOf(block.getFeatureView() + ":" + block.getFeatures(c));
      for (int i = 0; i < rows.length && column >= 0; i++) {
        into[rows[i] * columns.size() + column] = values[i * width + c];
      }
    }
  }

  /// Orders of a person so far, -1 when not known. Asks the store only when nothing is remembered.
  public int orderCount(String userId) {
    PersonFeatures known = remembered.getIfPresent("u:" + userId);
    if (known == null) {
      known = read(userId, "", timeoutNanos, new Degradation());
    }
    return known == null ? -1 : known.orderCount();
  }

  private static void take(Degradation own, String part, boolean stale, Degradation degradation) {
    var proto = own.toProto();
    if (proto == null) {
      return;
    }
    proto.getReasonsList().stream()
        .filter(reason -> reason.getPart().equals(part))
        .forEach(reason ->
            degradation.missing(
                part,
                reason.getCause(),
                stale ? "stale features" : "remembered events",
                reason.getDetail(),
                stale ? SHARE / 2 : SHARE));
  }

  private PersonFeatures user(String userId, long timeout, Degradation own) {
    GetFeatureMatrixResponse reply =
        FeatureStoreServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(timeout, TimeUnit.NANOSECONDS)
            .getFeatureMatrix(
                GetFeatureMatrixRequest.newBuilder()
                    .setFeatureSet(FEATURE_SET)
                    .setContextEntityId(userId)
                    .build());
    if (reply.hasDegraded()) {
      own.absorb(reply.getDegraded(), SHARE);
    }
    List<String> recent = List.of();
    List<String> purchased = List.of();
    int orders = -1;
    long oldest = 0;
    for (FeatureBlock block : reply.getContextList()) {
      if (block.getRowStatuses().isEmpty()) {
        continue;
      }
      if (block.getRowStatuses().byteAt(0) == RowStatus.ROW_STATUS_UNAVAILABLE_VALUE) {
        own.missing(
            PART, DegradedCause.DEGRADED_CAUSE_UNAVAILABLE, "", "rows could not be read", SHARE);
        continue;
      }
      if (block.getEventTimesUnixMsCount() > 0 && block.getEventTimesUnixMs(0) > 0) {
        long time = block.getEventTimesUnixMs(0);
        oldest = oldest == 0 ? time : Math.min(oldest, time);
      }
      if (block.getFeatureView().equals("user_history")) {
        recent = list(block, "recent_items");
        purchased = list(block, "purchased_items");
      } else if (block.getFeatureView().equals("user_activity")) {
        orders = orders(block);
      }
    }
    if (orders < 0 && own.parts().isEmpty()) {
      // Promotions ask whether there was an order, not how many: what was bought answers that.
      orders = purchased.isEmpty() ? 0 : 1;
    }
    return new PersonFeatures(recent, purchased, orders, oldest);
  }

  private PersonFeatures session(String sessionId, long timeout, Degradation own) {
    GetOnlineFeaturesResponse reply =
        FeatureStoreServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(timeout, TimeUnit.NANOSECONDS)
            .getOnlineFeatures(
                GetOnlineFeaturesRequest.newBuilder()
                    .addFeatures(SESSION_FEATURE)
                    .addEntityIds(sessionId)
                    .build());
    if (reply.hasDegraded()) {
      own.absorb(reply.getDegraded(), SHARE);
    }
    if (reply.getResultsCount() == 0) {
      return PersonFeatures.NONE;
    }
    FeatureVector vector = reply.getResults(0);
    if (vector.getStatusesCount() > 0
        && vector.getStatuses(0) == RowStatus.ROW_STATUS_UNAVAILABLE) {
      own.missing(
          PART, DegradedCause.DEGRADED_CAUSE_UNAVAILABLE, "", "rows could not be read", SHARE);
    }
    return vector.getValuesCount() == 0
        ? PersonFeatures.NONE
        : new PersonFeatures(
            List.copyOf(vector.getValues(0).getStringList().getValuesList()), List.of(), -1, 0);
  }

  private static List<String> list(FeatureBlock block, String feature) {
    for (ValueColumn column : block.getColumnsList()) {
      if (column.getFeature().equals(feature) && column.getValuesCount() > 0) {
        return List.copyOf(column.getValues(0).getStringList().getValuesList());
      }
    }
    return List.of();
  }

  private static int orders(FeatureBlock block) {
    int column = block.getFeaturesList().indexOf("orders");
    ByteBuffer values =
        block.getValuesF32Le().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (column < 0 || values.remaining() < (column + 1) * Float.BYTES) {
      return -1;
    }
    float orders = values.getFloat(column * Float.BYTES);
    return Float.isFinite(orders) && orders >= 0 ? (int) orders : -1;
  }

  /// Whether a failure means that the store is lost, as opposed to a call that it refused.
  private static boolean isLoss(Throwable thrown) {
    return !(thrown instanceof StatusRuntimeException status)
        || switch (status.getStatus().getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNKNOWN, ABORTED ->
              true;
          case OK,
              CANCELLED,
              INVALID_ARGUMENT,
              NOT_FOUND,
              ALREADY_EXISTS,
              PERMISSION_DENIED,
              FAILED_PRECONDITION,
              OUT_OF_RANGE,
              UNIMPLEMENTED,
              DATA_LOSS,
              UNAUTHENTICATED ->
              false;
        };
  }
}
