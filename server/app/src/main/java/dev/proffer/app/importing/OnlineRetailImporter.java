// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import dev.proffer.app.importing.ImportReport.CatalogueOutcome;
import dev.proffer.app.importing.OnlineRetailParser.Parsed;
import dev.proffer.app.importing.OrderCleaning.Cleaned;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import io.grpc.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Imports the Online Retail data set (Chen, Sain, Guo 2012; UCI, DOI 10.24432/C5BW33): orders of a
/// British gift shop of 2010 and 2011, one line an item.
///
/// It writes
/// - an item for each stock code of a kept line: titled by its most frequent description, priced at
///   the median of what was paid, with a category where the title names one, without anything that
///   the file does not say (stock, cost, brand);
/// - a member for each customer: the first order and the number of orders, so that offers for new
///   people do not go to old ones;
/// - a purchase for each kept line, in time order. Its id follows from the line, so importing a
///   file again, or the rest of an interrupted import, adds nothing twice.
public final class OnlineRetailImporter {
  private static final String CURRENCY = "GBP";
  private static final int PRICED_LINES_MAX = 10_000;

  private final CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue;
  private final FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub featureStore;
  private final Retry retry;
  private final Progress progress;

  public OnlineRetailImporter(Channel ranker, Channel featureStore, Progress progress) {
    this(ranker, featureStore, progress, new Retry());
  }

  OnlineRetailImporter(Channel ranker, Channel featureStore, Progress progress, Retry retry) {
    this.catalogue = CatalogueServiceGrpc.newBlockingStub(ranker);
    this.featureStore = FeatureStoreServiceGrpc.newBlockingStub(featureStore);
    this.retry = retry;
    this.progress = progress;
  }

  /// How to import.
  ///
  /// @param anonymousBasketLinesMax the most lines of an invoice without customer that count as one
  ///   basket. Of the invoices with a customer 99 in 100 have at most 100 lines, and that many is
  ///   the default.
  /// @param timeShift moves every event by this much; zero keeps the times of the file. A shift to
  ///   the present lets old orders fill windows such as "the last 30 days" in a trial.
  public record Options(int anonymousBasketLinesMax, Duration timeShift) {
    public Options {
      if (anonymousBasketLinesMax < 0) {
        throw new IllegalArgumentException(
            "anonymousBasketLinesMax: %d (expected: at least 0)"
                .formatted(anonymousBasketLinesMax));
      }
    }

    public static Options defaults() {
      return new Options(100, Duration.ZERO);
    }
  }

  /// Imports a plain or gzip file. Fails with an [ImportFailure] whose message says what to do.
  public ImportReport run(Path file, Options options) {
    long start = System.nanoTime();
    Parsed parsed = parse(file, progress);
    Cleaned cleaned = OrderCleaning.clean(parsed, options.anonymousBasketLinesMax());
    long readDone = System.nanoTime();

    CatalogueOutcome catalogueOutcome = writeCatalogue(cleaned, options);
    SortedMap<String, Long> regionless = new TreeMap<>();
    EventSender.Outcome events = writeEvents(cleaned, options, regionless);
    long writeDone = System.nanoTime();

    long ofCustomers = 0;
    for (int line : cleaned.kept()) {
      ofCustomers += cleaned.lines.customer[line] == OrderLines.NO_CUSTOMER ? 0 : 1;
    }
    return new ImportReport(
        String.valueOf(file.getFileName()),
        parsed.read(),
        ofCustomers,
        cleaned.kept().length - ofCustomers,
        cleaned.dropped,
        cleaned.droppedCodes,
        cleaned.cancellations,
        parsed.examples(),
        regionless,
        parsed.latin1Bytes(),
        parsed.lowerCaseCodes(),
        catalogueOutcome,
        events,
        (readDone - start) / 1e9,
        (writeDone - readDone) / 1e9);
  }

