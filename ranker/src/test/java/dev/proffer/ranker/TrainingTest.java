// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static dev.proffer.ranker.RunningRanker.eventually;
import static dev.proffer.ranker.RunningRanker.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.ranker.v1.ActivateModelRequest;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListModelsRequest;
import dev.proffer.proto.ranker.v1.Model;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RollbackModelRequest;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import dev.proffer.ranker.training.Trainer;
import dev.proffer.ranker.training.TrainingException;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrainingReport;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  private static final TrainingOptions QUICK =
      new TrainingOptions(Duration.ofSeconds(3), 500, 1_000, 2, true)
          .withSources(TrainingOptions.SourceChoice.parse("none"));

  @TempDir Path folder;
  private RunningRanker ranker;

  @BeforeEach
  void start() throws Exception {
    ranker = new RunningRanker(folder);
  }

  @AfterEach
  void stop() {
    ranker.close();
  }

  /// Items come in chains: whoever takes i10 takes i11 next, and so on, among some noise.
  private void shopWithChains() {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      items.add(item("i" + i, "Item " + i, "c" + i % 7, 100));
    }
    ranker.catalogue().upsertItems(UpsertItemsRequest.newBuilder().addAllItems(items).build());
    Random random = new Random(7);
    long time = 1_700_000_000_000L;
    int[] at = new int[300];
    for (int i = 0; i < at.length; i++) {
      at[i] = random.nextInt(200);
    }
    for (int step = 0; step < 20; step++) {
      for (int user = 0; user < at.length; user++) {
        int item = random.nextInt(10) < 7 ? at[user] : random.nextInt(200);
        at[user] = (at[user] + 1) % 200;
        time += 60_000;
        ranker.featureStore.add(EventType.EVENT_TYPE_CLICK, "u" + user, "i" + item, time, "");
      }
    }
  }

  private TrainingReport train(TrainingOptions options) throws TrainingException {
    return new Trainer(
            ranker.channel,
            ranker.featureStoreChannel,
            folder.resolve("models"),
            options,
            Clock.systemUTC(),
            TrainingProgress.silent())
        .train();
  }

  @Test
  void learnsWhatIsThereToLearnAndServesItAtOnce() throws Exception {
    shopWithChains();

    TrainingReport report = train(QUICK);

    TrainingReport.Row blend = report.row("test", "blend");
    TrainingReport.Row popularity = report.row("test", "popularity-plain");
    assertThat(blend.hitRate10()).isGreaterThan(3 * popularity.hitRate10()).isGreaterThan(0.5);
    assertThat(report.row("validation", "seq-knn").ndcg10()).isGreaterThan(0.3);
    eventually(() -> ranker.modelVersion().equals(report.version()));
    RecommendResponse reply =
        ranker
            .recommender()
            .recommend(RecommendRequest.newBuilder().setK(3).addRecentItemIds("i50").build());
    assertThat(reply.getModelVersion()).isEqualTo(report.version());
    assertThat(reply.getItems(0).getItemId()).isEqualTo("i51");
    Model model = ranker.models().listModels(ListModelsRequest.getDefaultInstance()).getModels(0);
    assertThat(model.getActive()).isTrue();
    assertThat(model.getMetricsMap()).containsKeys("test.ndcg@10", "validation.hr@10");
  }

  @Test
  void trainingTwiceOnTheSameEventsFindsTheSame() throws Exception {
    shopWithChains();
    TrainingOptions patient = new TrainingOptions(Duration.ofMinutes(2), 100, 300, 2, false);

    TrainingReport first = train(patient);
    Thread.sleep(5);
    TrainingReport second = train(patient);

    assertThat(second.rows()).isEqualTo(first.rows());
    assertThat(second.weights()).isEqualTo(first.weights());
    assertThat(second.seqKnn()).isEqualTo(first.seqKnn());
  }

  @Test
  void activatesAndRollsBackBundlesAndRefusesDamagedOnes() throws Exception {
    shopWithChains();
    String first = train(QUICK).version();
    Thread.sleep(5);
    String second = train(QUICK).version();
    eventually(() -> ranker.modelVersion().equals(second));

    assertThat(
            ranker
                .models()
                .rollbackModel(RollbackModelRequest.getDefaultInstance())
                .getModel()
                .getModelVersion())
        .isEqualTo(first);
    assertThat(ranker.modelVersion()).isEqualTo(first);

    Path file = folder.resolve("models").resolve(second).resolve("seq-knn.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertRefused(second, "seq-knn.bin");
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused(second, "seq-knn.bin");
    Files.delete(file);
    assertRefused(second, "seq-knn.bin");
    Files.writeString(
        folder.resolve("models").resolve(second).resolve("manifest.json"), "{\"format\":");
    assertRefused(second, "manifest.json");

    assertThatThrownBy(() ->
            ranker
                .models()
                .activateModel(
                    ActivateModelRequest.newBuilder().setModelVersion("no-such").build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    assertThat(ranker.modelVersion()).isEqualTo(first);
    assertThatThrownBy(
            () -> ranker.models().rollbackModel(RollbackModelRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
  }

  @Test
  void saysWhatIsMissingWhenThereIsTooLittleToLearnFrom() {
    assertThatThrownBy(() -> train(QUICK))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("catalogue is empty");
    ranker
        .catalogue()
        .upsertItems(UpsertItemsRequest.newBuilder().addItems(item("a", "A", "c", 1)).build());
    assertThatThrownBy(() -> train(QUICK))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("at least 100");
  }

  @Test
  void beatsPopularityOnRealOrders() throws Exception {
    Path file = TestData.require("uci-online-retail/online_retail.csv.gz");
    int events = importOrders(file);

    TrainingReport report =
        train(
            new TrainingOptions(Duration.ofSeconds(8), 600, 1_500, 2, true)
                .withSources(TrainingOptions.SourceChoice.parse("factors")));

    System.out.println(events + " events: " + report);
    report.rows().forEach(System.out::println);
    TrainingReport.Row popularity = report.row("test", "popularity-plain");
    assertThat(report.row("test", "seq-knn").ndcg10()).isGreaterThan(1.5 * popularity.ndcg10());
    assertThat(report.row("test", "blend").ndcg10())
        .isGreaterThanOrEqualTo(report.row("test", "seq-knn").ndcg10());
    assertThat(report.row("test", "blend").coverage10()).isGreaterThan(popularity.coverage10());
    // Items that were taken out of everything are found again by what is written about them.
    assertThat(report.row("test", "new items by factors").ndcg10())
        .isGreaterThan(2 * report.row("test", "new items by chance").ndcg10())
        .isGreaterThan(report.row("test", "new items by popularity").ndcg10());
  }

  /// A rough reading of the orders; the importer of the command line is the thorough one.
  private int importOrders(Path file) throws IOException {
    Map<String, Item> items = new LinkedHashMap<>();
    DateTimeFormatter format = DateTimeFormatter.ofPattern("M/d/yyyy H:mm");
    int events = 0;
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.ISO_8859_1))) {
      String line = in.readLine();
      while ((line = in.readLine()) != null) {
        String[] cells = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
        if (cells.length < 8
            || cells[0].startsWith("C")
            || !cells[1].matches("\\d{5}.*")
            || cells[3].startsWith("-")
            || cells[6].isBlank()
            || cells[2].isBlank()) {
          continue;
        }
        items.putIfAbsent(cells[1], item(cells[1], cells[2].strip(), "", 100));
        ranker.featureStore.add(
            EventType.EVENT_TYPE_PURCHASE,
            cells[6].replace(".0", ""),
            cells[1],
            time(cells[4], format),
            cells[0]);
        events++;
      }
    }
    List<Item> all = List.copyOf(items.values());
    for (int i = 0; i < all.size(); i += 2_000) {
      ranker
          .catalogue()
          .upsertItems(
              UpsertItemsRequest.newBuilder()
                  .addAllItems(all.subList(i, Math.min(all.size(), i + 2_000)))
                  .build());
    }
    return events;
  }

  private static long time(String text, DateTimeFormatter format) {
    return (text.contains("-")
            ? LocalDateTime.parse(text.replace(' ', 'T'))
            : LocalDateTime.parse(text, format))
        .toInstant(ZoneOffset.UTC)
        .toEpochMilli();
  }

  private void assertRefused(String version, String file) {
    assertThatThrownBy(() ->
            ranker
                .models()
                .activateModel(ActivateModelRequest.newBuilder().setModelVersion(version).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining(version)
        .hasMessageContaining(file);
  }
}
