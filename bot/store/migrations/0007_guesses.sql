-- When wrong invitation codes came, by the hash of the address or of the whole house.
CREATE TABLE guesses (
    hash BLOB NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (hash, at)
) WITHOUT ROWID;
CREATE INDEX guesses_at ON guesses (at);
