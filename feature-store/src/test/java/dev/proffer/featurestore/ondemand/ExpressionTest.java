// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.Int64List;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExpressionTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Map<String, Input> NAMES =
      Map.of(
          "price", new Input.Stored("item", "price", FeatureType.FLOAT, 0),
          "usual", new Input.Stored("user", "usual", FeatureType.DOUBLE, 0),
          "seen", new Input.Stored("user", "seen", FeatureType.INT64, 0),
          "new", new Input.Stored("item", "new", FeatureType.BOOL, 0),
          "brand", new Input.Stored("item", "brand", FeatureType.STRING, 0),
          "vector", new Input.Stored("item", "vector", FeatureType.FLOAT_VECTOR, 3),
          "taste", new Input.Stored("user", "taste", FeatureType.FLOAT_VECTOR, 3),
          "bought", new Input.Stored("user", "bought", FeatureType.STRING_LIST, 0),
          "starts", new Input.Stored("item", "starts", FeatureType.INT64_LIST, 0),
          "steps", new Input.Stored("item", "steps", FeatureType.INT64_LIST, 0));
  private static final Input CLICKS =
      new Input.Stored("user", "clicks_by_brand", FeatureType.DOUBLE_MAP, 0);

  @Test
  void arithmeticFollowsTheUsualPrecedence() {
    assertThat(value("1 + 2 * 3 - 4 / 2")).isEqualTo(5);
    assertThat(value("-(1 + 2) * 3 % 5")).isEqualTo(-4);
    assertThat(value("price / usual")).isEqualTo(0.5);
    assertThat(value("2 * -price")).isEqualTo(-20);
  }

  @Test
  void functionsGiveWhatTheirNamesSay() {
    assertThat(value("log1p(price)")).isCloseTo(Math.log1p(10), within(1e-12));
    assertThat(value("clamp(price, 0, 3)")).isEqualTo(3);
    assertThat(value("min(price, usual, 4)")).isEqualTo(4);
    assertThat(value("bucketize(price, 5, 10, 20)")).isEqualTo(2);
    assertThat(value("bucketize(price, 11)")).isZero();
    assertThat(value("time_since(seen)")).isEqualTo(3600);
    assertThat(value("if(time_since(seen) > 30m, 1, 0)")).isEqualTo(1);
    assertThat(value("size(bought) + size(vector)")).isEqualTo(5);
    assertThat(value("cosine(vector, taste)")).isCloseTo(3 / Math.sqrt(14 * 1), within(1e-9));
    assertThat(value("dot(vector, taste)")).isEqualTo(3);
    assertThat(value("lookup(clicks_by_brand, brand)")).isEqualTo(4.5);
    assertThat(value("coalesce(lookup(clicks_by_brand, 'zen'), -1)")).isEqualTo(-1);
    assertThat(value("size(clicks_by_brand)")).isEqualTo(2);
  }

  @Test
  void truthsHaveThreeValues() {
    assertThat(truth("contains(bought, brand)")).isEqualTo(1);
    assertThat(truth("contains(bought, 'nobody')")).isZero();
    assertThat(truth("brand == 'acme' and not new")).isEqualTo(1);
    assertThat(truth("brand != 'acme' or price >= 10")).isEqualTo(1);
    assertThat(truth("new and 1 / 0 - 1 / 0 > 0")).isZero();
    assertThat(truth("not new and log(-1) > 0")).isNaN();
    assertThat(truth("is_null(log(-1))")).isEqualTo(1);
  }

  @Test
  void whatIsNotFiniteIsMissing() {
    assertThat(value("price / 0")).isNaN();
    assertThat(value("coalesce(log(-1), 7)")).isEqualTo(7);
    assertThat(value("if(log(-1) > 0, 1, 2)")).isNaN();
  }

  @Test
  void aValueHoldsFromItsBeginningToItsEnd() {
    assertThat(value("effective(8, " + NOW + ", " + (NOW + 1) + ", price)")).isEqualTo(8);
    assertThat(value("effective(8, " + (NOW + 1) + ", " + (NOW + 9) + ", price)")).isEqualTo(10);
    assertThat(value("effective(8, " + (NOW - 9) + ", " + NOW + ", price)")).isEqualTo(10);
    assertThat(value("effective(8, " + NOW + ", log(-1), price)")).isEqualTo(8);
    assertThat(value("effective(8, log(-1), log(-1), price)")).isEqualTo(10);
    assertThat(value("step(starts, steps)")).isEqualTo(900);
  }

  @Test
  void crossesAreStableSpreadOverTheirBucketsAndDependOnTheOrder() {
    assertThat(value("cross(brand, price, 1000)")).isEqualTo(value("cross(brand, price, 1000)"));
    assertThat(value("cross(brand, price, 100000)"))
        .isNotEqualTo(value("cross(price, brand, 100000)"));
    Set<Double> seen = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      seen.add(value("cross(brand, " + i + ", 1000)"));
    }
    // Of 1,000 balls in 1,000 buckets about 632 are hit.
    assertThat(seen).hasSizeBetween(580, 690).allMatch(bucket -> bucket >= 0 && bucket < 1000);
  }

  @Test
  void wrongExpressionsAreRefusedWithTheirPlaceAndWhatWouldBeRight() {
    assertWrong("price +", "at character 8: found the end");
    assertWrong("price $ 2", "at character 7: found '$'");
    assertWrong("nope * 2", "at character 1: no feature is named nope");
    assertWrong("price + brand", "at character 9: must be a number, but is a string");
    assertWrong("price + new", "at character 9: must be a number, but is a truth value");
    assertWrong("if(price, 1, 2)", "at character 4: must be a truth value, but is a number");
    assertWrong("log1p(1, 2)", "log1p takes 1 argument, but has 2");
    assertWrong("logg(1)", "no function is named 'logg' (expected: abs, bucketize,");
    assertWrong("bucketize(price, 5, 3)", "bounds must grow");
    assertWrong("cosine(vector, brand)", "must be a float_vector, but is a string");
    assertWrong("brand", "gives a string, but the feature is a double");
    assertWrong("price > 1", "gives a truth value, but the feature is a double");
    assertWrong("3weeks", "'weeks' is not a unit of time");
    assertWrong("1" + "+(1".repeat(80) + ")".repeat(80), "must not be nested deeper");
    assertThatThrownBy(() -> Expression.compile("price", FeatureType.BOOL, ExpressionTest::input))
        .hasMessageContaining("gives a number, but the feature is a bool");
  }

  @Test
  void aColumnGivesForEachRowWhatTheRowAloneGives() {
    Random random = new Random(7);
    double[] prices = random.doubles(500, 0, 100).toArray();
    double[] usual = random.doubles(500, 0, 100).toArray();
    for (int i = 0; i < 500; i += 17) {
      prices[i] = Double.NaN;
    }
    Expression expression =
        Expression.compile(
            "if(price > usual and price < 90, log1p(price / usual), -bucketize(usual, 10, 50))",
            FeatureType.DOUBLE,
            ExpressionTest::input);
    Inputs all = Inputs.at(500, NOW);
    all.put(input("price"), prices);
    all.put(input("usual"), usual);
    double[] together = new double[500];
    expression.evaluate(all, together);
    for (int row = 0; row < 500; row++) {
      Inputs one = Inputs.at(1, NOW);
      one.put(input("price"), new double[] {prices[row]});
      one.put(input("usual"), new double[] {usual[row]});
      double[] alone = new double[1];
      expression.evaluate(one, alone);
      assertThat(Double.compare(together[row], alone[0])).isZero();
    }
  }

  private static void assertWrong(String text, String message) {
    assertThatThrownBy(() -> Expression.compile(text, FeatureType.DOUBLE, ExpressionTest::input))
        .isInstanceOf(ExpressionException.class)
        .hasMessageContaining(message);
  }

  private static Input input(String name) {
    Input known = name.equals("clicks_by_brand") ? CLICKS : NAMES.get(name);
    if (known == null) {
      throw new IllegalArgumentException("no feature is named " + name);
    }
    return known;
  }

  private static double value(String text) {
    return evaluate(Expression.compile(text, FeatureType.DOUBLE, ExpressionTest::input));
  }

  private static double truth(String text) {
    return evaluate(Expression.compile(text, FeatureType.BOOL, ExpressionTest::input));
  }

  private static double evaluate(Expression expression) {
    Inputs inputs = Inputs.at(3, NOW);
    number(inputs, "price", 10);
    number(inputs, "usual", 20);
    number(inputs, "seen", NOW - 3_600_000);
    number(inputs, "new", 0);
    other(inputs, "brand", Value.newBuilder().setStringValue("acme").build());
    other(inputs, "vector", vector(1, 2, 3));
    other(inputs, "taste", vector(0, 0, 1));
    other(
        inputs,
        "bought",
        Value.newBuilder()
            .setStringList(StringList.newBuilder().addAllValues(List.of("zen", "acme")))
            .build());
    other(
        inputs,
        "clicks_by_brand",
        Value.newBuilder()
            .setDoubleMap(
                DoubleMap.newBuilder().addKeys("other").addValues(1).addKeys("acme").addValues(4.5))
            .build());
    other(inputs, "starts", longs(NOW - 50, NOW - 10, NOW + 10));
    other(inputs, "steps", longs(1000, 900, 800));
    double[] out = new double[3];
    expression.evaluate(inputs, out);
    assertThat(Double.compare(out[1], out[0])).isZero();
    assertThat(Double.compare(out[2], out[0])).isZero();
    return out[0];
  }

  private static void number(Inputs inputs, String name, double value) {
    double[] column = new double[3];
    Arrays.fill(column, value);
    inputs.put(input(name), column);
  }

  private static void other(Inputs inputs, String name, Value value) {
    Slices column = new Slices(3);
    for (int row = 0; row < 3; row++) {
      column.set(row, RowLayout.payload(input(name).type(), value));
    }
    inputs.put(input(name), column);
  }

  private static Value vector(float... elements) {
    FloatVector.Builder vector = FloatVector.newBuilder();
    for (float element : elements) {
      vector.addValues(element);
    }
    return Value.newBuilder().setFloatVector(vector).build();
  }

  private static Value longs(long... elements) {
    Int64List.Builder list = Int64List.newBuilder();
    for (long element : elements) {
      list.addValues(element);
    }
    return Value.newBuilder().setInt64List(list).build();
  }
}
