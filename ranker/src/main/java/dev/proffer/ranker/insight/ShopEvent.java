// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.proto.featurestore.v1.Event;

/// An event as the analysis sees it. Amounts may be negative or absurd here: judging them is the
/// work of [QualityRule].
public record ShopEvent(
    String eventId,
    Kind kind,
    long atMillis,
    String userId,
    String sessionId,
    String itemId,
    String promotionId,
    int quantity,
    long unitPriceMinorUnits,
    String currency,
    String orderId,
    String query,
    String text,
    double rating) {

  /// What a person did, with the weight that it has as a sign of interest.
  public enum Kind {
    IMPRESSION(0),
    CLICK(1),
    ADD_TO_CART(3),
    PURCHASE(5),
    REVIEW(2),
    SEARCH(1),
    REDEMPTION(2);

    private final double interest;

    Kind(double interest) {
      this.interest = interest;
    }

    public double interest() {
      return interest;
    }
  }

  /// Reads an event of the contract; a quantity of 0 means 1 there.
  public static ShopEvent of(Event event) {
    return new ShopEvent(
        event.getEventId(),
        switch (event.getType()) {
          case EVENT_TYPE_CLICK -> Kind.CLICK;
          case EVENT_TYPE_ADD_TO_CART -> Kind.ADD_TO_CART;
          case EVENT_TYPE_PURCHASE -> Kind.PURCHASE;
          case EVENT_TYPE_REVIEW -> Kind.REVIEW;
          case EVENT_TYPE_SEARCH -> Kind.SEARCH;
          case EVENT_TYPE_REDEMPTION -> Kind.REDEMPTION;
          // The contract refuses the two others.
          case EVENT_TYPE_IMPRESSION, EVENT_TYPE_UNSPECIFIED, UNRECOGNIZED -> Kind.IMPRESSION;
        },
        event.getEventTimeUnixMs(),
        event.getUserId(),
        event.getSessionId(),
        event.getItemId(),
        event.getPromotionId(),
        event.getQuantity() == 0 ? 1 : event.getQuantity(),
        event.getUnitPriceMinorUnits(),
        event.getCurrency(),
        event.getOrderId(),
        event.getQuery(),
        event.getText(),
        event.getRating());
  }

  /// What groups the purchases of one order: its id, or else the visit, or else the person's day.
  public String orderKey(long day) {
    if (!orderId.isEmpty()) {
      return orderId;
    }
    return sessionId.isEmpty() ? userId + "@" + day : sessionId;
  }
}
