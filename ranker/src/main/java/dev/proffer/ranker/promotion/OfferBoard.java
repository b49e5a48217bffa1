// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.runtime.degraded.Degradation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Describes promotions to people: what they are, what is left of them, and which are for whom.
final class OfferBoard {
  private final ItemLookup items;
  private final Wording wording;

  OfferBoard(ItemLookup items) {
    this.items = items;
    this.wording = new Wording(items);
  }

  /// A promotion as an offer.
  ///
  /// @param saving what it takes off what it was computed for
  /// @param showCode whether this person may see its code
  Offer describe(
      CompiledPromotion promotion, long saving, Moment moment, Usage usage, boolean showCode) {
    long from = promotion.times().nextLive(moment.unixMs());
    boolean liveNow = from == moment.unixMs();
    long starts = liveNow || from == Long.MAX_VALUE ? promotion.times().startUnixMs() : from;
    long ends =
        liveNow ? promotion.times().liveUntil(moment.unixMs()) : promotion.times().endUnixMs();
    return Offer.newBuilder()
        .setPromotionId(promotion.id())
        .setType(promotion.type())
        .putAllNames(promotion.proto().getNamesMap())
        .putAllSummaries(wording.summaries(promotion, showCode))
        .setSavingMinorUnits(saving)
        .setCurrency(promotion.proto().getCurrency())
        .setCode(showCode ? promotion.proto().getCode() : "")
        .setStartsAtUnixMs(starts)
        .setEndsAtUnixMs(ends == Long.MAX_VALUE ? 0 : ends)
        .setRemainingUnits(remaining(promotion, usage))
        .build();
  }

  /// What is left: redemptions, and for a promotion of one item its stock; -1 when not limited.
  private long remaining(CompiledPromotion promotion, Usage usage) {
    long left =
        promotion.limited() ? Math.max(0, usage.left(promotion).redemptions()) : Long.MAX_VALUE;
    Set<String> named = promotion.appliesTo().itemIds();
    if (named.size() == 1) {
      ItemFacts item = items.find(named.iterator().next());
      if (item != null && item.stock() != ItemFacts.UNLIMITED) {
        left = Math.min(left, item.stock());
      }
    }
    return left == Long.MAX_VALUE ? -1 : left;
  }

  /// The offers for a person: live ones before upcoming ones, deeper ones first.
  List<Offer> list(ListOffersRequest request, Promotions promotions) {
    PromotionSnapshot snapshot = promotions.snapshot();
    Degradation degradation = new Degradation();
    PersonFacts person = promotions.carts().person(request.getPerson(), degradation);
    return list(request, promotions, snapshot, promotions.withGiven(person, snapshot, degradation));
  }

  /// The same, for promotions that need not be those in force, as if campaigns gave all of them.
  List<Offer> list(ListOffersRequest request, Promotions promotions, PromotionSnapshot snapshot) {
    PersonFacts person = promotions.carts().person(request.getPerson(), new Degradation());
    return list(request, promotions, snapshot, person.withGiven(snapshot.allocated()));
  }

  private List<Offer> list(
      ListOffersRequest request,
      Promotions promotions,
      PromotionSnapshot snapshot,
      PersonFacts person) {
    long now = request.getAtUnixMs() == 0 ? promotions.clock().millis() : request.getAtUnixMs();
    Moment moment = new Moment(now, request.getChannel(), request.getRegion(), "");
    Usage usage = promotions.usage(person.userId());
    Set<String> wallet =
        snapshot.hasBatchCoupons() && !person.userId().isEmpty()
            ? promotions.coupons().ofWallet(person.userId(), now)
            : Set.of();
    long horizon =
        now > Long.MAX_VALUE - request.getUpcomingWithinMs()
            ? Long.MAX_VALUE
            : now + request.getUpcomingWithinMs();
    Selector wanted = new Selector(request.getFilter());
    Collection<ItemFacts> catalogue = request.hasFilter() ? items.all() : List.of();
    List<ItemFacts> wantedItems = catalogue.stream().filter(wanted::matches).toList();
    List<Listed> listed = new ArrayList<>();
    for (CompiledPromotion promotion : snapshot.all()) {
      if (!promotion.live()
          || promotion.isGranted()
          || (request.getTypesCount() > 0 && !request.getTypesList().contains(promotion.type()))
          || !isFor(promotion, person, moment)
          || (promotion.needsCode()
              && promotion.code().isEmpty()
              && !wallet.contains(promotion.id()))
          || (request.hasFilter()
              && !(catalogue.isEmpty()
                  ? mayMeet(promotion, wanted)
                  : wantedItems.stream().anyMatch(promotion::selects)))) {
        continue;
      }
      long next = promotion.times().nextLive(now);
      if (next == Long.MAX_VALUE || (next > now && next > horizon)) {
        continue;
      }
      if (promotion.limited()) {
        Usage.Left left = usage.left(promotion);
        if (left.redemptions() <= 0
            || left.personRedemptions() <= 0
            || left.budgetMinorUnits() <= 0) {
          continue;
        }
      }
      ItemFacts item = onlyItem(promotion, request);
      long saving = item == null ? 0 : unitSaving(promotion, item);
      listed.add(
          new Listed(
              describe(promotion, saving, moment, usage, true),
              next > now ? next : 0,
              depth(promotion, item, saving)));
    }
    listed.sort(
        Comparator.comparingLong(Listed::startsLater)
            .thenComparing(Comparator.comparingDouble(Listed::depth).reversed())
            .thenComparing(one -> one.offer().getPromotionId()));
    return listed.stream().map(Listed::offer).toList();
  }

