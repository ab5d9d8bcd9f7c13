-- Who stands behind an address.

-- name: who(hash)^
SELECT who_kind, who_id FROM addresses WHERE hash = :hash;

-- name: use_address(hash, who_kind, who_id, last_used)!
UPDATE addresses SET last_used = :last_used
WHERE hash = :hash AND who_kind = :who_kind AND who_id = :who_id;

-- name: put_address(hash, channel, sealed_address, who_kind, who_id, last_used)!
INSERT INTO addresses (hash, channel, sealed_address, who_kind, who_id, last_used)
VALUES (:hash, :channel, :sealed_address, :who_kind, :who_id, :last_used)
ON CONFLICT (hash) DO UPDATE SET
    who_kind = excluded.who_kind, who_id = excluded.who_id, last_used = excluded.last_used;

-- name: address_of(who_kind, who_id)^
SELECT hash, channel, sealed_address FROM addresses
WHERE who_id = :who_id AND who_kind = :who_kind AND channel <> 'email'
ORDER BY last_used DESC LIMIT 1;

-- name: hashes_of(conversation)
SELECT hash FROM addresses WHERE who_id = :conversation AND who_kind = 'visitor';

-- name: rebind(conversation, member)!
UPDATE addresses SET who_kind = 'member', who_id = :member
WHERE who_id = :conversation AND who_kind = 'visitor';

-- name: drop_address(hash)!
DELETE FROM addresses WHERE hash = :hash;


-- Conversations.

-- name: conversation(id)$
SELECT sealed_state FROM conversations WHERE id = :id;

-- name: put_conversation(id, sealed_state, touched)!
INSERT INTO conversations (id, sealed_state, touched) VALUES (:id, :sealed_state, :touched)
ON CONFLICT (id) DO UPDATE SET sealed_state = excluded.sealed_state, touched = excluded.touched;

-- name: drop_conversation(id)!
DELETE FROM conversations WHERE id = :id;


-- Requests and their words.

-- name: request(id)$
SELECT sealed_state FROM requests WHERE id = :id;

-- name: put_request(id, conversation, post, sealed_name, sealed_state, rank, due, open, sent_at, closed_at)!
INSERT INTO requests
    (id, conversation, post, sealed_name, sealed_state, rank, due, open, sent_at, closed_at)
VALUES
    (:id, :conversation, :post, :sealed_name, :sealed_state, :rank, :due, :open, :sent_at,
     :closed_at)
ON CONFLICT (id) DO UPDATE SET
    conversation = excluded.conversation, post = excluded.post,
    sealed_name = excluded.sealed_name, sealed_state = excluded.sealed_state,
    rank = excluded.rank, due = excluded.due, open = excluded.open,
    sent_at = excluded.sent_at, closed_at = excluded.closed_at;

-- name: requests_of(conversation)
SELECT id FROM requests WHERE conversation = :conversation AND open = 1 ORDER BY sent_at, id;

-- name: open_requests(post, size, skip)
SELECT id FROM requests WHERE post = :post AND open = 1
ORDER BY rank, due, id LIMIT :size OFFSET :skip;

-- name: waiting()
SELECT DISTINCT conversation FROM requests WHERE open = 1 AND conversation <> '' ORDER BY conversation;

-- name: open_names()
SELECT id, sealed_name FROM requests WHERE open = 1;

-- name: overdue(now)
SELECT id, sealed_name, post, due FROM requests WHERE open = 1 AND due < :now ORDER BY due;

-- name: request_key(request)$
SELECT sealed_key FROM request_keys WHERE request = :request;

-- name: put_request_key(request, sealed_key)!
INSERT INTO request_keys (request, sealed_key) VALUES (:request, :sealed_key);

-- name: drop_request_key(request)!
DELETE FROM request_keys WHERE request = :request;

-- name: words(request)
SELECT seq, sealed_text FROM words WHERE request = :request AND seq >= 0 ORDER BY seq;

-- name: word(request, seq)$
SELECT sealed_text FROM words WHERE request = :request AND seq = :seq;

-- name: put_word(request, seq, sealed_text)!
INSERT INTO words (request, seq, sealed_text) VALUES (:request, :seq, :sealed_text);

-- name: drop_word(request, seq)!
DELETE FROM words WHERE request = :request AND seq = :seq;

