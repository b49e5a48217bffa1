// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/// The sentence vectors of the phrases that were learnt, label by label, in 255 steps: how near the
/// nearest of them is, and for which labels the nearest speak. A line between labels says little of
/// a phrase that is far from everything, or that lies beside one odd example; its neighbours do.
/// Immutable.
final class PhraseNeighbours {
  /// How many neighbours speak, and how much louder the nearer ones; both, and for how much it
  /// counts, chosen by cross-validation on the phrases of the skills and on BANKING77.
  private static final int NEIGHBOURS = 8;

  private static final double SHARPNESS = 30;
  private static final int VECTOR_MAX = 10_000;

  private final Row[][] rows;

  /// What is not zero of a vector of length one: `values · scale` from a component on. Vectors of
  /// two languages have nothing in common. Values fit into bytes, and are only kept so in files: a
  /// product of ints is one that the virtual machine does for many at a time.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Row(int from, int[] values, float scale) {
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
      int[] values = new int[to - from];
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.round(vector[from + i] / scale);
      }
      return new Row(from, values, scale);
    }

    double similarity(Row other) {
      int start = Math.max(from, other.from);
      int end = Math.min(from + values.length, other.from + other.values.length);
      return start >= end
          ? 0
          : product(values, start - from, other.values, start - other.from, end - start)
              * (double) scale
              * other.scale;
    }

    private static int product(int[] a, int aFrom, int[] b, int bFrom, int length) {
      int sum = 0;
      for (int i = 0; i < length; i++) {
        sum += a[aFrom + i] * b[bFrom + i];
      }
      return sum;
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
  Say ask(float[] vector, int[] labels) {
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
        for (int value : row.values) {
          out.writeByte(value);
        }
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
        int[] values = new int[LinearClassifier.limited(in.readInt(), VECTOR_MAX)];
        float scale = in.readFloat();
        byte[] bytes = in.readNBytes(values.length);
        if (bytes.length < values.length) {
          throw new EOFException("the model is cut short");
        }
        for (int c = 0; c < values.length; c++) {
          values[c] = bytes[c];
        }
        rows[label][i] = new Row(from, values, scale);
      }
    }
    return new PhraseNeighbours(rows);
  }
}
