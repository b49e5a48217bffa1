// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenBanditTest {
  private static final Path FOLDER =
      Path.of(System.getenv().getOrDefault("PROFFER_DATA", "../../shared/data"), "open-bandit");

  @BeforeEach
  void needsTheDataSet() {
    assumeThat(Files.isDirectory(FOLDER)).as("open-bandit is not in " + FOLDER).isTrue();
  }

  @Test
  void intervalsFromTheRandomLogCoverTheTruthOfTheProductionPolicy() throws IOException {
    // Click rates of the production policy on the full data set, Saito et al. 2021, table 1.
    for (Map.Entry<String, Double> truth : Map.of("men", .0067, "women", .0064).entrySet()) {
      String campaign = truth.getKey();
      LoggedDecisions log = OpenBandit.read(FOLDER, "random", campaign);
      OffPolicyEvaluation evaluation =
          new OffPolicyEvaluation(
              log,
              OpenBandit.policy(log, OpenBandit.productionPolicy(FOLDER, campaign)),
              RegressionRewardModel.fit(log, 5, 50));
      OffPolicyEvaluation.Result result =
          evaluation.evaluate(Overlap.Limits.DEFAULT, 1_000, .95, 1);
      for (Estimator estimator : new Estimator[] {Estimator.SNIPS, Estimator.DR}) {
        assertThat(evaluation.coverage(estimator, truth.getValue(), 20, 200, .95, 2))
            .as(campaign + " " + estimator)
            .isGreaterThanOrEqualTo(.9);
      }
      assertThat(result.refusals()).isEmpty();
      assertThat(result.overlap().effectiveSampleSize()).isGreaterThan(1_000);
    }
  }

  @Test
  void theProductionPolicyIsReplayed() throws IOException {
    LoggedDecisions log = OpenBandit.read(FOLDER, "bts", "men");
    double[][] policy = OpenBandit.productionPolicy(FOLDER, "men");
    double[][] shares = OpenBandit.shares(log);
    double distance = 0;
    for (int item = 0; item < policy.length; item++) {
      for (int position = 0; position < OpenBandit.POSITIONS; position++) {
        distance += Math.abs(policy[item][position] - shares[item][position]) / 2;
      }
    }
    // The priors are a snapshot and production kept learning, so the two are near, not equal; the
    // uniform policy is twice as far.
    assertThat(distance / OpenBandit.POSITIONS).isLessThan(.35);
  }

  @Test
  void theLogOfThePolicyItselfIsRefusedForTheUniformPolicy() throws IOException {
    for (String campaign : new String[] {"men", "women"}) {
      LoggedDecisions log = OpenBandit.read(FOLDER, "bts", campaign);
      OffPolicyEvaluation.Result result =
          new OffPolicyEvaluation(
                  log, (_, _) -> 1.0 / log.actions(), RegressionRewardModel.fit(log, 5, 50))
              .evaluate(Overlap.Limits.DEFAULT, 200, .95, 1);
      assertThat(result.refused()).isTrue();
    }
  }
}
