// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.proffer.featurestore.aggregation.Aggregator;
import dev.proffer.featurestore.erasure.EntityEraser;
import dev.proffer.featurestore.eventlog.EventIntake;
import dev.proffer.featurestore.eventlog.LocalEventLog;
import dev.proffer.featurestore.inspect.EntityInspector;
import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.RedisOnlineStore;
import dev.proffer.featurestore.quality.FeatureProfiles;
import dev.proffer.featurestore.registry.ModelUses;
import dev.proffer.featurestore.registry.RegistryHistory;
import dev.proffer.featurestore.served.ConsistencyCheck;
import dev.proffer.featurestore.served.ServedLog;
import dev.proffer.featurestore.served.ServedSampler;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.featurestore.serving.MatrixReader;
import dev.proffer.featurestore.serving.OnlineFeaturesReader;
import dev.proffer.featurestore.serving.ReadMeters;
import dev.proffer.featurestore.serving.RowReader;
import dev.proffer.featurestore.training.RowHistory;
import dev.proffer.featurestore.training.TrainingExporter;
import dev.proffer.featurestore.writing.FeatureWriter;
import dev.proffer.featurestore.writing.Quarantine;
import dev.proffer.featurestore.writing.RowRestorer;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import dev.proffer.runtime.redis.RedisSettings;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.service.ServiceModule;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import dev.proffer.runtime.sql.SqlSettings;
import io.grpc.BindableService;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The feature store as a service: puts its parts together.
public final class FeatureStoreModule implements ServiceModule {
  @Override
  public String name() {
    return "feature-store";
  }

