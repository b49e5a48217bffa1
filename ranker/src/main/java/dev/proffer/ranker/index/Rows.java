// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The vectors of a [FrozenGraph], outside the heap, one row a node.
///
/// Rows are padded with zeros to a multiple of [#LANES_MAX], and so are queries, so that loops need
/// no tail. Scores come for many rows at once: four are multiplied side by side, so that a
/// component of the query is loaded once for four and the processor waits for four rows of memory
/// at a time, not for one after the other. A row scores the same beside others and alone.
sealed interface Rows {
  /// Enough for vector units of 512 bits.
  int LANES_MAX = 16;

  ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Scores of the rows `nodes[0..count)`, good enough to walk by.
  void score(float[] query, int[] nodes, int count, float[] scores);

  /// The same, as exact as it gets.
  void scoreExactly(float[] query, int[] nodes, int count, float[] scores);

  /// The score of one row, as exact as it gets.
  float exact(float[] query, int node);

  /// Copies the first components of a row.
  void copy(int node, float[] target, int from, int length);

  /// Whether [#score] is already as exact as it gets.
  boolean scoresExactly();

  /// The length of a row, and of a query.
  static int padded(int dimension) {
    return Math.ceilDiv(dimension, LANES_MAX) * LANES_MAX;
  }

  /// 32 bits a component.
  record Float32(MemorySegment values, MemorySegment bias, int stride) implements Rows {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

    @Override
    public void score(float[] query, int[] nodes, int count, float[] scores) {
      long bytes = 4L * stride;
      int i = 0;
      for (; i + 4 <= count; i += 4) {
        dots(
            query,
            nodes[i] * bytes,
            nodes[i + 1] * bytes,
            nodes[i + 2] * bytes,
            nodes[i + 3] * bytes,
            scores,
            i);
      }
      for (; i < count; i++) {
        scores[i] = dot(query, nodes[i] * bytes);
      }
      if (bias.byteSize() > 0) {
        for (i = 0; i < count; i++) {
          scores[i] += biasOf(bias, nodes[i]);
        }
      }
    }

    @Override
    public void scoreExactly(float[] query, int[] nodes, int count, float[] scores) {
      score(query, nodes, count, scores);
    }

    private void dots(
        float[] query, long row0, long row1, long row2, long row3, float[] into, int from) {
      FloatVector even0 = FloatVector.zero(FLOATS);
      FloatVector even1 = even0;
      FloatVector even2 = even0;
      FloatVector even3 = even0;
      FloatVector odd0 = even0;
      FloatVector odd1 = even0;
      FloatVector odd2 = even0;
      FloatVector odd3 = even0;
      int lanes = FLOATS.length();
      int i = 0;
      for (; i + 2 * lanes <= stride; i += 2 * lanes) {
        FloatVector even = FloatVector.fromArray(FLOATS, query, i);
        FloatVector odd = FloatVector.fromArray(FLOATS, query, i + lanes);
        even0 = at(row0, i).fma(even, even0);
        even1 = at(row1, i).fma(even, even1);
        even2 = at(row2, i).fma(even, even2);
        even3 = at(row3, i).fma(even, even3);
        odd0 = at(row0, i + lanes).fma(odd, odd0);
        odd1 = at(row1, i + lanes).fma(odd, odd1);
        odd2 = at(row2, i + lanes).fma(odd, odd2);
        odd3 = at(row3, i + lanes).fma(odd, odd3);
      }
      for (; i < stride; i += lanes) {
        FloatVector even = FloatVector.fromArray(FLOATS, query, i);
        even0 = at(row0, i).fma(even, even0);
        even1 = at(row1, i).fma(even, even1);
        even2 = at(row2, i).fma(even, even2);
        even3 = at(row3, i).fma(even, even3);
      }
      into[from] = even0.add(odd0).reduceLanes(VectorOperators.ADD);
      into[from + 1] = even1.add(odd1).reduceLanes(VectorOperators.ADD);
      into[from + 2] = even2.add(odd2).reduceLanes(VectorOperators.ADD);
      into[from + 3] = even3.add(odd3).reduceLanes(VectorOperators.ADD);
    }

