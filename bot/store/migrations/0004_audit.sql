-- Who did what, when: written once, never changed. Each hash covers the row and the hash before
-- it, keyed; "first" and "last" are the ends of the chain, sealed, so that a cut end is noticed.
CREATE TABLE audit (
    number       INTEGER PRIMARY KEY NOT NULL,
    at           BIGINT NOT NULL,
    sealed_entry BLOB NOT NULL,
    hash         BLOB NOT NULL
);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE audit_ends (
    name       TEXT PRIMARY KEY NOT NULL CHECK (name IN ('first', 'last')),
    number     BIGINT NOT NULL,
    sealed_end BLOB NOT NULL
) WITHOUT ROWID;

-- Only a new master key may touch a row, and only its envelope.
CREATE TRIGGER audit_stays BEFORE UPDATE OF number, at, hash ON audit
BEGIN
    SELECT raise(ABORT, 'the audit is append-only');
END;

-- Rows go only from the front, after the chain's first end was moved past them.
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
WHEN OLD.number > coalesce((SELECT number FROM audit_ends WHERE name = 'first'), 0)
BEGIN
    SELECT raise(ABORT, 'the audit is append-only');
END;
