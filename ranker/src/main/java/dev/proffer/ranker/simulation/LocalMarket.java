// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.experiment.v1.RewardMetric;
import dev.proffer.ranker.decision.Attribution;
import dev.proffer.ranker.policy.PolicyEvent;
import dev.proffer.ranker.policy.PolicyState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The shop's side in this process: the policy and the attribution that the services run, without
/// network and disk, so that many worlds can pass in a minute. Budgets are counted in memory by the
/// rule of the ledger, nothing beyond the limit; the ledger itself is behind [RemoteMarket].
public final class LocalMarket implements Market {
  /// A decision as a log has it.
  ///
  /// @param action the offer's place among those of the shop
  /// @param propensities of all offers
  @SuppressWarnings("ArrayRecordComponent") // Read by one estimator.
  record Logged(
      int person,
      long atMillis,
      double[] context,
      int action,
      double[] propensities,
      double[] truth,
      double[] reward) {}

  private record Touch(PolicyEvent event, long atMillis, @Nullable Logged logged) {}

  private final Shop shop;
  private final List<String> options;
  private final PolicyState policy;
  private final PolicySpec spec;
  private final RandomGenerator random;
  private final @Nullable World truth;
  private final @Nullable Consumer<Logged> log;
  private final Map<String, List<Touch>> touches = new HashMap<>();
  private final Map<String, Double> earned = new HashMap<>();
  private final List<Runnable> today = new ArrayList<>();
  private final long[] spent;
  private long sequence;

  LocalMarket(Shop shop, PolicySpec spec, RandomGenerator random) {
    this(shop, new PolicyState(spec), random, null, null);
  }

  /// @param truth the world, to log the true worth of every offer; null for none
  /// @param log takes every decision; its reward is filled in as it comes; null for none
  LocalMarket(
      Shop shop,
      PolicyState policy,
      RandomGenerator random,
      @Nullable World truth,
      @Nullable Consumer<Logged> log) {
    this.shop = shop;
    this.options = shop.offerIds();
    this.policy = policy;
    this.spec = policy.spec();
    this.random = random;
    this.truth = truth;
    this.log = log;
    this.spent = new long[shop.offers().size()];
  }

  /// A market of a policy with chance of its own.
  public static LocalMarket of(Shop shop, PolicySpec spec, long seed) {
    return new LocalMarket(shop, spec, new SplittableRandom(seed ^ 0x5DEECE66DL));
  }

  PolicyState policy() {
    return policy;
  }

  @Override
  public Offered offer(Visit visit) {
    List<String> legal = legal(visit.item());
    PolicyState.Choice choice = policy.choose(legal, "", visit.context(), random);
    int chosen = options.indexOf(legal.get(choice.index()));
    PolicyEvent event =
        new PolicyEvent(
            ++sequence,
            visit.visitId(),
            visit.person(),
            "",
            options.get(chosen),
            legal,
            visit.context(),
            visit.atMillis());
    Logged logged = null;
    if (log != null) {
      logged =
          new Logged(
              visit.person(),
              visit.atMillis(),
              visit.context(),
              chosen,
              spread(legal, choice.propensities()),
              truth == null ? new double[0] : truth.expectedProfits(visit),
              new double[2]);
      log.accept(logged);
    }
    touches
        .computeIfAbsent(subject(visit), _ -> new ArrayList<>(2))
        .add(new Touch(event, visit.atMillis(), logged));
    today.add(() -> policy.meet(event));
    return new Offered(shop.offers().get(chosen), choice.propensity());
  }

  /// Nothing, and every offer whose budget still pays for the item, as the services see it.
  private List<String> legal(Shop.Item item) {
    List<String> legal = new ArrayList<>(options.size());
    for (int o = 0; o < options.size(); o++) {
      Shop.Offer offer = shop.offers().get(o);
      if (spent[o] + offer.discount(item.priceMinorUnits()) <= offer.budgetMinorUnits()) {
        legal.add(options.get(o));
      }
    }
    return legal;
  }

  /// Propensities of legal offers, as those of all.
  private double[] spread(List<String> legal, double[] propensities) {
    double[] all = new double[options.size()];
    for (int i = 0; i < propensities.length; i++) {
      all[options.indexOf(legal.get(i))] = propensities[i];
    }
    return all;
  }

  @Override
  public void click(Visit visit) {
    reward(visit, visit.atMillis(), RewardMetric.REWARD_METRIC_CLICK, 1);
  }

  @Override
  public boolean sell(Visit visit, Shop.Offer offer, long paidMinorUnits, long atMillis) {
    int index = shop.offers().indexOf(offer);
    long discount = visit.item().priceMinorUnits() - paidMinorUnits;
    if (spent[index] + discount > offer.budgetMinorUnits()) {
      return false;
    }
    spent[index] += discount;
    reward(
        visit,
        atMillis,
        RewardMetric.REWARD_METRIC_MARGIN,
        (double) (paidMinorUnits - visit.item().costMinorUnits()));
    return true;
  }

  private void reward(Visit visit, long atMillis, RewardMetric metric, double worth) {
    List<Touch> before = touches.getOrDefault(subject(visit), List.of());
    for (Attribution.Credit credit :
        Attribution.credits(
            before.stream().map(Touch::atMillis).toList(),
            atMillis,
            1_000 * spec.getAttributionWindowSeconds())) {
      Touch touch = before.get(credit.touch());
      double value = worth * credit.share(spec.getAttributionRule());
      if (value == 0) {
        continue;
      }
      if (touch.logged() != null) {
        touch.logged().reward()[metric == RewardMetric.REWARD_METRIC_CLICK ? 1 : 0] += value;
      }
      if (metric == spec.getRewardMetric()) {
        today.add(() -> {
          double scaled = value / spec.getRewardScale();
          double already = earned.getOrDefault(touch.event().decisionId(), 0.0);
          policy.reward(touch.event(), scaled, already);
          earned.put(touch.event().decisionId(), already + scaled);
        });
      }
    }
  }

  /// Policies learn in the evening what happened on the day.
  @Override
  public void endDay() {
    today.forEach(Runnable::run);
    today.clear();
    if (earned.size() > 50_000) {
      earned.clear();
    }
  }

  @Override
  public long spentMinorUnits(Shop.Offer offer) {
    return spent[shop.offers().indexOf(offer)];
  }

  private static String subject(Visit visit) {
    return visit.person() + " " + visit.item().id();
  }
}
