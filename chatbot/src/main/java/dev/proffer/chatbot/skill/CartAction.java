// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.proto.promotion.v1.AppliedPromotion;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.PromotionRefusal;
import java.util.Comparator;
import java.util.List;

/// Questions about the cart. Setting `about`: `price` (the best legal price and how it comes
/// about), `threshold` (what is missing to the next promotion), `stacking` (which promotions go
/// together and which stand in each other's way).
final class CartAction implements Action {
  private static final int HINTS = 3;

  @Override
  public void act(SkillTurn turn, Answer answer) {
    String about = turn.skill().settings().getOrDefault("about", "price");
    if (turn.request().getCart().getLinesCount() == 0) {
      answer.say("no_cart");
      if (about.equals("threshold")) {
        listThresholds(turn, answer);
      }
      return;
    }
    EvaluateCartResponse cart =
        turn.shop()
            .evaluate(
                EvaluateCartRequest.newBuilder()
                    .setCart(turn.request().getCart())
                    .setPerson(turn.person())
                    .setAtUnixMs(turn.slots().atUnixMillis())
                    .setExplain(true)
                    .build());
    switch (about) {
      case "threshold" -> threshold(cart, answer);
      case "stacking" -> stacking(cart, answer);
      default -> price(cart, answer);
    }
    answer.card(cart);
    cart.getAppliedList()
        .forEach(applied ->
            answer.remember(applied.getPromotionId(), answer.inLanguage(applied.getNamesMap())));
  }

  private static void price(EvaluateCartResponse cart, Answer answer) {
    String total = answer.money(cart.getTotalMinorUnits(), cart.getCurrency());
    if (cart.getAppliedCount() == 0) {
      answer.say("total_plain", "total", total);
    } else {
      answer.say(
          "total",
          "total",
          total,
          "subtotal",
          answer.money(cart.getSubtotalMinorUnits(), cart.getCurrency()));
      for (AppliedPromotion applied : cart.getAppliedList()) {
        answer.say(
            "applied_line",
            "name",
            answer.inLanguage(applied.getNamesMap()),
            "saving",
            answer.money(applied.getSavingMinorUnits(), cart.getCurrency()));
      }
    }
    if (cart.getRefusedCodesCount() > 0) {
      answer.say("refused_codes", "codes", String.join(", ", cart.getRefusedCodesList()));
    }
    nearest(cart).stream().limit(1).forEach(refusal -> hint(refusal, cart, answer));
  }

  private static void threshold(EvaluateCartResponse cart, Answer answer) {
    List<PromotionRefusal> near = nearest(cart);
    if (near.isEmpty()) {
      answer.say(cart.getAppliedCount() > 0 ? "reached" : "nothing_near");
      cart.getAppliedList()
          .forEach(applied ->
              answer.say(
                  "applied_line",
                  "name",
                  answer.inLanguage(applied.getNamesMap()),
                  "saving",
                  answer.money(applied.getSavingMinorUnits(), cart.getCurrency())));
      return;
    }
    near.stream()
        .limit(HINTS)
        .forEach(refusal -> {
          hint(refusal, cart, answer);
          answer.remember(refusal.getPromotionId(), answer.inLanguage(refusal.getNamesMap()));
        });
  }

  private static void stacking(EvaluateCartResponse cart, Answer answer) {
    if (cart.getAppliedCount() == 0) {
      answer.say("none_apply");
    } else {
      answer.say("together", "count", cart.getAppliedCount());
      for (AppliedPromotion applied : cart.getAppliedList()) {
        answer.say(
            "applied_line",
            "name",
            answer.inLanguage(applied.getNamesMap()),
            "saving",
            answer.money(applied.getSavingMinorUnits(), cart.getCurrency()));
      }
    }
    cart.getNotAppliedList().stream()
        .filter(refusal ->
            switch (refusal.getReason()) {
              case REFUSAL_REASON_EXCLUDED, REFUSAL_REASON_NOT_BEST -> true;
              default -> false;
            })
        .limit(HINTS)
        .forEach(refusal ->
            answer.say(
                "excluded_line",
                "name",
                answer.inLanguage(refusal.getNamesMap()),
                "why",
                answer.inLanguage(refusal.getExplanationsMap())));
  }

  private static void hint(PromotionRefusal refusal, EvaluateCartResponse cart, Answer answer) {
    String name = answer.inLanguage(refusal.getNamesMap());
    if (refusal.getMissingAmountMinorUnits() > 0) {
      answer.say(
          "add_amount",
          "missing",
          answer.money(refusal.getMissingAmountMinorUnits(), cart.getCurrency()),
          "name",
          name);
    } else {
      answer.say("add_quantity", "missing", refusal.getMissingQuantity(), "name", name);
    }
  }

  /// What lacks nothing but a spend or some units, the least spend first.
  private static List<PromotionRefusal> nearest(EvaluateCartResponse cart) {
    return cart.getNotAppliedList().stream()
        .filter(r -> r.getMissingAmountMinorUnits() > 0 || r.getMissingQuantity() > 0)
        .sorted(
            Comparator.comparingLong(PromotionRefusal::getMissingAmountMinorUnits)
                .thenComparingInt(PromotionRefusal::getMissingQuantity))
        .toList();
  }

  private static void listThresholds(SkillTurn turn, Answer answer) {
    List<dev.proffer.proto.promotion.v1.Offer> offers =
        turn.shop()
            .offers(
                ListOffersRequest.newBuilder()
                    .setPerson(turn.person())
                    .addAllTypes(ListOffersAction.types(turn.skill()))
                    .setPageSize(Answer.SHOWN)
                    .build())
            .getOffersList();
    if (!offers.isEmpty()) {
      answer.say("thresholds", "count", Math.min(offers.size(), Answer.SHOWN)).offers(offers);
    }
  }
}
