-- SPDX-License-Identifier: Apache-2.0
-- Batches of coupons. Codes are kept as keyed hashes only; a shared code belongs to its batch.
CREATE TABLE coupon_batch (
  batch_id TEXT PRIMARY KEY,
  idempotency_key TEXT NOT NULL UNIQUE,
  request_hash TEXT NOT NULL,
  promotion_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  given BIGINT NOT NULL,
  shared_mac TEXT NOT NULL,
  transferable SMALLINT NOT NULL,
  expires_at_unix_ms BIGINT NOT NULL,
  created_at_unix_ms BIGINT NOT NULL,
  CHECK (given >= 0 AND given <= size)
);
CREATE UNIQUE INDEX coupon_batch_shared ON coupon_batch (shared_mac) WHERE shared_mac <> '';

-- Coupons: nobody's until the user is filled, unused until the redemption is. Those of a shared code
-- come into being when somebody gets or uses one.
CREATE TABLE coupon (
  coupon_id TEXT PRIMARY KEY,
  batch_id TEXT NOT NULL REFERENCES coupon_batch (batch_id),
  code_mac TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL,
  redemption_id TEXT NOT NULL
);
CREATE UNIQUE INDEX coupon_one_per_person ON coupon (batch_id, user_id) WHERE user_id <> '';
CREATE INDEX coupon_user ON coupon (user_id);
CREATE INDEX coupon_redemption ON coupon (redemption_id);
