// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.DecisionReward;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.ctr.FieldRows;
import dev.proffer.ranker.ctr.HeadFields;
import dev.proffer.ranker.ctr.HeadTrainer;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.promotion.Moment;
import dev.proffer.ranker.promotion.OfferFinder;
import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.promotion.PromotionSnapshot;
import dev.proffer.ranker.promotion.Usage;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.reranking.RankColumns;
import dev.proffer.ranker.reranking.RankRows;
import dev.proffer.ranker.reranking.RankTrainer;
import dev.proffer.ranker.reranking.StoredFeatures;
import dev.proffer.ranker.reranking.StoredHistory;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.Workers;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The part of a training run that learns, from what was shown, how probable clicks and purchases
/// are.
///
/// A row is an item that a decision showed. It was turned to when a click, a cart or a purchase is
/// last-touch reward of that decision, and bought when a purchase is. Where the shop tells which
/// items came into view (impression events), the others are left out. Decisions too young to have
/// got what usually follows (19 of 20 rewards) are left out too. Sources that fill the columns know
/// nothing of the decisions' time, features of the store are as they were at each moment, prices as
/// they were shown. An item that had a small chance to be shown stands for others that had the same
/// and were not: it counts up to ten times.
final class HeadStage {
  private static final String FEATURE_SET = "ranker";
  private static final int CANDIDATES = 300;
  private static final int LISTS_MAX = 8_000;
  private static final int ROWS_MAX = 150_000;
  private static final int SHOWN_MAX = 50;
  private static final int PAGE = 1_000;
  private static final int HISTORY_MAX = 50;
  private static final int NAME_MIN = 20;
  private static final double WEIGHT_MAX = 10;
  private static final double SETTLED_SHARE = 0.95;
  private static final double IMPRESSIONS_SHARE = 0.2;

  private final Channel ranker;
  private final Channel featureStore;
  private final CatalogueSnapshot snapshot;
  private final Steps steps;
  private final Map<String, Double> weights;
  private final int[] cuts;
  private final int threads;

  /// @param cuts steps up to which there are models of the sources already, the latest first
  HeadStage(
      Channel ranker,
      Channel featureStore,
      CatalogueSnapshot snapshot,
      Steps steps,
      Map<String, Double> weights,
      int[] cuts,
      int threads) {
    this.ranker = ranker;
    this.featureStore = featureStore;
    this.snapshot = snapshot;
    this.steps = steps;
    this.weights = weights;
    this.cuts = cuts;
    this.threads = threads;
  }

  /// One list that was shown.
  ///
  /// @param choices in view, in their places
  /// @param turnedTo whether each was, and `bought` whether it was
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Shown(
      Decision decision,
      CatalogueItem[] items,
      DecisionChoice[] choices,
      int[] positions,
      boolean[] turnedTo,
      boolean[] bought) {}

