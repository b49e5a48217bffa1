// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.proto.featurestore.v1.Event;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// A field of an event, by the name that declarations use.
public final class EventField {
  private static final String ATTRIBUTES = "attributes.";
  private static final Map<String, Function<Event, String>> TEXTS =
      Map.ofEntries(
          Map.entry("user_id", Event::getUserId),
          Map.entry("session_id", Event::getSessionId),
          Map.entry("item_id", Event::getItemId),
          Map.entry("promotion_id", Event::getPromotionId),
          Map.entry("order_id", Event::getOrderId),
          Map.entry("query", Event::getQuery),
          Map.entry("channel", Event::getChannel),
          Map.entry("region", Event::getRegion));
  private static final Map<String, ToDoubleFunction<Event>> NUMBERS =
      Map.of(
          "quantity", EventField::quantity,
          "unit_price_minor_units", event -> (double) event.getUnitPriceMinorUnits(),
          "spend_minor_units", event -> (double) event.getUnitPriceMinorUnits() * quantity(event),
          "rating", event -> event.getRating() == 0 ? Double.NaN : event.getRating(),
          "position", event -> event.getPosition() == 0 ? Double.NaN : event.getPosition());

  private final String name;
  private final Function<Event, String> text;
  private final ToDoubleFunction<Event> number;

  private EventField(String name, Function<Event, String> text, ToDoubleFunction<Event> number) {
    this.name = name;
    this.text = text;
    this.number = number;
  }

  /// Finds a field.
  ///
  /// @throws IllegalArgumentException when an event has no field of this name
  public static EventField of(String name) {
    Function<Event, String> text = TEXTS.get(name);
    ToDoubleFunction<Event> number = NUMBERS.get(name);
    if (name.startsWith(ATTRIBUTES) && name.length() > ATTRIBUTES.length()) {
      String key = name.substring(ATTRIBUTES.length());
      return new EventField(
          name,
          event -> event.getAttributesOrDefault(key, ""),
          event -> parse(event.getAttributesOrDefault(key, "")));
    }
    if (number != null) {
      return new EventField(name, event -> textOf(number.applyAsDouble(event)), number);
    }
    if (text != null) {
      return new EventField(name, text, event -> parse(text.apply(event)));
    }
    throw new IllegalArgumentException(
        "'"
            + name
            + "' is not a field of an event (expected: one of "
            + String.join(", ", TEXTS.keySet().stream().sorted().toList())
            + ", "
            + String.join(", ", NUMBERS.keySet().stream().sorted().toList())
            + ", attributes.NAME)");
  }

  /// The field where it is one of these texts, and nothing elsewhere.
  public EventField within(Set<String> texts) {
    return new EventField(
        name,
        event -> {
          String known = text.apply(event);
          return texts.contains(known) ? known : "";
        },
        number);
  }

  /// Whether the field is a number by nature.
  public boolean isNumber() {
    return NUMBERS.containsKey(name) || name.startsWith(ATTRIBUTES);
  }

  /// The field as a text; empty when the event does not have it.
  public String text(Event event) {
    return text.apply(event);
  }

  /// The field as a number; NaN when the event does not have it.
  public double number(Event event) {
    return number.applyAsDouble(event);
  }

  @Override
  public String toString() {
    return name;
  }

  private static double quantity(Event event) {
    return Math.max(1, event.getQuantity());
  }

  private static String textOf(double number) {
    return Double.isNaN(number) ? "" : Double.toString(number);
  }

  private static double parse(String text) {
    if (text.isEmpty() || text.length() > 40) {
      return Double.NaN;
    }
    try {
      double number = Double.parseDouble(text);
      return Double.isInfinite(number) ? Double.NaN : number;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
