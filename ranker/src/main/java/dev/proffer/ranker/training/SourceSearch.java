// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import ai.djl.engine.EngineException;
import dev.proffer.ranker.retrieval.BatchSource;
import dev.proffer.ranker.retrieval.CandidateSource;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.ItemKnn;
import dev.proffer.ranker.retrieval.ItemRegression;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.Spectral;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Finds which batch sources there are to be and with which parameters: each climbs from its
/// defaults, one parameter after the other, within its share of the time.
final class SourceSearch {
  static final String LAST = "tuning.sasrec";
  static final String BEST = "tuning.sasrec-best";

  private static final int PATIENCE_EPOCHS = 4;
  private static final int EPOCHS_FACTORS = 12;
  private static final int DIRECTIONS_MAX = 256;
  // Beyond so many numbers the directions of people and items do not fit beside everything else.
  private static final long DIRECTION_NUMBERS_MAX = 100_000_000;
  // What a core multiplies and adds in a second, at a cautious guess: it decides what is tried, so
  // it must not depend on how busy this machine is.
  private static final double FLOPS = 5e9;

  private final BatchLearner learner;
  private final int people;
  private final int cut;
  private final ToDoubleFunction<CandidateSource> objective;
  private final TrainingOptions options;
  private final TrialJournal journal;
  private final Path folder;
  private final String about;
  private final TrainingProgress progress;
  private final Map<String, String> notes = new LinkedHashMap<>();
  private final List<Tried> tried = new ArrayList<>();
  private boolean cutOff;
  private long until;

  /// What came of one source.
  ///
  /// @param worth on validation, alone
  record Tried(Recipe recipe, double worth) {}

  /// @param people how many there are
  /// @param cut sources learn from the steps before it
  /// @param objective how good a source is on validation; higher is better
  /// @param folder where learning of sequences is kept while it goes on
  /// @param about data and options, in one line
  SourceSearch(
      BatchLearner learner,
      int people,
      int cut,
      ToDoubleFunction<CandidateSource> objective,
      TrainingOptions options,
      TrialJournal journal,
      Path folder,
      String about,
      TrainingProgress progress) {
    this.learner = learner;
    this.people = people;
    this.cut = cut;
    this.objective = objective;
    this.options = options;
    this.journal = journal;
    this.folder = folder;
    this.about = about;
    this.progress = progress;
  }

  /// Why sources were not tried, by name.
  Map<String, String> notes() {
    return notes;
  }

  /// Whether the time was over before everything was tried.
  boolean cutOff() {
    return cutOff;
  }

