// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.basket.RuleMiner.Query;
import dev.proffer.ranker.basket.RuleMiner.Result;
import dev.proffer.ranker.basket.RuleMiner.Rule;
import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleMinerTest {
  @Test
  void measuresAWorkedExample() throws Exception {
    Baskets baskets = read("bread,milk\nbread,butter\nbread,milk,butter\nmilk\ntea\n");
    Result result = new RuleMiner(new FpGrowth()).mine(baskets, new Query(0.4, 0.6, 2, 5, false));

    Rule rule =
        result.rules().stream()
            .filter(r -> r.then().equals("bread") && r.when().equals(java.util.List.of("butter")))
            .findFirst()
            .orElseThrow();
    assertThat(rule.baskets()).isEqualTo(2);
    assertThat(rule.support()).isEqualTo(0.4);
    assertThat(rule.confidence()).isEqualTo(1.0);
    assertThat(rule.lift()).isCloseTo(1 / 0.6, within(1e-12));
    assertThat(rule.conviction()).isInfinite();
    // Of C(5,2) ways to place butter, C(3,2) are inside the three baskets with bread: 3/10; three
    // rules.
    assertThat(rule.pValue()).isCloseTo(Math.min(1, 0.3 * result.rules().size()), within(1e-12));
  }

  @Test
  void leavesOutRulesThatAShorterOneMakesRedundant() throws Exception {
    Baskets baskets = read("a,b,c\na,b,c\na,c\nb\nd\n");
    Query all = new Query(0.2, 0.5, 2, 5, false);
    Query pruned = new Query(0.2, 0.5, 2, 5, true);
    RuleMiner miner = new RuleMiner(new FpGrowth());

    assertThat(miner.mine(baskets, all).rules())
        .anyMatch(r -> r.then().equals("c") && r.when().equals(java.util.List.of("a", "b")));
    // "a → c" holds always, so "a and b → c" adds nothing.
    assertThat(miner.mine(baskets, pruned).rules())
        .noneMatch(r -> r.then().equals("c") && r.when().equals(java.util.List.of("a", "b")))
        .anyMatch(r -> r.then().equals("c") && r.when().equals(java.util.List.of("a")));
    assertThat(miner.mine(baskets, pruned).pruned()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aHierarchyFindsWhatNoSingleItemShows(boolean apriori) throws Exception {
    Hierarchy hierarchy =
        Hierarchy.read(
            new BufferedReader(
                new StringReader(
                    "jacket,clothes/outer\nski pants,clothes/outer\nshirt,clothes\n\n"
                        + "boots,shoes\nsneakers,shoes\n")));
    assertThat(hierarchy.size()).isEqualTo(5);
    // The worked example of the paper on generalised rules: six baskets.
    Baskets baskets =
        Baskets.read(
            new BufferedReader(
                new StringReader(
                    "shirt\njacket,boots\nski pants,boots\nsneakers\nsneakers\njacket\n")),
            hierarchy);
    Result result =
        new RuleMiner(apriori ? new Apriori() : new FpGrowth(), hierarchy::isRelated)
            .mine(baskets, new Query(0.3, 0.6, 2, 5, false));

    assertThat(result.rules())
        .extracting(rule -> String.join("+", rule.when()) + " > " + rule.then())
        .containsExactlyInAnyOrder(
            "clothes/outer > boots",
            "boots > clothes/outer",
            "boots > clothes",
            "clothes/outer > shoes");
    Rule outer =
        result.rules().stream()
            .filter(rule -> rule.when().equals(java.util.List.of("clothes/outer")))
            .findFirst()
            .orElseThrow();
    assertThat(outer.support()).isCloseTo(2 / 6.0, within(1e-12));
    assertThat(outer.confidence()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void saysWhichLineOfAHierarchyIsWrong() {
    assertThatThrownBy(
            () -> Hierarchy.read(new BufferedReader(new StringReader("tea,food\n/food\n"))))
        .hasMessage("hierarchy: line 2: '/food' (expected: item,category/subcategory)");
  }

  @Test
  void answersAnEmptyFileWithNothingAndCountsEmptyLines() throws Exception {
    Baskets baskets = read("\n\n,,\n");
    assertThat(baskets.size()).isZero();
    assertThat(baskets.emptyBaskets()).isEqualTo(3);
    assertThat(
            new RuleMiner(new FpGrowth()).mine(baskets, new Query(0.1, 0.1, 1, 5, false)).rules())
        .isEmpty();
  }

  @Test
  void countsAnItemOnceInABasket() throws Exception {
    Baskets baskets = read("a,a,b\na\n");
    assertThat(baskets.repeatedItems()).isEqualTo(1);
    assertThat(baskets.occurrences()).isEqualTo(3);
  }

  @Test
  void namesTheArgumentThatIsWrong() {
    assertThatThrownBy(() -> new Query(0, 0.5, 1, 5, false)).hasMessageContaining("min-support: 0");
    assertThatThrownBy(() -> new Query(0.1, 1.5, 1, 5, false))
        .hasMessageContaining("min-confidence: 1.5");
    assertThatThrownBy(() -> new Query(0.1, 0.5, 3, 2, false))
        .hasMessageContaining("max-length: 2");
  }

  @Test
  void correctsForTheNumberOfTests() {
    assertThat(RuleMiner.holm(new double[] {0.01, 0.04, 0.03}))
        .containsExactly(new double[] {0.03, 0.06, 0.06}, within(1e-12));
  }

  @Test
  void tailAgreesWithTheSumOfItsTerms() {
    HypergeometricTail tail = new HypergeometricTail(50);
    // P(X ≥ 0) = 1, and P(X ≥ 5) for 10 drawn of 20 marked in 50.
    assertThat(tail.atLeast(0, 10, 20)).isCloseTo(1.0, within(1e-9));
    double exact = 0;
    for (int k = 5; k <= 10; k++) {
      exact += choose(20, k) * choose(30, 10 - k) / choose(50, 10);
    }
    assertThat(tail.atLeast(5, 10, 20)).isCloseTo(exact, within(1e-12));
  }

  /// Counts published for this data set by users of arules.
  @ParameterizedTest
  @CsvSource({
    "0.001, 0.5, 1, 13492, 5668",
    "0.001, 0.8, 1, 13492, 410",
    "0.006, 0.25, 2, -1, 463",
    "0.01, 0.5, 1, 333, 15",
    "0.01, 0.25, 2, 333, 170",
    "0.01, 0.25, 1, 333, 171",
  })
  void countsGroceriesAsPublished(
      double support, double confidence, int sizeMin, long itemsets, int rules) throws Exception {
    Path file =
        Path.of(System.getenv().getOrDefault("PROFFER_DATA", "../../shared/data"))
            .resolve("groceries/groceries_transactions.csv");
    Assumptions.assumeTrue(Files.exists(file), "groceries is not in PROFFER_DATA");
    Baskets baskets;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      baskets = Baskets.read(lines);
    }
    for (ItemsetMiner miner : new ItemsetMiner[] {new FpGrowth(), new Apriori()}) {
      Result result =
          new RuleMiner(miner).mine(baskets, new Query(support, confidence, sizeMin, 10, false));
      if (itemsets >= 0) {
        assertThat(result.itemsets()).isEqualTo(itemsets);
      }
      assertThat(result.rules()).hasSize(rules);
    }
  }

  private static double choose(int n, int k) {
    double result = 1;
    for (int i = 1; i <= k; i++) {
      result = result * (n - k + i) / i;
    }
    return result;
  }

  private static Baskets read(String text) throws Exception {
    return Baskets.read(new BufferedReader(new StringReader(text)));
  }
}
