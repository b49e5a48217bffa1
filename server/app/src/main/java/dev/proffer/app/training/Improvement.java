// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.training;

import dev.proffer.app.console.Failure;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentRequest;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentResponse;
import dev.proffer.proto.experiment.v1.Comparison;
import dev.proffer.proto.experiment.v1.CreateExperimentRequest;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.SetExperimentStateRequest;
import dev.proffer.proto.experiment.v1.Variant;
import dev.proffer.proto.experiment.v1.Verdict;
import dev.proffer.proto.ranker.v1.ActivateModelRequest;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RollbackModelRequest;
import dev.proffer.ranker.decision.DecisionExport;
import dev.proffer.ranker.offpolicy.DecisionFile;
import dev.proffer.ranker.offpolicy.Estimator;
import dev.proffer.ranker.offpolicy.Interval;
import dev.proffer.ranker.offpolicy.OffPolicyEvaluation;
import dev.proffer.ranker.offpolicy.Overlap;
import dev.proffer.ranker.offpolicy.RegressionRewardModel;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingReport;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The loop that makes the ranker better: retrain, evaluate, try out on a few people, promote or
/// roll back. Every step is in the journal before the next one begins, so a loop that was stopped
/// goes on where it was.
public final class Improvement {
  private static final String METRIC = "test.ndcg@10";
  private static final double NOT_WORSE = .97;

  private final Channel ranker;
  private final Channel featureStore;
  private final Path modelsFolder;
  private final ImprovementJournal journal;

  public Improvement(
      Channel ranker, Channel featureStore, Path modelsFolder, ImprovementJournal journal) {
    this.ranker = ranker;
    this.featureStore = featureStore;
    this.modelsFolder = modelsFolder;
    this.journal = journal;
  }

  /// Trains a bundle, evaluates it, and when it is not worse gives it to a share of people.
  ///
  /// @param basisPoints share of people in the canary, times 100
  /// @param primaryMetric what decides, such as "margin"
  /// @return the step that was reached: `canary` or `rejected`
  public String start(
      TrainingOptions options, int basisPoints, String primaryMetric, Progress progress)
      throws IOException {
    String open = journal.canary();
    if (!open.isEmpty()) {
      throw new Failure("the canary of " + open + " is under way; 'improve check' decides it");
    }
    TrainingOptions silent =
        new TrainingOptions(
            options.tuning(), options.tuningCases(), options.cases(), options.threads(), false);
    TrainingReport report = Training.run(ranker, featureStore, modelsFolder, silent, progress);
    double quality = report.row("test", "blend").ndcg10();
    journal.record("trained", report.version(), Map.of("events", report.events(), METRIC, quality));
    return tryOut(report.version(), quality, basisPoints, primaryMetric);
  }

  /// Evaluates a bundle that is there, and when it is not worse gives it to a share of people.
  public String tryOut(String version, double quality, int basisPoints, String primaryMetric)
      throws IOException {
    Optional<Model> active =
        ModelServiceGrpc.newBlockingStub(ranker)
            .listModels(ListModelsRequest.getDefaultInstance())
            .getModelsList()
            .stream()
            .filter(Model::getActive)
            .findFirst();
    double now = active.map(model -> model.getMetricsOrDefault(METRIC, 0)).orElse(0.0);
    boolean passed = quality >= NOT_WORSE * now;
    journal.record(
        "evaluated",
        version,
        Map.of(METRIC, quality, "active", now, "needed", NOT_WORSE * now, "passed", passed));
    journal.record("evaluated-off-policy", version, offPolicy());
    if (!passed) {
      journal.record("rejected", version, Map.of("why", "worse than what serves now"));
      return "rejected";
    }
    ExperimentServiceGrpc.ExperimentServiceBlockingStub experiments =
        ExperimentServiceGrpc.newBlockingStub(ranker);
    experiments.createExperiment(
        CreateExperimentRequest.newBuilder()
            .setExperiment(
                Experiment.newBuilder()
                    .setExperimentId(experimentOf(version))
                    .setLayer("model")
                    .setHypothesis("model " + version + " earns more than the current one")
                    .setPrimaryMetric(primaryMetric)
                    .setTrafficBasisPoints(basisPoints)
                    .addVariants(Variant.newBuilder().setName("current").setWeight(1))
                    .addVariants(
                        Variant.newBuilder()
                            .setName("candidate")
                            .setWeight(1)
                            .putParameters("model_version", version)))
            .build());
    state(experiments, version, ExperimentState.EXPERIMENT_STATE_RUNNING);
    journal.record(
        "canary",
        version,
        Map.of("experiment", experimentOf(version), "traffic_basis_points", basisPoints));
    return "canary";
  }

