// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One branch and bound search for the best combination of promotions on one cart. The rules are
/// told at [CartEvaluator].
///
/// The state of a branch is a [State]; states are kept by depth and reused. Decisions that led to
/// the best total are kept as the list of promotions in the order in which they were applied; that
/// list is played again at the end to make the answer.
///
/// A cart with many candidates is searched up to rounding: promotions that can only help are not
/// tried without, and the first lane is split into [Parts]. Rounding of shares may then hide a
/// minor unit a line.
final class Search {
  private final Moves moves;
  private final Bound bound;
  private final Candidate[] candidates;
  private final int[] laneStart;
  private final LaneMode[] modes;
  private final int lines;
  private final boolean many;
  private final boolean[] forced;
  private final boolean[] delicate;
  private final int[] trail;
  private int trailLength;

  private boolean cut;
  private long bestTotal;
  private long bestGifts = -1;
  private int[] bestTrail = {};

  // Only with many candidates: bounds on what follows the first lane.
  private long partsPool;
  private long partsShipping;
  private long partsGifts;

  Search(LaneRules rules, Basket basket, List<Candidate> open, long workMax, int choicesMax) {
    moves = new Moves(rules, basket, open, workMax);
    candidates = moves.candidates;
    laneStart = moves.laneStart;
    modes = moves.modes;
    lines = moves.lines;
    many = candidates.length > choicesMax;
    bound = new Bound(moves, many);
    trail = new int[candidates.length];
    forced = new boolean[candidates.length];
    delicate = new boolean[candidates.length];
    if (many) {
      markForced();
    }
  }

  Pricing best() {
    State root = moves.state(0);
    moves.reset(root);
    bestTotal = Long.MAX_VALUE;
    if (many && modes[0] == LaneMode.BEST && laneStart[1] > 0) {
      walkParts(root);
    } else {
      enter(0, root, 0);
    }
    // An exclusive promotion applies alone, so each is a combination of its own.
    for (int c = 0; c < candidates.length; c++) {
      if (candidates[c].promotion.exclusive()) {
        trail[0] = c;
        trailLength = 1;
        Pricing alone = replay(trail, 1);
        if (!alone.applied().isEmpty()) {
          offer(alone.total(), candidates[c].giftValue);
        }
        trailLength = 0;
      }
    }
    return replay(bestTrail, bestTrail.length);
  }

  // ---- The parts of the first lane ----

  private void walkParts(State root) {
    moves.beginLane(root);
    bound.beginLane(0, root);
    Parts split = new Parts(moves, bound, forced, delicate, root);
    cut |= !split.complete;
    // What the lows do not see: pools of later lanes, and what comes last in this one.
    boolean[] seen = split.counted.clone();
    for (int c = 0; c < laneStart[1]; c++) {
      seen[c] = !candidates[c].tail;
    }
    partsPool = (long) Math.ceil(bound.pools(0, root, seen));
    partsShipping = root.shipping;
    partsGifts = 0;
    for (Candidate candidate : candidates) {
      partsGifts += candidate.giftValue;
      if (candidate.effect instanceof Effect.ShippingFree) {
        partsShipping = Math.min(partsShipping, root.shipping - candidate.savingMax);
      }
    }
    partsShipping = Math.max(0, partsShipping);
    combine(split, 0, root, 0, 0, new int[split.lines.length]);
  }

  /// Takes every combination of outcomes that the bound lets through, lowest first.
  private void combine(Parts split, int p, State state, long low, int depth, int[] picked) {
    if (p == split.lines.length) {
      finishParts(split, state, depth, picked);
      return;
    }
    Parts.Outcome[] outcomes = split.outcomes[p];
    for (int o = 0; o < outcomes.length; o++) {
      Parts.Outcome outcome = outcomes[o];
      if (bestGifts >= 0) {
        if (moves.workLeft <= 0) {
          cut = true;
          return;
        }
        long least = low + outcome.low() + split.restLow[p + 1] - partsPool + partsShipping;
        if (least > bestTotal || (least == bestTotal && partsGifts <= bestGifts)) {
          return;
        }
      }
      picked[p] = o;
      State child = state;
      if (outcomes.length > 1) {
        child = moves.state(depth + 1);
        child.copyFrom(state);
      }
      int[] of = split.lines[p];
      moves.workLeft -= of.length;
      for (int k = 0; k < of.length; k++) {
        child.amounts[of[k]] = outcome.amounts()[k];
      }
      // Groups and joint caps of this lane lie inside one part, so nobody else changed them.
      for (int taker : outcome.takers()) {
        settleUse(taker, outcome, child);
      }
      for (int winner : outcome.winners()) {
        settleUse(winner, outcome, child);
      }
      combine(split, p + 1, child, low + outcome.low(), child == state ? depth : depth + 1, picked);
    }
  }

