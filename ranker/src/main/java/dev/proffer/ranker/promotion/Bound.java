// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.Arrays;

/// Bounds from below on the total that a state can still reach: everything that is left is let
/// apply at once, at its best.
///
/// Promotions that work line by line are let change each line; of the others, the most that they
/// can take off is taken off the sum. What a promotion takes off before a percentage comes is worth
/// less in the end: with slopes, the bound says so, at the cost of the rounding of shares, which
/// may be a minor unit a line.
final class Bound {
  /// Where in a lane a state is.
  enum Stage {
    STACK,
    TAKE,
    CHOOSE,
    TAIL
  }

  private static final int[] NONE = {};

  private final Moves moves;
  private final Candidate[] candidates;
  private final int lines;
  // By lane and line: the promotions that work line by line and touch it.
  private final int[][][] separable;
  // By lane and line: the most that a unit more before the lane can be worth at the end.
  private final double[][] slopes = new double[LaneRules.LANES + 1][];
  // By promotion: the most that a unit off is worth after the lanes that follow.
  private final double[] worth;
  // By promotion that does not work line by line: the most that it takes off in the lane under way.
  private final long[] most;
  private final long[] groupPool;
  private final long[] jointPool;

  /// @param sloped whether a unit off counts as what it is worth at the end
  Bound(Moves moves, boolean sloped) {
    this.moves = moves;
    candidates = moves.candidates;
    lines = moves.lines;
    groupPool = new long[moves.groups];
    jointPool = new long[moves.joints];
    separable = new int[LaneRules.LANES][lines][];
    int[] buffer = new int[candidates.length];
    for (int lane = 0; lane < LaneRules.LANES; lane++) {
      for (int line = 0; line < lines; line++) {
        int count = 0;
        for (int c = moves.laneStart[lane]; c < moves.laneStart[lane + 1]; c++) {
          if (candidates[c].separable
              && candidates[c].touches(line)
              && !candidates[c].promotion.exclusive()) {
            buffer[count++] = c;
          }
        }
        separable[lane][line] = count == 0 ? NONE : Arrays.copyOf(buffer, count);
      }
    }
    slopes[LaneRules.LANES] = new double[lines];
    Arrays.fill(slopes[LaneRules.LANES], 1);
    for (int lane = LaneRules.LANES - 1; lane >= 0; lane--) {
      slopes[lane] = new double[lines];
      for (int line = 0; line < lines; line++) {
        slopes[lane][line] = laneSlope(lane, line) * slopes[lane + 1][line];
      }
    }
    worth = new double[candidates.length];
    Arrays.fill(worth, 1);
    most = new long[candidates.length];
    for (int c = 0; c < candidates.length; c++) {
      most[c] = Math.min(candidates[c].savingMax, candidates[c].budgetLeft);
      if (sloped && !candidates[c].separable && !candidates[c].tail) {
        worth[c] = slopeMost(c);
      }
    }
  }

  private double slopeMost(int c) {
    double most = 0;
    for (int line : candidates[c].lines) {
      most = Math.max(most, slope(candidates[c].promotion.lane() + 1, line));
    }
    for (int line : candidates[c].fromLines) {
      most = Math.max(most, slope(candidates[c].promotion.lane() + 1, line));
    }
    return most;
  }

  /// The most that a unit more on a line before a lane can be worth at the end.
  double slope(int fromLane, int line) {
    return slopes[fromLane][line];
  }

  private double laneSlope(int lane, int line) {
    double all = 1;
    double deepest = 1;
    for (int c : separable[lane][line]) {
      if (!(candidates[c].effect instanceof Effect.Percent(int basisPoints))) {
        return 1;
      }
      if (candidates[c].group < 0) {
        // One of a group may be in somebody's way by then.
        all *= (10_000 - basisPoints) / 10_000.0;
        deepest = Math.min(deepest, (10_000 - basisPoints) / 10_000.0);
      }
    }
    return moves.modes[lane] == LaneMode.ALL ? all : deepest;
  }

  /// Whether promotions that work line by line are all percentages from a lane on.
  boolean onlyPercentages(int fromLane, int line) {
    for (int lane = fromLane; lane < LaneRules.LANES; lane++) {
      for (int c : separable[lane][line]) {
        if (!(candidates[c].effect instanceof Effect.Percent)) {
          return false;
        }
      }
    }
    return true;
  }

  int[] separable(int lane, int line) {
    return separable[lane][line];
  }

  double worth(int c) {
    return worth[c];
  }

  /// Takes note of the prices with which a lane begins: they decide which conditions and tiers its
  /// promotions can reach.
  void beginLane(int lane, State state) {
    for (int c = moves.laneStart[lane]; c < moves.laneStart[lane + 1]; c++) {
      Candidate candidate = candidates[c];
      if (!candidate.separable) {
        long limit = Math.min(candidate.savingMax, candidate.budgetLeft);
        most[c] =
            moves.discounts.conditionsHold(candidate, state.entry, null)
                ? Math.min(limit, mostAt(candidate, state.entry))
                : 0;
      }
    }
  }

