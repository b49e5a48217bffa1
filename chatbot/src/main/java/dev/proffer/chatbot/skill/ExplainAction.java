// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.proto.promotion.v1.AppliedPromotion;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.ExplainPromotionRequest;
import dev.proffer.proto.promotion.v1.ExplainPromotionResponse;
import dev.proffer.proto.promotion.v1.PromotionRefusal;
import java.util.Optional;

/// Says whether a promotion or a code works for this person and cart, why not, and what would help.
final class ExplainAction implements Action {
  @Override
  public void act(SkillTurn turn, Answer answer) {
    Cart cart = turn.request().getCart();
    Optional<String> code =
        turn.named(MentionType.CODE)
            .or(() ->
                cart.getCodesList().stream()
                    .findFirst()
                    .filter(_ -> turn.named(MentionType.PROMOTION).isEmpty()));
    Optional<String> promotion = turn.promotionMeant();
    if (code.isEmpty() && promotion.isEmpty()) {
      answer.say("which").expect(turn.skill().name(), "code");
      return;
    }
    ExplainPromotionRequest.Builder request =
        ExplainPromotionRequest.newBuilder()
            .setPerson(turn.person())
            .setAtUnixMs(turn.slots().atUnixMillis());
    if (code.isPresent()) {
      request.setCode(code.get());
      request.setCart(
          cart.getCodesList().contains(code.get()) || cart.getCodesCount() >= 20
              ? cart
              : cart.toBuilder().addCodes(code.get()).build());
    } else {
      request.setPromotionId(promotion.orElseThrow()).setCart(cart);
    }
    Optional<ExplainPromotionResponse> reply = turn.shop().explain(request.build());
    if (reply.isEmpty()) {
      answer.say(code.isPresent() ? "unknown_code" : "unknown_promotion");
      return;
    }
    explain(turn, reply.get(), answer);
  }

  static void explain(SkillTurn turn, ExplainPromotionResponse reply, Answer answer) {
    if (reply.hasApplied()) {
      AppliedPromotion applied = reply.getApplied();
      answer.say("applies", "name", answer.inLanguage(applied.getNamesMap()));
      if (applied.getSavingMinorUnits() > 0 && reply.hasOffer()) {
        answer.say(
            "saves",
            "saving",
            answer.money(applied.getSavingMinorUnits(), reply.getOffer().getCurrency()));
      }
      answer.quote(answer.inLanguage(applied.getReasonsMap()));
    } else {
      PromotionRefusal refusal = reply.getRefusal();
      boolean emptyCart = turn.request().getCart().getLinesCount() == 0;
      String name = answer.inLanguage(refusal.getNamesMap());
      String explanation = answer.inLanguage(refusal.getExplanationsMap());
      answer.say(emptyCart && dependsOnCart(refusal) ? "depends_on_cart" : "refused", "name", name);
      if (!explanation.isEmpty()) {
        answer.quote(explanation);
      } else if (refusal.getMissingAmountMinorUnits() > 0) {
        answer.say(
            "missing_amount",
            "missing",
            answer.money(refusal.getMissingAmountMinorUnits(), reply.getOffer().getCurrency()));
      }
    }
    if (reply.hasOffer()) {
      String when = answer.when(reply.getOffer());
      if (!when.isEmpty()) {
        answer.say("when_sentence", "when", when);
      }
      answer.card(reply.getOffer());
    }
  }

  private static boolean dependsOnCart(PromotionRefusal refusal) {
    return switch (refusal.getReason()) {
      case REFUSAL_REASON_AMOUNT,
          REFUSAL_REASON_QUANTITY,
          REFUSAL_REASON_NO_MATCHING_ITEM,
          REFUSAL_REASON_REQUIRED_ITEMS,
          REFUSAL_REASON_NO_SAVING ->
          true;
      default -> false;
    };
  }
}
