// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Computes the best legal price of a cart: a pure function of cart, person, moment, promotions and
/// usage.
///
/// What a combination is. Lanes apply in order, each on the prices that the one before left;
/// conditions on spend count those prices. Within a lane:
///
/// - [LaneMode#ALL]: chosen promotions apply one after another, higher priority first, then by id.
/// - [LaneMode#BEST]: each line goes to one promotion. Promotions that look at several lines, or
///   are capped, apply first, in any order, and take the lines that they count; a line that is
///   taken neither counts for nor is changed by another of the lane. Then every line that is left
///   takes the promotion that leaves it cheapest, out of the chosen ones that work line by line.
/// - [LaneMode#FIRST]: promotions apply by priority, then id, each taking its lines; nothing is
///   chosen.
/// - Gifts, free shipping and points take no line. Points come last in their lane.
///
/// One promotion applies of an exclusive group; an exclusive promotion applies alone. A promotion
/// that takes nothing off and gives nothing does not apply.
///
/// Which combination wins. The lowest total; among equals the one whose gifts are worth most at
/// list price, then the one that the search meets first: it tries to apply before it leaves out,
/// and follows the order of lane, priority and id.
///
/// How it searches. Branch and bound over the combinations, lane by lane. The bound lets every
/// promotion that is left apply: those that work line by line on the price of the line itself,
/// others by the most that they can take off this cart. Line functions never rise when a price
/// falls and never fall by more than the price does, so no order of promotions gets below that
/// bound. A cart with more than [#CHOICES_DEFAULT] candidates is split into parts that do not
/// concern each other, and those that can only help are not tried without, see [Search] and
/// [Parts]; what that can lose is the rounding of shares, less than a minor unit a line. The search
/// stops after a number of steps, never after a time, so it is deterministic; it then says that it
/// is not exact. The first combination that it tries is the greedy one.
public final class CartEvaluator {
  /// Steps, each about one line under one promotion, that keep an evaluation below three
  /// milliseconds.
  static final long WORK_DEFAULT = 330_000;

  /// Above this many candidates, those that can only help are no longer tried out.
  static final int CHOICES_DEFAULT = 12;

  private final LaneRules lanes;
  private final long work;
  private final int choices;

  public CartEvaluator(LaneRules lanes) {
    this(lanes, WORK_DEFAULT, CHOICES_DEFAULT);
  }

  CartEvaluator(LaneRules lanes, long work, int choices) {
    this.lanes = lanes;
    this.work = work;
    this.choices = choices;
  }

  /// Prices a cart.
  Pricing evaluate(
      Basket basket,
      PersonFacts person,
      Moment moment,
      PromotionSnapshot snapshot,
      Usage usage,
      ItemLookup items) {
    List<Candidate> candidates = candidates(basket, person, moment, snapshot, usage, items);
    return new Search(lanes, basket, candidates, work, choices).best();
  }

  /// The promotions that are open to the person and find a line, in order.
  static List<Candidate> candidates(
      Basket basket,
      PersonFacts person,
      Moment moment,
      PromotionSnapshot snapshot,
      Usage usage,
      ItemLookup items) {
    List<Candidate> result = new ArrayList<>();
    Map<String, Integer> groups = new HashMap<>();
    Map<String, Integer> joints = new HashMap<>();
    int[][] matching = matching(basket, snapshot);
    for (int p = 0; p < matching.length; p++) {
      int[] lines = matching[p];
      if (lines == null) {
        continue;
      }
      CompiledPromotion promotion = snapshot.at(p);
      if ((promotion.needsCode() && !basket.unlocked().contains(promotion.id()))
          || promotion.closedTo(person, moment) != null
          || !promotion.proto().getCurrency().equals(basket.currency())
          || !requirementsHold(promotion, basket)) {
        continue;
      }
      Usage.Left left = promotion.limited() ? usage.left(promotion) : Usage.Left.EVERYTHING;
      if (left.redemptions() <= 0 || left.personRedemptions() <= 0) {
        continue;
      }
      long giftValue = 0;
      if (promotion.effect() instanceof Effect.Present(String itemId, int quantity)) {
        ItemFacts gift = items.find(itemId);
        if (gift == null || (gift.stock() != ItemFacts.UNLIMITED && gift.stock() < quantity)) {
          continue;
        }
        giftValue = gift.priceMinorUnits() * quantity;
      }
      Candidate candidate =
          new Candidate(
              promotion,
              lines,
              fromLines(promotion, basket),
              number(groups, promotion.exclusiveGroup()),
              number(joints, promotion.jointCap()),
              left.budgetMinorUnits(),
              basket,
              giftValue);
      // What can take nothing off does not apply, so it is no choice either.
      if (candidate.savingMax > 0 || promotion.effect() instanceof Effect.Present) {
        result.add(candidate);
      }
    }
    return result;
  }

  /// The lines of each live promotion, in order; null where there is none.
  private static int[][] matching(Basket basket, PromotionSnapshot snapshot) {
    int[][] result = new int[snapshot.size()][];
    int[] counts = new int[snapshot.size()];
    // The line that a promotion met last, plus one: lists of one item may overlap.
    int[] met = new int[snapshot.size()];
    for (int line = 0; line < basket.size(); line++) {
      ItemFacts item = basket.items()[line];
      for (int[] posting : snapshot.cartPostings(item)) {
        for (int p : posting) {
          if (met[p] <= line && snapshot.at(p).matches(item)) {
            int[] lines = result[p];
            if (lines == null) {
              lines = new int[4];
            } else if (lines.length == counts[p]) {
              lines = Arrays.copyOf(lines, Math.min(2 * counts[p], basket.size()));
            }
            lines[counts[p]++] = line;
            result[p] = lines;
          }
          met[p] = line + 1;
        }
      }
    }
    for (int p = 0; p < result.length; p++) {
      int[] lines = result[p];
      if (lines != null && lines.length > counts[p]) {
        result[p] = Arrays.copyOf(lines, counts[p]);
      }
    }
    return result;
  }

  static boolean requirementsHold(CompiledPromotion promotion, Basket basket) {
    for (CompiledPromotion.Requirement requirement : promotion.requirements()) {
      if (units(requirement.selector(), basket) < requirement.quantity()) {
        return false;
      }
    }
    return true;
  }

  static long units(Selector selector, Basket basket) {
    long units = 0;
    for (int line = 0; line < basket.size(); line++) {
      if (selector.matches(basket.items()[line])) {
        units += basket.quantities()[line];
      }
    }
    return units;
  }

  private static int[] fromLines(CompiledPromotion promotion, Basket basket) {
    int[] result = new int[basket.size()];
    int count = 0;
    if (promotion.effect() instanceof Effect.BuyGet buyGet && buyGet.from() != null) {
      for (int line = 0; line < basket.size(); line++) {
        if (buyGet.from().matches(basket.items()[line])) {
          result[count++] = line;
        }
      }
    }
    return Arrays.copyOf(result, count);
  }

  private static int number(Map<String, Integer> numbers, String name) {
    if (name.isEmpty()) {
      return -1;
    }
    Integer known = numbers.get(name);
    if (known == null) {
      known = numbers.size();
      numbers.put(name, known);
    }
    return known;
  }
}
