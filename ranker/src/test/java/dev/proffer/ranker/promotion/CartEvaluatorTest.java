// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.Promotion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CartEvaluatorTest {
  private static final Moment NOW = Moment.at(Fixtures.NOW);
  private static final ItemFacts GIFT = Fixtures.item("gift", "toys", "Ace", 500);

  private static Pricing evaluate(LaneRules rules, Basket basket, List<Promotion> promotions) {
    return new CartEvaluator(rules, Long.MAX_VALUE, Integer.MAX_VALUE)
        .evaluate(
            basket,
            PersonFacts.ANYBODY,
            NOW,
            new PromotionSnapshot(1, promotions),
            Usage.UNTOUCHED,
            _ -> GIFT);
  }

  @Test
  void noCombinationIsBetterOnAHundredThousandRandomCarts() {
    int carts = Integer.getInteger("proffer.random-carts", 100_000);
    int applied = 0;
    for (int seed = 0; seed < carts; seed++) {
      Random random = new Random(seed);
      RandomCarts source = new RandomCarts(random, seed % 2 == 0);
      Basket basket = source.basket(4);
      List<Promotion> promotions = source.promotions(1 + random.nextInt(seed % 10 == 0 ? 6 : 4));
      LaneRules rules = source.rules();

      Pricing pricing = evaluate(rules, basket, promotions);

      assertThat(pricing.exact()).isTrue();
      long expected = ReferenceEvaluator.lowestTotal(basket, rules, promotions);
      if (pricing.total() != expected) {
        throw new AssertionError(
            "seed %d: total %d, but %d is possible\n%s\n%s"
                .formatted(seed, pricing.total(), expected, describe(basket), promotions));
      }
      applied += pricing.applied().size();
    }
    // A generator whose promotions seldom apply would prove little.
    assertThat(applied).isGreaterThan(carts * 3 / 4);
  }

  /// The search for many candidates, on carts small enough for the reference.
  @Test
  void splittingACartIntoPartsLosesNoMoreThanTheRoundingOfShares() {
    int carts = Integer.getInteger("proffer.random-carts", 100_000) / 5;
    int worse = 0;
    long worst = 0;
    for (int seed = 0; seed < carts; seed++) {
      Random random = new Random(5_000_000 + seed);
      RandomCarts source = new RandomCarts(random, seed % 2 == 0);
      Basket basket = source.basket(5);
      List<Promotion> promotions = source.promotions(1 + random.nextInt(seed % 10 == 0 ? 6 : 4));
      LaneRules rules = source.rules();

      Pricing pricing =
          new CartEvaluator(rules, Long.MAX_VALUE, 0)
              .evaluate(
                  basket,
                  PersonFacts.ANYBODY,
                  NOW,
                  new PromotionSnapshot(1, promotions),
                  Usage.UNTOUCHED,
                  _ -> GIFT);

      assertThat(pricing.exact()).isTrue();
      long expected = ReferenceEvaluator.lowestTotal(basket, rules, promotions);
      long gap = pricing.total() - expected;
      if (gap < 0 || gap > basket.size()) {
        throw new AssertionError(
            "seed %d: total %d, but %d is possible\n%s\n%s"
                .formatted(
                    5_000_000 + seed, pricing.total(), expected, describe(basket), promotions));
      }
      worse += gap > 0 ? 1 : 0;
      worst = Math.max(worst, gap);
    }
    System.out.printf("parts: %d of %d carts above the best, by %d at most%n", worse, carts, worst);
    assertThat(worse).isLessThan(carts / 200);
  }

  @Test
  void linesNeverRiseNeverFallBelowTheirFloorAndAddUp() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(1_000_000 + seed);
      RandomCarts source = new RandomCarts(random, seed % 3 == 0);
      Basket basket = source.basket(8);
      Pricing pricing =
          new CartEvaluator(source.rules())
              .evaluate(
                  basket,
                  PersonFacts.ANYBODY,
                  NOW,
                  new PromotionSnapshot(1, source.promotions(10)),
                  Usage.UNTOUCHED,
                  _ -> GIFT);
      long saving = 0;
      for (Pricing.Applied one : pricing.applied()) {
        saving += one.saving();
        assertThat(Arrays.stream(one.off()).allMatch(off -> off >= 0)).isTrue();
      }
      for (int line = 0; line < basket.size(); line++) {
        assertThat(pricing.after()[line])
            .isBetween(Math.min(basket.floor(line), basket.before(line)), basket.before(line));
      }
      assertThat(pricing.total()).isEqualTo(basket.subtotal() + basket.shipping() - saving);
    }
  }

  @Test
  void anItemThatNoPromotionLooksAtRaisesNoOtherPrice() {
    for (int seed = 0; seed < 5_000; seed++) {
      Random random = new Random(2_000_000 + seed);
      RandomCarts source = new RandomCarts(random, false);
      Basket basket = source.basket(5);
      List<Promotion> promotions = new ArrayList<>();
      for (Promotion promotion : source.promotions(6)) {
        // Everything but the stranger; spend of the whole cart would look at it.
        if (promotion.hasAppliesTo()
            && promotion.getAppliesTo().getExcludedCategoriesCount() == 0
            && promotion.toString().indexOf("excluded") < 0
            && promotion.toString().indexOf("AMOUNT_SCOPE_CART") < 0) {
          promotions.add(promotion);
        }
      }
      Pricing alone = evaluate(LaneRules.DEFAULT, basket, promotions);
      Pricing together = evaluate(LaneRules.DEFAULT, withStranger(basket), promotions);
      for (int line = 0; line < basket.size(); line++) {
        assertThat(together.after()[line]).isLessThanOrEqualTo(alone.after()[line]);
      }
    }
  }

  @Test
  void theOrderInWhichPromotionsWereWrittenDoesNotMatter() {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(3_000_000 + seed);
      RandomCarts source = new RandomCarts(random, false);
      Basket basket = source.basket(5);
      List<Promotion> promotions = source.promotions(7);
      List<Promotion> shuffled = new ArrayList<>(promotions);
      Collections.shuffle(shuffled, random);
      Pricing one = evaluate(LaneRules.DEFAULT, basket, promotions);
      Pricing other = evaluate(LaneRules.DEFAULT, basket, shuffled);
      assertThat(ids(other)).isEqualTo(ids(one));
      assertThat(other.after()).isEqualTo(one.after());
    }
  }

  @Test
  void theBestOfferOfOneUnitIsWhatACartOfOneUnitGetsFromOnePromotion() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(4_000_000 + seed);
      RandomCarts source = new RandomCarts(random, seed % 2 == 0);
      Basket many = source.basket(1);
      Basket one =
          new Basket(many.items(), new int[] {1}, many.unitPrices(), "CNY", 0, 0, Set.of());
      List<Promotion> promotions = source.promotions(4);
      long lowest = one.before(0);
      for (Promotion promotion : promotions) {
        lowest = Math.min(lowest, evaluate(LaneRules.DEFAULT, one, List.of(promotion)).after()[0]);
      }
      ItemOffer offer =
          new PromotionSnapshot(1, promotions)
              .bestOffer(one.items()[0], PersonFacts.ANYBODY, NOW, Usage.UNTOUCHED);
      assertThat(offer == null ? one.before(0) : offer.priceMinorUnits())
          .as("seed %d %s", seed, promotions)
          .isEqualTo(lowest);
    }
  }

  private static Basket withStranger(Basket basket) {
    int lines = basket.size();
    ItemFacts[] items = Arrays.copyOf(basket.items(), lines + 1);
    int[] quantities = Arrays.copyOf(basket.quantities(), lines + 1);
    long[] prices = Arrays.copyOf(basket.unitPrices(), lines + 1);
    items[lines] = Fixtures.item("stranger", "strange", "Strange", 777);
    quantities[lines] = 2;
    prices[lines] = 777;
    return new Basket(
        items, quantities, prices, "CNY", basket.shipping(), basket.points(), Set.of());
  }

  private static List<String> ids(Pricing pricing) {
    return pricing.applied().stream().map(one -> one.promotion().id()).toList();
  }

  private static String describe(Basket basket) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < basket.size(); i++) {
      text.append(basket.quantities()[i]).append(" x ").append(basket.items()[i]).append('\n');
    }
    return text + "shipping " + basket.shipping() + " points " + basket.points();
  }
}
