// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.promotion.v1.AllocateOffersRequest;
import dev.proffer.proto.promotion.v1.AllocateOffersResponse;
import dev.proffer.proto.promotion.v1.CampaignProposal;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.ProposeCampaignsRequest;
import dev.proffer.proto.promotion.v1.ProposeCampaignsResponse;
import dev.proffer.ranker.allocation.Allocation;
import dev.proffer.ranker.allocation.Allocator;
import dev.proffer.ranker.allocation.ArrivalForecast;
import dev.proffer.ranker.allocation.Choices;
import dev.proffer.ranker.promotion.DeclarationText;
import dev.proffer.ranker.promotion.ItemLookup;
import dev.proffer.ranker.promotion.PromotionProbe;
import dev.proffer.ranker.promotion.Promotions;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the event log, learns from it what planning needs, and answers with it until it is stale.
public final class PlanningDesk {
  private static final Logger LOG = LoggerFactory.getLogger(PlanningDesk.class);
  private static final int EVENTS_MAX = 3_000_000;
  private static final int BATCH = 5_000;
  private static final long READ_SECONDS = 120;
  private static final long FRESH_MILLIS = 600_000;
  private static final long DAY = 86_400_000L;
  private static final int SEED = 1;
  private static final int HORIZON_DAYS = 7;
  private static final int COUNT = 10;
  private static final int PEOPLE_MAX = 10_000;
  private static final int RECENT_DAYS = 90;
  private static final int SAMPLE_ORDERS = 300;
  private static final int PAST_MAX = 3_000;
  private static final int PAST_MIN = 400;
  private static final long SMALL_LOG = 1_000;

  /// What was learnt from the log at one time.
  record Knowledge(ShopLog log, Elasticity elasticity, Responses responses, long atMillis) {}

  private final Channel featureStore;
  private final Promotions promotions;
  private final ItemLookup items;
  private final Predicate<String> heldOut;
  private final Clock clock;
  private final ReentrantLock starting = new ReentrantLock();
  private @Nullable CompletableFuture<Knowledge> learning;
  private volatile @Nullable Knowledge knowledge;

  /// @param heldOut whether a person is kept out of everything that is tried
  public PlanningDesk(
      Channel featureStore,
      Promotions promotions,
      ItemLookup items,
      Predicate<String> heldOut,
      Clock clock) {
    this.featureStore = featureStore;
    this.promotions = promotions;
    this.items = items;
    this.heldOut = heldOut;
    this.clock = clock;
  }

  boolean isHeldOut(String userId) {
    return heldOut.test(userId);
  }

  // ---- Proposals ----

  ProposeCampaignsResponse propose(ProposeCampaignsRequest request) {
    ZoneId zone;
    try {
      zone = request.getTimeZone().isEmpty() ? ZoneOffset.UTC : ZoneId.of(request.getTimeZone());
    } catch (DateTimeException e) {
      throw ProfferException.invalidField(
          "time_zone", "must be an IANA name such as Asia/Shanghai");
    }
    Knowledge known = knowledge();
    Degradation degradation = degradation(known);
    int days = request.getHorizonDays() == 0 ? HORIZON_DAYS : request.getHorizonDays();
    Planner planner =
        new Planner(
            known.log(),
            items,
            promotions,
            known.elasticity(),
            known.responses(),
            clock.millis(),
            days,
            zone);
    ProposeCampaignsResponse.Builder response =
        ProposeCampaignsResponse.newBuilder()
            .setEvents(known.log().events())
            .setElasticity(known.elasticity().value())
            .setElasticityError(known.elasticity().error());
    int count = request.getCount() == 0 ? COUNT : request.getCount();
    for (Proposal proposal : planner.propose(count, request.getBudgetMinorUnits())) {
      response.addProposals(
          CampaignProposal.newBuilder()
              .setTitle(proposal.title())
              .setYaml(yaml(proposal))
              .addAllReasons(proposal.reasons())
              .setExpectedCostMinorUnits(Math.round(proposal.cost()))
              .setExpectedLiftMinorUnits(Math.round(proposal.lift()))
              .setLiftLowMinorUnits(Math.round(proposal.liftLow()))
              .setLiftHighMinorUnits(Math.round(proposal.liftHigh()))
              .setSimulatedOrders(proposal.simulatedOrders())
              .setSimulatedCostMinorUnits(proposal.simulatedCost()));
    }
    if (!degradation.parts().isEmpty()) {
      response.setDegraded(degradation.toProto());
    }
    return response.build();
  }

