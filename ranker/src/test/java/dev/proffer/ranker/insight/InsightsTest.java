// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.insight.v1.AssociationBasis;
import dev.proffer.proto.insight.v1.GetPortraitRequest;
import dev.proffer.proto.insight.v1.GetPortraitResponse;
import dev.proffer.proto.insight.v1.GetSegmentRequest;
import dev.proffer.proto.insight.v1.GetSegmentResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.proto.insight.v1.ListAssociationRulesRequest;
import dev.proffer.proto.insight.v1.ListAssociationRulesResponse;
import dev.proffer.proto.insight.v1.ListSegmentsRequest;
import dev.proffer.proto.insight.v1.PredictIntentRequest;
import dev.proffer.proto.insight.v1.PredictIntentResponse;
import dev.proffer.proto.insight.v1.Segment;
import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.intent.IntentClassifier;
import dev.proffer.ranker.insight.intent.IntentModel;
import dev.proffer.ranker.insight.intent.IntentStore;
import dev.proffer.ranker.insight.intent.IntentTarget;
import dev.proffer.ranker.learning.Examples;
import dev.proffer.ranker.learning.IsotonicCalibration;
import dev.proffer.ranker.learning.TreeModel;
import dev.proffer.ranker.learning.TreeOptions;
import dev.proffer.ranker.learning.TreeTrainer;
import dev.proffer.ranker.segment.RuleSegments;
import dev.proffer.runtime.grpc.GrpcHost;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InsightsTest {
  private static final long DAY = 86_400_000L;

  @TempDir private Path folder;

  private final EventLogService log = new EventLogService();
  private final Map<String, ItemFact> items = new HashMap<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final long now = System.currentTimeMillis();
  private ManagedChannel toStore;
  private Database database;
  private Insights insights;
  private InsightServiceGrpc.InsightServiceBlockingStub service;
  private int ids;

  @BeforeEach
  void start() throws Exception {
    items.put(
        "shoe",
        new ItemFact(
            "clothing/shoes",
            "Runner",
            9900,
            "CNY",
            Map.of("en", "Trail running shoes", "zh", "越野跑鞋")));
    items.put(
        "sock", new ItemFact("clothing/socks", "Runner", 900, "CNY", Map.of("en", "Wool socks")));
    items.put(
        "tea", new ItemFact("food/tea", "", 2000, "CNY", Map.of("en", "Green tea", "zh", "绿茶")));
    toStore = serve(log);
    database = Database.sqlite(folder.resolve("ranker.db"));
    insights = insights();
    service = InsightServiceGrpc.newBlockingStub(serve(insights.services().getFirst()));
  }

  private Insights insights() {
    return new Insights(
        toStore,
        database,
        items::get,
        RuleSegments.read(
            new StringReader(
                """
                segments:
                  - id: shoe-lovers
                    names: {en: Shoe lovers, zh: 爱鞋人士}
                    rule: recency_days < 30 and category("shoes") > 0.4
                """)),
        new Insights.Options(
            true,
            folder,
            Duration.ofHours(1),
            Duration.ofDays(30),
            ZoneOffset.UTC,
            10_000,
            1_000_000,
            500,
            Study.Options.defaults()),
        Clock.systemUTC(),
        new SimpleMeterRegistry());
  }

  private ManagedChannel serve(io.grpc.BindableService what) throws Exception {
    String name = UUID.randomUUID().toString();
    Server server =
        InProcessServerBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(
                GrpcHost.guarded(
                    what, Settings.of(GrpcSettings.all(), Map.of()), new SimpleMeterRegistry()))
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    open.add(channel::shutdownNow);
    open.add(server::shutdownNow);
    return channel;
  }

  @AfterEach
  void stop() throws Exception {
    insights.close();
    for (AutoCloseable each : open) {
      each.close();
    }
    database.close();
  }

  private Event purchase(String user, long at, String order, String item, long price) {
    return Event.newBuilder()
        .setEventId("e" + ids++)
        .setType(EventType.EVENT_TYPE_PURCHASE)
        .setUserId(user)
        .setItemId(item)
        .setEventTimeUnixMs(at)
        .setOrderId(order)
        .setUnitPriceMinorUnits(price)
        .setCurrency("CNY")
        .build();
  }

  private GetPortraitResponse portrait(String user, String language) {
    return service.getPortrait(
        GetPortraitRequest.newBuilder().setUserId(user).setLanguage(language).build());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.sleep(10);
    }
  }

  private boolean isKnown(String user) {
    try {
      portrait(user, "en");
      return true;
    } catch (io.grpc.StatusRuntimeException e) {
      return false;
    }
  }

  @Test
  void aPortraitAndItsFeaturesFollowBehaviour() throws Exception {
    log.add(List.of(purchase("ann", now - 5 * DAY, "o1", "tea", 2000)));
    await(() -> isKnown("ann"));
    assertThat(portrait("ann", "en").getFrequency()).isEqualTo(1);
    log.add(List.of(purchase("ann", now - 1000, "o2", "shoe", 5000)));
    await(() -> portrait("ann", "en").getFrequency() == 2);
    GetPortraitResponse portrait = portrait("ann", "zh");
    assertThat(portrait.getMonetaryMinorUnits()).isEqualTo(7000);
    assertThat(portrait.getCurrency()).isEqualTo("CNY");
    assertThat(portrait.getRecencyDays()).isCloseTo(0, within(0.001));
    assertThat(portrait.getDiscountAffinity()).isEqualTo(0.5);
    assertThat(portrait.getCategoryInterests(0).getSubject()).isEqualTo("clothing/shoes");
    assertThat(portrait.getSegmentIdsList()).containsExactly("shoe-lovers");
    assertThat(portrait.getTagsList()).contains("越野跑鞋");
    assertThat(portrait.getHourSharesCount()).isEqualTo(24);
    await(() -> log.rows.containsKey("ann"));
    await(() -> log.rows.get("ann").getValuesOrThrow("frequency").getDoubleValue() == 2);
    assertThat(log.rows.get("ann").getValuesOrThrow("segment_ids").getStringList().getValuesList())
        .contains("shoe-lovers");
    await(() ->
        log.interests
            .get("ann")
            .getValuesOrThrow("tags_zh")
            .getStringList()
            .getValuesList()
            .contains("越野跑鞋"));
    FeatureRow interest = log.interests.get("ann");
    assertThat(interest.getValuesOrThrow("tags_en").getStringList().getValuesList())
        .contains("running shoes");
    assertThat(interest.getValuesOrThrow("interest_vector").getFloatVector().getValuesList())
        .isEqualTo(portrait.getInterestVectorList())
        .hasSize(InterestVector.DIMENSIONS);
    assertThat(interest.getValuesOrThrow("interest_vector_version").getStringValue())
        .isEqualTo(portrait.getInterestVectorVersion());
  }

  @Test
  void whoWasNeverHeardOfIsNotFound() {
    assertThatThrownBy(() -> portrait("nobody", "en"))
        .hasMessageContaining("user_id: nothing has the id 'nobody'");
    assertThatThrownBy(
            () -> service.getSegment(GetSegmentRequest.newBuilder().setSegmentId("none").build()))
        .hasMessageContaining("segment_id");
  }

  @Test
  void anEmptyLogGivesEmptyListsAndNoFailure() {
    assertThat(service.listSegments(ListSegmentsRequest.getDefaultInstance()).getSegmentsList())
        .extracting(Segment::getSegmentId)
        .containsExactly("shoe-lovers");
    assertThat(
            service
                .listAssociationRules(ListAssociationRulesRequest.getDefaultInstance())
                .getRulesList())
        .isEmpty();
  }

  @Test
  void takesUpTheLogAgainWhenTheFeatureStoreComesBack() throws Exception {
    log.add(List.of(purchase("ann", now - DAY, "o1", "tea", 2000)));
    await(() -> isKnown("ann"));
    log.lost = true;
    await(() -> !insights.shortcomings().isEmpty());
    log.lost = false;
    log.add(List.of(purchase("ann", now - DAY / 2, "o2", "tea", 2000)));
    await(() -> portrait("ann", "en").getFrequency() == 2);
    await(() -> insights.shortcomings().isEmpty());
  }

  private List<Event> manyOrders(int people) {
    SplittableRandom random = new SplittableRandom(3);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      int orders = 1 + random.nextInt(1 + i % 9);
      for (int o = 0; o < orders; o++) {
        long at = now - (long) (random.nextDouble() * 200 * DAY) - DAY;
        String order = i + "-" + o;
        boolean sporty = i % 2 == 0;
        events.add(purchase("u" + i, at, order, sporty ? "shoe" : "tea", sporty ? 9900 : 2000));
        if (sporty && random.nextDouble() < 0.8) {
          events.add(purchase("u" + i, at, order, "sock", 900));
        }
      }
    }
    return events;
  }

  @Test
  void aStudyFindsSegmentsRulesAndLifetimeValues() throws Exception {
    log.add(manyOrders(300));
    await(() -> isKnown("u299"));
    insights.studyOnce();
    List<Segment> segments =
        service.listSegments(ListSegmentsRequest.getDefaultInstance()).getSegmentsList();
    assertThat(
            segments.stream().filter(s -> s.getRule().isEmpty()).mapToLong(Segment::getSize).sum())
        .isEqualTo(300);
    assertThat(segments).allSatisfy(s -> assertThat(s.getNamesMap()).containsKeys("en", "zh"));
    GetSegmentResponse one =
        service.getSegment(
            GetSegmentRequest.newBuilder()
                .setSegmentId(segments.getFirst().getSegmentId())
                .build());
    assertThat(one.getExamplePseudonymsList())
        .isNotEmpty()
        .allMatch(name -> name.matches("person-[0-9a-f]{8}"));
    ListAssociationRulesResponse rules =
        service.listAssociationRules(
            ListAssociationRulesRequest.newBuilder().addItemIds("shoe").build());
    assertThat(rules.getRulesList())
        .extracting(rule -> rule.getThenItemIds(0))
        .containsExactly("sock");
    assertThat(rules.getRules(0).getConfidence()).isBetween(0.7, 0.9);
    GetPortraitResponse portrait = portrait("u8", "en");
    assertThat(portrait.getChurnProbability()).isBetween(0.0, 1.0);
    assertThat(portrait.getExpectedValueMinorUnits()).isPositive();
    assertThat(portrait.getSegmentIdsCount()).isPositive();
    assertThat(log.rows).hasSize(300);

    // A restart continues the segments from the database.
    insights.close();
    insights = insights();
    insights.studyOnce();
    service = InsightServiceGrpc.newBlockingStub(serve(insights.services().getFirst()));
    assertThat(service.listSegments(ListSegmentsRequest.getDefaultInstance()).getSegmentsList())
        .extracting(Segment::getSegmentId)
        .containsExactlyInAnyOrderElementsOf(segments.stream().map(Segment::getSegmentId).toList());
  }

  @Test
  void rulesAreOfOrdersOfViewsAndOfCategories() throws Exception {
    List<Event> events = manyOrders(60);
    for (int visit = 0; visit < 60; visit++) {
      for (String item : visit % 2 == 0 ? List.of("sock", "tea") : List.of("shoe")) {
        events.add(
            Event.newBuilder()
                .setEventId("v" + visit + item)
                .setType(EventType.EVENT_TYPE_CLICK)
                .setUserId("u" + visit)
                .setSessionId("visit" + visit)
                .setItemId(item)
                .setEventTimeUnixMs(now - DAY)
                .build());
      }
    }
    log.add(events);
    insights.studyOnce();
    assertThat(rules(AssociationBasis.ASSOCIATION_BASIS_ORDERS)).contains("shoe > sock");
    assertThat(rules(AssociationBasis.ASSOCIATION_BASIS_VIEWS))
        .containsExactlyInAnyOrder("sock > tea", "tea > sock");
    assertThat(rules(AssociationBasis.ASSOCIATION_BASIS_CATEGORIES))
        .contains("clothing/shoes > clothing/socks")
        .noneMatch(rule -> rule.contains("clothing >") || rule.endsWith("> clothing"));
  }

  private List<String> rules(AssociationBasis basis) {
    return service
        .listAssociationRules(ListAssociationRulesRequest.newBuilder().setBasis(basis).build())
        .getRulesList()
        .stream()
        .map(rule -> String.join("+", rule.getIfItemIdsList()) + " > " + rule.getThenItemIds(0))
        .toList();
  }

  @Test
  void modelsOfIntentOutliveARestart() throws Exception {
    insights.close();
    IntentTarget target = IntentTarget.WEEK;
    SplittableRandom random = new SplittableRandom(4);
    Examples.Builder examples = Examples.of(target.columns());
    double[] scores = new double[200];
    double[] labels = new double[200];
    for (int i = 0; i < 200; i++) {
      double[] row = random.doubles(target.columns().size()).toArray();
      labels[i] = row[0] > 0.5 ? 1 : 0;
      scores[i] = row[0];
      examples.add(labels[i], row);
    }
    TreeModel trees = TreeTrainer.train(examples.build(), TreeOptions.FOREST.withRounds(5));
    new IntentStore(folder.resolve("intent"))
        .save(
            new IntentModel(
                "intent-before",
                Map.of(
                    target,
                    new IntentModel.Served(
                        IntentClassifier.parse(trees.text()),
                        IsotonicCalibration.fit(scores, labels))),
                Map.of(),
                List.of()),
            now,
            10_000_000);
    insights = insights();
    service = InsightServiceGrpc.newBlockingStub(serve(insights.services().getFirst()));
    log.add(manyOrders(60));
    await(() -> isKnown("u59"));
    PredictIntentRequest request = PredictIntentRequest.newBuilder().setUserId("u59").build();
    assertThat(service.predictIntent(request).getModelVersion()).isEqualTo("intent-before");
    // What was learned lately from as much serves on; nothing is learned anew.
    insights.studyOnce();
    PredictIntentResponse served = service.predictIntent(request);
    assertThat(served.getModelVersion()).isEqualTo("intent-before");
    await(() -> log.rows.containsKey("u59"));
    await(() ->
        log.rows.get("u59").getValuesOrThrow("buys_in_7_days").getDoubleValue()
            == served.getBuysIn7Days());
  }

  @Test
  void liveFactsAgreeWithTheStudy() throws Exception {
    List<Event> events = manyOrders(60);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      events.add(
          Event.newBuilder()
              .setEventId("c" + i)
              .setType(i % 5 == 0 ? EventType.EVENT_TYPE_ADD_TO_CART : EventType.EVENT_TYPE_CLICK)
              .setUserId("u" + random.nextInt(60))
              .setItemId(i % 2 == 0 ? "shoe" : "tea")
              .setEventTimeUnixMs(now - (long) (random.nextDouble() * 200 * DAY))
              .build());
    }
    LivePeople live = new LivePeople(items::get, ZoneOffset.UTC, 30, 1000);
    try (EventTable table = new EventTable(items::get, ZoneOffset.UTC, 100_000, 500)) {
      for (Event event : events) {
        live.add(ShopEvent.of(event), now);
        table.append(ShopEvent.of(event));
      }
      ShopAnalysis analysis = new ShopAnalysis(table, now, 30);
      PeopleTable people = analysis.people(analysis.newestMillis());
      assertThat(people.size()).isEqualTo(60);
      for (int row = 0; row < people.size(); row++) {
        LivePerson person = live.find(people.id(row));
        Map<PersonFact, Double> facts =
            person.facts(analysis.newestMillis(), live.today(analysis.newestMillis()));
        for (PersonFact fact : PersonFact.values()) {
          if (facts.containsKey(fact)) {
            assertThat(facts.get(fact))
                .as(people.id(row) + " " + fact)
                .isCloseTo(people.get(fact, row), within(1e-6));
          }
        }
        Map<String, Double> shares = person.categories();
        int at = row;
        people
            .categories(row)
            .forEach((category, share) ->
                assertThat(shares.get(category))
                    .as(people.id(at) + " " + category)
                    .isCloseTo(share, within(1e-9)));
      }
    }
  }
}
