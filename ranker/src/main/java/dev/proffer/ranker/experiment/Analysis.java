// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What an experiment found, or why it must not be asked.
///
/// @param title the experiment
/// @param hypothesis what was expected
/// @param confidence the level of every interval
/// @param arms the arms; the first is the control
/// @param sampleRatioPValue the p-value of the planned split
/// @param refusal why there is no verdict; empty when there is one
/// @param comparisons every arm against the control on every metric, the primary metric first
/// @param segments reactions by segment on the primary metric, by variant
/// @param crossed the same by variant of another experiment that people are in as well: whether two
///   changes do more or less together than each alone
public record Analysis(
    String title,
    String hypothesis,
    double confidence,
    List<Arm> arms,
    double sampleRatioPValue,
    String refusal,
    List<Comparison> comparisons,
    Map<String, Heterogeneity> segments,
    List<Crossed> crossed) {
  /// How a variant does among the variants of another experiment.
  public record Crossed(String variant, String experiment, Heterogeneity effects) {}

  /// Units below which nothing is concluded: the tests are asymptotic.
  public static final long UNITS_MIN = 100;

  /// Share of units seen in several variants above which the comparison is refused.
  public static final double CROSSED_SHARE_MAX = .01;

  /// An arm with its planned weight.
  public record Arm(String name, double weight, long units) {}

  /// What a comparison says.
  public enum Verdict {
    BETTER,
    WORSE,
    OPEN,
    REFUSED
  }

  /// A variant against the control.
  ///
  /// @param low the lower end of the always-valid interval
  /// @param high the upper end
  /// @param alwaysValidP the p-value that holds however often one looks
  /// @param adjustedP the fixed-horizon p-value after Holm's correction over all comparisons
  /// @param varianceExplained the share of variance that the covariate took out
  public record Comparison(
      String variant,
      String metric,
      Sample control,
      Sample sample,
      Difference difference,
      double low,
      double high,
      double alwaysValidP,
      double adjustedP,
      double varianceExplained,
      Verdict verdict) {}

  /// One metric of all arms, in their order.
  ///
  /// @param samples values by arm, after the covariate was taken out
  /// @param varianceExplained the share of variance that it took out
  /// @param segments the same by segment
  public record Metric(
      String name,
      List<Sample> samples,
      double varianceExplained,
      Map<String, List<Sample>> segments) {
    /// From sums, adjusting for the covariate where it varies.
    public static Metric of(
        String name, List<PairedSums> arms, Map<String, List<PairedSums>> segments) {
      PairedSums[] all = arms.toArray(PairedSums[]::new);
      double theta = PairedSums.theta(all);
      double mean = PairedSums.meanCovariate(all);
      double before = 0;
      double after = 0;
      List<Sample> samples = new ArrayList<>();
      for (PairedSums arm : arms) {
        Sample adjusted = arm.adjusted(theta, mean);
        samples.add(adjusted);
        before += arm.sample().variance();
        after += adjusted.variance();
      }
      Map<String, List<Sample>> bySegment = new LinkedHashMap<>();
      segments.forEach((segment, sums) ->
          bySegment.put(segment, sums.stream().map(arm -> arm.adjusted(theta, mean)).toList()));
      return new Metric(name, samples, before > 0 ? 1 - after / before : 0, bySegment);
    }

    /// From samples as they are.
    public static Metric of(String name, List<Sample> samples) {
      return new Metric(name, samples, 0, Map.of());
    }
  }

  /// Compares all arms with the first.
  ///
  /// @param crossed units that were seen in more than one variant
  public static Analysis of(
      String title,
      String hypothesis,
      List<Arm> arms,
      List<Metric> metrics,
      double confidence,
      long crossed) {
    if (arms.size() < 2) {
      throw new IllegalArgumentException("arms: " + arms.size() + " (expected: 2 or more)");
    }
    double ratio =
        SampleRatio.pValue(
            arms.stream().mapToLong(Arm::units).toArray(),
            arms.stream().mapToDouble(Arm::weight).toArray());
    String refusal = refusal(arms, metrics, ratio, crossed);
    double alpha = 1 - confidence;
    List<Comparison> comparisons = new ArrayList<>();
    Map<String, Heterogeneity> segments = new LinkedHashMap<>();
    int variants = arms.size() - 1;
    for (int m = 0; m < metrics.size(); m++) {
      Metric metric = metrics.get(m);
      // The primary metric is one question for each variant; the others share a level of their own.
      int questions = m == 0 ? variants : variants * (metrics.size() - 1);
      for (int v = 1; v <= variants; v++) {
        Sample control = metric.samples().getFirst();
        Sample sample = metric.samples().get(v);
        if (control.units() < 2 || sample.units() < 2) {
          continue;
        }
        Difference difference = Difference.welch(control, sample, confidence);
        ConfidenceSequence sequence =
            new ConfidenceSequence(alpha / questions, ConfidenceSequence.TIGHTEST_AT);
        long units = control.units() + sample.units();
        double width = sequence.halfWidth(units, difference.standardError());
        double low = difference.value() - width;
        double high = difference.value() + width;
        Verdict verdict =
            !refusal.isEmpty()
                ? Verdict.REFUSED
                : low > 0 ? Verdict.BETTER : high < 0 ? Verdict.WORSE : Verdict.OPEN;
        comparisons.add(
            new Comparison(
                arms.get(v).name(),
                metric.name(),
                control,
                sample,
                difference,
                low,
                high,
                sequence.pValue(units, difference.value(), difference.standardError()),
                1,
                metric.varianceExplained(),
                verdict));
        if (m == 0 && !metric.segments().isEmpty()) {
          Map<String, Heterogeneity.Arms> pairs = new LinkedHashMap<>();
          for (Map.Entry<String, List<Sample>> entry : metric.segments().entrySet()) {
            pairs.put(
                entry.getKey(),
                new Heterogeneity.Arms(entry.getValue().getFirst(), entry.getValue().get(v)));
          }
          segments.put(arms.get(v).name(), Heterogeneity.of(pairs, UNITS_MIN, confidence));
        }
      }
    }
    return new Analysis(
        title,
        hypothesis,
        confidence,
        List.copyOf(arms),
        ratio,
        refusal,
        adjusted(comparisons),
        segments,
        List.of());
  }

  /// With how the variants do among those of other experiments.
  ///
  /// @param others the primary metric by variant of the other experiment, by experiment
  Analysis with(Map<String, Metric> others) {
    List<Crossed> found = new ArrayList<>();
    others.forEach((experiment, metric) -> {
      for (int v = 1; v < arms.size(); v++) {
        Map<String, Heterogeneity.Arms> pairs = new LinkedHashMap<>();
        for (Map.Entry<String, List<Sample>> entry : metric.segments().entrySet()) {
          pairs.put(
              entry.getKey(),
              new Heterogeneity.Arms(entry.getValue().getFirst(), entry.getValue().get(v)));
        }
        Heterogeneity effects = Heterogeneity.of(pairs, UNITS_MIN, confidence);
        if (effects.segments().size() > 1) {
          found.add(new Crossed(arms.get(v).name(), experiment, effects));
        }
      }
    });
    return new Analysis(
        title,
        hypothesis,
        confidence,
        arms,
        sampleRatioPValue,
        refusal,
        comparisons,
        segments,
        List.copyOf(found));
  }

  private static List<Comparison> adjusted(List<Comparison> comparisons) {
    double[] p =
        MultipleComparisons.holm(
            comparisons.stream().mapToDouble(c -> c.difference().pValue()).toArray());
    List<Comparison> adjusted = new ArrayList<>();
    for (int i = 0; i < p.length; i++) {
      Comparison c = comparisons.get(i);
      adjusted.add(
          new Comparison(
              c.variant(),
              c.metric(),
              c.control(),
              c.sample(),
              c.difference(),
              c.low(),
              c.high(),
              c.alwaysValidP(),
              p[i],
              c.varianceExplained(),
              c.verdict()));
    }
    return List.copyOf(adjusted);
  }

  private static String refusal(List<Arm> arms, List<Metric> metrics, double ratio, long crossed) {
    long total = arms.stream().mapToLong(Arm::units).sum();
    for (Arm arm : arms) {
      if (arm.units() < UNITS_MIN) {
        return String.format(
            Locale.ROOT,
            "the arm '%s' has %,d units; below %d nothing can be concluded",
            arm.name(),
            arm.units(),
            UNITS_MIN);
      }
    }
    // Said first: it may well be why the split is off.
    if (crossed > CROSSED_SHARE_MAX * total) {
      return String.format(
          Locale.ROOT,
          "%,d units (%.1f %%) were seen in more than one variant",
          crossed,
          100.0 * crossed / total);
    }
    if (ratio < SampleRatio.P_VALUE_MIN) {
      return String.format(
          Locale.ROOT,
          "the split did not come out as planned (p = %.1e): units are missing or doubled in an"
              + " arm, so the arms are not alike; find out why before reading any difference",
          ratio);
    }
    if (metrics.isEmpty()) {
      return "no outcome of any metric was recorded";
    }
    return "";
  }
}
