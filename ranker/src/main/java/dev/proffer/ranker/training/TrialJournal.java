// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// What trials of a search were worth, in a file, so that a run that was stopped goes on where it
/// was: a trial that stands there is not tried again.
///
/// The first line says of which data and options the trials are; trials of others are thrown away.
/// Each further line is a value, a tab and the trial; a line that was cut off does not count.
public final class TrialJournal implements AutoCloseable {
  private final Map<String, Double> known = new HashMap<>();
  private final @Nullable BufferedWriter out;
  private int resumed;

  private TrialJournal(@Nullable BufferedWriter out) {
    this.out = out;
  }

  /// A journal that is gone when the process is.
  public static TrialJournal inMemory() {
    return new TrialJournal(null);
  }

  /// Opens the journal, and reads it when it is about the same.
  ///
  /// @param about data and options, in one line
  public static TrialJournal open(Path file, String about) throws IOException {
    Map<String, Double> known = new HashMap<>();
    if (Files.exists(file)) {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      // What comes after the last end of a line was cut off.
      List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
      if (!lines.isEmpty() && lines.getFirst().equals(about)) {
        for (String line : lines.subList(1, lines.size())) {
          int tab = line.indexOf('\t');
          if (tab > 0) {
            known.put(line.substring(tab + 1), Double.parseDouble(line.substring(0, tab)));
          }
        }
      }
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    TrialJournal journal =
        new TrialJournal(
            Files.newBufferedWriter(
                file,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING));
    journal.line(about);
    for (Map.Entry<String, Double> trial : known.entrySet()) {
      journal.line(trial.getValue() + "\t" + trial.getKey());
    }
    journal.known.putAll(known);
    return journal;
  }

  /// What a trial is worth: as it stands in the journal, or computed and written there.
  public double worth(String trial, DoubleSupplier compute) {
    String plain = trial.replace('\n', ' ').replace('\t', ' ');
    Double before = known.get(plain);
    if (before != null) {
      resumed++;
      return before;
    }
    double value = compute.getAsDouble();
    known.put(plain, value);
    try {
      line(value + "\t" + plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return value;
  }

  /// How many trials were taken from the journal.
  int resumed() {
    return resumed;
  }

  private void line(String text) throws IOException {
    if (out == null) {
      return;
    }
    out.write(text);
    out.write('\n');
    out.flush();
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}
