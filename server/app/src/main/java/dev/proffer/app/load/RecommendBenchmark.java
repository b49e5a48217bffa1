// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import dev.proffer.app.console.Failure;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.featurestore.FeatureStoreModule;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteFeaturesResponse;
import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.promotion.v1.UpsertPromotionsResponse;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsResponse;
import dev.proffer.ranker.RankerModule;
import dev.proffer.ranker.model.SampleBundle;
import dev.proffer.ranker.ranking.Stage;
import dev.proffer.runtime.service.Peers;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/// Recommends from a large catalogue with a large model, in one process with its feature store and
/// its generator, and says where the time goes.
///
/// The open loop goes over a real port at a fixed rate, and counts from when a request was due.
/// Stages are measured apart, one request at a time: the CPU time and the bytes of the whole
/// process between two stages, so that the threads of sources, of the feature store and of the
/// collector count too.
public final class RecommendBenchmark {
  private static final int GROUP = 500;
  private static final int PEOPLE = 2_000;
  private static final int RANKED = 200;
  private static final int K = 20;
  private static final int BATCH = 2_000;
  private static final int EXTRA = 11;

  /// How large and how long.
  ///
  /// @param rate requests a second of the open loop
  /// @param warmUpRequests before requests one by one
  /// @param warmUpSeconds at that rate before the open loop counts
  public record Options(
      int items,
      int trees,
      double rate,
      double seconds,
      int warmUpRequests,
      double warmUpSeconds) {}

  /// A mean of one stage for one request.
  public record StageCost(String name, double wallMillis, double cpuMillis, double bytes) {}

  /// What was measured; times in milliseconds.
  ///
  /// @param columns that the model reads of each candidate
  /// @param cpuMillis of the whole process for one request of the open loop, its generator included
  /// @param rankP99 of `Rank` with 200 candidates, one client
  public record Report(
      int columns,
      int trees,
      double p50,
      double p99,
      double p999,
      double cpuMillis,
      double allocatedBytes,
      int requests,
      int failed,
      double lagP99,
      List<StageCost> stages,
      double stageWallP50,
      double rankP50,
      double rankP99) {}

  private final Options options;
  private final Consumer<String> say;
  private final Meter meter = new Meter();

  /// @param say hears how far it is
  public RecommendBenchmark(Options options, Consumer<String> say) {
    this.options = options;
    this.say = say;
  }

  /// Adds up what the process does between two stages. Only used while requests come one by one.
  private static final class Meter implements Stage.Listener {
    private final com.sun.management.OperatingSystemMXBean system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<Stage, long[]> sums = new EnumMap<>(Stage.class);
    private volatile boolean on;
    private Stage last = Stage.DONE;
    private long[] at = new long[3];
    private int requests;

    @Override
    public void entered(Stage stage) {
      if (!on) {
        return;
      }
      synchronized (this) {
        long[] now = now();
        if (last != Stage.DONE) {
          long[] sum = sums.computeIfAbsent(last, _ -> new long[3]);
          for (int i = 0; i < 3; i++) {
            sum[i] += now[i] - at[i];
          }
        }
        requests += stage == Stage.DONE ? 1 : 0;
        last = stage;
        at = now;
      }
    }

    long[] now() {
      return new long[] {
        System.nanoTime(), system.getProcessCpuTime(), threads.getTotalThreadAllocatedBytes()
      };
    }

    synchronized List<StageCost> costs() {
      List<StageCost> costs = new ArrayList<>();
      sums.forEach((stage, sum) ->
          costs.add(
              new StageCost(
                  stage.name().toLowerCase(java.util.Locale.ROOT),
                  sum[0] / 1e6 / requests,
                  sum[1] / 1e6 / requests,
                  (double) sum[2] / requests)));
      return costs;
    }
  }

  /// Measures everything in a folder of its own.
  public Report run(Path folder) throws Exception {
    Path features = folder.resolve("features.yaml");
    Files.createDirectories(folder);
    Files.writeString(features, features());
    Map<String, String> texts =
        Map.of(
            "grpc.port", "0",
            "web.enabled", "false",
            "features.file", features.toString(),
            "ranker.warm-up", "0s");
    ServiceModules modules = ServiceModules.of(new FeatureStoreModule(), new RankerModule(meter));
    List<String> services = List.of(Peers.FEATURE_STORE, Peers.RANKER);
    DataFolder data = DataFolder.at(folder.resolve("data"));
    List<String> ids;
    SampleBundle.Made made;
    try (Engine engine = Engine.start(new EnginePlan(data, services, modules, texts))) {
      Channel store = engine.peers().channel(Peers.FEATURE_STORE);
      ids = fill(store, engine.peers().channel(Peers.RANKER));
      say.accept("training " + options.trees() + " trees");
      made =
          SampleBundle.write(
              folder.resolve("data").resolve("models"), store, ids, GROUP, options.trees());
    }
    // A second start, so that the index is built once, of the whole catalogue, and not beside the
    // measurement.
    try (Engine engine = Engine.start(new EnginePlan(data, services, modules, texts))) {
      waitFor(engine.peers().channel(Peers.RANKER), made.version());
      awaitIdle();
      return measure(engine, ids, made);
    }
  }

