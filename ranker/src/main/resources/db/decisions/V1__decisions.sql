-- The decision log, in the order in which decisions were made. decision holds the whole entry as protobuf.
CREATE TABLE decision (
  sequence BIGINT PRIMARY KEY,
  request_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  decided_at_unix_ms BIGINT NOT NULL,
  decision BYTEA NOT NULL
);
CREATE INDEX decision_request ON decision (request_id, sequence);
CREATE INDEX decision_user ON decision (user_id, sequence);
