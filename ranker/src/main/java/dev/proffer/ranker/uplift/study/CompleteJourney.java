// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift.study;

import dev.proffer.ranker.learning.Examples;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which targeted household redeems a coupon of a campaign, in The Complete Journey 2.0 of
/// dunnhumby: 6,589 pairs of household and campaign, 12 % of them redeeming.
///
/// Everything that a model sees of a household happened before the campaign began. The public copy
/// holds a sample of 5 % of the transactions, so histories are thin.
public final class CompleteJourney {
  private static final List<String> INCOMES =
      List.of(
          "Under 15K",
          "15-24K",
          "25-34K",
          "35-49K",
          "50-74K",
          "75-99K",
          "100-124K",
          "125-149K",
          "150-174K",
          "175-199K",
          "200-249K",
          "250K+");
  private static final List<String> AGES =
      List.of("19-24", "25-34", "35-44", "45-54", "55-64", "65+");

  private record Purchase(
      LocalDate day, String product, double value, double discount, double coupon) {}

  private record Redemption(LocalDate day, String campaign, String upc) {}

  private CompleteJourney() {}

  public static StudyReport run(Path folder, int seed) throws IOException {
    Map<String, String> types = new HashMap<>();
    List<ByCampaign.Span> spans = new ArrayList<>();
    PublicData.read(
        folder,
        "campaign_descriptions",
        row -> {
          types.put(row.getField("campaign_id"), row.getField("campaign_type"));
          spans.add(
              new ByCampaign.Span(
                  row.getField("campaign_id"),
                  LocalDate.parse(row.getField("start_date")),
                  LocalDate.parse(row.getField("end_date"))));
        });
    spans.sort(Comparator.comparing(ByCampaign.Span::start).thenComparing(ByCampaign.Span::id));
    Map<String, List<String>> targeted = new HashMap<>();
    Map<String, List<ByCampaign.Span>> targets = new HashMap<>();
    Map<String, ByCampaign.Span> byId = new HashMap<>();
    spans.forEach(span -> byId.put(span.id(), span));
    PublicData.read(
        folder,
        "campaigns",
        row -> {
          targeted
              .computeIfAbsent(row.getField("campaign_id"), _ -> new ArrayList<>())
              .add(row.getField("household_id"));
          ByCampaign.Span span = byId.get(row.getField("campaign_id"));
          if (span != null) {
            targets.computeIfAbsent(row.getField("household_id"), _ -> new ArrayList<>()).add(span);
          }
        });
    Map<String, Set<String>> products = new HashMap<>();
    Map<String, Set<String>> upcs = new HashMap<>();
    PublicData.read(
        folder,
        "coupons",
        row -> {
          products
              .computeIfAbsent(row.getField("campaign_id"), _ -> new HashSet<>())
              .add(row.getField("product_id"));
          upcs.computeIfAbsent(row.getField("campaign_id"), _ -> new HashSet<>())
              .add(row.getField("coupon_upc"));
        });
    Map<String, List<Redemption>> redemptions = new HashMap<>();
    PublicData.read(
        folder,
        "coupon_redemptions",
        row ->
            redemptions
                .computeIfAbsent(row.getField("household_id"), _ -> new ArrayList<>())
                .add(
                    new Redemption(
                        LocalDate.parse(row.getField("redemption_date")),
                        row.getField("campaign_id"),
                        row.getField("coupon_upc"))));
    Map<String, List<Purchase>> purchases = new HashMap<>();
    PublicData.read(
        folder,
        "transactions_sample",
        row ->
            purchases
                .computeIfAbsent(row.getField("household_id"), _ -> new ArrayList<>())
                .add(
                    new Purchase(
                        LocalDate.parse(row.getField("transaction_timestamp").substring(0, 10)),
                        row.getField("product_id"),
                        PublicData.number(row.getField("sales_value")),
                        PublicData.number(row.getField("retail_disc")),
                        PublicData.number(row.getField("coupon_disc")))));
    Map<String, double[]> households = households(folder);
    Map<String, String> departments = new HashMap<>();
    PublicData.read(
        folder,
        "products",
        row -> departments.put(row.getField("product_id"), row.getField("product_category")));

    List<String> names =
        List.of(
            "type_a",
            "type_b",
            "days",
            "coupons",
            "products",
            "age",
            "income",
            "size",
            "kids",
            "owner",
            "has_demographics",
            "lines",
            "spend",
            "discount_share",
            "coupon_lines",
            "days_since_purchase",
            "lines_on_products",
            "spend_on_products",
            "lines_in_categories",
            "distinct_products",
            "past_targets",
            "past_redemptions",
            "past_redeemed_campaigns",
            "past_rate",
            "days_since_redemption",
            "redemptions_this_type",
            "open_campaigns",
            "targeted_households");
    Examples.Builder examples = Examples.of(names);
    List<Integer> campaignOf = new ArrayList<>();
    for (int c = 0; c < spans.size(); c++) {
      ByCampaign.Span span = spans.get(c);
      Set<String> covered = products.getOrDefault(span.id(), Set.of());
      Set<String> categories = new HashSet<>();
      covered.forEach(product -> categories.add(departments.getOrDefault(product, "")));
      String type = types.getOrDefault(span.id(), "");
      List<String> members = targeted.getOrDefault(span.id(), List.of());
      for (String household : members) {
        double[] values = new double[names.size()];
        int at = 0;
        values[at++] = type.equals("Type A") ? 1 : 0;
        values[at++] = type.equals("Type B") ? 1 : 0;
        values[at++] = span.end().toEpochDay() - span.start().toEpochDay();
        values[at++] = upcs.getOrDefault(span.id(), Set.of()).size();
        values[at++] = Math.log1p(covered.size());
        double[] known = households.get(household);
        for (int i = 0; i < 5; i++) {
          values[at++] = known == null ? Double.NaN : known[i];
        }
        values[at++] = known == null ? 0 : 1;
        at =
            behaviour(
                values,
                at,
                purchases.getOrDefault(household, List.of()),
                span,
                covered,
                categories,
                departments);
        at =
            past(
                values,
                at,
                span,
                type,
                types,
                targets.getOrDefault(household, List.of()),
                redemptions.getOrDefault(household, List.of()));
        values[at] = members.size();
        boolean redeemed =
            redemptions.getOrDefault(household, List.of()).stream()
                .anyMatch(one -> one.campaign().equals(span.id()));
        examples.add(redeemed ? 1 : 0, values);
        campaignOf.add(c);
      }
    }
    Examples table = examples.build();
    ByCampaign study =
        new ByCampaign(
            spans,
            campaignOf.stream().mapToInt(Integer::intValue).toArray(),
            table,
            new int[] {0, 1, names.indexOf("past_rate")},
            seed);
    Map<String, Map<String, Map<String, Double>>> figures = new LinkedHashMap<>();
    figures.put("earlier_campaigns", study.forward(500));
    figures.put("other_campaigns", study.leaveOneOut());
    return new StudyReport(
        "redemption of any coupon by (household, campaign), tested campaign by campaign:"
            + " earlier_campaigns trains on those that were over before, other_campaigns on all"
            + " others",
        figures,
        Map.of(),
        study.facts("no score of this sample is published"));
  }

