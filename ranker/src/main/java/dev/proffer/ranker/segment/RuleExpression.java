// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.PersonFact;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The language of rule segments, such as `recency_days < 30 and category("shoes") > 0.4`.
///
/// There are numbers and truths. Numbers: literals, the names of [PersonFact] in lower case,
/// `category("path")` and `brand("name")` for shares of interest, `+ - * /` and parentheses.
/// Truths: comparisons of two numbers (`< <= > >= == !=`), `segment("id")`, `known(fact)`, `true`,
/// `false`, and `not`, `and`, `or` in this order of precedence. A comparison with a fact that is
/// not known, or with a division by zero, is false.
///
/// `category("clothing")` also counts what lies below it; a name without a slash counts wherever it
/// stands in a path, so `category("shoes")` finds `clothing/shoes`.
public sealed interface RuleExpression {
  /// A number; NaN when not known.
  sealed interface Numeric extends RuleExpression {
    double evaluate(FactSource person);
  }

  /// A truth.
  sealed interface Truth extends RuleExpression {
    boolean test(FactSource person);
  }

  /// A literal.
  record Literal(double value) implements Numeric {
    @Override
    public double evaluate(FactSource person) {
      return value;
    }
  }

  /// A fact by name.
  record Fact(PersonFact fact) implements Numeric {
    @Override
    public double evaluate(FactSource person) {
      return person.fact(fact);
    }
  }

  /// A share of interest in a category.
  record Category(String path) implements Numeric {
    @Override
    public double evaluate(FactSource person) {
      return person.category(path);
    }
  }

  /// A share of interest in a brand.
  record Brand(String name) implements Numeric {
    @Override
    public double evaluate(FactSource person) {
      return person.brand(name);
    }
  }

  /// `left + right` and so on.
  record Arithmetic(char operator, Numeric left, Numeric right) implements Numeric {
    @Override
    public double evaluate(FactSource person) {
      double a = left.evaluate(person);
      double b = right.evaluate(person);
      return switch (operator) {
        case '+' -> a + b;
        case '-' -> a - b;
        case '*' -> a * b;
        default -> b == 0 ? Double.NaN : a / b;
      };
    }
  }

  /// `left < right` and so on.
  record Comparison(String operator, Numeric left, Numeric right) implements Truth {
    @Override
    public boolean test(FactSource person) {
      double a = left.evaluate(person);
      double b = right.evaluate(person);
      if (Double.isNaN(a) || Double.isNaN(b)) {
        return false;
      }
      return switch (operator) {
        case "<" -> a < b;
        case "<=" -> a <= b;
        case ">" -> a > b;
        case ">=" -> a >= b;
        case "==" -> a == b;
        default -> a != b;
      };
    }
  }

  /// Membership in a found segment.
  record InSegment(String id) implements Truth {
    @Override
    public boolean test(FactSource person) {
      return person.inSegment(id);
    }
  }

  /// Whether a fact is known.
  record Known(PersonFact fact) implements Truth {
    @Override
    public boolean test(FactSource person) {
      return !Double.isNaN(person.fact(fact));
    }
  }

  /// `true` or `false`.
  record Constant(boolean value) implements Truth {
    @Override
    public boolean test(FactSource person) {
      return value;
    }
  }

  /// `not operand`.
  record Not(Truth operand) implements Truth {
    @Override
    public boolean test(FactSource person) {
      return !operand.test(person);
    }
  }

  /// `left and right`.
  record And(Truth left, Truth right) implements Truth {
    @Override
    public boolean test(FactSource person) {
      return left.test(person) && right.test(person);
    }
  }

  /// `left or right`.
  record Or(Truth left, Truth right) implements Truth {
    @Override
    public boolean test(FactSource person) {
      return left.test(person) || right.test(person);
    }
  }

  /// Reads a rule, or fails with a sentence that names the column and what would be right.
  static Truth parse(String text) {
    return new Parser(text).rule();
  }

  /// Recursive descent, one method for each level of precedence.
  final class Parser {
    private static final int LENGTH_MAX = 4_000;
    private static final int DEPTH_MAX = 64;

    private final String text;
    private int at;
    private int depth;

    Parser(String text) {
      if (text.length() > LENGTH_MAX) {
        throw new IllegalArgumentException(
            "rule: " + text.length() + " characters (expected: at most " + LENGTH_MAX + ")");
      }
      this.text = text;
    }

    Truth rule() {
      Truth rule = truth(either());
      space();
      if (at < text.length()) {
        throw wrong("the end of the rule, 'and' or 'or'");
      }
      return rule;
    }

