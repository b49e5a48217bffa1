// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.AppliedPromotion;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.PromotionRefusal;
import dev.proffer.proto.promotion.v1.RefusalReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Says why a promotion applies to a priced cart or why not, and what would make it apply.
final class Explainer {
  /// A cart has one answer for each promotion; nobody reads more.
  private static final int REFUSALS_MAX = 200;

  private final Basket basket;
  private final PersonFacts person;
  private final Moment moment;
  private final Pricing pricing;
  private final Usage usage;
  private final ItemLookup items;
  private final Wording wording;
  private final Discounts discounts;

  Explainer(
      Basket basket,
      PersonFacts person,
      Moment moment,
      Pricing pricing,
      Usage usage,
      ItemLookup items) {
    this.basket = basket;
    this.person = person;
    this.moment = moment;
    this.pricing = pricing;
    this.usage = usage;
    this.items = items;
    this.wording = new Wording(items);
    this.discounts = new Discounts(basket);
  }

  AppliedPromotion applied(Pricing.Applied one) {
    CompiledPromotion promotion = one.promotion();
    String saved = Money.format(one.saving(), basket.currency());
    String summaryEn = wording.benefitEn(promotion, 0);
    boolean gift = promotion.effect() instanceof Effect.Present;
    String en =
        gift
            ? "You get " + summaryEn + "."
            : "\"" + wording.name(promotion, Wording.EN) + "\" takes " + saved + " off.";
    String zh =
        gift
            ? wording.benefitZh(promotion, 0) + "。"
            : "“" + wording.name(promotion, Wording.ZH) + "”已减 " + saved + "。";
    return AppliedPromotion.newBuilder()
        .setPromotionId(promotion.id())
        .setType(promotion.type())
        .setLane(LaneRules.lane(promotion.lane()))
        .setSavingMinorUnits(one.saving())
        .putAllNames(promotion.proto().getNamesMap())
        .putReasons(Wording.EN, en)
        .putReasons(Wording.ZH, zh)
        .setPointsUsed(one.pointsUsed())
        .build();
  }

  /// All promotions that do not apply and that the person may know of, those nearest to applying
  /// first.
  List<PromotionRefusal> refusals(PromotionSnapshot snapshot) {
    List<PromotionRefusal> result = new ArrayList<>();
    for (int p = 0; p < snapshot.size(); p++) {
      CompiledPromotion promotion = snapshot.at(p);
      if (applied(promotion) == null && mayBeKnown(promotion)) {
        result.add(refusal(promotion));
      }
    }
    result.sort(
        Comparator.comparingInt((PromotionRefusal r) -> distance(r.getReason()))
            .thenComparingLong(PromotionRefusal::getMissingAmountMinorUnits)
            .thenComparingInt(PromotionRefusal::getMissingQuantity)
            .thenComparing(PromotionRefusal::getPromotionId));
    return result.size() > REFUSALS_MAX ? result.subList(0, REFUSALS_MAX) : result;
  }

  Pricing.@Nullable Applied applied(CompiledPromotion promotion) {
    for (Pricing.Applied one : pricing.applied()) {
      if (one.promotion() == promotion) {
        return one;
      }
    }
    return null;
  }

  /// Drafts and what is over are nobody's business, nor is what is for other people by name.
  private boolean mayBeKnown(CompiledPromotion promotion) {
    if (!promotion.live() || promotion.times().over(moment.unixMs())) {
      return false;
    }
    for (PersonCondition condition : promotion.people()) {
      if (condition.getUserIdsCount() > 0
          && !condition.getUserIdsList().contains(person.userId())) {
        return false;
      }
    }
    return true;
  }

  PromotionRefusal refusal(CompiledPromotion promotion) {
    PromotionRefusal.Builder refusal =
        PromotionRefusal.newBuilder()
            .setPromotionId(promotion.id())
            .setType(promotion.type())
            .putAllNames(promotion.proto().getNamesMap());
    find(promotion, refusal);
    return refusal.build();
  }

