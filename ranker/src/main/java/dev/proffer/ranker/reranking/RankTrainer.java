// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.RankedLists;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import dev.proffer.ranker.promotion.ItemOffer;
import dev.proffer.ranker.promotion.Moment;
import dev.proffer.ranker.promotion.OfferFinder;
import dev.proffer.ranker.promotion.PersonFacts;
import dev.proffer.ranker.promotion.PromotionSnapshot;
import dev.proffer.ranker.promotion.Usage;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.runtime.grpc.Pages;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Learns an order of candidates from lists (LambdaMART) and keeps it only when it is better than
/// the blend.
///
/// The lists of the validation period are cut by time: trees grow on the first half, the next
/// quarter says when to stop, the last quarter decides. There the mean gain in NDCG@10 must exceed
/// its own standard error. What is kept has learnt from all of them, with as many trees as were
/// found best. Offers of the past are those of promotions as they are known now, for somebody of
/// whom nothing is known; features of the store are as they were at each moment.
public final class RankTrainer {
  private static final int LISTS_MAX = 1_600;
  private static final int LISTS_MIN = 80;
  private static final int TOP = 100;
  private static final int FIT_TOP = 20;
  private static final int FIT_OTHERS = 15;
  private static final int NDCG_AT = 10;
  private static final int PAGE = 500;
  private static final int[] LEAVES = {7, 15, 31};
  private static final TreeOptions OPTIONS =
      TreeOptions.BOOSTING
          .withObjective(TreeOptions.Objective.ORDER)
          .withRounds(400)
          .withMinLeafRows(50);

  private final CatalogueSnapshot snapshot;
  private final PromotionSnapshot promotions;
  private final StoredHistory stored;
  private final List<String> sources;
  private final ToDoubleFunction<String> weights;
  private final int threads;
  private final long seed;

  /// What came of it.
  ///
  /// @param model null when the blend is not worse
  /// @param why in one sentence
  public record Result(
      @Nullable RankModel model, int lists, double blendNdcg, double learnedNdcg, String why) {}

  /// @param sources names of the candidate sources
  /// @param weights what each weighs in the blend
  public RankTrainer(
      CatalogueSnapshot snapshot,
      PromotionSnapshot promotions,
      StoredHistory stored,
      List<String> sources,
      ToDoubleFunction<String> weights,
      int threads,
      long seed) {
    this.snapshot = snapshot;
    this.promotions = promotions;
    this.stored = stored;
    this.sources = List.copyOf(sources);
    this.weights = weights;
    this.threads = threads;
    this.seed = seed;
  }

