// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;
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
/// thousand, so servers that read the same events have the same weights. One thread learns; many
/// may ask.
final class LongTermModel {
  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;

  static final int STEPS_MAX = 60_000;

  /// Options times features at most: the fit is cubic in it.
  static final int DIMENSION_MAX = 512;

  private static final int PEOPLE_MAX = 200_000;
  private static final int FIRST_FIT = 200;
  private static final int REFIT_MAX = 1_000;
  private static final int ROUNDS_MAX = 12;
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
    if (++sinceFit >= Math.clamp(steps.size() / 10, FIRST_FIT, REFIT_MAX)) {
      refit();
    }
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
    Fit before = fit;
    double[] weights =
        before == null ? new double[dimension] : Arrays.copyOf(before.weights(), dimension);
    for (int round = 0; round < ROUNDS_MAX; round++) {
      double[] next = solve(usable, weights, dimension);
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

  private double[] solve(List<Step> usable, double[] policy, int dimension) {
    double[] a = new double[dimension * dimension];
    double[] b = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      a[i * dimension + i] = i < features ? RIDGE : OPTION_RIDGE;
    }
    for (Step step : usable) {
      Step next = step.next;
      int then = next == null ? 0 : best(policy, next);
      for (int block : new int[] {0, 1 + step.action}) {
        for (int i = 0; i < features; i++) {
          double x = step.context[i];
          if (x == 0) {
            continue;
          }
          int row = (block * features + i) * dimension;
          b[block * features + i] += x * step.reward;
          add(a, row, x, step.context);
          add(a, row + (1 + step.action) * features, x, step.context);
          if (next != null) {
            add(a, row, -patience * x, next.context);
            add(a, row + (1 + then) * features, -patience * x, next.context);
          }
        }
      }
    }
    return eliminate(a, b, dimension);
  }

  private void add(double[] into, int at, double scale, double[] context) {
    for (int j = 0; j < features; j++) {
      into[at + j] += scale * context[j];
    }
  }

  private int best(double[] weights, Step step) {
    int best = step.action;
    double most = Double.NEGATIVE_INFINITY;
    for (int action : step.options) {
      double value = dot(weights, action, step.context);
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

  /// Gauss with partial pivoting; the matrix is not symmetric.
  static double[] eliminate(double[] a, double[] b, int n) {
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        if (Math.abs(a[row * n + column]) > Math.abs(a[pivot * n + column])) {
          pivot = row;
        }
      }
      if (pivot != column) {
        for (int j = 0; j < n; j++) {
          double swap = a[column * n + j];
          a[column * n + j] = a[pivot * n + j];
          a[pivot * n + j] = swap;
        }
        double swap = b[column];
        b[column] = b[pivot];
        b[pivot] = swap;
      }
      double divisor = a[column * n + column];
      if (Math.abs(divisor) < 1e-12) {
        continue;
      }
      for (int row = column + 1; row < n; row++) {
        double factor = a[row * n + column] / divisor;
        if (factor == 0) {
          continue;
        }
        subtract(a, row * n + column, factor, column * n + column, n - column);
        b[row] -= factor * b[column];
      }
    }
    double[] x = new double[n];
    for (int row = n - 1; row >= 0; row--) {
      double sum = b[row];
      for (int j = row + 1; j < n; j++) {
        sum -= a[row * n + j] * x[j];
      }
      double divisor = a[row * n + row];
      x[row] = Math.abs(divisor) < 1e-12 ? 0 : sum / divisor;
    }
    return x;
  }

  /// `a[to + j] -= factor · a[from + j]`, rounded as one by one.
  private static void subtract(double[] a, int to, double factor, int from, int length) {
    int bound = SPECIES.loopBound(length);
    int j = 0;
    for (; j < bound; j += SPECIES.length()) {
      DoubleVector.fromArray(SPECIES, a, to + j)
          .sub(DoubleVector.fromArray(SPECIES, a, from + j).mul(factor))
          .intoArray(a, to + j);
    }
    for (; j < length; j++) {
      a[to + j] -= factor * a[from + j];
    }
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
