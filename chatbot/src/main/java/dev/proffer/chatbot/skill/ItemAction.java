// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.mention.Mention;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.proto.ranker.v1.RankRequest;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Questions about items that were named or shown. Setting `about`: `details`, `compare` or
/// `similar`.
final class ItemAction implements Action {
  private final Action search = new ListItemsAction();

  @Override
  public void act(SkillTurn turn, Answer answer) {
    switch (turn.skill().settings().getOrDefault("about", "details")) {
      case "compare" -> compare(turn, answer);
      case "similar" -> similar(turn, answer);
      default -> details(turn, answer);
    }
  }

  private void details(SkillTurn turn, Answer answer) {
    Optional<String> item = turn.itemMeant().or(() -> onlyShown(turn));
    if (item.isEmpty()) {
      if (turn.slots().namesThing()) {
        search.act(turn, answer);
      } else {
        answer.say("which").expect(turn.skill().name(), "item");
      }
      return;
    }
    List<RecommendedItem> items = prices(turn, List.of(item.get()));
    if (items.isEmpty()) {
      answer.say("gone");
      return;
    }
    answer.say(items.getFirst().hasOffer() ? "details_with_offer" : "details").items(items);
    if (items.getFirst().hasOffer()) {
      String when = answer.when(items.getFirst().getOffer());
      if (!when.isEmpty()) {
        answer.say("when_sentence", "when", when);
      }
    }
  }

  private void compare(SkillTurn turn, Answer answer) {
    List<String> ids = new ArrayList<>();
    List<Memory.ShownItem> shown = turn.memory().items();
    for (Mention mention : turn.mentions()) {
      if (mention.type() == MentionType.ITEM) {
        ids.add(mention.value());
      } else if (mention.type() == MentionType.ORDINAL) {
        int ordinal = Integer.parseInt(mention.value());
        int place = ordinal < 0 ? shown.size() - 1 : ordinal - 1;
        if (place >= 0 && place < shown.size()) {
          ids.add(shown.get(place).itemId());
        }
      }
    }
    if (ids.size() < 2) {
      shown.stream()
          .map(Memory.ShownItem::itemId)
          .filter(id -> !ids.contains(id))
          .limit(2L - ids.size())
          .forEach(ids::add);
    }
    if (ids.size() < 2) {
      answer.say("which");
      return;
    }
    List<RecommendedItem> items =
        prices(turn, ids.stream().distinct().limit(Answer.SHOWN).toList());
    if (items.size() < 2) {
      answer.say("gone");
      return;
    }
    answer.say("compared", "count", items.size()).items(items);
    RecommendedItem cheapest =
        items.stream()
            .min(Comparator.comparingLong(RecommendedItem::getPriceMinorUnits))
            .orElseThrow();
    boolean tie =
        items.stream().filter(i -> i.getPriceMinorUnits() == cheapest.getPriceMinorUnits()).count()
            > 1;
    answer.say(
        tie ? "same_price" : "cheapest",
        "title",
        answer.inLanguage(cheapest.getTitlesMap()),
        "price",
        answer.money(cheapest.getPriceMinorUnits(), cheapest.getCurrency()));
  }

  private void similar(SkillTurn turn, Answer answer) {
    Optional<String> item =
        turn.itemMeant()
            .or(() -> turn.memory().items().stream().findFirst().map(Memory.ShownItem::itemId));
    if (item.isEmpty()) {
      answer.say("which").expect(turn.skill().name(), "item");
      return;
    }
    List<RecommendedItem> items =
        turn.shop()
            .similar(
                SimilarItemsRequest.newBuilder()
                    .setItemId(item.get())
                    .setK(Answer.SHOWN)
                    .setUserId(turn.request().getUserId())
                    .setContext(turn.context())
                    .setFilter(turn.filter().clearCategories().clearBrands())
                    .build())
            .map(reply -> reply.getItemsList())
            .orElse(List.of());
    if (items.isEmpty()) {
      answer.say("none");
      return;
    }
    answer
        .say("found", "count", Math.min(items.size(), Answer.SHOWN))
        .items(items)
        .listedFor(turn.slots());
  }

  private static Optional<String> onlyShown(SkillTurn turn) {
    return turn.memory().items().size() == 1 || !turn.slots().namesThing()
        ? turn.memory().items().stream().findFirst().map(Memory.ShownItem::itemId)
        : Optional.empty();
  }

  private static List<RecommendedItem> prices(SkillTurn turn, List<String> ids) {
    return turn.shop()
        .rank(
            RankRequest.newBuilder()
                .setUserId(turn.request().getUserId())
                .setSessionId(turn.request().getSessionId())
                .addAllCandidateIds(ids)
                .setContext(turn.context())
                .setExplain(true)
                .build())
        .map(reply -> reply.getItemsList())
        .orElse(List.of());
  }
}
