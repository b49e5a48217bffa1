// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.ranker.index.Hits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is odd about a request or about what there was to learn from is no trouble for any source.
final class OddQueriesTest {
  private static Query query(int... history) {
    return new Query(history, 0, _ -> true);
  }

  private static SelfAttention attention(int items) {
    SelfAttention.Shape shape = new SelfAttention.Shape(items, 4, 1, 1, 4, 5);
    Map<String, float[]> tensors = new HashMap<>();
    shape
        .lengths()
        .forEach((name, length) -> {
          float[] values = new float[length];
          Arrays.fill(values, 0.1f);
          tensors.put(name, values);
        });
    return new SelfAttention(shape, tensors);
  }

  private static List<CandidateSource> sources(int[][] people, int items) {
    SeqKnn seqKnn = new SeqKnn(SeqKnn.Parameters.DEFAULT);
    Popularity popularity = new Popularity(1);
    for (int[] own : people) {
      Trail trail = seqKnn.newTrail();
      for (int i = 0; i < own.length; i++) {
        seqKnn.learn(trail, own[i], i);
        popularity.learn(own[i], 0, 1);
      }
    }
    return List.of(
        seqKnn,
        popularity,
        new TrendingNext(seqKnn, popularity),
        new ItemKnn(people, items, ItemKnn.Parameters.DEFAULT, 2),
        new SessionKnn(people, items, SessionKnn.Parameters.DEFAULT),
        ImplicitFactors.train(people, items, ImplicitFactors.Parameters.DEFAULT, 2),
        new Spectral(Spectral.Basis.of(people, items, 8, 1, 2), Spectral.Parameters.DEFAULT),
        ItemRegression.train(people, items, new ItemRegression.Parameters(10, 1), 2),
        attention(items));
  }

  @Test
  void noneAndMoreThanAllCanBeAskedFor() {
    int[][] people = {{0, 1, 2}, {1, 2, 3}, {0, 3}};
    for (CandidateSource source : sources(people, 4)) {
      assertThat(source.propose(query(0, 1), 0).size()).as(source.name()).isZero();
      Hits all = source.propose(query(0, 1), 1_000);
      assertThat(all.items()).as(source.name()).doesNotHaveDuplicates().hasSizeLessThan(5);
      for (float score : all.scores()) {
        assertThat(score).as(source.name()).isPositive().isFinite();
      }
    }
  }

  @Test
  void aCatalogueOfOneItemAndEmptyHistoriesTeachLittleAndBreakNothing() {
    for (CandidateSource source : sources(new int[][] {{0}, {0}, {}, {0}}, 1)) {
      assertThat(source.propose(query(0), 10).size()).as(source.name()).isLessThanOrEqualTo(1);
      for (float score : source.score(query(0), new int[] {0, 7})) {
        assertThat(score).as(source.name()).isFinite();
      }
    }
    for (CandidateSource source : sources(new int[][] {{}, {}}, 3)) {
      for (float score : source.propose(query(1, 2), 10).scores()) {
        assertThat(score).as(source.name()).isFinite();
      }
    }
  }

  @Test
  void strangersAndItemsThatNobodyKnowsAreAnsweredWithWhatIsKnownWithoutThem() {
    int[][] people = {{0, 1, 2}, {1, 2, 3}, {0, 3}};
    for (CandidateSource source : sources(people, 4)) {
      Hits stranger = source.propose(query(), 10);
      Hits unknown = source.propose(query(99, Integer.MAX_VALUE), 10);
      assertThat(unknown.items()).as(source.name()).containsExactly(stranger.items());
      if (!source.name().equals(Popularity.NAME) && !source.name().equals(TrendingNext.NAME)) {
        assertThat(stranger.size()).as(source.name()).isZero();
      }
      assertThat(source.propose(new Query(new int[] {0}, 0, _ -> false), 10).size())
          .as(source.name())
          .isZero();
    }
  }
}
