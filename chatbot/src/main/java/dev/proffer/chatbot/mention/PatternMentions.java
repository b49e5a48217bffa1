// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import dev.proffer.chatbot.language.NormalText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Prices, forms of offers, codes, ordinals and quantities, found on the raw text before any
/// segmentation: segmenters split `满300减40` and codes, and lose the bound in `三百以内`.
final class PatternMentions {
  private static final String N = Numerals.NUMBER;
  private static final String SIGN = "(?:us\\$|hk\\$|\\$|¥|€|£|rmb|cny|usd|eur)?\\s?";
  private static final String UNIT =
      "\\s?(?:元钱?|块钱?|rmb|人民币|美元|美金|欧元|dollars?|bucks?|yuan|kuai|usd|cny|eur|euros?|pounds?)";
  private static final String UNIT_OPTIONAL = "(?:" + UNIT + ")?";
  private static final String NOT_PRICE =
      "(?!e\\d|\\s?(?:%|percent|折|days?|weeks?|months?|hours?|minutes?|mins?|items?|pieces?|pcs|units?|people|stars?|cm|mm|kg|ml|inch|天|周|月|日|号|点|小时|分钟|个|件|双|人|岁|年|寸|英寸|厘米|公斤|斤|毫升|升|星|分|楼|次|张|款|种|条|\\d|\\.\\d|/\\d|:))";

  private interface Reader {
    Optional<String> read(Matcher matcher);
  }

  private record Rule(MentionType type, Pattern pattern, Reader reader) {}

