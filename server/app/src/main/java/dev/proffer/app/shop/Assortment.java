// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// What the sample shop can sell: the vocabulary that items are made of, read from
/// `assortment.yaml`, which explains its own format.
record Assortment(List<Brand> brands, List<Category> categories) {
  private static final Splitter BAR = Splitter.on('|').trimResults();

  /// An invented brand.
  ///
  /// @param priceLevel multiplies prices; 1 is the middle
  record Brand(Bilingual name, double priceLevel) {}

  /// A thing that is sold.
  ///
  /// @param priceFactor multiplies the prices of the category
  record Thing(Bilingual name, double priceFactor) {}

  /// A kind of a thing.
  ///
  /// @param isMaterial says that the kind is what the thing is made of
  record Kind(Bilingual name, boolean isMaterial) {}

  /// A category with everything its items are made of.
  ///
  /// @param path the path, in English, such as "kitchen/knives"
  /// @param pathZh the same path in Chinese
  /// @param interest how much people look at it; 1 is the middle
  /// @param rebuyDays days after which it is bought again; 0 for what lasts
  /// @param with numbers of the categories of what goes with it
  record Category(
      String path,
      String pathZh,
      int items,
      double interest,
      int priceFromYuan,
      int priceToYuan,
      List<Integer> brands,
      List<Thing> things,
      List<Kind> kinds,
      List<Bilingual> sizes,
      List<Bilingual> colours,
      int rebuyDays,
      List<Integer> with,
      List<Bilingual> says) {

    /// The last part of the path.
    Bilingual leaf() {
      return new Bilingual(
          path.substring(path.lastIndexOf('/') + 1).replace('-', ' '),
          pathZh.substring(pathZh.lastIndexOf('/') + 1));
    }

    /// The first part of the path.
    String department() {
      return path.substring(0, path.indexOf('/'));
    }
  }

  static Assortment load() {
    try (InputStream in = Assortment.class.getResourceAsStream("assortment.yaml")) {
      if (in == null) {
        throw new IllegalStateException("assortment.yaml is not on the class path");
      }
      Map<String, Object> root = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      return parse(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Assortment parse(Map<String, Object> root) {
    List<Brand> brands = new ArrayList<>();
    Map<String, Integer> brandNumbers = new HashMap<>();
    for (String text : texts(root, "brands")) {
      List<String> parts = BAR.splitToList(text);
      brandNumbers.put(parts.get(0), brands.size());
      brands.add(
          new Brand(new Bilingual(parts.get(0), parts.get(1)), Double.parseDouble(parts.get(2))));
    }
    Map<?, ?> palettes = (Map<?, ?>) required(root, "palettes");
    List<?> declared = (List<?>) required(root, "categories");
    Map<String, Integer> categoryNumbers = new HashMap<>();
    for (Object category : declared) {
      String path = BAR.splitToList(text((Map<?, ?>) category, "path")).get(0);
      categoryNumbers.put(path, categoryNumbers.size());
    }
    List<Category> categories = new ArrayList<>();
    for (Object category : declared) {
      categories.add(category((Map<?, ?>) category, brandNumbers, categoryNumbers, palettes));
    }
    return new Assortment(List.copyOf(brands), List.copyOf(categories));
  }

  private static Category category(
      Map<?, ?> category,
      Map<String, Integer> brandNumbers,
      Map<String, Integer> categoryNumbers,
      Map<?, ?> palettes) {
    Bilingual path = bilingual(text(category, "path"));
    List<String> price = BAR.splitToList(text(category, "price"));
    List<Thing> things = new ArrayList<>();
    for (String thing : texts(category, "things")) {
      List<String> parts = BAR.splitToList(thing);
      things.add(
          new Thing(new Bilingual(parts.get(0), parts.get(1)), Double.parseDouble(parts.get(2))));
    }
    List<Kind> kinds = new ArrayList<>();
    for (String kind : texts(category, "kinds")) {
      Bilingual name = bilingual(kind);
      boolean isMaterial = name.en().endsWith("*");
      String en = isMaterial ? name.en().substring(0, name.en().length() - 1) : name.en();
      kinds.add(new Kind(new Bilingual(en, name.zh()), isMaterial));
    }
    String palette = text(category, "colours");
    return new Category(
        path.en(),
        path.zh(),
        (Integer) required(category, "items"),
        (Double) required(category, "interest"),
        Integer.parseInt(price.get(0)),
        Integer.parseInt(price.get(1)),
        numbers(texts(category, "brands"), brandNumbers),
        List.copyOf(things),
        List.copyOf(kinds),
        bilinguals(texts(category, "sizes")),
        palette.equals("none") ? List.of() : bilinguals(texts(palettes, palette)),
        category.containsKey("days") ? (Integer) required(category, "days") : 0,
        numbers(texts(category, "with"), categoryNumbers),
        bilinguals(texts(category, "says")));
  }

  private static List<Integer> numbers(List<String> names, Map<String, Integer> numbers) {
    List<Integer> found = new ArrayList<>();
    for (String name : names) {
      Integer number = numbers.get(name);
      if (number == null) {
        throw new IllegalStateException("assortment.yaml: nothing is called \"" + name + "\"");
      }
      found.add(number);
    }
    return List.copyOf(found);
  }

  private static List<Bilingual> bilinguals(List<String> texts) {
    return texts.stream().map(Assortment::bilingual).toList();
  }

  private static Bilingual bilingual(String text) {
    List<String> parts = BAR.splitToList(text);
    if (parts.size() != 2) {
      throw new IllegalStateException("assortment.yaml: \"" + text + "\" (expected: English | 中文)");
    }
    return new Bilingual(parts.get(0), parts.get(1));
  }

  private static List<String> texts(Map<?, ?> map, String key) {
    return ((List<?>) required(map, key)).stream().map(String::valueOf).toList();
  }

  private static String text(Map<?, ?> map, String key) {
    return required(map, key).toString();
  }

  private static Object required(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("assortment.yaml: \"" + key + "\" is missing in " + map);
    }
    return value;
  }
}
