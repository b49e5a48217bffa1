// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Offer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the best legal promotion of one unit at a time, for one person at one moment.
///
/// A finder belongs to one request and one thread. Whether a promotion is open to the person is
/// looked up once, when the first item asks; after that an item costs one pass over the promotions
/// that select it. What needs a code, a second unit or points is not an offer for a single unit.
public final class OfferFinder {
  private static final byte NOT_ASKED = 0;
  private static final byte OPEN = 1;
  private static final byte CLOSED = 2;

  private final PromotionSnapshot snapshot;
  private final PersonFacts person;
  private final Moment moment;
  private final Usage usage;
  private final byte[] open;
  private final long[] budgetLeft;

  OfferFinder(PromotionSnapshot snapshot, PersonFacts person, Moment moment, Usage usage) {
    this.snapshot = snapshot;
    this.person = person;
    this.moment = moment;
    this.usage = usage;
    int count = snapshot.size();
    open = new byte[count];
    budgetLeft = new long[count];
  }

  /// The promotion that leaves one unit cheapest, or null when none takes anything off. Ties go to
  /// the higher priority, then to the lower id.
  public @Nullable ItemOffer best(ItemFacts facts) {
    int best = -1;
    long bestPrice = facts.priceMinorUnits();
    for (int p : snapshot.unitOffers(facts)) {
      long price = snapshot.unitPrice(p, facts);
      if ((price < bestPrice || (price == bestPrice && best >= 0 && before(p, best)))
          && isOpen(p)
          && facts.priceMinorUnits() - price <= budgetLeft[p]
          && snapshot.admitsSelected(p, facts)) {
        best = p;
        bestPrice = price;
      }
    }
    return best < 0
        ? null
        : new ItemOffer(snapshot.at(best), facts.priceMinorUnits(), bestPrice, facts.stock(), this);
  }

  /// The ids of all promotions that take something off one unit of the item, for the decision log.
  public List<String> legal(ItemFacts facts) {
    List<String> ids = new ArrayList<>();
    for (int p : snapshot.unitOffers(facts)) {
      long saving = facts.priceMinorUnits() - snapshot.unitPrice(p, facts);
      if (saving > 0 && isOpen(p) && saving <= budgetLeft[p] && snapshot.admitsSelected(p, facts)) {
        ids.add(snapshot.at(p).id());
      }
    }
    return ids;
  }

  /// The offer of one of the item's legal promotions, or null when it is not legal.
  public @Nullable ItemOffer of(ItemFacts facts, String promotionId) {
    int p = snapshot.indexOf(promotionId);
    if (p < 0) {
      return null;
    }
    long price = snapshot.unitPrice(p, facts);
    return price < facts.priceMinorUnits()
            && isOpen(p)
            && facts.priceMinorUnits() - price <= budgetLeft[p]
            && snapshot.admits(p, facts)
        ? new ItemOffer(snapshot.at(p), facts.priceMinorUnits(), price, facts.stock(), this)
        : null;
  }

  /// The ids of promotions whose codes a policy may give to this person now, in order. What is left
  /// of the budget must pay for any one of the items that the person is shown: a promise that the
  /// till could not keep is worse than none.
  public List<String> granted(Collection<? extends ItemFacts> shown) {
    List<String> ids = new ArrayList<>();
    for (int p : snapshot.granted()) {
      if (isOpen(p) && budgetLeft[p] > 0 && pays(p, shown)) {
        ids.add(snapshot.at(p).id());
      }
    }
    return ids;
  }

  private boolean pays(int p, Collection<? extends ItemFacts> shown) {
    for (ItemFacts facts : shown) {
      if (facts.priceMinorUnits() - snapshot.unitPrice(p, facts) > budgetLeft[p]) {
        return false;
      }
    }
    return true;
  }

  /// A promotion as the person sees it, with its code.
  public Offer describe(String promotionId) {
    int p = snapshot.indexOf(promotionId);
    if (p < 0) {
      throw new IllegalArgumentException("promotion: " + promotionId + " is not there");
    }
    return snapshot.board().describe(snapshot.at(p), 0, moment, usage, true);
  }

  Offer describe(ItemOffer offer) {
    Offer described =
        snapshot.board().describe(offer.promotion(), offer.savingMinorUnits(), moment, usage, true);
    // The board knows the stock of a promotion of one item; this offer is about one of many.
    boolean fewer =
        offer.stock() != ItemFacts.UNLIMITED
            && (described.getRemainingUnits() < 0 || offer.stock() < described.getRemainingUnits());
    return fewer ? described.toBuilder().setRemainingUnits(offer.stock()).build() : described;
  }

  private boolean before(int a, int b) {
    int byPriority = Integer.compare(snapshot.at(b).priority(), snapshot.at(a).priority());
    return byPriority < 0
        || (byPriority == 0 && snapshot.at(a).id().compareTo(snapshot.at(b).id()) < 0);
  }

  private boolean isOpen(int p) {
    byte known = open[p];
    if (known == NOT_ASKED) {
      known = ask(p) ? OPEN : CLOSED;
      open[p] = known;
    }
    return known == OPEN;
  }

  private boolean ask(int p) {
    CompiledPromotion promotion = snapshot.at(p);
    budgetLeft[p] = Long.MAX_VALUE;
    if (promotion.closedTo(person, moment) != null) {
      return false;
    }
    if (!promotion.limited()) {
      return true;
    }
    Usage.Left left = usage.left(promotion);
    budgetLeft[p] = left.budgetMinorUnits();
    return left.redemptions() > 0 && left.personRedemptions() > 0;
  }
}
