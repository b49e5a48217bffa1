// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import dev.proffer.chatbot.language.PlainAnalyser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The names of the live catalogue: items, brands, categories, promotions and codes, each under all
/// the surfaces that people use for them. Immutable.
///
/// The surfaces are one sorted array. A search at a position of a text narrows a range of it
/// character by character, so that the longest name costs as many steps as it has characters, and a
/// catalogue of 100,000 names takes no more memory than its texts.
public final class Gazetteer {
  /// A name.
  ///
  /// @param type what it names
  /// @param value the id, or the brand or category path as the catalogue has it
  public record Entry(MentionType type, String value) {}

  /// A place in a text where a name stands.
  public record Hit(Entry entry, int start, int end) {}

  public static final Gazetteer EMPTY =
      new Gazetteer(new String[0], new Entry[0], "", 0, Spelling.NONE);

  private static final String BEFORE_NAMES = "的买卖要看找有些点个把双支件款和跟送喝换只";
  private static final String AFTER_NAMES = "吗呢吧么的和跟有打多怎推优都在能可或";

  private final String[] surfaces;
  private final Entry[] entries;
  private final String currency;
  private final long catalogueVersion;
  private final Spelling spelling;

  private Gazetteer(
      String[] surfaces,
      Entry[] entries,
      String currency,
      long catalogueVersion,
      Spelling spelling) {
    this.spelling = spelling;
    this.surfaces = surfaces;
    this.entries = entries;
    this.currency = currency;
    this.catalogueVersion = catalogueVersion;
  }

  public static Builder builder() {
    return new Builder();
  }

  public int size() {
    return surfaces.length;
  }

  /// The currency of most items; empty while the catalogue is not known.
  public String currency() {
    return currency;
  }

  /// The version of the catalogue that it was made from.
  public long catalogueVersion() {
    return catalogueVersion;
  }

  /// The names in a text in lower case, the longest at each place, from left to right; misspelt
  /// ones where nothing is named otherwise.
  public List<Hit> find(String lower) {
    List<Hit> hits = new ArrayList<>(exactly(lower));
    Spelling.Corrected corrected = spelling.correct(lower);
    if (corrected == null) {
      return hits;
    }
    for (Hit hit : exactly(corrected.text())) {
      int start = corrected.origin(hit.start);
      int end = corrected.origin(hit.end - 1) + 1;
      // A shorter word may stand for a longer one: its last character is the end of all of that.
      if (hit.end < corrected.text().length()
          && corrected.origin(hit.end) > end
          && Character.isLetter(lower.charAt(end))
          && lower.charAt(end) < 128) {
        end = corrected.origin(hit.end);
      } else if (hit.end == corrected.text().length()) {
        end = lower.length();
      }
      Hit meant = new Hit(hit.entry, start, end);
      if (hits.stream().noneMatch(other -> other.start < meant.end && meant.start < other.end)) {
        hits.add(meant);
      } else if (hits.removeIf(
          other ->
              meant.start <= other.start
                  && other.end <= meant.end
                  && other.end - other.start < meant.end - meant.start)) {
        hits.removeIf(other -> other.start < meant.end && meant.start < other.end);
        hits.add(meant);
      }
    }
    hits.sort(Comparator.comparingInt(Hit::start));
    return hits;
  }

  private List<Hit> exactly(String lower) {
    List<Hit> hits = new ArrayList<>();
    int start = 0;
    while (start < lower.length()) {
      Hit hit = canBegin(lower, start) ? longestAt(lower, start) : null;
      if (hit == null) {
        start++;
      } else {
        hits.add(hit);
        start = hit.end;
      }
    }
    return hits;
  }

  private @Nullable Hit longestAt(String text, int start) {
    int low = 0;
    int high = surfaces.length;
    Hit best = null;
    for (int length = 1; start + length <= text.length() && low < high; length++) {
      char next = text.charAt(start + length - 1);
      low = bound(low, high, length - 1, next, false);
      high = bound(low, high, length - 1, next, true);
      if (low < high
          && surfaces[low].length() == length
          && canEnd(text, start + length)
          && (length > 1 || standsAlone(text, start))) {
        best = new Hit(entries[low], start, start + length);
      }
    }
    return best;
  }

