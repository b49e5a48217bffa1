// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Action;
import dev.proffer.proto.promotion.v1.AmountScope;
import dev.proffer.proto.promotion.v1.BundlePart;
import dev.proffer.proto.promotion.v1.BundlePrice;
import dev.proffer.proto.promotion.v1.Condition;
import dev.proffer.proto.promotion.v1.Lane;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.PersonCondition;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.proto.promotion.v1.TieredAmountOff;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A promotion with everything resolved that can be resolved before a request comes: sets for
/// lists, defaults filled in, the lane chosen, the schedule in minutes. Immutable.
public final class CompiledPromotion {
  private static final long DAY_MS = 24L * 60 * 60 * 1000;

  /// Items that must be in the cart.
  record Requirement(Selector selector, int quantity) {}

  private final Promotion proto;
  private final Selector appliesTo;
  private final LiveTimes times;
  private final Effect effect;
  private final int lane;
  private final String code;
  private final long cap;
  private final long minMatchingAmount;
  private final long minCartAmount;
  private final int minQuantity;
  private final long minStock;
  private final List<PersonCondition> people;
  private final @Nullable Set<String> channels;
  private final @Nullable Set<String> regions;
  private final @Nullable Set<String> paymentMethods;
  private final List<Requirement> requirements;

  public CompiledPromotion(Promotion proto) {
    this.proto = proto;
    appliesTo = proto.hasAppliesTo() ? new Selector(proto.getAppliesTo()) : Selector.EVERYTHING;
    times = proto.hasSchedule() ? new LiveTimes(proto.getSchedule()) : LiveTimes.ALWAYS;
    effect = effect(proto.getAction());
    lane = LaneRules.index(laneOf(proto));
    code = normalCode(proto.getCode());
    long discountMax = proto.getAction().getMaxDiscountMinorUnits();
    cap = discountMax == 0 ? Long.MAX_VALUE : discountMax;
    long matchingAmount = 0;
    long cartAmount = 0;
    int quantity = 0;
    long stock = 0;
    List<PersonCondition> persons = new ArrayList<>();
    List<Requirement> required = new ArrayList<>();
    Set<String> channelSet = null;
    Set<String> regionSet = null;
    Set<String> paymentSet = null;
    for (Condition condition : proto.getConditionsList()) {
      switch (condition.getKindCase()) {
        case MIN_AMOUNT -> {
          long amount = condition.getMinAmount().getAmountMinorUnits();
          if (condition.getMinAmount().getScope() == AmountScope.AMOUNT_SCOPE_CART) {
            cartAmount = Math.max(cartAmount, amount);
          } else {
            matchingAmount = Math.max(matchingAmount, amount);
          }
        }
        case MIN_QUANTITY ->
            quantity = Math.max(quantity, condition.getMinQuantity().getQuantity());
        case PERSON -> persons.add(condition.getPerson());
        case CHANNELS -> channelSet = both(channelSet, condition.getChannels().getValuesList());
        case REGIONS -> regionSet = both(regionSet, condition.getRegions().getValuesList());
        case PAYMENT_METHODS ->
            paymentSet = both(paymentSet, condition.getPaymentMethods().getValuesList());
        case MIN_STOCK -> stock = Math.max(stock, condition.getMinStock().getUnits());
        case REQUIRES_ITEMS ->
            required.add(
                new Requirement(
                    new Selector(condition.getRequiresItems().getSelector()),
                    condition.getRequiresItems().getQuantity()));
        case KIND_NOT_SET -> throw new IllegalArgumentException("conditions: one has no kind");
      }
    }
    minMatchingAmount = matchingAmount;
    minCartAmount = cartAmount;
    minQuantity = quantity;
    minStock = stock;
    people = List.copyOf(persons);
    channels = channelSet;
    regions = regionSet;
    paymentMethods = paymentSet;
    requirements = List.copyOf(required);
  }

  /// The lane of a promotion: the one it names, or the one that fits what it does.
  static Lane laneOf(Promotion promotion) {
    Lane named = promotion.getStacking().getLane();
    if (named != Lane.LANE_UNSPECIFIED) {
      return named;
    }
    Action action = promotion.getAction();
    if (action.hasFreeShipping()) {
      return Lane.LANE_SHIPPING;
    }
    if (action.hasPoints()
        || promotion.getType() == PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE) {
      return Lane.LANE_MEMBER;
    }
    boolean ofWholeOrder =
        action.hasTieredAmountOff()
            || action.hasGift()
            || (action.hasAmountOff() && !action.getAmountOff().getEachUnit());
    if (ofWholeOrder
        || promotion.getType() == PromotionType.PROMOTION_TYPE_COUPON
        || promotion.getType() == PromotionType.PROMOTION_TYPE_THRESHOLD) {
      return Lane.LANE_ORDER;
    }
    return Lane.LANE_ITEM;
  }

  /// Codes are compared without regard to case.
  static String normalCode(String code) {
    return code.strip().toUpperCase(Locale.ROOT);
  }

