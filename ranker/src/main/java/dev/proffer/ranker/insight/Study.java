// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.basket.Baskets;
import dev.proffer.ranker.basket.FpGrowth;
import dev.proffer.ranker.basket.RuleBook;
import dev.proffer.ranker.basket.RuleMiner;
import dev.proffer.ranker.insight.lifetime.LifetimeModel;
import dev.proffer.ranker.segment.SegmentFinder;
import dev.proffer.ranker.segment.Segmentation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// One pass from events to [Findings].
public final class Study {
  private static final long MOVEMENT_MILLIS = 90L * 86_400_000;
  private static final int OUTLIERS_MAX = 100;
  private static final int RULES_MAX = 20_000;

  /// Rules that fewer baskets than this speak for are chance.
  private static final int RULE_BASKETS_MIN = 10;

  /// How to study.
  ///
  /// @param halfLifeDays after which interest has halved
  /// @param ruleSupportMin least share of baskets of an association rule
  /// @param ruleConfidenceMin least confidence of an association rule
  /// @param seed of clustering
  public record Options(
      double halfLifeDays, double ruleSupportMin, double ruleConfidenceMin, long seed) {
    public static Options defaults() {
      return new Options(30, 0.005, 0.2, 1);
    }
  }

  private final Options options;

  public Study(Options options) {
    this.options = options;
  }

  /// Studies all events, as of the newest one.
  ///
  /// @param nowMillis the time of the study, after which events are not believed
  /// @param before the segmentation to continue
  public Findings run(EventTable events, long nowMillis, Segmentation before) {
    ShopAnalysis analysis = new ShopAnalysis(events, nowMillis, options.halfLifeDays());
    long asOf = analysis.newestMillis() == 0 ? nowMillis : analysis.newestMillis();
    PeopleTable people = analysis.people(asOf);
    Optional<LifetimeModel> lifetime = analysis.addLifetime(people);
    Segmentation segmentation =
        new SegmentFinder(options.seed(), analysis.currency()).find(people, before);
    int[] places = segmentation.placeAll(people);
    PeopleTable earlier = analysis.people(asOf - MOVEMENT_MILLIS);
    List<List<Integer>> movements = movements(segmentation, people, places, earlier);
    Baskets.Builder baskets = new Baskets.Builder();
    analysis.baskets(asOf, (day, items) -> baskets.add(items));
    Baskets all = baskets.build();
    ShopFacts shop = analysis.shop(asOf);
    return new Findings(
        asOf,
        analysis.quality(),
        shop,
        people,
        lifetime,
        segmentation,
        Arrays.stream(places).boxed().toList(),
        outliers(segmentation, people),
        movements,
        all.size(),
        rules(all));
  }

  private RuleBook rules(Baskets baskets) {
    if (baskets.size() < RULE_BASKETS_MIN) {
      return RuleBook.empty();
    }
    double support = Math.max(options.ruleSupportMin(), (double) RULE_BASKETS_MIN / baskets.size());
    RuleMiner.Result result =
        new RuleMiner(new FpGrowth())
            .mine(
                baskets,
                new RuleMiner.Query(Math.min(1, support), options.ruleConfidenceMin(), 2, 3, true));
    return new RuleBook(
        result.rules().stream()
            .filter(rule -> rule.pValue() < 0.05 && rule.lift() > 1)
            .limit(RULES_MAX)
            .toList());
  }

  private static List<Integer> outliers(Segmentation segmentation, PeopleTable people) {
    record Far(int person, double distance) {}
    List<Far> far = new ArrayList<>();
    for (int person = 0; person < people.size(); person++) {
      int row = person;
      double distance = segmentation.distance(fact -> people.get(fact, row));
      if (distance > segmentation.outlierDistance()) {
        far.add(new Far(person, distance));
      }
    }
    far.sort(Comparator.comparingDouble(Far::distance).reversed());
    return far.stream().limit(OUTLIERS_MAX).map(Far::person).toList();
  }

  private static List<List<Integer>> movements(
      Segmentation segmentation, PeopleTable now, int[] places, PeopleTable earlier) {
    int k = segmentation.segments().size();
    int[][] counts = new int[k + 1][k];
    int[] then = segmentation.placeAll(earlier);
    for (int person = 0; person < now.size(); person++) {
      if (places[person] >= 0) {
        int row = earlier.find(now.id(person));
        counts[row < 0 ? k : then[row]][places[person]]++;
      }
    }
    return Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList();
  }
}
