// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import dev.proffer.chatbot.answer.Evidence;
import dev.proffer.chatbot.answer.Formats;
import dev.proffer.chatbot.answer.GroundingCheck;
import dev.proffer.chatbot.conversation.Memory;
import dev.proffer.chatbot.conversation.Slots;
import dev.proffer.chatbot.handoff.HandOffRules;
import dev.proffer.chatbot.handoff.Humans;
import dev.proffer.chatbot.intent.IntentScore;
import dev.proffer.chatbot.knowledge.Knowledge;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.Languages;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.Mention;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.chatbot.shop.Shop;
import dev.proffer.chatbot.shop.ShopUnavailable;
import dev.proffer.chatbot.shop.TurnShop;
import dev.proffer.chatbot.skill.Action;
import dev.proffer.chatbot.skill.Actions;
import dev.proffer.chatbot.skill.Answer;
import dev.proffer.chatbot.skill.Skill;
import dev.proffer.chatbot.skill.SkillBook;
import dev.proffer.chatbot.skill.SkillTurn;
import dev.proffer.proto.chatbot.v1.Card;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.HandOffNotice;
import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import dev.proffer.proto.chatbot.v1.KnowledgeSource;
import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.runtime.degraded.Degradation;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers one turn: understands it, chooses a skill, lets its action answer, checks the answer
/// against the replies of the shop, and says what to remember. The same turn, memory and replies
/// give the same answer.
public final class Dialogue {
  private static final Logger log = LoggerFactory.getLogger(Dialogue.class);

  private static final int REMEMBERED_ITEMS = 60;
  private static final String KNOWLEDGE = "knowledge";

  /// The probability from which a clause asks for something of its own.
  private static final double CLEAR = 0.6;

  private static final String REFINED_BY_DEFAULT = "deals_in_scope";

  private static final Set<String> SMALL_TALK =
      Set.of("affirm", "deny", "greeting", "thanks", "goodbye", "chit_chat", "feedback_praise");

  private static final Pattern HEARD =
      Pattern.compile(
          "知道|晓得|明白|了解|懂了|原来|这样[啊呀哦]|这样子[啊呀哦]|^[哦噢喔]+$|\\b(?:i see|got it|understood|noted)\\b");

  private static final Pattern AGREED =
      Pattern.compile("[好行要转]|可以|麻烦|是的|没问题|\\b(?:yes|yeah|yep|ok|okay|sure|please|do|go)\\b");

  /// Words that a follow-up such as "and what about Nike then?" consists of beside what it names.
  private static final Pattern FOLLOW_UP_WORDS =
      Pattern.compile(
          "\\b(?:what|how|about|and|only|just|the|in|from|for|with|any|please|ones?|maybe|ok|okay|then|but|or|by|of|i|want|need|prefer|make|it|that|is|are|instead|not|no|actually|mean|meant|said|would|be|like|sorry|rather|show|me|to|something|under)\\b|那|呢|的|吧|有没有|有|没有|只要|只看|要|换成|换|成|和|跟|改成|改|看看|看|我|想|还|也|就|行|来|在|了|吗|不要|不是|我说|是|啊|嘛|价格|预算|款|个|啦|呀|或者|左右|说|应该");

  private final Understander understander;
  private final Languages languages;
  private final Supplier<Gazetteer> names;
  private final SkillBook skills;
  private final Shop shop;
  private final Formats formats;
  private final Clock clock;
  private final double threshold;
  private final HandOffRules rules;
  private final Knowledge knowledge;

  /// @param threshold the probability below which the bot asks instead of guessing
  public Dialogue(
      Understander understander,
      Languages languages,
      Supplier<Gazetteer> names,
      SkillBook skills,
      Shop shop,
      Formats formats,
      Clock clock,
      double threshold,
      HandOffRules rules,
      Knowledge knowledge) {
    this.understander = understander;
    this.languages = languages;
    this.names = names;
    this.skills = skills;
    this.shop = shop;
    this.formats = formats;
    this.clock = clock;
    this.threshold = threshold;
    this.rules = rules;
    this.knowledge = knowledge;
  }

