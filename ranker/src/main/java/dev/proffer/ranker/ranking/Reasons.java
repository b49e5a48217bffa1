// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.ranker.v1.Reason;
import dev.proffer.proto.ranker.v1.ReasonKind;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.promotion.ItemOffer;
import java.util.Map;

/// Sentences that say why an item is there, in English and Chinese.
final class Reasons {
  private Reasons() {}

  static Reason behaviour(CatalogueItem because, boolean bought) {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_BEHAVIOUR)
        .putTexts("en", "Because you " + (bought ? "bought " : "looked at ") + because.title("en"))
        .putTexts("zh", "因为您" + (bought ? "买过" : "看过") + "「" + because.title("zh") + "」")
        .addItemIds(because.id())
        .build();
  }

  static Reason together(CatalogueItem with) {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_BEHAVIOUR)
        .putTexts("en", "Often bought together with " + with.title("en"))
        .putTexts("zh", "常与「" + with.title("zh") + "」一起购买")
        .addItemIds(with.id())
        .build();
  }

  static Reason content(CatalogueItem like) {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_CONTENT)
        .putTexts("en", "Similar to " + like.title("en"))
        .putTexts("zh", "与「" + like.title("zh") + "」相似")
        .addItemIds(like.id())
        .build();
  }

  static Reason popular() {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_POPULAR)
        .putTexts("en", "Popular with other customers")
        .putTexts("zh", "很受其他顾客欢迎")
        .build();
  }

  static Reason fresh() {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_NEW)
        .putTexts("en", "Something different to try")
        .putTexts("zh", "换个新鲜的试试")
        .build();
  }

  static Reason promotion(ItemOffer offer) {
    Map<String, String> names = offer.promotion().proto().getNamesMap();
    String currency = offer.promotion().proto().getCurrency();
    String saving = Money.text(offer.savingMinorUnits(), currency);
    String name = names.values().stream().findFirst().orElse("");
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_PROMOTION)
        .putTexts("en", "Save " + saving + " with " + names.getOrDefault("en", name))
        .putTexts("zh", names.getOrDefault("zh", name) + "，立省" + saving)
        .setPromotionId(offer.promotion().id())
        .build();
  }

  /// @param percent off the list price
  static Reason wouldBeFirst(int percent) {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_CONTRASTIVE)
        .putTexts("en", "Would be first with " + percent + " % off")
        .putTexts("zh", "若优惠" + percent + "%，将排在第一位")
        .build();
  }

  /// @param place where the item would be without the offer
  static Reason firstByOffer(int place, ItemOffer offer) {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_CONTRASTIVE)
        .putTexts("en", "Would be number " + place + " without this offer")
        .putTexts("zh", "若无此优惠，将排在第" + place + "位")
        .setPromotionId(offer.promotion().id())
        .build();
  }

  /// @param others how many would all be before the item without the offer
  static Reason listedByOffer(int others, ItemOffer offer) {
    return Reason.newBuilder()
        .setKind(ReasonKind.REASON_KIND_CONTRASTIVE)
        .putTexts("en", "Would not be among the first " + others + " without this offer")
        .putTexts("zh", "若无此优惠，将排在前" + others + "位之外")
        .setPromotionId(offer.promotion().id())
        .build();
  }
}
