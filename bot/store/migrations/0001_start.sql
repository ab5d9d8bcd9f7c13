-- Whole microseconds since 1970 (UTC) in every time column. What every column may hold is
-- declared in bot/store/columns.py; "sealed_…" is an envelope of bot/store/sealing.py.

PRAGMA application_id = 1282372723;  -- "Lots"

CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE keys (
    kid          TEXT PRIMARY KEY NOT NULL,
    sealed_check BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE secrets (
    name          TEXT PRIMARY KEY NOT NULL,
    sealed_secret BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE addresses (
    hash           BLOB PRIMARY KEY NOT NULL,
    channel        TEXT NOT NULL,
    sealed_address BLOB NOT NULL,
    who_kind       TEXT NOT NULL CHECK (who_kind IN ('visitor', 'member')),
    who_id         TEXT NOT NULL,
    last_used      BIGINT NOT NULL
);
CREATE INDEX addresses_of ON addresses (who_id, who_kind, last_used);

CREATE TABLE conversations (
    id           TEXT PRIMARY KEY NOT NULL,
    sealed_state BLOB NOT NULL,
    touched      BIGINT NOT NULL
);

CREATE TABLE requests (
    id           TEXT PRIMARY KEY NOT NULL,
    conversation TEXT NOT NULL,
    post         TEXT NOT NULL,
    sealed_name  BLOB NOT NULL,
    sealed_state BLOB NOT NULL,
    due          BIGINT NOT NULL,
    open         INTEGER NOT NULL CHECK (open IN (0, 1)),
    sent_at      BIGINT NOT NULL,
    closed_at    BIGINT
);
CREATE INDEX requests_at_post ON requests (post, due, id) WHERE open = 1;
CREATE INDEX requests_of ON requests (conversation, sent_at) WHERE open = 1;
CREATE INDEX requests_due ON requests (due) WHERE open = 1;

-- A table of its own, so that a backup can leave it out: without its key a text is noise.
CREATE TABLE request_keys (
    request    TEXT PRIMARY KEY NOT NULL REFERENCES requests (id),
    sealed_key BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE words (
    request     TEXT NOT NULL REFERENCES requests (id),
    seq         INTEGER NOT NULL,
    sealed_text BLOB NOT NULL,
    PRIMARY KEY (request, seq)
);

CREATE TABLE members (
    id           TEXT PRIMARY KEY NOT NULL,
    sealed_state BLOB NOT NULL
);

CREATE TABLE posts (
    id           TEXT PRIMARY KEY NOT NULL,
    sealed_state BLOB NOT NULL
);

CREATE TABLE refs (
    hash          BLOB PRIMARY KEY NOT NULL,
    owner         TEXT NOT NULL,
    gives_hash    BLOB,
    sealed_action BLOB NOT NULL,
    expires       BIGINT
);
CREATE INDEX refs_given ON refs (gives_hash) WHERE gives_hash IS NOT NULL;
CREATE INDEX refs_of ON refs (owner);
CREATE INDEX refs_expire ON refs (expires) WHERE expires IS NOT NULL;

CREATE TABLE invitations (
    hash         TEXT PRIMARY KEY NOT NULL,
    sealed_state BLOB NOT NULL,
    expires      BIGINT NOT NULL,
    used         INTEGER NOT NULL CHECK (used IN (0, 1))
);

CREATE TABLE timers (
    kind TEXT NOT NULL,
    ref  TEXT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (kind, ref)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (at);
CREATE INDEX timers_of ON timers (ref);

-- AUTOINCREMENT: a row's number is never used again, so a late receipt hits nothing else.
CREATE TABLE outbox (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    address_hash   BLOB NOT NULL,
    sealed_payload BLOB NOT NULL,
    request        TEXT,
    quotes         INTEGER NOT NULL CHECK (quotes IN (0, 1)),
    tries          INTEGER NOT NULL
);
CREATE INDEX outbox_to ON outbox (address_hash);
CREATE INDEX outbox_about ON outbox (request) WHERE quotes = 1;

CREATE TABLE messages (
    address_hash   BLOB NOT NULL,
    hash           BLOB NOT NULL,
    sealed_message BLOB NOT NULL,
    mine           INTEGER NOT NULL CHECK (mine IN (0, 1)),
    at             BIGINT NOT NULL,
    PRIMARY KEY (address_hash, hash)
);
CREATE INDEX messages_at ON messages (at);

CREATE TABLE slots (
    address_hash   BLOB NOT NULL,
    slot_hash      BLOB NOT NULL,
    sealed_message BLOB NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (address_hash, slot_hash)
);
CREATE INDEX slots_at ON slots (at);

CREATE TABLE seen (
    hash BLOB PRIMARY KEY NOT NULL,
    at   BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

CREATE TABLE marks (
    channel TEXT PRIMARY KEY NOT NULL,
    mark    TEXT NOT NULL,
    heard   BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE counters (
    month    TEXT NOT NULL,
    district TEXT NOT NULL,
    what     TEXT NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (month, district, what)
) WITHOUT ROWID;
