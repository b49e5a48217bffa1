// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.ranker.v1.RequestContext;
import java.time.Instant;
import java.util.List;

/// What builders of requests have in common: the moment of the request.
///
/// @param <B> the builder itself
public abstract class Moment<B> {
  private final RequestContext.Builder context = RequestContext.newBuilder();

  Moment() {}

  abstract B self();

  RequestContext context() {
    return context.build();
  }

  /// Where the person is, such as "app" or "web".
  public B channel(String channel) {
    context.setChannel(channel);
    return self();
  }

  /// The ISO 3166 code.
  public B region(String region) {
    context.setRegion(region);
    return self();
  }

  /// The language of the reasons, "en" or "zh".
  public B language(String language) {
    context.setLanguage(language);
    return self();
  }

  /// The page or placement, such as "home" or "cart".
  public B page(String page) {
    context.setPage(page);
    return self();
  }

  /// The items in the cart.
  public B inCart(List<String> itemIds) {
    context.clearCartItemIds().addAllCartItemIds(itemIds);
    return self();
  }

  /// Another time than now, for a preview.
  public B at(Instant time) {
    context.setAtUnixMs(time.toEpochMilli());
    return self();
  }
}
