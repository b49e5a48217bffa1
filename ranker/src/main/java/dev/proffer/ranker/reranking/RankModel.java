// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeRows;
import dev.proffer.ranker.learning.TreeShap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A learned order of candidates: boosted trees over [RankColumns].
///
/// It belongs to the feature set whose hash it carries: whoever scores with it has checked that the
/// numbers come from that very set. Safe for use by many threads.
public final class RankModel {
  /// The name in replies, settings and metrics.
  public static final String NAME = "lambdamart";

  private static final String FORMAT = "proffer-ranker/1";

  private final RankColumns columns;
  private final String featureSetHash;
  private final TreeModel trees;
  private final TreeRows rows;
  private final TreeShap shap;

  public RankModel(RankColumns columns, String featureSetHash, TreeModel trees) {
    if (trees.features() > columns.count()) {
      throw new LearningException(
          "the trees read "
              + trees.features()
              + " columns (expected: at most the "
              + columns.count()
              + " that there are)");
    }
    this.columns = columns;
    this.featureSetHash = featureSetHash;
    this.trees = trees;
    this.rows = new TreeRows(trees);
    this.shap = new TreeShap(trees);
  }

  public RankColumns columns() {
    return columns;
  }

  /// The features of the store that it reads; empty when it reads none.
  public String featureSetHash() {
    return featureSetHash;
  }

  public TreeModel trees() {
    return trees;
  }

  /// A score for each row; only their order means something.
  public double[] score(RankRows candidates) {
    double[] scores = new double[candidates.rows()];
    rows.score(candidates.matrix(), candidates.rows(), candidates.width(), scores);
    return scores;
  }

  /// The score that a row would have at another price after promotion.
  public double scoreAt(RankRows candidates, int row, long listMinorUnits, long afterMinorUnits) {
    double[] changed = candidates.row(row);
    changed[columns.priceColumn()] = RankRows.logPrice(afterMinorUnits);
    changed[columns.depthColumn()] = RankRows.depth(listMinorUnits, afterMinorUnits);
    return trees.raw(changed);
  }

  /// What each column adds to the score of a row; exact, see [TreeShap].
  public double[] contributions(RankRows candidates, int row) {
    return Arrays.copyOf(shap.contributions(candidates.row(row)), columns.count());
  }

  /// The model as text: a head of names, then the trees as LightGBM writes them.
  public String text() {
    return String.join(
        "\n",
        FORMAT,
        "feature_set_hash=" + featureSetHash,
        "sources=" + String.join(",", columns.sources()),
        "context=" + String.join(",", columns.context()),
        "stored=" + String.join(",", columns.stored()),
        "columns=" + String.join(",", columns.names()),
        "",
        trees.text());
  }

  /// Reads what [#text] wrote.
  ///
  /// @throws LearningException when it is not such a text, or one whose columns are computed
  ///   otherwise than here
  public static RankModel parse(String text) {
    Map<String, String> head = new HashMap<>();
    int blank = text.indexOf("\n\n");
    if (blank < 0 || !text.startsWith(FORMAT + "\n")) {
      throw new LearningException("the ranker is not of the format " + FORMAT);
    }
    for (String line : text.substring(0, blank).lines().skip(1).toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        head.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    RankColumns columns =
        new RankColumns(
            names(head.getOrDefault("sources", "")),
            names(head.getOrDefault("context", "")),
            names(head.getOrDefault("stored", "")));
    if (!names(head.getOrDefault("columns", "")).equals(columns.names())) {
      throw new LearningException(
          "the ranker was trained on the columns "
              + head.get("columns")
              + " (expected: "
              + String.join(",", columns.names())
              + ")");
    }
    return new RankModel(
        columns,
        head.getOrDefault("feature_set_hash", ""),
        TreeModel.parse(text.substring(blank + 2)));
  }

  private static List<String> names(String joined) {
    return joined.isEmpty() ? List.of() : List.of(joined.split(","));
  }
}
