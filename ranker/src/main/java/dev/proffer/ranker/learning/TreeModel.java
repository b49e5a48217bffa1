// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Trees in LightGBM's text format, scored without native code. All trees lie in flat arrays, so a
/// score is a walk over a few cache lines; it allocates nothing.
///
/// The text is what is saved and read; see [#text] and [#parse].
public final class TreeModel implements Predictor {
  private static final int CATEGORICAL = 1;
  private static final int DEFAULT_LEFT = 2;
  private static final int MISSING_ZERO = 1;
  private static final int MISSING_NAN = 2;
  private static final double ZERO = 1e-35;
  private static final int MAX_NODES = 50_000_000;

  /// How a sum over trees becomes a prediction.
  private enum Output {
    SAME,
    SIGMOID,
    EXPONENTIAL
  }

  private final String text;
  private final int features;
  private final Output output;
  private final double sigmoid;
  private final boolean average;
  // Node or, where negative, ~leaf at which each tree starts.
  private final int[] roots;
  private final int[] feature;
  private final double[] threshold;
  private final int[] left;
  private final int[] right;
  private final byte[] decision;
  private final double[] leafValues;
  // Of categorical nodes, whose threshold is an index into the boundaries.
  private final int[] categoryBoundaries;
  private final int[] categoryBits;
  private final double[] gains;
  // Training rows that came to each node and leaf, for Shapley values.
  private final double[] nodeRows;
  private final double[] leafRows;

  private TreeModel(String text, Map<String, String> header, List<Map<String, String>> trees) {
    this.text = text;
    this.features = whole(header, "max_feature_idx") + 1;
    String objective = header.getOrDefault("objective", "");
    if (objective.startsWith("binary")) {
      this.output = Output.SIGMOID;
    } else if (objective.startsWith("poisson")) {
      this.output = Output.EXPONENTIAL;
    } else if (objective.startsWith("regression") || objective.startsWith("lambdarank")) {
      this.output = Output.SAME;
    } else {
      throw new LearningException(
          "objective '"
              + objective
              + "' of the model (expected: binary, poisson, regression or lambdarank)");
    }
    int at = objective.indexOf("sigmoid:");
    this.sigmoid = at < 0 ? 1 : Double.parseDouble(objective.substring(at + 8).split(" ", 2)[0]);
    this.average = header.containsKey("average_output");
    int nodes = 0;
    int leaves = 0;
    int boundaries = 0;
    int bits = 0;
    for (Map<String, String> tree : trees) {
      int treeLeaves = whole(tree, "num_leaves");
      if (treeLeaves < 1 || nodes > MAX_NODES) {
        throw new LearningException("num_leaves: " + treeLeaves + " (expected: 1 or more)");
      }
      nodes += treeLeaves - 1;
      leaves += treeLeaves;
      if (whole(tree, "num_cat") > 0) {
        boundaries += whole(tree, "num_cat") + 1;
        bits += words(tree, "cat_threshold").length;
      }
    }
    this.roots = new int[trees.size()];
    this.feature = new int[nodes];
    this.threshold = new double[nodes];
    this.left = new int[nodes];
    this.right = new int[nodes];
    this.decision = new byte[nodes];
    this.leafValues = new double[leaves];
    this.categoryBoundaries = new int[boundaries];
    this.categoryBits = new int[bits];
    this.gains = new double[features];
    this.nodeRows = new double[nodes];
    this.leafRows = new double[leaves];
    int node = 0;
    int leaf = 0;
    int boundary = 0;
    int bit = 0;
    for (int t = 0; t < roots.length; t++) {
      Map<String, String> tree = trees.get(t);
      int treeLeaves = whole(tree, "num_leaves");
      String[] values = exactly(tree, "leaf_value", treeLeaves);
      for (int i = 0; i < treeLeaves; i++) {
        leafValues[leaf + i] = number(values[i]);
      }
      roots[t] = treeLeaves == 1 ? ~leaf : node;
      if (treeLeaves > 1) {
        String[] leafCounts = exactly(tree, "leaf_count", treeLeaves);
        for (int i = 0; i < treeLeaves; i++) {
          leafRows[leaf + i] = number(leafCounts[i]);
        }
        String[] nodeCounts = exactly(tree, "internal_count", treeLeaves - 1);
        int inner = treeLeaves - 1;
        String[] splitFeatures = exactly(tree, "split_feature", inner);
        String[] thresholds = exactly(tree, "threshold", inner);
        String[] decisions = exactly(tree, "decision_type", inner);
        String[] lefts = exactly(tree, "left_child", inner);
        String[] rights = exactly(tree, "right_child", inner);
        String[] splitGains = exactly(tree, "split_gain", inner);
        for (int i = 0; i < inner; i++) {
          nodeRows[node + i] = number(nodeCounts[i]);
          feature[node + i] = Integer.parseInt(splitFeatures[i]);
          if (feature[node + i] < 0 || feature[node + i] >= features) {
            throw new LearningException("split_feature: " + splitFeatures[i] + " is no column");
          }
          decision[node + i] = Byte.parseByte(decisions[i]);
          threshold[node + i] = number(thresholds[i]);
          if ((decision[node + i] & CATEGORICAL) != 0) {
            threshold[node + i] += boundary;
          }
          left[node + i] = child(lefts[i], i, inner, node, leaf);
          right[node + i] = child(rights[i], i, inner, node, leaf);
          double gain = number(splitGains[i]);
          gains[feature[node + i]] += Double.isFinite(gain) ? gain : 0;
        }
        int categories = whole(tree, "num_cat");
        if (categories > 0) {
          String[] treeBoundaries = exactly(tree, "cat_boundaries", categories + 1);
          for (int i = 0; i <= categories; i++) {
            categoryBoundaries[boundary + i] = bit + Integer.parseInt(treeBoundaries[i]);
          }
          String[] treeBits = words(tree, "cat_threshold");
          for (int i = 0; i < treeBits.length; i++) {
            categoryBits[bit + i] = Integer.parseUnsignedInt(treeBits[i]);
          }
          boundary += categories + 1;
          bit += treeBits.length;
        }
        node += inner;
      }
      leaf += treeLeaves;
    }
  }

