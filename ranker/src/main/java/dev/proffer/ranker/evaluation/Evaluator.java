// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.ranker.evaluation.Dataset.Question;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.ItemKnn;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.SessionKnn;
import dev.proffer.ranker.retrieval.SessionRepeat;
import dev.proffer.ranker.retrieval.Trail;
import dev.proffer.ranker.training.TrainingProgress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Measures the candidate sources and their blend on public data: parameters are chosen on the
/// validation part alone, and the test part is asked once, at the end.
public final class Evaluator {
  private static final int CANDIDATES = 300;

  private final Options options;
  private final TrainingProgress progress;
  private long tuningDeadline;

  /// How an evaluation goes.
  ///
  /// @param model `blend`, the name of a source, or `auto` for the best on validation
  /// @param tuningSeconds how long parameters may be searched for
  /// @param tuningQuestions how many validation questions the search looks at
  public record Options(String model, int tuningSeconds, int tuningQuestions, int threads) {
    public static final Options DEFAULT =
        new Options("auto", 300, 2_000, Runtime.getRuntime().availableProcessors());
  }

  public Evaluator(Options options, TrainingProgress progress) {
    this.options = options;
    this.progress = progress;
  }

  /// Tunes, trains and measures.
  public EvaluationReport evaluate(Dataset data) throws EvaluationException {
    long start = System.nanoTime();
    tuningDeadline = start + options.tuningSeconds() * 1_000_000_000L;
    List<Question> tuning = thinned(data.validation(), options.tuningQuestions());
    Map<String, String> chosen = new LinkedHashMap<>();
    List<Function<int[][], CandidateSource>> recipes = new ArrayList<>();
    List<CandidateSource> tuned = new ArrayList<>();
    try (TrainingProgress.Step step = progress.begin("choosing parameters", -1, "trials")) {
      tune(data, tuning, step, recipes, tuned, chosen);
    }
    List<List<Retrieval.Proposal>> proposals = proposals(tuned, tuning);
    List<String> names = tuned.stream().map(CandidateSource::name).toList();
    Map<String, Double> weights =
        WeightSearch.find(
            names, trial -> objective(data, blended(data, tuning, proposals, trial)), () -> false);
    String model = model(data, tuning, proposals, names, weights);
    chosen.put("model", model);
    chosen.put("weights", new TreeMap<>(weights).toString());
    Map<String, Double> validation =
        figures(
            data,
            model.equals("blend")
                ? blended(data, tuning, proposals, weights)
                : blended(data, tuning, proposals, Map.of(model, 1.0)));
    long tunedAt = System.nanoTime();

    List<CandidateSource> finals = new ArrayList<>();
    try (TrainingProgress.Step step = progress.begin("training", recipes.size(), "sources")) {
      for (Function<int[][], CandidateSource> recipe : recipes) {
        finals.add(recipe.apply(data.train()));
        step.advance(1);
      }
    }
    long trainedAt = System.nanoTime();
    Map<String, Map<String, Double>> sources = new LinkedHashMap<>();
    Map<String, Map<String, Double>> all = measured(data, finals, data.test(), weights);
    names.forEach(name -> sources.put(name, all.getOrDefault(name, Map.of())));
    Map<String, Double> metrics = all.getOrDefault(model, Map.of());
    long end = System.nanoTime();
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("tuning", (tunedAt - start) / 1e9);
    seconds.put("training", (trainedAt - tunedAt) / 1e9);
    seconds.put("inference", (end - trainedAt) / 1e9);
    sources.put("blend", all.getOrDefault("blend", Map.of()));
    return new EvaluationReport(
        text(data.protocol()),
        chosen,
        metrics,
        validation,
        all.getOrDefault(Popularity.NAME, Map.of()),
        sources,
        seconds);
  }

  private static String text(Protocol protocol) {
    return switch (protocol) {
      case LEAVE_ONE_OUT ->
          "leave-one-out, full ranking, seen items left out; the validation item is in the history"
              + " of the test question but is not learned from";
      case FIXED_SPLIT ->
          "given split, full ranking, train items left out; a tenth of train was validation, and is"
              + " learned from for the test figures";
      case SESSION ->
          "next item of a session, full ranking, nothing left out; the last tenth of the sessions"
              + " was validation, and is learned from for the test figures";
    };
  }

