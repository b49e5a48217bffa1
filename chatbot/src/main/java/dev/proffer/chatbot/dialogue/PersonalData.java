// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.dialogue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Masks personal data before a text is kept or logged: addresses of mail, numbers of cards,
/// identity cards and phones.
public final class PersonalData {
  private static final Pattern EMAIL =
      Pattern.compile("[\\p{L}\\p{N}._%+-]{1,64}@[\\p{L}\\p{N}.-]{1,190}\\.[\\p{L}]{2,24}");
  private static final Pattern IDENTITY_CARD =
      Pattern.compile(
          "(?<!\\d)[1-9]\\d{5}(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01])\\d{3}[\\dXx](?![\\dA-Za-z])");
  private static final Pattern CARD = Pattern.compile("(?<!\\d)\\d(?:[ -]?\\d){12,18}(?!\\d)");
  private static final Pattern SOCIAL_SECURITY =
      Pattern.compile("(?<!\\d)\\d{3}-\\d{2}-\\d{4}(?!\\d)");
  private static final Pattern PHONE =
      Pattern.compile(
          "(?<![\\d.])(?:\\+|00)?(?:\\(\\d{2,4}\\)[ -]?)?\\d(?:[ -]?\\d){8,13}(?![\\d.])");
  private static final Pattern CHINESE_ADDRESS =
      Pattern.compile(
          "[\\p{IsHan}]{2,8}(?:省|市|区|县)[\\p{IsHan}\\d]{0,20}(?:路|街|道|巷|村|小区|花园)[\\p{IsHan}\\d-]{0,12}(?:号|栋|幢|室|单元)[\\p{IsHan}\\d-]{0,12}");
  private static final Pattern ENGLISH_ADDRESS =
      Pattern.compile(
          "\\b\\d{1,5} (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way)\\b\\.?");

  private PersonalData() {}

  public static String mask(String text) {
    String masked = EMAIL.matcher(text).replaceAll("[email]");
    masked = IDENTITY_CARD.matcher(masked).replaceAll("[id]");
    masked =
        CARD.matcher(masked)
            .replaceAll(m -> luhn(m.group()) ? "[card]" : Matcher.quoteReplacement(m.group()));
    masked = SOCIAL_SECURITY.matcher(masked).replaceAll("[id]");
    masked = CHINESE_ADDRESS.matcher(masked).replaceAll("[address]");
    masked = ENGLISH_ADDRESS.matcher(masked).replaceAll("[address]");
    return PHONE.matcher(masked).replaceAll("[phone]");
  }

  /// The check digit of card numbers, without which an order number would be taken for one.
  private static boolean luhn(String number) {
    int sum = 0;
    boolean twice = false;
    for (int i = number.length() - 1; i >= 0; i--) {
      char c = number.charAt(i);
      if (c < '0' || c > '9') {
        continue;
      }
      int digit = c - '0';
      if (twice) {
        digit = digit > 4 ? digit * 2 - 9 : digit * 2;
      }
      sum += digit;
      twice = !twice;
    }
    return sum % 10 == 0;
  }
}
