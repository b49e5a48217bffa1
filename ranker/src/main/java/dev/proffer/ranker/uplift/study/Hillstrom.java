// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift.study;

import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.LogisticRegression;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.uplift.Trial;
import dev.proffer.ranker.uplift.UpliftCurve;
import dev.proffer.ranker.uplift.UpliftLearner;
import dev.proffer.ranker.uplift.UpliftModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/// Uplift of e-mails on visits in Kevin Hillstrom's MineThatData challenge (2008): 64,000 customers
/// in three random groups. Learners see the same folds, so they are compared pair by pair: the
/// figures of one fold differ more from those of the next than learners do.
///
/// Tree options were fixed before any test fold was read.
public final class Hillstrom {
  private static final TreeOptions OPTIONS =
      TreeOptions.BOOSTING
          .withRounds(60)
          .withLeaves(6)
          .withMinLeafRows(200)
          .withLearningRate(.05)
          .withSampling(.8, .8)
          .withL2(5)
          // On tables of this size more threads wait for each other longer than they work.
          .withThreads(1);
  private static final String TWO_LOGISTIC = "t-logistic";
  private static final double TOP = .3;

  /// Mean and standard deviation of the Qini over folds and the effect among the top 30 %, womens
  /// e-mail against none, visits; from the report named in [#run]. Its unit of Qini is not stated.
  private static final Map<String, double[]> PUBLISHED =
      Map.of(
          "two-model", new double[] {.702, .165, .111},
          "dummy-treatment", new double[] {.751, .239, .117},
          "lai", new double[] {.767, .160, .142},
          "generalised-lai", new double[] {.735, .168, Double.NaN},
          "transformation", new double[] {.735, .235, .140},
          "uplift-forest-ed", new double[] {.674, .263, .096},
          "uplift-forest-kl", new double[] {.710, .178, .120},
          "uplift-forest-chi", new double[] {.699, .154, .115});

  private Hillstrom() {}

