// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.eventually;
import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.SourceScore;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.ranker.retrieval.BatchSource;
import dev.proffer.ranker.training.Trainer;
import dev.proffer.ranker.training.TrainingException;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingOptions.RankerChoice;
import dev.proffer.ranker.training.TrainingOptions.SourceChoice;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sources that are learned as a whole, from the events to what is served.
final class SourceTrainingTest {
  private static final int ITEMS = 180;
  private static final int TASTES = 6;
  // What is written about an item tells the taste only half.
  private static final String[] WORDS = {"porcelain tea cup", "garden tool"};
  private static final TrainingOptions PATIENT =
      new TrainingOptions(Duration.ofMinutes(5), 300, 300, 1, true);

  @TempDir private Path folder;
  private RunningRanker ranker;

  @BeforeEach
  void start() throws Exception {
    // Machines that build are busy, and a source that is cut in time is another test's.
    ranker =
        new RunningRanker(
            folder,
            new MemoryFeatureStore(),
            Map.of(
                "ranker.budget", "30s",
                "ranker.source-timeout", "20s",
                "ranker.feature-store-timeout", "20s"));
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  private static Item taste(int i) {
    int word = i % TASTES * WORDS.length / TASTES;
    return item("i" + i, WORDS[word] + " " + i, "c" + word, 100);
  }

  /// Everybody has a taste, of which they take items in no order, some of them sooner or later.
  private void shopWithTastes(int count, int people, int steps) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(taste(i));
    }
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
    Random random = new Random(7);
    long time = 1_700_000_000_000L;
    for (int step = 0; step < steps; step++) {
      for (int user = 0; user < people; user++) {
        time += 60_000;
        int item = random.nextInt(count / TASTES) * TASTES + user % TASTES;
        ranker.featureStore.add(
            EventType.EVENT_TYPE_PURCHASE,
            "u" + user,
            "i" + (random.nextInt(8) == 0 ? random.nextInt(count) : item),
            time,
            "");
      }
    }
  }

  private TrainingReport train(TrainingOptions options, String models, TrainingProgress progress)
      throws TrainingException {
    return new Trainer(
            ranker.channel,
            ranker.featureStoreChannel,
            folder.resolve(models),
            options,
            Clock.systemUTC(),
            progress)
        .train();
  }

  private TrainingReport train(TrainingOptions options) throws TrainingException {
    return train(options, "models", TrainingProgress.silent());
  }

  private static Map<String, String> files(TrainingReport report) throws IOException {
    Map<String, String> files = new HashMap<>();
    try (Stream<Path> all = Files.list(report.bundle())) {
      for (Path file : all.toList()) {
        // Version and time are those of the run.
        files.put(
            String.valueOf(file.getFileName()),
            file.endsWith("manifest.json")
                ? Files.readString(file).replaceAll("\"(model_version|trained_at).*", "")
                : Files.size(file) + ":" + Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void whatValidationWantsIsInTheBundleAndServesAndTheRestIsNot() throws Exception {
    shopWithTastes(ITEMS, 300, 10);

    TrainingReport report = train(PATIENT);

    assertThat(report.cutOff()).isFalse();
    assertThat(report.sources()).containsOnlyKeys(BatchSource.NAMES);
    assertThat(report.sources().get("sasrec"))
        .isEqualTo("not tried: there is no time for learning sequences");
    Set<String> kept = new HashSet<>();
    report
        .sources()
        .forEach((name, note) -> {
          if (note.startsWith("kept")) {
            kept.add(name);
          }
        });
    assertThat(kept).isNotEmpty().isSubsetOf(BatchSource.NAMES);
    Set<String> inBundle = new HashSet<>();
    files(report).keySet().stream()
        .filter(file -> file.startsWith("source-"))
        .forEach(file -> inBundle.add(file.replaceAll("source-|\\.bin", "")));
    assertThat(inBundle).isEqualTo(kept);
    assertThat(report.weights().keySet()).containsAll(kept).hasSize(kept.size() + 4);
    assertThat(report.row("test", "blend").ndcg10())
        .isGreaterThan(2 * report.row("test", "popularity-plain").ndcg10());

    eventually(() -> ranker.modelVersion().equals(report.version()));
    // Somebody who is not signed in.
    RecommendResponse reply =
        ranker
            .recommender()
            .recommend(
                RecommendRequest.newBuilder()
                    .setSessionId("a visit")
                    .setK(10)
                    .setExplain(true)
                    .addRecentItemIds("i3")
                    .addRecentItemIds("i9")
                    .addRecentItemIds("i15")
                    .build());
    Set<String> asked = new HashSet<>();
    int ofTaste = 0;
    for (RecommendedItem each : reply.getItemsList()) {
      each.getSourcesList().stream().map(SourceScore::getSource).forEach(asked::add);
      ofTaste += Integer.parseInt(each.getItemId().substring(1)) % TASTES == 3 ? 1 : 0;
    }
    assertThat(asked).containsAll(kept);
    assertThat(ofTaste).isGreaterThanOrEqualTo(8);
    assertThat(reply.getDegraded().getReasonsList())
        .noneMatch(reason -> reason.getPart().startsWith("source:"));
  }

  @Test
  void newItemsJoinTheFactorsWithoutTraining() throws Exception {
    int items = ITEMS;
    shopWithTastes(items, 240, 10);
    TrainingReport report = train(PATIENT.withSources(SourceChoice.parse("factors")));
    assertThat(report.sources().get("factors")).startsWith("kept, as was asked for");
    TrainingReport.Row factors = report.row("test", "new items by factors");
    assertThat(factors.ndcg10())
        .isGreaterThan(1.4 * report.row("test", "new items by chance").ndcg10());
    assertThat(report.row("test", "new items by popularity").ndcg10()).isZero();
    eventually(() -> ranker.modelVersion().equals(report.version()));
    ranker
        .catalogue()
        .upsertItems(
            UpsertItemsRequest.newBuilder()
                .addItems(taste(items + 3))
                .addItems(taste(items + 4))
                .build());

    eventually(() -> sourcesOf("i" + (items + 3)).contains("factors"));
  }

  /// The sources that propose an item to somebody of the fourth taste.
  private Set<String> sourcesOf(String id) {
    Set<String> sources = new HashSet<>();
    ranker
        .recommender()
        .recommend(
            RecommendRequest.newBuilder()
                .setK(100)
                .setExplain(true)
                .addRecentItemIds("i3")
                .addRecentItemIds("i9")
                .build())
        .getItemsList()
        .stream()
        .filter(each -> each.getItemId().equals(id))
        .forEach(each ->
            each.getSourcesList().stream().map(SourceScore::getSource).forEach(sources::add));
    return sources;
  }

  /// Stops a run as if its process had been killed, after so many steps forward.
  private static TrainingProgress stoppingAfter(int units) {
    int[] done = new int[1];
    return (name, _, _) ->
        new TrainingProgress.Step() {
          @Override
          public void advance(long more) {
            if (!name.startsWith("reading") && ++done[0] > units) {
              throw new IllegalStateException("stopped in " + name);
            }
          }

          @Override
          public void close() {}
        };
  }

  @Test
  void theSameSeedGivesTheSameBundleAlsoWhenARunWasStoppedAndWentOn() throws Exception {
    shopWithTastes(ITEMS, 240, 9);
    TrainingOptions options =
        PATIENT
            .withActivate(false)
            .withSources(SourceChoice.parse("item-knn,factors,sasrec"))
            .withLearning(Duration.ofMinutes(5), 3)
            .withSeed(11);

    TrainingReport uninterrupted = train(options);
    Map<String, String> whole = files(uninterrupted);
    assertThat(uninterrupted.sources().get("item-knn")).startsWith("kept");
    assertThat(whole).containsKeys("source-sasrec.bin", "source-factors.bin", "new-items.bin");

    Set<String> stoppedIn = new HashSet<>();
    TrainingReport resumed = null;
    for (int units = 7; resumed == null; units += 20) {
      try {
        resumed = train(options, "stopped", stoppingAfter(units));
      } catch (IllegalStateException e) {
        stoppedIn.add(String.valueOf(e.getMessage()));
        units += units > 60 ? 200 : 0;
      }
    }
    assertThat(stoppedIn)
        .contains("stopped in choosing parameters", "stopped in trying sources")
        .hasSizeGreaterThan(2);
    assertThat(files(resumed)).isEqualTo(whole);
    try (Stream<Path> left = Files.list(folder.resolve("stopped"))) {
      assertThat(left).noneMatch(file -> String.valueOf(file.getFileName()).startsWith("tuning"));
    }
    assertThat(files(train(options.withSeed(12)))).isNotEqualTo(whole);
  }

  @Test
  void theRankerIsTheOneThatWasAskedFor() throws Exception {
    shopWithTastes(ITEMS, 120, 10);
    TrainingOptions quick = PATIENT.withSources(SourceChoice.parse("none"));

    TrainingReport blend = train(quick.withRanker(RankerChoice.BLEND));
    TrainingReport learned = train(quick.withRanker(RankerChoice.LAMBDAMART));

    assertThat(blend.ordering()).isEqualTo("the blend, as was asked for");
    assertThat(files(blend)).doesNotContainKey("ranker.txt");
    assertThat(learned.ordering()).startsWith("the learned ranker");
    assertThat(files(learned)).containsKey("ranker.txt");
  }

  @Test
  void aCatalogueOfOneItemAndPeopleOfOneStepCanBeTrainedOn() throws Exception {
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addItems(taste(0)).build());
    for (int i = 0; i < 150; i++) {
      ranker.featureStore.add(
          EventType.EVENT_TYPE_CLICK, "u" + i % 90, "i0", 1_700_000_000_000L + i * 1_000L, "");
    }

    TrainingReport report = train(PATIENT);

    assertThat(report.items()).isEqualTo(1);
    assertThat(report.ordering()).contains("only 0 lists hold something that was wanted");
    eventually(() -> ranker.modelVersion().equals(report.version()));
    assertThat(
            ranker
                .recommender()
                .recommend(RecommendRequest.newBuilder().setUserId("new").setK(5).build())
                .getItemsList())
        .extracting(RecommendedItem::getItemId)
        .containsExactly("i0");
  }

  @Test
  void listsInWhichEverythingOrNothingWasWantedLeaveTheOrderToTheBlend() throws Exception {
    // Everybody takes both items at once: no case is left that tells one item from another.
    ranker
        .catalogue()
        .upsertItems(UpsertItemsRequest.newBuilder().addItems(taste(0)).addItems(taste(1)).build());
    for (int i = 0; i < 400; i++) {
      ranker.featureStore.add(
          EventType.EVENT_TYPE_PURCHASE,
          "u" + i / 4,
          "i" + i / 2 % 2,
          1_700_000_000_000L + i * 1_000L,
          "");
    }

    TrainingReport report = train(PATIENT.withRanker(RankerChoice.LAMBDAMART));

    assertThat(report.ordering()).contains("lists hold something that was wanted");
    assertThat(files(report)).doesNotContainKey("ranker.txt");
  }

  @Test
  void namesThatAreNoSourceOrRankerAreRefused() {
    assertThatThrownBy(() -> SourceChoice.parse("factors,magic"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'magic'")
        .hasMessageContaining("item-knn");
    assertThatThrownBy(() -> RankerChoice.parse("magic"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("auto, blend or lambdamart");
    assertThat(SourceChoice.parse(" Auto ")).isEqualTo(SourceChoice.AUTOMATIC);
    assertThat(SourceChoice.parse("none").names()).isEmpty();
    assertThat(SourceChoice.parse("ease, factors").names()).containsExactly("ease", "factors");
  }
}
