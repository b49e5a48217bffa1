// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.BuyXGetY;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.FixedPrice;
import dev.proffer.proto.promotion.v1.FreeShipping;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.MinAmount;
import dev.proffer.proto.promotion.v1.NthItemOff;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Measures the evaluation of carts as a shop sees them: a few departments and brands, promotions
/// of every type, of which most do not concern a given cart.
///
/// Time is CPU time of the measuring thread, so that other work on the machine does not count; the
/// wall time is told beside it.
public final class CartBenchmark {
  private static final int CARTS = 512;
  private static final int DEPARTMENTS = 10;
  private static final int BRANDS = 30;
  private static final PersonFacts PERSON = new PersonFacts("u", Set.of("regular"), 2, 4, 0, null);
  private static final Moment MOMENT = new Moment(1_795_334_400_000L, "app", "CN", "card");

  /// What was measured.
  ///
  /// @param cartsPerSecond carts a CPU second
  /// @param p99CpuMillis the 99th percentile of one evaluation, CPU time
  /// @param p99Millis the same by the clock on the wall
  /// @param inexact the share of carts whose search was cut at its bound
  /// @param saving the mean share of the subtotal that was taken off
  public record Speed(
      double cartsPerSecond,
      double p99CpuMillis,
      double p99Millis,
      double inexact,
      double saving) {}

  /// How far totals are above the best, on carts whose best is known.
  ///
  /// @param exact the share of carts that are solved exactly within the bound of a request
  /// @param known the share of carts whose best a search of a hundred times the steps knows
  /// @param mean the mean gap of the carts that were cut and are known, as a share of the total
  /// @param worst the greatest of these gaps
  /// @param greedyMean the mean gap of the first combination alone, over all known carts
  /// @param greedyWorst the greatest gap of the first combination
  public record Gap(
      double exact,
      double known,
      double mean,
      double worst,
      double greedyMean,
      double greedyWorst) {}

  /// Candidates that were priced.
  ///
  /// @param p50CpuMillis the median of pricing all candidates of a request, CPU time
  /// @param p99CpuMillis the 99th percentile
  /// @param offers the share of candidates that some promotion makes cheaper
  public record Candidates(double p50CpuMillis, double p99CpuMillis, double offers) {}

  private static final int LONGER = 100;

  private CartBenchmark() {}

  /// Prices `carts` carts within the bound of a request, with a hundred times of it, and greedily.
  public static Gap gap(int lines, int promotions, long seed, int carts) {
    Random random = new Random(seed);
    PromotionSnapshot snapshot = new PromotionSnapshot(1, promotions(random, promotions));
    CartEvaluator bounded = new CartEvaluator(LaneRules.DEFAULT);
    CartEvaluator longer =
        new CartEvaluator(
            LaneRules.DEFAULT, LONGER * CartEvaluator.WORK_DEFAULT, CartEvaluator.CHOICES_DEFAULT);
    CartEvaluator greedy = new CartEvaluator(LaneRules.DEFAULT, 0, CartEvaluator.CHOICES_DEFAULT);
    int exact = 0;
    int known = 0;
    int cutAndKnown = 0;
    double sum = 0;
    double worst = 0;
    double greedySum = 0;
    double greedyWorst = 0;
    for (int i = 0; i < carts; i++) {
      Basket basket = basket(random, lines);
      Pricing first = price(greedy, basket, snapshot);
      Pricing pricing = price(bounded, basket, snapshot);
      Pricing best = pricing.exact() ? pricing : price(longer, basket, snapshot);
      exact += pricing.exact() ? 1 : 0;
      if (best.exact()) {
        known++;
        double total = best.total();
        greedySum += first.total() / total - 1;
        greedyWorst = Math.max(greedyWorst, first.total() / total - 1);
        if (!pricing.exact()) {
          cutAndKnown++;
          sum += pricing.total() / total - 1;
          worst = Math.max(worst, pricing.total() / total - 1);
        }
      }
    }
    return new Gap(
        (double) exact / carts,
        (double) known / carts,
        sum / Math.max(1, cutAndKnown),
        worst,
        greedySum / Math.max(1, known),
        greedyWorst);
  }

