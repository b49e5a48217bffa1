// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import dev.proffer.proto.ranker.v1.ItemFilter;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SimilarItemsRequest;

/// How to find items by likeness or text: `new Find().limit(5).user("u-00017")`.
public final class Find extends Moment<Find> {
  private int k = 10;
  private String userId = "";
  private ItemFilter filter = ItemFilter.getDefaultInstance();

  /// Ten items, at prices for somebody who is not signed in.
  public Find() {}

  /// The number of items.
  public Find limit(int k) {
    this.k = k;
    return this;
  }

  /// The person, for prices and order.
  public Find user(String userId) {
    this.userId = userId;
    return this;
  }

  /// Limits the items.
  public Find filter(ItemFilter filter) {
    this.filter = filter;
    return this;
  }

  @Override
  Find self() {
    return this;
  }

  SimilarItemsRequest like(String itemId) {
    return SimilarItemsRequest.newBuilder()
        .setItemId(itemId)
        .setK(k)
        .setUserId(userId)
        .setFilter(filter)
        .setContext(context())
        .build();
  }

  SearchItemsRequest by(String query) {
    return SearchItemsRequest.newBuilder()
        .setQuery(query)
        .setK(k)
        .setUserId(userId)
        .setFilter(filter)
        .setContext(context())
        .build();
  }
}
