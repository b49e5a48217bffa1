// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.Amounts;
import dev.proffer.ranker.insight.PeopleTable;
import dev.proffer.ranker.insight.PersonFact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Names segments by what sets them apart, in English and Chinese.
///
/// The noun says how often and how lately people buy, in places of the scaled facts relative to the
/// mean of all people; adjectives say what else is far from the mean, farthest first, as many as
/// are needed to make the name unique.
final class SegmentNamer {
  private static final double CLEAR = 0.35;
  private static final double STRONG = 0.5;

  /// What describes people who buy nothing.
  private static final List<PersonFact> OF_BROWSERS =
      List.of(
          PersonFact.FREQUENCY, PersonFact.VISITS, PersonFact.BROWSE_DEPTH, PersonFact.SEARCHES);

  private final Amounts amounts;

  SegmentNamer(String currency) {
    this.amounts = new Amounts(currency);
  }

  record Name(Map<String, String> names, Map<String, String> descriptions) {}

  private record Words(String english, String chinese) {}

  private record Trait(Words words, double strength) {}

  List<Name> names(
      PeopleTable people,
      Scaling scaling,
      double[][] centres,
      List<Map<PersonFact, Double>> profiles,
      int[] sizes) {
    Map<PersonFact, Double> overall = means(people);
    List<Map<PersonFact, Double>> places = places(people, scaling, centres);
    // Larger segments choose first, so that small ones carry the longer names.
    List<Integer> order = new ArrayList<>();
    for (int c = 0; c < centres.length; c++) {
      order.add(c);
    }
    order.sort(Comparator.comparingInt((Integer c) -> sizes[c]).reversed());
    Name[] names = new Name[centres.length];
    Set<String> taken = new HashSet<>();
    for (int c : order) {
      Words words =
          centres.length == 1
              ? new Words("Everyone", "全部用户")
              : unique(places.get(c), profiles.get(c), taken);
      names[c] =
          new Name(
              Map.of("en", words.english(), "zh", words.chinese()),
              Map.of(
                  "en", describe(profiles.get(c), overall, places.get(c), "en"),
                  "zh", describe(profiles.get(c), overall, places.get(c), "zh")));
    }
    return List.of(names);
  }

  private static Words unique(
      Map<PersonFact, Double> place, Map<PersonFact, Double> profile, Set<String> taken) {
    Words noun = noun(place, profile);
    Words name = noun;
    StringBuilder english = new StringBuilder();
    StringBuilder chinese = new StringBuilder();
    List<Trait> traits = isBuying(profile) ? traits(place) : traitsOfBrowsers(place);
    boolean first = true;
    for (Trait trait : traits) {
      boolean free = !taken.contains(name.english());
      if (free && (!first || trait.strength() < STRONG)) {
        break;
      }
      english.append(trait.words().english()).append(' ');
      chinese.append(trait.words().chinese());
      name =
          new Words(
              capital(english + noun.english().toLowerCase(Locale.ROOT)), chinese + noun.chinese());
      first = false;
    }
    String base = name.english();
    String baseChinese = name.chinese();
    for (int i = 2; !taken.add(name.english()); i++) {
      name = new Words(base + " " + i, baseChinese + i);
    }
    return name;
  }

  private static boolean isBuying(Map<PersonFact, Double> profile) {
    return profile.getOrDefault(PersonFact.FREQUENCY, 0.0) >= 0.5;
  }

  private static Words noun(Map<PersonFact, Double> place, Map<PersonFact, Double> profile) {
    if (!isBuying(profile)) {
      return new Words("Browsers who have not bought", "只逛未买的访客");
    }
    double often = place.getOrDefault(PersonFact.FREQUENCY, 0.0);
    double lately = -place.getOrDefault(PersonFact.RECENCY_DAYS, 0.0);
    if (often > CLEAR) {
      return lately < -CLEAR
          ? new Words("Regulars drifting away", "流失中的老客")
          : new Words("Loyal regulars", "忠实常客");
    }
    if (often < -CLEAR) {
      return lately > CLEAR
          ? new Words("Newcomers", "近期新客")
          : lately < -CLEAR
              ? new Words("Dormant one-time buyers", "沉睡的一次性买家")
              : new Words("Rare buyers", "低频买家");
    }
    return lately > CLEAR
        ? new Words("Active occasional buyers", "活跃偶尔买家")
        : lately < -CLEAR
            ? new Words("Lapsed occasional buyers", "沉寂偶尔买家")
            : new Words("Occasional buyers", "偶尔买家");
  }

