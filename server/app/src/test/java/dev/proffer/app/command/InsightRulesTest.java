// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.app.console.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InsightRulesTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console =
      new Console(
          new PrintStream(out, true, StandardCharsets.UTF_8),
          new PrintStream(err, true, StandardCharsets.UTF_8),
          false);

  @TempDir private Path folder;
  private String baskets;
  private String categories;

  @BeforeEach
  void write() throws Exception {
    baskets =
        Files.writeString(
                folder.resolve("baskets.csv"),
                "shirt\njacket,boots\nski pants,boots\nsneakers\nsneakers\njacket\n")
            .toString();
    categories =
        Files.writeString(
                folder.resolve("categories.csv"),
                "jacket,clothes/outer\nski pants,clothes/outer\nshirt,clothes\nboots,shoes\n"
                    + "sneakers,shoes\n")
            .toString();
  }

  private int rules(String... more) {
    String[] arguments = new String[more.length + 8];
    System.arraycopy(
        new String[] {
          "insight", "rules", "--min-support", "0.3", "--min-confidence", "0.6", "--min-length", "2"
        },
        0,
        arguments,
        0,
        8);
    System.arraycopy(more, 0, arguments, 8, more.length);
    return Commands.run(console, arguments);
  }

  private String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aHierarchyFindsRulesBetweenItemsAndCategories() {
    assertThat(rules("--data", baskets, "--json")).isZero();
    assertThat(text(out)).contains("\"rules\":0,");
    out.reset();
    assertThat(rules("--data", baskets, "--hierarchy", categories, "--json")).isZero();
    assertThat(text(out)).contains("clothes/outer").contains("\"rules\":4,");
  }

  @Test
  void whatDoesNotGoTogetherIsWrongUse() {
    assertThat(rules("--data", baskets, "--basis", "views")).isEqualTo(2);
    assertThat(text(err)).contains("--basis: only of the event log");
    assertThat(rules("--data", folder.toString(), "--hierarchy", categories)).isEqualTo(2);
    assertThat(text(err)).contains("--hierarchy: only with a file of baskets");
    assertThat(rules("--basis", "colours")).isEqualTo(2);
  }
}
