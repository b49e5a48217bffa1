// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Proposes what most people want lately.
///
/// Counts decay by half in a fixed time. They are kept with forward decay (Cormode et al. 2009): a
/// new event weighs more instead of old counts being made smaller, so that the order of items does
/// not depend on when it is looked at. One thread learns; any number may ask meanwhile.
public final class Popularity implements CandidateSource {
  public static final String NAME = "popularity";

  // 2^200 leaves room for sums; beyond it all counts are scaled down once.
  private static final double EXPONENT_MAX = 200;

  // So few counts are looked at one by one.
  private static final int SCAN_MAX = 8_192;
  private static final int TOP = 1_024;

  private final double halfLifeMillis;
  private volatile @Nullable Top top;
  private volatile boolean wanted;
  private long originMillis = Long.MIN_VALUE;
  private volatile float[] counts = new float[1024];
  private double[] exact = new double[1024];
  private volatile float highest;

  public Popularity(double halfLifeMillis) {
    if (!(halfLifeMillis > 0)) {
      throw new IllegalArgumentException(
          "halfLifeMillis: " + halfLifeMillis + " (expected: above 0)");
    }
    this.halfLifeMillis = halfLifeMillis;
  }

  public double halfLifeMillis() {
    return halfLifeMillis;
  }

  public void learn(int item, long atMillis, double weight) {
    if (originMillis == Long.MIN_VALUE) {
      originMillis = atMillis;
    }
    double exponent = (atMillis - originMillis) / halfLifeMillis;
    if (exponent > EXPONENT_MAX) {
      rebase(atMillis);
      exponent = 0;
    }
    if (item >= exact.length) {
      exact = Arrays.copyOf(exact, Math.max(item + 1, exact.length * 2));
      counts = Arrays.copyOf(counts, exact.length);
    }
    exact[item] += weight * Math.pow(2, Math.max(-EXPONENT_MAX, exponent));
    // Square roots tame the head, so that a sum with other sources is not all about best sellers.
    float count = (float) Math.sqrt(exact[item]);
    counts[item] = count;
    highest = Math.max(highest, count);
    Top now = top;
    if (now != null ? !now.holds(item) : wanted) {
      top = Top.of(counts);
    }
  }

  /// The highest counts at some moment, and whatever has risen since: counts only rise, so nothing
  /// else can be above the lowest of the former. One thread writes; others see what was added last
  /// a moment later.
  private static final class Top {
    private final int[] items;
    private final BitSet in = new BitSet();
    // No other item had a count above this.
    private final float floor;
    private volatile int size;

    private Top(Hits highest) {
      this.items = Arrays.copyOf(highest.items(), 2 * TOP);
      this.size = highest.size();
      this.floor = size < TOP ? 0 : highest.scores()[size - 1];
      for (int i = 0; i < size; i++) {
        in.set(items[i]);
      }
    }

    static Top of(float[] counts) {
      TopK highest = new TopK(TOP);
      for (int item = 0; item < counts.length; item++) {
        if (counts[item] > 0) {
          highest.offer(item, counts[item]);
        }
      }
      return new Top(highest.drain());
    }

    /// Adds an item that rose. False when there is no more room.
    boolean holds(int item) {
      if (in.get(item)) {
        return true;
      }
      int at = size;
      if (at == items.length) {
        return false;
      }
      in.set(item);
      items[at] = item;
      size = at + 1;
      return true;
    }
  }

  /// The score of the item that is wanted most; 0 when none was wanted yet.
  float highest() {
    return highest;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    float[] now = counts;
    Top known = top;
    if (known != null) {
      int size = known.size;
      TopK best = new TopK(Math.min(max, size));
      for (int i = 0; i < size; i++) {
        int item = known.items[i];
        if (item < now.length) {
          best.offer(item, now[item], query.eligible());
        }
      }
      if (known.floor == 0 || (best.size() == max && best.floor() > known.floor)) {
        return best.drain();
      }
    } else if (now.length > SCAN_MAX) {
      wanted = true;
    }
    TopK best = new TopK(Math.min(max, now.length));
    for (int item = 0; item < now.length; item++) {
      if (now[item] > 0) {
        best.offer(item, now[item], query.eligible());
      }
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] now = counts;
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length; i++) {
      scores[i] = items[i] < now.length ? now[items[i]] : 0;
    }
    return scores;
  }

  /// The score of one item; 0 when nobody wanted it yet.
  public float score(int item) {
    float[] now = counts;
    return item < now.length ? now[item] : 0;
  }

  private void rebase(long atMillis) {
    double factor = Math.pow(2, (originMillis - atMillis) / halfLifeMillis);
    float[] scaled = new float[exact.length];
    for (int i = 0; i < exact.length; i++) {
      exact[i] *= factor;
      scaled[i] = (float) Math.sqrt(exact[i]);
    }
    originMillis = atMillis;
    counts = scaled;
    highest = max(scaled);
    top = top == null ? null : Top.of(scaled);
  }

  public void write(DataOutput out) throws IOException {
    out.writeDouble(halfLifeMillis);
    out.writeLong(originMillis);
    out.writeInt(exact.length);
    for (double count : exact) {
      out.writeDouble(count);
    }
  }

  /// Reads what [#write] wrote.
  public static Popularity read(DataInput in, IntUnaryOperator numbers) throws IOException {
    Popularity model = new Popularity(in.readDouble());
    model.originMillis = in.readLong();
    int items = in.readInt();
    for (int i = 0; i < items; i++) {
      double count = in.readDouble();
      if (count > 0) {
        int item = numbers.applyAsInt(i);
        if (item >= model.exact.length) {
          model.exact = Arrays.copyOf(model.exact, Math.max(item + 1, model.exact.length * 2));
        }
        model.exact[item] = count;
      }
    }
    model.counts = new float[model.exact.length];
    for (int i = 0; i < model.exact.length; i++) {
      model.counts[i] = (float) Math.sqrt(model.exact[i]);
    }
    model.highest = max(model.counts);
    model.top = model.counts.length > SCAN_MAX ? Top.of(model.counts) : null;
    return model;
  }

  private static float max(float[] values) {
    float max = 0;
    for (float value : values) {
      max = Math.max(max, value);
    }
    return max;
  }
}
