// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.bench;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.common.hash.Hashing;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.OnlineStore.NewRow;
import dev.proffer.featurestore.online.RedisOnlineStore;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryYaml;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.featurestore.serving.MatrixReader;
import dev.proffer.featurestore.serving.ReadMeters;
import dev.proffer.featurestore.serving.RowReader;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureVector;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import dev.proffer.runtime.settings.Settings;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.KeyValueListOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Measures reading one user and 500 items of 20 numbers each, beside controls in the same run.
///
/// The controls: the layout of Feast (a hash for each entity, a field for each feature, a protobuf
/// value in each field), read as its Java server reads it: one `HMGET` with its own flush for each
/// entity, fields looked up by name, values and statuses gathered into one vector for each feature;
/// the same layout with all commands in one flush and values parsed but not gathered, which is as
/// kind to it as a client can be; and a bare Lettuce `MGET` of our own keys, decoded into nothing.
/// All ways take turns in short rounds after a warm-up, so that all see the same machine, and each
/// figure is the median of its rounds. Latency is measured apart, in an open loop: requests start
/// by the clock, whatever became of those before, and each counts from the moment it was due. CPU
/// is what dependable figures are made of on a shared machine: of this process from the operating
/// system, of Redis from its own accounts.
public final class FeatureBench {
  private static final int COLUMNS = 20;
  private static final int OPEN_LOOP_SECONDS = 10;
  private static final int ROUNDS = 5;
  private static final int CONNECTIONS = 2;
  // A control that takes 20 times as long is measured on fewer requests.
  private static final int CONTROL_SHARE = 8;
  // A cold JVM would measure its own compiler.
  private static final int WARM_UPS = 5;
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(10);
  private static final String USER_VIEW = "bu";
  private static final String ITEM_VIEW = "bi";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[][] CONTROL_FIELDS = controlFields();

  private final Options options;
  private final Consumer<String> say;
  private final Random random;
  private final long writtenAtUnixMillis = System.currentTimeMillis();
  private final List<List<String>> candidates = new ArrayList<>();
  private final List<String> users = new ArrayList<>();
  private final Map<String, Long> compilerNanos = new HashMap<>();

  /// What to measure.
  ///
  /// @param redisUri an empty Redis that may be filled
  /// @param items items to store; each is stored in our layout and in the control's
  /// @param requests requests of each kind to measure
  /// @param candidates items in a request
  /// @param callers callers at a time where throughput is compared
  /// @param perSecond requests a second of the open loop
  public record Options(
      String redisUri,
      int items,
      int requests,
      int candidates,
      int callers,
      int perSecond,
      long seed) {}

  /// What one way of reading costs for each request.
  public record Cost(double clientCpuMillis, double redisCpuMillis, double p50Millis) {}

  /// Milliseconds from when a request was due to when it was answered.
  public record Latency(double p50, double p99, double p999) {}

  /// What comparing gRPC with a raw loop gave.
  private record Throughput(
      double grpcPerSecond,
      double rawPerSecond,
      double grpcCpuMillis,
      Latency grpcOpenLoop,
      Latency rawOpenLoop) {}

  /// The figures; keys are those of the JSON line.
  public record Result(
      Cost ours,
      Cost control,
      Cost kindControl,
      Cost raw,
      double grpcPerSecond,
      double rawPerSecond,
      double grpcCpuMillis,
      Latency grpcOpenLoop,
      Latency rawOpenLoop,
      double bytesPerRow,
      double responseRatio) {
    /// One of the figures.
    public double figure(String key) {
      return figures().getOrDefault(key, Double.NaN);
    }

    /// Keys and values in a stable order.
    public Map<String, Double> figures() {
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("control_ratio", control.clientCpuMillis / ours.clientCpuMillis);
      figures.put("raw_ratio", grpcPerSecond / rawPerSecond);
      figures.put("client_cpu_ms", ours.clientCpuMillis);
      figures.put("redis_cpu_ms", ours.redisCpuMillis);
      figures.put("bytes_per_row", bytesPerRow);
      figures.put("p50_ms", ours.p50Millis);
      figures.put("control_client_cpu_ms", control.clientCpuMillis);
      figures.put("control_redis_cpu_ms", control.redisCpuMillis);
      figures.put("control_p50_ms", control.p50Millis);
      figures.put("kind_control_ratio", kindControl.clientCpuMillis / ours.clientCpuMillis);
      figures.put("kind_control_client_cpu_ms", kindControl.clientCpuMillis);
      figures.put("kind_control_redis_cpu_ms", kindControl.redisCpuMillis);
      figures.put("raw_client_cpu_ms", raw.clientCpuMillis);
      figures.put("raw_redis_cpu_ms", raw.redisCpuMillis);
      figures.put("grpc_rps", grpcPerSecond);
      figures.put("raw_rps", rawPerSecond);
      figures.put("grpc_cpu_ms", grpcCpuMillis);
      figures.put("response_ratio", responseRatio);
      figures.put("open_loop_grpc_p50_ms", grpcOpenLoop.p50);
      figures.put("open_loop_grpc_p99_ms", grpcOpenLoop.p99);
      figures.put("open_loop_grpc_p999_ms", grpcOpenLoop.p999);
      figures.put("open_loop_raw_p50_ms", rawOpenLoop.p50);
      figures.put("open_loop_raw_p99_ms", rawOpenLoop.p99);
      figures.put("open_loop_raw_p999_ms", rawOpenLoop.p999);
      return figures;
    }
  }

