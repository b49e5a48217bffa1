// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.served;

import dev.proffer.proto.featurestore.v1.ServedRow;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rows as they were served, in files of delimited [ServedRow]s. The oldest file goes when there is
/// too much. It is a sample for checks: a crash may lose its last rows. Safe for use by many
/// threads.
public final class ServedLog implements AutoCloseable {
  private static final int FILES_MAX = 16;
  private static final String SUFFIX = ".rows";

  private final Path folder;
  private final long fileBytesMax;
  private @Nullable OutputStream out;
  private long written;

  /// @param bytesMax about how much is kept
  public ServedLog(Path folder, long bytesMax) {
    this.folder = folder;
    this.fileBytesMax = Math.max(1, bytesMax / FILES_MAX);
  }

  /// Adds rows and hands them to the operating system.
  public synchronized void append(List<ServedRow> rows) {
    try {
      for (ServedRow row : rows) {
        OutputStream open = out;
        if (open == null || written >= fileBytesMax) {
          open = next();
        }
        row.writeDelimitedTo(open);
        written += row.getSerializedSize() + 2;
      }
      if (out != null) {
        out.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The newest rows that are wanted, newest first.
  public synchronized List<ServedRow> newest(Predicate<ServedRow> wanted, int most) {
    List<ServedRow> found = new ArrayList<>();
    List<Path> files = files();
    Collections.reverse(files);
    for (Path file : files) {
      List<ServedRow> rows = read(file);
      for (int i = rows.size() - 1; i >= 0; i--) {
        if (found.size() == most) {
          return found;
        }
        if (wanted.test(rows.get(i))) {
          found.add(rows.get(i));
        }
      }
    }
    return found;
  }

  /// Removes every row that an entity had a part in.
  public synchronized void erase(String entityId) {
    try {
      close();
      for (Path file : files()) {
        List<ServedRow> rows = read(file);
        List<ServedRow> kept =
            rows.stream()
                .filter(row ->
                    !row.getContextEntityId().equals(entityId)
                        && !row.getCandidateId().equals(entityId))
                .toList();
        if (kept.size() < rows.size()) {
          Path draft = file.resolveSibling(file.getFileName() + ".draft");
          try (OutputStream open = new BufferedOutputStream(Files.newOutputStream(draft))) {
            for (ServedRow row : kept) {
              row.writeDelimitedTo(open);
            }
          }
          Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (out != null) {
        out.close();
        out = null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private OutputStream next() throws IOException {
    close();
    Files.createDirectories(folder);
    List<Path> files = files();
    for (int i = 0; i <= files.size() - FILES_MAX; i++) {
      Files.deleteIfExists(files.get(i));
    }
    long number = files.isEmpty() ? 1 : numberOf(files.getLast()) + 1;
    OutputStream opened =
        new BufferedOutputStream(
            Files.newOutputStream(
                folder.resolve(String.format("%09d%s", number, SUFFIX)),
                StandardOpenOption.CREATE_NEW));
    out = opened;
    written = 0;
    return opened;
  }

  private static long numberOf(Path file) {
    String name = String.valueOf(file.getFileName());
    return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
  }

  private List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return new ArrayList<>();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(
          files
              .filter(file -> String.valueOf(file.getFileName()).matches("\\d{9}\\" + SUFFIX))
              .sorted()
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ServedRow> read(Path file) {
    List<ServedRow> rows = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (ServedRow row = ServedRow.parseDelimitedFrom(in);
          row != null;
          row = ServedRow.parseDelimitedFrom(in)) {
        rows.add(row);
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      return rows; // A crash tore the last row; those before it are whole.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
