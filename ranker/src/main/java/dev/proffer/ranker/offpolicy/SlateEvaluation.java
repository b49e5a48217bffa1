// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import java.util.Arrays;

/// Estimators for policies that fill several positions at once.
///
/// Every array has one row a slate and one column a position. Probabilities are those of the logged
/// choice at its position given the choices above it; with independent positions they are just
/// those of the position.
public final class SlateEvaluation {
  private final double[][] reward;
  // Ratio of target over logging probability, by position.
  private final double[][] ratio;

  public SlateEvaluation(double[][] reward, double[][] logging, double[][] target) {
    if (reward.length == 0 || reward.length != logging.length || reward.length != target.length) {
      throw new IllegalArgumentException(
          "slates: rewards and probabilities must be as many, not 0");
    }
    int positions = reward[0].length;
    this.reward = reward;
    this.ratio = new double[reward.length][positions];
    for (int i = 0; i < reward.length; i++) {
      if (reward[i].length != positions
          || logging[i].length != positions
          || target[i].length != positions) {
        throw new IllegalArgumentException("slate " + i + ": expected " + positions + " positions");
      }
      for (int k = 0; k < positions; k++) {
        double p = logging[i][k];
        if (!(p > 0 && p <= 1)) {
          throw new IllegalArgumentException(
              "slate "
                  + i
                  + ", position "
                  + k
                  + ", propensity: "
                  + p
                  + " (expected: above 0, at most 1)");
        }
        if (!(target[i][k] >= 0 && target[i][k] <= 1) || !Double.isFinite(reward[i][k])) {
          throw new IllegalArgumentException(
              "slate " + i + ", position " + k + ": probability and reward must be numbers");
        }
        ratio[i][k] = target[i][k] / p;
      }
    }
  }

  /// Standard IPS: the weight of the whole slate (unbiased, largest variance).
  public double standard(boolean selfNormalised) {
    double[] weights = new double[reward.length];
    double[] sums = new double[reward.length];
    for (int i = 0; i < reward.length; i++) {
      weights[i] = product(ratio[i], ratio[i].length);
      sums[i] = Arrays.stream(reward[i]).sum();
    }
    return weigh(weights, sums, selfNormalised);
  }

  /// Independent IPS (Li et al. 2018): the reward of a position depends on its own choice only.
  public double independent(boolean selfNormalised) {
    double total = 0;
    for (int k = 0; k < reward[0].length; k++) {
      int position = k;
      total += weigh(column(ratio, position), column(reward, position), selfNormalised);
    }
    return total;
  }

  /// Reward-interaction IPS (McInerney et al. 2020): people read from the top, so the reward of a
  /// position depends on the choices down to it.
  public double cascade(boolean selfNormalised) {
    double total = 0;
    for (int k = 0; k < reward[0].length; k++) {
      double[] weights = new double[reward.length];
      for (int i = 0; i < reward.length; i++) {
        weights[i] = product(ratio[i], k + 1);
      }
      total += weigh(weights, column(reward, k), selfNormalised);
    }
    return total;
  }

  /// Pseudo-inverse estimator (Swaminathan et al. 2017) for logging policies that fill positions
  /// independently, where it is `(1 - K + Σ_k ratio_k)` times the reward of the slate. Unbiased
  /// when the reward is a sum of unknown contributions of positions; only the sum need be seen.
  public double pseudoInverse() {
    double sum = 0;
    for (int i = 0; i < reward.length; i++) {
      double weight = 1 - ratio[i].length + Arrays.stream(ratio[i]).sum();
      sum += weight * Arrays.stream(reward[i]).sum();
    }
    return sum / reward.length;
  }

  /// Cascade doubly robust (Kiyohara et al. 2022).
  ///
  /// @param modelled expected reward from a position downwards for the logged choice
  /// @param modelledTarget the same, in expectation over what the target would choose at the
  ///   position
  public double cascadeDoublyRobust(double[][] modelled, double[][] modelledTarget) {
    double sum = 0;
    for (int i = 0; i < reward.length; i++) {
      double above = 1;
      for (int k = 0; k < reward[i].length; k++) {
        double here = above * ratio[i][k];
        sum += above * modelledTarget[i][k] + here * (reward[i][k] - modelled[i][k]);
        // What the model says from the next position on replaces what it said here.
        above = here;
      }
    }
    return sum / reward.length;
  }

  /// `(Σ w)² / Σ w²` of the weights of whole slates.
  public double effectiveSampleSize() {
    double sum = 0;
    double squares = 0;
    for (double[] row : ratio) {
      double weight = product(row, row.length);
      sum += weight;
      squares += weight * weight;
    }
    return squares == 0 ? 0 : sum * sum / squares;
  }

  private static double weigh(double[] weights, double[] rewards, boolean selfNormalised) {
    double sum = 0;
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * rewards[i];
      total += weights[i];
    }
    double divisor = selfNormalised ? total : weights.length;
    return divisor == 0 ? 0 : sum / divisor;
  }

  private static double product(double[] ratios, int count) {
    double product = 1;
    for (int k = 0; k < count; k++) {
      product *= ratios[k];
    }
    return product;
  }

  private static double[] column(double[][] rows, int k) {
    return Arrays.stream(rows).mapToDouble(row -> row[k]).toArray();
  }
}
