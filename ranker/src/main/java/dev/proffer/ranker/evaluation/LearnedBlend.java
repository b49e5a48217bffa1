// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.ranker.evaluation.Dataset.Question;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.RankedLists;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import java.util.ArrayList;
import java.util.List;

/// Boosted trees over what the sources say of a candidate: scores, places and presence, the
/// weighted blend, how popular the item is and where it stands in the history. They order the first
/// candidates of the blend anew.
///
/// Two kinds of trees look at the same rows: some say how probable it is that a candidate is right,
/// others (LambdaMART) learn the order of each list. What each of them and the blend weigh is
/// chosen on questions that the trees have not seen.
final class LearnedBlend {
  static final String NAME = "hybrid";

  /// How many of the blend's first candidates are ordered anew.
  static final int CANDIDATES = 100;

  private static final int ROWS_MAX = 900_000;
  private static final double ABSENT = 400;
  private static final int FOLDS = 3;
  private static final double[] MIX_STEPS = {0, 0.25, 0.5, 1, 2, 4};

  private final List<String> columns;
  private final float[] weights;
  private final int[] counts;
  private final Mix mix;
  private final TreeModel probable;
  private final TreeModel ordering;

  /// What adds up to the score of a candidate: the log odds of the one kind of trees, the score of
  /// the other over its deviation, and the logarithm of the share of the best blended score.
  ///
  /// @param order the weight of the second
  /// @param blend the weight of the third
  /// @param deviation of the scores of the second
  record Mix(double order, double blend, double deviation) {
    double score(double logOdds, double ordered, double lead) {
      return logOdds + order * ordered / deviation + blend * Math.log(Math.max(1e-6, lead));
    }
  }

  /// How a candidate is told to the trees.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Features(List<String> names, float[] weights, int[] counts) {
    static Features of(List<String> sources, float[] weights, int[] counts) {
      List<String> names = new ArrayList<>();
      for (String source : sources) {
        names.add(source + ".score");
        names.add(source + ".rank");
        names.add(source + ".top");
      }
      names.addAll(
          List.of(
              "blend.score",
              "blend.rank",
              "blend.lead",
              "sources",
              "popularity",
              "history",
              "history.place"));
      return new Features(List.copyOf(names), weights, counts);
    }