  /// @param log decisions with what followed
  /// @param sourcesAt the sources, with models that know nothing after a step
  HeadReport train(List<Decision> log, IntFunction<List<CandidateSource>> sourcesAt) {
    List<Decision> decisions = oldestFirst(log);
    if (decisions.isEmpty()) {
      return HeadReport.none("no heads: the decision log is empty");
    }
    // 1. The newer decisions, and sources that know what was before them.
    int from = firstStep(decisions);
    long after = from == 0 ? Long.MIN_VALUE : steps.time(from - 1);
    decisions.removeIf(decision -> decision.getDecidedAtUnixMs() <= after);
    long end =
        Math.max(
            steps.size() == 0 ? 0 : steps.time(steps.size() - 1),
            decisions.isEmpty() ? 0 : decisions.getLast().getDecidedAtUnixMs());
    long clicksSettled = end - settling(decisions, _ -> true);
    long purchasesSettled = end - settling(decisions, "purchase"::equals);
    decisions.removeIf(decision -> decision.getDecidedAtUnixMs() > clicksSettled);
    List<Shown> lists = thinned(shown(decisions));
    if (lists.isEmpty()) {
      return HeadReport.none(
          "no heads: no decision of the log is old enough to know what followed, and newer than"
              + " what the sources know");
    }
    // 2. What the learned ranker would have seen of each item.
    List<CandidateSource> sources = sourcesAt.apply(from);
    StoredHistory stored =
        StoredHistory.of(featureStore, FEATURE_SET, snapshot.sortedById().getFirst().id());
    RankColumns columns =
        new RankColumns(
            sources.stream().map(CandidateSource::name).toList(), stored.context(), stored.items());
    Histories histories = new Histories(steps, HISTORY_MAX);
    int[][] history = new int[lists.size()][];
    RankRows[] rows = rows(lists, columns, sources, stored, histories, history);
    // 3. Fields, from what is learnt from alone.
    int fitTo = (int) (lists.size() * 0.7);
    HeadFields.Learner learner = new HeadFields.Learner(columns, NAME_MIN);
    for (int l = 0; l < fitTo; l++) {
      for (int i = 0; i < rows[l].rows(); i++) {
        learner.add(rows[l], i, lists.get(l).items()[i], latest(history[l]));
      }
    }
    HeadFields fields = learner.learn();
    // 4. The heads.
    HeadTrainer trainer = new HeadTrainer(threads, 1);
    HeadTrainer.Result click =
        train("clicks", trainer, fields, lists, rows, history, Long.MAX_VALUE, false);
    HeadTrainer.Result purchase =
        train("purchases", trainer, fields, lists, rows, history, purchasesSettled, true);
    Map<String, Double> metrics = new TreeMap<>();
    metrics.putAll(HeadReport.metrics("click", click.figures()));
    metrics.putAll(HeadReport.metrics("purchase", purchase.figures()));
    return new HeadReport(
        click.head() == null
            ? null
            : new ShopHeads(fields, stored.hash(), click.head(), purchase.head()),
        List.of(click.why(), purchase.why()),
        metrics);
  }

  private HeadTrainer.Result train(
      String what,
      HeadTrainer trainer,
      HeadFields fields,
      List<Shown> lists,
      RankRows[] rows,
      int[][] history,
      long settled,
      boolean purchases) {
    List<int[]> numbers = new ArrayList<>();
    List<Double> labels = new ArrayList<>();
    List<Double> rowWeights = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    for (int l = 0; l < lists.size(); l++) {
      Shown list = lists.get(l);
      long at = list.decision().getDecidedAtUnixMs();
      if (at > settled) {
        break;
      }
      starts.add(numbers.size());
      HeadFields.Encoder encoder = fields.encoder(latest(history[l]), at);
      for (int i = 0; i < list.items().length; i++) {
        if (purchases && !list.turnedTo()[i]) {
          continue;
        }
        int[] row = new int[fields.fields()];
        encoder.encode(rows[l], i, list.items()[i], list.positions()[i], row, 0);
        numbers.add(row);
        labels.add((purchases ? list.bought()[i] : list.turnedTo()[i]) ? 1.0 : 0.0);
        double propensity = list.choices()[i].getPropensity();
        rowWeights.add(propensity > 0 ? Math.min(WEIGHT_MAX, 1 / propensity) : 1);
      }
    }
    int[] flat = new int[numbers.size() * fields.fields()];
    for (int i = 0; i < numbers.size(); i++) {
      System.arraycopy(numbers.get(i), 0, flat, i * fields.fields(), fields.fields());
    }
    FieldRows table =
        new FieldRows(
            fields.fields(),
            fields.features(),
            flat,
            labels.stream().mapToDouble(Double::doubleValue).toArray(),
            rowWeights.stream().mapToDouble(Double::doubleValue).toArray());
    return trainer.train(
        what, table, cut(starts, table.rows(), 0.7), cut(starts, table.rows(), 0.85));
  }

  /// The first row of the first list that begins at or after a share of all rows: a list is never
  /// on both sides of a cut.
  private static int cut(List<Integer> starts, int rows, double share) {
    for (int start : starts) {
      if (start >= rows * share) {
        return start;
      }
    }
    return rows;
  }

  private @Nullable CatalogueItem latest(int[] history) {
    return history.length == 0 ? null : snapshot.item(history[0]);
  }

  // ---- what was shown

  /// The decisions that showed something.
  private static List<Decision> oldestFirst(List<Decision> log) {
    List<Decision> decisions = new ArrayList<>(log);
    decisions.removeIf(decision -> decision.getChoicesCount() == 0);
    decisions.sort(Comparator.comparingLong(Decision::getDecidedAtUnixMs));
    return decisions;
  }

