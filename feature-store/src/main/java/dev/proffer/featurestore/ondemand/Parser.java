// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads the text of an expression, by recursive descent.
///
/// From loosest to tightest: `or`, `and`, `not`, comparisons, `+ -`, `* / %`, unary minus, calls.
final class Parser {
  private static final int LENGTH_MAX = 2000;
  private static final int DEPTH_MAX = 64;
  private static final Map<String, Integer> UNIT_SECONDS =
      Map.of("s", 1, "m", 60, "h", 3600, "d", 86_400);
  private static final List<String> COMPARISONS = List.of("<=", ">=", "==", "!=", "<", ">");

  private final String text;
  private int at;
  private int depth;

  private Parser(String text) {
    this.text = text;
  }

  static Syntax parse(String text) {
    if (text.isBlank() || text.length() > LENGTH_MAX) {
      throw new ExpressionException(0, "must have 1 to " + LENGTH_MAX + " characters");
    }
    Parser parser = new Parser(text);
    Syntax all = parser.or();
    if (parser.at < text.length()) {
      throw parser.unexpected("the end or an operator");
    }
    return all;
  }

  private Syntax or() {
    if (++depth > DEPTH_MAX) {
      throw new ExpressionException(at, "must not be nested deeper than " + DEPTH_MAX);
    }
    Syntax left = and();
    for (int from = skip(); takeWord("or"); from = skip()) {
      left = new Syntax.Call("or", List.of(left, and()), from);
    }
    depth--;
    return left;
  }

  private Syntax and() {
    Syntax left = not();
    for (int from = skip(); takeWord("and"); from = skip()) {
      left = new Syntax.Call("and", List.of(left, not()), from);
    }
    return left;
  }

  private Syntax not() {
    int from = skip();
    boolean negated = false;
    while (takeWord("not")) {
      negated = !negated;
    }
    Syntax inner = comparison();
    return negated ? new Syntax.Call("not", List.of(inner), from) : inner;
  }

  private Syntax comparison() {
    Syntax left = sum();
    int from = skip();
    for (String operator : COMPARISONS) {
      if (take(operator)) {
        return new Syntax.Call(operator, List.of(left, sum()), from);
      }
    }
    return left;
  }

  private Syntax sum() {
    Syntax left = product();
    while (true) {
      int from = skip();
      if (take("+")) {
        left = new Syntax.Call("+", List.of(left, product()), from);
      } else if (take("-")) {
        left = new Syntax.Call("-", List.of(left, product()), from);
      } else {
        return left;
      }
    }
  }

  private Syntax product() {
    Syntax left = unary();
    while (true) {
      int from = skip();
      if (take("*")) {
        left = new Syntax.Call("*", List.of(left, unary()), from);
      } else if (take("/")) {
        left = new Syntax.Call("/", List.of(left, unary()), from);
      } else if (take("%")) {
        left = new Syntax.Call("%", List.of(left, unary()), from);
      } else {
        return left;
      }
    }
  }

  private Syntax unary() {
    int from = skip();
    boolean negative = false;
    while (take("-")) {
      negative = !negative;
      skip();
    }
    Syntax inner = primary();
    if (!negative) {
      return inner;
    }
    return inner instanceof Syntax.Number number
        ? new Syntax.Number(-number.value(), from)
        : new Syntax.Call("-", List.of(inner), from);
  }

  private Syntax primary() {
    int from = skip();
    if (take("(")) {
      Syntax inner = or();
      expect(")");
      return inner;
    }
    char next = from < text.length() ? text.charAt(from) : '\0';
    if (next == '\'' || next == '"') {
      int end = text.indexOf(next, from + 1);
      if (end < 0) {
        throw new ExpressionException(from, "a text must end with " + next);
      }
      at = end + 1;
      return new Syntax.Text(text.substring(from + 1, end), from);
    }
    if (isDigit(next) || next == '.') {
      return number(from);
    }
    if (isLetter(next)) {
      String name = word();
      if (name.equals("true") || name.equals("false")) {
        return new Syntax.Truth(name.equals("true"), from);
      }
      if (take(".")) {
        if (at >= text.length() || !isLetter(text.charAt(at))) {
          throw unexpected("the name of a feature");
        }
        return new Syntax.Name(name + "." + word(), from);
      }
      if (take("(")) {
        return new Syntax.Call(name, arguments(), from);
      }
      return new Syntax.Name(name, from);
    }
    throw unexpected("a number, a text, a name, a function or (");
  }

  private List<Syntax> arguments() {
    List<Syntax> arguments = new ArrayList<>();
    skip();
    if (take(")")) {
      return arguments;
    }
    do {
      arguments.add(or());
      skip();
    } while (take(","));
    expect(")");
    return arguments;
  }

  private Syntax number(int from) {
    while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
        at++;
      }
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
    }
    double value;
    try {
      value = Double.parseDouble(text.substring(from, at));
    } catch (NumberFormatException e) {
      throw new ExpressionException(from, "'" + text.substring(from, at) + "' is not a number");
    }
    if (at < text.length() && isLetter(text.charAt(at))) {
      int unitAt = at;
      String unit = word();
      Integer seconds = UNIT_SECONDS.get(unit);
      if (seconds == null) {
        throw new ExpressionException(
            unitAt, "'" + unit + "' is not a unit of time (expected: s, m, h or d)");
      }
      value *= seconds;
    }
    return new Syntax.Number(value, from);
  }

  private String word() {
    int from = at;
    while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
      at++;
    }
    return text.substring(from, at);
  }

  private boolean takeWord(String word) {
    skip();
    int end = at + word.length();
    if (!text.startsWith(word, at)
        || (end < text.length() && (isLetter(text.charAt(end)) || isDigit(text.charAt(end))))) {
      return false;
    }
    at = end;
    return true;
  }

  private boolean take(String symbol) {
    if (!text.startsWith(symbol, at)) {
      return false;
    }
    at += symbol.length();
    return true;
  }

  private void expect(String symbol) {
    skip();
    if (!take(symbol)) {
      throw unexpected(symbol);
    }
  }

  private int skip() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private ExpressionException unexpected(String expected) {
    skip();
    String found = at >= text.length() ? "the end" : "'" + text.charAt(at) + "'";
    return new ExpressionException(at, "found " + found + " (expected: " + expected + ")");
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
