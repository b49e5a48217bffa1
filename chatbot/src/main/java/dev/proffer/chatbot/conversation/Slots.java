// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import java.util.ArrayList;
import java.util.List;

/// What a shopper is looking for, gathered over the turns of one topic.
///
/// @param categories category paths
/// @param brands brands
/// @param excludedBrands brands that the shopper does not want
/// @param excludedCategories categories that the shopper does not want
/// @param minPriceMinorUnits the least price; 0 means none
/// @param maxPriceMinorUnits the highest price; 0 means none
/// @param query further words that describe the item
/// @param attributes `name=value`
/// @param atUnixMillis the time that the shopper asks about; 0 means now
/// @param cheapestFirst whether the shopper asked for something cheaper
public record Slots(
    List<String> categories,
    List<String> brands,
    List<String> excludedBrands,
    List<String> excludedCategories,
    long minPriceMinorUnits,
    long maxPriceMinorUnits,
    String query,
    List<String> attributes,
    long atUnixMillis,
    boolean cheapestFirst) {
  public static final Slots NONE =
      new Slots(List.of(), List.of(), List.of(), List.of(), 0, 0, "", List.of(), 0, false);

  public Slots {
    categories = List.copyOf(categories);
    brands = List.copyOf(brands);
    excludedBrands = List.copyOf(excludedBrands);
    excludedCategories = List.copyOf(excludedCategories);
    attributes = List.copyOf(attributes);
  }

  public boolean isEmpty() {
    return equals(NONE);
  }

  /// Whether it says what kind of item is wanted, beyond its price.
  public boolean namesThing() {
    return !categories.isEmpty() || !brands.isEmpty() || !query.isEmpty() || !attributes.isEmpty();
  }

  /// These slots with everything that a follow-up says in their place: "what about Nike?" keeps the
  /// category and the price and changes the brand; a new category drops the words and the price of
  /// the old one.
  public Slots refinedBy(Slots later) {
    boolean newThing = !later.categories.isEmpty();
    List<String> keptBrands = new ArrayList<>(brands);
    keptBrands.removeAll(later.excludedBrands);
    boolean newPrice = later.minPriceMinorUnits > 0 || later.maxPriceMinorUnits > 0;
    return new Slots(
        newThing ? later.categories : without(categories, later.excludedCategories),
        later.brands.isEmpty() ? keptBrands : later.brands,
        union(without(excludedBrands, later.brands), later.excludedBrands),
        union(without(excludedCategories, later.categories), later.excludedCategories),
        newPrice || newThing ? later.minPriceMinorUnits : minPriceMinorUnits,
        newPrice || newThing ? later.maxPriceMinorUnits : maxPriceMinorUnits,
        !later.query.isEmpty() ? later.query : newThing ? "" : query,
        later.attributes.isEmpty() ? attributes : later.attributes,
        later.atUnixMillis != 0 ? later.atUnixMillis : atUnixMillis,
        later.cheapestFirst);
  }

  public Slots withoutQuery() {
    return new Slots(
        categories,
        brands,
        excludedBrands,
        excludedCategories,
        minPriceMinorUnits,
        maxPriceMinorUnits,
        "",
        attributes,
        atUnixMillis,
        cheapestFirst);
  }

  public Slots withMaxPrice(long minorUnits) {
    return new Slots(
        categories,
        brands,
        excludedBrands,
        excludedCategories,
        minPriceMinorUnits >= minorUnits ? 0 : minPriceMinorUnits,
        minorUnits,
        query,
        attributes,
        atUnixMillis,
        true);
  }

  private static List<String> without(List<String> from, List<String> removed) {
    return from.stream().filter(value -> !removed.contains(value)).toList();
  }

  private static List<String> union(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    second.stream().filter(value -> !all.contains(value)).forEach(all::add);
    return all;
  }
}
