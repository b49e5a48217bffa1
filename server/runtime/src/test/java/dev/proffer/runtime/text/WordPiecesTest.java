// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WordPiecesTest {
  private static final WordPieces PIECES =
      WordPieces.of(
          Map.of(
              "[UNK]", 1, "[CLS]", 2, "[SEP]", 3, "tea", 4, "##pot", 5, "##s", 6, "te", 7, "!", 8,
              "caf", 9, "##e", 10));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Teapots! Caf\u00e9|20|2 4 5 6 8 9 10 3",
        "teaxpot \u8336|20|2 1 1 3",
        "tea tea tea tea|4|2 4 4 3",
        "teapots|4|2 4 5 3",
        "tea\u200btea|20|2 1 3",
        "tea\u2014tea|20|2 4 1 4 3",
        "''|4|2 3"
      })
  void wordsAreCutIntoTheLongestPieces(String text, int limit, String ids) {
    assertThat(PIECES.ids(text, limit))
        .containsExactly(
            java.util.Arrays.stream(ids.split(" ")).mapToLong(Long::parseLong).toArray());
  }

  @Test
  void aVeryLongWordIsUnknownAtOnce() {
    assertThat(PIECES.ids("tea".repeat(50_000), 20)).containsExactly(2, 1, 3);
  }

  @Test
  void saysWhichPieceAVocabularyLacks() {
    assertThatThrownBy(() -> WordPieces.of(Map.of("[UNK]", 1, "[CLS]", 2)))
        .hasMessageContaining("[SEP]");
  }
}
