// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.policy;

import dev.proffer.proto.experiment.v1.PolicyKind;
import dev.proffer.proto.experiment.v1.PolicySpec;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Measures choosing and learning in CPU time, fits the growth of regret, and compares Sherman and
/// Morrison's updates with the direct inverse.
public final class PolicyBenchmark {
  /// Time of one kind.
  public record Speed(String kind, double chooseMicros, double updateMicros) {}

  /// Regret of one kind on a synthetic problem; `exponent` is the slope of its logarithm over that
  /// of time, `logarithmic` the quality R² of a fit `a + b ln t`.
  public record Regret(
      String kind,
      String problem,
      double early,
      double late,
      double exponent,
      double logarithmic) {}

  private static final int OPTIONS = 50;
  private static final int FEATURES = 32;
  private static final int CONTEXTS = 1_009;
  private static final List<PolicyKind> LINEAR =
      List.of(
          PolicyKind.POLICY_KIND_LIN_UCB,
          PolicyKind.POLICY_KIND_LINEAR_THOMPSON,
          PolicyKind.POLICY_KIND_SQUARE_CB,
          PolicyKind.POLICY_KIND_LONG_TERM);
  private static final List<PolicyKind> PLAIN =
      List.of(
          PolicyKind.POLICY_KIND_FIXED,
          PolicyKind.POLICY_KIND_EPSILON_GREEDY,
          PolicyKind.POLICY_KIND_BERNOULLI_THOMPSON,
          PolicyKind.POLICY_KIND_GAUSSIAN_THOMPSON,
          PolicyKind.POLICY_KIND_UCB1);

  private PolicyBenchmark() {}

  /// The fastest of ten rounds for each kind, 50 options and 32 features, in CPU time of the
  /// thread; updates of the long-term kind as the mean over 60,000, which has the time of its fits.
  public static List<Speed> speeds() {
    List<Speed> speeds = new ArrayList<>();
    for (PolicyKind kind : concat()) {
      speeds.add(speed(kind));
    }
    return speeds;
  }

  private static Speed speed(PolicyKind kind) {
    SplittableRandom random = new SplittableRandom(1);
    List<String> options = IntStream.range(0, OPTIONS).mapToObj(i -> "option-" + i).toList();
    PolicyState policy = new PolicyState(spec(kind, FEATURES, .05));
    double[][] contexts = new double[CONTEXTS][];
    Arrays.setAll(
        contexts, _ -> LINEAR.contains(kind) ? random.doubles(FEATURES).toArray() : new double[0]);
    double[] rewards = random.doubles(CONTEXTS).toArray();
    int visits = 0;
    for (; visits < 4_000; visits++) {
      learn(policy, options, contexts, rewards, visits);
      policy.choose(options, "", contexts[visits % CONTEXTS], random);
    }
    // The long-term kind fits to all visits now and then: the mean has its share of that.
    boolean fits = kind == PolicyKind.POLICY_KIND_LONG_TERM;
    int rounds = fits ? 60 : 10;
    double choose = Double.MAX_VALUE;
    double update = Double.MAX_VALUE;
    double updates = 0;
    for (int round = 0; round < rounds; round++) {
      long started = cpuNanos();
      for (int i = 0; i < 500; i++) {
        policy.choose(options, "", contexts[i % CONTEXTS], random);
      }
      choose = Math.min(choose, (cpuNanos() - started) / 500e3);
      started = cpuNanos();
      for (int i = 0; i < 1_000; i++) {
        learn(policy, options, contexts, rewards, visits++);
      }
      double took = (cpuNanos() - started) / 1_000e3;
      update = Math.min(update, took);
      updates += took;
    }
    return new Speed(name(kind), choose, fits ? updates / rounds : update);
  }

  private static void learn(
      PolicyState policy, List<String> options, double[][] contexts, double[] rewards, int i) {
    PolicyEvent event =
        new PolicyEvent(
            i,
            "d" + i,
            i % 97,
            "",
            options.get(i % options.size()),
            options,
            contexts[i % CONTEXTS],
            i);
    policy.meet(event);
    policy.reward(event, rewards[i % CONTEXTS], 0);
  }

  /// Regret on a Bernoulli problem and a linear one, means of some seeds.
  public static List<Regret> regrets(int steps, int seeds) {
    List<Regret> regrets = new ArrayList<>();
    for (PolicyKind kind : PLAIN) {
      if (kind == PolicyKind.POLICY_KIND_FIXED) {
        continue;
      }
      double[] curve = new double[steps];
      for (int seed = 0; seed < seeds; seed++) {
        add(curve, bernoulli(kind, steps, seed), seeds);
      }
      regrets.add(fit(kind, "bernoulli", curve));
    }
    for (PolicyKind kind : LINEAR) {
      if (kind == PolicyKind.POLICY_KIND_LONG_TERM) {
        continue;
      }
      double[] curve = new double[steps];
      for (int seed = 0; seed < seeds; seed++) {
        add(curve, linear(kind, steps, seed), seeds);
      }
      regrets.add(fit(kind, "linear", curve));
    }
    return regrets;
  }

