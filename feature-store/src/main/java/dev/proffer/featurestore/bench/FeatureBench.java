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
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Measures reading one user and 500 items of 20 numbers each, beside controls in the same run.
///
/// The controls: the layout of Feast (a hash for each entity, a field for each feature, a protobuf
/// value in each field), read as its Java server reads it, one `HMGET` with its own flush for each
/// entity; and a bare Lettuce `MGET` of our own keys, decoded into nothing. CPU is what dependable
/// figures are made of on a shared machine: of this process from the operating system, of Redis
/// from its own accounts.
public final class FeatureBench {
  private static final int COLUMNS = 20;
  private static final int WARM_UP = 1500;
  private static final String USER_VIEW = "bu";
  private static final String ITEM_VIEW = "bi";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Options options;
  private final Consumer<String> say;
  private final Random random;
  private final List<List<String>> candidates = new ArrayList<>();
  private final List<String> users = new ArrayList<>();

  /// What to measure.
  ///
  /// @param redisUri an empty Redis that may be filled
  /// @param items items to store; each is stored in our layout and in the control's
  /// @param requests requests of each kind to measure
  /// @param candidates items in a request
  /// @param callers callers at a time where throughput is compared
  public record Options(
      String redisUri, int items, int requests, int candidates, int callers, long seed) {}

  /// What one way of reading costs for each request.
  public record Cost(double clientCpuMillis, double redisCpuMillis, double p50Millis) {}

  /// The figures; keys are those of the JSON line.
  public record Result(
      Cost ours,
      Cost control,
      Cost raw,
      double grpcPerSecond,
      double rawPerSecond,
      double bytesPerRow,
      double responseRatio) {
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
      figures.put("raw_client_cpu_ms", raw.clientCpuMillis);
      figures.put("raw_redis_cpu_ms", raw.redisCpuMillis);
      figures.put("grpc_rps", grpcPerSecond);
      figures.put("raw_rps", rawPerSecond);
      figures.put("response_ratio", responseRatio);
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
        new RedisLinkOptions(options.redisUri, PATIENCE, Duration.ofSeconds(5), 2, 50_000);
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
                  new NearCache(1 << 20, Duration.ofSeconds(1), Ticker.systemTicker()),
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
      say.accept("reading " + options.requests + " times each way");
      AtomicLong bytes = new AtomicLong();
      Cost ours =
          measure(
              connection,
              i -> {
                GetFeatureMatrixResponse response =
                    matrix.read(requests.get(i % requests.size()), PATIENCE, new Degradation());
                bytes.set(response.getSerializedSize());
              });
      Cost raw = measure(connection, i -> rawMget(connection, rawKeys.get(i % rawKeys.size())));
      Cost control = measure(connection, i -> controlRead(connection, i % candidates.size()));
      double rows = options.candidates + 1;
      double responseRatio = bytes.get() / (rows * COLUMNS * 4 + rows);
      say.accept("comparing throughput, " + options.callers + " callers");
      double[] perSecond = throughput(matrix, requests, connection, rawKeys, meters);
      return new Result(ours, control, raw, perSecond[0], perSecond[1], bytesPerRow, responseRatio);
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
          new NewRow(itemView.entity().key(ITEM_VIEW, "i" + i), layout.pack(1, 1L, values()), 0));
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
          new NewRow(userView.entity().key(USER_VIEW, "u" + i), layout.pack(1, 1L, values()), 0));
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

  private void controlRead(StatefulRedisConnection<byte[], byte[]> redis, int request) {
    byte[][] fields = new byte[COLUMNS + 1][];
    for (int column = 0; column < COLUMNS; column++) {
      fields[column] = controlField(column);
    }
    fields[COLUMNS] = controlTimeField();
    List<RedisFuture<List<KeyValue<byte[], byte[]>>>> futures = new ArrayList<>();
    futures.add(redis.async().hmget(controlKey(users.get(request)), fields));
    for (String id : candidates.get(request)) {
      futures.add(redis.async().hmget(controlKey(id), fields));
    }
    for (RedisFuture<List<KeyValue<byte[], byte[]>>> future : futures) {
      for (KeyValue<byte[], byte[]> field : join(future)) {
        try {
          if (field.hasValue() && Value.parseFrom(field.getValue()).hasBoolValue()) {
            throw new IllegalStateException("the control stored no truth values");
          }
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
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

  private Cost measure(StatefulRedisConnection<byte[], byte[]> redis, Read read) {
    // A cold JVM would measure its own compiler.
    for (int i = 0; i < Math.max(WARM_UP, options.requests); i++) {
      read.run(i);
    }
    double[] millis = new double[options.requests];
    double redisBefore = redisCpuMillis(redis);
    double clientBefore = processCpuMillis();
    for (int i = 0; i < options.requests; i++) {
      long start = System.nanoTime();
      read.run(i);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    double client = (processCpuMillis() - clientBefore) / options.requests;
    double server = (redisCpuMillis(redis) - redisBefore) / options.requests;
    Arrays.sort(millis);
    return new Cost(client, server, millis[millis.length / 2]);
  }

  /// Requests a second over gRPC, and over a raw loop with the same number of callers, in turns so
  /// that both see the same machine.
  private double[] throughput(
      MatrixReader matrix,
      List<GetFeatureMatrixRequest> requests,
      StatefulRedisConnection<byte[], byte[]> redis,
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
        Read raw = i -> rawMget(redis, rawKeys.get(i % rawKeys.size()));
        perSecond(overGrpc);
        perSecond(raw);
        double grpcSum = 0;
        double rawSum = 0;
        for (int turn = 0; turn < 4; turn++) {
          grpcSum += perSecond(overGrpc);
          rawSum += perSecond(raw);
        }
        return new double[] {grpcSum / 4, rawSum / 4};
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private double perSecond(Read read) throws InterruptedException {
    List<Thread> callers = new ArrayList<>();
    long start = System.nanoTime();
    for (int caller = 0; caller < options.callers; caller++) {
      int first = caller * 7;
      callers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < options.requests / options.callers; i++) {
                  read.run(first + i);
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    int done = options.requests / options.callers * options.callers;
    return done / ((System.nanoTime() - start) / 1e9);
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

  private static double processCpuMillis() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e6
        : Double.NaN;
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
