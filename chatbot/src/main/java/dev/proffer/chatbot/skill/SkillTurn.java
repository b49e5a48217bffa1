// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.conversation.Slots;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.mention.Mention;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.chatbot.shop.Shop;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.RequestContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One turn as an action sees it.
///
/// @param skill the skill that was chosen
/// @param language the language of the answer
/// @param request what was sent
/// @param mentions what the text names
/// @param slots what is looked for, this turn and before
/// @param memory what the conversation remembers
/// @param shop the shop
/// @param humansReachable whether a human can be asked for
/// @param now the time
public record SkillTurn(
    Skill skill,
    Language language,
    ChatRequest request,
    List<Mention> mentions,
    Slots slots,
    Memory memory,
    Shop shop,
    boolean humansReachable,
    Instant now) {

  /// The value of the first mention of a type that is not excluded.
  public Optional<String> named(MentionType type) {
    return mentions.stream()
        .filter(mention -> mention.type() == type && !mention.negated())
        .map(Mention::value)
        .findFirst();
  }

  SkillTurn withSlots(Slots other) {
    return new SkillTurn(
        skill, language, request, mentions, other, memory, shop, humansReachable, now);
  }

  public Person person() {
    return Person.newBuilder().setUserId(request.getUserId()).build();
  }

  public RequestContext context() {
    RequestContext.Builder context =
        RequestContext.newBuilder()
            .setChannel(request.getChannel())
            .setRegion(request.getRegion())
            .setLanguage(language.code())
            .setPage("chat")
            .setAtUnixMs(slots.atUnixMillis());
    request.getCart().getLinesList().stream()
        .limit(200)
        .forEach(line -> context.addCartItemIds(line.getItemId()));
    return context.build();
  }

  /// The filter of the slots.
  public ItemFilter.Builder filter() {
    return ItemFilter.newBuilder()
        .addAllCategories(slots.categories())
        .addAllBrands(slots.brands())
        .addAllAttributes(slots.attributes())
        .setMinPriceMinorUnits(slots.minPriceMinorUnits())
        .setMaxPriceMinorUnits(slots.maxPriceMinorUnits());
  }

  /// The promotion that is meant: one that is named, the one at a place in the last list, or the
  /// one that was shown alone.
  public Optional<String> promotionMeant() {
    Optional<String> named = named(MentionType.PROMOTION);
    if (named.isPresent()) {
      return named;
    }
    List<Memory.ShownPromotion> shown = memory.promotions();
    if (shown.isEmpty()) {
      return Optional.empty();
    }
    Optional<Integer> place = placeMeant(shown.size());
    return place.isPresent() || shown.size() == 1
        ? Optional.of(shown.get(place.orElse(0)).promotionId())
        : Optional.empty();
  }

  /// The item that is meant: one that is named, or the one at a place in the last list.
  public Optional<String> itemMeant() {
    Optional<String> named = named(MentionType.ITEM);
    if (named.isPresent()) {
      return named;
    }
    List<Memory.ShownItem> shown = memory.items();
    return placeMeant(shown.size()).map(place -> shown.get(place).itemId());
  }

  /// The place, from 0, that "the second one" or "the last one" means in a list; empty when no
  /// place is named or the list has none there.
  public Optional<Integer> placeMeant(int size) {
    return named(MentionType.ORDINAL)
        .map(Integer::parseInt)
        .map(ordinal -> ordinal < 0 ? size - 1 : ordinal - 1)
        .filter(place -> place >= 0 && place < size);
  }
}
