// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.ranker.v1.ActivateModelRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.ReasonKind;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.ranker.training.Trainer;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrainingReport;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shop in which people keep to a kind of things and to their price, which no candidate source
/// looks at.
class LearnedRankerTest {
  private static final int KINDS = 60;
  private static final int LEVELS = 5;
  private static final int EACH = 20;
  private static final TrainingOptions QUICK =
      new TrainingOptions(Duration.ofSeconds(1), 200, 1_000, 2, true);

  @TempDir private static Path folder;
  private static RunningRanker ranker;
  private static TrainingReport report;

  @BeforeAll
  static void train() throws Exception {
    ranker =
        new RunningRanker(
            folder, new MemoryFeatureStore(), Map.of("ranker.item-features-age", "1s"));
    shop(ranker, 9);
    report = train(ranker, folder);
    served(ranker, report);
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
  }

  private static String id(int kind, int level, int each) {
    return "k" + kind + "-" + level + "-" + each;
  }

  private static long price(int level) {
    return Math.round(500 * Math.pow(2, level));
  }

  /// @param faithful how often, of 10, people keep to their price
  private static void shop(RunningRanker ranker, int faithful) {
    List<Item> items = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      for (int level = 0; level < LEVELS; level++) {
        for (int each = 0; each < EACH; each++) {
          items.add(item(id(kind, level, each), "Thing " + kind, "c" + kind, price(level)));
        }
      }
    }
    for (int from = 0; from < items.size(); from += 2_000) {
      ranker
          .catalogue()
          .upsertItems(
              UpsertItemsRequest.newBuilder()
                  .addAllItems(items.subList(from, Math.min(items.size(), from + 2_000)))
                  .build());
    }
    Random random = new Random(3);
    long time = 1_700_000_000_000L;
    for (int step = 0; step < 12; step++) {
      for (int user = 0; user < 300; user++) {
        int level = random.nextInt(10) < faithful ? user % LEVELS : random.nextInt(LEVELS);
        int kind = user / LEVELS % KINDS;
        time += 60_000;
        ranker.featureStore.add(
            EventType.EVENT_TYPE_CLICK,
            "u" + user,
            id(kind, level, random.nextInt(EACH)),
            time,
            "");
      }
    }
  }

  private static TrainingReport train(RunningRanker ranker, Path folder) throws Exception {
    return new Trainer(
            ranker.channel,
            ranker.featureStoreChannel,
            folder.resolve("models"),
            QUICK,
            Clock.systemUTC(),
            TrainingProgress.silent())
        .train();
  }

  private static RecommendResponse recommend(RunningRanker ranker, String user, boolean explain) {
    return ranker
        .recommender()
        .recommend(
            RecommendRequest.newBuilder().setUserId(user).setK(10).setExplain(explain).build());
  }

  private static void served(RunningRanker ranker, TrainingReport report)
      throws InterruptedException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!recommend(ranker, "u1", false).getModelVersion().equals(report.version())) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  @Test
  void servesAnOrderThatIsBetterThanTheBlendAndSaysWhatMovedIt() throws Exception {
    assertThat(report.ordering()).startsWith("the learned ranker is better");
    assertThat(report.row("test", "lambdamart").ndcg10())
        .isGreaterThan(1.2 * report.row("test", "blend, cases of lambdamart").ndcg10());
    RecommendResponse reply = recommend(ranker, "u2", true);
    assertThat(reply.getRanker()).isEqualTo("lambdamart");
    assertThat(reply.getDegraded().getReasonsList()).isEmpty();
    assertThat(reply.getItemsList().stream().filter(i -> i.getListPriceMinorUnits() == price(2)))
        .hasSizeGreaterThan(6);
    assertThat(reply.getItemsList())
        .allSatisfy(each -> {
          assertThat(each.getContributionsCount()).isBetween(1, 10);
          assertThat(each.getReasonsCount()).isPositive();
        });
    assertThat(reply.getItems(0).getContributionsList().stream().map(c -> c.getFeature()))
        .contains("history.price_ratio");
    // The bundle says which features it reads.
    assertThat(
            ranker
                .models()
                .listModels(ListModelsRequest.getDefaultInstance())
                .getModels(0)
                .getFeatureSetHash())
        .isEqualTo("memory");
  }

  @Test
  void ordersWhatTheCallerBringsByTheSameModel() throws Exception {
    List<String> candidates =
        IntStream.range(0, LEVELS).mapToObj(level -> id(7, level, 3)).toList();

    RankResponse reply =
        ranker
            .recommender()
            .rank(
                RankRequest.newBuilder()
                    .setUserId("u39")
                    .addAllCandidateIds(candidates)
                    .setExplain(true)
                    .build());

    assertThat(reply.getItems(0).getItemId()).isEqualTo(id(7, 4, 3));
    assertThat(reply.getItemsList().stream().map(RecommendedItem::getItemId))
        .containsExactlyInAnyOrderElementsOf(candidates);
    double before = Double.POSITIVE_INFINITY;
    for (RecommendedItem each : reply.getItemsList()) {
      assertThat(each.getScore()).isLessThanOrEqualTo(before);
      before = each.getScore();
    }
  }

  @Test
  void theBlendStaysWhereThereIsNothingToLearn(@TempDir Path other) throws Exception {
    try (RunningRanker aimless = new RunningRanker(other)) {
      shop(aimless, 0);

      TrainingReport trained = train(aimless, other);

      assertThat(trained.ordering()).doesNotStartWith("the learned ranker");
      served(aimless, trained);
      assertThat(recommend(aimless, "u1", true).getRanker()).isEqualTo("blend");
    }
  }

  @Test
  void fallsBackToTheBlendByNameWhenTheFeatureStoreIsLostOrHasOtherFeatures() throws Exception {

    ranker.featureStore.featureSetHash = "another";
    RecommendResponse other = recommend(ranker, "u2", true);
    assertThat(other.getRanker()).isEqualTo("blend");
    assertThat(other.getItemsCount()).isEqualTo(10);
    assertThat(other.getDegraded().getReasonsList().stream().map(r -> r.getPart()))
        .contains("item-features");

    ranker.featureStore.featureSetHash = "memory";
    assertThat(recommend(ranker, "u2", true).getRanker()).isEqualTo("lambdamart");
    ranker.featureStore.lost = true;
    RecommendResponse lost = recommend(ranker, "u2", true);
    assertThat(lost.getRanker()).isEqualTo("blend");
    assertThat(lost.getItemsCount()).isEqualTo(10);
  }

  @Test
  void refusesBundlesOfAnotherFeatureSetAndAlteredOnes() throws Exception {
    TrainingReport second = train(ranker, folder);
    served(ranker, second);

    ranker.featureStore.featureSetHash = "another";
    assertRefused(report.version(), "feature set memory");
    ranker.featureStore.featureSetHash = "memory";
    assertThat(activate(report.version()).getActive()).isTrue();
    assertThat(activate(second.version()).getActive()).isTrue();

    Path file = folder.resolve("models").resolve(report.version()).resolve("ranker.txt");
    Files.writeString(file, Files.readString(file).replace("item.age_days", "item.age_hour"));
    assertRefused(report.version(), "ranker.txt");
  }

  private static Model activate(String version) {
    return ranker
        .models()
        .activateModel(ActivateModelRequest.newBuilder().setModelVersion(version).build())
        .getModel();
  }

  private static void assertRefused(String version, String reason) {
    assertThatThrownBy(() -> activate(version))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining(version)
        .hasMessageContaining(reason);
  }

  @Test
  void saysWhatPriceWouldBringAnItemToTheTop() throws Exception {
    RankResponse reply =
        ranker
            .recommender()
            .rank(
                RankRequest.newBuilder()
                    .setUserId("u39")
                    .addCandidateIds(id(7, 4, 3))
                    .addCandidateIds(id(7, 4, 4))
                    .addCandidateIds(id(7, 4, 5))
                    .addCandidateIds(id(7, 4, 6))
                    .setExplain(true)
                    .build());
    // Near equals: a discount makes the difference.
    assertThat(
            reply.getItemsList().stream()
                .skip(1)
                .flatMap(each -> each.getReasonsList().stream())
                .filter(reason -> reason.getKind() == ReasonKind.REASON_KIND_CONTRASTIVE))
        .isNotEmpty()
        .allSatisfy(reason -> {
          assertThat(reason.getTextsOrThrow("en")).matches("Would be first with \\d+ % off");
          assertThat(reason.getTextsOrThrow("zh")).contains("第一位");
        });
  }

  @Test
  void aDiscountThatIsSaidToBringAnItemToTheTopDoes() {
    int proven =
        new Contrasts(
                ranker,
                () ->
                    ranker
                        .recommender()
                        .rank(
                            RankRequest.newBuilder()
                                .setUserId("u39")
                                .addCandidateIds(id(7, 4, 3))
                                .addCandidateIds(id(7, 4, 4))
                                .addCandidateIds(id(7, 4, 5))
                                .addCandidateIds(id(7, 4, 6))
                                .setExplain(true)
                                .build())
                        .getItemsList())
            .proveDiscounts();
    assertThat(proven).isPositive();
  }

  @Test
  void asksAgainForItemsOnlyAfterAWhile() {
    AtomicInteger asked = ranker.featureStore.itemsAsked;
    RunningRanker.eventually(() -> {
      asked.set(0);
      recommend(ranker, "u3", false);
      int first = asked.getAndSet(0);
      RecommendResponse again = recommend(ranker, "u3", false);
      assertThat(again.getRanker()).isEqualTo("lambdamart");
      return first > 50 && asked.get() == 0;
    });
  }

  @Test
  void featuresThatAreNotNumbersAreMissingOnesAndNothingElse() {
    ranker.featureStore.odd = true;
    // What was said before is used again for a while.
    RunningRanker.eventually(() -> {
      ranker.featureStore.itemsAsked.set(0);
      recommend(ranker, "u2", false);
      return ranker.featureStore.itemsAsked.get() > 50;
    });
    RecommendResponse reply = recommend(ranker, "u2", true);
    assertThat(reply.getRanker()).isEqualTo("lambdamart");
    assertThat(reply.getItemsList())
        .hasSize(10)
        .allSatisfy(each -> assertThat(each.getScore()).isFinite());
  }
}
