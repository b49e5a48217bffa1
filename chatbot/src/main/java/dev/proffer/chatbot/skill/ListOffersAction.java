// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.chatbot.conversation.Slots;
import dev.proffer.proto.promotion.v1.ItemSelector;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.PromotionType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Lists promotions. Setting `types`: the types to list, all when it is absent. Setting
/// `upcoming_days`: how far ahead to look for what starts later.
final class ListOffersAction implements Action {
  @Override
  public void act(SkillTurn turn, Answer answer) {
    Slots slots = turn.slots();
    ListOffersRequest.Builder request =
        ListOffersRequest.newBuilder()
            .setPerson(turn.person())
            .addAllTypes(types(turn.skill()))
            .setAtUnixMs(slots.atUnixMillis())
            .setChannel(turn.request().getChannel())
            .setRegion(turn.request().getRegion())
            .setPageSize(Answer.SHOWN);
    String upcoming = turn.skill().settings().get("upcoming_days");
    if (upcoming != null) {
      request.setUpcomingWithinMs(Duration.ofDays(Long.parseLong(upcoming)).toMillis());
    }
    boolean scoped = !slots.categories().isEmpty() || !slots.brands().isEmpty();
    if (scoped) {
      request.setFilter(
          ItemSelector.newBuilder()
              .addAllCategories(slots.categories())
              .addAllBrands(slots.brands()));
    }
    List<Offer> offers = turn.shop().offers(request.build()).getOffersList();
    if (offers.isEmpty() && scoped) {
      offers = turn.shop().offers(request.clearFilter().build()).getOffersList();
      if (!offers.isEmpty()) {
        answer.say("none_there");
      }
    }
    answer.listedFor(slots);
    if (offers.isEmpty()) {
      answer.say("none");
      return;
    }
    // What was not named yet comes first.
    List<Offer> fresh = new ArrayList<>(offers);
    fresh.sort(
        Comparator.comparing(
            (Offer offer) -> turn.memory().offered().contains(offer.getPromotionId())));
    answer.say("found", "count", Math.min(offers.size(), Answer.SHOWN)).offers(fresh);
  }

  static List<PromotionType> types(Skill skill) {
    String types = skill.settings().getOrDefault("types", "");
    return Arrays.stream(types.split(",", -1))
        .map(String::strip)
        .filter(type -> !type.isEmpty())
        .map(type -> PromotionType.valueOf("PROMOTION_TYPE_" + type))
        .toList();
  }
}
