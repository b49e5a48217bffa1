// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.promotion.v1.Allocation;
import dev.proffer.proto.promotion.v1.DecideOfferRequest;
import dev.proffer.proto.promotion.v1.DecideOfferResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.ranker.allocation.PacedAllocator;
import dev.proffer.ranker.planning.CampaignStore.Decided;
import dev.proffer.ranker.planning.CampaignStore.Grant;
import dev.proffer.ranker.planning.CampaignStore.State;
import dev.proffer.ranker.planning.PlanningDesk.Knowledge;
import dev.proffer.ranker.planning.PlanningDesk.Outlook;
import dev.proffer.ranker.planning.PlanningDesk.Worth;
import dev.proffer.ranker.promotion.CompiledPromotion;
import dev.proffer.ranker.promotion.Grants;
import dev.proffer.ranker.promotion.PromotionProbe;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.sql.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Campaigns that are decided person by person, as people come.
///
/// A decision is made in memory, at the dual prices of a [PacedAllocator], and is on disk before
/// anybody hears of it. The record is shared by all servers and outlives them: a person is decided
/// on once, whichever server asks, and what offers are expected to cost stays within their budgets
/// because the statement that counts it says so. A server that starts takes over the prices, what
/// was spent, and those who came last as examples of those who come.
///
/// People who are held out of everything that is tried get none, not even one that they were given
/// before, and are not counted: what the others bring more is what campaigns bring.
///
/// Who got an offer keeps it as long as it runs. Who got none is decided on again when the
/// promotions of the campaign change.
public final class Campaigns implements Grants, AutoCloseable {
  private static final int PEOPLE_MAX = 200_000;
  private static final Duration PEOPLE_AGE_MAX = Duration.ofMinutes(1);
  private static final int EXAMPLES = 1_000;

  /// The terms of a campaign: a hash of its promotions, the same on every server.
  private record Terms(List<CompiledPromotion> offers, String hash) {}

  /// A campaign that this server decides.
  private static final class Running {
    final ReentrantLock lock = new ReentrantLock();
    final String terms;
    final List<String> ids;
    final Outlook outlook;
    final PacedAllocator allocator;
    final long[] spentMax;
    final long[] givenMax;

    Running(
        String terms,
        List<String> ids,
        Outlook outlook,
        PacedAllocator allocator,
        long[] spentMax,
        long[] givenMax) {
      this.terms = terms;
      this.ids = ids;
      this.outlook = outlook;
      this.allocator = allocator;
      this.spentMax = spentMax;
      this.givenMax = givenMax;
    }
  }

  /// One decision and what it rests on.
  private record Outcome(
      String promotionId, boolean remembered, double price, List<String> ids, List<Worth> worths) {}

  /// What a person has, and whether something could not be decided.
  private record Given(Set<String> promotionIds, boolean learning) {}

