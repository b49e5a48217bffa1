// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import java.util.Optional;

/// Keeps conversations for a time after their last turn.
public interface ConversationStore {
  Optional<Conversation> load(String id);

  /// Stores a conversation that was loaded, or begun, before. The time to live starts anew.
  ///
  /// @return whether it was stored; false when another version was stored since it was loaded
  boolean save(Conversation conversation);

  /// Removes all conversations of a person and says how many there were.
  int erase(String userId);

  /// What keeps the store from its work, for operators; empty when nothing does.
  String trouble();
}
