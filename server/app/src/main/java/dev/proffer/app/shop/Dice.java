// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import java.util.List;
import java.util.SplittableRandom;

/// Random draws that are the same for a seed on every machine: a fixed generator and `StrictMath`.
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /// Independent dice for a part of the work, so that a change in one part leaves the others alone.
  Dice(long seed, String part) {
    this(seed * 0x9E3779B97F4A7C15L + part.hashCode());
  }

  double unit() {
    return random.nextDouble();
  }

  double between(double from, double to) {
    return from + (to - from) * unit();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean chance(double probability) {
    return unit() < probability;
  }

  <T> T of(List<T> list) {
    return list.get(below(list.size()));
  }

  double gaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - unit()));
    return radius * StrictMath.cos(2 * StrictMath.PI * unit());
  }

  double exponential(double mean) {
    return -mean * StrictMath.log(1 - unit());
  }

  /// How often something with this mean rate happens, by Knuth's product of uniforms; for small
  /// means.
  int poisson(double mean) {
    double limit = StrictMath.exp(-mean);
    double product = unit();
    int count = 0;
    while (product > limit) {
      product *= unit();
      count++;
    }
    return count;
  }

  /// The index of one of the running sums of weights, drawn in proportion to its weight.
  int weighted(double[] runningSums) {
    double at = unit() * runningSums[runningSums.length - 1];
    int low = 0;
    int high = runningSums.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (runningSums[middle] > at) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  static double[] runningSums(double[] weights) {
    double[] sums = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      sums[i] = sum;
    }
    return sums;
  }
}