  private FeatureBench(Options options, Consumer<String> say) {
    this.options = options;
    this.say = say;
    this.random = new Random(options.seed);
    for (int i = 0; i < 64; i++) {
      users.add("u" + random.nextInt(Math.max(1, options.items / 5)));
      List<String> ids = new ArrayList<>();
      for (int j = 0; j < options.candidates; j++) {
        ids.add("i" + random.nextInt(options.items));
      }
      candidates.add(ids);
    }
  }

  /// Measures everything.
  ///
  /// @param say is told in one line what is going on
  public static Result run(Options options, Consumer<String> say)
      throws IOException, InterruptedException {
    return new FeatureBench(options, say).run();
  }

  private Result run() throws IOException, InterruptedException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    LiveRegistry live = new LiveRegistry(RegistryBuilder.first(RegistryYaml.read(views())));
    RedisLinkOptions link =
        new RedisLinkOptions(
            options.redisUri, PATIENCE, Duration.ofSeconds(5), CONNECTIONS, 50_000);
    RedisClient client = RedisClient.create(options.redisUri);
    try (RedisOnlineStore store =
            new RedisOnlineStore(
                RedisLink.open(link, "bench-read", meters),
                RedisLink.open(link.forBatches(PATIENCE), "bench-write", meters),
                PATIENCE);
        StatefulRedisConnection<byte[], byte[]> connection =
            client.connect(ByteArrayCodec.INSTANCE)) {
      double bytesPerRow = fill(live, store, connection);
      fillControl(connection);
      ReadMeters readMeters = new ReadMeters(meters);
      MatrixReader matrix =
          new MatrixReader(
              live,
              new RowReader(
                  store,
                  new NearCache(64 << 20, Duration.ofMinutes(10), Ticker.systemTicker()),
                  readMeters),
              readMeters,
              Clock.systemUTC());
      List<GetFeatureMatrixRequest> requests = new ArrayList<>();
      for (int i = 0; i < candidates.size(); i++) {
        requests.add(
            GetFeatureMatrixRequest.newBuilder()
                .setFeatureSet("bench")
                .setContextEntityId(users.get(i))
                .addAllCandidateIds(candidates.get(i))
                .build());
      }
      List<byte[][]> rawKeys = new ArrayList<>();
      for (int i = 0; i < candidates.size(); i++) {
        rawKeys.add(keysOf(live, users.get(i), candidates.get(i)));
      }
      AtomicLong bytes = new AtomicLong();
      List<Way> ways = new ArrayList<>();
      ways.add(
          new Way(
              i -> {
                GetFeatureMatrixResponse response =
                    matrix.read(requests.get(i % requests.size()), PATIENCE, new Degradation());
                bytes.set(response.getSerializedSize());
              },
              options.requests));
      ways.add(
          new Way(i -> rawMget(connection, rawKeys.get(i % rawKeys.size())), options.requests));
      int fewer = Math.max(ROUNDS, options.requests / CONTROL_SHARE);
      ways.add(new Way(i -> controlRead(connection, i % candidates.size(), false), fewer));
      ways.add(new Way(i -> controlRead(connection, i % candidates.size(), true), fewer));
      List<Cost> costs = measure(connection, ways);
      double rows = options.candidates + 1;
      double responseRatio = bytes.get() / (rows * COLUMNS * 4 + rows);
      say.accept("comparing throughput, " + options.callers + " callers");
      List<StatefulRedisConnection<byte[], byte[]>> raw = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        raw.add(client.connect(ByteArrayCodec.INSTANCE));
      }
      Throughput throughput = throughput(matrix, requests, raw, rawKeys, meters);
      return new Result(
          costs.get(0),
          costs.get(2),
          costs.get(3),
          costs.get(1),
          throughput.grpcPerSecond,
          throughput.rawPerSecond,
          throughput.grpcCpuMillis,
          throughput.grpcOpenLoop,
          throughput.rawOpenLoop,
          bytesPerRow,
          responseRatio);
    } finally {
      client.shutdown();
    }
  }

  private static String views() {
    StringBuilder yaml =
        new StringBuilder(
            """
            entities:
              user: {event_field: user_id}
              item: {event_field: item_id, buckets: 64}
            views:
            """);
    for (String[] view : new String[][] {{USER_VIEW, "user"}, {ITEM_VIEW, "item"}}) {
      yaml.append("  - name: ").append(view[0]).append("\n    entity: ").append(view[1]);
      yaml.append("\n    features:\n");
      for (int column = 0; column < COLUMNS; column++) {
        yaml.append("      - {name: f").append(column).append(", type: float}\n");
      }
    }
    yaml.append("sets:\n  - {name: bench, context: [\"bu:*\"], candidate: [\"bi:*\"]}\n");
    return yaml.toString();
  }

  private double fill(
      LiveRegistry live, RedisOnlineStore store, StatefulRedisConnection<byte[], byte[]> redis) {
    say.accept("storing " + options.items + " items in both layouts");
    long before = usedMemory(redis);
    RowLayout layout = new RowLayout(Collections.nCopies(COLUMNS, FeatureType.FLOAT));
    FeatureView itemView = viewOf(live, ITEM_VIEW);
    FeatureView userView = viewOf(live, USER_VIEW);
    List<NewRow> batch = new ArrayList<>();
    for (int i = 0; i < options.items; i++) {
      batch.add(
          new NewRow(
              itemView.entity().key(ITEM_VIEW, "i" + i),
              layout.pack(1, writtenAtUnixMillis, values()),
              0));
      if (batch.size() == 2000) {
        store.put(batch);
        batch.clear();
      }
    }
    store.put(batch);
    double bytesPerRow = (double) (usedMemory(redis) - before) / options.items;
    batch.clear();
    for (int i = 0; i < Math.max(1, options.items / 5); i++) {
      batch.add(
          new NewRow(
              userView.entity().key(USER_VIEW, "u" + i),
              layout.pack(1, writtenAtUnixMillis, values()),
              0));
    }
    store.put(batch);
    return bytesPerRow;
  }

  private @Nullable Value[] values() {
    @Nullable Value[] values = new Value[COLUMNS];
    Arrays.setAll(
        values, _ -> Value.newBuilder().setFloatValue((float) random.nextGaussian()).build());
    return values;
  }

  private static FeatureView viewOf(LiveRegistry live, String name) {
    FeatureView view = live.registry().view(name);
    if (view == null) {
      throw new IllegalStateException(name);
    }
    return view;
  }

  /// The control's layout: a hash for each entity, a 4-byte hash of each feature's name as field, a
  /// serialized value in it, and a field with the time.
  private void fillControl(StatefulRedisConnection<byte[], byte[]> redis) {
    List<RedisFuture<?>> pending = new ArrayList<>();
    for (int i = 0; i < options.items + Math.max(1, options.items / 5); i++) {
      // Lettuce wants a map; nothing is ever looked up in it.
      IdentityHashMap<byte[], byte[]> fields = new IdentityHashMap<>();
      for (int column = 0; column < COLUMNS; column++) {
        fields.put(
            controlField(column),
            Value.newBuilder().setFloatValue((float) random.nextGaussian()).build().toByteArray());
      }
      fields.put(controlTimeField(), Value.newBuilder().setInt64Value(1L).build().toByteArray());
      String id = i < options.items ? "i" + i : "u" + (i - options.items);
      pending.add(redis.async().hset(controlKey(id), fields));
      if (pending.size() == 500) {
        pending.forEach(future -> join(future));
        pending.clear();
      }
    }
    pending.forEach(future -> join(future));
  }

  private static byte[][] controlFields() {
    byte[][] fields = new byte[COLUMNS + 1][];
    for (int column = 0; column < COLUMNS; column++) {
      fields[column] = controlField(column);
    }
    fields[COLUMNS] = controlTimeField();
    return fields;
  }

  private static byte[] controlKey(String id) {
    return ("feast\0entity_id\0" + id).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] controlField(int column) {
    return Hashing.murmur3_32_fixed()
        .hashString("view:f" + column, StandardCharsets.UTF_8)
        .asBytes();
  }

  private static byte[] controlTimeField() {
    return "_ts:view".getBytes(StandardCharsets.UTF_8);
  }

  /// Reads as Feast does, and parses every value.
  ///
  /// @param oneFlush whether all commands are sent together
  private void controlRead(
      StatefulRedisConnection<byte[], byte[]> redis, int request, boolean oneFlush) {
    List<byte[]> keys = new ArrayList<>();
    keys.add(controlKey(users.get(request)));
    candidates.get(request).forEach(id -> keys.add(controlKey(id)));
    List<RedisFuture<List<KeyValue<byte[], byte[]>>>> futures = new ArrayList<>();
    if (oneFlush) {
      List<AsyncCommand<byte[], byte[], List<KeyValue<byte[], byte[]>>>> commands =
          new ArrayList<>();
      for (byte[] key : keys) {
        commands.add(
            new AsyncCommand<>(
                new Command<>(
                    CommandType.HMGET,
                    new KeyValueListOutput<>(ByteArrayCodec.INSTANCE, List.of(CONTROL_FIELDS)),
                    new CommandArgs<>(ByteArrayCodec.INSTANCE)
                        .addKey(key)
                        .addKeys(CONTROL_FIELDS))));
      }
      redis.dispatch(commands);
      futures.addAll(commands);
    } else {
      for (byte[] key : keys) {
        futures.add(redis.async().hmget(key, CONTROL_FIELDS));
      }
    }
    if (oneFlush) {
      futures.forEach(FeatureBench::parse);
    } else {
      gather(futures);
    }
  }

  private static void parse(RedisFuture<List<KeyValue<byte[], byte[]>>> row) {
    for (KeyValue<byte[], byte[]> field : join(row)) {
      if (field.hasValue() && valueOf(field.getValue()).hasBoolValue()) {
        throw new IllegalStateException("the control stored no truth values");
      }
    }
  }

  /// Makes a reply of one vector for each feature.
  private static void gather(List<RedisFuture<List<KeyValue<byte[], byte[]>>>> rows) {
    Map<ByteBuffer, Integer> columnOf = new HashMap<>();
    for (int column = 0; column < COLUMNS; column++) {
      columnOf.put(ByteBuffer.wrap(CONTROL_FIELDS[column]), column);
    }
    FeatureVector.Builder[] vectors = new FeatureVector.Builder[COLUMNS];
    Arrays.setAll(vectors, _ -> FeatureVector.newBuilder());
    for (RedisFuture<List<KeyValue<byte[], byte[]>>> row : rows) {
      @Nullable Value[] values = new Value[COLUMNS];
      long time = 0;
      for (KeyValue<byte[], byte[]> field : join(row)) {
        Integer column = columnOf.get(ByteBuffer.wrap(field.getKey()));
        if (field.hasValue() && column != null) {
          values[column] = valueOf(field.getValue());
        } else if (field.hasValue()) {
          time = valueOf(field.getValue()).getInt64Value();
        }
      }
      for (int column = 0; column < COLUMNS; column++) {
        Value value = values[column];
        vectors[column]
            .addValues(value == null ? Value.getDefaultInstance() : value)
            .addStatuses(
                value == null ? RowStatus.ROW_STATUS_NOT_FOUND : RowStatus.ROW_STATUS_PRESENT)
            .addEventTimesUnixMs(time);
      }
    }
    GetOnlineFeaturesResponse.Builder response = GetOnlineFeaturesResponse.newBuilder();
    for (FeatureVector.Builder vector : vectors) {
      response.addResults(vector);
    }
    if (response.build().getResultsCount() != COLUMNS) {
      throw new IllegalStateException("the control lost a column");
    }
  }

  private static Value valueOf(byte[] stored) {
    try {
      return Value.parseFrom(stored);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void rawMget(StatefulRedisConnection<byte[], byte[]> redis, byte[][] keys) {
    join(redis.async().mget(keys));
  }

  private static byte[][] keysOf(LiveRegistry live, String user, List<String> items) {
    FeatureView itemView = viewOf(live, ITEM_VIEW);
    byte[][] keys = new byte[items.size() + 1][];
    keys[0] = viewOf(live, USER_VIEW).entity().key(USER_VIEW, user);
    for (int i = 0; i < items.size(); i++) {
      keys[i + 1] = itemView.entity().key(ITEM_VIEW, items.get(i));
    }
    return keys;
  }

  /// One way of reading.
  private interface Read {
    void run(int number);
  }

  /// A way of reading.
  private record Way(Read read, int requests) {}

  private List<Cost> measure(StatefulRedisConnection<byte[], byte[]> redis, List<Way> ways) {
    say.accept("warming up");
    for (Way way : ways) {
      long begun = System.nanoTime();
      for (int i = 0; i < way.requests * WARM_UPS; i++) {
        // On a busy machine the compiler has had its time before all requests are through.
        if (i > way.requests && System.nanoTime() - begun > WARM_UP_MAX.toNanos()) {
          break;
        }
        way.read.run(i);
      }
    }
    List<List<Cost>> rounds = new ArrayList<>();
    ways.forEach(_ -> rounds.add(new ArrayList<>()));
    for (int round = 0; round < ROUNDS; round++) {
      say.accept("reading each way, round " + (round + 1) + " of " + ROUNDS);
      for (int way = 0; way < ways.size(); way++) {
        rounds.get(way).add(cost(redis, ways.get(way), round));
      }
    }
    return rounds.stream().map(FeatureBench::median).toList();
  }

  private Cost cost(StatefulRedisConnection<byte[], byte[]> redis, Way way, int round) {
    int requests = Math.max(1, way.requests / ROUNDS);
    double[] millis = new double[requests];
    double redisBefore = redisCpuMillis(redis);
    double clientBefore = processCpuMillis();
    for (int i = 0; i < requests; i++) {
      long start = System.nanoTime();
      way.read.run(round * requests + i);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    double client = (processCpuMillis() - clientBefore) / requests;
    double server = (redisCpuMillis(redis) - redisBefore) / requests;
    Arrays.sort(millis);
    return new Cost(client, server, millis[millis.length / 2]);
  }

  private static Cost median(List<Cost> rounds) {
    return new Cost(
        median(rounds.stream().mapToDouble(Cost::clientCpuMillis)),
        median(rounds.stream().mapToDouble(Cost::redisCpuMillis)),
        median(rounds.stream().mapToDouble(Cost::p50Millis)));
  }

  private static double median(DoubleStream numbers) {
    double[] sorted = numbers.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /// Requests a second over gRPC, and over a raw loop with the same number of callers and
  /// connections, in turns so that both see the same machine; and the CPU of one request over gRPC,
  /// client and server together.
  private Throughput throughput(
      MatrixReader matrix,
      List<GetFeatureMatrixRequest> requests,
      List<StatefulRedisConnection<byte[], byte[]>> redis,
      List<byte[][]> rawKeys,
      SimpleMeterRegistry meters)
      throws IOException, InterruptedException {
    Settings settings =
        Settings.of(
            GrpcSettings.all(),
            Map.of("grpc.port", "0", "grpc.access-log", "off", "grpc.deadline-default", "60s"));
    try (GrpcHost host =
        GrpcHost.start(settings, "bench-" + options.seed, List.of(new Serving(matrix)), meters)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", host.port()).usePlaintext().build();
      try {
        FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub stub =
            FeatureStoreServiceGrpc.newBlockingStub(channel);
        Read overGrpc = i -> stub.getFeatureMatrix(requests.get(i % requests.size()));
        Read raw = i -> rawMget(redis.get(i % redis.size()), rawKeys.get(i % rawKeys.size()));
        for (int i = 0; i < WARM_UPS; i++) {
          perSecond(overGrpc);
          perSecond(raw);
        }
        double[] grpcRates = new double[ROUNDS];
        double[] rawRates = new double[ROUNDS];
        double cpuMillis = 0;
        for (int round = 0; round < ROUNDS; round++) {
          double before = processCpuMillis();
          grpcRates[round] = perSecond(overGrpc);
          cpuMillis += processCpuMillis() - before;
          rawRates[round] = perSecond(raw);
        }
        say.accept(
            "open loop, %d requests a second for %d s each"
                .formatted(options.perSecond, OPEN_LOOP_SECONDS));
        return new Throughput(
            median(DoubleStream.of(grpcRates)),
            median(DoubleStream.of(rawRates)),
            cpuMillis / ROUNDS / (options.requests / options.callers * options.callers),
            openLoop(overGrpc),
            openLoop(raw));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /// @throws IllegalStateException when a caller failed: a rate without its requests is no rate
  private double perSecond(Read read) throws InterruptedException {
    List<Thread> callers = new ArrayList<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime();
    for (int caller = 0; caller < options.callers; caller++) {
      int first = caller * 7;
      callers.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < options.requests / options.callers; i++) {
                    read.run(first + i);
                  }
                } catch (RuntimeException | Error e) {
                  failure.compareAndSet(null, e);
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("a caller failed: " + failed.getMessage(), failed);
    }
    return options.requests / options.callers * options.callers / seconds;
  }

  /// Starts requests by the clock, each on a thread of its own, so that a slow one delays none.
  private Latency openLoop(Read read) throws InterruptedException {
    int count = options.perSecond * OPEN_LOOP_SECONDS;
    double[] millis = new double[count];
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    long start = System.nanoTime();
    List<Thread> running = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int number = i;
      long dueNanos = start + i * 1_000_000_000L / options.perSecond;
      for (long left = dueNanos - System.nanoTime(); left > 0; ) {
        LockSupport.parkNanos(left);
        left = dueNanos - System.nanoTime();
      }
      running.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  read.run(number);
                  millis[number] = (System.nanoTime() - dueNanos) / 1e6;
                } catch (RuntimeException | Error e) {
                  failure.compareAndSet(null, e);
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("a request failed: " + failed.getMessage(), failed);
    }
    Arrays.sort(millis);
    return new Latency(
        millis[count / 2], millis[(int) (count * 0.99)], millis[(int) (count * 0.999)]);
  }

  private static final class Serving extends FeatureStoreServiceGrpc.FeatureStoreServiceImplBase {
    private final MatrixReader matrix;

    Serving(MatrixReader matrix) {
      this.matrix = matrix;
    }

    @Override
    public void getFeatureMatrix(
        GetFeatureMatrixRequest request, StreamObserver<GetFeatureMatrixResponse> observer) {
      observer.onNext(matrix.read(request, PATIENCE, new Degradation()));
      observer.onCompleted();
    }
  }

  /// CPU of this process, but not of its compiler, which a server that runs for hours does not pay
  /// for a request. Where the operating system does not tell them apart, of all of it.
  private double processCpuMillis() {
    double all =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getProcessCpuTime() / 1e6
            : Double.NaN;
    Path tasks = Path.of("/proc/self/task");
    if (Files.isDirectory(tasks)) {
      try (Stream<Path> threads = Files.list(tasks)) {
        threads.forEach(this::noteCompiler);
      } catch (IOException e) {
        return all;
      }
    }
    return all - compilerNanos.values().stream().mapToLong(Long::longValue).sum() / 1e6;
  }

  private void noteCompiler(Path thread) {
    try {
      if (Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*")) {
        String[] times = Files.readString(thread.resolve("schedstat")).split(" ", -1);
        compilerNanos.put(String.valueOf(thread.getFileName()), Long.parseLong(times[0]));
      }
    } catch (IOException e) {
      // The thread has ended; what it used is noted already.
      compilerNanos.putIfAbsent(String.valueOf(thread.getFileName()), 0L);
    }
  }

  private static double redisCpuMillis(StatefulRedisConnection<byte[], byte[]> redis) {
    return 1000 * (info(redis, "cpu", "used_cpu_user:") + info(redis, "cpu", "used_cpu_sys:"));
  }

  private static long usedMemory(StatefulRedisConnection<byte[], byte[]> redis) {
    return (long) info(redis, "memory", "used_memory:");
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

  private static <T> T join(RedisFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
