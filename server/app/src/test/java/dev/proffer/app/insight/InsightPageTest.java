// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.proffer.app.web.WebEdge;
import dev.proffer.app.web.WebSettings;
import dev.proffer.proto.insight.v1.GetReportRequest;
import dev.proffer.proto.insight.v1.GetReportResponse;
import dev.proffer.proto.insight.v1.InsightServiceGrpc;
import dev.proffer.ranker.insight.EventTable;
import dev.proffer.ranker.insight.Findings;
import dev.proffer.ranker.insight.ItemDirectory;
import dev.proffer.ranker.insight.ItemDirectory.ItemFact;
import dev.proffer.ranker.insight.ShopEvent;
import dev.proffer.ranker.insight.ShopEvent.Kind;
import dev.proffer.ranker.insight.Study;
import dev.proffer.ranker.insight.report.InsightReport;
import dev.proffer.ranker.segment.Segmentation;
import dev.proffer.runtime.grpc.GrpcSettings;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looks at the page for marketers in a real browser, as the web edge serves it under its content
/// security policy. The pictures stay in target/screenshots for people to look at.
class InsightPageTest {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final long DAY = 86_400_000L;

  @TempDir private static Path folder;
  private static Server server;
  private static ManagedChannel channel;
  private static WebEdge edge;
  private static Browser browser;

  /// Answers with the page of a study of a made-up shop.
  private static final class Pages extends InsightServiceGrpc.InsightServiceImplBase {
    private final InsightReport report;
    private final Findings findings;

    Pages(InsightReport report, Findings findings) {
      this.report = report;
      this.findings = findings;
    }

    @Override
    public void getReport(GetReportRequest request, StreamObserver<GetReportResponse> observer) {
      observer.onNext(
          GetReportResponse.newBuilder()
              .setHtml(report.html(findings, request.getLanguage()))
              .setStyleHash(InsightReport.styleHash())
              .build());
      observer.onCompleted();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> binary = Browser.installed();
    assumeTrue(
        binary.isPresent(),
        "SKIPPED: no browser; install one (Debian: apt install chromium) or name it in CHROME_BINARY");
    Map<String, ItemFact> items = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      items.put(
          "i" + i,
          new ItemFact(
              i % 2 == 0 ? "kitchen/cups" : "garden/tools",
              "Brand " + i % 5,
              1_000 + 150 * i,
              "CNY",
              Map.of(
                  "en", "Thing number " + i + " with a rather long name", "zh", "第" + i + "号商品")));
    }
    ItemDirectory directory = ItemDirectory.of(items);
    Findings findings;
    try (EventTable table = new EventTable(directory, ZoneOffset.UTC, 1_000_000, 500)) {
      for (ShopEvent event : shop()) {
        table.append(event);
      }
      findings =
          new Study(Study.Options.defaults()).run(table, 1_800_000_000_000L, Segmentation.none());
    }
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .addService(new Pages(new InsightReport(directory, ZoneOffset.UTC), findings))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    List<Setting<?>> known = new ArrayList<>(WebSettings.all());
    known.addAll(GrpcSettings.all());
    edge =
        WebEdge.start(
            Settings.of(known, Map.of("web.port", "0")),
            channel,
            List.of(InsightServiceGrpc.getServiceDescriptor()),
            () -> "",
            Map::of);
    browser = new Browser(binary.get(), folder.resolve("profile"));
  }

  /// Half a year of a shop with regulars, one-time buyers and people who only look.
  private static List<ShopEvent> shop() {
    SplittableRandom random = new SplittableRandom(7);
    List<ShopEvent> events = new ArrayList<>();
    long end = 1_790_000_000_000L;
    for (int person = 0; person < 500; person++) {
      int visits = 1 + random.nextInt(1 + person % 14);
      for (int visit = 0; visit < visits; visit++) {
        long at = end - (long) (random.nextDouble() * 180) * DAY + random.nextInt(50_000_000);
        String session = "s" + person + "-" + visit;
        int looked = 1 + random.nextInt(8);
        for (int look = 0; look < looked; look++) {
          events.add(
              event(
                  events.size(),
                  Kind.CLICK,
                  at + look * 30_000L,
                  person,
                  session,
                  random.nextInt(40)));
        }
        if (random.nextDouble() < 0.08 * looked) {
          int first = random.nextInt(20) * 2;
          events.add(event(events.size(), Kind.ADD_TO_CART, at + 400_000, person, session, first));
          events.add(event(events.size(), Kind.PURCHASE, at + 500_000, person, session, first));
          if (random.nextDouble() < 0.6) {
            events.add(
                event(events.size(), Kind.PURCHASE, at + 500_000, person, session, first + 1));
          }
        }
      }
    }
    return events;
  }