  private static Parsed parse(Path file, Progress progress) {
    try (InputStream in = Files.newInputStream(file)) {
      return OnlineRetailParser.parse(in, progress);
    } catch (NoSuchFileException e) {
      throw new ImportFailure("there is no file " + file, e);
    } catch (IOException e) {
      throw new ImportFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private CatalogueOutcome writeCatalogue(Cleaned cleaned, Options options) {
    ItemFacts facts = new ItemFacts(cleaned);
    List<Item> items = facts.items();
    List<Member> members = members(cleaned, options);
    CatalogueSender sender = new CatalogueSender(catalogue, retry);
    long itemsWritten;
    try (Progress.Step step = progress.begin("writing items", items.size(), "items")) {
      itemsWritten = sender.sendItems(items, step);
    }
    long membersWritten;
    try (Progress.Step step = progress.begin("writing members", members.size(), "members")) {
      membersWritten = sender.sendMembers(members, step);
    }
    return new CatalogueOutcome(
        items.size(),
        itemsWritten,
        facts.withoutTitle,
        items.stream().filter(item -> !item.getCategory().isEmpty()).count(),
        membersWritten,
        sender.rejections());
  }

  private static List<Member> members(Cleaned cleaned, Options options) {
    OrderLines lines = cleaned.lines;
    long[] firstSeenUnixMs = new long[lines.customers.size()];
    int[] orders = new int[lines.customers.size()];
    int[] customerOfInvoice = new int[lines.invoices.size()];
    for (int line : cleaned.kept()) { // in time order, so the first line of a customer is the first
      int customer = lines.customer[line];
      if (customer == OrderLines.NO_CUSTOMER) {
        continue;
      }
      if (firstSeenUnixMs[customer] == 0) {
        firstSeenUnixMs[customer] = lines.timeUnixMs[line] + options.timeShift().toMillis();
      }
      if (customerOfInvoice[lines.invoice[line]] != customer) {
        customerOfInvoice[lines.invoice[line]] = customer;
        orders[customer]++;
      }
    }
    List<Member> members = new ArrayList<>();
    for (int customer = 0; customer < orders.length; customer++) {
      if (orders[customer] > 0) {
        members.add(
            Member.newBuilder()
                .setUserId(lines.customers.text(customer))
                .setFirstSeenUnixMs(Math.max(0, firstSeenUnixMs[customer]))
                .setOrderCount(orders[customer])
                .build());
      }
    }
    return members;
  }

  private EventSender.Outcome writeEvents(
      Cleaned cleaned, Options options, SortedMap<String, Long> regionless) {
    OrderLines lines = cleaned.lines;
    Countries countries = new Countries();
    String[] regions = new String[lines.countries.size()];
    for (int i = 0; i < regions.length; i++) {
      regions[i] = countries.code(lines.countries.text(i));
    }
    long shiftMs = options.timeShift().toMillis();
    try (Progress.Step step = progress.begin("writing events", cleaned.kept().length, "events");
        EventSender sender = new EventSender(featureStore, retry, step)) {
      for (int line : cleaned.kept()) {
        String region = regions[lines.country[line]];
        if (region.isEmpty()) {
          regionless.merge(lines.countries.text(lines.country[line]), 1L, Long::sum);
        }
        sender.send(event(cleaned, line, region, shiftMs));
      }
      return sender.finish();
    }
  }

  private static Event event(Cleaned cleaned, int line, String region, long shiftMs) {
    OrderLines lines = cleaned.lines;
    String invoice = lines.invoices.text(lines.invoice[line]);
    String item = lines.items.text(lines.item[line]);
    return Event.newBuilder()
        .setEventId(
            "retail:"
                + invoice
                + ":"
                + item
                + ":"
                + HexFormat.of().toHexDigits(lines.contentHash[line]))
        .setType(EventType.EVENT_TYPE_PURCHASE)
        .setEventTimeUnixMs(lines.timeUnixMs[line] + shiftMs)
        .setUserId(lines.customers.text(lines.customer[line]))
        .setSessionId("invoice:" + invoice)
        .setItemId(item)
        .setQuantity(cleaned.unitsLeft(line))
        .setUnitPriceMinorUnits(lines.priceMinorUnits[line])
        .setCurrency(CURRENCY)
        .setOrderId(invoice)
        .setRegion(region)
        .build();
  }

  /// What a file says, for whoever needs no server: items and purchases.
  ///
  /// @param read lines of the file
  public record Orders(long read, List<Item> items, Iterable<Event> purchases) {}

  /// Reads a plain or gzip file into items and purchases, by the same rules as an import.
  public static Orders read(Path file, Options options, Progress progress) {
    Parsed parsed = parse(file, progress);
    Cleaned cleaned = OrderCleaning.clean(parsed, options.anonymousBasketLinesMax());
    long shiftMs = options.timeShift().toMillis();
    return new Orders(
        parsed.read(),
        new ItemFacts(cleaned).items(),
        () ->
            Arrays.stream(cleaned.kept())
                .mapToObj(line -> event(cleaned, line, "", shiftMs))
                .iterator());
  }

  /// What the kept lines say about items.
  private static final class ItemFacts {
    private final Cleaned cleaned;
    private final OrderLines lines;
    private int withoutTitle;

    ItemFacts(Cleaned cleaned) {
      this.cleaned = cleaned;
      this.lines = cleaned.lines;
    }

    List<Item> items() {
      int[] lineCounts = new int[lines.items.size()];
      for (int line : cleaned.kept()) {
        lineCounts[lines.item[line]]++;
      }
      long[][] prices = new long[lineCounts.length][];
      int[] priced = new int[lineCounts.length];
      Map<Long, Integer> descriptionCounts = new HashMap<>();
      for (int line : cleaned.kept()) {
        int item = lines.item[line];
        if (prices[item] == null) {
          prices[item] = new long[Math.min(PRICED_LINES_MAX, lineCounts[item])];
        }
        if (priced[item] < prices[item].length) {
          prices[item][priced[item]++] = lines.priceMinorUnits[line];
        }
        descriptionCounts.merge(((long) item << 32) | lines.description[line], 1, Integer::sum);
      }
      String[] titles = mostFrequentDescriptions(descriptionCounts, lineCounts.length);
      List<Item> items = new ArrayList<>();
      for (int item = 0; item < lineCounts.length; item++) {
        if (lineCounts[item] > 0) {
          items.add(item(item, titles[item], prices[item]));
        }
      }
      return items;
    }

    private Item item(int item, String title, long[] prices) {
      String code = lines.items.text(item);
      if (title.isEmpty()) {
        withoutTitle++;
      }
      Arrays.sort(prices);
      return Item.newBuilder()
          .setItemId(code)
          .putTitles("en", title.isEmpty() ? code : title)
          .setCategory(TitleCategories.category(title))
          .setPriceMinorUnits(prices[(prices.length - 1) / 2])
          .setCurrency(CURRENCY)
          .build();
    }

    /// The most frequent description of each item after cleaning; of equally frequent ones the
    /// first in the alphabet, so that the choice does not depend on the order of the lines.
    private String[] mostFrequentDescriptions(Map<Long, Integer> counts, int itemCount) {
      List<Map<String, Integer>> byItem = new ArrayList<>();
      for (int i = 0; i < itemCount; i++) {
        byItem.add(new TreeMap<>());
      }
      counts.forEach((key, count) -> {
        String description = Titles.cleaned(lines.descriptions.text((int) (long) key));
        if (!description.isEmpty()) {
          byItem.get((int) (key >>> 32)).merge(description, count, Integer::sum);
        }
      });
      String[] titles = new String[itemCount];
      for (int i = 0; i < itemCount; i++) {
        String best = "";
        int bestCount = 0;
        for (Map.Entry<String, Integer> candidate : byItem.get(i).entrySet()) {
          if (candidate.getValue() > bestCount) {
            best = candidate.getKey();
            bestCount = candidate.getValue();
          }
        }
        titles[i] = Titles.title(best);
      }
      return titles;
    }
  }
}
