// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.learning.Examples;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class UpliftCurveTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static Trial trial(String treated, String outcomes) {
    Examples.Builder people = Examples.of("nothing");
    boolean[] groups = new boolean[treated.length()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = treated.charAt(i) == 't';
      people.add(outcomes.charAt(i) == '1' ? 1 : 0, new double[1]);
    }
    return new Trial(people.build(), groups);
  }

  @Test
  void figuresAreThoseComputedByHand() {
    // By falling score: treated buys, other does not, treated does not, other buys.
    UpliftCurve curve = new UpliftCurve(new double[] {4, 3, 2, 1}, trial("toto", "1001"));
    assertThat(curve.averageEffect()).isCloseTo(0, EXACT);
    // Qini after each: 1 treated outcome, nobody to compare: 0. (1 - 0 * 1/1) / 2 = .5.
    // (1 - 0 * 2/1) / 2 = .5. (1 - 1 * 2/2) / 2 = 0.
    // Area: .25 * ((0+0)/2 + (0+.5)/2 + (.5+.5)/2 + (.5+0)/2) = .25. Line of random: 0.
    assertThat(curve.qiniCoefficient()).isCloseTo(.25, EXACT);
    // Gain: 0; (1 - 0) * .5; (.5 - 0) * .75 = .375; 0.
    assertThat(curve.areaUnderUplift())
        .isCloseTo(.25 * (0 + .25 + (.5 + .375) / 2 + .375 / 2), EXACT);
    assertThat(curve.upliftAt(.5)).isCloseTo(1, EXACT);
    assertThat(curve.upliftAt(.75)).isCloseTo(.5, EXACT);
    assertThat(curve.upliftAt(1)).isCloseTo(0, EXACT);
  }

  @Test
  void theOppositeOrderLosesWhatTheBestOrderGains() {
    UpliftCurve curve = new UpliftCurve(new double[] {1, 2, 3, 4}, trial("toto", "1001"));
    // By falling score: other buys, treated does not, other does not, treated buys.
    // Qini: 0; (0 - 1 * 1/1) / 2 = -.5; (0 - 1 * 1/2) / 2 = -.25; 0.
    assertThat(curve.qiniCoefficient()).isCloseTo(.25 * (-.25 + (-.5 - .25) / 2 - .125), EXACT);
    assertThat(curve.upliftAt(.5)).isCloseTo(-1, EXACT);
  }

  @Test
  void aConstantScoreIsRandomTargeting() {
    Trial trial = trial("ttotoottoo", "1010010100");
    UpliftCurve curve = new UpliftCurve(new double[10], trial);
    assertThat(curve.qiniCoefficient()).isCloseTo(0, EXACT);
    assertThat(curve.areaUnderUplift()).isCloseTo(curve.averageEffect() / 2, EXACT);
    assertThat(curve.upliftAt(.3)).isCloseTo(curve.averageEffect(), EXACT);
  }

  @Test
  void noFigureDependsOnTheOrderOfPeopleWithEqualScores() {
    Random random = new Random(1);
    int n = 200;
    double[] scores = new double[n];
    StringBuilder groups = new StringBuilder();
    StringBuilder outcomes = new StringBuilder();
    for (int i = 0; i < n; i++) {
      scores[i] = random.nextInt(7);
      groups.append(random.nextBoolean() ? 't' : 'o');
      outcomes.append(random.nextInt(3) == 0 ? '1' : '0');
    }
    Trial trial = trial(groups.toString(), outcomes.toString());
    int[] reversed = new int[n];
    double[] reversedScores = new double[n];
    for (int i = 0; i < n; i++) {
      reversed[i] = n - 1 - i;
      reversedScores[i] = scores[n - 1 - i];
    }
    UpliftCurve one = new UpliftCurve(scores, trial);
    UpliftCurve other = new UpliftCurve(reversedScores, trial.at(reversed));
    assertThat(other.qiniCoefficient()).isCloseTo(one.qiniCoefficient(), EXACT);
    assertThat(other.areaUnderUplift()).isCloseTo(one.areaUnderUplift(), EXACT);
    assertThat(other.upliftAt(.37)).isCloseTo(one.upliftAt(.37), EXACT);
  }

  @Test
  void aTrialWithoutOneOfTheGroupsIsRefused() {
    assertThatThrownBy(() -> new UpliftCurve(new double[2], trial("tt", "10")))
        .hasMessageContaining("both have people");
    assertThatThrownBy(() -> new UpliftCurve(new double[3], trial("to", "10")))
        .hasMessageContaining("one a person");
    assertThatThrownBy(() -> new UpliftCurve(new double[2], trial("to", "10")).upliftAt(0))
        .hasMessageContaining("above 0");
  }
}
