// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import java.util.Map;
import java.util.Optional;

/// The actions that a skill can name.
public final class Actions {
  private static final Map<String, Action> ACTIONS =
      Map.of(
          "list-items", new ListItemsAction(),
          "list-offers", new ListOffersAction(),
          "explain", new ExplainAction(),
          "cart", new CartAction(),
          "item", new ItemAction(),
          "say", new SayAction());

  private Actions() {}

  public static Optional<Action> named(String name) {
    return Optional.ofNullable(ACTIONS.get(name));
  }
}
