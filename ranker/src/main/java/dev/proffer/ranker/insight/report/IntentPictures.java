// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.report;

import dev.proffer.ranker.insight.intent.IntentReport;
import dev.proffer.ranker.insight.intent.IntentReport.Bin;
import dev.proffer.ranker.insight.intent.IntentReport.Figures;
import dev.proffer.ranker.insight.intent.IntentReport.Importance;
import java.util.List;
import java.util.Locale;

/// Pictures of how well purchases are foreseen.
final class IntentPictures {
  private static final int COLUMNS_MAX = 10;

  private final IntentReport report;

  IntentPictures(IntentReport report) {
    this.report = report;
  }

  Words title() {
    return Words.of(capital(report.target().meaning("en")), report.target().meaning("zh"));
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  static Words model(String name) {
    return switch (name) {
      case "logistic regression" -> Words.of(name, "逻辑回归");
      case "random forest" -> Words.of(name, "随机森林");
      case "boosted trees" -> Words.of(name, "梯度提升树");
      default -> Words.same(name);
    };
  }

  /// What was predicted beside what happened, on weeks that no model has seen.
  String calibration() {
    if (!report.problem().isEmpty()) {
      return "<p class=\"m\">"
          + Words.of("No model: " + report.problem() + ".", "没有模型：" + report.problem()).html()
          + "</p>";
    }
    double most = 0.01;
    for (Figures figures : report.models()) {
      for (Bin bin : figures.bins()) {
        most = Math.max(most, Math.max(bin.predicted(), bin.happened()));
      }
    }
    double left = 44;
    double top = 8;
    double wide = Svg.WIDTH - left - 8;
    double high = 240;
    Svg svg = new Svg(top + high + 36, title());
    for (int i = 0; i <= 4; i++) {
      double share = most * i / 4;
      double x = left + wide * i / 4;
      double y = top + high - high * i / 4;
      svg.line(left, y, left + wide, y, 1, "grid");
      svg.line(x, top, x, top + high, 1, "grid");
      String label = String.format(Locale.ROOT, most < 0.1 ? "%.1f" : "%.0f", 100 * share);
      svg.text(left - 5, y + 4, "s", "end", Words.same(label));
      svg.text(x, top + high + 14, "s", "middle", Words.same(label));
    }
    svg.line(left, top + high, left + wide, top, 1, "axis");
    for (int m = 0; m < report.models().size(); m++) {
      List<Bin> bins = report.models().get(m).bins();
      Object[] steps = new Object[3 * bins.size()];
      for (int i = 0; i < bins.size(); i++) {
        steps[3 * i] = i == 0 ? "M" : "L";
        steps[3 * i + 1] = left + wide * bins.get(i).predicted() / most;
        steps[3 * i + 2] = top + high - high * bins.get(i).happened() / most;
      }
      svg.path("l" + m % 3, model(report.models().get(m).model()), steps);
      for (Bin bin : bins) {
        svg.circle(
            left + wide * bin.predicted() / most,
            top + high - high * bin.happened() / most,
            3,
            "c" + m % 3,
            Words.same(
                String.format(
                    Locale.ROOT,
                    "%.1f %% → %.1f %% (%,d)",
                    100 * bin.predicted(),
                    100 * bin.happened(),
                    bin.rows())));
      }
      svg.rect(left + 8, top + 6 + 16 * m, 10, 10, "c" + m % 3);
      Words name = model(report.models().get(m).model());
      boolean serves = report.models().get(m).model().equals(report.chosen());
      svg.text(
          left + 23,
          top + 15 + 16 * m,
          "s halo" + (serves ? " b" : ""),
          "start",
          serves ? Words.of(name.english() + " (serves)", name.chinese() + "（在用）") : name);
    }
    svg.text(
        left + wide / 2,
        top + high + 30,
        "s m",
        "middle",
        Words.of("predicted % → happened % (up), unseen weeks", "预测 % → 实际 %（纵轴），未见过的时段"));
    Table bins =
        new Table(
            1,
            Words.of("Model", "模型"),
            Words.of("Predicted", "预测"),
            Words.of("Happened", "实际"),
            Words.of("Examples", "样本"));
    for (Figures figures : report.models()) {
      for (Bin bin : figures.bins()) {
        bins.row(
            model(figures.model()),
            percent(bin.predicted()),
            percent(bin.happened()),
            Words.count(bin.rows()));
      }
    }
    return svg.close() + figures() + Page.numbers(bins.close());
  }

  private static Words percent(double share) {
    return Words.same(String.format(Locale.ROOT, "%.2f %%", 100 * share));
  }

  private String figures() {
    Table table =
        new Table(
            1,
            Words.of("Model", "模型"),
            Words.same("AUC"),
            Words.same("AP"),
            Words.of("Log loss", "对数损失"),
            Words.of("Calib. error", "校准误差"));
    for (Figures figures : report.models()) {
      Words name = model(figures.model());
      table.row(
          figures.model().equals(report.chosen())
              ? Words.of(name.english() + " ✓", name.chinese() + " ✓")
              : name,
          Words.same(String.format(Locale.ROOT, "%.3f", figures.auc())),
          Words.same(String.format(Locale.ROOT, "%.3f", figures.averagePrecision())),
          Words.same(String.format(Locale.ROOT, "%.4f", figures.logLoss())),
          Words.same(String.format(Locale.ROOT, "%.4f", figures.calibrationError())));
    }
    return table.close()
        + "<p class=\"m\">"
        + Words.of(
                String.format(
                    Locale.ROOT,
                    "%,d examples trained, %,d chose and calibrated, %,d tested; %.1f %% bought.",
                    report.trainRows(),
                    report.chooseRows(),
                    report.testRows(),
                    100 * report.baseRate()),
                String.format(
                    Locale.ROOT,
                    "训练 %,d 例，选择与校准 %,d 例，测试 %,d 例；购买率 %.1f %%。",
                    report.trainRows(),
                    report.chooseRows(),
                    report.testRows(),
                    100 * report.baseRate()))
            .html()
        + "</p>";
  }

  /// What the serving model goes by.
  String importance() {
    List<Importance> shown =
        report.importance().subList(0, Math.min(COLUMNS_MAX, report.importance().size()));
    double most = shown.stream().mapToDouble(Importance::shap).max().orElse(0);
    Svg svg = new Svg(Math.max(1, shown.size()) * 20 + 4, title());
    Table table =
        new Table(
            1,
            Words.of("Fact", "特征"),
            Words.of("Mean |SHAP|", "平均 |SHAP|"),
            Words.of("Share of gain", "增益占比"));
    for (int i = 0; i < shown.size(); i++) {
      Importance one = shown.get(i);
      double left = 164;
      double width = most > 0 ? (Svg.WIDTH - left - 46) * one.shap() / most : 0;
      Words name = column(one.column());
      Words size = Words.same(String.format(Locale.ROOT, "%.3f", one.shap()));
      svg.text(left - 6, i * 20 + 15, "s", "end", name);
      svg.rect(left, i * 20 + 3, width, 16, "bar");
      svg.text(left + width + 5, i * 20 + 15, "s", "start", size);
      table.row(name, size, percent(one.gain()));
    }
    return svg.close() + Page.numbers(table.close());
  }

  private static Words column(String name) {
    String english = name.replace('_', ' ').replaceAll("(\\d+)d$", "($1-day decay)");
    String chinese =
        switch (name) {
          case "days_since_purchase" -> "距上次购买天数";
          case "days_since_event" -> "距上次行为天数";
          case "tenure_days" -> "首次行为至今天数";
          case "orders" -> "订单数";
          case "mean_order_value" -> "平均订单金额";
          case "mean_interval_days" -> "平均复购间隔";
          case "overdue" -> "距上次购买 ÷ 平均间隔";
          case "hour" -> "小时";
          case "weekday" -> "星期";
          case "day_of_month" -> "日期";
          case "visit_events" -> "本次访问行为数";
          case "visit_clicks" -> "本次访问点击";
          case "visit_carts" -> "本次访问加购";
          case "visit_searches" -> "本次访问搜索";
          case "visit_impressions" -> "本次访问曝光";
          case "visit_purchases" -> "本次访问购买";
          case "visit_items" -> "本次访问商品数";
          case "visit_repeats" -> "本次访问重复浏览";
          case "visit_minutes" -> "本次访问分钟数";
          case "category_share" -> "品类兴趣占比";
          case "category_weight" -> "品类兴趣强度";
          case "category_clicks_7d" -> "品类点击（7 天半衰）";
          case "category_carts_7d" -> "品类加购（7 天半衰）";
          case "category_purchases" -> "品类购买次数";
          case "days_since_category_purchase" -> "距上次购买该品类天数";
          case "category_popularity" -> "品类热度";
          default ->
              name.replace("impressions_", "曝光 ")
                  .replace("clicks_", "点击 ")
                  .replace("add_to_carts_", "加购 ")
                  .replace("purchases_", "购买 ")
                  .replace("searchs_", "搜索 ")
                  .replaceAll("(\\d+)d$", "（$1 天半衰）");
        };
    return Words.of(
        english.replace("searchs", "searches").replace("add to carts", "carts"), chinese);
  }
}
