-- What stands on a person's page. A row is written with the outbox row of the same number and in
-- its transaction, so a page shows a screen as soon as it is committed; "at" is set when the
-- channel had it.
CREATE TABLE history (
    id            INTEGER PRIMARY KEY NOT NULL,
    place         BIGINT NOT NULL,
    address_hash  BLOB NOT NULL,
    slot_hash     BLOB,
    sealed_screen BLOB NOT NULL,
    request       TEXT,
    quotes        INTEGER NOT NULL CHECK (quotes IN (0, 1)),
    at            BIGINT
);
CREATE INDEX history_of ON history (address_hash, place);
CREATE INDEX history_slots ON history (address_hash, slot_hash) WHERE slot_hash IS NOT NULL;
CREATE INDEX history_about ON history (request) WHERE quotes = 1;
CREATE INDEX history_at ON history (at) WHERE at IS NOT NULL;
