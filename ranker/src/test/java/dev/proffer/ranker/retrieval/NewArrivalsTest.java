// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.ranker.index.Hits;
import org.junit.jupiter.api.Test;

final class NewArrivalsTest {
  private static final long DAY = 86_400_000;
  private static final long NOW = 1_000 * DAY;

  private static final class Taste implements CandidateSource {
    @Override
    public String name() {
      return "taste";
    }

    @Override
    public Hits propose(Query query, int max) {
      return Hits.NONE;
    }

    @Override
    public float[] score(Query query, int[] items) {
      float[] scores = new float[items.length];
      for (int i = 0; i < items.length; i++) {
        scores[i] = query.history().length > 0 && items[i] == 3 ? 2 : 0;
      }
      return scores;
    }
  }

  private static NewArrivals arrivals(long... daysAgo) {
    return new NewArrivals(
        new NewArrivals.Arrivals() {
          @Override
          public int capacity() {
            return daysAgo.length;
          }

          @Override
          public long arrivedMillis(int item) {
            return daysAgo[item] == Long.MAX_VALUE ? 0 : NOW - daysAgo[item] * DAY;
          }
        },
        7.0 * DAY,
        30 * DAY,
        new Taste());
  }

  private static Query query(int... history) {
    return new Query(history, NOW, _ -> true);
  }

  @Test
  void theNewestComeFirstAndTheOldNotAtAll() {
    NewArrivals source = arrivals(10, 1, 31, 10, Long.MAX_VALUE, -1);
    assertThat(source.propose(query(), 10).items()).containsExactly(1, 0, 3);
    assertThat(source.score(query(), new int[] {2, 4, 5, 77})).containsExactly(0, 0, 0, 0);
  }

  @Test
  void amongThoseOfOneAgeWhatIsLikeTheHistoryComesFirst() {
    assertThat(arrivals(10, 1, 31, 10).propose(query(8), 10).items()).containsExactly(1, 3, 0);
    assertThat(arrivals(2, 1, 31, 2).propose(query(8), 1).items()).containsExactly(3);
  }

  @Test
  void itHalvesInItsTimeAndKeepsToWhatIsEligible() {
    float[] scores = arrivals(0, 7).score(query(), new int[] {0, 1});
    assertThat(scores[0] / scores[1]).isEqualTo(2);
    assertThat(arrivals(0, 7).propose(query().withEligible(i -> i == 1), 5).items())
        .containsExactly(1);
  }
}
