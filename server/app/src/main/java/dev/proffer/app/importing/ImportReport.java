// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.app.importing.OnlineRetailParser.UnreadableLine;
import dev.proffer.app.importing.OrderCleaning.Cancellations;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an import did with every line. It cannot be made unless each line that was read was either
/// kept or dropped under one rule, and each kept line has an answer of the server.
///
/// @param source the name of the file
/// @param read lines after the header
/// @param keptOfCustomers kept lines that name a customer
/// @param keptWithoutCustomer kept lines of baskets without a customer, written as sessions
/// @param dropped the number of lines by rule; every rule is present
/// @param droppedCodes the dropped service and unknown stock codes with their lines
/// @param cancellations what became of the cancellation lines
/// @param unreadable the first unreadable lines
/// @param regionless kept lines by country without an ISO 3166-1 code
/// @param latin1Bytes bytes that were not UTF-8 and were read as Latin-1
/// @param lowerCaseCodes lines whose stock code was put into capitals
/// @param catalogue what was written to the catalogue
/// @param events what the event log made of the kept lines
/// @param readSeconds time for reading and cleaning
/// @param writeSeconds time for writing, up to the last acknowledgement
public record ImportReport(
    String source,
    long read,
    long keptOfCustomers,
    long keptWithoutCustomer,
    Map<CleaningRule, Long> dropped,
    SortedMap<String, Long> droppedCodes,
    Cancellations cancellations,
    List<UnreadableLine> unreadable,
    SortedMap<String, Long> regionless,
    long latin1Bytes,
    long lowerCaseCodes,
    CatalogueOutcome catalogue,
    EventSender.Outcome events,
    double readSeconds,
    double writeSeconds) {

  /// What was written to the catalogue.
  ///
  /// @param items items in the kept lines
  /// @param itemsWritten items that the catalogue took
  /// @param itemsWithoutTitle items without a usable description, titled by their code
  /// @param itemsWithCategory items whose title says what they are
  /// @param members customers of the kept lines
  /// @param rejections refused items by reason
  public record CatalogueOutcome(
      long items,
      long itemsWritten,
      long itemsWithoutTitle,
      long itemsWithCategory,
      long members,
      SortedMap<String, Long> rejections) {}

  public ImportReport {
    Map<CleaningRule, Long> all = new EnumMap<>(CleaningRule.class);
    for (CleaningRule rule : CleaningRule.values()) {
      all.put(rule, dropped.getOrDefault(rule, 0L));
    }
    dropped = all;
    droppedCodes = new TreeMap<>(droppedCodes);
    unreadable = List.copyOf(unreadable);
    regionless = new TreeMap<>(regionless);
    long droppedLines = dropped.values().stream().mapToLong(Long::longValue).sum();
    long kept = keptOfCustomers + keptWithoutCustomer;
    if (read != kept + droppedLines) {
      throw new IllegalStateException(
          "read %d lines, but kept %d and dropped %d".formatted(read, kept, droppedLines));
    }
    if (kept != events.offered()) {
      throw new IllegalStateException(
          "kept %d lines, but offered %d events".formatted(kept, events.offered()));
    }
  }

  public long kept() {
    return keptOfCustomers + keptWithoutCustomer;
  }

  public long droppedLines() {
    return read - kept();
  }

  /// Lines read a second, from opening the file to the last acknowledgement.
  public double linesPerSecond() {
    return read / Math.max(1e-9, readSeconds + writeSeconds);
  }

  /// The report for people.
  public String table() {
    StringBuilder out = new StringBuilder();
    out.append("Import of ").append(source).append('\n');
    row(out, "  lines read", read, "");
    row(out, "  kept", kept(), share(kept()));
    row(out, "    of customers", keptOfCustomers, "purchases of a person");
    row(out, "    without customer", keptWithoutCustomer, "purchases of a session (one invoice)");
    row(out, "  dropped", droppedLines(), share(droppedLines()));
    dropped.forEach((rule, count) -> row(out, "    " + name(rule), count, rule.meaning()));
    out.append("  check: ").append(number(read)).append(" read = ").append(number(kept()));
    out.append(" kept + ").append(number(droppedLines())).append(" dropped\n");

    out.append("Cancellations\n");
    row(out, "  took back a whole purchase", cancellations.ofWholePurchase(), "");
    row(out, "  took back parts of purchases", cancellations.ofPart(), "");
    row(
        out,
        "  of nothing in the file",
        cancellations.withoutPurchase(),
        "bought before it begins, or never");
    row(out, "  without customer", cancellations.withoutCustomer(), "cannot be matched");
    row(out, "  purchases kept with fewer units", cancellations.purchasesReduced(), "");
    row(out, "  units taken back", cancellations.unitsTakenBack(), "");

    if (!droppedCodes.isEmpty()) {
      out.append("Dropped stock codes\n");
      droppedCodes.forEach((code, count) -> row(out, "  " + code, count, ""));
    }
    if (!unreadable.isEmpty()) {
      out.append("Unreadable lines (the first ").append(unreadable.size()).append(")\n");
      for (UnreadableLine line : unreadable) {
        out.append("  line ").append(line.number()).append(": ").append(line.why()).append('\n');
      }
    }
    out.append("Notes\n");
    row(out, "  Latin-1 bytes", latin1Bytes, "read as Latin-1 because they are not UTF-8");
    row(out, "  codes in lower case", lowerCaseCodes, "put into capitals");
    regionless.forEach((country, count) ->
        row(out, "  no region", count, "\"" + country + "\" has no ISO 3166-1 code"));

    out.append("Written\n");
    row(out, "  items", catalogue.itemsWritten(), "of " + number(catalogue.items()));
    row(
        out,
        "    with a category",
        catalogue.itemsWithCategory(),
        "taken from the words of the title");
    row(out, "    titled by code", catalogue.itemsWithoutTitle(), "no usable description");
    catalogue.rejections().forEach((reason, count) -> row(out, "    refused", count, reason));
    row(out, "  members", catalogue.members(), "first order and number of orders");
    row(out, "  events accepted", events.accepted(), "durable");
    row(out, "  events known before", events.duplicates(), "of an earlier import");
    row(out, "  events refused", events.rejected(), "");
    new TreeMap<>(events.rejections())
        .forEach((reason, count) -> row(out, "    refused", count, reason));
    out.append(
        String.format(
            Locale.ROOT,
            "Time: %.2f s reading and cleaning, %.2f s writing: %,.0f lines a second%n",
            readSeconds,
            writeSeconds,
            linesPerSecond()));
    return out.toString();
  }

  /// The report for programs, in a fixed order; rule names are lower case.
  public Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("source", source);
    facts.put("read", read);
    facts.put("kept", kept());
    facts.put("kept_of_customers", keptOfCustomers);
    facts.put("kept_without_customer", keptWithoutCustomer);
    facts.put("dropped", droppedLines());
    Map<String, Object> rules = new LinkedHashMap<>();
    dropped.forEach((rule, count) -> rules.put(rule.name().toLowerCase(Locale.ROOT), count));
    facts.put("dropped_by_rule", rules);
    facts.put("dropped_codes", droppedCodes);
    Map<String, Object> back = new LinkedHashMap<>();
    back.put("of_whole_purchase", cancellations.ofWholePurchase());
    back.put("of_part", cancellations.ofPart());
    back.put("without_purchase", cancellations.withoutPurchase());
    back.put("without_customer", cancellations.withoutCustomer());
    back.put("purchases_reduced", cancellations.purchasesReduced());
    back.put("units_taken_back", cancellations.unitsTakenBack());
    facts.put("cancellations", back);
    List<Object> broken = new ArrayList<>();
    for (UnreadableLine line : unreadable) {
      Map<String, Object> fact = new LinkedHashMap<>();
      fact.put("line", line.number());
      fact.put("why", line.why());
      broken.add(fact);
    }
    facts.put("unreadable_lines", broken);
    facts.put("latin1_bytes", latin1Bytes);
    facts.put("lower_case_codes", lowerCaseCodes);
    facts.put("no_region", regionless);
    facts.put("items", catalogue.items());
    facts.put("items_written", catalogue.itemsWritten());
    facts.put("items_with_category", catalogue.itemsWithCategory());
    facts.put("items_titled_by_code", catalogue.itemsWithoutTitle());
    facts.put("item_rejections", catalogue.rejections());
    facts.put("members", catalogue.members());
    facts.put("events_accepted", events.accepted());
    facts.put("events_duplicate", events.duplicates());
    facts.put("events_rejected", events.rejected());
    facts.put("event_rejections", new TreeMap<>(events.rejections()));
    facts.put("read_seconds", readSeconds);
    facts.put("write_seconds", writeSeconds);
    facts.put("lines_per_second", Math.rint(linesPerSecond()));
    return facts;
  }

  /// The facts as one line of JSON.
  public String json() {
    try {
      return new ObjectMapper().writeValueAsString(facts());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers always make JSON", e);
    }
  }

  private String share(long part) {
    return String.format(Locale.ROOT, "%.1f %%", read == 0 ? 0 : 100.0 * part / read);
  }

  private static String name(CleaningRule rule) {
    return rule.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static void row(StringBuilder out, String label, long count, String note) {
    String line = String.format(Locale.ROOT, "%-36s %,11d  %s", label, count, note);
    out.append(line.stripTrailing()).append('\n');
  }
}
