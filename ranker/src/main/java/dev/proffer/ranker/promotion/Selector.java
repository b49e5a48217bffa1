// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.ItemSelector;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// An item selector with its lists as sets.
///
/// An item is selected when it matches any filled include list, and no exclude list; with no
/// include list, everything that is not excluded is selected.
final class Selector {
  static final Selector EVERYTHING = new Selector(ItemSelector.getDefaultInstance());

  private final ItemSelector proto;
  private final Set<String> itemIds;
  private final Set<String> categories;
  private final Set<String> brands;
  private final Map<String, Set<String>> attributes;
  private final Set<String> excludedItemIds;
  private final Set<String> excludedCategories;
  private final Set<String> excludedBrands;

  Selector(ItemSelector proto) {
    this.proto = proto;
    itemIds = Set.copyOf(proto.getItemIdsList());
    categories = Set.copyOf(stripped(proto.getCategoriesList()));
    brands = Set.copyOf(proto.getBrandsList());
    attributes = valuesByName(proto.getAttributesList());
    excludedItemIds = Set.copyOf(proto.getExcludedItemIdsList());
    excludedCategories = Set.copyOf(stripped(proto.getExcludedCategoriesList()));
    excludedBrands = Set.copyOf(proto.getExcludedBrandsList());
  }

  ItemSelector proto() {
    return proto;
  }

  /// Whether every item that is not excluded is selected.
  boolean includesAll() {
    return itemIds.isEmpty() && categories.isEmpty() && brands.isEmpty() && attributes.isEmpty();
  }

  boolean excludesNothing() {
    return excludedItemIds.isEmpty() && excludedCategories.isEmpty() && excludedBrands.isEmpty();
  }

  boolean matches(ItemFacts item) {
    return includes(item) && !excludes(item);
  }

  boolean excludes(ItemFacts item) {
    return !excludesNothing()
        && (excludedItemIds.contains(item.itemId())
            || excludedBrands.contains(item.brand())
            || hasAncestor(excludedCategories, item.category()));
  }

  private boolean includes(ItemFacts item) {
    if (includesAll()) {
      return true;
    }
    if (itemIds.contains(item.itemId())
        || (!brands.isEmpty() && brands.contains(item.brand()))
        || hasAncestor(categories, item.category())) {
      return true;
    }
    if (!attributes.isEmpty()) {
      for (Map.Entry<String, String> attribute : item.attributes().entrySet()) {
        if (attributes.getOrDefault(attribute.getKey(), Set.of()).contains(attribute.getValue())) {
          return true;
        }
      }
    }
    return false;
  }

  Set<String> itemIds() {
    return itemIds;
  }

  Set<String> categories() {
    return categories;
  }

  Set<String> brands() {
    return brands;
  }

  /// The selected values by the name of their attribute.
  Map<String, Set<String>> attributes() {
    return attributes;
  }

  /// Whether the category or one above it is in the set: `kitchen` selects `kitchen/knives`.
  private static boolean hasAncestor(Set<String> set, String category) {
    if (set.isEmpty() || category.isEmpty()) {
      return false;
    }
    if (set.contains(category)) {
      return true;
    }
    for (int slash = category.lastIndexOf('/');
        slash > 0;
        slash = category.lastIndexOf('/', slash - 1)) {
      if (set.contains(category.substring(0, slash))) {
        return true;
      }
    }
    return false;
  }

  /// `color=red` as `red` under `color`, so that no key is put together for each item that is asked
  /// for. Names and values may hold the sign too: `a=b=c` is both `b=c` of `a` and `c` of `a=b`.
  private static Map<String, Set<String>> valuesByName(List<String> attributes) {
    Map<String, Set<String>> result = new HashMap<>();
    for (String attribute : attributes) {
      for (int at = attribute.indexOf('='); at >= 0; at = attribute.indexOf('=', at + 1)) {
        result
            .computeIfAbsent(attribute.substring(0, at), _ -> new HashSet<>())
            .add(attribute.substring(at + 1));
      }
    }
    return result;
  }

  private static Set<String> stripped(List<String> categories) {
    Set<String> result = new HashSet<>();
    for (String category : categories) {
      result.add(category.endsWith("/") ? category.substring(0, category.length() - 1) : category);
    }
    return result;
  }
}
