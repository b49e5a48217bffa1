// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import dev.proffer.proto.experiment.v1.Outcome;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.Reward;
import dev.proffer.ranker.catalogue.Catalogue;
import dev.proffer.ranker.catalogue.CatalogueDirectory;
import dev.proffer.ranker.catalogue.CatalogueHandler;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueLookup;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.catalogue.People;
import dev.proffer.ranker.coupon.CouponBook;
import dev.proffer.ranker.coupon.CouponKey;
import dev.proffer.ranker.decision.DecisionLog;
import dev.proffer.ranker.decision.RewardJoiner;
import dev.proffer.ranker.decision.SlotExploration;
import dev.proffer.ranker.experiment.Experiments;
import dev.proffer.ranker.insight.Insights;
import dev.proffer.ranker.ledger.Leases;
import dev.proffer.ranker.ledger.Ledger;
import dev.proffer.ranker.ledger.LedgerHandler;
import dev.proffer.ranker.model.ModelHandler;
import dev.proffer.ranker.model.ModelHost;
import dev.proffer.ranker.model.ModelStore;
import dev.proffer.ranker.planning.Campaigns;
import dev.proffer.ranker.planning.PlanningDesk;
import dev.proffer.ranker.planning.PlanningHandler;
import dev.proffer.ranker.policy.Policies;
import dev.proffer.ranker.policy.PolicyState;
import dev.proffer.ranker.promotion.LaneRules;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.ranker.ranking.Arranging;
import dev.proffer.ranker.ranking.Deciding;
import dev.proffer.ranker.ranking.Diversity;
import dev.proffer.ranker.ranking.FeatureStoreClient;
import dev.proffer.ranker.ranking.FrequencyCap;
import dev.proffer.ranker.ranking.Recommender;
import dev.proffer.ranker.ranking.RecommenderHandler;
import dev.proffer.ranker.ranking.Scenes;
import dev.proffer.ranker.ranking.Searching;
import dev.proffer.ranker.ranking.Sources;
import dev.proffer.ranker.ranking.Stage;
import dev.proffer.ranker.ranking.Valuing;
import dev.proffer.ranker.ranking.Worth;
import dev.proffer.ranker.retrieval.BoughtTogether;
import dev.proffer.ranker.retrieval.ContentKeeper;
import dev.proffer.ranker.retrieval.OnnxTextVectors;
import dev.proffer.ranker.retrieval.Retrieval;
import dev.proffer.ranker.retrieval.SourceBudgets;
import dev.proffer.ranker.search.TextIndex;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.service.ServiceModule;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import io.grpc.BindableService;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The ranker as a service: catalogue, retrieval, ranking, promotions, decisions.
public final class RankerModule implements ServiceModule {
  private static final Duration CONTENT_POLL = Duration.ofMillis(300);
  // A lease that does not answer at once is worth nothing: the promotion's row is there.
  private static final Duration LEASE_PATIENCE = Duration.ofMillis(30);
  private static final Duration LEASE_CONNECT = Duration.ofSeconds(2);
  private static final int LEASE_QUEUE_MAX = 2_000;

  private final Stage.Listener stages;

  public RankerModule() {
    this(Stage.Listener.NONE);
  }

  /// @param stages hears how requests go on, to measure them
  public RankerModule(Stage.Listener stages) {
    this.stages = stages;
  }

  @Override
  public String name() {
    return Peers.RANKER;
  }

  @Override
  public List<Setting<?>> settings() {
    return RankerSettings.all();
  }

  @Override
  public RunningService start(ServiceContext context) {
    // Each request draws from the generator of its own thread.
    return start(context, () -> ThreadLocalRandom.current().nextLong(), stages);
  }

  /// Starts with a given source of chance, for tests.
  static RunningService start(ServiceContext context, RandomGenerator random) {
    return start(context, random, Stage.Listener.NONE);
  }

