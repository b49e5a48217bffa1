// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// What redemptions have left of the limits of promotions, as seen by one person.
///
/// It is a reading, not a reservation: only the ledger decides. Promotions without limits are never
/// asked about.
@FunctionalInterface
public interface Usage {
  /// Nothing was redeemed yet.
  Usage UNTOUCHED = promotion -> Left.EVERYTHING;

  /// What is left of a promotion. It must answer from memory.
  Left left(CompiledPromotion promotion);

  /// What is left; [Long#MAX_VALUE] where there is no limit.
  ///
  /// @param budgetMinorUnits what it may still take off
  /// @param redemptions how many redemptions of anybody are left, today and in total
  /// @param personRedemptions how many redemptions of this person are left, today and in total
  record Left(long budgetMinorUnits, long redemptions, long personRedemptions) {
    public static final Left EVERYTHING = new Left(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
  }
}
