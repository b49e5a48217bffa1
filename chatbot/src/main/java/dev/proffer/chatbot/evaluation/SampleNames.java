// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import dev.proffer.chatbot.mention.Gazetteer;
import dev.proffer.chatbot.mention.GazetteerSource;
import dev.proffer.chatbot.mention.Lexicon;
import dev.proffer.chatbot.skill.SkillBook;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The names of a small shop, which the phrases of the evaluations speak of.
public final class SampleNames {
  private SampleNames() {}

  public static Gazetteer gazetteer() {
    return new GazetteerSource(Lexicon.load(), SkillBook.load(Optional.empty()).words())
        .build(
            List.of(
                item("k1", "Damask Chef Knife", "大马士革主厨刀", "kitchen/knives", "Ironleaf"),
                item("k3", "Bread Knife Classic", "经典面包刀", "kitchen/knives", "Homa"),
                item("c1", "Copper Pan Large", "大号铜煎锅", "kitchen/cookware", "Homa"),
                item(
                    "h1",
                    "Cloud Wireless Headphones",
                    "云朵无线耳机",
                    "electronics/headphones",
                    "Sonora"),
                item("s1", "Air Runner Shoes", "轻风跑步鞋", "sports/shoes", "Nike"),
                item("s2", "Trail Shoes Grip", "越野防滑跑鞋", "sports/shoes", "Adidas"),
                item("t1", "Oolong Tea Box", "乌龙茶礼盒", "food/tea", "Homa")),
            List.of(
                promotion("p1", "Knife Week", "刀具周", ""),
                promotion("p2", "Spend and Save", "满300减40", ""),
                promotion("p3", "Autumn Coupon", "秋日券", "SAVE20")),
            1);
  }

  private static GazetteerSource.NamedItem item(
      String id, String en, String zh, String category, String brand) {
    return new GazetteerSource.NamedItem(id, Map.of("en", en, "zh", zh), category, brand, "CNY");
  }

  private static GazetteerSource.NamedPromotion promotion(
      String id, String en, String zh, String code) {
    return new GazetteerSource.NamedPromotion(id, Map.of("en", en, "zh", zh), code);
  }
}