  private static Effect effect(Action action) {
    return switch (action.getKindCase()) {
      case PERCENT_OFF -> new Effect.Percent(action.getPercentOff().getBasisPoints());
      case AMOUNT_OFF ->
          action.getAmountOff().getEachUnit()
              ? new Effect.AmountEach(action.getAmountOff().getAmountMinorUnits())
              : new Effect.AmountOnce(action.getAmountOff().getAmountMinorUnits());
      case FIXED_PRICE ->
          new Effect.Fixed(
              action.getFixedPrice().getUnitPriceMinorUnits(),
              orMax(action.getFixedPrice().getMaxUnits()));
      case TIERED_AMOUNT_OFF -> tiered(action.getTieredAmountOff());
      case NTH_ITEM_OFF ->
          new Effect.Nth(action.getNthItemOff().getNth(), action.getNthItemOff().getBasisPoints());
      case BUY_X_GET_Y ->
          new Effect.BuyGet(
              action.getBuyXGetY().getBuy(),
              action.getBuyXGetY().getGet(),
              action.getBuyXGetY().hasGetFrom()
                  ? new Selector(action.getBuyXGetY().getGetFrom())
                  : null,
              orMax(action.getBuyXGetY().getMaxTimes()));
      case GIFT -> new Effect.Present(action.getGift().getItemId(), action.getGift().getQuantity());
      case FREE_SHIPPING -> new Effect.ShippingFree();
      case BUNDLE_PRICE -> bundle(action.getBundlePrice());
      case POINTS ->
          new Effect.Points(
              action.getPoints().getPointsPerStep(),
              action.getPoints().getStepMinorUnits(),
              action.getPoints().getMaxBasisPoints() == 0
                  ? 10_000
                  : action.getPoints().getMaxBasisPoints());
      case KIND_NOT_SET -> throw new IllegalArgumentException("action: has no kind");
    };
  }

  private static Effect tiered(TieredAmountOff tiered) {
    int count = tiered.getTiersCount();
    long[] spends = new long[count];
    long[] amounts = new long[count];
    int[] basisPoints = new int[count];
    for (int i = 0; i < count; i++) {
      spends[i] = tiered.getTiers(i).getSpendMinorUnits();
      amounts[i] = tiered.getTiers(i).getOffMinorUnits();
      basisPoints[i] = tiered.getTiers(i).getOffBasisPoints();
    }
    return new Effect.Tiered(spends, amounts, basisPoints, tiered.getRepeats());
  }

