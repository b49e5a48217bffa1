// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Proposes what goes with all that a person has dealt with, in whatever order.
///
/// Two items are alike by the people who dealt with both: `Σ 1 / |items of the person|^beta /
/// (n(i)^alpha · n(j)^(1 - alpha) + shrink)`. With beta 1 this is the two-step random walk of
/// RP3beta (Paudel et al. 2017), with beta 0 the classic item-based neighbourhood. Immutable.
public final class ItemKnn implements BatchSource {
  public static final String NAME = "item-knn";

  private final Parameters parameters;
  private final int[][] neighbours;
  private final float[][] similarities;
  private final ConcurrentLinkedQueue<Accumulator> accumulators = new ConcurrentLinkedQueue<>();

  /// How items are compared.
  ///
  /// @param neighbours how many like items each item keeps
  /// @param alpha how much of the norm is that of the item that is asked from
  /// @param beta how much less somebody with many items says about each pair
  /// @param shrink keeps pairs that were seen once or twice from looking certain
  public record Parameters(int neighbours, double alpha, double beta, double shrink) {
    public static final Parameters DEFAULT = new Parameters(400, 0.5, 0.5, 5);
  }

  /// @param people the items of each person
  /// @param items all item numbers are below this
  public ItemKnn(int[][] people, int items, Parameters parameters, int threads) {
    this.parameters = parameters;
    int[][] peopleOf = PeopleOfItems.of(people, items);
    float[] weight = new float[people.length];
    for (int p = 0; p < people.length; p++) {
      weight[p] = (float) Math.pow(Math.max(1, people[p].length), -parameters.beta());
    }
    float[] from = new float[items];
    float[] to = new float[items];
    for (int i = 0; i < items; i++) {
      from[i] = (float) Math.pow(peopleOf[i].length, parameters.alpha());
      to[i] = (float) Math.pow(peopleOf[i].length, 1 - parameters.alpha());
    }
    this.neighbours = new int[items][];
    this.similarities = new float[items][];
    Workers.rows(
        NAME,
        items,
        threads,
        () -> {
          Accumulator sums = new Accumulator();
          return i -> {
            for (int p : peopleOf[i]) {
              for (int j : people[p]) {
                sums.add(j, weight[p]);
              }
            }
            TopK best = new TopK(Math.min(parameters.neighbours(), sums.count()));
            for (int n = 0; n < sums.count(); n++) {
              int j = sums.touched(n);
              if (j != i) {
                best.offer(j, sums.sum(j) / (from[i] * to[j] + (float) parameters.shrink()));
              }
            }
            Hits hits = best.drain();
            neighbours[i] = hits.items();
            similarities[i] = hits.scores();
            sums.clear();
          };
        });
  }

  private ItemKnn(Parameters parameters, int[][] neighbours, float[][] similarities) {
    this.parameters = parameters;
    this.neighbours = neighbours;
    this.similarities = similarities;
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
    Accumulator sums = accumulate(query);
    try {
      return sums.best(max, query.eligible());
    } finally {
      sums.clear();
      accumulators.add(sums);
    }
  }

  @Override
  public float[] score(Query query, int[] items) {
    Accumulator sums = accumulate(query);
    try {
      return sums.sums(items);
    } finally {
      sums.clear();
      accumulators.add(sums);
    }
  }

  @Override
  public int because(Query query, int item) {
    int best = -1;
    float bestShare = 0;
    for (int p = 0; p < query.history().length; p++) {
      int from = query.history()[p];
      if (from >= 0 && from < neighbours.length) {
        for (int n = 0; n < neighbours[from].length; n++) {
          if (neighbours[from][n] == item && similarities[from][n] > bestShare) {
            best = p;
            bestShare = similarities[from][n];
          }
        }
      }
    }
    return best;
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeInt(parameters.neighbours());
    out.writeDouble(parameters.alpha());
    out.writeDouble(parameters.beta());
    out.writeDouble(parameters.shrink());
    out.writeInt(neighbours.length);
    for (int i = 0; i < neighbours.length; i++) {
      ArrayFormat.write(out, neighbours[i]);
      ArrayFormat.write(out, similarities[i]);
    }
  }

  /// Reads what [#write] wrote.
  static ItemKnn read(DataInput in) throws IOException {
    Parameters parameters =
        new Parameters(in.readInt(), in.readDouble(), in.readDouble(), in.readDouble());
    int items = ArrayFormat.length(in);
    int[][] neighbours = new int[items][];
    float[][] similarities = new float[items][];
    for (int i = 0; i < items; i++) {
      neighbours[i] = ArrayFormat.ints(in);
      similarities[i] = ArrayFormat.floats(in);
    }
    return new ItemKnn(parameters, neighbours, similarities);
  }

  private Accumulator accumulate(Query query) {
    Accumulator sums = accumulators.poll();
    if (sums == null) {
      sums = new Accumulator();
    }
    for (int item : query.history()) {
      if (item >= 0 && item < neighbours.length) {
        int[] like = neighbours[item];
        float[] similarity = similarities[item];
        for (int n = 0; n < like.length; n++) {
          sums.add(like[n], similarity[n]);
        }
      }
    }
    return sums;
  }
}
