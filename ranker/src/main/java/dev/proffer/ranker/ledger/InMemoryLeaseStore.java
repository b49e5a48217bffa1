// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Leases of one process. Nothing is forgotten before its time.
final class InMemoryLeaseStore implements LeaseStore {
  private record Left(Lease lease, long amount, long redemptions) {}

  private final ConcurrentHashMap<String, Left> slots = new ConcurrentHashMap<>();

  @Override
  public @Nullable Lease take(String promotionId, int slot, long amountMinorUnits) {
    Lease[] taken = new Lease[1];
    slots.computeIfPresent(
        key(promotionId, slot),
        (_, left) -> {
          if (left.amount() < amountMinorUnits || left.redemptions() < 1) {
            return left;
          }
          taken[0] = left.lease();
          return new Left(left.lease(), left.amount() - amountMinorUnits, left.redemptions() - 1);
        });
    return taken[0];
  }

  @Override
  public void give(Lease lease, long amountMinorUnits) {
    slots.computeIfPresent(
        key(lease.promotionId(), lease.slot()),
        (_, left) ->
            left.lease().fence() == lease.fence()
                ? new Left(left.lease(), left.amount() + amountMinorUnits, left.redemptions() + 1)
                : left);
  }

  @Override
  public void put(Lease lease, long amountMinorUnits, long redemptions, long ttlMillis) {
    slots.compute(
        key(lease.promotionId(), lease.slot()),
        (_, left) ->
            left != null && left.lease().fence() >= lease.fence()
                ? left
                : new Left(lease, amountMinorUnits, redemptions));
  }

  @Override
  public void drop(Lease lease) {
    // The fence stays, so that a late put of an older lease changes nothing.
    slots.computeIfPresent(
        key(lease.promotionId(), lease.slot()),
        (_, left) -> left.lease().fence() <= lease.fence() ? new Left(lease, 0, 0) : left);
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  private static String key(String promotionId, int slot) {
    return promotionId + '\n' + slot;
  }
}
