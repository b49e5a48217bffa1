// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountScope;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.SpendTier;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Tries every combination of promotions, unit by unit, with no regard to speed: what the evaluator
/// is compared with. It shares no arithmetic with it.
final class ReferenceEvaluator {
  private final Basket basket;
  private final LaneRules rules;
  private final List<Promotion> promotions;
  private long best = Long.MAX_VALUE;

  private ReferenceEvaluator(Basket basket, LaneRules rules, List<Promotion> promotions) {
    this.basket = basket;
    this.rules = rules;
    this.promotions = promotions;
  }

  /// The lowest total. All promotions must be live, without code, person, schedule and limits.
  static long lowestTotal(Basket basket, LaneRules rules, List<Promotion> promotions) {
    List<Promotion> ordered = new ArrayList<>(promotions);
    ordered.sort(
        Comparator.comparing((Promotion p) -> CompiledPromotion.laneOf(p).getNumber())
            .thenComparing(p -> p.getAction().hasPoints())
            .thenComparing(p -> -(long) p.getStacking().getPriority())
            .thenComparing(Promotion::getPromotionId));
    ReferenceEvaluator evaluator = new ReferenceEvaluator(basket, rules, ordered);
    evaluator.lane(0, evaluator.start(), false);
    for (Promotion promotion : ordered) {
      if (promotion.getStacking().getExclusive()) {
        ReferenceEvaluator alone = new ReferenceEvaluator(basket, rules, List.of(promotion));
        alone.lane(0, alone.start(), true);
        evaluator.best = Math.min(evaluator.best, alone.best);
      }
    }
    return evaluator.best;
  }

  private static final class State {
    long[] amounts = {};
    long[] entry = {};
    Set<Integer> taken = new HashSet<>();
    Set<String> groups = new HashSet<>();
    Map<String, Long> joint = new HashMap<>();
    long shipping;
    long points;

    State copy() {
      State copy = new State();
      copy.amounts = amounts.clone();
      copy.entry = entry.clone();
      copy.taken = new HashSet<>(taken);
      copy.groups = new HashSet<>(groups);
      copy.joint = new HashMap<>(joint);
      copy.shipping = shipping;
      copy.points = points;
      return copy;
    }
  }

  private State start() {
    State state = new State();
    state.amounts = new long[basket.size()];
    for (int i = 0; i < basket.size(); i++) {
      state.amounts[i] = basket.before(i);
    }
    state.shipping = basket.shipping();
    state.points = basket.points();
    return state;
  }

  private void lane(int lane, State state, boolean alone) {
    if (lane == 4) {
      long total = state.shipping;
      for (long amount : state.amounts) {
        total += amount;
      }
      best = Math.min(best, total);
      return;
    }
    State entered = state.copy();
    entered.entry = entered.amounts.clone();
    entered.taken = new HashSet<>();
    List<Promotion> here = new ArrayList<>();
    for (Promotion promotion : promotions) {
      if (CompiledPromotion.laneOf(promotion).getNumber() - 1 == lane
          && (alone || !promotion.getStacking().getExclusive())) {
        here.add(promotion);
      }
    }
    switch (rules.mode(lane)) {
      case ALL -> all(lane, here, 0, entered, alone);
      case FIRST -> {
        for (Promotion promotion : here) {
          tryApply(promotion, entered, !isTail(promotion));
        }
        lane(lane + 1, entered, alone);
      }
      case BEST -> {
        List<Promotion> takers = here.stream().filter(p -> !isTail(p) && !isLineChoice(p)).toList();
        sequences(lane, takers, here, entered, alone);
      }
    }
  }

  private void all(int lane, List<Promotion> here, int k, State state, boolean alone) {
    if (k == here.size()) {
      lane(lane + 1, state, alone);
      return;
    }
    all(lane, here, k + 1, state, alone);
    State with = state.copy();
    if (tryApply(here.get(k), with, false)) {
      all(lane, here, k + 1, with, alone);
    }
  }

  private void sequences(
      int lane, List<Promotion> takers, List<Promotion> here, State state, boolean alone) {
    List<Promotion> choices = here.stream().filter(ReferenceEvaluator::isLineChoice).toList();
    for (int set = 0; set < 1 << choices.size(); set++) {
      State settled = state.copy();
      if (settle(choices, set, settled)) {
        tails(lane, here.stream().filter(ReferenceEvaluator::isTail).toList(), 0, settled, alone);
      }
    }
    for (Promotion taker : takers) {
      State with = state.copy();
      if (tryApply(taker, with, true)) {
        List<Promotion> rest = new ArrayList<>(takers);
        rest.remove(taker);
        sequences(lane, rest, here, with, alone);
      }
    }
  }

