// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import dev.proffer.ranker.policy.Cholesky;

/// Ridge regression of the reward on action, position and context, fitted in folds so that no
/// decision is judged by a model that has seen it.
///
/// Rewards that are all 0 or 1 get a logistic model (Newton steps), others a linear one. The
/// intercept is not shrunk, all effects are: an action that was hardly ever shown is predicted at
/// the mean.
public final class RegressionRewardModel implements RewardModel {
  private static final int NEWTON_STEPS_MAX = 30;
  private static final double CONVERGED = 1e-9;

  private final int folds;
  private final boolean logistic;
  // Per fold: intercept, one effect an action, one a position, one a feature.
  private final double[][] weights;
  // Everything but the effect of the action, by decision.
  private final double[] base;

  private RegressionRewardModel(
      LoggedDecisions log, int folds, boolean logistic, double[][] weights) {
    this.folds = folds;
    this.logistic = logistic;
    this.weights = weights;
    this.base = new double[log.size()];
    for (int i = 0; i < base.length; i++) {
      double[] w = weights[i % folds];
      double sum = w[0] + w[1 + log.actions() + log.position()[i]];
      double[] context = log.context()[i];
      int offset = 1 + log.actions() + log.positions();
      for (int j = 0; j < context.length; j++) {
        sum += w[offset + j] * context[j];
      }
      base[i] = sum;
    }
  }

  /// Fits the model.
  ///
  /// @param folds at least 2; decision `i` belongs to fold `i % folds`
  /// @param ridge penalty on squared effects, in units of decisions
  public static RegressionRewardModel fit(LoggedDecisions log, int folds, double ridge) {
    if (folds < 2 || folds > log.size()) {
      throw new IllegalArgumentException(
          "folds: " + folds + " (expected: 2 to " + log.size() + ")");
    }
    if (!(ridge > 0)) {
      throw new IllegalArgumentException("ridge: " + ridge + " (expected: above 0)");
    }
    boolean logistic = true;
    for (double reward : log.reward()) {
      logistic &= reward == 0 || reward == 1;
    }
    double[][] weights = new double[folds][];
    for (int fold = 0; fold < folds; fold++) {
      weights[fold] = fitWithout(log, folds, fold, ridge, logistic);
    }
    return new RegressionRewardModel(log, folds, logistic, weights);
  }

  @Override
  public double expectedReward(int decision, int action) {
    double score = base[decision] + weights[decision % folds][1 + action];
    return logistic ? sigmoid(score) : score;
  }

  private static double[] fitWithout(
      LoggedDecisions log, int folds, int left, double ridge, boolean logistic) {
    int features = log.context()[0].length;
    int dimension = 1 + log.actions() + log.positions() + features;
    double[] w = new double[dimension];
    int[] at = new int[3 + features];
    double[] value = new double[3 + features];
    double sum = 0;
    int seen = 0;
    for (int i = 0; i < log.size(); i++) {
      if (i % folds != left) {
        sum += log.reward()[i];
        seen++;
      }
    }
    double mean = sum / seen;
    w[0] = logistic ? logit((sum + .5) / (seen + 1)) : mean;
    for (int step = 0; step < NEWTON_STEPS_MAX; step++) {
      double[] hessian = new double[dimension * dimension];
      double[] gradient = new double[dimension];
      for (int i = 0; i < log.size(); i++) {
        if (i % folds == left) {
          continue;
        }
        row(log, i, at, value);
        double score = 0;
        for (int j = 0; j < at.length; j++) {
          score += w[at[j]] * value[j];
        }
        double predicted = logistic ? sigmoid(score) : score;
        double curvature = logistic ? Math.max(1e-9, predicted * (1 - predicted)) : 1;
        double residual = log.reward()[i] - predicted;
        for (int j = 0; j < at.length; j++) {
          gradient[at[j]] += residual * value[j];
          for (int k = 0; k < at.length; k++) {
            hessian[at[j] * dimension + at[k]] += curvature * value[j] * value[k];
          }
        }
      }
      // The penalty is scaled to the curvature, so that one setting fits rare and common rewards.
      double scale = logistic ? ridge * Math.max(1e-6, mean * (1 - mean)) : ridge;
      for (int j = 0; j < dimension; j++) {
        double penalty = j == 0 ? 1e-9 : scale;
        hessian[j * dimension + j] += penalty;
        gradient[j] -= j == 0 ? 0 : penalty * w[j];
      }
      double[] change = Cholesky.of(hessian, dimension).solve(gradient);
      double largest = 0;
      for (int j = 0; j < dimension; j++) {
        // A step on the logit scale longer than this overshoots when rewards are rare.
        double bounded = Math.clamp(change[j], -3, 3);
        double used = logistic ? bounded : change[j];
        w[j] += used;
        largest = Math.max(largest, Math.abs(used));
      }
      if (largest < CONVERGED || !logistic) {
        break;
      }
    }
    return w;
  }

  private static void row(LoggedDecisions log, int i, int[] at, double[] value) {
    at[0] = 0;
    at[1] = 1 + log.action()[i];
    at[2] = 1 + log.actions() + log.position()[i];
    value[0] = 1;
    value[1] = 1;
    value[2] = 1;
    double[] context = log.context()[i];
    for (int j = 0; j < context.length; j++) {
      at[3 + j] = 1 + log.actions() + log.positions() + j;
      value[3 + j] = context[j];
    }
  }

  private static double sigmoid(double score) {
    return 1 / (1 + Math.exp(-score));
  }

  private static double logit(double probability) {
    return Math.log(probability / (1 - probability));
  }
}
