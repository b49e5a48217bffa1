// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicySpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A policy with everything it has learnt. Many threads may choose while one learns.
///
/// Each option is learnt for everybody and for each segment; a segment starts from what is known of
/// everybody, as if that were `prior_weight` observations of its own. Linear kinds learn for
/// everybody only: segments belong into their features.
public final class PolicyState {
  /// Options and segments that are remembered at most; beyond, new ones are not learnt apart.
  static final int ARMS_MAX = 100_000;

  private static final double FLOOR = .05;
  private static final double PRIOR_WEIGHT = 10;
  private static final double PATIENCE = .9;
  private static final long ABSENCE_S = 30 * 86_400;

  /// A choice.
  ///
  /// @param index the position of the chosen option
  /// @param propensities probabilities of all options
  @SuppressWarnings("ArrayRecordComponent") // Made for one caller.
  public record Choice(int index, double[] propensities) {
    /// The probability of what was chosen.
    public double propensity() {
      return propensities[index];
    }
  }

  private record Key(String segment, String option) {}

  private final PolicySpec spec;
  private final ChoiceRule rule;
  private final boolean linear;
  private final @Nullable LongTermModel longTerm;
  private final double floor;
  private final double discount;
  private final double priorWeight;
  // Stands for every option that was never chosen; it never learns.
  private final Arm blank;
  private final Map<Key, Arm> arms = new HashMap<>();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final ThreadLocal<ChoiceRule.Scratch> scratch =
      ThreadLocal.withInitial(ChoiceRule.Scratch::new);
  private volatile long version;
  private long decisions;
  private double rewards;

  public PolicyState(PolicySpec spec) {
    this.spec = spec;
    double exploration = spec.getExploration();
    this.rule =
        switch (spec.getKind()) {
          case POLICY_KIND_FIXED -> new ChoiceRule.Fixed();
          case POLICY_KIND_EPSILON_GREEDY -> new ChoiceRule.EpsilonGreedy(or(exploration, .1));
          case POLICY_KIND_BERNOULLI_THOMPSON -> new ChoiceRule.BernoulliThompson();
          case POLICY_KIND_GAUSSIAN_THOMPSON -> new ChoiceRule.GaussianThompson(or(exploration, 1));
          case POLICY_KIND_UCB1 -> new ChoiceRule.Ucb1(or(exploration, 1));
          case POLICY_KIND_LIN_UCB -> new ChoiceRule.LinUcb(or(exploration, 1));
          case POLICY_KIND_LINEAR_THOMPSON -> new ChoiceRule.LinearThompson(or(exploration, .5));
          case POLICY_KIND_SQUARE_CB -> new ChoiceRule.SquareCb(or(exploration, 1));
          case POLICY_KIND_LONG_TERM -> new ChoiceRule.LongTerm(or(exploration, .5));
          case POLICY_KIND_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("kind: " + spec.getKind());
        };
    this.linear =
        rule instanceof ChoiceRule.LinUcb
            || rule instanceof ChoiceRule.LinearThompson
            || rule instanceof ChoiceRule.SquareCb
            || spec.getKind() == PolicyKind.POLICY_KIND_LONG_TERM;
    this.longTerm =
        spec.getKind() == PolicyKind.POLICY_KIND_LONG_TERM && spec.getFeatures() > 0
            ? new LongTermModel(
                spec.getFeatures(),
                or(spec.getPatience(), PATIENCE),
                1_000 * (spec.getAbsenceSeconds() == 0 ? ABSENCE_S : spec.getAbsenceSeconds()))
            : null;
    if (linear != spec.getFeatures() > 0) {
      throw new IllegalArgumentException(
          linear
              ? "features: 0 (expected: 1 to 256, because this kind is linear)"
              : "features: " + spec.getFeatures() + " (expected: 0, because this kind has none)");
    }
    if (rule instanceof ChoiceRule.EpsilonGreedy && exploration > 1) {
      throw new IllegalArgumentException("exploration: " + exploration + " (expected: at most 1)");
    }
    this.blank = new Arm(spec.getFeatures());
    this.floor = or(spec.getFloor(), FLOOR);
    this.discount = or(spec.getDiscount(), 1);
    this.priorWeight = or(spec.getPriorWeight(), PRIOR_WEIGHT);
    for (Map.Entry<String, Double> weight : spec.getWeightsMap().entrySet()) {
      if (!(weight.getValue() >= 0) || Double.isInfinite(weight.getValue())) {
        throw new IllegalArgumentException(
            "weights[" + weight.getKey() + "]: " + weight.getValue() + " (expected: 0 or more)");
      }
    }
  }

  public PolicySpec spec() {
    return spec;
  }

