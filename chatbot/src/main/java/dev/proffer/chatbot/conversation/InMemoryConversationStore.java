// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.conversation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Conversations in this process, bounded in number: the ones that were quiet longest go first.
public final class InMemoryConversationStore implements ConversationStore {
  private final Cache<String, Conversation> conversations;

  public InMemoryConversationStore(Duration timeToLive, int maxConversations, Clock clock) {
    Ticker ticker = () -> clock.millis() * 1_000_000L;
    this.conversations =
        Caffeine.newBuilder()
            .expireAfterWrite(timeToLive)
            .maximumSize(maxConversations)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Optional<Conversation> load(String id) {
    return Optional.ofNullable(conversations.getIfPresent(id));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Whether this very one was kept.
  public boolean save(Conversation conversation) {
    Conversation kept =
        conversations
            .asMap()
            .compute(
                conversation.id(),
                (_, before) ->
                    before != null && before.version() >= conversation.version()
                        ? before
                        : conversation);
    return kept == conversation;
  }

  @Override
  public String trouble() {
    return "";
  }

  @Override
  public int erase(String userId) {
    List<String> ids =
        conversations.asMap().values().stream()
            .filter(conversation -> conversation.userId().equals(userId))
            .map(Conversation::id)
            .toList();
    conversations.invalidateAll(ids);
    return ids.size();
  }
}
