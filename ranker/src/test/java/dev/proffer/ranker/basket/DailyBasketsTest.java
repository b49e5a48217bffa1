// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.ranker.basket.RuleMiner.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DailyBasketsTest {
  private static final Query QUERY = new Query(0.02, 0.1, 1, 4, false);

  private static List<List<String>> baskets(int seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<String>> baskets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> basket = new ArrayList<>();
      for (int item = 0; item < 12; item++) {
        if (random.nextDouble() < 0.5 / (1 + item % 5)) {
          basket.add("i" + item);
        }
      }
      basket.add(basket.isEmpty() ? "i0" : basket.getFirst());
      baskets.add(basket);
    }
    return baskets;
  }

  private static RuleMiner.Result anew(List<List<List<String>>> days) {
    Baskets.Builder all = new Baskets.Builder();
    days.forEach(day -> day.forEach(all::add));
    return new RuleMiner(new FpGrowth()).mine(all.build(), QUERY);
  }

  @Test
  void findsAfterEveryDayWhatMiningAllDaysAnewFinds() {
    DailyBaskets daily = new DailyBaskets();
    List<List<List<String>>> window = new ArrayList<>();
    for (int day = 0; day < 12; day++) {
      List<List<String>> fresh = baskets(day, 60 + 10 * day);
      int today = day;
      fresh.forEach(basket -> daily.add(today, basket));
      window.add(fresh);
      if (window.size() > 5) {
        window.removeFirst();
        daily.removeBefore(day - 4);
      }
      RuleMiner.Result expected = anew(window);
      RuleMiner.Result found = RuleMiner.mine(daily, QUERY);
      assertThat(found.itemsets()).isEqualTo(expected.itemsets()).isGreaterThan(30);
      assertThat(found.rules()).hasSameElementsAs(sortedLeft(expected.rules(), found.rules()));
    }
  }

  /// Items are numbered in another order here and there, so left sides may be listed differently.
  private static List<RuleMiner.Rule> sortedLeft(
      List<RuleMiner.Rule> rules, List<RuleMiner.Rule> like) {
    List<RuleMiner.Rule> matched = new ArrayList<>();
    for (RuleMiner.Rule rule : rules) {
      like.stream()
          .filter(other ->
              other.then().equals(rule.then())
                  && Set.copyOf(other.when()).equals(Set.copyOf(rule.when()))
                  && other.baskets() == rule.baskets()
                  && Math.abs(other.pValue() - rule.pValue()) < 1e-12
                  && other.confidence() == rule.confidence())
          .forEach(matched::add);
    }
    assertThat(matched).hasSameSizeAs(rules);
    return matched;
  }

  @Test
  void replacesADayThatIsAddedAnew() {
    DailyBaskets daily = new DailyBaskets();
    baskets(1, 100).forEach(basket -> daily.add(1, basket));
    baskets(2, 100).forEach(basket -> daily.add(2, basket));
    daily.remove(1);
    baskets(3, 80).forEach(basket -> daily.add(1, basket));
    assertThat(daily.size()).isEqualTo(180);
    assertThat(RuleMiner.mine(daily, QUERY).itemsets())
        .isEqualTo(anew(List.of(baskets(3, 80), baskets(2, 100))).itemsets());
  }

  @Test
  void rulesOverAnEmptyLogAreNone() {
    DailyBaskets daily = new DailyBaskets();
    assertThat(RuleMiner.mine(daily, QUERY).rules()).isEmpty();
    daily.add(1, List.of());
    daily.remove(7);
    daily.removeBefore(9);
    assertThat(daily.size()).isZero();
  }

  @Test
  void categoriesStandForThoseAboveThemWithoutSayingTheObvious() {
    DailyBaskets daily = new DailyBaskets(DailyBaskets::isAncestor);
    for (int i = 0; i < 100; i++) {
      List<String> basket = new ArrayList<>(DailyBaskets.withAncestors("food/tea/green"));
      if (i < 60) {
        // Cups and pots differ, but both are kitchen: only the level above shows the rule.
        basket.addAll(DailyBaskets.withAncestors(i % 2 == 0 ? "kitchen/cups" : "kitchen/pots"));
      }
      daily.add(0, basket);
    }
    List<RuleMiner.Rule> rules = RuleMiner.mine(daily, new Query(0.5, 0.5, 2, 2, false)).rules();
    assertThat(rules)
        .extracting(rule -> Map.entry(rule.when().getFirst(), rule.then()))
        .contains(Map.entry("food/tea", "kitchen"))
        .doesNotContain(Map.entry("food/tea", "food"), Map.entry("food/tea/green", "food/tea"));
  }

  @Test
  void bundlesWinIncompleteBasketsAndNeverCostMoreThanTheyWin() {
    DailyBaskets daily = new DailyBaskets();
    for (int i = 0; i < 200; i++) {
      daily.add(0, i < 50 ? List.of("pot", "cup") : i < 100 ? List.of("pot") : List.of("tea"));
    }
    RuleBook book = new RuleBook(RuleMiner.mine(daily, new Query(0.05, 0.1, 2, 2, true)).rules());
    List<Bundles.Bundle> bundles =
        Bundles.suggest(book, Set.of("cup"), item -> item.equals("pot") ? 4_000 : 1_000, 5);
    assertThat(bundles).hasSize(1);
    Bundles.Bundle bundle = bundles.getFirst();
    assertThat(bundle.items()).containsExactly("cup", "pot");
    assertThat(bundle.baskets()).isEqualTo(50);
    assertThat(bundle.incompleteBaskets()).isEqualTo(50);
    assertThat(bundle.listPrice()).isEqualTo(5_000);
    double cost = (50 + 5) * (double) (bundle.listPrice() - bundle.suggestedPrice());
    assertThat(cost).isPositive().isLessThanOrEqualTo(5 * 1_000.0 + 55);
    assertThat(Bundles.suggest(book, Set.of("tea"), _ -> 100, 5)).isEmpty();
    assertThat(Bundles.suggest(book, Set.of(), _ -> 0, 5)).isEmpty();
  }
}
