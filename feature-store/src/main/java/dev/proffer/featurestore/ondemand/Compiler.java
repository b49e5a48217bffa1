// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import dev.proffer.featurestore.ondemand.Expression.Column;
import dev.proffer.featurestore.ondemand.Expression.Scope;
import dev.proffer.featurestore.row.FeatureType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/// Checks the types of an expression and turns it into columns.
final class Compiler {
  static final Set<String> FUNCTIONS =
      Set.of(
          "abs",
          "sqrt",
          "exp",
          "log",
          "log1p",
          "floor",
          "ceil",
          "round",
          "pow",
          "min",
          "max",
          "clamp",
          "if",
          "coalesce",
          "is_null",
          "bucketize",
          "time_since",
          "effective",
          "step",
          "cross",
          "cosine",
          "dot",
          "contains",
          "size",
          "lookup");
  private static final byte[] NO_BYTES = {};
  private static final int BUCKETS_MAX = 1 << 24;

  private final Scope scope;
  private final Set<Input> inputs;

  Compiler(Scope scope, Set<Input> inputs) {
    this.scope = scope;
    this.inputs = inputs;
  }

  /// A part of an expression with its type.
  private sealed interface Typed {
    /// In words, for messages.
    String what();

    record Numbers(Column column) implements Typed {
      @Override
      public String what() {
        return "a number";
      }
    }

    record Truths(Column column) implements Typed {
      @Override
      public String what() {
        return "a truth value";
      }
    }

    /// Texts, vectors and lists, which functions read but none computes.
    record Others(FeatureType type, int vectorLength, Function<Inputs, Slices> slices)
        implements Typed {
      @Override
      public String what() {
        return "a " + type.text();
      }
    }
  }

  Column compile(Syntax syntax, FeatureType type) {
    return switch (compile(syntax)) {
      case Typed.Numbers numbers when type.isNumeric() && type != FeatureType.BOOL ->
          numbers.column;
      case Typed.Truths truths when type == FeatureType.BOOL -> truths.column;
      case Typed other ->
          throw new ExpressionException(
              syntax.at(), "gives " + other.what() + ", but the feature is a " + type.text());
    };
  }

  private Typed compile(Syntax syntax) {
    return switch (syntax) {
      case Syntax.Number number -> new Typed.Numbers(constant(number.value()));
      case Syntax.Truth truth -> new Typed.Truths(constant(truth.value() ? 1 : 0));
      case Syntax.Text text -> {
        byte[] utf8 = text.value().getBytes(StandardCharsets.UTF_8);
        yield new Typed.Others(
            FeatureType.STRING,
            0,
            in -> {
              Slices all = new Slices(in.rows());
              for (int row = 0; row < in.rows(); row++) {
                all.set(row, utf8);
              }
              return all;
            });
      }
      case Syntax.Name name -> name(name);
      case Syntax.Call call -> call(call);
    };
  }

  private static Column constant(double value) {
    return (in, out) -> Arrays.fill(out, 0, in.rows(), value);
  }

  private Typed name(Syntax.Name name) {
    if (name.name().equals("now")) {
      return new Typed.Numbers((in, out) -> {
        for (int row = 0; row < in.rows(); row++) {
          out[row] = in.nowUnixMillis(row);
        }
      });
    }
    Input input;
    try {
      input = scope.resolve(name.name());
    } catch (IllegalArgumentException e) {
      throw new ExpressionException(name.at(), String.valueOf(e.getMessage()));
    }
    inputs.add(input);
    Column column = (in, out) -> System.arraycopy(in.numbers(input), 0, out, 0, in.rows());
    int length = input instanceof Input.Stored stored ? stored.vectorLength() : 0;
    return switch (input.type()) {
      case FLOAT, DOUBLE, INT64 -> new Typed.Numbers(column);
      case BOOL -> new Typed.Truths(column);
      case STRING, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP ->
          new Typed.Others(input.type(), length, in -> in.slices(input));
    };
  }

