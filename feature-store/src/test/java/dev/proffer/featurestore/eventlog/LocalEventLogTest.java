// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import static dev.proffer.featurestore.eventlog.EventLogContract.event;
import static dev.proffer.featurestore.eventlog.EventLogContract.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.featurestore.eventlog.EventLog.Appended;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalEventLogTest implements EventLogContract {
  private static final long SMALL_SEGMENT = 2000;

  @TempDir Path folder;
  private EventLog log;

  @BeforeEach
  void open() {
    log = LocalEventLog.open(folder, SMALL_SEGMENT, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Override
  public EventLog log() {
    return log;
  }

  @Test
  void keepsEventsAndKnowsTheirIdsAfterARestart() throws IOException {
    for (int i = 0; i < 300; i += 30) {
      log.append(events(i, i + 30));
    }
    int epoch = log.epoch();
    reopen();

    assertThat(log.epoch()).isEqualTo(epoch);
    assertThat(log.read(0, 1000).entries().stream().map(Entry::event)).isEqualTo(events(0, 300));
    assertThat(log.append(List.of(event(17), event(300))))
        .containsExactly(new Appended(17, true), new Appended(300, false));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".log")).count()).isGreaterThan(3);
    }
  }

  @Test
  void knowsIdsAgainWhenTheIndexIsLost() throws IOException {
    log.append(events(0, 100));
    log.close();
    Files.delete(folder.resolve("ids.index"));
    open();

    assertThat(log.append(List.of(event(99))).getFirst()).isEqualTo(new Appended(99, true));
  }

  @Test
  void growsTheIndexWithTheLog() {
    log.close();
    log = LocalEventLog.open(folder, 64 << 20, Clock.systemUTC());
    for (int i = 0; i < 100_000; i += 5000) {
      log.append(events(i, i + 5000));
    }
    assertThat(log.append(events(0, 100_000)).stream().allMatch(Appended::duplicate)).isTrue();
  }

  @Test
  void cutsOffATornTailAndGoesOn() throws IOException {
    log.append(events(0, 10));
    log.close();
    Path last = lastSegment();
    long whole = Files.size(last);
    for (int torn = 1; torn < 40; torn += 7) {
      Files.write(last, new byte[torn], StandardOpenOption.APPEND);
      open();
      assertThat(log.endOffset()).isEqualTo(10);
      log.close();
      assertThat(Files.size(last)).isEqualTo(whole);
    }
    try (RandomAccessFile file = new RandomAccessFile(last.toFile(), "rw")) {
      file.setLength(whole - 3);
    }
    open();
    assertThat(log.endOffset()).isEqualTo(9);
    assertThat(log.append(List.of(event(9))).getFirst()).isEqualTo(new Appended(9, false));
    assertThat(log.read(9, 1).entries().getFirst().event()).isEqualTo(event(9));
  }

  @Test
  void refusesToOpenWhenAnAcknowledgedRecordInTheMiddleIsDamaged() throws IOException {
    for (int i = 0; i < 300; i += 30) {
      log.append(events(i, i + 30));
    }
    log.close();
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("00000000000000000000.log").toFile(), "rw")) {
      file.seek(100);
      file.write(0x55);
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(EventLogException.class)
        .hasMessageContaining("is damaged");
    Files.delete(folder.resolve("00000000000000000000.log"));
    assertThatThrownBy(this::open).hasMessageContaining("is missing");
    log = new InMemoryEventLog(Clock.systemUTC());
  }

  @Test
  void refusesASecondOwner() {
    assertThatThrownBy(() -> LocalEventLog.open(folder, SMALL_SEGMENT, Clock.systemUTC()))
        .isInstanceOf(EventLogException.class)
        .hasMessageContaining("open already");
  }

  @Test
  void erasesTheBytesOnDisk() throws IOException {
    log.append(events(0, 5));
    log.erase(List.of(3L));
    reopen();

    assertThat(log.read(0, 10).entries()).hasSize(4);
    String bytes = Files.readString(lastSegment(), StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains("item-74").doesNotContain("item-111");
  }

  @Test
  void finishesAnErasureThatWasInterrupted() throws IOException {
    log.append(events(0, 5));
    log.close();
    // As a crash leaves it: the intent is there, and half of the record is overwritten.
    Files.writeString(folder.resolve("erasure.intent"), "2\n");
    Path file = lastSegment();
    byte[] bytes = Files.readAllBytes(file);
    int record = 2 * (bytes.length / 5);
    bytes[record + 12] = 0x7f;
    Files.write(file, bytes);
    open();

    assertThat(log.endOffset()).isEqualTo(5);
    assertThat(log.read(0, 10).entries().stream().map(Entry::offset))
        .containsExactly(0L, 1L, 3L, 4L);
    assertThat(folder.resolve("erasure.intent")).doesNotExist();
  }

  private Path lastSegment() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted()
          .reduce((_, b) -> b)
          .orElseThrow();
    }
  }

  private void reopen() {
    log.close();
    open();
  }
}
