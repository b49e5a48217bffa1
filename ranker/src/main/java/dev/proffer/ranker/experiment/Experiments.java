// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.Outcome;
import dev.proffer.proto.experiment.v1.Variant;
import dev.proffer.ranker.experiment.ExperimentStore.Exposure;
import dev.proffer.ranker.experiment.ExperimentStore.Stored;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Experiments of a shop: their lives, who is in which, and what came of it.
///
/// Assignment reads an immutable snapshot. First sights are queued and written in batches, before
/// every analysis and on close; what waits when the process is killed is lost, and the person is
/// counted at the next visit, in the same variant.
public final class Experiments implements AutoCloseable {
  /// Share of people, times 10,000, that is in no experiment, to measure all of them together.
  public static final int HOLDOUT_BASIS_POINTS = 0;

  private static final Logger log = LoggerFactory.getLogger(Experiments.class);
  private static final long HOLDOUT_SEED = Assignment.hash(0x686f6c646f7574L, "holdout");
  private static final int QUEUE_MAX = 100_000;
  private static final int BATCH_MAX = 1_000;
  private static final long SEEN_MAX = 200_000;
  private static final long FLUSH_MS = 200;
  private static final long REFRESH_MS = 1_000;
  private static final int COVARIATE_DAYS = 14;
  private static final int CROSSED_MAX = 8;
  private static final long DAY_MS = 86_400_000;

  /// The variants of a unit.
  ///
  /// @param variants names of variants by experiment
  /// @param heldOut whether the unit is in no experiment, to measure all of them together
  /// @param parameters what the variants change; when two change the same, the later experiment by
  ///   id has its way
  public record Assigned(
      Map<String, String> variants, boolean heldOut, Map<String, String> parameters) {}

  private record Snapshot(long version, List<Assignment> assignments) {}

  private final ExperimentStore store;
  private final Clock clock;
  private final int holdoutBasisPoints;
  private final BlockingQueue<Exposure> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Cache<String, Boolean> seen = Caffeine.newBuilder().maximumSize(SEEN_MAX).build();
  private final Counter dropped;
  private final Thread writer;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile Snapshot snapshot;
  private volatile long checkedUnixMs;
  private final CountDownLatch closing = new CountDownLatch(1);

  public Experiments(Database database, Clock clock, MeterRegistry meters) {
    this(database, HOLDOUT_BASIS_POINTS, clock, meters);
  }

  /// @param holdoutBasisPoints share of people, times 10,000, that is in no experiment
  public Experiments(Database database, int holdoutBasisPoints, Clock clock, MeterRegistry meters) {
    if (holdoutBasisPoints < 0 || holdoutBasisPoints > Buckets.COUNT) {
      throw new IllegalArgumentException(
          "holdout: " + holdoutBasisPoints + " (expected: 0 to " + Buckets.COUNT + ")");
    }
    this.store = new ExperimentStore(database);
    this.clock = clock;
    this.holdoutBasisPoints = holdoutBasisPoints;
    this.dropped =
        Counter.builder("proffer.experiment.exposures.dropped")
            .description("Exposures that were not written because the database is slow")
            .register(meters);
    this.snapshot = snapshot();
    this.checkedUnixMs = clock.millis();
    this.writer = Thread.ofVirtual().name("exposures").start(this::write);
  }

  public List<BindableService> services() {
    return List.of(new ExperimentHandler(this));
  }

  Experiment create(Experiment draft) {
    requireValid(draft);
    Experiment written =
        store.change(
            draft.getExperimentId(),
            clock.millis(),
            (before, _) -> {
              if (before != null
                  && before.experiment().getState() != ExperimentState.EXPERIMENT_STATE_DRAFT) {
                throw precondition(
                    before.experiment(),
                    "has run: its variants, weights and salt are fixed, because changing them would"
                        + " move people between variants; ramp it, or end it and create another");
              }
              return new Stored(
                  draft.toBuilder()
                      .setState(ExperimentState.EXPERIMENT_STATE_DRAFT)
                      .clearStartedTimeUnixMs()
                      .build(),
                  new BitSet());
            });
    snapshot = snapshot();
    return written;
  }