  private Typed call(Syntax.Call call) {
    List<Syntax> given = call.arguments();
    return switch (call.function()) {
      case "+" -> numbers(call, Double::sum);
      case "-" ->
          given.size() == 1
              ? numbers(call, (DoubleUnaryOperator) value -> -value)
              : numbers(call, (a, b) -> a - b);
      case "*" -> numbers(call, (a, b) -> a * b);
      case "/" -> numbers(call, (a, b) -> a / b);
      case "%" -> numbers(call, (a, b) -> a % b);
      case "pow" -> numbers(call, Math::pow);
      case "abs" -> numbers(call, (DoubleUnaryOperator) Math::abs);
      case "sqrt" -> numbers(call, Math::sqrt);
      case "exp" -> numbers(call, (DoubleUnaryOperator) StrictMath::exp);
      case "log" -> numbers(call, (DoubleUnaryOperator) StrictMath::log);
      case "log1p" -> numbers(call, (DoubleUnaryOperator) StrictMath::log1p);
      case "floor" -> numbers(call, (DoubleUnaryOperator) Math::floor);
      case "ceil" -> numbers(call, (DoubleUnaryOperator) Math::ceil);
      case "round" -> numbers(call, (DoubleUnaryOperator) Math::rint);
      case "min" -> fold(call, Math::min);
      case "max" -> fold(call, Math::max);
      case "coalesce" -> fold(call, (a, b) -> Double.isNaN(a) ? b : a);
      case "clamp" -> {
        arity(call, 3);
        Column low = map(number(given.get(0)), number(given.get(1)), Math::max);
        yield new Typed.Numbers(map(low, number(given.get(2)), Math::min));
      }
      case "<" -> comparison(call, (a, b) -> a < b ? 1 : 0);
      case "<=" -> comparison(call, (a, b) -> a <= b ? 1 : 0);
      case ">" -> comparison(call, (a, b) -> a > b ? 1 : 0);
      case ">=" -> comparison(call, (a, b) -> a >= b ? 1 : 0);
      case "==" -> equality(call, 1);
      case "!=" -> equality(call, 0);
      // Of three values: what is missing decides only where the other side does not.
      case "and" -> truths(call, (a, b) -> a == 0 || b == 0 ? 0 : a + b == 2 ? 1 : Double.NaN);
      case "or" -> truths(call, (a, b) -> a == 1 || b == 1 ? 1 : a + b == 0 ? 0 : Double.NaN);
      case "not" -> {
        arity(call, 1);
        yield new Typed.Truths(map(truth(given.getFirst()), value -> 1 - value));
      }
      case "is_null" -> isNull(call);
      case "if" -> {
        arity(call, 3);
        yield new Typed.Numbers(
            choose(truth(given.get(0)), number(given.get(1)), number(given.get(2))));
      }
      case "bucketize" -> bucketize(call);
      case "time_since" -> {
        arity(call, 1);
        Column time = number(given.getFirst());
        yield new Typed.Numbers((in, out) -> {
          time.evaluate(in, out);
          for (int row = 0; row < in.rows(); row++) {
            out[row] = (in.nowUnixMillis(row) - out[row]) / 1000;
          }
        });
      }
      case "effective" -> effective(call);
      case "step" -> step(call);
      case "cross" -> cross(call);
      case "cosine" -> vectors(call, true);
      case "dot" -> vectors(call, false);
      case "contains" -> contains(call);
      case "size" -> size(call);
      case "lookup" -> lookup(call);
      default ->
          throw new ExpressionException(
              call.at(),
              "no function is named '"
                  + call.function()
                  + "' (expected: "
                  + String.join(", ", Expression.functions())
                  + ")");
    };
  }

  // Helpers that check.

  private static void arity(Syntax.Call call, int count) {
    if (call.arguments().size() != count) {
      throw new ExpressionException(
          call.at(),
          call.function()
              + " takes "
              + count
              + (count == 1 ? " argument" : " arguments")
              + ", but has "
              + call.arguments().size());
    }
  }