    private float dot(float[] query, long row) {
      FloatVector even = FloatVector.zero(FLOATS);
      FloatVector odd = FloatVector.zero(FLOATS);
      int lanes = FLOATS.length();
      int i = 0;
      for (; i + 2 * lanes <= stride; i += 2 * lanes) {
        even = at(row, i).fma(FloatVector.fromArray(FLOATS, query, i), even);
        odd = at(row, i + lanes).fma(FloatVector.fromArray(FLOATS, query, i + lanes), odd);
      }
      for (; i < stride; i += lanes) {
        even = at(row, i).fma(FloatVector.fromArray(FLOATS, query, i), even);
      }
      return even.add(odd).reduceLanes(VectorOperators.ADD);
    }

    private FloatVector at(long row, int i) {
      return FloatVector.fromMemorySegment(FLOATS, values, row + 4L * i, ORDER);
    }

    @Override
    public float exact(float[] query, int node) {
      return dot(query, node * 4L * stride) + biasOf(bias, node);
    }

    @Override
    public void copy(int node, float[] target, int from, int length) {
      for (int i = 0; i < length; i++) {
        target[from + i] = floatAt(values, (long) node * stride + i);
      }
    }

    @Override
    public boolean scoresExactly() {
      return true;
    }
  }

  /// Component i of a row is `scale · (high[i] + low[i] / 254)`; without scales, they are 1.
  record Int8(
      MemorySegment high, MemorySegment low, MemorySegment scale, MemorySegment bias, int stride)
      implements Rows {
    static final float LOW_STEPS = 254;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    // No shape has fewer than 64 bits; 128-bit units get two vectors of floats out of one of bytes.
    private static final VectorSpecies<Byte> BYTES =
        VectorSpecies.of(
            byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));
    private static final int PARTS = BYTES.length() / FLOATS.length();

    @Override
    public void score(float[] query, int[] nodes, int count, float[] scores) {
      products(query, high, nodes, count, scores);
      for (int i = 0; i < count; i++) {
        scores[i] = scores[i] * scaleOf(nodes[i]) + biasOf(bias, nodes[i]);
      }
    }

    @Override
    public void scoreExactly(float[] query, int[] nodes, int count, float[] scores) {
      float[] fine = new float[count];
      products(query, high, nodes, count, scores);
      products(query, low, nodes, count, fine);
      for (int i = 0; i < count; i++) {
        scores[i] = (scores[i] + fine[i] / LOW_STEPS) * scaleOf(nodes[i]) + biasOf(bias, nodes[i]);
      }
    }

    private void products(
        float[] query, MemorySegment plane, int[] nodes, int count, float[] products) {
      int i = 0;
      for (; PARTS == 1 && i + 4 <= count; i += 4) {
        dots(
            query,
            plane,
            (long) nodes[i] * stride,
            (long) nodes[i + 1] * stride,
            (long) nodes[i + 2] * stride,
            (long) nodes[i + 3] * stride,
            products,
            i);
      }
      for (; i < count; i++) {
        products[i] = dot(query, plane, (long) nodes[i] * stride);
      }
    }