  private static Effect bundle(BundlePrice bundle) {
    Selector[] parts = new Selector[bundle.getPartsCount()];
    int[] quantities = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      BundlePart part = bundle.getParts(i);
      parts[i] = new Selector(part.getSelector());
      quantities[i] = part.getQuantity();
    }
    return new Effect.Bundle(parts, quantities, bundle.getPriceMinorUnits());
  }

  private static int orMax(int limit) {
    return limit == 0 ? Integer.MAX_VALUE : limit;
  }

  private static Set<String> both(@Nullable Set<String> known, List<String> values) {
    Set<String> result = new HashSet<>(values);
    if (known != null) {
      result.retainAll(known);
    }
    return Set.copyOf(result);
  }

  /// Whether the shop gives its code to one person at a time, as a policy chooses (attribute
  /// `grant` with the value `policy`). Nobody else is told of it.
  public boolean isGranted() {
    return !code.isEmpty() && "policy".equals(proto.getAttributesMap().get("grant"));
  }

  /// The promotion as text; equal promotions have equal texts on every server.
  public String declaration() {
    return PromotionStore.print(proto);
  }

  /// Whether its campaign decides who gets it.
  public boolean isAllocated() {
    return !proto.getCampaignId().isEmpty();
  }

  public Promotion proto() {
    return proto;
  }

  public String id() {
    return proto.getPromotionId();
  }

  public PromotionType type() {
    return proto.getType();
  }

  Selector appliesTo() {
    return appliesTo;
  }

  LiveTimes times() {
    return times;
  }

  /// The zone that its days are counted in.
  public ZoneId zone() {
    return times.zone();
  }

  Effect effect() {
    return effect;
  }

  int lane() {
    return lane;
  }

  int priority() {
    return proto.getStacking().getPriority();
  }

  /// What one application may take off, or [Long#MAX_VALUE].
  long cap() {
    return cap;
  }

  String exclusiveGroup() {
    return proto.getStacking().getExclusiveGroup();
  }

  boolean exclusive() {
    return proto.getStacking().getExclusive();
  }

  String jointCap() {
    return proto.getStacking().getJointCap();
  }

  long jointCapMinorUnits() {
    return proto.getStacking().getJointCapMinorUnits();
  }

  /// The shared code in its normal form; empty when it has none.
  String code() {
    return code;
  }

  /// Whether something must be entered: its code, or a coupon of one of its batches.
  boolean needsCode() {
    return !code.isEmpty() || type() == PromotionType.PROMOTION_TYPE_COUPON;
  }

  /// Whether only coupons of batches unlock it.
  public boolean needsBatchCoupon() {
    return needsCode() && code.isEmpty();
  }

  long minMatchingAmount() {
    return minMatchingAmount;
  }

  long minCartAmount() {
    return minCartAmount;
  }

  int minQuantity() {
    return minQuantity;
  }

  long minStock() {
    return minStock;
  }

  List<Requirement> requirements() {
    return requirements;
  }

  List<PersonCondition> people() {
    return people;
  }

  boolean live() {
    return proto.getState() == PromotionState.PROMOTION_STATE_LIVE;
  }

  boolean limited() {
    Limits limits = proto.getLimits();
    return limits.getPerPerson() > 0
        || limits.getPerPersonPerDay() > 0
        || limits.getPerDay() > 0
        || limits.getTotal() > 0
        || limits.getBudgetMinorUnits() > 0;
  }

  /// Whether this line's item may be changed or counted.
  boolean matches(ItemFacts item) {
    return stocked(item) && selects(item);
  }

  /// Whether there are enough of the item for this promotion.
  boolean stocked(ItemFacts item) {
    return minStock == 0 || item.stock() == ItemFacts.UNLIMITED || item.stock() >= minStock;
  }

  /// Whether the item is one of the promotion's, whatever its stock.
  boolean selects(ItemFacts item) {
    if (!appliesTo.matches(item)) {
      return false;
    }
    if (effect instanceof Effect.Bundle bundle) {
      for (Selector part : bundle.parts()) {
        if (part.matches(item)) {
          return true;
        }
      }
      return false;
    }
    return true;
  }

  /// Why it is closed to this person at this moment whatever is in the cart, or null when it is
  /// open. Codes, limits, currency and the lines are not looked at.
  @Nullable RefusalReason closedTo(PersonFacts person, Moment moment) {
    if (!live()) {
      return RefusalReason.REFUSAL_REASON_NOT_LIVE;
    }
    if (!times.started(moment.unixMs())) {
      return RefusalReason.REFUSAL_REASON_NOT_STARTED;
    }
    if (times.over(moment.unixMs())) {
      return RefusalReason.REFUSAL_REASON_OVER;
    }
    RefusalReason notFor = notFor(person, moment);
    if (notFor != null) {
      return notFor;
    }
    return times.insideWindow(moment.unixMs()) ? null : RefusalReason.REFUSAL_REASON_OUTSIDE_WINDOW;
  }

  /// Why it is not for this person, channel, region or payment, whatever the time.
  @Nullable RefusalReason notFor(PersonFacts person, Moment moment) {
    for (PersonCondition condition : people) {
      if (person.memberLevel() < condition.getMinMemberLevel()) {
        return RefusalReason.REFUSAL_REASON_MEMBER_LEVEL;
      }
      if (!meets(person, condition, moment.unixMs())) {
        return RefusalReason.REFUSAL_REASON_PERSON;
      }
    }
    if (isAllocated() && !person.given().contains(id())) {
      return RefusalReason.REFUSAL_REASON_NOT_GRANTED;
    }
    if (channels != null && !channels.contains(moment.channel())) {
      return RefusalReason.REFUSAL_REASON_CHANNEL;
    }
    if (regions != null && !regions.contains(moment.region())) {
      return RefusalReason.REFUSAL_REASON_REGION;
    }
    if (paymentMethods != null && !paymentMethods.contains(moment.paymentMethod())) {
      return RefusalReason.REFUSAL_REASON_PAYMENT_METHOD;
    }
    return null;
  }

  @Nullable Set<String> channels() {
    return channels;
  }

  @Nullable Set<String> regions() {
    return regions;
  }

  @Nullable Set<String> paymentMethods() {
    return paymentMethods;
  }

  private boolean meets(PersonFacts person, PersonCondition condition, long unixMs) {
    if (condition.getSegmentsCount() > 0
        && condition.getSegmentsList().stream().noneMatch(person.segments()::contains)) {
      return false;
    }
    if (condition.getUserIdsCount() > 0
        && (person.userId().isEmpty() || !condition.getUserIdsList().contains(person.userId()))) {
      return false;
    }
    // What is not known does not hold: an offer for new people is not for everybody who is unknown.
    if (condition.getFirstOrder() && person.orderCount() != 0) {
      return false;
    }
    if (condition.getNewCustomerDays() > 0
        && (person.firstSeenUnixMs() <= 0
            || unixMs - person.firstSeenUnixMs() > condition.getNewCustomerDays() * DAY_MS)) {
      return false;
    }
    return condition.getBirthdayWithinDays() == 0
        || (person.birthday() != null
            && daysToBirthday(person.birthday(), unixMs) <= condition.getBirthdayWithinDays());
  }

  /// Days to the nearest birthday, before or after, in the zone of the schedule. 29 February is the
  /// 28th in other years.
  private long daysToBirthday(MonthDay birthday, long unixMs) {
    LocalDate today = Instant.ofEpochMilli(unixMs).atZone(times.zone()).toLocalDate();
    long nearest = Long.MAX_VALUE;
    for (int year = today.getYear() - 1; year <= today.getYear() + 1; year++) {
      LocalDate day = birthday.atYear(year);
      nearest = Math.min(nearest, Math.abs(ChronoUnit.DAYS.between(today, day)));
    }
    return nearest;
  }

  @Override
  public String toString() {
    return id();
  }
}
