-- How a visit is found again: on a device of one's own by its cookie alone ("hash" is NULL), else
-- by code words, of which only a keyed hash is kept.
CREATE TABLE returns (
    address_hash   BLOB PRIMARY KEY NOT NULL,
    hash           BLOB,
    sealed_address BLOB NOT NULL,
    at             BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX returns_by ON returns (hash) WHERE hash IS NOT NULL;

-- Links that open a door once: from Telegram into the web chat, from a mail to the desk.
CREATE TABLE links (
    hash         BLOB PRIMARY KEY NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('chat', 'desk')),
    sealed_target BLOB NOT NULL,
    expires      BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX links_expire ON links (expires);

-- A member's second factor; "step" is the last time step that was used, so that no code counts
-- twice; "confirmed" is 0 until the first code was right.
CREATE TABLE factors (
    member        TEXT PRIMARY KEY NOT NULL,
    sealed_secret BLOB NOT NULL,
    sealed_codes  BLOB NOT NULL,
    step          BIGINT NOT NULL,
    confirmed     INTEGER NOT NULL CHECK (confirmed IN (0, 1))
) WITHOUT ROWID;
