// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import dev.proffer.ranker.insight.report.InsightReport;
import dev.proffer.ranker.segment.KMeans;
import dev.proffer.ranker.segment.Segmentation;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Logs that no shop should have end in clear results: no failure, and no NaN in numbers or pages.
final class OddLogsTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final long DAY = 86_400_000L;
  private static final ItemDirectory NOTHING = ItemDirectory.of(Map.of());

  private static ShopEvent bought(String user, long at, String item, int quantity, long price) {
    return new ShopEvent(
        user + at + item,
        Kind.PURCHASE,
        at,
        user,
        "",
        item,
        "",
        quantity,
        price,
        price == 0 ? "" : "CNY",
        user + at,
        "",
        "",
        0);
  }

  private static Findings study(ItemDirectory items, List<ShopEvent> events) {
    Findings findings;
    try (EventTable table = new EventTable(items, ZoneOffset.UTC, 1_000_000, 500)) {
      events.forEach(table::append);
      findings = new Study(Study.Options.defaults()).run(table, NOW, Segmentation.none());
    }
    for (String language : List.of("en", "zh")) {
      assertThat(new InsightReport(items, ZoneOffset.UTC).html(findings, language))
          .contains("</html>")
          .doesNotContain("NaN")
          .doesNotContain("Infinity")
          .doesNotContain("null");
    }
    findings
        .segmentation()
        .segments()
        .forEach(segment -> assertThat(segment.profile().values()).allMatch(Double::isFinite));
    return findings;
  }

  @Test
  void anEmptyLog() {
    Findings findings = study(NOTHING, List.of());
    assertThat(findings.people().size()).isZero();
    assertThat(findings.segmentation().segments()).isEmpty();
    assertThat(findings.rules().rules()).isEmpty();
    assertThat(findings.intent().reports()).allMatch(report -> !report.problem().isEmpty());
  }

  @Test
  void onePersonWithOneBasket() {
    Findings findings = study(NOTHING, List.of(bought("ann", NOW - DAY, "tea", 1, 500)));
    assertThat(findings.people().size()).isEqualTo(1);
    assertThat(findings.segmentation().segments()).hasSize(1);
    assertThat(findings.rules().rules()).isEmpty();
  }

  @Test
  void everybodyTheSame() {
    List<ShopEvent> events = new ArrayList<>();
    for (int person = 0; person < 100; person++) {
      events.add(bought("u" + person, NOW - DAY, "tea", 1, 500));
    }
    Findings findings = study(NOTHING, events);
    assertThat(findings.segmentation().segments()).hasSize(1);
    assertThat(findings.segmentation().segments().getFirst().size()).isEqualTo(100);
    assertThat(findings.segmentation().segments().getFirst().name("zh")).isEqualTo("全部用户");
  }

  @Test
  void fewerPeopleThanSegmentsAreTried() {
    Findings findings =
        study(
            NOTHING,
            List.of(
                bought("ann", NOW - DAY, "tea", 1, 500),
                bought("bob", NOW - 90 * DAY, "pot", 9, 90_000),
                bought("eve", NOW - 200 * DAY, "cup", 2, 10)));
    assertThat(findings.segmentation().segments()).hasSize(1);
    assertThatThrownBy(() -> new KMeans(new SplittableRandom(1)).cluster(new double[6], 2, 4))
        .hasMessage("k: 4 (expected: from 1 to the number of points, which is 3)");
  }

  @Test
  void tenThousandCategories() {
    SplittableRandom random = new SplittableRandom(1);
    ItemDirectory items =
        item ->
            new ItemFact(
                "all/group" + item.hashCode() % 100 + "/" + item,
                "b" + item,
                100,
                "CNY",
                Map.of("en", item));
    List<ShopEvent> events = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      events.add(
          bought("u" + random.nextInt(300), NOW - random.nextLong(300 * DAY), "i" + i, 1, 100 + i));
    }
    Findings findings = study(items, events);
    assertThat(findings.people().size()).isEqualTo(300);
    assertThat(findings.shop().categories()).hasSizeLessThanOrEqualTo(30);
  }

  @Test
  void manyItemsOfWhichNoneIsInManyBaskets() {
    SplittableRandom random = new SplittableRandom(1);
    List<ShopEvent> events = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      String user = "u" + i;
      long at = NOW - random.nextLong(300 * DAY);
      events.add(bought(user, at, "i" + random.nextInt(2_000), 1, 100));
      events.add(bought(user, at, "i" + random.nextInt(2_000), 1, 100));
      if (i % 250 == 0) {
        events.add(bought(user, at, "kettle", 1, 100));
        events.add(bought(user, at, "tea", 1, 100));
      }
    }
    assertThat(study(NOTHING, events).rules().rules())
        .extracting(rule -> rule.when() + " > " + rule.then())
        .containsExactlyInAnyOrder("[kettle] > tea", "[tea] > kettle");
  }

  @Test
  void theFutureAndNegativeAmounts() {
    List<ShopEvent> events = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      events.add(bought("u" + i, NOW + 400 * DAY, "tea", 1, 500));
      events.add(bought("v" + i, NOW - DAY, "tea", -3, 500));
      events.add(bought("w" + i, NOW - DAY, "tea", 1, -500));
    }
    Findings findings = study(NOTHING, events);
    assertThat(findings.people().size()).isZero();
    assertThat(findings.quality().count(QualityRule.FUTURE_EVENT)).isEqualTo(50);
    assertThat(findings.quality().count(QualityRule.NEGATIVE_AMOUNT)).isEqualTo(100);
  }

  @Test
  void columnsWithoutAnyValue() {
    List<ShopEvent> events = new ArrayList<>();
    for (int person = 0; person < 60; person++) {
      for (int visit = 0; visit < 1 + person % 5; visit++) {
        // Nobody ever pays, buys, or looks at a known item: money, band and discounts are missing.
        events.add(
            new ShopEvent(
                "e" + person + "-" + visit,
                Kind.CLICK,
                NOW - (person + 30L * visit) * DAY,
                "u" + person,
                "",
                "",
                "",
                1,
                0,
                "",
                "",
                "",
                "",
                0));
      }
      events.add(bought("u" + person, NOW - person * DAY, "", 1, 0));
    }
    Findings findings = study(NOTHING, events);
    assertThat(findings.people().size()).isEqualTo(60);
    assertThat(findings.shop().currency()).isEmpty();
  }
}
