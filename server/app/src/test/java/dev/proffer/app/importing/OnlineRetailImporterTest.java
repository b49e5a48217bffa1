// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.app.fake.FakeServices;
import dev.proffer.app.fake.RealData;
import dev.proffer.app.importing.OnlineRetailImporter.Options;
import dev.proffer.app.importing.OnlineRetailParser.UnreadableLine;
import dev.proffer.app.importing.OrderCleaning.Cancellations;
import dev.proffer.app.progress.Progress;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.ranker.v1.Item;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnlineRetailImporterTest {
  private static final String HEADER =
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

  /// One line or more for every rule; written by hand, line 1 is the header.
  private static final String DIRTY =
      HEADER
          + """
          1001,10001A,RED  TEA TOWEL ,6,2011-07-01 08:26:00,2.55,500.0,United Kingdom
          1001,10001a,RED TEA TOWEL,1,2011-07-01 08:26:00,2.50,500.0,United Kingdom
          1001,10002,"MUG, BLUE ""SPOT"" LED",2,2011-07-01 08:26:00,3,500.0,United Kingdom
          1001,10002,"MUG, BLUE ""SPOT"" LED",2,2011-07-01 08:26:00,3,500.0,United Kingdom

          1002,10003,"OPEN QUOTE,2,2011-07-01 08:26:00,3.00,500.0,United Kingdom
          1002,10003,CAKE STAND,2,2011-07-01 08:26:00,3.00,500.0,EIRE
          1002,10003,CAKE STAND,2,2011-07-01 08:26:00
          ,10003,CAKE STAND,2,2011-07-01 08:26:00,3.00,500.0,EIRE
          1003,10004,CLOCK,two,2011-07-02 09:00,3.00,501.0,Narnia
          1003,10004,CLOCK,2,2011-07-02 09:00,3.0.0,501.0,Narnia
          1003,10004,CLOCK,2,02/07/2011 09:00,3.00,501.0,Narnia
          1003,10004,CLOCK,2,2011-07-02 09:00,3.005,501.0,Narnia
          C1004,10001A,RED TEA TOWEL,-6,2011-07-03 10:00:00,2.55,500.0,United Kingdom
          C1004,10003,CAKE STAND,-1,2011-07-03 10:00:00,3.00,500.0,EIRE
          C1004,10009,NEVER BOUGHT,-1,2011-07-03 10:00:00,3.00,500.0,EIRE
          C1005,10009,NEVER BOUGHT,-1,2011-07-03 10:00:00,3.00,,EIRE
          A1006,B,Adjust bad debt,1,2011-07-03 10:00:00,100.00,,United Kingdom
          1007,POST,POSTAGE,1,2011-07-03 11:00:00,18.00,501.0,France
          1007,22016,Dotcomgiftshop Gift Voucher £100.00,1,2011-07-03 11:00:00,83.33,501.0,France
          1007,WHAT,ODD THING,1,2011-07-03 11:00:00,1.00,501.0,France
          1008,10004,damaged,-5,2011-07-03 12:00:00,0.00,,United Kingdom
          1009,10004,found,5,2011-07-03 12:00:00,0.00,,United Kingdom
          1010,10004,CLOCK,1,2011-07-04 12:00:00,3.10,,United Kingdom
          1010,10005,???,1,2011-07-04 12:00:00,1.10,,United Kingdom
          1011,10004,CLOCK,1,2011-07-05 12:00:00,3.10,,United Kingdom
          1011,10003,CAKE STAND,1,2011-07-05 12:00:00,3.10,,United Kingdom
          1011,10002,MUG,1,2011-07-05 12:00:00,3.10,,United Kingdom
          """;

  @TempDir Path folder;
  private FakeServices services;

  @BeforeEach
  void start() throws IOException {
    services = new FakeServices(true);
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @Test
  void everyLineIsKeptOrDroppedUnderOneRule() throws IOException {
    ImportReport report = importText(DIRTY, new Options(2, Duration.ZERO));

    Map<CleaningRule, Long> expected = new EnumMap<>(CleaningRule.class);
    for (CleaningRule rule : CleaningRule.values()) {
      expected.put(rule, 1L);
    }
    expected.put(CleaningRule.UNREADABLE, 2L);
    expected.put(CleaningRule.CANCELLATION, 4L);
    expected.put(CleaningRule.SERVICE_CODE, 2L);
    expected.put(CleaningRule.COLLECTED_BASKET, 3L);
    assertThat(report.dropped()).isEqualTo(expected);
    assertThat(report.read()).isEqualTo(28);
    assertThat(report.keptOfCustomers()).isEqualTo(4);
    assertThat(report.keptWithoutCustomer()).isEqualTo(2);
    assertThat(report.unreadable())
        .containsExactly(
            new UnreadableLine(7, "a quote is not closed"),
            new UnreadableLine(9, "5 columns (expected: 8 as the header)"));
    assertThat(report.cancellations()).isEqualTo(new Cancellations(1, 1, 1, 1, 1, 7));
    assertThat(report.droppedCodes()).containsOnlyKeys("POST", "22016", "WHAT");
    assertThat(report.regionless()).containsExactly(Map.entry("Narnia", 1L));
    assertThat(report.lowerCaseCodes()).isEqualTo(1);
    assertThat(report.events().accepted()).isEqualTo(6);
  }

  @Test
  void itemsSayOnlyWhatTheFileSays() throws IOException {
    importText(DIRTY, new Options(2, Duration.ZERO));

    Map<String, Item> items = services.catalogue.items();
    assertThat(items).containsOnlyKeys("10001A", "10002", "10003", "10004", "10005");
    assertThat(items.get("10002"))
        .isEqualTo(
            Item.newBuilder()
                .setItemId("10002")
                .putTitles("en", "Mug, Blue \"Spot\" LED")
                .setCategory("kitchen/drinks")
                .setPriceMinorUnits(300)
                .setCurrency("GBP")
                .build());
    assertThat(items.get("10001A").getTitlesMap()).containsEntry("en", "Red Tea Towel");
    assertThat(items.get("10005").getTitlesMap()).containsEntry("en", "10005");
    assertThat(items.get("10005").getCategory()).isEmpty();
    assertThat(items.get("10005").hasStock()).isFalse();
    assertThat(services.catalogue.members().get("500").getOrderCount()).isEqualTo(2);
  }

  @Test
  void purchasesCarryTimePriceAndOrderOfTheirLine() throws IOException {
    importText(DIRTY, new Options(2, Duration.ZERO));

    List<Event> log = services.featureStore.log();
    assertThat(log).isSortedAccordingTo((a, b) -> Long.compare(time(a), time(b)));
    Event towel = log.getFirst();
    assertThat(towel.getUserId()).isEqualTo("500");
    assertThat(towel.getItemId()).isEqualTo("10001A");
    assertThat(towel.getOrderId()).isEqualTo("1001");
    assertThat(towel.getRegion()).isEqualTo("GB");
    assertThat(towel.getUnitPriceMinorUnits()).isEqualTo(250);
    // London was an hour ahead of UTC in July.
    assertThat(Instant.ofEpochMilli(time(towel))).isEqualTo("2011-07-01T07:26:00Z");
    Event stand = log.stream().filter(e -> e.getItemId().equals("10003")).findFirst().orElseThrow();
    assertThat(stand.getQuantity()).isEqualTo(1);
    assertThat(stand.getRegion()).isEqualTo("IE");
    Event clock = log.stream().filter(e -> e.getOrderId().equals("1010")).findFirst().orElseThrow();
    assertThat(clock.getUserId()).isEmpty();
    assertThat(clock.getSessionId()).isEqualTo("invoice:1010");
  }

  @Test
  void importingAgainAddsNothing() throws IOException {
    importText(DIRTY, Options.defaults());
    ImportReport again = importText(DIRTY, Options.defaults());

    assertThat(again.events().accepted()).isZero();
    assertThat(again.events().duplicates()).isEqualTo(again.kept());
    assertThat(services.featureStore.log()).hasSize((int) again.kept());
  }

  @Test
  void anOutageIsSatOutWithoutLosingOrDoublingEvents() throws IOException {
    services.featureStore.failCalls(3);
    ImportReport report = importText(DIRTY, Options.defaults());

    assertThat(services.featureStore.calls()).isEqualTo(4);
    assertThat(services.featureStore.log()).hasSize((int) report.kept());
  }

  @Test
  void anOutageWithoutEndFailsWithASentence() {
    services.featureStore.failCalls(100);
    assertThatThrownBy(() -> importText(DIRTY, Options.defaults()))
        .isInstanceOf(ImportFailure.class)
        .hasMessageContaining("failed 5 times")
        .hasMessageContaining("start again to continue");
  }

  @Test
  void eventsThatTheServerRefusesAreCountedWithTheirReason() throws IOException {
    String longInvoice = "1".repeat(129);
    ImportReport report =
        importText(
            HEADER
                + "1,10001,MUG,1,2011-07-01 08:26,1.00,5,France\n"
                + longInvoice
                + ",10002,MUG,1,2011-07-01 08:26,1.00,5,France\n",
            Options.defaults());
    assertThat(report.kept()).isEqualTo(2);
    assertThat(report.events().accepted()).isEqualTo(1);
    assertThat(report.events().rejected()).isEqualTo(1);
    assertThat(report.table()).contains("event_id");
  }

  @Test
  void aMemberThatTheServerRefusesStopsTheImportWithItsField() {
    String longCustomer = "x".repeat(257);
    assertThatThrownBy(() ->
            importText(
                HEADER + "1,10001,MUG,1,2011-07-01 08:26,1.00," + longCustomer + ",France\n",
                Options.defaults()))
        .hasMessageContaining("user_id");
  }

  @Test
  void gzipAndPlainFilesAreReadAlikeWhateverTheirName() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(DIRTY.getBytes(StandardCharsets.UTF_8));
    }
    ImportReport plain = importText(DIRTY, Options.defaults());
    ImportReport gzip = importBytes(packed.toByteArray(), Options.defaults());

    assertThat(gzip.dropped()).isEqualTo(plain.dropped());
    assertThat(gzip.events().duplicates()).isEqualTo(plain.kept());
  }

  @Test
  void bytesThatAreNotUtf8AreReadAsLatin1AndCounted() throws IOException {
    byte[] latin1 =
        (HEADER + "1,10001,CAFÉ MUG,1,2011-07-01 08:26,1.00,5,France\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    ImportReport report = importBytes(latin1, Options.defaults());

    assertThat(report.latin1Bytes()).isEqualTo(1);
    assertThat(services.catalogue.items().get("10001").getTitlesMap())
        .containsEntry("en", "Café Mug");
  }

  @Test
  void aMissingColumnIsNamed() {
    assertThatThrownBy(
            () -> importText("InvoiceNo,StockCode,Description,Quantity\n", Options.defaults()))
        .isInstanceOf(ImportFailure.class)
        .hasMessageContaining("lacks columns InvoiceDate, UnitPrice, CustomerID, Country");
    assertThatThrownBy(() -> importText("", Options.defaults()))
        .hasMessageContaining("the file is empty");
  }

  @Test
  void columnsMayStandInAnyOrderAndCaseAfterAByteOrderMark() throws IOException {
    ImportReport report =
        importText(
            "\uFEFFcountry,Customer ID,price,invoicedate,quantity,description,stockcode,Invoice,More\r\n"
                + "France,5.0,1.00,2011-07-01 08:26,1,MUG,10001,77,x\r\n",
            Options.defaults());
    assertThat(report.kept()).isEqualTo(1);
    assertThat(services.featureStore.log().getFirst().getOrderId()).isEqualTo("77");
  }

  @Test
  void aMissingFileIsNamed() {
    OnlineRetailImporter importer = importer();
    assertThatThrownBy(() -> importer.run(folder.resolve("nothing.csv"), Options.defaults()))
        .isInstanceOf(ImportFailure.class)
        .hasMessageContaining("there is no file");
  }

  @Test
  void aShiftMovesEventsButKeepsTheirIds() throws IOException {
    importText(DIRTY, Options.defaults());
    long before = time(services.featureStore.log().getFirst());
    ImportReport shifted = importText(DIRTY, new Options(100, Duration.ofDays(365)));

    assertThat(shifted.events().duplicates()).isEqualTo(shifted.kept());
    try (FakeServices others = new FakeServices(true)) {
      new OnlineRetailImporter(others.channel, others.channel, Progress.silent())
          .run(
              write(DIRTY.getBytes(StandardCharsets.UTF_8)),
              new Options(100, Duration.ofDays(365)));
      assertThat(time(others.featureStore.log().getFirst()) - before)
          .isEqualTo(Duration.ofDays(365).toMillis());
    }
  }

  @Test
  void theReportPrintsEveryRuleAndIsOneLineOfJson() throws IOException {
    ImportReport report = importText(DIRTY, new Options(2, Duration.ZERO));

    for (CleaningRule rule : CleaningRule.values()) {
      assertThat(report.table()).contains(rule.meaning());
      assertThat(report.json())
          .contains('"' + rule.name().toLowerCase(java.util.Locale.ROOT) + '"');
    }
    assertThat(report.table()).contains("check: 28 read = 6 kept + 22 dropped");
    assertThat(report.json()).startsWith("{\"source\":").doesNotContain("\n");
  }

  @Test
  void theRealFileGivesTheKnownCounts() throws IOException {
    Path file = RealData.file("uci-online-retail/online_retail.csv.gz");
    ImportReport report;
    List<Event> log;
    try (FakeServices unchecked = new FakeServices(false)) {
      report =
          new OnlineRetailImporter(unchecked.channel, unchecked.channel, Progress.silent())
              .run(file, Options.defaults());
      log = unchecked.featureStore.log();
    }

    assertThat(report.read()).isEqualTo(541_909);
    assertThat(report.keptOfCustomers()).isEqualTo(388_123);
    assertThat(report.keptWithoutCustomer()).isEqualTo(22_134);
    assertThat(report.dropped())
        .containsEntry(CleaningRule.CANCELLATION, 9_288L)
        .containsEntry(CleaningRule.ADJUSTMENT, 3L)
        .containsEntry(CleaningRule.SERVICE_CODE, 2_360L)
        .containsEntry(CleaningRule.UNKNOWN_CODE, 0L)
        .containsEntry(CleaningRule.NON_POSITIVE_QUANTITY, 1_336L)
        .containsEntry(CleaningRule.NON_POSITIVE_PRICE, 1_165L)
        .containsEntry(CleaningRule.DUPLICATE_LINE, 5_221L)
        .containsEntry(CleaningRule.CANCELLED_PURCHASE, 3_027L)
        .containsEntry(CleaningRule.COLLECTED_BASKET, 109_252L);
    assertThat(report.cancellations())
        .isEqualTo(new Cancellations(2_861, 4_619, 1_425, 383, 4_281, 250_653));
    assertThat(report.catalogue().items()).isEqualTo(3_679);
    assertThat(report.catalogue().itemsWritten()).isEqualTo(3_679);
    assertThat(report.catalogue().itemsWithoutTitle()).isZero();
    assertThat(report.catalogue().members()).isEqualTo(4_324);
    assertThat(report.events().accepted()).isEqualTo(410_257);
    Set<String> ids = new HashSet<>();
    log.forEach(event -> ids.add(event.getEventId()));
    assertThat(ids).hasSize(410_257);
  }

  private ImportReport importText(String text, Options options) throws IOException {
    return importBytes(text.getBytes(StandardCharsets.UTF_8), options);
  }

  private ImportReport importBytes(byte[] bytes, Options options) throws IOException {
    return importer().run(write(bytes), options);
  }

  private OnlineRetailImporter importer() {
    return new OnlineRetailImporter(
        services.channel, services.channel, Progress.silent(), new Retry(5, _ -> {}));
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("orders"), bytes);
  }

  private static long time(Event event) {
    return event.getEventTimeUnixMs();
  }
}
