// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The direction of an interest: terms weighted by share and rarity, projected to few dimensions.
///
/// Each term has a fixed sparse direction of signs that follows from its text alone (random
/// indexing; Kanerva, Kristofersson and Holst, 2000), so vectors need no training, are the same
/// everywhere, and their dot product estimates the cosine of the term weights, in both languages at
/// once.
final class InterestVector {
  static final int DIMENSIONS = 128;
  static final String VERSION = "terms-128-1";

  private static final int SIGNS = 6;

  private InterestVector() {}

  /// A vector of length 1, or an empty one when no term says anything.
  static float[] of(Map<String, Double> shares, ToDoubleFunction<String> rarity) {
    double[] sum = new double[DIMENSIONS];
    shares.forEach((term, share) -> {
      double weight = Math.sqrt(share) * rarity.applyAsDouble(term);
      long state = hash(term);
      for (int i = 0; i < SIGNS; i++) {
        state = mix(state + 0x9E3779B97F4A7C15L);
        sum[(int) (state >>> 1) & (DIMENSIONS - 1)] += (state & 1) == 0 ? weight : -weight;
      }
    });
    double squares = 0;
    for (double value : sum) {
      squares += value * value;
    }
    if (!(squares > 0)) {
      return new float[0];
    }
    double scale = 1 / Math.sqrt(squares);
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) (sum[i] * scale);
    }
    return vector;
  }

  /// FNV-1a over the characters: the same on every machine and in every version.
  private static long hash(String term) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < term.length(); i++) {
      hash = (hash ^ term.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