  private String model(
      Dataset data,
      List<Question> tuning,
      List<List<Retrieval.Proposal>> proposals,
      List<String> names,
      Map<String, Double> weights)
      throws EvaluationException {
    if (!options.model().equals("auto")) {
      if (!options.model().equals("blend") && !names.contains(options.model())) {
        throw new EvaluationException(
            "model '" + options.model() + "' (expected: auto, blend or one of " + names + ")");
      }
      return options.model();
    }
    String best = "blend";
    double bestValue = objective(data, blended(data, tuning, proposals, weights));
    for (String name : names) {
      double value = objective(data, blended(data, tuning, proposals, Map.of(name, 1.0)));
      if (value > bestValue) {
        bestValue = value;
        best = name;
      }
    }
    return best;
  }

  // ---- choosing parameters

  private void tune(
      Dataset data,
      List<Question> tuning,
      TrainingProgress.Step step,
      List<Function<int[][], CandidateSource>> recipes,
      List<CandidateSource> tuned,
      Map<String, String> chosen) {
    int items = data.items();
    int threads = options.threads();
    int[][] train = data.tuneTrain();
    if (data.sequential()) {
      SeqKnn best = tuneSeqKnn(data, tuning, step);
      chosen.put(SeqKnn.NAME, best.parameters().toString());
      tuned.add(best);
      recipes.add(sequences -> seqKnn(sequences, best.parameters()));
    }
    SessionKnn neighbours =
        climb(
            data,
            tuning,
            step,
            List.of(
                List.of(data.sequential() ? SessionKnn.Parameters.DEFAULT : UNORDERED),
                List.of(
                    new SessionKnn.Parameters(100, 2_000, data.sequential() ? 0.8 : 1, 50, 1),
                    new SessionKnn.Parameters(1_000, 5_000, data.sequential() ? 0.8 : 1, 50, 1)),
                List.of(
                    new SessionKnn.Parameters(300, 2_000, data.sequential() ? 0.6 : 1, 50, 0.5),
                    new SessionKnn.Parameters(300, 2_000, data.sequential() ? 0.9 : 1, 50, 2))),
            p -> new SessionKnn(train, items, p));
    chosen.put(SessionKnn.NAME, neighbours.parameters().toString());
    tuned.add(neighbours);
    recipes.add(sequences -> new SessionKnn(sequences, items, neighbours.parameters()));

    int[][] sets = distinct(train);
    ItemKnn itemKnn =
        climb(
            data,
            tuning,
            step,
            List.of(
                List.of(ItemKnn.Parameters.DEFAULT),
                List.of(new ItemKnn.Parameters(400, 0.5, 0.5, 0)),
                List.of(new ItemKnn.Parameters(400, 0.5, 1, 0)),
                List.of(new ItemKnn.Parameters(100, 0.4, 0.5, 0)),
                List.of(new ItemKnn.Parameters(100, 0.6, 0.5, 0))),
            p -> new ItemKnn(sets, items, p, threads));
    chosen.put(ItemKnn.NAME, itemKnn.parameters().toString());
    tuned.add(itemKnn);
    recipes.add(
        sequences -> new ItemKnn(distinct(sequences), items, itemKnn.parameters(), threads));

    if (data.protocol() != Protocol.SESSION) {
      ImplicitFactors factors =
          climb(
              data,
              tuning,
              step,
              List.of(
                  List.of(factorParameters(0.03, 64)),
                  List.of(factorParameters(0.3, 64), factorParameters(0.01, 64)),
                  List.of(factorParameters(0.1, 64)),
                  List.of(factorParameters(0.02, 128))),
              p -> ImplicitFactors.train(sets, items, p, threads));
      chosen.put(ImplicitFactors.NAME, factors.parameters().toString());
      tuned.add(factors);
      recipes.add(sequences ->
          ImplicitFactors.train(distinct(sequences), items, factors.parameters(), threads));
    } else {
      tuned.add(new SessionRepeat());
      recipes.add(_ -> new SessionRepeat());
    }
    tuned.add(popularity(train));
    recipes.add(Evaluator::popularity);
  }

