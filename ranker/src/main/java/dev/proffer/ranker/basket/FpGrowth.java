// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.basket;

import java.util.Arrays;

/// FP-growth (Han, Pei and Yin, SIGMOD 2000): baskets become a prefix tree ordered by falling item
/// frequency, and the sets that end with an item are mined from the tree of that item's prefixes.
///
/// A tree is a few int arrays. Children are found through one hash table per tree, because the root
/// of a large shop has as many children as the shop has items. A tree that is a single path needs
/// no recursion: its sets are the subsets of the path.
public final class FpGrowth implements ItemsetMiner {
  @Override
  public void mine(Baskets baskets, int supportMin, int sizeMax, Visitor visitor) {
    if (supportMin < 1 || sizeMax < 1) {
      throw new IllegalArgumentException(
          "supportMin: " + supportMin + ", sizeMax: " + sizeMax + " (expected: at least 1)");
    }
    int[] supports = baskets.supports();
    int[] itemOfRank = frequentByFallingSupport(supports, supportMin);
    int[] rankOfItem = new int[supports.length];
    Arrays.fill(rankOfItem, -1);
    for (int rank = 0; rank < itemOfRank.length; rank++) {
      rankOfItem[itemOfRank[rank]] = rank;
    }
    Tree tree =
        new Tree(itemOfRank.length, Math.max(16, (int) Math.min(1 << 20, baskets.occurrences())));
    int[] path = new int[16];
    for (int basket = 0; basket < baskets.size(); basket++) {
      int length = 0;
      for (int place = baskets.start(basket); place < baskets.end(basket); place++) {
        int rank = rankOfItem[baskets.itemAt(place)];
        if (rank >= 0) {
          if (length == path.length) {
            path = Arrays.copyOf(path, length * 2);
          }
          path[length++] = rank;
        }
      }
      Arrays.sort(path, 0, length);
      tree.insert(path, length, 1);
    }
    new Search(itemOfRank, supportMin, sizeMax, visitor).grow(tree, 0);
  }

  /// Baskets that are given one by one, each so many times.
  interface Source {
    /// Gives every basket to the consumer; the array is reused between calls.
    void each(Consumer consumer);

    /// Takes a basket.
    interface Consumer {
      void basket(int[] items, int length, int times);
    }
  }

  /// Mines baskets of a source whose item supports are known.
  static void mine(int[] supports, Source source, int supportMin, int sizeMax, Visitor visitor) {
    int[] itemOfRank = frequentByFallingSupport(supports, supportMin);
    int[] rankOfItem = new int[supports.length];
    Arrays.fill(rankOfItem, -1);
    for (int rank = 0; rank < itemOfRank.length; rank++) {
      rankOfItem[itemOfRank[rank]] = rank;
    }
    Tree tree = new Tree(itemOfRank.length, 1 << 12);
    int[][] path = {new int[64]};
    source.each((items, size, times) -> {
      if (path[0].length < size) {
        path[0] = new int[size * 2];
      }
      int length = 0;
      for (int i = 0; i < size; i++) {
        int rank = rankOfItem[items[i]];
        if (rank >= 0) {
          path[0][length++] = rank;
        }
      }
      Arrays.sort(path[0], 0, length);
      tree.insert(path[0], length, times);
    });
    new Search(itemOfRank, supportMin, sizeMax, visitor).grow(tree, 0);
  }

  private static int[] frequentByFallingSupport(int[] supports, int supportMin) {
    long[] order = new long[supports.length];
    int frequent = 0;
    for (int item = 0; item < supports.length; item++) {
      if (supports[item] >= supportMin) {
        // Sorts by falling support, ties by rising item, as one long.
        order[frequent++] = ((long) (Integer.MAX_VALUE - supports[item]) << 32) | item;
      }
    }
    Arrays.sort(order, 0, frequent);
    int[] items = new int[frequent];
    for (int rank = 0; rank < frequent; rank++) {
      items[rank] = (int) order[rank];
    }
    return items;
  }

  /// The recursion over suffixes.
  private static final class Search {
    private final int[] itemOfRank;
    private final int supportMin;
    private final int sizeMax;
    private final Visitor visitor;
    private final int[] suffix;
    private final int[] prefix;

    Search(int[] itemOfRank, int supportMin, int sizeMax, Visitor visitor) {
      this.itemOfRank = itemOfRank;
      this.supportMin = supportMin;
      this.sizeMax = sizeMax;
      this.visitor = visitor;
      this.suffix = new int[Math.min(sizeMax, itemOfRank.length) + 1];
      this.prefix = new int[itemOfRank.length];
    }

    void grow(Tree tree, int suffixSize) {
      if (suffixSize == sizeMax) {
        return;
      }
      int[] path = tree.singlePath();
      if (path != null) {
        subsets(tree, path, path.length, suffixSize, Integer.MAX_VALUE);
        return;
      }
      for (int rank = tree.ranks() - 1; rank >= 0; rank--) {
        int support = tree.support(rank);
        if (support < supportMin) {
          continue;
        }
        suffix[suffixSize] = itemOfRank[rank];
        visitor.visit(suffix, suffixSize + 1, support);
        if (suffixSize + 1 < sizeMax && rank > 0) {
          Tree conditional = conditional(tree, rank);
          if (conditional != null) {
            grow(conditional, suffixSize + 1);
          }
        }
      }
    }

