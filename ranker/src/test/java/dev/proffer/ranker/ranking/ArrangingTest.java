// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArrangingTest {
  /// Items with falling values: ten of category a and brand x, then ten of b and y.
  private static List<Scored> ranked() {
    ItemNumbers numbers = new ItemNumbers();
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      items.add(
          Item.newBuilder()
              .setItemId("i" + (10 + i))
              .setCategory(i < 10 ? "a" : "b")
              .setBrand(i < 10 ? "x" : "y")
              .setPriceMinorUnits(100)
              .setCurrency("EUR")
              .build());
    }
    CatalogueSnapshot snapshot = CatalogueSnapshot.of(numbers, items);
    List<Scored> ranked = new ArrayList<>();
    for (CatalogueItem item : snapshot.sortedById()) {
      double value = 1 - 0.02 * ranked.size();
      ranked.add(new Scored(item, value, value, null, -1));
    }
    return ranked;
  }

  private static double alike(Scored a, Scored b) {
    return a.item().category().equals(b.item().category()) ? 1 : 0;
  }

  private static long ofA(List<Scored> items, int k) {
    return items.stream().limit(k).filter(each -> each.item().category().equals("a")).count();
  }

  @Test
  void withoutDiversityTheOrderIsThatOfValue() {
    List<Scored> ranked = ranked();
    assertThat(Diversity.NONE.arrange(ranked, 10, ArrangingTest::alike)).isSameAs(ranked);
  }

  @Test
  void relevanceThatIsMarginalMixesKindsAndLosesNothing() {
    List<Scored> ranked = ranked();
    List<Scored> mixed = new Diversity(0.5, 1, 1).arrange(ranked, 10, ArrangingTest::alike);
    assertThat(mixed.getFirst()).isEqualTo(ranked.getFirst());
    assertThat(ofA(ranked, 10)).isEqualTo(10);
    assertThat(ofA(mixed, 10)).isBetween(1L, 9L);
    assertThat(mixed).containsExactlyInAnyOrderElementsOf(ranked);
    assertThat(ofA(new Diversity(0.01, 1, 1).arrange(ranked, 5, ArrangingTest::alike), 2))
        .isEqualTo(2);
  }

  @Test
  void aCategoryAndABrandGetNoMoreThanTheirShareWhileOthersAreThere() {
    List<Scored> byCategory = new Diversity(0, 0.3, 1).arrange(ranked(), 10, ArrangingTest::alike);
    assertThat(ofA(byCategory, 6)).isEqualTo(3);
    List<Scored> byBrand = new Diversity(0, 1, 0.5).arrange(ranked(), 10, ArrangingTest::alike);
    assertThat(ofA(byBrand, 10)).isEqualTo(5);
    // Both kinds are at their quota: the places are filled all the same, best first.
    assertThat(byCategory.stream().limit(10).distinct()).hasSize(10);
  }

  @Test
  void whatWasShownOftenEnoughIsLeftOutUntilTheWindowIsOver() {
    FrequencyCap cap = new FrequencyCap(2, Duration.ofMinutes(10));
    List<Place> places = List.of(new Place(ranked().getFirst()));
    int number = places.getFirst().scored().item().number();
    cap.show("u", places, 1_000_000);
    assertThat(cap.exhausted("u", 1_000_001)).isEmpty();
    cap.show("u", places, 1_100_000);
    assertThat(cap.exhausted("u", 1_100_001)).isEqualTo(Set.of(number));
    assertThat(cap.exhausted("other", 1_100_001)).isEmpty();
    assertThat(cap.exhausted("u", 1_000_000 + 600_000)).isEmpty();
    FrequencyCap none = new FrequencyCap(0, Duration.ofMinutes(10));
    none.show("u", places, 1);
    none.show("u", places, 2);
    assertThat(none.exhausted("u", 3)).isEmpty();
  }
}
