// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One branch and bound search for the best combination of promotions on one cart. The rules are
/// told at [CartEvaluator].
///
/// The state of a branch is a [Node]; nodes are kept by depth and reused. Decisions that led to the
/// best total are kept as the list of promotions in the order in which they were applied; that list
/// is played again at the end to make the answer.
final class Search {
  private static final long NO_CAP = Long.MAX_VALUE;

  /// Prices and what is used up, at one point of a branch.
  private static final class Node {
    final long[] amounts;
    final long[] entry;
    final boolean[] taken;
    final boolean[] groupUsed;
    final long[] jointLeft;
    final boolean[] decided;
    final boolean[] chosen;
    long shipping;
    long points;
    long gifts;
    int last;

    Node(int lines, int groups, int joints, int candidates) {
      amounts = new long[lines];
      entry = new long[lines];
      taken = new boolean[lines];
      groupUsed = new boolean[groups];
      jointLeft = new long[joints];
      decided = new boolean[candidates];
      chosen = new boolean[candidates];
    }

    void copyFrom(Node other) {
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

  private final LaneMode[] modes = new LaneMode[LaneRules.LANES];
  private final Basket basket;
  private final Candidate[] candidates;
  private final boolean[] forced;
  // The first candidate of each lane, and the end of the last.
  private final int[] laneStart = new int[LaneRules.LANES + 1];
  private final int lines;
  private final int groups;
  private final int joints;
  private final Discounts discounts;
  private final long[] groupPool;
  private final long[] jointPool;
  private final List<Node> nodes = new ArrayList<>();
  private final int[] trail;
  private int trailLength;

  private long workLeft;
  private boolean cut;
  private long bestTotal;
  private long bestGifts = -1;
  private int[] bestTrail = {};

  Search(LaneRules rules, Basket basket, List<Candidate> open, long workMax, int choicesMax) {
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
    for (int lane = 0; lane < LaneRules.LANES; lane++) {
      modes[lane] = rules.mode(lane);
      int start = 0;
      while (start < candidates.length && candidates[start].promotion.lane() < lane) {
        start++;
      }
      laneStart[lane] = start;
    }
    laneStart[LaneRules.LANES] = candidates.length;
    discounts = new Discounts(basket);
    groupPool = new long[groups];
    jointPool = new long[joints];
    trail = new int[candidates.length];
    forced = new boolean[candidates.length];
    if (candidates.length > choicesMax) {
      markForced();
    }
  }

  Pricing best() {
    Node root = node(0);
    reset(root);
    bestTotal = Long.MAX_VALUE;
    enter(0, root, 0);
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

  private void reset(Node node) {
    for (int line = 0; line < lines; line++) {
      node.amounts[line] = basket.before(line);
    }
    Arrays.fill(node.groupUsed, false);
    Arrays.fill(node.decided, false);
    Arrays.fill(node.chosen, false);
    for (Candidate candidate : candidates) {
      if (candidate.joint >= 0) {
        node.jointLeft[candidate.joint] = candidate.promotion.jointCapMinorUnits();
      }
    }
    node.shipping = basket.shipping();
    node.points = basket.points();
    node.gifts = 0;
    node.last = -1;
  }

  private Node node(int depth) {
    while (nodes.size() <= depth) {
      nodes.add(new Node(lines, groups, joints, candidates.length));
    }
    return nodes.get(depth);
  }

  // ---- The walk ----

  private void enter(int lane, Node node, int depth) {
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
    beginLane(node);
    switch (modes[next]) {
      case ALL -> stack(next, laneStart[next], node, depth);
      case BEST -> takeLines(next, node, depth);
      case FIRST -> first(next, node, depth);
    }
  }

  private void beginLane(Node node) {
    System.arraycopy(node.amounts, 0, node.entry, 0, lines);
    Arrays.fill(node.taken, false);
    node.last = -1;
  }

  /// Candidates of a lane where promotions stack, from `c` on: with it, then without it.
  private void stack(int lane, int c, Node node, int depth) {
    int end = laneStart[lane + 1];
    int next = c;
    while (next < end && !applies(next, node, false)) {
      next++;
    }
    if (next == end) {
      enter(lane + 1, node, depth);
      return;
    }
    Node child = node(depth + 1);
    child.copyFrom(node);
    apply(next, child, false);
    trail[trailLength++] = next;
    stack(lane, next + 1, child, depth + 1);
    trailLength--;
    if (!forced[next] && !hopeless(lane, next + 1, node, Stage.STACK)) {
      stack(lane, next + 1, node, depth);
    }
  }

  /// A lane where each line goes to one promotion, first part: promotions that take lines together,
  /// in any order. Two neighbours in the order that share no line could be swapped, so only one
  /// order of them is tried.
  private void takeLines(int lane, Node node, int depth) {
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
          || !applies(c, node, true)) {
        continue;
      }
      long saving = compute(c, node, true);
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
      Node child = node(depth + 1);
      child.copyFrom(node);
      apply(c, child, true);
      child.decided[c] = true;
      child.last = c;
      if (hopeless(lane, start, child, Stage.TAKE)) {
        continue;
      }
      trail[trailLength++] = c;
      takeLines(lane, child, depth + 1);
      trailLength--;
      if (cut) {
        break;
      }
    }
    if (!hopeless(lane, start, node, Stage.CHOOSE)) {
      choose(lane, start, node, depth);
    }
  }

