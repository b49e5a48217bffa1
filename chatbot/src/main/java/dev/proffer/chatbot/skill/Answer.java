// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import com.ibm.icu.text.MessageFormat;
import dev.proffer.chatbot.answer.Evidence;
import dev.proffer.chatbot.answer.Formats;
import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.conversation.Slots;
import dev.proffer.chatbot.language.Language;
import dev.proffer.proto.chatbot.v1.Card;
import dev.proffer.proto.chatbot.v1.ItemCard;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer while it is written: paragraphs, cards, quick replies, and what to remember.
public final class Answer {
  /// How many items or offers one answer shows.
  public static final int SHOWN = 5;

  private final Skill skill;
  private final Skill common;
  private final Language language;
  private final Formats formats;
  private final Evidence evidence;
  private final Instant now;
  private final StringBuilder text = new StringBuilder();
  private final List<Card> cards = new ArrayList<>();
  private final List<String> quickReplies = new ArrayList<>();
  private final List<Memory.ShownItem> shownItems = new ArrayList<>();
  private final List<Memory.ShownPromotion> shownPromotions = new ArrayList<>();
  private Memory.@Nullable Pending pending;
  private @Nullable Slots listedFor;
  private String handOffReason = "";

  public Answer(
      Skill skill,
      Skill common,
      Language language,
      Formats formats,
      Evidence evidence,
      Instant now) {
    this.skill = skill;
    this.common = common;
    this.language = language;
    this.formats = formats;
    this.evidence = evidence;
    this.now = now;
  }

  /// Adds a paragraph from a template of the skill, or of the common ones.
  ///
  /// @param namesAndValues the names of the template's arguments, each followed by its value: a
  ///   number for plurals, a text for everything else
  public Answer say(String key, Object... namesAndValues) {
    paragraph(render(key, namesAndValues));
    return this;
  }

  /// Whether the skill itself has a template.
  public boolean knows(String key) {
    return skill.answers().containsKey(key);
  }

  /// Adds a sentence that the shop wrote itself: an explanation or a reason of a reply.
  public Answer quote(String sentence) {
    paragraph(sentence);
    return this;
  }

  /// Adds a list of items with their prices, and their cards.
  public Answer items(List<RecommendedItem> items) {
    int place = 0;
    for (RecommendedItem item : items) {
      if (place == SHOWN) {
        break;
      }
      place++;
      evidence.count(place);
      String title = inLanguage(item.getTitlesMap());
      boolean cheaper = item.getPriceMinorUnits() < item.getListPriceMinorUnits();
      String offer = item.hasOffer() ? offerWords(item.getOffer()) : "";
      line(
          render(
              cheaper ? "item_line_cheaper" : "item_line",
              "place",
              place,
              "title",
              title,
              "price",
              money(item.getPriceMinorUnits(), item.getCurrency()),
              "list_price",
              money(item.getListPriceMinorUnits(), item.getCurrency()),
              "offer",
              offer));
      cards.add(Card.newBuilder().setItem(card(item, title)).build());
      shownItems.add(
          new Memory.ShownItem(
              item.getItemId(), item.getPriceMinorUnits(), item.getOffer().getPromotionId()));
      if (item.hasOffer()
          && shownPromotions.stream()
              .noneMatch(p -> p.promotionId().equals(item.getOffer().getPromotionId()))) {
        remember(item.getOffer().getPromotionId(), inLanguage(item.getOffer().getNamesMap()));
      }
    }
    return this;
  }

  /// Adds a list of offers, and their cards.
  public Answer offers(List<Offer> offers) {
    int place = 0;
    for (Offer offer : offers) {
      if (place == SHOWN) {
        break;
      }
      place++;
      evidence.count(place);
      String when = when(offer);
      line(
          render(
              when.isEmpty() ? "offer_line" : "offer_line_when",
              "place",
              place,
              "offer",
              offerWords(offer),
              "when",
              when));
      card(offer);
    }
    return this;
  }

  /// Adds the card of an offer and remembers it as the one that "it" means.
  public Answer card(Offer offer) {
    cards.add(Card.newBuilder().setPromotion(offer).build());
    remember(offer.getPromotionId(), inLanguage(offer.getNamesMap()));
    return this;
  }

  public Answer card(EvaluateCartResponse cart) {
    cards.add(Card.newBuilder().setCart(cart).build());
    return this;
  }

  public Answer remember(String promotionId, String name) {
    if (shownPromotions.size() < 20) {
      shownPromotions.add(new Memory.ShownPromotion(promotionId, name));
    }
    return this;
  }

  /// Adds something to tap; at most four are kept.
  public Answer quickReply(String reply) {
    if (quickReplies.size() < 4 && !quickReplies.contains(reply)) {
      quickReplies.add(reply);
    }
    return this;
  }