  private void tails(int lane, List<Promotion> tails, int k, State state, boolean alone) {
    if (k == tails.size()) {
      lane(lane + 1, state, alone);
      return;
    }
    tails(lane, tails, k + 1, state, alone);
    State with = state.copy();
    if (tryApply(tails.get(k), with, false)) {
      tails(lane, tails, k + 1, with, alone);
    }
  }

  private boolean settle(List<Promotion> choices, int set, State state) {
    List<Promotion> chosen = new ArrayList<>();
    for (int k = 0; k < choices.size(); k++) {
      if ((set >> k & 1) == 1) {
        Promotion promotion = choices.get(k);
        String group = promotion.getStacking().getExclusiveGroup();
        if ((!group.isEmpty() && !state.groups.add(group))
            || !conditionsHold(promotion, state, Set.of())) {
          return false;
        }
        chosen.add(promotion);
      }
    }
    for (int line = 0; line < basket.size(); line++) {
      if (state.taken.contains(line)) {
        continue;
      }
      long lowest = state.amounts[line];
      for (Promotion promotion : chosen) {
        if (matching(promotion).contains(line)) {
          lowest =
              Math.min(lowest, state.amounts[line] - lineOff(promotion, line, state.amounts[line]));
        }
      }
      state.amounts[line] = lowest;
    }
    return true;
  }

  private boolean tryApply(Promotion promotion, State state, boolean takes) {
    String group = promotion.getStacking().getExclusiveGroup();
    Set<Integer> closed = takes ? state.taken : Set.of();
    if ((!group.isEmpty() && state.groups.contains(group))
        || !conditionsHold(promotion, state, closed)) {
      return false;
    }
    List<Integer> lines = matching(promotion).stream().filter(i -> !closed.contains(i)).toList();
    if (lines.isEmpty()) {
      return false;
    }
    Action action = promotion.getAction();
    long cap =
        action.getMaxDiscountMinorUnits() == 0 ? Long.MAX_VALUE : action.getMaxDiscountMinorUnits();
    String joint = promotion.getStacking().getJointCap();
    if (!joint.isEmpty()) {
      cap =
          Math.min(
              cap,
              state.joint.getOrDefault(joint, promotion.getStacking().getJointCapMinorUnits()));
    }
    long[] off = new long[basket.size()];
    long total;
    if (action.hasGift()) {
      total = 0;
    } else if (action.hasFreeShipping()) {
      total = Math.min(state.shipping, cap);
      state.shipping -= total;
      if (total == 0) {
        return false;
      }
    } else {
      long[] used = new long[1];
      off = discount(promotion, lines, closed, state, cap, used);
      total = 0;
      for (long amount : off) {
        total += amount;
      }
      if (total == 0) {
        return false;
      }
      state.points -= used[0];
    }
    for (int i = 0; i < off.length; i++) {
      state.amounts[i] -= off[i];
    }
    if (!group.isEmpty()) {
      state.groups.add(group);
    }
    if (!joint.isEmpty()) {
      state.joint.put(
          joint,
          state.joint.getOrDefault(joint, promotion.getStacking().getJointCapMinorUnits()) - total);
    }
    if (takes) {
      state.taken.addAll(matching(promotion));
      if (action.hasBuyXGetY() && action.getBuyXGetY().hasGetFrom()) {
        state.taken.addAll(getFrom(promotion));
      }
    }
    return true;
  }

  private record Unit(int line, long price) {}

  private List<Unit> units(List<Integer> lines, long[] amounts) {
    List<Unit> units = new ArrayList<>();
    for (int line : lines) {
      int quantity = basket.quantities()[line];
      long left = amounts[line];
      for (int n = quantity; n > 0; n--) {
        long price = (left + n - 1) / n;
        units.add(new Unit(line, price));
        left -= price;
      }
    }
    return units;
  }

  private static List<Unit> dearestFirst(List<Unit> units) {
    List<Unit> sorted = new ArrayList<>(units);
    sorted.sort(Comparator.comparingLong((Unit u) -> -u.price()));
    return sorted;
  }

