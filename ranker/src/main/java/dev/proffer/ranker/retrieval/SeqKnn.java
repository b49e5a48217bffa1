// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntUnaryOperator;

/// Proposes what others turned to after the items that this person dealt with.
///
/// Every step of a person adds weight to directed links from the items of the baskets just before
/// it (1 / distance, within a window) and to links both ways between the items of one basket. A
/// link i → j counts as `c(i,j) / (n(i)^alpha · n(j)^(1 - alpha) + shrink)`; a history adds up the
/// links of its items, newest items weighing most. Counting is exact, step by step, so learning
/// from one more event is the same as training with it.
///
/// One thread learns; any number may ask meanwhile.
public final class SeqKnn implements CandidateSource {
  public static final String NAME = "seq-knn";

  // A basket of hundreds of lines says little about any pair of them, and would cost their square.
  private static final int BASKET_PARTNERS_MAX = 64;

  private final Parameters parameters;
  private final TransitionCounts links;
  private final ConcurrentLinkedQueue<Accumulator> accumulators = new ConcurrentLinkedQueue<>();
  private volatile Norms norms = new Norms(1024);

  /// How links are counted and read.
  ///
  /// @param window how many baskets back a link may reach
  /// @param inBasket the weight of a link inside a basket, as a share of one to the basket before
  /// @param basketPower links from a basket of n items weigh 1 / n^basketPower each
  /// @param alpha how much of the norm is that of the item before
  /// @param shrink keeps links that were seen once or twice from looking certain
  /// @param decay the weight of each item of the history relative to the next newer one
  /// @param historyMax how many items of the history are looked at
  /// @param linksMax how many links one item keeps
  public record Parameters(
      int window,
      double inBasket,
      double basketPower,
      double alpha,
      double shrink,
      double decay,
      int historyMax,
      int linksMax) {
    public static final Parameters DEFAULT = new Parameters(3, 1, 0.5, 0.6, 10, 0.8, 20, 500);

    public Parameters {
      if (window < 1 || window > 1000 || historyMax < 1 || linksMax < 1) {
        throw new IllegalArgumentException(
            "window "
                + window
                + ", historyMax "
                + historyMax
                + ", linksMax "
                + linksMax
                + " (expected: at least 1)");
      }
      if (!(alpha >= 0 && alpha <= 1 && decay > 0 && decay <= 1 && shrink >= 0 && inBasket >= 0)) {
        throw new IllegalArgumentException(
            "alpha "
                + alpha
                + ", decay "
                + decay
                + ", shrink "
                + shrink
                + ", inBasket "
                + inBasket
                + " (expected: alpha and decay from 0 to 1, the others at least 0)");
      }
    }

    /// The same counting, read in another way: no new counting is needed.
    public Parameters reading(double newAlpha, double newShrink, double newDecay, int newHistory) {
      return new Parameters(
          window, inBasket, basketPower, newAlpha, newShrink, newDecay, newHistory, linksMax);
    }
  }

  /// How often items occur, and powers of that for the two ends of a link.
  private static final class Norms {
    final float[] counts;
    final float[] from;
    final float[] to;

    Norms(int capacity) {
      counts = new float[capacity];
      from = new float[capacity];
      to = new float[capacity];
    }

    Norms grown(int capacity) {
      Norms larger = new Norms(capacity);
      System.arraycopy(counts, 0, larger.counts, 0, counts.length);
      System.arraycopy(from, 0, larger.from, 0, from.length);
      System.arraycopy(to, 0, larger.to, 0, to.length);
      return larger;
    }
  }

  public SeqKnn(Parameters parameters) {
    this(parameters, new TransitionCounts(parameters.linksMax()));
  }

  private SeqKnn(Parameters parameters, TransitionCounts links) {
    this.parameters = parameters;
    this.links = links;
  }

  public Parameters parameters() {
    return parameters;
  }

  /// The same counts read with other parameters. The two share their links: only one may learn.
  public SeqKnn reading(Parameters other) {
    SeqKnn copy = new SeqKnn(other, links);
    float[] counts = norms.counts;
    for (int item = 0; item < counts.length; item++) {
      if (counts[item] > 0) {
        copy.occur(item, counts[item]);
      }
    }
    return copy;
  }

  /// A trail that remembers as much as learning needs.
  public Trail newTrail() {
    return new Trail(Math.max(BASKET_PARTNERS_MAX * 2, parameters.historyMax() * 2));
  }

