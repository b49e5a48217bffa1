// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import dev.proffer.featurestore.row.FeatureType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A typed expression over features and values of the request, compiled once and evaluated a column
/// at a time: nothing is made for a row, and nothing is parsed or looked up by name.
///
/// A missing number is NaN and makes what is computed from it missing; so does a result that is not
/// finite, such as a division by zero. `coalesce` and `is_null` deal with what is missing.
public final class Expression {
  private final String text;
  private final Column root;
  private final FeatureType type;
  private final List<Input> inputs;

  /// Knows the names that an expression may use.
  public interface Scope {
    /// What a name stands for.
    ///
    /// @throws IllegalArgumentException saying what would be right
    Input resolve(String name);
  }

  /// Computes a column of numbers.
  interface Column {
    void evaluate(Inputs in, double[] out);
  }

  private Expression(String text, Column root, FeatureType type, Set<Input> inputs) {
    this.text = text;
    this.root = root;
    this.type = type;
    this.inputs = List.copyOf(inputs);
  }

  /// Compiles a text for a feature of a type.
  ///
  /// @throws ExpressionException saying where it is wrong and what would be right
  public static Expression compile(String text, FeatureType type, Scope scope) {
    Set<Input> inputs = new LinkedHashSet<>();
    Column root = new Compiler(scope, inputs).compile(Parser.parse(text), type);
    return new Expression(text, root, type, inputs);
  }

  public String text() {
    return text;
  }

  /// What it reads, each once.
  public List<Input> inputs() {
    return inputs;
  }

  /// Computes the value of each row, as a number of the type of the feature; NaN where it is
  /// missing.
  public void evaluate(Inputs in, double[] out) {
    root.evaluate(in, out);
    for (int row = 0; row < in.rows(); row++) {
      double value = out[row];
      out[row] =
          !Double.isFinite(value)
              ? Double.NaN
              : switch (type) {
                case FLOAT -> (float) value;
                case INT64 -> Math.rint(value);
                case DOUBLE, BOOL -> value;
                case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP -> Double.NaN;
              };
    }
  }

  /// All functions, for messages.
  static List<String> functions() {
    List<String> names = new ArrayList<>(Compiler.FUNCTIONS);
    names.sort(null);
    return names;
  }
}
