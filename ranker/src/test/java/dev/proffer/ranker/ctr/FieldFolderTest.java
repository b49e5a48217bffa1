// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.ranker.evaluation.EvaluationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FieldFolderTest {
  @TempDir Path folder;

  @Test
  void readsThreeGivenParts() throws Exception {
    Files.writeString(folder.resolve("a.train.libfm"), "1 0:1 3:1\n-1 1:1 4:1\n");
    Files.writeString(folder.resolve("a.validation.libfm"), "0 2:1 3:1\n");
    Files.writeString(folder.resolve("a.test.libfm"), "1 2:1 5:1\n");

    FieldFolder.Parts parts = FieldFolder.read(folder, 1);

    assertThat(parts.sampled()).isFalse();
    assertThat(parts.train().labels()).containsExactly(1, 0);
    assertThat(parts.train().numbers()).containsExactly(0, 3, 1, 4);
    assertThat(parts.train().features()).isEqualTo(6);
    assertThat(parts.validation().labels()).containsExactly(0);
  }

  @Test
  void namesTheLineThatIsNoRow() throws Exception {
    Files.writeString(folder.resolve("train.libfm"), "1 0:1 3:1\n1 0:1\n");
    Files.writeString(folder.resolve("validation.libfm"), "0 2:1 3:1\n");
    Files.writeString(folder.resolve("test.libfm"), "1 2:1 5:1\n");
    assertThatThrownBy(() -> FieldFolder.read(folder, 1))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("train.libfm:2: 1 fields (expected: 2)");
    Files.writeString(folder.resolve("train.libfm"), "1 0:1 x:1\n");
    assertThatThrownBy(() -> FieldFolder.read(folder, 1)).hasMessageContaining("train.libfm:1");
    Files.delete(folder.resolve("test.libfm"));
    assertThatThrownBy(() -> FieldFolder.read(folder, 1))
        .hasMessageContaining("no file ends in test.libfm");
  }

  /// A table of 400 rows; 40 of them, with numbers of their own, are validation and test.
  @Test
  void makesTheTrainPartAgainFromTheTableOfAllPositives() throws Exception {
    Random random = new Random(1);
    List<int[]> rows = new ArrayList<>();
    StringBuilder table = new StringBuilder("user\titem\tcount\tweather\n");
    for (int i = 0; i < 400; i++) {
      int[] row = {i % 20, random.nextInt(50), random.nextInt(3)};
      if (i < 50) {
        row[1] = i;
      }
      rows.add(row);
      table.append(
          row[0]
              + "\t"
              + row[1]
              + "\t"
              + i
              + "\t"
              + List.of("sun", "rain", "snow").get(row[2])
              + "\n");
    }
    Files.writeString(folder.resolve("table.csv"), table);
    // Weather is numbered backwards from 72.
    StringBuilder[] parts = {new StringBuilder(), new StringBuilder()};
    for (int i = 0; i < 160; i++) {
      int[] row = rows.get(i);
      parts[i % 2].append("1 " + row[0] + ":1 " + (20 + row[1]) + ":1 " + (72 - row[2]) + ":1\n");
    }
    Files.writeString(folder.resolve("x.validation.libfm"), parts[0]);
    Files.writeString(folder.resolve("x.test.libfm"), parts[1]);

    FieldFolder.Parts read = FieldFolder.read(folder, 1);

    assertThat(read.sampled()).isTrue();
    FieldRows train = read.train();
    assertThat(train.rows()).isEqualTo(3 * 240);
    Set<List<Integer>> pairs = new HashSet<>();
    rows.forEach(row -> pairs.add(List.of(row[0], 20 + row[1])));
    int positives = 0;
    for (int i = 0; i < train.rows(); i++) {
      List<Integer> pair = List.of(train.numbers()[i * 3], train.numbers()[i * 3 + 1]);
      assertThat(pairs.contains(pair)).isEqualTo(train.labels()[i] == 1);
      positives += (int) train.labels()[i];
    }
    assertThat(positives).isEqualTo(240);
    int first = 160;
    assertThat(train.numbers()[2]).isEqualTo(72 - rows.get(first)[2]);
  }
}
