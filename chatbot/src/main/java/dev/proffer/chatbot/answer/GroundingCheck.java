// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.answer;

import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.MentionType;
import dev.proffer.chatbot.mention.Numerals;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a message as a shopper would and asks of each price, percentage, code, date, item and
/// promotion in it whether a service reply of this turn says so.
///
/// It knows nothing of templates: what a template, a skill of the shop or a bug puts into a message
/// is checked alike.
public final class GroundingCheck {
  private static final Pattern MOMENT =
      Pattern.compile(
          "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d{1,2}(?:, \\d{4})?, \\d\\d:\\d\\d|(?:\\d{4}年)?\\d{1,2}月\\d{1,2}日\\d\\d:\\d\\d");
  private static final Pattern MONEY =
      Pattern.compile(
          "(?:US\\$|HK\\$|CN¥|[$¥€£])\\s?(\\d+(?:,\\d{3})*(?:\\.\\d+)?)|(\\d+(?:,\\d{3})*(?:\\.\\d+)?)\\s?(?:元|块|美元|dollars?|yuan|USD|CNY|EUR)");
  private static final Pattern PERCENT = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s?%");
  private static final Pattern ZHE = Pattern.compile("([一二三四五六七八九]{1,2}|\\d(?:\\.\\d)?|\\d\\d)折");
  private static final Pattern CODE =
      Pattern.compile(
          "(?<![A-Za-z0-9_-])(?=[A-Z0-9_-]*[A-Z])[A-Z0-9][A-Z0-9_-]{3,}(?![A-Za-z0-9])");

  private GroundingCheck() {}

  /// The claims of a message that no reply supports; empty when it is grounded.
  public static List<String> ungrounded(String message, Evidence evidence, Gazetteer names) {
    List<String> claims = new ArrayList<>();
    StringBuilder rest = new StringBuilder(message);
    take(rest, MOMENT, m -> evidence.hasMoment(m.group()), claims);
    take(
        rest,
        MONEY,
        m -> evidence.hasAmount(number(m.group(1) != null ? m.group(1) : m.group(2))),
        claims);
    take(rest, PERCENT, m -> evidence.hasPercentage(number(m.group(1))), claims);
    take(rest, ZHE, m -> hasZhe(m, evidence), claims);
    take(rest, CODE, m -> evidence.saysText(m.group()), claims);
    take(rest, Evidence.NUMBER, m -> evidence.hasNumber(number(m.group())), claims);
    for (Gazetteer.Hit hit : names.find(NormalText.lowerCase(message))) {
      MentionType type = hit.entry().type();
      if ((type == MentionType.ITEM || type == MentionType.PROMOTION || type == MentionType.CODE)
          && !evidence.saysText(message.substring(hit.start(), hit.end()))) {
        claims.add(message.substring(hit.start(), hit.end()));
      }
    }
    return claims;
  }

  private interface Supported {
    boolean by(Matcher match);
  }

  /// Checks and blanks out every match, so that `Nov 27, 20:00` is not read again as two numbers.
  private static void take(
      StringBuilder text, Pattern pattern, Supported supported, List<String> claims) {
    Matcher matcher = pattern.matcher(text.toString());
    while (matcher.find()) {
      if (!supported.by(matcher)) {
        claims.add(matcher.group());
      }
      for (int i = matcher.start(); i < matcher.end(); i++) {
        text.setCharAt(i, ' ');
      }
    }
  }

  private static boolean hasZhe(Matcher match, Evidence evidence) {
    if (evidence.saysText(match.group())) {
      return true;
    }
    return Numerals.parse(match.group(1))
        .map(n -> n.compareTo(BigDecimal.TEN) < 0 ? n.movePointRight(1) : n)
        .map(evidence::hasPercentage)
        .orElse(false);
  }

  private static BigDecimal number(String digits) {
    return new BigDecimal(digits.replace(",", ""));
  }
}
