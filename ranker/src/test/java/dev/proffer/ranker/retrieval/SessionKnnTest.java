// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class SessionKnnTest {
  private static Query query(int... history) {
    return new Query(history, 0, _ -> true);
  }

  private static final SessionKnn.Parameters PLAIN =
      new SessionKnn.Parameters(10, 100, 0.5, 20, 0, 1, 0);

  @Test
  void proposesWhatTheMostLikePeopleHad() {
    SessionKnn model =
        new SessionKnn(
            new int[][] {{0, 1, 2}, {0, 1, 3}, {5, 6}}, 7, SessionKnn.Parameters.UNORDERED);
    assertThat(model.propose(new Query(new int[] {0, 1}, 0, i -> i > 1), 5).items())
        .containsExactlyInAnyOrder(2, 3);
    assertThat(model.propose(query(), 5).size()).isZero();
    assertThat(model.propose(query(4), 5).size()).isZero();
    assertThat(model.propose(query(99), 5).size()).isZero();
  }

  @Test
  void withNearnessWhatStandsNextToTheSharedItemComesFirst() {
    int[][] sequences = {{1, 9, 9, 9, 2, 0, 3}};
    float[] plain = new SessionKnn(sequences, 10, PLAIN).score(query(0), new int[] {1, 2, 3});
    assertThat(plain[0]).isEqualTo(plain[1]).isEqualTo(plain[2]);
    float[] near =
        new SessionKnn(sequences, 10, PLAIN.withNearness(0.5)).score(query(0), new int[] {1, 2, 3});
    assertThat(near[1]).isEqualTo(near[2]).isGreaterThan(near[0]);
    assertThat(near[1] / near[0]).isEqualTo(16);
  }

  @Test
  void withAHalfLifeNewerSequencesCountForMore() {
    int[][] sequences = {{0, 1}, {0, 2}};
    float[] scores =
        new SessionKnn(sequences, 3, PLAIN.withHalfLife(0.5)).score(query(0), new int[] {1, 2});
    assertThat(scores[1] / scores[0]).isEqualTo(2);
  }

  @Test
  void refusesParametersThatMeanNothing() {
    assertThatThrownBy(() -> PLAIN.withNearness(0)).hasMessageContaining("nearness");
    assertThatThrownBy(() -> PLAIN.withNeighbours(0, 1)).hasMessageContaining("neighbours");
    assertThatThrownBy(() -> PLAIN.withHalfLife(-1)).hasMessageContaining("halfLife");
  }
}
