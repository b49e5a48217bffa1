// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/// The sentence vectors of the phrases that were learnt, label by label, a byte a component: how
/// near the nearest of them is, and for which labels the nearest speak. A line between labels says
/// little of a phrase that is far from everything, or that lies beside one odd example; its
/// neighbours do. Immutable.
final class PhraseNeighbours {
  /// How many neighbours speak, and how much louder the nearer ones; both, and for how much it
  /// counts, chosen by cross-validation on the phrases of the skills and on BANKING77.
  private static final int NEIGHBOURS = 8;

  private static final double SHARPNESS = 30;
  private static final int VECTOR_MAX = 10_000;

  private final Row[][] rows;

  /// What is not zero of a vector of length one: `values · scale` from a component on. Vectors of
  /// two languages have nothing in common.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Row(int from, byte[] values, float scale) {
    static Row of(float[] vector) {
      int from = 0;
      int to = vector.length;
      while (from < to && vector[from] == 0) {
        from++;
      }
      while (to > from && vector[to - 1] == 0) {
        to--;
      }
      float largest = 0;
      for (float value : vector) {
        largest = Math.max(largest, Math.abs(value));
      }
      float scale = largest / Byte.MAX_VALUE;
      byte[] values = new byte[to - from];
      for (int i = 0; i < values.length; i++) {
        values[i] = (byte) Math.round(vector[from + i] / scale);
      }
      return new Row(from, values, scale);
    }

    double similarity(Row other) {
      int start = Math.max(from, other.from);
      int end = Math.min(from + values.length, other.from + other.values.length);
      int sum = 0;
      for (int i = start; i < end; i++) {
        sum += values[i - from] * other.values[i - other.from];
      }
      return sum * (double) scale * other.scale;
    }
  }

  /// What the neighbours say.
  ///
  /// @param shares of each of the labels that were asked for; together 1, or 0 where nobody speaks
  /// @param nearest the similarity of the nearest, up to 1; 0 where there is none
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Say(double[] shares, double nearest) {}

  private PhraseNeighbours(Row[][] rows) {
    this.rows = rows;
  }

  /// @param labels how many there are
  /// @param labelOf the label of each vector
  static PhraseNeighbours of(int labels, int[] labelOf, float[][] vectors) {
    int[] counts = new int[labels];
    Arrays.stream(labelOf).forEach(label -> counts[label]++);
    Row[][] rows = new Row[labels][];
    Arrays.setAll(rows, label -> new Row[counts[label]]);
    for (int i = 0; i < vectors.length; i++) {
      rows[labelOf[i]][--counts[labelOf[i]]] = Row.of(vectors[i]);
    }
    return new PhraseNeighbours(rows);
  }

  /// Asks the phrases of some labels.
  Say of(float[] vector, int[] labels) {
    Row asked = Row.of(vector);
    double[] best = new double[NEIGHBOURS];
    int[] speakers = new int[NEIGHBOURS];
    int count = 0;
    for (int l = 0; l < labels.length; l++) {
      for (Row row : rows[labels[l]]) {
        double similarity = row.similarity(asked);
        if (similarity <= 0 || (count == NEIGHBOURS && similarity <= best[count - 1])) {
          continue;
        }
        int at = count < NEIGHBOURS ? count++ : count - 1;
        for (; at > 0 && best[at - 1] < similarity; at--) {
          best[at] = best[at - 1];
          speakers[at] = speakers[at - 1];
        }
        best[at] = similarity;
        speakers[at] = l;
      }
    }
    double[] shares = new double[labels.length];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double voice = Math.exp(SHARPNESS * (best[i] - best[0]));
      shares[speakers[i]] += voice;
      sum += voice;
    }
    for (int l = 0; l < shares.length && sum > 0; l++) {
      shares[l] /= sum;
    }
    return new Say(shares, best[0]);
  }

  void write(DataOutputStream out) throws IOException {
    for (Row[] phrases : rows) {
      out.writeInt(phrases.length);
      for (Row row : phrases) {
        out.writeInt(row.from);
        out.writeInt(row.values.length);
        out.writeFloat(row.scale);
        out.write(row.values);
      }
    }
  }

  /// Reads what [#write] wrote.
  static PhraseNeighbours read(DataInputStream in, int labels) throws IOException {
    Row[][] rows = new Row[labels][];
    for (int label = 0; label < labels; label++) {
      rows[label] = new Row[LinearClassifier.limited(in.readInt(), 10_000_000)];
      for (int i = 0; i < rows[label].length; i++) {
        int from = LinearClassifier.limited(in.readInt(), VECTOR_MAX);
        byte[] values = new byte[LinearClassifier.limited(in.readInt(), VECTOR_MAX)];
        float scale = in.readFloat();
        in.readFully(values);
        rows[label][i] = new Row(from, values, scale);
      }
    }
    return new PhraseNeighbours(rows);
  }
}
