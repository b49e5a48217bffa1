// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/// Something that a person did: `Events.click("sku-1").user("u-1").toEvent()`.
///
/// Ids and times are filled in; give them yourself to record the past.
public final class Events {
  private final Event.Builder event;

  private Events(EventType type) {
    event =
        Event.newBuilder()
            .setType(type)
            .setEventId(UUID.randomUUID().toString())
            .setEventTimeUnixMs(System.currentTimeMillis());
  }

  private static Events of(EventType type, String itemId) {
    Events events = new Events(type);
    events.event.setItemId(itemId);
    return events;
  }

  /// An item was shown; request id and position are those of the recommendation.
  public static Events impression(String itemId) {
    return of(EventType.EVENT_TYPE_IMPRESSION, itemId);
  }

  /// An item was opened.
  public static Events click(String itemId) {
    return of(EventType.EVENT_TYPE_CLICK, itemId);
  }

  /// An item was put into the cart.
  public static Events addToCart(String itemId) {
    return of(EventType.EVENT_TYPE_ADD_TO_CART, itemId).quantity(1);
  }

  /// An item was bought, at this price for one unit.
  public static Events purchase(String itemId, long unitPriceMinorUnits, String currency) {
    Events events = of(EventType.EVENT_TYPE_PURCHASE, itemId).quantity(1);
    events.event.setUnitPriceMinorUnits(unitPriceMinorUnits).setCurrency(currency);
    return events;
  }

  /// An item was rated from 1 to 5.
  public static Events review(String itemId, double rating, String text) {
    Events events = of(EventType.EVENT_TYPE_REVIEW, itemId);
    events.event.setRating(rating).setText(text);
    return events;
  }

  /// A text was searched for.
  public static Events search(String query) {
    Events events = new Events(EventType.EVENT_TYPE_SEARCH);
    events.event.setQuery(query);
    return events;
  }

  /// A promotion was used.
  public static Events redemption(String promotionId) {
    return new Events(EventType.EVENT_TYPE_REDEMPTION).promotion(promotionId);
  }

  /// The person.
  public Events user(String userId) {
    event.setUserId(userId);
    return this;
  }

  /// The visit.
  public Events session(String sessionId) {
    event.setSessionId(sessionId);
    return this;
  }

  /// The promotion that was shown, opened or used.
  public Events promotion(String promotionId) {
    event.setPromotionId(promotionId);
    return this;
  }

  /// The decision that led to this, as given by the recommendation.
  public Events requestId(String requestId) {
    event.setRequestId(requestId);
    return this;
  }

  /// Where the item stood, from 1.
  public Events position(int position) {
    event.setPosition(position);
    return this;
  }

  /// The number of units.
  public Events quantity(int quantity) {
    event.setQuantity(quantity);
    return this;
  }

  /// Groups the purchases of one order.
  public Events order(String orderId) {
    event.setOrderId(orderId);
    return this;
  }

  /// Where it happened, such as "app" or "web".
  public Events channel(String channel) {
    event.setChannel(channel);
    return this;
  }

  /// The ISO 3166 code.
  public Events region(String region) {
    event.setRegion(region);
    return this;
  }

  /// Further facts of the shop.
  public Events attributes(Map<String, String> attributes) {
    event.putAllAttributes(attributes);
    return this;
  }

  /// Identifies it for all time; a second event with the same id is dropped.
  public Events eventId(String eventId) {
    event.setEventId(eventId);
    return this;
  }

  /// When it happened.
  public Events at(Instant time) {
    event.setEventTimeUnixMs(time.toEpochMilli());
    return this;
  }

  /// The event.
  public Event toEvent() {
    return event.build();
  }
}
