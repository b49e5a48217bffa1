// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import dev.proffer.ranker.insight.InsightSettings;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.sql.SqlSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Settings of the ranker.
public final class RankerSettings {
  public static final Setting<Duration> BUDGET =
      Setting.duration(
          "ranker.budget",
          "250ms",
          "How long a recommendation may take; what is not there by then is left out and named");

  public static final Setting<Duration> FEATURE_STORE_TIMEOUT =
      Setting.duration(
          "ranker.feature-store-timeout",
          "100ms",
          "How long the feature store may take before remembered features are used instead");

  public static final Setting<Duration> ITEM_FEATURES_AGE =
      Setting.duration(
          "ranker.item-features-age",
          "10s",
          "How long the learned ranker uses what the feature store said of an item again; 0s asks for"
              + " every candidate of every request");

  public static final Setting<Duration> SOURCE_TIMEOUT =
      Setting.duration(
          "ranker.source-timeout",
          "80ms",
          "How long the candidate sources, which run at the same time, may take before they are cut");

  public static final Setting<String> SOURCE_BUDGETS =
      Setting.text(
          "ranker.source-budgets",
          "new-arrivals=100",
          "Quotas and times of single candidate sources, such as content=100@30ms,new-arrivals=40;"
              + " a quota of 0 leaves a source out");

  public static final Setting<Boolean> TITLE_ENCODER =
      Setting.flag(
          "ranker.title-encoder",
          false,
          "Whether titles are also compared by meaning, with an encoder for English that takes some"
              + " milliseconds for each new title");

  public static final Setting<Duration> CAMPAIGN_PATIENCE =
      Setting.duration(
          "ranker.campaign-patience",
          "50ms",
          "How long a request waits for what campaigns give to a person; later ones find it decided");

  public static final Setting<Integer> CANDIDATES_MAX =
      Setting.integer(
          "ranker.candidates-max", 300, 10, 5000, "Items that each candidate source may propose");

  public static final Setting<Integer> HISTORY_MAX =
      Setting.integer(
          "ranker.history-max", 50, 1, 256, "Latest items of a person that are looked at");

  public static final Setting<Double> EXPLORATION_EPSILON =
      Setting.number(
          "ranker.exploration-epsilon",
          0.1,
          0,
          1,
          "How often the last place of a list goes to chance, as a probability");

  public static final Setting<Integer> EXPLORATION_POOL =
      Setting.integer(
          "ranker.exploration-pool",
          20,
          1,
          500,
          "How many of the best items below the list can get the place that goes to chance");

  public static final Setting<Integer> RERANK_MAX =
      Setting.integer(
          "ranker.rerank-max",
          500,
          10,
          5_000,
          "How many candidates the learned ranker looks at, best of the blend first");

  public static final Setting<Double> DIVERSITY =
      Setting.number(
          "ranker.diversity",
          0,
          0,
          1,
          "How much unlikeness counts against value in a list: 0 orders by value alone");

  public static final Setting<Double> CATEGORY_SHARE_MAX =
      Setting.number(
          "ranker.category-share-max",
          1,
          0,
          1,
          "The share of the places of a list that one category may have; 1 is no quota");

  public static final Setting<Double> BRAND_SHARE_MAX =
      Setting.number(
          "ranker.brand-share-max",
          1,
          0,
          1,
          "The share of the places of a list that one brand may have; 1 is no quota");

  public static final Setting<Integer> FREQUENCY_CAP =
      Setting.integer(
          "ranker.frequency-cap",
          0,
          0,
          1_000,
          "How often an item may be shown to a person within ranker.frequency-window; 0 is no cap."
              + " Each replica counts what it showed itself");

  public static final Setting<Duration> FREQUENCY_WINDOW =
      Setting.duration(
          "ranker.frequency-window", "1d", "How long a showing counts for ranker.frequency-cap");

  public static final Setting<Double> PROMOTION_WEIGHT =
      Setting.number(
          "ranker.promotion-weight",
          0.25,
          0,
          10,
          "How much a promotion lifts an item: a price reduced to nothing multiplies the score by 1"
              + " plus this");

  public static final Setting<Double> MARGIN_WEIGHT =
      Setting.number(
          "ranker.margin-weight",
          1,
          0,
          1,
          "Power of the margin where probabilities of clicks and purchases order: 1 orders by the"
              + " margin that is to be expected, 0 by the probability of a purchase alone");

  public static final Setting<Double> MARGIN_SHARE =
      Setting.number(
          "ranker.margin-share",
          0.3,
          0,
          1,
          "The margin of items whose cost is not known, as a share of their list price");

  public static final Setting<Integer> VALUED_MAX =
      Setting.integer(
          "ranker.valued-max",
          100,
          10,
          5_000,
          "How many of the most relevant candidates are ordered by probabilities and margin, where"
              + " the bundle has heads");

  public static final Setting<Integer> DECISIONS_QUEUE_MAX =
      Setting.integer(
          "ranker.decisions-queue-max",
          10_000,
          1,
          1_000_000,
          "Decisions that may wait to be written to the decision log");

  public static final Setting<Integer> DECISIONS_MAX =
      Setting.integer(
          "ranker.decisions-max",
          1_000_000,
          1,
          Integer.MAX_VALUE,
          "Entries that the decision log keeps; the oldest go first");

