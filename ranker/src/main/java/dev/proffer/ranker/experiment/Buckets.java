// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.util.BitSet;
import java.util.StringJoiner;

/// Hundredths of a percent of a layer. Experiments of one layer hold different ones, so they never
/// share a person.
final class Buckets {
  static final int COUNT = 10_000;

  private Buckets() {}

  static BitSet parse(String ranges) {
    BitSet set = new BitSet(COUNT);
    if (!ranges.isEmpty()) {
      for (String range : ranges.split(",", -1)) {
        int dash = range.indexOf('-');
        set.set(
            Integer.parseInt(range.substring(0, dash)),
            Integer.parseInt(range.substring(dash + 1)) + 1);
      }
    }
    return set;
  }

  static String print(BitSet set) {
    StringJoiner ranges = new StringJoiner(",");
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int to = set.nextClearBit(from);
      ranges.add(from + "-" + (to - 1));
      from = set.nextSetBit(to);
    }
    return ranges.toString();
  }

  /// Makes a holding as large as wanted: what it has is kept, more is taken from what nobody holds,
  /// and what is too much is given back from the end. False when there is too little.
  static boolean resize(BitSet holding, BitSet othersHold, int wanted) {
    for (int bucket = COUNT - 1; bucket >= 0 && holding.cardinality() > wanted; bucket--) {
      holding.clear(bucket);
    }
    for (int bucket = 0; bucket < COUNT && holding.cardinality() < wanted; bucket++) {
      if (!othersHold.get(bucket)) {
        holding.set(bucket);
      }
    }
    return holding.cardinality() == wanted;
  }
}