  private static void add(double[] curve, double[] more, int seeds) {
    for (int i = 0; i < curve.length; i++) {
      curve[i] += more[i] / seeds;
    }
  }

  private static Regret fit(PolicyKind kind, String problem, double[] curve) {
    int n = curve.length;
    double[] x = new double[40];
    double[] y = new double[40];
    double[] plain = new double[40];
    for (int i = 0; i < x.length; i++) {
      // Even steps of the logarithm of time over the last two tenfolds.
      int at = (int) (n * Math.pow(100, (double) (i + 1) / x.length - 1)) - 1;
      x[i] = Math.log(at + 1.0);
      y[i] = Math.log(Math.max(1e-9, curve[at]));
      plain[i] = curve[at];
    }
    return new Regret(
        name(kind), problem, curve[n / 10 - 1], curve[n - 1], slope(x, y)[0], slope(x, plain)[1]);
  }

  /// Slope and R² of a straight line.
  private static double[] slope(double[] x, double[] y) {
    double mx = Arrays.stream(x).average().orElse(0);
    double my = Arrays.stream(y).average().orElse(0);
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - mx) * (x[i] - mx);
      xy += (x[i] - mx) * (y[i] - my);
      yy += (y[i] - my) * (y[i] - my);
    }
    return new double[] {xy / xx, yy == 0 ? 1 : xy * xy / (xx * yy)};
  }

  private static double[] bernoulli(PolicyKind kind, int steps, int seed) {
    double[] rates = {.3, .4, .5, .6};
    List<String> options = List.of("a", "b", "c", "d");
    PolicyState policy = new PolicyState(spec(kind, 0, 1e-9));
    SplittableRandom random = new SplittableRandom(seed);
    double[] none = {};
    double[] regret = new double[steps];
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      int chosen = policy.choose(options, "", none, random).index();
      policy.meet(i, options.get(chosen), "", none);
      if (random.nextDouble() < rates[chosen]) {
        policy.reward(i, options.get(chosen), "", none, 1, 0);
      }
      sum += .6 - rates[chosen];
      regret[i] = sum;
    }
    return regret;
  }

  private static double[] linear(PolicyKind kind, int steps, int seed) {
    int features = 5;
    List<String> options = List.of("a", "b", "c", "d");
    SplittableRandom random = new SplittableRandom(seed);
    double[][] truth = new double[options.size()][features];
    for (double[] each : truth) {
      Arrays.setAll(each, _ -> random.nextGaussian() / Math.sqrt(features));
    }
    PolicyState policy = new PolicyState(spec(kind, features, 1e-9));
    double[] regret = new double[steps];
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      double[] context = new double[features];
      Arrays.setAll(context, _ -> random.nextGaussian() / Math.sqrt(features));
      double best = Double.NEGATIVE_INFINITY;
      double[] means = new double[options.size()];
      for (int a = 0; a < means.length; a++) {
        for (int j = 0; j < features; j++) {
          means[a] += truth[a][j] * context[j];
        }
        best = Math.max(best, means[a]);
      }
      int chosen = policy.choose(options, "", context, random).index();
      policy.meet(i, options.get(chosen), "", context);
      policy.reward(
          i, options.get(chosen), "", context, means[chosen] + .3 * random.nextGaussian(), 0);
      sum += best - means[chosen];
      regret[i] = sum;
    }
    return regret;
  }

  /// The largest difference between the inverse that was updated and the direct one, with and
  /// without forgetting.
  public static double shermanMorrisonError() {
    SplittableRandom random = new SplittableRandom(5);
    double worst = 0;
    for (double discount : new double[] {1, .995}) {
      LinearModel model = new LinearModel(FEATURES, 1);
      for (int i = 0; i < 2_000; i++) {
        double[] x = new double[FEATURES];
        Arrays.setAll(x, _ -> random.nextGaussian());
        model.meet(x, discount);
        if (i % 127 == 126) {
          double[] direct = Cholesky.of(model.gram(), FEATURES).inverse();
          double[] updated = model.inverse();
          for (int j = 0; j < direct.length; j++) {
            worst = Math.max(worst, Math.abs(direct[j] - updated[j]));
          }
        }
      }
    }
    return worst;
  }

  private static PolicySpec spec(PolicyKind kind, int features, double floor) {
    return PolicySpec.newBuilder()
        .setName("bench")
        .setKind(kind)
        .setFloor(floor)
        .setFeatures(LINEAR.contains(kind) ? features : 0)
        .build();
  }

  private static List<PolicyKind> concat() {
    List<PolicyKind> all = new ArrayList<>(PLAIN);
    all.addAll(LINEAR);
    return all;
  }

  private static String name(PolicyKind kind) {
    return kind.name()
        .substring("POLICY_KIND_".length())
        .toLowerCase(Locale.ROOT)
        .replace('_', '-');
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
