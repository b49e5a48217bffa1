// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.Lane;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.SpendTier;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import dev.proffer.proto.promotion.v1.WeeklyWindow;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the rules of the contract cannot check: errors that make a promotion meaningless, each with
/// its field, and warnings about promotions that are legal but probably not meant.
final class PromotionChecks {
  private static final int WARNINGS_MAX = 100;
  private static final long AMOUNT_MAX = 1_000_000_000_000L;

  private PromotionChecks() {}

  // ---- Errors ----

  /// Fills in the defaults of a promotion as it is kept.
  static Promotion normal(Promotion promotion) {
    return promotion.getState() == PromotionState.PROMOTION_STATE_UNSPECIFIED
        ? promotion.toBuilder().setState(PromotionState.PROMOTION_STATE_LIVE).build()
        : promotion;
  }

  /// Refuses promotions that cannot be what somebody meant, naming every such field.
  ///
  /// @param path the field that holds them, such as `promotions`
  /// @param others promotions that stay beside them
  static void requireSound(List<Promotion> promotions, String path, Collection<Promotion> others) {
    List<FieldViolation> violations = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    Map<String, Promotion> jointCaps = new HashMap<>();
    for (Promotion other : others) {
      if (!other.getStacking().getJointCap().isEmpty()) {
        jointCaps.put(other.getStacking().getJointCap(), other);
      }
    }
    for (Promotion promotion : promotions) {
      // A replaced promotion no longer speaks for its cap.
      jointCaps
          .values()
          .removeIf(other -> other.getPromotionId().equals(promotion.getPromotionId()));
    }
    for (int i = 0; i < promotions.size(); i++) {
      Promotion promotion = promotions.get(i);
      String at = path + "[" + i + "]";
      if (!ids.add(promotion.getPromotionId())) {
        violations.add(
            new FieldViolation(at + ".promotion_id", "must not occur twice in one request"));
      }
      check(promotion, at, violations);
      String joint = promotion.getStacking().getJointCap();
      if (!joint.isEmpty()) {
        Promotion other = jointCaps.putIfAbsent(joint, promotion);
        if (other != null
            && (other.getStacking().getJointCapMinorUnits()
                    != promotion.getStacking().getJointCapMinorUnits()
                || !other.getCurrency().equals(promotion.getCurrency()))) {
          violations.add(
              new FieldViolation(
                  at + ".stacking.joint_cap_minor_units",
                  "must be the cap and currency of "
                      + other.getPromotionId()
                      + ", which shares it ("
                      + other.getStacking().getJointCapMinorUnits()
                      + " "
                      + other.getCurrency()
                      + ")"));
        }
      }
    }
    if (!violations.isEmpty()) {
      throw ProfferException.invalidFields(violations);
    }
  }

  private static void check(Promotion promotion, String at, List<FieldViolation> violations) {
    if (!Money.isKnown(promotion.getCurrency())) {
      violations.add(
          new FieldViolation(at + ".currency", "must be a currency of ISO 4217, such as CNY"));
    }
    checkSchedule(promotion, at, violations);
    checkAction(promotion, at + ".action", violations);
    checkType(promotion, at, violations);
    for (int c = 0; c < promotion.getConditionsCount(); c++) {
      Condition condition = promotion.getConditions(c);
      if (condition.hasPerson()
          && condition.getPerson().equals(PersonCondition.getDefaultInstance())) {
        violations.add(
            new FieldViolation(
                at + ".conditions[" + c + "].person", "must ask for something of the person"));
      }
    }
    Lane lane = promotion.getStacking().getLane();
    boolean shipping = promotion.getAction().hasFreeShipping();
    if (lane == Lane.LANE_SHIPPING && !shipping) {
      violations.add(
          new FieldViolation(
              at + ".stacking.lane",
              "must not be LANE_SHIPPING: only free_shipping changes the fee"));
    }
    if (shipping && (lane == Lane.LANE_ITEM || lane == Lane.LANE_ORDER)) {
      violations.add(
          new FieldViolation(
              at + ".stacking.lane", "must be LANE_SHIPPING or LANE_MEMBER for free_shipping"));
    }
    boolean capNamed = !promotion.getStacking().getJointCap().isEmpty();
    if (capNamed != promotion.getStacking().getJointCapMinorUnits() > 0) {
      violations.add(
          new FieldViolation(
              at + ".stacking.joint_cap_minor_units",
              capNamed ? "must be set with joint_cap" : "must not be set without joint_cap"));
    }
  }

