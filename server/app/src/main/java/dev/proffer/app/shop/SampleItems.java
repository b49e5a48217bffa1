// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.app.shop.Assortment.Brand;
import dev.proffer.app.shop.Assortment.Category;
import dev.proffer.app.shop.Assortment.Kind;
import dev.proffer.app.shop.Assortment.Thing;
import dev.proffer.proto.ranker.v1.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Makes the items of the sample shop.
final class SampleItems {
  static final String CURRENCY = "CNY";

  /// Attribute that marks what came in during the last two weeks.
  static final String NEW_ATTRIBUTE = "new";

  private static final int FIRST_NUMBER = 10_001;

  private final Assortment assortment;
  private final Instant now;
  private final Dice dice;

  SampleItems(Assortment assortment, long seed, Instant now) {
    this.assortment = assortment;
    this.now = now;
    this.dice = new Dice(seed, "items");
  }

  List<ShopItem> make() {
    List<ShopItem> items = new ArrayList<>();
    for (int c = 0; c < assortment.categories().size(); c++) {
      Category category = assortment.categories().get(c);
      Set<String> titles = new HashSet<>();
      int rank = 0;
      while (rank < category.items()) {
        ShopItem item = item(c, category, rank, FIRST_NUMBER + items.size());
        if (titles.add(item.item().getTitlesOrThrow("en"))) {
          items.add(item);
          rank++;
        }
      }
    }
    return List.copyOf(items);
  }

  private ShopItem item(int categoryNumber, Category category, int rank, int number) {
    int brandNumber = category.brands().get(dice.below(category.brands().size()));
    Brand brand = assortment.brands().get(brandNumber);
    int thingNumber = dice.below(category.things().size());
    Thing thing = category.things().get(thingNumber);
    Kind kind = dice.of(category.kinds());
    Bilingual size = dice.of(category.sizes());
    boolean coloured = !category.colours().isEmpty();
    Bilingual colour = coloured ? dice.of(category.colours()) : new Bilingual("-", "-");

    // Prices are log-normal within the range of the category, then shifted by thing and brand.
    double band = Math.clamp(0.5 + 0.22 * dice.gaussian(), 0.0, 1.0);
    double ratio = (double) category.priceToYuan() / category.priceFromYuan();
    double yuan =
        category.priceFromYuan()
            * StrictMath.pow(ratio, band)
            * thing.priceFactor()
            * brand.priceLevel();
    long price = shelfPrice(Math.clamp(yuan, category.priceFromYuan() * 0.5, 9_999));
    double margin = dice.between(0.22, 0.48);
    long cost = Math.round(price * (1 - margin));
    // Most floors leave five percent over cost; some items have none and may be sold at any price.
    long floor = dice.chance(0.85) ? Math.min(price, Math.round(cost * 1.05)) : 0;

    Item.Builder item =
        Item.newBuilder()
            .setItemId("sku-" + number)
            .putTitles("en", titleEn(brand, kind, thing, size, colour, coloured))
            .putTitles("zh", titleZh(brand, kind, thing, size, colour, coloured))
            .putDescriptions("en", descriptionEn(category, kind, thing, brand))
            .putDescriptions("zh", descriptionZh(category, kind, thing, brand))
            .setCategory(category.path())
            .setBrand(brand.name().en())
            .setPriceMinorUnits(price)
            .setCurrency(CURRENCY)
            .setStock(stock(price))
            .setCostMinorUnits(cost)
            .setFloorPriceMinorUnits(floor)
            .putAttributes("category_zh", category.pathZh())
            .putAttributes("brand_zh", brand.name().zh())
            .putAttributes("type", thing.name().en())
            .putAttributes("type_zh", thing.name().zh())
            .putAttributes("size", size.en())
            .putAttributes("size_zh", size.zh());
    if (coloured) {
      item.putAttributes("colour", colour.en()).putAttributes("colour_zh", colour.zh());
    }
    item.putAttributes(kind.isMaterial() ? "material" : "style", kind.name().en());
    item.putAttributes(kind.isMaterial() ? "material_zh" : "style_zh", kind.name().zh());

    long listedUnixMs = now.minus(Duration.ofDays(91 + dice.below(700))).toEpochMilli();
    double fate = dice.unit();
    if (fate < 0.06) {
      listedUnixMs = now.minus(Duration.ofHours(6 + dice.below(13 * 24))).toEpochMilli();
      item.putAttributes(NEW_ATTRIBUTE, "yes").setAvailableFromUnixMs(listedUnixMs);
    } else if (fate < 0.08) {
      listedUnixMs = now.plus(Duration.ofHours(12 + dice.below(6 * 24))).toEpochMilli();
      item.setAvailableFromUnixMs(listedUnixMs);
    } else if (fate < 0.10) {
      item.setHidden(true);
    }
    // Zipf within the category, so that a few items carry most of the traffic.
    double appeal = 1 / StrictMath.pow(rank + 1.5, 0.8) * StrictMath.exp(0.25 * dice.gaussian());
    double quality = Math.clamp(0.68 + 0.18 * dice.gaussian(), 0.05, 0.98);
    return new ShopItem(
        item.build(),
        categoryNumber,
        brandNumber,
        thingNumber,
        appeal,
        band,
        quality,
        listedUnixMs);
  }

