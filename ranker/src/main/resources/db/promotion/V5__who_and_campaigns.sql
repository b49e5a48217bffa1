-- SPDX-License-Identifier: Apache-2.0
-- Who made a change; empty for changes from before names were kept.
ALTER TABLE promotion_audit ADD COLUMN who TEXT NOT NULL DEFAULT '';

-- Campaigns whose offers are allocated: what one is expected to cost so far, and its dual prices. The terms are a hash
-- of its promotions; a change of them begins anew, with what is left of the budgets.
CREATE TABLE campaign (
  campaign_id TEXT PRIMARY KEY,
  terms TEXT NOT NULL,
  offers TEXT NOT NULL,
  began_unix_ms BIGINT NOT NULL,
  came BIGINT NOT NULL,
  spent_minor_units TEXT NOT NULL,
  given TEXT NOT NULL,
  prices TEXT NOT NULL,
  version BIGINT NOT NULL
);

-- What each person was given in a campaign; an empty promotion is no offer. Decided once.
CREATE TABLE campaign_grant (
  campaign_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  terms TEXT NOT NULL,
  promotion_id TEXT NOT NULL,
  decided_unix_ms BIGINT NOT NULL,
  expected_cost_minor_units BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, user_id)
);
CREATE INDEX campaign_grant_user ON campaign_grant (user_id);
