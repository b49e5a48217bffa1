// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTreeTest {
  @TempDir private Path folder;

  @Test
  void deletesWhatIsInsideAndNothingBesides() throws Exception {
    Path tree = Files.createDirectories(folder.resolve("tree"));
    Files.writeString(Files.createDirectories(tree.resolve("a/b")).resolve("file"), "x");
    Path beside = Files.writeString(folder.resolve("beside"), "y");
    Files.createSymbolicLink(tree.resolve("link"), folder);

    FolderTree.delete(tree);
    FolderTree.delete(tree);

    assertThat(tree).doesNotExist();
    assertThat(beside).hasContent("y");
  }
}
