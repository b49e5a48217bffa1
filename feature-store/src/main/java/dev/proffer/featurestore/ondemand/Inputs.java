// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The columns that expressions read, for a number of rows. Used by one thread, for one request.
public final class Inputs {
  private final int rows;
  private final long[] nowUnixMillis;
  private final Map<Input, double[]> numbers = new HashMap<>();
  private final Map<Input, Slices> slices = new HashMap<>();
  private double[][] spare = new double[4][];
  private int spares;

  /// @param nowUnixMillis for each row the time at which it is read
  public Inputs(long[] nowUnixMillis) {
    this.rows = nowUnixMillis.length;
    this.nowUnixMillis = nowUnixMillis;
  }

  /// Rows that are all read at one time.
  public static Inputs at(int rows, long nowUnixMillis) {
    long[] times = new long[rows];
    Arrays.fill(times, nowUnixMillis);
    return new Inputs(times);
  }

  public int rows() {
    return rows;
  }

  public boolean has(Input input) {
    return numbers.containsKey(input) || slices.containsKey(input);
  }

  /// Gives the column of a numeric input; NaN stands for a missing number.
  public void put(Input input, double[] column) {
    numbers.put(input, column);
  }

  /// Gives the column of any other input.
  public void put(Input input, Slices column) {
    slices.put(input, column);
  }

  long nowUnixMillis(int row) {
    return nowUnixMillis[row];
  }

  double[] numbers(Input input) {
    double[] column = numbers.get(input);
    if (column == null) {
      throw new IllegalStateException("no column: " + input);
    }
    return column;
  }

  Slices slices(Input input) {
    Slices column = slices.get(input);
    if (column == null) {
      throw new IllegalStateException("no column: " + input);
    }
    return column;
  }

  /// An array to work in, to be given back.
  double[] borrow() {
    return spares == 0 ? new double[rows] : spare[--spares];
  }

  void giveBack(double[] array) {
    if (spares == spare.length) {
      spare = Arrays.copyOf(spare, spares * 2);
    }
    spare[spares++] = array;
  }
}
