// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.GetIngestStatusResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server in a process of its own, killed with -9 while it ingests, again and again: what it
/// acknowledged is there, and counted once. Some kills hit it while it starts, and some take its
/// redis-server along.
///
/// `-Dproffer.crash-points=100` is the whole study; a few points belong to every test run.
class IngestCrashTest {
  private static final int POINTS = Integer.getInteger("proffer.crash-points", 3);
  private static final int SENDERS = 3;
  private static final int USERS = 60;
  private static final int CATEGORIES = 5;
  private static final String FEATURES =
      """
      entities:
        user: {event_field: user_id}
        item: {event_field: item_id, buckets: 16}
      views:
        - name: u
          entity: user
          features:
            - {name: clicks, type: int64, aggregate: {function: count, events: [click]}}
            - {name: clicks_90d, type: int64, aggregate: {function: count, events: [click], window: 90d}}
            - {name: spent, type: int64, aggregate: {function: sum, of: spend_minor_units, events: [click], window: 90d}}
            - {name: items, type: int64, aggregate: {function: distinct, of: item_id, events: [click]}}
            - {name: by_category, type: double_map, aggregate: {function: count, events: [click], window: 90d, by: attributes.category}}
        - name: i
          entity: item
          features:
            - {name: clicks, type: int64, aggregate: {function: count, events: [click]}}
      """;

  @TempDir Path folder;

  /// Events by id that were acknowledged, with the offset that was told.
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

  private final Map<String, Event> sent = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Event> unanswered = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicLong duplicates = new AtomicLong();

