// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.ranker.promotion.Usage.Left;
import dev.proffer.runtime.degraded.Degradation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One promotion alone, live or not, and what it would do: for planning, never for selling.
public final class PromotionProbe {
  private final Promotions promotions;
  private final CompiledPromotion promotion;
  private final PromotionSnapshot alone;

  private PromotionProbe(Promotions promotions, Promotion proto) {
    this.promotions = promotions;
    // To whom a campaign gives it is what is being decided.
    Promotion live =
        proto.toBuilder().setState(PromotionState.PROMOTION_STATE_LIVE).clearCampaignId().build();
    this.promotion = new CompiledPromotion(live);
    this.alone = new PromotionSnapshot(0, List.of(live), promotions.items());
  }

  /// A promotion that need not be kept, as if it were live.
  public static PromotionProbe of(Promotions promotions, Promotion promotion) {
    return new PromotionProbe(promotions, promotion);
  }

  /// A kept promotion, or null when there is none of this id.
  public static @Nullable PromotionProbe find(Promotions promotions, String promotionId) {
    CompiledPromotion found = promotions.snapshot().find(promotionId);
    return found == null ? null : new PromotionProbe(promotions, found.proto());
  }

  public Promotion proto() {
    return promotion.proto();
  }

  public boolean selects(String itemId) {
    ItemFacts item = promotions.items().find(itemId);
    return item != null && promotion.selects(item);
  }

  /// What it takes off a cart, had nobody redeemed it yet. Items that the catalogue no longer holds
  /// are left out.
  public long saving(Cart cart, String userId, long atUnixMs) {
    Cart.Builder known = cart.toBuilder().clearLines();
    for (CartLine line : cart.getLinesList()) {
      ItemFacts item = promotions.items().find(line.getItemId());
      if (item != null && item.currency().equals(promotion.proto().getCurrency())) {
        known.addLines(line);
      }
    }
    if (known.getLinesCount() == 0) {
      return 0;
    }
    if (!promotion.proto().getCode().isEmpty()) {
      known.addCodes(promotion.proto().getCode());
    }
    // A person with any fact is taken as given, so that nothing is looked up for each past order.
    Person person = Person.newBuilder().setUserId(userId).setOrderCount(1).build();
    Carts.Request request =
        promotions.carts().resolve(alone, known.build(), person, atUnixMs).withoutLimits();
    return promotions.carts().evaluate(request, false).getSavingMinorUnits();
  }

  /// Whether this person could use it at this time, wherever they are and however they pay.
  public boolean isFor(String userId, long atUnixMs) {
    if (promotion.proto().getConditionsList().stream().noneMatch(c -> c.hasPerson())) {
      return true;
    }
    PersonFacts person =
        promotions.carts().person(Person.newBuilder().setUserId(userId).build(), new Degradation());
    RefusalReason reason = promotion.notFor(person, new Moment(atUnixMs, "", "", ""));
    return reason == null
        || reason == RefusalReason.REFUSAL_REASON_CHANNEL
        || reason == RefusalReason.REFUSAL_REASON_REGION
        || reason == RefusalReason.REFUSAL_REASON_PAYMENT_METHOD;
  }

  /// What is left of its budget, or [Long#MAX_VALUE].
  public long budgetLeft() {
    return promotion.limited() ? left().budgetMinorUnits() : Long.MAX_VALUE;
  }

  /// How often it can still be redeemed, or [Long#MAX_VALUE].
  public long redemptionsLeft() {
    return promotion.limited() ? left().redemptions() : Long.MAX_VALUE;
  }

  private Left left() {
    return promotions.usage("").left(promotion);
  }
}
