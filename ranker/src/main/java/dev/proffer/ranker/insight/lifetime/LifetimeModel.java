// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Churn and value of people together: [BgNbd] says how often, [GammaGamma] how much.
public final class LifetimeModel {
  /// People beyond this many add nothing to four parameters; every n-th is taken instead.
  static final int FITTED_PEOPLE_MAX = 20_000;

  /// Fewer people than this say too little for a fit.
  public static final int PEOPLE_MIN = 30;

  private static final double PENALTY = 1e-4;

  private final BgNbd often;
  private final @Nullable GammaGamma much;
  private final double meanValue;

  LifetimeModel(BgNbd often, @Nullable GammaGamma much, double meanValue) {
    this.often = often;
    this.much = much;
    this.meanValue = meanValue;
  }

  /// Fits both models, or none when there are fewer than [#PEOPLE_MIN] buyers or nobody ever came
  /// back: then nothing can be said.
  ///
  /// @param meanValue the mean value of a day with purchases over all people, in minor units; it
  ///   stands in for the second model while too few people came back with a value
  public static Optional<LifetimeModel> fit(List<RepeatHistory> buyers, double meanValue) {
    List<RepeatHistory> sample = sample(buyers);
    long repeaters = sample.stream().filter(p -> p.repeats() > 0).count();
    boolean aged = sample.stream().anyMatch(p -> p.ageDays() > 0);
    if (sample.size() < PEOPLE_MIN || repeaters == 0 || !aged) {
      return Optional.empty();
    }
    long valued = sample.stream().filter(p -> p.repeats() > 0 && p.meanRepeatValue() > 0).count();
    return Optional.of(
        new LifetimeModel(
            BgNbd.fit(sample, PENALTY),
            valued < PEOPLE_MIN ? null : GammaGamma.fit(sample, PENALTY),
            meanValue));
  }

  private static List<RepeatHistory> sample(List<RepeatHistory> people) {
    int every = (people.size() + FITTED_PEOPLE_MAX - 1) / FITTED_PEOPLE_MAX;
    if (every <= 1) {
      return people;
    }
    return java.util.stream.IntStream.range(0, people.size() / every)
        .mapToObj(i -> people.get(i * every))
        .toList();
  }

  public BgNbd often() {
    return often;
  }

  public Optional<GammaGamma> much() {
    return Optional.ofNullable(much);
  }

  /// The probability that the person has left for good. It is 0 before the first repeat.
  public double churnProbability(RepeatHistory person) {
    return 1 - often.aliveProbability(person);
  }

  /// The probability that the person does not buy within the next days, because they have left or
  /// because they are slow.
  public double absenceProbability(RepeatHistory person, double days) {
    return 1 - often.aliveProbability(person) * (1 - often.noPurchaseProbability(person, days));
  }

  public double expectedPurchases(RepeatHistory person, double days) {
    return often.expectedPurchases(person, days);
  }

  /// The expected spend of the next days, in minor units, without discounting.
  public double expectedValue(RepeatHistory person, double days) {
    double value = much == null ? meanValue : much.expectedValue(person);
    return often.expectedPurchases(person, days) * value;
  }
}
