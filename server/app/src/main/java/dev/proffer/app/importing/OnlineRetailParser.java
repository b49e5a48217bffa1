// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.proffer.app.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parses an Online Retail file into columns. It decides only whether a line can be read; what the
/// line means is for [OrderCleaning].
final class OnlineRetailParser {
  /// The shop of the file is in the United Kingdom and wrote local times.
  static final ZoneId SHOP_ZONE = ZoneId.of("Europe/London");

  static final int QUANTITY_MAX = 1_000_000;
  static final long PRICE_MINOR_UNITS_MAX = 1_000_000_000_000L;
  private static final int EXAMPLES_MAX = 20;
  private static final int PROGRESS_LINES = 1 << 14;

  private static final List<String> COLUMNS =
      List.of(
          "InvoiceNo",
          "StockCode",
          "Description",
          "Quantity",
          "InvoiceDate",
          "UnitPrice",
          "CustomerID",
          "Country");

  /// The names that the second edition of the data set gives to the same columns.
  private static final Map<String, String> OTHER_NAMES =
      Map.of("invoice", "InvoiceNo", "price", "UnitPrice", "customer id", "CustomerID");

  private final OrderLines lines = new OrderLines();
  private final RuleCounts dropped = new RuleCounts();
  private final List<UnreadableLine> examples = new ArrayList<>();
  private long read;
  private long lowerCaseCodes;

  private String lastDate = "";
  private long lastTimeUnixMs;

  /// A line that could not be read, by its number in the file; the header is line 1.
  public record UnreadableLine(long number, String why) {}

  /// What was read. `read` is the lines of the columns plus those dropped here.
  record Parsed(
      OrderLines lines,
      long read,
      RuleCounts dropped,
      List<UnreadableLine> examples,
      long latin1Bytes,
      long lowerCaseCodes) {}

  static Parsed parse(InputStream file, Progress progress) throws IOException {
    return new OnlineRetailParser().read(file, progress);
  }