  /// Looks at the canary. Promotes the bundle when it is better, rolls back when it is worse or
  /// when the time is over without a decision, and else waits. The test is always valid, so it may
  /// be looked at as often as one likes.
  ///
  /// @return `promoted`, `rolled-back`, `waiting`, or `idle` when there is no canary
  public String check(Duration patience, long nowUnixMs) throws IOException {
    String version = journal.canary();
    if (version.isEmpty()) {
      return "idle";
    }
    ExperimentServiceGrpc.ExperimentServiceBlockingStub experiments =
        ExperimentServiceGrpc.newBlockingStub(ranker);
    AnalyzeExperimentResponse analysis =
        experiments.analyzeExperiment(
            AnalyzeExperimentRequest.newBuilder().setExperimentId(experimentOf(version)).build());
    Verdict verdict =
        analysis.getRefusal().isEmpty()
            ? analysis.getComparisonsList().stream()
                .findFirst()
                .map(Comparison::getVerdict)
                .orElse(Verdict.VERDICT_OPEN)
            : Verdict.VERDICT_REFUSED;
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("verdict", verdict.name());
    details.put("units", analysis.getUnitsMap());
    details.put("refusal", analysis.getRefusal());
    analysis.getComparisonsList().stream()
        .findFirst()
        .ifPresent(first -> {
          details.put("metric", first.getMetric());
          details.put("difference", first.getDifference());
          details.put("low", first.getLow());
          details.put("high", first.getHigh());
        });
    journal.record("checked", version, details);
    long begun =
        journal.entries().stream()
            .filter(entry ->
                entry.path("step").asText().equals("canary")
                    && entry.path("model_version").asText().equals(version))
            .mapToLong(entry -> entry.path("at_unix_ms").asLong())
            .max()
            .orElse(nowUnixMs);
    if (verdict == Verdict.VERDICT_BETTER) {
      return promote(version);
    }
    if (verdict == Verdict.VERDICT_WORSE) {
      return rollBack(version, "worse in the canary");
    }
    if (nowUnixMs - begun > patience.toMillis()) {
      return rollBack(version, "not found better within " + patience);
    }
    return "waiting";
  }

  /// Serves everybody with the bundle of the canary.
  public String promote(String version) throws IOException {
    ModelServiceGrpc.newBlockingStub(ranker)
        .activateModel(ActivateModelRequest.newBuilder().setModelVersion(version).build());
    state(
        ExperimentServiceGrpc.newBlockingStub(ranker),
        version,
        ExperimentState.EXPERIMENT_STATE_ENDED);
    journal.record("promoted", version, Map.of());
    return "promoted";
  }

  /// Ends the canary; a bundle that serves everybody by now is replaced by the one before.
  public String rollBack(String version, String why) throws IOException {
    boolean serves =
        ModelServiceGrpc.newBlockingStub(ranker)
            .listModels(ListModelsRequest.getDefaultInstance())
            .getModelsList()
            .stream()
            .anyMatch(model -> model.getActive() && model.getModelVersion().equals(version));
    if (serves) {
      ModelServiceGrpc.newBlockingStub(ranker)
          .rollbackModel(RollbackModelRequest.getDefaultInstance());
    }
    if (version.equals(journal.canary())) {
      state(
          ExperimentServiceGrpc.newBlockingStub(ranker),
          version,
          ExperimentState.EXPERIMENT_STATE_ENDED);
    }
    journal.record("rolled-back", version, Map.of("why", why));
    return "rolled-back";
  }

  /// What the log says about showing everybody the blend, where a policy chose among rankers.
  private Map<String, Object> offPolicy() throws IOException {
    Path file = Files.createTempFile("decisions-", ".parquet");
    try {
      DecisionExport.write(ranker, file);
      DecisionFile decisions = DecisionFile.read(file, "ranker", "margin", "last");
      OffPolicyEvaluation.Result result =
          new OffPolicyEvaluation(
                  decisions.log(),
                  decisions.target("always:blend"),
                  RegressionRewardModel.fit(decisions.log(), 5, 50))
              .evaluate(Overlap.Limits.DEFAULT, 500, .95, 1);
      Interval estimate = result.estimates().getOrDefault(Estimator.DR, result.loggedValue());
      return Map.of(
          "logged", result.loggedValue().value(),
          "blend", estimate.value(),
          "low", estimate.low(),
          "high", estimate.high(),
          "effective_sample_size", result.overlap().effectiveSampleSize(),
          "refusals", result.refusals());
    } catch (SQLException | IOException | IllegalArgumentException e) {
      // A log without choices of rankers cannot answer, and that is part of the record.
      return Map.of("refusals", List.of(String.valueOf(e.getMessage())));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void state(
      ExperimentServiceGrpc.ExperimentServiceBlockingStub experiments,
      String version,
      ExperimentState state) {
    experiments.setExperimentState(
        SetExperimentStateRequest.newBuilder()
            .setExperimentId(experimentOf(version))
            .setState(state)
            .build());
  }

  private static String experimentOf(String version) {
    return "canary-" + version;
  }
}