    void fill(
        double[] row,
        Pool pool,
        int candidate,
        int place,
        float[] blended,
        float highest,
        Question question) {
      int sources = weights.length;
      int proposed = 0;
      for (int s = 0; s < sources; s++) {
        int rank = pool.rank(candidate, s);
        row[3 * s] = pool.value(candidate, s);
        row[3 * s + 1] = rank < 0 ? ABSENT : rank;
        row[3 * s + 2] = pool.top(s);
        proposed += rank < 0 ? 0 : 1;
      }
      int at = 3 * sources;
      int item = pool.item(candidate);
      row[at++] = blended[candidate];
      row[at++] = place;
      row[at++] = blended[candidate] / Math.max(1e-9f, highest);
      row[at++] = proposed;
      row[at++] = Math.log1p(item < counts.length ? counts[item] : 0);
      row[at++] = question.history().length;
      int position = -1;
      for (int p = 0; p < question.history().length && position < 0; p++) {
        position = question.history()[p] == item ? p : -1;
      }
      row[at] = position;
    }
  }

  /// One validation question whose answer is among the candidates.
  private record Group(int first, int rows, int question, int targets) {}

  /// What was collected from validation questions.
  static final class Lessons {
    private final Protocol protocol;
    private final Features features;
    private final Examples.Builder builder;
    private final List<Group> groups = new ArrayList<>();
    private int rows;
    private int questions;
    private double blendWorth;

    Lessons(Protocol protocol, Features features) {
      this.protocol = protocol;
      this.features = features;
      this.builder = Examples.of(features.names());
    }

    boolean isFull() {
      return rows + CANDIDATES > ROWS_MAX;
    }

    synchronized void add(Question question, Pool pool) {
      if (isFull()) {
        return;
      }
      int number = questions++;
      float[] blended = pool.blended(features.weights());
      int[] best = best(blended);
      boolean[] right = new boolean[pool.size()];
      for (int row : pool.targetRows()) {
        right[row] = true;
      }
      boolean any = false;
      for (int candidate : best) {
        any |= right[candidate];
      }
      if (!any) {
        return;
      }
      blendWorth += pool.worth(protocol, blended);
      double[] row = new double[features.names().size()];
      int first = rows;
      for (int place = 0; place < best.length; place++) {
        features.fill(row, pool, best[place], place, blended, blended[best[0]], question);
        builder.add(right[best[place]] ? 1 : 0, row);
        rows++;
      }
      groups.add(new Group(first, best.length, number, pool.targets()));
    }
  }

  private LearnedBlend(Features features, Mix mix, TreeModel probable, TreeModel ordering) {
    this.columns = features.names();
    this.weights = features.weights();
    this.counts = features.counts();
    this.mix = mix;
    this.probable = probable;
    this.ordering = ordering;
  }

  /// The places of the highest scores, best first.
  private static int[] best(float[] scores) {
    TopK best = new TopK(Math.min(CANDIDATES, scores.length));
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > 0) {
        best.offer(i, scores[i]);
      }
    }
    return best.drain().items();
  }

  /// What came out of learning, with a fair comparison: trees of the other parts of the questions
  /// order each part.
  ///
  /// @param worth of the trees, a question
  /// @param blendWorth of the blend on the same questions
  record Learned(
      LearnedBlend model, double worth, double blendWorth, int questions, int trees, Mix mix) {}

  /// Learns from what was collected. Needs some questions in each part.
  static Learned learn(Lessons lessons, int threads, int seed) {
    Examples all = lessons.builder.build();
    List<Group> groups = lessons.groups;
    TreeOptions probable =
        TreeOptions.BOOSTING
            .withRounds(300)
            .withLeaves(20)
            .withMinLeafRows(60)
            .withLearningRate(0.06)
            .withSampling(0.7, 1)
            .withL2(5)
            .withSeed(seed)
            .withThreads(threads);
    TreeOptions ordering = probable.withObjective(TreeOptions.Objective.ORDER);
    double[] logOdds = new double[all.rows()];
    double[] ordered = new double[all.rows()];
    int probableTrees = 0;
    int orderingTrees = 0;
    for (int fold = 0; fold < FOLDS; fold++) {
      // Parts of neighbouring questions: those of one session are not torn apart.
      int from = firstOf(groups, lessons.questions, fold);
      int to = firstOf(groups, lessons.questions, fold + 1);
      int rowFrom = row(groups, from, all);
      int rowTo = row(groups, to, all);
      Examples train = all.where(row -> row < rowFrom || row >= rowTo);
      Examples held = all.where(row -> row >= rowFrom && row < rowTo);
      TreeModel one = TreeTrainer.train(train, held, probable);
      List<Group> others = new ArrayList<>(groups.subList(0, from));
      others.addAll(groups.subList(to, groups.size()));
      TreeModel two =
          TreeTrainer.trainOrder(
              new RankedLists(train, sizes(others), null),
              new RankedLists(held, sizes(groups.subList(from, to)), null),
              ordering);
      probableTrees += one.trees();
      orderingTrees += two.trees();
      double[] row = new double[all.columns()];
      for (int i = rowFrom; i < rowTo; i++) {
        all.copyRow(i, row);
        logOdds[i] = one.raw(row);
        ordered[i] = two.raw(row);
      }
    }
    int lead = lessons.features.names().indexOf("blend.lead");
    double[] leads = new double[all.rows()];
    double[] row = new double[all.columns()];
    for (int i = 0; i < leads.length; i++) {
      all.copyRow(i, row);
      leads[i] = row[lead];
    }
    Mix best = new Mix(0, 0, deviation(ordered));
    double bestWorth = -1;
    for (double order : MIX_STEPS) {
      for (double blend : MIX_STEPS) {
        Mix mix = new Mix(order, blend, best.deviation());
        double worth = 0;
        for (Group group : groups) {
          double[] scores = new double[group.rows()];
          for (int i = 0; i < scores.length; i++) {
            int at = group.first() + i;
            scores[i] = mix.score(logOdds[at], ordered[at], leads[at]);
          }
          worth += worth(lessons.protocol, all, group, scores);
        }
        if (worth > bestWorth) {
          bestWorth = worth;
          best = mix;
        }
      }
    }
    int rounds = Math.max(1, probableTrees / FOLDS);
    int orderingRounds = Math.max(1, orderingTrees / FOLDS);
    LearnedBlend whole =
        new LearnedBlend(
            lessons.features,
            best,
            TreeTrainer.train(all, probable.withRounds(rounds)),
            TreeTrainer.trainOrder(
                new RankedLists(all, sizes(groups), null),
                null,
                ordering.withRounds(orderingRounds)));
    return new Learned(
        whole,
        bestWorth / Math.max(1, lessons.questions),
        lessons.blendWorth / Math.max(1, lessons.questions),
        lessons.questions,
        rounds + orderingRounds,
        best);
  }

  /// The first group of a part of the questions.
  private static int firstOf(List<Group> groups, int questions, int fold) {
    int question = (int) ((long) questions * fold / FOLDS);
    int first = 0;
    while (first < groups.size() && groups.get(first).question() < question) {
      first++;
    }
    return first;
  }

  private static int row(List<Group> groups, int group, Examples all) {
    return group == groups.size() ? all.rows() : groups.get(group).first();
  }

  private static int[] sizes(List<Group> groups) {
    return groups.stream().mapToInt(Group::rows).toArray();
  }

  private static double deviation(double[] values) {
    double sum = 0;
    double squares = 0;
    for (double value : values) {
      sum += value;
      squares += value * value;
    }
    double mean = values.length == 0 ? 0 : sum / values.length;
    double variance = values.length == 0 ? 0 : squares / values.length - mean * mean;
    return Math.max(1e-9, Math.sqrt(Math.max(0, variance)));
  }

  private static double worth(Protocol protocol, Examples all, Group group, double[] scores) {
    int right = 0;
    for (int i = 0; i < scores.length; i++) {
      right += all.label(group.first() + i) > 0 ? 1 : 0;
    }
    int[] places = new int[right];
    int at = 0;
    for (int i = 0; i < scores.length; i++) {
      if (all.label(group.first() + i) > 0) {
        for (int j = 0; j < scores.length; j++) {
          places[at] += scores[j] > scores[i] || (scores[j] == scores[i] && j < i) ? 1 : 0;
        }
        at++;
      }
    }
    return Pool.worth(protocol, places, group.targets());
  }

  /// The first items for a question.
  Hits top(Question question, Pool pool, int k) {
    float[] blended = pool.blended(weights);
    int[] best = best(blended);
    TopK top = new TopK(Math.min(k, best.length));
    double[] row = new double[columns.size()];
    Features features = new Features(columns, weights, counts);
    for (int place = 0; place < best.length; place++) {
      features.fill(row, pool, best[place], place, blended, blended[best[0]], question);
      double score =
          mix.score(probable.raw(row), ordering.raw(row), blended[best[place]] / blended[best[0]]);
      top.offer(pool.item(best[place]), (float) score);
    }
    return top.drain();
  }
}
