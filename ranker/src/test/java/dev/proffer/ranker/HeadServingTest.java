// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.ranker.v1.ActivateModelRequest;
import dev.proffer.proto.ranker.v1.Contribution;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListDecisionsRequest;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.ctr.ShopHeads;
import dev.proffer.ranker.decision.DecisionPages;
import dev.proffer.ranker.model.ModelStore;
import dev.proffer.ranker.ranking.Blend;
import dev.proffer.ranker.reranking.RankRows;
import dev.proffer.ranker.reranking.StoredFeatures;
import dev.proffer.ranker.training.Trainer;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrainingReport;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A shop whose people turn to fancy things and buy what is useful, and more of what is at the top.
@TestMethodOrder(MethodOrderer.MethodName.class)
class HeadServingTest {
  private static final int ITEMS = 40;
  private static final int REQUESTS = 3_200;
  private static final long START = 1_700_000_000_000L;
  private static final TrainingOptions QUICK =
      new TrainingOptions(Duration.ofMillis(200), 100, 200, 2, true);

  @TempDir private static Path folder;
  private static RunningRanker ranker;
  private static TrainingReport report;

  private static boolean isFancy(int i) {
    return i % 2 == 0;
  }

  private static boolean isUseful(int i) {
    return i / 2 % 2 == 0;
  }

  private static double click(int i, int position) {
    return (isFancy(i) ? 0.5 : 0.1) / (1 + 0.1 * (position - 1));
  }

  private static double purchase(int i) {
    return isUseful(i) ? 0.6 : 0.15;
  }

  private static Item thing(int i) {
    return item("i" + i, "Thing number " + i, isUseful(i) ? "useful" : "toys", 1_000).toBuilder()
        .setBrand(isFancy(i) ? "Fancy" : "Plain")
        .setCostMinorUnits(600)
        .build();
  }

