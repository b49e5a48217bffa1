-- SPDX-License-Identifier: Apache-2.0
-- Redemptions: each uses the promotions of one cart. States are those of proffer.promotion.v1.RedemptionState.
CREATE TABLE redemption (
  redemption_id TEXT PRIMARY KEY,
  idempotency_key TEXT NOT NULL UNIQUE,
  request_hash TEXT NOT NULL,
  user_id TEXT NOT NULL,
  state SMALLINT NOT NULL,
  currency TEXT NOT NULL,
  order_id TEXT NOT NULL,
  reserved_at_unix_ms BIGINT NOT NULL,
  expires_at_unix_ms BIGINT NOT NULL,
  evaluation TEXT NOT NULL
);
CREATE INDEX redemption_due ON redemption (state, expires_at_unix_ms);

-- The promotions of a redemption. The day is the calendar day that limits count, empty when none does.
CREATE TABLE redemption_part (
  redemption_id TEXT NOT NULL REFERENCES redemption (redemption_id),
  promotion_id TEXT NOT NULL,
  amount_minor_units BIGINT NOT NULL,
  returned_minor_units BIGINT NOT NULL,
  day TEXT NOT NULL,
  PRIMARY KEY (redemption_id, promotion_id)
);
CREATE INDEX redemption_part_promotion ON redemption_part (promotion_id);

-- Returns of goods, so that a repeated call gives back once.
CREATE TABLE redemption_return (
  idempotency_key TEXT PRIMARY KEY,
  redemption_id TEXT NOT NULL REFERENCES redemption (redemption_id),
  request_hash TEXT NOT NULL,
  at_unix_ms BIGINT NOT NULL
);

-- What is used of each promotion: by all people (empty user) or one, ever (empty day) or on one day.
-- Money is kept on the row of all people and all days only. A row never goes above its limits: they
-- stand in the WHERE of the statement that counts.
CREATE TABLE promotion_usage (
  promotion_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  day TEXT NOT NULL,
  redemptions BIGINT NOT NULL CHECK (redemptions >= 0),
  reserved_minor_units BIGINT NOT NULL CHECK (reserved_minor_units >= 0),
  committed_minor_units BIGINT NOT NULL CHECK (committed_minor_units >= 0),
  PRIMARY KEY (promotion_id, user_id, day)
);
CREATE INDEX promotion_usage_user ON promotion_usage (user_id);