  private void settleUse(int c, Parts.Outcome outcome, State state) {
    moves.use(c, state);
    int joint = candidates[c].joint;
    if (joint >= 0) {
      state.jointLeft[joint] = outcome.jointLeft()[joint];
    }
  }

  private void finishParts(Parts split, State state, int depth, int[] picked) {
    int mark = trailLength;
    for (int p = 0; p < picked.length; p++) {
      for (int taker : split.outcomes[p][picked[p]].takers()) {
        trail[trailLength++] = taker;
      }
    }
    boolean[] won = new boolean[laneStart[1]];
    for (int p = 0; p < picked.length; p++) {
      for (int winner : split.outcomes[p][picked[p]].winners()) {
        won[winner] = true;
      }
    }
    for (int c = 0; c < won.length; c++) {
      if (won[c]) {
        trail[trailLength++] = c;
      }
    }
    tail(0, 0, state, depth + 1);
    trailLength = mark;
  }

  // ---- The walk ----

  private void enter(int lane, State node, int depth) {
    int next = lane;
    while (next < LaneRules.LANES && laneStart[next] == laneStart[next + 1]) {
      next++;
    }
    if (next == LaneRules.LANES) {
      long total = node.shipping;
      for (long amount : node.amounts) {
        total += amount;
      }
      offer(total, node.gifts);
      return;
    }
    moves.beginLane(node);
    bound.beginLane(next, node);
    switch (modes[next]) {
      case ALL -> stack(next, laneStart[next], node, depth);
      case BEST -> takeLines(next, node, depth);
      case FIRST -> first(next, node, depth);
    }
  }

  /// Candidates of a lane where promotions stack, from `c` on: with it, then without it.
  private void stack(int lane, int c, State node, int depth) {
    int end = laneStart[lane + 1];
    int next = c;
    while (next < end && !moves.applies(next, node, false)) {
      next++;
    }
    if (next == end) {
      enter(lane + 1, node, depth);
      return;
    }
    State child = moves.state(depth + 1);
    child.copyFrom(node);
    moves.applyComputed(next, child, false);
    trail[trailLength++] = next;
    stack(lane, next + 1, child, depth + 1);
    trailLength--;
    if (!forced[next] && !hopeless(lane, next + 1, node, Bound.Stage.STACK)) {
      stack(lane, next + 1, node, depth);
    }
  }

  /// A lane where each line goes to one promotion, first part: promotions that take lines together,
  /// in any order. Two neighbours in the order that share no line could be swapped, so only one
  /// order of them is tried.
  private void takeLines(int lane, State node, int depth) {
    int start = laneStart[lane];
    int end = laneStart[lane + 1];
    int[] order = new int[end - start];
    long[] savings = new long[end - start];
    int count = 0;
    for (int c = start; c < end; c++) {
      Candidate candidate = candidates[c];
      if (candidate.lineChoice
          || candidate.tail
          || node.decided[c]
          || (node.last > c && !candidate.overlaps(candidates[node.last]))
          || !moves.applies(c, node, true)) {
        continue;
      }
      long saving = moves.compute(c, node, true);
      int place = count++;
      for (; place > 0 && savings[place - 1] < saving; place--) {
        savings[place] = savings[place - 1];
        order[place] = order[place - 1];
      }
      savings[place] = saving;
      order[place] = c;
    }
    for (int k = 0; k < count; k++) {
      int c = order[k];
      State child = moves.state(depth + 1);
      child.copyFrom(node);
      moves.apply(c, child, true);
      child.decided[c] = true;
      child.last = c;
      if (hopeless(lane, start, child, Bound.Stage.TAKE)) {
        continue;
      }
      trail[trailLength++] = c;
      takeLines(lane, child, depth + 1);
      trailLength--;
      if (cut) {
        break;
      }
    }
    if (!hopeless(lane, start, node, Bound.Stage.CHOOSE)) {
      choose(lane, start, node, depth);
    }
  }

