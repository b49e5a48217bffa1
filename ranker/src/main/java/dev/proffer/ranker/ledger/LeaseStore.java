// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import org.jspecify.annotations.Nullable;

/// What is left of leases, kept where it can be debited quickly by all servers. It may forget or
/// even repeat what it said before: the record is in SQL, which checks every debit again.
interface LeaseStore {
  /// A slice of a promotion's budget.
  ///
  /// @param slot one of a few places of the promotion, each of which holds one lease
  /// @param fence grows with each lease of a slot; an older one never replaces a newer one
  record Lease(String promotionId, int slot, String leaseId, long fence) {}

  /// Debits a lease of the slot, or returns null when there is none or too little is left.
  ///
  /// @throws RuntimeException when the store cannot be reached
  @Nullable Lease take(String promotionId, int slot, long amountMinorUnits);

  /// Credits what was debited and not used. Does nothing when the slot holds another lease.
  void give(Lease lease, long amountMinorUnits);

  /// Puts a lease into its slot, unless a newer one is there.
  ///
  /// @param ttlMillis after which the store forgets it
  void put(Lease lease, long amountMinorUnits, long redemptions, long ttlMillis);

  /// Removes a lease that was settled, unless a newer one is there.
  void drop(Lease lease);

  /// Whether it can be reached as far as is known.
  boolean isAvailable();
}