    private void dots(
        float[] query,
        MemorySegment plane,
        long row0,
        long row1,
        long row2,
        long row3,
        float[] into,
        int from) {
      FloatVector even0 = FloatVector.zero(FLOATS);
      FloatVector even1 = even0;
      FloatVector even2 = even0;
      FloatVector even3 = even0;
      FloatVector odd0 = even0;
      FloatVector odd1 = even0;
      FloatVector odd2 = even0;
      FloatVector odd3 = even0;
      int lanes = FLOATS.length();
      int i = 0;
      for (; i + 2 * lanes <= stride; i += 2 * lanes) {
        FloatVector even = FloatVector.fromArray(FLOATS, query, i);
        FloatVector odd = FloatVector.fromArray(FLOATS, query, i + lanes);
        even0 = at(plane, row0 + i, 0).fma(even, even0);
        even1 = at(plane, row1 + i, 0).fma(even, even1);
        even2 = at(plane, row2 + i, 0).fma(even, even2);
        even3 = at(plane, row3 + i, 0).fma(even, even3);
        odd0 = at(plane, row0 + i + lanes, 0).fma(odd, odd0);
        odd1 = at(plane, row1 + i + lanes, 0).fma(odd, odd1);
        odd2 = at(plane, row2 + i + lanes, 0).fma(odd, odd2);
        odd3 = at(plane, row3 + i + lanes, 0).fma(odd, odd3);
      }
      for (; i < stride; i += lanes) {
        FloatVector even = FloatVector.fromArray(FLOATS, query, i);
        even0 = at(plane, row0 + i, 0).fma(even, even0);
        even1 = at(plane, row1 + i, 0).fma(even, even1);
        even2 = at(plane, row2 + i, 0).fma(even, even2);
        even3 = at(plane, row3 + i, 0).fma(even, even3);
      }
      into[from] = even0.add(odd0).reduceLanes(VectorOperators.ADD);
      into[from + 1] = even1.add(odd1).reduceLanes(VectorOperators.ADD);
      into[from + 2] = even2.add(odd2).reduceLanes(VectorOperators.ADD);
      into[from + 3] = even3.add(odd3).reduceLanes(VectorOperators.ADD);
    }

    private float dot(float[] query, MemorySegment plane, long row) {
      FloatVector even = FloatVector.zero(FLOATS);
      FloatVector odd = FloatVector.zero(FLOATS);
      int lanes = FLOATS.length();
      int i = 0;
      if (PARTS == 1) {
        for (; i + 2 * lanes <= stride; i += 2 * lanes) {
          even = at(plane, row + i, 0).fma(FloatVector.fromArray(FLOATS, query, i), even);
          odd =
              at(plane, row + i + lanes, 0)
                  .fma(FloatVector.fromArray(FLOATS, query, i + lanes), odd);
        }
        for (; i < stride; i += lanes) {
          even = at(plane, row + i, 0).fma(FloatVector.fromArray(FLOATS, query, i), even);
        }
      } else {
        for (; i < stride; i += 2 * lanes) {
          even = at(plane, row + i, 0).fma(FloatVector.fromArray(FLOATS, query, i), even);
          odd = at(plane, row + i, 1).fma(FloatVector.fromArray(FLOATS, query, i + lanes), odd);
        }
      }
      return even.add(odd).reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector at(MemorySegment plane, long offset, int part) {
      return (FloatVector)
          ByteVector.fromMemorySegment(BYTES, plane, offset, ORDER)
              .convertShape(VectorOperators.B2F, FLOATS, part);
    }

    @Override
    public float exact(float[] query, int node) {
      long row = (long) node * stride;
      return (dot(query, high, row) + dot(query, low, row) / LOW_STEPS) * scaleOf(node)
          + biasOf(bias, node);
    }

    @Override
    public void copy(int node, float[] target, int from, int length) {
      float factor = scaleOf(node);
      for (int i = 0; i < length; i++) {
        long at = (long) node * stride + i;
        target[from + i] =
            (high.get(ValueLayout.JAVA_BYTE, at) + low.get(ValueLayout.JAVA_BYTE, at) / LOW_STEPS)
                * factor;
      }
    }

    private float scaleOf(int node) {
      return scale.byteSize() == 0 ? 1 : floatAt(scale, node);
    }

    @Override
    public boolean scoresExactly() {
      return false;
    }
  }

  private static float biasOf(MemorySegment bias, int node) {
    return bias.byteSize() == 0 ? 0 : floatAt(bias, node);
  }

  private static float floatAt(MemorySegment floats, long at) {
    return floats.get(ValueLayout.JAVA_FLOAT.withOrder(ORDER), 4 * at);
  }
}