  /// @param startsLater 0 for a live offer
  private record Listed(Offer offer, long startsLater, double depth) {}

  /// Whether the person can use it, as far as that depends on who and where they are. How they will
  /// pay is not known yet.
  private static boolean isFor(CompiledPromotion promotion, PersonFacts person, Moment moment) {
    RefusalReason reason = promotion.notFor(person, moment);
    if (reason == null) {
      return true;
    }
    return switch (reason) {
      case REFUSAL_REASON_CHANNEL -> moment.channel().isEmpty() && regionFits(promotion, moment);
      case REFUSAL_REASON_REGION -> moment.region().isEmpty();
      case REFUSAL_REASON_PAYMENT_METHOD -> true;
      default -> false;
    };
  }

  private static boolean regionFits(CompiledPromotion promotion, Moment moment) {
    Set<String> regions = promotion.regions();
    return regions == null || moment.region().isEmpty() || regions.contains(moment.region());
  }

  /// Whether some item can be both one of the promotion's and one of the filter's. Where that
  /// cannot be told without the catalogue it is assumed.
  private boolean mayMeet(CompiledPromotion promotion, Selector wanted) {
    if (!wanted.itemIds().isEmpty() && wanted.categories().isEmpty() && wanted.brands().isEmpty()) {
      return wanted.itemIds().stream().anyMatch(id -> selects(promotion, id));
    }
    if (!promotion.appliesTo().itemIds().isEmpty()
        && promotion.appliesTo().categories().isEmpty()
        && promotion.appliesTo().brands().isEmpty()) {
      return promotion.appliesTo().itemIds().stream()
          .map(items::find)
          .anyMatch(item -> item != null && wanted.matches(item));
    }
    if (promotion.appliesTo().includesAll() || wanted.includesAll()) {
      return true;
    }
    if (!wanted.categories().isEmpty() && !promotion.appliesTo().categories().isEmpty()) {
      return wanted.categories().stream()
          .anyMatch(a ->
              promotion.appliesTo().categories().stream()
                  .anyMatch(b -> a.equals(b) || a.startsWith(b + "/") || b.startsWith(a + "/")));
    }
    if (!wanted.brands().isEmpty() && !promotion.appliesTo().brands().isEmpty()) {
      return wanted.brands().stream().anyMatch(promotion.appliesTo().brands()::contains);
    }
    return true;
  }

  private boolean selects(CompiledPromotion promotion, String itemId) {
    ItemFacts item = items.find(itemId);
    return item != null && promotion.selects(item);
  }

  private @Nullable ItemFacts onlyItem(CompiledPromotion promotion, ListOffersRequest request) {
    if (request.getFilter().getItemIdsCount() == 1) {
      return items.find(request.getFilter().getItemIds(0));
    }
    Set<String> named = promotion.appliesTo().itemIds();
    return named.size() == 1 ? items.find(named.iterator().next()) : null;
  }

  private static long unitSaving(CompiledPromotion promotion, ItemFacts item) {
    if (!promotion.selects(item)) {
      return 0;
    }
    PromotionSnapshot alone = new PromotionSnapshot(0, List.of(promotion.proto()));
    return alone.admits(0, item) ? item.priceMinorUnits() - alone.unitPrice(0, item) : 0;
  }

  /// The share that it takes off where it bites, to order offers by.
  private static double depth(CompiledPromotion promotion, @Nullable ItemFacts item, long saving) {
    if (item != null && saving > 0) {
      return (double) saving / item.priceMinorUnits();
    }
    long spend = Math.max(promotion.minMatchingAmount(), promotion.minCartAmount());
    return switch (promotion.effect()) {
      case Effect.Percent(int basisPoints) -> basisPoints / 10_000.0;
      case Effect.AmountOnce(long amount) -> spend == 0 ? 0.1 : (double) amount / spend;
      case Effect.AmountEach(long amount) -> spend == 0 ? 0.1 : (double) amount / spend;
      case Effect.Fixed _ -> 0.2;
      case Effect.Tiered tiered -> {
        double best = 0;
        for (int i = 0; i < tiered.spends().length; i++) {
          best =
              Math.max(
                  best,
                  tiered.basisPoints()[i] > 0
                      ? tiered.basisPoints()[i] / 10_000.0
                      : (double) tiered.amounts()[i] / tiered.spends()[i]);
        }
        yield best;
      }
      case Effect.Nth(int nth, int basisPoints) -> basisPoints / 10_000.0 / nth;
      case Effect.BuyGet buyGet -> (double) buyGet.get() / (buyGet.buy() + buyGet.get());
      case Effect.Bundle _ -> 0.15;
      case Effect.Present _ -> 0.08;
      case Effect.ShippingFree _ -> 0.05;
      case Effect.Points _ -> 0.01;
    };
  }
}
