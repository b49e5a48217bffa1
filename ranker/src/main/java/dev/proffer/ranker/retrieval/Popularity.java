// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/// Proposes what most people want lately.
///
/// Counts decay by half in a fixed time. They are kept with forward decay (Cormode et al. 2009): a
/// new event weighs more instead of old counts being made smaller, so that the order of items does
/// not depend on when it is looked at. One thread learns; any number may ask meanwhile.
public final class Popularity implements CandidateSource {
  public static final String NAME = "popularity";

  // 2^200 leaves room for sums; beyond it all counts are scaled down once.
  private static final double EXPONENT_MAX = 200;

  private final double halfLifeMillis;
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
