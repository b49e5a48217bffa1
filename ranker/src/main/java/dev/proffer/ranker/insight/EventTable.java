// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/// Events in a column store: a DuckDB, in memory or in a file, that the analysis runs its SQL on.
/// More events may be appended between two analyses.
///
/// Not safe for use by many threads. Events beyond the limit are refused, so that a large log ends
/// in a clear message and not in a full heap.
@SuppressWarnings("EnumOrdinal") // The numbers live only as long as the table.
public final class EventTable implements AutoCloseable {
  /// Text beyond this many characters of a search or review says nothing more about interest.
  private static final int TEXT_MAX = 512;

  private final String file;
  private final DuckDBConnection connection;
  private final ZoneId zoneId;
  private final ZoneRules zone;
  private final ItemDirectory items;
  private final Set<String> knownItems = new HashSet<>();
  private final long eventsMax;
  private DuckDBAppender events;
  private DuckDBAppender itemRows;
  private long appended;
  private long newestMillis;
  // The offset of a zone changes twice a year; asking once a quarter hour of event time is exact,
  // because no zone changes between quarter hours.
  private long quarterHour = Long.MIN_VALUE;
  private int offsetSeconds;

  /// @param eventsMax the most events to take
  /// @param memoryMaxMegabytes the most memory that DuckDB may use before it spills to disk
  public EventTable(ItemDirectory items, ZoneId zone, long eventsMax, int memoryMaxMegabytes) {
    this(
        "",
        items,
        zone,
        eventsMax,
        memoryMaxMegabytes,
        Math.max(1, Runtime.getRuntime().availableProcessors()));
  }

  /// A table in a file, which is emptied first and deleted at the end: for logs that outgrow
  /// memory, beside a service, to which it leaves half of the processors.
  static EventTable inFile(
      Path file, ItemDirectory items, ZoneId zone, long eventsMax, int memoryMaxMegabytes) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      EventTable.delete(file);
    } catch (IOException e) {
      throw new AnalysisFailure(e);
    }
    return new EventTable(
        file.toString(),
        items,
        zone,
        eventsMax,
        memoryMaxMegabytes,
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  private static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(Path.of(file + ".wal"));
  }

  private EventTable(
      String file,
      ItemDirectory items,
      ZoneId zone,
      long eventsMax,
      int memoryMaxMegabytes,
      int threads) {
    this.file = file;
    this.items = items;
    this.zoneId = zone;
    this.zone = zone.getRules();
    this.eventsMax = eventsMax;
    try {
      Properties properties = new Properties();
      properties.setProperty("memory_limit", memoryMaxMegabytes + "MB");
      properties.setProperty("threads", Integer.toString(threads));
      properties.setProperty("preserve_insertion_order", "false");
      connection =
          (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file, properties);
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            """
            CREATE TABLE raw (
              seq BIGINT, event_id VARCHAR, kind TINYINT, at_ms BIGINT, day INTEGER, hour TINYINT,
              weekday TINYINT, user_id VARCHAR, session_id VARCHAR, item_id VARCHAR,
              promotion_id VARCHAR, quantity INTEGER, price BIGINT, currency VARCHAR,
              order_key VARCHAR, words VARCHAR)
            """);
        statement.execute(
            """
            CREATE TABLE items (
              item_id VARCHAR, category VARCHAR, brand VARCHAR, list_price BIGINT, title VARCHAR)
            """);
      }
      events = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "raw");
      itemRows = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "items");
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
  }

  /// Adds an event. Order does not matter, except that of two events with one id the first counts.
  public void append(ShopEvent event) {
    if (appended >= eventsMax) {
      throw new IllegalStateException(
          "the event log holds more than %,d events; raise insight.events-max or analyse a part"
              .formatted(eventsMax));
    }
    long localSeconds = Math.floorDiv(event.atMillis(), 1000) + offset(event.atMillis());
    long day = Math.floorDiv(localSeconds, 86_400);
    try {
      events.beginRow();
      events.append(appended);
      events.append(event.eventId());
      events.append((byte) event.kind().ordinal());
      events.append(event.atMillis());
      events.append((int) day);
      events.append((byte) (Math.floorMod(localSeconds, 86_400) / 3600));
      // 1970-01-01 was a Thursday; Monday is 0.
      events.append((byte) Math.floorMod(day + 3, 7));
      events.append(event.userId());
      events.append(event.sessionId());
      events.append(event.itemId());
      events.append(event.promotionId());
      events.append(event.quantity());
      events.append(event.unitPriceMinorUnits());
      events.append(event.currency());
      events.append(event.orderKey(day));
      events.append(cut(event.query().isEmpty() ? event.text() : event.query()));
      events.endRow();
      if (!event.itemId().isEmpty()) {
        knownItems.add(event.itemId());
      }
    } catch (SQLException e) {
      throw new AnalysisFailure(e);
    }
    appended++;
    newestMillis = Math.max(newestMillis, event.atMillis());
  }

  private void appendItem(String itemId) throws SQLException {
    ItemFact fact = items.find(itemId);
    if (fact == null) {
      return;
    }
    itemRows.beginRow();
    itemRows.append(itemId);
    itemRows.append(fact.category());
    itemRows.append(fact.brand());
    itemRows.append(fact.listPriceMinorUnits());
    itemRows.append(fact.title("en"));
    itemRows.endRow();
  }

  private int offset(long atMillis) {
    long quarter = Math.floorDiv(atMillis, 900_000);
    if (quarter != quarterHour) {
      quarterHour = quarter;
      ZoneOffset offset = zone.getOffset(Instant.ofEpochMilli(atMillis));
      offsetSeconds = offset.getTotalSeconds();
    }
    return offsetSeconds;
  }

  private static String cut(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
  }

  /// The number of events that came in.
  public long size() {
    return appended;
  }

  /// The time of the newest event; 0 when there is none.
  public long newestMillis() {
    return newestMillis;
  }

  ZoneId zone() {
    return zoneId;
  }

  ItemDirectory items() {
    return items;
  }

  /// Makes all that was appended visible to queries and returns the connection.
  Connection query() throws SQLException {
    events.close();
    itemRows.close();
    // What the catalogue says now, also of items that came in long ago.
    try (Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM items");
    }
    itemRows = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "items");
    for (String item : knownItems) {
      appendItem(item);
    }
    itemRows.close();
    events = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "raw");
    itemRows = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, "items");
    return connection;
  }

  @Override
  public void close() {
    try {
      events.close();
      itemRows.close();
      connection.close();
      if (!file.isEmpty()) {
        delete(Path.of(file));
      }
    } catch (SQLException | IOException e) {
      throw new AnalysisFailure(e);
    }
  }
}
