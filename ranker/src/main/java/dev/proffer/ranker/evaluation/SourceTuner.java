// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import ai.djl.engine.EngineException;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.ItemKnn;
import dev.proffer.ranker.retrieval.ItemRegression;
import dev.proffer.ranker.retrieval.Popularity;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.SeqKnn;
import dev.proffer.ranker.retrieval.SessionKnn;
import dev.proffer.ranker.retrieval.SessionRepeat;
import dev.proffer.ranker.retrieval.Spectral;
import dev.proffer.ranker.retrieval.Trail;
import dev.proffer.ranker.training.SelfAttentionTrainer;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrialJournal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the candidate sources for a set of sequences: which ones, and with which parameters, is
/// found on the validation part alone, by hill climbing from the defaults until the time is up.
final class SourceTuner {
  private static final Logger log = LoggerFactory.getLogger(SourceTuner.class);

  private final Dataset data;
  private final ToDoubleFunction<CandidateSource> objective;
  private final Evaluator.Options options;
  private final TrainingProgress progress;
  private final long deadline;
  private final TrialJournal journal;
  private long until;
  private int waiting;
  private final List<Tuned> tuned = new ArrayList<>();

  /// One source that was found.
  ///
  /// @param source as it learned from the sequences for tuning
  /// @param parameters what was chosen
  /// @param recipe learns the same from other sequences
  record Tuned(
      CandidateSource source, String parameters, Function<int[][], CandidateSource> recipe) {}

  /// @param objective how good a source is on validation; higher is better
  /// @param deadline by the nano clock; what was found by then is used
  /// @param journal keeps what trials were worth
  SourceTuner(
      Dataset data,
      ToDoubleFunction<CandidateSource> objective,
      Evaluator.Options options,
      TrainingProgress progress,
      long deadline,
      TrialJournal journal) {
    this.data = data;
    this.objective = objective;
    this.options = options;
    this.progress = progress;
    this.deadline = deadline;
    this.journal = journal;
    this.waiting = 6;
  }

  List<Tuned> tune() {
    try (TrainingProgress.Step step = progress.begin("choosing parameters", -1, "trials")) {
      if (data.sequential()) {
        seqKnn(step);
      }
      sessionKnn(step);
      itemKnn(step);
      if (data.protocol() == Protocol.SESSION) {
        add(new SessionRepeat(), "", _ -> new SessionRepeat());
      } else {
        factors(step);
      }
      if (data.protocol() == Protocol.FIXED_SPLIT) {
        spectral(step);
      }
      itemRegression(step);
      add(popularity(data.tuneTrain()), "", SourceTuner::popularity);
    }
    if (data.sequential() && options.learningSeconds() > 0) {
      try {
        selfAttention();
      } catch (EngineException | LinkageError e) {
        // The native library is there for Linux on x86-64; elsewhere the other sources have to do.
        log.warn("no sequence model: {}", e.toString());
      }
    }
    return List.copyOf(tuned);
  }

  private void add(
      CandidateSource source, String parameters, Function<int[][], CandidateSource> recipe) {
    tuned.add(new Tuned(source, parameters, recipe));
  }

  private boolean isOver() {
    return System.nanoTime() > until;
  }

  /// Gives the next source its share of the time that is left.
  private void next() {
    long now = System.nanoTime();
    until = now + Math.max(0, deadline - now) / Math.max(1, waiting--);
  }

  // ---- neighbours

  private void seqKnn(TrainingProgress.Step step) {
    next();
    SeqKnn best = seqKnn(data.tuneTrain(), SeqKnn.Parameters.DEFAULT);
    SeqKnn start = best;
    double bestValue = journal.worth(start.toString(), () -> objective.applyAsDouble(start));
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
      if (isOver()) {
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
      double value = journal.worth(model.toString(), () -> objective.applyAsDouble(model));
      step.advance(1);
      if (value > bestValue) {
        bestValue = value;
        best = model;
      }
    }
    SeqKnn.Parameters chosen = best.parameters();
    add(best, chosen.toString(), sequences -> seqKnn(sequences, chosen));
  }