  Experiment setState(String experimentId, ExperimentState state) {
    Experiment written =
        store.change(
            experimentId,
            clock.millis(),
            (before, all) -> {
              Stored stored = require(before, experimentId);
              ExperimentState from = stored.experiment().getState();
              if (from == state) {
                return stored;
              }
              boolean allowed =
                  switch (from) {
                    case EXPERIMENT_STATE_DRAFT ->
                        state == ExperimentState.EXPERIMENT_STATE_RUNNING;
                    case EXPERIMENT_STATE_RUNNING ->
                        state == ExperimentState.EXPERIMENT_STATE_PAUSED
                            || state == ExperimentState.EXPERIMENT_STATE_ENDED;
                    case EXPERIMENT_STATE_PAUSED ->
                        state == ExperimentState.EXPERIMENT_STATE_RUNNING
                            || state == ExperimentState.EXPERIMENT_STATE_ENDED;
                    case EXPERIMENT_STATE_ENDED, EXPERIMENT_STATE_UNSPECIFIED, UNRECOGNIZED ->
                        false;
                  };
              if (!allowed) {
                throw precondition(
                    stored.experiment(), "cannot go from " + from.name() + " to " + state.name());
              }
              Experiment.Builder after = stored.experiment().toBuilder().setState(state);
              BitSet buckets = stored.buckets();
              if (from == ExperimentState.EXPERIMENT_STATE_DRAFT) {
                after.setStartedTimeUnixMs(clock.millis());
                buckets = resized(stored, all, stored.experiment().getTrafficBasisPoints());
              } else if (state == ExperimentState.EXPERIMENT_STATE_ENDED) {
                buckets = new BitSet();
              }
              return new Stored(after.build(), buckets);
            });
    snapshot = snapshot();
    return written;
  }

  Experiment ramp(String experimentId, int trafficBasisPoints) {
    Experiment written =
        store.change(
            experimentId,
            clock.millis(),
            (before, all) -> {
              Stored stored = require(before, experimentId);
              ExperimentState state = stored.experiment().getState();
              if (state == ExperimentState.EXPERIMENT_STATE_ENDED) {
                throw precondition(stored.experiment(), "is over");
              }
              BitSet buckets =
                  state == ExperimentState.EXPERIMENT_STATE_DRAFT
                      ? stored.buckets()
                      : resized(stored, all, trafficBasisPoints);
              return new Stored(
                  stored.experiment().toBuilder().setTrafficBasisPoints(trafficBasisPoints).build(),
                  buckets);
            });
    snapshot = snapshot();
    return written;
  }

  Experiment get(String experimentId) {
    return all().stream()
        .filter(experiment -> experiment.getExperimentId().equals(experimentId))
        .findFirst()
        .orElseThrow(() -> unknown(experimentId));
  }

  /// All experiments, by id.
  List<Experiment> all() {
    return store.load().experiments().stream().map(Stored::experiment).toList();
  }

  /// Whether a unit is kept out of everything that is tried, to measure all of it together.
  public boolean isHeldOut(String unitId) {
    return Assignment.bucket(HOLDOUT_SEED, unitId) < holdoutBasisPoints;
  }

  /// The variants of a unit; a unit that was not seen before counts as exposed.
  ///
  /// @param preview asks without counting
  public Assigned assign(String unitId, Collection<String> segments, boolean preview) {
    if (isHeldOut(unitId)) {
      return new Assigned(Map.of(), true, Map.of());
    }
    Map<String, String> variants = new TreeMap<>();
    Map<String, String> parameters = new TreeMap<>();
    for (Assignment assignment : current().assignments()) {
      String id = assignment.experiment().getExperimentId();
      if (!assignment.isRunning()) {
        // A paused experiment takes nobody in but keeps its promise to those who are in.
        String before = store.seen(id, unitId);
        if (before != null) {
          variants.put(id, before);
          parameters.putAll(assignment.parameters(before));
        }
        continue;
      }
      String variant = assignment.variant(unitId, segments);
      if (variant != null) {
        variants.put(id, variant);
        parameters.putAll(assignment.parameters(variant));
        if (!preview) {
          expose(id, unitId, variant, segments);
        }
      }
    }
    return new Assigned(variants, false, parameters);
  }

  /// Takes what people did, as joined from the event log.
  public void learn(List<Outcome> outcomes) {
    store.record(outcomes);
  }

  int record(List<Outcome> outcomes) {
    return store.record(outcomes);
  }

  int erase(String unitId) {
    flush();
    seen.invalidateAll();
    return store.erase(unitId);
  }