-- name: drop_said(request)!
DELETE FROM words WHERE request = :request AND seq >= 0;

-- name: drop_words(request)!
DELETE FROM words WHERE request = :request;


-- The team.

-- name: members()
SELECT id, sealed_state FROM members ORDER BY id;

-- name: put_member(id, sealed_state)!
INSERT INTO members (id, sealed_state) VALUES (:id, :sealed_state)
ON CONFLICT (id) DO UPDATE SET sealed_state = excluded.sealed_state;

-- name: drop_member(id)!
DELETE FROM members WHERE id = :id;

-- name: hashes_of_member(member)
SELECT hash FROM addresses WHERE who_id = :member AND who_kind = 'member';

-- name: posts()
SELECT id, sealed_state FROM posts ORDER BY id;

-- name: put_post(id, sealed_state)!
INSERT INTO posts (id, sealed_state) VALUES (:id, :sealed_state)
ON CONFLICT (id) DO UPDATE SET sealed_state = excluded.sealed_state;

-- name: invitation(hash)$
SELECT sealed_state FROM invitations WHERE hash = :hash;

-- name: unused_invitations()
SELECT hash, sealed_state FROM invitations WHERE used = 0;

-- name: put_invitation(hash, sealed_state, expires, used)!
INSERT INTO invitations (hash, sealed_state, expires, used)
VALUES (:hash, :sealed_state, :expires, :used)
ON CONFLICT (hash) DO UPDATE SET
    sealed_state = excluded.sealed_state, expires = excluded.expires, used = excluded.used;

-- name: drop_invitation(hash)!
DELETE FROM invitations WHERE hash = :hash;


-- Buttons that act.

-- name: ref(hash)$
SELECT sealed_action FROM refs WHERE hash = :hash;

-- name: put_ref(hash, owner, gives_hash, sealed_action, expires)!
INSERT INTO refs (hash, owner, gives_hash, sealed_action, expires)
VALUES (:hash, :owner, :gives_hash, :sealed_action, :expires)
ON CONFLICT (hash) DO UPDATE SET
    owner = excluded.owner, gives_hash = excluded.gives_hash,
    sealed_action = excluded.sealed_action, expires = excluded.expires;

-- name: gives_of(hash)$
SELECT gives_hash FROM refs WHERE hash = :hash;

-- name: drop_ref(hash)!
DELETE FROM refs WHERE hash = :hash;

-- name: drop_given(gives_hash)!
DELETE FROM refs WHERE gives_hash = :gives_hash;

-- name: drop_refs_of(owner)!
DELETE FROM refs WHERE owner = :owner;


-- What is owed.

-- name: put_outbox(id, address_hash, sealed_payload, request, quotes)!
INSERT INTO outbox (id, address_hash, sealed_payload, request, quotes, tries)
VALUES (:id, :address_hash, :sealed_payload, :request, :quotes, 0);

-- name: owed(after_row, size)
SELECT id, address_hash, sealed_payload, request, tries, quotes FROM outbox
WHERE id > :after_row ORDER BY id LIMIT :size;

-- name: outbox_rows()
SELECT id FROM outbox;

-- name: try_outbox(id)!
UPDATE outbox SET tries = tries + 1 WHERE id = :id;

-- name: outbox_row(id)^
SELECT address_hash, request FROM outbox WHERE id = :id;

-- name: drop_outbox(id)!
DELETE FROM outbox WHERE id = :id;

-- name: drop_outbox_to(address_hash)!
DELETE FROM outbox WHERE address_hash = :address_hash;

-- name: drop_outbox_quotes(request)!
DELETE FROM outbox WHERE request = :request AND quotes = 1;


-- What stands in the chats: for deletion within 48 hours, and for editing in place.

-- name: put_message(address_hash, hash, sealed_message, mine, at)!
INSERT INTO messages (address_hash, hash, sealed_message, mine, at)
VALUES (:address_hash, :hash, :sealed_message, :mine, :at)
ON CONFLICT (address_hash, hash) DO NOTHING;

-- name: messages(address_hash, since)
SELECT hash, sealed_message FROM messages
WHERE address_hash = :address_hash AND at >= :since ORDER BY at, hash;

