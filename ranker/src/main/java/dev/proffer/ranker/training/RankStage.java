// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.DecisionReward;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.evaluation.RankingMetrics;
import dev.proffer.ranker.reranking.RankModel;
import dev.proffer.ranker.reranking.RankQuestion;
import dev.proffer.ranker.reranking.RankTrainer;
import dev.proffer.ranker.reranking.StoredHistory;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.training.Cases.Case;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The part of a training run that learns to order candidates: it makes questions of cases and of
/// the decision log, and measures what came of them.
final class RankStage {
  private static final String FEATURE_SET = "ranker";
  private static final int CANDIDATES = 300;
  private static final int TEST_CASES = 1_000;
  private static final int DECISIONS_MAX = 100_000;
  private static final int HISTORY_MAX = 50;
  private static final int LIST = 10;

  private final ItemNumbers numbers;
  private final CatalogueSnapshot snapshot;
  private final Steps steps;
  private final RankTrainer trainer;
  private final boolean always;

  /// @param always whether the ranker is wanted also where it is not better than the blend
  RankStage(
      Channel ranker,
      Channel featureStore,
      ItemNumbers numbers,
      CatalogueSnapshot snapshot,
      Steps steps,
      List<String> sources,
      Map<String, Double> weights,
      int threads,
      long seed,
      boolean always) {
    this.always = always;
    this.numbers = numbers;
    this.snapshot = snapshot;
    this.steps = steps;
    this.trainer =
        new RankTrainer(
            snapshot,
            RankTrainer.promotions(ranker),
            StoredHistory.of(featureStore, FEATURE_SET, snapshot.sortedById().getFirst().id()),
            sources,
            name -> weights.getOrDefault(name, 0.0),
            threads,
            seed);
  }

  /// Learns from the validation period.
  ///
  /// @param decisions with what followed
  /// @param sources with models that know nothing of the period
  RankTrainer.Result train(
      List<Case> cases, List<Decision> decisions, List<CandidateSource> sources, int from, int to) {
    List<RankQuestion> questions = cases.stream().map(this::question).toList();
    return trainer.train(
        questions,
        shown(decisions, steps.time(from), steps.time(Math.max(from, to - 1))),
        proposer(sources),
        always);
  }

  /// Figures of the first of the cases, thinned out evenly, ordered by the model and by the blend.
  List<TrainingReport.Row> measure(
      RankModel model, List<Case> cases, List<CandidateSource> sources) {
    List<RankQuestion> questions = new ArrayList<>();
    double stride = Math.max(1, (double) cases.size() / TEST_CASES);
    for (double at = 0; at < cases.size(); at += stride) {
      questions.add(question(cases.get((int) at)));
    }
    return List.of(
        row(RankModel.NAME, model, questions, sources),
        row("blend, cases of " + RankModel.NAME, null, questions, sources));
  }

  private TrainingReport.Row row(
      String name,
      @Nullable RankModel model,
      List<RankQuestion> questions,
      List<CandidateSource> sources) {
    RankingMetrics metrics = new RankingMetrics(LIST, snapshot.count());
    List<int[]> tops = trainer.top(model, questions, proposer(sources));
    for (int i = 0; i < tops.size(); i++) {
      int[] top = tops.get(i);
      metrics.add(
          java.util.Arrays.copyOf(top, Math.min(LIST, top.length)), questions.get(i).targets());
    }
    return new TrainingReport.Row(
        "test", name, metrics.lists(), metrics.hitRate(), metrics.ndcg(), metrics.coverage());
  }

  private static Function<Query, List<Retrieval.Proposal>> proposer(List<CandidateSource> sources) {
    return query -> {
      List<Retrieval.Proposal> proposals = new ArrayList<>(sources.size());
      for (CandidateSource source : sources) {
        proposals.add(new Retrieval.Proposal(source, source.propose(query, CANDIDATES)));
      }
      return proposals;
    };
  }

  private RankQuestion question(Case one) {
    int[] grades = new int[one.targets().length];
    for (int i = 0; i < grades.length; i++) {
      float strength = one.strengths()[i];
      grades[i] =
          strength >= 1
              ? RankQuestion.BOUGHT
              : strength >= 0.5 ? RankQuestion.CARTED : RankQuestion.LOOKED;
    }
    return new RankQuestion(
        idOf(one.who()),
        new Query(
            one.history(), one.atMillis(), item -> snapshot.item(item) != null && one.isNew(item)),
        one.targets(),
        grades,
        null);
  }

  /// A session stands for itself where the feature store asks for a person.
  private static String idOf(String who) {
    return who.startsWith("s:") ? who.substring(2) : who;
  }

  /// Decisions of the period that were followed by something, as questions with places.
  private List<RankQuestion> shown(List<Decision> decisions, long fromMillis, long toMillis) {
    Histories histories = new Histories(steps, HISTORY_MAX);
    List<RankQuestion> questions = new ArrayList<>();
    for (Decision decision : decisions.subList(0, Math.min(DECISIONS_MAX, decisions.size()))) {
      long at = decision.getDecidedAtUnixMs();
      if (at >= fromMillis && at <= toMillis && decision.getRewardsCount() > 0) {
        questions.add(question(decision, histories));
      }
    }
    questions.sort(Comparator.comparingLong(question -> question.query().atMillis()));
    return questions;
  }

  private RankQuestion question(Decision decision, Histories histories) {
    String who =
        decision.getUserId().isEmpty() ? "s:" + decision.getSessionId() : decision.getUserId();
    Map<Integer, Integer> grades = new HashMap<>();
    for (DecisionReward reward : decision.getRewardsList()) {
      int grade =
          switch (reward.getEventType()) {
            case "purchase" -> RankQuestion.BOUGHT;
            case "add_to_cart" -> RankQuestion.CARTED;
            default -> RankQuestion.LOOKED;
          };
      grades.merge(numbers.find(reward.getItemId()), grade, Math::max);
    }
    int[] targets = grades.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    int[] gradeOf = new int[targets.length];
    for (int i = 0; i < targets.length; i++) {
      gradeOf[i] = grades.getOrDefault(targets[i], 0);
    }
    return new RankQuestion(
        idOf(who),
        new Query(
            histories.before(who, decision.getDecidedAtUnixMs()),
            decision.getDecidedAtUnixMs(),
            item -> snapshot.item(item) != null),
        targets,
        gradeOf,
        decision.getChoicesList().stream()
            .sorted(Comparator.comparingInt(DecisionChoice::getPosition))
            .mapToInt(choice -> numbers.find(choice.getItemId()))
            .filter(number -> number >= 0)
            .toArray());
  }
}