  private static void checkSchedule(
      Promotion promotion, String at, List<FieldViolation> violations) {
    String zone = promotion.getSchedule().getTimeZone();
    if (!zone.isEmpty()) {
      try {
        ZoneId.of(zone);
      } catch (DateTimeException e) {
        violations.add(
            new FieldViolation(
                at + ".schedule.time_zone", "must be an IANA name such as Asia/Shanghai"));
      }
    }
    for (int w = 0; w < promotion.getSchedule().getWindowsCount(); w++) {
      WeeklyWindow window = promotion.getSchedule().getWindows(w);
      if (window.getStartMinute() == window.getEndMinute()) {
        violations.add(
            new FieldViolation(
                at + ".schedule.windows[" + w + "].end_minute", "must differ from start_minute"));
      }
    }
  }

  private static void checkAction(Promotion promotion, String at, List<FieldViolation> violations) {
    Action action = promotion.getAction();
    switch (action.getKindCase()) {
      case TIERED_AMOUNT_OFF -> checkTiers(action.getTieredAmountOff(), at, violations);
      case POINTS -> {
        if (action.getPoints().getStepMinorUnits() > AMOUNT_MAX) {
          violations.add(
              new FieldViolation(
                  at + ".points.step_minor_units", "must not be above " + AMOUNT_MAX));
        }
        if (action.getPoints().getPointsPerStep() > AMOUNT_MAX) {
          violations.add(
              new FieldViolation(
                  at + ".points.points_per_step", "must not be above " + AMOUNT_MAX));
        }
      }
      case GIFT, FREE_SHIPPING -> {
        if (action.hasGift() && action.getMaxDiscountMinorUnits() > 0) {
          violations.add(
              new FieldViolation(at + ".max_discount_minor_units", "must not be set for a gift"));
        }
      }
      case PERCENT_OFF, AMOUNT_OFF, FIXED_PRICE, NTH_ITEM_OFF, BUY_X_GET_Y, BUNDLE_PRICE -> {}
      case KIND_NOT_SET -> violations.add(new FieldViolation(at, "must say what it does"));
    }
  }

  private static void checkTiers(
      TieredAmountOff tiered, String at, List<FieldViolation> violations) {
    long last = 0;
    for (int t = 0; t < tiered.getTiersCount(); t++) {
      SpendTier tier = tiered.getTiers(t);
      String path = at + ".tiered_amount_off.tiers[" + t + "]";
      if (tier.getSpendMinorUnits() <= last) {
        violations.add(
            new FieldViolation(
                path + ".spend_minor_units", "must be above the spend of the tier before it"));
      }
      last = tier.getSpendMinorUnits();
      if (tier.getOffMinorUnits() > 0 == tier.getOffBasisPoints() > 0) {
        violations.add(
            new FieldViolation(
                path + ".off_minor_units", "must be set, or off_basis_points, not both"));
      }
      if (tier.getOffMinorUnits() > tier.getSpendMinorUnits()) {
        violations.add(
            new FieldViolation(path + ".off_minor_units", "must not be above spend_minor_units"));
      }
    }
    if (tiered.getRepeats()
        && (tiered.getTiersCount() != 1 || tiered.getTiers(0).getOffMinorUnits() == 0)) {
      violations.add(
          new FieldViolation(
              at + ".tiered_amount_off.repeats",
              "must have exactly one tier with off_minor_units"));
    }
  }

  private static void checkType(Promotion promotion, String at, List<FieldViolation> violations) {
    Action action = promotion.getAction();
    String wrong =
        switch (promotion.getType()) {
          case PROMOTION_TYPE_THRESHOLD ->
              action.hasTieredAmountOff()
                      || promotion.getConditionsList().stream()
                          .anyMatch(c -> c.hasMinAmount() || c.hasMinQuantity())
                  ? ""
                  : "must have an action tiered_amount_off or a condition min_amount or min_quantity";
          case PROMOTION_TYPE_BUY_X_GET_Y ->
              action.hasBuyXGetY() || action.hasNthItemOff() || action.hasGift()
                  ? ""
                  : "must have an action buy_x_get_y, nth_item_off or gift";
          case PROMOTION_TYPE_MEMBER_EXCLUSIVE ->
              promotion.getConditionsList().stream()
                      .anyMatch(c -> c.hasPerson() && c.getPerson().getMinMemberLevel() > 0)
                  ? ""
                  : "must have a condition person.min_member_level";
          case PROMOTION_TYPE_POINTS_REDEMPTION ->
              action.hasPoints() ? "" : "must have an action points";
          case PROMOTION_TYPE_FREE_SHIPPING ->
              action.hasFreeShipping() ? "" : "must have an action free_shipping";
          case PROMOTION_TYPE_BUNDLE_PRICE ->
              action.hasBundlePrice() ? "" : "must have an action bundle_price";
          case PROMOTION_TYPE_FLASH_SALE ->
              promotion.getSchedule().getEndUnixMs() > 0
                  ? ""
                  : "must have a schedule.end_unix_ms: a flash sale ends";
          case PROMOTION_TYPE_PERCENT_OFF,
              PROMOTION_TYPE_AMOUNT_OFF,
              PROMOTION_TYPE_COUPON,
              PROMOTION_TYPE_UNSPECIFIED,
              UNRECOGNIZED ->
              "";
        };
    if (!wrong.isEmpty()) {
      violations.add(new FieldViolation(at + ".type", wrong));
    }
  }