  /// The answer to a turn and what to remember.
  ///
  /// @param understanding what the turn was understood as
  /// @param skill the name of the skill that answered
  /// @param handOff set when a human takes over
  /// @param knowledge the entry of the shop's knowledge that is quoted
  /// @param ungrounded what the check found and replaced; empty when nothing
  public record Reply(
      Understanding understanding,
      String skill,
      String text,
      List<Card> cards,
      List<String> quickReplies,
      Memory memory,
      Degradation degradation,
      Optional<HandOffNotice> handOff,
      Optional<KnowledgeSource> knowledge,
      List<String> ungrounded) {}

  /// One thing that a turn asks for, answered.
  private record Part(
      Understanding turn,
      Skill skill,
      Answer answer,
      Evidence evidence,
      Memory memory,
      Optional<KnowledgeSource> knowledge) {}

  /// The answer to a turn. The same turn, memory, replies and humans give the same answer.
  ///
  /// @param early hears the answer to each request of the turn but the last as soon as it is
  ///   checked, while the others are still being answered
  public Reply answer(ChatRequest request, Memory memory, Humans humans, Consumer<String> early) {
    Instant now = clock.instant();
    Optional<Language> hint =
        Language.of(request.getLanguage()).or(() -> Language.of(memory.language()));
    Understanding whole = understander.understand(request.getText(), hint);
    Degradation degradation = new Degradation();
    if (whole.plain()) {
      degradation.missing(
          "language:" + whole.language().code(),
          DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
          "words without a model",
          languages.status(whole.language()).detail(),
          0.2);
    }
    List<Part> parts = new ArrayList<>();
    Memory known = memory;
    List<String> ungrounded = new ArrayList<>();
    List<Understanding> requests = requests(whole, memory);
    for (Understanding turn : requests) {
      Part part = part(turn, request, known, humans, degradation, now);
      parts.add(part);
      known = part.memory;
      if (parts.size() < requests.size()) {
        ungrounded.addAll(check(part.answer, part.evidence, part.skill));
        early.accept(part.answer.text() + "\n");
      }
    }
    Part last = parts.getLast();
    Memory after = withTurn(memory, known, whole, parts);
    String asked =
        parts.stream()
            .map(part -> part.answer.handOffReason())
            .filter(reason -> !reason.isEmpty())
            .findFirst()
            .orElse("");
    Optional<HandOffNotice> notice = Optional.empty();
    Optional<String> reason = rules.reason(whole, last.skill.name(), memory, after, asked);
    if (reason.isPresent() && humans.reachable()) {
      HandOffNotice called =
          humans.call(
              reason.get(),
              rules.priority(reason.get()),
              Summaries.of(whole, last.skill.name(), reason.get(), after));
      passOn(last.answer, last.evidence, called, reason.get());
      notice = Optional.of(called);
      after = after.afterHandOff();
    } else if (!asked.isEmpty()) {
      last.answer.say("no_desk");
    }
    ungrounded.addAll(check(last.answer, last.evidence, last.skill));
    StringBuilder text = new StringBuilder();
    List<Card> cards = new ArrayList<>();
    for (Part part : parts) {
      text.append(text.isEmpty() ? "" : "\n").append(part.answer.text());
      cards.addAll(part.answer.cards());
    }
    return new Reply(
        whole,
        last.skill.name(),
        text.toString(),
        cards,
        notice.isPresent()
            ? skills.common().quickReplies().getOrDefault(whole.language(), List.of())
            : last.answer.quickReplies(),
        after,
        degradation,
        notice,
        last.knowledge,
        ungrounded);
  }

  /// What is said to a shopper who waits for a human and writes on.
  public Reply stillWaiting(ChatRequest request, Memory memory, HandOffNotice notice) {
    Instant now = clock.instant();
    Optional<Language> hint =
        Language.of(request.getLanguage()).or(() -> Language.of(memory.language()));
    Understanding turn = understander.understand(request.getText(), hint);
    Evidence evidence = new Evidence(formats, now);
    Skill skill = known("human");
    Answer answer = new Answer(skill, skills.common(), turn.language(), formats, evidence, now);
    answer.say("message_kept");
    sayWhen(answer, evidence, notice);
    List<String> ungrounded = check(answer, evidence, skill);
    return new Reply(
        turn,
        "waiting_for_human",
        answer.text(),
        List.of(),
        skills.common().quickReplies().getOrDefault(turn.language(), List.of()),
        memory,
        new Degradation(),
        Optional.of(notice),
        Optional.empty(),
        ungrounded);
  }

