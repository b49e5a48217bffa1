// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Lists of promotions by what their selectors name, so that an item meets only promotions that
/// name it in some way. Filled once, then read by any thread.
final class Postings {
  private static final int[] NONE = {};
  // Categories come from the catalogue, so their number is its size at most; the bound is for a
  // caller that makes them up.
  private static final int CATEGORIES_MAX = 200_000;

  // Places for items that are remembered: a power of two. Each item has two of them.
  private static final int KNOWN = 1 << 18;

  /// What is posted for one item and selects it.
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Known(ItemFacts item, int[] selecting) {}

  /// Whether a promotion selects an item; a posting only says that it names it in some way.
  @FunctionalInterface
  interface Selecting {
    boolean selects(int promotion, ItemFacts item);
  }

  private final Map<String, int[]> byItem = new HashMap<>();
  private final Map<String, int[]> byCategory = new HashMap<>();
  private final Map<String, int[]> byBrand = new HashMap<>();
  private final Map<String, Map<String, int[]>> byAttribute = new HashMap<>();
  private final int[] everything;
  private final Selecting selecting;
  private volatile @Nullable AtomicReferenceArray<@Nullable Known> known;
  private final ConcurrentHashMap<String, int[]> withAncestors = new ConcurrentHashMap<>();

  /// @param selectors by number of the promotion
  /// @param posted which of them are in the lists
  Postings(Selector[] selectors, boolean[] posted, Selecting selecting) {
    this.selecting = selecting;
    Map<String, List<Integer>> items = new HashMap<>();
    Map<String, List<Integer>> categories = new HashMap<>();
    Map<String, List<Integer>> brands = new HashMap<>();
    Map<String, Map<String, List<Integer>>> attributes = new HashMap<>();
    List<Integer> all = new ArrayList<>();
    for (int p = 0; p < selectors.length; p++) {
      if (posted[p]) {
        Selector selector = selectors[p];
        if (selector.includesAll()) {
          all.add(p);
        }
        post(items, selector.itemIds(), p);
        post(categories, selector.categories(), p);
        post(brands, selector.brands(), p);
        for (Map.Entry<String, Set<String>> one : selector.attributes().entrySet()) {
          post(attributes.computeIfAbsent(one.getKey(), _ -> new HashMap<>()), one.getValue(), p);
        }
      }
    }
    items.forEach((key, posting) -> byItem.put(key, array(posting)));
    categories.forEach((key, posting) -> byCategory.put(key, array(posting)));
    brands.forEach((key, posting) -> byBrand.put(key, array(posting)));
    attributes.forEach((name, values) -> {
      Map<String, int[]> ofName = new HashMap<>();
      values.forEach((value, posting) -> ofName.put(value, array(posting)));
      byAttribute.put(name, ofName);
    });
    everything = array(all);
  }

  /// The promotions that select the item, each once, in order. Remembered for items whose facts are
  /// asked for again and again, as those of a catalogue are.
  @SuppressWarnings("ReferenceEquality") // Equal facts only miss what is remembered.
  int[] selecting(ItemFacts item) {
    AtomicReferenceArray<@Nullable Known> places = known;
    if (places == null) {
      places = new AtomicReferenceArray<>(KNOWN);
      known = places;
    }
    int place = System.identityHashCode(item) & (KNOWN - 1);
    Known here = places.getAcquire(place);
    if (here != null && here.item() == item) {
      return here.selecting();
    }
    Known beside = places.getAcquire(place ^ 1);
    if (beside != null && beside.item() == item) {
      return beside.selecting();
    }
    int[] found = found(item);
    places.setRelease(here == null || beside != null ? place : place ^ 1, new Known(item, found));
    return found;
  }

  private int[] found(ItemFacts item) {
    int[][] named = of(item);
    int count = 0;
    for (int[] list : named) {
      count += list.length;
    }
    int[] all = new int[count];
    count = 0;
    for (int[] list : named) {
      System.arraycopy(list, 0, all, count, list.length);
      count += list.length;
    }
    Arrays.sort(all);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if ((i == 0 || all[i] != all[i - 1]) && selecting.selects(all[i], item)) {
        all[kept++] = all[i];
      }
    }
    return Arrays.copyOf(all, kept);
  }

  /// The promotions that name the item in some way, as lists that may overlap.
  int[][] of(ItemFacts item) {
    int[] ofItem = byItem.getOrDefault(item.itemId(), NONE);
    int[] ofCategory = byCategory.isEmpty() ? NONE : withAncestors(item.category());
    int[] ofBrand = byBrand.getOrDefault(item.brand(), NONE);
    if (byAttribute.isEmpty() || item.attributes().isEmpty()) {
      return new int[][] {ofItem, ofCategory, ofBrand, everything};
    }
    int[][] result = new int[4 + item.attributes().size()][];
    result[0] = ofItem;
    result[1] = ofCategory;
    result[2] = ofBrand;
    result[3] = everything;
    int next = 4;
    for (Map.Entry<String, String> attribute : item.attributes().entrySet()) {
      result[next++] =
          byAttribute
              .getOrDefault(attribute.getKey(), Map.of())
              .getOrDefault(attribute.getValue(), NONE);
    }
    return result;
  }

  private int[] withAncestors(String category) {
    int[] known = withAncestors.get(category);
    if (known != null) {
      return known;
    }
    List<Integer> posting = new ArrayList<>();
    for (String name = category; !name.isEmpty(); ) {
      for (int p : byCategory.getOrDefault(name, NONE)) {
        posting.add(p);
      }
      int slash = name.lastIndexOf('/');
      name = slash < 0 ? "" : name.substring(0, slash);
    }
    int[] result = array(posting);
    if (withAncestors.size() < CATEGORIES_MAX) {
      withAncestors.put(category, result);
    }
    return result;
  }

  private static void post(Map<String, List<Integer>> postings, Set<String> keys, int promotion) {
    for (String key : keys) {
      postings.computeIfAbsent(key, _ -> new ArrayList<>()).add(promotion);
    }
  }

  private static int[] array(List<Integer> posting) {
    int[] result = posting.stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(result);
    return result;
  }
}