  private static long mostAt(Candidate candidate, long[] entry) {
    if (!(candidate.effect instanceof Effect.Tiered tiered)) {
      return Long.MAX_VALUE;
    }
    long spend = Discounts.matchingSpend(candidate, entry, null);
    long most = 0;
    for (int tier = tiered.reached(spend); tier >= 0; tier--) {
      most =
          Math.max(
              most,
              tiered.basisPoints()[tier] > 0
                  ? Arithmetic.percent(spend, tiered.basisPoints()[tier]) + candidate.lines.length
                  : Arithmetic.tieredAmount(tiered, tier, spend));
    }
    return most;
  }

  /// Whether nothing below this state can be better than a total with gifts of a worth.
  boolean hopeless(int lane, int from, State state, Stage stage, long bestTotal, long bestGifts) {
    long gifts = state.gifts;
    long shipping = state.shipping;
    double pools = 0;
    long amounts = 0;
    long floors = 0;
    Arrays.fill(groupPool, 0);
    Arrays.fill(jointPool, 0);
    for (int c = moves.laneStart[lane]; c < candidates.length; c++) {
      Candidate candidate = candidates[c];
      if (candidate.separable || !left(c, lane, from, state, stage)) {
        continue;
      }
      gifts += candidate.giftValue;
      if (candidate.effect instanceof Effect.ShippingFree) {
        shipping -= Math.min(shipping, candidate.savingMax);
      } else {
        pools += pool(c, state, candidate.promotion.lane() == lane) * worth[c];
      }
    }
    for (int line = 0; line < lines; line++) {
      long amount = state.amounts[line];
      floors += Math.min(amount, moves.discounts.floor(line));
      amounts += later(lane + 1, line, lowest(lane, from, line, amount, state, stage), state);
    }
    moves.workLeft -= 2L * lines + candidates.length - moves.laneStart[lane];
    long bound = Math.max(amounts - (long) Math.ceil(pools), Math.min(floors, amounts)) + shipping;
    return bound > bestTotal || (bound == bestTotal && gifts <= bestGifts);
  }

  /// What a promotion adds to the pool of amounts off, once for a group and up to its joint cap.
  private long pool(int c, State state, boolean here) {
    Candidate candidate = candidates[c];
    long amount = here ? most[c] : Math.min(candidate.savingMax, candidate.budgetLeft);
    if (candidate.joint >= 0) {
      amount = Math.min(amount, state.jointLeft[candidate.joint]);
    }
    if (candidate.group >= 0) {
      // Of a group one applies, so only the greatest counts.
      long more = Math.max(0, amount - groupPool[candidate.group]);
      groupPool[candidate.group] += more;
      return more;
    }
    if (candidate.joint >= 0) {
      amount = Math.min(amount, state.jointLeft[candidate.joint] - jointPool[candidate.joint]);
      jointPool[candidate.joint] += amount;
    }
    return amount;
  }

  /// The most that all promotions that are left from a lane on can take off beside those that work
  /// line by line, as it is worth at the end.
  ///
  /// @param counted promotions to leave out
  double pools(int fromLane, State state, boolean[] counted) {
    double pools = 0;
    Arrays.fill(groupPool, 0);
    Arrays.fill(jointPool, 0);
    for (int c = moves.laneStart[fromLane]; c < candidates.length; c++) {
      if (!candidates[c].separable
          && !counted[c]
          && !(candidates[c].effect instanceof Effect.ShippingFree)
          && moves.allowed(c, state)) {
        pools += pool(c, state, false) * worth[c];
      }
    }
    return pools;
  }

  /// The lowest that an amount of a line can become in the lanes from one on.
  long later(int fromLane, int line, long amount, State state) {
    long result = amount;
    for (int lane = fromLane; lane < LaneRules.LANES; lane++) {
      boolean one = moves.modes[lane] != LaneMode.ALL;
      long entering = result;
      for (int c : separable[lane][line]) {
        if (moves.allowed(c, state)) {
          result = Math.min(result, moves.after(c, line, one ? entering : result));
        }
      }
    }
    return result;
  }

  /// The lowest that a line can become in the lane under way by promotions that work line by line.
  private long lowest(int lane, int from, int line, long amount, State state, Stage stage) {
    boolean one = moves.modes[lane] != LaneMode.ALL;
    if (one && (state.taken[line] || stage == Stage.TAIL)) {
      return amount;
    }
    long lowest = amount;
    for (int c : separable[lane][line]) {
      if (state.chosen[c] || left(c, lane, from, state, stage)) {
        lowest = Math.min(lowest, moves.after(c, line, one ? amount : lowest));
      }
    }
    return lowest;
  }

  /// Whether a promotion may still be applied below a state.
  private boolean left(int c, int lane, int from, State state, Stage stage) {
    Candidate candidate = candidates[c];
    if (!moves.allowed(c, state)) {
      return false;
    }
    if (candidate.promotion.lane() > lane) {
      return true;
    }
    return switch (stage) {
      case STACK -> c >= from;
      case TAKE -> !state.decided[c];
      case CHOOSE -> candidate.tail || (candidate.lineChoice && c >= from);
      case TAIL -> candidate.tail && c >= from;
    };
  }
}