  @Test
  void whatWasAcknowledgedIsThereAndCountedOnceWheneverTheServerIsKilled() throws Exception {
    Random random = new Random(20260501);
    Path data = folder.resolve("data");
    Path features = Files.writeString(folder.resolve("features.yaml"), FEATURES);
    int port = freePort();
    int killedWhileStarting = 0;
    int killedWithRedis = 0;
    Process server = null;
    try {
      for (int point = 0; point < POINTS; point++) {
        server = serve(data, features, port);
        if (point % 5 == 1) {
          Thread.sleep(random.nextInt(4000));
          killedWhileStarting++;
          server.destroyForcibly().waitFor();
          continue;
        }
        ManagedChannel channel = channel(port);
        try {
          awaitServing(channel, server);
          long before = acknowledged.size();
          List<Thread> senders = new ArrayList<>();
          for (int i = 0; i < SENDERS; i++) {
            long seed = random.nextLong();
            senders.add(Thread.ofVirtual().start(() -> send(channel, new Random(seed))));
          }
          while (acknowledged.size() == before) {
            Thread.sleep(1);
          }
          Thread.sleep(random.nextInt(600));
          boolean withRedis = point % 3 == 2;
          if (withRedis) {
            killedWithRedis++;
            killRedis(data);
          }
          server.destroyForcibly().waitFor();
          for (Thread sender : senders) {
            sender.join();
          }
        } finally {
          channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        assertThat(wrong).as("after kill " + (point + 1)).isEmpty();
      }
      server = serve(data, features, port);
      ManagedChannel channel = channel(port);
      try {
        awaitServing(channel, server);
        FeatureStoreServiceBlockingStub stub = FeatureStoreServiceGrpc.newBlockingStub(channel);
        List<Event> rest = new ArrayList<>(unanswered);
        for (int from = 0; from < rest.size(); from += 1000) {
          ingest(stub, rest.subList(from, Math.min(rest.size(), from + 1000)));
        }
        assertThat(wrong).isEmpty();
        assertLogHasEachOnce(stub);
        awaitAggregated(stub);
        assertCounts(stub);
      } finally {
        channel.shutdownNow();
      }
      System.out.println(
          POINTS
              + " kills ("
              + killedWhileStarting
              + " while starting, "
              + killedWithRedis
              + " with redis-server): "
              + acknowledged.size()
              + " events acknowledged, 0 lost, 0 counted twice, "
              + duplicates.get()
              + " sent again");
    } finally {
      if (server != null) {
        server.destroy();
        if (!server.waitFor(20, TimeUnit.SECONDS)) {
          server.destroyForcibly();
        }
      }
    }
  }

  /// Sends until the server is gone: new events, those without an answer, and some again that were
  /// acknowledged before.
  private void send(ManagedChannel channel, Random random) {
    FeatureStoreServiceBlockingStub stub = FeatureStoreServiceGrpc.newBlockingStub(channel);
    while (true) {
      List<Event> batch = new ArrayList<>();
      for (int i = random.nextInt(30); i > 0; i--) {
        Event again = unanswered.poll();
        if (again != null) {
          batch.add(again);
        }
      }
      for (int i = 1 + random.nextInt(100); i > 0; i--) {
        Event event = event(numbers.getAndIncrement(), random);
        sent.put(event.getEventId(), event);
        batch.add(event);
      }
      for (int i = random.nextInt(20); i > 0; i--) {
        Event again = sent.get("e" + random.nextInt(numbers.get()));
        if (again != null) {
          batch.add(again);
        }
      }
      try {
        ingest(stub.withDeadlineAfter(20, TimeUnit.SECONDS), batch);
      } catch (StatusRuntimeException e) {
        unanswered.addAll(batch);
        return;
      }
    }
  }

  private void ingest(FeatureStoreServiceBlockingStub stub, List<Event> batch) {
    // What is acknowledged now, another sender may send for the first time at this moment.
    Set<String> known = new HashSet<>();
    batch.forEach(event -> {
      if (acknowledged.containsKey(event.getEventId())) {
        known.add(event.getEventId());
      }
    });
    IngestEventsResponse response =
        stub.ingestEvents(IngestEventsRequest.newBuilder().addAllEvents(batch).build());
    for (int i = 0; i < batch.size(); i++) {
      String id = batch.get(i).getEventId();
      long offset = response.getResults(i).getOffset();
      IngestOutcome outcome = response.getResults(i).getOutcome();
      if (known.contains(id)) {
        duplicates.incrementAndGet();
        if (outcome != IngestOutcome.INGEST_OUTCOME_DUPLICATE) {
          wrong.add(id + " was acknowledged and lost: " + response.getResults(i));
        }
      } else if (outcome == IngestOutcome.INGEST_OUTCOME_REJECTED) {
        wrong.add(id + " was refused: " + response.getResults(i));
      }
      Long told = acknowledged.putIfAbsent(id, offset);
      if (told != null && told != offset) {
        wrong.add(id + " was at " + told + " and is at " + offset);
      }
    }
  }

  private void assertLogHasEachOnce(FeatureStoreServiceBlockingStub stub) {
    Iterator<ReadEventsResponse> stream =
        stub.readEvents(ReadEventsRequest.newBuilder().setFromOffset(0).build());
    Map<String, Long> offsets = new HashMap<>();
    while (stream.hasNext()) {
      ReadEventsResponse run = stream.next();
      for (int i = 0; i < run.getEventsCount(); i++) {
        Event event = run.getEvents(i);
        assertThat(offsets.put(event.getEventId(), run.getFirstOffset() + i))
            .as("an earlier offset of " + event.getEventId())
            .isNull();
        assertThat(event).isEqualTo(sent.get(event.getEventId()));
      }
    }
    assertThat(offsets).containsExactlyInAnyOrderEntriesOf(acknowledged);
  }

  private void assertCounts(FeatureStoreServiceBlockingStub stub) {
    for (int user = 0; user < USERS; user++) {
      String id = "u" + user;
      List<Event> own =
          acknowledged.keySet().stream()
              .map(sent::get)
              .filter(event -> event.getUserId().equals(id))
              .toList();
      GetOnlineFeaturesResponse read =
          stub.getOnlineFeatures(
              GetOnlineFeaturesRequest.newBuilder().addFeatures("u:*").addEntityIds(id).build());
      if (own.isEmpty()) {
        continue;
      }
      assertThat(read.getResults(0).getStatuses(0)).isEqualTo(RowStatus.ROW_STATUS_PRESENT);
      assertThat(read.getResults(0).getValues(0).getInt64Value())
          .as("clicks of " + id)
          .isEqualTo(own.size());
      assertThat(read.getResults(1).getValues(0).getInt64Value()).isEqualTo(own.size());
      assertThat(read.getResults(2).getValues(0).getInt64Value())
          .isEqualTo(own.stream().mapToLong(Event::getUnitPriceMinorUnits).sum());
      assertThat(read.getResults(3).getValues(0).getInt64Value())
          .isEqualTo(own.stream().map(Event::getItemId).distinct().count());
      Map<String, Double> categories = new TreeMap<>();
      own.forEach(
          event -> categories.merge(event.getAttributesOrThrow("category"), 1.0, Double::sum));
      Value map = read.getResults(4).getValues(0);
      assertThat(map.getDoubleMap().getKeysList()).containsExactlyElementsOf(categories.keySet());
      assertThat(map.getDoubleMap().getValuesList()).containsExactlyElementsOf(categories.values());
    }
  }

  private static void awaitAggregated(FeatureStoreServiceBlockingStub stub)
      throws InterruptedException {
    long began = System.nanoTime();
    while (true) {
      GetIngestStatusResponse status =
          stub.getIngestStatus(GetIngestStatusRequest.getDefaultInstance());
      if (status.getAggregatedOffset() == status.getLogEndOffset()) {
        return;
      }
      assertThat(System.nanoTime() - began)
          .as("aggregation does not get on: " + status)
          .isLessThan(TimeUnit.MINUTES.toNanos(2));
      Thread.sleep(20);
    }
  }

  private void awaitServing(ManagedChannel channel, Process server) throws Exception {
    FeatureStoreServiceBlockingStub stub = FeatureStoreServiceGrpc.newBlockingStub(channel);
    long began = System.nanoTime();
    while (true) {
      try {
        GetIngestStatusResponse _ =
            stub.getIngestStatus(GetIngestStatusRequest.getDefaultInstance());
        return;
      } catch (StatusRuntimeException e) {
        if (!server.isAlive() || System.nanoTime() - began > TimeUnit.MINUTES.toNanos(5)) {
          List<String> said = Files.readAllLines(folder.resolve("server.out"));
          throw new AssertionError(
              "the server does not serve: "
                  + e.getMessage()
                  + "\n"
                  + String.join("\n", said.subList(Math.max(0, said.size() - 60), said.size())),
              e);
        }
        channel.resetConnectBackoff();
        Thread.sleep(50);
      }
    }
  }

  private Process serve(Path data, Path features, int port) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.proffer.app.Main",
            "serve",
            "--services",
            "feature-store",
            "--data",
            data.toString(),
            "--set",
            "grpc.port=" + port,
            "--set",
            "web.enabled=false",
            "--set",
            "features.log-segment-megabytes=1",
            "--set",
            "features.file=" + features)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(folder.toFile(), "server.out")))
        .start();
  }

  private static void killRedis(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(path -> path.endsWith("redis.pid")).toList()) {
        long pid = Long.parseLong(Files.readString(file).strip());
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .maxInboundMessageSize(64 << 20)
        .build();
  }

  private static Event event(int number, Random random) {
    return Event.newBuilder()
        .setEventId("e" + number)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setEventTimeUnixMs(System.currentTimeMillis() - random.nextLong(10 * 86_400_000L))
        .setUserId("u" + random.nextInt(USERS))
        .setItemId("i" + random.nextInt(100))
        .setUnitPriceMinorUnits(random.nextInt(10_000))
        .setCurrency("EUR")
        .putAttributes("category", "c" + random.nextInt(CATEGORIES))
        .build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