  private static ShopEvent event(int id, Kind kind, long at, int person, String session, int item) {
    return new ShopEvent(
        "e" + id,
        kind,
        at,
        "u" + person,
        session,
        "i" + item,
        "",
        1,
        900 + 150 * item,
        "CNY",
        "",
        "",
        "",
        0);
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (edge != null) {
      edge.close();
    }
    if (channel != null) {
      channel.shutdownNow();
    }
    if (server != null) {
      server.shutdownNow();
    }
  }

  private static void look(String language, boolean phone) throws Exception {
    String address = edge.address() + "/insight?lang=" + language;
    browser.open(address, phone ? 390 : 1280, 844, phone);
    browser.picture(
        SCREENSHOTS.resolve("insight-" + language + (phone ? "-phone" : "-desktop") + ".png"));
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).allMatch(url -> url.startsWith(edge.address() + "/"));
    // The style is allowed and applies: cards have a border.
    assertThat(
            number(
                "getComputedStyle(document.querySelector('.card')).borderTopWidth === '1px' ? 1 : 0"))
        .isEqualTo(1);
    // Nothing sticks out sideways, and no text of a picture is too small to read.
    assertThat(
            number("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
        .isLessThanOrEqualTo(0);
    assertThat(
            number(
                "Math.min(...[...document.querySelectorAll('main svg text')]"
                    + ".filter(t => getComputedStyle(t).display !== 'none')"
                    + ".map(t => t.getScreenCTM().a * parseFloat(getComputedStyle(t).fontSize)))"))
        .isGreaterThan(8.5);
    // No text of a picture is cut off by its edge.
    assertThat(
            number(
                "[...document.querySelectorAll('main svg text')]"
                    + ".filter(t => getComputedStyle(t).display !== 'none')"
                    + ".filter(t => { const b = t.getBoundingClientRect(),"
                    + " s = t.ownerSVGElement.getBoundingClientRect();"
                    + " return b.left < s.left - 6 || b.right > s.right + 6; }).length"))
        .isZero();
    // Only the chosen language shows.
    String other = language.equals("zh") ? "en" : "zh";
    assertThat(
            number(
                "[...document.querySelectorAll('body [lang="
                    + other
                    + "]')]"
                    + ".filter(t => getComputedStyle(t).display !== 'none').length"))
        .isZero();
    assertThat(
            browser
                .evaluate("document.body.textContent.includes('NaN')")
                .get("value")
                .getAsBoolean())
        .isFalse();
    assertThat(number("document.querySelectorAll('main svg').length")).isGreaterThan(15);
  }

  private static double number(String expression) throws Exception {
    return browser.evaluate(expression).get("value").getAsDouble();
  }

  @Test
  void isReadableOnADesktopInEnglish() throws Exception {
    look("en", false);
  }

  @Test
  void isReadableOnADesktopInChinese() throws Exception {
    look("zh", false);
  }

  @Test
  void isReadableOnAPhoneInEnglish() throws Exception {
    look("en", true);
  }

  @Test
  void isReadableOnAPhoneInChinese() throws Exception {
    look("zh", true);
  }

  @Test
  void switchesTheLanguageWithoutAScript() throws Exception {
    browser.open(edge.address() + "/insight?lang=en", 390, 844, true);
    browser.evaluate("document.querySelector('label[for=zh]').click()");
    assertThat(
            browser.evaluate("document.querySelector('h1').innerText").get("value").getAsString())
        .isEqualTo("谁在这里购物，怎样购物");
  }
}
