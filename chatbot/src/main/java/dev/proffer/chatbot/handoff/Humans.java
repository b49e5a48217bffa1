// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import dev.proffer.proto.chatbot.v1.HandOffNotice;

/// The humans of the shop, as one turn of a conversation can call them.
public interface Humans {
  /// Nobody can be called.
  Humans NONE =
      new Humans() {
        @Override
        public boolean reachable() {
          return false;
        }

        @Override
        public HandOffNotice call(String reason, int priority, String summary) {
          throw new IllegalStateException("nobody can be called");
        }
      };

  boolean reachable();

  /// Puts the conversation into the queue, durably, and says what becomes of it.
  HandOffNotice call(String reason, int priority, String summary);
}
