// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.simulation;

import dev.proffer.proto.experiment.v1.CreatePolicyRequest;
import dev.proffer.proto.experiment.v1.PolicyServiceGrpc;
import dev.proffer.proto.experiment.v1.PolicySpec;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountOff;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.CommitRedemptionRequest;
import dev.proffer.proto.promotion.v1.GetBudgetRequest;
import dev.proffer.proto.promotion.v1.LedgerServiceGrpc;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.ReserveRedemptionRequest;
import dev.proffer.proto.promotion.v1.ReserveRedemptionResponse;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.RequestContext;
import dev.proffer.proto.ranker.v1.UpsertItemsRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The shop's side by the real services: Recommend decides, the ledger keeps budgets, the feature
/// store takes events, and the services join rewards and learn by themselves.
///
/// The ranker must run with `ranker.personal-offer-policy` set to the name of the policy.
public final class RemoteMarket implements Market {
  private static final String CURRENCY = "CNY";
  private static final int INGEST_MAX = 1_000;

  private final Shop shop;
  private final RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender;
  private final LedgerServiceGrpc.LedgerServiceBlockingStub ledger;
  private final FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub featureStore;
  private final Runnable evening;
  private final Map<String, Shop.Offer> offers = new HashMap<>();
  private final List<Event> today = new ArrayList<>();
  private long refused;
  private long events;
  private long decided;

  /// Writes the shop's items, promotions and policy.
  ///
  /// @param evening runs at the end of each day, after its events are durable
  public RemoteMarket(
      Shop shop, PolicySpec spec, Channel featureStore, Channel ranker, Runnable evening) {
    this.shop = shop;
    this.recommender = RecommenderServiceGrpc.newBlockingStub(ranker);
    this.ledger = LedgerServiceGrpc.newBlockingStub(ranker);
    this.featureStore = FeatureStoreServiceGrpc.newBlockingStub(featureStore);
    this.evening = evening;
    UpsertItemsRequest.Builder items = UpsertItemsRequest.newBuilder();
    for (Shop.Item item : shop.items()) {
      items.addItems(
          Item.newBuilder()
              .setItemId(item.id())
              .putTitles("en", item.id())
              .setCategory("category-" + item.category())
              .setBrand("simulated")
              .setPriceMinorUnits(item.priceMinorUnits())
              .setCostMinorUnits(item.costMinorUnits())
              .setCurrency(CURRENCY)
              .putAttributes("sku", item.id()));
    }
    CatalogueServiceGrpc.newBlockingStub(ranker).upsertItems(items.build());
    UpsertPromotionsRequest.Builder promotions = UpsertPromotionsRequest.newBuilder();
    for (Shop.Offer offer : shop.offers()) {
      offers.put(offer.id(), offer);
      if (!offer.isNothing()) {
        promotions.addPromotions(promotion(offer));
      }
    }
    PromotionServiceGrpc.newBlockingStub(ranker).upsertPromotions(promotions.build());
    PolicyServiceGrpc.newBlockingStub(ranker)
        .createPolicy(CreatePolicyRequest.newBuilder().setSpec(spec).build());
  }

  private static Promotion promotion(Shop.Offer offer) {
    Action.Builder action = Action.newBuilder();
    if (offer.amountMinorUnits() > 0) {
      action.setAmountOff(AmountOff.newBuilder().setAmountMinorUnits(offer.amountMinorUnits()));
    } else {
      action.setPercentOff(PercentOff.newBuilder().setBasisPoints(offer.basisPoints()));
    }
    return Promotion.newBuilder()
        .setPromotionId(offer.id())
        .setType(
            offer.amountMinorUnits() > 0
                ? PromotionType.PROMOTION_TYPE_AMOUNT_OFF
                : PromotionType.PROMOTION_TYPE_PERCENT_OFF)
        .setState(PromotionState.PROMOTION_STATE_LIVE)
        .putNames("en", offer.id())
        .setCurrency(CURRENCY)
        .setAction(action)
        .setCode(code(offer))
        .setLimits(Limits.newBuilder().setBudgetMinorUnits(offer.budgetMinorUnits()))
        .putAttributes("grant", "policy")
        .build();
  }

  private static String code(Shop.Offer offer) {
    return "SIM-" + offer.id();
  }

  /// Purchases that the ledger refused.
  public long refused() {
    return refused;
  }

  /// Events that were sent.
  public long events() {
    return events;
  }

