// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Splits the first lane into parts that do not concern each other, and finds the outcomes of each
/// part that can matter.
///
/// Lines are of one part when a promotion of the lane that must be decided on touches both, or when
/// a threshold of the next lane that could be missed counts both. What one part does leaves the
/// others alone, so a cart has the product of their outcomes; most of those need not be looked at.
///
/// An outcome has a low: the least that the lines of its part can come to after all lanes, with
/// what thresholds of its own give at exactly its spend. Two outcomes differ in the end by what
/// their lows differ, give or take a slack: the interplay with promotions that the low does not
/// see, such as an amount off the whole cart that is shared out over lines with different member
/// prices. So an outcome whose low is above the lowest by more than the slack is never the better
/// one and is left out. That holds up to the rounding of shares, a minor unit a line.
final class Parts {
  /// One way to settle the lines of a part.
  @SuppressWarnings("ArrayRecordComponent") // Read by the search, never compared, never changed.
  record Outcome(
      long[] amounts,
      int[] takers,
      int[] winners,
      long low,
      boolean[] groupUsed,
      long[] jointLeft) {}

  private static final double NO_BOUND = 1e18;
  private static final int OUTCOMES_MAX = 4_096;
  private static final Outcome[] NO_OUTCOMES = {};

  /// The lines of each part, and its outcomes, lowest first.
  final int[][] lines;

  final Outcome[][] outcomes;

  /// The sum of the lowest lows from each part on.
  final long[] restLow;

  /// Whether every part has all outcomes that can matter.
  final boolean complete;

  /// Promotions of the next lane that are in the lows.
  final boolean[] counted;

  private final Moves moves;
  private final Bound bound;
  private final boolean[] free;
  // Promotions of the lane whose conditions no outcome can meet.
  private final boolean[] dead;
  private final int start;
  private final int end;

  // The part that is looked at.
  private int[] partLines = {};
  private int[] takers = {};
  private int[] options = {};
  private int[] locals = {};
  private double slack;
  private long lowest;
  private final List<Outcome> found = new ArrayList<>();
  private final int[] trail;
  private int trailLength;
  private long workMin;
  private boolean cut;
  private final double[] gainPenalties;
  // By promotion of the next lane: the least that a unit more on its lines is worth at the end.
  private final double[] leastSlopes;
  // By promotion: its place among the options of the part.
  private final int[] optionAt;
  // By promotion: how differently a unit off counts on its lines; below 0 when not known yet.
  private final double[] spreads;

  /// @param free promotions that work line by line and are never left out
  /// @param delicate thresholds that can be missed
  Parts(Moves moves, Bound bound, boolean[] free, boolean[] delicate, State root) {
    this.moves = moves;
    this.bound = bound;
    start = moves.laneStart[0];
    end = moves.laneStart[1];
    this.free = new boolean[end];
    dead = new boolean[end];
    for (int c = start; c < end; c++) {
      dead[c] = !moves.discounts.conditionsHold(moves.candidates[c], root.entry, null);
      this.free[c] = free[c] && !dead[c];
    }
    trail = new int[end];
    counted = new boolean[moves.candidates.length];
    gainPenalties = new double[64];
    optionAt = new int[end];
    spreads = new double[moves.candidates.length];
    Arrays.fill(spreads, -1);
    leastSlopes = new double[moves.candidates.length];
    for (int c = moves.laneStart[1]; c < moves.laneStart[2]; c++) {
      leastSlopes[c] = leastSlope(moves.candidates[c]);
    }
    int[] part = new int[moves.lines];
    for (int line = 0; line < part.length; line++) {
      part[line] = line;
    }
    join(part, delicate);
    // 1. Number the parts by their first line.
    int[] number = new int[moves.lines];
    Arrays.fill(number, -1);
    int count = 0;
    for (int line = 0; line < moves.lines; line++) {
      int root0 = root(part, line);
      if (number[root0] < 0) {
        number[root0] = count++;
      }
    }
    lines = new int[count][];
    outcomes = new Outcome[count][];
    int[] buffer = new int[moves.lines];
    for (int p = 0; p < count; p++) {
      int size = 0;
      for (int line = 0; line < moves.lines; line++) {
        if (number[root(part, line)] == p) {
          buffer[size++] = line;
        }
      }
      lines[p] = Arrays.copyOf(buffer, size);
    }
    // 2. Thresholds of the next lane that lie inside one part are seen by its lows.
    int[][] localsOf = new int[count][];
    int[] localBuffer = new int[moves.candidates.length];
    for (int p = 0; p < count; p++) {
      int size = 0;
      for (int c = moves.laneStart[1]; c < moves.laneStart[2]; c++) {
        if (isThreshold(c) && number[root(part, moves.candidates[c].lines[0])] == p) {
          boolean inside = true;
          for (int line : moves.candidates[c].lines) {
            inside &= number[root(part, line)] == p;
          }
          if (inside) {
            localBuffer[size++] = c;
            counted[c] = true;
          }
        }
      }
      localsOf[p] = Arrays.copyOf(localBuffer, size);
    }
    // 3. Each part by itself.
    for (int p = 0; p < count; p++) {
      long share = moves.workLeft / 2 / (count - p);
      workMin = moves.workLeft - share;
      outcomes[p] = settle(p, localsOf[p], delicate, root);
    }
    complete = !cut;
    restLow = new long[count + 1];
    for (int p = count - 1; p >= 0; p--) {
      restLow[p] = restLow[p + 1] + outcomes[p][0].low();
    }
  }

