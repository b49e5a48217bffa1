// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import dev.proffer.proto.promotion.v1.Promotion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// All promotions at one version, compiled and indexed. Immutable and free of locks; a write makes
/// a new one.
///
/// Promotions are kept in the order in which they apply: by lane, higher priority first, then by
/// id. For offers on single units there are postings by item id, category, brand and attribute, so
/// that an item meets only promotions that name it in some way, and their figures lie in arrays.
public final class PromotionSnapshot {
  /// The order in which promotions apply. Points pay for what is left at the end of their lane.
  static final Comparator<CompiledPromotion> ORDER =
      Comparator.comparingInt(CompiledPromotion::lane)
          .thenComparing(promotion -> promotion.effect() instanceof Effect.Points)
          .thenComparing(Comparator.comparingInt(CompiledPromotion::priority).reversed())
          .thenComparing(CompiledPromotion::id);

  private static final byte NO_UNIT_OFFER = 0;
  private static final byte PERCENT = 1;
  private static final byte AMOUNT = 2;
  private static final byte FIXED = 3;
  private static final byte OTHER = 4;

  private final long version;
  private final OfferBoard board;
  private final CompiledPromotion[] promotions;
  private final Map<String, CompiledPromotion> byId;
  private final Map<String, List<CompiledPromotion>> byCode;

  private final Postings unitPostings;
  private final Postings cartPostings;

  private final boolean batchCoupons;
  private final int[] granted;
  private final CompiledPromotion[] allocated;
  private final byte[] kinds;
  private final long[] figures;
  private final long[] leastSpends;
  private final long[] caps;
  private final boolean[] simple;

  public PromotionSnapshot(long version, Collection<Promotion> protos) {
    this(version, protos, _ -> null);
  }

  /// @param names where names for sentences come from
  PromotionSnapshot(long version, Collection<Promotion> protos, ItemLookup names) {
    this.version = version;
    this.board = new OfferBoard(names);
    promotions =
        protos.stream().map(CompiledPromotion::new).sorted(ORDER).toArray(CompiledPromotion[]::new);
    byId = new HashMap<>();
    byCode = new HashMap<>();
    int count = promotions.length;
    kinds = new byte[count];
    figures = new long[count];
    leastSpends = new long[count];
    caps = new long[count];
    simple = new boolean[count];
    Selector[] selectors = new Selector[count];
    boolean[] ofUnits = new boolean[count];
    boolean[] ofCarts = new boolean[count];
    for (int p = 0; p < count; p++) {
      CompiledPromotion promotion = promotions[p];
      byId.put(promotion.id(), promotion);
      if (!promotion.code().isEmpty()) {
        byCode.computeIfAbsent(promotion.code(), _ -> new ArrayList<>()).add(promotion);
      }
      kinds[p] = unitKind(promotion);
      figures[p] =
          switch (promotion.effect()) {
            case Effect.Percent(int basisPoints) -> basisPoints;
            case Effect.AmountOnce(long amount) -> amount;
            case Effect.AmountEach(long amount) -> amount;
            case Effect.Fixed(long price, int _) -> price;
            case Effect.Tiered _,
                Effect.Nth _,
                Effect.BuyGet _,
                Effect.Present _,
                Effect.ShippingFree _,
                Effect.Bundle _,
                Effect.Points _ ->
                0;
          };
      leastSpends[p] = Math.max(promotion.minMatchingAmount(), promotion.minCartAmount());
      caps[p] =
          promotion.jointCap().isEmpty()
              ? promotion.cap()
              : Math.min(promotion.cap(), promotion.jointCapMinorUnits());
      Selector selector = promotion.appliesTo();
      simple[p] = promotion.minStock() == 0 && promotion.requirements().isEmpty();
      selectors[p] = selector;
      ofUnits[p] = kinds[p] != NO_UNIT_OFFER && promotion.live();
      ofCarts[p] = promotion.live();
    }
    granted =
        IntStream.range(0, count)
            .filter(p -> promotions[p].live() && promotions[p].isGranted())
            .toArray();
    allocated =
        Arrays.stream(promotions)
            .filter(promotion -> promotion.live() && promotion.isAllocated())
            .sorted(Comparator.comparing(CompiledPromotion::id))
            .toArray(CompiledPromotion[]::new);
    Postings.Selecting selecting = (p, item) -> promotions[p].selects(item);
    unitPostings = new Postings(selectors, ofUnits, selecting);
    cartPostings = new Postings(selectors, ofCarts, selecting);
    batchCoupons = Arrays.stream(promotions).anyMatch(CompiledPromotion::needsBatchCoupon);
  }

  /// The ids of live promotions whose campaigns decide who gets them.
  Set<String> allocated() {
    return Arrays.stream(allocated).map(CompiledPromotion::id).collect(Collectors.toSet());
  }

  /// The offers of each campaign that runs at a moment.
  public Map<String, List<CompiledPromotion>> campaigns(long unixMs) {
    if (allocated.length == 0) {
      return Map.of();
    }
    Map<String, List<CompiledPromotion>> campaigns = new HashMap<>();
    for (CompiledPromotion promotion : allocated) {
      if (promotion.times().started(unixMs) && !promotion.times().over(unixMs)) {
        campaigns
            .computeIfAbsent(promotion.proto().getCampaignId(), _ -> new ArrayList<>())
            .add(promotion);
      }
    }
    return campaigns;
  }

  /// The places of live promotions whose codes policies give to people.
  int[] granted() {
    return granted;
  }

