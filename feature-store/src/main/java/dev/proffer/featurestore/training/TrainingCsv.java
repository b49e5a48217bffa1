// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Labels and training rows as files with commas.
public final class TrainingCsv {
  private static final int LABELS_IN_CALL = 10_000;

  private TrainingCsv() {}

  /// Joins the labels of a file and writes a header and a row for each. Returns how many.
  ///
  /// @param labels lines of `context,candidate,unix ms,label`; a line that begins with `context` is
  ///   a header
  /// @throws IllegalArgumentException naming the line that cannot be read
  public static long export(
      FeatureStoreServiceBlockingStub store, String set, BufferedReader labels, Writer out)
      throws IOException {
    return export(
        store,
        set,
        labels,
        new TrainingSink() {
          @Override
          public void begin(List<String> features) throws IOException {
            out.write("context,candidate,event_time_unix_ms,label,");
            out.write(String.join(",", features));
            out.write('\n');
          }

          @Override
          public void row(TrainingRow row) throws IOException {
            out.write(textOf(row));
          }
        });
  }

  /// As above, into anything that takes rows.
  public static long export(
      FeatureStoreServiceBlockingStub store, String set, BufferedReader labels, TrainingSink out)
      throws IOException {
    long written = 0;
    int number = 0;
    boolean header = false;
    List<Label> batch = new ArrayList<>();
    for (String line = labels.readLine(); ; line = labels.readLine()) {
      if (line != null) {
        number++;
        if (!line.isBlank() && !line.startsWith("context,")) {
          batch.add(label(line, number));
        }
      }
      if (batch.size() == LABELS_IN_CALL || (line == null && !batch.isEmpty())) {
        Iterator<ExportTrainingRowsResponse> runs =
            store.exportTrainingRows(
                ExportTrainingRowsRequest.newBuilder()
                    .setFeatureSet(set)
                    .addAllLabels(batch)
                    .build());
        while (runs.hasNext()) {
          ExportTrainingRowsResponse run = runs.next();
          if (!header) {
            out.begin(run.getFeaturesList());
            header = true;
          }
          for (TrainingRow row : run.getRowsList()) {
            out.row(row);
            written++;
          }
        }
        batch.clear();
      }
      if (line == null) {
        return written;
      }
    }
  }

  /// A value for people and files: empty when there is none, the elements of lists between spaces.
  public static String textOf(Value value) {
    return switch (value.getKindCase()) {
      case FLOAT_VALUE -> Float.toString(value.getFloatValue());
      case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
      case INT64_VALUE -> Long.toString(value.getInt64Value());
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case STRING_VALUE -> value.getStringValue();
      case FLOAT_VECTOR ->
          value.getFloatVector().getValuesList().stream()
              .map(element -> Float.toString(element))
              .collect(Collectors.joining(" "));
      case STRING_LIST -> String.join(" ", value.getStringList().getValuesList());
      case INT64_LIST ->
          value.getInt64List().getValuesList().stream()
              .map(element -> Long.toString(element))
              .collect(Collectors.joining(" "));
      case DOUBLE_MAP -> {
        DoubleMap map = value.getDoubleMap();
        yield IntStream.range(0, map.getKeysCount())
            .mapToObj(i -> map.getKeys(i) + "=" + map.getValues(i))
            .collect(Collectors.joining(" "));
      }
      case KIND_NOT_SET -> "";
    };
  }

  private static String textOf(TrainingRow row) {
    StringBuilder text = new StringBuilder();
    Label label = row.getLabel();
    text.append(quoted(label.getContextEntityId()))
        .append(',')
        .append(quoted(label.getCandidateId()))
        .append(',')
        .append(label.getEventTimeUnixMs())
        .append(',')
        .append(label.getLabel());
    row.getValuesList().forEach(value -> text.append(',').append(quoted(textOf(value))));
    return text.append('\n').toString();
  }

  private static String quoted(String text) {
    return text.contains(",") || text.contains("\"") || text.contains("\n")
        ? "\"" + text.replace("\"", "\"\"") + "\""
        : text;
  }

  private static Label label(String line, int number) {
    String[] parts = line.split(",", -1);
    try {
      if (parts.length == 4) {
        return Label.newBuilder()
            .setContextEntityId(parts[0].strip())
            .setCandidateId(parts[1].strip())
            .setEventTimeUnixMs(Long.parseLong(parts[2].strip()))
            .setLabel(Double.parseDouble(parts[3].strip()))
            .build();
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "line " + number + ": '" + line + "' (expected: context,candidate,unix ms,label)", e);
    }
    throw new IllegalArgumentException(
        "line " + number + ": '" + line + "' (expected: context,candidate,unix ms,label)");
  }
}
