// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// Training rows as a Parquet file with a typed column for each feature, by way of a DuckDB file
/// that is removed again.
public final class TrainingParquet implements TrainingSink, AutoCloseable {
  private final Path out;
  private final Path staged;
  private final Map<String, ValueType> types;
  private final DuckDBConnection connection;
  private List<String> features = List.of();
  private @Nullable DuckDBAppender appender;

  /// @param types the type of each feature by its name as `view:feature`
  public TrainingParquet(Path out, Map<String, ValueType> types) throws IOException {
    this.out = out;
    this.types = types;
    this.staged = Files.createTempDirectory("proffer-export").resolve("rows.duckdb");
    try {
      this.connection =
          DriverManager.getConnection("jdbc:duckdb:" + staged).unwrap(DuckDBConnection.class);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void begin(List<String> names) throws IOException {
    features = List.copyOf(names);
    List<String> columns = new ArrayList<>();
    for (String feature : features) {
      columns.add(name(feature) + " " + stagedType(feature));
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE staged (context VARCHAR, candidate VARCHAR, event_time_unix_ms BIGINT,"
              + " label DOUBLE"
              + columns.stream().map(column -> ", " + column).collect(Collectors.joining())
              + ")");
      appender = connection.createAppender("main", "staged");
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void row(TrainingRow row) throws IOException {
    DuckDBAppender open = appender;
    if (open == null) {
      throw new IOException("rows before their columns");
    }
    try {
      open.beginRow();
      open.append(row.getLabel().getContextEntityId());
      open.append(row.getLabel().getCandidateId());
      open.append(row.getLabel().getEventTimeUnixMs());
      open.append(row.getLabel().getLabel());
      for (Value value : row.getValuesList()) {
        append(open, value);
      }
      open.endRow();
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private static void append(DuckDBAppender open, Value value) throws SQLException {
    switch (value.getKindCase()) {
      case FLOAT_VALUE -> open.append(value.getFloatValue());
      case DOUBLE_VALUE -> open.append(value.getDoubleValue());
      case INT64_VALUE -> open.append(value.getInt64Value());
      case BOOL_VALUE -> open.append(value.getBoolValue());
      case STRING_VALUE -> open.append(value.getStringValue());
      case FLOAT_VECTOR -> open.append(value.getFloatVector().getValuesList().toString());
      case INT64_LIST -> open.append(value.getInt64List().getValuesList().toString());
      case STRING_LIST ->
          open.append(
              value.getStringList().getValuesList().stream()
                  .map(TrainingParquet::json)
                  .collect(Collectors.joining(",", "[", "]")));
      case DOUBLE_MAP -> {
        DoubleMap map = value.getDoubleMap();
        open.append(
            IntStream.range(0, map.getKeysCount())
                .mapToObj(i -> json(map.getKeys(i)) + ":" + map.getValues(i))
                .collect(Collectors.joining(",", "{", "}")));
      }
      case KIND_NOT_SET -> open.appendNull();
    }
  }

  /// Writes the file.
  @Override
  public void close() throws IOException {
    try {
      if (appender != null) {
        appender.close();
        String columns =
            features.stream()
                .map(feature -> ", " + cast(feature) + " AS " + name(feature))
                .collect(Collectors.joining());
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "COPY (SELECT context, candidate, event_time_unix_ms, label"
                  + columns
                  + " FROM staged) TO '"
                  + out.toAbsolutePath().toString().replace("'", "''")
                  + "' (FORMAT parquet, COMPRESSION zstd)");
        }
      }
      connection.close();
    } catch (SQLException e) {
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(staged);
      Files.deleteIfExists(staged.resolveSibling("rows.duckdb.wal"));
      Files.deleteIfExists(staged.toAbsolutePath().getParent());
    }
  }

  private ValueType typeOf(String feature) {
    return types.getOrDefault(feature, ValueType.VALUE_TYPE_STRING);
  }

  /// Lists are staged as text, which the appender can take.
  private String stagedType(String feature) {
    return switch (typeOf(feature)) {
      case VALUE_TYPE_FLOAT -> "FLOAT";
      case VALUE_TYPE_DOUBLE -> "DOUBLE";
      case VALUE_TYPE_INT64 -> "BIGINT";
      case VALUE_TYPE_BOOL -> "BOOLEAN";
      case VALUE_TYPE_STRING,
          VALUE_TYPE_FLOAT_VECTOR,
          VALUE_TYPE_STRING_LIST,
          VALUE_TYPE_INT64_LIST,
          VALUE_TYPE_DOUBLE_MAP,
          VALUE_TYPE_UNSPECIFIED,
          UNRECOGNIZED ->
          "VARCHAR";
    };
  }

  private String cast(String feature) {
    return switch (typeOf(feature)) {
      case VALUE_TYPE_FLOAT_VECTOR -> "CAST(" + name(feature) + " AS FLOAT[])";
      case VALUE_TYPE_INT64_LIST -> "CAST(" + name(feature) + " AS BIGINT[])";
      case VALUE_TYPE_STRING_LIST -> "CAST(CAST(" + name(feature) + " AS JSON) AS VARCHAR[])";
      case VALUE_TYPE_DOUBLE_MAP ->
          "CAST(CAST(" + name(feature) + " AS JSON) AS MAP(VARCHAR, DOUBLE))";
      case VALUE_TYPE_FLOAT,
          VALUE_TYPE_DOUBLE,
          VALUE_TYPE_INT64,
          VALUE_TYPE_BOOL,
          VALUE_TYPE_STRING,
          VALUE_TYPE_UNSPECIFIED,
          UNRECOGNIZED ->
          name(feature);
    };
  }

  private static String name(String feature) {
    return "\"" + feature.replace("\"", "\"\"") + "\"";
  }

  private static String json(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