  /// The usual features, and a view of as many more as make the columns 60.
  private static String features() throws IOException {
    try (InputStream in = FeatureStoreModule.class.getResourceAsStream("default-features.yaml")) {
      if (in == null) {
        throw new IOException("default-features.yaml is not there");
      }
      String usual = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      StringBuilder view =
          new StringBuilder(
              "  - name: item_more\n    entity: item\n    near_cache: 1s\n    features:\n");
      for (int i = 0; i < EXTRA; i++) {
        view.append("      - {name: x").append(i).append(", type: double}\n");
      }
      return usual
          .replace("\nsets:\n", "\n" + view + "\nsets:\n")
          .replace(
              "candidate: [\"item_activity:*\"]",
              "candidate: [\"item_activity:*\", \"item_more:*\"]");
    }
  }

  private List<String> fill(Channel store, Channel ranker) {
    say.accept("filling the catalogue");
    Random random = new Random(1);
    List<String> ids = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    List<FeatureRow> rows = new ArrayList<>();
    long now = System.currentTimeMillis();
    for (int i = 0; i < options.items(); i++) {
      String id = String.format(java.util.Locale.ROOT, "i%06d", i);
      ids.add(id);
      int group = i / GROUP;
      long price = 500L + random.nextInt(20_000);
      items.add(
          Item.newBuilder()
              .setItemId(id)
              .putTitles("en", "Thing " + group % 97 + " number " + i)
              .putTitles("zh", "商品" + group % 97 + "号" + i)
              .setCategory("d" + group % 10 + "/c" + group)
              .setBrand("b" + random.nextInt(300))
              .setPriceMinorUnits(price)
              .setCurrency("CNY")
              .setAvailableFromUnixMs(now - 86_400_000L * random.nextInt(365))
              .build());
      FeatureRow.Builder row =
          FeatureRow.newBuilder()
              .setFeatureView("item_more")
              .setEntityId(id)
              .setEventTimeUnixMs(now - 1_000);
      for (int c = 0; c < EXTRA; c++) {
        row.putValues("x" + c, Value.newBuilder().setDoubleValue(3 * random.nextDouble()).build());
      }
      rows.add(row.build());
      if (items.size() == BATCH || i + 1 == options.items()) {
        UpsertItemsResponse _ =
            CatalogueServiceGrpc.newBlockingStub(ranker)
                .upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
        WriteFeaturesResponse _ =
            FeatureStoreServiceGrpc.newBlockingStub(store)
                .writeFeatures(WriteFeaturesRequest.newBuilder().addAllRows(rows).build());
        items.clear();
        rows.clear();
      }
    }
    // A call looks at every item for each of its promotions, to warn of what is below cost.
    UpsertPromotionsRequest.Builder promotions = UpsertPromotionsRequest.newBuilder();
    for (int i = 0; i < 100; i++) {
      promotions.addPromotions(
          Promotion.newBuilder()
              .setPromotionId("p" + i)
              .setState(PromotionState.PROMOTION_STATE_LIVE)
              .setType(PromotionType.PROMOTION_TYPE_PERCENT_OFF)
              .putNames("en", "p" + i)
              .setCurrency("CNY")
              .setAppliesTo(
                  i % 2 == 0
                      ? ItemSelector.newBuilder().addCategories("d" + i % 10 + "/c" + i)
                      : ItemSelector.newBuilder().addBrands("b" + i))
              .setAction(
                  Action.newBuilder()
                      .setPercentOff(PercentOff.newBuilder().setBasisPoints(500 + 20 * i))));
      if (promotions.getPromotionsCount() == 10) {
        UpsertPromotionsResponse _ =
            PromotionServiceGrpc.newBlockingStub(ranker).upsertPromotions(promotions.build());
        promotions.clear();
      }
    }
    say.accept("ingesting events");
    IngestEventsRequest.Builder events = IngestEventsRequest.newBuilder();
    for (int person = 0; person < PEOPLE; person++) {
      int from = random.nextInt(Math.max(1, options.items() / GROUP)) * GROUP;
      for (int step = 0; step < 12; step++) {
        events.addEvents(
            Event.newBuilder()
                .setEventId("e" + person + "-" + step)
                .setType(EventType.EVENT_TYPE_CLICK)
                .setUserId("u" + person)
                .setItemId(ids.get(Math.min(ids.size() - 1, from + random.nextInt(GROUP))))
                .setEventTimeUnixMs(now - 3_600_000 + 1_000L * step));
      }
      if (events.getEventsCount() > BATCH || person + 1 == PEOPLE) {
        IngestEventsResponse _ =
            FeatureStoreServiceGrpc.newBlockingStub(store).ingestEvents(events.build());
        events.clear();
      }
    }
    return ids;
  }