  private static String yaml(Proposal proposal) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(proposal.title()).append('\n');
    proposal.reasons().forEach(reason -> text.append("# ").append(reason).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            "# Expected: cost %,d, lift %,d (90 %%: %,d to %,d), net %,d minor units.%n",
            Math.round(proposal.cost()),
            Math.round(proposal.lift()),
            Math.round(proposal.liftLow()),
            Math.round(proposal.liftHigh()),
            Math.round(proposal.net())));
    text.append(
        String.format(
            Locale.ROOT,
            "# On the event log it would have applied to %,d orders and taken off %,d.%n",
            proposal.simulatedOrders(),
            proposal.simulatedCost()));
    return text.append(DeclarationText.of(List.of(proposal.promotion()))).toString();
  }

  // ---- Allocation ----

  AllocateOffersResponse allocate(AllocateOffersRequest request) {
    if (request.getUserIdsCount() > 0
        && request.getUserIdsList().stream().distinct().count() < request.getUserIdsCount()) {
      throw ProfferException.invalidField("user_ids", "must not name a person twice");
    }
    List<PromotionProbe> probes = probes(request.getPromotionIdsList());
    Knowledge known = knowledge();
    Degradation degradation = degradation(known);
    List<String> users =
        request.getUserIdsCount() > 0 ? request.getUserIdsList() : recent(known.log());
    int offers = probes.size();
    int people = users.size();
    double[] values = new double[people * offers];
    long[] costs = new long[people * offers];
    double[] uplifts = new double[people * offers];
    double[] chances = new double[people * offers];
    long[] budgets = new long[offers];
    long[] caps = new long[offers];
    for (int offer = 0; offer < offers; offer++) {
      PromotionProbe probe = probes.get(offer);
      budgets[offer] = probe.budgetLeft();
      caps[offer] = probe.redemptionsLeft();
      Terms terms = terms(known, probe);
      for (int person = 0; person < people; person++) {
        int at = person * offers + offer;
        Worth worth = worth(known, terms, users.get(person));
        values[at] = worth.value();
        costs[at] = worth.cost();
        uplifts[at] = worth.uplift();
        chances[at] = worth.probability();
      }
    }
    Allocation allocation =
        Allocator.allocate(
            new Choices(
                people,
                offers,
                values,
                costs,
                request.getBudgetMinorUnits() == 0 ? Long.MAX_VALUE : request.getBudgetMinorUnits(),
                budgets,
                caps));
    AllocateOffersResponse.Builder response =
        AllocateOffersResponse.newBuilder()
            .setExpectedValueMinorUnits(Math.round(allocation.value()))
            .setExpectedCostMinorUnits(allocation.cost())
            .setDualPrice(allocation.dualPrice())
            .setValueBoundMinorUnits((long) Math.ceil(allocation.bound()));
    for (int person = 0; person < people; person++) {
      int offer = allocation.offers()[person];
      dev.proffer.proto.promotion.v1.Allocation.Builder one =
          dev.proffer.proto.promotion.v1.Allocation.newBuilder().setUserId(users.get(person));
      if (offer >= 0) {
        int at = person * offers + offer;
        one.setPromotionId(request.getPromotionIds(offer))
            .setUplift(uplifts[at])
            .setProbability(chances[at])
            .setExpectedCostMinorUnits(costs[at])
            .setExpectedValueMinorUnits(Math.round(values[at]));
      }
      response.addAllocations(one);
    }
    if (!degradation.parts().isEmpty()) {
      response.setDegraded(degradation.toProto());
    }
    return response.build();
  }

  List<PromotionProbe> probes(List<String> promotionIds) {
    List<PromotionProbe> probes = new ArrayList<>();
    for (int i = 0; i < promotionIds.size(); i++) {
      PromotionProbe probe = PromotionProbe.find(promotions, promotionIds.get(i));
      if (probe == null) {
        throw ProfferException.notFound(
            ErrorReason.ERROR_REASON_UNKNOWN_PROMOTION,
            "promotion_ids[" + i + "]",
            promotionIds.get(i));
      }
      probes.add(probe);
    }
    return probes;
  }

  /// What giving an offer to a person is worth.
  record Worth(double value, long cost, double uplift, double probability) {
    static final Worth NOT_ALLOWED = new Worth(Double.NEGATIVE_INFINITY, 0, 0, 0);
  }

  Worth worth(Knowledge known, Terms terms, String userId) {
    if (terms.orders() == 0
        || heldOut.test(userId)
        || !terms.probe().isFor(userId, clock.millis())) {
      return Worth.NOT_ALLOWED;
    }
    int person = known.log().person(userId);
    double without = probability(known, person, terms, 0);
    double with = probability(known, person, terms, terms.depth());
    // Rich carts save more: the terms are scaled to what the person usually spends.
    double scale = scale(known.log(), person, terms);
    double margin = terms.spend() * scale * terms.marginRate();
    double saving = terms.saving() * scale;
    return new Worth(
        with * (margin - saving) - without * margin,
        Math.max(1, Math.round(with * saving)),
        with - without,
        with);
  }

  private static double probability(Knowledge known, int person, Terms terms, double depth) {
    long now = known.log().lastUnixMs() + 1;
    return known
        .responses()
        .probability(known.log(), person, terms.matched(), terms.elasticity(), now, depth);
  }

  // ---- Campaigns ----

  /// What is known of a campaign's offers and of those who will come, as learnt from the log.
  ///
  /// @param past people who came over the same stretch of time before, in order, or null
  record Outlook(
      Knowledge known,
      List<Terms> terms,
      @Nullable Choices past,
      ArrivalForecast arrivals,
      long startMillis,
      long endMillis) {}

  Outlook outlook(Knowledge known, List<PromotionProbe> probes, long[] budgets, long[] caps) {
    List<Terms> terms = probes.stream().map(probe -> terms(known, probe)).toList();
    long now = clock.millis();
    long start = now;
    long end = 0;
    for (PromotionProbe probe : probes) {
      long from = probe.proto().getSchedule().getStartUnixMs();
      long to = probe.proto().getSchedule().getEndUnixMs();
      start = from > 0 ? Math.min(start, from) : start;
      end = Math.max(end, to == 0 ? now + HORIZON_DAYS * DAY : to);
    }
    end = Math.max(end, now + DAY / 24);
    List<String> people = arrivals(known.log(), start, end);
    int offers = terms.size();
    double[] values = new double[people.size() * offers];
    long[] costs = new long[people.size() * offers];
    for (int i = 0; i < values.length; i++) {
      Worth worth = worth(known, terms.get(i % offers), people.get(i / offers));
      values[i] = worth.value();
      costs[i] = worth.cost();
    }
    Choices past =
        people.isEmpty()
            ? null
            : new Choices(people.size(), offers, values, costs, Long.MAX_VALUE, budgets, caps);
    // As many different people a day as came lately, each decided once.
    double expected = Math.max(1, (double) (end - now) / DAY * peopleADay(known.log()));
    double[] hours = new double[Math.clamp((end - start) / (DAY / 24), 1, 24 * 400)];
    double[] ofDay = hoursOfDay(known.log());
    for (int i = 0; i < hours.length; i++) {
      hours[i] = 1e-3 + ofDay[(int) ((start / (DAY / 24) + i) % 24)];
    }
    return new Outlook(known, terms, past, new ArrivalForecast(expected, hours), start, end);
  }

  /// Who came over the last stretch of the log that lies in the week as the campaign does, in the
  /// order of their first visit: mornings bring other people than evenings. Where that is too few,
  /// whoever came lately.
  private static List<String> arrivals(ShopLog log, long start, long end) {
    long weeks = Math.ceilDiv(Math.max(1, end - log.lastUnixMs()), 7 * DAY);
    long shift = weeks * 7 * DAY;
    Map<Integer, Long> first = new HashMap<>();
    log.views().stream()
        .filter(view -> view.atUnixMs() >= start - shift && view.atUnixMs() < end - shift)
        .forEach(view -> first.merge(view.person(), view.atUnixMs(), Math::min));
    log.purchases().stream()
        .filter(one -> one.atUnixMs() >= start - shift && one.atUnixMs() < end - shift)
        .forEach(one -> first.merge(one.person(), one.atUnixMs(), Math::min));
    first.remove(-1);
    List<String> people =
        first.entrySet().stream()
            .sorted(
                Map.Entry.<Integer, Long>comparingByValue()
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(entry -> log.people().get(entry.getKey()))
            .toList();
    if (people.size() < PAST_MIN) {
      List<String> lately = recent(log);
      return lately.subList(0, Math.min(PAST_MAX, lately.size())).reversed();
    }
    if (people.size() <= PAST_MAX) {
      return people;
    }
    // Every n-th, so that the order in time stays.
    List<String> some = new ArrayList<>(PAST_MAX);
    for (int i = 0; i < PAST_MAX; i++) {
      some.add(people.get((int) ((long) i * people.size() / PAST_MAX)));
    }
    return some;
  }

  private static double peopleADay(ShopLog log) {
    long from = log.lastUnixMs() - 28 * DAY;
    Set<Integer> seen = new HashSet<>();
    log.views().stream()
        .filter(view -> view.atUnixMs() >= from)
        .forEach(view -> seen.add(view.person()));
    return seen.size() / 28.0;
  }

  private static double[] hoursOfDay(ShopLog log) {
    double[] hours = new double[24];
    log.views().forEach(view -> hours[(int) (view.atUnixMs() / (DAY / 24) % 24)]++);
    double all = Math.max(1, log.views().size());
    for (int hour = 0; hour < 24; hour++) {
      hours[hour] /= all;
    }
    return hours;
  }

  /// What a promotion does to the orders that it fits.
  ///
  /// @param spend mean spend of such an order on its items
  /// @param saving mean amount that it takes off
  record Terms(
      PromotionProbe probe,
      java.util.function.Predicate<String> matched,
      double elasticity,
      int orders,
      double spend,
      double saving,
      double marginRate) {
    double depth() {
      return spend == 0 ? 0 : Math.clamp(saving / spend, 0, .95);
    }
  }

  private Terms terms(Knowledge known, PromotionProbe probe) {
    ShopLog log = known.log();
    Map<String, Boolean> matches = new HashMap<>();
    java.util.function.Predicate<String> matched =
        item -> matches.computeIfAbsent(item, probe::selects);
    long at =
        probe.proto().getSchedule().getStartUnixMs() > 0
            ? probe.proto().getSchedule().getStartUnixMs()
            : clock.millis();
    int orders = 0;
    double spend = 0;
    double saving = 0;
    List<ShopLog.Purchase> lines = new ArrayList<>();
    List<ShopLog.Order> all = log.orders();
    for (int i = all.size() - 1; i >= 0 && orders < SAMPLE_ORDERS; i--) {
      Cart.Builder cart = Cart.newBuilder();
      double here = 0;
      for (ShopLog.Purchase line : all.get(i).lines()) {
        if (matched.test(line.itemId()) && cart.getLinesCount() < 100) {
          cart.addLines(
              CartLine.newBuilder()
                  .setItemId(line.itemId())
                  .setQuantity(Math.min(10_000, line.quantity())));
          here += line.value();
          lines.add(line);
        }
      }
      if (cart.getLinesCount() > 0) {
        String user = all.get(i).person() < 0 ? "" : log.people().get(all.get(i).person());
        saving += probe.saving(cart.build(), user, at);
        spend += here;
        orders++;
      }
    }
    return new Terms(
        probe,
        matched,
        Responses.elasticity(log, matched, known.elasticity()).value(),
        orders,
        orders == 0 ? 0 : spend / orders,
        orders == 0 ? 0 : saving / orders,
        Planner.margin(lines, items));
  }

  private static double scale(ShopLog log, int person, Terms terms) {
    if (person < 0 || terms.spend() == 0) {
      return 1;
    }
    Map<String, Double> orders = new HashMap<>();
    for (int i : log.purchasesOf(person)) {
      ShopLog.Purchase one = log.purchases().get(i);
      if (terms.matched().test(one.itemId())) {
        orders.merge(one.orderId(), (double) one.value(), Double::sum);
      }
    }
    // Three orders like everybody's stand for what is not known of a person.
    double own = orders.values().stream().mapToDouble(Double::doubleValue).sum();
    return Math.clamp((own + 3 * terms.spend()) / (orders.size() + 3) / terms.spend(), .3, 3);
  }

  private static List<String> recent(ShopLog log) {
    Map<Integer, Long> last = new HashMap<>();
    log.views().forEach(view -> last.merge(view.person(), view.atUnixMs(), Math::max));
    log.purchases().forEach(one -> last.merge(one.person(), one.atUnixMs(), Math::max));
    last.remove(-1);
    long from = log.lastUnixMs() - RECENT_DAYS * DAY;
    return last.entrySet().stream()
        .filter(entry -> entry.getValue() >= from)
        .sorted(
            Map.Entry.<Integer, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
        .limit(PEOPLE_MAX)
        .map(entry -> log.people().get(entry.getKey()))
        .toList();
  }

  // ---- Knowledge ----

  static Degradation degradation(Knowledge known) {
    Degradation degradation = new Degradation();
    if (!known.elasticity().isMeasured()) {
      degradation.missing(
          "elasticity",
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "an assumed elasticity of " + Elasticity.ASSUMED.value(),
          "prices hardly moved in the event log",
          .3);
    }
    if (!known.responses().isLearnt()) {
      degradation.missing(
          "response-model",
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "how often people bought, and the elasticity",
          "too few purchases in the event log",
          .3);
    }
    return degradation;
  }

  /// What was learnt last, for requests that cannot wait; null while nothing is known. Once it is
  /// old it is learnt anew beside the requests.
  @Nullable Knowledge latest() {
    Knowledge known = knowledge;
    if (known == null || !isFresh(known)) {
      CompletableFuture<Knowledge> next = learning();
      if (next.isCompletedExceptionally()) {
        LOG.debug("the event log could not be learnt from the last time");
      }
    }
    return known;
  }

  /// What was learnt last. Only a request that comes before anything was learnt, or whose log is so
  /// small that every event counts, waits for it.
  Knowledge knowledge() {
    Knowledge known = knowledge;
    if (known != null && isFresh(known)) {
      return known;
    }
    CompletableFuture<Knowledge> next = learning();
    if (known != null && known.log().events() >= SMALL_LOG) {
      return known;
    }
    return await(next);
  }

  private static Knowledge await(CompletableFuture<Knowledge> next) {
    Deadline deadline = Context.current().getDeadline();
    try {
      return deadline == null
          ? next.get()
          : next.get(
              Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS)), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw ProfferException.unavailable("planning, which still learns from the event log,", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private boolean isFresh(Knowledge known) {
    return known.log().events() >= SMALL_LOG && clock.millis() - known.atMillis() < FRESH_MILLIS;
  }

  /// Learns on a thread of its own, once for all who ask meanwhile.
  private CompletableFuture<Knowledge> learning() {
    starting.lock();
    try {
      Knowledge known = knowledge;
      if (known != null && isFresh(known)) {
        return CompletableFuture.completedFuture(known);
      }
      if (learning == null || learning.isDone()) {
        CompletableFuture<Knowledge> next = new CompletableFuture<>();
        learning = next;
        Thread.ofPlatform().name("planning-learn").daemon().start(() -> learn(next));
      }
      return learning;
    } finally {
      starting.unlock();
    }
  }

  private void learn(CompletableFuture<Knowledge> result) {
    try {
      ShopLog log = read();
      Elasticity elasticity = Elasticity.measure(log.purchases(), log.purchases());
      Responses responses = Responses.learn(log, items, elasticity, SEED);
      Knowledge known = new Knowledge(log, elasticity, responses, clock.millis());
      knowledge = known;
      result.complete(known);
    } catch (RuntimeException e) {
      LOG.warn("nothing was learnt from the event log: {}", e.toString());
      result.completeExceptionally(e);
    }
  }

  private ShopLog read() {
    ShopLog.Builder builder = new ShopLog.Builder();
    Iterator<ReadEventsResponse> batches =
        FeatureStoreServiceGrpc.newBlockingStub(featureStore)
            .withDeadlineAfter(READ_SECONDS, TimeUnit.SECONDS)
            .readEvents(ReadEventsRequest.newBuilder().setBatchSize(BATCH).build());
    long count = 0;
    while (batches.hasNext() && count < EVENTS_MAX) {
      ReadEventsResponse batch = batches.next();
      batch.getEventsList().forEach(builder::add);
      count += batch.getEventsCount();
    }
    return builder.build();
  }
}