  private void find(CompiledPromotion promotion, PromotionRefusal.Builder refusal) {
    String benefitEn = wording.benefitEn(promotion, 0);
    String benefitZh = wording.benefitZh(promotion, 0);
    ItemSelector from = promotion.proto().getAppliesTo();
    // 1. Closed to this person now, whatever is in the cart.
    RefusalReason closed = promotion.closedTo(person, moment);
    if (closed != null) {
      closed(promotion, closed, refusal);
      return;
    }
    if (!promotion.proto().getCurrency().equals(basket.currency())) {
      say(
          refusal,
          RefusalReason.REFUSAL_REASON_CURRENCY,
          "It is for carts in " + promotion.proto().getCurrency() + ".",
          "仅限" + promotion.proto().getCurrency() + "结算的订单。");
      return;
    }
    Usage.Left left = promotion.limited() ? usage.left(promotion) : Usage.Left.EVERYTHING;
    if (left.redemptions() <= 0) {
      say(refusal, RefusalReason.REFUSAL_REASON_LIMIT, "It is used up.", "活动名额已用完。");
      return;
    }
    if (left.personRedemptions() <= 0) {
      say(
          refusal,
          RefusalReason.REFUSAL_REASON_LIMIT,
          "You have used it as often as it allows.",
          "您已达到该活动的使用次数上限。");
      return;
    }
    if (left.budgetMinorUnits() <= 0) {
      say(refusal, RefusalReason.REFUSAL_REASON_BUDGET, "It is used up.", "活动优惠额度已用完。");
      return;
    }
    if (promotion.needsCode() && !basket.unlocked().contains(promotion.id())) {
      say(
          refusal,
          RefusalReason.REFUSAL_REASON_CODE,
          "Enter its code to get " + benefitEn + ".",
          "输入优惠码即可" + benefitZh + "。");
      return;
    }
    // 2. What is in the cart.
    boolean selected = false;
    boolean matched = false;
    for (ItemFacts item : basket.items()) {
      selected |= promotion.selects(item);
      matched |= promotion.matches(item);
    }
    if (!matched) {
      if (selected || giftIsOut(promotion)) {
        say(refusal, RefusalReason.REFUSAL_REASON_STOCK, "Its stock is used up.", "活动库存已用完。");
      } else {
        refusal.setFrom(from);
        say(
            refusal,
            RefusalReason.REFUSAL_REASON_NO_MATCHING_ITEM,
            "Add " + orSomething(wording.fromEn(from)) + " to get " + benefitEn + ".",
            "购买" + orSomethingZh(wording.fromZh(from)) + "即可" + benefitZh + "。");
      }
      return;
    }
    if (giftIsOut(promotion)) {
      say(refusal, RefusalReason.REFUSAL_REASON_STOCK, "Its gift is out of stock.", "赠品已送完。");
      return;
    }
    for (CompiledPromotion.Requirement requirement : promotion.requirements()) {
      long missing = requirement.quantity() - CartEvaluator.units(requirement.selector(), basket);
      if (missing > 0) {
        missingUnits(
            promotion,
            refusal,
            RefusalReason.REFUSAL_REASON_REQUIRED_ITEMS,
            missing,
            requirement.selector().proto());
        return;
      }
    }
    Candidate candidate = candidate(promotion, left);
    long[] entry = pricing.entries()[promotion.lane()];
    long units = 0;
    for (int line : candidate.lines) {
      units += basket.quantities()[line];
    }
    if (units < promotion.minQuantity()) {
      missingUnits(
          promotion,
          refusal,
          RefusalReason.REFUSAL_REASON_QUANTITY,
          promotion.minQuantity() - units,
          from);
      return;
    }
    long spend = Discounts.matchingSpend(candidate, entry, null);
    if (spend < promotion.minMatchingAmount()) {
      missingSpend(promotion, refusal, promotion.minMatchingAmount() - spend, from, spend);
      return;
    }
    long cartSpend = 0;
    for (long amount : entry) {
      cartSpend += amount;
    }
    if (cartSpend < promotion.minCartAmount()) {
      missingSpend(
          promotion,
          refusal,
          promotion.minCartAmount() - cartSpend,
          ItemSelector.getDefaultInstance(),
          spend);
      return;
    }
    if (promotion.effect() instanceof Effect.Tiered tiered && tiered.reached(spend) < 0) {
      missingSpend(promotion, refusal, tiered.spends()[0] - spend, from, spend);
      return;
    }
    if (missingForEffect(promotion, units, refusal)) {
      return;
    }
    // 3. Other promotions.
    String blocker = blocker(promotion);
    if (!blocker.isEmpty()) {
      excluded(refusal, RefusalReason.REFUSAL_REASON_EXCLUDED, blocker);
      return;
    }
    long alone =
        discounts.compute(
            candidate, entry, entry, null, basket.shipping(), basket.points(), Long.MAX_VALUE);
    if (alone > 0 && alone > left.budgetMinorUnits()) {
      say(refusal, RefusalReason.REFUSAL_REASON_BUDGET, "It is used up.", "活动优惠额度已用完。");
      return;
    }
    if (alone > 0 || promotion.effect() instanceof Effect.Present) {
      excluded(refusal, RefusalReason.REFUSAL_REASON_NOT_BEST, rival(promotion, candidate));
      return;
    }
    long room = 0;
    for (int line : candidate.lines) {
      room += Math.max(0, entry[line] - basket.floor(line));
    }
    if (room == 0 && !(promotion.effect() instanceof Effect.ShippingFree)) {
      say(
          refusal,
          RefusalReason.REFUSAL_REASON_FLOOR_PRICE,
          "These items are at their lowest price already.",
          "商品已是最低价。");
      return;
    }
    say(
        refusal,
        RefusalReason.REFUSAL_REASON_NO_SAVING,
        "It takes nothing off this cart.",
        "对当前购物车没有优惠。");
  }