  /// Prices as shops write them: 12.90, 89.00, 1,299.00.
  private static long shelfPrice(double yuan) {
    long wholeYuan = (long) yuan;
    if (yuan < 20) {
      return Math.max(290, wholeYuan * 100 + 90);
    }
    if (yuan < 100) {
      return wholeYuan * 100;
    }
    return wholeYuan / 10 * 1_000 + 900;
  }

  private long stock(long price) {
    if (dice.chance(0.04)) {
      return 0;
    }
    if (dice.chance(0.06)) {
      return 1L + dice.below(5);
    }
    return 20 + (long) dice.exponential(price > 50_000 ? 60 : 400);
  }

  private static String titleEn(
      Brand brand, Kind kind, Thing thing, Bilingual size, Bilingual colour, boolean coloured) {
    String title =
        brand.name().en()
            + " "
            + words(kind.name().en() + " " + thing.name().en())
            + ", "
            + size.en();
    return coloured ? title + ", " + colour.en() : title;
  }

  private static String titleZh(
      Brand brand, Kind kind, Thing thing, Bilingual size, Bilingual colour, boolean coloured) {
    String title = brand.name().zh() + " " + kind.name().zh() + thing.name().zh() + " " + size.zh();
    return coloured ? title + " " + colour.zh() : title;
  }

  private String descriptionEn(Category category, Kind kind, Thing thing, Brand brand) {
    int first = dice.below(category.says().size());
    int second = (first + 1) % category.says().size();
    return "%s %s by %s. %s %s"
        .formatted(
            kind.name().en().substring(0, 1).toUpperCase(Locale.ROOT)
                + kind.name().en().substring(1),
            thing.name().en(),
            brand.name().en(),
            category.says().get(first).en(),
            category.says().get(second).en());
  }

  private String descriptionZh(Category category, Kind kind, Thing thing, Brand brand) {
    int first = dice.below(category.says().size());
    int second = (first + 1) % category.says().size();
    return "%s%s%s。%s%s"
        .formatted(
            brand.name().zh(),
            kind.name().zh(),
            thing.name().zh(),
            category.says().get(first).zh(),
            category.says().get(second).zh());
  }

  /// Words with a capital letter each.
  private static String words(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean start = true;
    for (int i = 0; i < text.length(); i++) {
      String letter = text.substring(i, i + 1);
      out.append(start ? letter.toUpperCase(Locale.ROOT) : letter);
      start = letter.equals(" ");
    }
    return out.toString();
  }
}