    private RuleExpression either() {
      if (++depth > DEPTH_MAX) {
        throw wrong("at most " + DEPTH_MAX + " levels of nesting");
      }
      RuleExpression left = both();
      while (word("or")) {
        left = new Or(truth(left), truth(both()));
      }
      depth--;
      return left;
    }

    private RuleExpression both() {
      RuleExpression left = negation();
      while (word("and")) {
        left = new And(truth(left), truth(negation()));
      }
      return left;
    }

    private RuleExpression negation() {
      int nots = 0;
      while (word("not")) {
        nots++;
      }
      RuleExpression operand = comparison();
      return nots == 0 ? operand : nots % 2 == 0 ? truth(operand) : new Not(truth(operand));
    }

    private RuleExpression comparison() {
      RuleExpression left = sum();
      for (String operator : new String[] {"<=", ">=", "==", "!=", "<", ">"}) {
        if (mark(operator)) {
          return new Comparison(operator, numeric(left), numeric(sum()));
        }
      }
      return left;
    }

    private RuleExpression sum() {
      RuleExpression left = product();
      while (true) {
        if (mark("+")) {
          left = new Arithmetic('+', numeric(left), numeric(product()));
        } else if (mark("-")) {
          left = new Arithmetic('-', numeric(left), numeric(product()));
        } else {
          return left;
        }
      }
    }

    private RuleExpression product() {
      RuleExpression left = atom();
      while (true) {
        if (mark("*")) {
          left = new Arithmetic('*', numeric(left), numeric(atom()));
        } else if (mark("/")) {
          left = new Arithmetic('/', numeric(left), numeric(atom()));
        } else {
          return left;
        }
      }
    }

    private RuleExpression atom() {
      space();
      if (mark("(")) {
        RuleExpression inner = either();
        expect(")");
        return inner;
      }
      if (mark("-")) {
        return new Arithmetic('-', new Literal(0), numeric(product()));
      }
      if (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        return number();
      }
      int start = at;
      String name = name();
      return switch (name) {
        case "" -> throw wrong("a fact, a number, category(\"…\") or segment(\"…\")");
        case "true" -> new Constant(true);
        case "false" -> new Constant(false);
        case "category" -> new Category(argument());
        case "brand" -> new Brand(argument());
        case "segment" -> new InSegment(argument());
        case "known" -> known();
        default -> fact(name, start);
      };
    }

    private Known known() {
      expect("(");
      space();
      int from = at;
      Fact fact = fact(name(), from);
      expect(")");
      return new Known(fact.fact());
    }

    private Fact fact(String name, int start) {
      Optional<PersonFact> found =
          Arrays.stream(PersonFact.values()).filter(fact -> fact.key().equals(name)).findFirst();
      if (found.isEmpty()) {
        at = start;
        throw wrong(
            "a known fact, not '%s'; facts are %s"
                .formatted(
                    name,
                    String.join(
                        ", ", Arrays.stream(PersonFact.values()).map(PersonFact::key).toList())));
      }
      return new Fact(found.get());
    }

    private Literal number() {
      int start = at;
      while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      try {
        return new Literal(Double.parseDouble(text.substring(start, at)));
      } catch (NumberFormatException _) {
        at = start;
        throw wrong("a number such as 0.4");
      }
    }

    private String argument() {
      expect("(");
      space();
      char quote = at < text.length() ? text.charAt(at) : ' ';
      int end = quote == '"' || quote == '\'' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw wrong("a text in quotes");
      }
      String argument = text.substring(at + 1, end);
      at = end + 1;
      expect(")");
      return argument;
    }

    private String name() {
      int start = at;
      while (at < text.length()
          && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
        at++;
      }
      return text.substring(start, at).toLowerCase(Locale.ROOT);
    }

    private boolean word(String word) {
      space();
      int end = at + word.length();
      boolean there =
          text.regionMatches(true, at, word, 0, word.length())
              && (end == text.length()
                  || !(Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_'));
      if (there) {
        at = end;
      }
      return there;
    }

    private boolean mark(String mark) {
      space();
      boolean there = text.startsWith(mark, at);
      if (there) {
        at += mark.length();
      }
      return there;
    }

    private void expect(String mark) {
      if (!mark(mark)) {
        throw wrong("'" + mark + "'");
      }
    }

    private void space() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private Truth truth(RuleExpression expression) {
      if (expression instanceof Truth truth) {
        return truth;
      }
      throw wrong("a comparison such as recency_days < 30 before here, not a number alone");
    }

    private Numeric numeric(RuleExpression expression) {
      if (expression instanceof Numeric numeric) {
        return numeric;
      }
      throw wrong("a number before here, not a truth");
    }

    private IllegalArgumentException wrong(String expected) {
      return new IllegalArgumentException(
          "rule: column " + (at + 1) + " (expected: " + expected + ")");
    }
  }
}