  /// Chooses among options with the probabilities of the rule, none of them below the floor.
  public Choice choose(
      List<String> options, String segment, double[] context, RandomGenerator random) {
    int size = options.size();
    if (size == 0) {
      throw new IllegalArgumentException("options: there are none");
    }
    requireContext(context);
    double[] p = new double[size];
    double[] count = new double[size];
    double[] mean = new double[size];
    double[] weight = new double[size];
    Arm[] seen = new Arm[size];
    lock.readLock().lock();
    try {
      for (int i = 0; i < size; i++) {
        Arm everybody = arms.getOrDefault(new Key("", options.get(i)), blank);
        Arm own =
            segment.isEmpty() || linear
                ? everybody
                : arms.getOrDefault(new Key(segment, options.get(i)), blank);
        seen[i] = everybody;
        double prior = own == everybody ? 0 : Math.min(priorWeight, everybody.count());
        double priorSum = prior == 0 ? 0 : prior * everybody.sum() / everybody.count();
        count[i] = own.count() + prior;
        mean[i] = count[i] == 0 ? 0 : (own.sum() + priorSum) / count[i];
        weight[i] = spec.getWeightsMap().getOrDefault(options.get(i), 0.0);
      }
      if (longTerm != null) {
        // All 0 before the first fit, when everything is as good as everything else.
        for (int i = 0; i < size; i++) {
          mean[i] = longTerm.value(options.get(i), context);
        }
      }
      rule.probabilities(
          new ChoiceRule.Options(seen, count, mean, weight, size), context, scratch.get(), p);
    } finally {
      lock.readLock().unlock();
    }
    double drawn = random.nextDouble();
    int chosen = size - 1;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      p[i] = (1 - floor) * p[i] + floor / size;
      if (sum <= drawn && drawn < sum + p[i]) {
        chosen = i;
      }
      sum += p[i];
    }
    return new Choice(chosen, p);
  }

  /// Learns that an option was chosen.
  public void meet(PolicyEvent event) {
    meet(event.sequence(), event.chosen(), event.segment(), event.context());
    if (longTerm != null) {
      longTerm.meet(
          event.person(),
          event.decisionId(),
          event.atUnixMs(),
          event.context(),
          event.chosen(),
          event.options());
    }
  }

  /// Learns what followed a choice.
  ///
  /// @param value the reward
  /// @param before what the same choice had earned before
  public void reward(PolicyEvent event, double value, double before) {
    reward(event.sequence(), event.chosen(), event.segment(), event.context(), value, before);
    if (longTerm != null) {
      longTerm.reward(event.decisionId(), value);
    }
  }

  /// Forgets the visits of a person, where visits are kept.
  void forget(long person) {
    if (longTerm != null) {
      longTerm.forget(person);
    }
  }

  /// Whether it learns from chains of visits.
  boolean keepsVisits() {
    return longTerm != null;
  }

  /// The long-term model, for tests.
  @Nullable LongTermModel longTerm() {
    return longTerm;
  }

  void meet(long sequence, String option, String segment, double[] context) {
    lock.writeLock().lock();
    try {
      arm("", option).meet(context, discount);
      if (!segment.isEmpty() && !linear) {
        arm(segment, option).meet(context, discount);
      }
      decisions++;
      version = sequence;
    } finally {
      lock.writeLock().unlock();
    }
  }

  void reward(
      long sequence, String option, String segment, double[] context, double value, double before) {
    lock.writeLock().lock();
    try {
      arm("", option).reward(context, value, before);
      if (!segment.isEmpty() && !linear) {
        arm(segment, option).reward(context, value, before);
      }
      rewards += value;
      version = sequence;
    } finally {
      lock.writeLock().unlock();
    }
  }

  void requireContext(double[] context) {
    if (linear && context.length != spec.getFeatures()) {
      throw new IllegalArgumentException(
          "context: " + context.length + " features (expected: " + spec.getFeatures() + ")");
    }
    for (double feature : context) {
      if (!Double.isFinite(feature)) {
        throw new IllegalArgumentException("context: " + feature + " (expected: finite numbers)");
      }
    }
  }

  public long version() {
    return version;
  }

  public long decisions() {
    return decisions;
  }

  public double meanReward() {
    return decisions == 0 ? 0 : rewards / decisions;
  }

  private Arm arm(String segment, String option) {
    Key key = new Key(segment, option);
    Arm known = arms.get(key);
    if (known == null) {
      known = none();
      if (arms.size() < ARMS_MAX) {
        arms.put(key, known);
      }
    }
    return known;
  }

  private Arm none() {
    return new Arm(spec.getFeatures());
  }

  private static double or(double value, double otherwise) {
    return value == 0 ? otherwise : value;
  }
}
