// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Scores many rows of 32-bit numbers at once, equal to [TreeModel#raw] on the same numbers and
/// several times faster.
///
/// A walk through one tree waits for each load and guesses each turn. Here eight rows walk through
/// a tree side by side, always as many steps as the tree is deep, and a turn is arithmetic: numbers
/// are mapped to whole numbers of the same order, a node compares with one subtraction, and leaves
/// lead to themselves. A missing value is the lowest or the highest number, whichever turns to
/// where the node sends missing values, so a column has up to three such images. Rows are taken 64
/// at a time, so that their images stay in the nearest cache while the trees go by.
///
/// Immutable, and safe for use by many threads.
public final class TreeRows {
  private static final int LANES = 8;
  private static final int ROWS = 64;
  private static final int MISSING_LOW = 0;
  private static final int MISSING_HIGH = 1;
  private static final int MISSING_ZERO = 2;

  private final TreeModel model;
  private final boolean general;
  // Of each image: the column, and what a missing value becomes.
  private final int[] imageColumns;
  private final int[] imageMissing;
  // Of each node: the threshold in the upper half, the image in the lower.
  private final long[] tests;
  // The left child; the right one is next to it. A leaf is its own left child and never turns.
  private final int[] children;
  private final double[] values;
  private final int[] roots;
  private final int[] depths;

  public TreeRows(TreeModel model) {
    this.model = model;
    this.roots = new int[model.trees()];
    this.depths = new int[model.trees()];
    int count = 0;
    boolean unusual = false;
    for (int tree = 0; tree < roots.length; tree++) {
      roots[tree] = count;
      count += nodesBelow(model.root(tree));
    }
    this.tests = new long[count];
    this.children = new int[count];
    this.values = new double[count];
    Map<Long, Integer> images = new HashMap<>();
    int[] queue = new int[count];
    for (int tree = 0; tree < roots.length; tree++) {
      int end = roots[tree];
      queue[end++] = model.root(tree);
      int levelEnd = end;
      for (int at = roots[tree]; at < end; at++) {
        if (at == levelEnd) {
          depths[tree]++;
          levelEnd = end;
        }
        int node = queue[at];
        if (node < 0) {
          values[at] = model.valueOfLeaf(~node);
          tests[at] = (long) Integer.MAX_VALUE << 32;
          children[at] = at;
          continue;
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
        tests[at] = (long) ordered(atMost(model.thresholdOf(node))) << 32 | image;
        children[at] = end;
        queue[end++] = model.leftOf(node);
        queue[end++] = model.rightOf(node);
      }
    }
    this.general = unusual;
    this.imageColumns = new int[images.size()];
    this.imageMissing = new int[images.size()];
    images.forEach((key, image) -> {
      imageColumns[image] = (int) (key >> 2);
      imageMissing[image] = (int) (key & 3);
    });
  }

  private int nodesBelow(int node) {
    return node < 0 ? 1 : 1 + nodesBelow(model.leftOf(node)) + nodesBelow(model.rightOf(node));
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
    if (general) {
      double[] row = new double[columns];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          row[c] = matrix[r * columns + c];
        }
        into[r] = model.raw(row);
      }
      return;
    }
    int[] images = new int[ROWS * imageColumns.length];
    for (int from = 0; from < rows; from += ROWS) {
      int count = Math.min(ROWS, rows - from);
      image(matrix, from, count, columns, images);
      Arrays.fill(into, from, from + count, 0);
      for (int tree = 0; tree < roots.length; tree++) {
        int r = 0;
        for (; r + LANES <= count; r += LANES) {
          walk8(images, r * imageColumns.length, tree, into, from + r);
        }
        for (; r < count; r++) {
          into[from + r] += walk(images, r * imageColumns.length, tree);
        }
      }
    }
    if (model.isAverage() && roots.length > 0) {
      for (int r = 0; r < rows; r++) {
        into[r] /= roots.length;
      }
    }
  }

  private void image(float[] matrix, int from, int count, int columns, int[] into) {
    int width = imageColumns.length;
    for (int r = 0; r < count; r++) {
      int row = (from + r) * columns;
      for (int i = 0; i < width; i++) {
        float value = matrix[row + imageColumns[i]];
        into[r * width + i] =
            !Float.isNaN(value)
                ? ordered(value)
                : imageMissing[i] == MISSING_LOW
                    ? Integer.MIN_VALUE
                    : imageMissing[i] == MISSING_HIGH ? Integer.MAX_VALUE : 0;
      }
    }
  }

  private double walk(int[] images, int row, int tree) {
    int n = roots[tree];
    for (int step = depths[tree]; step > 0; step--) {
      n = next(n, images, row);
    }
    return values[n];
  }

  /// One step down: to the left child, or to its neighbour when the number is above the threshold.
  private int next(int n, int[] images, int row) {
    long test = tests[n];
    return children[n] + (int) (((test >> 32) - images[row + (int) test]) >>> 63);
  }

  private void walk8(int[] images, int row, int tree, double[] into, int at) {
    int width = imageColumns.length;
    int r1 = row + width;
    int r2 = r1 + width;
    int r3 = r2 + width;
    int r4 = r3 + width;
    int r5 = r4 + width;
    int r6 = r5 + width;
    int r7 = r6 + width;
    int n0 = roots[tree];
    int n1 = n0;
    int n2 = n0;
    int n3 = n0;
    int n4 = n0;
    int n5 = n0;
    int n6 = n0;
    int n7 = n0;
    for (int step = depths[tree]; step > 0; step--) {
      n0 = next(n0, images, row);
      n1 = next(n1, images, r1);
      n2 = next(n2, images, r2);
      n3 = next(n3, images, r3);
      n4 = next(n4, images, r4);
      n5 = next(n5, images, r5);
      n6 = next(n6, images, r6);
      n7 = next(n7, images, r7);
    }
    into[at] += values[n0];
    into[at + 1] += values[n1];
    into[at + 2] += values[n2];
    into[at + 3] += values[n3];
    into[at + 4] += values[n4];
    into[at + 5] += values[n5];
    into[at + 6] += values[n6];
    into[at + 7] += values[n7];
  }
}
