// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import java.util.Set;

/// Finds the promotions that coupons of batches unlock for a person.
public interface CouponLookup {
  /// A shop without coupon batches.
  CouponLookup NONE =
      new CouponLookup() {
        @Override
        public Set<String> ofCode(
            String code, String userId, long unixMs, boolean otherwiseUsable) {
          return Set.of();
        }

        @Override
        public Set<String> ofWallet(String userId, long unixMs) {
          return Set.of();
        }
      };

  /// Ids of promotions that a code unlocks for the person; empty for unknown, foreign, used and
  /// expired codes alike, with the same work done for each.
  ///
  /// @param otherwiseUsable whether it is the code of a promotion that the person may use, which is
  ///   no wrong try
  Set<String> ofCode(String code, String userId, long unixMs, boolean otherwiseUsable);

  /// Ids of promotions of the coupons in the wallet of a person: these need no code.
  Set<String> ofWallet(String userId, long unixMs);
}
