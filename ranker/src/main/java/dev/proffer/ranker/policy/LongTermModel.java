// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a choice is worth over this and all later visits of a person, by least-squares policy
/// iteration (Lagoudakis & Parr 2003) on `Q(context, option) = (w + w_option) · context`: what the
/// person is worth anyway, learnt from all visits, and what the option changes, held close to
/// nothing until visits say otherwise.
///
/// Visits of a person form a chain: context, choice, what it earned, next context. A chain ends
/// when the person stayed away for too long; the last visit of somebody who may still come back is
/// not used, because what follows it is not known. Each round solves `A w = b` with `A = ρI + Σ φ(φ
/// - γ φ')ᵀ`, `b = Σ φ r`, where `φ'` is the option that the weights of the round before would
///   choose at the next visit, until the weights stay.
///
/// It fits again each time the number of visits has grown by a tenth, and at the latest after a
/// thousand, or more with so many options and features that each visit would cost too much. The
/// clock has no say in it, so servers that read the same events have the same weights. One thread
/// learns; many may ask.
final class LongTermModel {
  static final int STEPS_MAX = 60_000;

  /// Options times features at most: what a fit keeps is quadratic in it.
  static final int DIMENSION_MAX = 2_048;

  private static final int PEOPLE_MAX = 200_000;
  private static final int FIRST_FIT = 200;
  private static final int REFIT_MAX = 1_000;
  private static final int ROUNDS_MAX = 12;
  private static final int ROUNDS_USUAL = 3;

  /// Multiplications for fits that one visit may cost.
  private static final int WORK_PER_VISIT = 12_000;

  private static final double RIDGE = 1;
  private static final double OPTION_RIDGE = 5;
  private static final double SETTLED = 1e-4;

  private static final class Step {
    final long person;
    final String decisionId;
    final long atMillis;
    final double[] context;
    final int action;
    final int[] options;
    double reward;
    @Nullable Step next;

    Step(
        long person,
        String decisionId,
        long atMillis,
        double[] context,
        int action,
        int[] options) {
      this.person = person;
      this.decisionId = decisionId;
      this.atMillis = atMillis;
      this.context = context;
      this.action = action;
      this.options = options;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Fit(Map<String, Integer> actions, double[] weights) {}

  private final int features;
  private final double patience;
  private final long absenceMillis;
  private final Map<String, Integer> actions = new LinkedHashMap<>();
  private final ArrayDeque<Step> steps = new ArrayDeque<>();
  private final Map<String, Step> byDecision = new LinkedHashMap<>();
  private final Map<Long, Step> latest =
      new LinkedHashMap<>(16, .75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Step> eldest) {
          return size() > PEOPLE_MAX;
        }
      };
  private long newestMillis;
  private int sinceFit;
  private volatile @Nullable Fit fit;

  /// @param patience what a reward at the next visit counts
  /// @param absenceMillis after how long somebody is taken for gone
  LongTermModel(int features, double patience, long absenceMillis) {
    this.features = features;
    this.patience = patience;
    this.absenceMillis = absenceMillis;
  }

  /// Learns of a visit.
  void meet(
      long person,
      String decisionId,
      long atMillis,
      double[] context,
      String option,
      List<String> options) {
    int action = action(option);
    if (action < 0) {
      return;
    }
    Step step =
        new Step(
            person,
            decisionId,
            atMillis,
            context,
            action,
            options.stream().mapToInt(this::action).filter(a -> a >= 0).toArray());
    newestMillis = Math.max(newestMillis, atMillis);
    Step before = latest.put(person, step);
    if (before != null && atMillis - before.atMillis <= absenceMillis) {
      before.next = step;
    }
    steps.add(step);
    byDecision.put(decisionId, step);
    if (steps.size() > STEPS_MAX) {
      Step oldest = steps.remove();
      byDecision.remove(oldest.decisionId);
      latest.remove(oldest.person, oldest);
    }
    if (++sinceFit >= refitAfter()) {
      refit();
    }
  }