  private static RunningService start(
      ServiceContext context, RandomGenerator random, Stage.Listener stages) {
    Settings settings = context.settings();
    Path folder = context.dataFolder().resolve(Peers.RANKER);
    ItemNumbers numbers = new ItemNumbers();
    Database database = Database.open(settings, folder, "ranker");
    Database decisionDatabase = Database.open(settings, folder, "decisions");
    Catalogue catalogue = new Catalogue(database, numbers);
    FeatureStoreClient features =
        new FeatureStoreClient(
            context.peers().channel(Peers.FEATURE_STORE),
            settings.get(RankerSettings.FEATURE_STORE_TIMEOUT),
            settings.get(RankerSettings.ITEM_FEATURES_AGE));
    Insights insights =
        new Insights(
            context.peers().channel(Peers.FEATURE_STORE),
            database,
            new CatalogueDirectory(catalogue),
            Insights.rules(context.dataFolder(), settings),
            Insights.Options.of(settings, folder, settings.get(RankerSettings.LEARN_ONLINE)),
            context.clock(),
            context.meters());
    People people = new People(catalogue, features::orderCount, insights::segmentIds);
    CouponBook coupons =
        new CouponBook(
            database,
            CouponKey.load(folder.resolve("coupon.key")),
            context.clock(),
            new SecureRandom());
    Ledger ledger = new Ledger(database, context.clock(), coupons, leases(context));
    Promotions promotions =
        new Promotions(
            database,
            new CatalogueLookup(catalogue),
            people,
            lanes(settings),
            context.clock(),
            context.meters(),
            ledger,
            coupons);
    Experiments experiments =
        new Experiments(
            database, settings.get(RankerSettings.HOLDOUT), context.clock(), context.meters());
    Policies policies = new Policies(database, context.clock(), context.meters());
    DecisionLog decisions =
        new DecisionLog(
            decisionDatabase,
            settings.get(RankerSettings.DECISIONS_QUEUE_MAX),
            settings.get(RankerSettings.DECISIONS_MAX));
    policies.alsoForget(decisions::erase);
    RewardJoiner joiner =
        new RewardJoiner(
            decisions,
            context.peers().channel(Peers.FEATURE_STORE),
            new PolicyLearner(policies, experiments),
            new CatalogueCosts(catalogue),
            settings.get(RankerSettings.ATTRIBUTION_WINDOW),
            settings.get(RankerSettings.REWARD_POLL),
            context.meters());
    if (settings.get(RankerSettings.LEARN_ONLINE)) {
      joiner.start();
    }
    ModelStore store =
        new ModelStore(context.dataFolder().resolve(settings.get(RankerSettings.MODELS_FOLDER)));
    ModelHost models =
        new ModelHost(
            store,
            numbers,
            context.peers().channel(Peers.FEATURE_STORE),
            settings.get(RankerSettings.MODEL_POLL),
            settings.get(RankerSettings.LEARN_ONLINE));
    TextIndex texts = new TextIndex(catalogue.snapshot());
    boolean encode = settings.get(RankerSettings.TITLE_ENCODER);
    ContentKeeper content =
        new ContentKeeper(
            catalogue,
            encode
                ? new ContentKeeper.Encoders(
                    () -> OnnxTextVectors.orNone(OnnxTextVectors::english),
                    () -> OnnxTextVectors.orNone(OnnxTextVectors::chinese))
                : ContentKeeper.Encoders.NONE,
            CONTENT_POLL,
            snapshot -> {
              texts.follow(snapshot);
              models.follow(snapshot);
            });
    ExecutorService executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("source-", 0).factory());
    Valuing valuing =
        new Valuing(
            features,
            settings.get(RankerSettings.PROMOTION_WEIGHT),
            settings.get(RankerSettings.RERANK_MAX),
            new Worth(
                settings.get(RankerSettings.MARGIN_WEIGHT),
                settings.get(RankerSettings.MARGIN_SHARE),
                settings.get(RankerSettings.VALUED_MAX)));
    Recommender recommender =
        new Recommender(
            new Scenes(
                catalogue,
                promotions,
                people,
                models,
                features,
                settings.get(RankerSettings.HISTORY_MAX),
                context.clock()),
            new Sources(
                content,
                BoughtTogether.following(insights::ruleBook, numbers),
                new Retrieval(executor),
                settings.get(RankerSettings.CANDIDATES_MAX),
                settings.get(RankerSettings.SOURCE_TIMEOUT),
                SourceBudgets.parse(settings.get(RankerSettings.SOURCE_BUDGETS))),
            valuing,
            new Arranging(
                new Diversity(
                    settings.get(RankerSettings.DIVERSITY),
                    settings.get(RankerSettings.CATEGORY_SHARE_MAX),
                    settings.get(RankerSettings.BRAND_SHARE_MAX)),
                new FrequencyCap(
                    settings.get(RankerSettings.FREQUENCY_CAP),
                    settings.get(RankerSettings.FREQUENCY_WINDOW)),
                new SlotExploration(settings.get(RankerSettings.EXPLORATION_EPSILON)),
                settings.get(RankerSettings.EXPLORATION_POOL),
                content,
                random),
            new Searching(texts, content, valuing, settings.get(RankerSettings.CANDIDATES_MAX)),
            decisions,
            new Deciding(
                experiments,
                policies,
                new Deciding.Options(
                    settings.get(RankerSettings.OFFER_POLICY),
                    settings.get(RankerSettings.PERSONAL_OFFER_POLICY),
                    settings.get(RankerSettings.RANKER_POLICY),
                    settings.get(RankerSettings.LAYOUT_POLICY),
                    settings.get(RankerSettings.RANKERS))),
            settings.get(RankerSettings.BUDGET),
            random,
            stages);
    List<BindableService> services = new ArrayList<>();
    services.add(new CatalogueHandler(catalogue));
    services.add(new RecommenderHandler(recommender));
    services.add(new ModelHandler(store, models, decisions));
    services.addAll(promotions.services());
    services.add(new LedgerHandler(promotions, ledger, coupons, context.clock()));
    PlanningDesk planning =
        new PlanningDesk(
            context.peers().channel(Peers.FEATURE_STORE),
            promotions,
            new CatalogueLookup(catalogue),
            experiments::isHeldOut,
            context.clock());
    Campaigns campaigns =
        new Campaigns(
            planning,
            promotions,
            database,
            context.clock(),
            settings.get(RankerSettings.CAMPAIGN_PATIENCE));
    promotions.chooseWith(campaigns::choose);
    promotions.grantWith(campaigns);
    services.add(new PlanningHandler(planning, campaigns));
    services.addAll(experiments.services());
    services.addAll(policies.services());
    services.addAll(insights.services());
    return new Running(
        List.copyOf(services),
        () -> recommender.warmUp(settings.get(RankerSettings.WARM_UP)),
        catalogue,
        promotions,
        campaigns,
        ledger,
        experiments,
        policies,
        insights,
        joiner,
        models,
        content,
        texts,
        decisions,
        executor,
        List.of(database, decisionDatabase));
  }

  /// Policies as what rewards go to.
  private record PolicyLearner(Policies policies, Experiments experiments)
      implements RewardJoiner.Learner {
    @Override
    public @Nullable PolicySpec spec(String policy) {
      PolicyState state = policies.find(policy);
      return state == null ? null : state.spec();
    }

    @Override
    public void learn(List<Reward> rewards) {
      policies.learn(rewards);
    }

    @Override
    public void outcomes(List<Outcome> outcomes) {
      experiments.learn(outcomes);
    }
  }

  /// Costs as the catalogue has them.
  private record CatalogueCosts(Catalogue catalogue) implements RewardJoiner.Costs {
    @Override
    public OptionalLong costMinorUnits(String itemId) {
      CatalogueItem item = catalogue.snapshot().find(itemId);
      return item == null || !item.item().hasCostMinorUnits()
          ? OptionalLong.empty()
          : OptionalLong.of(item.item().getCostMinorUnits());
    }
  }

  private static LaneRules lanes(Settings settings) {
    try {
      return LaneRules.parse(settings.get(RankerSettings.PROMOTION_LANES));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          RankerSettings.PROMOTION_LANES.key() + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable Leases leases(ServiceContext context) {
    String uri = context.settings().get(RankerSettings.LEASE_REDIS);
    if (uri.equals("none")) {
      return null;
    }
    RedisLink link =
        RedisLink.open(
            new RedisLinkOptions(uri, LEASE_PATIENCE, LEASE_CONNECT, 1, LEASE_QUEUE_MAX),
            "leases",
            context.meters());
    return Leases.inRedis(link, context.clock(), context.settings().get(RankerSettings.LEASE_HOT));
  }

  private static final class Running implements RunningService {
    private final List<BindableService> services;
    private final Runnable warmUp;
    private final Promotions promotions;
    private final Campaigns campaigns;
    private final Ledger ledger;
    private final Experiments experiments;
    private final Policies policies;
    private final Insights insights;
    private final RewardJoiner joiner;
    private final ModelHost models;
    private final ContentKeeper content;
    private final TextIndex texts;
    private final DecisionLog decisions;
    private final ExecutorService executor;
    private final List<Database> databases;
    private final CatalogueRefresher refresher;

    Running(
        List<BindableService> services,
        Runnable warmUp,
        Catalogue catalogue,
        Promotions promotions,
        Campaigns campaigns,
        Ledger ledger,
        Experiments experiments,
        Policies policies,
        Insights insights,
        RewardJoiner joiner,
        ModelHost models,
        ContentKeeper content,
        TextIndex texts,
        DecisionLog decisions,
        ExecutorService executor,
        List<Database> databases) {
      this.services = services;
      this.warmUp = warmUp;
      this.promotions = promotions;
      this.campaigns = campaigns;
      this.ledger = ledger;
      this.experiments = experiments;
      this.policies = policies;
      this.insights = insights;
      this.joiner = joiner;
      this.models = models;
      this.content = content;
      this.texts = texts;
      this.decisions = decisions;
      this.executor = executor;
      this.databases = databases;
      this.refresher = new CatalogueRefresher(catalogue, databases.getFirst().engine());
    }

    @Override
    public List<BindableService> services() {
      return services;
    }

    @Override
    public void warmUp() {
      warmUp.run();
    }

    @Override
    public List<Shortcoming> shortcomings() {
      List<Shortcoming> shortcomings = new ArrayList<>();
      if (!models.serving().fromBundle()) {
        shortcomings.add(
            new Shortcoming(
                "model",
                models.problem().isEmpty() ? "no model bundle is active" : models.problem()));
      } else if (!models.problem().isEmpty()) {
        shortcomings.add(new Shortcoming("model", models.problem()));
      }
      if (!decisions.problem().isEmpty()) {
        shortcomings.add(new Shortcoming("decision-log", decisions.problem()));
      }
      shortcomings.addAll(insights.shortcomings());
      return shortcomings;
    }

    @Override
    public void close() {
      insights.close();
      refresher.close();
      models.close();
      content.close();
      texts.close();
      promotions.close();
      campaigns.close();
      ledger.close();
      experiments.close();
      joiner.close();
      policies.close();
      decisions.close();
      executor.shutdownNow();
      databases.forEach(Database::close);
    }
  }
}
