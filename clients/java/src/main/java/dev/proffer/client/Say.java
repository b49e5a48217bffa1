// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.chatbot.v1.ChatRequest;
import java.util.UUID;

/// One turn of a shopper: `Say.text("Any deals today?").user("u-1")`.
public final class Say {
  private final ChatRequest.Builder turn = ChatRequest.newBuilder();

  private Say() {}

  /// What the shopper wrote.
  public static Say text(String text) {
    Say say = new Say();
    say.turn.setText(text);
    return say;
  }

  /// Continues a conversation.
  public Say conversation(String conversationId) {
    turn.setConversationId(conversationId);
    return this;
  }

  /// Identifies the turn; a second call with the same one gets the first answer.
  public Say turn(String turnId) {
    turn.setTurnId(turnId);
    return this;
  }

  /// The person.
  public Say user(String userId) {
    turn.setUserId(userId);
    return this;
  }

  /// The visit.
  public Say session(String sessionId) {
    turn.setSessionId(sessionId);
    return this;
  }

  /// The language of the page, "en" or "zh"; without it the text tells.
  public Say language(String language) {
    turn.setLanguage(language);
    return this;
  }

  /// What the shopper has in the cart.
  public Say cart(Carts cart) {
    turn.setCart(cart.toCart());
    return this;
  }

  /// Where the shopper is.
  public Say channel(String channel) {
    turn.setChannel(channel);
    return this;
  }

  /// The ISO 3166 code.
  public Say region(String region) {
    turn.setRegion(region);
    return this;
  }

  ChatRequest toRequest() {
    // Repeated after a broken connection, it is still one turn.
    return turn.getTurnId().isEmpty()
        ? turn.clone().setTurnId(UUID.randomUUID().toString()).build()
        : turn.build();
  }
}
