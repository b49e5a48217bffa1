// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Table;
import dev.proffer.ranker.insight.EventTable;
import dev.proffer.ranker.insight.Findings;
import dev.proffer.ranker.insight.ItemDirectory;
import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import dev.proffer.ranker.insight.Study;
import dev.proffer.ranker.segment.Segment;
import dev.proffer.ranker.segment.Segmentation;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// Compares segments with what their people later did with coupons.
@Command(
    name = "redemptions",
    description =
        "Find segments in the purchases of the Complete Journey data set up to a day, and show the"
            + " share of each segment that redeemed a coupon after it.",
    footer = "./proffer insight redemptions --data completejourney",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class InsightRedemptionsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  @ParentCommand private InsightCommand parent;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "The folder of the data set.")
  private Path data;

  @Option(names = "--until", description = "The day of the split (default: 2017-07-01).")
  private LocalDate until = LocalDate.of(2017, 7, 1);

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = parent.console();
    long split = until.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    Map<String, ItemFact> items = new HashMap<>();
    for (NamedCsvRecord row : read("products.csv")) {
      String category =
          row.getField("department") + "/" + row.getField("product_category").replace('/', '-');
      items.put(
          row.getField("product_id"),
          new ItemFact(
              category,
              row.getField("brand"),
              0,
              "USD",
              Map.of("en", row.getField("product_type"))));
    }
    Findings findings;
    try (EventTable table =
        new EventTable(ItemDirectory.of(items), ZoneOffset.UTC, 10_000_000, 1_024)) {
      long number = 0;
      for (NamedCsvRecord row : read("transactions_sample.csv")) {
        long at =
            LocalDateTime.parse(row.getField("transaction_timestamp"), TIME)
                .toInstant(ZoneOffset.UTC)
                .toEpochMilli();
        if (at < split) {
          table.append(purchase(number++, at, row));
        }
      }
      findings = new Study(Study.Options.defaults()).run(table, split, Segmentation.none());
    }
    Set<String> targeted = new HashSet<>();
    for (NamedCsvRecord row : read("campaigns.csv")) {
      targeted.add(row.getField("household_id"));
    }
    Set<String> redeemed = new HashSet<>();
    for (NamedCsvRecord row : read("coupon_redemptions.csv")) {
      if (!LocalDate.parse(row.getField("redemption_date")).isBefore(until)) {
        redeemed.add(row.getField("household_id"));
      }
    }
    print(console, findings, targeted, redeemed);
    return Commands.DONE;
  }

  private void print(
      Console console, Findings findings, Set<String> targeted, Set<String> redeemed) {
    List<Segment> segments = findings.segmentation().segments();
    int[] known = new int[segments.size()];
    int[] hits = new int[segments.size()];
    for (int row = 0; row < findings.people().size(); row++) {
      String household = findings.people().id(row);
      int place = findings.places().get(row);
      if (place >= 0 && targeted.contains(household)) {
        known[place]++;
        hits[place] += redeemed.contains(household) ? 1 : 0;
      }
    }
    Table table =
        new Table("segment", ">households", ">targeted", ">redeemed later", ">rate", ">95 %");
    StringBuilder figures = new StringBuilder();
    double least = 1;
    double most = 0;
    for (int i = 0; i < segments.size(); i++) {
      double rate = known[i] == 0 ? 0 : (double) hits[i] / known[i];
      least = Math.min(least, rate);
      most = Math.max(most, rate);
      table.row(
          segments.get(i).name("en"),
          segments.get(i).size(),
          known[i],
          hits[i],
          String.format(Locale.ROOT, "%.1f %%", 100 * rate),
          interval(hits[i], known[i]));
      figures.append(
          String.format(
              Locale.ROOT, "%s\"%s\":%.4f", i == 0 ? "" : ",", segments.get(i).id(), rate));
    }
    table.printTo(console);
    console.print(
        String.format(
            Locale.ROOT,
            "rates from %.1f %% to %.1f %%; segments are of purchases before %s, redemptions after",
            100 * least,
            100 * most,
            until));
    if (json) {
      console.print("{\"rates\":{" + figures + "}}");
    }
  }

  /// Wilson's interval of a share.
  private static String interval(int hits, int of) {
    if (of == 0) {
      return "";
    }
    double z = 1.96;
    double share = (double) hits / of;
    double middle = (share + z * z / (2 * of)) / (1 + z * z / of);
    double half =
        z * Math.sqrt(share * (1 - share) / of + z * z / (4.0 * of * of)) / (1 + z * z / of);
    return String.format(Locale.ROOT, "%.1f–%.1f", 100 * (middle - half), 100 * (middle + half));
  }

  private static ShopEvent purchase(long number, long at, NamedCsvRecord row) {
    double paid = Double.parseDouble(row.getField("sales_value"));
    int quantity = Math.max(1, (int) Double.parseDouble(row.getField("quantity")));
    boolean discounted =
        Double.parseDouble(row.getField("retail_disc")) > 0
            || Double.parseDouble(row.getField("coupon_disc")) > 0;
    return new ShopEvent(
        "t" + number,
        Kind.PURCHASE,
        at,
        row.getField("household_id"),
        "",
        row.getField("product_id"),
        discounted ? "discount" : "",
        quantity,
        Math.round(100 * paid / quantity),
        "USD",
        row.getField("basket_id"),
        "",
        "",
        0);
  }

  private CsvReader<NamedCsvRecord> read(String name) throws IOException {
    Path plain = data.resolve(name);
    Path file = Files.exists(plain) ? plain : data.resolve(name + ".gz");
    return CsvReader.builder().ofNamedCsvRecord(PlainOrGzip.lines(file));
  }
}
