-- One counter orders all changes, so that every replica can ask for what changed since it last looked.
CREATE TABLE catalogue_version (
  id SMALLINT PRIMARY KEY,
  version BIGINT NOT NULL
);
INSERT INTO catalogue_version (id, version) VALUES (1, 0);

-- definition holds the whole item as protobuf; stock is kept apart because it changes far more often.
CREATE TABLE catalogue_item (
  item_id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  deleted SMALLINT NOT NULL,
  category TEXT NOT NULL,
  brand TEXT NOT NULL,
  price_minor_units BIGINT NOT NULL,
  currency TEXT NOT NULL,
  stock BIGINT,
  definition BYTEA NOT NULL
);
CREATE INDEX catalogue_item_version ON catalogue_item (version);

CREATE TABLE catalogue_member (
  user_id TEXT PRIMARY KEY,
  member_level INTEGER NOT NULL,
  definition BYTEA NOT NULL
);
