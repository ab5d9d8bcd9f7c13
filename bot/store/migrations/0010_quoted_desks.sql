-- Only what members were shown is edited away; a visitor's own messages stood here for nothing.

DELETE FROM quoted
WHERE address_hash NOT IN (SELECT hash FROM addresses WHERE who_kind = 'member');
