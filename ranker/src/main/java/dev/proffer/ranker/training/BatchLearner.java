// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.retrieval.BatchSource;
import dev.proffer.ranker.retrieval.ImplicitFactors;
import dev.proffer.ranker.retrieval.ItemKnn;
import dev.proffer.ranker.retrieval.ItemRegression;
import dev.proffer.ranker.retrieval.SelfAttention;
import dev.proffer.ranker.retrieval.Spectral;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Learns batch sources from the steps before a cut. What was learned is kept: the same recipe at
/// the same cut is learned once.
final class BatchLearner {
  // Somebody with thousands of items says little about any pair of them, and would cost their
  // square.
  private static final int ITEMS_OF_PERSON_MAX = 300;

  private final Steps steps;
  private final int items;
  private final int threads;
  private final long seed;
  private final Map<Recipe, Map<Integer, BatchSource>> learned = new HashMap<>();
  private SelfAttentionTrainer.@Nullable Checkpoint sequences;
  private int sequencesCut;

  /// @param items all item numbers are below this
  BatchLearner(Steps steps, int items, int threads, long seed) {
    this.steps = steps;
    this.items = items;
    this.threads = threads;
    this.seed = seed;
  }

  int items() {
    return items;
  }

  /// The source that a recipe makes of the steps before a cut.
  BatchSource at(Recipe recipe, int to) {
    BatchSource known = learned.getOrDefault(recipe, Map.of()).get(to);
    if (known != null) {
      return known;
    }
    BatchSource source = learn(recipe, to);
    keep(recipe, to, source);
    return source;
  }

  /// Keeps what was learned elsewhere.
  void keep(Recipe recipe, int to, BatchSource source) {
    learned.computeIfAbsent(recipe, _ -> new HashMap<>()).put(to, source);
  }

  /// Forgets what came of a recipe that is not wanted.
  void forget(Recipe recipe) {
    learned.remove(recipe);
  }

  /// Where learning of the sequence model goes on from for later cuts.
  void continueFrom(SelfAttentionTrainer.Checkpoint checkpoint, int cut) {
    sequences = checkpoint;
    sequencesCut = cut;
  }

  /// Learns and keeps nothing.
  BatchSource learn(Recipe recipe, int to) {
    return switch (recipe) {
      case Recipe.Neighbours(ItemKnn.Parameters parameters) ->
          new ItemKnn(sets(to, _ -> true), items, parameters, threads);
      case Recipe.Factors(ImplicitFactors.Parameters parameters) ->
          factors(parameters, to, _ -> true);
      case Recipe.Directions(Spectral.Parameters parameters) ->
          new Spectral(basis(parameters.dimension(), to), parameters);
      case Recipe.Regression(ItemRegression.Parameters parameters) ->
          ItemRegression.train(sets(to, _ -> true), items, parameters, threads);
      case Recipe.Sequences recipeOf -> continued(recipeOf, to);
    };
  }

  /// Factors of some of the items, as if there were no others yet.
  ImplicitFactors factors(ImplicitFactors.Parameters parameters, int to, IntPredicate known) {
    return ImplicitFactors.train(sets(to, known), items, parameters, threads);
  }

  Spectral.Basis basis(int dimension, int to) {
    return Spectral.Basis.of(sets(to, _ -> true), items, dimension, seed, threads);
  }

  /// The newest sequences are learned on top of what is known: starting anew would double the time.
  private SelfAttention continued(Recipe.Sequences recipe, int to) {
    try (SelfAttentionTrainer trainer =
        new SelfAttentionTrainer(recipe.shape(), recipe.parameters(), threads, sequences)) {
      int epochs =
          sequences == null
              ? recipe.epochs()
              : to == sequencesCut ? 0 : Math.max(1, recipe.epochs() / 5);
      int[][] people = sequences(to);
      for (int epoch = 0; epoch < epochs; epoch++) {
        trainer.epoch(people);
      }
      return trainer.model();
    }
  }

  /// The different items of each person, the latest when there are very many, rising.
  private int[][] sets(int to, IntPredicate known) {
    int[][] people = sequences(to);
    for (int p = 0; p < people.length; p++) {
      int[] own = people[p];
      int[] latest = new int[Math.min(own.length, ITEMS_OF_PERSON_MAX)];
      int count = 0;
      for (int i = own.length - 1; i >= 0 && count < latest.length; i--) {
        int item = own[i];
        boolean repeated = false;
        for (int j = 0; j < count && !repeated; j++) {
          repeated = latest[j] == item;
        }
        if (!repeated && known.test(item)) {
          latest[count++] = item;
        }
      }
      people[p] = Arrays.copyOf(latest, count);
      Arrays.sort(people[p]);
    }
    return people;
  }

  /// The items of each person, oldest first.
  int[][] sequences(int to) {
    int[] sizes = new int[steps.people()];
    for (int i = 0; i < to; i++) {
      sizes[steps.person(i)]++;
    }
    int[][] people = new int[sizes.length][];
    for (int p = 0; p < sizes.length; p++) {
      people[p] = new int[sizes[p]];
    }
    int[] filled = new int[sizes.length];
    for (int i = 0; i < to; i++) {
      int person = steps.person(i);
      people[person][filled[person]++] = steps.item(i);
    }
    return people;
  }

  /// How many different people dealt with each item.
  int[] counts(int to, IntPredicate known) {
    int[] counts = new int[items];
    for (int[] own : sets(to, known)) {
      for (int item : own) {
        counts[item]++;
      }
    }
    return counts;
  }
}
