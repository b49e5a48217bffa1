// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import dev.proffer.proto.ranker.v1.Item;

/// An item with what only its maker knows.
///
/// @param category number of its category
/// @param brand number of its brand
/// @param thing number of its thing in the category
/// @param appeal how many people look at it, within its category
/// @param priceBand where its price stands in its category, from 0 to 1
/// @param quality how well it is liked once it has arrived, from 0 to 1
/// @param listedUnixMs when it came into the shop
record ShopItem(
    Item item,
    int category,
    int brand,
    int thing,
    double appeal,
    double priceBand,
    double quality,
    long listedUnixMs) {

  String id() {
    return item.getItemId();
  }

  boolean canBeBought() {
    return !item.getHidden() && item.getStock() > 0;
  }
}
