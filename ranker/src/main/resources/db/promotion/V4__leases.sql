-- SPDX-License-Identifier: Apache-2.0
-- Slices of budgets of hot promotions. What is granted is counted as reserved on the promotion's row
-- until the lease is settled, and so are redemptions (those held) when their number is limited;
-- redemptions on a lease count on its own row, so that those of one hot
-- promotion need not all wait for one row. The fence grows with each lease of a slot.
CREATE TABLE promotion_lease (
  lease_id TEXT PRIMARY KEY,
  promotion_id TEXT NOT NULL,
  slot INTEGER NOT NULL,
  fence BIGINT NOT NULL,
  open SMALLINT NOT NULL,
  granted_minor_units BIGINT NOT NULL,
  granted_redemptions BIGINT NOT NULL,
  held_redemptions BIGINT NOT NULL,
  reserved_minor_units BIGINT NOT NULL CHECK (reserved_minor_units >= 0),
  committed_minor_units BIGINT NOT NULL CHECK (committed_minor_units >= 0),
  redemptions BIGINT NOT NULL CHECK (redemptions >= 0),
  expires_at_unix_ms BIGINT NOT NULL,
  UNIQUE (promotion_id, slot, fence),
  CHECK (reserved_minor_units + committed_minor_units <= granted_minor_units),
  CHECK (redemptions <= granted_redemptions)
);
CREATE INDEX promotion_lease_open ON promotion_lease (open, promotion_id);

-- The lease that a part counts on; empty when it counts on the promotion's row.
ALTER TABLE redemption_part ADD COLUMN lease_id TEXT NOT NULL DEFAULT '';