  /// Second part: which promotions that work line by line are in the choice of every line.
  private void choose(int lane, int c, Node node, int depth) {
    int end = laneStart[lane + 1];
    int next = c;
    while (next < end
        && (!candidates[next].lineChoice
            || !allowed(next, node)
            || !discounts.conditionsHold(candidates[next], node.entry, null))) {
      next++;
    }
    if (next == end) {
      Node child = node(depth + 1);
      child.copyFrom(node);
      int mark = trailLength;
      if (settleLines(lane, child)) {
        tail(lane, laneStart[lane], child, depth + 1);
      }
      trailLength = mark;
      return;
    }
    Node child = node(depth + 1);
    child.copyFrom(node);
    child.chosen[next] = true;
    use(next, child);
    choose(lane, next + 1, child, depth + 1);
    if (!forced[next] && !hopeless(lane, next + 1, node, Stage.CHOOSE)) {
      choose(lane, next + 1, node, depth);
    }
  }

  /// Gives every line that is left to the chosen promotion that leaves it cheapest, and says
  /// whether budgets allow it.
  private boolean settleLines(int lane, Node node) {
    int start = laneStart[lane];
    int end = laneStart[lane + 1];
    long[] saved = new long[end - start];
    boolean any = false;
    for (int line = 0; line < lines; line++) {
      if (node.taken[line]) {
        continue;
      }
      int best = cheapest(start, end, line, node);
      if (best >= 0) {
        long after = after(best, line, node);
        saved[best - start] += node.amounts[line] - after;
        node.amounts[line] = after;
        any = true;
      }
    }
    workLeft -= lines;
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

  private int cheapest(int start, int end, int line, Node node) {
    int best = -1;
    long bestAmount = node.amounts[line];
    for (int c = start; c < end; c++) {
      if (node.chosen[c] && candidates[c].touches(line)) {
        long after = after(c, line, node);
        if (after < bestAmount) {
          best = c;
          bestAmount = after;
        }
      }
    }
    return best;
  }

  /// Last part of such a lane: what takes no line.
  private void tail(int lane, int c, Node node, int depth) {
    int end = laneStart[lane + 1];
    int next = c;
    while (next < end && (!candidates[next].tail || !applies(next, node, false))) {
      next++;
    }
    if (next == end) {
      enter(lane + 1, node, depth);
      return;
    }
    Node child = node(depth + 1);
    child.copyFrom(node);
    apply(next, child, false);
    trail[trailLength++] = next;
    tail(lane, next + 1, child, depth + 1);
    trailLength--;
    if (!hopeless(lane, next + 1, node, Stage.TAIL)) {
      tail(lane, next + 1, node, depth);
    }
  }

  /// A lane where the first that can apply does.
  private void first(int lane, Node node, int depth) {
    Node child = node(depth + 1);
    child.copyFrom(node);
    int mark = trailLength;
    for (int c = laneStart[lane]; c < laneStart[lane + 1]; c++) {
      if (applies(c, child, !candidates[c].tail)) {
        apply(c, child, !candidates[c].tail);
        trail[trailLength++] = c;
      }
    }
    enter(lane + 1, child, depth + 1);
    trailLength = mark;
  }

  private void offer(long total, long gifts) {
    if (total < bestTotal || (total == bestTotal && gifts > bestGifts)) {
      bestTotal = total;
      bestGifts = gifts;
      bestTrail = Arrays.copyOf(trail, trailLength);
    }
  }

  // ---- One promotion ----

  /// Whether nothing that was chosen before stands in its way.
  private boolean allowed(int c, Node node) {
    Candidate candidate = candidates[c];
    return !candidate.promotion.exclusive()
        && (candidate.group < 0 || !node.groupUsed[candidate.group]);
  }

  private boolean applies(int c, Node node, boolean linesAreTaken) {
    Candidate candidate = candidates[c];
    workLeft -= candidate.lines.length + 1;
    if (!allowed(c, node)
        || !discounts.conditionsHold(candidate, node.entry, linesAreTaken ? node.taken : null)) {
      return false;
    }
    if (candidate.effect instanceof Effect.Present) {
      return true;
    }
    long saving = compute(c, node, linesAreTaken);
    return saving > 0 && saving <= candidate.budgetLeft;
  }

  private long compute(int c, Node node, boolean linesAreTaken) {
    Candidate candidate = candidates[c];
    workLeft -= candidate.lines.length;
    return discounts.compute(
        candidate,
        node.amounts,
        node.entry,
        linesAreTaken ? node.taken : null,
        node.shipping,
        node.points,
        candidate.joint < 0 ? NO_CAP : node.jointLeft[candidate.joint]);
  }

  /// Applies a promotion of which [#applies] said that it does.
  private void apply(int c, Node node, boolean takesLines) {
    Candidate candidate = candidates[c];
    long saving = compute(c, node, takesLines);
    for (int line : candidate.lines) {
      if (takesLines && node.taken[line]) {
        continue;
      }
      node.amounts[line] -= discounts.off[line];
      discounts.off[line] = 0;
    }
    for (int line : candidate.fromLines) {
      if (takesLines && node.taken[line]) {
        continue;
      }
      node.amounts[line] -= discounts.off[line];
      discounts.off[line] = 0;
    }
    if (takesLines) {
      for (int line : candidate.lines) {
        node.taken[line] = true;
      }
      for (int line : candidate.fromLines) {
        node.taken[line] = true;
      }
    }
    node.shipping -= discounts.shippingOff;
    node.points -= discounts.pointsUsed;
    node.gifts += candidate.giftValue;
    if (candidate.joint >= 0) {
      node.jointLeft[candidate.joint] -= saving;
    }
    use(c, node);
  }

  private void use(int c, Node node) {
    if (candidates[c].group >= 0) {
      node.groupUsed[candidates[c].group] = true;
    }
  }

  private long after(int c, int line, Node node) {
    return candidates[c].after(
        node.amounts[line], basket.quantities()[line], discounts.floor(line));
  }

  // ---- The bound ----

  private enum Stage {
    STACK,
    TAKE,
    CHOOSE,
    TAIL
  }

  /// Whether nothing below this node can be better than the best so far: everything that is left is
  /// let apply at once, at its best.
  private boolean hopeless(int lane, int from, Node node, Stage stage) {
    if (bestGifts < 0) {
      return false;
    }
    if (workLeft <= 0) {
      cut = true;
      return true;
    }
    long gifts = node.gifts;
    long shipping = node.shipping;
    long pools = 0;
    long amounts = 0;
    long floors = 0;
    Arrays.fill(groupPool, 0);
    Arrays.fill(jointPool, 0);
    for (int c = laneStart[lane]; c < candidates.length; c++) {
      Candidate candidate = candidates[c];
      if (!left(c, lane, from, node, stage)) {
        continue;
      }
      gifts += candidate.giftValue;
      if (candidate.effect instanceof Effect.ShippingFree) {
        shipping -= Math.min(shipping, candidate.savingMax);
      } else if (!candidate.separable) {
        long most = Math.min(candidate.savingMax, candidate.budgetLeft);
        if (candidate.joint >= 0) {
          most = Math.min(most, node.jointLeft[candidate.joint]);
        }
        if (candidate.group >= 0) {
          // Of a group one applies, so only the greatest counts.
          long more = Math.max(0, most - groupPool[candidate.group]);
          groupPool[candidate.group] += more;
          most = more;
        } else if (candidate.joint >= 0) {
          most = Math.min(most, node.jointLeft[candidate.joint] - jointPool[candidate.joint]);
          jointPool[candidate.joint] += most;
        }
        pools += most;
      }
    }
    for (int line = 0; line < lines; line++) {
      long amount = node.amounts[line];
      floors += Math.min(amount, discounts.floor(line));
      for (int in = lane; in < LaneRules.LANES; in++) {
        amount = lowest(in, lane, from, line, amount, node, stage);
      }
      amounts += amount;
    }
    workLeft -= (long) lines * (candidates.length - laneStart[lane] + 1);
    long bound = Math.max(amounts - pools, Math.min(floors, amounts)) + shipping;
    return bound > bestTotal || (bound == bestTotal && gifts <= bestGifts);
  }

  /// The lowest that a line can become in a lane by promotions that work line by line.
  private long lowest(int in, int lane, int from, int line, long amount, Node node, Stage stage) {
    boolean one = modes[in] != LaneMode.ALL;
    if (one && in == lane && (node.taken[line] || stage == Stage.TAIL)) {
      return amount;
    }
    long lowest = amount;
    for (int c = laneStart[in]; c < laneStart[in + 1]; c++) {
      Candidate candidate = candidates[c];
      if (candidate.separable
          && candidate.touches(line)
          && (left(c, lane, from, node, stage) || (in == lane && node.chosen[c]))) {
        long after =
            candidate.after(
                one ? amount : lowest, basket.quantities()[line], discounts.floor(line));
        lowest = Math.min(lowest, after);
      }
    }
    return lowest;
  }

  /// Whether a candidate may still be applied below a node.
  private boolean left(int c, int lane, int from, Node node, Stage stage) {
    Candidate candidate = candidates[c];
    if (!allowed(c, node)) {
      return false;
    }
    if (candidate.promotion.lane() > lane) {
      return true;
    }
    return switch (stage) {
      case STACK -> c >= from;
      case TAKE -> !node.decided[c];
      case CHOOSE -> candidate.tail || (candidate.lineChoice && c >= from);
      case TAIL -> candidate.tail && c >= from;
    };
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
    long[] lowest = new long[lines];
    Node root = node(0);
    reset(root);
    System.arraycopy(root.amounts, 0, root.entry, 0, lines);
    Arrays.fill(root.taken, false);
    long pools = 0;
    for (Candidate candidate : candidates) {
      if (!candidate.separable && !candidate.tail) {
        pools += candidate.savingMax;
      }
    }
    for (int line = 0; line < lines; line++) {
      long amount = root.amounts[line];
      for (int in = 0; in < LaneRules.LANES; in++) {
        amount = lowest(in, 0, 0, line, amount, root, Stage.STACK);
      }
      lowest[line] = amount;
    }
    boolean[] delicate = new boolean[candidates.length];
    for (int t = 0; t < candidates.length; t++) {
      delicate[t] = isDelicate(candidates[t], lowest, pools);
    }
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

  private boolean isDelicate(Candidate candidate, long[] lowest, long pools) {
    long low = -pools;
    long high = 0;
    for (int line : candidate.lines) {
      low += lowest[line];
      high += basket.before(line);
    }
    long cartLow = -pools;
    long cartHigh = 0;
    for (int line = 0; line < lines; line++) {
      cartLow += lowest[line];
      cartHigh += basket.before(line);
    }
    CompiledPromotion promotion = candidate.promotion;
    if (between(promotion.minMatchingAmount(), low, high)
        || between(promotion.minCartAmount(), cartLow, cartHigh)) {
      return true;
    }
    return switch (candidate.effect) {
      case Effect.Tiered tiered -> {
        boolean crossed =
            tiered.repeats() && Math.max(0, low) / tiered.spends()[0] != high / tiered.spends()[0];
        for (long spend : tiered.spends()) {
          crossed |= between(spend, low, high);
        }
        yield crossed;
      }
      case Effect.Points _, Effect.Bundle _ -> true;
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
    Node node = new Node(lines, groups, joints, candidates.length);
    reset(node);
    List<Pricing.Applied> applied = new ArrayList<>(length);
    long[][] entries = new long[LaneRules.LANES][];
    int next = 0;
    for (int lane = 0; lane < LaneRules.LANES; lane++) {
      beginLane(node);
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
  private Pricing.Applied choice(int c, int lane, Node node) {
    long[] off = new long[lines];
    if (discounts.conditionsHold(candidates[c], node.entry, null)) {
      for (int line = 0; line < lines; line++) {
        if (!node.taken[line] && cheapest(laneStart[lane], laneStart[lane + 1], line, node) == c) {
          off[line] = node.amounts[line] - after(c, line, node);
        }
      }
    }
    return new Pricing.Applied(candidates[c].promotion, off, 0, 0);
  }

  private void settle(int[] plan, int from, int to, List<Pricing.Applied> applied, Node node) {
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
  private Pricing.@Nullable Applied together(int c, int lane, Node node) {
    Candidate candidate = candidates[c];
    boolean takesLines = modes[lane] != LaneMode.ALL && !candidate.tail;
    if (!discounts.conditionsHold(candidate, node.entry, takesLines ? node.taken : null)) {
      return null;
    }
    if (!(candidate.effect instanceof Effect.Present)) {
      long saving = compute(c, node, takesLines);
      if (saving <= 0 || saving > candidate.budgetLeft) {
        return null;
      }
    }
    long shippingBefore = node.shipping;
    long pointsBefore = node.points;
    long[] off = node.amounts.clone();
    apply(c, node, takesLines);
    for (int line = 0; line < lines; line++) {
      off[line] -= node.amounts[line];
    }
    return new Pricing.Applied(
        candidate.promotion, off, shippingBefore - node.shipping, pointsBefore - node.points);
  }
}