  private static final List<Rule> RULES =
      List.of(
          // 满300减40, 每满200减20, 满三百立减四十.
          rule(
              MentionType.THRESHOLD,
              "每?满\\s?("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + "\\s?(?:立减|直减|减|省|优惠|返|送)\\s?("
                  + N
                  + ")"
                  + UNIT_OPTIONAL,
              PatternMentions::two),
          // $40 off $300, 40 off orders over 300.
          rule(
              MentionType.THRESHOLD,
              SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + " off (?:(?:orders?|purchases?|a spend)? ?(?:of|over|above|from)? ?)"
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL,
              m -> twoNumbers(m.group(2), m.group(1))),
          // spend 300 get 40 off, spend $300 save $40.
          rule(
              MentionType.THRESHOLD,
              "spend(?:ing)? (?:over |at least )?"
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + ",? (?:and |to )?(?:get|save) "
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + "(?: off)?",
              PatternMentions::two),
          rule(
              MentionType.BUY_GET,
              "买\\s?(" + N + ")\\s?(?:件|个|双|瓶|盒)?\\s?(?:送|赠|免)\\s?(" + N + ")\\s?(?:件|个|双|瓶|盒)?",
              PatternMentions::two),
          rule(
              MentionType.BUY_GET,
              "buy (\\d+|one|two|three|four|five)[, ]+(?:and )?get (\\d+|one|two|three)(?: (?:for )?free)?",
              PatternMentions::two),
          rule(
              MentionType.NTH_OFF,
              "第\\s?([二三四五2-5])\\s?(?:件|个|双|杯|瓶)\\s?(?:半价|(" + N + ")折)",
              m -> Numerals.parse(m.group(1)).map(Numerals::plain)),
          rule(
              MentionType.NTH_OFF,
              "(second|2nd|third|3rd)(?: (?:one|item|piece|pair))?(?: (?:at|is|for))? half[ -]price",
              m -> Optional.of(m.group(1).matches("second|2nd") ? "2" : "3")),
          // 打八折, 八五折, 8.5折, 半价: the value is the percentage that is taken off.
          rule(
              MentionType.DISCOUNT,
              "(?:打\\s?)?([一二三四五六七八九]{1,2}|\\d(?:\\.\\d)?|\\d{2})\\s?折(?!叠|扣|腾|磨|中|痕)",
              m -> zhe(m.group(1))),
          rule(MentionType.DISCOUNT, "半价|half[ -]price|half off", m -> Optional.of("50")),
          rule(
              MentionType.DISCOUNT,
              "(\\d{1,3}(?:\\.\\d+)?|ten|twenty|thirty|forty|fifty)\\s?(?:%|percent|per cent|pct)(?:\\s?off)?",
              m ->
                  Numerals.parse(m.group(1))
                      .filter(n -> n.compareTo(BigDecimal.valueOf(100)) <= 0)
                      .map(Numerals::plain)),
          // between 20 and 50 euros, 100到200, $20-$50.
          rule(
              MentionType.PRICE_RANGE,
              "(?:between|from) "
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + " (?:and|to|-) "
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + NOT_PRICE,
              PatternMentions::ordered),
          rule(
              MentionType.PRICE_RANGE,
              SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + "\\s?(?:到|至|-|~|–|—)\\s?"
                  + SIGN
                  + "("
                  + N
                  + ")(?:"
                  + UNIT
                  + "(?:之间|左右)?|之间|的价位|价位)",
              PatternMentions::ordered),
          rule(
              MentionType.PRICE_RANGE,
              "[$¥€£]\\s?(" + N + ")\\s?(?:到|至|to|-|~|–|—)\\s?[$¥€£]?\\s?(" + N + ")",
              PatternMentions::ordered),
          rule(
              MentionType.PRICE_RANGE,
              "(" + N + ")(?:到|至)(" + N + ")(?![个件天月日号点双人岁])",
              PatternMentions::ordered),
          rule(
              MentionType.PRICE_ABOUT,
              SIGN + "(" + N + ")" + UNIT_OPTIONAL + "\\s?(?:左右|上下|出头)",
              PatternMentions::one),
          rule(
              MentionType.PRICE_ABOUT,
              "(?:around|about|roughly|approximately|circa)\\s(?:[$¥€£]\\s?("
                  + N
                  + ")|("
                  + N
                  + ")"
                  + UNIT
                  + "|(\\d{1,6})(?=\\s?(?:[?.!,;]|please|$)))",
              m ->
                  number(
                      m.group(1) != null
                          ? m.group(1)
                          : m.group(2) != null ? m.group(2) : m.group(3))),
          rule(
              MentionType.PRICE_MAX,
              "(?:不超过|不要超过|别超过|不能超过|不高于|低于|少于|小于|最多|最高|预算(?:是|在|有|只有|大概|大约)?)\\s?"
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + "(?:以内|以下|左右|内)?"
                  + NOT_PRICE,
              PatternMentions::one),
          rule(
              MentionType.PRICE_MAX,
              SIGN + "(" + N + ")" + UNIT_OPTIONAL + "\\s?(?:以内|以下|之内|之下|封顶|内(?![存衣裤搭饰置]))",
              PatternMentions::one),
          rule(
              MentionType.PRICE_MAX,
              "(?:under|below|less than|cheaper than|lower than|up to|at most|no more than|not more than|not over|not above|max(?:imum)?(?: of)?|within|budget(?: is| of)?|my budget's|<=?)\\s?"
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + NOT_PRICE,
              PatternMentions::one),
          rule(
              MentionType.PRICE_MAX,
              SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + " (?:or less|or under|or cheaper|or below|max|maximum|tops|budget)\\b",
              PatternMentions::one),
          rule(
              MentionType.PRICE_MIN,
              "(?:超过|高于|大于|多于|不低于|不少于|至少|最低)\\s?"
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + NOT_PRICE,
              PatternMentions::one),
          rule(
              MentionType.PRICE_MIN,
              SIGN + "(" + N + ")" + UNIT_OPTIONAL + "\\s?(?:以上|之上|起步|往上)",
              PatternMentions::one),
          rule(
              MentionType.PRICE_MIN,
              "(?:over|above|more than|at least|starting (?:at|from)|no less than|>=?)\\s?"
                  + SIGN
                  + "("
                  + N
                  + ")"
                  + UNIT_OPTIONAL
                  + NOT_PRICE,
              PatternMentions::one),
          rule(MentionType.MONEY, "[$¥€£]\\s?(" + N + ")", PatternMentions::one),
          rule(MentionType.MONEY, "(" + N + ")" + UNIT + "(?!素)", PatternMentions::one),
          rule(
              MentionType.ORDINAL,
              "第\\s?([一二三四五六七八九十]|\\d{1,2})\\s?(?:个|款|件|双|条|把|张|种|台|部|瓶)?",
              m -> Numerals.parse(m.group(1)).map(Numerals::plain)),
          rule(MentionType.ORDINAL, "最后(?:那|一)?(?:个|款|件|双|一个|一款|一件)", m -> Optional.of("-1")),
          rule(
              MentionType.ORDINAL,
              "\\b(?:the )?(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|last)(?: (?:one|item|product|option|deal|offer))?\\b(?! (?:order|time|purchase|customer|name|day|of|week|month|minute))",
              m -> Optional.of(ordinal(m.group(1)))),
          rule(
              MentionType.ORDINAL,
              "\\b(?:number|option|no\\.|#)\\s?(\\d|one|two|three|four|five)\\b",
              m -> Numerals.parse(m.group(1)).map(Numerals::plain)),
          rule(
              MentionType.QUANTITY,
              "(" + N + ")\\s?(?:件|双|把|套|瓶|台|盒|包|份|只|袋|罐|斤|箱|桶|支(?!持|付))(?!月)",
              PatternMentions::one),
          rule(
              MentionType.QUANTITY,
              "\\b(\\d{1,4}|one|two|three|four|five|six|ten)\\s?(?:pieces?|pcs|units?|items?|pairs?|sets?|bottles?|copies)\\b",
              PatternMentions::one),
          rule(
              MentionType.MEMBER_LEVEL,
              "\\b(silver|gold|platinum|diamond|vip|premium|plus)\\b(?: (?:members?|level|tier|card))?",
              m -> Optional.of(m.group(1))),
          rule(
              MentionType.MEMBER_LEVEL,
              "(白银|黄金|铂金|钻石|银卡|金卡|白金|vip|plus|超级)(?:会员|卡|用户)?",
              m -> Optional.of(m.group(1))),
          rule(
              MentionType.RECIPIENT,
              "(?:for|to) (?:my |a |an |our |his |her )?(dad|father|mum|mom|mother|parents?|husband|wife|boyfriend|girlfriend|son|daughter|kids?|child|children|baby|brother|sister|friend|boss|colleague|coworker|teacher|grandma|grandpa|grandmother|grandfather|partner|aunt|uncle|niece|nephew|roommate)s?\\b",
              m -> Optional.of(m.group(1))),
          rule(
              MentionType.RECIPIENT,
              "(?:给|送)(?:我)?(?:的)?(爸爸|老爸|父亲|妈妈|老妈|母亲|爸妈|父母|老公|丈夫|老婆|妻子|男朋友|男友|女朋友|女友|儿子|女儿|孩子|小孩|宝宝|哥哥|弟弟|姐姐|妹妹|朋友|闺蜜|同事|领导|老板|老师|奶奶|爷爷|外婆|外公|长辈|室友|对象)",
              m -> Optional.of(m.group(1))),
          rule(
              MentionType.COLOUR,
              "\\b(black|white|red|blue|green|yellow|pink|purple|grey|gray|brown|orange|silver|gold|beige|navy)\\b",
              m -> Optional.of(m.group(1).equals("gray") ? "grey" : m.group(1))),
          rule(
              MentionType.COLOUR,
              "(黑|白|红|蓝|绿|黄|粉|紫|灰|棕|橙|银|金|米)色",
              m -> Optional.of(colour(m.group(1)))));

