// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import dev.proffer.ranker.insight.Amounts;
import dev.proffer.ranker.insight.Findings;
import dev.proffer.ranker.insight.ItemDirectory;
import dev.proffer.ranker.insight.QualityReport;
import dev.proffer.ranker.insight.QualityRule;
import dev.proffer.ranker.insight.ShopFacts;
import dev.proffer.ranker.insight.intent.IntentReport;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// Writes what a study found as one HTML file that loads nothing, runs no script and holds both
/// languages.
public final class InsightReport {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

  private final ItemDirectory items;
  private final ZoneId zone;

  public InsightReport(ItemDirectory items, ZoneId zone) {
    this.items = items;
    this.zone = zone;
  }

  /// The hash of the style of every page, as a content security policy writes it.
  public static String styleHash() {
    return Page.STYLE_HASH;
  }

  /// The page.
  ///
  /// @param language of the first view; the page switches between both
  public String html(Findings findings, String language) {
    ShopFacts shop = findings.shop();
    Amounts amounts = new Amounts(shop.currency());
    String zoneName = zone.getId().equals("Z") ? "UTC" : zone.getId();
    String asOf = DAY.format(Instant.ofEpochMilli(findings.asOfMillis()).atZone(zone));
    Page page =
        new Page(Words.of("Who shops here and how", "谁在这里购物，怎样购物"), language.startsWith("zh"));
    page.line(
        Words.of("As of " + asOf + " (" + zoneName + ")", "截至 " + asOf + "（" + zoneName + "）"));
    page.tiles(
        Words.of("people", "人数"),
        Words.count(shop.people()),
        Words.of("buyers", "买家"),
        Words.count(shop.buyers()),
        Words.of("orders", "订单"),
        Words.count(shop.orders()),
        Words.of("sales", "销售额"),
        Words.same(amounts.text(shop.revenueMinorUnits())),
        Words.of("segments", "分群"),
        Words.count(findings.segmentation().segments().size()),
        Words.of("association rules", "关联规则"),
        Words.count(findings.rules().rules().size()));
    page.main();
    segments(page, findings, amounts);
    people(page, findings, amounts);
    intent(page, findings);
    rules(page, findings);
    shop(page, shop, amounts);
    quality(page, findings.quality());
    return page.close(
        Words.of(
            "Segments: K-means on scaled facts. Lifetime value and churn: BG/NBD and Gamma-Gamma."
                + " Rules: FP-growth, Fisher's exact test with Holm's correction.",
            "分群：对标准化指标的 K-means。生命周期价值与流失：BG/NBD 与 Gamma-Gamma 模型。"
                + "规则：FP-growth，Fisher 精确检验加 Holm 校正。"));
  }

  /// The page before the first study.
  public String empty(String language) {
    return new Page(Words.of("Who shops here and how", "谁在这里购物，怎样购物"), language.startsWith("zh"))
        .line(
            Words.of("The event log has not been studied yet, or it is empty.", "事件日志还没有分析，或者是空的。"))
        .main()
        .close(Words.same(""));
  }

  private static void segments(Page page, Findings findings, Amounts amounts) {
    page.part(
        Words.of("Segments", "顾客分群"),
        Words.of(
            "Groups of people who behave alike; bars show a segment beside everybody.",
            "行为相近的顾客群体；条形表示该群与全体之比。"));
    if (findings.segmentation().segments().isEmpty()) {
      page.card(Words.same(""), nothing()).endPart();
      return;
    }
    SegmentPictures pictures = new SegmentPictures(findings, amounts);
    page.card(Words.of("Sizes", "规模"), pictures.sizes());
    page.card(pictures.flowTitle(), pictures.flow());
    page.card(Words.of("How their number was chosen", "分群数的选择"), pictures.choice());
    pictures.cards().forEach(card -> page.card(Words.same(""), card));
    page.endPart();
  }

  private static void people(Page page, Findings findings, Amounts amounts) {
    ShopPictures pictures = new ShopPictures(amounts);
    page.part(Words.of("Buyers over time", "买家与时间"), Words.same(""));
    page.card(
        Words.of("Recency, frequency, spend", "最近购买、频次、金额（RFM）"), pictures.rfm(findings.people()));
    page.card(
        Words.of("Cohort retention", "同期群留存"),
        findings.shop().cohorts().isEmpty()
            ? nothing()
            : pictures.cohorts(findings.shop().cohorts()));
    page.card(
        Words.of("Days between orders", "复购间隔（天）"),
        pictures.bins(
            findings.shop().repeatIntervals(),
            false,
            Words.of("Days between orders", "复购间隔（天）"),
            Words.of("Days", "天")));
    page.endPart();
  }

