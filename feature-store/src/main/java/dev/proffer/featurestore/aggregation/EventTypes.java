// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.proto.featurestore.v1.EventType;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Which types of events an aggregation reads.
public final class EventTypes {
  private final Set<EventType> types;
  private final int mask;

  public EventTypes(Set<EventType> types) {
    this.types = EnumSet.copyOf(types);
    int bits = 0;
    for (EventType type : types) {
      bits |= 1 << type.getNumber();
    }
    this.mask = bits;
  }

  /// Finds a type by the name that declarations use, such as `add_to_cart`.
  public static EventType named(String name) {
    for (EventType type : EventType.values()) {
      if (type != EventType.UNRECOGNIZED
          && type != EventType.EVENT_TYPE_UNSPECIFIED
          && textOf(type).equals(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + name
            + "' is not a type of event (expected: impression, click, add_to_cart, purchase,"
            + " review, search or redemption)");
  }

  public static String textOf(EventType type) {
    return type.name().substring("EVENT_TYPE_".length()).toLowerCase(Locale.ROOT);
  }

  public boolean contains(EventType type) {
    return type != EventType.UNRECOGNIZED && (mask >>> type.getNumber() & 1) != 0;
  }

  public List<EventType> all() {
    return List.copyOf(types);
  }

  @Override
  public String toString() {
    return String.join(", ", types.stream().map(EventTypes::textOf).toList());
  }
}