  private void closed(
      CompiledPromotion promotion, RefusalReason reason, PromotionRefusal.Builder refusal) {
    switch (reason) {
      case REFUSAL_REASON_NOT_STARTED, REFUSAL_REASON_OUTSIDE_WINDOW -> {
        long next = promotion.times().nextLive(moment.unixMs());
        if (next == Long.MAX_VALUE) {
          say(refusal, reason, "It does not apply any more.", "活动不再生效。");
          return;
        }
        refusal.setStartsAtUnixMs(next);
        say(
            refusal,
            reason,
            "It starts at " + Wording.time(promotion, next) + ".",
            "活动将于 " + Wording.time(promotion, next) + " 开始。");
      }
      case REFUSAL_REASON_OVER ->
          say(
              refusal,
              reason,
              "It ended at " + Wording.time(promotion, promotion.times().endUnixMs()) + ".",
              "活动已于 " + Wording.time(promotion, promotion.times().endUnixMs()) + " 结束。");
      case REFUSAL_REASON_MEMBER_LEVEL, REFUSAL_REASON_PERSON -> {
        List<String> en = new ArrayList<>();
        List<String> zh = new ArrayList<>();
        for (PersonCondition condition : promotion.people()) {
          en.add(wording.personEn(condition));
          zh.add(wording.personZh(condition));
        }
        say(
            refusal,
            reason,
            "It is only " + String.join(", ", en) + ".",
            "该活动" + String.join("，", zh) + "。");
      }
      case REFUSAL_REASON_NOT_GRANTED ->
          say(refusal, reason, "It was given to other people.", "该优惠已发放给其他顾客。");
      case REFUSAL_REASON_CHANNEL ->
          say(
              refusal,
              reason,
              "It is only for the channels " + joined(promotion.channels(), ", ") + ".",
              "仅限" + joined(promotion.channels(), "、") + "渠道。");
      case REFUSAL_REASON_REGION ->
          say(
              refusal,
              reason,
              "It is only for the regions " + joined(promotion.regions(), ", ") + ".",
              "仅限" + joined(promotion.regions(), "、") + "地区。");
      case REFUSAL_REASON_PAYMENT_METHOD ->
          say(
              refusal,
              reason,
              "Pay with " + joined(promotion.paymentMethods(), " or ") + " to get it.",
              "使用" + joined(promotion.paymentMethods(), "、") + "支付即可享受。");
      default -> say(refusal, reason, "It is not running.", "活动未开启。");
    }
  }

