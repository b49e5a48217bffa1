// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.chatbot.intent.LabelledPhrase;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Labelled phrases of a file, whatever its form: comma-separated or tab-separated with or without
/// a header, one JSON object a line, or one JSON object of parts as CLINC150 has it; plain or gzip.
/// The form is told by the content, never by the name.
final class LabelledFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LabelledFile() {}

  /// Reads the rows of a part: `train`, `val`, `test`, `oos_train`, `oos_val` or `oos_test`. A file
  /// without parts has all its rows in every part but `val` and those of `oos`, which are empty.
  static List<LabelledPhrase> read(Path file, String part) throws IOException {
    String text = content(file);
    String start = text.stripLeading();
    if (start.startsWith("{")
        && start.indexOf('[') > 0
        && start.indexOf('[') < 200
        && !start.contains("}\n{")) {
      List<LabelledPhrase> rows = new ArrayList<>();
      for (JsonNode row : JSON.readTree(text).path(part)) {
        rows.add(phrase(row.path(0).asText(), row.path(1).asText()));
      }
      return rows;
    }
    if (part.equals("val") || part.startsWith("oos")) {
      return List.of();
    }
    return start.startsWith("{") ? jsonLines(text) : separated(text, LABELS, LabelledFile::phrase);
  }

  /// Reads long texts, such as reviews, with the label of a column.
  static List<LabelledPhrase> readLong(Path file, String labelColumn) throws IOException {
    return separated(
        content(file),
        new String[] {labelColumn},
        (text, label) -> new LabelledPhrase(longText(text), label));
  }

  /// The normal form of a text of up to 2,000 characters, in lower case.
  private static String longText(String text) {
    StringBuilder normal = new StringBuilder();
    for (int from = 0; from < Math.min(text.length(), 2_000); from += NormalText.MAX_CHARS) {
      normal.append(
          NormalText.of(text.substring(from, Math.min(text.length(), from + NormalText.MAX_CHARS)))
              .lower());
    }
    return normal.toString();
  }

  private interface RowMaker {
    LabelledPhrase make(String text, String label);
  }

  private static final String[] LABELS = {"category", "intent", "label", "cat"};

  private static List<LabelledPhrase> jsonLines(String text) throws IOException {
    List<LabelledPhrase> rows = new ArrayList<>();
    for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
      JsonNode row = JSON.readTree(line);
      JsonNode label = row.has("label") ? row.path("label") : row.path("intent");
      rows.add(phrase(row.path("text").asText(), label.asText()));
    }
    return rows;
  }

  private static List<LabelledPhrase> separated(String text, String[] labels, RowMaker maker) {
    char separator = text.lines().limit(20).allMatch(line -> line.indexOf('\t') >= 0) ? '\t' : ',';
    List<List<String>> rows = cells(text, separator);
    if (rows.isEmpty()) {
      return List.of();
    }
    List<String> header =
        rows.getFirst().stream().map(c -> c.strip().toLowerCase(Locale.ROOT)).toList();
    int textColumn = indexOf(header, "text", "utterance", "sentence", "review", "query");
    int labelColumn = indexOf(header, labels);
    boolean named = textColumn >= 0 && labelColumn >= 0;
    List<LabelledPhrase> phrases = new ArrayList<>();
    for (List<String> row : rows.subList(named ? 1 : 0, rows.size())) {
      int textAt = named ? textColumn : 0;
      int labelAt = named ? labelColumn : row.size() - 1;
      if (row.size() > Math.max(textAt, labelAt) && !row.get(textAt).isBlank()) {
        phrases.add(maker.make(row.get(textAt), row.get(labelAt).strip()));
      }
    }
    return phrases;
  }

  private static LabelledPhrase phrase(String text, String label) {
    return new LabelledPhrase(NormalText.of(text).lower(), label);
  }

  private static int indexOf(List<String> header, String... names) {
    for (String name : names) {
      int index = header.indexOf(name);
      if (index >= 0) {
        return index;
      }
    }
    return -1;
  }

  private static List<List<String>> cells(String text, char separator) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
          cell.append('"');
          i++;
        } else if (c == '"') {
          quoted = false;
        } else {
          cell.append(c);
        }
      } else if (c == '"' && cell.isEmpty() && separator == ',') {
        quoted = true;
      } else if (c == separator) {
        row.add(cell.toString());
        cell.setLength(0);
      } else if (c == '\n') {
        row.add(cell.toString());
        cell.setLength(0);
        if (row.size() > 1 || !row.getFirst().isBlank()) {
          rows.add(List.copyOf(row));
        }
        row.clear();
      } else if (c != '\r') {
        cell.append(c);
      }
    }
    if (!cell.isEmpty() || !row.isEmpty()) {
      row.add(cell.toString());
      rows.add(List.copyOf(row));
    }
    return rows;
  }

  static String content(Path file) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = PlainOrGzip.open(raw)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    }
  }
}
