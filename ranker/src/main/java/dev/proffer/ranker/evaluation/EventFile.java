// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Events of people and items from a file: JSON lines, or comma, semicolon or tab separated values
/// with a header. Columns are known by their names, in any case and with or without underscores: a
/// user (or a customer, visitor or session), an item (or a product or stock code), and a time in
/// seconds or milliseconds since 1970 or as ISO 8601. Rows without one of them are skipped.
final class EventFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter WITH_SPACE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final List<String> USER =
      List.of("userid", "user", "customerid", "visitorid", "sessionid", "session");
  private static final List<String> ITEM =
      List.of("itemid", "item", "productid", "product", "stockcode");
  private static final List<String> TIME =
      List.of(
          "eventtimeunixms", "eventtime", "timestamp", "time", "unixtime", "invoicedate", "date");
  // Seconds until the year 5138; as milliseconds they are of 1973.
  private static final double SECONDS_MAX = 1e11;

  private EventFile() {}

  /// One event.
  record Event(String user, String item, long atMillis) {}

  /// All events in the order of time; those of one instant stay in the order of the file.
  static List<Event> read(Path file) throws EvaluationException {
    List<Event> events = new ArrayList<>();
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      in.mark(1 << 20);
      String first = in.readLine();
      if (first == null) {
        throw new EvaluationException(file + ": is empty (expected: events)");
      }
      if (first.stripLeading().startsWith("{")) {
        int number = 1;
        for (String line = first; line != null; line = in.readLine()) {
          json(file, number++, line, events);
        }
      } else {
        in.reset();
        separated(file, in, separator(first), events);
      }
    } catch (IOException | UncheckedIOException | CsvParseException e) {
      throw new EvaluationException(file + ": " + e.getMessage(), e);
    }
    if (events.isEmpty()) {
      throw new EvaluationException(
          file + ": holds no event (expected: rows with a user or session, an item and a time)");
    }
    events.sort(Comparator.comparingLong(Event::atMillis));
    return events;
  }

  private static void json(Path file, int number, String line, List<Event> events)
      throws EvaluationException {
    if (line.isBlank()) {
      return;
    }
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new EvaluationException(file + ":" + number + ": not JSON", e);
    }
    String user = null;
    String item = null;
    String time = null;
    for (var field : node.properties()) {
      String name = plain(field.getKey());
      String value = field.getValue().asText("");
      user = USER.contains(name) && (user == null || user.isEmpty()) ? value : user;
      item = ITEM.contains(name) && item == null ? value : item;
      time = TIME.contains(name) && time == null ? value : time;
    }
    add(file, number, user, item, time, events);
  }

  private static void separated(Path file, BufferedReader in, char separator, List<Event> events)
      throws EvaluationException {
    try (CsvReader<CsvRecord> rows =
        CsvReader.builder().fieldSeparator(separator).ofCsvRecord(in)) {
      int user = -1;
      int item = -1;
      int time = -1;
      boolean header = true;
      for (CsvRecord row : rows) {
        if (header) {
          List<String> names = row.getFields().stream().map(EventFile::plain).toList();
          user = column(names, USER);
          item = column(names, ITEM);
          time = column(names, TIME);
          if (user < 0 || item < 0 || time < 0) {
            throw new EvaluationException(
                file
                    + ": columns "
                    + row.getFields()
                    + " (expected: a user or session, an item and a time, such as user_id, item_id,"
                    + " event_time)");
          }
          header = false;
          continue;
        }
        if (row.getFieldCount() > Math.max(user, Math.max(item, time))) {
          add(
              file,
              (int) row.getStartingLineNumber(),
              row.getField(user),
              row.getField(item),
              row.getField(time),
              events);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(
      Path file,
      int number,
      @Nullable String user,
      @Nullable String item,
      @Nullable String time,
      List<Event> events)
      throws EvaluationException {
    if (user == null
        || item == null
        || time == null
        || user.isBlank()
        || item.isBlank()
        || time.isBlank()) {
      return;
    }
    events.add(new Event(user.strip(), item.strip(), millis(file, number, time.strip())));
  }

  private static long millis(Path file, int number, String time) throws EvaluationException {
    try {
      if (time.matches("[0-9.eE+]+")) {
        double value = Double.parseDouble(time);
        return (long) (value < SECONDS_MAX ? value * 1000 : value);
      }
      if (time.length() == 19 && time.charAt(10) == ' ') {
        return LocalDateTime.parse(time, WITH_SPACE).toInstant(ZoneOffset.UTC).toEpochMilli();
      }
      return OffsetDateTime.parse(time).toInstant().toEpochMilli();
    } catch (NumberFormatException | DateTimeException e) {
      throw new EvaluationException(
          file
              + ":"
              + number
              + ": time '"
              + time
              + "' (expected: seconds or milliseconds since 1970, or like 2026-01-31T10:00:00Z)",
          e);
    }
  }

  private static char separator(String header) {
    for (char separator : new char[] {'\t', ';'}) {
      if (header.indexOf(separator) >= 0) {
        return separator;
      }
    }
    return ',';
  }

  private static int column(List<String> names, List<String> wanted) {
    for (String name : wanted) {
      if (names.contains(name)) {
        return names.indexOf(name);
      }
    }
    return -1;
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replace("_", "").replace("\ufeff", "");
  }
}
