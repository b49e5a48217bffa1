// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.evaluation.RankingMetrics;
import dev.proffer.ranker.index.ExactIndex;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ContentMap;
import dev.proffer.ranker.retrieval.ContentSource;
import dev.proffer.ranker.retrieval.GrowingFactors;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Renumbering;
import dev.proffer.ranker.training.Cases.Case;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntPredicate;

/// The part of a training run that learns where new items lie among the factors.
///
/// A fifth of the items is taken out of all that people did, as if they had never been sold, and
/// the factors are learned without them; how strongly the map is held back is what finds them best
/// on validation. Another fifth is taken out for the figures of test. Histories are without them,
/// too, and a list is made of such items that are new to the person.
final class NewItemStage {
  private static final double[] RIDGES = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};
  private static final double RIDGE = 0.3;
  private static final int FOLDS = 5;
  private static final int CASES = 1_500;
  private static final int CASES_MIN = 30;
  private static final int HISTORY_MAX = 50;
  private static final int LIST = 10;

  private final CatalogueSnapshot snapshot;
  private final Steps steps;
  private final BatchLearner learner;
  private final ImplicitFactors.Parameters parameters;
  private final ContentSource content;
  private final long seed;

  /// What was found.
  ///
  /// @param ridge how strongly the map is held back
  /// @param rows figures on items that were taken out
  record Result(double ridge, List<TrainingReport.Row> rows) {}

  NewItemStage(
      CatalogueSnapshot snapshot,
      Steps steps,
      BatchLearner learner,
      ImplicitFactors.Parameters parameters,
      ContentSource content,
      long seed) {
    this.snapshot = snapshot;
    this.steps = steps;
    this.learner = learner;
    this.parameters = parameters;
    this.content = content;
    this.seed = seed;
  }

  Result choose(int validationFrom, int testFrom, TrialJournal journal) {
    List<Case> validation = cases(0, validationFrom, testFrom);
    List<Case> test = cases(1, testFrom, steps.size());
    double ridge = RIDGE;
    if (validation.size() >= CASES_MIN) {
      double best = -1;
      Lessons lessons = null;
      for (double each : RIDGES) {
        Lessons known = lessons == null ? lessons(0, validationFrom) : lessons;
        lessons = known;
        double ndcg =
            journal.worth(
                "new items, held back by " + each + " of " + parameters,
                () -> measure("", "", 0, validation, source(known, each), false).ndcg10());
        if (ndcg > best) {
          best = ndcg;
          ridge = each;
        }
      }
    }
    List<TrainingReport.Row> rows = new ArrayList<>();
    if (test.size() >= CASES_MIN) {
      CandidateSource factors = source(lessons(1, testFrom), ridge);
      rows.add(measure("test", "new items by factors", 1, test, factors, false));
      rows.add(measure("test", "new items by content", 1, test, content, false));
      rows.add(measure("test", "new items by popularity", 1, test, popularity(1, testFrom), false));
      rows.add(chance(1, test));
      rows.add(measure("test", "new among all items by factors", 1, test, factors, true));
      rows.add(
          measure(
              "test", "new among all items by popularity", 1, test, popularity(1, testFrom), true));
    }
    return new Result(ridge, rows);
  }

  /// The map for serving, of everything.
  ContentMap map(ImplicitFactors factors, double ridge) {
    return new ContentMap.Lessons(snapshot, factors, learner.counts(steps.size(), _ -> true))
        .solve(ridge);
  }

  // ---- taking items out

  private boolean isNew(int item, int fold) {
    long hash = (snapshot.numbers().id(item).hashCode() + seed) * 0x9E3779B97F4A7C15L;
    return Math.floorMod(hash >>> 32, FOLDS) == fold;
  }

  private List<Case> cases(int fold, int from, int to) {
    IntPredicate wanted = item -> snapshot.item(item) != null && isNew(item, fold);
    List<Case> cases = new ArrayList<>();
    for (Case one : Cases.of(steps, from, to, HISTORY_MAX, 4 * CASES, wanted)) {
      int[] history = Arrays.stream(one.history()).filter(item -> !isNew(item, fold)).toArray();
      if (history.length > 0 && cases.size() < CASES) {
        cases.add(
            new Case(
                history, one.seen(), one.targets(), one.strengths(), one.atMillis(), one.who()));
      }
    }
    return cases;
  }

  /// Factors that know nothing of a fold, and what a map of it is solved from.
  private record Lessons(ImplicitFactors factors, ContentMap.Lessons map) {}

  private Lessons lessons(int fold, int to) {
    IntPredicate old = item -> !isNew(item, fold);
    ImplicitFactors factors = learner.factors(parameters, to, old);
    return new Lessons(factors, new ContentMap.Lessons(snapshot, factors, learner.counts(to, old)));
  }

  private CandidateSource source(Lessons lessons, double ridge) {
    GrowingFactors source =
        new GrowingFactors(
            lessons.factors(),
            Renumbering.identity(learner.items()),
            lessons.map().solve(ridge),
            ExactIndex::new);
    source.follow(snapshot);
    return source;
  }

  private Popularity popularity(int fold, int to) {
    Popularity counts = new Popularity(1);
    for (int i = 0; i < to; i++) {
      if (!isNew(steps.item(i), fold)) {
        counts.learn(steps.item(i), 0, 1);
      }
    }
    return counts;
  }

  // ---- measuring

  private TrainingReport.Row measure(
      String part, String name, int fold, List<Case> cases, CandidateSource source, boolean all) {
    return measure(
        part,
        name,
        cases,
        one ->
            source
                .propose(
                    new Query(
                        one.history(),
                        one.atMillis(),
                        item ->
                            snapshot.item(item) != null
                                && (all || isNew(item, fold))
                                && one.isNew(item)),
                    LIST)
                .items());
  }

  /// Lists of items that were drawn.
  private TrainingReport.Row chance(int fold, List<Case> cases) {
    int[] items = new int[snapshot.count()];
    int count = 0;
    for (int item = 0; item < snapshot.capacity(); item++) {
      if (snapshot.item(item) != null && isNew(item, fold)) {
        items[count++] = item;
      }
    }
    int[] fresh = Arrays.copyOf(items, count);
    Random random = new Random(seed);
    return measure(
        "test",
        "new items by chance",
        cases,
        one ->
            random
                .ints(8L * LIST, 0, fresh.length)
                .map(i -> fresh[i])
                .filter(one::isNew)
                .distinct()
                .limit(LIST)
                .toArray());
  }

  private TrainingReport.Row measure(
      String part, String name, List<Case> cases, Function<Case, int[]> lister) {
    RankingMetrics metrics = new RankingMetrics(LIST, snapshot.count());
    for (Case one : cases) {
      metrics.add(lister.apply(one), one.targets());
    }
    return new TrainingReport.Row(
        part, name, metrics.lists(), metrics.hitRate(), metrics.ndcg(), metrics.coverage());
  }
}
