// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class OrderFileReaderTest {
  @Test
  void wellFormedTextComesOutUnchanged() throws IOException {
    String text = "a,b\n\"x, \"\"y\"\"\",b\nab\"c,d\n\n£,“\n";
    assertThat(read(text)).isEqualTo(text);
  }

  @Test
  void theLastLineNeedsNoLineFeed() throws IOException {
    assertThat(read("a\nb")).isEqualTo("a\nb\n");
  }

  @Test
  void aLineWithAnOpenQuoteBecomesEmptyAndTheNextOneStays() throws IOException {
    assertThat(read("a\n\"b,c\nd\n")).isEqualTo("a\n\nd\n");
    assertThat(read("\"a\"b,c\nd\n")).isEqualTo("\nd\n");
    assertThat(read("ab\"c,\"d\ne\n")).isEqualTo("\ne\n");
  }

  @Test
  void brokenLinesAreKnownByNumber() throws IOException {
    OrderFileReader reader = reader("a\n\"b\nc\n\"d\n".getBytes(StandardCharsets.UTF_8));
    reader.transferTo(new StringWriter());
    assertThat(reader.brokenLine(1)).isNull();
    assertThat(reader.brokenLine(2)).isNotNull();
    assertThat(reader.brokenLine(3)).isNull();
    assertThat(reader.brokenLine(4)).isNotNull();
  }

  @Test
  void aLineWithoutEndIsBoundedInMemory() throws IOException {
    String endless = "x".repeat(OrderFileReader.LINE_CHARS_MAX + 1);
    assertThat(read("a\n" + endless + "\nb\n")).isEqualTo("a\n\nb\n");
  }

  @Test
  void anyBytesAreReadToTheirEnd() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[random.nextInt(200_000)];
      random.nextBytes(bytes);
      if (bytes.length > 1) {
        bytes[0] = 'x'; // not gzip
      }
      long feeds = 0;
      for (byte b : bytes) {
        feeds += b == '\n' ? 1 : 0;
      }
      String text = read(bytes);
      long lines = text.chars().filter(c -> c == '\n').count();
      long open = bytes.length > 0 && bytes[bytes.length - 1] != '\n' ? 1 : 0;
      assertThat(lines).isEqualTo(feeds + open);
    }
  }

  private static String read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String read(byte[] bytes) throws IOException {
    StringWriter out = new StringWriter();
    reader(bytes).transferTo(out);
    return out.toString();
  }

  private static OrderFileReader reader(byte[] bytes) throws IOException {
    return new OrderFileReader(new ByteArrayInputStream(bytes));
  }
}