  private static final Pattern CODE =
      Pattern.compile(
          "(?<![A-Za-z0-9_-])[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){2,30}(?![A-Za-z0-9])");
  private static final Pattern CODE_WORD =
      Pattern.compile("\\b(?:code|coupon|voucher|promo)\\b|优惠码|折扣码|兑换码|券码|口令|码|券");

  private PatternMentions() {}

  static List<Mention> find(NormalText text) {
    List<Mention> found = new ArrayList<>();
    String lower = text.lower();
    for (Rule rule : RULES) {
      Matcher matcher = rule.pattern.matcher(lower);
      while (matcher.find()) {
        Optional<String> value = rule.reader.read(matcher);
        if (value.isPresent()) {
          int start = matcher.start();
          int end = matcher.end();
          while (start < end && lower.charAt(start) == ' ') {
            start++;
          }
          while (end > start && lower.charAt(end - 1) == ' ') {
            end--;
          }
          found.add(
              new Mention(rule.type, text.text().substring(start, end), value.get(), start, end));
        }
      }
    }
    findCodes(text, found);
    return found;
  }

  /// A code has letters and digits and is written in capitals, or stands in a turn that speaks of
  /// codes; without a digit it must be in capitals in a turn that speaks of codes.
  private static void findCodes(NormalText text, List<Mention> found) {
    boolean codeWord = CODE_WORD.matcher(text.lower()).find();
    Matcher matcher = CODE.matcher(text.text());
    while (matcher.find()) {
      String candidate = matcher.group();
      boolean digit = candidate.chars().anyMatch(Character::isDigit);
      boolean letter = candidate.chars().anyMatch(Character::isLetter);
      boolean capitals = candidate.equals(candidate.toUpperCase(Locale.ROOT));
      boolean measure =
          candidate
              .toLowerCase(Locale.ROOT)
              .matches(
                  "\\d+(k|cm|mm|ml|kg|g|l|w|v|hz|gb|tb|mah|am|pm|st|nd|rd|th|pcs|x|d|p|usd|rmb)");
      if (letter
          && !measure
          && ((digit && capitals && candidate.length() >= 4)
              || (digit && codeWord && Character.isLetter(candidate.charAt(0)))
              || (capitals && codeWord && candidate.length() >= 4))) {
        found.add(
            new Mention(
                MentionType.CODE,
                candidate,
                candidate.toUpperCase(Locale.ROOT),
                matcher.start(),
                matcher.end()));
      }
    }
  }

