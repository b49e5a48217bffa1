// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.index;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Arithmetic on float arrays with the vector unit of the processor.
public final class Vectors {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private Vectors() {}

  /// The inner product of two runs of `length` floats.
  public static float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
    int lanes = SPECIES.length();
    int i = 0;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    // Two sums hide the latency of the fused multiply-add.
    for (; i + 2 * lanes <= length; i += 2 * lanes) {
      sum0 =
          FloatVector.fromArray(SPECIES, a, aFrom + i)
              .fma(FloatVector.fromArray(SPECIES, b, bFrom + i), sum0);
      sum1 =
          FloatVector.fromArray(SPECIES, a, aFrom + i + lanes)
              .fma(FloatVector.fromArray(SPECIES, b, bFrom + i + lanes), sum1);
    }
    for (; i + lanes <= length; i += lanes) {
      sum0 =
          FloatVector.fromArray(SPECIES, a, aFrom + i)
              .fma(FloatVector.fromArray(SPECIES, b, bFrom + i), sum0);
    }
    float result = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i < length; i++) {
      result += a[aFrom + i] * b[bFrom + i];
    }
    return result;
  }

  /// The square of the Euclidean distance of two arrays of one length.
  public static float squaredDistance(float[] a, float[] b) {
    int lanes = SPECIES.length();
    int i = 0;
    FloatVector sum = FloatVector.zero(SPECIES);
    for (; i + lanes <= a.length; i += lanes) {
      FloatVector difference =
          FloatVector.fromArray(SPECIES, a, i).sub(FloatVector.fromArray(SPECIES, b, i));
      sum = difference.fma(difference, sum);
    }
    float result = sum.reduceLanes(VectorOperators.ADD);
    for (; i < a.length; i++) {
      float difference = a[i] - b[i];
      result += difference * difference;
    }
    return result;
  }

  /// Adds `factor` times one run to another.
  public static void addScaled(
      float[] target, int targetFrom, float[] source, int sourceFrom, float factor, int length) {
    int lanes = SPECIES.length();
    int i = 0;
    FloatVector scale = FloatVector.broadcast(SPECIES, factor);
    for (; i + lanes <= length; i += lanes) {
      FloatVector.fromArray(SPECIES, source, sourceFrom + i)
          .fma(scale, FloatVector.fromArray(SPECIES, target, targetFrom + i))
          .intoArray(target, targetFrom + i);
    }
    for (; i < length; i++) {
      target[targetFrom + i] += factor * source[sourceFrom + i];
    }
  }

  /// Scales a run to length 1; a run of zeros is left alone. Returns the length that it had.
  public static float normalize(float[] vector, int from, int length) {
    float norm = (float) Math.sqrt(dot(vector, from, vector, from, length));
    if (norm > 0) {
      for (int i = from; i < from + length; i++) {
        vector[i] /= norm;
      }
    }
    return norm;
  }
}
