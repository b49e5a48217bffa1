// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.learning.TreeOptions.Objective;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeRowsTest {
  private static final TreeOptions SMALL =
      TreeOptions.BOOSTING.withRounds(80).withLeaves(31).withThreads(1);

  /// Missing values where they tell something, in a column that has none in training, and none.
  private static Examples table(int seed, int rows, boolean missingInTraining) {
    Random random = new Random(seed);
    Examples.Builder builder = Examples.of("a", "b", "c");
    for (int i = 0; i < rows; i++) {
      double a =
          missingInTraining && random.nextInt(5) == 0 ? Double.NaN : (float) random.nextGaussian();
      double b = random.nextInt(4);
      double c = random.nextInt(50) == 0 ? Double.NEGATIVE_INFINITY : (float) random.nextGaussian();
      double log = (Double.isNaN(a) ? 1 : a) + (b == 2 ? 1 : 0) - Math.max(-3, c);
      builder.add(random.nextDouble() < 1 / (1 + Math.exp(-log)) ? 1 : 0, new double[] {a, b, c});
    }
    return builder.build();
  }

  private static float[] floats(Examples examples) {
    float[] matrix = new float[examples.rows() * examples.columns()];
    for (int r = 0; r < examples.rows(); r++) {
      for (int c = 0; c < examples.columns(); c++) {
        matrix[r * examples.columns() + c] = (float) examples.value(r, c);
      }
    }
    return matrix;
  }

  private static void assertEqual(TreeModel model, Examples fresh) {
    float[] matrix = floats(fresh);
    double[] scores = new double[fresh.rows()];
    new TreeRows(model).score(matrix, fresh.rows(), fresh.columns(), scores);
    double[] row = new double[fresh.columns()];
    for (int r = 0; r < fresh.rows(); r++) {
      for (int c = 0; c < row.length; c++) {
        row[c] = matrix[r * row.length + c];
      }
      assertThat(scores[r]).isEqualTo(model.raw(row), within(1e-12));
    }
  }

  @Test
  void manyRowsAtOnceScoreAsEachAlone() {
    TreeModel model = TreeTrainer.train(table(1, 4_000, true), SMALL);
    for (int rows : new int[] {1, 7, 8, 9, 64, 65, 333}) {
      assertEqual(model, table(rows, rows, true));
    }
  }

  @Test
  void missingValuesThatTrainingNeverSawCountAsZero() {
    TreeModel model = TreeTrainer.train(table(1, 4_000, false), SMALL);
    assertEqual(model, table(2, 500, true));
  }

  @Test
  void aModelWithCategoriesIsScoredRowByRow() {
    Examples train = TreeModelTest.examples(1, 3_000, Objective.PROBABILITY);
    assertEqual(
        TreeTrainer.train(train, SMALL), TreeModelTest.examples(2, 300, Objective.PROBABILITY));
  }

  @Test
  void aForestIsAMean() {
    TreeModel model =
        TreeTrainer.train(table(1, 3_000, true), TreeOptions.FOREST.withRounds(20).withThreads(1));
    assertEqual(model, table(2, 300, true));
  }

  @Test
  void refusesRowsThatAreTooShort() {
    TreeModel model = TreeTrainer.train(table(1, 1_000, true), SMALL.withRounds(3));
    assertThatThrownBy(() -> new TreeRows(model).score(new float[4], 2, 2, new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 rows of 2 columns");
  }

  private record Shown(RankedLists lists, double[] relevance) {}

  /// Lists in which people click what they like, but mostly where they look: at the top. What was
  /// shown on top was chosen by `bias`, which people do not care about.
  private static Shown shown(int seed, int lists, boolean withPositions) {
    Random random = new Random(seed);
    Examples.Builder builder = Examples.of("liked", "bias");
    int size = 10;
    int[] sizes = new int[lists];
    int[] positions = new int[lists * size];
    double[] relevance = new double[lists * size];
    for (int list = 0; list < lists; list++) {
      sizes[list] = size;
      double[][] rows = new double[size][];
      for (int i = 0; i < size; i++) {
        rows[i] = new double[] {(float) random.nextGaussian(), (float) random.nextGaussian()};
      }
      java.util.Arrays.sort(rows, (x, y) -> Double.compare(y[1], x[1]));
      for (int i = 0; i < size; i++) {
        int at = list * size + i;
        positions[at] = i + 1;
        relevance[at] = rows[i][0];
        double seen = 1.0 / (i + 1);
        boolean clicked = random.nextDouble() < seen / (1 + Math.exp(-2 * rows[i][0]));
        builder.add(clicked ? 1 : 0, rows[i]);
      }
    }
    return new Shown(
        new RankedLists(builder.build(), sizes, withPositions ? positions : null), relevance);
  }

  @Test
  void anOrderIsLearntAndScoredAsTheLibraryDoes() throws Exception {
    TreeOptions options = SMALL.withObjective(Objective.ORDER);
    TreeModel model = TreeTrainer.trainOrder(shown(1, 400, false).lists(), null, options);
    Examples fresh = shown(2, 100, false).lists().examples();
    assertThat(model.predict(fresh))
        .containsExactly(TreeModelTest.library(model, fresh), within(1e-6));
    assertEqual(model, fresh);
  }

  @Test
  void positionsTakeTheBlameForWhatWasOnlyShownOnTop() {
    TreeOptions options = SMALL.withObjective(Objective.ORDER).withRounds(60);
    TreeModel naive = TreeTrainer.trainOrder(shown(1, 3_000, false).lists(), null, options);
    TreeModel debiased = TreeTrainer.trainOrder(shown(1, 3_000, true).lists(), null, options);
    Shown fresh = shown(2, 500, false);
    double[] truth = new double[fresh.relevance().length];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = fresh.relevance()[i] > 0 ? 1 : 0;
    }
    double with = ClassifierMetrics.auc(debiased.predict(fresh.lists().examples()), truth);
    double without = ClassifierMetrics.auc(naive.predict(fresh.lists().examples()), truth);
    assertThat(with).isGreaterThan(without + 0.02).isGreaterThan(0.9);
  }

  @Test
  void refusesListsThatDoNotCoverTheTableAndGradesThatAreNone() {
    Examples two = Examples.of("a").add(0, new double[] {1}).add(1.5, new double[] {2}).build();
    assertThatThrownBy(() -> new RankedLists(two, new int[] {1}, null))
        .hasMessageContaining("sizes: 1 rows (expected: those of the table = 2)");
    assertThatThrownBy(() ->
            TreeTrainer.trainOrder(
                new RankedLists(two, new int[] {2}, null),
                null,
                SMALL.withObjective(Objective.ORDER)))
        .hasMessageContaining("label of row 1: 1.5 (expected: a whole number");
  }
}
