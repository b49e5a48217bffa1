// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.app.reply.CartText;
import dev.proffer.app.reply.Texts;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.runtime.service.Peers;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prices a cart and says which promotions apply and which would.
@Command(
    name = "evaluate-cart",
    description = "Price a cart: what applies, what it saves, and what else would apply.",
    footer = "./proffer evaluate-cart --user 17850 85123A:6 22423",
    mixinStandardHelpOptions = true)
final class EvaluateCartCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final SessionOptions session = new SessionOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "ITEM[:QUANTITY]",
      description = "The lines of the cart.")
  private List<String> lines = List.of();

  @Option(names = "--user", paramLabel = "ID", description = "The person; none for a stranger.")
  private String user = "";

  @Option(names = "--code", paramLabel = "CODE", description = "A code that was entered.")
  private List<String> codes = List.of();

  @Option(names = "--member-level", description = "The member level, when the shop knows none.")
  private int memberLevel;

  @Option(names = "--lang", paramLabel = "LANG", description = "en or zh (default: en).")
  private String language = "en";

  EvaluateCartCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    Cart.Builder cart = Cart.newBuilder().addAllCodes(codes).setChannel("cli");
    lines.forEach(line -> cart.addLines(line(line)));
    EvaluateCartRequest request =
        EvaluateCartRequest.newBuilder()
            .setCart(cart)
            .setPerson(Person.newBuilder().setUserId(user).setMemberLevel(memberLevel))
            .setExplain(true)
            .build();
    try (EngineSession engine = session.open(console, Peers.RANKER)) {
      EvaluateCartResponse response =
          PromotionServiceGrpc.newBlockingStub(engine.channel(Peers.RANKER)).evaluateCart(request);
      if (session.json()) {
        console.print(Texts.json(response));
      } else {
        CartText.print(console, response, language);
      }
    }
    return Commands.DONE;
  }

  /// Reads `item` or `item:quantity`; an id may hold colons of its own.
  static CartLine line(String text) {
    int colon = text.lastIndexOf(':');
    boolean hasQuantity = colon > 0 && text.substring(colon + 1).matches("\\d{1,6}");
    return CartLine.newBuilder()
        .setItemId(hasQuantity ? text.substring(0, colon) : text)
        .setQuantity(hasQuantity ? Integer.parseInt(text.substring(colon + 1)) : 1)
        .build();
  }
}