-- name: own_messages(address_hash, before, size)
SELECT hash, sealed_message FROM messages
WHERE address_hash = :address_hash AND mine = 1 AND at < :before ORDER BY at DESC LIMIT :size;

-- name: drop_messages_since(address_hash, since)!
DELETE FROM messages WHERE address_hash = :address_hash AND at >= :since;

-- name: drop_slots_since(address_hash, since)!
DELETE FROM slots WHERE address_hash = :address_hash AND at >= :since;

-- name: drop_messages(address_hash)!
DELETE FROM messages WHERE address_hash = :address_hash;

-- name: slot(address_hash, slot_hash)$
SELECT sealed_message FROM slots WHERE address_hash = :address_hash AND slot_hash = :slot_hash;

-- name: put_slot(address_hash, slot_hash, sealed_message, at)!
INSERT INTO slots (address_hash, slot_hash, sealed_message, at)
VALUES (:address_hash, :slot_hash, :sealed_message, :at)
ON CONFLICT (address_hash, slot_hash) DO UPDATE SET
    sealed_message = excluded.sealed_message, at = excluded.at;

-- name: drop_slots(address_hash)!
DELETE FROM slots WHERE address_hash = :address_hash;


-- What stands on a person's page.

-- name: put_page(id, place, address_hash, slot_hash, sealed_screen, request, quotes)!
INSERT INTO history (id, place, address_hash, slot_hash, sealed_screen, request, quotes)
VALUES (:id, :place, :address_hash, :slot_hash, :sealed_screen, :request, :quotes);

-- name: page_in_slot(address_hash, slot_hash)^
SELECT id, place FROM history WHERE address_hash = :address_hash AND slot_hash = :slot_hash
ORDER BY id DESC LIMIT 1;

-- name: pages(address_hash, before, size)
SELECT id, place, sealed_screen, request, at FROM history
WHERE address_hash = :address_hash AND place < :before ORDER BY place DESC LIMIT :size;

-- name: newest_page(address_hash)$
SELECT max(id) FROM history WHERE address_hash = :address_hash;

-- name: stamp_page(id, at)!
UPDATE history SET at = :at WHERE id = :id;

-- name: drop_page(id)!
DELETE FROM history WHERE id = :id;

-- name: drop_pages_since(address_hash, since)!
DELETE FROM history WHERE address_hash = :address_hash AND (at IS NULL OR at >= :since);

-- name: drop_pages_of(address_hash)!
DELETE FROM history WHERE address_hash = :address_hash;

-- name: drop_page_quotes(request)!
DELETE FROM history WHERE request = :request AND quotes = 1;

-- name: page_of_conversation(conversation)^
SELECT history.address_hash FROM history JOIN addresses ON addresses.hash = history.address_hash
WHERE addresses.who_id = :conversation AND addresses.who_kind = 'visitor' LIMIT 1;


-- Who is logged in at the desk.

-- name: put_session(hash, kind, address_hash, sealed_address, at)!
INSERT INTO sessions (hash, kind, address_hash, sealed_address, began, used)
VALUES (:hash, :kind, :address_hash, :sealed_address, :at, :at);

-- name: session(hash, kind)^
SELECT sealed_address, began, used FROM sessions WHERE hash = :hash AND kind = :kind;

-- name: use_session(hash, at)!
UPDATE sessions SET used = :at WHERE hash = :hash;

-- name: drop_session(hash)!
DELETE FROM sessions WHERE hash = :hash;

-- name: drop_sessions_of(address_hash, kind)!
DELETE FROM sessions WHERE address_hash = :address_hash AND kind = :kind;

-- name: member_address(member, channel)^
SELECT hash, sealed_address FROM addresses
WHERE who_id = :member AND who_kind = 'member' AND channel = :channel
ORDER BY last_used DESC LIMIT 1;


-- What was heard, and what is due.

-- Asked for all events of a batch at once: "IN (?, …)" follows.
-- name: seen()
SELECT hash FROM seen WHERE hash;

-- name: put_seen*!
INSERT INTO seen (hash, at) VALUES (:hash, :at) ON CONFLICT (hash) DO NOTHING;

-- name: mark(channel)^
SELECT mark, heard FROM marks WHERE channel = :channel;

