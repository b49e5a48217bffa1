// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.common.v1.Degraded;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.GiftLine;
import dev.proffer.proto.promotion.v1.LineSaving;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PricedLine;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import io.grpc.Status;
import java.time.MonthDay;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Resolves carts of requests into baskets, once, and prices them.
public final class Carts {
  private final Promotions promotions;
  private final CartEvaluator evaluator;

  Carts(Promotions promotions) {
    this.promotions = promotions;
    this.evaluator = new CartEvaluator(promotions.lanes());
  }

  /// A cart with everything looked up.
  ///
  /// @param codes the entered codes with the promotions that each unlocks
  public record Request(
      Basket basket,
      PersonFacts person,
      Moment moment,
      PromotionSnapshot snapshot,
      Usage usage,
      Map<String, Set<String>> codes,
      Degradation degradation) {
    /// The same cart, had nobody redeemed anything yet.
    public Request withoutLimits() {
      return new Request(basket, person, moment, snapshot, Usage.UNTOUCHED, codes, degradation);
    }
  }

  /// A priced cart and who can explain it.
  record Priced(Pricing pricing, Explainer explainer) {}

  /// Looks up everything that a cart names. What is unknown or does not fit together is refused by
  /// its field.
  public Request resolve(Cart cart, Person asked, long atUnixMs) {
    PromotionSnapshot snapshot = promotions.snapshot();
    Degradation degradation = new Degradation();
    PersonFacts person = promotions.withGiven(person(asked, degradation), snapshot, degradation);
    return resolve(snapshot, cart, person, atUnixMs, degradation);
  }

  /// The same, for promotions that need not be those in force. What campaigns would give is not
  /// decided for them: every offer counts as given.
  Request resolve(PromotionSnapshot snapshot, Cart cart, Person asked, long atUnixMs) {
    Degradation degradation = new Degradation();
    PersonFacts person = person(asked, degradation).withGiven(snapshot.allocated());
    return resolve(snapshot, cart, person, atUnixMs, degradation);
  }

  private Request resolve(
      PromotionSnapshot snapshot,
      Cart cart,
      PersonFacts person,
      long atUnixMs,
      Degradation degradation) {
    long now = atUnixMs == 0 ? promotions.clock().millis() : atUnixMs;
    Moment moment = new Moment(now, cart.getChannel(), cart.getRegion(), cart.getPaymentMethod());
    Map<String, Set<String>> codes = new LinkedHashMap<>();
    Set<String> unlocked = new HashSet<>();
    for (String code : cart.getCodesList()) {
      Set<String> ids = new LinkedHashSet<>();
      boolean usable = false;
      for (CompiledPromotion promotion : snapshot.ofCode(CompiledPromotion.normalCode(code))) {
        ids.add(promotion.id());
        usable |= isUsable(promotion, person, moment);
      }
      // Coupons are asked about whatever the code is, and a foreign or expired code of a promotion
      // is a wrong try like an unknown one: neither time nor refusals tell a stranger that it
      // exists.
      ids.addAll(promotions.coupons().ofCode(code, person.userId(), now, usable));
      codes.put(code, ids);
      unlocked.addAll(ids);
    }
    if (snapshot.hasBatchCoupons() && !person.userId().isEmpty()) {
      unlocked.addAll(promotions.coupons().ofWallet(person.userId(), now));
    }
    Basket basket = basket(cart, unlocked);
    return new Request(
        basket, person, moment, snapshot, promotions.usage(person.userId()), codes, degradation);
  }

  private Basket basket(Cart cart, Set<String> unlocked) {
    int lines = cart.getLinesCount();
    ItemFacts[] items = new ItemFacts[lines];
    int[] quantities = new int[lines];
    long[] prices = new long[lines];
    String currency = cart.getCurrency();
    long worth = cart.getShippingMinorUnits();
    for (int i = 0; i < lines; i++) {
      CartLine line = cart.getLines(i);
      String at = "cart.lines[" + i + "]";
      ItemFacts item = promotions.items().find(line.getItemId());
      if (item == null) {
        throw ProfferException.notFound(
            ErrorReason.ERROR_REASON_UNKNOWN_ITEM, at + ".item_id", line.getItemId());
      }
      if (currency.isEmpty()) {
        currency = item.currency();
      }
      if (!item.currency().equals(currency)) {
        throw ProfferException.invalidField(
            at + ".item_id", "is sold in " + item.currency() + ", but the cart is in " + currency);
      }
      items[i] = item;
      quantities[i] = line.getQuantity();
      prices[i] =
          line.hasUnitPriceMinorUnits() ? line.getUnitPriceMinorUnits() : item.priceMinorUnits();
      // A product of the largest price and quantity fits; the sum is held where percentages fit.
      worth += prices[i] * quantities[i];
      if (worth > Arithmetic.AMOUNT_MAX) {
        throw ProfferException.invalidField(
            at + ".quantity",
            "makes the cart worth more than " + Arithmetic.AMOUNT_MAX + " minor units");
      }
    }
    return new Basket(
        items,
        quantities,
        prices,
        currency,
        cart.getShippingMinorUnits(),
        cart.getPoints(),
        Set.copyOf(unlocked));
  }

