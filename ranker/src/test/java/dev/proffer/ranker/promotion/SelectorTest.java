// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.ItemSelector;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SelectorTest {
  private static final String[] WORDS = {"", "a", "b", "=", "a=", "=b", "a=b", "b=a=b"};

  @Test
  void selectsByAncestorsOfTheCategory() {
    Selector kitchen = selector(ItemSelector.newBuilder().addCategories("kitchen/"));
    assertThat(kitchen.matches(item("kitchen", Map.of()))).isTrue();
    assertThat(kitchen.matches(item("kitchen/knives", Map.of()))).isTrue();
    assertThat(kitchen.matches(item("kitchenware", Map.of()))).isFalse();
  }

  @Test
  void excludesWhatItIncludesOtherwise() {
    Selector selector =
        selector(
            ItemSelector.newBuilder()
                .addAttributes("color=red")
                .addExcludedCategories("kitchen/knives"));
    assertThat(selector.matches(item("kitchen", Map.of("color", "red")))).isTrue();
    assertThat(selector.matches(item("kitchen", Map.of("color", "blue")))).isFalse();
    assertThat(selector.matches(item("kitchen/knives", Map.of("color", "red")))).isFalse();
  }

  /// Names and values may hold the sign between them: what is selected is what reads the same.
  @Test
  void findsByAttributesWhatReadsTheSame() {
    Random random = new Random(5);
    int matched = 0;
    for (int i = 0; i < 5_000; i++) {
      String wanted = word(random) + "=" + word(random);
      Map<String, String> attributes =
          Map.of(word(random) + "x", word(random), word(random), word(random));
      boolean same =
          attributes.entrySet().stream()
              .anyMatch(one -> wanted.equals(one.getKey() + "=" + one.getValue()));
      Selector selector = selector(ItemSelector.newBuilder().addAttributes(wanted));
      ItemFacts item = item("kitchen", attributes);
      Postings postings =
          new Postings(
              new Selector[] {selector},
              new boolean[] {true},
              (_, asked) -> selector.matches(asked));
      assertThat(selector.matches(item)).as("%s of %s", wanted, attributes).isEqualTo(same);
      assertThat(Arrays.stream(postings.of(item)).anyMatch(posting -> posting.length > 0))
          .as("%s posted for %s", wanted, attributes)
          .isEqualTo(same);
      int[] selecting = same ? new int[] {0} : new int[0];
      assertThat(postings.selecting(item)).isEqualTo(selecting);
      assertThat(postings.selecting(item)).as("remembered").isEqualTo(selecting);
      matched += same ? 1 : 0;
    }
    assertThat(matched).isPositive();
  }

  private static String word(Random random) {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private static Selector selector(ItemSelector.Builder proto) {
    return new Selector(proto.build());
  }

  private static ItemFacts item(String category, Map<String, String> attributes) {
    return new ItemFacts("item", category, "", attributes, 100, 0, -1, -1, "CNY");
  }
}
