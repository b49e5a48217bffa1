// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.PredictIntentRequest;
import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import dev.proffer.ranker.insight.report.InsightReport;
import dev.proffer.ranker.segment.RuleSegments;
import dev.proffer.ranker.segment.Segmentation;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Settings;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.StringReader;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// How long the rpcs of insight take, over the in-process transport with the whole guard of a call,
/// after a study of a generated shop.
public final class InsightBenchmark {
  private static final long NOW = 1_790_000_000_000L;
  private static final long DAY = 86_400_000L;

  private InsightBenchmark() {}

  /// Milliseconds of a call, and how long a new event takes to show in the portrait.
  ///
  /// @param cpuMillis processor time of the whole process for a call, client included
  public record Result(
      double portraitP50,
      double portraitP99,
      double cpuMillis,
      double intentP50,
      double followP50) {}

  /// Runs it.
  public static Result run(int people, int calls) throws IOException {
    Map<String, ItemFact> items = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      items.put(
          "i" + i,
          new ItemFact(
              "group" + i % 7 + "/kind" + i % 40,
              "brand" + i % 30,
              500 + 10 * i,
              "CNY",
              Map.of("en", "Trail running shoes number " + i, "zh", "越野跑鞋第" + i + "号")));
    }
    ItemDirectory directory = ItemDirectory.of(items);
    LivePeople live = new LivePeople(directory, ZoneOffset.UTC, 30, people + 1);
    RuleSegments rules =
        RuleSegments.read(
            new StringReader(
                """
                segments:
                  - {id: back, rule: frequency >= 2}
                  - {id: fans, rule: recency_days < 30 and category("group1") > 0.4}
                """));
    Portraits portraits = new Portraits(live, rules);
    try (EventTable table = new EventTable(directory, ZoneOffset.UTC, 10_000_000, 1_000)) {
      for (ShopEvent event : events(people)) {
        table.append(event);
        live.add(event, NOW);
      }
      portraits.findings(new Study(Study.Options.defaults()).run(table, NOW, Segmentation.none()));
    }
    String name = UUID.randomUUID().toString();
    Server server =
        InProcessServerBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(
                GrpcHost.guarded(
                    new InsightHandler(
                        portraits,
                        new Pseudonyms("00"),
                        directory,
                        new InsightReport(directory, ZoneOffset.UTC),
                        () -> 0),
                    Settings.of(GrpcSettings.all(), Map.of()),
                    new SimpleMeterRegistry()))
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    try {
      var stub = InsightServiceGrpc.newBlockingStub(channel);
      Consumer<Integer> portrait =
          i ->
              stub.getPortrait(
                  GetPortraitRequest.newBuilder()
                      .setUserId("u" + i % people)
                      .setLanguage(i % 2 == 0 ? "en" : "zh")
                      .build());
      measure(portrait, Math.max(2_000, calls / 2));
      long cpu = cpuNanos();
      double[] portraitMillis = measure(portrait, calls);
      double cpuMillis = (cpuNanos() - cpu) / 1e6 / calls;
      Consumer<Integer> intent =
          i ->
              stub.predictIntent(
                  PredictIntentRequest.newBuilder().setUserId("u" + i % people).build());
      measure(intent, 1_000);
      double[] intentMillis = measure(intent, calls);
      double[] follow =
          measure(
              i -> {
                ShopEvent event = event("f" + i, Kind.CLICK, NOW, i % people, "i" + i % 500);
                live.add(event, NOW);
                portrait.accept(i);
              },
              1_000);
      return new Result(
          at(portraitMillis, 0.5),
          at(portraitMillis, 0.99),
          cpuMillis,
          at(intentMillis, 0.5),
          at(follow, 0.5));
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  private static List<ShopEvent> events(int people) {
    SplittableRandom random = new SplittableRandom(5);
    List<ShopEvent> events = new ArrayList<>();
    for (int person = 0; person < people; person++) {
      int count = 5 + random.nextInt(60);
      for (int i = 0; i < count; i++) {
        Kind kind = random.nextInt(6) == 0 ? Kind.PURCHASE : Kind.CLICK;
        events.add(
            event(
                person + "-" + i,
                kind,
                NOW - random.nextLong(200 * DAY),
                person,
                "i" + random.nextInt(500)));
      }
    }
    return events;
  }

  private static ShopEvent event(String id, Kind kind, long at, int person, String item) {
    return new ShopEvent(id, kind, at, "u" + person, "", item, "", 1, 900, "CNY", "", "", "", 0);
  }

  private static double[] measure(Consumer<Integer> call, int times) {
    double[] millis = new double[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      call.accept(i);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(millis);
    return millis;
  }

  private static double at(double[] sorted, double share) {
    return sorted[(int) (share * (sorted.length - 1))];
  }

  private static long cpuNanos() {
    return java.lang.management.ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