  private static void atLeast(Syntax.Call call, int count) {
    if (call.arguments().size() < count) {
      throw new ExpressionException(
          call.at(),
          call.function()
              + " takes at least "
              + count
              + " arguments, but has "
              + call.arguments().size());
    }
  }

  private Column number(Syntax syntax) {
    return switch (compile(syntax)) {
      case Typed.Numbers numbers -> numbers.column;
      case Typed other -> throw wrong(syntax, "a number", other);
    };
  }

  private Column truth(Syntax syntax) {
    return switch (compile(syntax)) {
      case Typed.Truths truths -> truths.column;
      case Typed other -> throw wrong(syntax, "a truth value", other);
    };
  }

  private Typed.Others other(Syntax syntax, FeatureType type) {
    return switch (compile(syntax)) {
      case Typed.Others others when others.type == type -> others;
      case Typed other -> throw wrong(syntax, "a " + type.text(), other);
    };
  }

  private static ExpressionException wrong(Syntax syntax, String expected, Typed actual) {
    return new ExpressionException(
        syntax.at(), "must be " + expected + ", but is " + actual.what());
  }

  // Numbers.

  private Typed numbers(Syntax.Call call, DoubleUnaryOperator operator) {
    arity(call, 1);
    return new Typed.Numbers(map(number(call.arguments().getFirst()), operator));
  }

  private Typed numbers(Syntax.Call call, DoubleBinaryOperator operator) {
    arity(call, 2);
    return new Typed.Numbers(
        map(number(call.arguments().get(0)), number(call.arguments().get(1)), operator));
  }

  private Typed fold(Syntax.Call call, DoubleBinaryOperator operator) {
    atLeast(call, 2);
    Column all = number(call.arguments().getFirst());
    for (Syntax next : call.arguments().subList(1, call.arguments().size())) {
      all = map(all, number(next), operator);
    }
    return new Typed.Numbers(all);
  }

  private Typed truths(Syntax.Call call, DoubleBinaryOperator operator) {
    return new Typed.Truths(
        map(truth(call.arguments().get(0)), truth(call.arguments().get(1)), operator));
  }

  private static DoubleBinaryOperator known(DoubleBinaryOperator operator) {
    return (a, b) -> Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : operator.applyAsDouble(a, b);
  }

  private Typed comparison(Syntax.Call call, DoubleBinaryOperator operator) {
    return new Typed.Truths(
        map(number(call.arguments().get(0)), number(call.arguments().get(1)), known(operator)));
  }

  private Typed equality(Syntax.Call call, int whenEqual) {
    Syntax left = call.arguments().get(0);
    Syntax right = call.arguments().get(1);
    Typed typed = compile(left);
    return switch (typed) {
      case Typed.Numbers _ -> comparison(call, (a, b) -> a == b ? whenEqual : 1 - whenEqual);
      case Typed.Truths truths ->
          new Typed.Truths(
              map(
                  truths.column,
                  truth(right),
                  known((a, b) -> a == b ? whenEqual : 1 - whenEqual)));
      case Typed.Others _ -> {
        Typed.Others a = other(left, FeatureType.STRING);
        Typed.Others b = other(right, FeatureType.STRING);
        yield new Typed.Truths((in, out) -> {
          Slices as = a.slices.apply(in);
          Slices bs = b.slices.apply(in);
          for (int row = 0; row < in.rows(); row++) {
            byte[] x = as.bytes(row);
            byte[] y = bs.bytes(row);
            out[row] =
                x == null || y == null
                    ? Double.NaN
                    : Arrays.equals(x, as.begin(row), as.end(row), y, bs.begin(row), bs.end(row))
                        ? whenEqual
                        : 1 - whenEqual;
          }
        });
      }
    };
  }

  private static Column map(Column of, DoubleUnaryOperator operator) {
    return (in, out) -> {
      of.evaluate(in, out);
      for (int row = 0; row < in.rows(); row++) {
        out[row] = operator.applyAsDouble(out[row]);
      }
    };
  }

