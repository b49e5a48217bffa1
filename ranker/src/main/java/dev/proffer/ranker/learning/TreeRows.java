// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Scores many rows of 32-bit numbers at once, equal to [TreeModel#raw] on the same numbers and
/// several times faster.
///
/// No tree is walked (QuickScorer, Lucchese et al. 2015): a row keeps a word for each tree, with a
/// bit for each leaf, and a node whose threshold is below the row's number strikes out the leaves
/// on its left. The lowest bit that is left is the leaf. The nodes of a column are sorted by
/// threshold, so those that strike nothing are never looked at, and a vector holds the words of as
/// many rows as it has lanes (Lucchese et al. 2016).
///
/// Numbers are mapped to whole numbers of the same order. A missing value is the lowest or the
/// highest number, whichever turns to where the node sends missing values, so a column has up to
/// three such images. Models that a word does not hold, with more leaves in a tree or with
/// categories, are scored row by row.
///
/// Immutable, and safe for use by many threads.
public final class TreeRows {
  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int MISSING_LOW = 0;
  private static final int MISSING_HIGH = 1;
  private static final int MISSING_ZERO = 2;

  private final TreeModel model;
  private final boolean rowByRow;
  // Of each image: the column, what a missing value becomes, and where its tests begin.
  private final int[] imageColumns;
  private final int[] imageMissing;
  private final int[] firstTests;
  // Of each test: its threshold, where the words of its tree begin, and the leaves that stay when
  // the number is above the threshold.
  private final int[] thresholds;
  private final int[] words;
  private final int[] staying;
  // Leaves from left to right, tree after tree.
  private final int[] firstLeaves;
  private final double[] values;

  private record Test(int image, int threshold, int tree, int staying) {}

  public TreeRows(TreeModel model) {
    this.model = model;
    this.firstLeaves = new int[model.trees()];
    Layout layout = new Layout(model);
    for (int tree = 0; tree < firstLeaves.length; tree++) {
      firstLeaves[tree] = layout.leaves.size();
      layout.add(tree, model.root(tree));
    }
    this.rowByRow = layout.unusual;
    this.values = layout.leaves.stream().mapToDouble(Double::doubleValue).toArray();
    this.imageColumns = new int[layout.images.size()];
    this.imageMissing = new int[layout.images.size()];
    layout.images.forEach((key, image) -> {
      imageColumns[image] = (int) (key >> 2);
      imageMissing[image] = (int) (key & 3);
    });
    List<Test> tests = layout.tests;
    tests.sort(Comparator.comparingInt(Test::image).thenComparingInt(Test::threshold));
    this.thresholds = tests.stream().mapToInt(Test::threshold).toArray();
    this.words = tests.stream().mapToInt(test -> test.tree() * LANES).toArray();
    this.staying = tests.stream().mapToInt(Test::staying).toArray();
    this.firstTests = new int[imageColumns.length + 1];
    tests.forEach(test -> firstTests[test.image() + 1]++);
    Arrays.parallelPrefix(firstTests, Integer::sum);
  }

  /// Turns trees into tests, and numbers their leaves from left to right.
  private static final class Layout {
    private final TreeModel model;
    private final List<Test> tests = new ArrayList<>();
    private final List<Double> leaves = new ArrayList<>();
    private final Map<Long, Integer> images = new HashMap<>();
    private boolean unusual;

    Layout(TreeModel model) {
      this.model = model;
    }

    void add(int tree, int root) {
      int first = leaves.size();
      below(tree, first, root);
      unusual |= leaves.size() - first > Integer.SIZE;
    }

    private void below(int tree, int first, int node) {
      if (node < 0) {
        leaves.add(model.valueOfLeaf(~node));
        return;
      }
      TreeModel.Missing missing = model.missingAt(node);
      unusual |= model.isCategorical(node) || missing == TreeModel.Missing.ZERO_IS_MISSING;
      int becomes =
          switch (missing) {
            case LEFT -> MISSING_LOW;
            case RIGHT -> MISSING_HIGH;
            case AS_ZERO, ZERO_IS_MISSING -> MISSING_ZERO;
          };
      int image =
          images.computeIfAbsent((long) model.featureOf(node) << 2 | becomes, _ -> images.size());
      int from = leaves.size() - first;
      below(tree, first, model.leftOf(node));
      int to = leaves.size() - first;
      tests.add(new Test(image, ordered(atMost(model.thresholdOf(node))), tree, ~bits(from, to)));
      below(tree, first, model.rightOf(node));
    }

