// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A person is fresh or tired. A deep discount earns 1 from a fresh person and .2 from a tired one,
/// and leaves them tired; a light one earns .6 and .1, and leaves them fresh.
class LongTermModelTest {
  private static final List<String> OPTIONS = List.of("deep", "light");
  private static final double[][] EARNED = {{1, .6}, {.2, .1}};
  private static final double PATIENCE = .9;

  @Test
  void valuesEqualThoseOfValueIteration() {
    LongTermModel model = learn(PATIENCE, 6_000);
    double[][] q = new double[2][2];
    for (int round = 0; round < 500; round++) {
      double[][] next = new double[2][2];
      for (int state = 0; state < 2; state++) {
        for (int action = 0; action < 2; action++) {
          int then = action == 0 ? 1 : 0;
          next[state][action] = EARNED[state][action] + PATIENCE * Math.max(q[then][0], q[then][1]);
        }
      }
      q = next;
    }
    for (int state = 0; state < 2; state++) {
      for (int action = 0; action < 2; action++) {
        assertThat(model.value(OPTIONS.get(action), context(state)))
            .isCloseTo(q[state][action], within(.05));
      }
    }
    assertThat(model.value("light", context(0))).isGreaterThan(model.value("deep", context(0)));
  }

  @Test
  void withoutPatienceTheDeepDiscountLooksBest() {
    LongTermModel model = learn(1e-9, 2_000);

    assertThat(model.value("deep", context(0))).isCloseTo(1, within(.02));
    assertThat(model.value("light", context(0))).isCloseTo(.6, within(.02));
  }

  @Test
  void aForgottenPersonsVisitsAreGone() {
    LongTermModel model = learn(PATIENCE, 1_000);
    int before = model.steps();
    model.forget(3);
    assertThat(model.steps()).isEqualTo(before - before / 20);
  }

  @Test
  void whoStaysAwayIsTakenForGoneAndWhoMayComeBackIsNotUsed() {
    LongTermModel model = new LongTermModel(1, PATIENCE, 1_000);
    for (int person = 0; person < 300; person++) {
      model.meet(person, "d" + person, person * 10L, new double[] {1}, "only", List.of("only"));
      model.reward("d" + person, 2);
    }
    model.refit();
    // Nobody came back: what a visit is worth is what it earned, of those who are gone for sure.
    assertThat(model.value("only", new double[] {1})).isCloseTo(2, within(.02));
    assertThat(model.knows("other")).isFalse();
  }

  private static LongTermModel learn(double patience, int visits) {
    LongTermModel model = new LongTermModel(2, patience, 1_000_000);
    SplittableRandom random = new SplittableRandom(1);
    int[] tired = new int[20];
    for (int visit = 0; visit < visits; visit++) {
      int person = visit % 20;
      int action = random.nextInt(2);
      String id = "d" + visit;
      model.meet(person, id, visit, context(tired[person]), OPTIONS.get(action), OPTIONS);
      model.reward(id, EARNED[tired[person]][action]);
      tired[person] = action == 0 ? 1 : 0;
    }
    model.refit();
    return model;
  }

  private static double[] context(int tired) {
    return new double[] {1 - tired, tired};
  }
}
