-- SPDX-License-Identifier: Apache-2.0
-- Promotions as the shop wrote them; the body is the protobuf JSON of proffer.promotion.v1.Promotion.
CREATE TABLE promotion (
  promotion_id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  changed_version BIGINT NOT NULL
);

-- One row: the version of the newest change. Servers that share the database watch it.
CREATE TABLE promotion_version (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  version BIGINT NOT NULL
);
INSERT INTO promotion_version (one, version) VALUES (1, 0);

-- What was changed when; bodies are empty where the promotion did not exist.
CREATE TABLE promotion_audit (
  version BIGINT NOT NULL,
  promotion_id TEXT NOT NULL,
  at_unix_ms BIGINT NOT NULL,
  change TEXT NOT NULL,
  body_before TEXT NOT NULL,
  body_after TEXT NOT NULL,
  PRIMARY KEY (version, promotion_id)
);
