// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShopAnalysisTest {
  private static final ItemDirectory ITEMS =
      ItemDirectory.of(
          Map.of(
              "shoe", new ItemFact("clothing/shoes", "Runner", 1000, "EUR", Map.of("en", "Shoe")),
              "hat", new ItemFact("clothing/hats", "Brim", 500, "EUR", Map.of("en", "Hat")),
              "tea", new ItemFact("food", "", 200, "EUR", Map.of("en", "Tea"))));

  private final EventLog log = new EventLog();

  private ShopAnalysis analysis(double day) {
    return new ShopAnalysis(log.table(ITEMS), EventLog.at(day), 30);
  }

  @Test
  void findsRecencyFrequencyAndMoneyOfEachPerson() {
    log.purchase("ann", 0, "o1", "shoe", 1, 1000)
        .purchase("ann", 0, "o1", "hat", 2, 400)
        .purchase("ann", 10, "o2", "tea", 1, 200)
        .purchase("bob", 4, "o3", "tea", 3, 200);
    PeopleTable people = analysis(20).people(EventLog.at(20));
    int ann = people.find("ann");
    assertThat(people.get(PersonFact.RECENCY_DAYS, ann)).isCloseTo(10, within(1e-9));
    assertThat(people.get(PersonFact.FREQUENCY, ann)).isEqualTo(2);
    assertThat(people.get(PersonFact.MONETARY_MINOR_UNITS, ann)).isEqualTo(2000);
    assertThat(people.get(PersonFact.AVERAGE_BASKET_MINOR_UNITS, ann)).isEqualTo(1000);
    assertThat(people.get(PersonFact.BASKET_LINES, ann)).isEqualTo(1.5);
    assertThat(people.get(PersonFact.DISTINCT_ITEMS, ann)).isEqualTo(3);
    assertThat(people.get(PersonFact.DISCOUNT_AFFINITY, ann)).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(people.get(PersonFact.REPEAT_INTERVAL_DAYS, ann)).isCloseTo(10, within(1e-9));
    assertThat(people.history(ann).repeats()).isEqualTo(1);
    assertThat(people.history(ann).lastDays()).isEqualTo(10);
    assertThat(people.history(ann).meanRepeatValue()).isEqualTo(200);
    assertThat(people.get(PersonFact.REPEAT_INTERVAL_DAYS, people.find("bob"))).isNaN();
    assertThat(people.find("cyd")).isEqualTo(-1);
  }

  @Test
  void looksAtAnEarlierTimeAsIfNothingHadHappenedSince() {
    log.purchase("ann", 0, "o1", "shoe", 1, 1000).purchase("ann", 10, "o2", "tea", 1, 200);
    log.purchase("bob", 9, "o3", "tea", 1, 200);
    PeopleTable then = analysis(20).people(EventLog.at(5));
    assertThat(then.size()).isEqualTo(1);
    assertThat(then.get(PersonFact.FREQUENCY, 0)).isEqualTo(1);
    assertThat(then.get(PersonFact.RECENCY_DAYS, 0)).isCloseTo(5, within(1e-9));
  }

  @Test
  void interestHalvesAfterTheHalfLifeAndSumsToOne() {
    log.purchase("ann", 0, "o1", "shoe", 1, 1000).purchase("ann", 30, "o2", "tea", 1, 200);
    PeopleTable people = analysis(30).people(EventLog.at(30));
    assertThat(people.categories(0))
        .containsExactly(entry("food", 2 / 3.0), entry("clothing/shoes", 1 / 3.0));
    assertThat(people.brands(0)).containsOnly(entry("Runner", 1.0));
    assertThat(people.get(PersonFact.CATEGORY_BREADTH, 0)).isCloseTo(1.8, within(1e-9));
  }

  @Test
  void countsEveryKindOfDirtUnderItsName() {
    log.purchase("ann", 0, "o1", "shoe", 1, 1000);
    log.add(log.events.getFirst()); // the same id again
    log.purchase("ann", 99, "o2", "shoe", 1, 1000); // future
    log.add(EventLog.event("ann", 1, Kind.PURCHASE, "o3", "shoe", -1, 1000, "EUR", "n1"));
    log.add(EventLog.event("ann", 1, Kind.PURCHASE, "o3", "shoe", 1, -5, "EUR", "n2"));
    log.add(EventLog.event("", 1, Kind.CLICK, "", "shoe", 1, 0, "", "n3"));
    log.add(EventLog.event("ann", -20_000, Kind.CLICK, "", "shoe", 1, 0, "", "n4"));
    log.click("ann", 2, "shoe").click("ann", 2, "shoe"); // the same view twice
    log.purchase("ann", 3, "o4", "shoe", 1, 0); // no price
    log.purchase("ann", 3, "o4", "mystery", 1, 0); // no price at all
    log.add(EventLog.event("ann", 3, Kind.PURCHASE, "o4", "shoe", 1, 900, "USD", "n5"));
    for (int i = 0; i < 5; i++) {
      log.purchase("bob" + i, 3, "p" + i, "tea", 1, 200);
    }
    log.purchase("bob9", 3, "p9", "tea", 1, 90_000); // outlier
    log.purchase("bob9", 3, "p9", "hat", 5000, 1);
    for (int i = 0; i < 700; i++) {
      log.click("crawler", 4 + i * 1e-5, "shoe");
    }
    QualityReport quality = analysis(20).quality();
    assertThat(quality.read()).isEqualTo(log.events.size());
    assertThat(quality.counts())
        .containsEntry(QualityRule.DUPLICATE_EVENT, 1L)
        .containsEntry(QualityRule.NO_ACTOR, 1L)
        .containsEntry(QualityRule.FUTURE_EVENT, 1L)
        .containsEntry(QualityRule.BEFORE_1990, 1L)
        .containsEntry(QualityRule.NEGATIVE_AMOUNT, 2L)
        .containsEntry(QualityRule.REPEATED_VIEW, 1L)
        .containsEntry(QualityRule.BOT, 700L)
        .containsEntry(QualityRule.UNKNOWN_ITEM, 1L)
        .containsEntry(QualityRule.OTHER_CURRENCY, 1L)
        .containsEntry(QualityRule.MISSING_PRICE, 1L)
        .containsEntry(QualityRule.UNPRICED, 1L)
        .containsEntry(QualityRule.PRICE_OUTLIER, 1L)
        .containsEntry(QualityRule.QUANTITY_OUTLIER, 1L);
  }

  @Test
  void imputesPricesByTheMedianThatWasPaid() {
    log.purchase("ann", 0, "o1", "shoe", 1, 800)
        .purchase("ann", 1, "o2", "shoe", 1, 900)
        .purchase("ann", 2, "o3", "shoe", 1, 1000)
        .purchase("bob", 2, "o4", "shoe", 2, 0);
    PeopleTable people = analysis(3).people(EventLog.at(3));
    assertThat(people.get(PersonFact.MONETARY_MINOR_UNITS, people.find("bob"))).isEqualTo(1800);
  }

  @Test
  void tellsTheStoryOfTheShop() {
    log.purchase("ann", 0, "o1", "shoe", 1, 1000).purchase("ann", 31, "o2", "tea", 1, 200);
    log.purchase("bob", 1, "o3", "tea", 1, 200);
    log.click("cyd", 2, "tea");
    ShopFacts shop = analysis(40).shop(EventLog.at(40));
    assertThat(shop.people()).isEqualTo(3);
    assertThat(shop.buyers()).isEqualTo(2);
    assertThat(shop.orders()).isEqualTo(3);
    assertThat(shop.revenueMinorUnits()).isEqualTo(1400);
    assertThat(shop.currency()).isEqualTo("EUR");
    assertThat(shop.cohorts().getFirst().active()).containsExactly(2L, 1L);
    assertThat(shop.funnel()).isEqualTo(new ShopFacts.Funnel(4, 4, 3, 3));
    assertThat(shop.months()).hasSize(2);
    assertThat(shop.hourWeekday()[0][10]).isEqualTo(1); // Monday at 10
    assertThat(shop.repeatIntervals().stream().mapToLong(ShopFacts.Bin::count).sum()).isEqualTo(1);
    assertThat(shop.categories().getFirst().category()).isEqualTo("clothing/shoes");
  }

  @Test
  void givesTheBasketsInOrderOfTheirDays() {
    log.purchase("ann", 1, "o2", "tea", 1, 200)
        .purchase("ann", 0, "o1", "shoe", 1, 1000)
        .purchase("ann", 0, "o1", "hat", 1, 1000)
        .purchase("ann", 0, "o1", "hat", 1, 1000);
    List<List<String>> baskets = new ArrayList<>();
    List<Integer> days = new ArrayList<>();
    analysis(2)
        .baskets(
            EventLog.at(2),
            (day, items) -> {
              days.add(day);
              baskets.add(items);
            });
    assertThat(baskets).containsExactly(List.of("hat", "shoe"), List.of("tea"));
    assertThat(days.get(1) - days.get(0)).isEqualTo(1);
  }

  @Test
  void anEmptyLogGivesEmptyFacts() {
    ShopAnalysis analysis = analysis(0);
    ShopFacts shop = analysis.shop(EventLog.at(0));
    assertThat(shop.people()).isZero();
    assertThat(shop.currency()).isEmpty();
    assertThat(shop.cohorts()).isEmpty();
    PeopleTable people = analysis.people(EventLog.at(0));
    assertThat(people.size()).isZero();
    assertThat(analysis.addLifetime(people)).isEmpty();
  }

  @Test
  void onePersonWithOneBasketIsEnoughForFactsAndTooLittleForAModel() {
    log.purchase("ann", 0, "o1", "shoe", 1, 1000);
    ShopAnalysis analysis = analysis(1);
    PeopleTable people = analysis.people(EventLog.at(1));
    assertThat(analysis.addLifetime(people)).isEmpty();
    assertThat(people.get(PersonFact.CHURN_PROBABILITY, 0)).isNaN();
    assertThat(people.get(PersonFact.FREQUENCY, 0)).isEqualTo(1);
  }
}
