// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import dev.proffer.proto.experiment.v1.Outcome;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.Reward;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionArm;
import dev.proffer.proto.ranker.v1.DecisionReward;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the event log and gives clicks, carts and purchases to the decisions that showed their
/// item to the same person before, within the window; then policies learn from them.
///
/// The offset moves in the transaction that writes the rewards, and a policy takes a reward once,
/// so nothing counts twice, whatever stops and whichever replica goes on. An event from before its
/// decision is not its reward. What came before the oldest decision is passed over.
public final class RewardJoiner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RewardJoiner.class);
  private static final int BATCH = 1_000;

  /// What rewards go to.
  public interface Learner {
    /// The spec of a policy, or null when there is none.
    @Nullable PolicySpec spec(String policy);

    void learn(List<Reward> rewards);

    /// Takes what people in experiments did, once for each outcome id.
    void outcomes(List<Outcome> outcomes);
  }

  /// The cost of one unit of an item.
  @FunctionalInterface
  public interface Costs {
    OptionalLong costMinorUnits(String itemId);
  }

  private final DecisionLog decisions;
  private final Channel featureStore;
  private final Learner learner;
  private final Costs costs;
  private final long windowMillis;
  private final Duration poll;
  private final Counter joined;
  private final Counter unattributed;
  private final Counter early;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Context.@Nullable CancellableContext reading;

  /// @param window how long after a decision an event can still be its reward
  /// @param poll how often the event log is read
  public RewardJoiner(
      DecisionLog decisions,
      Channel featureStore,
      Learner learner,
      Costs costs,
      Duration window,
      Duration poll,
      MeterRegistry meters) {
    this.decisions = decisions;
    this.featureStore = featureStore;
    this.learner = learner;
    this.costs = costs;
    this.windowMillis = window.toMillis();
    this.poll = poll;
    this.joined = counter(meters, "joined", "Events that were given to decisions");
    this.unattributed =
        counter(meters, "unattributed", "Events of items that nobody had shown to the person");
    this.early = counter(meters, "early", "Events from before the decision that they name");
  }

  private static Counter counter(MeterRegistry meters, String name, String description) {
    return Counter.builder("proffer.rewards." + name).description(description).register(meters);
  }

  /// Begins to follow the event log.
  public RewardJoiner start() {
    Thread.ofVirtual().name("reward-joiner").start(this::run);
    return this;
  }

  private void run() {
    try {
      while (!closing.await(poll.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          joinNew();
        } catch (StatusRuntimeException e) {
          if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
            log.info("the feature store offers no event log; rewards are not joined");
            return;
          }
        } catch (RuntimeException e) {
          log.warn("rewards are not joined now: {}", e.toString());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Joins everything that is in the event log now, and returns the number of events that it read.
  public long joinNew() {
    long read = 0;
    Context.CancellableContext context = Context.ROOT.withCancellation();
    reading = context;
    Context before = context.attach();
    try {
      Iterator<ReadEventsResponse> batches =
          FeatureStoreServiceGrpc.newBlockingStub(featureStore)
              .readEvents(
                  ReadEventsRequest.newBuilder()
                      .setFromOffset(decisions.rewardOffset())
                      .setBatchSize(BATCH)
                      .build());
      while (closing.getCount() > 0 && batches.hasNext()) {
        ReadEventsResponse batch = batches.next();
        if (batch.getEventsCount() > 0 && !join(batch)) {
          // Another server joined these; go on from where it is.
          return read;
        }
        read += batch.getEventsCount();
      }
    } finally {
      context.detach(before);
      context.cancel(null);
    }
    return read;
  }

  private boolean join(ReadEventsResponse batch) {
    long oldest = decisions.oldestDecidedAt();
    if (oldest == Long.MAX_VALUE) {
      // The very first decision may still wait to be written.
      flush();
      oldest = decisions.oldestDecidedAt();
    }
    List<DecisionLog.JoinedReward> rows = new ArrayList<>();
    List<Reward> learnt = new ArrayList<>();
    List<Outcome> outcomes = new ArrayList<>();
    Map<String, List<Decision>> shown = new HashMap<>();
    boolean flushed = false;
    for (Event event : batch.getEventsList()) {
      String type = typeOf(event.getType());
      if (type.isEmpty() || event.getItemId().isEmpty() || event.getEventTimeUnixMs() < oldest) {
        continue;
      }
      if (!flushed) {
        // A decision may still wait to be written while its click is here already.
        flush();
        flushed = true;
      }
      List<Decision> touched = new ArrayList<>();
      for (Decision decision :
          shown.computeIfAbsent(
              event.getUserId() + '\n' + event.getSessionId(),
              _ -> decisions.of(event.getUserId(), event.getSessionId(), span(batch)))) {
        if (decision.getChoicesList().stream()
            .anyMatch(choice -> choice.getItemId().equals(event.getItemId()))) {
          touched.add(decision);
          if (decision.getRequestId().equals(event.getRequestId())
              && event.getEventTimeUnixMs() < decision.getDecidedAtUnixMs()) {
            early.increment();
          }
        }
      }
      List<Attribution.Credit> credits =
          Attribution.credits(
              touched.stream().map(Decision::getDecidedAtUnixMs).toList(),
              event.getEventTimeUnixMs(),
              windowMillis);
      (credits.isEmpty() ? unattributed : joined).increment();
      boolean counted = false;
      for (Attribution.Credit credit : credits) {
        Decision decision = touched.get(credit.touch());
        DecisionReward reward = reward(event, type, credit);
        rows.add(
            new DecisionLog.JoinedReward(decision.getRequestId(), decision.getUserId(), reward));
        if (!counted && decision.getVariantsCount() > 0) {
          counted = true;
          count(event, decision, reward, outcomes);
        }
        for (DecisionArm arm : decision.getArmsList()) {
          teach(arm, event, reward, credit, learnt);
        }
      }
    }
    if (!learnt.isEmpty()) {
      // A policy drops what it knows already, so to stop between these two does no harm.
      learner.learn(learnt);
    }
    if (!outcomes.isEmpty()) {
      learner.outcomes(outcomes);
    }
    return decisions.join(
        batch.getFirstOffset(), batch.getFirstOffset() + batch.getEventsCount(), rows);
  }

  /// What the event is worth to experiments, which see the whole of it: who is in which variant
  /// does not depend on which decision came last.
  private static void count(
      Event event, Decision decision, DecisionReward reward, List<Outcome> outcomes) {
    boolean purchase = event.getType() == EventType.EVENT_TYPE_PURCHASE;
    if (!purchase && event.getType() != EventType.EVENT_TYPE_CLICK) {
      return;
    }
    String unit = decision.getUserId().isEmpty() ? decision.getSessionId() : decision.getUserId();
    outcomes.add(outcome(event, unit, purchase ? "purchases" : "clicks", 1));
    if (purchase) {
      outcomes.add(outcome(event, unit, "revenue", (double) reward.getRevenueMinorUnits()));
      outcomes.add(outcome(event, unit, "margin", (double) reward.getMarginMinorUnits()));
    }
  }

  private static Outcome outcome(Event event, String unit, String metric, double value) {
    return Outcome.newBuilder()
        .setOutcomeId(event.getEventId() + '/' + metric)
        .setUnitId(unit)
        .setMetric(metric)
        .setValue(value)
        .setEventTimeUnixMs(event.getEventTimeUnixMs())
        .build();
  }

  private long[] span(ReadEventsResponse batch) {
    long first = Long.MAX_VALUE;
    long last = 0;
    for (Event event : batch.getEventsList()) {
      first = Math.min(first, event.getEventTimeUnixMs());
      last = Math.max(last, event.getEventTimeUnixMs());
    }
    return new long[] {first - windowMillis, last};
  }

  private void teach(
      DecisionArm arm,
      Event event,
      DecisionReward reward,
      Attribution.Credit credit,
      List<Reward> learnt) {
    PolicySpec spec = learner.spec(arm.getPolicy());
    if (spec == null || !(arm.getItemId().isEmpty() || arm.getItemId().equals(event.getItemId()))) {
      return;
    }
    boolean purchase = event.getType() == EventType.EVENT_TYPE_PURCHASE;
    double worth =
        switch (spec.getRewardMetric()) {
          case REWARD_METRIC_UNSPECIFIED, REWARD_METRIC_CLICK, UNRECOGNIZED ->
              event.getType() == EventType.EVENT_TYPE_CLICK ? 1 : 0;
          case REWARD_METRIC_PURCHASE -> purchase ? 1 : 0;
          case REWARD_METRIC_REVENUE -> purchase ? reward.getRevenueMinorUnits() : 0;
          case REWARD_METRIC_MARGIN -> purchase ? reward.getMarginMinorUnits() : 0;
        };
    double scale = spec.getRewardScale() == 0 ? 1 : spec.getRewardScale();
    double value = worth * credit.share(spec.getAttributionRule()) / scale;
    if (value != 0) {
      learnt.add(
          Reward.newBuilder()
              .setRewardId(event.getEventId() + '/' + arm.getDecisionId())
              .setDecisionId(arm.getDecisionId())
              .setValue(value)
              .setEventTimeUnixMs(event.getEventTimeUnixMs())
              .build());
    }
  }

  private DecisionReward reward(Event event, String type, Attribution.Credit credit) {
    long quantity = Math.max(1, event.getQuantity());
    long revenue =
        event.getType() == EventType.EVENT_TYPE_PURCHASE
            ? quantity * event.getUnitPriceMinorUnits()
            : 0;
    long margin =
        event.getType() == EventType.EVENT_TYPE_PURCHASE
            ? revenue - quantity * costs.costMinorUnits(event.getItemId()).orElse(0)
            : 0;
    return DecisionReward.newBuilder()
        .setEventId(event.getEventId())
        .setEventType(type)
        .setItemId(event.getItemId())
        .setEventTimeUnixMs(event.getEventTimeUnixMs())
        .setRevenueMinorUnits(revenue)
        .setMarginMinorUnits(margin)
        .setLastTouch(credit.lastTouch())
        .setFirstTouch(credit.firstTouch())
        .setLinear(credit.linear())
        .build();
  }

  private void flush() {
    try {
      decisions.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String typeOf(EventType type) {
    return switch (type) {
      case EVENT_TYPE_CLICK -> "click";
      case EVENT_TYPE_ADD_TO_CART -> "add_to_cart";
      case EVENT_TYPE_PURCHASE -> "purchase";
      case EVENT_TYPE_UNSPECIFIED,
          EVENT_TYPE_IMPRESSION,
          EVENT_TYPE_REVIEW,
          EVENT_TYPE_SEARCH,
          EVENT_TYPE_REDEMPTION,
          UNRECOGNIZED ->
          "";
    };
  }

  @Override
  public void close() {
    closing.countDown();
    Context.CancellableContext context = reading;
    if (context != null) {
      context.cancel(null);
    }
  }
}
