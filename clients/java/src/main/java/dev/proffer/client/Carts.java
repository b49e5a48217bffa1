// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.Person;
import java.time.Instant;
import java.util.List;

/// What somebody is about to buy: `Carts.of("sku-1", 2).add("sku-2",
/// 1).code("SAVE10").user("u-1")`.
///
/// Amounts are in minor units of the currency; without one it is that of the catalogue.
public final class Carts {
  private final Cart.Builder cart = Cart.newBuilder();
  private final EvaluateCartRequest.Builder request = EvaluateCartRequest.newBuilder();

  private Carts() {}

  /// Nothing yet.
  public static Carts empty() {
    return new Carts();
  }

  /// One item.
  public static Carts of(String itemId, int quantity) {
    return empty().add(itemId, quantity);
  }

  /// Puts an item in, at the price of the catalogue.
  public Carts add(String itemId, int quantity) {
    cart.addLines(CartLine.newBuilder().setItemId(itemId).setQuantity(quantity));
    return this;
  }

  /// Puts an item in at another price than that of the catalogue.
  public Carts add(String itemId, int quantity, long unitPriceMinorUnits) {
    cart.addLines(
        CartLine.newBuilder()
            .setItemId(itemId)
            .setQuantity(quantity)
            .setUnitPriceMinorUnits(unitPriceMinorUnits));
    return this;
  }

  /// Enters promotion codes.
  public Carts code(String... codes) {
    cart.addAllCodes(List.of(codes));
    return this;
  }

  /// The ISO 4217 code of all amounts.
  public Carts currency(String currency) {
    cart.setCurrency(currency);
    return this;
  }

  /// The shipping fee before promotions.
  public Carts shipping(long minorUnits) {
    cart.setShippingMinorUnits(minorUnits);
    return this;
  }

  /// Where the cart is.
  public Carts channel(String channel) {
    cart.setChannel(channel);
    return this;
  }

  /// The ISO 3166 code of the delivery address.
  public Carts region(String region) {
    cart.setRegion(region);
    return this;
  }

  /// How the person will pay.
  public Carts paymentMethod(String paymentMethod) {
    cart.setPaymentMethod(paymentMethod);
    return this;
  }

  /// The number of points that the person offers to use.
  public Carts points(long points) {
    cart.setPoints(points);
    return this;
  }

  /// Who buys.
  public Carts user(String userId) {
    request.getPersonBuilder().setUserId(userId);
    return this;
  }

  /// Who buys, as far as promotions ask.
  public Carts person(Person person) {
    request.setPerson(person);
    return this;
  }

  /// Another time than now, for a preview.
  public Carts at(Instant time) {
    request.setAtUnixMs(time.toEpochMilli());
    return this;
  }

  /// Asks for what does not apply, and what would make it apply.
  public Carts explain() {
    request.setExplain(true);
    return this;
  }

  /// The cart alone.
  public Cart toCart() {
    return cart.build();
  }

  EvaluateCartRequest toRequest() {
    return request.clone().setCart(cart).build();
  }
}
