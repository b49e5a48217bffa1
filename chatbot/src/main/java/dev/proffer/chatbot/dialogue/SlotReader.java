// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import dev.proffer.chatbot.answer.Formats;
import dev.proffer.chatbot.conversation.Slots;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.chatbot.language.Token;
import dev.proffer.chatbot.mention.Mention;
import dev.proffer.chatbot.mention.MentionType;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads from one turn what the shopper is looking for.
final class SlotReader {
  private static final BigDecimal ABOUT_LOW = new BigDecimal("0.8");
  private static final BigDecimal ABOUT_HIGH = new BigDecimal("1.2");
  private static final int MAX_QUERY_CHARS = 80;

  /// Words that speak of the question, not of the thing.
  private static final Set<String> ENGLISH_STOP =
      Set.of(
          "deal",
          "offer",
          "discount",
          "promotion",
          "promo",
          "sale",
          "bargain",
          "special",
          "coupon",
          "code",
          "voucher",
          "price",
          "cheap",
          "cheaper",
          "cheapest",
          "best",
          "good",
          "great",
          "nice",
          "thing",
          "something",
          "anything",
          "one",
          "item",
          "product",
          "stuff",
          "option",
          "choice",
          "today",
          "tomorrow",
          "now",
          "week",
          "weekend",
          "day",
          "month",
          "year",
          "time",
          "moment",
          "available",
          "current",
          "new",
          "stock",
          "store",
          "shop",
          "money",
          "budget",
          "cost",
          "buy",
          "more",
          "other",
          "any",
          "some",
          "all",
          "much",
          "many",
          "show",
          "find",
          "search",
          "look",
          "looking",
          "want",
          "need",
          "get",
          "give",
          "have",
          "recommend",
          "recommendation",
          "hi",
          "hello",
          "hey",
          "please",
          "thanks",
          "help",
          "what",
          "which",
          "who",
          "is",
          "are",
          "be",
          "do",
          "does",
          "can",
          "could",
          "would",
          "you",
          "your",
          "me",
          "my",
          "i",
          "we",
          "us",
          "it",
          "the",
          "a",
          "an",
          "on",
          "in",
          "for",
          "of",
          "to",
          "with",
          "under",
          "over",
          "there",
          "got",
          "like",
          "off",
          "and",
          "or",
          "at",
          "by",
          "from",
          "about",
          "how",
          "this",
          "that",
          "these",
          "those",
          "kind",
          "sort",
          "type",
          "range",
          "cart",
          "order",
          "member",
          "list",
          "selling",
          "sell",
          "bit",
          "pair",
          "set",
          "piece",
          "reduced",
          "interested",
          "going",
          "running",
          "carry",
          "i'd",
          "i'm",
          "'s",
          "'m",
          "'d",
          "'re",
          "n't",
          "not",
          "no",
          "just",
          "only",
          "also",
          "am",
          "were",
          "was",
          "right",
          "below",
          "around",
          "least",
          "most",
          "up",
          "out",
          "so",
          "decent",
          "favorite",
          "popular",
          "suggest",
          "suggestion",
          "if",
          "will",
          "check");

  private static final Pattern CHINESE_STOP =
      Pattern.compile(
          "有没有|有什么|有啥|有哪些|什么样|什么|哪些|哪款|哪个|哪里|怎么样|怎么|多少钱|多少|几个|推荐一下|推荐|介绍一下|介绍|帮我找一?下?|帮我|帮忙|给我|我想要?买?|我要买?|想要|想买|想看看?|我在找|找一下|找找|看一看|看看|看下|搜一下|搜索|搜|买个|买点|买一?[个双件把套台]|一下|一款|一些|一点|一个|一双|一件|一把|优惠券|优惠|折扣|打折|促销|特价|活动|生日|礼物|礼品|惊喜|便宜一?点?|划算|实惠|好用|好看|不错|商品|东西|产品|货|现在|今天|目前|最近|最新|这里|你们家?|店里|家里|请问|请|谢谢|你好|可以|能不能|能|吗|呢|吧|啊|呀|的|了|有|没|是|和|跟|或者|在|要|想|买|找|卖|看|价格|价位|预算|左右|以内|以下|以上|元|块|钱|比较|合适|适合|正在|参加|参与|我|你|他|她|它|个|些|款|还|也|都|就|那|这|给|送|做|用|点|不|很|太|最|更|对|吃|新");

  private SlotReader() {}

  static Slots read(
      Understanding turn, boolean wantsQuery, String currency, Instant now, ZoneId zone) {
    List<String> categories = new ArrayList<>();
    List<String> brands = new ArrayList<>();
    List<String> excludedBrands = new ArrayList<>();
    List<String> excludedCategories = new ArrayList<>();
    long min = 0;
    long max = 0;
    long at = 0;
    for (Mention mention : turn.mentions()) {
      switch (mention.type()) {
        case CATEGORY -> add(mention.negated() ? excludedCategories : categories, mention.value());
        case BRAND -> add(mention.negated() ? excludedBrands : brands, mention.value());
        case PRICE_MAX -> max = Formats.minorUnits(mention.number(), currency);
        case PRICE_MIN -> min = Formats.minorUnits(mention.number(), currency);
        case PRICE_RANGE -> {
          min = Formats.minorUnits(mention.number(), currency);
          max = Formats.minorUnits(mention.secondNumber(), currency);
        }
        case PRICE_ABOUT -> {
          min = Formats.minorUnits(mention.number().multiply(ABOUT_LOW), currency);
          max = Formats.minorUnits(mention.number().multiply(ABOUT_HIGH), currency);
        }
        case DATE -> at = moment(mention.value(), now, zone);
        default -> {
          // Codes, ordinals and forms of offers are read by the actions that ask for them.
        }
      }
    }
    if (min > 0 && max > 0 && min > max) {
      // Contradictory bounds: the one that was said last counts.
      min = 0;
    }
    return new Slots(
        categories,
        brands,
        excludedBrands,
        excludedCategories,
        min,
        max,
        wantsQuery ? query(turn) : "",
        List.of(),
        at,
        false);
  }

