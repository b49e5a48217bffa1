// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryHistoryTest {
  private static final String FIRST =
      """
      entities:
        item: {buckets: 16}
      views:
        - {name: price, entity: item, features: [{name: price, type: float}]}
      sets:
        - {name: s, candidate: ["price:*"]}
      """;
  private static final String SECOND =
      FIRST.replace(
          "{name: price, type: float}", "{name: price, type: float}, {name: stock, type: int64}");

  @TempDir Path folder;

  @Test
  void aChangeThatWouldCorruptOneViewChangesNothingAtAll() throws IOException {
    RegistryHistory history = RegistryHistory.open(folder, FIRST);
    List<Registry> told = new ArrayList<>();
    history.onChange(told::add);
    Map<String, String> before = files();

    for (String corrupting :
        List.of(
            SECOND.replace("name: price, type: float", "name: price, type: int64"),
            SECOND.replace("buckets: 16", "buckets: 8"),
            SECOND
                .replace("entity: item,", "entity: user,")
                .replace("item: {", "user: {}\n  item: {"))) {
      assertThatThrownBy(() -> history.apply(corrupting, 0))
          .hasMessageMatching("(?s).*(stored|every|entity item -> user).*");
    }
    assertThatThrownBy(() -> history.apply(SECOND + "more: 1\n", 0))
        .hasMessageContaining("no such key");

    assertThat(history.live().version()).isEqualTo(1);
    assertThat(history.live().view("price").features()).hasSize(1);
    assertThat(told).isEmpty();
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void whoListensHasTheNewVersionWhenApplyReturns() throws IOException {
    RegistryHistory history = RegistryHistory.open(folder, FIRST);
    List<Integer> told = new ArrayList<>();
    history.onChange(registry -> told.add(registry.version()));

    history.apply(SECOND, 1);
    assertThat(told).containsExactly(2);
    history.rollback(1);
    assertThat(told).containsExactly(2, 1);
    // What changes nothing makes no version.
    history.apply(FIRST, 0);
    assertThat(told).containsExactly(2, 1);
  }

  @Test
  void aVersionThatWasWrittenIsNeverWrittenAgain() throws IOException {
    RegistryHistory history = RegistryHistory.open(folder, FIRST);
    history.apply(SECOND, 0);
    history.rollback(1);
    history.apply(SECOND.replace("stock", "pieces"), 0);

    assertThat(history.live().version()).isEqualTo(3);
    assertThat(files())
        .containsEntry("000001.yaml", FIRST)
        .containsEntry("000002.yaml", SECOND)
        .containsEntry("000003.yaml", SECOND.replace("stock", "pieces"));
    // Rows of every version stay readable, also of the one that was left.
    assertThat(history.live().view("price", 2)).isNotNull();
  }

  @Test
  void aCrashBetweenWritingAVersionAndMakingItLiveLeavesTheOldOneLive() throws IOException {
    RegistryHistory first = RegistryHistory.open(folder, FIRST);
    assertThat(first.live().version()).isEqualTo(1);
    Files.writeString(folder.resolve("000002.yaml"), SECOND);
    Files.writeString(folder.resolve("live.draft"), "2");

    RegistryHistory again = RegistryHistory.open(folder, FIRST);
    assertThat(again.live().version()).isEqualTo(1);
    assertThat(again.live().view("price").features()).hasSize(1);
    again.apply(SECOND.replace("stock", "pieces"), 1);
    assertThat(again.live().version()).isEqualTo(3);
  }

  private Map<String, String> files() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    return contents;
  }
}
