// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

/// Shapley values of the columns of a row, exact for trees (path-dependent TreeSHAP; Lundberg et
/// al. 2018, "Consistent individualized feature attribution for tree ensembles", algorithm 2). They
/// and [#expected] sum to [TreeModel#raw].
///
/// A path holds, for each different column on the way from the root, the share of training rows
/// that would go on without knowing the column (`zero`), whether this row goes on (`one`), and the
/// sum of the weights of the subsets of that size. Safe for use by many threads.
public final class TreeShap {
  private final TreeModel model;
  private final double scale;
  private final double expected;
  private final int depthMax;

  public TreeShap(TreeModel model) {
    this.model = model;
    this.scale = model.isAverage() && model.trees() > 0 ? 1.0 / model.trees() : 1;
    double sum = 0;
    int deepest = 0;
    for (int tree = 0; tree < model.trees(); tree++) {
      sum += mean(model.root(tree));
      deepest = Math.max(deepest, depth(model.root(tree)));
    }
    this.expected = sum * scale;
    this.depthMax = deepest;
  }

  /// The value of [TreeModel#raw] when nothing is known of a row.
  public double expected() {
    return expected;
  }

  private double mean(int node) {
    if (node < 0) {
      return model.valueOfLeaf(~node);
    }
    double left = model.rowsAt(model.leftOf(node));
    double right = model.rowsAt(model.rightOf(node));
    return (left * mean(model.leftOf(node)) + right * mean(model.rightOf(node))) / (left + right);
  }

  private int depth(int node) {
    return node < 0 ? 0 : 1 + Math.max(depth(model.leftOf(node)), depth(model.rightOf(node)));
  }

  /// What each column adds to the raw score of a row.
  public double[] contributions(double[] row) {
    double[] added = new double[model.features()];
    int levels = depthMax + 2;
    Walk walk = new Walk(row, added, levels);
    for (int tree = 0; tree < model.trees(); tree++) {
      if (model.root(tree) >= 0) {
        walk.go(model.root(tree), 0, 0, 1, 1, -1);
      }
    }
    for (int column = 0; column < added.length; column++) {
      added[column] *= scale;
    }
    return added;
  }

  /// One walk over all trees; each level of the recursion has its own copy of the path.
  private final class Walk {
    private final double[] row;
    private final double[] added;
    private final int width;
    private final int[] columns;
    private final double[] zeros;
    private final double[] ones;
    private final double[] weights;

    Walk(double[] row, double[] added, int levels) {
      this.row = row;
      this.added = added;
      this.width = levels + 1;
      this.columns = new int[width * levels];
      this.zeros = new double[width * levels];
      this.ones = new double[width * levels];
      this.weights = new double[width * levels];
    }

    void go(int node, int level, int depth, double zero, double one, int column) {
      int at = level * width;
      if (level > 0) {
        int from = at - width;
        System.arraycopy(columns, from, columns, at, depth);
        System.arraycopy(zeros, from, zeros, at, depth);
        System.arraycopy(ones, from, ones, at, depth);
        System.arraycopy(weights, from, weights, at, depth);
      }
      extend(at, depth, zero, one, column);
      if (node < 0) {
        double value = model.valueOfLeaf(~node);
        for (int i = 1; i <= depth; i++) {
          added[columns[at + i]] +=
              unwoundSum(at, depth, i) * (ones[at + i] - zeros[at + i]) * value;
        }
        return;
      }
      int split = model.featureOf(node);
      boolean left = model.goesLeft(row[split], node);
      int hot = left ? model.leftOf(node) : model.rightOf(node);
      int cold = left ? model.rightOf(node) : model.leftOf(node);
      double rows = model.rowsAt(hot) + model.rowsAt(cold);
      double zeroBefore = 1;
      double oneBefore = 1;
      int length = depth;
      for (int i = 1; i <= depth; i++) {
        if (columns[at + i] == split) {
          zeroBefore = zeros[at + i];
          oneBefore = ones[at + i];
          unwind(at, depth, i);
          length--;
          break;
        }
      }
      go(hot, level + 1, length + 1, zeroBefore * model.rowsAt(hot) / rows, oneBefore, split);
      go(cold, level + 1, length + 1, zeroBefore * model.rowsAt(cold) / rows, 0, split);
    }

    private void extend(int at, int depth, double zero, double one, int column) {
      columns[at + depth] = column;
      zeros[at + depth] = zero;
      ones[at + depth] = one;
      weights[at + depth] = depth == 0 ? 1 : 0;
      for (int i = depth - 1; i >= 0; i--) {
        weights[at + i + 1] += one * weights[at + i] * (i + 1) / (depth + 1.0);
        weights[at + i] = zero * weights[at + i] * (depth - i) / (depth + 1.0);
      }
    }

    private void unwind(int at, int depth, int index) {
      double one = ones[at + index];
      double zero = zeros[at + index];
      double next = weights[at + depth];
      for (int i = depth - 1; i >= 0; i--) {
        if (one != 0) {
          double before = weights[at + i];
          weights[at + i] = next * (depth + 1) / ((i + 1) * one);
          next = before - weights[at + i] * zero * (depth - i) / (depth + 1.0);
        } else {
          weights[at + i] = weights[at + i] * (depth + 1) / (zero * (depth - i));
        }
      }
      for (int i = index; i < depth; i++) {
        columns[at + i] = columns[at + i + 1];
        zeros[at + i] = zeros[at + i + 1];
        ones[at + i] = ones[at + i + 1];
      }
    }

    private double unwoundSum(int at, int depth, int index) {
      double one = ones[at + index];
      double zero = zeros[at + index];
      double next = weights[at + depth];
      double sum = 0;
      for (int i = depth - 1; i >= 0; i--) {
        if (one != 0) {
          double part = next * (depth + 1) / ((i + 1) * one);
          sum += part;
          next = weights[at + i] - part * zero * (depth - i) / (depth + 1.0);
        } else {
          sum += weights[at + i] * (depth + 1) / (zero * (depth - i));
        }
      }
      return sum;
    }
  }
}
