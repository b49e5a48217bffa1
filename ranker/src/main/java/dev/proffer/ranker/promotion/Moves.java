// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The moves of a search on one cart: whether a promotion may apply to a state, and what becomes of
/// the state when it does. Counts the work.
final class Moves {
  private static final long NO_CAP = Long.MAX_VALUE;

  final Basket basket;
  final Candidate[] candidates;
  final Discounts discounts;
  final LaneMode[] modes = new LaneMode[LaneRules.LANES];

  /// The first candidate of each lane, and the end of the last.
  final int[] laneStart = new int[LaneRules.LANES + 1];

  final int lines;
  final int groups;
  final int joints;

  /// Steps that are left, each about one line under one promotion.
  long workLeft;

  private long computed;
  private final List<State> states = new ArrayList<>();

  Moves(LaneRules rules, Basket basket, List<Candidate> open, long workMax) {
    this.basket = basket;
    this.candidates = open.toArray(Candidate[]::new);
    this.workLeft = workMax;
    lines = basket.size();
    int groupCount = 0;
    int jointCount = 0;
    for (Candidate candidate : candidates) {
      groupCount = Math.max(groupCount, candidate.group + 1);
      jointCount = Math.max(jointCount, candidate.joint + 1);
    }
    groups = groupCount;
    joints = jointCount;
    int start = 0;
    for (int lane = 0; lane < LaneRules.LANES; lane++) {
      modes[lane] = rules.mode(lane);
      while (start < candidates.length && candidates[start].promotion.lane() < lane) {
        start++;
      }
      laneStart[lane] = start;
    }
    laneStart[LaneRules.LANES] = candidates.length;
    discounts = new Discounts(basket);
  }

  // ---- States ----

  State fresh() {
    return new State(lines, groups, joints, candidates.length);
  }

  /// The state of a depth; it is used again by every branch.
  State state(int depth) {
    while (states.size() <= depth) {
      states.add(fresh());
    }
    return states.get(depth);
  }

  void reset(State state) {
    for (int line = 0; line < lines; line++) {
      state.amounts[line] = basket.before(line);
    }
    Arrays.fill(state.groupUsed, false);
    Arrays.fill(state.decided, false);
    Arrays.fill(state.chosen, false);
    for (Candidate candidate : candidates) {
      if (candidate.joint >= 0) {
        state.jointLeft[candidate.joint] = candidate.promotion.jointCapMinorUnits();
      }
    }
    state.shipping = basket.shipping();
    state.points = basket.points();
    state.gifts = 0;
    state.last = -1;
  }

  void beginLane(State state) {
    System.arraycopy(state.amounts, 0, state.entry, 0, lines);
    Arrays.fill(state.taken, false);
    state.last = -1;
  }

  // ---- One promotion ----

  /// Whether nothing that was chosen before stands in its way.
  boolean allowed(int c, State state) {
    Candidate candidate = candidates[c];
    return !candidate.promotion.exclusive()
        && (candidate.group < 0 || !state.groupUsed[candidate.group]);
  }

  boolean applies(int c, State state, boolean linesAreTaken) {
    Candidate candidate = candidates[c];
    workLeft -= candidate.lines.length + 1;
    if (!allowed(c, state)
        || !discounts.conditionsHold(candidate, state.entry, linesAreTaken ? state.taken : null)) {
      return false;
    }
    if (candidate.effect instanceof Effect.Present) {
      return true;
    }
    long saving = compute(c, state, linesAreTaken);
    return saving > 0 && saving <= candidate.budgetLeft;
  }

  long compute(int c, State state, boolean linesAreTaken) {
    Candidate candidate = candidates[c];
    workLeft -= candidate.lines.length;
    computed =
        discounts.compute(
            candidate,
            state.amounts,
            state.entry,
            linesAreTaken ? state.taken : null,
            state.shipping,
            state.points,
            candidate.joint < 0 ? NO_CAP : state.jointLeft[candidate.joint]);
    return computed;
  }

  /// Applies a promotion of which [#applies] said that it does.
  void apply(int c, State state, boolean takesLines) {
    compute(c, state, takesLines);
    applyComputed(c, state, takesLines);
  }

  /// Applies a promotion that was computed last, on the same prices.
  void applyComputed(int c, State state, boolean takesLines) {
    Candidate candidate = candidates[c];
    if (candidate.effect instanceof Effect.Present) {
      state.gifts += candidate.giftValue;
      use(c, state);
      return;
    }
    takeOff(candidate.lines, state, takesLines);
    takeOff(candidate.fromLines, state, takesLines);
    if (takesLines) {
      for (int line : candidate.lines) {
        state.taken[line] = true;
      }
      for (int line : candidate.fromLines) {
        state.taken[line] = true;
      }
    }
    state.shipping -= discounts.shippingOff;
    state.points -= discounts.pointsUsed;
    state.gifts += candidate.giftValue;
    if (candidate.joint >= 0) {
      state.jointLeft[candidate.joint] -= computed;
    }
    use(c, state);
  }

  private void takeOff(int[] changed, State state, boolean takesLines) {
    for (int line : changed) {
      if (!takesLines || !state.taken[line]) {
        state.amounts[line] -= discounts.off[line];
        discounts.off[line] = 0;
      }
    }
  }

  void use(int c, State state) {
    if (candidates[c].group >= 0) {
      state.groupUsed[candidates[c].group] = true;
    }
  }

  /// What an amount of a line becomes under a promotion that works line by line.
  long after(int c, int line, long amount) {
    return candidates[c].after(amount, basket.quantities()[line], discounts.floor(line));
  }

  /// The chosen promotion that leaves a line cheapest, or -1 when none makes it cheaper.
  int cheapest(int start, int end, int line, State state) {
    int best = -1;
    long bestAmount = state.amounts[line];
    for (int c = start; c < end; c++) {
      if (state.chosen[c] && candidates[c].touches(line)) {
        long after = after(c, line, state.amounts[line]);
        if (after < bestAmount) {
          best = c;
          bestAmount = after;
        }
      }
    }
    return best;
  }
}
