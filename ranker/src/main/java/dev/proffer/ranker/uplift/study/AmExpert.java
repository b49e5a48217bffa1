// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift.study;

import dev.proffer.ranker.learning.Examples;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Who redeems which coupon in the AmExpert 2019 data: 78,369 (campaign, coupon, customer) with .93
/// % redeemed.
///
/// The public copy has no transactions of customers. What is known of a customer is therefore the
/// demographics and what became of the coupons that the customer got in campaigns that were over
/// before the tested campaign began; nothing of the same or a later campaign is used, except how
/// many coupons were handed out, which is known when they are.
public final class AmExpert {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("dd/MM/yy", Locale.ROOT);
  private static final List<String> CATEGORIES =
      List.of(
          "Grocery",
          "Pharmaceutical",
          "Natural Products",
          "Dairy",
          "Meat",
          "Packaged Meat",
          "Skin & Hair Care",
          "Prepared Food",
          "Bakery",
          "Seafood");

  /// Redemptions that a rate starts from, at the rate of everybody.
  private static final double PRIOR = 20;

  private record Row(int campaign, int coupon, int customer, boolean redeemed) {}

  private static final class Coupon {
    int items;
    int local;
    final Map<String, Integer> categories = new HashMap<>();
    final Map<Integer, Integer> brands = new HashMap<>();
    String mainCategory = "";
    int mainBrand = -1;
  }

  /// How often something was handed out and redeemed.
  private static final class Rate {
    double given;
    double redeemed;

    static double of(Map<?, Rate> rates, Object key, double everybody) {
      Rate rate = rates.get(key);
      return rate == null ? everybody : (rate.redeemed + PRIOR * everybody) / (rate.given + PRIOR);
    }

    static double redeemed(Map<?, Rate> rates, Object key) {
      Rate rate = rates.get(key);
      return rate == null ? 0 : rate.redeemed;
    }

    static double given(Map<?, Rate> rates, Object key) {
      Rate rate = rates.get(key);
      return rate == null ? 0 : rate.given;
    }

    static <K> void count(Map<K, Rate> rates, K key, boolean redeemed) {
      Rate rate = rates.computeIfAbsent(key, _ -> new Rate());
      rate.given++;
      rate.redeemed += redeemed ? 1 : 0;
    }
  }

  private AmExpert() {}

  public static StudyReport run(Path folder, int seed) throws IOException {
    Map<Integer, Coupon> coupons = coupons(folder);
    Map<Integer, double[]> customers = customers(folder);
    Map<Integer, String> types = new HashMap<>();
    List<ByCampaign.Span> spans = new ArrayList<>();
    PublicData.read(
        folder,
        "campaign_data",
        row -> {
          types.put(Integer.parseInt(row.getField("campaign_id")), row.getField("campaign_type"));
          spans.add(
              new ByCampaign.Span(
                  row.getField("campaign_id"),
                  LocalDate.parse(row.getField("start_date"), DATE),
                  LocalDate.parse(row.getField("end_date"), DATE)));
        });
    spans.sort(Comparator.comparing(ByCampaign.Span::start).thenComparing(ByCampaign.Span::id));
    List<Row> rows = new ArrayList<>();
    PublicData.read(
        folder,
        "train",
        row ->
            rows.add(
                new Row(
                    Integer.parseInt(row.getField("campaign_id")),
                    Integer.parseInt(row.getField("coupon_id")),
                    Integer.parseInt(row.getField("customer_id")),
                    row.getField("redemption_status").equals("1"))));
    Set<String> labelled = new HashSet<>();
    rows.forEach(row -> labelled.add(String.valueOf(row.campaign())));
    spans.removeIf(span -> !labelled.contains(span.id()));
    Map<Integer, List<Row>> byCampaign = new HashMap<>();
    rows.forEach(
        row -> byCampaign.computeIfAbsent(row.campaign(), _ -> new ArrayList<>()).add(row));

    List<String> names =
        new ArrayList<>(
            List.of(
                "type_x",
                "days",
                "age",
                "married",
                "rented",
                "family",
                "children",
                "income",
                "has_demographics",
                "items",
                "local_share",
                "brands",
                "main_category_share",
                "coupons_of_customer",
                "customers_of_coupon",
                "coupons_same_category",
                "items_rank",
                "past_given",
                "past_redeemed",
                "past_rate",
                "past_campaigns",
                "coupon_rate",
                "coupon_given",
                "category_rate",
                "brand_rate",
                "own_category_redeemed",
                "own_brand_redeemed",
                "own_coupon_redeemed",
                "own_category_rate",
                "recent_redeemed"));
    CATEGORIES.forEach(category -> names.add("share " + category));
    Examples.Builder examples = Examples.of(names);
    List<Integer> campaignOf = new ArrayList<>();
    for (int c = 0; c < spans.size(); c++) {
      ByCampaign.Span span = spans.get(c);
      int campaign = Integer.parseInt(span.id());
      History history = new History();
      for (ByCampaign.Span earlier : spans) {
        if (earlier.end().isBefore(span.start())) {
          history.add(
              byCampaign.getOrDefault(Integer.parseInt(earlier.id()), List.of()),
              coupons,
              earlier.end().plusDays(120).isAfter(span.start()));
        }
      }
      List<Row> here = byCampaign.getOrDefault(campaign, List.of());
      Map<Integer, Integer> perCustomer = new HashMap<>();
      Map<Integer, Integer> perCoupon = new HashMap<>();
      Map<String, Integer> perCategory = new HashMap<>();
      List<Integer> sizes = new ArrayList<>();
      for (Row row : here) {
        perCustomer.merge(row.customer(), 1, Integer::sum);
        perCategory.merge(
            row.customer() + "|" + coupon(coupons, row).mainCategory, 1, Integer::sum);
        if (perCoupon.merge(row.coupon(), 1, Integer::sum) == 1) {
          sizes.add(coupon(coupons, row).items);
        }
      }
      sizes.sort(null);
      for (Row row : here) {
        campaignOf.add(c);
        examples.add(
            row.redeemed() ? 1 : 0,
            features(
                names.size(),
                row,
                span,
                types.getOrDefault(campaign, ""),
                coupon(coupons, row),
                customers.get(row.customer()),
                history,
                perCustomer,
                perCoupon,
                perCategory,
                sizes));
      }
    }
    Examples table = examples.build();
    int[] campaigns = campaignOf.stream().mapToInt(Integer::intValue).toArray();
    ByCampaign study =
        new ByCampaign(
            spans,
            campaigns,
            table,
            new int[] {names.indexOf("type_x"), names.indexOf("items"), names.indexOf("past_rate")},
            seed);
    Map<String, Map<String, Map<String, Double>>> figures = new LinkedHashMap<>();
    figures.put("other_campaigns", study.leaveOneOut());
    figures.put("earlier_campaigns", study.forward(5_000));
    return new StudyReport(
        "redemption of (customer, coupon), tested campaign by campaign: other_campaigns trains on"
            + " all others, earlier_campaigns on those that were over before",
        figures,
        Map.of(),
        study.facts("no score of this split is published; the copy has no transactions"));
  }

