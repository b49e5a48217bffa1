// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.app.shop.Assortment.Category;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Makes the people of the sample shop.
final class SamplePeople {
  /// Ways of life: what somebody who lives that way looks at. Prefixes of category paths.
  private static final List<List<String>> LIVES =
      List.of(
          List.of("kitchen/knives", "kitchen/boards", "kitchen/cookware", "food/noodles"),
          List.of("food/tea", "kitchen/tea-sets", "food/snacks"),
          List.of("food/coffee-beans", "kitchen/coffee", "sports/bottles"),
          List.of("baby/", "home/cleaning"),
          List.of("sports/running-shoes", "electronics/headphones", "fashion/t-shirts"),
          List.of("sports/yoga", "beauty/skincare", "sports/bottles"),
          List.of("sports/camping", "fashion/jackets", "sports/bottles"),
          List.of("pets/cat-food", "pets/cat-toys", "home/cleaning"),
          List.of("pets/dog-food", "sports/running-shoes"),
          List.of("office/", "food/snacks", "food/noodles"),
          List.of("electronics/", "office/desk"),
          List.of("beauty/", "fashion/bags"),
          List.of("fashion/", "beauty/masks"),
          List.of("home/", "kitchen/storage", "electronics/smart-home"));

  private static final List<String> SEGMENT_OF_LIFE =
      List.of(
          "home-cook",
          "tea-lover",
          "coffee-lover",
          "new-parent",
          "runner",
          "yoga",
          "outdoor",
          "cat-owner",
          "dog-owner",
          "student",
          "tech",
          "beauty",
          "fashion",
          "home-maker");

  private static final List<String> REGIONS =
      List.of(
          "CN-SH", "CN-BJ", "CN-GD", "CN-GD", "CN-ZJ", "CN-JS", "CN-SC", "CN-HB", "CN-FJ", "CN-SN",
          "CN-SD", "CN-HN");

  private final Assortment assortment;
  private final long seed;
  private final Instant now;
  private final Duration history;

  SamplePeople(Assortment assortment, long seed, Instant now, Duration history) {
    this.assortment = assortment;
    this.seed = seed;
    this.now = now;
    this.history = history;
  }

  /// All people, about 600 bytes each.
  List<Shopper> make(int count) {
    List<Shopper> people = new ArrayList<>(count);
    for (int p = 0; p < count; p++) {
      people.add(person(p));
    }
    return List.copyOf(people);
  }

  /// The person of this number, who does not depend on how many others there are.
  private Shopper person(int number) {
    Dice dice = new Dice(seed + number * 0x5851F42D4C957F2DL, "people");
    int life = dice.below(LIVES.size());
    int secondLife = dice.below(LIVES.size());
    double[] weights = new double[assortment.categories().size()];
    for (int c = 0; c < weights.length; c++) {
      Category category = assortment.categories().get(c);
      double taste = 0.12 * StrictMath.exp(0.6 * dice.gaussian());
      taste += belongs(category, life) ? 4 * StrictMath.exp(0.4 * dice.gaussian()) : 0;
      taste += belongs(category, secondLife) ? 1.5 * StrictMath.exp(0.4 * dice.gaussian()) : 0;
      weights[c] = taste * category.interest();
    }
    double discountAffinity = dice.chance(0.35) ? dice.between(0.6, 1.0) : dice.between(0.0, 0.4);
    double visits = Math.min(40, StrictMath.exp(1.78 + 0.75 * dice.gaussian()));
    int level = memberLevel(dice, visits);
    // A third of the people came during the time that is shown; they have fewer visits.
    double knownShare = dice.chance(0.33) ? dice.between(0.02, 1.0) : 1.0;
    long firstSeenUnixMs =
        knownShare < 1
            ? now.minus(Duration.ofMillis((long) (history.toMillis() * knownShare))).toEpochMilli()
            : now.minus(history).minus(Duration.ofDays(1 + dice.below(900))).toEpochMilli();

    List<String> segments = new ArrayList<>();
    segments.add(SEGMENT_OF_LIFE.get(life));
    if (discountAffinity > 0.6) {
      segments.add("bargain-hunter");
    }
    if (level >= 3) {
      segments.add("vip");
    }
    if (knownShare < 0.35) {
      segments.add("new-customer");
    }
    return new Shopper(
        number,
        String.format(Locale.ROOT, "u-%05d", number + 1),
        level,
        dice.chance(0.8) ? birthday(dice) : "",
        firstSeenUnixMs,
        List.copyOf(segments),
        new Shopper.Weights(weights),
        seed * 31 + number * 0x2545F4914F6CDD1DL,
        Math.clamp(0.5 + 0.2 * dice.gaussian(), 0.05, 0.95),
        discountAffinity,
        Math.max(1, visits * Math.sqrt(knownShare)),
        dice.chance(0.65),
        dice.chance(0.75),
        dice.chance(0.62) ? "app" : dice.chance(0.8) ? "web" : "store",
        dice.of(REGIONS));
  }

  private static boolean belongs(Category category, int life) {
    for (String prefix : LIVES.get(life)) {
      if (category.path().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static int memberLevel(Dice dice, double visits) {
    double points = visits * dice.between(0.4, 1.6);
    return points < 4 ? 0 : points < 7 ? 1 : points < 12 ? 2 : points < 20 ? 3 : 4;
  }

  private static String birthday(Dice dice) {
    int month = 1 + dice.below(12);
    int day =
        1
            + dice.below(
                month == 2 ? 28 : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
    return String.format(Locale.ROOT, "%02d-%02d", month, day);
  }
}
