// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.experiment.v1.AttributionRule;
import dev.proffer.ranker.decision.Attribution.Credit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttributionTest {
  @Test
  void eachRuleGivesTheRewardToWhomItSays() {
    List<Credit> credits = Attribution.credits(List.of(30L, 10L, 20L), 35, 25);

    assertThat(credits)
        .containsExactly(
            new Credit(0, 1, 0, 1.0 / 3),
            new Credit(1, 0, 1, 1.0 / 3),
            new Credit(2, 0, 0, 1.0 / 3));
    assertThat(credits.get(1).share(AttributionRule.ATTRIBUTION_RULE_FIRST_TOUCH)).isEqualTo(1);
    assertThat(credits.get(1).share(AttributionRule.ATTRIBUTION_RULE_LAST_TOUCH)).isZero();
    assertThat(credits.get(0).share(AttributionRule.ATTRIBUTION_RULE_UNSPECIFIED)).isEqualTo(1);
    assertThat(credits.get(2).share(AttributionRule.ATTRIBUTION_RULE_LINEAR))
        .isCloseTo(1.0 / 3, within(1e-12));
  }

  @Test
  void whatCameBeforeADecisionOrAfterTheWindowIsNotItsReward() {
    assertThat(Attribution.credits(List.of(100L), 99, 50)).isEmpty();
    assertThat(Attribution.credits(List.of(100L), 151, 50)).isEmpty();
    assertThat(Attribution.credits(List.of(100L), 150, 50)).hasSize(1);
    assertThat(Attribution.credits(List.of(100L), 100, 0)).hasSize(1);
    assertThatThrownBy(() -> Attribution.credits(List.of(1L), 1, -1))
        .hasMessageContaining("window: -1");
  }

  @Test
  void sharesAddUpToOneByEveryRule() {
    SplittableRandom random = new SplittableRandom(4);
    for (int round = 0; round < 500; round++) {
      List<Long> times = new ArrayList<>();
      for (int i = random.nextInt(6); i >= 0; i--) {
        times.add((long) random.nextInt(100));
      }
      List<Credit> credits = Attribution.credits(times, random.nextInt(120), random.nextInt(60));
      if (credits.isEmpty()) {
        continue;
      }
      assertThat(credits.stream().mapToDouble(Credit::lastTouch).sum()).isEqualTo(1);
      assertThat(credits.stream().mapToDouble(Credit::firstTouch).sum()).isEqualTo(1);
      assertThat(credits.stream().mapToDouble(Credit::linear).sum()).isCloseTo(1, within(1e-12));
    }
  }
}
