// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

/// An algorithm: turns what is known about options into the probabilities of choosing them. The
/// choice is drawn from exactly these numbers, so they are its propensities.
sealed interface ChoiceRule
    permits ChoiceRule.Fixed,
        ChoiceRule.EpsilonGreedy,
        ChoiceRule.BernoulliThompson,
        ChoiceRule.GaussianThompson,
        ChoiceRule.Ucb1,
        ChoiceRule.LinUcb,
        ChoiceRule.LinearThompson,
        ChoiceRule.SquareCb,
        ChoiceRule.LongTerm {
  /// What the options look like to a rule.
  ///
  /// @param arms what was seen of each option
  /// @param count number of observations, with those that the prior is worth
  /// @param mean mean reward, shrunk to the prior
  /// @param weight weights of a fixed policy
  @SuppressWarnings("ArrayRecordComponent") // Scratch space of one decision.
  record Options(Arm[] arms, double[] count, double[] mean, double[] weight, int size) {}

  /// Scratch space of one thread.
  final class Scratch {
    final GaussianArgmax argmax = new GaussianArgmax();
    double[] mean = new double[0];
    double[] deviation = new double[0];

    void require(int size) {
      if (mean.length < size) {
        mean = new double[size];
        deviation = new double[size];
      }
    }
  }

  /// Writes a probability for each option; they add up to 1.
  void probabilities(Options options, double[] context, Scratch scratch, double[] into);

  /// By weights; uniformly when all weights are 0.
  record Fixed() implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      double total = 0;
      for (int i = 0; i < options.size(); i++) {
        total += options.weight()[i];
      }
      for (int i = 0; i < options.size(); i++) {
        into[i] = total > 0 ? options.weight()[i] / total : 1.0 / options.size();
      }
    }
  }

  /// The best mean, and any option for a share of decisions.
  record EpsilonGreedy(double epsilon) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      scratch.require(options.size());
      for (int i = 0; i < options.size(); i++) {
        // What was never tried comes first.
        scratch.mean[i] = options.count()[i] == 0 ? Double.MAX_VALUE : options.mean()[i];
      }
      best(scratch.mean, options.size(), into);
      for (int i = 0; i < options.size(); i++) {
        into[i] = (1 - epsilon) * into[i] + epsilon / options.size();
      }
    }
  }

  /// Thompson sampling with a Beta(1 + rewards, 1 + rest) posterior of each option (Thompson 1933;
  /// Chapelle & Li 2011), on the logit scale, where the posterior is close to normal with mean
  /// `ψ(α) - ψ(β)` and variance `ψ'(α) + ψ'(β)`.
  record BernoulliThompson() implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      int size = options.size();
      scratch.require(size);
      for (int i = 0; i < size; i++) {
        double count = options.count()[i];
        double wins = Math.clamp(options.mean()[i] * count, 0, count);
        double alpha = 1 + wins;
        double beta = 1 + count - wins;
        scratch.mean[i] = digamma(alpha) - digamma(beta);
        scratch.deviation[i] = Math.sqrt(trigamma(alpha) + trigamma(beta));
      }
      scratch.argmax.probabilities(scratch.mean, scratch.deviation, size, into);
    }

    static double digamma(double x) {
      double shift = 0;
      double y = x;
      while (y < 6) {
        shift -= 1 / y;
        y++;
      }
      double f = 1 / (y * y);
      return shift + Math.log(y) - .5 / y - f * (1.0 / 12 - f * (1.0 / 120 - f / 252));
    }

    static double trigamma(double x) {
      double shift = 0;
      double y = x;
      while (y < 6) {
        shift += 1 / (y * y);
        y++;
      }
      double f = 1 / (y * y);
      return shift + 1 / y + f / 2 + f / y * (1.0 / 6 - f * (1.0 / 30 - f / 42));
    }
  }

  /// Thompson sampling of rewards with a common, estimated variance.
  ///
  /// @param scale posterior deviations are multiplied by it
  record GaussianThompson(double scale) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      int size = options.size();
      scratch.require(size);
      double count = 0;
      double within = 0;
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < size; i++) {
        Arm arm = options.arms()[i];
        if (arm.count() > 0) {
          count += arm.count();
          sum += arm.sum();
          squares += arm.squares();
          within += arm.squares() - arm.sum() * arm.sum() / arm.count();
        }
      }
      // One pseudo-observation with the spread of everything keeps the variance above 0.
      double spread = count > 0 ? Math.max(1e-9, squares / count - sum / count * (sum / count)) : 1;
      double variance = (Math.max(0, within) + spread) / (count + 1);
      double everywhere = count > 0 ? sum / count : 0;
      for (int i = 0; i < size; i++) {
        double n = options.count()[i];
        scratch.mean[i] = (n * options.mean()[i] + everywhere) / (n + 1);
        scratch.deviation[i] = scale * Math.sqrt(Math.max(variance, spread / (n + 1)) / (n + 1));
      }
      scratch.argmax.probabilities(scratch.mean, scratch.deviation, size, into);
    }
  }

  /// The largest upper bound `mean + c √(2 ln N / n)` (Auer, Cesa-Bianchi & Fischer 2002); options
  /// without observations first.
  record Ucb1(double c) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      scratch.require(options.size());
      double total = 0;
      for (int i = 0; i < options.size(); i++) {
        total += options.count()[i];
      }
      double log = 2 * Math.log(Math.max(2, total));
      for (int i = 0; i < options.size(); i++) {
        double n = options.count()[i];
        scratch.mean[i] = n == 0 ? Double.MAX_VALUE : options.mean()[i] + c * Math.sqrt(log / n);
      }
      best(scratch.mean, options.size(), into);
    }
  }

  /// The largest upper bound of a linear model by option (Li, Chu, Langford & Schapire 2010,
  /// algorithm 1).
  record LinUcb(double alpha) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      scratch.require(options.size());
      for (int i = 0; i < options.size(); i++) {
        LinearModel model = options.arms()[i].model();
        scratch.mean[i] = model.predict(context) + alpha * Math.sqrt(model.uncertainty(context));
      }
      best(scratch.mean, options.size(), into);
    }
  }

  /// Thompson sampling of a linear model by option (Agrawal & Goyal 2013).
  ///
  /// @param scale noise that the posterior assumes
  record LinearThompson(double scale) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      scratch.require(options.size());
      for (int i = 0; i < options.size(); i++) {
        LinearModel model = options.arms()[i].model();
        scratch.mean[i] = model.predict(context);
        scratch.deviation[i] = scale * Math.sqrt(model.uncertainty(context));
      }
      scratch.argmax.probabilities(scratch.mean, scratch.deviation, options.size(), into);
    }
  }

  /// Inverse gap weighting on a linear model (Foster & Rakhlin 2020): options other than the best
  /// get `1 / (K + γ gap)`, with `γ = scale √(K N)`.
  record SquareCb(double scale) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      int size = options.size();
      scratch.require(size);
      double total = 0;
      int best = 0;
      for (int i = 0; i < size; i++) {
        total += options.arms()[i].count();
        scratch.mean[i] = options.arms()[i].model().predict(context);
        best = scratch.mean[i] > scratch.mean[best] ? i : best;
      }
      double gamma = scale * Math.sqrt(size * Math.max(1, total));
      double rest = 1;
      for (int i = 0; i < size; i++) {
        if (i != best) {
          into[i] = 1 / (size + gamma * (scratch.mean[best] - scratch.mean[i]));
          rest -= into[i];
        }
      }
      into[best] = rest;
    }
  }

  /// Thompson sampling around the long-run value of options, as wide as the linear model of the
  /// option is uncertain about the context (after randomised least-squares value iteration, Osband,
  /// Van Roy & Wen 2016).
  ///
  /// @param scale noise that the posterior assumes
  record LongTerm(double scale) implements ChoiceRule {
    @Override
    public void probabilities(Options options, double[] context, Scratch scratch, double[] into) {
      scratch.require(options.size());
      for (int i = 0; i < options.size(); i++) {
        scratch.mean[i] = options.mean()[i];
        scratch.deviation[i] = scale * Math.sqrt(options.arms()[i].model().uncertainty(context));
      }
      scratch.argmax.probabilities(scratch.mean, scratch.deviation, options.size(), into);
    }
  }

  /// All probability to the largest, shared among equals.
  private static void best(double[] score, int size, double[] into) {
    double largest = Double.NEGATIVE_INFINITY;
    int equals = 0;
    for (int i = 0; i < size; i++) {
      if (score[i] > largest) {
        largest = score[i];
        equals = 1;
      } else if (score[i] == largest) {
        equals++;
      }
    }
    for (int i = 0; i < size; i++) {
      into[i] = score[i] == largest ? 1.0 / equals : 0;
    }
  }
}