  /// Second part: which promotions that work line by line are in the choice of every line.
  private void choose(int lane, int c, State node, int depth) {
    int end = laneStart[lane + 1];
    int next = c;
    while (next < end
        && (!candidates[next].lineChoice
            || !moves.allowed(next, node)
            || !moves.discounts.conditionsHold(candidates[next], node.entry, null))) {
      next++;
    }
    if (next == end) {
      State child = moves.state(depth + 1);
      child.copyFrom(node);
      int mark = trailLength;
      if (settleLines(lane, child)) {
        tail(lane, laneStart[lane], child, depth + 1);
      }
      trailLength = mark;
      return;
    }
    State child = moves.state(depth + 1);
    child.copyFrom(node);
    child.chosen[next] = true;
    moves.use(next, child);
    choose(lane, next + 1, child, depth + 1);
    if (!forced[next] && !hopeless(lane, next + 1, node, Bound.Stage.CHOOSE)) {
      choose(lane, next + 1, node, depth);
    }
  }

  /// Gives every line that is left to the chosen promotion that leaves it cheapest, and says
  /// whether budgets allow it.
  private boolean settleLines(int lane, State node) {
    int start = laneStart[lane];
    int end = laneStart[lane + 1];
    long[] saved = new long[end - start];
    boolean any = false;
    for (int line = 0; line < lines; line++) {
      if (node.taken[line]) {
        continue;
      }
      int best = moves.cheapest(start, end, line, node);
      if (best >= 0) {
        long after = moves.after(best, line, node.amounts[line]);
        saved[best - start] += node.amounts[line] - after;
        node.amounts[line] = after;
        any = true;
      }
    }
    moves.workLeft -= lines;
    if (any) {
      for (int c = start; c < end; c++) {
        if (saved[c - start] > 0) {
          if (saved[c - start] > candidates[c].budgetLeft) {
            return false;
          }
          trail[trailLength++] = c;
        }
      }
    }
    return true;
  }

  /// Last part of such a lane: what takes no line.
  private void tail(int lane, int c, State node, int depth) {
    int end = laneStart[lane + 1];
    int next = c;
    while (next < end && (!candidates[next].tail || !moves.applies(next, node, false))) {
      next++;
    }
    if (next == end) {
      enter(lane + 1, node, depth);
      return;
    }
    State child = moves.state(depth + 1);
    child.copyFrom(node);
    moves.applyComputed(next, child, false);
    trail[trailLength++] = next;
    tail(lane, next + 1, child, depth + 1);
    trailLength--;
    if (!hopeless(lane, next + 1, node, Bound.Stage.TAIL)) {
      tail(lane, next + 1, node, depth);
    }
  }

  /// A lane where the first that can apply does.
  private void first(int lane, State node, int depth) {
    State child = moves.state(depth + 1);
    child.copyFrom(node);
    int mark = trailLength;
    for (int c = laneStart[lane]; c < laneStart[lane + 1]; c++) {
      if (moves.applies(c, child, !candidates[c].tail)) {
        moves.apply(c, child, !candidates[c].tail);
        trail[trailLength++] = c;
      }
    }
    enter(lane + 1, child, depth + 1);
    trailLength = mark;
  }

  /// Whether nothing below a state can be better than the best so far.
  private boolean hopeless(int lane, int from, State node, Bound.Stage stage) {
    if (bestGifts < 0) {
      return false;
    }
    if (moves.workLeft <= 0) {
      cut = true;
      return true;
    }
    return bound.hopeless(lane, from, node, stage, bestTotal, bestGifts);
  }

  private void offer(long total, long gifts) {
    if (total < bestTotal || (total == bestTotal && gifts > bestGifts)) {
      bestTotal = total;
      bestGifts = gifts;
      bestTrail = Arrays.copyOf(trail, trailLength);
    }
  }

  // ---- Fewer choices for many candidates ----

