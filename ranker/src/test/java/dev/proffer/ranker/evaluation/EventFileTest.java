// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventFileTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("events"), text);
  }

  @Test
  void readsSeparatedValuesByTheNamesOfTheirColumns() throws Exception {
    List<EventFile.Event> events =
        EventFile.read(
            file(
                "Description,StockCode,InvoiceDate,CustomerID\n"
                    + "\"a, b\",85123A,2010-12-01 08:26:00,17850.0\n"
                    + "nobody,71053,2010-12-01 08:25:00,\n"
                    + "c,71053,2010-12-01 08:25:00,13047.0\n"));
    assertThat(events)
        .containsExactly(
            new EventFile.Event("13047.0", "71053", 1291191900000L),
            new EventFile.Event("17850.0", "85123A", 1291191960000L));
    assertThat(EventFile.read(file("SessionId\tItemId\tTime\n3\t214\t1396437466.94\n")))
        .containsExactly(new EventFile.Event("3", "214", 1396437466940L));
  }

  @Test
  void readsJsonLines() throws Exception {
    assertThat(
            EventFile.read(
                file(
                    "{\"user_id\":\"u\",\"item_id\":\"i\",\"event_time_unix_ms\":\"1396437466940\"}\n"
                        + "{\"session_id\":\"s\",\"user_id\":\"\",\"item_id\":\"j\",\"time\":"
                        + "\"2014-04-02T11:17:47Z\"}\n\n")))
        .containsExactly(
            new EventFile.Event("u", "i", 1396437466940L),
            new EventFile.Event("s", "j", 1396437467000L));
  }

  @Test
  void saysWhatIsWrongAndWhere() throws Exception {
    assertThatThrownBy(() -> EventFile.read(file(""))).hasMessageContaining("is empty");
    assertThatThrownBy(() -> EventFile.read(file("a,b,c\n1,2,3\n")))
        .hasMessageContaining("user_id, item_id");
    assertThatThrownBy(() -> EventFile.read(file("user,item,time\nu,i,yesterday\n")))
        .hasMessageContaining(":2: time 'yesterday'");
    assertThatThrownBy(() -> EventFile.read(file("{\"user\":\n"))).hasMessageContaining(":1: not");
    assertThatThrownBy(() -> EventFile.read(file("user,item,time\n,,\n")))
        .hasMessageContaining("holds no event");
  }

  @Test
  void aTimeSplitAsksForNewItemsWithWhatWasBefore() throws Exception {
    StringBuilder text = new StringBuilder("user,item,time\n");
    for (int i = 0; i < 20; i++) {
      String item = i < 16 ? "i" + i / 4 : i < 18 ? "later" : i == 18 ? "last" : "i0";
      text.append("u").append(i % 2).append(',').append(item).append(',').append(i + 1);
      text.append('\n');
    }
    Dataset data = Dataset.read(file(text.toString()), Format.EVENTS, Protocol.TIME_SPLIT);
    int[] early = {0, 0, 1, 1, 2, 2, 3, 3};
    assertThat(data.tuneTrain()).isDeepEqualTo(new int[][] {early, early});
    assertThat(data.train()[0]).containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4);
    assertThat(data.validation()).hasSize(2);
    assertThat(data.validation().getFirst().history()).containsExactly(3, 2, 1, 0);
    assertThat(data.validation().getFirst().targets()).containsExactly(4);
    // u1 came back to an old item: nothing new to ask for.
    assertThat(data.test()).hasSize(1);
    assertThat(data.test().getFirst().history()).containsExactly(4, 3, 2, 1, 0);
    assertThat(data.test().getFirst().targets()).containsExactly(5);
    assertThatThrownBy(
            () -> Dataset.read(file("user,item,time\nu,i,1\n"), Format.EVENTS, Protocol.TIME_SPLIT))
        .hasMessageContaining("at least 10");
  }
}