  /// The words that describe the thing beyond what the catalogue names; empty when a category or an
  /// item is named and nothing else.
  private static String query(Understanding turn) {
    StringBuilder query = new StringBuilder();
    boolean plainHan = turn.language() == Language.CHINESE && turn.plain();
    if (plainHan || turn.language() == Language.CHINESE) {
      addChinese(turn, query);
    }
    if (turn.language() == Language.ENGLISH) {
      for (Token token : turn.tokens()) {
        if (token.canDescribeThing()
            && Character.isLetterOrDigit(token.text().charAt(0))
            && !isStopWord(token.text(), token.lemma())
            && !isMentioned(turn, token.start(), token.end())) {
          query.append(query.isEmpty() ? "" : " ").append(token.text());
        }
      }
    }
    for (Mention mention : turn.mentions()) {
      if (mention.type() == MentionType.ITEM && !mention.negated()) {
        query.append(query.isEmpty() ? "" : " ").append(mention.text());
      }
    }
    return query.length() > MAX_QUERY_CHARS
        ? query.substring(0, MAX_QUERY_CHARS)
        : query.toString();
  }

  /// Chinese words of things: nouns, adjectives and foreign words when the tagger is there,
  /// otherwise what is left when the words of questions are taken out.
  private static void addChinese(Understanding turn, StringBuilder query) {
    String lower = turn.text().lower();
    StringBuilder open = new StringBuilder(lower);
    for (Mention mention : turn.mentions()) {
      if (mention.type() != MentionType.COLOUR) {
        blank(open, mention.start(), mention.end());
      }
    }
    Matcher stop = CHINESE_STOP.matcher(open.toString());
    while (stop.find()) {
      blank(open, stop.start(), stop.end());
    }
    if (turn.plain()) {
      for (String rest : open.toString().split("[^\\p{L}\\p{N}]+", -1)) {
        if (rest.length() >= 2 && !isStopWord(rest, PlainAnalyser.lemma(rest))) {
          query.append(query.isEmpty() ? "" : " ").append(rest);
        }
      }
      return;
    }
    for (Token token : turn.tokens()) {
      boolean untouched =
          open.substring(token.start(), token.end())
              .equals(lower.substring(token.start(), token.end()));
      if (untouched
          && !isStopWord(token.text(), PlainAnalyser.lemma(token.text()))
          && token.canDescribeThing()
          && Character.isLetterOrDigit(token.text().charAt(0))) {
        query.append(query.isEmpty() ? "" : " ").append(token.text());
      }
    }
  }

  private static boolean isStopWord(String word, String lemma) {
    return ENGLISH_STOP.contains(word) || ENGLISH_STOP.contains(lemma);
  }

  private static void blank(StringBuilder text, int start, int end) {
    for (int i = start; i < end; i++) {
      text.setCharAt(i, ' ');
    }
  }

  private static boolean isMentioned(Understanding turn, int start, int end) {
    return turn.mentions().stream()
        .anyMatch(mention ->
            mention.type() != MentionType.COLOUR && mention.start() < end && start < mention.end());
  }

  /// The moment that an ISO date means, 0 for today, the past and what cannot be read: a day means
  /// its noon, a weekend the noon of its Saturday.
  private static long moment(String iso, Instant now, ZoneId zone) {
    LocalDate today = now.atZone(zone).toLocalDate();
    try {
      LocalDateTime moment;
      if (iso.matches("\\d{4}-W\\d\\d.*")) {
        LocalDate saturday =
            LocalDate.of(Integer.parseInt(iso.substring(0, 4)), 1, 4)
                .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, Integer.parseInt(iso.substring(6, 8)))
                .with(TemporalAdjusters.nextOrSame(DayOfWeek.SATURDAY));
        moment = saturday.atTime(LocalTime.NOON);
      } else if (iso.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d.*")) {
        moment = LocalDateTime.parse(iso.substring(0, 16));
      } else {
        moment = LocalDate.parse(iso.substring(0, 10)).atTime(LocalTime.NOON);
      }
      if (!moment.toLocalDate().isAfter(today) && !iso.contains("T")) {
        return 0;
      }
      long millis = moment.atZone(zone).toInstant().toEpochMilli();
      return millis > now.toEpochMilli() ? millis : 0;
    } catch (DateTimeParseException | NumberFormatException | StringIndexOutOfBoundsException _) {
      return 0;
    }
  }

  private static void add(List<String> values, String value) {
    if (!values.contains(value)) {
      values.add(value);
    }
  }
}
