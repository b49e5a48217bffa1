// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.offpolicy.SequentialEvaluation.Visits;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequentialEvaluationTest {
  @Test
  void equalsAWorkedExample() {
    // Stretches of two visits: (2, 1 | 1, 0) and, of the other person, (.5, 1 | 2, 1).
    List<Visits> people =
        List.of(
            new Visits(new double[] {2, 1}, new double[] {1, 0}),
            new Visits(new double[] {.5, 2}, new double[] {1, 1}));
    // First visits: (2·1 + .5·1) / 2.5 = 1. Second: weights 2 and 1, (2·0 + 1·1) / 3.
    assertThat(SequentialEvaluation.evaluate(people, 2, .5, 100, 1).value().value())
        .isCloseTo(1 + .5 / 3, within(1e-9));
  }

  @Test
  void findsWhatAPolicyEarnsOverVisitsInAWorldWithMemory() {
    // Action 1 earns 1 now and nothing at the next visit; action 0 earns .6 always. The log tosses
    // a coin; the target takes action 0 with probability .9.
    SplittableRandom random = new SplittableRandom(1);
    List<Visits> people = new ArrayList<>();
    for (int p = 0; p < 2_000; p++) {
      double[] ratio = new double[6];
      double[] reward = new double[6];
      int before = 0;
      for (int v = 0; v < 6; v++) {
        int action = random.nextInt(2);
        ratio[v] = (action == 0 ? .9 : .1) / .5;
        reward[v] = before == 1 ? 0 : action == 1 ? 1 : .6;
        before = action;
      }
      people.add(new Visits(ratio, reward));
    }
    SequentialEvaluation.Result result = SequentialEvaluation.evaluate(people, 1, 1, 200, 1);
    assertThat(result.refused()).isFalse();
    double[] twoVisits = {
      SequentialEvaluation.evaluate(people, 2, 1, 200, 1).value().value(),
      SequentialEvaluation.evaluate(people, 2, 1, 200, 1).value().low(),
      SequentialEvaluation.evaluate(people, 2, 1, 200, 1).value().high()
    };
    // A stretch begins after a coin toss but for the first of six: tired with probability 5/12 or
    // so
    // of the five stretches' starts (4 of 5 come after a toss): .4.
    double fresh = .9 * .6 + .1;
    double first = .6 * fresh;
    double second = .9 * fresh;
    assertThat(first + second).isBetween(twoVisits[1] - .02, twoVisits[2] + .02);
    assertThat(twoVisits[0]).isCloseTo(first + second, within(.05));
  }

  @Test
  void aLogThatNeverDidItIsRefusedAndBadNumbersAreNamed() {
    assertThat(
            SequentialEvaluation.evaluate(
                    List.of(new Visits(new double[] {1, 1}, new double[] {1, 1})), 2, 1, 100, 1)
                .refusals())
        .singleElement()
        .asString()
        .contains("1 stretches of 2 visits");
    assertThatThrownBy(() -> new Visits(new double[] {Double.NaN}, new double[] {1}))
        .hasMessageContaining("ratio NaN");
    assertThatThrownBy(() -> new Visits(new double[] {1}, new double[0]))
        .hasMessageContaining("as many rewards");
    assertThatThrownBy(() -> SequentialEvaluation.evaluate(List.of(), 0, 1, 100, 1))
        .hasMessageContaining("horizon");
  }
}