  /// Marks promotions that are never left out: those that stand in nobody's way and whose saving
  /// cannot put a later threshold out of reach.
  ///
  /// Savings of a lane only lower the prices that later lanes see, and all effects keep the order
  /// of prices, but for thresholds (spend from which something applies, tiers, whole steps of
  /// points) and for the rounding of shares. A threshold matters only when the spend can be on
  /// either side of it. Rounding may cost a few minor units, which is the gap that this step allows
  /// itself.
  private void markForced() {
    // 1. The lowest that promotions line by line can make each line before each lane.
    long[][] lowest = new long[LaneRules.LANES][lines];
    State root = moves.state(0);
    moves.reset(root);
    for (int line = 0; line < lines; line++) {
      long amount = moves.basket.before(line);
      for (int lane = 0; lane < LaneRules.LANES; lane++) {
        lowest[lane][line] = amount;
        boolean one = modes[lane] != LaneMode.ALL;
        long entering = amount;
        for (int c : bound.separable(lane, line)) {
          amount = Math.min(amount, moves.after(c, line, one ? entering : amount));
        }
      }
    }
    // 2. Thresholds that can be missed.
    for (int t = 0; t < candidates.length; t++) {
      delicate[t] = isDelicate(candidates[t], lowest[candidates[t].promotion.lane()]);
    }
    // 3. Whoever touches none of them and stands in nobody's way is always in.
    for (int c = 0; c < candidates.length; c++) {
      Candidate candidate = candidates[c];
      LaneMode mode = modes[candidate.promotion.lane()];
      boolean free =
          !candidate.promotion.exclusive()
              && candidate.group < 0
              && candidate.joint < 0
              && candidate.budgetLeft == Long.MAX_VALUE
              && !candidate.tail
              && (mode == LaneMode.ALL || candidate.lineChoice);
      for (int t = 0; t < candidates.length && free; t++) {
        Candidate other = candidates[t];
        boolean later =
            other.promotion.lane() > candidate.promotion.lane()
                || (other.effect instanceof Effect.Points
                    && other.promotion.lane() == candidate.promotion.lane());
        free =
            !(later
                && delicate[t]
                && (other.promotion.minCartAmount() > 0 || other.overlaps(candidate)));
      }
      forced[c] = free;
    }
  }

  /// Whether the spend that a promotion counts can be on either side of a threshold of it.
  ///
  /// @param lowest the lines before its lane, had every promotion line by line applied
  private boolean isDelicate(Candidate candidate, long[] lowest) {
    long low = 0;
    long high = 0;
    long floors = 0;
    for (int line : candidate.lines) {
      low += lowest[line];
      high += moves.basket.before(line);
      floors += Math.min(moves.basket.before(line), moves.discounts.floor(line));
    }
    long cartLow = 0;
    long cartHigh = 0;
    long cartFloors = 0;
    for (int line = 0; line < lines; line++) {
      cartLow += lowest[line];
      cartHigh += moves.basket.before(line);
      cartFloors += Math.min(moves.basket.before(line), moves.discounts.floor(line));
    }
    // What earlier promotions take off several lines together.
    for (Candidate other : candidates) {
      boolean before =
          other.promotion.lane() < candidate.promotion.lane()
              || (candidate.effect instanceof Effect.Points
                  && other.promotion.lane() == candidate.promotion.lane());
      if (before && !other.separable && !other.promotion.exclusive()) {
        long most = other.effect instanceof Effect.ShippingFree ? 0 : other.savingMax;
        cartLow -= most;
        low -= other.overlaps(candidate) ? most : 0;
      }
    }
    low = Math.max(low, floors);
    cartLow = Math.max(cartLow, cartFloors);
    CompiledPromotion promotion = candidate.promotion;
    if (between(promotion.minMatchingAmount(), low, high)
        || between(promotion.minCartAmount(), cartLow, cartHigh)) {
      return true;
    }
    return switch (candidate.effect) {
      case Effect.Tiered tiered -> {
        boolean crossed = tiered.repeats() && low / tiered.spends()[0] != high / tiered.spends()[0];
        for (long spend : tiered.spends()) {
          crossed |= between(spend, low, high);
        }
        yield crossed;
      }
      // As many steps as the points are for, at the lowest prices too: then prices do not matter.
      case Effect.Points(long pointsPerStep, long stepAmount, int maxBasisPoints) ->
          Discounts.pointSteps(
                  moves.basket.points(),
                  pointsPerStep,
                  stepAmount,
                  Math.min(
                      low - floors,
                      low / 10_000 * maxBasisPoints + low % 10_000 * maxBasisPoints / 10_000))
              != moves.basket.points() / pointsPerStep;
      case Effect.Bundle _ -> true;
      case Effect.Percent _,
          Effect.AmountOnce _,
          Effect.AmountEach _,
          Effect.Fixed _,
          Effect.Nth _,
          Effect.BuyGet _,
          Effect.Present _,
          Effect.ShippingFree _ ->
          false;
    };
  }

