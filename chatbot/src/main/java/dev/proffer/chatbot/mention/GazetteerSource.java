// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.mention;

import dev.proffer.chatbot.language.NormalText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Turns a catalogue into the names that people use for what is in it.
///
/// Nobody writes "kitchen/knives": the path is split into words, known words are translated by the
/// lexicon, and the words by which a shop itself titles a category in either language are learnt
/// from its titles.
public final class GazetteerSource {
  /// An item as far as names matter.
  ///
  /// @param titles the titles by language code
  public record NamedItem(
      String id, Map<String, String> titles, String category, String brand, String currency) {}

  /// A promotion as far as names matter.
  public record NamedPromotion(String id, Map<String, String> names, String code) {}

  /// A piece of a title names its group when at least this share of the group's titles has it ...
  private static final double MIN_SHARE = 0.35;

  /// ... and at least this share of the titles that have it are in the group.
  private static final double MIN_PRECISION = 0.92;

  private static final int MIN_TITLES = 4;

  /// The share of titles from which a piece is the name of their brand.
  private static final double NEARLY_ALL = 0.9;

  private final Lexicon lexicon;

  private final Set<String> commonWords;

  /// @param commonWords what shoppers write beside names, so that it is not taken for a misspelt
  ///   one
  public GazetteerSource(Lexicon lexicon, Set<String> commonWords) {
    this.commonWords = Set.copyOf(commonWords);
    this.lexicon = lexicon;
  }

  public Gazetteer build(
      List<NamedItem> items, List<NamedPromotion> promotions, long catalogueVersion) {
    Gazetteer.Builder names =
        Gazetteer.builder().catalogueVersion(catalogueVersion).commonWords(commonWords);
    for (NamedPromotion promotion : promotions) {
      promotion
          .names
          .values()
          .forEach(name -> names.add(MentionType.PROMOTION, promotion.id, name));
      if (promotion.code.length() >= 3) {
        names.add(MentionType.CODE, promotion.code, promotion.code);
      }
    }
    Set<String> brands = new HashSet<>();
    Set<String> categories = new HashSet<>();
    for (NamedItem item : items) {
      item.titles.values().forEach(title -> addTitle(names, item.id, title));
      names.currency(item.currency);
      if (!item.brand.isBlank()) {
        brands.add(item.brand);
      }
      if (!item.category.isBlank()) {
        addPath(categories, item.category);
      }
    }
    for (String brand : brands) {
      names.add(MentionType.BRAND, brand, brand);
      lexicon.brandNames(brand).forEach(name -> names.add(MentionType.BRAND, brand, name));
    }
    // Deeper categories first: of two that share a word, the parent is what people mean.
    categories.stream()
        .sorted((a, b) -> depth(b) != depth(a) ? depth(a) - depth(b) : a.compareTo(b))
        .forEach(category -> addCategory(names, category));
    Map<String, String> categoryOf = new HashMap<>();
    Map<String, String> brandOf = new HashMap<>();
    for (NamedItem item : items) {
      categoryOf.put(item.id, item.category);
      brandOf.put(item.id, item.brand);
    }
    // Where a brand has one category, its name is in most titles of that and still a brand's.
    Set<String> brandWords = learn(items, brandOf, MentionType.BRAND, names, Set.of());
    brands.forEach(brand -> brandWords.add(NormalText.of(brand).lower()));
    learn(items, categoryOf, MentionType.CATEGORY, names, brandWords);
    return names.build();
  }

  private static void addTitle(Gazetteer.Builder names, String id, String title) {
    // A title of one word is a word of the language, not a name.
    if (title.indexOf(' ') > 0 || title.codePointCount(0, title.length()) >= 4) {
      names.add(MentionType.ITEM, id, title);
    }
  }

  private static void addPath(Set<String> categories, String path) {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      categories.add(path.substring(0, slash));
    }
    categories.add(path);
  }

  private static int depth(String path) {
    return path.split("/", -1).length;
  }

  private void addCategory(Gazetteer.Builder names, String path) {
    String[] parts = path.replace('_', ' ').replace('-', ' ').split("/", -1);
    String last = parts[parts.length - 1];
    names.add(MentionType.CATEGORY, path, path);
    names.addWithNumber(MentionType.CATEGORY, path, last);
    if (parts.length > 1) {
      names.addWithNumber(MentionType.CATEGORY, path, parts[parts.length - 2] + " " + last);
    }
    for (String piece : last.split(" (?:and|&) ", -1)) {
      if (!piece.equals(last)) {
        names.addWithNumber(MentionType.CATEGORY, path, piece);
      }
      for (String name : lexicon.categoryNames(piece)) {
        names.addWithNumber(MentionType.CATEGORY, path, name);
      }
    }
  }

  /// Learns from titles: a word, two words, or two to four Han characters that nearly only the
  /// titles of one group have, and many of them.
  ///
  /// @param taken pieces that name something else
  /// @return the pieces that nearly all titles of their group have
  private Set<String> learn(
      List<NamedItem> items,
      Map<String, String> groupOf,
      MentionType type,
      Gazetteer.Builder names,
      Set<String> taken) {
    Set<String> everywhere = new HashSet<>();
    Map<String, Map<String, Integer>> counts = new HashMap<>();
    Map<String, Integer> sizes = new HashMap<>();
    for (NamedItem item : items) {
      String group = groupOf.getOrDefault(item.id, "");
      if (group.isBlank()) {
        continue;
      }
      sizes.merge(group, 1, Integer::sum);
      Set<String> pieces = new HashSet<>();
      item.titles.values().forEach(title -> addPieces(NormalText.of(title).lower(), pieces));
      for (String piece : pieces) {
        counts.computeIfAbsent(piece, _ -> new HashMap<>()).merge(group, 1, Integer::sum);
      }
    }
    counts.forEach((piece, byGroup) -> {
      int total = byGroup.values().stream().mapToInt(Integer::intValue).sum();
      byGroup.forEach((group, count) -> {
        if (!taken.contains(piece)
            // A word that people use otherwise names a category only if the shop calls it so.
            && (!commonWords.contains(piece) || group.contains(piece))
            && count >= MIN_TITLES
            && count >= MIN_SHARE * sizes.getOrDefault(group, 0)
            && count >= MIN_PRECISION * total) {
          names.addWithNumber(type, group, piece);
          if (count >= NEARLY_ALL * sizes.getOrDefault(group, 0)) {
            everywhere.add(piece);
          }
        }
      });
    });
    return everywhere;
  }

  private static void addPieces(String title, Set<String> pieces) {
    String previous = "";
    for (String word : title.split("[^\\p{IsAlphabetic}']+", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      if (word.charAt(0) >= '\u3400' && word.charAt(0) <= '\u9fff') {
        for (int length = 2; length <= 4; length++) {
          for (int i = 0; i + length <= word.length(); i++) {
            pieces.add(word.substring(i, i + length));
          }
        }
        previous = "";
        continue;
      }
      if (word.length() >= 4) {
        pieces.add(word);
      }
      if (!previous.isEmpty()) {
        pieces.add(previous + " " + word);
      }
      previous = word;
    }
  }
}