    /// Every subset of the nodes of a single path; the support of a subset is that of its deepest
    /// node.
    private void subsets(Tree tree, int[] path, int depth, int suffixSize, int support) {
      for (int i = depth - 1; i >= 0; i--) {
        int node = path[i];
        int nodeSupport = Math.min(support, tree.count(node));
        if (nodeSupport < supportMin) {
          continue;
        }
        suffix[suffixSize] = itemOfRank[tree.rank(node)];
        visitor.visit(suffix, suffixSize + 1, nodeSupport);
        if (suffixSize + 1 < sizeMax) {
          subsets(tree, path, i, suffixSize + 1, nodeSupport);
        }
      }
    }

    private @org.jspecify.annotations.Nullable Tree conditional(Tree tree, int rank) {
      int[] supports = new int[rank];
      int nodes = 0;
      for (int node = tree.firstOf(rank); node != Tree.NONE; node = tree.nextOf(node)) {
        int count = tree.count(node);
        for (int up = tree.parent(node); up != Tree.ROOT; up = tree.parent(up)) {
          supports[tree.rank(up)] += count;
          nodes++;
        }
      }
      boolean any = false;
      for (int support : supports) {
        any |= support >= supportMin;
      }
      if (!any) {
        return null;
      }
      Tree conditional = new Tree(rank, Math.max(16, Math.min(nodes, tree.size())));
      for (int node = tree.firstOf(rank); node != Tree.NONE; node = tree.nextOf(node)) {
        int length = 0;
        for (int up = tree.parent(node); up != Tree.ROOT; up = tree.parent(up)) {
          if (supports[tree.rank(up)] >= supportMin) {
            prefix[length++] = tree.rank(up);
          }
        }
        // Walking up gave falling ranks; a tree takes rising ones.
        for (int i = 0, j = length - 1; i < j; i++, j--) {
          int swap = prefix[i];
          prefix[i] = prefix[j];
          prefix[j] = swap;
        }
        conditional.insert(prefix, length, tree.count(node));
      }
      return conditional;
    }
  }

  /// A prefix tree with counts. Node 0 is the root; nodes of one rank are chained.
  private static final class Tree {
    static final int ROOT = 0;
    static final int NONE = -1;

    private final int[] firstOfRank;
    private final int[] supportOfRank;
    private int[] rank;
    private int[] parent;
    private int[] count;
    private int[] next;
    private int size = 1;
    // Open addressing from (parent, rank) to the child; 0 is free, since the root is nobody's
    // child.
    private int[] table;
    private boolean branches;

    Tree(int ranks, int nodesExpected) {
      firstOfRank = new int[ranks];
      Arrays.fill(firstOfRank, NONE);
      supportOfRank = new int[ranks];
      int capacity = Math.max(8, Math.min(nodesExpected, 1 << 12)) + 1;
      rank = new int[capacity];
      parent = new int[capacity];
      count = new int[capacity];
      next = new int[capacity];
      rank[ROOT] = -1;
      table = new int[Integer.highestOneBit(capacity * 2) * 2];
    }

    int ranks() {
      return firstOfRank.length;
    }

    int size() {
      return size;
    }

    int support(int ofRank) {
      return supportOfRank[ofRank];
    }

    int firstOf(int ofRank) {
      return firstOfRank[ofRank];
    }

    int nextOf(int node) {
      return next[node];
    }

    int parent(int node) {
      return parent[node];
    }

    int rank(int node) {
      return rank[node];
    }

    int count(int node) {
      return count[node];
    }

    void insert(int[] ranks, int length, int times) {
      int node = ROOT;
      for (int i = 0; i < length; i++) {
        node = child(node, ranks[i]);
        count[node] += times;
        supportOfRank[ranks[i]] += times;
      }
    }

    /// The nodes from the root down when no node has two children, or null.
    int @org.jspecify.annotations.Nullable [] singlePath() {
      if (branches) {
        return null;
      }
      int[] path = new int[size - 1];
      for (int node = 1; node < size; node++) {
        path[node - 1] = node;
      }
      return path;
    }

    private int child(int of, int childRank) {
      int mask = table.length - 1;
      int slot = hash(of, childRank) & mask;
      while (table[slot] != 0) {
        int node = table[slot];
        if (parent[node] == of && rank[node] == childRank) {
          return node;
        }
        slot = (slot + 1) & mask;
      }
      return add(of, childRank, slot);
    }

    private int add(int of, int childRank, int slot) {
      if (size == rank.length) {
        int capacity = size * 2;
        rank = Arrays.copyOf(rank, capacity);
        parent = Arrays.copyOf(parent, capacity);
        count = Arrays.copyOf(count, capacity);
        next = Arrays.copyOf(next, capacity);
      }
      int node = size++;
      // A tree is one path as long as each node is the child of the node made just before it.
      branches |= of != node - 1;
      rank[node] = childRank;
      parent[node] = of;
      next[node] = firstOfRank[childRank];
      firstOfRank[childRank] = node;
      table[slot] = node;
      if (size * 2 > table.length) {
        rehash();
      }
      return node;
    }

    private void rehash() {
      int[] larger = new int[table.length * 2];
      int mask = larger.length - 1;
      for (int node = 1; node < size; node++) {
        int slot = hash(parent[node], rank[node]) & mask;
        while (larger[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        larger[slot] = node;
      }
      table = larger;
    }

    private static int hash(int of, int childRank) {
      long mixed = ((long) of << 32 | (childRank & 0xffffffffL)) * 0x9E3779B97F4A7C15L;
      return (int) (mixed >>> 32);
    }
  }
}
