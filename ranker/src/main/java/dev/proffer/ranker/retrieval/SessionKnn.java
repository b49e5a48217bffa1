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
/// item is in the asking sequence, how near to it the item stands in the neighbour, and how rare
/// the item is; older sequences count for less (Garg et al. 2019 and Ludewig et al. 2021 call such
/// neighbours STAN and VSTAN). With neither order nor age this is the neighbourhood of people.
/// Immutable.
public final class SessionKnn implements CandidateSource {
  public static final String NAME = "session-knn";

  private final Parameters parameters;
  private final int[][] sequences;
  private final int[][] sequencesOf;
  private final float[] rarity;
  private final float[] freshness;
  private final ConcurrentLinkedQueue<Scratch> scratches = new ConcurrentLinkedQueue<>();

  /// How neighbours are found.
  ///
  /// @param neighbours how many sequences count
  /// @param perItem how many of the latest sequences with an item are looked at
  /// @param decay the weight of an item of the asking sequence relative to the next newer one
  /// @param historyMax how many items of the asking sequence are looked at
  /// @param rarityPower 0 ignores how rare items are
  /// @param nearness how much less an item of a neighbour counts for each step that it stands away
  ///   from the newest shared item; 1 ignores that
  /// @param halfLife the age at which sequences count half, as a share of all sequences; 0 ignores
  ///   age
  public record Parameters(
      int neighbours,
      int perItem,
      double decay,
      int historyMax,
      double rarityPower,
      double nearness,
      double halfLife) {
    public static final Parameters DEFAULT = new Parameters(300, 2_000, 0.8, 20, 1, 1, 0);

    /// For people whose items have no order.
    public static final Parameters UNORDERED = new Parameters(300, 2_000, 1, 100, 1, 1, 0);

    public Parameters {
      if (neighbours < 1 || perItem < 1 || historyMax < 1) {
        throw new IllegalArgumentException(
            "neighbours, perItem and historyMax: must be at least 1");
      }
      if (!(decay > 0 && decay <= 1 && nearness > 0 && nearness <= 1 && halfLife >= 0)) {
        throw new IllegalArgumentException(
            "decay and nearness: must be above 0 and at most 1; halfLife: at least 0");
      }
    }

    public Parameters withNeighbours(int newNeighbours, int newPerItem) {
      return new Parameters(
          newNeighbours, newPerItem, decay, historyMax, rarityPower, nearness, halfLife);
    }

    public Parameters withDecay(double newDecay) {
      return new Parameters(
          neighbours, perItem, newDecay, historyMax, rarityPower, nearness, halfLife);
    }

    public Parameters withRarityPower(double newPower) {
      return new Parameters(neighbours, perItem, decay, historyMax, newPower, nearness, halfLife);
    }

    public Parameters withNearness(double newNearness) {
      return new Parameters(
          neighbours, perItem, decay, historyMax, rarityPower, newNearness, halfLife);
    }

    public Parameters withHalfLife(double newHalfLife) {
      return new Parameters(
          neighbours, perItem, decay, historyMax, rarityPower, nearness, newHalfLife);
    }
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
    this.freshness = freshness(sequences.length, parameters.halfLife());
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
            scratch.newest.add(s, p + 1);
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
      neighbours.offer(
          s, scratch.alike.sum(s) * freshness[s] / (float) Math.sqrt(sequences[s].length + 3.0));
    }
    Hits found = neighbours.drain();
    for (int n = 0; n < found.size(); n++) {
      int s = found.items()[n];
      int newest = (int) scratch.newest.sum(s) - 1;
      float share = found.scores()[n] * (float) Math.pow(parameters.decay(), newest);
      int[] sequence = sequences[s];
      if (parameters.nearness() == 1) {
        for (int item : sequence) {
          scratch.items.add(item, share * rarity[item]);
        }
      } else {
        spread(scratch.items, sequence, history[newest], share);
      }
    }
    return scratch;
  }

  /// Adds the items of a neighbour, the nearest to the newest shared one most.
  private void spread(Accumulator sums, int[] sequence, int shared, float share) {
    int at = sequence.length - 1;
    while (at > 0 && sequence[at] != shared) {
      at--;
    }
    float near = (float) parameters.nearness();
    float weight = share;
    for (int i = at; i >= 0; i--) {
      sums.add(sequence[i], weight * rarity[sequence[i]]);
      weight *= near;
    }
    weight = share * near;
    for (int i = at + 1; i < sequence.length; i++) {
      sums.add(sequence[i], weight * rarity[sequence[i]]);
      weight *= near;
    }
  }

  private static float[] freshness(int sequences, double halfLife) {
    float[] freshness = new float[sequences];
    for (int s = 0; s < sequences; s++) {
      double age = (double) (sequences - 1 - s) / sequences;
      freshness[s] = halfLife == 0 ? 1 : (float) Math.pow(0.5, age / halfLife);
    }
    return freshness;
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
