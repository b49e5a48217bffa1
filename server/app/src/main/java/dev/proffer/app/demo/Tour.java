// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.demo;

import dev.proffer.app.console.Console;
import dev.proffer.app.reply.CartText;
import dev.proffer.app.reply.ChatText;
import dev.proffer.app.reply.RecommendationText;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;

/// Asks a running engine what a shopper would, prints the answers, and checks that each is one that
/// a shop could show.
public final class Tour {
  private static final int ITEMS = 10;
  private static final int CART_LINES = 3;

  private final Console console;
  private final Channel ranker;
  private final Channel chatbot;
  private final String user;
  private final List<String> faults = new ArrayList<>();

  public Tour(Console console, Channel ranker, Channel chatbot, String user) {
    this.console = console;
    this.ranker = ranker;
    this.chatbot = chatbot;
    this.user = user;
  }

  /// Takes the tour and returns what was not good enough, in words; empty when all was.
  public List<String> take() {
    List<String> items = new ArrayList<>();
    step("Recommendations for " + user, () -> items.addAll(recommend()));
    step("A cart of " + user, () -> evaluateCart(items));
    step("A question in English", () -> chat("Are there any deals for me today?", "en"));
    step("A question in Chinese", () -> chat("今天有什么适合我的优惠吗？", "zh"));
    return List.copyOf(faults);
  }

  private List<String> recommend() {
    RecommendResponse response =
        RecommenderServiceGrpc.newBlockingStub(ranker)
            .recommend(
                RecommendRequest.newBuilder().setUserId(user).setK(ITEMS).setExplain(true).build());
    RecommendationText.print(console, response, "en", true);
    expect(response.getItemsCount() == ITEMS, "there are fewer than " + ITEMS + " items");
    expect(!response.getModelVersion().isEmpty(), "no model made them");
    expect(
        response.getItemsList().stream().allMatch(item -> item.getReasonsCount() > 0),
        "an item has no reason");
    expect(
        response.getItemsList().stream()
            .anyMatch(item -> item.getPriceMinorUnits() < item.getListPriceMinorUnits()),
        "no item is cheaper after promotion");
    expect(!response.hasDegraded(), "the reply is degraded");
    return response.getItemsList().stream().map(RecommendedItem::getItemId).toList();
  }

  private void evaluateCart(List<String> items) {
    Cart.Builder cart = Cart.newBuilder();
    items.stream()
        .limit(CART_LINES)
        .forEach(id -> cart.addLines(CartLine.newBuilder().setItemId(id).setQuantity(2)));
    EvaluateCartResponse response =
        PromotionServiceGrpc.newBlockingStub(ranker)
            .evaluateCart(
                EvaluateCartRequest.newBuilder()
                    .setCart(cart)
                    .setPerson(Person.newBuilder().setUserId(user))
                    .setExplain(true)
                    .build());
    CartText.print(console, response, "en");
    expect(response.getLinesCount() == Math.min(CART_LINES, items.size()), "a line is missing");
    expect(response.getAppliedCount() > 0, "no promotion applies");
    expect(
        response.getTotalMinorUnits()
            == response.getSubtotalMinorUnits()
                - response.getSavingMinorUnits()
                + response.getShippingMinorUnits(),
        "the total does not add up");
  }

  private void chat(String text, String language) {
    console.print("> " + text);
    ChatResponse response =
        ChatServiceGrpc.newBlockingStub(chatbot)
            .chat(ChatRequest.newBuilder().setUserId(user).setText(text).build());
    ChatText.print(console, response);
    expect(!response.getText().isBlank(), "there is no answer");
    expect(
        response.getLanguage().equals(language),
        "the answer is in '" + response.getLanguage() + "' (expected: '" + language + "')");
    expect(
        hasChinese(response.getText()) == language.equals("zh"),
        "the words are of another language");
    expect(response.getGrounded(), "the answer is not grounded");
    expect(response.getCardsCount() > 0, "the answer shows no item and no offer");
  }

  private void step(String title, Runnable step) {
    console.print("");
    console.print("── " + title);
    console.print("");
    int before = faults.size();
    try {
      step.run();
    } catch (StatusRuntimeException e) {
      faults.add("failed with " + e.getStatus().getCode() + ": " + e.getStatus().getDescription());
    }
    for (int i = before; i < faults.size(); i++) {
      faults.set(i, title + ": " + faults.get(i));
    }
  }

  private void expect(boolean good, String fault) {
    if (!good) {
      faults.add(fault);
    }
  }

  private static boolean hasChinese(String text) {
    return text.codePoints().anyMatch(c -> UnicodeScript.of(c) == UnicodeScript.HAN);
  }
}