  private static Pricing price(CartEvaluator evaluator, Basket basket, PromotionSnapshot snapshot) {
    return evaluator.evaluate(basket, PERSON, MOMENT, snapshot, Usage.UNTOUCHED, _ -> null);
  }

  /// Finds the best legal promotion of each of `count` candidates.
  public static Candidates candidates(int count, int promotions, long seed, int rounds) {
    Random random = new Random(seed);
    PromotionSnapshot snapshot = new PromotionSnapshot(1, promotions(random, promotions));
    ItemFacts[] items = basket(random, count).items();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] cpu = new long[rounds];
    long found = 0;
    // The first half warms up.
    for (int round = -rounds; round < rounds; round++) {
      long start = threads.getCurrentThreadCpuTime();
      OfferFinder finder = snapshot.finder(PERSON, MOMENT, Usage.UNTOUCHED);
      int offers = 0;
      for (ItemFacts item : items) {
        offers += finder.best(item) == null ? 0 : 1;
      }
      if (round >= 0) {
        cpu[round] = threads.getCurrentThreadCpuTime() - start;
        found += offers;
      }
    }
    Arrays.sort(cpu);
    return new Candidates(
        cpu[rounds / 2] / 1e6,
        cpu[rounds * 99 / 100] / 1e6,
        (double) found / ((long) count * rounds));
  }

  /// Evaluates carts of `lines` lines against `promotions` live promotions.
  public static Speed measure(int lines, int promotions, long seed, double seconds) {
    Random random = new Random(seed);
    PromotionSnapshot snapshot = new PromotionSnapshot(1, promotions(random, promotions));
    List<Basket> baskets = new ArrayList<>();
    for (int i = 0; i < CARTS; i++) {
      baskets.add(basket(random, lines));
    }
    CartEvaluator evaluator = new CartEvaluator(LaneRules.DEFAULT);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long inexact = 0;
    double saving = 0;
    // 1. Warm up for as long as is measured.
    long until = threads.getCurrentThreadCpuTime() + (long) (seconds * 1e9);
    for (int i = 0; threads.getCurrentThreadCpuTime() < until; i++) {
      price(evaluator, baskets.get(i % CARTS), snapshot);
    }
    // 2. Throughput, undisturbed by clocks.
    long start = threads.getCurrentThreadCpuTime();
    long done = 0;
    while (threads.getCurrentThreadCpuTime() - start < seconds * 1e9) {
      for (Basket basket : baskets) {
        Pricing pricing = price(evaluator, basket, snapshot);
        inexact += pricing.exact() ? 0 : 1;
        saving += 1 - (double) pricing.total() / (basket.subtotal() + basket.shipping());
      }
      done += CARTS;
    }
    double perSecond = done / ((threads.getCurrentThreadCpuTime() - start) / 1e9);
    // 3. One by one.
    int rounds = 4;
    long[] cpu = new long[CARTS * rounds];
    long[] wall = new long[CARTS * rounds];
    for (int i = 0; i < cpu.length; i++) {
      long wallStart = System.nanoTime();
      long cpuStart = threads.getCurrentThreadCpuTime();
      price(evaluator, baskets.get(i % CARTS), snapshot);
      cpu[i] = threads.getCurrentThreadCpuTime() - cpuStart;
      wall[i] = System.nanoTime() - wallStart;
    }
    Arrays.sort(cpu);
    Arrays.sort(wall);
    int at = cpu.length * 99 / 100;
    return new Speed(
        perSecond, cpu[at] / 1e6, wall[at] / 1e6, (double) inexact / done, saving / done);
  }

  private static Basket basket(Random random, int lines) {
    ItemFacts[] items = new ItemFacts[lines];
    int[] quantities = new int[lines];
    long[] prices = new long[lines];
    for (int i = 0; i < lines; i++) {
      int number = random.nextInt(2_000);
      Random of = new Random(number);
      prices[i] = 500 + of.nextInt(300) * 100L;
      items[i] =
          new ItemFacts(
              "item" + number,
              "d" + of.nextInt(DEPARTMENTS) + "/c" + of.nextInt(8),
              "b" + of.nextInt(BRANDS),
              Map.of(),
              prices[i],
              prices[i] / 2,
              ItemFacts.UNKNOWN,
              100,
              "CNY");
      quantities[i] = 1 + random.nextInt(3);
    }
    return new Basket(items, quantities, prices, "CNY", 1_200, 0, Set.of());
  }

  private static List<Promotion> promotions(Random random, int count) {
    List<Promotion> promotions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Promotion.Builder promotion =
          Promotion.newBuilder()
              .setPromotionId("p" + i)
              .setState(PromotionState.PROMOTION_STATE_LIVE)
              .setType(PromotionType.PROMOTION_TYPE_PERCENT_OFF)
              .putNames("en", "p" + i)
              .setCurrency("CNY");
      int kind = i % 20;
      Action.Builder action = Action.newBuilder();
      ItemSelector.Builder selector = ItemSelector.newBuilder();
      switch (kind) {
        case 0, 1, 2, 3, 4 -> {
          selector.addCategories("d" + random.nextInt(DEPARTMENTS) + "/c" + random.nextInt(8));
          action.setPercentOff(percent(random));
        }
        case 5, 6, 7 -> {
          selector.addBrands("b" + random.nextInt(BRANDS));
          action.setPercentOff(percent(random));
        }
        case 8, 9, 10 -> {
          for (int k = 0; k < 20; k++) {
            selector.addItemIds("item" + random.nextInt(2_000));
          }
          action.setFixedPrice(
              FixedPrice.newBuilder()
                  .setUnitPriceMinorUnits(500 + random.nextInt(100) * 100L)
                  .setMaxUnits(2));
        }
        case 11, 12 -> {
          selector.addCategories("d" + random.nextInt(DEPARTMENTS));
          action.setTieredAmountOff(
              TieredAmountOff.newBuilder()
                  .addTiers(tier(20_000, 2_000))
                  .addTiers(tier(50_000, 7_000)));
        }
        case 13 -> {
          selector.addCategories("d" + random.nextInt(DEPARTMENTS) + "/c" + random.nextInt(8));
          action.setNthItemOff(NthItemOff.newBuilder().setNth(2).setBasisPoints(5_000));
        }
        case 14 -> {
          selector.addCategories("d" + random.nextInt(DEPARTMENTS) + "/c" + random.nextInt(8));
          action.setBuyXGetY(BuyXGetY.newBuilder().setBuy(2).setGet(1));
        }
        case 15 -> {
          promotion.addConditions(minAmount(9_900));
          promotion.getStackingBuilder().setExclusiveGroup("shipping");
          action.setFreeShipping(FreeShipping.getDefaultInstance());
        }
        case 16 -> {
          promotion.addConditions(minAmount(30_000 + 10_000L * random.nextInt(5)));
          promotion.getStackingBuilder().setExclusiveGroup("order");
          action.setAmountOff(
              AmountOff.newBuilder().setAmountMinorUnits(2_000 + 1_000L * random.nextInt(5)));
        }
        case 17 -> {
          promotion
              .setType(PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE)
              .addConditions(
                  Condition.newBuilder()
                      .setPerson(PersonCondition.newBuilder().setMinMemberLevel(1 + i % 3)));
          selector.addCategories("d" + random.nextInt(DEPARTMENTS));
          action.setPercentOff(PercentOff.newBuilder().setBasisPoints(300));
        }
        case 18 -> {
          // Needs a code that nobody entered.
          promotion.setType(PromotionType.PROMOTION_TYPE_COUPON).setCode("CODE" + i);
          action.setPercentOff(percent(random));
        }
        default -> {
          // For new customers, which this one is not.
          promotion.addConditions(
              Condition.newBuilder().setPerson(PersonCondition.newBuilder().setFirstOrder(true)));
          action.setPercentOff(percent(random));
        }
      }
      promotions.add(promotion.setAppliesTo(selector).setAction(action).build());
    }
    return promotions;
  }

  private static PercentOff percent(Random random) {
    return PercentOff.newBuilder().setBasisPoints(500 + 100 * random.nextInt(25)).build();
  }

  private static SpendTier tier(long spend, long off) {
    return SpendTier.newBuilder().setSpendMinorUnits(spend).setOffMinorUnits(off).build();
  }

  private static Condition minAmount(long amount) {
    return Condition.newBuilder()
        .setMinAmount(MinAmount.newBuilder().setAmountMinorUnits(amount))
        .build();
  }
}