  private static Column map(Column left, Column right, DoubleBinaryOperator operator) {
    return (in, out) -> {
      left.evaluate(in, out);
      double[] other = in.borrow();
      right.evaluate(in, other);
      for (int row = 0; row < in.rows(); row++) {
        out[row] = operator.applyAsDouble(out[row], other[row]);
      }
      in.giveBack(other);
    };
  }

  /// The first where the condition holds, the second where it does not.
  private static Column choose(Column condition, Column then, Column otherwise) {
    return (in, out) -> {
      condition.evaluate(in, out);
      double[] yes = in.borrow();
      double[] no = in.borrow();
      then.evaluate(in, yes);
      otherwise.evaluate(in, no);
      for (int row = 0; row < in.rows(); row++) {
        out[row] = Double.isNaN(out[row]) ? Double.NaN : out[row] != 0 ? yes[row] : no[row];
      }
      in.giveBack(yes);
      in.giveBack(no);
    };
  }

  private Typed isNull(Syntax.Call call) {
    arity(call, 1);
    return switch (compile(call.arguments().getFirst())) {
      case Typed.Numbers numbers ->
          new Typed.Truths(map(numbers.column, value -> Double.isNaN(value) ? 1 : 0));
      case Typed.Truths truths ->
          new Typed.Truths(map(truths.column, value -> Double.isNaN(value) ? 1 : 0));
      case Typed.Others others ->
          new Typed.Truths((in, out) -> {
            Slices column = others.slices.apply(in);
            for (int row = 0; row < in.rows(); row++) {
              out[row] = column.bytes(row) == null ? 1 : 0;
            }
          });
    };
  }

  private Typed bucketize(Syntax.Call call) {
    atLeast(call, 2);
    List<Syntax> given = call.arguments();
    double[] bounds = new double[given.size() - 1];
    for (int i = 0; i < bounds.length; i++) {
      if (!(given.get(i + 1) instanceof Syntax.Number bound)) {
        throw new ExpressionException(
            given.get(i + 1).at(), "must be a number that is written out");
      }
      bounds[i] = bound.value();
      if (i > 0 && bounds[i] <= bounds[i - 1]) {
        throw new ExpressionException(bound.at(), "bounds must grow from left to right");
      }
    }
    return new Typed.Numbers(
        map(
            number(given.getFirst()),
            value -> {
              if (Double.isNaN(value)) {
                return Double.NaN;
              }
              int bucket = 0;
              while (bucket < bounds.length && value >= bounds[bucket]) {
                bucket++;
              }
              return bucket;
            }));
  }

  // What depends on the time.

  /// A value from one time until another, and otherwise another one. Without a beginning it never
  /// holds; without an end it holds on.
  private Typed effective(Syntax.Call call) {
    arity(call, 4);
    Column value = number(call.arguments().get(0));
    Column from = number(call.arguments().get(1));
    Column until = number(call.arguments().get(2));
    Column otherwise = number(call.arguments().get(3));
    return new Typed.Numbers((in, out) -> {
      double[] begin = in.borrow();
      double[] end = in.borrow();
      double[] held = in.borrow();
      from.evaluate(in, begin);
      until.evaluate(in, end);
      value.evaluate(in, held);
      otherwise.evaluate(in, out);
      for (int row = 0; row < in.rows(); row++) {
        long now = in.nowUnixMillis(row);
        if (begin[row] <= now && !(now >= end[row])) {
          out[row] = held[row];
        }
      }
      in.giveBack(begin);
      in.giveBack(end);
      in.giveBack(held);
    });
  }

