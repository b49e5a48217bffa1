// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.intent.IntentReport;
import dev.proffer.ranker.insight.intent.IntentStore;
import dev.proffer.ranker.segment.RuleSegments;
import dev.proffer.ranker.segment.Segmentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IntentTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final long DAY = 86_400_000L;
  private static final ItemDirectory ITEMS =
      item ->
          new ItemFact(
              item.startsWith("t") ? "food/tea" : "home/pots", "", 900, "CNY", Map.of("en", item));

  /// Half a year in which keen people come often and buy when they look at much, and others do not.
  private static List<ShopEvent> log() {
    SplittableRandom random = new SplittableRandom(11);
    List<ShopEvent> events = new ArrayList<>();
    for (int person = 0; person < 400; person++) {
      boolean keen = person % 4 == 0;
      long at = NOW - 180 * DAY + random.nextLong(10 * DAY);
      while (at < NOW) {
        String session = person + "-" + at;
        int looks = 1 + random.nextInt(8);
        String item = (person % 2 == 0 ? "t" : "p") + random.nextInt(9);
        for (int i = 0; i < looks; i++) {
          events.add(event(events.size(), Kind.CLICK, at + i * 20_000L, person, session, item));
        }
        if (random.nextDouble() < (keen ? 0.12 * looks : 0.02)) {
          events.add(event(events.size(), Kind.PURCHASE, at + 900_000, person, session, item));
        }
        at += (long) ((keen ? 5 : 14) * DAY * (0.5 + random.nextDouble()));
      }
    }
    events.sort(Comparator.comparingLong(ShopEvent::atMillis));
    return events;
  }

  private static final LivePeople live = new LivePeople(ITEMS, ZoneOffset.UTC, 30, 1_000);
  private static Findings findings;

  @BeforeAll
  static void study() {
    try (EventTable table = new EventTable(ITEMS, ZoneOffset.UTC, 1_000_000, 500)) {
      for (ShopEvent event : log()) {
        table.append(event);
        live.add(event, NOW);
      }
      findings = new Study(Study.Options.defaults()).run(table, NOW, Segmentation.none());
    }
  }

  private static ShopEvent event(
      int id, Kind kind, long at, int person, String session, String item) {
    return new ShopEvent(
        "e" + id, kind, at, "u" + person, session, item, "", 1, 900, "CNY", "", "", "", 0);
  }

  @Test
  void foreseesPurchasesAndSaysWhy() {
    assertThat(findings.intent().reports()).hasSize(3);
    for (IntentReport report : findings.intent().reports()) {
      assertThat(report.problem()).as(report.target().name()).isEmpty();
      assertThat(report.models())
          .extracting(IntentReport.Figures::model)
          .containsExactly("logistic regression", "random forest", "boosted trees");
      IntentReport.Figures chosen =
          report.models().stream()
              .filter(model -> model.model().equals(report.chosen()))
              .findFirst()
              .orElseThrow();
      assertThat(chosen.auc()).as(report.target().name()).isGreaterThan(0.7);
      assertThat(chosen.calibrationError()).as(report.target().name()).isLessThan(0.06);
      assertThat(report.importance().getFirst().shap()).isPositive();
    }

    Portraits portraits = new Portraits(live, RuleSegments.none());
    portraits.findings(findings);
    double keen = 0;
    double others = 0;
    for (int person = 0; person < 400; person++) {
      String id = "u" + person;
      Portraits.Intent intent = portraits.intent(id, "", "");
      assertThat(intent.inWeek()).isBetween(0.0, 1.0);
      assertThat(intent.inVisit()).isBetween(0.0, 1.0);
      assertThat(intent.why()).isNotEmpty().allMatch(why -> Double.isFinite(why.value()));
      keen += person % 4 == 0 ? intent.inWeek() / 100 : 0;
      others += person % 4 == 0 ? 0 : intent.inWeek() / 300;
      // What is learned offline and what serves are the same numbers.
      int row = findings.people().find(id);
      assertThat(intent.inWeek())
          .isCloseTo(findings.people().get(PersonFact.BUYS_IN_7_DAYS, row), within(1e-9));
    }
    assertThat(keen).isGreaterThan(3 * others);
    assertThat(portraits.intent("u4", "", "food/tea").inWeek())
        .isGreaterThan(portraits.intent("u4", "", "home/pots").inWeek());
    // A visit with many looks is likelier to end in a purchase than a fresh one.
    for (int i = 0; i < 8; i++) {
      live.add(event(1_000_000 + i, Kind.CLICK, NOW - 60_000 + i * 5_000, 8, "now", "t1"), NOW);
    }
    assertThat(portraits.intent("u8", "now", "").inVisit())
        .isGreaterThan(portraits.intent("u8", "another", "").inVisit());
    Portraits.Intent stranger = portraits.intent("nobody", "", "");
    assertThat(stranger.inWeek()).isBetween(0.0, 1.0);
  }

  @Test
  void whatWasSavedServesTheSameNumbers(@TempDir Path folder) throws Exception {
    IntentStore store = new IntentStore(folder);
    assertThat(store.load()).isEmpty();
    store.save(findings.intent(), NOW, 123);
    IntentStore.Saved saved = new IntentStore(folder).load().orElseThrow();
    assertThat(saved.events()).isEqualTo(123);
    assertThat(saved.trainedAtUnixMs()).isEqualTo(NOW);
    assertThat(saved.model().version()).isEqualTo(findings.intent().version());
    assertThat(saved.model().reports()).isEqualTo(findings.intent().reports());
    Portraits learned = new Portraits(live, RuleSegments.none());
    learned.intent(findings.intent());
    Portraits loaded = new Portraits(live, RuleSegments.none());
    loaded.intent(saved.model());
    for (int person = 0; person < 40; person++) {
      for (String category : List.of("", "food/tea")) {
        Portraits.Intent ours = loaded.intent("u" + person, "", category);
        assertThat(ours).isEqualTo(learned.intent("u" + person, "", category));
        assertThat(ours.why()).isNotEmpty();
      }
    }
  }

  @Test
  void whatWasAlteredOnDiskDoesNotServe(@TempDir Path folder) throws Exception {
    IntentStore store = new IntentStore(folder);
    store.save(findings.intent(), NOW, 123);
    Path bundle = folder.resolve(findings.intent().version());
    Path model = bundle.resolve("week-model.txt");
    String text = Files.readString(model);
    Files.writeString(model, text.replaceFirst("[1-8]", "9"));
    assertThatThrownBy(store::load)
        .hasMessage(
            "intent bundle "
                + findings.intent().version()
                + ": week-model.txt was altered: its SHA-256 differs");
    Files.writeString(model, text.substring(10));
    assertThatThrownBy(store::load).hasMessageContaining("week-model.txt has ");
    Files.delete(model);
    assertThatThrownBy(store::load).hasMessageContaining("week-model.txt is missing");
    Path manifest = bundle.resolve("manifest.json");
    String whole = Files.readString(manifest);
    Files.writeString(manifest, whole.replace("\"events\"", "\"nights\""));
    assertThatThrownBy(store::load).hasMessageContaining("unreadable");
    // Learning anew replaces what is broken.
    store.save(findings.intent(), NOW, 123);
    assertThat(store.load()).isPresent();
    Files.writeString(
        manifest,
        Files.readString(manifest).replaceFirst("\"([a-z_ ]+)\"(,\\s+\"[a-z_ ]+\")", "\"$1_\"$2"));
    assertThatThrownBy(store::load).hasMessageContaining("reads other columns");
  }

  @Test
  void fewSavedModelsAreKept(@TempDir Path folder) throws Exception {
    IntentStore store = new IntentStore(folder);
    IntentModel model = findings.intent();
    for (int i = 0; i < 8; i++) {
      store.save(
          new IntentModel("v" + i, model.served(), model.popularity(), List.of()), NOW + i, i);
    }
    assertThat(store.load().orElseThrow().model().version()).isEqualTo("v7");
    try (var bundles = Files.list(folder)) {
      assertThat(bundles.filter(Files::isDirectory)).hasSize(5);
    }
    store.save(IntentModel.none(), NOW, 1);
    assertThat(store.load().orElseThrow().model().version()).isEqualTo("v7");
  }

  @Test
  void lookalikesOfKeenPeopleAreKeenPeople() {
    java.util.Set<Integer> given = new java.util.HashSet<>();
    for (int person = 0; person < 200; person += 4) {
      given.add(findings.people().find("u" + person));
    }
    List<Lookalikes.Found> found = new Lookalikes(findings.people()).find(given, 40);
    assertThat(found).hasSize(40).allMatch(one -> one.likeness() >= 0 && one.likeness() <= 1);
    assertThat(found).noneMatch(one -> given.contains(one.row()));
    long keen =
        found.stream()
            .filter(one -> Integer.parseInt(findings.people().id(one.row()).substring(1)) % 4 == 0)
            .count();
    assertThat(keen).isGreaterThan(30);
    assertThat(new Lookalikes(findings.people()).find(java.util.Set.of(), 5)).isEmpty();
  }
}