  private static int behaviour(
      double[] values,
      int start,
      List<Purchase> purchases,
      ByCampaign.Span span,
      Set<String> covered,
      Set<String> categories,
      Map<String, String> departments) {
    int at = start;
    double lines = 0;
    double spend = 0;
    double discount = 0;
    double couponLines = 0;
    double onProducts = 0;
    double spendOnProducts = 0;
    double inCategories = 0;
    long last = Long.MIN_VALUE;
    Set<String> distinct = new HashSet<>();
    for (Purchase one : purchases) {
      if (!one.day().isBefore(span.start())) {
        continue;
      }
      lines++;
      spend += one.value();
      discount += one.discount();
      couponLines += one.coupon() > 0 ? 1 : 0;
      last = Math.max(last, one.day().toEpochDay());
      distinct.add(one.product());
      if (covered.contains(one.product())) {
        onProducts++;
        spendOnProducts += one.value();
      }
      inCategories += categories.contains(departments.getOrDefault(one.product(), "?")) ? 1 : 0;
    }
    // Campaigns that start later have longer histories; a rate a day makes them alike.
    double days = Math.max(30, span.start().toEpochDay() - LocalDate.of(2017, 1, 1).toEpochDay());
    values[at++] = lines / days;
    values[at++] = spend / days;
    values[at++] = discount / Math.max(1, spend + discount);
    values[at++] = couponLines;
    values[at++] =
        last == Long.MIN_VALUE ? Double.NaN : (double) (span.start().toEpochDay() - last);
    values[at++] = onProducts / days;
    values[at++] = spendOnProducts / days;
    values[at++] = inCategories / Math.max(1, lines);
    values[at++] = distinct.size() / days;
    return at;
  }

  private static int past(
      double[] values,
      int start,
      ByCampaign.Span span,
      String type,
      Map<String, String> types,
      List<ByCampaign.Span> targets,
      List<Redemption> redemptions) {
    int at = start;
    double past = 0;
    double open = 0;
    for (ByCampaign.Span other : targets) {
      if (other.start().isBefore(span.start())) {
        past++;
        open += other.end().isBefore(span.start()) ? 0 : 1;
      }
    }
    double count = 0;
    double sameType = 0;
    long last = Long.MIN_VALUE;
    Set<String> redeemed = new HashSet<>();
    for (Redemption one : redemptions) {
      if (one.day().isBefore(span.start())) {
        count++;
        redeemed.add(one.campaign());
        last = Math.max(last, one.day().toEpochDay());
        sameType += types.getOrDefault(one.campaign(), "").equals(type) ? 1 : 0;
      }
    }
    values[at++] = past;
    values[at++] = Math.log1p(count);
    values[at++] = redeemed.size();
    values[at++] = (redeemed.size() + .12 * 2) / (past + 2);
    values[at++] =
        last == Long.MIN_VALUE ? Double.NaN : (double) (span.start().toEpochDay() - last);
    values[at++] = Math.log1p(sameType);
    values[at++] = open;
    return at;
  }

  private static Map<String, double[]> households(Path folder) throws IOException {
    Map<String, double[]> households = new HashMap<>();
    PublicData.read(
        folder,
        "demographics",
        row ->
            households.put(
                row.getField("household_id"),
                new double[] {
                  AGES.indexOf(row.getField("age")),
                  INCOMES.indexOf(row.getField("income")),
                  PublicData.number(row.getField("household_size").replace("+", "")),
                  PublicData.number(row.getField("kids_count").replace("+", "")),
                  row.getField("home_ownership").equals("Homeowner") ? 1 : 0,
                }));
    return households;
  }
}