  private static boolean between(long threshold, long low, long high) {
    return threshold > low && threshold <= high;
  }

  // ---- The answer ----

  /// Applies a list of promotions as the walk did and keeps what each of them took off.
  private Pricing replay(int[] plan, int length) {
    State node = moves.fresh();
    moves.reset(node);
    List<Pricing.Applied> applied = new ArrayList<>(length);
    long[][] entries = new long[LaneRules.LANES][];
    int next = 0;
    for (int lane = 0; lane < LaneRules.LANES; lane++) {
      moves.beginLane(node);
      entries[lane] = node.entry.clone();
      boolean best = modes[lane] == LaneMode.BEST;
      int first = next;
      for (; next < length && candidates[plan[next]].promotion.lane() == lane; next++) {
        node.chosen[plan[next]] = best && candidates[plan[next]].lineChoice;
      }
      // Line choices follow each other in a plan. Each sees the prices before all of them, so they
      // are taken off together.
      int settled = first;
      for (int k = first; k < next; k++) {
        if (node.chosen[plan[k]]) {
          Pricing.Applied one = choice(plan[k], lane, node);
          if (one.saving() > 0 && one.saving() <= candidates[plan[k]].budgetLeft) {
            applied.add(one);
          }
          continue;
        }
        settle(plan, settled, k, applied, node);
        settled = k + 1;
        Pricing.Applied one = together(plan[k], lane, node);
        if (one != null) {
          applied.add(one);
        }
      }
      settle(plan, settled, next, applied, node);
    }
    return new Pricing(applied, node.amounts, node.shipping, entries, !cut);
  }

  /// What a line choice takes off the lines that it wins.
  private Pricing.Applied choice(int c, int lane, State node) {
    long[] off = new long[lines];
    if (moves.discounts.conditionsHold(candidates[c], node.entry, null)) {
      for (int line = 0; line < lines; line++) {
        if (!node.taken[line]
            && moves.cheapest(laneStart[lane], laneStart[lane + 1], line, node) == c) {
          off[line] = node.amounts[line] - moves.after(c, line, node.amounts[line]);
        }
      }
    }
    return new Pricing.Applied(candidates[c].promotion, off, 0, 0);
  }

  private void settle(int[] plan, int from, int to, List<Pricing.Applied> applied, State node) {
    for (Pricing.Applied one : applied) {
      for (int k = from; k < to; k++) {
        if (candidates[plan[k]].promotion == one.promotion()) {
          for (int line = 0; line < lines; line++) {
            node.amounts[line] -= one.off()[line];
          }
        }
      }
    }
  }

  /// Applies a promotion that is no line choice, or returns null when it takes nothing off.
  private Pricing.@Nullable Applied together(int c, int lane, State node) {
    Candidate candidate = candidates[c];
    boolean takesLines = modes[lane] != LaneMode.ALL && !candidate.tail;
    if (!moves.discounts.conditionsHold(candidate, node.entry, takesLines ? node.taken : null)) {
      return null;
    }
    if (!(candidate.effect instanceof Effect.Present)) {
      long saving = moves.compute(c, node, takesLines);
      if (saving <= 0 || saving > candidate.budgetLeft) {
        return null;
      }
    }
    long shippingBefore = node.shipping;
    long pointsBefore = node.points;
    long[] off = node.amounts.clone();
    moves.apply(c, node, takesLines);
    for (int line = 0; line < lines; line++) {
      off[line] -= node.amounts[line];
    }
    return new Pricing.Applied(
        candidate.promotion, off, shippingBefore - node.shipping, pointsBefore - node.points);
  }
}
