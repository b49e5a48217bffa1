// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.ranking.Blend;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The rows of one list of candidates, filled in the same way for training and for serving.
///
/// A source that did not propose a candidate leaves its share and rank missing; so do a price of
/// nothing, an unknown age and a category that the history does not hold.
public final class RankRows {
  private static final double DAY_MS = 86_400_000;

  private final RankColumns columns;
  private final int rows;
  private final float[] matrix;

  /// Prices after promotion, for one person at one moment.
  @FunctionalInterface
  public interface Prices {
    /// The price of a unit of the item after its best legal promotion, in minor units.
    long after(CatalogueItem item);
  }

  private RankRows(RankColumns columns, int rows) {
    this.columns = columns;
    this.rows = rows;
    this.matrix = new float[rows * columns.count()];
  }

  /// Fills the rows of candidates, but for what the feature store knows, which comes with [#with].
  ///
  /// @param items the candidates; all are in the snapshot
  /// @param history items that the person dealt with, newest first
  public static RankRows of(
      RankColumns columns,
      Blend blend,
      CatalogueItem[] items,
      CatalogueSnapshot snapshot,
      int[] history,
      long atMillis,
      Prices prices) {
    RankRows rows = new RankRows(columns, items.length);
    rows.opinions(blend, items);
    rows.own(blend, items, snapshot, history, atMillis, prices);
    return rows;
  }

  public int rows() {
    return rows;
  }

  public int width() {
    return columns.count();
  }

  /// Row after row.
  public float[] matrix() {
    return matrix;
  }

  /// A copy of one row, as trees with 64-bit numbers take it.
  public double[] row(int row) {
    double[] copy = new double[columns.count()];
    for (int c = 0; c < copy.length; c++) {
      copy[c] = matrix[row * copy.length + c];
    }
    return copy;
  }

  /// One row alone, as it would be at another price after promotion.
  public RankRows repriced(int row, long listMinorUnits, long afterMinorUnits) {
    RankRows one = new RankRows(columns, 1);
    System.arraycopy(matrix, row * columns.count(), one.matrix, 0, columns.count());
    one.matrix[columns.priceColumn()] = logPrice(afterMinorUnits);
    one.matrix[columns.depthColumn()] = depth(listMinorUnits, afterMinorUnits);
    return one;
  }

  private void opinions(Blend blend, CatalogueItem[] items) {
    int width = columns.count();
    int[] rowAt = new int[blend.size()];
    Arrays.fill(rowAt, -1);
    for (int row = 0; row < rows; row++) {
      for (int s = 0; s < columns.sources().size(); s++) {
        int at = row * width + s * RankColumns.PER_SOURCE;
        matrix[at] = Float.NaN;
        matrix[at + 1] = Float.NaN;
      }
      int place = blend.place(items[row].number());
      if (place >= 0) {
        rowAt[place] = row;
      }
    }
    for (int s = 0; s < blend.sources(); s++) {
      int column = columns.sources().indexOf(blend.proposal(s).source().name());
      if (column < 0) {
        continue;
      }
      Hits hits = blend.proposal(s).hits();
      for (int rank = 0; rank < hits.size(); rank++) {
        int row = rowAt[blend.place(hits.items()[rank])];
        if (row >= 0) {
          int at = row * width + column * RankColumns.PER_SOURCE;
          matrix[at] = hits.scores()[rank] / hits.scores()[0];
          matrix[at + 1] = rank;
          matrix[at + 2] = 1;
        }
      }
    }
  }

  private void own(
      Blend blend,
      CatalogueItem[] items,
      CatalogueSnapshot snapshot,
      int[] history,
      long atMillis,
      Prices prices) {
    Map<String, Integer> categorySteps = new HashMap<>();
    Map<String, Integer> brandSteps = new HashMap<>();
    double logPrices = 0;
    int priced = 0;
    for (int step = 0; step < history.length; step++) {
      CatalogueItem item = snapshot.item(history[step]);
      if (item == null) {
        continue;
      }
      categorySteps.putIfAbsent(item.category(), step);
      brandSteps.putIfAbsent(item.brand(), step);
      if (item.priceMinorUnits() > 0) {
        logPrices += Math.log((double) item.priceMinorUnits());
        priced++;
      }
    }
    double usual = priced == 0 ? Double.NaN : logPrices / priced;
    float[] scores = new float[rows];
    for (int row = 0; row < rows; row++) {
      int place = blend.place(items[row].number());
      scores[row] = place < 0 ? 0 : blend.score(place);
    }
    int[] ranks = ranks(scores);
    for (int row = 0; row < rows; row++) {
      CatalogueItem item = items[row];
      double log =
          item.priceMinorUnits() > 0 ? Math.log((double) item.priceMinorUnits()) : Double.NaN;
      int at = row * columns.count() + columns.own();
      matrix[at] = scores[row];
      matrix[at + 1] = ranks[row];
      matrix[at + 2] = history.length;
      matrix[at + 3] = (float) log;
      long from = item.item().getAvailableFromUnixMs();
      matrix[at + 4] = from <= 0 ? Float.NaN : (float) ((atMillis - from) / DAY_MS);
      long after = prices.after(item);
      matrix[at + RankColumns.PRICE_AFTER] = logPrice(after);
      matrix[at + RankColumns.DEPTH] = depth(item.priceMinorUnits(), after);
      matrix[at + 7] = steps(categorySteps, item.category());
      matrix[at + 8] = steps(brandSteps, item.brand());
      matrix[at + 9] = (float) (log - usual);
    }
  }

  static float logPrice(long minorUnits) {
    return minorUnits > 0 ? (float) Math.log((double) minorUnits) : Float.NaN;
  }

  static float depth(long listMinorUnits, long afterMinorUnits) {
    return listMinorUnits == 0 ? 0 : (float) (1 - (double) afterMinorUnits / listMinorUnits);
  }

  private static float steps(Map<String, Integer> steps, String name) {
    Integer found = name.isEmpty() ? null : steps.get(name);
    return found == null ? Float.NaN : found;
  }

  /// The place of each score, from 0; equal scores in the order of the rows.
  private static int[] ranks(float[] scores) {
    long[] keys = new long[scores.length];
    for (int i = 0; i < scores.length; i++) {
      // Scores are 0 or more, so their bits are in their order.
      keys[i] = (long) ~Float.floatToRawIntBits(Math.max(0, scores[i]) + 0f) << 32 | i;
    }
    Arrays.sort(keys);
    int[] ranks = new int[scores.length];
    for (int rank = 0; rank < keys.length; rank++) {
      ranks[(int) keys[rank]] = rank;
    }
    return ranks;
  }

  /// Fills in what the feature store knows, and returns these rows.
  public RankRows with(StoredFeatures stored) {
    int width = columns.count();
    int contexts = columns.context().size();
    int each = columns.stored().size();
    for (int row = 0; row < rows; row++) {
      System.arraycopy(stored.context(), 0, matrix, row * width + columns.firstContext(), contexts);
      System.arraycopy(
          stored.items(), row * each, matrix, row * width + columns.firstStored(), each);
    }
    return this;
  }
}