  /// Compares the variants of an experiment on its primary metric and on every other one.
  Analysis analyze(String experimentId, double confidence) {
    flush();
    Experiment experiment = get(experimentId);
    if (experiment.getStartedTimeUnixMs() == 0) {
      throw precondition(experiment, "has not started");
    }
    Map<String, Long> units = store.units(experimentId);
    List<String> names = experiment.getVariantsList().stream().map(Variant::getName).toList();
    List<Analysis.Arm> arms = new ArrayList<>();
    for (Variant variant : experiment.getVariantsList()) {
      arms.add(
          new Analysis.Arm(
              variant.getName(), variant.getWeight(), units.getOrDefault(variant.getName(), 0L)));
    }
    List<String> recorded = store.metrics(experimentId);
    String primary = experiment.getPrimaryMetric();
    if (primary.endsWith("_per_user") && !recorded.contains(primary)) {
      primary = primary.substring(0, primary.length() - "_per_user".length());
    }
    List<String> wanted = new ArrayList<>();
    int slash = primary.indexOf('/');
    boolean known =
        slash > 0
            ? recorded.contains(primary.substring(0, slash))
                && recorded.contains(primary.substring(slash + 1))
            : recorded.contains(primary);
    if (known) {
      wanted.add(primary);
    }
    for (String metric : recorded) {
      if (!wanted.contains(metric)) {
        wanted.add(metric);
      }
    }
    if (!primary.isEmpty() && !known) {
      // Without the metric that decides there is nothing to decide.
      wanted.clear();
    }
    long beforeMs =
        DAY_MS
            * (experiment.getCovariateDays() == 0 ? COVARIATE_DAYS : experiment.getCovariateDays());
    List<Analysis.Metric> metrics = new ArrayList<>();
    for (String metric : wanted) {
      metrics.add(metric(experimentId, metric, names, beforeMs));
    }
    Analysis analysis =
        Analysis.of(experimentId, experiment.getHypothesis(), arms, metrics, confidence, 0);
    // Experiments of different layers cross: every variant of one meets every variant of the other.
    Map<String, Analysis.Metric> crossed = new LinkedHashMap<>();
    if (!wanted.isEmpty() && wanted.getFirst().indexOf('/') < 0) {
      for (String other : store.crossed(experimentId, CROSSED_MAX)) {
        crossed.put(
            other,
            metric(
                wanted.getFirst(),
                names,
                store.crossedSums(experimentId, other, wanted.getFirst(), beforeMs)));
      }
    }
    return analysis.with(crossed);
  }

  private Analysis.Metric metric(
      String experimentId, String metric, List<String> names, long beforeMs) {
    int slash = metric.indexOf('/');
    Map<String, Map<String, PairedSums>> sums =
        slash > 0
            ? store.ratioSums(experimentId, metric.substring(0, slash), metric.substring(slash + 1))
            : store.sums(experimentId, metric, beforeMs);
    return metric(metric, names, sums);
  }

  private static Analysis.Metric metric(
      String metric, List<String> names, Map<String, Map<String, PairedSums>> sums) {
    PairedSums none = new PairedSums(0, 0, 0, 0, 0, 0);
    List<PairedSums> arms = new ArrayList<>();
    Map<String, List<PairedSums>> segments = new LinkedHashMap<>();
    Set<String> segmentNames = new TreeSet<>();
    sums.values().forEach(bySegment -> segmentNames.addAll(bySegment.keySet()));
    for (String name : names) {
      Map<String, PairedSums> bySegment = sums.getOrDefault(name, Map.of());
      arms.add(bySegment.values().stream().reduce(none, PairedSums::plus));
      for (String segment : segmentNames) {
        segments
            .computeIfAbsent(segment, _ -> new ArrayList<>())
            .add(bySegment.getOrDefault(segment, none));
      }
    }
    if (metric.indexOf('/') > 0) {
      List<Sample> ratios = new ArrayList<>();
      for (PairedSums arm : arms) {
        ratios.add(
            arm.x() > 0
                ? Sample.ofRatio(arm.units(), arm.y(), arm.x(), arm.yy(), arm.xx(), arm.xy())
                : new Sample(0, 0, 0));
      }
      return Analysis.Metric.of(metric, ratios);
    }
    return Analysis.Metric.of(metric, arms, segments.size() < 2 ? Map.of() : segments);
  }

