// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.ibm.icu.text.Transliterator;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Makes typing errors as people make them. In Latin words: a neighbouring key, two letters
/// swapped, one missing or one doubled. In Chinese: a character that sounds the same, as input
/// methods offer it, one missing or one doubled. Figures and placeholders are left alone, because
/// another figure is another question.
final class TypingErrors {
  private static final String[] KEYS = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};
  private static final Transliterator PINYIN =
      Transliterator.getInstance("Han-Latin; Latin-ASCII; Any-Lower");

  private final RandomGenerator random;
  private final Map<String, List<Character>> bySound = new HashMap<>();
  private final Map<Character, String> sounds = new HashMap<>();

  TypingErrors(RandomGenerator random) {
    this.random = random;
    // The 3,755 characters of the first level of GB 2312, which are those that people write.
    Charset gb2312 = Charset.forName("GB2312");
    for (int high = 0xb0; high <= 0xd7; high++) {
      for (int low = 0xa1; low <= 0xfe; low++) {
        String character = new String(new byte[] {(byte) high, (byte) low}, gb2312);
        if (character.length() == 1 && isHan(character.charAt(0))) {
          String sound = PINYIN.transliterate(character);
          sounds.put(character.charAt(0), sound);
          bySound.computeIfAbsent(sound, _ -> new ArrayList<>()).add(character.charAt(0));
        }
      }
    }
  }

  /// The text with so many errors; fewer when it has no place for them.
  String with(String text, int errors) {
    String wrong = text;
    for (int i = 0; i < errors; i++) {
      wrong = withOne(wrong);
    }
    return wrong;
  }

  private String withOne(String text) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < text.length(); i++) {
      if (isLatin(text.charAt(i)) || isHan(text.charAt(i))) {
        places.add(i);
      }
    }
    if (places.size() < 3) {
      return text;
    }
    int at = places.get(random.nextInt(places.size()));
    char c = text.charAt(at);
    String before = text.substring(0, at);
    String after = text.substring(at + 1);
    int kind = random.nextInt(10);
    if (isHan(c)) {
      if (kind < 7) {
        List<Character> same = bySound.getOrDefault(sounds.getOrDefault(c, ""), List.of());
        return same.size() < 2 ? text : before + other(same, c) + after;
      }
      return kind < 9 ? before + after : before + c + c + after;
    }
    if (kind < 4) {
      return before + neighbour(c) + after;
    }
    if (kind < 6 && !after.isEmpty() && isLatin(after.charAt(0))) {
      return before + after.charAt(0) + c + after.substring(1);
    }
    return kind < 8 ? before + after : before + c + c + after;
  }

  private char other(List<Character> same, char than) {
    char other = than;
    while (other == than) {
      other = same.get(random.nextInt(same.size()));
    }
    return other;
  }

  private char neighbour(char c) {
    char lower = Character.toLowerCase(c);
    for (String row : KEYS) {
      int at = row.indexOf(lower);
      if (at >= 0) {
        int step = at == 0 ? 1 : at == row.length() - 1 ? -1 : random.nextBoolean() ? 1 : -1;
        return row.charAt(at + step);
      }
    }
    return c;
  }

  private static boolean isLatin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isHan(char c) {
    return c >= '\u4e00' && c <= '\u9fa5';
  }
}