  private static List<Trait> traits(Map<PersonFact, Double> place) {
    List<Trait> traits = new ArrayList<>();
    trait(
        traits,
        place,
        PersonFact.AVERAGE_BASKET_MINOR_UNITS,
        "big-basket",
        "大单",
        "small-basket",
        "小单");
    trait(
        traits,
        place,
        PersonFact.DISCOUNT_AFFINITY,
        "bargain-minded",
        "爱折扣的",
        "full-price",
        "原价购买的");
    trait(traits, place, PersonFact.PRICE_BAND, "premium", "高价位", "low-price", "低价位");
    trait(
        traits, place, PersonFact.DISTINCT_ITEMS, "wide-ranging", "品类广的", "narrow-choice", "选购专一的");
    trait(
        traits,
        place,
        PersonFact.MONETARY_MINOR_UNITS,
        "high-spending",
        "高消费",
        "low-spending",
        "低消费");
    trait(traits, place, PersonFact.BROWSE_DEPTH, "browsing", "爱逛的", "purposeful", "目标明确的");
    trait(traits, place, PersonFact.CONVERSION, "decided", "果断的", "hesitant", "犹豫的");
    traits.sort(Comparator.comparingDouble(Trait::strength).reversed());
    return traits;
  }

  /// Who buys nothing spends little and chooses narrowly: that would say nothing.
  private static List<Trait> traitsOfBrowsers(Map<PersonFact, Double> place) {
    List<Trait> traits = new ArrayList<>();
    trait(traits, place, PersonFact.BROWSE_DEPTH, "thorough", "逛得多的", "fleeting", "逛得少的");
    return traits;
  }

  private static void trait(
      List<Trait> traits,
      Map<PersonFact, Double> place,
      PersonFact fact,
      String high,
      String highChinese,
      String low,
      String lowChinese) {
    double at = place.getOrDefault(fact, 0.0);
    if (at != 0) {
      traits.add(
          new Trait(
              at > 0 ? new Words(high, highChinese) : new Words(low, lowChinese), Math.abs(at)));
    }
  }

  private String describe(
      Map<PersonFact, Double> profile,
      Map<PersonFact, Double> overall,
      Map<PersonFact, Double> place,
      String language) {
    boolean chinese = language.equals("zh");
    List<String> sentences = new ArrayList<>();
    List<PersonFact> facts =
        isBuying(profile)
            ? place.entrySet().stream()
                .sorted(
                    Comparator.comparingDouble(
                        (Map.Entry<PersonFact, Double> entry) -> -Math.abs(entry.getValue())))
                .map(Map.Entry::getKey)
                .toList()
            : OF_BROWSERS;
    facts.stream()
        .filter(profile::containsKey)
        .limit(4)
        .forEach(fact -> {
          String own = value(fact, profile.getOrDefault(fact, 0.0), chinese);
          String all = value(fact, overall.getOrDefault(fact, 0.0), chinese);
          sentences.add(
              chinese
                  ? phrase(fact, true) + own + "（全体 " + all + "）"
                  : phrase(fact, false) + " " + own + " (all: " + all + ")");
        });
    return chinese
        ? String.join("；", sentences) + "。"
        : capital(String.join("; ", sentences)) + ".";
  }

  private static String phrase(PersonFact fact, boolean chinese) {
    return switch (fact) {
      case MONETARY_MINOR_UNITS -> chinese ? "人均消费" : "mean spend";
      case AVERAGE_BASKET_MINOR_UNITS -> chinese ? "平均每单" : "mean order";
      case PRICE_BAND -> chinese ? "价格档位（0 低价至 1 高价）" : "price band from 0, cheap, to 1, dear:";
      default -> fact.meaning(chinese ? "zh" : "en");
    };
  }

  private String value(PersonFact fact, double value, boolean chinese) {
    return switch (fact) {
      case MONETARY_MINOR_UNITS, AVERAGE_BASKET_MINOR_UNITS -> amounts.text(value);
      case DISCOUNT_AFFINITY, CONVERSION, NIGHT_SHARE, WEEKEND_SHARE ->
          String.format(Locale.ROOT, "%.0f %%", 100 * value).replace(" %", chinese ? "%" : " %");
      default -> String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
    };
  }

  private static Map<PersonFact, Double> means(PeopleTable people) {
    Map<PersonFact, Double> means = new EnumMap<>(PersonFact.class);
    for (PersonFact fact : PersonFact.values()) {
      java.util.Arrays.stream(people.column(fact))
          .filter(Double::isFinite)
          .average()
          .ifPresent(mean -> means.put(fact, mean));
    }
    return means;
  }

  /// Where each centre stands relative to the mean of all people, in standard deviations.
  private static List<Map<PersonFact, Double>> places(
      PeopleTable people, Scaling scaling, double[][] centres) {
    double[] points = scaling.apply(people);
    int dimensions = scaling.dimensions();
    double[] means = new double[dimensions];
    for (int at = 0; at < points.length; at++) {
      means[at % dimensions] += points[at] / people.size();
    }
    List<Map<PersonFact, Double>> places = new ArrayList<>();
    for (double[] centre : centres) {
      Map<PersonFact, Double> place = new EnumMap<>(PersonFact.class);
      for (int d = 0; d < dimensions; d++) {
        place.put(scaling.rules().get(d).fact(), centre[d] - means[d]);
      }
      places.add(place);
    }
    return places;
  }

  private static String capital(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