  /// Reads a model that LightGBM wrote.
  ///
  /// @throws LearningException when the text is not such a model or is not whole
  public static TreeModel parse(String text) {
    Map<String, String> header = new HashMap<>();
    List<Map<String, String>> trees = new ArrayList<>();
    Map<String, String> current = header;
    boolean whole = false;
    for (String line : text.lines().toList()) {
      if (line.equals("end of trees")) {
        whole = true;
        break;
      }
      int equals = line.indexOf('=');
      if (equals < 0) {
        if (!line.isBlank()) {
          current.put(line, "");
        }
      } else if (line.startsWith("Tree=")) {
        current = new HashMap<>();
        trees.add(current);
      } else {
        current.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    if (!whole || !header.containsKey("tree")) {
      throw new LearningException(
          "the text is not a whole LightGBM model (expected: 'tree' first and 'end of trees' last)");
    }
    if (whole(header, "num_tree_per_iteration") != 1) {
      throw new LearningException("models with several classes are not supported");
    }
    try {
      return new TreeModel(text, header, trees);
    } catch (NumberFormatException e) {
      throw new LearningException("the model holds a broken number: " + e.getMessage(), e);
    }
  }

  /// The model as text.
  public String text() {
    return text;
  }

  public int trees() {
    return roots.length;
  }

  /// Columns that a row must have at least.
  public int features() {
    return features;
  }

  /// How much each column took off the training loss, summed over its splits; shares of 1.
  public double[] importance() {
    double total = Arrays.stream(gains).sum();
    return Arrays.stream(gains).map(gain -> total == 0 ? 0 : gain / total).toArray();
  }

  @Override
  public double predict(double[] row) {
    double raw = raw(row);
    return switch (output) {
      case SAME -> raw;
      case SIGMOID -> 1 / (1 + Math.exp(-sigmoid * raw));
      case EXPONENTIAL -> Math.exp(raw);
    };
  }

  /// The sum over the trees (their mean for a forest) before it becomes a probability or a count.
  public double raw(double[] row) {
    if (row.length < features) {
      throw new IllegalArgumentException(
          "row: " + row.length + " values (expected: " + features + ")");
    }
    double sum = 0;
    for (int root : roots) {
      int node = root;
      while (node >= 0) {
        node = goesLeft(row[feature[node]], node) ? left[node] : right[node];
      }
      sum += leafValues[~node];
    }
    return average && roots.length > 0 ? sum / roots.length : sum;
  }

  boolean isAverage() {
    return average;
  }

  /// The node at which a tree starts; below 0 it is `~leaf`.
  int root(int tree) {
    return roots[tree];
  }

  int featureOf(int node) {
    return feature[node];
  }

  int leftOf(int node) {
    return left[node];
  }

  int rightOf(int node) {
    return right[node];
  }

  double valueOfLeaf(int leaf) {
    return leafValues[leaf];
  }

  /// Training rows that came to a node or `~leaf`.
  double rowsAt(int node) {
    return node >= 0 ? nodeRows[node] : leafRows[~node];
  }

  boolean isCategorical(int node) {
    return (decision[node] & CATEGORICAL) != 0;
  }

  double thresholdOf(int node) {
    return threshold[node];
  }

  /// Where a missing value goes at a node of numbers.
  Missing missingAt(int node) {
    int how = decision[node];
    return switch ((how >> 2) & 3) {
      case MISSING_NAN -> (how & DEFAULT_LEFT) != 0 ? Missing.LEFT : Missing.RIGHT;
      case MISSING_ZERO -> Missing.ZERO_IS_MISSING;
      default -> Missing.AS_ZERO;
    };
  }

  /// What a node does with a missing value.
  enum Missing {
    LEFT,
    RIGHT,
    AS_ZERO,
    ZERO_IS_MISSING
  }

  boolean goesLeft(double value, int node) {
    int how = decision[node];
    if ((how & CATEGORICAL) != 0) {
      return inCategory(value, (int) threshold[node]);
    }
    int missing = (how >> 2) & 3;
    if (missing == MISSING_NAN) {
      return Double.isNaN(value) ? (how & DEFAULT_LEFT) != 0 : value <= threshold[node];
    }
    // A model that saw no missing value takes one for zero, as LightGBM does.
    double known = Double.isNaN(value) ? 0 : value;
    if (missing == MISSING_ZERO && Math.abs(known) <= ZERO) {
      return (how & DEFAULT_LEFT) != 0;
    }
    return known <= threshold[node];
  }

  private boolean inCategory(double value, int index) {
    if (Double.isNaN(value) || value < 0 || value >= Integer.MAX_VALUE) {
      return false;
    }
    int category = (int) value;
    int word = categoryBoundaries[index] + (category >> 5);
    return word < categoryBoundaries[index + 1]
        && (categoryBits[word] >>> (category & 31) & 1) != 0;
  }

  /// Children come after their parent, so every walk ends.
  private static int child(String number, int parent, int inner, int firstNode, int firstLeaf) {
    int child = Integer.parseInt(number);
    if (child >= inner || ~child > inner || (child >= 0 && child <= parent)) {
      throw new LearningException("child " + child + " of node " + parent + " is not in the tree");
    }
    return child >= 0 ? firstNode + child : ~(firstLeaf + ~child);
  }

  private static String[] exactly(Map<String, String> tree, String name, int count) {
    String[] words = words(tree, name);
    if (words.length != count) {
      throw new LearningException(
          name + ": " + words.length + " numbers (expected: " + count + ")");
    }
    return words;
  }

  private static String[] words(Map<String, String> tree, String name) {
    return required(tree, name).split(" ");
  }

  private static int whole(Map<String, String> part, String name) {
    try {
      return Integer.parseInt(required(part, name));
    } catch (NumberFormatException e) {
      throw new LearningException(name + ": '" + part.get(name) + "' (expected: a number)", e);
    }
  }

  /// C++ writes infinities in its own way; a split off of the missing values alone has one.
  private static double number(String word) {
    return switch (word) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(word);
    };
  }

  private static String required(Map<String, String> part, String name) {
    @Nullable String value = part.get(name);
    if (value == null) {
      throw new LearningException("the model lacks '" + name + "'");
    }
    return value;
  }
}
