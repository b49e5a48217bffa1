// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.dialogue;

import dev.proffer.app.dialogue.DialogueScript.Check;
import dev.proffer.app.dialogue.DialogueScript.ScriptedTurn;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.Entity;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Holds scripted conversations and counts what became of them.
public final class DialogueRun {
  /// What is wrong with one turn.
  public record Fault(String dialogue, int turn, String text, String wrong) {}

  private static final int SHOWN_CHARS = 90;

  private final Function<ChatRequest, ChatResponse> bot;
  private final List<Fault> faults = new ArrayList<>();
  private final List<Long> nanos = new ArrayList<>();
  private int dialogues;
  private int completed;
  private int grounded;
  private int turns;
  private int slotsRight;
  private int slotsMissed;
  private int slotsWrong;

  public DialogueRun(Function<ChatRequest, ChatResponse> bot) {
    this.bot = bot;
  }

  /// Holds one conversation, as a person whom nobody knows yet.
  public void hold(DialogueScript script) {
    String person = "dialogue-" + UUID.randomUUID();
    Cart.Builder cart = Cart.newBuilder();
    script
        .cart()
        .forEach((item, units) ->
            cart.addLines(CartLine.newBuilder().setItemId(item).setQuantity(units)));
    String conversation = "";
    boolean complete = true;
    boolean allGrounded = true;
    for (int i = 0; i < script.turns().size(); i++) {
      ScriptedTurn turn = script.turns().get(i);
      long start = System.nanoTime();
      ChatResponse reply =
          bot.apply(
              ChatRequest.newBuilder()
                  .setConversationId(conversation)
                  .setUserId(person)
                  .setText(turn.text())
                  .setCart(cart)
                  .build());
      nanos.add(System.nanoTime() - start);
      conversation = reply.getConversationId();
      turns++;
      allGrounded &= reply.getGrounded() && !reply.getReplaced();
      countSlots(turn, reply);
      for (Check check : turn.checks()) {
        String wrong = wrong(check, reply);
        if (!wrong.isEmpty()) {
          complete = false;
          faults.add(new Fault(script.name(), i + 1, turn.text(), wrong));
        }
      }
    }
    dialogues++;
    completed += complete ? 1 : 0;
    grounded += allGrounded ? 1 : 0;
  }

  private static String wrong(Check check, ChatResponse reply) {
    return switch (check) {
      case Check.Intent intent -> {
        String found = reply.getIntentsCount() == 0 ? "none" : reply.getIntents(0).getIntent();
        yield intent.anyOf().contains(found)
            ? ""
            : "understood as " + found + ", not " + String.join(" or ", intent.anyOf());
      }
      case Check.Items _ ->
          reply.getCardsList().stream().anyMatch(card -> card.hasItem())
              ? ""
              : "no items; says " + shortened(reply.getText());
      case Check.Offers _ ->
          reply.getCardsList().stream()
                  .anyMatch(
                      card -> card.hasPromotion() || card.hasCart() || card.getItem().hasOffer())
              ? ""
              : "no offers";
      case Check.NoCards _ -> reply.getCardsCount() == 0 ? "" : "cards";
      case Check.HandOff handOff ->
          !reply.hasHandOff()
              ? "no hand-off"
              : handOff.reason().isEmpty()
                      || reply.getHandOff().getReason().equals(handOff.reason())
                  ? ""
                  : "handed off for " + reply.getHandOff().getReason();
      case Check.Quotes _ -> reply.hasKnowledge() ? "" : "quotes nothing";
      case Check.Says says ->
          lower(reply.getText()).contains(lower(says.text()))
              ? ""
              : "does not say " + says.text() + " but " + shortened(reply.getText());
      case Check.NotSays not ->
          lower(reply.getText()).contains(lower(not.text())) ? "says " + not.text() : "";
      case Check.Names names ->
          reply.getEntitiesList().stream().anyMatch(entity -> is(entity, names))
              ? ""
              : "does not find "
                  + names.type()
                  + "="
                  + names.value()
                  + " but "
                  + reply.getEntitiesList().stream()
                      .map(entity -> entity.getType() + "=" + entity.getValue())
                      .collect(Collectors.joining(", ", "[", "]"));
    };
  }

  /// Slots are counted in turns that say which they have: what is found beside them is wrong.
  private void countSlots(ScriptedTurn turn, ChatResponse reply) {
    List<Check.Names> wanted =
        turn.checks().stream()
            .filter(Check.Names.class::isInstance)
            .map(Check.Names.class::cast)
            .toList();
    if (wanted.isEmpty()) {
      return;
    }
    Set<Entity> used = new HashSet<>();
    for (Check.Names names : wanted) {
      boolean found = false;
      for (Entity entity : reply.getEntitiesList()) {
        if (!found && !used.contains(entity) && is(entity, names)) {
          used.add(entity);
          found = true;
        }
      }
      slotsRight += found ? 1 : 0;
      slotsMissed += found ? 0 : 1;
    }
    slotsWrong += reply.getEntitiesCount() - used.size();
  }

  private static boolean is(Entity entity, Check.Names names) {
    return entity.getType().equals(names.type())
        && (names.value().equals("*") || lower(entity.getValue()).equals(lower(names.value())));
  }

  private static String shortened(String text) {
    String line = text.replace('\n', ' ');
    return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "…";
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  public List<Fault> faults() {
    return faults;
  }

  public int dialogues() {
    return dialogues;
  }

  public int turns() {
    return turns;
  }

  /// The share of conversations in which everything was as it must be.
  public double completed() {
    return dialogues == 0 ? 0 : (double) completed / dialogues;
  }

  /// The share of conversations whose answers were all grounded, without one that was replaced.
  public double grounded() {
    return dialogues == 0 ? 0 : (double) grounded / dialogues;
  }

  public double slotF1() {
    int errors = slotsMissed + slotsWrong;
    return slotsRight == 0 ? 0 : 2.0 * slotsRight / (2.0 * slotsRight + errors);
  }

  /// The latency in milliseconds that a share of the turns was not above.
  public double millis(double share) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted.length == 0
        ? 0
        : sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))] / 1e6;
  }

  @Override
  public String toString() {
    return Arrays.toString(new int[] {dialogues, completed, grounded});
  }
}
