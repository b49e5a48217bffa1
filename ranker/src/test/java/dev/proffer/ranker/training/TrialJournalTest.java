// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrialJournalTest {
  @TempDir Path folder;

  private static double mustNotRun() {
    throw new AssertionError("tried again");
  }

  @Test
  void aStoppedRunGoesOnWhereItWas() throws Exception {
    Path file = folder.resolve("models").resolve("tuning.journal");
    try (TrialJournal journal = TrialJournal.open(file, "events to 5")) {
      assertThat(journal.worth("window 2", () -> 0.25)).isEqualTo(0.25);
      assertThat(journal.worth("window 3", () -> 0.5)).isEqualTo(0.5);
    }
    // Killed while it wrote a line.
    Files.writeString(file, "0.9\twindow", StandardOpenOption.APPEND);
    try (TrialJournal journal = TrialJournal.open(file, "events to 5")) {
      assertThat(journal.worth("window 2", TrialJournalTest::mustNotRun)).isEqualTo(0.25);
      assertThat(journal.worth("window 3", TrialJournalTest::mustNotRun)).isEqualTo(0.5);
      assertThat(journal.worth("window", () -> 0.1)).isEqualTo(0.1);
      assertThat(journal.resumed()).isEqualTo(2);
    }
    try (TrialJournal journal = TrialJournal.open(file, "events to 5")) {
      assertThat(journal.worth("window", TrialJournalTest::mustNotRun)).isEqualTo(0.1);
    }
  }

  @Test
  void trialsOfOtherDataDoNotCount() throws Exception {
    Path file = folder.resolve("tuning.journal");
    try (TrialJournal journal = TrialJournal.open(file, "events to 5")) {
      journal.worth("window 2", () -> 0.25);
    }
    try (TrialJournal journal = TrialJournal.open(file, "events to 6")) {
      assertThat(journal.worth("window 2", () -> 0.75)).isEqualTo(0.75);
      assertThat(journal.resumed()).isZero();
    }
  }
}
