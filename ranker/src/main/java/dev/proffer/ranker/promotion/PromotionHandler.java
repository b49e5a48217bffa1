// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.ApplyPromotionsResponse;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CheckPromotionsRequest;
import dev.proffer.proto.promotion.v1.CheckPromotionsResponse;
import dev.proffer.proto.promotion.v1.DeletePromotionRequest;
import dev.proffer.proto.promotion.v1.DeletePromotionResponse;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ExplainPromotionRequest;
import dev.proffer.proto.promotion.v1.ExplainPromotionResponse;
import dev.proffer.proto.promotion.v1.ExportPromotionsRequest;
import dev.proffer.proto.promotion.v1.ExportPromotionsResponse;
import dev.proffer.proto.promotion.v1.GetPromotionRequest;
import dev.proffer.proto.promotion.v1.GetPromotionResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListOffersResponse;
import dev.proffer.proto.promotion.v1.ListPromotionChangesRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesResponse;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.PlanPromotionsRequest;
import dev.proffer.proto.promotion.v1.PlanPromotionsResponse;
import dev.proffer.proto.promotion.v1.PreviewPromotionsRequest;
import dev.proffer.proto.promotion.v1.PreviewPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc.PromotionServiceImplBase;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.SetPromotionStateRequest;
import dev.proffer.proto.promotion.v1.SetPromotionStateResponse;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.promotion.v1.UpsertPromotionsResponse;
import dev.proffer.runtime.failure.PageToken;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.grpc.RequestValidator;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The rpcs of PromotionService.
final class PromotionHandler extends PromotionServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final int OFFERS_DEFAULT = 20;

  private final Promotions promotions;
  private final Carts carts;
  private final OfferBoard offers;
  private final Management management;

  PromotionHandler(Promotions promotions, Carts carts, OfferBoard offers) {
    this.promotions = promotions;
    this.carts = carts;
    this.offers = offers;
    this.management = new Management(promotions, offers);
  }

  // ---- Management ----

  @Override
  public void upsertPromotions(
      UpsertPromotionsRequest request, StreamObserver<UpsertPromotionsResponse> observer) {
    List<Promotion> written =
        request.getPromotionsList().stream().map(PromotionChecks::normal).toList();
    Map<String, Promotion> all = current();
    PromotionChecks.requireSound(written, "promotions", all.values());
    written.forEach(promotion -> all.put(promotion.getPromotionId(), promotion));
    PromotionSnapshot snapshot = promotions.change(written, List.of());
    observer.onNext(
        UpsertPromotionsResponse.newBuilder()
            .setCatalogueVersion(snapshot.version())
            .addAllWarnings(warnings(written, all))
            .build());
    observer.onCompleted();
  }

  @Override
  public void getPromotion(
      GetPromotionRequest request, StreamObserver<GetPromotionResponse> observer) {
    observer.onNext(
        GetPromotionResponse.newBuilder()
            .setPromotion(known(request.getPromotionId()).proto())
            .build());
    observer.onCompleted();
  }

  @Override
  public void listPromotions(
      ListPromotionsRequest request, StreamObserver<ListPromotionsResponse> observer) {
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    long now = promotions.clock().millis();
    ListPromotionsResponse.Builder response = ListPromotionsResponse.newBuilder();
    String last = "";
    for (Promotion promotion : current().values()) {
      String id = promotion.getPromotionId();
      boolean listed =
          id.compareTo(request.getPageToken()) > 0
              && (request.getTypesCount() == 0
                  || request.getTypesList().contains(promotion.getType()))
              && (!request.getLiveOnly() || isLive(id, now));
      if (!listed) {
        continue;
      }
      if (response.getPromotionsCount() == size) {
        response.setNextPageToken(last);
        break;
      }
      response.addPromotions(promotion);
      last = id;
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private boolean isLive(String id, long now) {
    CompiledPromotion promotion = promotions.snapshot().find(id);
    return promotion != null && promotion.live() && promotion.times().isLive(now);
  }

  @Override
  public void deletePromotion(
      DeletePromotionRequest request, StreamObserver<DeletePromotionResponse> observer) {
    Promotion promotion = known(request.getPromotionId()).proto();
    boolean ended = promotions.isRedeemed(promotion.getPromotionId());
    if (ended) {
      promotions.change(
          List.of(promotion.toBuilder().setState(PromotionState.PROMOTION_STATE_ENDED).build()),
          List.of());
    } else {
      promotions.change(List.of(), List.of(promotion.getPromotionId()));
    }
    observer.onNext(DeletePromotionResponse.newBuilder().setEnded(ended).build());
    observer.onCompleted();
  }

  @Override
  public void planPromotions(
      PlanPromotionsRequest request, StreamObserver<PlanPromotionsResponse> observer) {
    Declaration declaration = sound(request.getYaml());
    Map<String, Promotion> all = current();
    List<String> changes = changes(declaration, all);
    declaration.promotions().forEach(promotion -> all.put(promotion.getPromotionId(), promotion));
    declaration.removed().forEach(all::remove);
    observer.onNext(
        PlanPromotionsResponse.newBuilder()
            .addAllChanges(changes)
            .addAllWarnings(warnings(declaration.promotions(), all))
            .build());
    observer.onCompleted();
  }

  @Override
  public void applyPromotions(
      ApplyPromotionsRequest request, StreamObserver<ApplyPromotionsResponse> observer) {
    Declaration declaration = sound(request.getYaml());
    List<String> changes = changes(declaration, current());
    List<Promotion> written = new ArrayList<>(declaration.promotions());
    List<String> removed = new ArrayList<>();
    for (String id : declaration.removed()) {
      if (promotions.isRedeemed(id)) {
        written.add(
            known(id).proto().toBuilder().setState(PromotionState.PROMOTION_STATE_ENDED).build());
      } else {
        removed.add(id);
      }
    }
    PromotionSnapshot snapshot = promotions.change(written, removed);
    observer.onNext(
        ApplyPromotionsResponse.newBuilder()
            .addAllChanges(changes)
            .setCatalogueVersion(snapshot.version())
            .build());
    observer.onCompleted();
  }

  @Override
  public void setPromotionState(
      SetPromotionStateRequest request, StreamObserver<SetPromotionStateResponse> observer) {
    observer.onNext(management.setState(known(request.getPromotionId()).proto(), request));
    observer.onCompleted();
  }

  @Override
  public void exportPromotions(
      ExportPromotionsRequest request, StreamObserver<ExportPromotionsResponse> observer) {
    List<Promotion> chosen =
        request.getPromotionIdsList().stream().map(id -> known(id).proto()).toList();
    observer.onNext(management.export(request, chosen));
    observer.onCompleted();
  }

  @Override
  public void checkPromotions(
      CheckPromotionsRequest request, StreamObserver<CheckPromotionsResponse> observer) {
    observer.onNext(management.check());
    observer.onCompleted();
  }

  @Override
  public void listPromotionChanges(
      ListPromotionChangesRequest request, StreamObserver<ListPromotionChangesResponse> observer) {
    observer.onNext(management.changes(request));
    observer.onCompleted();
  }

  @Override
  public void previewPromotions(
      PreviewPromotionsRequest request, StreamObserver<PreviewPromotionsResponse> observer) {
    Declaration declared =
        request.getYaml().isBlank()
            ? new Declaration(List.of(), List.of())
            : sound(request.getYaml());
    observer.onNext(management.preview(request, declared));
    observer.onCompleted();
  }

  /// A declaration whose promotions keep the rules of the contract and ours.
  private Declaration sound(String yaml) {
    Declaration parsed = Declaration.parse(yaml);
    List<ProfferException.FieldViolation> violations = new ArrayList<>();
    for (int i = 0; i < parsed.promotions().size(); i++) {
      String path = "yaml.promotions[" + i + "].";
      for (ProfferException.FieldViolation violation :
          RequestValidator.violations(parsed.promotions().get(i))) {
        violations.add(
            new ProfferException.FieldViolation(path + violation.field(), violation.description()));
      }
    }
    if (!violations.isEmpty()) {
      throw ProfferException.invalidFields(violations);
    }
    List<Promotion> promotions = parsed.promotions().stream().map(PromotionChecks::normal).toList();
    PromotionChecks.requireSound(promotions, "yaml.promotions", current().values());
    for (int i = 0; i < parsed.removed().size(); i++) {
      String id = parsed.removed().get(i);
      if (this.promotions.snapshot().find(id) == null) {
        throw ProfferException.notFound(
            ErrorReason.ERROR_REASON_UNKNOWN_PROMOTION, "yaml.remove[" + i + "]", id);
      }
    }
    return new Declaration(promotions, parsed.removed());
  }

  private List<String> changes(Declaration declaration, Map<String, Promotion> before) {
    List<String> changes = new ArrayList<>();
    Wording wording = new Wording(promotions.items());
    for (Promotion promotion : declaration.promotions()) {
      String id = promotion.getPromotionId();
      Promotion old = before.get(id);
      if (old == null) {
        changes.add(
            "create "
                + id
                + ": "
                + wording.summaries(new CompiledPromotion(promotion), true).get(Wording.EN));
      } else if (old.equals(promotion)) {
        changes.add("keep " + id + ": nothing changes");
      } else {
        List<String> fields = new ArrayList<>();
        for (FieldDescriptor field : Promotion.getDescriptor().getFields()) {
          if (!old.getField(field).equals(promotion.getField(field))) {
            fields.add(field.getName());
          }
        }
        changes.add("replace " + id + ": " + String.join(", ", fields));
      }
    }
    for (String id : declaration.removed()) {
      changes.add(
          (promotions.isRedeemed(id) ? "end " : "remove ")
              + id
              + (promotions.isRedeemed(id) ? ": it was redeemed, so it is kept" : ""));
    }
    return changes;
  }

  private List<String> warnings(List<Promotion> changed, Map<String, Promotion> all) {
    return PromotionChecks.warnings(
        changed, all.values(), promotions.items(), promotions.lanes(), promotions.clock().millis());
  }

  private Map<String, Promotion> current() {
    Map<String, Promotion> all = new TreeMap<>();
    for (CompiledPromotion promotion : promotions.snapshot().all()) {
      all.put(promotion.id(), promotion.proto());
    }
    return all;
  }

  private CompiledPromotion known(String id) {
    CompiledPromotion promotion = promotions.snapshot().find(id);
    if (promotion == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_PROMOTION, "promotion_id", id);
    }
    return promotion;
  }

  // ---- Carts ----

  @Override
  public void evaluateCart(
      EvaluateCartRequest request, StreamObserver<EvaluateCartResponse> observer) {
    Carts.Request cart =
        carts.resolve(request.getCart(), request.getPerson(), request.getAtUnixMs());
    observer.onNext(carts.evaluate(cart, request.getExplain()));
    observer.onCompleted();
  }

  @Override
  public void explainPromotion(
      ExplainPromotionRequest request, StreamObserver<ExplainPromotionResponse> observer) {
    Cart asked = request.getCart();
    if (!request.getCode().isEmpty() && !asked.getCodesList().contains(request.getCode())) {
      asked = asked.toBuilder().addCodes(request.getCode()).build();
    }
    Carts.Request cart = carts.resolve(asked, request.getPerson(), request.getAtUnixMs());
    CompiledPromotion promotion = subject(request, cart);
    ExplainPromotionResponse.Builder response = ExplainPromotionResponse.newBuilder();
    Carts.Priced priced = carts.price(cart);
    Pricing.Applied applied = priced.explainer().applied(promotion);
    if (applied != null) {
      response.setApplied(priced.explainer().applied(applied));
    } else {
      response.setRefusal(priced.explainer().refusal(promotion));
    }
    boolean entered = cart.basket().unlocked().contains(promotion.id());
    response.setOffer(
        offers.describe(
            promotion,
            applied == null ? 0 : applied.saving(),
            cart.moment(),
            cart.usage(),
            entered || promotion.notFor(cart.person(), cart.moment()) == null));
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private CompiledPromotion subject(ExplainPromotionRequest request, Carts.Request cart) {
    if (!request.getPromotionId().isEmpty()) {
      CompiledPromotion promotion = cart.snapshot().find(request.getPromotionId());
      // A draft is as good as unknown to those who shop.
      if (promotion != null
          && promotion.proto().getState() != PromotionState.PROMOTION_STATE_DRAFT) {
        return promotion;
      }
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_PROMOTION, "promotion_id", request.getPromotionId());
    }
    for (CompiledPromotion promotion : carts.ofCode(request.getCode(), cart)) {
      return promotion;
    }
    throw Carts.codeRefused();
  }

  // ---- Offers ----

  /// Without promotions whose budget is better spent on other people.
  private List<Offer> paced(List<Offer> found, String userId) {
    List<String> budgeted =
        found.stream()
            .map(Offer::getPromotionId)
            // Campaigns have decided already.
            .filter(id ->
                !known(id).isAllocated() && known(id).proto().getLimits().getBudgetMinorUnits() > 0)
            .toList();
    if (budgeted.isEmpty()) {
      return found;
    }
    String chosen = userId.isEmpty() ? "" : promotions.choice().choose(userId, budgeted);
    return found.stream()
        .filter(offer ->
            !budgeted.contains(offer.getPromotionId()) || offer.getPromotionId().equals(chosen))
        .toList();
  }

  @Override
  public void listOffers(ListOffersRequest request, StreamObserver<ListOffersResponse> observer) {
    int size = request.getPageSize() == 0 ? OFFERS_DEFAULT : request.getPageSize();
    int from = PageToken.offset(request.getPageToken());
    List<Offer> found = offers.list(request, promotions);
    if (request.getPaced()) {
      found = paced(found, request.getPerson().getUserId());
    }
    int end = (int) Math.min(found.size(), (long) from + size);
    ListOffersResponse.Builder response = ListOffersResponse.newBuilder();
    if (from < end) {
      response.addAllOffers(found.subList(from, end));
    }
    if (end < found.size()) {
      response.setNextPageToken(Integer.toString(end));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }
}
