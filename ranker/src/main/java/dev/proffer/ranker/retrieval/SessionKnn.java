// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Proposes what was in the sequences most like this one: neighbours of people or of sessions.
///
/// Two sequences are alike by the items that they share, newer items of the asking one weighing
/// more; an item of a neighbour counts by how alike the neighbour is, how new the newest shared
/// item is in the asking sequence, and how rare the item is (Ludewig and Jannach 2018 call this
/// V-SKNN). Immutable.
public final class SessionKnn implements CandidateSource {
  public static final String NAME = "session-knn";

  private final Parameters parameters;
  private final int[][] sequences;
  private final int[][] sequencesOf;
  private final float[] rarity;
  private final ConcurrentLinkedQueue<Scratch> scratches = new ConcurrentLinkedQueue<>();

  /// How neighbours are found.
  ///
  /// @param neighbours how many sequences count
  /// @param perItem how many of the latest sequences with an item are looked at
  /// @param decay the weight of an item of the asking sequence relative to the next newer one
  /// @param historyMax how many items of the asking sequence are looked at
  /// @param rarityPower 0 ignores how rare items are
  public record Parameters(
      int neighbours, int perItem, double decay, int historyMax, double rarityPower) {
    public static final Parameters DEFAULT = new Parameters(300, 2_000, 0.8, 20, 1);
  }

  private static final class Scratch {
    final Accumulator alike = new Accumulator();
    final Accumulator newest = new Accumulator();
    final Accumulator items = new Accumulator();
  }

  /// @param sequences the items of each sequence in order; later sequences are newer
  /// @param items all item numbers are below this
  public SessionKnn(int[][] sequences, int items, Parameters parameters) {
    this.parameters = parameters;
    this.sequences = sequences;
    int[] counts = new int[items];
    for (int[] sequence : sequences) {
      for (int i = 0; i < sequence.length; i++) {
        if (isFirst(sequence, i)) {
          counts[sequence[i]]++;
        }
      }
    }
    this.sequencesOf = new int[items][];
    for (int i = 0; i < items; i++) {
      sequencesOf[i] = new int[Math.min(counts[i], parameters.perItem())];
    }
    // Newest first, so that what is kept of a frequent item is its latest sequences.
    int[] filled = new int[items];
    for (int s = sequences.length - 1; s >= 0; s--) {
      int[] sequence = sequences[s];
      for (int i = 0; i < sequence.length; i++) {
        int item = sequence[i];
        if (isFirst(sequence, i) && filled[item] < sequencesOf[item].length) {
          sequencesOf[item][filled[item]++] = s;
        }
      }
    }
    this.rarity = new float[items];
    for (int i = 0; i < items; i++) {
      rarity[i] =
          (float)
              Math.pow(
                  Math.log((sequences.length + 1.0) / (counts[i] + 0.5)), parameters.rarityPower());
    }
  }

  public Parameters parameters() {
    return parameters;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    Scratch scratch = accumulate(query);
    try {
      return scratch.items.best(max, query.eligible());
    } finally {
      release(scratch);
    }
  }

  @Override
  public float[] score(Query query, int[] items) {
    Scratch scratch = accumulate(query);
    try {
      return scratch.items.sums(items);
    } finally {
      release(scratch);
    }
  }

  private Scratch accumulate(Query query) {
    Scratch scratch = scratches.poll();
    if (scratch == null) {
      scratch = new Scratch();
    }
    int[] history = query.history();
    int count = Math.min(history.length, parameters.historyMax());
    float weight = 1;
    for (int p = 0; p < count; p++) {
      if (history[p] < sequencesOf.length) {
        for (int s : sequencesOf[history[p]]) {
          if (scratch.alike.sum(s) == 0) {
            scratch.newest.add(s, weight);
          }
          scratch.alike.add(s, weight * rarity[history[p]]);
        }
      }
      weight *= (float) parameters.decay();
    }
    TopK neighbours = new TopK(Math.min(parameters.neighbours(), scratch.alike.count()));
    for (int i = 0; i < scratch.alike.count(); i++) {
      int s = scratch.alike.touched(i);
      // Long sequences share items with everybody.
      neighbours.offer(s, scratch.alike.sum(s) / (float) Math.sqrt(sequences[s].length + 3.0));
    }
    Hits found = neighbours.drain();
    for (int n = 0; n < found.size(); n++) {
      int s = found.items()[n];
      float share = found.scores()[n] * scratch.newest.sum(s);
      for (int item : sequences[s]) {
        scratch.items.add(item, share * rarity[item]);
      }
    }
    return scratch;
  }

  private void release(Scratch scratch) {
    scratch.alike.clear();
    scratch.newest.clear();
    scratch.items.clear();
    scratches.add(scratch);
  }

  private static boolean isFirst(int[] sequence, int i) {
    for (int j = 0; j < i; j++) {
      if (sequence[j] == sequence[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return NAME + Arrays.asList(parameters);
  }
}