  private static Rule rule(MentionType type, String pattern, Reader reader) {
    return new Rule(type, Pattern.compile(pattern), reader);
  }

  private static Optional<String> number(String text) {
    return Numerals.parse(text).map(Numerals::plain);
  }

  private static Optional<String> one(Matcher matcher) {
    return number(matcher.group(1));
  }

  private static Optional<String> two(Matcher matcher) {
    return twoNumbers(matcher.group(1), matcher.group(2));
  }

  private static Optional<String> twoNumbers(String first, String second) {
    Optional<String> one = number(first);
    Optional<String> two = number(second);
    return one.isPresent() && two.isPresent()
        ? Optional.of(one.get() + "/" + two.get())
        : Optional.empty();
  }

  private static Optional<String> ordered(Matcher matcher) {
    Optional<BigDecimal> first = Numerals.parse(matcher.group(1));
    Optional<BigDecimal> second = Numerals.parse(matcher.group(2));
    if (first.isEmpty() || second.isEmpty()) {
      return Optional.empty();
    }
    BigDecimal low = first.get().min(second.get());
    BigDecimal high = first.get().max(second.get());
    return Optional.of(Numerals.plain(low) + "/" + Numerals.plain(high));
  }

  /// 八折 leaves 80 %, 八五折 and 85折 leave 85 %, 8.5折 too.
  private static Optional<String> zhe(String text) {
    return Numerals.parse(text)
        .map(n ->
            n.compareTo(BigDecimal.TEN) < 0
                ? n.multiply(BigDecimal.TEN)
                : n.setScale(0, RoundingMode.HALF_UP))
        .filter(left -> left.signum() > 0 && left.compareTo(BigDecimal.valueOf(100)) < 0)
        .map(left -> Numerals.plain(BigDecimal.valueOf(100).subtract(left)));
  }

  private static String ordinal(String word) {
    return switch (word) {
      case "first", "1st" -> "1";
      case "second", "2nd" -> "2";
      case "third", "3rd" -> "3";
      case "fourth", "4th" -> "4";
      case "fifth", "5th" -> "5";
      default -> "-1";
    };
  }

  private static String colour(String character) {
    return switch (character) {
      case "黑" -> "black";
      case "白" -> "white";
      case "红" -> "red";
      case "蓝" -> "blue";
      case "绿" -> "green";
      case "黄" -> "yellow";
      case "粉" -> "pink";
      case "紫" -> "purple";
      case "灰" -> "grey";
      case "棕" -> "brown";
      case "橙" -> "orange";
      case "银" -> "silver";
      case "金" -> "gold";
      default -> "beige";
    };
  }
}
