// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.basket.DailyBaskets;
import dev.proffer.ranker.basket.RuleBook;
import dev.proffer.ranker.basket.RuleMiner;
import dev.proffer.ranker.insight.ShopAnalysis.Basis;
import dev.proffer.ranker.insight.intent.IntentExamples;
import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.intent.IntentState;
import dev.proffer.ranker.insight.intent.IntentTrainer;
import dev.proffer.ranker.insight.lifetime.LifetimeModel;
import dev.proffer.ranker.segment.Agreement;
import dev.proffer.ranker.segment.SegmentFinder;
import dev.proffer.ranker.segment.Segmentation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One pass from events to [Findings].
public final class Study {
  private static final long DAY_MILLIS = 86_400_000;

  /// People are compared with where they were so many days before, or half the log when it is
  /// shorter than twice that: before there was anybody, nobody was anywhere.
  private static final int MOVEMENT_DAYS = 90;

  private static final int OUTLIERS_MAX = 100;
  private static final int RULES_MAX = 20_000;

  /// Baskets older than this say little about now.
  private static final int BASKET_DAYS = 400;

  /// Rules that fewer baskets than this speak for are chance.
  private static final int RULE_BASKETS_MIN = 10;

  private static final double RULE_SUPPORT_FIRST = 0.005;
  private static final int RULES_WANTED = 200;

  /// How to study.
  ///
  /// @param halfLifeDays after which interest has halved
  /// @param ruleSupportMin least share of baskets of an association rule; 0 finds one that gives
  ///   enough rules
  /// @param ruleConfidenceMin least confidence of an association rule
  /// @param seed of clustering and of models
  /// @param threads of training
  public record Options(
      double halfLifeDays,
      double ruleSupportMin,
      double ruleConfidenceMin,
      long seed,
      int threads) {
    public static Options defaults() {
      return new Options(30, 0, 0.2, 1, 1);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Study.class);
  private static final int INTENT_ROWS_MAX = 150_000;

  private final Options options;

  public Study(Options options) {
    this.options = options;
  }

  /// Studies all events, as of the newest one.
  ///
  /// @param nowMillis the time of the study, after which events are not believed
  /// @param before the segmentation to continue
  public Findings run(EventTable events, long nowMillis, Segmentation before) {
    return run(events, nowMillis, before, null, new BasketDays());
  }

  /// Studies all events, as of the newest one.
  ///
  /// @param nowMillis the time of the study, after which events are not believed
  /// @param before the segmentation to continue
  /// @param trained models of intent to go on with; null trains new ones
  /// @param baskets what the study before left of the same table; it is brought up to date
  public Findings run(
      EventTable events,
      long nowMillis,
      Segmentation before,
      @Nullable IntentModel trained,
      BasketDays baskets) {
    long start = System.nanoTime();
    ShopAnalysis analysis = new ShopAnalysis(events, nowMillis, options.halfLifeDays());
    long asOf = analysis.newestMillis() == 0 ? nowMillis : analysis.newestMillis();
    PeopleTable people = analysis.people(asOf);
    Optional<LifetimeModel> lifetime = analysis.addLifetime(people);
    start = took("facts and lifetime values", start);
    IntentExamples moments =
        new IntentExamples(events.zone(), trained == null ? INTENT_ROWS_MAX : 1);
    analysis.replay(asOf, moments::take);
    IntentModel intent =
        trained == null
            ? new IntentTrainer((int) options.seed(), options.threads()).train(moments)
            : trained;
    addIntent(people, moments, intent, asOf);
    start = took("models of intent", start);
    Segmentation segmentation =
        new SegmentFinder(options.seed(), analysis.currency(), options.threads())
            .find(people, before);
    int[] places = segmentation.placeAll(people);
    start = took("segments", start);
    long logDays = analysis.oldestMillis() == 0 ? 0 : (asOf - analysis.oldestMillis()) / DAY_MILLIS;
    int movementDays = Math.clamp(logDays / 2, 1, MOVEMENT_DAYS);
    PeopleTable earlier = analysis.people(asOf - movementDays * DAY_MILLIS);
    List<List<Integer>> movements = movements(segmentation, people, places, earlier);
    baskets.follow(analysis, asOf, events.size(), BASKET_DAYS);
    ShopFacts shop = analysis.shop(asOf);
    Map<Basis, RuleBook> rules = new EnumMap<>(Basis.class);
    for (Basis basis : Basis.values()) {
      rules.put(basis, rules(baskets.of(basis)));
    }
    took("movements, rules and facts of the shop", start);
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
        movementDays,
        baskets.of(Basis.PURCHASES).size(),
        rules,
        intent);
  }

  private static long took(String what, long start) {
    long now = System.nanoTime();
    LOG.debug("{} took {} ms", what, (now - start) / 1_000_000);
    return now;
  }

  private static void addIntent(
      PeopleTable people, IntentExamples moments, IntentModel intent, long asOf) {
    for (int person = 0; person < people.size(); person++) {
      IntentState state = moments.state(people.id(person));
      if (state != null) {
        int row = person;
        intent
            .buysInWeek(state, asOf)
            .ifPresent(probability -> people.set(PersonFact.BUYS_IN_7_DAYS, row, probability));
      }
    }
  }

  /// How well segmentations from different seeds agree: the adjusted Rand index of each pair.
  public static double[] agreement(PeopleTable people, String currency, int seeds) {
    List<int[]> places = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      places.add(
          new SegmentFinder(seed, currency).find(people, Segmentation.none()).placeAll(people));
    }
    List<Double> pairs = new ArrayList<>();
    for (int i = 0; i < seeds; i++) {
      for (int j = i + 1; j < seeds; j++) {
        pairs.add(Agreement.adjustedRand(places.get(i), places.get(j)));
      }
    }
    return pairs.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private RuleBook rules(DailyBaskets baskets) {
    if (baskets.size() < RULE_BASKETS_MIN) {
      return RuleBook.empty();
    }
    double floor = Math.min(1, (double) RULE_BASKETS_MIN / baskets.size());
    if (options.ruleSupportMin() > 0) {
      return rules(baskets, Math.max(options.ruleSupportMin(), floor));
    }
    // Where a shop has many items, none is in many baskets; where it has few, low support would
    // drown it in rules.
    double support = Math.max(RULE_SUPPORT_FIRST, floor);
    RuleBook book = rules(baskets, support);
    while (book.rules().size() < RULES_WANTED && support > floor) {
      support = Math.max(support / 2, floor);
      book = rules(baskets, support);
    }
    return book;
  }

  private RuleBook rules(DailyBaskets baskets, double support) {
    RuleMiner.Result result =
        RuleMiner.mine(
            baskets, new RuleMiner.Query(support, options.ruleConfidenceMin(), 2, 3, true));
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
