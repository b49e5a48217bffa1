// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.SelfAttention.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SelfAttentionTrainerTest {
  private static final int ITEMS = 40;
  private static final int EPOCHS_MAX = 150;
  private static final Shape SHAPE = new Shape(ITEMS, 16, 2, 2, 32, 12);

  /// The next item depends on the last two: `a, b → a + b`, so that counting pairs is not enough.
  private static int[][] sums(int count, long seed) {
    Random random = new Random(seed);
    int[][] sequences = new int[count][];
    for (int s = 0; s < count; s++) {
      int[] sequence = new int[3 + random.nextInt(15)];
      sequence[0] = random.nextInt(5);
      sequence[1] = random.nextInt(5);
      for (int i = 2; i < sequence.length; i++) {
        sequence[i] = (sequence[i - 1] + sequence[i - 2]) % ITEMS;
      }
      sequences[s] = sequence;
    }
    return sequences;
  }

  private static SelfAttentionTrainer.Parameters parameters(int negatives) {
    return new SelfAttentionTrainer.Parameters(5e-3, 192, 0.1, negatives, 7);
  }

  @Test
  void theForwardPassGivesWhatTheEngineGives() {
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(SHAPE, parameters(ITEMS), 1, null)) {
      trainer.epoch(sums(60, 1));
      SelfAttention model = trainer.model();
      for (int[] history : new int[][] {{3}, {5, 2, 3}, {9, 9, 1, 0, 39, 7, 2, 3, 4, 5, 6, 7}}) {
        float[] engine = trainer.engineState(history);
        float[] own = model.state(history);
        assertThat(own).hasSameSizeAs(engine);
        for (int c = 0; c < own.length; c++) {
          assertThat(own[c]).isCloseTo(engine[c], within(1e-4f));
        }
      }
    }
  }

  @Test
  void itLearnsWhatDependsOnMoreThanTheLastItem() {
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(SHAPE, parameters(ITEMS), 1, null)) {
      double first = trainer.epoch(sums(200, 1));
      double last = first;
      double found = 0;
      while (found <= 0.8 && trainer.epochs() < EPOCHS_MAX) {
        last = trainer.epoch(sums(200, 1));
        found = trainer.epochs() % 15 == 0 ? foundFirst(trainer.model()) : found;
      }
      assertThat(last).isLessThan(first / 2);
      assertThat(found).isGreaterThan(0.8);
    }
  }

  /// The share of questions whose answer is the best item.
  private static double foundFirst(SelfAttention model) {
    int[][] asked = sums(50, 2);
    int found = 0;
    for (int[] sequence : asked) {
      int[] history = new int[] {sequence[1], sequence[0]};
      Hits hits = model.propose(new Query(history, 0, _ -> true), 1);
      found += hits.items()[0] == sequence[2] ? 1 : 0;
    }
    return (double) found / asked.length;
  }

  /// It teaches more slowly, and how slowly depends on the order in which threads add up.
  @Test
  void aSampleOfTheCatalogueTeachesTheSame() {
    try (SelfAttentionTrainer trainer = new SelfAttentionTrainer(SHAPE, parameters(8), 1, null)) {
      double found = 0;
      while (found <= 0.3 && trainer.epochs() < 4 * EPOCHS_MAX) {
        trainer.epoch(sums(200, 1));
        found = trainer.epochs() % 15 == 0 ? foundFirst(trainer.model()) : found;
      }
      assertThat(found).isGreaterThan(0.3);
    }
  }

  @Test
  void goingOnFromACheckpointIsAsIfNothingHadStoppedIt() {
    SelfAttentionTrainer.Checkpoint half;
    float[] whole;
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(SHAPE, parameters(ITEMS), 1, null)) {
      trainer.epoch(sums(60, 1));
      half = trainer.checkpoint();
      trainer.epoch(sums(60, 1));
      whole = trainer.model().tensor("items");
    }
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(SHAPE, parameters(ITEMS), 1, half)) {
      trainer.epoch(sums(60, 1));
      assertThat(trainer.epochs()).isEqualTo(2);
      assertThat(trainer.model().tensor("items")).containsExactly(whole, within(1e-6f));
    }
  }

  @Test
  void aModelComesBackFromItsBytes() throws IOException {
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(SHAPE, parameters(ITEMS), 1, null)) {
      SelfAttention model = trainer.model();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      model.write(new DataOutputStream(bytes));
      SelfAttention read =
          SelfAttention.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
      assertThat(read.state(new int[] {1, 2})).containsExactly(model.state(new int[] {1, 2}));
      byte[] broken = bytes.toByteArray();
      broken[3] = 0;
      assertThatThrownBy(
              () -> SelfAttention.read(new DataInputStream(new ByteArrayInputStream(broken))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not a sequence model");
    }
  }

  @Test
  void strangersAndUnknownItemsGetNothing() {
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(SHAPE, parameters(ITEMS), 1, null)) {
      trainer.epoch(new int[][] {{1}, {}});
      SelfAttention model = trainer.model();
      assertThat(model.propose(new Query(new int[0], 0, _ -> true), 5).size()).isZero();
      assertThat(model.propose(new Query(new int[] {ITEMS + 3}, 0, _ -> true), 5).size()).isZero();
      assertThat(model.score(new Query(new int[] {1}, 0, _ -> true), new int[] {ITEMS}))
          .containsExactly(0);
    }
  }
}
