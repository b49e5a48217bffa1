// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.ranker.evaluation.Dataset.Question;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.Predictor;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import java.util.ArrayList;
import java.util.List;

/// Boosted trees over what the sources say of a candidate: scores, places and presence, the
/// weighted blend, how popular the item is and where it stands in the history. They order the first
/// candidates of the blend anew.
final class LearnedBlend {
  static final String NAME = "hybrid";

  /// How many of the blend's first candidates are ordered anew.
  static final int CANDIDATES = 100;

  private static final int ROWS_MAX = 900_000;
  private static final double ABSENT = 400;

  private final List<String> columns;
  private final float[] weights;
  private final int[] counts;
  private final Predictor trees;

  /// How a candidate is told to the trees.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Features(List<String> names, float[] weights, int[] counts) {
    static Features of(List<String> sources, float[] weights, int[] counts) {
      List<String> names = new ArrayList<>();
      for (String source : sources) {
        names.add(source + ".score");
        names.add(source + ".rank");
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
        row[2 * s] = pool.value(candidate, s);
        row[2 * s + 1] = rank < 0 ? ABSENT : rank;
        proposed += rank < 0 ? 0 : 1;
      }
      int at = 2 * sources;
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

  private LearnedBlend(Features features, Predictor trees) {
    this.columns = features.names();
    this.weights = features.weights();
    this.counts = features.counts();
    this.trees = trees;
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

  /// What came out of learning, with a fair comparison: trees of one half of the questions order
  /// the other half.
  ///
  /// @param worth of the trees, a question
  /// @param blendWorth of the blend on the same questions
  record Learned(LearnedBlend model, double worth, double blendWorth, int questions, int trees) {}

  /// Learns from what was collected. Needs some questions in each half.
  static Learned learn(Lessons lessons, int threads, int seed) {
    Examples all = lessons.builder.build();
    int half = lessons.questions / 2;
    int cut = 0;
    while (cut < lessons.groups.size() && lessons.groups.get(cut).question() < half) {
      cut++;
    }
    int rowCut = cut == lessons.groups.size() ? all.rows() : lessons.groups.get(cut).first();
    int boundary = rowCut;
    Examples one = all.where(row -> row < boundary);
    Examples two = all.where(row -> row >= boundary);
    TreeOptions options =
        TreeOptions.BOOSTING
            .withRounds(400)
            .withLeaves(20)
            .withMinLeafRows(60)
            .withLearningRate(0.05)
            .withSampling(0.7, 1)
            .withL2(5)
            .withSeed(seed)
            .withThreads(threads);
    TreeModel ofOne = TreeTrainer.train(one, two, options);
    TreeModel ofTwo = TreeTrainer.train(two, one, options);
    double worth = 0;
    for (int g = 0; g < lessons.groups.size(); g++) {
      TreeModel other = g < cut ? ofTwo : ofOne;
      Group group = lessons.groups.get(g);
      worth += worth(lessons.protocol, all, group, other);
    }
    int rounds = Math.max(1, (ofOne.trees() + ofTwo.trees()) / 2);
    TreeModel whole = TreeTrainer.train(all, options.withRounds(rounds));
    return new Learned(
        new LearnedBlend(lessons.features, whole),
        worth / Math.max(1, lessons.questions),
        lessons.blendWorth / Math.max(1, lessons.questions),
        lessons.questions,
        rounds);
  }

  private static double worth(Protocol protocol, Examples all, Group group, TreeModel trees) {
    double[] scores = new double[group.rows()];
    double[] row = new double[all.columns()];
    int right = 0;
    for (int i = 0; i < scores.length; i++) {
      all.copyRow(group.first() + i, row);
      scores[i] = trees.raw(row);
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
      top.offer(pool.item(best[place]), (float) trees.predict(row));
    }
    return top.drain();
  }
}
