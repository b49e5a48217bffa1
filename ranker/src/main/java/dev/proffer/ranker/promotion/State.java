// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// Prices and what is used up, at one point of a search.
final class State {
  final long[] amounts;

  /// The lines as the lanes before left them.
  final long[] entry;

  /// Lines that a promotion of the lane took.
  final boolean[] taken;

  final boolean[] groupUsed;
  final long[] jointLeft;

  /// Promotions of the lane that have taken their lines.
  final boolean[] decided;

  /// Promotions that are in the choice of every line.
  final boolean[] chosen;

  long shipping;
  long points;
  long gifts;

  /// The promotion that took lines last, or -1.
  int last;

  State(int lines, int groups, int joints, int candidates) {
    amounts = new long[lines];
    entry = new long[lines];
    taken = new boolean[lines];
    groupUsed = new boolean[groups];
    jointLeft = new long[joints];
    decided = new boolean[candidates];
    chosen = new boolean[candidates];
  }

  void copyFrom(State other) {
    System.arraycopy(other.amounts, 0, amounts, 0, amounts.length);
    System.arraycopy(other.entry, 0, entry, 0, entry.length);
    System.arraycopy(other.taken, 0, taken, 0, taken.length);
    System.arraycopy(other.groupUsed, 0, groupUsed, 0, groupUsed.length);
    System.arraycopy(other.jointLeft, 0, jointLeft, 0, jointLeft.length);
    System.arraycopy(other.decided, 0, decided, 0, decided.length);
    System.arraycopy(other.chosen, 0, chosen, 0, chosen.length);
    shipping = other.shipping;
    points = other.points;
    gifts = other.gifts;
    last = other.last;
  }
}
