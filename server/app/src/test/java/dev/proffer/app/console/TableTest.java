// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void alignsColumnsWithChineseTextAndCellsOfSeveralLines() {
    assertThat(
            new Table("item", ">price", "why").row("mug", 5, "a\nb").row("马克杯", 1234, "c").lines())
        .containsExactly(
            "item    price  why",
            "──────  ─────  ───",
            "mug         5  a",
            "               b",
            "马克杯   1234  c");
  }
}
