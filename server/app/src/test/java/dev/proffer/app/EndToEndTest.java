// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.command.Commands;
import dev.proffer.app.console.Console;
import dev.proffer.app.engine.DataFolder;
import dev.proffer.app.engine.Engine;
import dev.proffer.app.engine.EnginePlan;
import dev.proffer.app.engine.ServiceModules;
import dev.proffer.app.progress.Progress;
import dev.proffer.app.shop.SampleShop;
import dev.proffer.app.shop.SampleShopLoader;
import dev.proffer.app.training.Training;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.common.v1.DegradedReason;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.ranker.training.TrainingOptions;
import dev.proffer.ranker.training.TrainingReport;
import dev.proffer.runtime.file.PlainOrGzip;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService.Shortcoming;
import io.grpc.Channel;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole house over gRPC: a small sample shop is loaded and learned from, then asked.
@Timeout(300)
final class EndToEndTest {
  private static final String USER = "u-00017";

  @TempDir private static Path folder;

  private static Engine engine;
  private static RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender;
  private static TrainingReport trained;

  @BeforeAll
  static void openTheShop() throws Exception {
    ServiceModules modules = ServiceModules.find(Optional.of(plugins()));
    engine =
        Engine.start(
            new EnginePlan(
                DataFolder.at(folder.resolve("data")),
                modules.names(),
                modules,
                Map.of("grpc.port", "0", "web.enabled", "false")));
    Channel ranker = engine.peers().channel(Peers.RANKER);
    Channel featureStore = engine.peers().channel(Peers.FEATURE_STORE);
    new SampleShopLoader(ranker, featureStore, Progress.silent())
        .load(new SampleShop(7, Instant.now(), 300));
    trained =
        Training.run(
            ranker,
            featureStore,
            folder.resolve("data/models"),
            new TrainingOptions(Duration.ofSeconds(2), 300, 300, 2, true),
            Progress.silent());
    recommender = RecommenderServiceGrpc.newBlockingStub(ranker);
  }

