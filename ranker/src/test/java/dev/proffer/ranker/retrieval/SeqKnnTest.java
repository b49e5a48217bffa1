// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.ranker.index.Hits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeqKnnTest {
  private static final SeqKnn.Parameters PLAIN =
      new SeqKnn.Parameters(2, 1, 0, 0.5, 0, 0.5, 10, 100);

  private static Query query(int... history) {
    return new Query(history, 0, _ -> true);
  }

  private static SeqKnn learned(SeqKnn.Parameters parameters, int[]... sequences) {
    SeqKnn model = new SeqKnn(parameters);
    for (int[] sequence : sequences) {
      Trail trail = model.newTrail();
      for (int i = 0; i < sequence.length; i++) {
        model.learn(trail, sequence[i], i);
      }
    }
    return model;
  }

  @Test
  void countsStepsForwardsWithinTheWindow() {
    SeqKnn model = learned(PLAIN, new int[] {1, 2, 3, 4});

    // c(1,2) = 1, c(1,3) = 1/2, c(1,4) is out of the window; all items occur once.
    assertThat(model.score(query(1), new int[] {1, 2, 3, 4})).containsExactly(0, 1, 0.5f, 0);
    // Nothing leads backwards.
    assertThat(model.propose(query(4), 10).size()).isZero();
    // The newest item weighs 1, the one before 0.5.
    assertThat(model.score(query(2, 1), new int[] {3, 4})).containsExactly(1.25f, 0.5f);
  }

  @Test
  void linksTheItemsOfABasketBothWaysWhateverTheirOrder() {
    SeqKnn model = new SeqKnn(PLAIN);
    Trail trail = model.newTrail();
    model.learn(trail, 1, 77);
    model.learn(trail, 2, 77);
    model.learn(trail, 3, 78);

    assertThat(model.score(query(1), new int[] {2, 3})).containsExactly(1, 1);
    assertThat(model.score(query(2), new int[] {1, 3})).containsExactly(1, 1);
  }

  @Test
  void takesRepeatsOfOneItemForOneStep() {
    SeqKnn once = learned(PLAIN, new int[] {1, 2});
    SeqKnn repeated = learned(PLAIN, new int[] {1, 1, 1, 2, 2});

    assertThat(repeated.score(query(1), new int[] {1, 2}))
        .containsExactly(once.score(query(1), new int[] {1, 2}));
  }

  @Test
  void saysWhichItemOfTheHistorySpeaksMost() {
    SeqKnn model = learned(PLAIN, new int[] {1, 2}, new int[] {5, 6});

    assertThat(model.because(query(5, 1), 2)).isEqualTo(1);
    assertThat(model.because(query(5, 1), 6)).isZero();
    assertThat(model.because(query(5, 1), 9)).isEqualTo(-1);
    assertThat(model.because(query(1_000_000), 2)).isEqualTo(-1);
  }

  @Test
  void proposesNothingForHistoriesThatNobodyHad() {
    SeqKnn model = learned(PLAIN, new int[] {1, 2});

    assertThat(model.propose(query(), 5).size()).isZero();
    assertThat(model.propose(query(999_999), 5).size()).isZero();
    assertThat(model.propose(new Query(new int[] {1}, 0, _ -> false), 5).size()).isZero();
    assertThat(model.propose(query(1), 0).size()).isZero();
  }

  @Test
  void learningOneByOneEqualsLearningAllAtOnceAndSurvivesWriting() throws Exception {
    Random random = new Random(11);
    SeqKnn.Parameters parameters = new SeqKnn.Parameters(3, 0.5, 0.5, 0.6, 5, 0.8, 20, 50);
    int[][] sequences = new int[300][];
    for (int s = 0; s < sequences.length; s++) {
      sequences[s] = random.ints(12, 0, 60).toArray();
    }
    SeqKnn all = learned(parameters, sequences);
    SeqKnn some = learned(parameters, java.util.Arrays.copyOf(sequences, 150));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    some.write(new DataOutputStream(bytes));
    SeqKnn read =
        SeqKnn.read(
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), parameters, i -> i);
    for (int s = 150; s < sequences.length; s++) {
      Trail trail = read.newTrail();
      for (int i = 0; i < sequences[s].length; i++) {
        read.learn(trail, sequences[s][i], i);
      }
    }

    int[] items = java.util.stream.IntStream.range(0, 60).toArray();
    for (int q = 0; q < 20; q++) {
      Query query = query(random.ints(5, 0, 60).distinct().toArray());
      float[] expected = all.score(query, items);
      float[] actual = read.score(query, items);
      for (int i = 0; i < items.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5f));
      }
      Hits hits = all.propose(query, 10);
      assertThat(hits.items()).doesNotHaveDuplicates();
    }
  }

  @Test
  void answersWhileItLearns() throws Exception {
    SeqKnn model = new SeqKnn(SeqKnn.Parameters.DEFAULT);
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              Random random = new Random(2);
              for (int i = 0; i < 20_000; i++) {
                Hits hits = model.propose(query(random.nextInt(500), random.nextInt(500)), 20);
                for (float score : hits.scores()) {
                  if (!(score >= 0) || Float.isInfinite(score)) {
                    throw new AssertionError("score " + score);
                  }
                }
              }
            });
    java.util.concurrent.atomic.AtomicReference<Throwable> failure =
        new java.util.concurrent.atomic.AtomicReference<>();
    reader.setUncaughtExceptionHandler((_, e) -> failure.set(e));
    Random random = new Random(1);
    Trail trail = model.newTrail();
    for (int i = 0; i < 200_000; i++) {
      model.learn(trail, random.nextInt(3_000), i);
    }
    reader.join();
    assertThat(failure.get()).isNull();
  }

  @Test
  void refusesParametersWithoutMeaning() {
    assertThatThrownBy(() -> new SeqKnn.Parameters(0, 1, 0, 0.5, 0, 0.5, 10, 100))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SeqKnn.Parameters(2, 1, 0, 1.5, 0, 0.5, 10, 100))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SeqKnn.Parameters(2, 1, 0, 0.5, Double.NaN, 0.5, 10, 100))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