  // ---- What belongs together ----

  private void join(int[] part, boolean[] delicate) {
    int[] groupLine = new int[moves.groups];
    int[] jointLine = new int[moves.joints];
    Arrays.fill(groupLine, -1);
    Arrays.fill(jointLine, -1);
    for (int c = start; c < end; c++) {
      Candidate candidate = moves.candidates[c];
      if (free[c] || dead[c] || candidate.tail || candidate.promotion.exclusive()) {
        continue;
      }
      int first = candidate.lines[0];
      for (int line : candidate.lines) {
        union(part, first, line);
      }
      for (int line : candidate.fromLines) {
        union(part, first, line);
      }
      if (candidate.group >= 0) {
        groupLine[candidate.group] = unionAll(part, groupLine[candidate.group], first);
      }
      if (candidate.joint >= 0) {
        jointLine[candidate.joint] = unionAll(part, jointLine[candidate.joint], first);
      }
    }
    for (int c = moves.laneStart[1]; c < moves.laneStart[2]; c++) {
      if (delicate[c] && isThreshold(c) && moves.candidates[c].lines.length < moves.lines) {
        for (int line : moves.candidates[c].lines) {
          union(part, moves.candidates[c].lines[0], line);
        }
      }
    }
  }

  private static int unionAll(int[] part, int known, int line) {
    if (known >= 0) {
      union(part, known, line);
    }
    return line;
  }

  private static int root(int[] part, int line) {
    int at = line;
    while (part[at] != at) {
      at = part[at];
    }
    return at;
  }

