// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.ranker.evaluation.Dataset.Question;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.learning.LearningException;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.Workers;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrialJournal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures the candidate sources, their blend and the trees over them on public data: parameters
/// are chosen on the validation part alone, and the test part is asked once, at the end.
public final class Evaluator {
  private static final Logger log = LoggerFactory.getLogger(Evaluator.class);

  private static final String BLEND = "blend";
  private static final int CANDIDATES = 150;
  private static final int LIST = 20;
  // Two halves of fewer questions would say nothing about each other.
  private static final int LESSONS_MIN = 500;

  private final Options options;
  private final TrainingProgress progress;
  private final TrialJournal journal;

  /// How an evaluation goes.
  ///
  /// @param model `hybrid` (trees over the sources), `blend` (a weighted sum), the name of a
  ///   source, or `auto` for the best on validation
  /// @param tuningSeconds how long parameters may be searched for
  /// @param learningSeconds how long the sequence model may learn before its best epoch is taken; 0
  ///   leaves it out
  /// @param tuningQuestions how many validation questions the search looks at
  /// @param blendQuestions how many of them the weights are chosen on
  /// @param treeQuestions how many of them the trees learn from at most
  /// @param regressionItems larger catalogues do without the item regression
  public record Options(
      String model,
      int tuningSeconds,
      int learningSeconds,
      int tuningQuestions,
      int blendQuestions,
      int treeQuestions,
      int regressionItems,
      int seed,
      int threads) {
    public static final Options DEFAULT =
        new Options(
            "auto",
            300,
            600,
            2_000,
            4_000,
            8_000,
            6_000,
            1,
            Runtime.getRuntime().availableProcessors());

    public Options withModel(String newModel) {
      return new Options(
          newModel,
          tuningSeconds,
          learningSeconds,
          tuningQuestions,
          blendQuestions,
          treeQuestions,
          regressionItems,
          seed,
          threads);
    }

    public Options withSeconds(int newTuning, int newLearning) {
      return new Options(
          model,
          newTuning,
          newLearning,
          tuningQuestions,
          blendQuestions,
          treeQuestions,
          regressionItems,
          seed,
          threads);
    }

    public Options withSeed(int newSeed) {
      return new Options(
          model,
          tuningSeconds,
          learningSeconds,
          tuningQuestions,
          blendQuestions,
          treeQuestions,
          regressionItems,
          newSeed,
          threads);
    }

    public Options withThreads(int newThreads) {
      return new Options(
          model,
          tuningSeconds,
          learningSeconds,
          tuningQuestions,
          blendQuestions,
          treeQuestions,
          regressionItems,
          seed,
          newThreads);
    }
  }

  public Evaluator(Options options, TrainingProgress progress) {
    this(options, progress, TrialJournal.inMemory());
  }

  /// @param journal keeps what trials were worth, so that a run that was stopped goes on
  public Evaluator(Options options, TrainingProgress progress, TrialJournal journal) {
    this.options = options;
    this.progress = progress;
    this.journal = journal;
  }

  /// What was chosen on validation.
  ///
  /// @param trees null when there were too few questions to learn from
  private record Hybrid(
      String model, Map<String, Double> weights, LearnedBlend.@Nullable Learned trees) {}

