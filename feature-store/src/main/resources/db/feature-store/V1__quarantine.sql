CREATE TABLE quarantine (
  id BIGINT PRIMARY KEY,
  feature_view TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  row_base64 TEXT NOT NULL,
  reason TEXT NOT NULL,
  at_unix_ms BIGINT NOT NULL
);
CREATE INDEX quarantine_by_entity ON quarantine (feature_view, entity_id);
