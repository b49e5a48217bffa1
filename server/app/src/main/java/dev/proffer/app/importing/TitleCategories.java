// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import com.google.common.base.Splitter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Derives a category from the words of an English title, for order files that have none.
///
/// It says only what the title says: English puts the thing last ("heart t-light holder"), so the
/// last word that names a kind of thing decides; a season in the title decides before that. Titles
/// without such a word get no category.
final class TitleCategories {
  private static final Pattern WORD = Pattern.compile("[a-z]+(?:-[a-z]+)?");

  private static final Map<String, String> SEASONS =
      Map.of(
          "christmas",
          "seasonal/christmas",
          "xmas",
          "seasonal/christmas",
          "easter",
          "seasonal/easter");

  private static final Map<String, String> THINGS = new HashMap<>();

  static {
    put("bags", "bag bags handbag shopper purse rucksack washbag backpack case");
    put("kitchen/drinks", "mug mugs cup cups teapot saucer beaker flask tumbler");
    put(
        "kitchen/tableware",
        "plate plates bowl bowls dish cutlery napkins doily doilies placemat placemats "
            + "coaster coasters jug tray");
    put("kitchen/baking", "cakestand bake baking cutters cutter cases mould whisk apron");
    put("kitchen/storage", "jar jars tin tins bottle lunchbox bin rack pantry crate");
    put(
        "lighting/candles",
        "candle candles t-light t-lights candleholder candlestick lantern incense votive");
    put("lighting/lamps", "lamp lampshade light lights chandelier");
    put(
        "home/decoration",
        "decoration decorations garland bunting wreath ornament doorstop vase bauble "
            + "figurine");
    put(
        "home/wall",
        "sign clock mirror frame frames hook hooks hanger knob plaque thermometer wall tile "
            + "wallart");
    put(
        "home/textiles",
        "cushion cover covers towel towels curtain blanket doormat quilt throw rug warmer "
            + "cosy");
    put("home/storage", "box boxes basket drawer drawers cabinet trunk chest tidy");
    put(
        "jewellery",
        "necklace bracelet earrings ring charm brooch bangle pendant choker hairclip "
            + "hairband");
    put(
        "stationery",
        "card cards notebook sketchbook pen pens pencil pencils stickers sticker tape diary "
            + "journal magnets magnet ruler rubber stamps");
    put("stationery/wrap", "wrap ribbon ribbons tag tags tissues tissue");
    put("toys", "toy doll jigsaw game puzzle blocks skittles dominoes marbles kit crayons sewing");
    put("garden", "garden parasol watering planter gnome birdhouse feeder trowel pots");
    put("travel", "umbrella passport luggage picnic hammock");
  }

  private TitleCategories() {}

  private static void put(String category, String words) {
    for (String word : Splitter.on(' ').split(words)) {
      THINGS.put(word, category);
    }
  }

  /// The category, or an empty text.
  static String category(String title) {
    String found = "";
    Matcher words = WORD.matcher(title.toLowerCase(Locale.ROOT));
    while (words.find()) {
      String season = SEASONS.get(words.group());
      if (season != null) {
        return season;
      }
      found = THINGS.getOrDefault(words.group(), found);
    }
    return found;
  }
}
