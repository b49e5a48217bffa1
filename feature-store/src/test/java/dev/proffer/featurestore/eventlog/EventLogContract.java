// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.featurestore.eventlog.EventLog.Appended;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.proto.featurestore.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every event log does.
interface EventLogContract {
  EventLog log();

  @Test
  default void numbersEventsFromZeroWithoutGaps() {
    assertThat(log().append(events(0, 3)).stream().map(Appended::offset))
        .containsExactly(0L, 1L, 2L);
    assertThat(log().append(events(3, 4)).getFirst().offset()).isEqualTo(3);
    assertThat(log().endOffset()).isEqualTo(4);
  }

  @Test
  default void readsBackWhatWasAppendedFromAnyOffset() {
    List<Event> all = events(0, 500);
    log().append(all);

    for (int from : new int[] {0, 1, 63, 64, 65, 499, 500}) {
      EventLog.Run run = log().read(from, 1000);
      assertThat(run.entries().stream().map(Entry::event)).isEqualTo(all.subList(from, 500));
      assertThat(run.nextOffset()).isEqualTo(500);
    }
    assertThat(log().read(10, 7).nextOffset()).isEqualTo(17);
  }

  @Test
  default void dropsAnEventWhoseIdIsKnownAndSaysWhereTheFirstIs() {
    log().append(events(0, 5));

    List<Appended> again = log().append(List.of(event(3), event(7), event(7)));

    assertThat(again)
        .containsExactly(new Appended(3, true), new Appended(5, false), new Appended(5, true));
  }

  @Test
  default void leavesErasedEventsOutAndDoesNotTakeThemBack() {
    log().append(events(0, 10));

    log().erase(List.of(2L, 9L));

    EventLog.Run run = log().read(0, 100);
    assertThat(run.nextOffset()).isEqualTo(10);
    assertThat(run.entries().stream().map(Entry::offset))
        .containsExactly(0L, 1L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(log().append(List.of(event(9))).getFirst()).isEqualTo(new Appended(9, true));
  }

  @Test
  default void wakesAReaderWhenAnEventArrives() throws Exception {
    assertThat(log().awaitEvent(0, Duration.ofMillis(20))).isFalse();
    Thread writer = Thread.ofVirtual().start(() -> log().append(events(0, 1)));
    assertThat(log().awaitEvent(0, Duration.ofSeconds(10))).isTrue();
    writer.join();
  }

  static List<Event> events(int from, int to) {
    List<Event> events = new ArrayList<>();
    for (int i = from; i < to; i++) {
      events.add(event(i));
    }
    return events;
  }

  static Event event(int number) {
    return Event.newBuilder().setEventId("e" + number).setItemId("item-" + number * 37).build();
  }
}
