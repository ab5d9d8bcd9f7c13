-- Where a request stands on a desk: red 0, overdue 1, all else 2, and within it by due time. What was
-- there before takes its place with its next change; an overdue one stays ahead by its time.

ALTER TABLE requests ADD COLUMN rank INTEGER NOT NULL DEFAULT 2;
DROP INDEX requests_at_post;
CREATE INDEX requests_at_post ON requests (post, rank, due, id) WHERE open = 1;
