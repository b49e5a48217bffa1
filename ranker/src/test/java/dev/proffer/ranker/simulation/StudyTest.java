// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.ranker.offpolicy.Estimator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StudyTest {
  private static World.Options options(int people, int days, long budget, long seed) {
    return new World.Options(people, days, 30, 6, budget, 1, seed);
  }

  @Test
  void theSameSeedIsTheSameWorldAndPeopleComeWhateverThePolicy() {
    List<String> offers = new World(options(60, 30, 1_000_000, 3)).shop().offerIds();
    World.Outcome one =
        Study.live(options(60, 30, 1_000_000, 3), Contender.named("linear-thompson", offers));
    World.Outcome again =
        Study.live(options(60, 30, 1_000_000, 3), Contender.named("linear-thompson", offers));
    World.Outcome other =
        Study.live(options(60, 30, 1_000_000, 4), Contender.named("linear-thompson", offers));

    assertThat(again.profitMinorUnits()).isEqualTo(one.profitMinorUnits());
    assertThat(again.visits()).isEqualTo(one.visits());
    assertThat(other.profitMinorUnits()).isNotEqualTo(one.profitMinorUnits());
    assertThat(one.purchases()).isBetween(20L, one.visits());
    assertThatThrownBy(() -> Contender.named("best", offers)).hasMessageContaining("'best'");
  }

  @Test
  void aBudgetIsSpentButNeverOverspent() {
    List<String> offers = new World(options(100, 60, 50_000, 1)).shop().offerIds();
    World.Outcome outcome =
        Study.live(options(100, 60, 50_000, 1), Contender.named("always twenty-percent", offers));

    assertThat(outcome.overspentMinorUnits()).isZero();
    assertThat(outcome.refused()).isPositive();
    assertThat(outcome.discountMinorUnits()).isBetween(45_000L, 50_000L);
  }

  @Test
  void personalOffersEarnMoreThanChanceAndLookingAheadMoreThanClicks() {
    Study study = Study.run(options(250, 90, 100_000_000, 1), 4);
    int personal = study.bestPersonal();
    int uniform = study.all(Contender.Family.RANDOM).getFirst();
    int clicks = study.all(Contender.Family.CLICKS).getFirst();
    int longTerm = study.all(Contender.Family.LONG_TERM).getFirst();

    assertThat(study.margin(personal, List.of(uniform), "uniform").isCertain()).isTrue();
    assertThat(study.margin(longTerm, List.of(clicks), "clicks").isCertain()).isTrue();
    assertThat(study.overspentMinorUnits()).isZero();
    // Regret of what learns grows more slowly than that of chance.
    assertThat(Study.exponent(study.regret(personal)))
        .isLessThan(Study.exponent(study.regret(uniform)) - .05);
    String page = StudyPage.html(study, Map.of());
    assertThat(page)
        .contains("<svg", "linear-thompson", "best single offer of each world", "</html>")
        .doesNotContain("http://")
        .doesNotContain("NaN");
  }

  @Test
  void theMarginOfOneWorldOverItselfIsNothing() {
    Study study = Study.run(options(40, 20, 1_000_000, 1), 2);
    Study.Margin margin = study.margin(0, List.of(0), "itself");
    assertThat(margin.mean()).isZero();
    assertThat(margin.isCertain()).isFalse();
    assertThatThrownBy(() -> Study.run(options(40, 20, 1, 1), 0)).hasMessageContaining("seeds: 0");
    assertThatThrownBy(() -> new World.Options(10, 10, 30, 6, 1, Double.NaN, 1))
        .hasMessageContaining("memory: NaN");
  }

  @Test
  void intervalsFromLogsCoverTheTruthThatOnlyTheWorldKnows() {
    Map<Estimator, EstimatorStudy.Row> rows =
        EstimatorStudy.coverage(options(150, 45, 100_000_000, 1), 16, 200);
    for (Estimator estimator : List.of(Estimator.IPS, Estimator.SNIPS, Estimator.DR)) {
      assertThat(rows.get(estimator).coverage()).as(estimator.name()).isGreaterThanOrEqualTo(.75);
      assertThat(rows.get(estimator).relativeError()).as(estimator.name()).isLessThan(.25);
    }
    assertThat(rows.get(Estimator.DM).coverage()).isNaN();
  }

  @Test
  void aLogTellsThatLookingAheadEarnsMoreThanClicks() {
    EstimatorStudy.LongRun longRun =
        EstimatorStudy.longRun(options(600, 90, 100_000_000, 2), 2, .9, 200);
    assertThat(longRun.longTermLow()).isGreaterThan(longRun.clicks());
    assertThat(longRun.effective()).isGreaterThan(100);
    assertThat(longRun.horizon()).isEqualTo(2);
  }
}