  /// Tries the sources that were asked for, or that suit.
  ///
  /// @param deadline by the nano clock
  List<Tried> search(long deadline) {
    List<String> wanted = new ArrayList<>();
    for (String name : BatchSource.NAMES) {
      String reason = options.sources().names(name) ? "" : unsuited(name);
      if (reason.isEmpty()) {
        wanted.add(name);
      } else {
        notes.put(name, "not tried: " + reason);
      }
    }
    try (TrainingProgress.Step step = progress.begin("trying sources", -1, "trials")) {
      int waiting = wanted.size() - (wanted.contains(SelfAttention.NAME) ? 1 : 0);
      for (String name : wanted) {
        long now = System.nanoTime();
        until = now + Math.max(0, deadline - now) / Math.max(1, waiting--);
        switch (name) {
          case ItemKnn.NAME -> neighbours(step);
          case ImplicitFactors.NAME -> factors(step);
          case Spectral.NAME -> directions(step);
          case ItemRegression.NAME -> regression(step);
          default -> {
            // Sequences have a time of their own.
          }
        }
      }
    }
    if (wanted.contains(SelfAttention.NAME)) {
      try {
        sequences();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (EngineException | LinkageError e) {
        // The native library is there for Linux on x86-64; elsewhere the other sources have to do.
        notes.put(SelfAttention.NAME, "not tried: PyTorch is not available here");
      }
    }
    return List.copyOf(tried);
  }

  /// Why a source does not suit; empty when it does.
  private String unsuited(String name) {
    if (!options.sources().automatic()) {
      return "it was not asked for";
    }
    long items = learner.items();
    return switch (name) {
      case Spectral.NAME -> {
        long numbers = (people + items) * (DIRECTIONS_MAX / 2 + 16L);
        yield numbers > DIRECTION_NUMBERS_MAX
            ? people + " people and " + items + " items are too many"
            : "";
      }
      case ItemRegression.NAME -> {
        double seconds = 2.0 * items * items * items / FLOPS;
        double share = options.tuning().toMillis() / 1e3 / 20;
        yield items > ItemRegression.ITEMS_MAX || seconds > share
            ? items + " items are too many for the time there is"
            : "";
      }
      case SelfAttention.NAME ->
          options.learning().isZero() ? "there is no time for learning sequences" : "";
      default -> "";
    };
  }

  private void neighbours(TrainingProgress.Step step) {
    climb(
        step,
        ItemKnn.Parameters.DEFAULT,
        List.of(
            p -> new ItemKnn.Parameters(p.neighbours(), p.alpha(), 1, 0),
            p -> new ItemKnn.Parameters(p.neighbours(), p.alpha(), p.beta(), 30),
            p -> new ItemKnn.Parameters(p.neighbours(), 0.65, p.beta(), p.shrink()),
            p -> new ItemKnn.Parameters(p.neighbours(), 0.35, p.beta(), p.shrink()),
            p -> new ItemKnn.Parameters(100, p.alpha(), p.beta(), p.shrink())),
        Recipe.Neighbours::new,
        p -> learner.learn(new Recipe.Neighbours(p), cut));
  }

  private void factors(TrainingProgress.Step step) {
    climb(
        step,
        factors(64, 0.03, 0.003),
        List.of(
            p -> factors(p.dimension(), 0.3, p.regularization()),
            p -> factors(p.dimension(), 0.1, p.regularization()),
            p -> factors(p.dimension(), 0.01, p.regularization()),
            p -> factors(p.dimension(), p.unobserved(), 0.01),
            p -> factors(32, p.unobserved(), p.regularization()),
            p -> factors(128, p.unobserved(), p.regularization())),
        Recipe.Factors::new,
        p -> learner.learn(new Recipe.Factors(p), cut));
  }

  private ImplicitFactors.Parameters factors(
      int dimension, double unobserved, double regularization) {
    return new ImplicitFactors.Parameters(
        dimension, unobserved, regularization, 1, EPOCHS_FACTORS, options.seed(), 3);
  }

  private void directions(TrainingProgress.Step step) {
    // One basis per dimension, so that the model that is learned again for serving is the same.
    Map<Integer, Spectral.Basis> bases = new LinkedHashMap<>();
    climb(
        step,
        Spectral.Parameters.DEFAULT,
        List.of(
            p -> new Spectral.Parameters(p.dimension(), p.itemPower(), 1),
            p -> new Spectral.Parameters(p.dimension(), 0.3, p.valuePower()),
            p -> new Spectral.Parameters(64, p.itemPower(), p.valuePower()),
            p -> new Spectral.Parameters(DIRECTIONS_MAX, p.itemPower(), p.valuePower())),
        Recipe.Directions::new,
        p -> new Spectral(bases.computeIfAbsent(p.dimension(), d -> learner.basis(d, cut)), p));
  }

  private void regression(TrainingProgress.Step step) {
    climb(
        step,
        new ItemRegression.Parameters(300, 0.9),
        List.of(
            p -> new ItemRegression.Parameters(100, p.decay()),
            p -> new ItemRegression.Parameters(1_000, p.decay()),
            p -> new ItemRegression.Parameters(p.ridge(), 1)),
        Recipe.Regression::new,
        p -> learner.learn(new Recipe.Regression(p), cut));
  }

  /// Changes one parameter after the other and keeps what helps.
  private <P> void climb(
      TrainingProgress.Step step,
      P first,
      List<UnaryOperator<P>> changes,
      Function<P, Recipe> recipe,
      Function<P, BatchSource> maker) {
    P best = first;
    BatchSource bestSource = null;
    double bestWorth = -1;
    Set<P> known = new HashSet<>();
    List<UnaryOperator<P>> trials = new ArrayList<>();
    trials.add(p -> p);
    trials.addAll(changes);
    for (UnaryOperator<P> change : trials) {
      P changed = change.apply(best);
      if (!known.add(changed)) {
        continue;
      }
      if (known.size() > 1 && System.nanoTime() > until) {
        cutOff = true;
        break;
      }
      @Nullable BatchSource[] made = new BatchSource[1];
      double worth =
          journal.worth(
              recipe.apply(changed).toString(),
              () -> {
                BatchSource source = maker.apply(changed);
                made[0] = source;
                return objective.applyAsDouble(source);
              });
      step.advance(1);
      if (worth > bestWorth) {
        best = changed;
        bestWorth = worth;
        bestSource = made[0];
      }
    }
    Recipe chosen = recipe.apply(best);
    if (bestSource != null) {
      learner.keep(chosen, cut, bestSource);
    }
    tried.add(new Tried(chosen, bestWorth));
  }

  /// Learns epoch by epoch as long as validation gets better and there is time.
  private void sequences() throws IOException {
    int[][] train = learner.sequences(cut);
    SelfAttention.Shape shape =
        new SelfAttention.Shape(learner.items(), 64, 2, 2, 256, positions(train));
    SelfAttentionTrainer.Parameters parameters =
        new SelfAttentionTrainer.Parameters(
            1e-3, 2_048, 0.3, SelfAttentionTrainer.Parameters.DEFAULT.negatives(), options.seed());
    String all = about + ", " + shape + ", " + parameters;
    CheckpointFile lastFile = new CheckpointFile(folder.resolve(LAST), all, shape);
    CheckpointFile bestFile = new CheckpointFile(folder.resolve(BEST), all, shape);
    SelfAttentionTrainer.Checkpoint best = bestFile.read();
    SelfAttentionTrainer.Checkpoint last = best == null ? null : lastFile.read();
    double bestWorth = best == null ? -1 : worth(shape, best);
    long end =
        System.nanoTime()
            + (options.learning().isZero() ? Long.MAX_VALUE / 2 : options.learning().toNanos());
    try (SelfAttentionTrainer trainer =
            new SelfAttentionTrainer(shape, parameters, options.threads(), last);
        TrainingProgress.Step step = progress.begin("learning sequences", -1, "epochs")) {
      step.advance(trainer.epochs());
      while (trainer.epochs() < options.epochsMax()
          && (best == null || trainer.epochs() - best.epochs() < PATIENCE_EPOCHS)) {
        if (System.nanoTime() > end) {
          cutOff = true;
          break;
        }
        trainer.epoch(train);
        SelfAttentionTrainer.Checkpoint now = trainer.checkpoint();
        double worth = worth(shape, now);
        if (worth > bestWorth) {
          bestWorth = worth;
          best = now;
          bestFile.write(now);
        }
        lastFile.write(now);
        step.advance(1);
      }
    }
    if (best == null) {
      notes.put(SelfAttention.NAME, "not tried: no epoch was done in time");
      return;
    }
    Recipe.Sequences recipe = new Recipe.Sequences(shape, parameters, best.epochs());
    learner.continueFrom(best, cut);
    learner.keep(recipe, cut, new SelfAttention(shape, best.tensors()));
    tried.add(new Tried(recipe, bestWorth));
  }

  private double worth(SelfAttention.Shape shape, SelfAttentionTrainer.Checkpoint checkpoint) {
    return journal.worth(
        "sequences of " + shape + ", epoch " + checkpoint.epochs(),
        () -> objective.applyAsDouble(new SelfAttention(shape, checkpoint.tensors())));
  }

  /// As many positions as nineteen of twenty sequences need, from 20 to 200.
  private static int positions(int[][] sequences) {
    int[] lengths = Arrays.stream(sequences).mapToInt(s -> s.length).sorted().toArray();
    int wanted = lengths.length == 0 ? 0 : lengths[(int) (lengths.length * 0.95)];
    return (int) Math.clamp((wanted + 9L) / 10 * 10, 20L, 200L);
  }
}