  /// Units or points that the action itself asks for.
  private boolean missingForEffect(
      CompiledPromotion promotion, long units, PromotionRefusal.Builder refusal) {
    ItemSelector from = promotion.proto().getAppliesTo();
    return switch (promotion.effect()) {
      case Effect.Nth(int nth, int _) when units < nth -> {
        missingUnits(promotion, refusal, RefusalReason.REFUSAL_REASON_QUANTITY, nth - units, from);
        yield true;
      }
      case Effect.BuyGet buyGet -> {
        int needed = buyGet.from() == null ? buyGet.buy() + buyGet.get() : buyGet.buy();
        if (units < needed) {
          missingUnits(
              promotion, refusal, RefusalReason.REFUSAL_REASON_QUANTITY, needed - units, from);
          yield true;
        }
        if (buyGet.from() != null) {
          long free = CartEvaluator.units(buyGet.from(), basket);
          if (free < buyGet.get()) {
            missingUnits(
                promotion,
                refusal,
                RefusalReason.REFUSAL_REASON_QUANTITY,
                buyGet.get() - free,
                buyGet.from().proto());
            yield true;
          }
        }
        yield false;
      }
      case Effect.Bundle bundle -> {
        for (int part = 0; part < bundle.parts().length; part++) {
          long there = CartEvaluator.units(bundle.parts()[part], basket);
          if (there < bundle.quantities()[part]) {
            missingUnits(
                promotion,
                refusal,
                RefusalReason.REFUSAL_REASON_QUANTITY,
                bundle.quantities()[part] - there,
                bundle.parts()[part].proto());
            yield true;
          }
        }
        yield false;
      }
      case Effect.Points points when basket.points() < points.pointsPerStep() -> {
        String missing = Long.toString(points.pointsPerStep() - basket.points());
        say(
            refusal,
            RefusalReason.REFUSAL_REASON_POINTS,
            "Use " + missing + " more points to get " + wording.benefitEn(promotion, 0) + ".",
            "再用" + missing + "积分即可" + wording.benefitZh(promotion, 0) + "。");
        yield true;
      }
      case Effect.Nth _,
          Effect.Points _,
          Effect.Percent _,
          Effect.AmountOnce _,
          Effect.AmountEach _,
          Effect.Fixed _,
          Effect.Tiered _,
          Effect.Present _,
          Effect.ShippingFree _ ->
          false;
    };
  }

  private void missingSpend(
      CompiledPromotion promotion,
      PromotionRefusal.Builder refusal,
      long missing,
      ItemSelector from,
      long spend) {
    refusal.setMissingAmountMinorUnits(missing).setFrom(from);
    String amount = Money.format(missing, basket.currency());
    String en = wording.fromEn(from);
    String zh = wording.fromZh(from);
    say(
        refusal,
        RefusalReason.REFUSAL_REASON_AMOUNT,
        "Add "
            + amount
            + " more"
            + (en.isEmpty() ? "" : " from " + en)
            + " to get "
            + wording.benefitEn(promotion, spend)
            + ".",
        "再买 "
            + amount
            + (zh.isEmpty() ? " " : " " + zh)
            + "即可"
            + wording.benefitZh(promotion, spend)
            + "。");
  }

  private void missingUnits(
      CompiledPromotion promotion,
      PromotionRefusal.Builder refusal,
      RefusalReason reason,
      long missing,
      ItemSelector from) {
    refusal.setMissingQuantity((int) Math.min(Integer.MAX_VALUE, missing)).setFrom(from);
    String en = wording.fromEn(from);
    String zh = wording.fromZh(from);
    say(
        refusal,
        reason,
        "Add "
            + missing
            + (missing == 1 ? " more unit" : " more units")
            + (en.isEmpty() ? "" : " from " + en)
            + " to get "
            + wording.benefitEn(promotion, 0)
            + ".",
        "再买" + missing + "件" + zh + "即可" + wording.benefitZh(promotion, 0) + "。");
  }

  private void excluded(PromotionRefusal.Builder refusal, RefusalReason reason, String by) {
    refusal.setExcludedBy(by);
    CompiledPromotion other = null;
    for (Pricing.Applied one : pricing.applied()) {
      if (one.promotion().id().equals(by)) {
        other = one.promotion();
      }
    }
    String nameEn = other == null ? "another offer" : "\"" + wording.name(other, Wording.EN) + "\"";
    String nameZh = other == null ? "其他活动" : "“" + wording.name(other, Wording.ZH) + "”";
    if (reason == RefusalReason.REFUSAL_REASON_EXCLUDED) {
      say(
          refusal,
          reason,
          "It cannot be combined with " + nameEn + ", which saves more.",
          "不能与" + nameZh + "同时使用，后者更优惠。");
    } else {
      say(refusal, reason, "With " + nameEn + " you save more.", "使用" + nameZh + "更优惠。");
    }
  }