  /// The latest cut that has nearly all decisions behind it, for which there are models already; or
  /// else what the newer half of the decisions follows on.
  private int firstStep(List<Decision> decisions) {
    long first = decisions.get(decisions.size() / 20).getDecidedAtUnixMs();
    long median = decisions.get(decisions.size() / 2).getDecidedAtUnixMs();
    for (long known : new long[] {first, median}) {
      for (int cut : cuts) {
        if (cut > 0 && steps.time(cut - 1) < known) {
          return cut;
        }
      }
    }
    int step = 0;
    while (step < steps.size() && steps.time(step) < median) {
      step++;
    }
    return step;
  }

  /// How long it takes until nearly all has followed that will.
  private static long settling(List<Decision> decisions, Predicate<String> type) {
    long[] delays =
        decisions.stream()
            .flatMapToLong(decision ->
                decision.getRewardsList().stream()
                    .filter(reward -> type.test(reward.getEventType()) && reward.getLastTouch() > 0)
                    .mapToLong(reward ->
                        Math.max(0, reward.getEventTimeUnixMs() - decision.getDecidedAtUnixMs())))
            .sorted()
            .toArray();
    return delays.length == 0 ? 0 : delays[(int) ((delays.length - 1) * SETTLED_SHARE)];
  }

  private List<Shown> shown(List<Decision> decisions) {
    Map<String, Map<String, Integer>> seen = impressions(decisions);
    boolean told = seen.size() >= IMPRESSIONS_SHARE * decisions.size();
    List<Shown> lists = new ArrayList<>();
    for (Decision decision : decisions) {
      Map<String, Integer> inView = seen.get(decision.getRequestId());
      if (told && inView == null && decision.getRewardsCount() == 0) {
        continue;
      }
      Shown list = shown(decision, told && inView != null ? inView : null);
      if (list.items().length > 0) {
        lists.add(list);
      }
    }
    return lists;
  }

  private Shown shown(Decision decision, @Nullable Map<String, Integer> inView) {
    Set<String> turnedTo = new HashSet<>();
    Set<String> bought = new HashSet<>();
    for (DecisionReward reward : decision.getRewardsList()) {
      if (reward.getLastTouch() > 0) {
        turnedTo.add(reward.getItemId());
        if (reward.getEventType().equals("purchase")) {
          bought.add(reward.getItemId());
        }
      }
    }
    List<DecisionChoice> choices = new ArrayList<>();
    for (DecisionChoice choice : decision.getChoicesList()) {
      String id = choice.getItemId();
      if (choices.size() < SHOWN_MAX
          && snapshot.find(id) != null
          && (inView == null || inView.containsKey(id) || turnedTo.contains(id))) {
        choices.add(choice);
      }
    }
    int count = choices.size();
    CatalogueItem[] items = new CatalogueItem[count];
    int[] positions = new int[count];
    boolean[] wanted = new boolean[count];
    boolean[] paid = new boolean[count];
    for (int i = 0; i < count; i++) {
      String id = choices.get(i).getItemId();
      items[i] = Objects.requireNonNull(snapshot.find(id));
      int told = inView == null ? 0 : inView.getOrDefault(id, 0);
      positions[i] = told > 0 ? told : choices.get(i).getPosition();
      wanted[i] = turnedTo.contains(id);
      paid[i] = bought.contains(id);
    }
    return new Shown(
        decision, items, choices.toArray(DecisionChoice[]::new), positions, wanted, paid);
  }

