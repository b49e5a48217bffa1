// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.ranker.basket.RuleBook;
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
import java.util.concurrent.TimeUnit;
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

  /// How insight works.
  ///
  /// @param refresh the time between two studies
  /// @param eventsMax the most events of a study
  /// @param memoryMaxMegabytes of the column store of a study
  public record Options(
      Duration refresh,
      Duration halfLife,
      ZoneId zone,
      int peopleMax,
      long eventsMax,
      int memoryMaxMegabytes,
      Study.Options study) {
    public static Options of(Settings settings) {
      double halfLifeDays = settings.get(InsightSettings.HALF_LIFE).toMillis() / 86_400_000.0;
      return new Options(
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
              1));
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
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    Pseudonyms pseudonyms = new Pseudonyms(store.pseudonymKey(HexFormat.of().formatHex(secret)));
    this.handler = new InsightHandler(portraits, pseudonyms);
    this.follower = new EventFollower(featureStore, this::take);
    this.writer = new FeatureWriter(featureStore);
    this.studies =
        Timer.builder("insight.study").description("Studies of the event log").register(meters);
    this.studyThread = Thread.ofPlatform().name("insight-study").daemon().unstarted(this::study);
    this.writeThread = Thread.ofVirtual().name("insight-writer").unstarted(this::writeChanged);
    follower.start();
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
    for (String problem : List.of(follower.problem(), studyProblem, writeProblem)) {
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

  private void take(Event event) {
    live.add(ShopEvent.of(event), clock.millis());
  }

  private void study() {
    Duration wait = FIRST_STUDY;
    long studied = 0;
    while (!closed) {
      try {
        Thread.sleep(wait);
      } catch (InterruptedException e) {
        return;
      }
      wait = options.refresh();
      if (follower.offset() == 0) {
        wait = FIRST_STUDY; // Nothing happened yet.
      } else if (follower.offset() != studied) {
        try {
          studied = studyOnce();
          studyProblem = "";
        } catch (StatusRuntimeException | AnalysisFailure | IllegalStateException e) {
          studyProblem = "the study of the event log failed: " + e.getMessage();
          LOG.warn("the study of the event log failed; trying again in {}", wait, e);
        }
      }
    }
  }

  /// Studies the event log now and returns the number of events.
  long studyOnce() {
    long start = System.nanoTime();
    Findings findings;
    long events;
    try (EventTable table =
        new EventTable(items, options.zone(), options.eventsMax(), options.memoryMaxMegabytes())) {
      Iterator<ReadEventsResponse> batches =
          FeatureStoreServiceGrpc.newBlockingStub(featureStore)
              .withDeadlineAfter(10, TimeUnit.MINUTES)
              .readEvents(ReadEventsRequest.newBuilder().setBatchSize(5_000).build());
      while (batches.hasNext()) {
        for (Event event : batches.next().getEventsList()) {
          table.append(ShopEvent.of(event));
        }
      }
      events = table.size();
      Segmentation before =
          portraits.findings().map(Findings::segmentation).orElseGet(store::latest);
      findings = new Study(options.study()).run(table, clock.millis(), before);
    }
    portraits.findings(findings);
    store.save(findings.segmentation(), clock.millis());
    studies.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    LOG.info(
        "studied {} events: {} people, {} segments, {} rules in {} ms",
        events,
        findings.people().size(),
        findings.segmentation().segments().size(),
        findings.rules().rules().size(),
        (System.nanoTime() - start) / 1_000_000);
    writeAll(findings);
    return events;
  }

  private void writeAll(Findings findings) {
    List<Portrait> batch = new ArrayList<>();
    for (int row = 0; row < findings.people().size() && !closed; row++) {
      portraits.find(findings.people().id(row), false).ifPresent(batch::add);
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
        portraits.find(id, false).ifPresent(batch::add);
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
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
