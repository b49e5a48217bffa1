// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.proto.promotion.v1.Limits;
import java.util.List;

/// One promotion of a reservation: what it takes off, and the limits that this must keep.
///
/// @param day the calendar day of the promotion's time zone, as `2026-11-22`
/// @param needsCoupon whether a coupon of a batch is used for it
/// @param codes the codes that were entered, among which may be that of the coupon
public record Claim(
    String promotionId,
    long amountMinorUnits,
    Limits limits,
    String day,
    boolean needsCoupon,
    List<String> codes) {
  public Claim(String promotionId, long amountMinorUnits, Limits limits, String day) {
    this(promotionId, amountMinorUnits, limits, day, false, List.of());
  }

  public Claim {
    if (amountMinorUnits < 0) {
      throw new IllegalArgumentException("amount: " + amountMinorUnits + " (expected: 0 or more)");
    }
  }

  boolean countsDays() {
    return limits.getPerDay() > 0 || limits.getPerPersonPerDay() > 0;
  }

  boolean countsPeople() {
    return limits.getPerPerson() > 0 || limits.getPerPersonPerDay() > 0;
  }
}