  /// Which items of which decision came into view, and where.
  private Map<String, Map<String, Integer>> impressions(List<Decision> decisions) {
    Map<String, Map<String, Integer>> seen = new HashMap<>();
    Set<String> asked = new HashSet<>();
    decisions.forEach(decision -> asked.add(decision.getRequestId()));
    try {
      Iterator<ReadEventsResponse> batches =
          FeatureStoreServiceGrpc.newBlockingStub(featureStore)
              .readEvents(ReadEventsRequest.newBuilder().setBatchSize(PAGE).build());
      while (batches.hasNext()) {
        for (Event event : batches.next().getEventsList()) {
          if (event.getType() == EventType.EVENT_TYPE_IMPRESSION
              && asked.contains(event.getRequestId())) {
            seen.computeIfAbsent(event.getRequestId(), _ -> new HashMap<>())
                .put(event.getItemId(), event.getPosition());
          }
        }
      }
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw e;
      }
    }
    return seen;
  }

  /// Evenly thinned out in time.
  private static List<Shown> thinned(List<Shown> lists) {
    long rows = lists.stream().mapToLong(list -> list.items().length).sum();
    int max = rows <= ROWS_MAX ? LISTS_MAX : (int) (ROWS_MAX * (long) lists.size() / rows);
    if (lists.size() <= Math.min(max, LISTS_MAX)) {
      return lists;
    }
    int kept = Math.max(1, Math.min(max, LISTS_MAX));
    List<Shown> some = new ArrayList<>(kept);
    for (int i = 0; i < kept; i++) {
      some.add(lists.get((int) ((long) i * lists.size() / kept)));
    }
    return some;
  }

  // ---- what was known

  private RankRows[] rows(
      List<Shown> lists,
      RankColumns columns,
      List<CandidateSource> sources,
      StoredHistory stored,
      Histories histories,
      int[][] history) {
    PromotionSnapshot promotions = RankTrainer.promotions(ranker);
    List<StoredFeatures> known =
        stored.at(
            columns,
            lists.stream()
                .map(list ->
                    new StoredHistory.Moment(
                        list.decision().getUserId().isEmpty()
                            ? list.decision().getSessionId()
                            : list.decision().getUserId(),
                        Arrays.stream(list.items()).map(CatalogueItem::id).toList(),
                        list.decision().getDecidedAtUnixMs()))
                .toList());
    RankRows[] rows = new RankRows[lists.size()];
    Workers.rows(
        "head-rows",
        rows.length,
        threads,
        () ->
            l -> {
              Decision decision = lists.get(l).decision();
              String who =
                  decision.getUserId().isEmpty()
                      ? "s:" + decision.getSessionId()
                      : decision.getUserId();
              history[l] = histories.before(who, decision.getDecidedAtUnixMs());
              rows[l] = rows(lists.get(l), columns, sources, promotions, history[l], known.get(l));
            });
    return rows;
  }

  private RankRows rows(
      Shown list,
      RankColumns columns,
      List<CandidateSource> sources,
      PromotionSnapshot promotions,
      int[] history,
      StoredFeatures known) {
    long at = list.decision().getDecidedAtUnixMs();
    Query query = new Query(history, at, item -> snapshot.item(item) != null);
    List<Retrieval.Proposal> proposals = new ArrayList<>(sources.size());
    for (CandidateSource source : sources) {
      proposals.add(new Retrieval.Proposal(source, source.propose(query, CANDIDATES)));
    }
    IntToLongFunction price = prices(list, promotions, at);
    int[] next = {0};
    return RankRows.of(
            columns,
            new Blend(proposals, name -> weights.getOrDefault(name, 0.0)),
            list.items(),
            snapshot,
            history,
            at,
            // Rows are filled in the order of the items.
            _ -> price.applyAsLong(next[0]++))
        .with(known);
  }

  /// The price after promotion of each choice: the discount that was shown, on the list price of
  /// now; of decisions that do not tell, that of their promotion as it is now.
  private static IntToLongFunction prices(Shown list, PromotionSnapshot promotions, long at) {
    OfferFinder finder =
        promotions.finder(
            new PersonFacts(list.decision().getUserId(), Set.of(), 0, PersonFacts.UNKNOWN, 0, null),
            new Moment(at, "", "", ""),
            Usage.UNTOUCHED);
    return i -> {
      DecisionChoice choice = list.choices()[i];
      CatalogueItem item = list.items()[i];
      long now = item.priceMinorUnits();
      if (choice.getListPriceMinorUnits() > 0) {
        return Math.round(
            (double) now * choice.getPriceMinorUnits() / choice.getListPriceMinorUnits());
      }
      ItemOffer offer =
          choice.getPromotionId().isEmpty()
              ? null
              : finder.of(item.facts(), choice.getPromotionId());
      return offer == null ? now : offer.priceMinorUnits();
    };
  }
}
