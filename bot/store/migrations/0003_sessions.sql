-- Who is logged in at the desk, and the keys with which members log in. Only hashes are kept of
-- both; "used" moves with what a person does, "began" never.
CREATE TABLE sessions (
    hash           BLOB PRIMARY KEY NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('session', 'key')),
    address_hash   BLOB NOT NULL,
    sealed_address BLOB NOT NULL,
    began          BIGINT NOT NULL,
    used           BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of ON sessions (address_hash, kind);
CREATE INDEX sessions_used ON sessions (used) WHERE kind = 'session';
