// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import java.util.List;

/// Writes reviews: what people say about an item that they gave so many stars.
final class Reviews {
  private static final List<Bilingual> GOOD =
      List.of(
          new Bilingual("Love this %s, exactly what I hoped for.", "这款%s太喜欢了，和期待的一样。"),
          new Bilingual("Great %s for the price. Would buy again.", "这个价位的%s很值，会回购。"),
          new Bilingual("The %s arrived quickly and feels well made.", "%s物流很快，做工不错。"),
          new Bilingual("My second %s from this shop, still happy.", "第二次买%s了，依然满意。"),
          new Bilingual("Bought the %s on sale, what a bargain!", "活动时买的%s，太划算了！"),
          new Bilingual("Everyone at home likes the %s.", "家里人都喜欢这个%s。"));

  private static final List<Bilingual> MIXED =
      List.of(
          new Bilingual("The %s is fine, nothing special.", "%s一般般，没什么特别的。"),
          new Bilingual("Good %s but the delivery took a week.", "%s还行，就是物流等了一周。"),
          new Bilingual("The %s is smaller than it looks in the picture.", "%s比图片上小一些。"),
          new Bilingual("Decent %s, a little expensive without a discount.", "%s不错，没优惠的话有点贵。"));

  private static final List<Bilingual> BAD =
      List.of(
          new Bilingual("The %s broke after two days. Disappointed.", "%s用了两天就坏了，失望。"),
          new Bilingual("Not the %s shown in the picture, sending it back.", "%s和图片不符，已退货。"),
          new Bilingual("Poor quality %s and nobody answers.", "%s质量差，客服也不回。"),
          new Bilingual("The price of the %s dropped right after I ordered.", "刚买完%s就降价，不值。"));

  private Reviews() {}

  static int stars(double quality, Dice dice) {
    double felt = 1 + 4 * quality + 0.7 * dice.gaussian() + 0.6;
    return Math.clamp(Math.round(felt), 1, 5);
  }

  static String text(int stars, Bilingual thing, boolean chinese, Dice dice) {
    Bilingual phrase = dice.of(stars >= 4 ? GOOD : stars == 3 ? MIXED : BAD);
    return chinese ? phrase.zh().formatted(thing.zh()) : phrase.en().formatted(thing.en());
  }
}
