-- SPDX-License-Identifier: Apache-2.0
-- Segmentations as JSON, so that segments keep their ids and names over restarts; the newest counts.
CREATE TABLE segmentation (
  made_at_unix_ms BIGINT NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);

-- The secret that pseudonyms are made with; one row.
CREATE TABLE pseudonym_key (
  id INTEGER NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL
);