  // ---- Warnings ----

  /// Sentences about the changed promotions as they will stand among all.
  static List<String> warnings(
      Collection<Promotion> changed,
      Collection<Promotion> all,
      ItemLookup items,
      LaneRules lanes,
      long nowUnixMs) {
    List<String> warnings = new ArrayList<>();
    List<CompiledPromotion> live = new ArrayList<>();
    for (Promotion promotion : all) {
      if (promotion.getState() == PromotionState.PROMOTION_STATE_LIVE) {
        live.add(new CompiledPromotion(promotion));
      }
    }
    Collection<ItemFacts> catalogue = items.all();
    Set<String> pairs = new HashSet<>();
    for (Promotion proto : changed) {
      if (proto.getState() != PromotionState.PROMOTION_STATE_LIVE) {
        continue;
      }
      CompiledPromotion promotion = new CompiledPromotion(proto);
      dead(promotion, items, catalogue, nowUnixMs, warnings);
      prices(promotion, items, catalogue, warnings);
      for (CompiledPromotion other : live) {
        boolean first = promotion.id().compareTo(other.id()) < 0;
        CompiledPromotion a = first ? promotion : other;
        CompiledPromotion b = first ? other : promotion;
        if (!a.id().equals(b.id()) && pairs.add(a.id() + "\n" + b.id())) {
          together(a, b, lanes, warnings);
        }
      }
      if (warnings.size() >= WARNINGS_MAX) {
        return List.copyOf(warnings.subList(0, WARNINGS_MAX));
      }
    }
    return List.copyOf(warnings);
  }

  private static void dead(
      CompiledPromotion promotion,
      ItemLookup items,
      Collection<ItemFacts> catalogue,
      long nowUnixMs,
      List<String> warnings) {
    String id = promotion.id();
    if (promotion.times().over(nowUnixMs)) {
      warnings.add(
          id
              + ": never applies, it ended at "
              + Wording.time(promotion, promotion.times().endUnixMs()));
    } else if (promotion.times().nextLive(nowUnixMs) == Long.MAX_VALUE) {
      warnings.add(id + ": never applies, no window opens before it ends");
    }
    Set<String> named = promotion.appliesTo().itemIds();
    List<String> unknown = named.stream().filter(i -> items.find(i) == null).sorted().toList();
    if (!unknown.isEmpty()) {
      warnings.add(
          id
              + ": "
              + unknown.size()
              + (unknown.size() == 1 ? " item is" : " items are")
              + " not in the catalogue, first "
              + unknown.getFirst());
    }
    if (!catalogue.isEmpty() && catalogue.stream().noneMatch(promotion::selects)) {
      warnings.add(id + ": never applies, no item of the catalogue is one of its items");
    }
    if (promotion.effect() instanceof Effect.Present(String itemId, int _)
        && items.find(itemId) == null) {
      warnings.add(id + ": its gift " + itemId + " is not in the catalogue");
    }
    if (isEmpty(promotion.channels())
        || isEmpty(promotion.regions())
        || isEmpty(promotion.paymentMethods())) {
      warnings.add(id + ": never applies, two of its conditions exclude each other");
    }
    if (promotion.type() == PromotionType.PROMOTION_TYPE_COUPON && promotion.code().isEmpty()) {
      warnings.add(id + ": applies only with coupons of a batch, it has no code of its own");
    }
    long budget = promotion.proto().getLimits().getBudgetMinorUnits();
    if (budget > 0
        && promotion.effect() instanceof Effect.AmountOnce(long amount)
        && amount > budget
        && promotion.cap() > budget) {
      warnings.add(id + ": never applies in full, its budget is below what it takes off");
    }
    if (promotion.effect() instanceof Effect.AmountOnce(long amount)
        && promotion.minMatchingAmount() > 0
        && amount >= promotion.minMatchingAmount()) {
      warnings.add(id + ": takes off at least all of the spend that it asks for");
    }
  }

  private static boolean isEmpty(@org.jspecify.annotations.Nullable Set<String> set) {
    return set != null && set.isEmpty();
  }

