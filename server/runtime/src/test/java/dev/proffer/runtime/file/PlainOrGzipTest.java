// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainOrGzipTest {
  @TempDir private Path folder;

  @Test
  void readsBothWhateverTheirNames() throws Exception {
    Path plain = Files.writeString(folder.resolve("plain.gz"), "牛奶\nbread\n");
    Path packed = folder.resolve("packed.csv");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write("牛奶\nbread\n".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(first(plain)).isEqualTo("牛奶");
    assertThat(first(packed)).isEqualTo("牛奶");
  }

  @Test
  void readsFilesThatAreShorterThanTheMarkOfGzip() throws Exception {
    assertThat(first(Files.writeString(folder.resolve("empty"), ""))).isNull();
    assertThat(first(Files.writeString(folder.resolve("one"), "a"))).isEqualTo("a");
  }

  @Test
  void namesAFileThatIsNotThere() {
    assertThatThrownBy(() -> first(folder.resolve("nowhere")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("nowhere");
  }

  private static String first(Path file) throws IOException {
    try (BufferedReader lines = PlainOrGzip.lines(file)) {
      return lines.readLine();
    }
  }
}