  /// The person of a request. When only the id is given, the directory knows the rest.
  PersonFacts person(Person asked, Degradation degradation) {
    boolean onlyId =
        !asked.getUserId().isEmpty()
            && asked.toBuilder().clearUserId().build().equals(Person.getDefaultInstance());
    if (onlyId) {
      try {
        PersonFacts known = promotions.people().find(asked.getUserId());
        if (known != null) {
          return known;
        }
      } catch (RuntimeException e) {
        degradation.missing("people", e, "somebody of whom nothing is known", 0.2);
      }
    }
    return new PersonFacts(
        asked.getUserId(),
        Set.copyOf(asked.getSegmentsList()),
        asked.getMemberLevel(),
        asked.hasOrderCount() ? asked.getOrderCount() : PersonFacts.UNKNOWN,
        asked.getFirstSeenUnixMs(),
        asked.getBirthday().isEmpty() ? null : birthday(asked.getBirthday()));
  }

  private static MonthDay birthday(String text) {
    try {
      return MonthDay.parse("--" + text);
    } catch (java.time.DateTimeException e) {
      throw ProfferException.invalidField("person.birthday", "must be a day of the year, MM-DD");
    }
  }

  /// The promotions that a code unlocks.
  List<CompiledPromotion> ofCode(String code, Request request) {
    List<CompiledPromotion> result = new ArrayList<>();
    for (String id : request.codes().getOrDefault(code, Set.of())) {
      CompiledPromotion promotion = request.snapshot().find(id);
      if (promotion != null && isUsable(promotion, request.person(), request.moment())) {
        result.add(promotion);
      }
    }
    return result;
  }

  private static boolean isUsable(CompiledPromotion promotion, PersonFacts person, Moment moment) {
    return promotion.notFor(person, moment) == null
        && promotion.live()
        && !promotion.times().over(moment.unixMs());
  }

  /// Unknown, foreign and expired codes get this one answer.
  static ProfferException codeRefused() {
    return new ProfferException(
        Status.Code.NOT_FOUND,
        ErrorReason.ERROR_REASON_CODE_REFUSED,
        "code: cannot be used here",
        Map.of());
  }

  /// Prices a resolved cart.
  public EvaluateCartResponse evaluate(Request request, boolean explain) {
    Priced priced = price(request);
    EvaluateCartResponse.Builder response = response(request, priced);
    if (explain) {
      response.addAllNotApplied(priced.explainer().refusals(request.snapshot()));
    }
    return response.build();
  }

  Priced price(Request request) {
    Pricing pricing = pricing(request);
    return new Priced(
        pricing,
        new Explainer(
            request.basket(),
            request.person(),
            request.moment(),
            pricing,
            request.usage(),
            promotions.items()));
  }

  Pricing pricing(Request request) {
    return evaluator.evaluate(
        request.basket(),
        request.person(),
        request.moment(),
        request.snapshot(),
        request.usage(),
        promotions.items());
  }

  EvaluateCartResponse.Builder response(Request request, Priced priced) {
    Basket basket = request.basket();
    Pricing pricing = priced.pricing();
    EvaluateCartResponse.Builder response =
        EvaluateCartResponse.newBuilder()
            .setCurrency(basket.currency())
            .setSubtotalMinorUnits(basket.subtotal())
            .setShippingMinorUnits(pricing.shipping())
            .setTotalMinorUnits(pricing.total())
            .setExact(pricing.exact())
            .setCatalogueVersion(request.snapshot().version());
    long saving = 0;
    for (int line = 0; line < basket.size(); line++) {
      PricedLine.Builder priced1 =
          PricedLine.newBuilder()
              .setItemId(basket.items()[line].itemId())
              .setQuantity(basket.quantities()[line])
              .setUnitPriceMinorUnits(basket.unitPrices()[line])
              .setBeforeMinorUnits(basket.before(line))
              .setAfterMinorUnits(pricing.after()[line]);
      saving += basket.before(line) - pricing.after()[line];
      for (Pricing.Applied one : pricing.applied()) {
        if (one.off()[line] > 0) {
          priced1.addSavings(
              LineSaving.newBuilder()
                  .setPromotionId(one.promotion().id())
                  .setSavingMinorUnits(one.off()[line]));
        }
      }
      response.addLines(priced1);
    }
    response.setSavingMinorUnits(saving);
    Set<String> applied = new HashSet<>();
    for (Pricing.Applied one : pricing.applied()) {
      applied.add(one.promotion().id());
      response.addApplied(priced.explainer().applied(one));
      if (one.promotion().effect() instanceof Effect.Present(String itemId, int quantity)) {
        response.addGifts(
            GiftLine.newBuilder()
                .setItemId(itemId)
                .setQuantity(quantity)
                .setPromotionId(one.promotion().id()));
      }
    }
    request
        .codes()
        .forEach((code, ids) -> {
          if (ids.stream().noneMatch(applied::contains)) {
            response.addRefusedCodes(code);
          }
        });
    Degraded degraded = request.degradation().toProto();
    if (degraded != null) {
      response.setDegraded(degraded);
    }
    return response;
  }
}