  /// Tunes, trains and measures.
  public EvaluationReport evaluate(Dataset data) throws EvaluationException {
    long start = System.nanoTime();
    List<Question> tuning = thinned(data.validation(), options.tuningQuestions());
    List<SourceTuner.Tuned> tuned =
        new SourceTuner(
                data,
                source -> worth(data, tuning, source),
                options,
                progress,
                start + options.tuningSeconds() * 1_000_000_000L,
                journal)
            .tune();
    List<CandidateSource> sources = tuned.stream().map(SourceTuner.Tuned::source).toList();
    List<String> names = sources.stream().map(CandidateSource::name).toList();
    if (!List.of("auto", BLEND, LearnedBlend.NAME).contains(options.model())
        && !names.contains(options.model())) {
      throw new EvaluationException(
          "model '"
              + options.model()
              + "' (expected: auto, hybrid, blend or one of "
              + names
              + ")");
    }
    Map<String, String> chosen = new LinkedHashMap<>();
    tuned.forEach(one -> chosen.put(one.source().name(), one.parameters()));
    Map<String, Double> validation = new LinkedHashMap<>();
    Hybrid hybrid = hybrid(data, sources, names, validation);
    chosen.put("model", hybrid.model());
    chosen.put("weights", new TreeMap<>(hybrid.weights()).toString());
    if (hybrid.trees() != null) {
      chosen.put("trees", hybrid.trees().trees() + ", " + hybrid.trees().mix());
    }
    long tunedAt = System.nanoTime();

    List<CandidateSource> finals = new ArrayList<>();
    if (Arrays.equals(data.train(), data.tuneTrain())) {
      finals.addAll(sources);
    } else {
      try (TrainingProgress.Step step = progress.begin("training", tuned.size(), "sources")) {
        for (SourceTuner.Tuned one : tuned) {
          finals.add(one.recipe().apply(data.train()));
          step.advance(1);
        }
      }
    }
    long trainedAt = System.nanoTime();
    Map<String, Map<String, Double>> all = measured(data, finals, data.test(), hybrid);
    long end = System.nanoTime();
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("tuning", (tunedAt - start) / 1e9);
    seconds.put("training", (trainedAt - tunedAt) / 1e9);
    seconds.put("inference", (end - trainedAt) / 1e9);
    return new EvaluationReport(
        text(data.protocol()),
        chosen,
        all.getOrDefault(hybrid.model(), Map.of()),
        validation,
        all.getOrDefault(Popularity.NAME, Map.of()),
        all,
        seconds);
  }

  private static String text(Protocol protocol) {
    return switch (protocol) {
      case LEAVE_ONE_OUT ->
          "leave-one-out, full ranking, seen items left out; the validation item is in the history"
              + " of the test question; candidate sources do not learn from it, the trees and"
              + " weights over them do";
      case FIXED_SPLIT ->
          "given split, full ranking, train items left out; a tenth of train was validation, and is"
              + " learned from for the test figures";
      case SESSION ->
          "next item of a session, full ranking, nothing left out; the last tenth of the sessions"
              + " was validation, and is learned from for the test figures";
      case TIME_SPLIT ->
          "two instants cut all events into 80 % train, 10 % validation and 10 % test; full ranking,"
              + " seen items left out; validation is learned from for the test figures";
    };
  }

  // ---- the hybrid

  /// Chooses weights, learns trees, and says which way is the best on validation.
  ///
  /// @param figures gets what each way is worth on validation
  private Hybrid hybrid(
      Dataset data, List<CandidateSource> sources, List<String> names, Map<String, Double> figures)
      throws EvaluationException {
    List<Question> few = thinned(data.validation(), options.blendQuestions());
    Map<String, Double> weights;
    Map<String, Double> alone = new LinkedHashMap<>();
    try (TrainingProgress.Step step = progress.begin("weighing sources", -1, "trials")) {
      List<Pool> pools = pools(sources, few);
      weights =
          WeightSearch.find(
              names,
              trial -> {
                step.advance(1);
                return worth(data, pools, weights(names, trial));
              },
              () -> false);
      figures.put(BLEND, worth(data, pools, weights(names, weights)));
      for (String name : names) {
        alone.put(name, worth(data, pools, weights(names, Map.of(name, 1.0))));
      }
    }
    alone.forEach(figures::put);
    LearnedBlend.Learned learned = null;
    if (!options.model().equals(BLEND) && !names.contains(options.model())) {
      learned = trees(data, sources, names, weights);
    }
    if (learned != null) {
      figures.put(LearnedBlend.NAME, learned.worth());
      figures.put(LearnedBlend.NAME + ".blend", learned.blendWorth());
    } else if (options.model().equals(LearnedBlend.NAME)) {
      throw new EvaluationException(
          "model hybrid: of the validation part fewer than "
              + LESSONS_MIN
              + " questions are there, or no source proposes an answer to them (expected: both; auto"
              + " takes the best of the others)");
    }
    if (!options.model().equals("auto")) {
      return new Hybrid(options.model(), weights, learned);
    }
    if (learned != null && learned.worth() > learned.blendWorth()) {
      return new Hybrid(LearnedBlend.NAME, weights, learned);
    }
    String best = BLEND;
    double bestValue = figures.getOrDefault(BLEND, 0.0);
    for (Map.Entry<String, Double> one : alone.entrySet()) {
      if (one.getValue() > bestValue) {
        bestValue = one.getValue();
        best = one.getKey();
      }
    }
    return new Hybrid(best, weights, learned);
  }

