// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.Turn;
import java.util.List;
import java.util.Optional;

/// A conversation as it is stored. Immutable; one turn makes the next version.
///
/// @param id the conversation
/// @param userId the person; empty for somebody who is not signed in
/// @param sequence the number of messages so far
/// @param version counts stored versions, so that a store can refuse to overwrite a newer one
/// @param turns the last messages, personal data masked, oldest first
/// @param answers the last answers by turn, so that a repeated turn gets the same one
public record Conversation(
    String id,
    String userId,
    long sequence,
    long version,
    Memory memory,
    List<Turn> turns,
    List<ChatResponse> answers) {
  public static final int MAX_TURNS = 60;
  public static final int MAX_ANSWERS = 8;

  public Conversation {
    turns = List.copyOf(turns.subList(Math.max(0, turns.size() - MAX_TURNS), turns.size()));
    answers =
        List.copyOf(answers.subList(Math.max(0, answers.size() - MAX_ANSWERS), answers.size()));
  }

  public static Conversation begin(String id, String userId) {
    return new Conversation(id, userId, 0, 0, Memory.EMPTY, List.of(), List.of());
  }

  /// The answer that a turn got already.
  public Optional<ChatResponse> answerTo(String turnId) {
    return answers.stream().filter(answer -> answer.getTurnId().equals(turnId)).findFirst();
  }

  /// Whether a person may read it and go on with it. A conversation begun before signing in goes
  /// along.
  public boolean belongsTo(String person) {
    return userId.equals(person) || userId.isEmpty();
  }
}
