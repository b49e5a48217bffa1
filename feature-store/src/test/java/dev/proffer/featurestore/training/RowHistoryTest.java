// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryYaml;
import dev.proffer.featurestore.training.RowHistory.Moment;
import dev.proffer.featurestore.training.RowHistory.Written;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowHistoryTest {
  private static final String VIEWS =
      """
      entities:
        item: {}
      views:
        - {name: v, entity: item, features: [{name: x, type: float}]}
      """;

  @TempDir Path folder;

  @Test
  void rowsInParquetAndRowsInTheTableGiveTheAnswersOfAPlainScan() throws Exception {
    Random random = new Random(5);
    List<Written> all = new ArrayList<>();
    Path file = folder.resolve("rows.duckdb");
    for (int batch = 0; batch < 8; batch++) {
      // Opened anew for each batch, as after restarts.
      try (RowHistory history = new RowHistory(file, 250)) {
        List<Written> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          rows.add(
              new Written(
                  random.nextInt(4) == 0 ? "w" : "v",
                  "e" + random.nextInt(20),
                  random.nextInt(50),
                  new byte[] {(byte) batch, (byte) i}));
        }
        history.add(rows);
        all.addAll(rows);
      }
    }
    try (Stream<Path> sealed = Files.list(folder.resolve("rows"))) {
      assertThat(sealed.filter(path -> path.toString().endsWith(".parquet"))).hasSize(2);
    }
    try (RowHistory history = new RowHistory(file, 250)) {
      assertAnswers(history, all, random);
      history.erase(List.copyOf(RegistryBuilder.first(RegistryYaml.read(VIEWS)).allViews()), "e3");
      all.removeIf(row -> row.view().equals("v") && row.entityId().equals("e3"));
      assertAnswers(history, all, random);
    }
  }

  private static void assertAnswers(RowHistory history, List<Written> all, Random random) {
    List<Moment> moments = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      moments.add(new Moment("e" + random.nextInt(22), random.nextInt(55)));
    }
    List<RowHistory.Known> known = history.before("v", moments);
    for (int i = 0; i < moments.size(); i++) {
      Moment moment = moments.get(i);
      Written newest = null;
      for (Written row : all) {
        if (row.view().equals("v")
            && row.entityId().equals(moment.entityId())
            && row.eventTimeUnixMillis() < moment.unixMillis()
            && (newest == null || row.eventTimeUnixMillis() >= newest.eventTimeUnixMillis())) {
          newest = row;
        }
      }
      assertThat(known.get(i).row()).isEqualTo(newest == null ? null : newest.row());
    }
  }

  @Test
  void trainingRowsBecomeTypedColumnsOfParquet() throws Exception {
    Path out = folder.resolve("it's rows.parquet");
    try (TrainingParquet parquet =
        new TrainingParquet(
            out,
            Map.of(
                "v:x", ValueType.VALUE_TYPE_FLOAT,
                "v:n", ValueType.VALUE_TYPE_INT64,
                "v:l", ValueType.VALUE_TYPE_STRING_LIST,
                "v:m", ValueType.VALUE_TYPE_DOUBLE_MAP))) {
      parquet.begin(List.of("v:x", "v:n", "v:l", "v:m"));
      parquet.row(
          TrainingRow.newBuilder()
              .setLabel(
                  Label.newBuilder()
                      .setContextEntityId("商品")
                      .setCandidateId("c")
                      .setEventTimeUnixMs(5)
                      .setLabel(1))
              .addValues(Value.newBuilder().setFloatValue(1.5f))
              .addValues(Value.getDefaultInstance())
              .addValues(
                  Value.newBuilder()
                      .setStringList(
                          StringList.newBuilder().addValues("a, \"b\" \\ [c]").addValues("d")))
              .addValues(
                  Value.newBuilder()
                      .setDoubleMap(DoubleMap.newBuilder().addKeys("k: 1").addValues(2.5)))
              .build());
    }
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT context, event_time_unix_ms, label, \"v:x\", \"v:n\", \"v:l\"[1],"
                    + " len(\"v:l\"), typeof(\"v:x\"), typeof(\"v:n\"), typeof(\"v:l\"), \"v:m\"['k: 1']"
                    + " FROM read_parquet('"
                    + out.toString().replace("'", "''")
                    + "')")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getString(1)).isEqualTo("商品");
      assertThat(row.getLong(2)).isEqualTo(5);
      assertThat(row.getFloat(4)).isEqualTo(1.5f);
      assertThat(row.getObject(5)).isNull();
      assertThat(row.getString(6)).isEqualTo("a, \"b\" \\ [c]");
      assertThat(row.getInt(7)).isEqualTo(2);
      assertThat(List.of(row.getString(8), row.getString(9), row.getString(10)))
          .containsExactly("FLOAT", "BIGINT", "VARCHAR[]");
      assertThat(row.getDouble(11)).isEqualTo(2.5);
    }
  }
}
