// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// What promotions ask the ledger.
public interface Redemptions {
  /// A shop that never redeemed anything.
  Redemptions NONE =
      new Redemptions() {
        @Override
        public Usage usage(String userId, long unixMs) {
          return Usage.UNTOUCHED;
        }

        @Override
        public boolean isRedeemed(String promotionId) {
          return false;
        }
      };

  /// What redemptions have left for a person at a time. The answer belongs to one request.
  Usage usage(String userId, long unixMs);

  /// Whether a promotion was ever redeemed, so that it must be kept.
  boolean isRedeemed(String promotionId);
}
