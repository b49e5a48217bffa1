// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotExplorationTest {
  @Test
  void propensitiesAreTheProbabilitiesOfTheChoices() {
    for (double epsilon : new double[] {0, 0.1, 0.5, 1}) {
      SlotExploration exploration = new SlotExploration(epsilon);
      for (int pool : new int[] {1, 2, 7}) {
        double sum = 0;
        for (int i = 0; i < pool; i++) {
          sum += exploration.propensity(i, pool);
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        int draws = 40_000;
        int[] times = new int[pool];
        Random random = new Random(pool);
        for (int d = 0; d < draws; d++) {
          SlotExploration.Choice choice = exploration.choose(pool, random);
          assertThat(choice.propensity()).isEqualTo(exploration.propensity(choice.index(), pool));
          times[choice.index()]++;
        }
        for (int i = 0; i < pool; i++) {
          assertThat((double) times[i] / draws)
              .isCloseTo(exploration.propensity(i, pool), within(0.015));
        }
      }
    }
  }

  @Test
  void refusesWhatIsNoProbability() {
    assertThatThrownBy(() -> new SlotExploration(1.1)).hasMessageContaining("from 0 to 1");
    assertThatThrownBy(() -> new SlotExploration(Double.NaN)).hasMessageContaining("from 0 to 1");
    assertThatThrownBy(() -> new SlotExploration(0.1).choose(0, new Random()))
        .hasMessageContaining("poolSize");
  }
}
