// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.proto.promotion.v1.Limits;

/// One promotion of a reservation: what it takes off, and the limits that this must keep.
///
/// @param day the calendar day of the promotion's time zone, as `2026-11-22`
public record Claim(String promotionId, long amountMinorUnits, Limits limits, String day) {
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
