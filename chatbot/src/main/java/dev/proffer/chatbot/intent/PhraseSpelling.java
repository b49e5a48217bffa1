// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

import com.ibm.icu.text.Transliterator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Puts typing errors right before a phrase is classified, by the words of the training phrases. A
/// Latin word that none of them has becomes the one that is a single key away; a Han character that
/// fits neither of its neighbours becomes the one of the same sound that does, which is how they
/// are mistyped; a character typed twice is typed once. What the phrases know is never changed, nor
/// what is near to nothing they know. Names are not seen here: they are masked before. Immutable.
final class PhraseSpelling {
  private static final int WORD_MIN = 4;
  private static final int WORD_MAX = 24;

  /// A word must be in so many phrases to be what another was meant to be.
  private static final int WORD_COUNT_MIN = 2;

  private static final int PAIR_COUNT_MIN = 3;

  private static final String[] KEYS = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};

  private static final Transliterator PINYIN =
      Transliterator.getInstance("Han-Latin; Latin-ASCII; Any-Lower");

  private final Map<String, Integer> words = new HashMap<>();

  /// What is left of a word without one of its letters, and the words it may come from.
  private final Map<String, List<String>> withoutOne = new HashMap<>();

  private final Map<String, Integer> pairs = new HashMap<>();
  private final Map<Character, String> sounds = new HashMap<>();
  private final Map<String, List<Character>> bySound = new HashMap<>();

  PhraseSpelling(Collection<String> phrases) {
    for (String phrase : phrases) {
      Set<String> seen = new HashSet<>();
      for (String word : phrase.split("[^a-z']+", -1)) {
        if (word.length() > 1 && seen.add(word)) {
          words.merge(word, 1, Integer::sum);
        }
      }
      for (int i = 0; i + 1 < phrase.length(); i++) {
        if (isHan(phrase.charAt(i)) || isHan(phrase.charAt(i + 1))) {
          pairs.merge(phrase.substring(i, i + 2), 1, Integer::sum);
        }
      }
    }
    words.forEach((word, count) -> {
      if (count >= WORD_COUNT_MIN && word.length() >= WORD_MIN - 1 && word.length() <= WORD_MAX) {
        for (int i = 0; i < word.length(); i++) {
          withoutOne.computeIfAbsent(without(word, i), _ -> new ArrayList<>()).add(word);
        }
      }
    });
    for (String pair : pairs.keySet().stream().sorted().toList()) {
      for (int i = 0; i < 2; i++) {
        char c = pair.charAt(i);
        if (isHan(c) && !sounds.containsKey(c)) {
          String sound = PINYIN.transliterate(String.valueOf(c));
          sounds.put(c, sound);
          bySound.computeIfAbsent(sound, _ -> new ArrayList<>()).add(c);
        }
      }
    }
  }

  /// The phrase with typing errors put right.
  ///
  /// @param isWord what else is a word
  String correct(String phrase, Predicate<String> isWord) {
    StringBuilder right = new StringBuilder(phrase.length());
    boolean anyKnown = false;
    boolean anyUnknown = false;
    int i = 0;
    while (i < phrase.length()) {
      char c = phrase.charAt(i);
      if (c >= 'a' && c <= 'z') {
        int end = i + 1;
        while (end < phrase.length() && isWordPart(phrase.charAt(end))) {
          end++;
        }
        String word = phrase.substring(i, end);
        boolean alone =
            (i == 0 || !Character.isDigit(phrase.charAt(i - 1)))
                && (end == phrase.length() || !Character.isDigit(phrase.charAt(end)));
        boolean known = !alone || words.containsKey(word) || isWord.test(word);
        String meant = known ? word : word(word);
        anyKnown |= known;
        anyUnknown |= !known && meant.equals(word) && word.length() >= WORD_MIN;
        right.append(meant);
        i = end;
      } else if (isHan(c)) {
        anyKnown = true;
        char next = i + 1 < phrase.length() ? phrase.charAt(i + 1) : 0;
        char before = right.isEmpty() ? 0 : right.charAt(right.length() - 1);
        if (c != before || known(before, c)) {
          right.append(han(before, c, next));
        }
        i++;
      } else {
        right.append(c);
        i++;
      }
    }
    // Where nothing is a word and something is near to none, what is near to one is so by chance.
    return anyUnknown && !anyKnown ? phrase : right.toString();
  }

  private String word(String word) {
    if (word.length() < WORD_MIN || word.length() > WORD_MAX || words.containsKey(word)) {
      return word;
    }
    String best = word;
    int bestCount = 0;
    // One letter too many; one too few; another one, or two that changed places.
    for (int i = 0; i <= word.length(); i++) {
      String shorter = i < word.length() ? without(word, i) : word;
      if (i < word.length()) {
        int count = words.getOrDefault(shorter, 0);
        if (shorter.length() >= WORD_MIN - 1 && count >= WORD_COUNT_MIN && count > bestCount) {
          best = shorter;
          bestCount = count;
        }
      }
      for (String near : withoutOne.getOrDefault(shorter, List.of())) {
        int count = words.getOrDefault(near, 0);
        if (count > bestCount && isOneKeyAway(word, near)) {
          best = near;
          bestCount = count;
        }
      }
    }
    return best;
  }

  /// Whether one wrong key, one left out, or two in the wrong order make one of the other.
  private static boolean isOneKeyAway(String typed, String meant) {
    if (meant.length() == typed.length() + 1) {
      return true;
    }
    if (meant.length() != typed.length()) {
      return false;
    }
    int first = 0;
    while (typed.charAt(first) == meant.charAt(first)) {
      first++;
    }
    int last = typed.length() - 1;
    while (typed.charAt(last) == meant.charAt(last)) {
      last--;
    }
    return (first == last && areNeighbours(typed.charAt(first), meant.charAt(first)))
        || (last == first + 1
            && typed.charAt(first) == meant.charAt(last)
            && typed.charAt(last) == meant.charAt(first));
  }

  /// Whether two letters are next to each other on a keyboard: "world" is no mistyped "would".
  private static boolean areNeighbours(char one, char other) {
    for (int row = 0; row < KEYS.length; row++) {
      int at = KEYS[row].indexOf(one);
      if (at >= 0) {
        for (int near = Math.max(0, row - 1); near <= Math.min(KEYS.length - 1, row + 1); near++) {
          int there = KEYS[near].indexOf(other);
          // Each row begins half a key further to the right.
          double apart = Math.abs(there + 0.5 * near - at - 0.5 * row);
          if (there >= 0 && apart <= 1) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /// The character, or the one of its sound that fits both neighbours.
  private char han(char before, char c, char next) {
    boolean begins = !isHan(before);
    boolean ends = !isHan(next);
    if ((begins && ends) || known(before, c) || known(c, next)) {
      return c;
    }
    String sound = sounds.get(c);
    if (sound == null) {
      sound = PINYIN.transliterate(String.valueOf(c));
    }
    char best = c;
    int bestCount = PAIR_COUNT_MIN - 1;
    for (char other : bySound.getOrDefault(sound, List.of())) {
      int left = begins ? 0 : count(before, other);
      int right = ends ? 0 : count(other, next);
      int count = left + right;
      boolean fits = (begins || left > 0) && (ends || right > 0);
      if (other != c && fits && count > bestCount) {
        best = other;
        bestCount = count;
      }
    }
    return best;
  }

  private boolean known(char first, char second) {
    return count(first, second) > 0;
  }

  private int count(char first, char second) {
    return pairs.getOrDefault("" + first + second, 0);
  }

  private static String without(String word, int i) {
    return word.substring(0, i) + word.substring(i + 1);
  }

  private static boolean isWordPart(char c) {
    return (c >= 'a' && c <= 'z') || c == '\'';
  }

  private static boolean isHan(char c) {
    return c >= '\u3400' && c <= '\u9fff';
  }
}