  @BeforeAll
  static void learn() throws Exception {
    ranker =
        new RunningRanker(
            folder,
            new MemoryFeatureStore(),
            Map.of(
                "ranker.reward-poll",
                "20ms",
                "ranker.budget",
                "20s",
                "ranker.source-timeout",
                "10s",
                "ranker.feature-store-timeout",
                "10s"));
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      items.add(thing(i));
    }
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
    Random random = new Random(2);
    long followed = 0;
    int events = 0;
    for (int request = 0; request < REQUESTS; request++) {
      long at = START + request * 60_000L;
      RankResponse reply = ranker.recommender().rank(eight(request, random));
      for (RecommendedItem each : reply.getItemsList()) {
        int i = Integer.parseInt(each.getItemId().substring(1));
        if (random.nextDouble() < click(i, each.getPosition())) {
          event(EventType.EVENT_TYPE_CLICK, request, each, at + 5_000, events++);
          followed++;
          if (random.nextDouble() < purchase(i)) {
            event(EventType.EVENT_TYPE_PURCHASE, request, each, at + 9_000, events++);
            followed++;
          }
        }
      }
    }
    long deadline = System.nanoTime() + 300_000_000_000L;
    while (rewards() < followed) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(500);
    }
    report = train();
    while (!rank("i0", "i1").getModelVersion().equals(report.version())) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  /// Callers that bring candidates see all items at all places.
  private static RankRequest eight(int request, Random random) {
    RankRequest.Builder eight =
        RankRequest.newBuilder()
            .setUserId("u" + request % 200)
            .setRequestId("r" + request)
            .setContext(RequestContext.newBuilder().setAtUnixMs(START + request * 60_000L));
    for (int i = 0; i < 8; i++) {
      eight.addCandidateIds("i" + random.nextInt(ITEMS));
    }
    return eight.build();
  }

  private static void event(
      EventType type, int request, RecommendedItem item, long at, int number) {
    ranker.featureStore.add(
        Event.newBuilder()
            .setEventId("h" + number)
            .setType(type)
            .setUserId("u" + request % 200)
            .setItemId(item.getItemId())
            .setRequestId("r" + request)
            .setPosition(item.getPosition())
            .setQuantity(1)
            .setUnitPriceMinorUnits(item.getPriceMinorUnits())
            .setOrderId("o" + request)
            .setEventTimeUnixMs(at)
            .build());
  }

  private static TrainingReport train() throws Exception {
    return new Trainer(
            ranker.channel,
            ranker.featureStoreChannel,
            folder.resolve("models"),
            QUICK,
            Clock.systemUTC(),
            TrainingProgress.silent())
        .train();
  }

  private static int number(RecommendedItem item) {
    return Integer.parseInt(item.getItemId().substring(1));
  }

  private static long rewards() {
    Set<String> rewarded = new HashSet<>();
    for (Decision decision : DecisionPages.of(ranker.channel)) {
      decision.getRewardsList().forEach(reward -> rewarded.add(reward.getEventId()));
    }
    return rewarded.size();
  }

  private static RankResponse rank(String... items) {
    return ranker
        .recommender()
        .rank(
            RankRequest.newBuilder()
                .setUserId("somebody")
                .addAllCandidateIds(List.of(items))
                .setExplain(true)
                .build());
  }

  private static List<String> ids(RankResponse reply) {
    return reply.getItemsList().stream().map(RecommendedItem::getItemId).toList();
  }

  @AfterAll
  static void stop() {
    ranker.close();
  }

  @BeforeEach
  void calm() {
    ranker.featureStore.lost = false;
    ranker.featureStore.odd = false;
    ranker.featureStore.featureSetHash = "memory";
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(thing(0))
                .addItems(thing(1))
                .addItems(thing(3))
                .build());
  }

  @Test
  void trainingSaysHowGoodTheHeadsAre() {
    assertThat(report.heads().why())
        .satisfiesExactly(
            click -> assertThat(click).startsWith("clicks by "),
            purchase -> assertThat(purchase).startsWith("purchases by "));
    Map<String, Double> metrics =
        ranker.models().listModels(ListModelsRequest.getDefaultInstance()).getModelsList().stream()
            .filter(model -> model.getModelVersion().equals(report.version()))
            .findFirst()
            .orElseThrow()
            .getMetricsMap();
    for (String head : List.of("click", "purchase")) {
      assertThat(metrics.get("heads." + head + ".log_loss"))
          .isLessThan(metrics.get("heads." + head + ".log_loss_rate"));
      assertThat(metrics.get("heads." + head + ".auc")).isBetween(0.6, 0.95);
      assertThat(metrics.get("heads." + head + ".calibration_error")).isLessThan(0.15);
    }
  }

  @Test
  void ordersByProbabilitiesTimesMargin() {
    RankResponse reply = rank("i3", "i2", "i1", "i0");
    assertThat(reply.getRanker()).isEqualTo(ShopHeads.EXPECTED_MARGIN);
    assertThat(reply.getDegraded().getReasonsList()).isEmpty();
    // Fancy and useful.
    assertThat(ids(reply)).first().isEqualTo("i0");
    assertThat(reply.getItemsList())
        .isSortedAccordingTo(Comparator.comparingDouble(RecommendedItem::getScore).reversed());
    for (RecommendedItem each : reply.getItemsList()) {
      assertThat(each.getScore())
          .isEqualTo(
              each.getClickProbability() * each.getPurchaseProbability() * 400, within(1e-6));
    }
    // The heads learnt from lists of eight and are judged in such lists, by kinds: a single item
    // was
    // bought a few dozen times, and purchases are known of what people turn to.
    List<RecommendedItem> all = new ArrayList<>();
    Random random = new Random(3);
    for (int request = REQUESTS; request < REQUESTS + 100; request++) {
      all.addAll(ranker.recommender().rank(eight(request, random)).getItemsList());
    }
    // Few toys are bought and few plain things turned to, most of them further down than the first
    // place, for which a head answers: how much less exactly is left open.
    double fancy = mean(all, HeadServingTest::isFancy, RecommendedItem::getClickProbability);
    assertThat(fancy).isEqualTo(0.5, within(0.15));
    assertThat(mean(all, i -> !isFancy(i), RecommendedItem::getClickProbability))
        .isLessThan(fancy - 0.1);
    double useful =
        mean(all, i -> isFancy(i) && isUseful(i), RecommendedItem::getPurchaseProbability);
    assertThat(useful).isEqualTo(0.6, within(0.15));
    assertThat(mean(all, i -> isFancy(i) && !isUseful(i), RecommendedItem::getPurchaseProbability))
        .isLessThan(useful - 0.1);
    // Fancy and useful, fancy toy or useful and plain, plain toy.
    assertThat(worth(all, true, true)).isGreaterThan(worth(all, true, false));
    assertThat(worth(all, true, true)).isGreaterThan(worth(all, false, true));
    assertThat(worth(all, true, false)).isGreaterThan(worth(all, false, false));
    assertThat(worth(all, false, true)).isGreaterThan(worth(all, false, false));
    // What earns nothing is last, whoever wants it.
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(thing(0).toBuilder().setCostMinorUnits(999))
                .build());
    assertThat(ids(rank("i3", "i2", "i1", "i0"))).last().isEqualTo("i0");
    // Where the cost is not known, a share of the price stands in.
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(thing(0).toBuilder().clearCostMinorUnits())
                .build());
    RecommendedItem unknown = rank("i0", "i3").getItems(0);
    assertThat(unknown.getScore())
        .isEqualTo(
            unknown.getClickProbability() * unknown.getPurchaseProbability() * 300, within(1e-6));
  }

  private static double worth(List<RecommendedItem> items, boolean fancy, boolean useful) {
    return mean(
        items, i -> isFancy(i) == fancy && isUseful(i) == useful, RecommendedItem::getScore);
  }

  private static double mean(
      List<RecommendedItem> items, IntPredicate which, ToDoubleFunction<RecommendedItem> figure) {
    return items.stream()
        .filter(each -> which.test(number(each)))
        .mapToDouble(figure)
        .average()
        .orElseThrow();
  }

  @Test
  void saysAndRecordsWhatTheOrderRestsOn() throws Exception {
    RankResponse reply = rank("i0", "i3");
    RecommendedItem first = reply.getItems(0);
    assertThat(first.getContributionsList().stream().map(Contribution::getFeature))
        .startsWith("click_probability", "purchase_probability", "margin_minor_units")
        .anyMatch(name -> name.startsWith("click:") || name.startsWith("purchase:"));
    assertThat(
            first.getContributionsList().stream()
                .limit(3)
                .mapToDouble(Contribution::getContribution)
                .sum())
        .isEqualTo(Math.log(first.getScore()), within(1e-9));
    long deadline = System.nanoTime() + 20_000_000_000L;
    List<Decision> logged = List.of();
    while (logged.isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      logged =
          ranker
              .models()
              .listDecisions(
                  ListDecisionsRequest.newBuilder().setRequestId(reply.getRequestId()).build())
              .getDecisionsList();
    }
    assertThat(logged.getFirst().getRanker()).isEqualTo(ShopHeads.EXPECTED_MARGIN);
    DecisionChoice choice = logged.getFirst().getChoices(0);
    assertThat(choice.getClickProbability()).isEqualTo(first.getClickProbability());
    assertThat(choice.getPurchaseProbability()).isEqualTo(first.getPurchaseProbability());
    assertThat(choice.getListPriceMinorUnits()).isEqualTo(1_000);
    assertThat(choice.getPriceMinorUnits()).isEqualTo(1_000);

    RecommendResponse recommended =
        ranker
            .recommender()
            .recommend(
                RecommendRequest.newBuilder().setUserId("other").setK(5).setExplain(true).build());
    assertThat(recommended.getRanker()).isEqualTo(ShopHeads.EXPECTED_MARGIN);
    assertThat(recommended.getItemsCount()).isEqualTo(5);
    assertThat(recommended.getItems(0).getBrand()).isEqualTo("Fancy");
    assertThat(recommended.getItems(0).getClickProbability()).isPositive();
  }

  @Test
  void withoutFeaturesTheBlendOrdersAndIsNamed() {
    ranker.featureStore.featureSetHash = "another";
    RankResponse reply = rank("i0", "i3");
    assertThat(reply.getRanker()).isEqualTo("blend");
    assertThat(reply.getItems(0).getClickProbability()).isZero();
    assertThat(reply.getDegraded().getReasonsList().stream().map(reason -> reason.getPart()))
        .contains("item-features");
  }

  @Test
  void featuresThatAreNotNumbersLeaveProbabilities() {
    ranker.featureStore.odd = true;
    RankResponse reply = rank("i3", "i2", "i1", "i0");
    assertThat(reply.getRanker()).isEqualTo(ShopHeads.EXPECTED_MARGIN);
    assertThat(reply.getItemsList())
        .hasSize(4)
        .allSatisfy(each -> {
          assertThat(each.getClickProbability()).isBetween(1e-5, 1 - 1e-5);
          assertThat(each.getPurchaseProbability()).isBetween(1e-5, 1 - 1e-5);
          assertThat(each.getScore()).isFinite();
        });
  }

  @Test
  void discountsThatWouldBringAnItemToTheTopDo() {
    new Contrasts(ranker, () -> rank("i0", "i4", "i8", "i1", "i3").getItemsList()).proveDiscounts();
  }

  @Test
  void theBundleHoldsTheVeryHeadsThatWereTrained() throws Exception {
    ItemNumbers numbers = new ItemNumbers();
    ShopHeads trained = Objects.requireNonNull(report.heads().heads());
    ShopHeads read =
        Objects.requireNonNull(
            new ModelStore(folder.resolve("models")).load(report.version(), numbers).heads());
    List<Item> things = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      things.add(thing(i));
    }
    CatalogueSnapshot snapshot = CatalogueSnapshot.of(numbers, things);
    CatalogueItem[] items = snapshot.sortedById().toArray(CatalogueItem[]::new);
    for (float known : new float[] {0, 3, 1e9f, Float.NaN}) {
      StoredFeatures stored = StoredFeatures.nothing(trained.columns(), items.length);
      Arrays.fill(stored.items(), known);
      RankRows rows =
          RankRows.of(
                  trained.columns(),
                  new Blend(List.of(), _ -> 1),
                  items,
                  snapshot,
                  new int[] {3},
                  START,
                  CatalogueItem::priceMinorUnits)
              .with(stored);
      ShopHeads.Asked one = trained.asked(items[3], START);
      ShopHeads.Asked other = read.asked(items[3], START);
      for (int i = 0; i < items.length; i++) {
        one.look(rows, i, items[i]);
        other.look(rows, i, items[i]);
        assertThat(other.click()).isPositive().isEqualTo(one.click(), within(1e-6));
        assertThat(other.purchase()).isPositive().isEqualTo(one.purchase(), within(1e-6));
      }
    }
  }

  @Test
  void zOtherFeaturesAndAlteredHeadsAreRefused() throws Exception {
    TrainingReport second = train();
    ranker.featureStore.featureSetHash = "another";
    assertThatThrownBy(() -> activate(second.version()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("feature set memory");
    ranker.featureStore.featureSetHash = "memory";
    Path file = folder.resolve("models").resolve(second.version()).resolve("heads.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    // What serves is left for a moment, to be activated again.
    activate(report.version());
    assertThatThrownBy(() -> activate(second.version()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("heads.bin");
  }

  private static void activate(String version) {
    ranker
        .models()
        .activateModel(ActivateModelRequest.newBuilder().setModelVersion(version).build());
  }
}