  private void waitFor(Channel ranker, String version) throws InterruptedException {
    say.accept("waiting for the model and the content index");
    long end = System.nanoTime() + 600_000_000_000L;
    while (true) {
      RecommendResponse reply =
          RecommenderServiceGrpc.newBlockingStub(ranker)
              .recommend(RecommendRequest.newBuilder().setUserId("u0").setK(K).build());
      if (reply.getModelVersion().equals(version) && !reply.hasDegraded()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new Failure("the service is not whole: " + reply.getDegraded());
      }
      Thread.sleep(500);
    }
  }

  /// Waits until nothing is built beside the measurement, such as the graph of a large catalogue.
  private void awaitIdle() throws InterruptedException {
    say.accept("waiting until nothing else is built");
    long end = System.nanoTime() + 600_000_000_000L;
    long worked;
    do {
      long before = meter.now()[1];
      Thread.sleep(2_000);
      worked = meter.now()[1] - before;
    } while (worked > 400_000_000L && System.nanoTime() < end);
  }

  private Report measure(Engine engine, List<String> ids, SampleBundle.Made made)
      throws InterruptedException {
    String[] address = engine.address().grpc().split(":", -1);
    Random random = new Random(2);
    say.accept("warming up");
    Channel ranker = engine.peers().channel(Peers.RANKER);
    for (int i = 0; i < options.warmUpRequests(); i++) {
      RecommendResponse _ =
          RecommenderServiceGrpc.newBlockingStub(ranker).recommend(request(random));
      RankResponse _ =
          RecommenderServiceGrpc.newBlockingStub(ranker).rank(rankRequest(ids, random));
    }
    say.accept("one by one");
    int alone = Math.max(200, options.warmUpRequests());
    double[] wall = new double[alone];
    meter.on = true;
    for (int i = 0; i < alone; i++) {
      long start = System.nanoTime();
      RecommendResponse _ =
          RecommenderServiceGrpc.newBlockingStub(ranker).recommend(request(random));
      wall[i] = (System.nanoTime() - start) / 1e6;
    }
    meter.on = false;
    double[] ranks = new double[alone * 2];
    for (int i = 0; i < ranks.length; i++) {
      RankRequest request = rankRequest(ids, random);
      long start = System.nanoTime();
      RankResponse reply = RecommenderServiceGrpc.newBlockingStub(ranker).rank(request);
      ranks[i] = (System.nanoTime() - start) / 1e6;
      if (reply.getItemsCount() != RANKED) {
        throw new Failure("Rank answered " + reply.getItemsCount() + " items");
      }
    }
    Samples samples;
    long[] before;
    long[] after;
    try (OpenLoop loop =
        new OpenLoop(
            address[0],
            Integer.parseInt(address[1]),
            RecommenderServiceGrpc.getRecommendMethod(),
            4)) {
      // What waits for a connection was not compiled by the requests one by one.
      say.accept("warming up at this rate");
      loop.run(
          new Schedule.Constant(options.rate(), options.warmUpSeconds()),
          _ -> request(random).toByteArray());
      say.accept("open loop");
      before = meter.now();
      samples =
          loop.run(
              new Schedule.Constant(options.rate(), options.seconds()),
              _ -> request(random).toByteArray());
      after = meter.now();
    }
    double[] took = new double[samples.count()];
    double[] lag = new double[samples.count()];
    int failed = 0;
    for (int i = 0; i < took.length; i++) {
      took[i] = samples.tookNanos(i) / 1e6;
      lag[i] = samples.lagNanos(i) / 1e6;
      failed += samples.code(i) == Status.Code.OK ? 0 : 1;
    }
    Arrays.sort(took);
    Arrays.sort(lag);
    Arrays.sort(wall);
    Arrays.sort(ranks);
    return new Report(
        made.columns(),
        made.trees(),
        at(took, .5),
        at(took, .99),
        at(took, .999),
        (after[1] - before[1]) / 1e6 / took.length,
        (double) (after[2] - before[2]) / took.length,
        took.length,
        failed,
        at(lag, .99),
        meter.costs(),
        at(wall, .5),
        at(ranks, .5),
        at(ranks, .99));
  }

  private static RecommendRequest request(Random random) {
    return RecommendRequest.newBuilder()
        .setUserId("u" + random.nextInt(PEOPLE))
        .setSessionId("s" + random.nextInt(PEOPLE))
        .setK(K)
        .build();
  }

  private static RankRequest rankRequest(List<String> ids, Random random) {
    RankRequest.Builder request = RankRequest.newBuilder().setUserId("u" + random.nextInt(PEOPLE));
    int from = random.nextInt(ids.size());
    for (int i = 0; i < RANKED; i++) {
      request.addCandidateIds(ids.get((from + i * 7) % ids.size()));
    }
    return request.build();
  }

  private static double at(double[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
  }
}