  /// Learns one step and adds it to the trail. Steps of one person come in the order of time.
  ///
  /// @param basketKey equal for the steps of one basket
  public void learn(Trail trail, int item, long basketKey) {
    if (!trail.step(item, basketKey)) {
      return;
    }
    occur(item, 1);
    int last = trail.size() - 1;
    int own = trail.basket(last);
    int i = last - 1;
    // 1. The basket that the item is in: links both ways.
    int partners = 0;
    while (i >= 0 && trail.basket(i) == own) {
      i--;
      partners++;
    }
    if (parameters.inBasket() > 0 && partners > 0) {
      float weight = (float) (parameters.inBasket() / Math.pow(partners, parameters.basketPower()));
      for (int j = last - 1; j > i && j >= last - BASKET_PARTNERS_MAX; j--) {
        links.add(trail.item(j), item, weight);
        links.add(item, trail.item(j), weight);
      }
    }
    // 2. The baskets before it: links from them to the item.
    while (i >= 0 && own - trail.basket(i) <= parameters.window()) {
      int basket = trail.basket(i);
      int end = i;
      while (i >= 0 && trail.basket(i) == basket) {
        i--;
      }
      int size = end - i;
      float weight = (float) (1.0 / (own - basket) / Math.pow(size, parameters.basketPower()));
      for (int j = end; j > i && j > end - BASKET_PARTNERS_MAX; j--) {
        if (trail.item(j) != item) {
          links.add(trail.item(j), item, weight);
        }
      }
    }
  }

  /// Adds a step to the trail without learning from it, because it is counted already.
  public void remember(Trail trail, int item, long basketKey) {
    trail.step(item, basketKey);
  }

  /// Drops all but the strongest links.
  public void prune() {
    links.prune(parameters.linksMax());
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
      release(sums);
    }
  }

  @Override
  public float[] score(Query query, int[] items) {
    Accumulator sums = accumulate(query);
    try {
      return sums.sums(items);
    } finally {
      release(sums);
    }
  }

  @Override
  public int because(Query query, int item) {
    int best = -1;
    float bestShare = 0;
    float weight = 1;
    Norms now = norms;
    int count = Math.min(query.history().length, parameters.historyMax());
    for (int p = 0; p < count; p++) {
      TransitionCounts.Row row = links.row(query.history()[p]);
      if (row != null && item < now.to.length && query.history()[p] < now.from.length) {
        float share =
            weight
                * row.weight(item)
                / (now.from[query.history()[p]] * now.to[item] + (float) parameters.shrink());
        if (share > bestShare) {
          best = p;
          bestShare = share;
        }
      }
      weight *= (float) parameters.decay();
    }
    return best;
  }

  /// Items most often found after this one, or with it.
  public Hits after(int item, int max, java.util.function.IntPredicate eligible) {
    return propose(new Query(new int[] {item}, 0, eligible), max);
  }

  private Accumulator accumulate(Query query) {
    Accumulator sums = accumulators.poll();
    if (sums == null) {
      sums = new Accumulator();
    }
    Norms now = norms;
    float shrink = (float) parameters.shrink();
    float weight = 1;
    int count = Math.min(query.history().length, parameters.historyMax());
    for (int p = 0; p < count; p++) {
      int item = query.history()[p];
      TransitionCounts.Row row = links.row(item);
      if (row != null && item < now.from.length) {
        float from = now.from[item];
        int[] keys = row.keys;
        float[] weights = row.weights;
        for (int slot = 0; slot < keys.length; slot++) {
          int to = keys[slot] - 1;
          if (to >= 0 && to < now.to.length) {
            sums.add(to, weight * weights[slot] / (from * now.to[to] + shrink));
          }
        }
      }
      weight *= (float) parameters.decay();
    }
    return sums;
  }

  private void release(Accumulator sums) {
    sums.clear();
    accumulators.add(sums);
  }

  private void occur(int item, float times) {
    Norms now = norms;
    if (item >= now.counts.length) {
      now = now.grown(Math.max(item + 1, now.counts.length * 2));
      norms = now;
    }
    now.counts[item] += times;
    now.from[item] = (float) Math.pow(now.counts[item], parameters.alpha());
    now.to[item] = (float) Math.pow(now.counts[item], 1 - parameters.alpha());
  }

  /// Writes the counts. Item numbers are written as they are: the bundle keeps their ids.
  public void write(DataOutput out) throws IOException {
    float[] counts = norms.counts;
    out.writeInt(counts.length);
    for (int item = 0; item < counts.length; item++) {
      out.writeFloat(counts[item]);
      TransitionCounts.Row row = links.row(item);
      out.writeInt(row == null ? 0 : row.used());
      if (row != null) {
        for (int slot = 0; slot < row.keys.length; slot++) {
          if (row.keys[slot] != 0) {
            out.writeInt(row.keys[slot] - 1);
            out.writeFloat(row.weights[slot]);
          }
        }
      }
    }
  }

  /// Reads what [#write] wrote.
  ///
  /// @param numbers turns a number of the file into one of this process
  public static SeqKnn read(DataInput in, Parameters parameters, IntUnaryOperator numbers)
      throws IOException {
    SeqKnn model = new SeqKnn(parameters);
    int items = in.readInt();
    for (int i = 0; i < items; i++) {
      float count = in.readFloat();
      int degree = in.readInt();
      int from = count > 0 || degree > 0 ? numbers.applyAsInt(i) : -1;
      if (count > 0) {
        model.occur(from, count);
      }
      for (int d = 0; d < degree; d++) {
        int to = numbers.applyAsInt(in.readInt());
        model.links.add(from, to, in.readFloat());
      }
    }
    return model;
  }

  @Override
  public String toString() {
    return NAME + Arrays.asList(parameters);
  }
}