  /// The first index in a range of surfaces whose character at a place is not below (or is above)
  /// one.
  private int bound(int from, int to, int place, char character, boolean above) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      String surface = surfaces[middle];
      int order =
          place < surface.length() ? Character.compare(surface.charAt(place), character) : -1;
      if (order < 0 || (above && order == 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static boolean canBegin(String text, int i) {
    char c = text.charAt(i);
    return Character.isLetterOrDigit(c)
        && (i == 0 || isHan(c) || isHan(text.charAt(i - 1)) || !isWordChar(text.charAt(i - 1)));
  }

  private static boolean canEnd(String text, int end) {
    return end == text.length()
        || isHan(text.charAt(end - 1))
        || isHan(text.charAt(end))
        || !isWordChar(text.charAt(end));
  }

  /// A name of one Han character is one only where its neighbours are no parts of the same word: 包
  /// in "买包" and not in "包邮".
  private static boolean standsAlone(String text, int at) {
    return (at == 0
            || !isHan(text.charAt(at - 1))
            || BEFORE_NAMES.indexOf(text.charAt(at - 1)) >= 0)
        && (at + 1 == text.length()
            || !isHan(text.charAt(at + 1))
            || AFTER_NAMES.indexOf(text.charAt(at + 1)) >= 0);
  }

  private static boolean isWordChar(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private static boolean isHan(char c) {
    return c >= '\u3400' && c <= '\u9fff';
  }

  /// Collects names. When two share a surface, the type of higher precedence wins, then the first.
  public static final class Builder {
    private static final int MAX_SURFACE = 80;

    private final Map<String, Entry> surfaces = new HashMap<>();
    private final Map<String, Integer> currencies = new HashMap<>();
    private long version;
    private Set<String> commonWords = Set.of();

    private Builder() {}

    public Builder add(MentionType type, String value, String surface) {
      String key = key(surface);
      boolean latin = key.chars().noneMatch(c -> isHan((char) c));
      if (key.isEmpty()
          || (key.length() < 2 && (latin || type != MentionType.CATEGORY))
          || key.length() > MAX_SURFACE
          || (latin && key.length() < 3 && type != MentionType.BRAND)) {
        return this;
      }
      Entry entry = new Entry(type, value);
      surfaces.merge(key, entry, (old, added) -> added.type.compareTo(old.type) < 0 ? added : old);
      return this;
    }

    /// Adds an English name with its plural or singular.
    public Builder addWithNumber(MentionType type, String value, String surface) {
      add(type, value, surface);
      String key = key(surface);
      int space = key.lastIndexOf(' ');
      String last = key.substring(space + 1);
      String singular = PlainAnalyser.lemma(last);
      String head = key.substring(0, space + 1);
      if (!singular.equals(last)) {
        add(type, value, head + singular);
      } else if (!last.isEmpty() && !isHan(last.charAt(last.length() - 1))) {
        add(type, value, head + plural(last));
      }
      return this;
    }

    public Builder currency(String code) {
      currencies.merge(code, 1, Integer::sum);
      return this;
    }

    /// The words that are right as they are; without them no misspelling is looked for.
    public Builder commonWords(Set<String> words) {
      this.commonWords = words;
      return this;
    }

    public Builder catalogueVersion(long catalogueVersion) {
      this.version = catalogueVersion;
      return this;
    }

    public Gazetteer build() {
      String[] sorted = surfaces.keySet().toArray(String[]::new);
      Arrays.sort(sorted);
      Entry[] entries = new Entry[sorted.length];
      for (int i = 0; i < sorted.length; i++) {
        Entry entry = surfaces.get(sorted[i]);
        if (entry == null) {
          throw new IllegalStateException("surface without entry");
        }
        entries[i] = entry;
      }
      String currency =
          currencies.entrySet().stream()
              .max(Comparator.comparingInt(Map.Entry::getValue))
              .map(Map.Entry::getKey)
              .orElse("");
      return new Gazetteer(
          sorted, entries, currency, version, new Spelling(commonWords, List.of(sorted)));
    }

    private static String plural(String word) {
      if (word.endsWith("y")
          && word.length() > 2
          && "aeiou".indexOf(word.charAt(word.length() - 2)) < 0) {
        return word.substring(0, word.length() - 1) + "ies";
      }
      if (word.endsWith("fe")) {
        return word.substring(0, word.length() - 2) + "ves";
      }
      if (word.endsWith("s") || word.endsWith("x") || word.endsWith("ch") || word.endsWith("sh")) {
        return word + "es";
      }
      return word + "s";
    }

    private static String key(String surface) {
      return dev.proffer.chatbot.language.NormalText.of(surface).lower();
    }
  }
}