    /// A word with some bits in a row set, which is nothing to anybody when the tree does not fit.
    private static int bits(int from, int to) {
      return (int) ((1L << Math.min(to, Integer.SIZE)) - (1L << Math.min(from, Integer.SIZE)));
    }
  }

  /// The highest 32-bit number that is not above a threshold: a row is at most the one exactly when
  /// it is at most the other.
  private static float atMost(double threshold) {
    float near = (float) threshold;
    return near > threshold ? Math.nextDown(near) : near;
  }

  /// A whole number of the same order.
  private static int ordered(float value) {
    // Minus zero is zero.
    int bits = Float.floatToRawIntBits(value + 0f);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /// Columns that a row must have at least.
  public int features() {
    return model.features();
  }

  /// The raw score of each row.
  ///
  /// @param matrix rows one after the other
  /// @param columns of a row
  public void score(float[] matrix, int rows, int columns, double[] into) {
    if (columns < model.features() || matrix.length < rows * columns || into.length < rows) {
      throw new IllegalArgumentException(
          "matrix: "
              + rows
              + " rows of "
              + columns
              + " columns in "
              + matrix.length
              + " numbers (expected: "
              + model.features()
              + " columns or more, and a place for each score)");
    }
    if (rowByRow) {
      double[] row = new double[columns];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          row[c] = matrix[r * columns + c];
        }
        into[r] = model.raw(row);
      }
      return;
    }
    int[] images = new int[LANES];
    int[] left = new int[firstLeaves.length * LANES];
    double[] sums = new double[LANES];
    for (int from = 0; from < rows; from += LANES) {
      int count = Math.min(LANES, rows - from);
      Arrays.fill(left, -1);
      Arrays.fill(images, Integer.MIN_VALUE);
      for (int image = 0; image < imageColumns.length; image++) {
        image(image, matrix, from, count, columns, images);
        strike(image, images, left);
      }
      sum(left, sums);
      System.arraycopy(sums, 0, into, from, count);
    }
  }

  /// The numbers that some rows have in the column of an image.
  private void image(int image, float[] matrix, int from, int count, int columns, int[] into) {
    int missing =
        switch (imageMissing[image]) {
          case MISSING_LOW -> Integer.MIN_VALUE;
          case MISSING_HIGH -> Integer.MAX_VALUE;
          default -> 0;
        };
    int at = from * columns + imageColumns[image];
    for (int r = 0; r < count; r++) {
      float value = matrix[at + r * columns];
      into[r] = Float.isNaN(value) ? missing : ordered(value);
    }
  }

  /// Strikes out the leaves that the tests of an image rule out.
  private void strike(int image, int[] images, int[] left) {
    IntVector numbers = IntVector.fromArray(SPECIES, images, 0);
    int highest = numbers.reduceLanes(VectorOperators.MAX);
    int end = firstTests[image + 1];
    for (int test = firstTests[image]; test < end && thresholds[test] < highest; test++) {
      IntVector.fromArray(SPECIES, left, words[test])
          .lanewise(
              VectorOperators.AND,
              staying[test],
              numbers.compare(VectorOperators.GT, thresholds[test]))
          .intoArray(left, words[test]);
    }
  }

  /// Adds up the leaves that each row came to.
  private void sum(int[] left, double[] sums) {
    Arrays.fill(sums, 0);
    for (int tree = 0; tree < firstLeaves.length; tree++) {
      int first = firstLeaves[tree];
      int word = tree * LANES;
      for (int lane = 0; lane < LANES; lane++) {
        sums[lane] += values[first + Integer.numberOfTrailingZeros(left[word + lane])];
      }
    }
    if (model.isAverage() && firstLeaves.length > 0) {
      for (int lane = 0; lane < LANES; lane++) {
        sums[lane] /= firstLeaves.length;
      }
    }
  }
}