  private LearnedBlend.@Nullable Learned trees(
      Dataset data,
      List<CandidateSource> sources,
      List<String> names,
      Map<String, Double> weights) {
    List<Question> questions = thinned(data.validation(), options.treeQuestions());
    if (questions.size() < LESSONS_MIN) {
      return null;
    }
    LearnedBlend.Lessons lessons =
        new LearnedBlend.Lessons(
            data.protocol(),
            LearnedBlend.Features.of(names, weights(names, weights), counts(data)));
    try (TrainingProgress.Step step =
        progress.begin("collecting candidates", questions.size(), "questions")) {
      // A part at a time: in order, so that the same trees come out for any number of threads.
      int part = 500;
      for (int from = 0; from < questions.size() && !lessons.isFull(); from += part) {
        List<Question> some = questions.subList(from, Math.min(questions.size(), from + part));
        List<Pool> pools = pools(sources, some);
        for (int i = 0; i < pools.size(); i++) {
          lessons.add(some.get(i), pools.get(i));
        }
        step.advance(some.size());
      }
    }
    try (TrainingProgress.Step step = progress.begin("growing trees", 1, "models")) {
      LearnedBlend.Learned learned = LearnedBlend.learn(lessons, options.threads(), options.seed());
      step.advance(1);
      return learned;
    } catch (LearningException e) {
      log.info("no trees over the sources: {}", e.getMessage());
      return null;
    }
  }

  private static int[] counts(Dataset data) {
    int[] counts = new int[data.items()];
    for (int[] sequence : data.tuneTrain()) {
      for (int item : sequence) {
        counts[item]++;
      }
    }
    return counts;
  }

  private static float[] weights(List<String> names, Map<String, Double> weights) {
    float[] array = new float[names.size()];
    for (int s = 0; s < array.length; s++) {
      array[s] = weights.getOrDefault(names.get(s), 0.0).floatValue();
    }
    return array;
  }

  // ---- measuring

  private static Query query(Question question) {
    return new Query(question.history(), 0, question::admits);
  }

  private List<Pool> pools(List<CandidateSource> sources, List<Question> questions) {
    // Each place is written by one thread.
    @Nullable Pool[] pools = new Pool[questions.size()];
    parallel(
        pools.length,
        () -> pools,
        (i, part) -> part[i] = pool(sources, questions.get(i)),
        (_, _) -> {});
    List<Pool> all = new ArrayList<>(pools.length);
    for (Pool pool : pools) {
      if (pool != null) {
        all.add(pool);
      }
    }
    return all;
  }

  private static Pool pool(List<CandidateSource> sources, Question question) {
    Query query = query(question);
    List<Retrieval.Proposal> proposals = new ArrayList<>(sources.size());
    for (CandidateSource source : sources) {
      proposals.add(new Retrieval.Proposal(source, source.propose(query, CANDIDATES)));
    }
    return Pool.of(question, proposals);
  }

  private double worth(Dataset data, List<Question> questions, CandidateSource source) {
    double[] sum =
        parallel(
            questions.size(),
            () -> new double[questions.size()],
            (i, part) -> {
              Question question = questions.get(i);
              Query query = query(question);
              Hits hits = source.propose(query, LIST);
              Pool pool = Pool.of(question, List.of(new Retrieval.Proposal(source, hits)));
              part[i] = pool.worth(data.protocol(), pool.blended(new float[] {1}));
            },
            (total, part) -> {
              for (int i = 0; i < total.length; i++) {
                total[i] += part[i];
              }
            });
    return Arrays.stream(sum).average().orElse(0);
  }

  private double worth(Dataset data, List<Pool> pools, float[] weights) {
    double[] each =
        parallel(
            pools.size(),
            () -> new double[pools.size()],
            (i, part) ->
                part[i] = pools.get(i).worth(data.protocol(), pools.get(i).blended(weights)),
            (total, part) -> {
              for (int i = 0; i < total.length; i++) {
                total[i] += part[i];
              }
            });
    return Arrays.stream(each).average().orElse(0);
  }