  public static final Setting<Path> MODELS_FOLDER =
      Setting.path("ranker.models-folder", "models", "Where model bundles are");

  public static final Setting<Duration> MODEL_POLL =
      Setting.duration(
          "ranker.model-poll", "500ms", "How often a new current model bundle is looked for");

  public static final Setting<Boolean> LEARN_ONLINE =
      Setting.flag(
          "ranker.learn-online",
          true,
          "Whether what people do changes recommendations before the next training");

  public static final Setting<Duration> WARM_UP =
      Setting.duration(
          "ranker.warm-up", "3s", "How long to recommend to nobody before the service takes work");

  public static final Setting<Integer> HOLDOUT =
      Setting.integer(
          "ranker.holdout-basis-points",
          0,
          0,
          10_000,
          "Share of people, times 10,000, that no experiment and no policy touches, to measure all"
              + " of them together");

  public static final Setting<String> OFFER_POLICY =
      Setting.text(
          "ranker.offer-policy",
          "",
          "Policy that chooses among the legal offers of an item; empty shows the cheapest price."
              + " Its context is 10 numbers, or what the caller sends");

  public static final Setting<String> PERSONAL_OFFER_POLICY =
      Setting.text(
          "ranker.personal-offer-policy",
          "",
          "Policy that gives a person one promotion with the attribute grant=policy, by its code, or"
              + " none; empty gives none. Its context is 8 numbers, or what the caller sends");

  public static final Setting<String> RANKER_POLICY =
      Setting.text(
          "ranker.ranker-policy",
          "",
          "Policy that chooses the ranker of a reply; empty uses the best that the bundle has:"
              + " expected-margin, lambdamart or the blend");

  public static final Setting<List<String>> RANKERS =
      Setting.list(
          "ranker.rankers",
          "blend,seq-knn,popularity",
          "What the policy of rankers chooses from: blend, lambdamart, expected-margin, seq-knn,"
              + " popularity, content");

  public static final Setting<String> LAYOUT_POLICY =
      Setting.text(
          "ranker.layout-policy",
          "",
          "Policy that chooses the layout among those of a request; empty uses the first");

  public static final Setting<Duration> ATTRIBUTION_WINDOW =
      Setting.duration(
          "ranker.attribution-window",
          "7d",
          "How long after a decision what a person does with an item that it showed is its reward");

  public static final Setting<Duration> REWARD_POLL =
      Setting.duration(
          "ranker.reward-poll", "500ms", "How often rewards are looked for in the event log");

  public static final Setting<String> PROMOTION_LANES =
      Setting.text(
          "ranker.promotion-lanes",
          "item=best,order=all,shipping=best,member=best",
          "How promotions of each lane go together: 'best' gives each line to one, 'all' stacks them,"
              + " 'first' goes by priority");

  public static final Setting<String> LEASE_REDIS =
      Setting.text(
          "ranker.lease-redis",
          "none",
          "Redis for leases on budgets of promotions that many people redeem at once, as in"
              + " redis.uri; 'none' counts every redemption on the promotion's row");

  public static final Setting<Integer> LEASE_HOT =
      Setting.integer(
          "ranker.lease-hot-per-second",
          50,
          0,
          1_000_000,
          "Redemptions a second, on one server, from which a promotion's budget is leased");

  public static final Setting<String> TRAINING_SOURCES =
      Setting.text(
          "ranker.training-sources",
          "auto",
          "Sources that training learns as a whole: auto (where validation wants them), none, or some"
              + " of item-knn, factors, spectral, ease and sasrec");

  public static final Setting<String> TRAINING_RANKER =
      Setting.text(
          "ranker.training-ranker",
          "auto",
          "What orders candidates after training: auto, blend or lambdamart");

  private RankerSettings() {}

  public static List<Setting<?>> all() {
    List<Setting<?>> all =
        new ArrayList<>(
            List.of(
                BUDGET,
                FEATURE_STORE_TIMEOUT,
                ITEM_FEATURES_AGE,
                SOURCE_TIMEOUT,
                SOURCE_BUDGETS,
                TITLE_ENCODER,
                CAMPAIGN_PATIENCE,
                CANDIDATES_MAX,
                HISTORY_MAX,
                EXPLORATION_EPSILON,
                EXPLORATION_POOL,
                RERANK_MAX,
                DIVERSITY,
                CATEGORY_SHARE_MAX,
                BRAND_SHARE_MAX,
                FREQUENCY_CAP,
                FREQUENCY_WINDOW,
                PROMOTION_WEIGHT,
                MARGIN_WEIGHT,
                MARGIN_SHARE,
                VALUED_MAX,
                DECISIONS_QUEUE_MAX,
                DECISIONS_MAX,
                MODELS_FOLDER,
                MODEL_POLL,
                LEARN_ONLINE,
                WARM_UP,
                HOLDOUT,
                OFFER_POLICY,
                PERSONAL_OFFER_POLICY,
                RANKER_POLICY,
                RANKERS,
                LAYOUT_POLICY,
                ATTRIBUTION_WINDOW,
                REWARD_POLL,
                PROMOTION_LANES,
                LEASE_REDIS,
                LEASE_HOT,
                TRAINING_SOURCES,
                TRAINING_RANKER));
    all.addAll(InsightSettings.all());
    all.addAll(SqlSettings.all());
    return all;
  }
}