  @AfterAll
  static void closeTheShop() {
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void aRunningServerServesWithABundleAsSoonAsItIsTrained() {
    await(Duration.ofSeconds(20), () -> recommend().getModelVersion().equals(trained.version()));
    assertThat(trained.row("test", "blend").ndcg10())
        .isGreaterThan(trained.row("test", "popularity-plain").ndcg10());
  }

  @Test
  void recommendsEligibleItemsWithPricesAfterPromotionAndReasons() {
    RecommendResponse response = recommend();
    assertThat(response.getItemsList()).hasSize(10);
    assertThat(response.getItemsList())
        .allSatisfy(item -> {
          assertThat(item.getTitlesMap()).containsKeys("en", "zh");
          assertThat(item.getPriceMinorUnits()).isBetween(0L, item.getListPriceMinorUnits());
          assertThat(item.getReasonsList()).isNotEmpty();
          assertThat(item.getPropensity()).isBetween(0.0, 1.0).isPositive();
        });
    assertThat(response.getItemsList().stream().map(RecommendedItem::getItemId))
        .doesNotHaveDuplicates();
  }

  @Test
  void pricesACartSoThatTheSumsAgree() {
    Cart.Builder cart = Cart.newBuilder();
    recommend()
        .getItemsList()
        .forEach(item ->
            cart.addLines(CartLine.newBuilder().setItemId(item.getItemId()).setQuantity(2)));
    EvaluateCartResponse response =
        PromotionServiceGrpc.newBlockingStub(engine.peers().channel(Peers.RANKER))
            .evaluateCart(EvaluateCartRequest.newBuilder().setCart(cart).setExplain(true).build());
    assertThat(response.getLinesCount()).isEqualTo(10);
    assertThat(response.getAppliedList()).isNotEmpty();
    assertThat(response.getTotalMinorUnits())
        .isEqualTo(
            response.getSubtotalMinorUnits()
                - response.getSavingMinorUnits()
                + response.getShippingMinorUnits());
    assertThat(response.getLinesList().stream().mapToLong(l -> l.getBeforeMinorUnits()).sum())
        .isEqualTo(response.getSubtotalMinorUnits());
  }

  @Test
  void keepsRecommendingWhileRedisIsKilledAndIsWholeAgainSoonAfter() throws Exception {
    await(Duration.ofSeconds(20), () -> !recommend().hasDegraded());
    long pid = engine.redis().orElseThrow().pid();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    Set<String> missing = new HashSet<>();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    while (System.nanoTime() < until) {
      RecommendResponse response = recommend();
      assertThat(response.getItemsList()).isNotEmpty();
      response.getDegraded().getReasonsList().stream()
          .map(DegradedReason::getPart)
          .forEach(missing::add);
    }
    assertThat(missing).as("what the replies say is missing").isNotEmpty();
    await(Duration.ofSeconds(20), () -> !recommend().hasDegraded());
    assertThat(engine.redis().orElseThrow().pid()).isNotEqualTo(pid);
  }

  @Test
  void aMarketerPlansAppliesActivatesAndAllocatesFromTheTerminal() throws Exception {
    Path drafts = folder.resolve("campaigns.yaml");
    assertThat(run("promotions", "plan", "--days", "7", "--out", drafts.toString()))
        .contains("elasticity of demand", "written to");
    String yaml = Files.readString(drafts);
    assertThat(yaml).contains("state: DRAFT", "# Expected: cost");
    assertThat(run("promotions", "diff", drafts.toString())).contains("create plan-");
    assertThat(run("promotions", "apply", drafts.toString())).contains("version ");
    // Which proposal comes first follows what the shop sold lately, and not everyone's answer to
    // each of them is worth a discount: all of them are offered.
    List<String> ids =
        yaml.lines()
            .filter(line -> line.startsWith("- promotion_id: "))
            .map(line -> line.substring("- promotion_id: ".length()))
            .toList();
    assertThat(ids).hasSizeGreaterThan(1);
    for (String one : ids) {
      assertThat(run("promotions", "activate", one)).contains(one + ": scheduled");
    }
    String id = ids.getFirst();
    assertThat(run("promotions", "pause", id)).contains(id + ": paused");
    assertThat(run("promotions", "resume", id)).contains(id + ": scheduled");
    Path offers = folder.resolve("offers.csv");
    List<String> allocate =
        new ArrayList<>(
            List.of("promotions", "allocate", "--budget", "200000", "--out", offers.toString()));
    allocate.addAll(ids);
    assertThat(run(allocate.toArray(String[]::new))).contains("expected value", "plan-");
    assertThat(Files.readAllLines(offers))
        .hasSizeGreaterThan(100)
        .anyMatch(line -> ids.stream().anyMatch(line::contains));
    assertThat(run("promotions", "end", id)).contains(id + ": ended");
    assertThat(run("promotions", "history", id)).contains(System.getProperty("user.name"));
  }

  @Test
  void recommendsToEverybodyInAFileWholeAndInOrderAndNamesBadIds() throws Exception {
    Path people = folder.resolve("people.txt");
    Path out = folder.resolve("recommendations.jsonl.gz");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ids.add(String.format("u-%05d", i));
    }
    ids.set(7, "nobody-knows-this-one");
    Files.write(people, ids);

    assertThat(run("recommend", "--users", people.toString(), "--out", out.toString(), "--k", "5"))
        .contains("60 people, written to " + out);

    List<JsonNode> lines = lines(out);
    assertThat(lines).extracting(line -> line.path("user_id").asText()).isEqualTo(ids);
    // All but the last place, which goes to chance some of the time, are those of a request.
    JsonNode one = lines.get(17);
    assertThat(one.path("items")).hasSize(5);
    List<RecommendedItem> asked =
        recommender
            .recommend(
                RecommendRequest.newBuilder()
                    .setUserId(ids.get(17))
                    .setK(5)
                    .setContext(
                        dev.proffer.proto.ranker.v1.RequestContext.newBuilder()
                            .setLanguage("en")
                            .setChannel("cli"))
                    .build())
            .getItemsList();
    for (int i = 0; i < 4; i++) {
      assertThat(one.path("items").get(i).path("item_id").asText())
          .isEqualTo(asked.get(i).getItemId());
      assertThat(one.path("items").get(i).path("price_minor_units").asLong())
          .isEqualTo(asked.get(i).getPriceMinorUnits());
    }
    assertThat(lines)
        .allSatisfy(line -> {
          assertThat(line.path("items")).hasSize(5);
          assertThat(line.path("model_version").asText()).isEqualTo(trained.version());
          assertThat(line.path("items").findValuesAsText("item_id")).doesNotHaveDuplicates();
        });

    // Ids that are refused are named, and the others are done.
    String bad = "x".repeat(300);
    Files.write(people, List.of(ids.get(0), bad, "", ids.get(1)));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    Path plain = folder.resolve("recommendations.jsonl");
    int code =
        Commands.run(
            new Console(stream, stream, false),
            "recommend",
            "--users",
            people.toString(),
            "--out",
            plain.toString(),
            "--data",
            folder.resolve("data").toString());
    assertThat(code).isEqualTo(Commands.FAILED);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("line 2: '" + bad, "user_id", "ids that were refused: 1");
    List<JsonNode> some = lines(plain);
    assertThat(some)
        .extracting(line -> line.path("user_id").asText())
        .containsExactly(ids.get(0), bad, ids.get(1));
    assertThat(some.get(1).path("error").asText()).contains("user_id");
    assertThat(some.get(2).path("items")).hasSize(10);
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(new ObjectMapper().readTree(line));
      }
    }
    return lines;
  }

  /// What a command that succeeds prints, asked of the running server.
  private static String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", folder.resolve("data").toString()));
    int code = Commands.run(new Console(stream, stream, false), all.toArray(String[]::new));
    assertThat(code).as(() -> out.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void answersShoppersInEnglishAndChinese() {
    assumeTrue(
        engine.address().services().contains(Peers.CHATBOT),
        "the chatbot plugin is not built: chat is not tested");
    Path models = Path.of(System.getProperty("user.home"), ".cache", "proffer", "corenlp");
    assumeTrue(Files.isDirectory(models), "the chatbot's models are not there: chat is not tested");
    await(Duration.ofSeconds(120), () -> lacking(Peers.CHATBOT).isEmpty());
    ChatResponse english = chat("Are there any deals for me today?");
    assertThat(english.getLanguage()).isEqualTo("en");
    assertThat(english.getGrounded()).isTrue();
    assertThat(english.getCardsList()).isNotEmpty();
    ChatResponse chinese = chat("今天有什么适合我的优惠吗？");
    assertThat(chinese.getLanguage()).isEqualTo("zh");
    assertThat(chinese.getGrounded()).isTrue();
    assertThat(chinese.getText()).containsPattern("\\p{IsHan}");
  }

  private static RecommendResponse recommend() {
    return recommender.recommend(
        RecommendRequest.newBuilder().setUserId(USER).setK(10).setExplain(true).build());
  }

  private static ChatResponse chat(String text) {
    return ChatServiceGrpc.newBlockingStub(engine.peers().channel(Peers.CHATBOT))
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .chat(ChatRequest.newBuilder().setUserId(USER).setText(text).build());
  }

  private static List<Shortcoming> lacking(String service) {
    return engine.status().getOrDefault(service, List.of());
  }

  private static void await(Duration longest, BooleanSupplier condition) {
    long deadline = System.nanoTime() + longest.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("within " + longest).isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /// A folder of plugins like that of an installation, with the chatbot when it was built.
  private static Path plugins() throws IOException {
    Path plugins = Files.createDirectories(folder.resolve("plugins"));
    Path built = Path.of("../../chatbot/target/plugin").toAbsolutePath().normalize();
    if (Files.isDirectory(built)) {
      Files.createSymbolicLink(plugins.resolve("chatbot"), built);
    }
    return plugins;
  }
}