  private long room(int line, long amount) {
    return Math.max(
        0, amount - basket.items()[line].floorPriceMinorUnits() * basket.quantities()[line]);
  }

  private long[] discount(
      Promotion promotion,
      List<Integer> lines,
      Set<Integer> closed,
      State state,
      long cap,
      long[] pointsUsed) {
    Action action = promotion.getAction();
    long[] amounts = state.amounts;
    long[] off = new long[basket.size()];
    long[] rooms = new long[basket.size()];
    long allRoom = 0;
    long spend = 0;
    long now = 0;
    for (int line : lines) {
      rooms[line] = room(line, amounts[line]);
      allRoom += rooms[line];
      spend += state.entry[line];
      now += amounts[line];
    }
    switch (action.getKindCase()) {
      case PERCENT_OFF, FIXED_PRICE, AMOUNT_OFF -> {
        if (action.hasAmountOff() && !action.getAmountOff().getEachUnit()) {
          return share(
              Math.min(Math.min(cap, allRoom), action.getAmountOff().getAmountMinorUnits()),
              lines,
              amounts,
              rooms);
        }
        if (action.hasFixedPrice() && action.getFixedPrice().getMaxUnits() > 0) {
          int left = action.getFixedPrice().getMaxUnits();
          for (Unit unit : dearestFirst(units(lines, amounts))) {
            long above = unit.price() - action.getFixedPrice().getUnitPriceMinorUnits();
            if (left-- > 0 && above > 0) {
              off[unit.line()] += above;
            }
          }
        } else {
          for (int line : lines) {
            off[line] = lineOff(promotion, line, amounts[line]);
          }
        }
      }
      case TIERED_AMOUNT_OFF -> {
        SpendTier reached = null;
        for (SpendTier tier : action.getTieredAmountOff().getTiersList()) {
          if (tier.getSpendMinorUnits() <= spend) {
            reached = tier;
          }
        }
        if (reached == null) {
          return off;
        }
        if (reached.getOffBasisPoints() == 0) {
          long times =
              action.getTieredAmountOff().getRepeats() ? spend / reached.getSpendMinorUnits() : 1;
          return share(
              Math.min(Math.min(cap, allRoom), reached.getOffMinorUnits() * times),
              lines,
              amounts,
              rooms);
        }
        for (int line : lines) {
          off[line] = halfUp(amounts[line], reached.getOffBasisPoints());
        }
      }
      case NTH_ITEM_OFF -> {
        List<Unit> units = dearestFirst(units(lines, amounts));
        for (int k = action.getNthItemOff().getNth() - 1;
            k < units.size();
            k += action.getNthItemOff().getNth()) {
          off[units.get(k).line()] +=
              halfUp(units.get(k).price(), action.getNthItemOff().getBasisPoints());
        }
      }
      case BUY_X_GET_Y -> {
        int buy = action.getBuyXGetY().getBuy();
        int get = action.getBuyXGetY().getGet();
        int timesMax =
            action.getBuyXGetY().getMaxTimes() == 0 ? 1_000 : action.getBuyXGetY().getMaxTimes();
        if (!action.getBuyXGetY().hasGetFrom()) {
          List<Unit> units = dearestFirst(units(lines, amounts)).reversed();
          // Among equal prices the earlier line is free first.
          units.sort(Comparator.comparingLong(Unit::price).thenComparing(Unit::line));
          int times = Math.min(timesMax, units.size() / (buy + get));
          for (int k = 0; k < times * get; k++) {
            off[units.get(k).line()] += units.get(k).price();
          }
        } else {
          List<Integer> from =
              getFrom(promotion).stream().filter(i -> !closed.contains(i)).toList();
          for (int line : from) {
            rooms[line] = room(line, amounts[line]);
          }
          lines = from;
          int matching =
              matching(promotion).stream()
                  .filter(i -> !closed.contains(i))
                  .mapToInt(i -> basket.quantities()[i])
                  .sum();
          List<Unit> units = new ArrayList<>(units(from, amounts));
          units.sort(Comparator.comparingLong(Unit::price).thenComparing(Unit::line));
          for (int times = timesMax; times >= 1; times--) {
            long[] tried = new long[basket.size()];
            int free = 0;
            int spare = matching - times * buy;
            for (Unit unit : units) {
              if (free == times * get) {
                break;
              }
              if (matching(promotion).contains(unit.line())) {
                if (spare <= 0) {
                  continue;
                }
                spare--;
              }
              free++;
              tried[unit.line()] += unit.price();
            }
            if (spare >= 0 && free == times * get && matching >= times * buy) {
              off = tried;
              break;
            }
          }
        }
      }
      case BUNDLE_PRICE -> {
        List<Unit> left = dearestFirst(units(lines, amounts));
        long[] used = new long[basket.size()];
        long saving = 0;
        while (true) {
          List<Unit> rest = new ArrayList<>(left);
          List<Unit> set = new ArrayList<>();
          boolean complete = true;
          for (var part : action.getBundlePrice().getPartsList()) {
            int need = part.getQuantity();
            for (Unit unit : List.copyOf(rest)) {
              if (need > 0
                  && new Selector(part.getSelector()).matches(basket.items()[unit.line()])) {
                rest.remove(unit);
                set.add(unit);
                need--;
              }
            }
            complete &= need == 0;
          }
          long price = set.stream().mapToLong(Unit::price).sum();
          if (!complete || price <= action.getBundlePrice().getPriceMinorUnits()) {
            break;
          }
          saving += price - action.getBundlePrice().getPriceMinorUnits();
          for (Unit unit : set) {
            used[unit.line()] += unit.price();
          }
          left = rest;
        }
        long usedRoom = 0;
        for (int line : lines) {
          rooms[line] = Math.min(rooms[line], used[line]);
          usedRoom += rooms[line];
        }
        off = share(Math.min(saving, usedRoom), lines, used, rooms);
      }
      case POINTS -> {
        int share =
            action.getPoints().getMaxBasisPoints() == 0
                ? 10_000
                : action.getPoints().getMaxBasisPoints();
        long payable = Math.min(Math.min(cap, allRoom), now * share / 10_000);
        long steps =
            Math.min(
                state.points / action.getPoints().getPointsPerStep(),
                payable / action.getPoints().getStepMinorUnits());
        pointsUsed[0] = steps * action.getPoints().getPointsPerStep();
        return share(steps * action.getPoints().getStepMinorUnits(), lines, amounts, rooms);
      }
      case GIFT, FREE_SHIPPING, KIND_NOT_SET -> throw new AssertionError();
    }
    long total = 0;
    for (int line : lines) {
      off[line] = Math.min(off[line], rooms[line]);
      total += off[line];
    }
    return total <= cap ? off : share(cap, lines, off, off);
  }