  @Override
  public List<Setting<?>> settings() {
    return Stream.of(FeatureStoreSettings.all(), RedisSettings.all(), SqlSettings.all())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public RunningService start(ServiceContext context) throws IOException {
    Settings settings = context.settings();
    MeterRegistry meters = context.meters();
    Path folder = context.dataFolder().resolve(name());
    RegistryHistory history =
        RegistryHistory.open(folder.resolve("registry"), declaration(context));
    LiveRegistry live = new LiveRegistry(history.live());
    history.onChange(live::publish);
    Database database = Database.open(settings, folder, name());
    RowHistory rowHistory = new RowHistory(folder.resolve("offline").resolve("rows.duckdb"));
    Quarantine quarantine = new Quarantine(database, context.clock());

    LocalEventLog events =
        LocalEventLog.open(
            folder.resolve("events"),
            (long) settings.get(FeatureStoreSettings.SEGMENT_MEGABYTES) << 20,
            context.clock());
    RedisLinkOptions redis = RedisLinkOptions.of(settings);
    Duration writeTimeout = settings.get(FeatureStoreSettings.WRITE_TIMEOUT);
    RedisOnlineStore store =
        new RedisOnlineStore(
            RedisLink.open(redis, "features-read", meters),
            RedisLink.open(redis.forBatches(writeTimeout), "features-write", meters),
            writeTimeout);
    NearCache near =
        new NearCache(
            (long) settings.get(FeatureStoreSettings.NEAR_CACHE_MEGABYTES) << 20,
            settings.get(FeatureStoreSettings.STALE_MAX),
            Ticker.systemTicker());
    Aggregator aggregator =
        new Aggregator(
            events,
            store.forBatches(),
            near,
            live::registry,
            (long) settings.get(FeatureStoreSettings.AGGREGATOR_MEGABYTES) << 20);
    EventIntake intake =
        new EventIntake(
            events,
            context.clock(),
            settings.get(FeatureStoreSettings.EVENT_FUTURE_MAX),
            settings.get(FeatureStoreSettings.EVENT_HORIZON),
            meters);
    ReadMeters readMeters = new ReadMeters(meters);
    RowReader reader = new RowReader(store, near, readMeters);
    ServedLog served =
        new ServedLog(
            folder.resolve("offline").resolve("served"),
            (long) settings.get(FeatureStoreSettings.SERVED_MEGABYTES) << 20);
    FeatureProfiles profiles =
        new FeatureProfiles(folder.resolve("offline").resolve("baseline"), meters);
    ServedSampler sampler =
        new ServedSampler(
            settings.get(FeatureStoreSettings.SERVED_SHARE), served, profiles, meters);
    TrainingExporter exporter = new TrainingExporter(live, events, rowHistory);
    EventStreamer streamer = new EventStreamer(events);
    Gauge.builder("proffer.events.log.end", events, log -> (double) log.endOffset())
        .register(meters);
    Gauge.builder(
            "proffer.events.aggregation.lag",
            aggregator,
            running -> (double) (events.endOffset() - running.position()))
        .register(meters);
    RowRestorer restorer =
        new RowRestorer(
            rowHistory, store.forBatches(), near, live::registry, context.clock(), events.epoch());
    aggregator.start();
    sampler.start();
    restorer.start();
    return new Running(
        List.of(
            new FeatureStoreGrpc(
                new MatrixReader(live, reader, readMeters, context.clock(), sampler::offer),
                new OnlineFeaturesReader(live, reader, readMeters, context.clock()),
                new FeatureWriter(
                    live::registry,
                    store,
                    near,
                    context.clock(),
                    settings.get(FeatureStoreSettings.EVENT_FUTURE_MAX),
                    quarantine,
                    rowHistory,
                    restorer,
                    meters),
                quarantine,
                new EntityInspector(live, store, context.clock()),
                new EntityEraser(
                    live::registry,
                    events,
                    aggregator,
                    quarantine,
                    rowHistory,
                    served,
                    restorer,
                    folder.resolve("erasures.log"),
                    context.clock()),
                exporter,
                new ConsistencyCheck(live, served, exporter),
                profiles,
                intake,
                events,
                streamer,
                aggregator,
                restorer,
                store,
                redis.commandTimeout()),
            new FeatureRegistryGrpc(
                live, history, ModelUses.open(folder.resolve("registry").resolve("models")))),
        sampler,
        events,
        streamer,
        aggregator,
        restorer,
        store,
        rowHistory,
        database);
  }

  /// The text of the declaration: the file of the settings, or the built-in one.
  private static String declaration(ServiceContext context) throws IOException {
    Path file = context.settings().get(FeatureStoreSettings.FILE);
    if (!file.toString().isEmpty()) {
      return Files.readString(context.dataFolder().resolve(file));
    }
    return builtInDeclaration();
  }

  /// The declaration that is used when none is given.
  public static String builtInDeclaration() throws IOException {
    try (InputStream in = FeatureStoreModule.class.getResourceAsStream("default-features.yaml")) {
      if (in == null) {
        throw new IOException("default-features.yaml is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private record Running(
      List<BindableService> services,
      ServedSampler sampler,
      LocalEventLog events,
      EventStreamer streamer,
      Aggregator aggregator,
      RowRestorer restorer,
      RedisOnlineStore store,
      RowHistory rowHistory,
      Database database)
      implements RunningService {
    @Override
    public List<Shortcoming> shortcomings() {
      List<Shortcoming> missing = new ArrayList<>();
      String lost = store.shortcoming();
      if (!lost.isEmpty()) {
        missing.add(new Shortcoming("redis", lost));
      }
      long lag = events.endOffset() - aggregator.position();
      if (aggregator.isRebuilding()) {
        missing.add(
            new Shortcoming(
                "aggregation", "features are being made again from the log, " + lag + " to go"));
      }
      if (restorer.isRestoring()) {
        missing.add(new Shortcoming("rows", "rows that the online store lost are being put back"));
      }
      return missing;
    }

    @Override
    public void close() {
      streamer.close();
      sampler.close();
      aggregator.close();
      restorer.close();
      store.close();
      events.close();
      rowHistory.close();
      database.close();
    }
  }
}
