// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.experiment.v1.AnalyzeExperimentRequest;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentResponse;
import dev.proffer.proto.experiment.v1.AssignVariantsRequest;
import dev.proffer.proto.experiment.v1.CreateExperimentRequest;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.ListExperimentsRequest;
import dev.proffer.proto.experiment.v1.Outcome;
import dev.proffer.proto.experiment.v1.RecordOutcomesRequest;
import dev.proffer.proto.experiment.v1.Variant;
import dev.proffer.proto.experiment.v1.Verdict;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentsTest {
  private static final long NOW = 1_750_000_000_000L;
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);

  @TempDir private Path folder;
  private Database database;
  private Experiments experiments;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder.resolve("experiments.db"));
    experiments = new Experiments(database, CLOCK, new SimpleMeterRegistry());
  }

  @AfterEach
  void close() {
    experiments.close();
    database.close();
  }

  @Test
  void theSameUnitGetsTheSameVariantOnEveryServerAndSplitsAreAsPlanned() {
    start(experiment("colour", "", 10_000, 1, 3));
    try (Experiments other = new Experiments(database, CLOCK, new SimpleMeterRegistry())) {
      long[] counts = new long[2];
      for (int i = 0; i < 20_000; i++) {
        String variant = experiments.assign("u-" + i, List.of(), true).variants().get("colour");
        assertThat(variant).isNotNull();
        counts[variant.equals("control") ? 0 : 1]++;
        if (i % 100 == 0) {
          assertThat(other.assign("u-" + i, List.of(), true).variants())
              .containsEntry("colour", variant);
        }
      }
      assertThat(SampleRatio.pValue(counts, new double[] {1, 3})).isGreaterThan(.001);
    }
  }

  @Test
  void splitsOfDifferentExperimentsAreIndependent() {
    start(experiment("one", "", 10_000, 1, 1));
    start(experiment("two", "", 10_000, 1, 1));
    long[] cells = new long[4];
    for (int i = 0; i < 20_000; i++) {
      Map<String, String> variants = experiments.assign("u-" + i, List.of(), true).variants();
      cells[
          (variants.get("one").equals("control") ? 0 : 2)
              + (variants.get("two").equals("control") ? 0 : 1)]++;
    }
    assertThat(SampleRatio.pValue(cells, new double[] {1, 1, 1, 1})).isGreaterThan(.001);
  }

  @Test
  void experimentsOfALayerExcludeEachOtherAndTooManyAreRefused() {
    start(experiment("one", "page", 4_000, 1, 1));
    start(experiment("two", "page", 5_000, 1, 1));
    int[] in = new int[3];
    for (int i = 0; i < 10_000; i++) {
      Map<String, String> variants = experiments.assign("u-" + i, List.of(), true).variants();
      assertThat(variants.size()).isLessThan(2);
      in[variants.containsKey("one") ? 0 : variants.containsKey("two") ? 1 : 2]++;
    }
    assertThat(SampleRatio.pValue(new long[] {in[0], in[1], in[2]}, new double[] {4, 5, 1}))
        .isGreaterThan(.001);
    experiments.create(experiment("three", "page", 2_000, 1, 1));
    assertThatThrownBy(
            () -> experiments.setState("three", ExperimentState.EXPERIMENT_STATE_RUNNING))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("leave 1000");
    experiments.setState("one", ExperimentState.EXPERIMENT_STATE_ENDED);
    experiments.setState("three", ExperimentState.EXPERIMENT_STATE_RUNNING);
  }

  @Test
  void rampingKeepsEverybodyInTheirVariant() {
    start(experiment("slow", "", 500, 1, 1));
    Map<String, String> before = assigned("slow");
    experiments.ramp("slow", 5_000);
    Map<String, String> after = assigned("slow");
    assertThat(after).containsAllEntriesOf(before);
    assertThat(after.size()).isGreaterThan(8 * before.size());
  }

  @Test
  void aPausedExperimentKeepsItsPeopleAndTakesNobodyNew() {
    start(experiment("pause", "", 10_000, 1, 1));
    String variant = experiments.assign("anna", List.of(), false).variants().get("pause");
    experiments.flush();
    experiments.setState("pause", ExperimentState.EXPERIMENT_STATE_PAUSED);
    assertThat(experiments.assign("anna", List.of(), false).variants())
        .containsEntry("pause", variant);
    assertThat(experiments.assign("bert", List.of(), false).variants()).isEmpty();
  }

  @Test
  void onlyPeopleOfItsSegmentsTakePart() {
    start(experiment("vip", "", 10_000, 1, 1).toBuilder().addSegments("loyal").build());
    assertThat(experiments.assign("u", List.of("new"), true).variants()).isEmpty();
    assertThat(experiments.assign("u", List.of("new", "loyal"), true).variants()).hasSize(1);
  }

  @Test
  void heldOutPeopleAreInNoExperiment() {
    start(experiment("any", "", 10_000, 1, 1));
    try (Experiments held = new Experiments(database, 1_000, CLOCK, new SimpleMeterRegistry())) {
      int out = 0;
      for (int i = 0; i < 10_000; i++) {
        Experiments.Assigned assigned = held.assign("u-" + i, List.of(), true);
        assertThat(assigned.variants().isEmpty()).isEqualTo(assigned.heldOut());
        out += assigned.heldOut() ? 1 : 0;
      }
      assertThat(out).isBetween(850, 1_150);
    }
  }

  @Test
  void changingWeightsMidFlightIsRefused() {
    start(experiment("fixed", "", 10_000, 1, 1));
    assertThatThrownBy(() -> experiments.create(experiment("fixed", "", 10_000, 1, 2)))
        .isInstanceOf(ProfferException.class)
        .hasMessageContaining("move people between variants");
    assertThatThrownBy(() -> experiments.setState("fixed", ExperimentState.EXPERIMENT_STATE_DRAFT))
        .isInstanceOf(ProfferException.class);
    assertThatThrownBy(() -> experiments.get("nobody")).hasMessageContaining("nobody");
  }

  @Test
  void analysisOverTheServiceFindsTheBetterVariant() throws Exception {
    start(
        experiment("price", "", 10_000, 1, 1).toBuilder()
            .setPrimaryMetric("profit_per_user")
            .build());
    Server server =
        InProcessServerBuilder.forName("experiments")
            .addService(experiments.services().getFirst())
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName("experiments").build();
    try {
      ExperimentServiceGrpc.ExperimentServiceBlockingStub stub =
          ExperimentServiceGrpc.newBlockingStub(channel);
      SplittableRandom random = new SplittableRandom(1);
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < 1_500; i++) {
        String unit = "u-" + i;
        String variant =
            stub.assignVariants(
                    AssignVariantsRequest.newBuilder()
                        .setUnitId(unit)
                        .addSegments(i % 2 == 0 ? "new" : "old")
                        .build())
                .getVariantsOrThrow("price");
        double taste = 10 * random.nextGaussian();
        double effect = variant.equals("control") ? 0 : 2;
        outcomes.add(outcome("before-" + i, unit, taste, NOW - 1_000));
        outcomes.add(
            outcome("after-" + i, unit, taste + effect + random.nextGaussian(), NOW + 1_000));
      }
      RecordOutcomesRequest request =
          RecordOutcomesRequest.newBuilder().addAllOutcomes(outcomes).build();
      assertThat(stub.recordOutcomes(request).getRecorded()).isEqualTo(3_000);
      assertThat(stub.recordOutcomes(request).getDuplicates()).isEqualTo(3_000);
      AnalyzeExperimentResponse response =
          stub.analyzeExperiment(
              AnalyzeExperimentRequest.newBuilder().setExperimentId("price").build());
      assertThat(response.getRefusal()).isEmpty();
      assertThat(response.getComparisons(0).getVerdict()).isEqualTo(Verdict.VERDICT_BETTER);
      assertThat(response.getComparisons(0).getDifference()).isBetween(1.8, 2.2);
      assertThat(response.getComparisons(0).getVarianceExplained()).isGreaterThan(.9);
      assertThat(response.getSegmentEffectsCount()).isEqualTo(2);
      assertThat(response.getReportHtml()).contains("<svg").doesNotContain("http://cdn");
      assertThat(
              stub.listExperiments(ListExperimentsRequest.newBuilder().build())
                  .getExperimentsCount())
          .isEqualTo(1);
      assertThat(experiments.erase("u-0")).isEqualTo(3);
      stub.createExperiment(
          CreateExperimentRequest.newBuilder()
              .setExperiment(experiment("draft", "", 1, 1, 1))
              .build());
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  /// Two factors at once: experiments of different layers cross, and what they do together is told
  /// from what each does.
  @Test
  void twoFactorsAreTriedAtOnceAndWhatTheyDoTogetherIsFound() {
    for (String factor : List.of("price", "text")) {
      start(
          experiment(factor, factor, 10_000, 1, 1).toBuilder().setPrimaryMetric("profit").build());
    }
    SplittableRandom random = new SplittableRandom(2);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      Map<String, String> in = experiments.assign("u-" + i, List.of(), false).variants();
      boolean price = "treatment".equals(in.get("price"));
      boolean text = "treatment".equals(in.get("text"));
      double profit = 10 + (price ? 1 : 0) + (text ? 1 : 0) - (price && text ? 2 : 0);
      outcomes.add(outcome("o" + i, "u-" + i, profit + random.nextGaussian(), NOW + 1_000));
    }
    experiments.record(outcomes);
    Analysis analysis = experiments.analyze("price", .95);

    assertThat(analysis.crossed()).hasSize(1);
    Analysis.Crossed crossed = analysis.crossed().getFirst();
    assertThat(crossed.experiment()).isEqualTo("text");
    assertThat(crossed.effects().pValue()).isLessThan(1e-9);
    assertThat(crossed.effects().segments())
        .extracting(effect -> Math.round(effect.difference().value()))
        .containsExactly(1L, -1L);
    // Over both texts the prices come out even: looking at one factor alone would find nothing.
    assertThat(analysis.comparisons().getFirst().verdict()).isEqualTo(Analysis.Verdict.OPEN);
    assertThat(AnalysisPage.html(analysis))
        .contains("treatment together with text", "do not just add up");
  }

  @Test
  void anEmptyArmAMismatchedSplitAndAMissingMetricAreRefused() {
    List<Analysis.Metric> metrics =
        List.of(Analysis.Metric.of("m", List.of(new Sample(1_000, 1, 1), new Sample(1_000, 9, 1))));
    assertThat(refusal(1_000, 0, metrics)).contains("'b' has 0 units");
    assertThat(refusal(1_000, 1_500, metrics)).contains("did not come out as planned");
    assertThat(refusal(1_000, 1_000, List.of())).contains("no outcome");
    Analysis refused =
        Analysis.of(
            "x",
            "",
            List.of(new Analysis.Arm("a", 1, 1_000), new Analysis.Arm("b", 1, 1_500)),
            metrics,
            .95,
            0);
    assertThat(refused.comparisons().getFirst().verdict()).isEqualTo(Analysis.Verdict.REFUSED);
    assertThat(AnalysisPage.html(refused)).contains("No conclusion");
  }

  private static String refusal(long a, long b, List<Analysis.Metric> metrics) {
    return Analysis.of(
            "x",
            "",
            List.of(new Analysis.Arm("a", 1, a), new Analysis.Arm("b", 1, b)),
            metrics,
            .95,
            0)
        .refusal();
  }

  private Map<String, String> assigned(String experimentId) {
    Map<String, String> assigned = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      String variant = experiments.assign("u-" + i, List.of(), true).variants().get(experimentId);
      if (variant != null) {
        assigned.put("u-" + i, variant);
      }
    }
    return assigned;
  }

  private void start(Experiment experiment) {
    experiments.create(experiment);
    experiments.setState(experiment.getExperimentId(), ExperimentState.EXPERIMENT_STATE_RUNNING);
  }

  private static Experiment experiment(
      String id, String layer, int basisPoints, int controlWeight, int variantWeight) {
    return Experiment.newBuilder()
        .setExperimentId(id)
        .setLayer(layer)
        .setTrafficBasisPoints(basisPoints)
        .addVariants(Variant.newBuilder().setName("control").setWeight(controlWeight))
        .addVariants(Variant.newBuilder().setName("treatment").setWeight(variantWeight))
        .build();
  }

  private static Outcome outcome(String id, String unit, double value, long at) {
    return Outcome.newBuilder()
        .setOutcomeId(id)
        .setUnitId(unit)
        .setMetric("profit")
        .setValue(value)
        .setEventTimeUnixMs(at)
        .build();
  }
}
