-- SPDX-License-Identifier: GPL-3.0-or-later
-- Hand-offs to humans. Texts are masked before they come here.
CREATE TABLE hand_off (
  hand_off_id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  -- 1 waiting, 2 claimed, 3 returned to the bot, 4 closed.
  state SMALLINT NOT NULL,
  reason TEXT NOT NULL,
  priority INTEGER NOT NULL,
  summary TEXT NOT NULL,
  language TEXT NOT NULL,
  agent_name TEXT NOT NULL,
  created_at_unix_ms BIGINT NOT NULL,
  -- 0 until it happens.
  claimed_at_unix_ms BIGINT NOT NULL,
  ended_at_unix_ms BIGINT NOT NULL
);
-- A conversation is in at most one queue at a time.
CREATE UNIQUE INDEX hand_off_open ON hand_off (conversation_id) WHERE state IN (1, 2);
CREATE INDEX hand_off_queue ON hand_off (state, priority, created_at_unix_ms);
CREATE INDEX hand_off_user ON hand_off (user_id);

-- What is said while a human has a conversation, after the last turns before; the sequence is that of the conversation.
CREATE TABLE hand_off_turn (
  conversation_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  hand_off_id TEXT NOT NULL,
  -- 1 the shopper, 2 the bot, 3 an agent.
  speaker SMALLINT NOT NULL,
  text TEXT NOT NULL,
  agent_name TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sent_at_unix_ms BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, sequence)
);
CREATE UNIQUE INDEX hand_off_turn_message ON hand_off_turn (hand_off_id, message_id);

CREATE TABLE desk_agent (
  agent_name TEXT PRIMARY KEY,
  present SMALLINT NOT NULL,
  seen_at_unix_ms BIGINT NOT NULL
);

-- Whether answers helped; the last judgement of a turn counts.
CREATE TABLE feedback (
  conversation_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  skill TEXT NOT NULL,
  -- The knowledge entry that was quoted; empty for none.
  entry_id TEXT NOT NULL,
  helpful SMALLINT NOT NULL,
  comment TEXT NOT NULL,
  at_unix_ms BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, turn_id)
);
CREATE INDEX feedback_entry ON feedback (entry_id);
CREATE INDEX feedback_user ON feedback (user_id);

CREATE TABLE knowledge_entry (
  entry_id TEXT PRIMARY KEY,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  language TEXT NOT NULL,
  source TEXT NOT NULL,
  reviewed_at_unix_ms BIGINT NOT NULL,
  expires_at_unix_ms BIGINT NOT NULL
);
-- One row: counts changes, so that every server notices those of the others.
CREATE TABLE knowledge_version (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  value BIGINT NOT NULL
);
INSERT INTO knowledge_version (one, value) VALUES (1, 0);