  /// Measures all learners on the folds of both e-mails.
  public static StudyReport run(Path folder, int folds, int seed) throws IOException {
    Map<String, Map<String, Map<String, Double>>> figures = new LinkedHashMap<>();
    Map<String, Object> facts = new LinkedHashMap<>();
    for (String arm : List.of("womens", "mens")) {
      Trial trial = read(folder, arm);
      facts.put(arm + "_people", trial.size());
      facts.put(
          arm + "_average_effect",
          new UpliftCurve(new double[trial.size()], trial).averageEffect());
      figures.putAll(measure(arm, trial, folds, seed));
    }
    facts.put("folds", folds);
    facts.put("seed", seed);
    facts.put(
        "reference",
        "the 'Uplift implementation report' on the womens e-mail (n = 42,693): un-normalised Qini,"
            + " unit not stated; ours is the area in visits per 100 treated people");
    Map<String, Map<String, Double>> published = new LinkedHashMap<>();
    PUBLISHED.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> {
          Map<String, Double> row = new LinkedHashMap<>();
          row.put("qini", entry.getValue()[0]);
          row.put("qini_sd", entry.getValue()[1]);
          if (!Double.isNaN(entry.getValue()[2])) {
            row.put("uplift@30", entry.getValue()[2]);
          }
          published.put(entry.getKey(), row);
        });
    return new StudyReport(
        "uplift of an e-mail on visits, "
            + folds
            + " stratified folds, every learner on the same folds",
        figures,
        Map.of("womens", published),
        facts);
  }

  private static Trial read(Path folder, String arm) throws IOException {
    Examples.Builder people =
        Examples.of(
            "recency",
            "history",
            "mens",
            "womens",
            "newbie",
            "rural",
            "suburban",
            "urban",
            "web",
            "phone",
            "multichannel");
    List<Boolean> treated = new ArrayList<>();
    String email = arm.equals("womens") ? "Womens E-Mail" : "Mens E-Mail";
    PublicData.read(
        folder,
        "hillstrom",
        row -> {
          String group = row.getField("segment");
          if (!group.equals(email) && !group.equals("No E-Mail")) {
            return;
          }
          treated.add(group.equals(email));
          String zip = row.getField("zip_code");
          String channel = row.getField("channel");
          people.add(
              PublicData.number(row.getField("visit")),
              new double[] {
                PublicData.number(row.getField("recency")),
                PublicData.number(row.getField("history")),
                PublicData.number(row.getField("mens")),
                PublicData.number(row.getField("womens")),
                PublicData.number(row.getField("newbie")),
                is(zip, "Rural"),
                is(zip, "Surburban"),
                is(zip, "Urban"),
                is(channel, "Web"),
                is(channel, "Phone"),
                is(channel, "Multichannel"),
              });
        });
    boolean[] groups = new boolean[treated.size()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = treated.get(i);
    }
    return new Trial(people.build(), groups);
  }

  private static double is(String cell, String value) {
    return cell.equals(value) ? 1 : 0;
  }

  private static Map<String, Map<String, Map<String, Double>>> measure(
      String arm, Trial trial, int folds, int seed) {
    int[] fold = stratified(trial, folds, seed);
    Map<String, double[]> qini = new LinkedHashMap<>();
    Map<String, double[]> area = new LinkedHashMap<>();
    Map<String, double[]> top = new LinkedHashMap<>();
    for (int k = 0; k < folds; k++) {
      int held = k;
      Trial train =
          trial.at(IntStream.range(0, trial.size()).filter(i -> fold[i] != held).toArray());
      Trial test =
          trial.at(IntStream.range(0, trial.size()).filter(i -> fold[i] == held).toArray());
      Map<String, UpliftModel> models = new LinkedHashMap<>();
      models.put(TWO_LOGISTIC, twoLogistic(train));
      for (UpliftLearner learner : UpliftLearner.values()) {
        models.put(name(learner), learner.train(train, OPTIONS.withSeed(seed)));
      }
      models.forEach((name, model) -> {
        UpliftCurve curve = new UpliftCurve(model.uplift(test.people()), test);
        qini.computeIfAbsent(name, _ -> new double[folds])[held] = 100 * curve.qiniCoefficient();
        area.computeIfAbsent(name, _ -> new double[folds])[held] =
            100 * (curve.areaUnderUplift() - curve.averageEffect() / 2);
        top.computeIfAbsent(name, _ -> new double[folds])[held] = curve.upliftAt(TOP);
      });
    }
    Map<String, Map<String, Double>> learners = new LinkedHashMap<>();
    Map<String, Map<String, Double>> paired = new LinkedHashMap<>();
    double[] baseline = qini.getOrDefault(TWO_LOGISTIC, new double[0]);
    qini.forEach((name, values) -> {
      Map<String, Double> row = new LinkedHashMap<>();
      row.put("qini", mean(values));
      row.put("qini_sd", deviation(values));
      row.put("auuc_over_random", mean(area.getOrDefault(name, values)));
      row.put("uplift@30", mean(top.getOrDefault(name, values)));
      learners.put(name, row);
      paired.put(name, differences(values, qini.getOrDefault("t", values), baseline));
    });
    Map<String, Map<String, Map<String, Double>>> result = new LinkedHashMap<>();
    result.put(arm, learners);
    result.put(arm + "_paired", paired);
    return result;
  }

  private static Map<String, Double> differences(double[] ours, double[] two, double[] logistic) {
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("over_t", meanDifference(ours, two));
    row.put("over_t_se", error(ours, two));
    row.put("over_t_wins", wins(ours, two));
    row.put("over_t_logistic", meanDifference(ours, logistic));
    row.put("over_t_logistic_se", error(ours, logistic));
    row.put("over_t_logistic_wins", wins(ours, logistic));
    return row;
  }

  /// The two-model baseline of the older literature.
  private static UpliftModel twoLogistic(Trial train) {
    LogisticRegression with = LogisticRegression.train(train.group(true), 1);
    LogisticRegression without = LogisticRegression.train(train.group(false), 1);
    return person -> with.predict(person) - without.predict(person);
  }

  /// Folds in which both groups and both outcomes have the shares they have in the whole.
  private static int[] stratified(Trial trial, int folds, int seed) {
    int[] fold = new int[trial.size()];
    List<List<Integer>> strata = new ArrayList<>();
    for (int stratum = 0; stratum < 4; stratum++) {
      strata.add(new ArrayList<>());
    }
    for (int i = 0; i < fold.length; i++) {
      strata.get((trial.isTreated(i) ? 2 : 0) + (trial.outcome(i) > 0 ? 1 : 0)).add(i);
    }
    Random random = new Random(seed);
    for (List<Integer> stratum : strata) {
      java.util.Collections.shuffle(stratum, random);
      for (int i = 0; i < stratum.size(); i++) {
        fold[stratum.get(i)] = i % folds;
      }
    }
    return fold;
  }

  private static String name(UpliftLearner learner) {
    return learner.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static double mean(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElse(0);
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / Math.max(1, values.length - 1));
  }

  private static double[] difference(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
  }

  private static double meanDifference(double[] a, double[] b) {
    return mean(difference(a, b));
  }

  private static double error(double[] a, double[] b) {
    return deviation(difference(a, b)) / Math.sqrt(a.length);
  }

  private static double wins(double[] a, double[] b) {
    return IntStream.range(0, a.length).filter(i -> a[i] > b[i]).count();
  }
}
