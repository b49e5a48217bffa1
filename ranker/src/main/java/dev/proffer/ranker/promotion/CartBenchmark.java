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

  private CartBenchmark() {}

  /// Evaluates carts of `lines` lines against `promotions` live promotions.
  public static Speed measure(int lines, int promotions, long seed, double seconds) {
    Random random = new Random(seed);
    PromotionSnapshot snapshot = new PromotionSnapshot(1, promotions(random, promotions));
    List<Basket> baskets = new ArrayList<>();
    for (int i = 0; i < CARTS; i++) {
      baskets.add(basket(random, lines));
    }
    PersonFacts person = new PersonFacts("u", Set.of("regular"), 2, 4, 0, null);
    Moment moment = new Moment(1_795_334_400_000L, "app", "CN", "card");
    CartEvaluator evaluator = new CartEvaluator(LaneRules.DEFAULT);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long inexact = 0;
    double saving = 0;
    // 1. Warm up for as long as is measured.
    long until = threads.getCurrentThreadCpuTime() + (long) (seconds * 1e9);
    for (int i = 0; threads.getCurrentThreadCpuTime() < until; i++) {
      evaluator.evaluate(
          baskets.get(i % CARTS), person, moment, snapshot, Usage.UNTOUCHED, _ -> null);
    }
    // 2. Throughput, undisturbed by clocks.
    long start = threads.getCurrentThreadCpuTime();
    long done = 0;
    while (threads.getCurrentThreadCpuTime() - start < seconds * 1e9) {
      for (Basket basket : baskets) {
        Pricing pricing =
            evaluator.evaluate(basket, person, moment, snapshot, Usage.UNTOUCHED, _ -> null);
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
      evaluator.evaluate(
          baskets.get(i % CARTS), person, moment, snapshot, Usage.UNTOUCHED, _ -> null);
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
