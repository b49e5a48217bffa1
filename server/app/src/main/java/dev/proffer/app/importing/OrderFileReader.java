// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import dev.proffer.runtime.file.PlainOrGzip;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads an order file so that no broken line can spoil its neighbours.
///
/// - gzip is recognised by its first bytes, whatever the file is called.
/// - The text is UTF-8; a byte that is not is taken as Latin-1 and counted, because old exports mix
///   the two.
/// - One line is one record. A line with an open quote would make any CSV parser swallow the lines
///   after it, so such a line (and one longer than [#LINE_CHARS_MAX]) is replaced by an empty one
///   and remembered. Line numbers stay those of the file.
final class OrderFileReader extends Reader {
  static final int LINE_CHARS_MAX = 1 << 16;
  private static final int CHUNK_BYTES = 1 << 16;

  private final InputStream bytes;
  private final CharsetDecoder decoder;
  private final ByteBuffer undecoded = ByteBuffer.allocate(CHUNK_BYTES).flip();
  private final CharBuffer decoded = CharBuffer.allocate(CHUNK_BYTES).flip();
  private boolean endOfBytes;

  private char[] line = new char[1 << 10];
  private int lineLength;
  private int lineOffset;
  private long lineNumber;
  private long latin1Bytes;
  private final ArrayDeque<BrokenLine> broken = new ArrayDeque<>();

  OrderFileReader(InputStream in) throws IOException {
    this.bytes = PlainOrGzip.open(in);
    this.decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /// A line that was replaced by an empty one.
  record BrokenLine(long number, String why) {}

  /// The broken line of this number. Lines are to be asked for in rising order.
  @Nullable BrokenLine brokenLine(long number) {
    while (!broken.isEmpty() && broken.element().number() < number) {
      broken.remove();
    }
    return !broken.isEmpty() && broken.element().number() == number ? broken.remove() : null;
  }

  /// The number of bytes so far that were not UTF-8.
  long latin1Bytes() {
    return latin1Bytes;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    int written = 0;
    while (written < length) {
      if (lineOffset == lineLength && !nextLine()) {
        return written == 0 ? -1 : written;
      }
      int count = Math.min(length - written, lineLength - lineOffset);
      System.arraycopy(line, lineOffset, target, offset + written, count);
      lineOffset += count;
      written += count;
    }
    return written;
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  /// Fills the line with the next one of the file, its line feed included. Follows the quotes of
  /// RFC 4180: a quote opens a field only as its first character, two quotes inside are one, and
  /// after a closing quote comes a comma or the end.
  private boolean nextLine() throws IOException {
    lineLength = 0;
    lineOffset = 0;
    boolean fieldStart = true;
    boolean open = false;
    boolean closed = false;
    String why = "";
    int seen = 0;
    while (true) {
      if (!decoded.hasRemaining() && !decodeMore()) {
        if (seen == 0) {
          return false;
        }
        break;
      }
      char c = decoded.get();
      seen++;
      if (c == '\n') {
        break;
      }
      if (c == '\r') {
        c = ' '; // Before a line feed it is white space at the end; alone it must not end a line.
        if (lineLength == 0 || closed) {
          continue;
        }
      }
      if (open) {
        if (c == '"') {
          open = false;
          closed = true;
        }
      } else if (closed) {
        if (c == '"') {
          open = true;
        } else if (c != ',') {
          why = "text after a closing quote";
        }
        fieldStart = c == ',';
        closed = false;
      } else if (fieldStart && c == '"') {
        open = true;
        fieldStart = false;
      } else {
        fieldStart = c == ',';
      }
      if (lineLength == LINE_CHARS_MAX) {
        why = "longer than " + LINE_CHARS_MAX + " characters";
      } else {
        append(c);
      }
    }
    lineNumber++;
    if (open) {
      why = "a quote is not closed";
    }
    if (!why.isEmpty()) {
      broken.add(new BrokenLine(lineNumber, why));
      lineLength = 0;
    }
    append('\n');
    return true;
  }

  private void append(char c) {
    if (lineLength == line.length) {
      line = Arrays.copyOf(line, line.length * 2);
    }
    line[lineLength++] = c;
  }

  private boolean decodeMore() throws IOException {
    decoded.clear();
    while (decoded.position() == 0) {
      if (!endOfBytes) {
        undecoded.compact();
        int count = bytes.read(undecoded.array(), undecoded.position(), undecoded.remaining());
        if (count < 0) {
          endOfBytes = true;
        } else {
          undecoded.position(undecoded.position() + count);
        }
        undecoded.flip();
      }
      CoderResult result = decoder.decode(undecoded, decoded, endOfBytes);
      while (result.isMalformed() && decoded.hasRemaining()) {
        for (int i = 0; i < result.length() && decoded.hasRemaining(); i++) {
          decoded.put((char) (undecoded.get() & 0xff));
          latin1Bytes++;
        }
        result = decoder.decode(undecoded, decoded, endOfBytes);
      }
      if (endOfBytes && !undecoded.hasRemaining()) {
        break;
      }
    }
    decoded.flip();
    return decoded.hasRemaining();
  }
}
