// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.engine.Installation;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.GetPortraitResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.runtime.file.FolderTree;
import dev.proffer.runtime.service.Peers;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// How long after an acknowledged event a portrait, and the segment in the feature store, show it:
/// the way through event log, reader, live person, rule segment and written feature, in an engine
/// of its own on a folder of its own.
final class InsightFollowBenchmark {
  private static final int PEOPLE = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SEGMENTS = "segments:\n  - {id: back, rule: frequency >= 2}\n";

  private InsightFollowBenchmark() {}

  /// Milliseconds from the acknowledgement, sorted.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Result(double[] portrait, double[] membership) {
    static double at(double[] sorted, double share) {
      return sorted[(int) (share * (sorted.length - 1))];
    }
  }

  /// Changes the behaviour of so many people, one after the other.
  static Result run(int changes, Consumer<String> say) throws Exception {
    Path folder = Files.createTempDirectory("proffer-bench");
    Files.writeString(folder.resolve("segments.yaml"), SEGMENTS);
    try (EngineSession engine =
        EngineSession.on(
            DataFolder.at(folder),
            Map.of("insight.segments", "segments.yaml"),
            ServiceModules.find(Installation.pluginFolder()),
            List.of(Peers.FEATURE_STORE, Peers.RANKER),
            say)) {
      return measure(engine, changes);
    } finally {
      FolderTree.delete(folder);
    }
  }

  private static Result measure(EngineSession engine, int changes) throws InterruptedException {
    var store = FeatureStoreServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE));
    var insight = InsightServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER));
    List<Event> first = new ArrayList<>();
    for (int person = 0; person < PEOPLE; person++) {
      first.add(purchase(person, 1));
    }
    store.ingestEvents(IngestEventsRequest.newBuilder().addAllEvents(first).build());
    await(() -> orders(insight, PEOPLE - 1) == 1);
    int[] orders = new int[PEOPLE];
    Arrays.fill(orders, 1);
    double[] portrait = new double[changes];
    List<Double> membership = new ArrayList<>();
    for (int change = 0; change < changes; change++) {
      int person = change % PEOPLE;
      int now = ++orders[person];
      store.ingestEvents(IngestEventsRequest.newBuilder().addEvents(purchase(person, now)).build());
      long start = System.nanoTime();
      await(() -> orders(insight, person) == now);
      portrait[change] = (System.nanoTime() - start) / 1e6;
      if (now == 2) {
        GetOnlineFeaturesRequest read =
            GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("user_insight:segment_ids")
                .addEntityIds("u" + person)
                .build();
        await(() ->
            store
                .getOnlineFeatures(read)
                .getResults(0)
                .getValues(0)
                .getStringList()
                .getValuesList()
                .contains("back"));
        membership.add((System.nanoTime() - start) / 1e6);
      }
    }
    Arrays.sort(portrait);
    return new Result(
        portrait, membership.stream().mapToDouble(Double::doubleValue).sorted().toArray());
  }

  private static int orders(InsightServiceGrpc.InsightServiceBlockingStub insight, int person) {
    try {
      GetPortraitResponse portrait =
          insight.getPortrait(GetPortraitRequest.newBuilder().setUserId("u" + person).build());
      return portrait.getFrequency();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
      return 0;
    }
  }

  private static Event purchase(int person, int order) {
    return Event.newBuilder()
        .setEventId("u" + person + "-" + order)
        .setType(EventType.EVENT_TYPE_PURCHASE)
        .setUserId("u" + person)
        .setItemId("i" + person % 40)
        .setOrderId("u" + person + "-" + order)
        .setQuantity(1)
        .setUnitPriceMinorUnits(900)
        .setCurrency("CNY")
        .setEventTimeUnixMs(System.currentTimeMillis())
        .build();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "a change did not show within " + PATIENCE.toSeconds() + " s");
      }
      Thread.sleep(1);
    }
  }
}
