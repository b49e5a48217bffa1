// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.CheckPromotionsResponse;
import dev.proffer.proto.promotion.v1.ExportPromotionsRequest;
import dev.proffer.proto.promotion.v1.ExportPromotionsResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesRequest;
import dev.proffer.proto.promotion.v1.ListPromotionChangesResponse;
import dev.proffer.proto.promotion.v1.PreviewPromotionsRequest;
import dev.proffer.proto.promotion.v1.PreviewPromotionsResponse;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionChange;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.SetPromotionStateRequest;
import dev.proffer.proto.promotion.v1.SetPromotionStateResponse;
import dev.proffer.runtime.failure.PageToken;
import dev.proffer.runtime.failure.ProfferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What those who run promotions do with them beside writing them: move them through their life,
/// export, check, look back, and look ahead.
final class Management {
  private static final int PAGE_DEFAULT = 100;

  private final Promotions promotions;
  private final OfferBoard offers;

  Management(Promotions promotions, OfferBoard offers) {
    this.promotions = promotions;
    this.offers = offers;
  }

  SetPromotionStateResponse setState(Promotion promotion, SetPromotionStateRequest request) {
    PromotionState from = promotion.getState();
    PromotionState to = request.getState();
    if (from == PromotionState.PROMOTION_STATE_ENDED && to != from) {
      throw refused(promotion, " has ended; export it and apply it under a new id instead");
    }
    if (to == PromotionState.PROMOTION_STATE_DRAFT && from != to) {
      throw refused(promotion, " is no draft any more; pause it to stop it from being applied");
    }
    Promotion changed = promotion.toBuilder().setState(to).build();
    PromotionSnapshot snapshot = promotions.change(List.of(changed), List.of());
    return SetPromotionStateResponse.newBuilder()
        .setPromotion(changed)
        .setCatalogueVersion(snapshot.version())
        .addAllWarnings(warnings(List.of(changed)))
        .build();
  }

  private static ProfferException refused(Promotion promotion, String why) {
    return ProfferException.precondition(
        ErrorReason.ERROR_REASON_PRECONDITION,
        promotion.getPromotionId() + why,
        Map.of("promotion_id", promotion.getPromotionId(), "state", promotion.getState().name()));
  }

  ExportPromotionsResponse export(ExportPromotionsRequest request, List<Promotion> chosen) {
    List<Promotion> exported =
        request.getPromotionIdsCount() == 0 ? List.copyOf(current().values()) : chosen;
    return ExportPromotionsResponse.newBuilder().setYaml(DeclarationText.of(exported)).build();
  }

  CheckPromotionsResponse check() {
    return CheckPromotionsResponse.newBuilder()
        .addAllWarnings(warnings(List.copyOf(current().values())))
        .build();
  }

  private List<String> warnings(List<Promotion> changed) {
    return PromotionChecks.warnings(
        changed,
        current().values(),
        promotions.items(),
        promotions.lanes(),
        promotions.clock().millis());
  }

  ListPromotionChangesResponse changes(ListPromotionChangesRequest request) {
    int size = request.getPageSize() == 0 ? PAGE_DEFAULT : request.getPageSize();
    long versionBelow = Long.MAX_VALUE;
    String idAfter = "";
    if (!request.getPageToken().isEmpty()) {
      int at = request.getPageToken().indexOf('/');
      if (at <= 0) {
        throw PageToken.unknown();
      }
      versionBelow = PageToken.number(request.getPageToken().substring(0, at), 0);
      idAfter = request.getPageToken().substring(at + 1);
    }
    List<PromotionStore.Change> found =
        promotions.changes(request.getPromotionId(), versionBelow, idAfter, size + 1);
    ListPromotionChangesResponse.Builder response = ListPromotionChangesResponse.newBuilder();
    for (PromotionStore.Change change : found.subList(0, Math.min(size, found.size()))) {
      PromotionChange.Builder entry =
          PromotionChange.newBuilder()
              .setCatalogueVersion(change.version())
              .setPromotionId(change.promotionId())
              .setChangedAtUnixMs(change.atUnixMs())
              .setChange(change.change())
              .setChangedBy(change.who())
              .addAllFields(fields(change));
      if (change.before() != null) {
        entry.setBefore(change.before());
      }
      if (change.after() != null) {
        entry.setAfter(change.after());
      }
      response.addChanges(entry);
    }
    if (found.size() > size) {
      PromotionStore.Change last = found.get(size - 1);
      response.setNextPageToken(last.version() + "/" + last.promotionId());
    }
    return response.build();
  }

  private static List<String> fields(PromotionStore.Change change) {
    List<String> fields = new ArrayList<>();
    if (change.before() != null && change.after() != null) {
      for (FieldDescriptor field : Promotion.getDescriptor().getFields()) {
        if (!change.before().getField(field).equals(change.after().getField(field))) {
          fields.add(field.getName());
        }
      }
    }
    return fields;
  }

  /// @param declared what a declaration would write, and what it would remove
  PreviewPromotionsResponse preview(PreviewPromotionsRequest request, Declaration declared) {
    Map<String, Promotion> all = current();
    for (Promotion promotion : declared.promotions()) {
      all.put(promotion.getPromotionId(), live(promotion));
    }
    declared.removed().forEach(all::remove);
    if (request.getWithDrafts()) {
      all.replaceAll((_, promotion) -> live(promotion));
    }
    PromotionSnapshot snapshot =
        new PromotionSnapshot(promotions.snapshot().version(), all.values(), promotions.items());
    PreviewPromotionsResponse.Builder response = PreviewPromotionsResponse.newBuilder();
    ListOffersRequest asked =
        ListOffersRequest.newBuilder()
            .setPerson(request.getPerson())
            .setAtUnixMs(request.getAtUnixMs())
            .setChannel(request.getCart().getChannel())
            .setRegion(request.getCart().getRegion())
            .build();
    response.addAllOffers(offers.list(asked, promotions, snapshot));
    if (request.hasCart()) {
      Carts.Request cart =
          promotions
              .carts()
              .resolve(snapshot, request.getCart(), request.getPerson(), request.getAtUnixMs());
      response.setCart(promotions.carts().evaluate(cart, true));
    }
    return response.build();
  }

  /// What has ended stays ended, also in a preview.
  private static Promotion live(Promotion promotion) {
    return promotion.getState() == PromotionState.PROMOTION_STATE_ENDED
        ? promotion
        : promotion.toBuilder().setState(PromotionState.PROMOTION_STATE_LIVE).build();
  }

  private Map<String, Promotion> current() {
    Map<String, Promotion> all = new TreeMap<>();
    for (CompiledPromotion promotion : promotions.snapshot().all()) {
      all.put(promotion.id(), promotion.proto());
    }
    return all;
  }
}
