-- SPDX-License-Identifier: Apache-2.0
-- Experiments; the body is the protobuf JSON of proffer.experiment.v1.Experiment.
CREATE TABLE experiment (
  experiment_id TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  -- The buckets of its layer that take part, as ranges '0-499,700-999'; empty when none do.
  buckets TEXT NOT NULL
);

-- One row: counts changes, so that servers that share the database notice them.
CREATE TABLE experiment_version (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  version BIGINT NOT NULL
);
INSERT INTO experiment_version (one, version) VALUES (1, 0);

-- Every change of every experiment, in order.
CREATE TABLE experiment_audit (
  version BIGINT PRIMARY KEY,
  experiment_id TEXT NOT NULL,
  at_unix_ms BIGINT NOT NULL,
  body TEXT NOT NULL,
  buckets TEXT NOT NULL
);

-- The first time that a unit saw its variant.
CREATE TABLE exposure (
  experiment_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  variant TEXT NOT NULL,
  segment TEXT NOT NULL,
  at_unix_ms BIGINT NOT NULL,
  PRIMARY KEY (experiment_id, unit_id)
);
CREATE INDEX exposure_unit ON exposure (unit_id);

-- What units did, of every metric.
CREATE TABLE outcome (
  outcome_id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL,
  metric TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  at_unix_ms BIGINT NOT NULL
);
CREATE INDEX outcome_unit ON outcome (unit_id, metric, at_unix_ms);