  private static void intent(Page page, Findings findings) {
    page.part(
        Words.of("Purchase intent", "购买意向"),
        Words.of(
            "Trained on the past, tested on the last weeks. On the diagonal, what was predicted is"
                + " what happened.",
            "以过去训练，以最后几周检验。落在对角线上表示预测与实际一致。"));
    for (IntentReport report : findings.intent().reports()) {
      IntentPictures pictures = new IntentPictures(report);
      page.card(pictures.title(), pictures.calibration());
      if (report.problem().isEmpty()) {
        Words title = pictures.title();
        page.card(
            Words.of("What matters: " + title.english(), "影响因素：" + title.chinese()),
            pictures.importance());
      }
    }
    page.endPart();
  }

  private void rules(Page page, Findings findings) {
    page.part(
        Words.of("Bought together", "一起购买"),
        Words.of(
            String.format(
                Locale.ROOT,
                "From %,d baskets. Arrows are as thick as the lift.",
                findings.baskets()),
            String.format(Locale.ROOT, "基于 %,d 个购物篮。箭头越粗提升度越高。", findings.baskets())));
    if (findings.rules().rules().isEmpty()) {
      page.card(Words.same(""), nothing()).endPart();
      return;
    }
    RulePictures pictures = new RulePictures(findings.rules().rules(), items);
    page.card(Words.of("The strongest rules", "最强的规则"), pictures.graph());
    page.wideCard(Words.of("Rules by lift", "按提升度排列的规则"), pictures.table());
    page.endPart();
  }

  private static void shop(Page page, ShopFacts shop, Amounts amounts) {
    ShopPictures pictures = new ShopPictures(amounts);
    page.part(Words.of("The shop", "店铺"), Words.same(""));
    page.card(Words.of("When things happen", "行为时段"), pictures.hours(shop.hourWeekday()));
    page.card(Words.of("Funnel of visits", "访问漏斗"), pictures.funnel(shop.funnel()));
    page.card(
        Words.of("Sales by month", "月度销售"),
        shop.months().isEmpty() ? nothing() : pictures.months(shop.months()));
    page.card(
        Words.of("Value of an order", "订单金额"),
        pictures.bins(
            shop.basketValues(),
            true,
            Words.of("Value of an order", "订单金额"),
            Words.of("Value", "金额")));
    page.card(
        Words.of("Different items in an order", "每单商品种数"),
        pictures.bins(
            shop.basketLines(),
            false,
            Words.of("Different items in an order", "每单商品种数"),
            Words.of("Items", "种数")));
    Table categories =
        new Table(1, Words.of("Category", "品类"), Words.of("Lines", "行数"), Words.of("Sales", "销售额"));
    List<ShopFacts.CategorySales> sales = shop.categories();
    for (ShopFacts.CategorySales category : sales.subList(0, Math.min(15, sales.size()))) {
      categories.row(
          category.category().isEmpty()
              ? Words.of("(none)", "（无）")
              : Words.same(category.category()),
          Words.count(category.lines()),
          Words.same(amounts.text(category.revenueMinorUnits())));
    }
    page.card(Words.of("Categories", "品类"), categories.close());
    page.endPart();
  }

  private static void quality(Page page, QualityReport quality) {
    page.part(
        Words.of("Data quality", "数据质量"),
        Words.of(
            String.format(
                Locale.ROOT, "%,d events were read and %,d kept.", quality.read(), quality.kept()),
            String.format(Locale.ROOT, "读取 %,d 条事件，保留 %,d 条。", quality.read(), quality.kept())));
    Table table =
        new Table(
            2,
            Words.of("What is wrong", "问题"),
            Words.of("What is done", "处理"),
            Words.of("Events", "事件数"));
    for (QualityRule rule : QualityRule.values()) {
      table.row(
          Words.of(rule.meaning("en"), rule.meaning("zh")),
          Words.of(rule.treatment("en"), rule.treatment("zh")),
          Words.count(quality.count(rule)));
    }
    page.wideCard(Words.same(""), table.close()).endPart();
  }

  private static String nothing() {
    return "<p class=\"m\">" + Words.of("There is not enough data yet.", "数据还不够。").html() + "</p>";
  }
}