  /// The applied promotion that shuts this one out by rule, or empty.
  private String blocker(CompiledPromotion promotion) {
    for (Pricing.Applied one : pricing.applied()) {
      CompiledPromotion other = one.promotion();
      boolean sameGroup =
          !promotion.exclusiveGroup().isEmpty()
              && promotion.exclusiveGroup().equals(other.exclusiveGroup());
      if (other.exclusive() || promotion.exclusive() || sameGroup) {
        return other.id();
      }
    }
    return "";
  }

  /// The applied promotion that took most off the lines that this one would have changed.
  private String rival(CompiledPromotion promotion, Candidate candidate) {
    String rival = "";
    long most = 0;
    for (Pricing.Applied one : pricing.applied()) {
      long saving = 0;
      for (int line : candidate.lines) {
        saving += one.off()[line];
      }
      boolean sameLane = one.promotion().lane() == promotion.lane();
      if (saving > most && (sameLane || rival.isEmpty())) {
        most = saving;
        rival = one.promotion().id();
      }
    }
    if (rival.isEmpty() && !pricing.applied().isEmpty()) {
      rival = pricing.applied().getFirst().promotion().id();
    }
    return rival;
  }

  private boolean giftIsOut(CompiledPromotion promotion) {
    if (promotion.effect() instanceof Effect.Present(String itemId, int quantity)) {
      ItemFacts gift = items.find(itemId);
      return gift == null || (gift.stock() != ItemFacts.UNLIMITED && gift.stock() < quantity);
    }
    return false;
  }

  private Candidate candidate(CompiledPromotion promotion, Usage.Left left) {
    int[] lines = new int[basket.size()];
    int[] fromLines = new int[basket.size()];
    int count = 0;
    int fromCount = 0;
    for (int line = 0; line < basket.size(); line++) {
      if (promotion.matches(basket.items()[line])) {
        lines[count++] = line;
      }
      if (promotion.effect() instanceof Effect.BuyGet buyGet
          && buyGet.from() != null
          && buyGet.from().matches(basket.items()[line])) {
        fromLines[fromCount++] = line;
      }
    }
    return new Candidate(
        promotion,
        java.util.Arrays.copyOf(lines, count),
        java.util.Arrays.copyOf(fromLines, fromCount),
        -1,
        -1,
        left.budgetMinorUnits(),
        basket,
        0);
  }

  private static void say(
      PromotionRefusal.Builder refusal, RefusalReason reason, String en, String zh) {
    refusal.setReason(reason).putExplanations(Wording.EN, en).putExplanations(Wording.ZH, zh);
  }

  /// The order of refusals: what the person can mend with one more item comes first.
  private static int distance(RefusalReason reason) {
    return switch (reason) {
      case REFUSAL_REASON_AMOUNT -> 0;
      case REFUSAL_REASON_QUANTITY -> 1;
      case REFUSAL_REASON_REQUIRED_ITEMS -> 2;
      case REFUSAL_REASON_POINTS -> 3;
      case REFUSAL_REASON_PAYMENT_METHOD -> 4;
      case REFUSAL_REASON_CODE -> 5;
      case REFUSAL_REASON_CHANNEL -> 6;
      case REFUSAL_REASON_NO_MATCHING_ITEM -> 7;
      case REFUSAL_REASON_NOT_STARTED -> 8;
      case REFUSAL_REASON_OUTSIDE_WINDOW -> 9;
      case REFUSAL_REASON_MEMBER_LEVEL -> 10;
      case REFUSAL_REASON_NOT_BEST -> 11;
      case REFUSAL_REASON_EXCLUDED -> 12;
      case REFUSAL_REASON_FLOOR_PRICE -> 13;
      case REFUSAL_REASON_NO_SAVING -> 14;
      case REFUSAL_REASON_LIMIT -> 15;
      case REFUSAL_REASON_BUDGET -> 16;
      case REFUSAL_REASON_STOCK -> 17;
      case REFUSAL_REASON_REGION -> 18;
      case REFUSAL_REASON_PERSON -> 19;
      case REFUSAL_REASON_NOT_GRANTED -> 20;
      case REFUSAL_REASON_CURRENCY -> 21;
      default -> 22;
    };
  }

  private static String joined(@Nullable Set<String> values, String separator) {
    return values == null ? "" : String.join(separator, values.stream().sorted().toList());
  }

  private static String orSomething(String what) {
    return what.isEmpty() ? "an item" : "something from " + what;
  }

  private static String orSomethingZh(String what) {
    return what.isEmpty() ? "任意商品" : what;
  }
}