  @Override
  public Offered offer(Visit visit) {
    RecommendRequest.Builder request =
        RecommendRequest.newBuilder()
            .setUserId(user(visit.person()))
            .setRequestId(visit.visitId())
            .setK(1)
            .setContext(RequestContext.newBuilder().setAtUnixMs(visit.atMillis()))
            .setFilter(
                ItemFilter.newBuilder()
                    .addAttributes("sku=" + visit.item().id())
                    .setIncludeSeen(true));
    for (double feature : visit.context()) {
      request.addPolicyContext(feature);
    }
    RecommendResponse reply = recommender.recommend(request.build());
    if (reply.getPersonalOfferPropensity() == 0 && decided > 0 && !lacksPolicy(reply)) {
      // No budget is left for any offer, so there is nothing to decide.
      return new Offered(shop.offers().getFirst(), 1);
    }
    if (reply.getItemsCount() != 1
        || !reply.getItems(0).getItemId().equals(visit.item().id())
        || reply.getPersonalOfferPropensity() == 0) {
      throw new IllegalStateException(
          "the services do not decide as the simulation needs: " + reply.getDegraded());
    }
    decided++;
    String chosen =
        reply.hasPersonalOffer() ? reply.getPersonalOffer().getPromotionId() : Shop.NOTHING;
    Shop.Offer offer = offers.get(chosen);
    if (offer == null) {
      throw new IllegalStateException("the services offer '" + chosen + "', which is not ours");
    }
    return new Offered(offer, reply.getPersonalOfferPropensity());
  }

  private static boolean lacksPolicy(RecommendResponse reply) {
    return reply.getDegraded().getReasonsList().stream()
        .anyMatch(reason -> reason.getPart().startsWith("policy:"));
  }

  @Override
  public void click(Visit visit) {
    happened(visit, EventType.EVENT_TYPE_CLICK, 0, visit.atMillis());
  }

  @Override
  public boolean sell(Visit visit, Shop.Offer offer, long paidMinorUnits, long atMillis) {
    if (!offer.isNothing()) {
      ReserveRedemptionResponse reserved;
      try {
        reserved =
            ledger.reserveRedemption(
                ReserveRedemptionRequest.newBuilder()
                    .setIdempotencyKey(visit.visitId())
                    .setCart(
                        Cart.newBuilder()
                            .setCurrency(CURRENCY)
                            .addCodes(code(offer))
                            .addLines(
                                CartLine.newBuilder().setItemId(visit.item().id()).setQuantity(1)))
                    .setPerson(Person.newBuilder().setUserId(user(visit.person())))
                    .build());
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
            || e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
          refused++;
          return false;
        }
        throw e;
      }
      long saved = reserved.getEvaluation().getSavingMinorUnits();
      if (saved == 0) {
        // The budget does not cover it any more, so the cart has its full price.
        refused++;
        return false;
      }
      if (saved != visit.item().priceMinorUnits() - paidMinorUnits) {
        throw new IllegalStateException(
            visit.visitId()
                + ": the services take off "
                + saved
                + ", the simulation "
                + (visit.item().priceMinorUnits() - paidMinorUnits));
      }
      ledger.commitRedemption(
          CommitRedemptionRequest.newBuilder()
              .setRedemptionId(reserved.getRedemption().getRedemptionId())
              .setOrderId(visit.visitId())
              .build());
    }
    happened(visit, EventType.EVENT_TYPE_PURCHASE, paidMinorUnits, atMillis);
    return true;
  }

  private void happened(Visit visit, EventType type, long paid, long atMillis) {
    events++;
    today.add(
        Event.newBuilder()
            .setEventId(visit.visitId() + (paid > 0 ? "-buy" : "-click"))
            .setType(type)
            .setUserId(user(visit.person()))
            .setItemId(visit.item().id())
            .setRequestId(visit.visitId())
            .setEventTimeUnixMs(atMillis)
            .setUnitPriceMinorUnits(paid)
            .setCurrency(paid > 0 ? CURRENCY : "")
            .setOrderId(paid > 0 ? visit.visitId() : "")
            .build());
  }

  @Override
  public void endDay() {
    for (int from = 0; from < today.size(); from += INGEST_MAX) {
      featureStore.ingestEvents(
          IngestEventsRequest.newBuilder()
              .addAllEvents(today.subList(from, Math.min(today.size(), from + INGEST_MAX)))
              .build());
    }
    today.clear();
    evening.run();
  }

  @Override
  public long spentMinorUnits(Shop.Offer offer) {
    return offer.isNothing()
        ? 0
        : ledger
            .getBudget(GetBudgetRequest.newBuilder().setPromotionId(offer.id()).build())
            .getCommittedMinorUnits();
  }

  private static String user(int person) {
    return "person-" + person;
  }
}
