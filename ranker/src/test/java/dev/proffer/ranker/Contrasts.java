// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.PercentOff;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.UpsertPromotionsRequest;
import dev.proffer.proto.ranker.v1.Reason;
import dev.proffer.proto.ranker.v1.ReasonKind;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts what contrastive reasons claim to the proof: makes the promotion that they speak of, or
/// takes it away, and asks again.
final class Contrasts {
  private static final Pattern FIRST_EN = Pattern.compile("Would be first with (\\d+) % off");
  private static final Pattern FIRST_ZH = Pattern.compile("若优惠(\\d+)%，将排在第一位");
  private static final Pattern PLACE_EN =
      Pattern.compile("Would be number (\\d+) without this offer");
  private static final Pattern PLACE_ZH = Pattern.compile("若无此优惠，将排在第(\\d+)位");
  private static final List<Integer> DISCOUNTS = List.of(5, 10, 15, 20, 25, 30, 40, 50);

  private final RunningRanker ranker;
  private final Supplier<List<RecommendedItem>> asking;
  private int proven;

  /// @param asking asks the same question each time, with reasons
  Contrasts(RunningRanker ranker, Supplier<List<RecommendedItem>> asking) {
    this.ranker = ranker;
    this.asking = asking;
  }

  /// Makes or changes a promotion of one item.
  static void offer(RunningRanker ranker, String item, int percent, boolean live) {
    PromotionServiceGrpc.newBlockingStub(ranker.channel)
        .upsertPromotions(
            UpsertPromotionsRequest.newBuilder()
                .addPromotions(
                    Promotion.newBuilder()
                        .setPromotionId("off-" + item)
                        .setType(PromotionType.PROMOTION_TYPE_PERCENT_OFF)
                        .setState(
                            live
                                ? PromotionState.PROMOTION_STATE_LIVE
                                : PromotionState.PROMOTION_STATE_PAUSED)
                        .putNames("en", percent + " % off")
                        .setCurrency("GBP")
                        .setAppliesTo(ItemSelector.newBuilder().addItemIds(item))
                        .setAction(
                            Action.newBuilder()
                                .setPercentOff(
                                    PercentOff.newBuilder().setBasisPoints(percent * 100))))
                .build());
  }

  /// Every item that would be first with a discount is first with it, and is not with the next
  /// smaller one. Returns how many sentences were proven.
  int proveDiscounts() {
    List<RecommendedItem> items = asking.get();
    for (RecommendedItem each : items.subList(1, items.size())) {
      for (Reason reason : each.getReasonsList()) {
        if (reason.getKind() == ReasonKind.REASON_KIND_CONTRASTIVE) {
          int percent = number(FIRST_EN, reason, "en");
          assertThat(number(FIRST_ZH, reason, "zh")).isEqualTo(percent);
          offer(ranker, each.getItemId(), percent, true);
          assertThat(asking.get().getFirst().getItemId()).isEqualTo(each.getItemId());
          int smaller = DISCOUNTS.indexOf(percent) - 1;
          if (smaller >= 0 && DISCOUNTS.get(smaller) > 100 * depth(each)) {
            offer(ranker, each.getItemId(), DISCOUNTS.get(smaller), true);
            assertThat(asking.get().getFirst().getItemId()).isNotEqualTo(each.getItemId());
          }
          offer(ranker, each.getItemId(), percent, false);
          proven++;
        }
      }
    }
    return proven;
  }

  private static double depth(RecommendedItem item) {
    return 1 - (double) item.getPriceMinorUnits() / item.getListPriceMinorUnits();
  }

  /// The first item, made first by an offer, stands where its reason says without it.
  void provePlace(int percent) {
    RecommendedItem first = asking.get().getFirst();
    Reason reason =
        first.getReasonsList().stream()
            .filter(each -> each.getKind() == ReasonKind.REASON_KIND_CONTRASTIVE)
            .findFirst()
            .orElseThrow();
    int place = number(PLACE_EN, reason, "en");
    assertThat(number(PLACE_ZH, reason, "zh")).isEqualTo(place).isGreaterThan(1);
    assertThat(reason.getPromotionId()).isEqualTo(first.getOffer().getPromotionId());
    offer(ranker, first.getItemId(), percent, false);
    assertThat(asking.get().get(place - 1).getItemId()).isEqualTo(first.getItemId());
  }

  private static int number(Pattern pattern, Reason reason, String language) {
    Matcher matcher = pattern.matcher(reason.getTextsOrThrow(language));
    assertThat(matcher.matches()).as(reason.getTextsOrThrow(language)).isTrue();
    return Integer.parseInt(matcher.group(1));
  }
}