  /// All promotions of a shop, to find out what was on offer; none where there is no such service.
  public static PromotionSnapshot promotions(Channel ranker) {
    List<Promotion> all = new ArrayList<>();
    PromotionServiceGrpc.PromotionServiceBlockingStub service =
        PromotionServiceGrpc.newBlockingStub(ranker);
    try {
      new Pages<>(
              token ->
                  service.listPromotions(
                      ListPromotionsRequest.newBuilder()
                          .setPageSize(PAGE)
                          .setPageToken(token)
                          .build()),
              ListPromotionsResponse::getPromotionsList,
              ListPromotionsResponse::getNextPageToken)
          .forEach(all::add);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw e;
      }
    }
    return new PromotionSnapshot(0, all);
  }

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record ListOfItems(RankQuestion question, Blend blend, CatalogueItem[] items) {}

  /// Learns from questions.
  ///
  /// @param questions made from what people did
  /// @param shown questions made from lists that were shown; trees grow on them too, but a list
  ///   that somebody was shown says too little of what they would have taken to judge by
  /// @param proposer what the sources propose, with models that know nothing of the period
  /// @param always whether the model is kept also when it is not better than the blend
  public Result train(
      List<RankQuestion> questions,
      List<RankQuestion> shown,
      Function<Query, List<Retrieval.Proposal>> proposer,
      boolean always) {
    RankColumns columns = new RankColumns(sources, stored.context(), stored.items());
    List<RankQuestion> inTime = new ArrayList<>(questions);
    inTime.sort(Comparator.comparingLong(question -> question.query().atMillis()));
    List<ListOfItems> lists = lists(thinned(inTime), proposer);
    if (lists.size() < LISTS_MIN) {
      return new Result(
          null,
          lists.size(),
          0,
          0,
          "only " + lists.size() + " lists hold something that was wanted (expected: 80 or more)");
    }
    int fitTo = lists.size() / 2;
    int stopTo = lists.size() * 3 / 4;
    List<RankRows> rows = rows(columns, lists);
    List<ListOfItems> shownLists = lists(thinned(shown), proposer);
    List<RankRows> shownRows = rows(columns, shownLists);
    long fitUntil = lists.get(fitTo).question().query().atMillis();
    int shownTo = 0;
    while (shownTo < shownLists.size()
        && shownLists.get(shownTo).question().query().atMillis() < fitUntil) {
      shownTo++;
    }
    RankedLists fit =
        table(
            columns,
            both(lists.subList(0, fitTo), shownLists.subList(0, shownTo)),
            both(rows.subList(0, fitTo), shownRows.subList(0, shownTo)),
            true);
    RankedLists stop =
        table(columns, lists.subList(fitTo, stopTo), rows.subList(fitTo, stopTo), false);
    TreeModel best = null;
    TreeOptions bestOptions = OPTIONS;
    double bestNdcg = -1;
    for (int leaves : LEAVES) {
      TreeOptions options = OPTIONS.withLeaves(leaves).withThreads(threads).withSeed((int) seed);
      TreeModel trees = TreeTrainer.trainOrder(fit, stop, options);
      double ndcg =
          mean(
              gains(
                  new RankModel(columns, stored.hash(), trees),
                  lists.subList(fitTo, stopTo),
                  rows.subList(fitTo, stopTo)));
      if (ndcg > bestNdcg) {
        bestNdcg = ndcg;
        best = trees;
        bestOptions = options.withRounds(Math.max(1, trees.trees()));
      }
    }
    if (best == null) {
      throw new IllegalStateException("no options were tried");
    }
    List<ListOfItems> judges = lists.subList(stopTo, lists.size());
    List<RankRows> judgedRows = rows.subList(stopTo, lists.size());
    double[] learned = gains(new RankModel(columns, stored.hash(), best), judges, judgedRows);
    double[] blended = gains(null, judges, judgedRows);
    double error = standardError(learned, blended);
    double gain = mean(learned) - mean(blended);
    String figures =
        String.format(
            java.util.Locale.ROOT,
            "NDCG@10 %.4f against %.4f of the blend on the last %d lists of validation (standard"
                + " error of the difference %.4f)",
            mean(learned),
            mean(blended),
            judges.size(),
            error);
    if (!(gain > error) && !always) {
      return new Result(
          null, lists.size(), mean(blended), mean(learned), "the blend stays: " + figures);
    }
    TreeModel whole =
        TreeTrainer.trainOrder(
            table(columns, both(lists, shownLists), both(rows, shownRows), true),
            null,
            bestOptions);
    return new Result(
        new RankModel(columns, stored.hash(), whole),
        lists.size(),
        mean(blended),
        mean(learned),
        (gain > error ? "the learned ranker is better: " : "the learned ranker, as was asked for: ")
            + figures);
  }

  private static <T> List<T> both(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /// The best items of each question, as served: with a model by its order, without one by the
  /// blend.
  public List<int[]> top(
      @Nullable RankModel model,
      List<RankQuestion> questions,
      Function<Query, List<Retrieval.Proposal>> proposer) {
    List<ListOfItems> lists = new ArrayList<>(questions.size());
    for (RankQuestion question : questions) {
      lists.add(listOf(question, proposer));
    }
    RankColumns columns = new RankColumns(sources, stored.context(), stored.items());
    List<RankRows> rows = rows(columns, lists);
    List<int[]> tops = new ArrayList<>(lists.size());
    for (int i = 0; i < lists.size(); i++) {
      tops.add(ordered(model, lists.get(i), rows.get(i)));
    }
    return tops;
  }

  private static List<RankQuestion> thinned(List<RankQuestion> questions) {
    if (questions.size() <= LISTS_MAX) {
      return questions;
    }
    return IntStream.range(0, LISTS_MAX)
        .mapToObj(i -> questions.get((int) ((long) i * questions.size() / LISTS_MAX)))
        .toList();
  }

  /// Lists in which there is something to learn: at least one item that was wanted, and one that
  /// was not.
  private List<ListOfItems> lists(
      List<RankQuestion> questions, Function<Query, List<Retrieval.Proposal>> proposer) {
    List<ListOfItems> lists = new ArrayList<>();
    for (RankQuestion question : questions) {
      ListOfItems list = listOf(question, proposer);
      int wanted = 0;
      for (CatalogueItem item : list.items()) {
        wanted += question.gradeOf(item.number()) > 0 ? 1 : 0;
      }
      if (wanted > 0 && wanted < list.items().length) {
        lists.add(list);
      }
    }
    return lists;
  }

  private ListOfItems listOf(
      RankQuestion question, Function<Query, List<Retrieval.Proposal>> proposer) {
    Blend blend = new Blend(proposer.apply(question.query()), weights);
    int[] numbers = question.shown() == null ? blend.top(TOP).items() : question.shown();
    List<CatalogueItem> items = new ArrayList<>(numbers.length);
    for (int number : numbers) {
      CatalogueItem item = snapshot.item(number);
      if (item != null) {
        items.add(item);
      }
    }
    return new ListOfItems(question, blend, items.toArray(CatalogueItem[]::new));
  }

  private List<RankRows> rows(RankColumns columns, List<ListOfItems> lists) {
    List<StoredFeatures> known =
        stored.at(
            columns,
            lists.stream()
                .map(list ->
                    new StoredHistory.Moment(
                        list.question().who(),
                        java.util.Arrays.stream(list.items()).map(CatalogueItem::id).toList(),
                        list.question().query().atMillis()))
                .toList());
    List<RankRows> rows = new ArrayList<>(lists.size());
    for (int i = 0; i < lists.size(); i++) {
      ListOfItems list = lists.get(i);
      Query query = list.question().query();
      OfferFinder finder =
          promotions.finder(
              new PersonFacts(list.question().who(), Set.of(), 0, PersonFacts.UNKNOWN, 0, null),
              new Moment(query.atMillis(), "", "", ""),
              Usage.UNTOUCHED);
      rows.add(
          RankRows.of(
                  columns,
                  list.blend(),
                  list.items(),
                  snapshot,
                  query.history(),
                  query.atMillis(),
                  item -> {
                    ItemOffer offer = finder.best(item.facts());
                    return offer == null ? item.priceMinorUnits() : offer.priceMinorUnits();
                  })
              .with(known.get(i)));
    }
    return rows;
  }

  /// The rows of lists as one table. To learn from, a long list is thinned out: all that was
  /// wanted, the first rows, and some of the others.
  private RankedLists table(
      RankColumns columns, List<ListOfItems> lists, List<RankRows> rows, boolean thin) {
    Examples.Builder table = Examples.of(columns.names());
    int[] sizes = new int[lists.size()];
    List<Integer> positions = new ArrayList<>();
    boolean anyShown = false;
    Random random = new Random(seed);
    for (int l = 0; l < sizes.length; l++) {
      ListOfItems list = lists.get(l);
      boolean shown = list.question().shown() != null;
      anyShown |= shown;
      int others = Math.max(1, list.items().length - FIT_TOP);
      for (int i = 0; i < list.items().length; i++) {
        int grade = list.question().gradeOf(list.items()[i].number());
        boolean chosen = random.nextInt(others) < FIT_OTHERS;
        if (!thin || shown || grade > 0 || i < FIT_TOP || chosen) {
          table.add(grade, rows.get(l).row(i));
          positions.add(shown ? i + 1 : 0);
          sizes[l]++;
        }
      }
    }
    return new RankedLists(
        table.build(),
        sizes,
        anyShown && thin ? positions.stream().mapToInt(Integer::intValue).toArray() : null);
  }

  /// The order of a model, or that in which the rows are: by the blend.
  private static int[] ordered(@Nullable RankModel model, ListOfItems list, RankRows rows) {
    int size = list.items().length;
    TopK best = new TopK(size);
    double[] scores = model == null ? new double[0] : model.score(rows);
    for (int i = 0; i < size; i++) {
      best.offer(i, model == null ? -i : (float) scores[i]);
    }
    Hits hits = best.drain();
    int[] items = new int[hits.size()];
    for (int i = 0; i < items.length; i++) {
      items[i] = list.items()[hits.items()[i]].number();
    }
    return items;
  }

  /// NDCG@10 of each list; lists that were shown are judged by what was clicked among them.
  private static double[] gains(
      @Nullable RankModel model, List<ListOfItems> lists, List<RankRows> rows) {
    double[] gains = new double[lists.size()];
    for (int l = 0; l < gains.length; l++) {
      int[] order = ordered(model, lists.get(l), rows.get(l));
      RankQuestion question = lists.get(l).question();
      double found = 0;
      for (int i = 0; i < Math.min(NDCG_AT, order.length); i++) {
        found += (question.gradeOf(order[i]) > 0 ? 1 : 0) / Math.log(i + 2.0);
      }
      double ideal = 0;
      for (int i = 0; i < Math.min(NDCG_AT, question.targets().length); i++) {
        ideal += 1 / Math.log(i + 2.0);
      }
      gains[l] = ideal == 0 ? 0 : found / ideal;
    }
    return gains;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return values.length == 0 ? 0 : sum / values.length;
  }

  private static double standardError(double[] a, double[] b) {
    double mean = mean(a) - mean(b);
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
    }
    return Math.sqrt(squares / Math.max(1, a.length - 1) / a.length);
  }
}
