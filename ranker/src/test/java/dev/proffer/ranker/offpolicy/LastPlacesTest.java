// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.DecisionReward;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LastPlacesTest {
  private static final double EPSILON = .4;

  /// Lists of three with the last place left to chance among four items, of which "good" is clicked
  /// by half of the people and every other by a tenth.
  private static List<Decision> decisions(int n, Random random) {
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<String> pool = new ArrayList<>(List.of("good", "a", "b", "c"));
      Collections.shuffle(pool, random);
      int taken = random.nextDouble() < EPSILON ? random.nextInt(4) : 0;
      Decision.Builder decision =
          Decision.newBuilder()
              .setRequestId("r" + i)
              .setUserId("u" + i % 7)
              .setDecidedAtUnixMs(1_000 + i)
              .setPolicy("last-slot-epsilon-" + EPSILON)
              .addCandidateItemIds("first")
              .addCandidateItemIds("second")
              .addAllCandidateItemIds(pool)
              .addCandidateItemIds("behind")
              .addChoices(choice("first", 1))
              .addChoices(choice("second", 1))
              .addChoices(
                  choice(pool.get(taken), taken == 0 ? 1 - EPSILON + EPSILON / 4 : EPSILON / 4));
      if (random.nextDouble() < (pool.get(taken).equals("good") ? .5 : .1)) {
        decision
            .addRewards(reward(pool.get(taken), 1))
            // Of another place, which nobody asks about.
            .addRewards(reward("first", 1));
      }
      decisions.add(decision.build());
    }
    return decisions;
  }

  private static DecisionChoice.Builder choice(String item, double propensity) {
    return DecisionChoice.newBuilder().setItemId(item).setPropensity(propensity);
  }

  private static DecisionReward.Builder reward(String item, double share) {
    return DecisionReward.newBuilder()
        .setItemId(item)
        .setEventType("click")
        .setLastTouch(share)
        .setRevenueMinorUnits(500);
  }

  @Test
  void tellsWhatAnotherRankingWouldHaveEarned() {
    LastPlaces places = LastPlaces.of(decisions(4_000, new Random(3)), "clicks");
    assertThat(places.log().size()).isEqualTo(4_000);
    assertThat(places.pools()).allMatch(pool -> pool.size() == 4);

    for (boolean finds : new boolean[] {true, false}) {
      LastPlaces.Target target =
          places.target((_, items) ->
              items.stream().mapToDouble(item -> item.equals("good") == finds ? 1 : 0).toArray());
      double truth = (1 - EPSILON) * (finds ? .5 : .1) + EPSILON * (.5 + .1 + .1 + .1) / 4;
      OffPolicyEvaluation.Result result =
          new OffPolicyEvaluation(
                  places.log(), target.policy(), RegressionRewardModel.fit(places.log(), 5, 50))
              .evaluate(Overlap.Limits.DEFAULT, 300, .95, 1);
      assertThat(result.refusals()).isEmpty();
      Interval estimate = result.estimates().get(Estimator.DR);
      assertThat(estimate).isNotNull();
      assertThat(estimate.covers(truth)).as("%s, truth %s", estimate, truth).isTrue();
      assertThat(estimate.covers(result.loggedValue().value())).isFalse();
      // The log had it first in a quarter of its pools.
      assertThat(target.disagrees()).isCloseTo(finds ? .75 : .25, within(.03));
    }
    // Who agrees with the log earns what the log earned.
    LastPlaces.Target same = places.target((_, items) -> new double[items.size()]);
    assertThat(same.disagrees()).isZero();
    OffPolicyEvaluation again = new OffPolicyEvaluation(places.log(), same.policy(), (_, _) -> 0);
    assertThat(again.estimate(Estimator.IPS))
        .isCloseTo(
            java.util.Arrays.stream(places.log().reward()).average().orElseThrow(), within(1e-9));
  }

  @Test
  void leavesOutWhatWasNotLeftToChanceOrHasNobodyToRewardIt() {
    Decision good = decisions(1, new Random(1)).getFirst();
    Decision.Builder interleaved = good.toBuilder();
    interleaved.getChoicesBuilder(2).setRanker("content");
    Decision.Builder strange = good.toBuilder();
    strange.getChoicesBuilder(2).setPropensity(.37);
    List<Decision> none =
        List.of(
            good.toBuilder().clearUserId().build(),
            good.toBuilder().setPolicy("greedy").build(),
            good.toBuilder().setPolicy("rank").clearCandidateItemIds().build(),
            good.toBuilder().clearChoices().build(),
            interleaved.build(),
            strange.build());
    assertThatThrownBy(() -> LastPlaces.of(none, "clicks"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no place of a list")
        .hasMessageContaining("6 decisions");
    List<Decision> one = new ArrayList<>(none);
    one.add(good);
    assertThat(LastPlaces.of(one, "margin").log().size()).isEqualTo(1);
    assertThatThrownBy(() -> LastPlaces.of(decisions(50, new Random(1)), "joy"))
        .hasMessageContaining("reward: 'joy'");
  }
}