  private static void union(int[] part, int a, int b) {
    int rootA = root(part, a);
    int rootB = root(part, b);
    part[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /// Whether what a promotion of the next lane takes off is known from the spend on its lines.
  private boolean isThreshold(int c) {
    Candidate candidate = moves.candidates[c];
    return moves.modes[1] == LaneMode.ALL
        && candidate.group < 0
        && candidate.joint < 0
        && candidate.budgetLeft == Long.MAX_VALUE
        && !candidate.promotion.exclusive()
        && candidate.promotion.minCartAmount() == 0
        && switch (candidate.effect) {
          case Effect.AmountOnce _ -> true;
          case Effect.Tiered tiered -> Arrays.stream(tiered.basisPoints()).allMatch(b -> b == 0);
          case Effect.Percent _,
              Effect.AmountEach _,
              Effect.Fixed _,
              Effect.Nth _,
              Effect.BuyGet _,
              Effect.Present _,
              Effect.ShippingFree _,
              Effect.Bundle _,
              Effect.Points _ ->
              false;
        };
  }

  /// What such a promotion takes off at a spend.
  private static long offAt(Candidate candidate, long spend) {
    if (spend < candidate.promotion.minMatchingAmount()) {
      return 0;
    }
    long off =
        switch (candidate.effect) {
          case Effect.AmountOnce(long amount) -> amount;
          case Effect.Tiered tiered -> {
            int tier = tiered.reached(spend);
            yield tier < 0 ? 0 : Arithmetic.tieredAmount(tiered, tier, spend);
          }
          case Effect.Percent _,
              Effect.AmountEach _,
              Effect.Fixed _,
              Effect.Nth _,
              Effect.BuyGet _,
              Effect.Present _,
              Effect.ShippingFree _,
              Effect.Bundle _,
              Effect.Points _ ->
              0;
        };
    return Math.min(off, candidate.savingMax);
  }

  // ---- One part ----

  private Outcome[] settle(int p, int[] localPromotions, boolean[] delicate, State root) {
    partLines = lines[p];
    locals = localPromotions;
    boolean[] mine = new boolean[moves.lines];
    for (int line : partLines) {
      mine[line] = true;
    }
    int[] takerBuffer = new int[end];
    int[] optionBuffer = new int[end];
    int takerCount = 0;
    int optionCount = 0;
    boolean shared = false;
    for (int c = start; c < end; c++) {
      Candidate candidate = moves.candidates[c];
      if (free[c]
          || dead[c]
          || candidate.tail
          || candidate.promotion.exclusive()
          || !mine[candidate.lines[0]]) {
        continue;
      }
      shared |= isSharedWithLater(candidate);
      if (candidate.lineChoice) {
        optionAt[c] = optionCount;
        optionBuffer[optionCount++] = c;
      } else {
        takerBuffer[takerCount++] = c;
      }
    }
    takers = Arrays.copyOf(takerBuffer, takerCount);
    options = Arrays.copyOf(optionBuffer, optionCount);
    slack = shared ? NO_BOUND : slack(mine, delicate);
    found.clear();
    lowest = Long.MAX_VALUE;
    trailLength = 0;
    sequences(root, 1);
    Outcome[] result =
        found.stream()
            .filter(outcome -> outcome.low() <= lowest + slack)
            .sorted(Comparator.comparingLong(Outcome::low))
            .toArray(Outcome[]::new);
    return slack < NO_BOUND ? result : undominated(result, delicate);
  }

  private boolean isSharedWithLater(Candidate candidate) {
    for (int c = end; c < moves.candidates.length; c++) {
      Candidate later = moves.candidates[c];
      if ((candidate.group >= 0 && candidate.group == later.group)
          || (candidate.joint >= 0 && candidate.joint == later.joint)) {
        return true;
      }
    }
    return false;
  }

  /// How much two outcomes can differ in the end beyond what their lows differ.
  private double slack(boolean[] mine, boolean[] delicate) {
    double total = 0;
    double[] ofGroup = new double[moves.groups];
    for (int c = 0; c < moves.candidates.length; c++) {
      Candidate candidate = moves.candidates[c];
      boolean here = c < end;
      if ((here && !candidate.tail)
          || candidate.promotion.exclusive()
          || candidate.effect instanceof Effect.Present
          || (candidate.effect instanceof Effect.ShippingFree && !delicate[c])) {
        continue;
      }
      boolean concerned = candidate.promotion.minCartAmount() > 0;
      for (int line : candidate.lines) {
        concerned |= mine[line];
      }
      for (int line : candidate.fromLines) {
        concerned |= mine[line];
      }
      if (!concerned) {
        continue;
      }
      double more;
      if (candidate.separable) {
        boolean always =
            !delicate[c] && candidate.group < 0 && candidate.budgetLeft == Long.MAX_VALUE;
        more = always ? 0 : candidate.savingMax;
      } else if (!candidate.tail && moves.modes[candidate.promotion.lane()] != LaneMode.ALL) {
        // It takes its lines from percentages, which lows do not see.
        return NO_BOUND;
      } else if (counted[c]
          || (!delicate[c] && (isFlat(candidate) || candidate.effect instanceof Effect.Points))) {
        more = candidate.savingMax * spread(c);
      } else {
        more = candidate.savingMax;
      }
      if (candidate.group >= 0) {
        double raised = Math.max(0, more - ofGroup[candidate.group]);
        ofGroup[candidate.group] += raised;
        more = raised;
      }
      total += more;
    }
    return total;
  }

  /// Whether what it takes off does not depend on prices, once its conditions hold.
  private static boolean isFlat(Candidate candidate) {
    return switch (candidate.effect) {
      case Effect.AmountOnce _, Effect.ShippingFree _ -> true;
      case Effect.Tiered tiered ->
          Arrays.stream(tiered.basisPoints()).allMatch(basisPoints -> basisPoints == 0);
      case Effect.Percent _,
          Effect.AmountEach _,
          Effect.Fixed _,
          Effect.Nth _,
          Effect.BuyGet _,
          Effect.Present _,
          Effect.Bundle _,
          Effect.Points _ ->
          false;
    };
  }

  /// How differently a unit off counts on the lines of a promotion, from 0 (all the same) to 1.
  private double spread(int c) {
    if (spreads[c] < 0) {
      spreads[c] = computeSpread(c);
    }
    return spreads[c];
  }

  private double computeSpread(int c) {
    Candidate candidate = moves.candidates[c];
    int next = candidate.promotion.lane() + 1;
    double least = 1;
    double greatest = 0;
    for (int line : candidate.lines) {
      double slope = bound.slope(next, line);
      boolean even =
          bound.onlyPercentages(next, line)
              && moves.basket.floor(line) * 2 <= moves.basket.before(line);
      least = Math.min(least, even ? slope : 0);
      greatest = Math.max(greatest, slope);
    }
    return Math.max(0, greatest - least);
  }

  /// Promotions that take lines together, in any order, those that save most first; two neighbours
  /// that share no line are tried in one order only.
  private void sequences(State state, int depth) {
    int[] order = new int[takers.length];
    long[] savings = new long[takers.length];
    int count = 0;
    for (int c : takers) {
      if (state.decided[c]
          || (state.last > c && !moves.candidates[c].overlaps(moves.candidates[state.last]))
          || !moves.applies(c, state, true)) {
        continue;
      }
      long saving = moves.compute(c, state, true);
      int place = count++;
      for (; place > 0 && savings[place - 1] < saving; place--) {
        savings[place] = savings[place - 1];
        order[place] = order[place - 1];
      }
      savings[place] = saving;
      order[place] = c;
    }
    for (int k = 0; k < count && !isOver(); k++) {
      State child = moves.state(depth);
      child.copyFrom(state);
      moves.apply(order[k], child, true);
      child.decided[order[k]] = true;
      child.last = order[k];
      trail[trailLength++] = order[k];
      if (low(child, 0, true) <= lowest + slack) {
        sequences(child, depth + 1);
      }
      trailLength--;
    }
    if (!isOver()) {
      options(state, depth, 0);
    }
  }

  /// Which promotions that work line by line and could better be left out are chosen.
  private void options(State state, int depth, int from) {
    int next = from;
    while (next < options.length && !matters(options[next], state)) {
      next++;
    }
    if (next == options.length) {
      record(state);
      return;
    }
    State child = moves.state(depth);
    child.copyFrom(state);
    child.chosen[options[next]] = true;
    moves.use(options[next], child);
    options(child, depth + 1, next + 1);
    if (!isOver() && low(state, next + 1, false) <= lowest + slack) {
      options(state, depth, next + 1);
    }
  }

  private boolean isOver() {
    if (found.isEmpty()) {
      // The first way down is the greedy one, and it is always gone.
      return false;
    }
    boolean over = moves.workLeft < workMin || found.size() >= OUTCOMES_MAX;
    cut |= over;
    return over;
  }

  /// Whether choosing it makes a line of the part cheaper.
  private boolean matters(int c, State state) {
    if (!moves.allowed(c, state)) {
      return false;
    }
    for (int line : moves.candidates[c].lines) {
      if (!state.taken[line]
          && moves.after(c, line, state.amounts[line]) < chosenAmount(line, state)) {
        return true;
      }
    }
    return false;
  }

  /// What a line comes to with the promotions that are chosen.
  private long chosenAmount(int line, State state) {
    long amount = state.amounts[line];
    if (state.taken[line]) {
      return amount;
    }
    long lowestAmount = amount;
    for (int c : bound.separable(0, line)) {
      if (free[c] || state.chosen[c]) {
        lowestAmount = Math.min(lowestAmount, moves.after(c, line, amount));
      }
    }
    return lowestAmount;
  }

  private void record(State state) {
    int size = partLines.length;
    long[] amounts = new long[size];
    long[] saved = new long[end];
    boolean[] wins = new boolean[end];
    int winnerCount = 0;
    moves.workLeft -= size;
    for (int k = 0; k < size; k++) {
      int line = partLines[k];
      long amount = state.amounts[line];
      int best = -1;
      long bestAmount = amount;
      if (!state.taken[line]) {
        for (int c : bound.separable(0, line)) {
          if (free[c] || state.chosen[c]) {
            long after = moves.after(c, line, amount);
            if (after < bestAmount) {
              best = c;
              bestAmount = after;
            }
          }
        }
      }
      amounts[k] = bestAmount;
      if (best >= 0) {
        saved[best] += amount - bestAmount;
        if (!wins[best]) {
          wins[best] = true;
          winnerCount++;
        }
      }
    }
    int[] winners = new int[winnerCount];
    int next = 0;
    for (int c = start; c < end; c++) {
      if (wins[c]) {
        if (saved[c] > moves.candidates[c].budgetLeft) {
          return;
        }
        winners[next++] = c;
      }
    }
    long low = 0;
    for (int k = 0; k < size; k++) {
      low += bound.later(1, partLines[k], amounts[k], state);
    }
    double off = 0;
    for (int c : locals) {
      off += offAt(moves.candidates[c], spend(moves.candidates[c], amounts)) * bound.worth(c);
    }
    low -= (long) Math.ceil(off);
    if (low <= lowest + slack) {
      lowest = Math.min(lowest, low);
      found.add(
          new Outcome(
              amounts,
              Arrays.copyOf(trail, trailLength),
              winners,
              low,
              state.groupUsed.clone(),
              state.jointLeft.clone()));
    }
  }

  private long spend(Candidate candidate, long[] amounts) {
    long spend = 0;
    int k = 0;
    for (int line : candidate.lines) {
      while (partLines[k] != line) {
        k++;
      }
      spend += amounts[k];
    }
    return spend;
  }

  // ---- The bound of a part ----

  /// A bound from below on the lows of the outcomes of a state.
  ///
  /// @param from the first option that is not decided on
  /// @param sequence whether promotions that take lines may still come
  private long low(State state, int from, boolean sequence) {
    long total = 0;
    moves.workLeft -= 2L * partLines.length;
    long[] lineLow = new long[moves.lines];
    for (int line : partLines) {
      long amount = state.amounts[line];
      long least = amount;
      if (!state.taken[line]) {
        for (int c : bound.separable(0, line)) {
          if (free[c] || state.chosen[c] || isOpen(c, from, sequence, state)) {
            least = Math.min(least, moves.after(c, line, amount));
          }
        }
      }
      lineLow[line] = least;
      total += bound.later(1, line, least, state);
    }
    if (sequence) {
      for (int c : takers) {
        if (!state.decided[c] && moves.allowed(c, state)) {
          total -= Math.min(moves.candidates[c].savingMax, moves.candidates[c].budgetLeft);
        }
      }
    }
    return total - (long) Math.ceil(gain(lineLow, sequence, state));
  }

  private boolean isOpen(int c, int from, boolean sequence, State state) {
    Candidate candidate = moves.candidates[c];
    if (dead[c] || !moves.allowed(c, state)) {
      return false;
    }
    return candidate.lineChoice ? from == 0 || optionAt[c] >= from : sequence && !state.decided[c];
  }

  /// The most that thresholds of the part can take off, less what must be paid more than the lowest
  /// prices to reach them; what is paid to reach one counts for all.
  private double gain(long[] lineLow, boolean sequence, State state) {
    int penalties = 1;
    gainPenalties[0] = 0;
    long[] lowSpends = new long[locals.length];
    for (int local = 0; local < locals.length; local++) {
      lowSpends[local] = lowSpend(moves.candidates[locals[local]], lineLow);
      for (int c : takers) {
        if (sequence
            && !state.decided[c]
            && moves.allowed(c, state)
            && moves.candidates[c].overlaps(moves.candidates[locals[local]])) {
          lowSpends[local] -= moves.candidates[c].savingMax;
        }
      }
    }
    for (int local = 0; local < locals.length; local++) {
      Candidate candidate = moves.candidates[locals[local]];
      long spend = lowSpends[local];
      double price = leastSlopes[locals[local]];
      penalties = addPenalty(penalties, candidate.promotion.minMatchingAmount(), spend, price);
      if (candidate.effect instanceof Effect.Tiered tiered) {
        if (tiered.repeats()) {
          // Every multiple is a step; one more is looked at, the rest are let be reached for free.
          return mostOff();
        }
        for (long step : tiered.spends()) {
          penalties = addPenalty(penalties, step, spend, price);
        }
      }
      if (penalties >= gainPenalties.length - 2) {
        return mostOff();
      }
    }
    double best = 0;
    for (int k = 0; k < penalties; k++) {
      double paid = gainPenalties[k];
      double off = 0;
      for (int local = 0; local < locals.length; local++) {
        Candidate candidate = moves.candidates[locals[local]];
        double price = leastSlopes[locals[local]];
        double reach = price <= 0 ? NO_BOUND : paid / price;
        off += mostOffUpTo(candidate, lowSpends[local] + reach) * bound.worth(locals[local]);
      }
      best = Math.max(best, off - paid);
    }
    return best;
  }

  private int addPenalty(int count, long step, long spend, double price) {
    if (step <= spend) {
      return count;
    }
    gainPenalties[count] = (step - spend) * price;
    return count + 1;
  }

  private double mostOff() {
    double off = 0;
    for (int c : locals) {
      off += moves.candidates[c].savingMax * bound.worth(c);
    }
    return off;
  }

  /// The most that it takes off at any spend up to one.
  private static double mostOffUpTo(Candidate candidate, double spend) {
    // A hair for the division that led here.
    long reached = spend >= NO_BOUND ? Long.MAX_VALUE : (long) Math.floor(spend + 1e-6);
    if (reached < candidate.promotion.minMatchingAmount()) {
      return 0;
    }
    if (!(candidate.effect instanceof Effect.Tiered tiered)) {
      return candidate.savingMax;
    }
    long most = 0;
    for (int tier = 0; tier < tiered.spends().length && tiered.spends()[tier] <= reached; tier++) {
      most = Math.max(most, tiered.amounts()[tier]);
    }
    return Math.min(most, candidate.savingMax);
  }

  private static long lowSpend(Candidate candidate, long[] lineLow) {
    long spend = 0;
    for (int line : candidate.lines) {
      spend += lineLow[line];
    }
    return spend;
  }

  private double leastSlope(Candidate candidate) {
    double least = 1;
    for (int line : candidate.lines) {
      if (!bound.onlyPercentages(1, line)) {
        return 0;
      }
      least = Math.min(least, bound.slope(1, line));
    }
    return least;
  }

  // ---- Outcomes that are never better ----

  /// Leaves out outcomes than which another is at least as cheap on every line, uses nothing more
  /// up and misses no threshold.
  private Outcome[] undominated(Outcome[] all, boolean[] delicate) {
    boolean cartWide = false;
    for (int c = end; c < moves.candidates.length; c++) {
      cartWide |= delicate[c] && !counted[c];
    }
    if (cartWide) {
      return all;
    }
    List<Outcome> kept = new ArrayList<>();
    for (Outcome outcome : all) {
      boolean dominated = false;
      for (Outcome other : kept) {
        dominated |= dominates(other, outcome);
        moves.workLeft -= partLines.length;
      }
      if (!dominated) {
        kept.add(outcome);
      }
    }
    return kept.toArray(NO_OUTCOMES);
  }

  private boolean dominates(Outcome a, Outcome b) {
    for (int k = 0; k < a.amounts().length; k++) {
      if (a.amounts()[k] > b.amounts()[k]) {
        return false;
      }
    }
    for (int group = 0; group < a.groupUsed().length; group++) {
      if (a.groupUsed()[group] && !b.groupUsed()[group]) {
        return false;
      }
    }
    for (int joint = 0; joint < a.jointLeft().length; joint++) {
      if (a.jointLeft()[joint] < b.jointLeft()[joint]) {
        return false;
      }
    }
    for (int c : locals) {
      Candidate candidate = moves.candidates[c];
      if (offAt(candidate, spend(candidate, a.amounts()))
          < offAt(candidate, spend(candidate, b.amounts()))) {
        return false;
      }
    }
    return true;
  }
}
