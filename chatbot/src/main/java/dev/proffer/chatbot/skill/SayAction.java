// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

/// Says what the file of the skill says. Setting `hand_off`: the reason for which a human is
/// offered (`offer`) or asked for at once (any other text).
final class SayAction implements Action {
  @Override
  public void act(SkillTurn turn, Answer answer) {
    if (answer.knows("answer")) {
      answer.say("answer");
    }
    String handOff = turn.skill().settings().getOrDefault("hand_off", "");
    if (handOff.equals("offer")) {
      if (turn.humansReachable()) {
        answer.say("offer_human").expect("human", "confirm");
      }
    } else if (!handOff.isEmpty()) {
      answer.handOff(handOff);
    }
  }
}
