// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/// Baskets by day, so that rules follow new days, and days that fall out of a window, without
/// reading the others again.
///
/// A prefix tree in the order of item numbers (a canonical-order tree; Leung, Khan and Hoque, 2005)
/// counts the baskets of all days; adding or taking away a day walks only its own baskets. Mining
/// reorders the paths of the tree by frequency, so its cost follows the number of different
/// baskets. Results are those of mining all baskets anew. Not safe for use by many threads.
public final class DailyBaskets {
  private static final int NONE = 0;

  private final BiPredicate<String, String> related;
  private final Labels labels = new Labels();
  private final TreeMap<Integer, List<int[]>> days = new TreeMap<>();
  private int[] supports = new int[256];
  private int baskets;

  // The tree: node 0 is the root; children are found through one hash table.
  private int[] item = new int[1024];
  private int[] parent = new int[1024];
  private int[] ending = new int[1024];
  private int[] table = new int[4096];
  private int nodes = 1;

  public DailyBaskets() {
    this((_, _) -> false);
  }

  /// @param related whether two items say the same, as a category and one above it do: sets with
  ///   both are no news and are left out
  public DailyBaskets(BiPredicate<String, String> related) {
    this.related = related;
    item[0] = -1;
  }

  /// The items of one line of a hierarchy: `a/b/c` stands for itself, `a/b` and `a`.
  public static List<String> withAncestors(String path) {
    List<String> all = new ArrayList<>();
    for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      all.add(path.substring(0, at));
    }
    all.add(path);
    return all;
  }

  /// Whether one of two paths is above the other.
  public static boolean isAncestor(String one, String other) {
    return other.startsWith(one + "/") || one.startsWith(other + "/");
  }

  /// Adds a basket to a day; repeated items count once and an empty basket not at all.
  public void add(int day, Iterable<String> items) {
    int[] basket = new int[8];
    int length = 0;
    for (String label : items) {
      if (length == basket.length) {
        basket = Arrays.copyOf(basket, length * 2);
      }
      basket[length++] = number(label);
    }
    Arrays.sort(basket, 0, length);
    int distinct = 0;
    for (int i = 0; i < length; i++) {
      if (i == 0 || basket[i] != basket[i - 1]) {
        basket[distinct++] = basket[i];
      }
    }
    if (distinct > 0) {
      int[] kept = Arrays.copyOf(basket, distinct);
      days.computeIfAbsent(day, _ -> new ArrayList<>()).add(kept);
      count(kept, 1);
    }
  }

  /// Takes away a day, to be added anew or for good.
  public void remove(int day) {
    List<int[]> gone = days.remove(day);
    if (gone != null) {
      gone.forEach(basket -> count(basket, -1));
    }
  }

  /// Takes away all days before one.
  public void removeBefore(int day) {
    while (!days.isEmpty() && days.firstKey() < day) {
      remove(days.firstKey());
    }
  }

  /// The number of baskets.
  public int size() {
    return baskets;
  }

  /// The newest day with a basket, or `Integer.MIN_VALUE`.
  public int lastDay() {
    return days.isEmpty() ? Integer.MIN_VALUE : days.lastKey();
  }

  String label(int number) {
    return labels.label(number);
  }

  int[] supports() {
    return Arrays.copyOf(supports, labels.size());
  }

  /// Visits the frequent itemsets, as [ItemsetMiner#mine] does.
  void mine(int supportMin, int sizeMax, ItemsetMiner.Visitor visitor) {
    FpGrowth.mine(
        supports(),
        this::paths,
        supportMin,
        sizeMax,
        ItemsetMiner.unrelated(labels::label, related, visitor));
  }

  /// Every different basket with how often it occurs.
  private void paths(FpGrowth.Source.Consumer consumer) {
    int[] path = new int[64];
    for (int node = 1; node < nodes; node++) {
      if (ending[node] > 0) {
        int length = 0;
        for (int up = node; up != 0; up = parent[up]) {
          if (length == path.length) {
            path = Arrays.copyOf(path, length * 2);
          }
          path[length++] = item[up];
        }
        consumer.basket(path, length, ending[node]);
      }
    }
  }

  private int number(String label) {
    int number = labels.number(label);
    if (number == supports.length) {
      supports = Arrays.copyOf(supports, number * 2);
    }
    return number;
  }

  private void count(int[] basket, int times) {
    baskets += times;
    int node = 0;
    for (int number : basket) {
      supports[number] += times;
      node = child(node, number);
    }
    ending[node] += times;
  }

  private int child(int of, int number) {
    int mask = table.length - 1;
    int slot = hash(of, number) & mask;
    while (table[slot] != NONE) {
      int node = table[slot];
      if (parent[node] == of && item[node] == number) {
        return node;
      }
      slot = (slot + 1) & mask;
    }
    if (nodes == item.length) {
      item = Arrays.copyOf(item, nodes * 2);
      parent = Arrays.copyOf(parent, nodes * 2);
      ending = Arrays.copyOf(ending, nodes * 2);
    }
    int node = nodes++;
    item[node] = number;
    parent[node] = of;
    table[slot] = node;
    if (nodes * 2 > table.length) {
      rehash();
    }
    return node;
  }

  private void rehash() {
    int[] larger = new int[table.length * 2];
    int mask = larger.length - 1;
    for (int node = 1; node < nodes; node++) {
      int slot = hash(parent[node], item[node]) & mask;
      while (larger[slot] != NONE) {
        slot = (slot + 1) & mask;
      }
      larger[slot] = node;
    }
    table = larger;
  }

  private static int hash(int of, int number) {
    long mixed = ((long) of << 32 | (number & 0xffffffffL)) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32);
  }
}
