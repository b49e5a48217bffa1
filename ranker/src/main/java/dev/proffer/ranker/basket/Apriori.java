// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Apriori (Agrawal and Srikant, VLDB 1994): frequent sets of one size are joined to candidates of
/// the next, and a candidate lives only when all its subsets are frequent.
///
/// Baskets of a set are a bit set, so that counting is an intersection. It is simpler and slower
/// than [FpGrowth] on large shops, and the two are held equal by a test.
public final class Apriori implements ItemsetMiner {
  /// A frequent set and the baskets that hold it.
  private static final class Frequent {
    private final int[] items;
    private final BitSet baskets;

    Frequent(int[] items, BitSet baskets) {
      this.items = items;
      this.baskets = baskets;
    }
  }

  @Override
  public void mine(Baskets baskets, int supportMin, int sizeMax, Visitor visitor) {
    if (supportMin < 1 || sizeMax < 1) {
      throw new IllegalArgumentException(
          "supportMin: " + supportMin + ", sizeMax: " + sizeMax + " (expected: at least 1)");
    }
    List<Frequent> level = singles(baskets, supportMin);
    for (int size = 1; !level.isEmpty(); size++) {
      for (Frequent set : level) {
        visitor.visit(set.items, size, set.baskets.cardinality());
      }
      if (size == sizeMax) {
        return;
      }
      level = join(level, size, supportMin);
    }
  }

  private static List<Frequent> singles(Baskets baskets, int supportMin) {
    BitSet[] rows = new BitSet[baskets.itemCount()];
    for (int item = 0; item < rows.length; item++) {
      rows[item] = new BitSet(baskets.size());
    }
    for (int basket = 0; basket < baskets.size(); basket++) {
      for (int place = baskets.start(basket); place < baskets.end(basket); place++) {
        rows[baskets.itemAt(place)].set(basket);
      }
    }
    List<Frequent> singles = new ArrayList<>();
    for (int item = 0; item < rows.length; item++) {
      if (rows[item].cardinality() >= supportMin) {
        singles.add(new Frequent(new int[] {item}, rows[item]));
      }
    }
    return singles;
  }

  /// Sets stand in lexicographic order, so those that share all but their last item are neighbours.
  /// The intersection itself tells whether a candidate is frequent, which makes a separate look-up
  /// of its subsets unnecessary.
  private static List<Frequent> join(List<Frequent> level, int size, int supportMin) {
    List<Frequent> next = new ArrayList<>();
    for (int i = 0; i < level.size(); i++) {
      Frequent left = level.get(i);
      for (int j = i + 1; j < level.size() && samePrefix(left, level.get(j), size - 1); j++) {
        BitSet both = (BitSet) left.baskets.clone();
        both.and(level.get(j).baskets);
        if (both.cardinality() >= supportMin) {
          int[] items = java.util.Arrays.copyOf(left.items, size + 1);
          items[size] = level.get(j).items[size - 1];
          next.add(new Frequent(items, both));
        }
      }
    }
    return next;
  }

  private static boolean samePrefix(Frequent left, Frequent right, int length) {
    for (int i = 0; i < length; i++) {
      if (left.items[i] != right.items[i]) {
        return false;
      }
    }
    return true;
  }
}