  /// Figures for lists of 10 and of 20.
  private record Pair(RankingMetrics ten, RankingMetrics twenty) {
    static Pair of(Dataset data) {
      return new Pair(new RankingMetrics(10, data.items()), new RankingMetrics(20, data.items()));
    }

    void add(int[] list, int[] targets) {
      ten.add(list, targets);
      twenty.add(list, targets);
    }

    void add(Pair other) {
      ten.add(other.ten);
      twenty.add(other.twenty);
    }
  }

  private static Map<String, Double> figures(Dataset data, Pair pair) {
    double scale = data.protocol() == Protocol.SESSION ? 100 : 1;
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("hr@10", pair.ten().hitRate());
    figures.put("recall@10", pair.ten().recall());
    figures.put("ndcg@10", pair.ten().ndcg());
    figures.put("recall@20", pair.twenty().recall());
    figures.put("ndcg@20", pair.twenty().ndcg());
    // In the literature on sessions P@20 is the share of lists that hold the one answer.
    figures.put(
        "p@20",
        data.protocol() == Protocol.SESSION
            ? scale * pair.twenty().hitRate()
            : pair.twenty().precision());
    figures.put("mrr@20", scale * pair.twenty().mrr());
    figures.put("coverage@20", pair.twenty().coverage());
    figures.put("gini@20", pair.twenty().gini());
    return figures;
  }

  /// Figures of every source, of the blend and of the trees, asking each question once.
  private Map<String, Map<String, Double>> measured(
      Dataset data, List<CandidateSource> sources, List<Question> questions, Hybrid hybrid) {
    List<String> names = new ArrayList<>();
    sources.forEach(source -> names.add(source.name()));
    float[] weights = weights(names, hybrid.weights());
    LearnedBlend trees = hybrid.trees() == null ? null : hybrid.trees().model();
    names.add(BLEND);
    if (trees != null) {
      names.add(LearnedBlend.NAME);
    }
    try (TrainingProgress.Step step =
        progress.begin("asking the test questions", questions.size(), "questions")) {
      List<Pair> pairs =
          parallel(
              questions.size(),
              () -> {
                List<Pair> parts = new ArrayList<>();
                names.forEach(_ -> parts.add(Pair.of(data)));
                return parts;
              },
              (i, parts) -> {
                Question question = questions.get(i);
                Pool pool = pool(sources, question);
                for (int s = 0; s < sources.size(); s++) {
                  parts.get(s).add(pool.list(s, LIST), question.targets());
                }
                parts.get(sources.size()).add(pool.top(weights, LIST), question.targets());
                if (trees != null) {
                  parts.getLast().add(trees.top(question, pool, LIST).items(), question.targets());
                }
              },
              (total, part) -> {
                for (int s = 0; s < total.size(); s++) {
                  total.get(s).add(part.get(s));
                }
              });
      step.advance(questions.size());
      Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
      for (int s = 0; s < names.size(); s++) {
        figures.put(names.get(s), figures(data, pairs.get(s)));
      }
      return figures;
    }
  }

  private interface Maker<T> {
    T make();
  }

  private interface Work<T> {
    void run(int i, T part);
  }

  private interface Join<T> {
    void join(T total, T part);
  }

  private <T> T parallel(int count, Maker<T> maker, Work<T> work, Join<T> join) {
    int threads = Math.max(1, options.threads());
    AtomicInteger next = new AtomicInteger();
    List<T> parts = Stream.generate(maker::make).limit(threads).toList();
    Workers.run(
        "ask",
        threads,
        t -> {
          for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            work.run(i, parts.get(t));
          }
        });
    T total = maker.make();
    parts.forEach(part -> join.join(total, part));
    return total;
  }

  private static List<Question> thinned(List<Question> questions, int max) {
    if (questions.size() <= max) {
      return questions;
    }
    List<Question> kept = new ArrayList<>(max);
    double stride = (double) questions.size() / max;
    for (int i = 0; i < max; i++) {
      kept.add(questions.get((int) (i * stride)));
    }
    return kept;
  }
}
