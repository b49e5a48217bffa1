// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RepeatPurchaseTest {
  private static final long DAY = 86_400_000;
  private static final int COFFEE = 1;
  private static final int SOFA = 2;

  /// Coffee is bought again after 28 to 32 days, sofas never.
  private static RepeatPurchase learned() {
    RepeatPurchase source = new RepeatPurchase();
    for (int person = 0; person < 50; person++) {
      long first = (1 + person) * DAY;
      long gap = (28 + person % 5) * DAY;
      source.learn(COFFEE, first, 0);
      source.learn(COFFEE, first + gap, first);
      source.learn(SOFA, first, 0);
    }
    return source;
  }

  private static Query query(long daysAgo, int... bought) {
    long now = 1_000 * DAY;
    return new Query(new int[0], now, _ -> true)
        .withPurchases(
            java.util.Arrays.stream(bought)
                .mapToObj(item -> new Query.Purchase(item, now - daysAgo * DAY))
                .toList());
  }

  @Test
  void whatIsUsedUpComesBackWhenItIsTime() {
    RepeatPurchase source = learned();
    float soon = source.score(query(2, COFFEE), new int[] {COFFEE})[0];
    float due = source.score(query(30, COFFEE), new int[] {COFFEE})[0];
    float late = source.score(query(60, COFFEE), new int[] {COFFEE})[0];
    assertThat(soon).isZero();
    assertThat(due).isGreaterThan(late);
    assertThat(late).isPositive();
  }

  @Test
  void whatNobodyBuysTwiceStaysBelowWhatPeopleComeBackTo() {
    assertThat(learned().propose(query(30, SOFA, COFFEE), 5).items()).containsExactly(COFFEE, SOFA);
    float[] scores = learned().score(query(30, SOFA, COFFEE), new int[] {SOFA, COFFEE, 9});
    assertThat(scores[1]).isGreaterThan(3 * scores[0]);
    assertThat(scores[2]).isZero();
  }

  @Test
  void withoutPurchasesOrWithoutKnowledgeThereIsNothing() {
    assertThat(learned().propose(query(30), 5).size()).isZero();
    assertThat(new RepeatPurchase().propose(query(30, COFFEE), 5).size()).isZero();
    assertThat(learned().propose(query(30, 99), 5).size()).isZero();
    assertThat(learned().propose(query(30, COFFEE).withEligible(_ -> false), 5).items()).isEmpty();
    assertThat(query(30, COFFEE).purchases())
        .isEqualTo(List.of(new Query.Purchase(COFFEE, 970 * DAY)));
  }
}
