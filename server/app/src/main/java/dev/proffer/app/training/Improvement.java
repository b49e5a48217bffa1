// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.training;

import com.fasterxml.jackson.databind.JsonNode;
import dev.proffer.app.console.Failure;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentRequest;
import dev.proffer.proto.experiment.v1.AnalyzeExperimentResponse;
import dev.proffer.proto.experiment.v1.Comparison;
import dev.proffer.proto.experiment.v1.CreateExperimentRequest;
import dev.proffer.proto.experiment.v1.Experiment;
import dev.proffer.proto.experiment.v1.ExperimentServiceGrpc;
import dev.proffer.proto.experiment.v1.ExperimentState;
import dev.proffer.proto.experiment.v1.GetExperimentRequest;
import dev.proffer.proto.experiment.v1.SetExperimentStateRequest;
import dev.proffer.proto.experiment.v1.Variant;
import dev.proffer.proto.experiment.v1.Verdict;
import dev.proffer.proto.ranker.v1.ActivateModelRequest;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.ModelServiceGrpc;
import dev.proffer.proto.ranker.v1.RollbackModelRequest;
import dev.proffer.ranker.offpolicy.Estimator;
import dev.proffer.ranker.offpolicy.Interval;
import dev.proffer.ranker.offpolicy.LastPlaces;
import dev.proffer.ranker.offpolicy.OffPolicyEvaluation;
import dev.proffer.ranker.offpolicy.Overlap;
import dev.proffer.ranker.offpolicy.RegressionRewardModel;
import dev.proffer.ranker.training.HeldOutModel;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingReport;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The loop that makes the ranker better: retrain, evaluate, try out on a few people, promote or
/// roll back. Every step is in the journal before the next one begins, so a loop that was stopped
/// goes on where it was.
public final class Improvement {
  private static final String METRIC = "test.ndcg@10";
  private static final double NOT_WORSE = .97;
  private static final int FOLDS = 5;
  private static final double RIDGE = 50;

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
    TrainingOptions silent = options.withActivate(false);
    TrainingReport report = Training.run(ranker, featureStore, modelsFolder, silent, progress);
    double quality = report.row("test", "blend").ndcg10();
    journal.record("trained", report.version(), Map.of("events", report.events(), METRIC, quality));
    return tryOut(report.version(), quality, report.heldOut(), basisPoints, primaryMetric);
  }

  /// Evaluates a bundle that is there, on held-out purchases and on the decision log, and when
  /// neither says that it is worse gives it to a share of people.
  ///
  /// @param heldOut the twin of the bundle that can be judged by the log; null for none
  public String tryOut(
      String version,
      double quality,
      @Nullable HeldOutModel heldOut,
      int basisPoints,
      String primaryMetric)
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
    OffPolicy judged = judge(heldOut, rewardOf(primaryMetric));
    journal.record("evaluated-off-policy", version, judged.details());
    if (!passed) {
      journal.record("rejected", version, Map.of("why", "worse than what serves now"));
      return "rejected";
    }
    if (judged.isWorse()) {
      journal.record(
          "rejected", version, Map.of("why", "by the decision log it would have earned less"));
      return "rejected";
    }
    long before = canaries(version).size();
    JsonNode canary =
        journal.record(
            "canary",
            version,
            Map.of(
                "experiment",
                before == 0 ? "canary-" + version : "canary-" + version + "-" + (before + 1),
                "traffic_basis_points",
                basisPoints,
                "primary_metric",
                primaryMetric));
    begin(canary);
    return "canary";
  }

  private List<JsonNode> canaries(String version) throws IOException {
    return journal.entries().stream()
        .filter(entry ->
            entry.path("step").asText().equals("canary")
                && entry.path("model_version").asText().equals(version))
        .toList();
  }

  /// Starts the experiment of a canary that is in the journal, unless it runs already.
  private void begin(JsonNode canary) {
    ExperimentServiceGrpc.ExperimentServiceBlockingStub experiments =
        ExperimentServiceGrpc.newBlockingStub(ranker);
    String id = canary.path("experiment").asText();
    String version = canary.path("model_version").asText();
    ExperimentState state;
    try {
      state =
          experiments
              .getExperiment(GetExperimentRequest.newBuilder().setExperimentId(id).build())
              .getExperiment()
              .getState();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
      state =
          experiments
              .createExperiment(
                  CreateExperimentRequest.newBuilder()
                      .setExperiment(
                          Experiment.newBuilder()
                              .setExperimentId(id)
                              .setLayer("model")
                              .setHypothesis(
                                  "model " + version + " earns more than the current one")
                              .setPrimaryMetric(canary.path("primary_metric").asText())
                              .setTrafficBasisPoints(canary.path("traffic_basis_points").asInt())
                              .addVariants(Variant.newBuilder().setName("current").setWeight(1))
                              .addVariants(
                                  Variant.newBuilder()
                                      .setName("candidate")
                                      .setWeight(1)
                                      .putParameters("model_version", version)))
                      .build())
              .getExperiment()
              .getState();
    }
    if (state == ExperimentState.EXPERIMENT_STATE_DRAFT) {
      state(id, ExperimentState.EXPERIMENT_STATE_RUNNING);
    }
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
    JsonNode canary = canaries(version).getLast();
    // The process may have ended between the journal and the experiment.
    begin(canary);
    AnalyzeExperimentResponse analysis =
        ExperimentServiceGrpc.newBlockingStub(ranker)
            .analyzeExperiment(
                AnalyzeExperimentRequest.newBuilder()
                    .setExperimentId(canary.path("experiment").asText())
                    .build());
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
    if (verdict == Verdict.VERDICT_BETTER) {
      return promote(version);
    }
    if (verdict == Verdict.VERDICT_WORSE) {
      return rollBack(version, "worse in the canary");
    }
    if (nowUnixMs - canary.path("at_unix_ms").asLong() > patience.toMillis()) {
      return rollBack(version, "not found better within " + patience);
    }
    return "waiting";
  }

  /// Serves everybody with the bundle of the canary.
  public String promote(String version) throws IOException {
    ModelServiceGrpc.newBlockingStub(ranker)
        .activateModel(ActivateModelRequest.newBuilder().setModelVersion(version).build());
    end(version);
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
      end(version);
    }
    journal.record("rolled-back", version, Map.of("why", why));
    return "rolled-back";
  }

  /// What the decision log says about a bundle.
  ///
  /// @param isWorse whether the log can answer, and answers that it would have earned less
  record OffPolicy(boolean isWorse, Map<String, Object> details) {}

  private OffPolicy judge(@Nullable HeldOutModel heldOut, String reward) {
    if (heldOut == null) {
      return new OffPolicy(
          false, Map.of("refusals", List.of("this bundle has no twin that was held out")));
    }
    try {
      return judge(
          LastPlaces.read(ranker, heldOut.fromUnixMs(), reward),
          (decision, items) ->
              heldOut.scores(
                  decision.getUserId(),
                  decision.getSessionId(),
                  decision.getDecidedAtUnixMs(),
                  items),
          reward);
    } catch (StatusRuntimeException | IllegalArgumentException e) {
      // A log without chance in it cannot answer, and that is part of the record.
      return new OffPolicy(false, Map.of("refusals", List.of(String.valueOf(e.getMessage()))));
    }
  }

  /// What the places that were left to chance would have earned had the bundle ordered their pools.
  /// It is worse only when the log can answer and the whole interval of the doubly robust estimate
  /// is below what was earned; what the log cannot tell is for the canary to find out.
  static OffPolicy judge(LastPlaces places, LastPlaces.Scorer scorer, String reward) {
    LastPlaces.Target target = places.target(scorer);
    OffPolicyEvaluation.Result result =
        new OffPolicyEvaluation(
                places.log(),
                target.policy(),
                RegressionRewardModel.fit(places.log(), FOLDS, RIDGE))
            .evaluate(Overlap.Limits.DEFAULT, 500, .95, 1);
    Interval estimate = result.estimates().getOrDefault(Estimator.DR, result.loggedValue());
    boolean worse = !result.refused() && estimate.high() < result.loggedValue().value();
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("reward", reward);
    details.put("decisions", places.log().size());
    details.put("disagrees", target.disagrees());
    details.put("logged", result.loggedValue().value());
    details.put("candidate", estimate.value());
    details.put("low", estimate.low());
    details.put("high", estimate.high());
    details.put("effective_sample_size", result.overlap().effectiveSampleSize());
    details.put("refusals", result.refusals());
    details.put("worse", worse);
    return new OffPolicy(worse, details);
  }

  /// The reward of the log that is closest to what decides the canary.
  private static String rewardOf(String primaryMetric) {
    String metric =
        primaryMetric.endsWith("_per_user")
            ? primaryMetric.substring(0, primaryMetric.length() - "_per_user".length())
            : primaryMetric;
    return List.of("clicks", "purchases", "revenue").contains(metric) ? metric : "margin";
  }

  private void end(String version) throws IOException {
    List<JsonNode> canaries = canaries(version);
    if (!canaries.isEmpty()) {
      state(canaries.getLast().path("experiment").asText(), ExperimentState.EXPERIMENT_STATE_ENDED);
    }
  }

  private void state(String experiment, ExperimentState state) {
    ExperimentServiceGrpc.newBlockingStub(ranker)
        .setExperimentState(
            SetExperimentStateRequest.newBuilder()
                .setExperimentId(experiment)
                .setState(state)
                .build());
  }
}