  /// Waits for a slot, or for a yes when the slot is `confirm`.
  public Answer expect(String skillName, String slot) {
    pending = new Memory.Pending(skillName, slot);
    return this;
  }

  /// Says that this answer listed items or offers for these slots, so that a follow-up can refine
  /// it.
  public Answer listedFor(Slots slots) {
    listedFor = slots;
    return this;
  }

  /// Asks for a human.
  public Answer handOff(String reason) {
    handOffReason = reason;
    return this;
  }

  /// The name and, when it says more, the sentence of an offer, with its code.
  public String offerWords(Offer offer) {
    String name = inLanguage(offer.getNamesMap());
    String summary = inLanguage(offer.getSummariesMap());
    String words =
        summary.isEmpty() || summary.equals(name)
            ? name
            : name.isEmpty()
                ? summary
                : render("offer_name_and_summary", "name", name, "summary", summary);
    return offer.getCode().isEmpty()
        ? words
        : render("offer_with_code", "offer", words, "code", offer.getCode());
  }

  /// When an offer starts or ends; empty for one without an end.
  public String when(Offer offer) {
    if (offer.getStartsAtUnixMs() > now.toEpochMilli()) {
      return render("starts", "time", moment(offer.getStartsAtUnixMs()));
    }
    return offer.getEndsAtUnixMs() > 0
        ? render("ends", "time", moment(offer.getEndsAtUnixMs()))
        : "";
  }

  public String money(long minorUnits, String currency) {
    return formats.money(minorUnits, currency, language);
  }

  public String moment(long unixMillis) {
    return formats.moment(unixMillis, now, language);
  }

  /// The text of a language, or of English, or any.
  public String inLanguage(Map<String, String> texts) {
    String text = texts.get(language.code());
    if (text != null) {
      return text;
    }
    String english = texts.get(Language.ENGLISH.code());
    return english != null ? english : texts.values().stream().findFirst().orElse("");
  }

  public Language language() {
    return language;
  }

  public String text() {
    return text.toString();
  }

  public List<Card> cards() {
    return cards;
  }

  public List<String> quickReplies() {
    List<String> all = new ArrayList<>(quickReplies);
    for (String reply : skill.quickReplies().getOrDefault(language, List.of())) {
      if (all.size() < 4 && !all.contains(reply)) {
        all.add(reply);
      }
    }
    return all;
  }

  public List<Memory.ShownItem> shownItems() {
    return shownItems;
  }

  public List<Memory.ShownPromotion> shownPromotions() {
    return shownPromotions;
  }

  public Memory.@Nullable Pending pending() {
    return pending;
  }

  public @Nullable Slots listedFor() {
    return listedFor;
  }

  /// Why a human is asked for; empty when none is.
  public String handOffReason() {
    return handOffReason;
  }

  /// Drops all words, when they turn out not to be grounded.
  public void replaceText(String key) {
    text.setLength(0);
    say(key);
  }

  private ItemCard card(RecommendedItem item, String title) {
    ItemCard.Builder card =
        ItemCard.newBuilder()
            .setItemId(item.getItemId())
            .setTitle(title)
            .setListPriceMinorUnits(item.getListPriceMinorUnits())
            .setPriceMinorUnits(item.getPriceMinorUnits())
            .setCurrency(item.getCurrency())
            .setImageUrl(item.getImageUrl());
    if (item.hasOffer()) {
      card.setOffer(item.getOffer());
    }
    if (item.getReasonsCount() > 0) {
      card.setReason(inLanguage(item.getReasons(0).getTextsMap()));
    }
    return card.build();
  }

  private void paragraph(String paragraph) {
    if (paragraph.isBlank()) {
      return;
    }
    if (!text.isEmpty()) {
      boolean afterList = text.lastIndexOf("\n") >= 0;
      text.append(afterList ? "\n" : language == Language.ENGLISH ? " " : "");
    }
    text.append(paragraph);
  }

  private void line(String line) {
    text.append(text.isEmpty() ? "" : "\n").append(line);
  }

  private String render(String key, Object... namesAndValues) {
    String pattern = template(key);
    Map<String, Object> arguments = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      arguments.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return new MessageFormat(pattern, language.locale()).format(arguments);
  }

  private String template(String key) {
    for (Skill source : List.of(skill, common)) {
      Map<Language, String> byLanguage = source.answers().get(key);
      if (byLanguage != null) {
        String pattern = byLanguage.getOrDefault(language, byLanguage.get(Language.ENGLISH));
        if (pattern != null) {
          return pattern;
        }
      }
    }
    throw new IllegalStateException("skill " + skill.name() + ": no template '" + key + "'");
  }
}
