// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import dev.proffer.proto.promotion.v1.Promotion;
import java.util.List;

/// A campaign that seems worth running.
///
/// @param promotion as a draft
/// @param reasons sentences with figures
/// @param cost expected discounts
/// @param lift expected additional margin before the cost
/// @param liftLow lower end of its 90 % interval
/// @param liftHigh upper end of its 90 % interval
/// @param simulatedOrders orders of the log that it would have applied to
/// @param simulatedCost what it would have taken off them
record Proposal(
    String title,
    Promotion promotion,
    List<String> reasons,
    double cost,
    double lift,
    double liftLow,
    double liftHigh,
    long simulatedOrders,
    long simulatedCost) {
  double net() {
    return lift - cost;
  }

  Proposal withSimulation(long orders, long off) {
    return new Proposal(title, promotion, reasons, cost, lift, liftLow, liftHigh, orders, off);
  }
}
