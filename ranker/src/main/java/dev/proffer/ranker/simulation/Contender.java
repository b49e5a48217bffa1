// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import dev.proffer.proto.experiment.v1.AttributionRule;
import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.RewardMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a shop can do about offers.
///
/// @param name the name in reports
/// @param spec the policy that chooses
public record Contender(String name, Family family, PolicySpec spec) {
  /// What kind of thing it is, for comparisons.
  public enum Family {
    /// The same for everybody.
    SINGLE,
    /// By chance.
    RANDOM,
    /// Learns what is best on average.
    AVERAGE,
    /// Learns what is best for the person and the moment.
    PERSONAL,
    /// Learns what is clicked.
    CLICKS,
    /// Learns what is best over all visits.
    LONG_TERM
  }

  /// The scale of rewards: about the margin of a purchase.
  static final double REWARD_SCALE = 2_000;

  private static final long WINDOW_S = 7 * 86_400;

  /// The contender of a name.
  public static Contender named(String name, List<String> offers) {
    List<Contender> all = all(offers);
    return all.stream()
        .filter(contender -> contender.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "policy: '"
                    + name
                    + "' (expected: one of "
                    + all.stream().map(Contender::name).toList()
                    + ")"));
  }

  /// All contenders of a shop.
  public static List<Contender> all(List<String> offers) {
    List<Contender> all = new ArrayList<>();
    for (String offer : offers) {
      all.add(
          new Contender(
              offer.equals(Shop.NOTHING) ? "no offers" : "always " + offer,
              Family.SINGLE,
              base("always-" + offer, PolicyKind.POLICY_KIND_FIXED)
                  // Nothing once its budget is spent, and not one of the others.
                  .putWeights(Shop.NOTHING, 1e-9)
                  .putWeights(offer, 1)
                  // Nothing is to be learnt; the least floor that can be asked for.
                  .setFloor(1e-9)
                  .build()));
    }
    all.add(
        new Contender(
            "uniform",
            Family.RANDOM,
            base("uniform", PolicyKind.POLICY_KIND_FIXED).setFloor(1e-9).build()));
    all.add(average(PolicyKind.POLICY_KIND_GAUSSIAN_THOMPSON));
    all.add(personal(PolicyKind.POLICY_KIND_LINEAR_THOMPSON, .3));
    all.add(personal(PolicyKind.POLICY_KIND_LIN_UCB, .3));
    all.add(personal(PolicyKind.POLICY_KIND_SQUARE_CB, 2));
    all.add(
        new Contender(
            "click-greedy",
            Family.CLICKS,
            base("click-greedy", PolicyKind.POLICY_KIND_LIN_UCB)
                .setFeatures(World.FEATURES)
                .setExploration(.1)
                .setRewardMetric(RewardMetric.REWARD_METRIC_CLICK)
                .setRewardScale(1)
                .build()));
    all.add(
        new Contender(
            "long-term",
            Family.LONG_TERM,
            base("long-term", PolicyKind.POLICY_KIND_LONG_TERM)
                .setFeatures(World.FEATURES)
                .setExploration(.3)
                .setPatience(.9)
                .setAbsenceSeconds(45 * 86_400)
                .build()));
    return all;
  }

  private static Contender average(PolicyKind kind) {
    return new Contender(name(kind), Family.AVERAGE, base(name(kind), kind).build());
  }

  private static Contender personal(PolicyKind kind, double exploration) {
    return new Contender(
        name(kind),
        Family.PERSONAL,
        base(name(kind), kind).setFeatures(World.FEATURES).setExploration(exploration).build());
  }

  private static String name(PolicyKind kind) {
    return kind.name()
        .substring("POLICY_KIND_".length())
        .toLowerCase(Locale.ROOT)
        .replace('_', '-');
  }

  private static PolicySpec.Builder base(String name, PolicyKind kind) {
    return PolicySpec.newBuilder()
        .setName(name)
        .setKind(kind)
        .setFloor(.02)
        .setAttributionWindowSeconds(WINDOW_S)
        .setAttributionRule(AttributionRule.ATTRIBUTION_RULE_LAST_TOUCH)
        .setRewardMetric(RewardMetric.REWARD_METRIC_MARGIN)
        .setRewardScale(REWARD_SCALE);
  }
}