  /// Writes every exposure that waits.
  void flush() {
    writing.lock();
    try {
      List<Exposure> batch = new ArrayList<>(BATCH_MAX);
      while (queue.drainTo(batch, BATCH_MAX) > 0) {
        try {
          store.expose(batch);
        } catch (RuntimeException e) {
          // They wait for the next round; what no longer fits is counted at the next visit.
          for (Exposure exposure : batch) {
            offer(exposure);
          }
          throw e;
        }
        batch.clear();
      }
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      writer.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    flush();
  }

  private void write() {
    try {
      while (!closing.await(FLUSH_MS, TimeUnit.MILLISECONDS)) {
        try {
          flush();
        } catch (RuntimeException e) {
          log.warn("exposures wait: {}", e.toString());
        }
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread; close flushes what is left.
      Thread.currentThread().interrupt();
    }
  }

  private void expose(
      String experimentId, String unitId, String variant, Collection<String> segments) {
    String key = experimentId + ' ' + unitId;
    if (seen.getIfPresent(key) != null) {
      return;
    }
    seen.put(key, true);
    String segment = segments.isEmpty() ? "" : segments.iterator().next();
    offer(new Exposure(experimentId, unitId, variant, segment, clock.millis()));
  }

  private void offer(Exposure exposure) {
    if (!queue.offer(exposure)) {
      dropped.increment();
      seen.invalidate(exposure.experimentId() + ' ' + exposure.unitId());
    }
  }

  private Snapshot current() {
    long now = clock.millis();
    if (now - checkedUnixMs >= REFRESH_MS) {
      checkedUnixMs = now;
      try {
        // Another server may have changed something.
        if (store.version() != snapshot.version()) {
          snapshot = snapshot();
        }
      } catch (RuntimeException e) {
        log.warn("experiments stay as they were known: {}", e.toString());
      }
    }
    return snapshot;
  }

  private Snapshot snapshot() {
    ExperimentStore.Contents contents = store.load();
    return new Snapshot(
        contents.version(),
        contents.experiments().stream()
            .filter(stored ->
                stored.experiment().getState() == ExperimentState.EXPERIMENT_STATE_RUNNING
                    || stored.experiment().getState() == ExperimentState.EXPERIMENT_STATE_PAUSED)
            .map(stored -> new Assignment(stored.experiment(), stored.buckets()))
            .toList());
  }

  private static BitSet resized(Stored stored, List<Stored> all, int basisPoints) {
    BitSet others = new BitSet();
    String layer = Assignment.layer(stored.experiment());
    for (Stored other : all) {
      if (!other.experiment().getExperimentId().equals(stored.experiment().getExperimentId())
          && Assignment.layer(other.experiment()).equals(layer)) {
        others.or(other.buckets());
      }
    }
    BitSet buckets = (BitSet) stored.buckets().clone();
    if (!Buckets.resize(buckets, others, basisPoints)) {
      throw precondition(
          stored.experiment(),
          "wants "
              + basisPoints
              + " basis points of the layer '"
              + layer
              + "', but other experiments leave "
              + (Buckets.COUNT - others.cardinality()));
    }
    return buckets;
  }

  private static void requireValid(Experiment draft) {
    List<ProfferException.FieldViolation> violations = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < draft.getVariantsCount(); i++) {
      if (!names.add(draft.getVariants(i).getName())) {
        violations.add(
            new ProfferException.FieldViolation(
                "experiment.variants[" + i + "].name", "must differ from the others"));
      }
    }
    if (draft.getTrafficBasisPoints() == 0) {
      violations.add(
          new ProfferException.FieldViolation(
              "experiment.traffic_basis_points", "must be at least 1, or nobody takes part"));
    }
    if (!violations.isEmpty()) {
      throw ProfferException.invalidFields(violations);
    }
  }

  private static Stored require(@Nullable Stored stored, String experimentId) {
    if (stored == null) {
      throw unknown(experimentId);
    }
    return stored;
  }

  private static ProfferException unknown(String experimentId) {
    return ProfferException.notFound(
        ErrorReason.ERROR_REASON_UNKNOWN_EXPERIMENT, "experiment_id", experimentId);
  }

  private static ProfferException precondition(Experiment experiment, String why) {
    return ProfferException.precondition(
        ErrorReason.ERROR_REASON_PRECONDITION,
        "the experiment '" + experiment.getExperimentId() + "' " + why,
        Map.of(
            "experiment_id", experiment.getExperimentId(), "state", experiment.getState().name()));
  }
}