  /// What is said to a shopper who would rather go on with the bot.
  public Reply botAgain(ChatRequest request, Memory memory) {
    Optional<Language> hint =
        Language.of(request.getLanguage()).or(() -> Language.of(memory.language()));
    Understanding turn = understander.understand(request.getText(), hint);
    return new Reply(
        turn,
        "bot_again",
        sentence("bot_again", turn.language()),
        List.of(),
        known("help").quickReplies().getOrDefault(turn.language(), List.of()),
        memory.afterHandOff(),
        new Degradation(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /// A sentence of the common templates, without figures.
  public String sentence(String key, Language language) {
    Evidence evidence = new Evidence(formats, clock.instant());
    return new Answer(known("human"), skills.common(), language, formats, evidence, clock.instant())
        .say(key)
        .text();
  }

  private static void passOn(
      Answer answer, Evidence evidence, HandOffNotice notice, String reason) {
    if (reason.equals(HandOffRules.RISKY)) {
      answer.say("risky_topic");
    } else if (reason.equals(HandOffRules.ANGER)
        || reason.equals(HandOffRules.FAILURE)
        || reason.equals(HandOffRules.UNSURE)) {
      answer.say("sorry_passing_on");
    }
    answer.say("passing_on");
    sayWhen(answer, evidence, notice);
  }

  private static void sayWhen(Answer answer, Evidence evidence, HandOffNotice notice) {
    // The desk is a service like others: what it replies is what may be said.
    evidence.reply(notice);
    if (notice.getOpensAtUnixMs() > 0) {
      answer.say("desk_opens", "time", answer.moment(notice.getOpensAtUnixMs()));
    } else if (notice.getEstimatedWaitSeconds() > 0) {
      int minutes = Math.max(1, (notice.getEstimatedWaitSeconds() + 59) / 60);
      evidence.count(minutes);
      answer.say("desk_place", "place", notice.getQueuePosition(), "minutes", minutes);
    } else if (notice.getQueuePosition() > 0) {
      answer.say("desk_nobody");
    }
  }

  /// What a turn asks for, one by one: "when does the sale start, and what is in my cart worth?" is
  /// two requests. A turn whose clauses do not clearly ask for different things is one.
  private List<Understanding> requests(Understanding whole, Memory memory) {
    List<String> clauses = Clauses.of(whole.text());
    if (clauses.size() < 2 || !languages.isOn(whole.language())) {
      return List.of(whole);
    }
    List<Understanding> asked = new ArrayList<>();
    Set<String> intents = new HashSet<>();
    for (String clause : clauses) {
      Understanding part = understander.understand(clause, Optional.of(whole.language()));
      IntentScore top = part.intents().getFirst();
      Optional<Skill> skill = skills.skill(top.intent());
      boolean clear =
          top.confidence() >= CLEAR
              && skill.isPresent()
              && !SMALL_TALK.contains(top.intent())
              && !skill.get().settings().containsKey("refines")
              && !top.intent().equals("out_of_scope");
      if (clear && intents.add(top.intent())) {
        asked.add(part);
      }
    }
    return asked.size() < 2 || memory.pending() != null ? List.of(whole) : asked;
  }

  private Part part(
      Understanding turn,
      ChatRequest request,
      Memory memory,
      Humans humans,
      Degradation degradation,
      Instant now) {
    Evidence evidence = new Evidence(formats, now);
    Choice choice = choose(turn, memory);
    boolean refines = choice.followUp != null;
    Skill skill = refines ? merged(choice.skill, choice.followUp) : choice.skill;
    Optional<Knowledge.Hit> quoted =
        knowledgeMay(skill)
            ? knowledge.answer(turn.text().text(), turn.language())
            : Optional.empty();
    if (quoted.isPresent()) {
      Skill quoting =
          new Skill(KNOWLEDGE, "say", Map.of(), Map.of(), Map.of(), skill.quickReplies());
      Answer answer = new Answer(quoting, skills.common(), turn.language(), formats, evidence, now);
      KnowledgeSource source = quote(quoted.get(), answer, evidence);
      return new Part(
          turn,
          quoting,
          answer,
          evidence,
          remember(memory, turn, quoting, answer, false),
          Optional.of(source));
    }
    Slots said =
        SlotReader.read(
            turn, wantsQuery(skill, refines), names.get().currency(), now, formats.zone());
    Slots slots = refines ? refine(memory, said, skill) : said;
    Answer answer = new Answer(skill, skills.common(), turn.language(), formats, evidence, now);
    SkillTurn skillTurn =
        new SkillTurn(
            skill,
            turn.language(),
            request,
            choice.mentions,
            slots,
            memory,
            new TurnShop(shop, evidence, degradation),
            humans.reachable(),
            now);
    act(skillTurn, turn, answer);
    return new Part(
        turn,
        skill,
        answer,
        evidence,
        remember(memory, turn, skill, answer, refines),
        Optional.empty());
  }

  /// The shop's own words are better than general ones about how shops work, and than none.
  private static boolean knowledgeMay(Skill skill) {
    return skill.name().startsWith("fallback")
        || skill.name().equals("out_of_scope")
        || (skill.action().equals("say")
            && skill.settings().getOrDefault("hand_off", "").equals("offer"));
  }

  private static KnowledgeSource quote(Knowledge.Hit hit, Answer answer, Evidence evidence) {
    KnowledgeEntry entry = hit.entry();
    evidence.text(entry.getAnswer());
    evidence.text(entry.getSource());
    answer.quote(entry.getAnswer());
    if (!entry.getSource().isEmpty()) {
      answer.say("source_named", "source", entry.getSource());
    }
    return KnowledgeSource.newBuilder()
        .setEntryId(entry.getEntryId())
        .setQuestion(entry.getQuestion())
        .setSource(entry.getSource())
        .setConfidence(hit.confidence())
        .build();
  }

  private void act(SkillTurn turn, Understanding understood, Answer answer) {
    Action action =
        Actions.named(turn.skill().action())
            .orElseThrow(() -> new IllegalStateException("no action " + turn.skill().action()));
    if (understood.has(MentionType.IMPOSSIBLE_DATE) && !turn.skill().action().equals("say")) {
      answer.say("impossible_date");
      return;
    }
    try {
      action.act(turn, answer);
    } catch (ShopUnavailable e) {
      log.warn("skill {} could not ask the shop: {}", turn.skill().name(), e.reason().toString());
      answer.replaceText("unavailable");
    }
  }

  // --- choosing
  // -----------------------------------------------------------------------------------

  /// @param followUp the follow-up skill when the turn goes on with an earlier list; null otherwise
  /// @param mentions the mentions of the turn, and what was read into it
  private record Choice(Skill skill, @Nullable Skill followUp, List<Mention> mentions) {}

  private Choice choose(Understanding turn, Memory memory) {
    if (!languages.isOn(turn.language())) {
      return plain("language_off", turn);
    }
    if (!turn.text().hasWords()) {
      return plain("no_words", turn);
    }
    if (turn.foreign()) {
      return plain("foreign", turn);
    }
    Optional<Choice> awaited = awaited(turn, memory);
    if (awaited.isPresent()) {
      return awaited.get();
    }
    boolean names = namesSomethingToFind(turn);
    if (names && isFollowUp(turn)) {
      return followUp("refine", turn, memory);
    }
    IntentScore top = turn.intents().getFirst();
    if (top.confidence() < threshold) {
      // A thing that is named without a question is looked for.
      return names && turn.text().text().length() < 60 && !top.intent().equals("out_of_scope")
          ? plain(REFINED_BY_DEFAULT, turn)
          : plain(memory.fallbacks() > 0 ? "fallback_again" : "fallback", turn);
    }
    String intent = top.intent();
    if (intent.equals("human") && rules.refusesHuman(turn)) {
      intent =
          names
              ? REFINED_BY_DEFAULT
              : turn.intents().stream()
                  .map(IntentScore::intent)
                  .filter(other -> !other.equals("human"))
                  .findFirst()
                  .orElse("help");
    }
    if (names && SMALL_TALK.contains(intent)) {
      // "No thanks, not Nike, show me shoes": what is named says more than the politeness around
      // it.
      intent =
          turn.intents().stream()
              .map(IntentScore::intent)
              .filter(other -> !SMALL_TALK.contains(other))
              .findFirst()
              .orElse(REFINED_BY_DEFAULT);
    }
    Skill skill = known(intent);
    return skill.settings().containsKey("refines")
        ? followUp(intent, turn, memory)
        : new Choice(skill, null, turn.mentions());
  }

  /// Whether somebody only says to have heard: "oh, I see" agrees to nothing that was offered.
  private static boolean isMereHearing(String text) {
    return HEARD.matcher(text).find() && !AGREED.matcher(text).find();
  }

  private Optional<Choice> awaited(Understanding turn, Memory memory) {
    Memory.Pending pending = memory.pending();
    if (pending == null || skills.skill(pending.skill()).isEmpty()) {
      return Optional.empty();
    }
    Skill skill = known(pending.skill());
    String top = turn.intents().getFirst().intent();
    return switch (pending.slot()) {
      case "confirm" ->
          top.equals("affirm") && !isMereHearing(turn.text().lower())
              ? choice(skill, turn.mentions())
              : Optional.empty();
      case "code" -> {
        if (turn.has(MentionType.CODE) || turn.has(MentionType.PROMOTION)) {
          yield choice(skill, turn.mentions());
        }
        String word = turn.text().text();
        if (word.matches("[A-Za-z0-9_-]{3,30}") && word.matches(".*\\d.*|[A-Z_-]+")) {
          List<Mention> mentions = new ArrayList<>(turn.mentions());
          mentions.add(new Mention(MentionType.CODE, word, word, 0, word.length()));
          yield choice(skill, mentions);
        }
        yield Optional.empty();
      }
      case "item" ->
          turn.has(MentionType.ITEM) || turn.has(MentionType.ORDINAL)
              ? choice(skill, turn.mentions())
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Choice> choice(Skill skill, List<Mention> mentions) {
    return Optional.of(new Choice(skill, null, mentions));
  }

  private Choice plain(String skill, Understanding turn) {
    return new Choice(known(skill), null, turn.mentions());
  }

  private Choice followUp(String name, Understanding turn, Memory memory) {
    // A price or a brand narrows items, whatever was listed before.
    Skill listing =
        skills
            .skill(memory.listingSkill())
            .filter(skill -> !skill.action().equals("list-offers"))
            .orElseGet(() -> known(REFINED_BY_DEFAULT));
    return new Choice(listing, known(name), turn.mentions());
  }

  private Skill known(String name) {
    return skills.skill(name).orElseGet(() -> skills.skill("fallback").orElseGet(skills::common));
  }

  private static boolean namesSomethingToFind(Understanding turn) {
    return turn.mentions().stream()
        .anyMatch(mention ->
            switch (mention.type()) {
              case CATEGORY, BRAND, PRICE_MAX, PRICE_MIN, PRICE_RANGE, PRICE_ABOUT -> true;
              default -> false;
            });
  }

  private static boolean isFollowUp(Understanding turn) {
    String rest = FOLLOW_UP_WORDS.matcher(turn.masked()).replaceAll("");
    return rest.chars().noneMatch(c -> Character.isLetterOrDigit(c) && !isMask((char) c));
  }

  private static boolean isMask(char c) {
    return c >= '\ue000' && c <= '\uf8ff';
  }

  // --- slots and memory
  // -----------------------------------------------------------------------------

  private static boolean wantsQuery(Skill skill, boolean refines) {
    return !refines && (skill.action().equals("list-items") || skill.action().equals("item"));
  }

  private static Slots refine(Memory memory, Slots said, Skill skill) {
    Slots slots = memory.slots().refinedBy(said);
    if (Boolean.parseBoolean(skill.settings().get("cheaper")) && said.maxPriceMinorUnits() == 0) {
      long[] prices =
          memory.items().stream().mapToLong(Memory.ShownItem::priceMinorUnits).sorted().toArray();
      return prices.length == 0
          ? slots
          : slots.withMaxPrice(Math.max(1, prices[(prices.length - 1) / 2] - 1));
    }
    return slots;
  }

  /// The skill that made the list, with what the follow-up changes.
  private static Skill merged(Skill listing, @Nullable Skill followUp) {
    if (followUp == null) {
      return listing;
    }
    Map<String, String> settings = new HashMap<>(listing.settings());
    settings.putAll(followUp.settings());
    Map<String, Map<Language, String>> answers = new HashMap<>(listing.answers());
    answers.putAll(followUp.answers());
    return new Skill(
        listing.name(),
        listing.action(),
        settings,
        listing.examples(),
        answers,
        followUp.quickReplies().isEmpty() ? listing.quickReplies() : followUp.quickReplies());
  }

  private static Memory remember(
      Memory before, Understanding turn, Skill skill, Answer answer, boolean refines) {
    boolean listed = answer.listedFor() != null;
    List<String> seen = new ArrayList<>();
    if (listed && refines) {
      seen.addAll(before.seenItemIds());
    }
    answer.shownItems().forEach(item -> seen.add(item.itemId()));
    boolean fallback = skill.name().startsWith("fallback");
    Slots slots = answer.listedFor();
    return new Memory(
        turn.language().code(),
        listed ? skill.name() : before.listingSkill(),
        slots != null ? slots : before.slots(),
        answer.shownItems().isEmpty() ? before.items() : answer.shownItems(),
        answer.shownPromotions().isEmpty() ? before.promotions() : answer.shownPromotions(),
        listed
            ? seen.subList(Math.max(0, seen.size() - REMEMBERED_ITEMS), seen.size())
            : before.seenItemIds(),
        answer.pending(),
        fallback ? before.fallbacks() + 1 : 0,
        before.unsure(),
        before.anger(),
        offered(before, answer),
        before.lastAnswer());
  }

  private static List<String> offered(Memory before, Answer answer) {
    List<String> offered = new ArrayList<>(before.offered());
    answer.shownPromotions().stream()
        .map(Memory.ShownPromotion::promotionId)
        .filter(id -> !offered.contains(id))
        .forEach(offered::add);
    return offered.subList(Math.max(0, offered.size() - REMEMBERED_ITEMS), offered.size());
  }

  /// What the whole turn adds to what its parts remember: mood, doubt, and whether the bot goes in
  /// circles.
  private Memory withTurn(Memory before, Memory after, Understanding whole, List<Part> parts) {
    Part last = parts.getLast();
    String skill = last.skill.name();
    boolean sure =
        whole.intents().getFirst().confidence() >= rules.sureAbove()
            || !last.knowledge.isEmpty()
            || parts.size() > 1
            || last.answer.listedFor() != null;
    int fingerprint = last.answer.text().hashCode();
    boolean circles =
        fingerprint == before.lastAnswer()
            && !SMALL_TALK.contains(skill)
            && last.answer.listedFor() == null
            && after.fallbacks() == 0;
    return after.withTurn(
        circles ? before.fallbacks() + 1 : after.fallbacks(),
        sure ? 0 : before.unsure() + 1,
        whole.sentiment().anger(),
        fingerprint);
  }

  // --- grounding
  // --------------------------------------------------------------------------------------

  private List<String> check(Answer answer, Evidence evidence, Skill skill) {
    List<String> ungrounded =
        new ArrayList<>(GroundingCheck.ungrounded(answer.text(), evidence, names.get()));
    answer
        .cards()
        .forEach(card -> {
          if (card.hasItem()) {
            ungrounded.addAll(
                GroundingCheck.ungrounded(
                    card.getItem().getTitle() + "\n" + card.getItem().getReason(),
                    evidence,
                    names.get()));
          }
        });
    if (!ungrounded.isEmpty()) {
      log.error("skill {}: the answer claims what no reply says: {}", skill.name(), ungrounded);
      answer.replaceText(answer.cards().isEmpty() ? "ungrounded" : "ungrounded_with_cards");
    }
    return ungrounded;
  }
}
