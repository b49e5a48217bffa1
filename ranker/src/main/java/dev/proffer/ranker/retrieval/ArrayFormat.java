// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// How arrays of numbers stand in the files of a bundle: the length, then the numbers.
final class ArrayFormat {
  private static final int LENGTH_MAX = 1 << 30;

  private ArrayFormat() {}

  static void write(DataOutput out, int[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (int number : numbers) {
      out.writeInt(number);
    }
  }

  static void write(DataOutput out, float[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (float number : numbers) {
      out.writeFloat(number);
    }
  }

  static void write(DataOutput out, double[] numbers) throws IOException {
    out.writeInt(numbers.length);
    for (double number : numbers) {
      out.writeDouble(number);
    }
  }

  static int[] ints(DataInput in) throws IOException {
    int[] numbers = new int[length(in)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readInt();
    }
    return numbers;
  }

  static float[] floats(DataInput in) throws IOException {
    float[] numbers = new float[length(in)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readFloat();
    }
    return numbers;
  }

  static double[] doubles(DataInput in) throws IOException {
    double[] numbers = new double[length(in)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readDouble();
    }
    return numbers;
  }

  /// Reads a count or a length, which nothing that was written exceeds.
  static int length(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > LENGTH_MAX) {
      throw new IOException("length " + length + " (expected: 0 to " + LENGTH_MAX + ")");
    }
    return length;
  }
}