  private void sessionKnn(TrainingProgress.Step step) {
    next();
    int items = data.items();
    boolean ordered = data.sequential();
    List<Function<SessionKnn.Parameters, SessionKnn.Parameters>> changes = new ArrayList<>();
    changes.add(p -> p.withNeighbours(1_000, 5_000));
    changes.add(p -> p.withNeighbours(100, 2_000));
    if (ordered) {
      for (double decay : new double[] {0.6, 0.7, 0.9}) {
        changes.add(p -> p.withDecay(decay));
      }
      for (double nearness : new double[] {0.8, 0.6, 0.4}) {
        changes.add(p -> p.withNearness(nearness));
      }
      for (double halfLife : new double[] {0.25, 0.1, 0.05}) {
        changes.add(p -> p.withHalfLife(halfLife));
      }
    }
    for (double power : new double[] {0.5, 0, 2}) {
      changes.add(p -> p.withRarityPower(power));
    }
    SessionKnn best =
        climb(
            step,
            ordered ? SessionKnn.Parameters.DEFAULT : SessionKnn.Parameters.UNORDERED,
            changes,
            p -> new SessionKnn(data.tuneTrain(), items, p));
    SessionKnn.Parameters chosen = best.parameters();
    add(best, chosen.toString(), sequences -> new SessionKnn(sequences, items, chosen));
  }

  private void itemKnn(TrainingProgress.Step step) {
    next();
    int items = data.items();
    int threads = options.threads();
    int[][] sets = distinct(data.tuneTrain());
    List<Function<ItemKnn.Parameters, ItemKnn.Parameters>> changes = new ArrayList<>();
    changes.add(p -> new ItemKnn.Parameters(p.neighbours(), p.alpha(), 1, 0));
    changes.add(p -> new ItemKnn.Parameters(p.neighbours(), p.alpha(), p.beta(), 0));
    changes.add(p -> new ItemKnn.Parameters(1_500, p.alpha(), p.beta(), p.shrink()));
    changes.add(p -> new ItemKnn.Parameters(100, p.alpha(), p.beta(), p.shrink()));
    changes.add(p -> new ItemKnn.Parameters(p.neighbours(), 0.6, p.beta(), p.shrink()));
    changes.add(p -> new ItemKnn.Parameters(p.neighbours(), 0.4, p.beta(), p.shrink()));
    ItemKnn best =
        climb(step, ItemKnn.Parameters.DEFAULT, changes, p -> new ItemKnn(sets, items, p, threads));
    ItemKnn.Parameters chosen = best.parameters();
    add(
        best,
        chosen.toString(),
        sequences -> new ItemKnn(distinct(sequences), items, chosen, threads));
  }

  // ---- factors

  private void factors(TrainingProgress.Step step) {
    next();
    int items = data.items();
    int threads = options.threads();
    int[][] sets = distinct(data.tuneTrain());
    List<Function<ImplicitFactors.Parameters, ImplicitFactors.Parameters>> changes =
        new ArrayList<>();
    for (double unobserved : new double[] {0.01, 0.3, 0.1}) {
      changes.add(p -> factors(p.dimension(), unobserved, p.regularization()));
    }
    changes.add(p -> factors(128, p.unobserved(), p.regularization()));
    ImplicitFactors best =
        climb(
            step,
            factors(64, 0.03, 0.003),
            changes,
            p -> ImplicitFactors.train(sets, items, p, threads));
    ImplicitFactors.Parameters chosen = best.parameters();
    add(
        best,
        chosen.toString(),
        sequences -> ImplicitFactors.train(distinct(sequences), items, chosen, threads));
  }

  private static ImplicitFactors.Parameters factors(
      int dimension, double unobserved, double regularization) {
    return new ImplicitFactors.Parameters(dimension, unobserved, regularization, 1, 12, 1, 3);
  }

  private void spectral(TrainingProgress.Step step) {
    next();
    int items = data.items();
    int threads = options.threads();
    Spectral.Basis basis =
        Spectral.Basis.of(distinct(data.tuneTrain()), items, 256, options.seed(), threads);
    List<Function<Spectral.Parameters, Spectral.Parameters>> changes = new ArrayList<>();
    changes.add(p -> new Spectral.Parameters(64, p.itemPower(), p.valuePower()));
    changes.add(p -> new Spectral.Parameters(256, p.itemPower(), p.valuePower()));
    changes.add(p -> new Spectral.Parameters(p.dimension(), p.itemPower(), 1));
    changes.add(p -> new Spectral.Parameters(p.dimension(), 0.35, p.valuePower()));
    Spectral best = climb(step, Spectral.Parameters.DEFAULT, changes, p -> new Spectral(basis, p));
    Spectral.Parameters chosen = best.parameters();
    add(
        best,
        chosen.toString(),
        sequences ->
            new Spectral(
                Spectral.Basis.of(
                    distinct(sequences), items, chosen.dimension(), options.seed(), threads),
                chosen));
  }