  /// Of a list of values and a list of the times from which they hold, the one that holds now.
  private Typed step(Syntax.Call call) {
    arity(call, 2);
    Typed.Others starts = other(call.arguments().get(0), FeatureType.INT64_LIST);
    Typed.Others values = other(call.arguments().get(1), FeatureType.INT64_LIST);
    return new Typed.Numbers((in, out) -> {
      Slices startsOf = starts.slices.apply(in);
      Slices valuesOf = values.slices.apply(in);
      Cursor start = new Cursor();
      Cursor value = new Cursor();
      for (int row = 0; row < in.rows(); row++) {
        out[row] = Double.NaN;
        if (!start.open(startsOf, row) || !value.open(valuesOf, row)) {
          continue;
        }
        long now = in.nowUnixMillis(row);
        long latest = Long.MIN_VALUE;
        while (start.hasNext() && value.hasNext()) {
          long from = start.zigzag();
          long held = value.zigzag();
          if (from <= now && from >= latest) {
            latest = from;
            out[row] = held;
          }
        }
      }
    });
  }

  // Texts, vectors and lists.

  /// A number for a combination of texts and numbers, below a number of buckets.
  private Typed cross(Syntax.Call call) {
    atLeast(call, 2);
    List<Syntax> given = call.arguments();
    if (!(given.getLast() instanceof Syntax.Number last)
        || last.value() < 1
        || last.value() > BUCKETS_MAX
        || last.value() != Math.rint(last.value())) {
      throw new ExpressionException(
          given.getLast().at(),
          "the last argument must be a number of buckets up to " + BUCKETS_MAX);
    }
    long buckets = (long) last.value();
    List<Typed> parts = new ArrayList<>();
    for (Syntax part : given.subList(0, given.size() - 1)) {
      Typed typed = compile(part);
      if (typed instanceof Typed.Others others && others.type != FeatureType.STRING) {
        throw wrong(part, "a string, a number or a truth value", typed);
      }
      parts.add(typed);
    }
    return new Typed.Numbers((in, out) -> {
      long[] hashes = new long[in.rows()];
      double[] numbers = in.borrow();
      Arrays.fill(out, 0, in.rows(), 0);
      for (Typed part : parts) {
        switch (part) {
          case Typed.Numbers column -> mix(in, column.column, numbers, hashes, out);
          case Typed.Truths column -> mix(in, column.column, numbers, hashes, out);
          case Typed.Others column -> mix(in, column.slices.apply(in), hashes, out);
        }
      }
      for (int row = 0; row < in.rows(); row++) {
        out[row] += Math.floorMod(hashes[row], buckets);
      }
      in.giveBack(numbers);
    });
  }

  private static void mix(
      Inputs in, Column column, double[] numbers, long[] hashes, double[] missing) {
    column.evaluate(in, numbers);
    for (int row = 0; row < in.rows(); row++) {
      if (Double.isNaN(numbers[row])) {
        missing[row] = Double.NaN;
      }
      // 0 and -0 are one number.
      hashes[row] = mixed(hashes[row] ^ Double.doubleToLongBits(numbers[row] + 0.0));
    }
  }

  private static void mix(Inputs in, Slices column, long[] hashes, double[] missing) {
    for (int row = 0; row < in.rows(); row++) {
      byte[] bytes = column.bytes(row);
      if (bytes == null) {
        missing[row] = Double.NaN;
        continue;
      }
      long hash = hashes[row];
      for (int at = column.begin(row); at < column.end(row); at++) {
        hash = (hash ^ (bytes[at] & 0xFF)) * 0x100000001B3L; // FNV-1a
      }
      hashes[row] = mixed(hash + column.end(row) - column.begin(row));
    }
  }

