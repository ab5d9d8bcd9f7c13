-- Messages that show staff words of a request: emptied with it, however old they are.

CREATE TABLE quoted (
    address_hash   BLOB NOT NULL,
    hash           BLOB NOT NULL,
    request        TEXT NOT NULL,
    sealed_message BLOB NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (address_hash, hash)
);
CREATE INDEX quoted_of ON quoted (request);