  /// After how many visits to fit again.
  private int refitAfter() {
    long size = steps.size();
    long work = size * features * (2L * features + actions.size()) * ROUNDS_USUAL;
    return (int) Math.max(work / WORK_PER_VISIT, Math.clamp(size / 10, FIRST_FIT, REFIT_MAX));
  }

  /// Learns what a visit earned.
  void reward(String decisionId, double value) {
    Step step = byDecision.get(decisionId);
    if (step != null) {
      step.reward += value;
    }
  }

  /// Forgets every visit of a person. What was learnt from many people together stays until the
  /// next fit.
  void forget(long person) {
    steps.removeIf(step -> step.person == person);
    byDecision.values().removeIf(step -> step.person == person);
    latest.remove(person);
  }

  int steps() {
    return steps.size();
  }

  /// Whether anything was fitted yet.
  boolean ready() {
    return fit != null;
  }

  /// Whether the option was known at the last fit.
  boolean knows(String option) {
    Fit now = fit;
    return now != null && now.actions().containsKey(option);
  }

  /// What a choice is worth; that of an unknown option is what the person is worth anyway.
  double value(String option, double[] context) {
    Fit now = fit;
    Integer action = now == null ? null : now.actions().get(option);
    return now == null ? 0 : dot(now.weights(), action == null ? -1 : action, context);
  }

  /// Fits to all that is known.
  void refit() {
    sinceFit = 0;
    int dimension = (actions.size() + 1) * features;
    if (actions.isEmpty()) {
      return;
    }
    List<Step> usable = new ArrayList<>(steps.size());
    for (Step step : steps) {
      if (step.next != null || newestMillis - step.atMillis > absenceMillis) {
        usable.add(step);
      }
    }
    if (usable.size() < FIRST_FIT / 2) {
      return;
    }
    ValueFit system = new ValueFit(features, actions.size(), RIDGE, OPTION_RIDGE, patience);
    for (Step step : usable) {
      system.visit(step.context, step.action, step.reward);
    }
    Fit before = fit;
    double[] weights =
        before == null ? new double[dimension] : Arrays.copyOf(before.weights(), dimension);
    int[] followed = new int[usable.size()];
    for (int round = 0; round < ROUNDS_MAX; round++) {
      if (!follow(usable, weights, system, followed) && round > 0) {
        break;
      }
      double[] next = system.solve(weights);
      double change = 0;
      double size = 1e-12;
      for (int i = 0; i < dimension; i++) {
        change += (next[i] - weights[i]) * (next[i] - weights[i]);
        size += next[i] * next[i];
      }
      weights = next;
      if (change < SETTLED * SETTLED * size) {
        break;
      }
    }
    fit = new Fit(Map.copyOf(actions), weights);
  }

  /// Says what follows each visit when these weights choose; false when that is what it was.
  private boolean follow(List<Step> usable, double[] weights, ValueFit system, int[] followed) {
    system.clearFollowing();
    boolean changed = false;
    for (int i = 0; i < followed.length; i++) {
      Step step = usable.get(i);
      Step next = step.next;
      if (next != null) {
        int then = best(weights, next);
        changed |= then != followed[i];
        followed[i] = then;
        system.follow(step.context, step.action, next.context, then);
      }
    }
    return changed;
  }

  private int best(double[] weights, Step step) {
    int best = step.action;
    double most = Double.NEGATIVE_INFINITY;
    for (int action : step.options) {
      // What the person is worth anyway is the same for all of them.
      double value = 0;
      int at = (1 + action) * features;
      for (int i = 0; i < features; i++) {
        value += weights[at + i] * step.context[i];
      }
      if (value > most) {
        most = value;
        best = action;
      }
    }
    return best;
  }

  private double dot(double[] weights, int action, double[] context) {
    double sum = 0;
    int at = (1 + action) * features;
    for (int i = 0; i < features; i++) {
      sum += (weights[i] + (action < 0 ? 0 : weights[at + i])) * context[i];
    }
    return sum;
  }

  private int action(String option) {
    Integer known = actions.get(option);
    if (known != null) {
      return known;
    }
    if ((actions.size() + 2) * features > DIMENSION_MAX) {
      return -1;
    }
    actions.put(option, actions.size());
    return actions.size() - 1;
  }
}
