-- SPDX-License-Identifier: Apache-2.0
-- What each offer of a campaign is expected to cost, and to how many it went. A row never goes above what its promotion
-- may cost and reach: that stands in the WHERE of the statement that counts, whichever server decides.
CREATE TABLE campaign_offer (
  campaign_id TEXT NOT NULL,
  promotion_id TEXT NOT NULL,
  given BIGINT NOT NULL,
  spent_minor_units BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, promotion_id)
);
ALTER TABLE campaign DROP COLUMN offers;
ALTER TABLE campaign DROP COLUMN spent_minor_units;
ALTER TABLE campaign DROP COLUMN given;
ALTER TABLE campaign DROP COLUMN version;
