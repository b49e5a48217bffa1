// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import java.util.List;

/// A person with the tastes behind the behaviour. Tastes are never written anywhere: they are what
/// a ranker has to find out.
///
/// @param category running sums of how much the person likes each category
/// @param brandSeed decides how much the person likes each brand
/// @param priceBand the price level the person looks for, from 0 to 1
/// @param discountAffinity how much a discount moves the person, from 0 to 1
/// @param visits the mean number of visits in the time the shop knows the person
/// @param evening whether the person visits in the evening rather than at noon
/// @param chinese whether the person writes Chinese
record Shopper(
    int number,
    String id,
    int memberLevel,
    String birthday,
    long firstSeenUnixMs,
    List<String> segments,
    Weights category,
    long brandSeed,
    double priceBand,
    double discountAffinity,
    double visits,
    boolean evening,
    boolean chinese,
    String channel,
    String region) {

  /// Weights to draw from, as running sums.
  static final class Weights {
    private final double[] runningSums;

    Weights(double[] weights) {
      this.runningSums = Dice.runningSums(weights);
    }

    int draw(Dice dice) {
      return dice.weighted(runningSums);
    }

    double share(int index) {
      double before = index == 0 ? 0 : runningSums[index - 1];
      return (runningSums[index] - before) / runningSums[runningSums.length - 1];
    }
  }

  /// How much the person likes a brand, from -1 to 1; the same whenever it is asked.
  double likes(int brand) {
    long hash = (brandSeed + brand) * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 32;
    hash *= 0xD6E8FEB86659FD93L;
    return (hash >>> 11) * 0x1.0p-52 - 1;
  }
}