-- name: put_mark(channel, mark, heard)!
INSERT INTO marks (channel, mark, heard) VALUES (:channel, :mark, :heard)
ON CONFLICT (channel) DO UPDATE SET mark = excluded.mark, heard = excluded.heard;

-- name: put_timer(kind, ref, at)!
INSERT INTO timers (kind, ref, at) VALUES (:kind, :ref, :at)
ON CONFLICT (kind, ref) DO UPDATE SET at = excluded.at;

-- name: drop_timer(kind, ref)!
DELETE FROM timers WHERE kind = :kind AND ref = :ref;

-- name: drop_timers_of(ref)!
DELETE FROM timers WHERE ref = :ref;

-- name: hasten_timers(now, after, kind)!
UPDATE timers SET at = :now WHERE at > :after AND kind = :kind;

-- name: due(now, size)
SELECT kind, ref FROM timers WHERE at <= :now ORDER BY at, kind, ref LIMIT :size;

-- name: next_due()$
SELECT min(at) FROM timers;


-- Numbers.

-- name: count(month, district, what)!
INSERT INTO counters (month, district, what, n) VALUES (:month, :district, :what, 1)
ON CONFLICT (month, district, what) DO UPDATE SET n = counters.n + 1;

-- name: counters()
SELECT month, district, what, n FROM counters ORDER BY month, district, what;

-- name: stats()^
SELECT
    (SELECT count(*) FROM conversations),
    (SELECT count(*) FROM requests WHERE open = 1 AND conversation <> ''),
    (SELECT count(*) FROM outbox),
    (SELECT count(*) FROM members),
    (SELECT count(*) FROM timers);


-- Who did what, and who guessed.

-- name: guesses(hash)
SELECT at FROM guesses WHERE hash = :hash;

-- name: put_guess(hash, at)!
INSERT INTO guesses (hash, at) VALUES (:hash, :at) ON CONFLICT (hash, at) DO NOTHING;

-- name: drop_guesses(hash)!
DELETE FROM guesses WHERE hash = :hash;

-- name: put_audit(number, at, sealed_entry, hash)!
INSERT INTO audit (number, at, sealed_entry, hash) VALUES (:number, :at, :sealed_entry, :hash);

-- name: audit_after(number, size)
SELECT number, at, sealed_entry, hash FROM audit
WHERE number > :number ORDER BY number LIMIT :size;

-- name: audit_to_cut(before)^
SELECT number, hash FROM audit
WHERE number < coalesce(
    (SELECT min(number) FROM audit WHERE at >= :before),
    (SELECT max(number) + 1 FROM audit)
)
ORDER BY number DESC LIMIT 1;

-- name: audit_up_to(number)$
SELECT count(*) FROM audit WHERE number <= :number;

-- name: drop_audit(number)!
DELETE FROM audit WHERE number <= :number;

-- name: audit_end(name)$
SELECT sealed_end FROM audit_ends WHERE name = :name;

-- name: put_audit_end(name, number, sealed_end)!
INSERT INTO audit_ends (name, number, sealed_end) VALUES (:name, :number, :sealed_end)
ON CONFLICT (name) DO UPDATE SET number = excluded.number, sealed_end = excluded.sealed_end;


-- Ways back and ways in.

-- name: put_return(address_hash, hash, sealed_address, at)!
INSERT INTO returns (address_hash, hash, sealed_address, at)
VALUES (:address_hash, :hash, :sealed_address, :at)
ON CONFLICT (address_hash) DO UPDATE SET hash = excluded.hash, at = excluded.at;

-- name: has_return(address_hash)^
SELECT 1 FROM returns WHERE address_hash = :address_hash;

-- name: return_by(hash)^
SELECT address_hash, sealed_address FROM returns WHERE hash = :hash;

-- name: drop_return(address_hash)!
DELETE FROM returns WHERE address_hash = :address_hash;

-- name: put_proposed(member, hash, sealed_address, at)!
INSERT INTO proposed (member, hash, sealed_address, at)
VALUES (:member, :hash, :sealed_address, :at)
ON CONFLICT (member) DO UPDATE SET
    hash = excluded.hash, sealed_address = excluded.sealed_address, at = excluded.at;

-- name: proposed(member)^
SELECT hash, sealed_address FROM proposed WHERE member = :member;

-- name: drop_proposed(member)!
DELETE FROM proposed WHERE member = :member;

