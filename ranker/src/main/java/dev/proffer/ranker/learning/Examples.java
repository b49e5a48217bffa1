// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.learning;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// A table to learn from or to predict for: named columns of numbers, one label and one weight a
/// row. [Double#NaN] is a missing value. Columns marked as categorical hold small whole numbers.
public final class Examples {
  private final List<String> names;
  private final boolean[] categorical;
  private final int rows;
  private final double[] values;
  private final double[] labels;
  private final double[] weights;

  private Examples(
      List<String> names,
      boolean[] categorical,
      int rows,
      double[] values,
      double[] labels,
      double[] weights) {
    this.names = names;
    this.categorical = categorical;
    this.rows = rows;
    this.values = values;
    this.labels = labels;
    this.weights = weights;
  }

  /// Starts an empty table. Names must differ.
  public static Builder of(List<String> names) {
    return new Builder(names);
  }

  public static Builder of(String... names) {
    return of(List.of(names));
  }

  public List<String> names() {
    return names;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return names.size();
  }

  public boolean isCategorical(int column) {
    return categorical[column];
  }

  public double value(int row, int column) {
    return values[row * columns() + column];
  }

  public double label(int row) {
    return labels[row];
  }

  public double weight(int row) {
    return weights[row];
  }

  public double[] labels() {
    return labels.clone();
  }

  public double[] weights() {
    return weights.clone();
  }

  public void copyRow(int row, double[] into) {
    System.arraycopy(values, row * columns(), into, 0, columns());
  }

  public double[] row(int row) {
    return Arrays.copyOfRange(values, row * columns(), (row + 1) * columns());
  }

  /// The rows that are chosen, in their order.
  public Examples where(IntPredicate chosen) {
    return at(IntStream.range(0, rows).filter(chosen).toArray());
  }

  /// The rows with these numbers, in this order; a number may stand several times.
  public Examples at(int[] chosen) {
    int columns = columns();
    double[] chosenValues = new double[chosen.length * columns];
    double[] chosenLabels = new double[chosen.length];
    double[] chosenWeights = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(values, chosen[i] * columns, chosenValues, i * columns, columns);
      chosenLabels[i] = labels[chosen[i]];
      chosenWeights[i] = weights[chosen[i]];
    }
    return new Examples(
        names, categorical, chosen.length, chosenValues, chosenLabels, chosenWeights);
  }

  /// The same rows with other labels.
  public Examples withLabels(double[] newLabels) {
    checkLength("labels", newLabels);
    return new Examples(names, categorical, rows, values, newLabels.clone(), weights);
  }

  /// The same rows with other weights.
  public Examples withWeights(double[] newWeights) {
    checkLength("weights", newWeights);
    return new Examples(names, categorical, rows, values, labels, newWeights.clone());
  }

  /// The same rows with one more column.
  public Examples withColumn(String name, double[] column) {
    checkLength(name, column);
    Builder builder =
        of(
            java.util.stream.Stream.concat(names.stream(), java.util.stream.Stream.of(name))
                .toList());
    for (int i = 0; i < categorical.length; i++) {
      builder.categorical[i] = categorical[i];
    }
    double[] row = new double[columns() + 1];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * columns(), row, 0, columns());
      row[columns()] = column[i];
      builder.add(labels[i], weights[i], row);
    }
    return builder.build();
  }

  double[] flatValues() {
    return values;
  }

  private void checkLength(String what, double[] array) {
    if (array.length != rows) {
      throw new IllegalArgumentException(
          what + ": " + array.length + " (expected: one a row = " + rows + ")");
    }
  }

  /// Collects rows. Not safe for several threads.
  public static final class Builder {
    private final List<String> names;
    private final boolean[] categorical;
    private int rows;
    private double[] values = new double[1024];
    private double[] labels = new double[64];
    private double[] weights = new double[64];

    private Builder(List<String> names) {
      this.names = List.copyOf(names);
      if (names.isEmpty() || new HashSet<>(names).size() < names.size()) {
        throw new IllegalArgumentException("names: " + names + " (expected: different names)");
      }
      this.categorical = new boolean[names.size()];
    }

    /// Marks a column as one of whole numbers, 0 or more, that have no order.
    public Builder categorical(String name) {
      int column = names.indexOf(name);
      if (column < 0) {
        throw new IllegalArgumentException(
            "categorical: '" + name + "' (expected: one of " + names + ")");
      }
      categorical[column] = true;
      return this;
    }

    public Builder add(double label, double[] row) {
      return add(label, 1, row);
    }

    public Builder add(double label, double weight, double[] row) {
      int columns = names.size();
      if (row.length != columns) {
        throw new IllegalArgumentException(
            "row: " + row.length + " values (expected: " + columns + ")");
      }
      if (Double.isNaN(label) || Double.isInfinite(label)) {
        throw new IllegalArgumentException("label: " + label + " (expected: a finite number)");
      }
      if (!(weight >= 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException("weight: " + weight + " (expected: 0 or more)");
      }
      if ((long) (rows + 1) * columns > Integer.MAX_VALUE - 8) {
        throw new LearningException("a table holds at most 2^31 values; take a sample of the rows");
      }
      if (rows == labels.length) {
        labels = Arrays.copyOf(labels, rows * 2);
        weights = Arrays.copyOf(weights, rows * 2);
      }
      int needed = (rows + 1) * columns;
      if (needed > values.length) {
        values =
            Arrays.copyOf(
                values,
                (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, values.length * 2L)));
      }
      System.arraycopy(row, 0, values, rows * columns, columns);
      labels[rows] = label;
      weights[rows] = weight;
      rows++;
      return this;
    }

    public Examples build() {
      return new Examples(
          names,
          categorical.clone(),
          rows,
          Arrays.copyOf(values, rows * names.size()),
          Arrays.copyOf(labels, rows),
          Arrays.copyOf(weights, rows));
    }
  }
}