  /// The last step of SplitMix64: every bit of the input changes half of the output.
  private static long mixed(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  private Typed vectors(Syntax.Call call, boolean cosine) {
    arity(call, 2);
    Typed.Others left = other(call.arguments().get(0), FeatureType.FLOAT_VECTOR);
    Typed.Others right = other(call.arguments().get(1), FeatureType.FLOAT_VECTOR);
    if (left.vectorLength > 0
        && right.vectorLength > 0
        && left.vectorLength != right.vectorLength) {
      throw new ExpressionException(
          call.arguments().get(1).at(),
          "must have "
              + left.vectorLength
              + " elements like the first vector, but has "
              + right.vectorLength);
    }
    return new Typed.Numbers((in, out) -> {
      Slices as = left.slices.apply(in);
      Slices bs = right.slices.apply(in);
      for (int row = 0; row < in.rows(); row++) {
        byte[] a = as.bytes(row);
        byte[] b = bs.bytes(row);
        int bytes = as.end(row) - as.begin(row);
        out[row] =
            a == null || b == null || bytes != bs.end(row) - bs.begin(row)
                ? Double.NaN
                : product(a, as.begin(row), b, bs.begin(row), bytes, cosine);
      }
    });
  }

  private static double product(byte[] a, int atA, byte[] b, int atB, int bytes, boolean cosine) {
    double dot = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int at = 0; at + 4 <= bytes; at += 4) {
      float x = (float) Floats.LITTLE_ENDIAN.get(a, atA + at);
      float y = (float) Floats.LITTLE_ENDIAN.get(b, atB + at);
      dot += (double) x * y;
      squaresA += (double) x * x;
      squaresB += (double) y * y;
    }
    return cosine ? dot / Math.sqrt(squaresA * squaresB) : dot;
  }

  private Typed contains(Syntax.Call call) {
    arity(call, 2);
    Typed.Others list = other(call.arguments().get(0), FeatureType.STRING_LIST);
    Typed.Others text = other(call.arguments().get(1), FeatureType.STRING);
    return new Typed.Truths((in, out) -> {
      Slices lists = list.slices.apply(in);
      Slices texts = text.slices.apply(in);
      Cursor elements = new Cursor();
      for (int row = 0; row < in.rows(); row++) {
        byte[] sought = texts.bytes(row);
        if (sought == null || !elements.open(lists, row)) {
          out[row] = Double.NaN;
          continue;
        }
        out[row] = 0;
        while (out[row] == 0 && elements.hasNext()) {
          out[row] = elements.textEquals(sought, texts.begin(row), texts.end(row)) ? 1 : 0;
        }
      }
    });
  }

  /// The number that a map has for a key; missing when it has none.
  private Typed lookup(Syntax.Call call) {
    arity(call, 2);
    Typed.Others map = other(call.arguments().get(0), FeatureType.DOUBLE_MAP);
    Typed.Others key = other(call.arguments().get(1), FeatureType.STRING);
    return new Typed.Numbers((in, out) -> {
      Slices maps = map.slices.apply(in);
      Slices keys = key.slices.apply(in);
      Cursor entries = new Cursor();
      for (int row = 0; row < in.rows(); row++) {
        out[row] = Double.NaN;
        byte[] sought = keys.bytes(row);
        if (sought == null || !entries.open(maps, row)) {
          continue;
        }
        while (entries.hasNext()) {
          boolean found = entries.textEquals(sought, keys.begin(row), keys.end(row));
          double value = entries.number();
          if (found) {
            out[row] = value;
            break;
          }
        }
      }
    });
  }

  private Typed size(Syntax.Call call) {
    arity(call, 1);
    Syntax of = call.arguments().getFirst();
    if (!(compile(of) instanceof Typed.Others list) || list.type == FeatureType.STRING) {
      throw wrong(of, "a list, a map or a vector", compile(of));
    }
    return new Typed.Numbers((in, out) -> {
      Slices lists = list.slices.apply(in);
      Cursor elements = new Cursor();
      for (int row = 0; row < in.rows(); row++) {
        if (!elements.open(lists, row)) {
          out[row] = Double.NaN;
        } else if (list.type == FeatureType.FLOAT_VECTOR) {
          int length = (lists.end(row) - lists.begin(row)) / Float.BYTES;
          out[row] = length;
        } else {
          out[row] = count(elements, list.type);
        }
      }
    });
  }

  private static int count(Cursor elements, FeatureType type) {
    int count = 0;
    for (; elements.hasNext(); count++) {
      if (type == FeatureType.INT64_LIST) {
        elements.varint();
        continue;
      }
      elements.textEquals(NO_BYTES, 0, 0);
      if (type == FeatureType.DOUBLE_MAP) {
        elements.number();
      }
    }
    return count;
  }
}