-- name: mail_hashes(member)
SELECT hash FROM addresses
WHERE who_id = :member AND who_kind = 'member' AND channel = 'email';

-- name: sent_there(address_hash, hash)^
SELECT 1 FROM messages WHERE address_hash = :address_hash AND hash = :hash AND mine = 1;

-- name: put_link(hash, kind, sealed_target, expires)!
INSERT INTO links (hash, kind, sealed_target, expires)
VALUES (:hash, :kind, :sealed_target, :expires);

-- name: link(hash, kind)^
SELECT sealed_target, expires FROM links WHERE hash = :hash AND kind = :kind;

-- name: drop_link(hash)!
DELETE FROM links WHERE hash = :hash;

-- name: factor(member)^
SELECT sealed_secret, sealed_codes, step, confirmed FROM factors WHERE member = :member;

-- name: put_factor(member, sealed_secret, sealed_codes, step, confirmed)!
INSERT INTO factors (member, sealed_secret, sealed_codes, step, confirmed)
VALUES (:member, :sealed_secret, :sealed_codes, :step, :confirmed)
ON CONFLICT (member) DO UPDATE SET sealed_secret = excluded.sealed_secret,
    sealed_codes = excluded.sealed_codes, step = excluded.step, confirmed = excluded.confirmed;

-- name: put_codes(member, sealed_codes)!
UPDATE factors SET sealed_codes = :sealed_codes WHERE member = :member;

-- name: drop_factor(member)!
DELETE FROM factors WHERE member = :member;


-- The database about itself.

-- name: meta(name)$
SELECT value FROM meta WHERE name = :name;

-- name: put_meta(name, value)!
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: drop_meta(name)!
DELETE FROM meta WHERE name = :name;

-- name: keys()
SELECT kid, sealed_check FROM keys;

-- name: put_key(kid, sealed_check)!
INSERT INTO keys (kid, sealed_check) VALUES (:kid, :sealed_check)
ON CONFLICT (kid) DO UPDATE SET sealed_check = excluded.sealed_check;

-- name: secret(name)$
SELECT sealed_secret FROM secrets WHERE name = :name;

-- name: put_secret(name, sealed_secret)!
INSERT INTO secrets (name, sealed_secret) VALUES (:name, :sealed_secret)
ON CONFLICT (name) DO UPDATE SET sealed_secret = excluded.sealed_secret;

-- name: address_in(who_kind, who_id, channel)^
SELECT hash, sealed_address FROM addresses
WHERE who_kind = :who_kind AND who_id = :who_id AND channel = :channel
ORDER BY last_used DESC LIMIT 1;

-- What staff were shown of a request's words: the messages that stand in their chats.

-- name: put_quoted(address_hash, hash, request, sealed_message, at)!
INSERT INTO quoted (address_hash, hash, request, sealed_message, at)
SELECT :address_hash, :hash, :request, :sealed_message, :at
WHERE EXISTS (SELECT 1 FROM addresses WHERE hash = :address_hash AND who_kind = 'member')
ON CONFLICT (address_hash, hash) DO UPDATE
SET request = excluded.request, sealed_message = excluded.sealed_message, at = excluded.at;
-- name: drop_quoted(address_hash, hash)!
DELETE FROM quoted WHERE address_hash = :address_hash AND hash = :hash;
-- name: quoted(request, member)
SELECT quoted.address_hash, quoted.hash, quoted.sealed_message, addresses.channel,
       addresses.sealed_address
FROM quoted JOIN addresses ON addresses.hash = quoted.address_hash
WHERE addresses.who_kind = 'member' AND (:request = '' OR quoted.request = :request)
  AND (:member = '' OR addresses.who_id = :member)
ORDER BY quoted.at;
-- name: drop_outbox_desk(request, member)!
DELETE FROM outbox WHERE quotes = 1 AND (:request = '' OR request = :request)
  AND address_hash IN (SELECT hash FROM addresses WHERE who_kind = 'member'
                       AND (:member = '' OR who_id = :member));
-- name: drop_pages_desk(request, member)!
DELETE FROM history WHERE quotes = 1 AND (:request = '' OR request = :request)
  AND address_hash IN (SELECT hash FROM addresses WHERE who_kind = 'member'
                       AND (:member = '' OR who_id = :member));