  private Parsed read(InputStream file, Progress progress) throws IOException {
    try (OrderFileReader text = new OrderFileReader(file);
        Progress.Step step = progress.begin("reading orders", Progress.UNKNOWN_TOTAL, "lines");
        CsvReader<CsvRecord> records =
            CsvReader.builder()
                .skipEmptyLines(false)
                .allowMissingFields(true)
                .allowExtraFields(true)
                .detectBomHeader(false)
                .ofCsvRecord(text)) {
      int @Nullable [] columns = null;
      int width = 0;
      for (CsvRecord record : records) {
        if (columns == null) {
          columns = columns(record);
          width = record.getFieldCount();
          continue;
        }
        read++;
        if (read % PROGRESS_LINES == 0) {
          step.advance(PROGRESS_LINES);
        }
        long number = record.getStartingLineNumber();
        if (record.getFieldCount() == 1 && record.getField(0).isBlank()) {
          OrderFileReader.BrokenLine broken = text.brokenLine(number);
          if (broken == null) {
            drop(CleaningRule.BLANK_LINE);
          } else {
            unreadable(number, broken.why());
          }
        } else if (record.getFieldCount() != width) {
          unreadable(
              number, record.getFieldCount() + " columns (expected: " + width + " as the header)");
        } else {
          line(record, columns);
        }
      }
      if (columns == null) {
        throw new ImportFailure(
            "the file is empty; its first line must name the columns " + COLUMNS);
      }
      step.advance(read % PROGRESS_LINES);
      return new Parsed(
          lines, read, dropped, List.copyOf(examples), text.latin1Bytes(), lowerCaseCodes);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (CsvParseException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new ImportFailure("the file cannot be read as CSV: " + e.getMessage(), e);
    }
  }

  /// Finds the columns by name, in any order and case.
  private static int[] columns(CsvRecord header) {
    List<String> names = new ArrayList<>();
    for (String field : header.getFields()) {
      String name = field.strip();
      if (name.startsWith("\uFEFF")) {
        name = name.substring(1);
      }
      String lower = name.toLowerCase(Locale.ROOT);
      names.add(OTHER_NAMES.getOrDefault(lower, name).toLowerCase(Locale.ROOT));
    }
    List<String> missing = new ArrayList<>();
    int[] columns = new int[COLUMNS.size()];
    for (int i = 0; i < columns.length; i++) {
      String column = COLUMNS.get(i);
      columns[i] = names.indexOf(column.toLowerCase(Locale.ROOT));
      if (columns[i] < 0) {
        missing.add(column);
      }
      if (columns[i] != names.lastIndexOf(column.toLowerCase(Locale.ROOT))) {
        throw new ImportFailure("the header names column " + column + " twice");
      }
    }
    if (!missing.isEmpty()) {
      throw new ImportFailure(
          "the header lacks %s %s; it has %s (expected: %s)"
              .formatted(
                  missing.size() == 1 ? "column" : "columns",
                  String.join(", ", missing),
                  abbreviated(String.join(",", header.getFields())),
                  String.join(",", COLUMNS)));
    }
    return columns;
  }

  private void line(CsvRecord record, int[] columns) {
    String invoice = record.getField(columns[0]).strip();
    String code = record.getField(columns[1]).strip();
    String description = record.getField(columns[2]);
    String quantityText = record.getField(columns[3]).strip();
    String date = record.getField(columns[4]).strip();
    String price = record.getField(columns[5]).strip();
    String customer = customer(record.getField(columns[6]).strip());
    String country = record.getField(columns[7]).strip();

    if (invoice.isEmpty() || code.isEmpty()) {
      drop(CleaningRule.MISSING_CODE);
      return;
    }
    int quantity = quantity(quantityText);
    if (quantity == Integer.MIN_VALUE) {
      drop(CleaningRule.BAD_QUANTITY);
      return;
    }
    long priceMinorUnits = priceMinorUnits(price);
    if (priceMinorUnits == Long.MIN_VALUE) {
      drop(CleaningRule.BAD_PRICE);
      return;
    }
    long timeUnixMs = timeUnixMs(date);
    if (timeUnixMs == Long.MIN_VALUE) {
      drop(CleaningRule.BAD_DATE);
      return;
    }
    String item = code.toUpperCase(Locale.ROOT);
    if (!item.equals(code)) {
      lowerCaseCodes++;
    }
    long hash = 0xcbf29ce484222325L;
    hash = mix(hash, invoice);
    hash = mix(hash, code);
    hash = mix(hash, description);
    hash = mix(hash, quantityText);
    hash = mix(hash, date);
    hash = mix(hash, price);
    hash = mix(hash, customer);
    hash = mix(hash, country);

    int i = lines.add();
    lines.invoice[i] = lines.invoices.idOf(invoice);
    lines.item[i] = lines.items.idOf(item);
    lines.description[i] = lines.descriptions.idOf(description);
    lines.customer[i] = lines.customers.idOf(customer);
    lines.country[i] = lines.countries.idOf(country);
    lines.quantity[i] = quantity;
    lines.priceMinorUnits[i] = priceMinorUnits;
    lines.timeUnixMs[i] = timeUnixMs;
    lines.contentHash[i] = hash;
  }

  private void drop(CleaningRule rule) {
    dropped.add(rule);
  }

  private void unreadable(long number, String why) {
    drop(CleaningRule.UNREADABLE);
    if (examples.size() < EXAMPLES_MAX) {
      examples.add(new UnreadableLine(number, why));
    }
  }

  /// Customers were numbers with gaps once, so the export writes them as decimals: "17850.0".
  private static String customer(String text) {
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static int quantity(String text) {
    try {
      int quantity = Integer.parseInt(text);
      return Math.abs((long) quantity) <= QUANTITY_MAX ? quantity : Integer.MIN_VALUE;
    } catch (NumberFormatException e) {
      return Integer.MIN_VALUE;
    }
  }

  /// Pounds with decimals to pence, halves up; the file holds a few prices of a tenth of a penny.
  static long priceMinorUnits(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    long pence = 0;
    int decimals = -1;
    int digits = 0;
    boolean up = false;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && decimals < 0) {
        decimals = 0;
      } else if (c >= '0' && c <= '9') {
        digits++;
        if (decimals < 2) {
          pence = pence * 10 + (c - '0');
        } else if (decimals == 2) {
          up = c >= '5';
        }
        if (decimals >= 0) {
          decimals++;
        }
        if (pence > PRICE_MINOR_UNITS_MAX) {
          return Long.MIN_VALUE;
        }
      } else {
        return Long.MIN_VALUE;
      }
    }
    if (digits == 0) {
      return Long.MIN_VALUE;
    }
    for (int i = Math.max(0, decimals); i < 2; i++) {
      pence *= 10;
    }
    pence += up ? 1 : 0;
    if (pence > PRICE_MINOR_UNITS_MAX) {
      return Long.MIN_VALUE;
    }
    return start == 1 ? -pence : pence;
  }

  /// All lines of an invoice carry one date, so the last one is worth remembering.
  private long timeUnixMs(String date) {
    if (!date.equals(lastDate)) {
      lastTimeUnixMs = parseTime(date);
      lastDate = date;
    }
    return lastTimeUnixMs;
  }

  private static long parseTime(String date) {
    if (date.length() != 16 && date.length() != 19) {
      return Long.MIN_VALUE;
    }
    try {
      long unixMs =
          LocalDateTime.parse(date.replace(' ', 'T')).atZone(SHOP_ZONE).toInstant().toEpochMilli();
      return unixMs > 0 ? unixMs : Long.MIN_VALUE;
    } catch (DateTimeException e) {
      return Long.MIN_VALUE;
    }
  }

  private static long mix(long hash, String text) {
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return (hash ^ 0x1f) * 0x100000001b3L;
  }

  private static String abbreviated(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
