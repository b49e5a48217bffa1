-- SPDX-License-Identifier: Apache-2.0
-- Policies; the spec is the protobuf JSON of proffer.experiment.v1.PolicySpec.
CREATE TABLE policy (
  name TEXT PRIMARY KEY,
  spec TEXT NOT NULL,
  -- Events up to this one are forgotten.
  reset_sequence BIGINT NOT NULL
);

-- One row: the newest sequence number. Taking a number locks it, so numbers are committed in order.
CREATE TABLE policy_sequence (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  value BIGINT NOT NULL
);
INSERT INTO policy_sequence (one, value) VALUES (1, 0);

-- Decisions (kind 0) and rewards (kind 1) in the order in which every server learns from them.
CREATE TABLE policy_event (
  sequence BIGINT PRIMARY KEY,
  kind SMALLINT NOT NULL,
  policy TEXT NOT NULL,
  decision_id TEXT NOT NULL,
  -- Null for decisions.
  reward_id TEXT UNIQUE,
  unit_id TEXT NOT NULL,
  segment TEXT NOT NULL,
  chosen TEXT NOT NULL,
  -- The options, a line each; empty for rewards.
  options TEXT NOT NULL,
  propensity DOUBLE PRECISION NOT NULL,
  -- The features of the moment, a number each, by commas; empty without.
  context TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  -- What the decision had earned before this reward.
  value_before DOUBLE PRECISION NOT NULL,
  -- The newest event that the policy had learnt from when it decided.
  policy_version BIGINT NOT NULL,
  at_unix_ms BIGINT NOT NULL
);
CREATE INDEX policy_event_decision ON policy_event (decision_id, kind);
CREATE INDEX policy_event_unit ON policy_event (unit_id);
