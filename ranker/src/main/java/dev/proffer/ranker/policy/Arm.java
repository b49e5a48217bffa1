// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import org.jspecify.annotations.Nullable;

/// What is known about one option: how often it was chosen and what followed, the recent more than
/// the old when there is a discount. A choice counts at once with nothing, and its rewards are
/// added when they come, so options whose rewards are late are not forgotten meanwhile.
final class Arm {
  private final @Nullable LinearModel model;
  private double count;
  private double sum;
  private double squares;

  Arm(int features) {
    this.model = features == 0 ? null : new LinearModel(features, 1);
  }

  void meet(double[] context, double discount) {
    count = count * discount + 1;
    sum *= discount;
    squares *= discount;
    if (model != null) {
      model.meet(context, discount);
    }
  }

  /// @param before what the same choice had earned before
  void reward(double[] context, double value, double before) {
    sum += value;
    squares += (before + value) * (before + value) - before * before;
    if (model != null) {
      model.reward(context, value);
    }
  }

  double count() {
    return count;
  }

  double sum() {
    return sum;
  }

  double squares() {
    return squares;
  }

  LinearModel model() {
    if (model == null) {
      throw new IllegalStateException("this policy has no features");
    }
    return model;
  }
}
