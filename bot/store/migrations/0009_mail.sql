-- An e-mail address that a member gave and that is not confirmed yet; a confirmed one is a row of
-- addresses. Links from a mail to the desk are a kind of their own.
CREATE TABLE proposed (
    member         TEXT PRIMARY KEY NOT NULL,
    hash           BLOB NOT NULL,
    sealed_address BLOB NOT NULL,
    at             BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX proposed_at ON proposed (at);

CREATE TABLE new_links (
    hash         BLOB PRIMARY KEY NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('chat', 'desk', 'mail')),
    sealed_target BLOB NOT NULL,
    expires      BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO new_links (hash, kind, sealed_target, expires)
SELECT hash, kind, sealed_target, expires FROM links;
DROP TABLE links;
ALTER TABLE new_links RENAME TO links;
CREATE INDEX links_expire ON links (expires);