  /// The place of a promotion, or -1.
  int indexOf(String promotionId) {
    CompiledPromotion promotion = byId.get(promotionId);
    return promotion == null ? -1 : Arrays.binarySearch(promotions, promotion, ORDER);
  }

  /// No promotions at all.
  public static PromotionSnapshot empty() {
    return new PromotionSnapshot(0, List.of());
  }

  /// The version that replies name; it grows with every change.
  public long version() {
    return version;
  }

  public int size() {
    return promotions.length;
  }

  /// A promotion by id, or null.
  public @Nullable CompiledPromotion find(String promotionId) {
    return byId.get(promotionId);
  }

  /// All promotions, in the order in which they apply.
  public List<CompiledPromotion> all() {
    return List.of(promotions);
  }

  /// The promotions of a shared code.
  List<CompiledPromotion> ofCode(String normalCode) {
    return byCode.getOrDefault(normalCode, List.of());
  }

  /// Whether a promotion has this shared code.
  public boolean knowsCode(String code) {
    return byCode.containsKey(CompiledPromotion.normalCode(code));
  }

  /// Whether some promotion can be unlocked with coupons of batches only.
  boolean hasBatchCoupons() {
    return batchCoupons;
  }

  /// A finder of offers on single units, for one request.
  public OfferFinder finder(PersonFacts person, Moment moment, Usage usage) {
    return new OfferFinder(this, person, moment, usage);
  }

  /// The best promotion of one unit; use a [#finder] for more than one item.
  public @Nullable ItemOffer bestOffer(
      ItemFacts item, PersonFacts person, Moment moment, Usage usage) {
    return finder(person, moment, usage).best(item);
  }

  /// The ids of all items that some live promotion names one by one, for candidates on promotion.
  public Set<String> namedItems(PersonFacts person, Moment moment) {
    Set<String> ids = new LinkedHashSet<>();
    for (CompiledPromotion promotion : promotions) {
      if (!promotion.needsCode() && promotion.closedTo(person, moment) == null) {
        ids.addAll(promotion.appliesTo().itemIds());
      }
    }
    return ids;
  }

  /// Says promotions of this snapshot to people.
  OfferBoard board() {
    return board;
  }

  CompiledPromotion at(int index) {
    return promotions[index];
  }

  /// The promotions with an offer on one unit that select the item.
  int[] unitOffers(ItemFacts item) {
    return unitPostings.selecting(item);
  }

  /// The live promotions that name the item in some way, as lists that may overlap.
  int[][] cartPostings(ItemFacts item) {
    return cartPostings.of(item);
  }

  /// Whether one unit of the item gets this promotion as far as [#unitPrice] leaves it open.
  boolean admits(int p, ItemFacts item) {
    return promotions[p].selects(item) && admitsSelected(p, item);
  }

  /// The same for an item that the promotion selects: its stock, and other items it asks for.
  boolean admitsSelected(int p, ItemFacts item) {
    if (simple[p]) {
      return true;
    }
    CompiledPromotion promotion = promotions[p];
    if (!promotion.stocked(item)) {
      return false;
    }
    for (CompiledPromotion.Requirement requirement : promotion.requirements()) {
      if (requirement.quantity() > 1 || !requirement.selector().matches(item)) {
        return false;
      }
    }
    return true;
  }

  /// The price of one unit, alone in a cart, after this promotion; the list price when it takes
  /// nothing off.
  long unitPrice(int p, ItemFacts item) {
    long price = item.priceMinorUnits();
    if (price < leastSpends[p]) {
      return price;
    }
    long off =
        switch (kinds[p]) {
          case PERCENT -> Arithmetic.percent(price, (int) figures[p]);
          case AMOUNT -> figures[p];
          case FIXED -> price - figures[p];
          case OTHER -> otherOff(promotions[p].effect(), price, item);
          default -> 0;
        };
    off = Math.min(off, Math.min(caps[p], price - item.floorPriceMinorUnits()));
    return off > 0 && promotions[p].proto().getCurrency().equals(item.currency())
        ? price - off
        : price;
  }

  private static long otherOff(Effect effect, long price, ItemFacts item) {
    return switch (effect) {
      case Effect.Tiered tiered -> Arithmetic.tieredOff(tiered, price);
      case Effect.Nth(int _, int basisPoints) -> Arithmetic.percent(price, basisPoints);
      case Effect.Bundle bundle ->
          bundle.parts()[0].matches(item) ? Math.max(0, price - bundle.price()) : 0;
      case Effect.Percent _,
          Effect.AmountOnce _,
          Effect.AmountEach _,
          Effect.Fixed _,
          Effect.BuyGet _,
          Effect.Present _,
          Effect.ShippingFree _,
          Effect.Points _ ->
          0;
    };
  }

  private static byte unitKind(CompiledPromotion promotion) {
    if (promotion.needsCode() || promotion.minQuantity() > 1) {
      return NO_UNIT_OFFER;
    }
    return switch (promotion.effect()) {
      case Effect.Percent _ -> PERCENT;
      case Effect.AmountOnce _, Effect.AmountEach _ -> AMOUNT;
      case Effect.Fixed _ -> FIXED;
      case Effect.Tiered _ -> OTHER;
      case Effect.Nth(int nth, int _) -> nth == 1 ? OTHER : NO_UNIT_OFFER;
      case Effect.Bundle bundle ->
          bundle.parts().length == 1 && bundle.quantities()[0] == 1 ? OTHER : NO_UNIT_OFFER;
      case Effect.BuyGet _, Effect.Present _, Effect.ShippingFree _, Effect.Points _ ->
          NO_UNIT_OFFER;
    };
  }
}
