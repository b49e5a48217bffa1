// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.ranker.basket.RuleBook;
import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.intent.IntentStore;
import dev.proffer.ranker.insight.report.InsightReport;
import dev.proffer.ranker.model.BundleException;
import dev.proffer.ranker.segment.RuleSegments;
import dev.proffer.ranker.segment.SegmentStore;
import dev.proffer.ranker.segment.Segmentation;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The insight part of the ranker: follows the event log for live portraits, studies all of it now
/// and then, serves what it found and writes it to the feature store.
///
/// It needs the feature store and never waits for it: until events come, portraits are unknown and
/// lists are empty, and [#shortcomings] says why.
public final class Insights implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Insights.class);
  private static final Duration WRITE_PAUSE = Duration.ofMillis(300);
  private static final Duration FIRST_STUDY = Duration.ofSeconds(3);
  private static final int CHANGED_MAX = 2_000;

  /// A log that has grown by this factor since the last study is studied before its time.
  private static final double GROWTH = 1.2;

  /// Studies that grew before their time take at most one part in so many of the time.
  private static final int STUDY_PAUSES = 10;

  /// After which models of intent are trained anew, unless the log has grown before.
  private static final Duration RETRAIN = Duration.ofHours(6);

  /// After which the column store is read anew, so that what was erased from the log goes.
  private static final Duration REREAD = Duration.ofHours(24);

  /// How insight works.
  ///
  /// @param live whether portraits and segments follow events between studies
  /// @param folder where the column store of studies may be
  /// @param refresh the time between two studies; zero studies only when asked to
  /// @param eventsMax the most events of a study
  /// @param memoryMaxMegabytes of the column store of a study
  public record Options(
      boolean live,
      Path folder,
      Duration refresh,
      Duration halfLife,
      ZoneId zone,
      int peopleMax,
      long eventsMax,
      int memoryMaxMegabytes,
      Study.Options study) {
    public static Options of(Settings settings, Path folder, boolean live) {
      double halfLifeDays = settings.get(InsightSettings.HALF_LIFE).toMillis() / 86_400_000.0;
      return new Options(
          live,
          folder,
          settings.get(InsightSettings.REFRESH),
          settings.get(InsightSettings.HALF_LIFE),
          ZoneId.of(settings.get(InsightSettings.ZONE)),
          settings.get(InsightSettings.PEOPLE_MAX),
          settings.get(InsightSettings.EVENTS_MAX),
          settings.get(InsightSettings.MEMORY_MAX),
          new Study.Options(
              halfLifeDays,
              settings.get(InsightSettings.RULE_SUPPORT),
              settings.get(InsightSettings.RULE_CONFIDENCE),
              1,
              Math.max(1, Runtime.getRuntime().availableProcessors() / 2)));
    }
  }

  private final Channel featureStore;
  private final ItemDirectory items;
  private final Clock clock;
  private final Options options;
  private final SegmentStore store;
  private final LivePeople live;
  private final Portraits portraits;
  private final EventFollower follower;
  private final FeatureWriter writer;
  private final InsightHandler handler;
  private final Timer studies;
  private final Thread studyThread;
  private final Thread writeThread;
  private @Nullable EventTable table;
  private long tableSinceNanos;
  private long tableOffset;
  private BasketDays baskets = new BasketDays();
  private @Nullable IntentModel intent;
  private final IntentStore intents;
  private long intentEvents;
  private long intentMillis;
  private long takenOffset;
  private volatile boolean closed;
  private volatile String studyProblem = "";
  private volatile String writeProblem = "";

  /// Starts following the event log.
  ///
  /// @param featureStore the channel to the feature store
  /// @param items what the catalogue knows
  public Insights(
      Channel featureStore,
      Database database,
      ItemDirectory items,
      RuleSegments rules,
      Options options,
      Clock clock,
      MeterRegistry meters) {
    this.featureStore = featureStore;
    this.items = items;
    this.clock = clock;
    this.options = options;
    this.store = new SegmentStore(database);
    this.live =
        new LivePeople(items, options.zone(), options.study().halfLifeDays(), options.peopleMax());
    this.portraits = new Portraits(live, rules);
    this.intents = new IntentStore(options.folder().resolve("intent"));
    loadIntent();
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    Pseudonyms pseudonyms = new Pseudonyms(store.pseudonymKey(HexFormat.of().formatHex(secret)));
    this.handler =
        new InsightHandler(
            portraits,
            pseudonyms,
            items,
            new InsightReport(items, options.zone()),
            this::studyApart);
    this.follower = new EventFollower(featureStore, this::take);
    this.writer = new FeatureWriter(featureStore);
    this.studies =
        Timer.builder("insight.study").description("Studies of the event log").register(meters);
    this.studyThread = Thread.ofPlatform().name("insight-study").daemon().unstarted(this::study);
    this.writeThread = Thread.ofVirtual().name("insight-writer").unstarted(this::writeChanged);
    if (options.live()) {
      follower.start();
    }
    studyThread.start();
    writeThread.start();
  }

  /// Reads the file of rule segments; an empty path has none.
  public static RuleSegments rules(Path dataFolder, Settings settings) {
    Path file = settings.get(InsightSettings.SEGMENTS);
    if (file.toString().isEmpty()) {
      return RuleSegments.none();
    }
    try {
      return RuleSegments.read(dataFolder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException("insight.segments: " + file + " cannot be read", e);
    }
  }

  public List<BindableService> services() {
    return List.of(handler);
  }

  /// What is not there yet or lost.
  public List<Shortcoming> shortcomings() {
    List<Shortcoming> missing = new ArrayList<>();
    String following = options.live() ? follower.problem() : "";
    for (String problem : List.of(following, studyProblem, writeProblem)) {
      if (!problem.isEmpty()) {
        missing.add(new Shortcoming("insight", problem));
      }
    }
    return missing;
  }

  /// What is bought together, for candidate sources; empty until the first study.
  public RuleBook ruleBook() {
    return portraits.findings().map(Findings::rules).orElse(RuleBook.empty());
  }

  /// What was learned before serves at once; what cannot be read is learned anew.
  private void loadIntent() {
    try {
      Optional<IntentStore.Saved> saved = intents.load();
      if (saved.isPresent()) {
        intent = saved.get().model();
        intentEvents = saved.get().events();
        intentMillis = saved.get().trainedAtUnixMs();
        portraits.intent(saved.get().model());
      }
    } catch (BundleException e) {
      LOG.warn("models of intent are learned anew: {}", e.getMessage());
    }
  }

  private void saveIntent(IntentModel trained, long events) {
    try {
      intents.save(trained, intentMillis, events);
    } catch (IOException e) {
      LOG.warn("models of intent cannot be saved and will be learned anew after a start", e);
    }
  }

  private void take(Event event) {
    live.add(ShopEvent.of(event), clock.millis());
  }

  /// The segments of a person now, the found one first; empty for who was never heard of.
  public List<String> segmentIds(String userId) {
    return portraits.segmentIds(userId);
  }

  private void study() {
    long studied = 0;
    long lastNanos = System.nanoTime();
    long tookNanos = 0;
    while (!closed) {
      try {
        Thread.sleep(FIRST_STUDY);
      } catch (InterruptedException e) {
        return;
      }
      long offset = options.live() ? follower.offset() : Long.MAX_VALUE;
      long since = System.nanoTime() - lastNanos;
      if (options.refresh().isZero()) {
        continue;
      }
      boolean due = studied == 0 || since >= options.refresh().toNanos();
      boolean grown =
          options.live() && offset > GROWTH * studied && since > STUDY_PAUSES * tookNanos;
      if (offset == 0 || offset == studied || (!due && !grown)) {
        continue;
      }
      lastNanos = System.nanoTime();
      try {
        studied = studyOnce();
        studyProblem = "";
      } catch (StatusRuntimeException | AnalysisFailure | IllegalStateException e) {
        if (!closed) {
          studyProblem = "the study of the event log failed: " + e.getMessage();
          LOG.warn("the study of the event log failed; trying again later", e);
        }
        forget();
        studied = Math.max(1, studied);
      }
      tookNanos = System.nanoTime() - lastNanos;
    }
  }

  /// Studies the event log now and returns the number of its events. Only those that came since the
  /// last study are read.
  synchronized long studyOnce() {
    long start = System.nanoTime();
    if (table != null && start - tableSinceNanos > REREAD.toNanos()) {
      forget();
    }
    EventTable events = table;
    if (events == null) {
      events =
          EventTable.inFile(
              options.folder().resolve("insight-study.duckdb"),
              items,
              options.zone(),
              options.eventsMax(),
              options.memoryMaxMegabytes());
      table = events;
      tableSinceNanos = start;
      tableOffset = 0;
      baskets = new BasketDays();
    }
    Iterator<ReadEventsResponse> batches =
        FeatureStoreServiceGrpc.newBlockingStub(featureStore)
            .withDeadlineAfter(10, TimeUnit.MINUTES)
            .readEvents(
                ReadEventsRequest.newBuilder()
                    .setFromOffset(tableOffset)
                    .setBatchSize(5_000)
                    .build());
    while (batches.hasNext()) {
      ReadEventsResponse batch = batches.next();
      for (Event event : batch.getEventsList()) {
        events.append(ShopEvent.of(event));
      }
      if (!options.live()) {
        // Then people are as of the last study.
        for (int i = 0; i < batch.getEventsCount(); i++) {
          if (batch.getFirstOffset() + i >= takenOffset) {
            take(batch.getEvents(i));
          }
        }
        takenOffset = Math.max(takenOffset, batch.getFirstOffset() + batch.getEventsCount());
      }
      tableOffset = batch.getFirstOffset() + batch.getEventsCount();
    }
    if (events.size() == 0) {
      return tableOffset;
    }
    Segmentation before = portraits.findings().map(Findings::segmentation).orElseGet(store::latest);
    IntentModel trained = intent;
    if (events.size() > GROWTH * intentEvents
        || clock.millis() - intentMillis > RETRAIN.toMillis()) {
      trained = null;
    }
    Findings findings =
        new Study(options.study()).run(events, clock.millis(), before, trained, baskets);
    if (trained == null) {
      intent = findings.intent();
      intentEvents = events.size();
      intentMillis = clock.millis();
      saveIntent(findings.intent(), intentEvents);
    }
    portraits.findings(findings);
    store.save(findings.segmentation(), clock.millis());
    studies.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    LOG.info(
        "studied {} events: {} people, {} segments, {} rules in {} ms",
        events.size(),
        findings.people().size(),
        findings.segmentation().segments().size(),
        findings.rules().rules().size(),
        (System.nanoTime() - start) / 1_000_000);
    writeAll(findings);
    return tableOffset;
  }

  /// Studies on a thread of its own, because those of calls are few and must not be kept busy.
  private long studyApart() {
    FutureTask<Long> task = new FutureTask<>(this::studyOnce);
    Thread.ofPlatform().name("insight-study-asked").daemon().start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a study was under way", e);
    } catch (ExecutionException e) {
      forget();
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private synchronized void forget() {
    EventTable events = table;
    table = null;
    tableOffset = 0;
    if (events != null) {
      events.close();
    }
  }

  private void writeAll(Findings findings) {
    List<Portrait> batch = new ArrayList<>();
    for (int row = 0; row < findings.people().size() && !closed; row++) {
      portraits.find(findings.people().id(row), Portrait.LANGUAGES).ifPresent(batch::add);
      if (batch.size() == CHANGED_MAX || row == findings.people().size() - 1) {
        write(batch);
        batch.clear();
      }
    }
  }

  private void writeChanged() {
    while (!closed) {
      try {
        Thread.sleep(WRITE_PAUSE);
      } catch (InterruptedException e) {
        return;
      }
      List<Portrait> batch = new ArrayList<>();
      for (String id : live.takeChanged(CHANGED_MAX)) {
        portraits.find(id, Portrait.LANGUAGES).ifPresent(batch::add);
      }
      if (!batch.isEmpty()) {
        write(batch);
      }
    }
  }

  private void write(List<Portrait> batch) {
    try {
      String refused = writer.write(batch, clock.millis());
      writeProblem = refused.isEmpty() ? "" : "features were refused: " + refused;
    } catch (StatusRuntimeException e) {
      writeProblem = "features cannot be written: " + e.getStatus().getCode();
      LOG.debug("writing features failed", e);
    }
  }

  Optional<Findings> findings() {
    return portraits.findings();
  }

  @Override
  public void close() {
    closed = true;
    follower.close();
    studyThread.interrupt();
    writeThread.interrupt();
    try {
      studyThread.join(Duration.ofSeconds(5));
      writeThread.join(Duration.ofSeconds(5));
      if (!studyThread.isAlive()) {
        forget();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