  private static Coupon coupon(Map<Integer, Coupon> coupons, Row row) {
    return coupons.computeIfAbsent(row.coupon(), _ -> new Coupon());
  }

  private static double[] features(
      int size,
      Row row,
      ByCampaign.Span span,
      String type,
      Coupon coupon,
      double @org.jspecify.annotations.Nullable [] customer,
      History history,
      Map<Integer, Integer> perCustomer,
      Map<Integer, Integer> perCoupon,
      Map<String, Integer> perCategory,
      List<Integer> sizes) {
    double[] values = new double[size];
    int at = 0;
    values[at++] = type.equals("X") ? 1 : 0;
    values[at++] = span.end().toEpochDay() - span.start().toEpochDay();
    for (int i = 0; i < 6; i++) {
      values[at++] = customer == null ? Double.NaN : customer[i];
    }
    values[at++] = customer == null ? 0 : 1;
    values[at++] = Math.log1p(coupon.items);
    values[at++] = (double) coupon.local / Math.max(1, coupon.items);
    values[at++] = Math.log1p(coupon.brands.size());
    values[at++] =
        (double) coupon.categories.getOrDefault(coupon.mainCategory, 0) / Math.max(1, coupon.items);
    values[at++] = perCustomer.getOrDefault(row.customer(), 0);
    values[at++] = Math.log1p(perCoupon.getOrDefault(row.coupon(), 0));
    values[at++] = perCategory.getOrDefault(row.customer() + "|" + coupon.mainCategory, 0);
    int below = java.util.Collections.binarySearch(sizes, coupon.items);
    values[at++] = (double) Math.abs(below < 0 ? ~below : below) / Math.max(1, sizes.size());
    double all = history.everybody();
    values[at++] = Math.log1p(Rate.given(history.customers, row.customer()));
    values[at++] = Rate.redeemed(history.customers, row.customer());
    values[at++] = Rate.of(history.customers, row.customer(), all);
    values[at++] = history.campaigns.getOrDefault(row.customer(), 0);
    values[at++] = Rate.of(history.coupons, row.coupon(), all);
    values[at++] = Math.log1p(Rate.given(history.coupons, row.coupon()));
    values[at++] = Rate.of(history.categories, coupon.mainCategory, all);
    values[at++] = Rate.of(history.brands, coupon.mainBrand, all);
    values[at++] = Rate.redeemed(history.own, row.customer() + "|" + coupon.mainCategory);
    values[at++] = Rate.redeemed(history.own, row.customer() + "#" + coupon.mainBrand);
    values[at++] = Rate.redeemed(history.own, row.customer() + "=" + row.coupon());
    values[at++] = Rate.of(history.own, row.customer() + "|" + coupon.mainCategory, all);
    values[at++] = Rate.redeemed(history.recent, row.customer());
    for (String category : CATEGORIES) {
      values[at++] =
          (double) coupon.categories.getOrDefault(category, 0) / Math.max(1, coupon.items);
    }
    return values;
  }