  private void itemRegression(TrainingProgress.Step step) {
    next();
    int items = data.items();
    if (items > ItemRegression.ITEMS_MAX || items > options.regressionItems() || isOver()) {
      return;
    }
    int threads = options.threads();
    int[][] sets = distinct(data.tuneTrain());
    List<Function<ItemRegression.Parameters, ItemRegression.Parameters>> changes =
        List.of(
            p -> new ItemRegression.Parameters(p.ridge() / 3, p.decay()),
            p -> new ItemRegression.Parameters(p.ridge() * 3, p.decay()));
    ItemRegression best =
        climb(
            step,
            new ItemRegression.Parameters(300, data.sequential() ? 0.9 : 1),
            changes,
            p -> ItemRegression.train(sets, items, p, threads));
    ItemRegression.Parameters chosen = best.parameters();
    add(
        best,
        chosen.toString(),
        sequences -> ItemRegression.train(distinct(sequences), items, chosen, threads));
  }

  // ---- the sequence model

  /// Learns epoch by epoch as long as validation gets better and there is time.
  private void selfAttention() {
    int[][] train = data.tuneTrain();
    SelfAttention.Shape shape =
        new SelfAttention.Shape(data.items(), 64, 2, 2, 256, positions(train));
    SelfAttentionTrainer.Parameters parameters =
        new SelfAttentionTrainer.Parameters(
            1e-3, 2_048, 0.3, SelfAttentionTrainer.Parameters.DEFAULT.negatives(), options.seed());
    long end = System.nanoTime() + options.learningSeconds() * 1_000_000_000L;
    SelfAttentionTrainer.Checkpoint best = null;
    SelfAttention bestModel = null;
    double bestValue = -1;
    int since = 0;
    try (SelfAttentionTrainer trainer =
            new SelfAttentionTrainer(shape, parameters, options.threads(), null);
        TrainingProgress.Step step = progress.begin("learning sequences", -1, "epochs")) {
      while (System.nanoTime() < end && since < 4) {
        trainer.epoch(train);
        step.advance(1);
        SelfAttention model = trainer.model();
        double value = objective.applyAsDouble(model);
        since++;
        if (value > bestValue) {
          bestValue = value;
          bestModel = model;
          best = trainer.checkpoint();
          since = 0;
        }
      }
    }
    if (best == null || bestModel == null) {
      return;
    }
    SelfAttentionTrainer.Checkpoint from = best;
    SelfAttention learned = bestModel;
    add(
        learned,
        shape + ", " + parameters + ", epochs " + from.epochs(),
        sequences -> {
          if (Arrays.equals(sequences, train)) {
            return learned;
          }
          // The newest sequences are learned on top: starting anew would double the time.
          try (SelfAttentionTrainer trainer =
              new SelfAttentionTrainer(shape, parameters, options.threads(), from)) {
            for (int i = 0; i < Math.max(1, from.epochs() / 5); i++) {
              trainer.epoch(sequences);
            }
            return trainer.model();
          }
        });
  }

  /// As many positions as nineteen of twenty sequences need, from 20 to 200.
  private static int positions(int[][] sequences) {
    int[] lengths = Arrays.stream(sequences).mapToInt(s -> s.length).sorted().toArray();
    int wanted = lengths.length == 0 ? 0 : lengths[(int) (lengths.length * 0.95)];
    return (int) Math.clamp((wanted + 9L) / 10 * 10, 20L, 200L);
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
      sets[i] = Arrays.stream(sequences[i]).distinct().toArray();
    }
    return sets;
  }

  /// Changes one parameter after the other, keeps what helps, and stops when the time is up.
  private <P extends Record, S extends CandidateSource> S climb(
      TrainingProgress.Step step, P first, List<Function<P, P>> changes, Function<P, S> maker) {
    Map<P, Boolean> tried = new LinkedHashMap<>();
    P parameters = first;
    List<S> made = new ArrayList<>();
    double bestValue = worth(first, maker, made);
    S best = made.isEmpty() ? null : made.getLast();
    tried.put(first, true);
    step.advance(1);
    for (Function<P, P> change : changes) {
      P changed = change.apply(parameters);
      if (isOver()) {
        break;
      }
      if (tried.putIfAbsent(changed, true) != null) {
        continue;
      }
      made.clear();
      double value = worth(changed, maker, made);
      step.advance(1);
      if (value > bestValue) {
        bestValue = value;
        best = made.isEmpty() ? null : made.getLast();
        parameters = changed;
      }
    }
    return best == null ? maker.apply(parameters) : best;
  }

  /// What parameters are worth; a model is made only when the journal does not know.
  private <P extends Record, S extends CandidateSource> double worth(
      P parameters, Function<P, S> maker, List<S> made) {
    // Parameters of two sources can read alike: the class says whose they are.
    return journal.worth(
        parameters.getClass().getName() + " " + parameters,
        () -> {
          S model = maker.apply(parameters);
          made.add(model);
          return objective.applyAsDouble(model);
        });
  }
}
