// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import java.util.Arrays;

/// What the feature store knows of one person and of candidates, in the order of [RankColumns]; not
/// a number where it knows nothing.
///
/// @param context numbers of the person
/// @param items numbers of the candidates, row by row
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record StoredFeatures(float[] context, float[] items) {
  /// Of somebody and something that the feature store has never heard of.
  public static StoredFeatures nothing(RankColumns columns, int rows) {
    float[] context = new float[columns.context().size()];
    float[] items = new float[rows * columns.stored().size()];
    Arrays.fill(context, Float.NaN);
    Arrays.fill(items, Float.NaN);
    return new StoredFeatures(context, items);
  }
}