  private long lineOff(Promotion promotion, int line, long amount) {
    Action action = promotion.getAction();
    long off = 0;
    if (action.hasPercentOff()) {
      off = halfUp(amount, action.getPercentOff().getBasisPoints());
    } else if (action.hasAmountOff()) {
      off = action.getAmountOff().getAmountMinorUnits() * basket.quantities()[line];
    } else {
      for (Unit unit : units(List.of(line), new long[] {amount}, line)) {
        off += Math.max(0, unit.price() - action.getFixedPrice().getUnitPriceMinorUnits());
      }
    }
    return Math.min(off, room(line, amount));
  }

  private List<Unit> units(List<Integer> lines, long[] amount, int line) {
    long[] amounts = new long[basket.size()];
    amounts[line] = amount[0];
    return units(lines, amounts);
  }

  private static long halfUp(long amount, int basisPoints) {
    BigInteger doubled = BigInteger.valueOf(amount).multiply(BigInteger.valueOf(2L * basisPoints));
    return doubled
        .add(BigInteger.valueOf(10_000))
        .divide(BigInteger.valueOf(20_000))
        .longValueExact();
  }

  /// Largest remainder; who is above the limit gets the limit and leaves the rest to the others.
  private static long[] share(long total, List<Integer> lines, long[] weights, long[] limits) {
    long[] result = new long[weights.length];
    List<Integer> open = new ArrayList<>(new TreeSet<>(lines));
    long left = total;
    while (left > 0) {
      BigInteger sum = BigInteger.ZERO;
      for (int line : open) {
        sum = sum.add(BigInteger.valueOf(weights[line]));
      }
      List<Integer> full = new ArrayList<>();
      for (int line : open) {
        BigInteger exact = BigInteger.valueOf(left).multiply(BigInteger.valueOf(weights[line]));
        if (exact.compareTo(BigInteger.valueOf(limits[line]).multiply(sum)) > 0) {
          full.add(line);
        }
      }
      if (full.isEmpty()) {
        Map<Integer, BigInteger> remainders = new HashMap<>();
        long rest = left;
        for (int line : open) {
          BigInteger[] parts =
              BigInteger.valueOf(left)
                  .multiply(BigInteger.valueOf(weights[line]))
                  .divideAndRemainder(sum);
          result[line] += parts[0].longValueExact();
          rest -= parts[0].longValueExact();
          remainders.put(line, parts[1]);
        }
        open.sort(
            Comparator.comparing((Integer line) -> remainders.getOrDefault(line, BigInteger.ZERO))
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
        for (int k = 0; k < rest; k++) {
          result[open.get(k)]++;
        }
        return result;
      }
      for (int line : full) {
        result[line] += limits[line];
        left -= limits[line];
      }
      open.removeAll(full);
    }
    return result;
  }

  private boolean conditionsHold(Promotion promotion, State state, Set<Integer> closed) {
    for (Condition condition : promotion.getConditionsList()) {
      boolean holds =
          switch (condition.getKindCase()) {
            case MIN_AMOUNT -> {
              long spend = 0;
              for (int line = 0; line < basket.size(); line++) {
                if (condition.getMinAmount().getScope() == AmountScope.AMOUNT_SCOPE_CART
                    || (matching(promotion).contains(line) && !closed.contains(line))) {
                  spend += state.entry[line];
                }
              }
              yield spend >= condition.getMinAmount().getAmountMinorUnits();
            }
            case MIN_QUANTITY -> {
              int units = 0;
              for (int line : matching(promotion)) {
                units += closed.contains(line) ? 0 : basket.quantities()[line];
              }
              yield units >= condition.getMinQuantity().getQuantity();
            }
            case REQUIRES_ITEMS -> {
              int units = 0;
              Selector selector = new Selector(condition.getRequiresItems().getSelector());
              for (int line = 0; line < basket.size(); line++) {
                units += selector.matches(basket.items()[line]) ? basket.quantities()[line] : 0;
              }
              yield units >= condition.getRequiresItems().getQuantity();
            }
            default -> throw new AssertionError(condition.getKindCase());
          };
      if (!holds) {
        return false;
      }
    }
    return !matching(promotion).isEmpty();
  }

  private final Map<String, Set<Integer>> matching = new HashMap<>();

  private Set<Integer> matching(Promotion promotion) {
    return matching.computeIfAbsent(
        promotion.getPromotionId(),
        _ -> {
          Set<Integer> lines = new TreeSet<>();
          for (int line = 0; line < basket.size(); line++) {
            ItemFacts item = basket.items()[line];
            boolean part = !promotion.getAction().hasBundlePrice();
            for (var bundlePart : promotion.getAction().getBundlePrice().getPartsList()) {
              part |= new Selector(bundlePart.getSelector()).matches(item);
            }
            if (part && new Selector(promotion.getAppliesTo()).matches(item)) {
              lines.add(line);
            }
          }
          return Collections.unmodifiableSet(lines);
        });
  }

  private Set<Integer> getFrom(Promotion promotion) {
    Set<Integer> lines = new TreeSet<>();
    Selector from = new Selector(promotion.getAction().getBuyXGetY().getGetFrom());
    for (int line = 0; line < basket.size(); line++) {
      if (from.matches(basket.items()[line])) {
        lines.add(line);
      }
    }
    return lines;
  }

  private static boolean isTail(Promotion promotion) {
    Action action = promotion.getAction();
    return action.hasGift() || action.hasFreeShipping() || action.hasPoints();
  }

  private static boolean isLineChoice(Promotion promotion) {
    Action action = promotion.getAction();
    boolean perLine =
        action.hasPercentOff()
            || (action.hasAmountOff() && action.getAmountOff().getEachUnit())
            || (action.hasFixedPrice() && action.getFixedPrice().getMaxUnits() == 0);
    return perLine
        && action.getMaxDiscountMinorUnits() == 0
        && promotion.getStacking().getJointCap().isEmpty()
        && promotion.getConditionsList().stream()
            .noneMatch(c ->
                c.hasMinQuantity()
                    || (c.hasMinAmount()
                        && c.getMinAmount().getScope() != AmountScope.AMOUNT_SCOPE_CART));
  }
}