  private static final SessionKnn.Parameters UNORDERED =
      new SessionKnn.Parameters(300, 2_000, 1, 100, 1);

  private static ImplicitFactors.Parameters factorParameters(double unobserved, int dimension) {
    return new ImplicitFactors.Parameters(dimension, unobserved, 0.003, 1, 8, 1);
  }

  /// Tries parameters in their order until the time is up, and returns the best model.
  private <P, S extends CandidateSource> S climb(
      Dataset data,
      List<Question> tuning,
      TrainingProgress.Step step,
      List<List<P>> variants,
      Function<P, S> maker) {
    S best = maker.apply(variants.getFirst().getFirst());
    double bestValue = objective(data, single(data, tuning, best));
    step.advance(1);
    for (List<P> group : variants.subList(1, variants.size())) {
      for (P variant : group) {
        if (System.nanoTime() > tuningDeadline) {
          return best;
        }
        S model = maker.apply(variant);
        double value = objective(data, single(data, tuning, model));
        step.advance(1);
        if (value > bestValue) {
          bestValue = value;
          best = model;
        }
      }
    }
    return best;
  }

  private SeqKnn tuneSeqKnn(Dataset data, List<Question> tuning, TrainingProgress.Step step) {
    SeqKnn best = seqKnn(data.tuneTrain(), SeqKnn.Parameters.DEFAULT);
    double bestValue = objective(data, single(data, tuning, best));
    List<Function<SeqKnn.Parameters, SeqKnn.Parameters>> changes = new ArrayList<>();
    for (int window : new int[] {2, 5, 1, 8}) {
      changes.add(p ->
          new SeqKnn.Parameters(
              window, 0, 0, p.alpha(), p.shrink(), p.decay(), p.historyMax(), p.linksMax()));
    }
    for (double decay : new double[] {0.5, 0.65, 0.75, 0.88}) {
      changes.add(p -> p.reading(p.alpha(), p.shrink(), decay, p.historyMax()));
    }
    for (double alpha : new double[] {0.4, 0.5, 0.7, 0.8, 0.9}) {
      changes.add(p -> p.reading(alpha, p.shrink(), p.decay(), p.historyMax()));
    }
    for (double shrink : new double[] {0, 2, 5, 20, 50}) {
      changes.add(p -> p.reading(p.alpha(), shrink, p.decay(), p.historyMax()));
    }
    for (double decay : new double[] {0.5, 0.65, 0.75, 0.88}) {
      changes.add(p -> p.reading(p.alpha(), p.shrink(), decay, p.historyMax()));
    }
    for (Function<SeqKnn.Parameters, SeqKnn.Parameters> change : changes) {
      if (System.nanoTime() > tuningDeadline) {
        break;
      }
      SeqKnn.Parameters changed = change.apply(best.parameters());
      if (changed.equals(best.parameters())) {
        continue;
      }
      SeqKnn model =
          changed.window() == best.parameters().window()
              ? best.reading(changed)
              : seqKnn(data.tuneTrain(), changed);
      double value = objective(data, single(data, tuning, model));
      step.advance(1);
      if (value > bestValue) {
        bestValue = value;
        best = model;
      }
    }
    return best;
  }

  // ---- models

  private static SeqKnn seqKnn(int[][] sequences, SeqKnn.Parameters parameters) {
    SeqKnn model = new SeqKnn(parameters);
    for (int[] sequence : sequences) {
      Trail trail = model.newTrail();
      for (int i = 0; i < sequence.length; i++) {
        model.learn(trail, sequence[i], i);
      }
    }
    model.prune();
    return model;
  }

  /// Plain counts of the training part.
  private static Popularity popularity(int[][] sequences) {
    Popularity counts = new Popularity(1);
    for (int[] sequence : sequences) {
      for (int item : sequence) {
        counts.learn(item, 0, 1);
      }
    }
    return counts;
  }

  private static int[][] distinct(int[][] sequences) {
    int[][] sets = new int[sequences.length][];
    for (int i = 0; i < sets.length; i++) {
      sets[i] = java.util.Arrays.stream(sequences[i]).distinct().toArray();
    }
    return sets;
  }