  private final PlanningDesk desk;
  private final Promotions promotions;
  private final CampaignStore store;
  private final Clock clock;
  private final Duration patience;
  private final ReentrantLock beginning = new ReentrantLock();
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final Map<String, Terms> terms = new ConcurrentHashMap<>();
  private final Cache<String, Map<String, Grant>> people =
      Caffeine.newBuilder().maximumSize(PEOPLE_MAX).expireAfterWrite(PEOPLE_AGE_MAX).build();
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("campaign-", 0).factory());

  /// @param database the database of the promotions
  /// @param patience how long a request waits for a decision
  public Campaigns(
      PlanningDesk desk, Promotions promotions, Database database, Clock clock, Duration patience) {
    this.desk = desk;
    this.promotions = promotions;
    this.store = new CampaignStore(database);
    this.clock = clock;
    this.patience = patience;
  }

  // ---- What requests ask ----

  @Override
  public Set<String> of(
      String userId, Map<String, List<CompiledPromotion>> campaigns, Degradation degradation) {
    if (desk.isHeldOut(userId)) {
      return Set.of();
    }
    Map<String, Grant> known = people.getIfPresent(userId);
    if (known != null) {
      Set<String> all = new HashSet<>();
      boolean settled = true;
      for (Map.Entry<String, List<CompiledPromotion>> campaign : campaigns.entrySet()) {
        Grant grant = known.get(campaign.getKey());
        settled &= add(grant, termsOf(campaign.getKey(), campaign.getValue()), all);
      }
      if (settled) {
        return all;
      }
    }
    Future<Given> deciding = executor.submit(() -> decide(userId, campaigns));
    try {
      Given given = deciding.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (given.learning()) {
        missing(
            degradation,
            DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
            "how people respond is still being learnt");
      }
      return given.promotionIds();
    } catch (TimeoutException e) {
      // It goes on, and is there for the next request.
      missing(degradation, DegradedCause.DEGRADED_CAUSE_DEADLINE, "the decision took too long");
    } catch (ExecutionException e) {
      missing(degradation, DegradedCause.DEGRADED_CAUSE_UNAVAILABLE, String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Set.of();
  }

  private static void missing(Degradation degradation, DegradedCause cause, String detail) {
    degradation.missing("campaigns", cause, "no offer of a campaign", detail, .05);
  }

  /// Takes over an offer that was given before; false when it must be decided.
  private static boolean add(@Nullable Grant grant, Terms terms, Set<String> all) {
    if (grant == null) {
      return false;
    }
    if (grant.promotionId().isEmpty()) {
      return grant.terms().equals(terms.hash());
    }
    for (CompiledPromotion offer : terms.offers()) {
      if (offer.id().equals(grant.promotionId())) {
        all.add(grant.promotionId());
        return true;
      }
    }
    return false;
  }

  private Given decide(String userId, Map<String, List<CompiledPromotion>> campaigns) {
    Map<String, Grant> known = new HashMap<>(store.grants(userId));
    Set<String> all = new HashSet<>();
    boolean learning = false;
    for (Map.Entry<String, List<CompiledPromotion>> campaign :
        new TreeMap<>(campaigns).entrySet()) {
      Terms now = termsOf(campaign.getKey(), campaign.getValue());
      Grant before = known.get(campaign.getKey());
      if (add(before, now, all)) {
        continue;
      }
      Knowledge knowledge = desk.latest();
      if (knowledge == null) {
        learning = true;
        continue;
      }
      Outcome outcome = decide(campaign.getKey(), now, userId, before, knowledge);
      if (!outcome.promotionId().isEmpty()) {
        all.add(outcome.promotionId());
      }
      known.put(campaign.getKey(), new Grant(now.hash(), outcome.promotionId()));
    }
    people.put(userId, Map.copyOf(known));
    return new Given(Set.copyOf(all), learning);
  }

  /// Decides on one person for a set of offers, which are those of a campaign or stand for one.
  DecideOfferResponse decide(DecideOfferRequest request) {
    List<String> ids = request.getPromotionIdsList().stream().sorted().toList();
    // An unknown one is named by its place in the request.
    desk.probes(request.getPromotionIdsList());
    List<CompiledPromotion> offers =
        ids.stream().map(id -> promotions.snapshot().find(id)).filter(one -> one != null).toList();
    String campaignId = campaignOf(offers);
    Terms now = termsOf(campaignId, offers);
    Knowledge knowledge = desk.knowledge();
    String userId = request.getUserId();
    if (desk.isHeldOut(userId)) {
      return DecideOfferResponse.newBuilder()
          .setAllocation(Allocation.newBuilder().setUserId(userId))
          .build();
    }
    Grant before = store.grants(userId).get(campaignId);
    Set<String> had = new HashSet<>();
    Running campaign = running(campaignId, now, knowledge);
    Outcome outcome =
        add(before, now, had)
            ? new Outcome(
                had.stream().findFirst().orElse(""),
                true,
                campaign.allocator.price(),
                campaign.ids,
                worths(campaign, userId))
            : decide(campaignId, now, userId, before, knowledge);
    people.invalidate(userId);
    Allocation.Builder allocation = Allocation.newBuilder().setUserId(userId);
    int chosen = outcome.ids().indexOf(outcome.promotionId());
    if (chosen >= 0) {
      Worth worth = outcome.worths().get(chosen);
      allocation
          .setPromotionId(outcome.promotionId())
          .setUplift(worth.uplift())
          .setProbability(worth.probability())
          .setExpectedCostMinorUnits(worth.cost())
          .setExpectedValueMinorUnits(
              Double.isFinite(worth.value()) ? Math.round(worth.value()) : 0);
    }
    DecideOfferResponse.Builder response =
        DecideOfferResponse.newBuilder()
            .setAllocation(allocation)
            .setRemembered(outcome.remembered())
            .setDualPrice(outcome.price());
    Degradation degradation = PlanningDesk.degradation(knowledge);
    if (!degradation.parts().isEmpty()) {
      response.setDegraded(degradation.toProto());
    }
    return response.build();
  }

  /// The promotion with a budget that this person is offered, or an empty text.
  public String choose(String userId, List<String> promotionIds) {
    return decide(
            DecideOfferRequest.newBuilder()
                .setUserId(userId)
                .addAllPromotionIds(promotionIds.subList(0, Math.min(32, promotionIds.size())))
                .build())
        .getAllocation()
        .getPromotionId();
  }

  /// The campaign that all offers are of, or a name for offers that somebody put together.
  private static String campaignOf(List<CompiledPromotion> offers) {
    Set<String> named = new HashSet<>();
    offers.forEach(offer -> named.add(offer.proto().getCampaignId()));
    if (named.size() == 1 && !named.contains("")) {
      return named.iterator().next();
    }
    MessageDigest digest = sha256();
    offers.forEach(offer -> digest.update((offer.id() + "\n").getBytes(StandardCharsets.UTF_8)));
    return "offers/" + HexFormat.of().formatHex(digest.digest());
  }

  // ---- Deciding ----

  private Outcome decide(
      String campaignId, Terms now, String userId, @Nullable Grant before, Knowledge knowledge) {
    Running campaign = running(campaignId, now, knowledge);
    List<Worth> worths = worths(campaign, userId);
    Outlook outlook = campaign.outlook;
    int chosen;
    double[] prices;
    double price;
    campaign.lock.lock();
    try {
      double done =
          (double) (clock.millis() - outlook.startMillis())
              / (outlook.endMillis() - outlook.startMillis());
      chosen =
          campaign.allocator.next(
              worths.stream().mapToDouble(Worth::value).toArray(),
              worths.stream().mapToLong(Worth::cost).toArray(),
              outlook.arrivals().rest(done, campaign.allocator.came() + 1));
      prices = campaign.allocator.prices();
      price = campaign.allocator.price();
    } finally {
      campaign.lock.unlock();
    }
    Decided decided =
        store.decide(
            new CampaignStore.Decision(
                campaignId,
                now.hash(),
                campaign.ids,
                userId,
                before,
                chosen < 0 ? "" : campaign.ids.get(chosen),
                chosen < 0 ? 0 : worths.get(chosen).cost(),
                chosen < 0 ? 0 : campaign.spentMax[chosen],
                chosen < 0 ? 0 : campaign.givenMax[chosen],
                prices,
                clock.millis()));
    campaign.lock.lock();
    try {
      State state = decided.state();
      campaign.allocator.sync(state.came(), state.spent(), state.given());
    } finally {
      campaign.lock.unlock();
    }
    return new Outcome(decided.promotionId(), !decided.ours(), price, campaign.ids, worths);
  }

  private List<Worth> worths(Running campaign, String userId) {
    Outlook outlook = campaign.outlook;
    return outlook.terms().stream().map(one -> desk.worth(outlook.known(), one, userId)).toList();
  }

  /// The campaign as it is now; it begins, or goes on with what the record says, when its terms or
  /// what is known of people changed.
  private Running running(String campaignId, Terms now, Knowledge knowledge) {
    Running known = running.get(campaignId);
    if (known != null && isCurrent(known, now, knowledge)) {
      return known;
    }
    beginning.lock();
    try {
      known = running.get(campaignId);
      if (known != null && isCurrent(known, now, knowledge)) {
        return known;
      }
      Running begun = begin(campaignId, now, knowledge);
      running.put(campaignId, begun);
      return begun;
    } finally {
      beginning.unlock();
    }
  }

  private static boolean isCurrent(Running known, Terms now, Knowledge knowledge) {
    return known.terms.equals(now.hash())
        && known.outlook.known().atMillis() == knowledge.atMillis();
  }

  private Running begin(String campaignId, Terms now, Knowledge knowledge) {
    List<String> ids = now.offers().stream().map(CompiledPromotion::id).toList();
    List<PromotionProbe> probes = desk.probes(ids);
    State state = store.begin(campaignId, now.hash(), ids, clock.millis());
    long[] spentMax = new long[ids.size()];
    long[] givenMax = new long[ids.size()];
    for (int offer = 0; offer < ids.size(); offer++) {
      Promotion proto = probes.get(offer).proto();
      // Never above the budget, nor above what the ledger has left beside what was given before.
      spentMax[offer] =
          within(
              proto.getLimits().getBudgetMinorUnits(),
              probes.get(offer).budgetLeft(),
              state.spent()[offer]);
      givenMax[offer] =
          within(
              proto.getLimits().getTotal(),
              probes.get(offer).redemptionsLeft(),
              state.given()[offer]);
    }
    Outlook outlook = desk.outlook(knowledge, probes, spentMax, givenMax);
    PacedAllocator allocator =
        new PacedAllocator(Long.MAX_VALUE, spentMax, givenMax, outlook.past());
    allocator.restore(state.prices());
    for (String user : store.latest(campaignId, EXAMPLES)) {
      List<Worth> worths =
          outlook.terms().stream().map(one -> desk.worth(knowledge, one, user)).toList();
      allocator.remember(
          worths.stream().mapToDouble(Worth::value).toArray(),
          worths.stream().mapToLong(Worth::cost).toArray());
    }
    allocator.sync(state.came(), state.spent(), state.given());
    return new Running(now.hash(), ids, outlook, allocator, spentMax, givenMax);
  }

  private static long within(long limit, long left, long before) {
    if (limit == 0) {
      return Long.MAX_VALUE;
    }
    return LongStream.of(limit, left > limit - before ? limit : before + left).min().getAsLong();
  }

  // ---- Terms ----

  private Terms termsOf(String campaignId, List<CompiledPromotion> offers) {
    Terms known = terms.get(campaignId);
    // Snapshots keep what they compiled, so the same promotions are the same objects.
    if (known != null && known.offers().equals(offers)) {
      return known;
    }
    MessageDigest digest = sha256();
    List<CompiledPromotion> ordered =
        offers.stream().sorted(java.util.Comparator.comparing(CompiledPromotion::id)).toList();
    for (CompiledPromotion offer : ordered) {
      digest.update(offer.declaration().getBytes(StandardCharsets.UTF_8));
    }
    Terms now = new Terms(ordered, HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), 16)));
    terms.put(campaignId, now);
    return now;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    store.close();
  }
}
