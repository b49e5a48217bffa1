// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.proffer.app.console.Failure;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.experiment.v1.AssignVariantsRequest;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.GetExperimentRequest;
import dev.proffer.proto.experiment.v1.Outcome;
import dev.proffer.proto.experiment.v1.RecordOutcomesRequest;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.DecisionReward;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.ranker.offpolicy.LastPlaces;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.runtime.service.Peers;
import io.grpc.Channel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ImprovementTest {
  private static final TrainingOptions QUICK =
      new TrainingOptions(Duration.ofMillis(500), 200, 300, 2, false);
  private static final Duration PATIENCE = Duration.ofDays(14);
  private static final int ITEMS = 60;

  @TempDir private Path folder;

  /// Retrain, evaluate, canary, promote, retrain, canary, roll back, and roll back what serves.
  @Test
  void aBundleIsTrainedJudgedTriedOutAndPromotedOrRolledBackAndEveryStepIsWritten()
      throws Exception {
    try (Engine engine =
        Engine.start(
            new EnginePlan(
                DataFolder.at(folder),
                List.of(Peers.FEATURE_STORE, Peers.RANKER),
                ServiceModules.find(Optional.empty()),
                Map.of(
                    "grpc.port", "0",
                    "web.enabled", "false",
                    "grpc.access-log", "off",
                    // Machines that build are busy.
                    "grpc.deadline-default", "60s",
                    "ranker.exploration-epsilon", "0.5",
                    "ranker.exploration-pool", "3",
                    "ranker.reward-poll", "100ms",
                    "ranker.warm-up", "0s")))) {
      Channel ranker = engine.peers().channel(Peers.RANKER);
      Channel featureStore = engine.peers().channel(Peers.FEATURE_STORE);
      Path models = folder.resolve("models");
      ImprovementJournal journal = new ImprovementJournal(models, Clock.systemUTC());
      Improvement improvement = new Improvement(ranker, featureStore, models, journal);
      history(ranker, featureStore);

      // 1. Nothing serves and nothing is logged: the log refuses, the canary begins.
      assertThat(improvement.check(PATIENCE, 0)).isEqualTo("idle");
      assertThat(improvement.start(QUICK, 10_000, "margin", Progress.silent())).isEqualTo("canary");
      String first = journal.canary();
      assertThat(steps(journal, first))
          .containsExactly("trained", "evaluated", "evaluated-off-policy", "canary");
      assertThat(entry(journal, first, "evaluated-off-policy").path("refusals").toString())
          .contains("no place of a list");
      assertThat(state(ranker, first)).isEqualTo(ExperimentState.EXPERIMENT_STATE_RUNNING);
      assertThatThrownBy(() -> improvement.start(QUICK, 10_000, "margin", Progress.silent()))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("the canary of " + first + " is under way");

      // 2. People are in it, but nothing was earned yet. Then the candidate earns more.
      assertThat(improvement.check(PATIENCE, System.currentTimeMillis())).isEqualTo("waiting");
      outcomes(ranker, first, 3);
      assertThat(improvement.check(PATIENCE, System.currentTimeMillis())).isEqualTo("promoted");
      assertThat(active(ranker)).isEqualTo(first);
      assertThat(state(ranker, first)).isEqualTo(ExperimentState.EXPERIMENT_STATE_ENDED);
      assertThat(entry(journal, first, "checked").path("verdict").asText())
          .isEqualTo("VERDICT_BETTER");

      // 3. Decisions with chance in them, and clicks: now the log can answer for the next bundle.
      decisionsWithClicks(ranker, featureStore, journal);
      assertThat(improvement.start(QUICK, 10_000, "clicks", Progress.silent())).isEqualTo("canary");
      String second = journal.canary();
      JsonNode judged = entry(journal, second, "evaluated-off-policy");
      assertThat(judged.path("decisions").asInt()).as("%s", judged).isGreaterThan(100);
      assertThat(judged.path("reward").asText()).isEqualTo("clicks");
      assertThat(judged.path("low").asDouble()).isLessThan(judged.path("candidate").asDouble());
      assertThat(judged.path("high").asDouble()).isGreaterThan(judged.path("candidate").asDouble());

      // 4. It earns less: the bundle before goes on serving.
      outcomes(ranker, second, -3);
      assertThat(improvement.check(PATIENCE, System.currentTimeMillis())).isEqualTo("rolled-back");
      assertThat(active(ranker)).isEqualTo(first);
      assertThat(state(ranker, second)).isEqualTo(ExperimentState.EXPERIMENT_STATE_ENDED);
      assertThat(entry(journal, second, "rolled-back").path("why").asText()).contains("worse");

      // 5. Promoted by command and taken back by command: the one before serves again.
      assertThat(improvement.tryOut(second, 1, null, 100, "margin")).isEqualTo("canary");
      assertThat(improvement.promote(second)).isEqualTo("promoted");
      assertThat(active(ranker)).isEqualTo(second);
      assertThat(improvement.rollBack(second, "by command")).isEqualTo("rolled-back");
      assertThat(active(ranker)).isEqualTo(first);
      assertThat(journal.canary()).isEmpty();

      // 6. What is worse on held-out purchases is never shown to anybody.
      assertThat(improvement.tryOut(second, 0, null, 100, "margin")).isEqualTo("rejected");
      assertThat(journal.canary()).isEmpty();

      // 7. The process ended after the journal and before the experiment: the next look begins it.
      journal.record(
          "canary",
          second,
          Map.of(
              "experiment",
              "canary-again",
              "traffic_basis_points",
              500,
              "primary_metric",
              "margin"));
      assertThat(improvement.check(PATIENCE, System.currentTimeMillis())).isEqualTo("waiting");
      assertThat(stateOf(ranker, "canary-again"))
          .isEqualTo(ExperimentState.EXPERIMENT_STATE_RUNNING);

      // 8. Nothing was found out in time: whoever serves goes on serving.
      long later = System.currentTimeMillis() + PATIENCE.toMillis() + 60_000;
      assertThat(improvement.check(PATIENCE, later)).isEqualTo("rolled-back");
      assertThat(stateOf(ranker, "canary-again")).isEqualTo(ExperimentState.EXPERIMENT_STATE_ENDED);
      assertThat(entry(journal, second, "rolled-back").path("why").asText())
          .contains("not found better");
      assertThat(active(ranker)).isEqualTo(first);
    }
  }

  @Test
  void theJournalSaysWhichCanaryIsUnderWayAlsoAfterACrash() throws Exception {
    ImprovementJournal journal = new ImprovementJournal(folder, Clock.systemUTC());
    assertThat(journal.canary()).isEmpty();
    journal.record("canary", "m1", Map.of());
    assertThat(new ImprovementJournal(folder, Clock.systemUTC()).canary()).isEqualTo("m1");
    java.nio.file.Files.writeString(
        folder.resolve("improvements.jsonl"),
        "{\"step\": \"promo", // The process died while it wrote.
        java.nio.file.StandardOpenOption.APPEND);
    assertThat(journal.canary()).isEqualTo("m1");
    journal.record("rolled-back", "m1", Map.of());
    assertThat(journal.canary()).isEmpty();
  }

  @Test
  void aRankingThatTheLogShowsToEarnLessIsWorseAndOneThatItCannotTellIsNot() {
    LastPlaces places = LastPlaces.of(logged(3_000), "clicks");
    Improvement.OffPolicy better =
        Improvement.judge(places, (_, items) -> prefer(items, "good"), "clicks");
    assertThat(better.isWorse()).isFalse();
    Improvement.OffPolicy worse =
        Improvement.judge(places, (_, items) -> prefer(items, "bad"), "clicks");
    assertThat(worse.isWorse()).isTrue();
    assertThat((double) worse.details().get("candidate"))
        .isLessThan((double) worse.details().get("logged"));
    LastPlaces few = LastPlaces.of(logged(60), "clicks");
    Improvement.OffPolicy unknown =
        Improvement.judge(few, (_, items) -> prefer(items, "bad"), "clicks");
    assertThat(unknown.isWorse()).isFalse();
    assertThat(unknown.details().get("refusals").toString()).contains("are needed");
  }

  private static double[] prefer(List<String> items, String wanted) {
    return items.stream().mapToDouble(item -> item.startsWith(wanted) ? 1 : 0).toArray();
  }

  private static List<Decision> logged(int n) {
    Random random = new Random(5);
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean chance = random.nextDouble() < .4;
      int taken = chance ? random.nextInt(2) : 0;
      List<String> pool = random.nextBoolean() ? List.of("good", "bad") : List.of("bad", "good");
      Decision.Builder decision =
          Decision.newBuilder()
              .setUserId("u")
              .setPolicy("last-slot-epsilon-0.4")
              .addAllCandidateItemIds(List.of("x", "y"))
              .addAllCandidateItemIds(pool)
              .addChoices(DecisionChoice.newBuilder().setItemId("x").setPropensity(1))
              .addChoices(DecisionChoice.newBuilder().setItemId("y").setPropensity(1))
              .addChoices(
                  DecisionChoice.newBuilder()
                      .setItemId(pool.get(taken))
                      .setPropensity(taken == 0 ? .8 : .2));
      if (random.nextDouble() < (pool.get(taken).equals("good") ? .4 : .1)) {
        decision.addRewards(
            DecisionReward.newBuilder()
                .setItemId(pool.get(taken))
                .setEventType("click")
                .setLastTouch(1));
      }
      decisions.add(decision.build());
    }
    return decisions;
  }

  /// Items come in chains: whoever takes i10 takes i11 next, some noise aside.
  private static void history(Channel ranker, Channel featureStore) {
    UpsertItemsRequest.Builder items = UpsertItemsRequest.newBuilder();
    for (int i = 0; i < ITEMS; i++) {
      items.addItems(
          Item.newBuilder()
              .setItemId("i" + i)
              .putTitles("en", "Item " + i)
              .setCategory("c" + i % 5)
              .setPriceMinorUnits(1_000)
              .setCurrency("GBP"));
    }
    CatalogueServiceGrpc.newBlockingStub(ranker).upsertItems(items.build());
    Random random = new Random(7);
    long time = System.currentTimeMillis() - 10L * 86_400_000;
    List<Event> events = new ArrayList<>();
    int[] at = new int[60];
    for (int step = 0; step < 10; step++) {
      for (int user = 0; user < at.length; user++) {
        at[user] =
            random.nextInt(10) < 7 && step > 0 ? (at[user] + 1) % ITEMS : random.nextInt(ITEMS);
        time += 60_000;
        events.add(click("e" + step + "-" + user, "u" + user, "i" + at[user], time));
      }
    }
    ingest(featureStore, events);
  }

  /// Recommends, and lets people click on what follows what they had last.
  private static void decisionsWithClicks(
      Channel ranker, Channel featureStore, ImprovementJournal journal) throws Exception {
    RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender =
        RecommenderServiceGrpc.newBlockingStub(ranker);
    Random random = new Random(11);
    int clicks = 0;
    for (int i = 0; i < 1_000; i++) {
      String user = "u" + i % 60;
      RecommendResponse reply =
          recommender.recommend(RecommendRequest.newBuilder().setUserId(user).setK(3).build());
      List<Event> events = new ArrayList<>();
      for (RecommendedItem item : reply.getItemsList()) {
        if (random.nextInt(10) < 3) {
          events.add(click("c" + clicks++, user, item.getItemId(), System.currentTimeMillis() + 1));
        }
      }
      if (!events.isEmpty()) {
        ingest(featureStore, events);
      }
    }
    int wanted = clicks;
    eventually(() -> {
      LastPlaces places = LastPlaces.read(ranker, 0, "clicks");
      return places.log().size() == 1_000
          && java.util.Arrays.stream(places.log().reward()).sum() > .2 * wanted;
    });
    assertThat(journal.canary()).isEmpty();
  }

  /// Puts people into the canary and lets the candidate earn more, or less.
  private static void outcomes(Channel ranker, String version, double effect) {
    ExperimentServiceGrpc.ExperimentServiceBlockingStub experiments =
        ExperimentServiceGrpc.newBlockingStub(ranker);
    Random random = new Random(3);
    RecordOutcomesRequest.Builder outcomes = RecordOutcomesRequest.newBuilder();
    for (int i = 0; i < 600; i++) {
      String unit = "canary-" + version + "-" + i;
      String variant =
          experiments
              .assignVariants(AssignVariantsRequest.newBuilder().setUnitId(unit).build())
              .getVariantsOrThrow("canary-" + version);
      for (String metric : List.of("margin", "clicks")) {
        outcomes.addOutcomes(
            Outcome.newBuilder()
                .setOutcomeId(metric + unit)
                .setUnitId(unit)
                .setMetric(metric)
                .setValue(10 + random.nextGaussian() + (variant.equals("candidate") ? effect : 0))
                .setEventTimeUnixMs(System.currentTimeMillis() + 1_000));
      }
    }
    experiments.recordOutcomes(outcomes.build());
  }

  private static Event click(String id, String user, String item, long at) {
    return Event.newBuilder()
        .setEventId(id)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setUserId(user)
        .setItemId(item)
        .setEventTimeUnixMs(at)
        .build();
  }

  private static void ingest(Channel featureStore, List<Event> events) {
    assertThat(
            FeatureStoreServiceGrpc.newBlockingStub(featureStore)
                .ingestEvents(IngestEventsRequest.newBuilder().addAllEvents(events).build())
                .getResultsList())
        .hasSize(events.size());
  }

  private static ExperimentState state(Channel ranker, String version) {
    return stateOf(ranker, "canary-" + version);
  }

  private static ExperimentState stateOf(Channel ranker, String experiment) {
    return ExperimentServiceGrpc.newBlockingStub(ranker)
        .getExperiment(GetExperimentRequest.newBuilder().setExperimentId(experiment).build())
        .getExperiment()
        .getState();
  }

  private static String active(Channel ranker) {
    return ModelServiceGrpc.newBlockingStub(ranker)
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList()
        .stream()
        .filter(Model::getActive)
        .map(Model::getModelVersion)
        .findFirst()
        .orElse("");
  }

  private static List<String> steps(ImprovementJournal journal, String version) throws Exception {
    return journal.entries().stream()
        .filter(entry -> entry.path("model_version").asText().equals(version))
        .map(entry -> entry.path("step").asText())
        .toList();
  }

  private static JsonNode entry(ImprovementJournal journal, String version, String step)
      throws Exception {
    return journal.entries().stream()
        .filter(entry ->
            entry.path("model_version").asText().equals(version)
                && entry.path("step").asText().equals(step))
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time until it holds").isLessThan(end);
      java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
    }
  }
}