  // ---- measuring

  private static Query query(Question question) {
    return new Query(question.history(), 0, question::admits);
  }

  private static double objective(Dataset data, Pair metrics) {
    return switch (data.protocol()) {
      case LEAVE_ONE_OUT -> metrics.ten().ndcg();
      case FIXED_SPLIT -> metrics.twenty().ndcg() + metrics.twenty().recall();
      // The two figures of the protocol, on one scale.
      case SESSION -> metrics.twenty().hitRate() + 3 * metrics.twenty().mrr();
    };
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

  private Pair single(Dataset data, List<Question> questions, CandidateSource source) {
    return parallel(
        questions.size(),
        () -> Pair.of(data),
        (i, pair) ->
            pair.add(
                source.propose(query(questions.get(i)), 20).items(), questions.get(i).targets()),
        Pair::add);
  }

  private Pair blended(
      Dataset data,
      List<Question> questions,
      List<List<Retrieval.Proposal>> proposals,
      Map<String, Double> weights) {
    return parallel(
        questions.size(),
        () -> Pair.of(data),
        (i, pair) ->
            pair.add(
                new Blend(proposals.get(i), name -> weights.getOrDefault(name, 0.0))
                    .top(20)
                    .items(),
                questions.get(i).targets()),
        Pair::add);
  }

  private List<List<Retrieval.Proposal>> proposals(
      List<CandidateSource> sources, List<Question> questions) {
    // Each place is written by one thread.
    List<List<Retrieval.Proposal>> all =
        new ArrayList<>(Collections.nCopies(questions.size(), List.of()));
    parallel(
        questions.size(),
        () -> all,
        (i, part) -> part.set(i, ask(sources, questions.get(i))),
        (_, _) -> {});
    return all;
  }

  private static List<Retrieval.Proposal> ask(List<CandidateSource> sources, Question question) {
    Query query = query(question);
    List<Retrieval.Proposal> proposals = new ArrayList<>(sources.size());
    for (CandidateSource source : sources) {
      Hits hits = source.propose(query, CANDIDATES);
      proposals.add(new Retrieval.Proposal(source, hits));
    }
    return proposals;
  }

  /// Figures of every source and of the blend, asking each question once.
  private Map<String, Map<String, Double>> measured(
      Dataset data,
      List<CandidateSource> sources,
      List<Question> questions,
      Map<String, Double> weights) {
    try (TrainingProgress.Step step =
        progress.begin("asking the test questions", questions.size(), "questions")) {
      List<Pair> pairs =
          parallel(
              questions.size(),
              () -> {
                List<Pair> parts = new ArrayList<>();
                for (int s = 0; s <= sources.size(); s++) {
                  parts.add(Pair.of(data));
                }
                return parts;
              },
              (i, parts) -> {
                Question question = questions.get(i);
                List<Retrieval.Proposal> proposals = ask(sources, question);
                for (int s = 0; s < sources.size(); s++) {
                  parts.get(s).add(proposals.get(s).hits().items(), question.targets());
                }
                Blend blend = new Blend(proposals, name -> weights.getOrDefault(name, 0.0));
                parts.getLast().add(blend.top(20).items(), question.targets());
              },
              (total, part) -> {
                for (int s = 0; s < total.size(); s++) {
                  total.get(s).add(part.get(s));
                }
              });
      step.advance(questions.size());
      Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
      for (int s = 0; s < sources.size(); s++) {
        figures.put(sources.get(s).name(), figures(data, pairs.get(s)));
      }
      figures.put("blend", figures(data, pairs.getLast()));
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
    List<T> parts = new ArrayList<>();
    List<Thread> running = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < threads; t++) {
      T part = maker.make();
      parts.add(part);
      running.add(
          Thread.ofPlatform()
              .name("ask-" + t)
              .start(() -> {
                try {
                  for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    work.run(i, part);
                  }
                } catch (RuntimeException | Error e) {
                  failures.add(e);
                }
              }));
    }
    T total = maker.make();
    try {
      for (int t = 0; t < threads; t++) {
        running.get(t).join();
        join.join(total, parts.get(t));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.getFirst());
    }
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