  /// What became of coupons in campaigns that are over.
  private static final class History {
    private final Map<Integer, Rate> customers = new HashMap<>();
    private final Map<Integer, Rate> coupons = new HashMap<>();
    private final Map<String, Rate> categories = new HashMap<>();
    private final Map<Integer, Rate> brands = new HashMap<>();
    private final Map<String, Rate> own = new HashMap<>();
    private final Map<Integer, Rate> recent = new HashMap<>();
    private final Map<Integer, Integer> campaigns = new HashMap<>();
    private double given;
    private double redeemed;

    void add(List<Row> rows, Map<Integer, Coupon> all, boolean lately) {
      Set<Integer> seen = new HashSet<>();
      for (Row row : rows) {
        Coupon coupon = coupon(all, row);
        given++;
        redeemed += row.redeemed() ? 1 : 0;
        Rate.count(customers, row.customer(), row.redeemed());
        Rate.count(coupons, row.coupon(), row.redeemed());
        Rate.count(categories, coupon.mainCategory, row.redeemed());
        Rate.count(brands, coupon.mainBrand, row.redeemed());
        Rate.count(own, row.customer() + "|" + coupon.mainCategory, row.redeemed());
        Rate.count(own, row.customer() + "#" + coupon.mainBrand, row.redeemed());
        Rate.count(own, row.customer() + "=" + row.coupon(), row.redeemed());
        if (lately) {
          Rate.count(recent, row.customer(), row.redeemed());
        }
        if (seen.add(row.customer())) {
          campaigns.merge(row.customer(), 1, Integer::sum);
        }
      }
    }

    double everybody() {
      return (redeemed + 1) / (given + 100);
    }
  }

  private static Map<Integer, Coupon> coupons(Path folder) throws IOException {
    record Item(int brand, boolean local, String category) {}
    Map<Integer, Item> items = new HashMap<>();
    PublicData.read(
        folder,
        "item_data",
        row ->
            items.put(
                Integer.parseInt(row.getField("item_id")),
                new Item(
                    Integer.parseInt(row.getField("brand")),
                    row.getField("brand_type").equals("Local"),
                    row.getField("category"))));
    Map<Integer, Coupon> coupons = new HashMap<>();
    PublicData.read(
        folder,
        "coupon_item_mapping",
        row -> {
          Item item = items.get(Integer.parseInt(row.getField("item_id")));
          if (item != null) {
            Coupon coupon =
                coupons.computeIfAbsent(
                    Integer.parseInt(row.getField("coupon_id")), _ -> new Coupon());
            coupon.items++;
            coupon.local += item.local() ? 1 : 0;
            coupon.categories.merge(item.category(), 1, Integer::sum);
            coupon.brands.merge(item.brand(), 1, Integer::sum);
          }
        });
    coupons
        .values()
        .forEach(coupon -> {
          coupon.mainCategory = most(coupon.categories);
          coupon.mainBrand = most(coupon.brands);
        });
    return coupons;
  }

  private static <K extends Comparable<K>> K most(Map<K, Integer> counts) {
    return counts.entrySet().stream()
        .max(
            Map.Entry.<K, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .orElseThrow()
        .getKey();
  }

  private static Map<Integer, double[]> customers(Path folder) throws IOException {
    List<String> ages = List.of("18-25", "26-35", "36-45", "46-55", "56-70", "70+");
    Map<Integer, double[]> customers = new HashMap<>();
    PublicData.read(
        folder,
        "customer_demographics",
        row ->
            customers.put(
                Integer.parseInt(row.getField("customer_id")),
                new double[] {
                  ages.indexOf(row.getField("age_range")),
                  switch (row.getField("marital_status")) {
                    case "Married" -> 1;
                    case "Single" -> 0;
                    default -> Double.NaN;
                  },
                  PublicData.number(row.getField("rented")),
                  PublicData.number(row.getField("family_size").replace("+", "")),
                  row.getField("no_of_children").isEmpty()
                      ? 0
                      : PublicData.number(row.getField("no_of_children").replace("+", "")),
                  PublicData.number(row.getField("income_bracket")),
                }));
    return customers;
  }
}
