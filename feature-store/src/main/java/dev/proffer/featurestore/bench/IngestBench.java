// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.bench;

import dev.proffer.featurestore.FeatureStoreModule;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Measures how many events a second the feature store takes in over gRPC, acknowledged when they
/// are on disk, while every event changes twelve aggregations: six of its person and six of its
/// item. It also waits until the aggregations have all of them, because a rate that only lets a
/// backlog grow is not sustained.
///
/// The controls say what the machine can do at all, in the same run: the same bytes in as many
/// writes to a plain file, forced each time, and as many rows of the same size set in Redis with
/// nothing else going on.
public final class IngestBench {
  private static final int EVENTS_IN_CONTROL_WRITE = 4000;
  private static final int PIPELINE = 2000;
  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
        item: {event_field: item_id, buckets: 64}
      views:
        - name: person
          entity: user
          features:
            - {name: clicks_1h, type: int64, default: 0, aggregate: {function: count, events: [click], window: 1h}}
            - {name: clicks_7d, type: int64, default: 0, aggregate: {function: count, events: [click], window: 7d}}
            - {name: price_mean_30d, type: double, aggregate: {function: mean, of: unit_price_minor_units, events: [click], window: 30d}}
            - {name: interest, type: double, default: 0.0, aggregate: {function: decayed_sum, weights: {click: 1}, half_life: 7d}}
            - {name: recent_items, type: string_list, aggregate: {function: last, k: 20, of: item_id, events: [click]}}
            - {name: by_category_7d, type: double_map, aggregate: {function: count, events: [click], window: 7d, by: attributes.category}}
        - name: goods
          entity: item
          features:
            - {name: clicks_1h, type: int64, default: 0, aggregate: {function: count, events: [click], window: 1h}}
            - {name: clicks_7d, type: int64, default: 0, aggregate: {function: count, events: [click], window: 7d}}
            - {name: price_max_30d, type: double, aggregate: {function: max, of: unit_price_minor_units, events: [click], window: 30d}}
            - {name: popularity, type: double, default: 0.0, aggregate: {function: decayed_sum, weights: {click: 1}, half_life: 7d}}
            - {name: visitors_7d, type: int64, default: 0, aggregate: {function: distinct, of: user_id, events: [click], window: 7d}}
            - {name: click_rate, type: double, default: 0.0, aggregate: {function: rate, hits: [purchase], trials: [click], prior: 0.02, prior_weight: 50, window: 30d}}
      sets:
        - {name: bench, context: ["person:*"], candidate: ["goods:*"]}
      """;

  private final Options options;
  private final Consumer<String> say;

  /// What to measure.
  ///
  /// @param events how many to measure
  /// @param batch how many in one request
  /// @param callers how many requests are under way
  /// @param users how many people there are, of whom few do most
  /// @param items how many items there are, of which few get most
  public record Options(
      Path folder,
      String redisUri,
      int events,
      int batch,
      int callers,
      int users,
      int items,
      long seed) {}

  /// The figures; keys are those of the JSON line.
  public record Result(Map<String, Double> figures) {}

  private IngestBench(Options options, Consumer<String> say) {
    this.options = options;
    this.say = say;
  }

  /// Measures everything.
  ///
  /// @param say is told in one line what is going on
  public static Result run(Options options, Consumer<String> say) throws Exception {
    return new IngestBench(options, say).run();
  }

  private Result run() throws Exception {
    Files.createDirectories(options.folder);
    Files.writeString(options.folder.resolve("features.yaml"), VIEWS);
    FeatureStoreModule module = new FeatureStoreModule();
    List<Setting<?>> known = new ArrayList<>(module.settings());
    known.addAll(GrpcSettings.all());
    Settings settings =
        Settings.of(
            known,
            Map.of(
                "redis.uri", options.redisUri,
                "features.file", "features.yaml",
                "grpc.port", "0",
                "grpc.access-log", "off",
                "grpc.deadline-default", "60s"));
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    RunningService running =
        module.start(
            new ServiceContext(
                settings,
                options.folder,
                service -> {
                  throw new IllegalStateException("the feature store needs no peer: " + service);
                },
                meters,
                Clock.systemUTC()));
    RedisClient client = RedisClient.create(options.redisUri);
    try (GrpcHost host = GrpcHost.start(settings, "bench-ingest", running.services(), meters);
        StatefulRedisConnection<byte[], byte[]> redis = client.connect(ByteArrayCodec.INSTANCE)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", host.port()).usePlaintext().build();
      try {
        return measure(FeatureStoreServiceGrpc.newBlockingStub(channel), redis);
      } finally {
        channel.shutdownNow();
      }
    } finally {
      client.shutdown();
      running.close();
    }
  }

  private Result measure(
      FeatureStoreServiceBlockingStub stub, StatefulRedisConnection<byte[], byte[]> redis)
      throws Exception {
    Random random = new Random(options.seed);
    AtomicInteger number = new AtomicInteger();
    say.accept("warming up with " + options.events / 2 + " events");
    Rate _ = ingest(stub, requests(random, number, options.events / 2));
    awaitAggregated(stub, number.get());

    List<IngestEventsRequest> requests = requests(random, number, options.events);
    long bytes = requests.stream().mapToLong(IngestEventsRequest::getSerializedSize).sum();
    say.accept(
        "ingesting "
            + options.events
            + " events, "
            + options.batch
            + " in a request, "
            + options.callers
            + " callers");
    double cpuBefore = processCpuMillis();
    double redisBefore = redisCpuMillis(redis);
    double setsBefore = commands(redis);
    long startNanos = System.nanoTime();
    Rate acknowledged = ingest(stub, requests);
    awaitAggregated(stub, number.get());
    double allSeconds = (System.nanoTime() - startNanos) / 1e9;
    double cpu = processCpuMillis() - cpuBefore;
    double redisCpu = redisCpuMillis(redis) - redisBefore;
    long rows = Math.max(1, (long) (commands(redis) - setsBefore));
    double rowBytes = bytesOfRows(redis);

    say.accept("controls: forced writes of the same bytes, and rows of the same size");
    double appendSeconds = appendControl(bytes);
    double setSeconds = setControl(redis, rows, (int) rowBytes);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("events_per_second", options.events / allSeconds);
    figures.put("acknowledged_per_second", acknowledged.perSecond);
    figures.put("acknowledge_p50_ms", acknowledged.p50Millis);
    figures.put("acknowledge_p99_ms", acknowledged.p99Millis);
    figures.put("aggregations_per_event", 12.0);
    figures.put("cpu_us_per_event", cpu * 1000 / options.events);
    figures.put("redis_cpu_us_per_event", redisCpu * 1000 / options.events);
    figures.put("rows_per_event", (double) rows / options.events);
    figures.put("bytes_per_row", rowBytes);
    figures.put("raw_append_per_second", options.events / appendSeconds);
    figures.put("raw_set_rows_per_second", rows / setSeconds);
    figures.put("raw_events_per_second", options.events / (appendSeconds + setSeconds));
    figures.put(
        "raw_ratio",
        (options.events / allSeconds) / (options.events / (appendSeconds + setSeconds)));
    return new Result(figures);
  }

  private record Rate(double perSecond, double p50Millis, double p99Millis) {}

  private Rate ingest(FeatureStoreServiceBlockingStub stub, List<IngestEventsRequest> requests)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicLong accepted = new AtomicLong();
    ConcurrentLinkedQueue<Long> took = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    List<Thread> callers = new ArrayList<>();
    long start = System.nanoTime();
    for (int caller = 0; caller < options.callers; caller++) {
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = next.getAndIncrement();
                      i < requests.size();
                      i = next.getAndIncrement()) {
                    long began = System.nanoTime();
                    IngestEventsResponse response = stub.ingestEvents(requests.get(i));
                    took.add(System.nanoTime() - began);
                    for (IngestResult result : response.getResultsList()) {
                      if (result.getOutcome() == IngestOutcome.INGEST_OUTCOME_ACCEPTED) {
                        accepted.incrementAndGet();
                      }
                    }
                  }
                } catch (RuntimeException e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    RuntimeException failure = failures.peek();
    if (failure != null) {
      throw failure;
    }
    long events = requests.stream().mapToLong(IngestEventsRequest::getEventsCount).sum();
    if (accepted.get() != events) {
      throw new IllegalStateException(accepted.get() + " of " + events + " events were accepted");
    }
    long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
    return new Rate(
        events / seconds,
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6);
  }

  private static void awaitAggregated(FeatureStoreServiceBlockingStub stub, long events)
      throws InterruptedException {
    while (stub.getIngestStatus(GetIngestStatusRequest.getDefaultInstance()).getAggregatedOffset()
        < events) {
      Thread.sleep(5);
    }
  }

  private List<IngestEventsRequest> requests(Random random, AtomicInteger number, int events) {
    List<IngestEventsRequest> requests = new ArrayList<>();
    long now = System.currentTimeMillis();
    for (int from = 0; from < events; from += options.batch) {
      IngestEventsRequest.Builder request = IngestEventsRequest.newBuilder();
      for (int i = from; i < Math.min(events, from + options.batch); i++) {
        int user = (int) (options.users * Math.pow(random.nextDouble(), 3));
        int item = (int) (options.items * Math.pow(random.nextDouble(), 3));
        request.addEvents(
            Event.newBuilder()
                .setEventId("event-" + number.getAndIncrement())
                .setType(EventType.EVENT_TYPE_CLICK)
                .setEventTimeUnixMs(now - random.nextInt(60_000))
                .setUserId("user-" + user)
                .setSessionId("session-" + user)
                .setItemId("item-" + item)
                .setUnitPriceMinorUnits(100 + item)
                .setCurrency("EUR")
                .putAttributes("category", "category-" + item % 20));
      }
      requests.add(request.build());
    }
    return requests;
  }

  /// Seconds to write as many bytes to a plain file, forced as often as a group commit would.
  private double appendControl(long bytes) throws IOException {
    Path file = options.folder.resolve("control");
    int writes = Math.ceilDiv(options.events, EVENTS_IN_CONTROL_WRITE);
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.ceilDiv(bytes, writes));
    long start = System.nanoTime();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < writes; i++) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(false);
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /// Seconds to set as many rows of the same size, in pipelines.
  private double setControl(
      StatefulRedisConnection<byte[], byte[]> redis, long rows, int rowBytes) {
    byte[] row = new byte[rowBytes];
    long start = System.nanoTime();
    redis.setAutoFlushCommands(false);
    try {
      for (long from = 0; from < rows; from += PIPELINE) {
        List<RedisFuture<String>> sent = new ArrayList<>();
        for (long i = from; i < Math.min(rows, from + PIPELINE); i++) {
          sent.add(
              redis.async().set(("control-" + i % 100_000).getBytes(StandardCharsets.UTF_8), row));
        }
        redis.flushCommands();
        if (!LettuceFutures.awaitAll(Duration.ofSeconds(30), sent.toArray(RedisFuture[]::new))) {
          throw new IllegalStateException("Redis does not keep up with the control");
        }
      }
    } finally {
      redis.setAutoFlushCommands(true);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private double bytesOfRows(StatefulRedisConnection<byte[], byte[]> redis) {
    Random random = new Random(options.seed + 1);
    return Stream.generate(() ->
            random.nextBoolean()
                ? "f:person:{user-" + (int) (options.users * Math.pow(random.nextDouble(), 3)) + "}"
                : "")
        .filter(key -> !key.isEmpty())
        .limit(2000)
        .mapToLong(key -> redis.sync().strlen(key.getBytes(StandardCharsets.UTF_8)))
        .filter(length -> length > 0)
        .average()
        .orElse(0);
  }

  private static double processCpuMillis() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e6
        : Double.NaN;
  }

  private static double redisCpuMillis(StatefulRedisConnection<byte[], byte[]> redis) {
    return 1000 * (info(redis, "cpu", "used_cpu_user:") + info(redis, "cpu", "used_cpu_sys:"));
  }

  /// How many rows were set since the server started.
  private static double commands(StatefulRedisConnection<byte[], byte[]> redis) {
    for (String line : redis.sync().info("commandstats").split("\r?\n", -1)) {
      if (line.startsWith("cmdstat_set:calls=")) {
        return Double.parseDouble(line.substring("cmdstat_set:calls=".length(), line.indexOf(',')));
      }
    }
    return 0;
  }

  private static double info(
      StatefulRedisConnection<byte[], byte[]> redis, String section, String key) {
    for (String line : redis.sync().info(section).split("\r?\n", -1)) {
      if (line.startsWith(key)) {
        return Double.parseDouble(line.substring(key.length()));
      }
    }
    throw new IllegalStateException("Redis does not tell " + key);
  }
}
