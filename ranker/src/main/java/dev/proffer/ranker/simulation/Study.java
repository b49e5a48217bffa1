// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/// The same worlds with each contender: what each earned, and by how much one beats another.
///
/// @param contenders the contenders, in the order of `outcomes`
/// @param outcomes by contender and world
public record Study(
    World.Options options, List<Contender> contenders, List<List<World.Outcome>> outcomes) {
  /// How much one contender earned more than another, over worlds.
  ///
  /// @param mean profit a world, in minor units
  /// @param low the lower end of the 95 % interval of paired differences
  /// @param high the upper end
  /// @param share the mean over the profit of the other
  /// @param wins worlds in which it earned more
  public record Margin(
      String of, String over, double mean, double low, double high, double share, int wins) {
    public boolean isCertain() {
      return low > 0;
    }
  }

  /// Lets every contender live in worlds of seeds from `options.seed()` on.
  public static Study run(World.Options options, int worlds) {
    if (worlds < 1) {
      throw new IllegalArgumentException("seeds: " + worlds + " (expected: 1 or more)");
    }
    List<Contender> contenders = Contender.all(new World(options).shop().offerIds());
    List<World.Outcome[]> all = new ArrayList<>();
    contenders.forEach(_ -> all.add(new World.Outcome[worlds]));
    IntStream.range(0, worlds * contenders.size())
        .parallel()
        .forEach(i -> {
          int world = i / contenders.size();
          int c = i % contenders.size();
          all.get(c)[world] = live(at(options, world), contenders.get(c));
        });
    return new Study(options, contenders, all.stream().map(List::of).toList());
  }

  static World.Options at(World.Options options, int world) {
    return new World.Options(
        options.people(),
        options.days(),
        options.items(),
        options.categories(),
        options.budgetMinorUnits(),
        options.memory(),
        options.seed() + world);
  }

  static World.Outcome live(World.Options options, Contender contender) {
    World world = new World(options);
    return world.run(LocalMarket.of(world.shop(), contender.spec(), options.seed()));
  }

  /// By how many standard errors the profit of days differs between two lives of one world.
  public static double difference(World.Outcome one, World.Outcome other) {
    double[] a = one.profitByDay();
    double[] b = other.profitByDay();
    double mean = 0;
    for (int d = 0; d < a.length; d++) {
      mean += (a[d] - b[d]) / a.length;
    }
    double squares = 0;
    for (int d = 0; d < a.length; d++) {
      squares += (a[d] - b[d] - mean) * (a[d] - b[d] - mean);
    }
    double error = Math.sqrt(squares / Math.max(1, a.length - 1) / a.length);
    return error == 0 ? 0 : mean / error;
  }

  public int worlds() {
    return outcomes.getFirst().size();
  }

  /// Mean profit of a contender.
  public double profit(int contender) {
    return outcomes.get(contender).stream()
        .mapToLong(World.Outcome::profitMinorUnits)
        .average()
        .orElse(0);
  }

  /// The personal contender, judged by its profit in all worlds.
  public int bestPersonal() {
    return best(Contender.Family.PERSONAL);
  }

  int best(Contender.Family family) {
    return IntStream.range(0, contenders.size())
        .filter(c -> contenders.get(c).family() == family)
        .boxed()
        .max(Comparator.comparingDouble(this::profit))
        .orElseThrow();
  }

  /// How much a contender earned more than the one of these that was best in each world, which
  /// nobody could know before.
  public Margin margin(int of, List<Integer> over, String name) {
    int n = worlds();
    double[] difference = new double[n];
    double theirs = 0;
    int wins = 0;
    for (int w = 0; w < n; w++) {
      int world = w;
      double most =
          over.stream()
              .mapToDouble(c -> outcomes.get(c).get(world).profitMinorUnits())
              .max()
              .orElseThrow();
      difference[w] = outcomes.get(of).get(w).profitMinorUnits() - most;
      theirs += most / n;
      wins += difference[w] > 0 ? 1 : 0;
    }
    double mean = IntStream.range(0, n).mapToDouble(w -> difference[w]).sum() / n;
    double squares =
        IntStream.range(0, n)
            .mapToDouble(w -> (difference[w] - mean) * (difference[w] - mean))
            .sum();
    double half =
        n < 2
            ? Double.POSITIVE_INFINITY
            : TDistribution.of(n - 1).inverseCumulativeProbability(.975)
                * Math.sqrt(squares / (n - 1) / n);
    return new Margin(
        contenders.get(of).name(), name, mean, mean - half, mean + half, mean / theirs, wins);
  }

  /// The comparisons that matter.
  public List<Margin> margins() {
    List<Margin> margins = new ArrayList<>();
    List<Integer> singles = all(Contender.Family.SINGLE);
    int uniform = best(Contender.Family.RANDOM);
    int clicks = best(Contender.Family.CLICKS);
    int longTerm = best(Contender.Family.LONG_TERM);
    List<Integer> candidates = new ArrayList<>(all(Contender.Family.PERSONAL));
    candidates.add(longTerm);
    for (int c : candidates) {
      margins.add(margin(c, singles, "best single offer of each world"));
      margins.add(margin(c, List.of(uniform), "uniform"));
    }
    margins.add(margin(longTerm, List.of(clicks), "click-greedy"));
    margins.add(margin(longTerm, List.of(bestPersonal()), contenders.get(bestPersonal()).name()));
    return margins;
  }

  List<Integer> all(Contender.Family family) {
    return IntStream.range(0, contenders.size())
        .filter(c -> contenders.get(c).family() == family)
        .boxed()
        .toList();
  }

  /// Mean regret of a contender, at even steps of visits.
  public double[] regret(int contender) {
    double[] mean = new double[World.POINTS];
    for (World.Outcome outcome : outcomes.get(contender)) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += outcome.regretMinorUnits()[i] / worlds();
      }
    }
    return mean;
  }

  /// The most that any world spent above a budget; 0 is right.
  public long overspentMinorUnits() {
    return outcomes.stream()
        .flatMap(List::stream)
        .mapToLong(World.Outcome::overspentMinorUnits)
        .max()
        .orElse(0);
  }

  /// The largest share of a budget that a contender spent in any world; above 1 is overspent.
  public double budgetShareMax(int contender) {
    return outcomes.get(contender).stream()
        .mapToDouble(World.Outcome::budgetShareMax)
        .max()
        .orElse(0);
  }

  /// The figures of a contender, by name.
  public Map<String, Double> figures(int contender) {
    Map<String, Double> figures = new TreeMap<>();
    List<World.Outcome> of = outcomes.get(contender);
    figures.put("profit", profit(contender));
    figures.put("revenue", mean(of.stream().mapToLong(World.Outcome::revenueMinorUnits).toArray()));
    figures.put(
        "discounts", mean(of.stream().mapToLong(World.Outcome::discountMinorUnits).toArray()));
    figures.put("visits", mean(of.stream().mapToLong(World.Outcome::visits).toArray()));
    figures.put("clicks", mean(of.stream().mapToLong(World.Outcome::clicks).toArray()));
    figures.put("purchases", mean(of.stream().mapToLong(World.Outcome::purchases).toArray()));
    figures.put("budget_share_max", budgetShareMax(contender));
    figures.put("refused", mean(of.stream().mapToLong(World.Outcome::refused).toArray()));
    double[] regret = regret(contender);
    figures.put("regret", regret[regret.length - 1]);
    figures.put("regret_exponent", exponent(regret));
    return figures;
  }

  /// The growth of regret: the slope of its logarithm over that of visits in the second half; 1 is
  /// linear.
  static double exponent(double[] curve) {
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double sxy = 0;
    int n = 0;
    for (int i = curve.length / 2; i < curve.length; i++) {
      if (curve[i] <= 0) {
        return 0;
      }
      double x = Math.log(i + 1.0);
      double y = Math.log(curve[i]);
      sx += x;
      sy += y;
      sxx += x * x;
      sxy += x * y;
      n++;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
  }

  private static double mean(long[] values) {
    double sum = 0;
    for (long value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