  private static void prices(
      CompiledPromotion promotion,
      ItemLookup items,
      Collection<ItemFacts> catalogue,
      List<String> warnings) {
    PromotionSnapshot alone = new PromotionSnapshot(0, List.of(promotion.proto()));
    int belowFloor = 0;
    int belowCost = 0;
    int otherCurrency = 0;
    String firstFloor = "";
    String firstCost = "";
    Collection<ItemFacts> looked = catalogue;
    if (looked.isEmpty()) {
      looked = new ArrayList<>();
      for (String itemId : promotion.appliesTo().itemIds()) {
        ItemFacts item = items.find(itemId);
        if (item != null) {
          looked.add(item);
        }
      }
    }
    for (ItemFacts item : looked) {
      if (!promotion.selects(item)) {
        continue;
      }
      if (!item.currency().equals(promotion.proto().getCurrency())) {
        otherCurrency++;
        continue;
      }
      ItemFacts withoutFloor =
          new ItemFacts(
              item.itemId(),
              item.category(),
              item.brand(),
              item.attributes(),
              item.priceMinorUnits(),
              0,
              item.costMinorUnits(),
              item.stock(),
              item.currency());
      long price = alone.unitPrice(0, withoutFloor);
      if (price < item.floorPriceMinorUnits() && price < item.priceMinorUnits()) {
        firstFloor = belowFloor++ == 0 ? item.itemId() : firstFloor;
      } else if (price < item.costMinorUnits() && price < item.priceMinorUnits()) {
        firstCost = belowCost++ == 0 ? item.itemId() : firstCost;
      }
    }
    if (belowFloor > 0) {
      warnings.add(
          promotion.id()
              + ": is held at the floor price of "
              + count(belowFloor)
              + ", first "
              + firstFloor);
    }
    if (belowCost > 0) {
      warnings.add(
          promotion.id() + ": sells " + count(belowCost) + " below cost, first " + firstCost);
    }
    if (otherCurrency > 0) {
      warnings.add(
          promotion.id()
              + ": does not apply to "
              + count(otherCurrency)
              + " in another currency than "
              + promotion.proto().getCurrency());
    }
  }

  private static String count(int items) {
    return items == 1 ? "1 item" : items + " items";
  }

  private static void together(
      CompiledPromotion a, CompiledPromotion b, LaneRules lanes, List<String> warnings) {
    if (!a.code().isEmpty() && a.code().equals(b.code())) {
      warnings.add(a.id() + " and " + b.id() + ": have the same code");
    }
    boolean sameTime =
        a.times().startUnixMs() < b.times().endUnixMs()
            && b.times().startUnixMs() < a.times().endUnixMs();
    boolean apart = !a.exclusiveGroup().isEmpty() && a.exclusiveGroup().equals(b.exclusiveGroup());
    if (!sameTime || apart || a.exclusive() || b.exclusive() || a.lane() != b.lane()) {
      return;
    }
    boolean sameItems = a.proto().getAppliesTo().equals(b.proto().getAppliesTo());
    boolean sameRules =
        sameItems
            && a.proto().getConditionsList().equals(b.proto().getConditionsList())
            && a.code().equals(b.code())
            && a.cap() == b.cap()
            && !a.limited()
            && !b.limited();
    boolean always =
        a.times().startUnixMs() <= b.times().startUnixMs()
            && a.times().endUnixMs() >= b.times().endUnixMs()
            && !a.times().hasWindows();
    boolean alwaysOther =
        b.times().startUnixMs() <= a.times().startUnixMs()
            && b.times().endUnixMs() >= a.times().endUnixMs()
            && !b.times().hasWindows();
    if (lanes.mode(a.lane()) != LaneMode.ALL) {
      if (sameRules
          && a.effect() instanceof Effect.Percent(int ofA)
          && b.effect() instanceof Effect.Percent(int ofB)) {
        if (ofA >= ofB && always) {
          warnings.add(b.id() + ": never applies, " + a.id() + " always saves more");
        } else if (ofB >= ofA && alwaysOther) {
          warnings.add(a.id() + ": never applies, " + b.id() + " always saves more");
        }
      }
      return;
    }
    boolean takesOff =
        !(a.effect() instanceof Effect.Present)
            && !(b.effect() instanceof Effect.Present)
            && !(a.effect() instanceof Effect.Points)
            && !(b.effect() instanceof Effect.Points);
    boolean overlap = sameItems || a.appliesTo().includesAll() || b.appliesTo().includesAll();
    if (overlap && takesOff && a.needsCode() == b.needsCode()) {
      warnings.add(
          a.id()
              + " and "
              + b.id()
              + ": overlap and add up in one order; give them an exclusive_group if they should not");
    }
  }
}
