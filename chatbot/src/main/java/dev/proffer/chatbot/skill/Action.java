// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

/// Makes the answer of a skill. It asks the shop through the turn, and everything that it says
/// comes from what the shop replied.
///
/// An action does not catch [dev.proffer.chatbot.shop.ShopUnavailable]: the dialogue answers for
/// it.
@FunctionalInterface
public interface Action {
  void act(SkillTurn turn, Answer answer);
}
