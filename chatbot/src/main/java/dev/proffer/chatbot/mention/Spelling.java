// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import com.ibm.icu.text.Transliterator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Reads misspelt names as what they stand for: a Latin word that nobody uses but that is a letter
/// or two from a word of a name, and Han characters that sound like a name and share some of its
/// characters, which is how they are mistyped. Words that shoppers use otherwise are never changed.
/// Immutable.
final class Spelling {
  static final Spelling NONE = new Spelling(Set.of(), List.of());

  private static final int WORD_MIN = 5;
  private static final int TWO_ERRORS_MIN = 8;
  private static final int HAN_MAX = 8;

  /// How many words of a text are looked at; more than that is no question with a typing error.
  private static final int SUSPECTS_MAX = 6;

  private static final Transliterator PINYIN =
      Transliterator.getInstance("Han-Latin; Latin-ASCII; Any-Lower");
  private static final Map<Character, String> SOUNDS = new ConcurrentHashMap<>();

  private final Set<String> common;
  private final Set<String> nameWords = new HashSet<>();
  private final Map<Character, List<String>> byInitial = new HashMap<>();
  private final Map<String, List<String>> bySound = new HashMap<>();

  /// @param common the words, and pairs of Han characters, that are right as they are
  /// @param names the names, in lower case
  Spelling(Set<String> common, Collection<String> names) {
    this.common = common;
    if (common.isEmpty()) {
      return;
    }
    for (String name : names) {
      if (isHan(name.charAt(0))) {
        if (name.length() >= 2
            && name.length() <= HAN_MAX
            && name.chars().allMatch(c -> isHan((char) c))) {
          bySound.computeIfAbsent(sound(name), _ -> new ArrayList<>()).add(name);
        }
        continue;
      }
      for (String word : name.split("[^a-z]+", -1)) {
        if (word.length() >= WORD_MIN && nameWords.add(word)) {
          byInitial.computeIfAbsent(word.charAt(0), _ -> new ArrayList<>()).add(word);
        }
      }
    }
  }

  /// A text with corrections.
  static final class Corrected {
    private final String text;
    private final int[] origins;

    private Corrected(String text, int[] origins) {
      this.text = text;
      this.origins = origins;
    }

    String text() {
      return text;
    }

    /// Where a character of the corrected text, or its end, stands in the original.
    int origin(int place) {
      return origins[place];
    }
  }

  /// The text with misspelt names put right; null when there are none.
  @org.jspecify.annotations.Nullable
  Corrected correct(String lower) {
    if (common.isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    List<Integer> origins = new ArrayList<>();
    boolean changed = false;
    int suspects = 0;
    int i = 0;
    while (i < lower.length()) {
      char c = lower.charAt(i);
      int end = i + 1;
      String better = "";
      if (isLetter(c)) {
        while (end < lower.length() && isLetter(lower.charAt(end))) {
          end++;
        }
        String word = lower.substring(i, end);
        if (isSuspect(word) && suspects++ < SUSPECTS_MAX) {
          better = nearest(word);
        }
      } else if (isHan(c)) {
        better = soundsLike(lower, i);
        end = i + Math.max(1, better.length());
      }
      String part = better.isEmpty() ? lower.substring(i, end) : better;
      changed |= !better.isEmpty();
      for (int k = 0; k < part.length(); k++) {
        origins.add(Math.min(end - 1, i + k));
      }
      text.append(part);
      i = end;
    }
    if (!changed) {
      return null;
    }
    origins.add(lower.length());
    return new Corrected(text.toString(), origins.stream().mapToInt(Integer::intValue).toArray());
  }

  private boolean isSuspect(String word) {
    return word.length() >= WORD_MIN
        && !nameWords.contains(word)
        && !common.contains(word)
        && !(word.endsWith("s") && common.contains(word.substring(0, word.length() - 1)));
  }

  /// The one word of names that is nearest; empty when there is none or several are.
  private String nearest(String word) {
    int allowed = word.length() >= TWO_ERRORS_MIN ? 2 : 1;
    int best = allowed + 1;
    String found = "";
    for (String candidate : byInitial.getOrDefault(word.charAt(0), List.of())) {
      if (Math.abs(candidate.length() - word.length()) > allowed) {
        continue;
      }
      int distance = distance(word, candidate);
      if (distance < best) {
        best = distance;
        found = candidate;
      } else if (distance == best && !samePlural(found, candidate)) {
        found = "";
      }
    }
    return found;
  }

  private static boolean samePlural(String one, String other) {
    return one.equals(other + "s") || other.equals(one + "s");
  }

  /// Letters to insert, remove, replace or swap with their neighbour.
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + same, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }

  /// The longest name that sounds like the Han characters at a place, at least half of which it
  /// has.
  private String soundsLike(String text, int from) {
    int end = from;
    while (end < text.length() && end - from < HAN_MAX && isHan(text.charAt(end))) {
      end++;
    }
    for (int length = end - from; length >= 2; length--) {
      String said = text.substring(from, from + length);
      for (String name : bySound.getOrDefault(sound(said), List.of())) {
        int same = 0;
        for (int k = 0; k < length && name.length() == length; k++) {
          same += name.charAt(k) == said.charAt(k) ? 1 : 0;
        }
        if (same < length && 2 * same >= length && !isUsed(said, name)) {
          return name;
        }
      }
    }
    return "";
  }

  /// Whether a character that differs from the name's belongs to a pair that people use.
  private boolean isUsed(String said, String name) {
    for (int k = 0; k + 2 <= said.length(); k++) {
      boolean differs =
          said.charAt(k) != name.charAt(k) || said.charAt(k + 1) != name.charAt(k + 1);
      if (differs && common.contains(said.substring(k, k + 2))) {
        return true;
      }
    }
    return false;
  }

  private static String sound(String han) {
    StringBuilder sound = new StringBuilder();
    for (int i = 0; i < han.length(); i++) {
      sound.append(
          SOUNDS.computeIfAbsent(
              han.charAt(i), c -> PINYIN.transliterate(String.valueOf(c)).strip()));
      sound.append(' ');
    }
    return sound.toString();
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isHan(char c) {
    return c >= '\u3400' && c <= '\u9fff';
  }
}
