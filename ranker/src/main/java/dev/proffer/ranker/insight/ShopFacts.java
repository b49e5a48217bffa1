// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.time.LocalDate;
import java.util.List;

/// What behaviour says about the shop as a whole.
///
/// @param currency the currency of all amounts; empty when nothing was sold
/// @param basketLines baskets by number of different items
/// @param basketValues baskets by value in minor units
/// @param repeatIntervals orders by days since the order before
/// @param hourWeekday events by weekday (Monday first) and hour
/// @param cohorts retention by month of the first purchase, oldest first
/// @param months sales by month, oldest first
@SuppressWarnings("ArrayRecordComponent") // A heat map is a matrix; nobody compares facts.
public record ShopFacts(
    long asOfMillis,
    long people,
    long buyers,
    long orders,
    long anonymousOrders,
    long revenueMinorUnits,
    String currency,
    List<Bin> basketLines,
    List<Bin> basketValues,
    List<Bin> repeatIntervals,
    long[][] hourWeekday,
    Funnel funnel,
    List<Cohort> cohorts,
    List<Month> months,
    List<CategorySales> categories) {

  /// So many things with a value from `from` up to below `to`.
  public record Bin(double from, double to, long count) {}

  /// Visits that got so far.
  public record Funnel(long visits, long viewed, long carted, long bought) {}

  /// People whose first purchase was in a month.
  ///
  /// @param active how many of them bought in that month and in each month after it
  public record Cohort(LocalDate month, List<Long> active) {}

  /// Sales of a month.
  public record Month(LocalDate month, long orders, long buyers, long revenueMinorUnits) {}

  /// Sales of a category; the empty name stands for items without one.
  public record CategorySales(String category, long lines, long revenueMinorUnits) {}
}
