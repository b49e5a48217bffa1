// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;

/// A short form of wide vectors that tells, most of the time, that one cannot be among the best:
/// where it lies along the directions in which vectors differ most, and how long the rest of it is.
///
/// With P the projection on the directions, q·x = Pq·Px + cos · |q − Pq| · |x − Px|. The last
/// component of an outline is the length of the rest, and that of a query is the length of its rest
/// times the largest cosine to reckon with; the inner product of two outlines is then at least that
/// of the vectors, up to rounding. The cosine is one that most linked vectors stay below: what a
/// search is about to drop is farther away than they are. (Dropping by a projection is the idea of
/// ADSampling, Gao and Long 2023; directions of most difference and the rest of neighbours that of
/// DADE, Deng et al. 2024, and FINGER, Chen et al. 2023.)
///
/// A component takes one byte: `offset + scale · byte`, with an offset and a scale for each place.
///
/// @param directions orthonormal, one row of `dimension` each
/// @param cosine of the rests of two vectors, the largest to reckon with
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Outline(int dimension, float[] directions, float[] offsets, float[] scales, float cosine) {
  /// Components of an outline, the rest included.
  static final int LENGTH = 64;

  /// Shorter vectors are multiplied as fast as looked up.
  static final int DIMENSION_MIN = 4 * LENGTH;

  private static final int ROWS_MAX = 8_192;
  private static final int ITERATIONS = 8;
  private static final int PAIRS_MAX = 20_000;
  private static final double RECKONED = 0.7;

  /// What it takes of a file.
  static long bytes(int dimension) {
    return 4L * ((LENGTH - 1) * dimension + 2 * LENGTH + 1);
  }

  void write(MemorySegment into) {
    FloatBuffer floats = into.asByteBuffer().order(Rows.ORDER).asFloatBuffer();
    floats.put(directions).put(offsets).put(scales).put(cosine);
  }

  static Outline read(MemorySegment from, int dimension) {
    FloatBuffer floats = from.asByteBuffer().order(Rows.ORDER).asFloatBuffer();
    float[] directions = new float[(LENGTH - 1) * dimension];
    float[] offsets = new float[LENGTH];
    float[] scales = new float[LENGTH];
    floats.get(directions).get(offsets).get(scales);
    return new Outline(dimension, directions, offsets, scales, floats.get());
  }

  /// Learns the directions from vectors and the cosine from those that are linked.
  static Outline learn(VectorTable table, LayeredLinks graph) {
    Random random = new Random(1);
    int dimension = table.dimension();
    float[] offsets = new float[LENGTH];
    float[] scales = new float[LENGTH];
    Outline plain = new Outline(dimension, directions(table, random), offsets, scales, 1);
    float[] lows = new float[LENGTH];
    float[] highs = new float[LENGTH];
    Arrays.fill(lows, Float.POSITIVE_INFINITY);
    Arrays.fill(highs, Float.NEGATIVE_INFINITY);
    float[] one = new float[LENGTH];
    for (int row = 0; row < table.size(); row++) {
      plain.project(table.values(), row * dimension, one);
      for (int i = 0; i < LENGTH; i++) {
        lows[i] = Math.min(lows[i], one[i]);
        highs[i] = Math.max(highs[i], one[i]);
      }
    }
    for (int i = 0; i < LENGTH; i++) {
      offsets[i] = (lows[i] + highs[i]) / 2;
      scales[i] = (highs[i] - lows[i]) / 254;
    }
    float cosine = plain.cosineOf(table, graph, random);
    return new Outline(dimension, plain.directions, offsets, scales, cosine);
  }

  /// The directions in which vectors differ most, by subspace iteration.
  private static float[] directions(VectorTable table, Random random) {
    int dimension = table.dimension();
    float[] products = products(table);
    float[] directions = new float[(LENGTH - 1) * dimension];
    for (int i = 0; i < directions.length; i++) {
      directions[i] = (float) random.nextGaussian();
    }
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      float[] next = new float[directions.length];
      for (int from = 0; from < next.length; from += dimension) {
        for (int i = 0; i < dimension; i++) {
          next[from + i] = Vectors.dot(products, i * dimension, directions, from, dimension);
        }
      }
      orthonormalize(next, dimension);
      directions = next;
    }
    return directions;
  }

  /// The sum of x·xᵀ over some rows.
  private static float[] products(VectorTable table) {
    int dimension = table.dimension();
    float[] products = new float[Math.multiplyExact(dimension, dimension)];
    int step = Math.ceilDiv(table.size(), ROWS_MAX);
    for (int row = 0; row < table.size(); row += step) {
      for (int i = 0; i < dimension; i++) {
        float factor = table.values()[row * dimension + i];
        if (factor != 0) {
          Vectors.addScaled(
              products, i * dimension, table.values(), row * dimension, factor, dimension);
        }
      }
    }
    return products;
  }

  /// Gram and Schmidt's way, each row twice against rounding. A direction that is not there, as in
  /// vectors that all lie in a plane, becomes next to nothing.
  private static void orthonormalize(float[] rows, int dimension) {
    for (int from = 0; from < rows.length; from += dimension) {
      float before = Vectors.normalize(rows, from, dimension);
      for (int time = 0; time < 2; time++) {
        for (int other = 0; other < from; other += dimension) {
          float along = Vectors.dot(rows, from, rows, other, dimension);
          Vectors.addScaled(rows, from, rows, other, -along, dimension);
        }
        float left = Vectors.normalize(rows, from, dimension);
        if (before == 0 || left < 1e-4f) {
          Arrays.fill(rows, from, from + dimension, 0);
        }
      }
    }
  }

  /// The cosine of the rests that most linked vectors stay below.
  private float cosineOf(VectorTable table, LayeredLinks graph, Random random) {
    float[] cosines = new float[PAIRS_MAX];
    int count = 0;
    for (int i = 0; i < PAIRS_MAX; i++) {
      int row = random.nextInt(table.size());
      int[] linked = graph.links()[row][0];
      if (linked.length > 0) {
        float[] one = restOf(table, row);
        float[] other = restOf(table, linked[random.nextInt(linked.length)]);
        float norms =
            (float)
                Math.sqrt(
                    Vectors.dot(one, 0, one, 0, dimension)
                        * Vectors.dot(other, 0, other, 0, dimension));
        cosines[count++] = norms == 0 ? 0 : Vectors.dot(one, 0, other, 0, dimension) / norms;
      }
    }
    Arrays.sort(cosines, 0, count);
    return count == 0 ? 1 : Math.clamp(cosines[(int) ((count - 1) * RECKONED)], 0, 1);
  }

  private float[] restOf(VectorTable table, int row) {
    float[] rest = table.copyOf(row);
    for (int direction = 0; direction < LENGTH - 1; direction++) {
      float along = Vectors.dot(rest, 0, directions, direction * dimension, dimension);
      Vectors.addScaled(rest, 0, directions, direction * dimension, -along, dimension);
    }
    return rest;
  }

  private void project(float[] vector, int from, float[] into) {
    double rest = Vectors.dot(vector, from, vector, from, dimension);
    for (int direction = 0; direction < LENGTH - 1; direction++) {
      float along = Vectors.dot(vector, from, directions, direction * dimension, dimension);
      into[direction] = along;
      rest -= (double) along * along;
    }
    into[LENGTH - 1] = (float) Math.sqrt(Math.max(0, rest));
  }

  /// The outline of a vector of the index.
  byte[] of(float[] vector, int from) {
    float[] projected = new float[LENGTH];
    project(vector, from, projected);
    byte[] outline = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      outline[i] = scales[i] == 0 ? 0 : (byte) Math.round((projected[i] - offsets[i]) / scales[i]);
    }
    return outline;
  }

  /// Makes what the outlines of vectors are to be multiplied by, and says what is to be added to
  /// each product.
  float ofQuery(float[] query, float[] into) {
    project(query, 0, into);
    into[LENGTH - 1] *= cosine;
    float added = 0;
    for (int i = 0; i < LENGTH; i++) {
      added += into[i] * offsets[i];
      into[i] *= scales[i];
    }
    return added;
  }
}
