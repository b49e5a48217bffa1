-- SPDX-License-Identifier: Apache-2.0
-- Finds the decisions of a person or a visit before an event.
ALTER TABLE decision ADD COLUMN session_id TEXT NOT NULL DEFAULT '';
CREATE INDEX decision_user_time ON decision (user_id, decided_at_unix_ms);
CREATE INDEX decision_session_time ON decision (session_id, decided_at_unix_ms);
CREATE INDEX decision_time ON decision (decided_at_unix_ms);

-- The share of a decision in an event, by each rule.
CREATE TABLE decision_reward (
  event_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  event_time_unix_ms BIGINT NOT NULL,
  revenue_minor_units BIGINT NOT NULL,
  margin_minor_units BIGINT NOT NULL,
  last_touch DOUBLE PRECISION NOT NULL,
  first_touch DOUBLE PRECISION NOT NULL,
  linear DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (event_id, request_id, item_id)
);
CREATE INDEX decision_reward_request ON decision_reward (request_id);
CREATE INDEX decision_reward_user ON decision_reward (user_id);

-- One row: the offset of the event log up to which rewards were joined.
CREATE TABLE reward_offset (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  next_offset BIGINT NOT NULL
);
INSERT INTO reward_offset (one, next_offset) VALUES (1, 0);
