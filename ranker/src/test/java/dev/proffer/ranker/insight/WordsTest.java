// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class WordsTest {
  private static List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    Words.each(text, terms::add);
    return terms;
  }

  @Test
  void cutsEnglishIntoWordsAndPairs() {
    assertThat(terms("Trail running shoes, with a T-shirt"))
        .containsExactly("trail", "running", "trail running", "shoes", "running shoes", "t-shirt");
  }

  @Test
  void cutsChineseIntoWordsAndRuns() {
    assertThat(terms("越野跑鞋")).contains("越野", "越野跑鞋");
  }

  @Test
  void whatPackagesAreMeasuredInIsNoTerm() {
    assertThat(terms("绿茶500毫升")).contains("绿茶").noneMatch(term -> term.contains("毫升"));
    assertThat(terms("Phone strap, 6.1 inch")).containsExactly("phone", "strap", "phone strap");
  }

  @Test
  void grammarBreaksAPhraseAndIsNoTerm() {
    assertThat(terms("便宜的绿茶")).contains("便宜", "绿茶").noneMatch(term -> term.contains("的"));
    assertThat(terms("的")).isEmpty();
    assertThat(terms("shoes的了")).containsExactly("shoes");
  }

  @Test
  void endsWhateverTheTextIs() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(30); j >= 0; j--) {
        int block = random.nextInt(4);
        text.append(
            switch (block) {
              case 0 -> (char) random.nextInt(' ', 0x250);
              case 1 -> "的了和与是ー々〇'-·'ñ".charAt(random.nextInt(13));
              case 2 -> (char) random.nextInt(0x4E00, 0x9FFF);
              default -> (char) random.nextInt(0x10000);
            });
      }
      assertThat(terms(text.toString())).noneMatch(String::isBlank);
    }
  }
}
