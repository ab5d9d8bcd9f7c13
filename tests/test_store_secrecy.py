"""What lies on the disk says nothing, and what was erased is not there (bars 17, 18, 20, 21, 24)."""

import base64
import hashlib
import hmac
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from store_samples import (
    KEYS,
    NOW,
    POST,
    conversation,
    loaded_request,
    member,
    opened,
    request,
    screen,
    word,
)

import bot.store
from bot.core.messages import Staff, Timer, Visitor
from bot.core.records import (
    Answer,
    ConversationKey,
    Guesses,
    Invitation,
    Permission,
    PostFacts,
    Ref,
    RequestKey,
    Role,
    TeamKey,
)
from bot.ports import Address, Factor, Owed, Receipt
from bot.store import Lock, Store, Work, restore
from bot.store.columns import COLUMNS
from bot.store.database import Connection, connect, load_queries
from bot.store.errors import Tampered
from bot.store.sealing import KEY_BYTES, NONCE_BYTES, Place, Sealer, kid_of

# A made-up pupil, a made-up colleague, and every way in which they could be written down.
TELEGRAM_ID = "7700112233445"
CANARIES = (
    "Kanarienvogel Käthe",  # a name, in words
    "kanari_kaethe",  # a username
    "0151 55512345",  # a telephone number
    TELEGRAM_ID,
    "Sie lachen mich jeden Tag aus",
    "Frau Zeisig",  # a colleague
    "Mutiger Zeisig",  # a spoken name
    "4711000815",  # a message's id
)
TEXT = " ".join(CANARIES)


def spellings(canary: str) -> Iterator[bytes]:
    for coding in ("utf-8", "utf-16-le", "utf-16-be"):
        plain = canary.encode(coding)
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for shift in range(3):  # base64 looks different at each offset; its edges depend on others
            yield base64.b64encode(b"\0" * shift + plain)[4:-4]


def canaries_in(folder: Path) -> list[tuple[str, str]]:
    """(file, canary) for every canary that can be read from any file, in any spelling."""
    return [
        (file.name, canary)
        for file in sorted(folder.iterdir())
        for content in [file.read_bytes()]
        for canary in CANARIES
        for spelling in spellings(canary)
        if spelling in content or spelling in file.name.encode()
    ]


def everything(work: Work) -> None:
    """Writes every table with every canary that could ever get near it."""
    home = Address("telegram", TELEGRAM_ID)
    work.mark_seen([f"telegram:{TELEGRAM_ID}:1"], NOW)
    work.set_mark("telegram", "42", NOW)
    work.bind(home, Visitor("c1"), NOW)
    work.bind(Address("web", TEXT), Staff("m1"), NOW)
    work.save(conversation(draft=(TEXT,), answers=(Answer(TEXT, "klasse"),)))
    work.save(request(name="Mutiger Zeisig", path=(TEXT,), words=(word(TEXT), word(TEXT))))
    work.save(member(label="Frau Zeisig", draft=TEXT, writing_to="r1"))
    work.save(PostFacts(POST, Permission(NOW.date(), "Frau Zeisig")))
    work.save(Ref("ref", "c1", "send", extra=TEXT, gives=TEXT, expires=NOW))
    work.save(Invitation("h", Role.WORKER, NOW, "Frau Zeisig", POST))
    work.wake(NOW, Timer.PROMISE, "r1")
    work.count("started", "halle", "2026-11")
    work.save(Guesses("", (NOW,)))
    work.audit(NOW, "m1", "claim", "Mutiger Zeisig", TEXT)
    card = screen(TEXT, slot=f"card.{TEXT}", edit=True)
    first = work.owe(home, Owed(card, origin=TEXT))
    work.owe(home, Owed(screen(TEXT), request="r1", quotes=True))
    page = work.owe(Address("web", TEXT), Owed(card, request="r1", quotes=True))
    work.sent([(page, Receipt())], NOW)
    work.begin_session(TEXT, Address("web", TEXT), NOW)
    work.put_key(TEXT, Address("web", TEXT), NOW)
    work.put_return(Address("web", TEXT), TEXT, NOW)
    work.put_link(TEXT, "chat", TEXT, NOW)
    work.put_factor("m1", Factor(TEXT, 0, confirmed=True), (TEXT,))
    work.propose("m1", Address("email", TEXT), NOW)
    work.sent([(first, Receipt(("4711000815",)))], NOW)
    desk = Address("telegram", f"{TELEGRAM_ID}0")
    work.bind(desk, Staff("m2"), NOW)
    quoting = work.owe(desk, Owed(screen(TEXT), request="r1", quotes=True))
    work.sent([(quoting, Receipt(("4711000815",)))], NOW)
    work.heard(home, "4711000815", NOW)


def forget(work: Work) -> None:
    work.forget_words("r1")
    work.forget_conversation("c1")


class OpenBook(Sealer):
    """A planted fault: an envelope around the plain words."""

    def close(self, plain: bytes, place: Place) -> bytes:
        kid = self.newest.encode()
        return bytes((1, len(kid))) + kid + bytes(NONCE_BYTES) + plain

    def open(self, envelope: bytes, place: Place) -> bytes:
        return envelope[2 + envelope[1] + NONCE_BYTES :]


class Unkeyed(Sealer):
    """A planted fault: a hash that anybody can compute."""

    def hash(self, purpose: str, *parts: str) -> bytes:
        return hashlib.sha256("\0".join((purpose, *parts)).encode()).digest()


async def opened_with(path: Path, sealer: Sealer) -> Store:
    return Store(path, Lock.take(path), await Connection.opened(path), sealer)


# ── Canaries (bar 17) ───────────────────────────────────────────────────────────────────────────


async def test_no_canary_can_be_read_from_any_file_at_any_time(tmp_path):
    home, copies = tmp_path / "home", tmp_path / "copies"
    home.mkdir()
    copies.mkdir()
    async with opened(home / "l.db") as store:
        await store.run(everything)
        assert (home / "l.db-wal").stat().st_size > 0
        assert canaries_in(home) == []
        await store.backup(copies / "before.db")
        await store.run(forget)
        await store.backup(copies / "after.db")
        assert canaries_in(home) == []
    assert canaries_in(home) == []
    assert canaries_in(copies) == []
    assert len(list(copies.iterdir())) == 3


async def test_a_store_that_seals_nothing_is_noticed(tmp_path):
    store = await opened_with(tmp_path / "l.db", OpenBook(KEYS, b"h" * KEY_BYTES))
    try:
        await store.run(everything)
        assert {canary for _, canary in canaries_in(tmp_path)} == set(CANARIES)
    finally:
        await store.close()


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_is_found_in_every_spelling(tmp_path, canary):
    for number, spelling in enumerate(spellings(canary)):
        (tmp_path / "file").write_bytes(bytes(number) + spelling + b"\0")
        assert canaries_in(tmp_path)


async def test_nothing_that_is_run_is_written_to_the_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    async with opened(tmp_path / "l.db") as store:
        await store.run(everything)
        with pytest.raises(LookupError):
            await store.run(_raise_words)
    assert not any(canary in caplog.text for canary in CANARIES)


def _raise_words(work: Work) -> None:
    raise LookupError(TEXT)


# ── Erased bytes ────────────────────────────────────────────────────────────────────────────────


async def sealed_bytes(store: Store) -> list[bytes]:
    """Every envelope that must be gone when the matter is forgotten."""

    def read(work):
        tables = ("words.sealed_text", "request_keys.sealed_key", "conversations.sealed_state")
        tables += ("addresses.sealed_address", "messages.sealed_message", "slots.sealed_message")
        found = []
        for name in tables:
            table, column = name.split(".")
            where = "who_kind = 'visitor'" if table == "addresses" else "true"
            if table == "messages":
                where = "address_hash IN (SELECT hash FROM addresses WHERE who_kind = 'visitor')"
            sql = f"SELECT {column} FROM {table} WHERE {where}"  # noqa: S608
            found += [row[0] for row in work.connection.execute(sql)]
        rows = work.connection.execute("SELECT sealed_payload FROM outbox WHERE quotes = 1")
        return found + [row[0] for row in rows]

    return await store.run(read)


def remains(folder: Path, envelopes: list[bytes]) -> int:
    """How many envelopes can still be found, by any 24 bytes from their middle."""
    content = b"".join(file.read_bytes() for file in folder.iterdir())
    return sum(envelope[60:84] in content for envelope in envelopes)


async def erased_bytes(store: Store, folder: Path) -> tuple[int, int]:
    await store.run(everything)
    envelopes = await sealed_bytes(store)
    before = remains(folder, envelopes)
    assert before == len(envelopes) == 8
    await store.run(forget)
    return before, remains(folder, envelopes)


async def test_what_is_forgotten_is_on_the_disk_no_more(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        assert await erased_bytes(store, tmp_path) == (8, 0)


async def test_a_store_that_only_unlinks_is_noticed(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        raw = store._connection._conn
        await store._connection.run(lambda: raw.execute("PRAGMA secure_delete = OFF").fetchall())
        _, left = await erased_bytes(store, tmp_path)
        assert left > 0


class LoggingStore(Store):
    """A planted fault: the write-ahead log is not emptied after erasing."""

    def _whole(self, unit):
        def quietly(work):
            done = unit(work)
            work.erased = False
            return done

        return super()._whole(quietly)


async def test_a_log_that_keeps_the_erased_is_noticed(tmp_path):
    path = tmp_path / "l.db"
    connection = await Connection.opened(path)
    store = LoggingStore(path, Lock.take(path), connection, Sealer(KEYS, b"h" * KEY_BYTES))
    try:
        _, left = await erased_bytes(store, tmp_path)
        assert left > 0
    finally:
        await store.close()


# ── Pseudonyms (bar 20) ─────────────────────────────────────────────────────────────────────────


def guessed(stored: set[bytes], guesses: int) -> int:
    """How many of the stored hashes somebody without the key finds by trying ids."""
    start = int(TELEGRAM_ID) - guesses // 2
    hits = 0
    for number in range(start, start + guesses):
        told = f"address\0telegram\0{number}".encode()
        hits += hashlib.sha256(told).digest() in stored
        hits += hmac.digest(b"", told, "sha256") in stored
    return hits


async def stored_hashes(store: Store) -> set[bytes]:
    await store.run(everything)
    sql = "SELECT hash FROM addresses"
    return {row[0] for row in await store.run(lambda w: w.connection.execute(sql).fetchall())}


async def test_a_hundred_thousand_guessed_ids_match_no_hash(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        assert guessed(await stored_hashes(store), 100_000) == 0


async def test_a_hash_without_a_key_is_noticed(tmp_path):
    store = await opened_with(tmp_path / "l.db", Unkeyed(KEYS, b""))
    try:
        assert guessed(await stored_hashes(store), 1000) == 1
    finally:
        await store.close()


async def test_two_databases_with_the_same_key_have_different_hashes(tmp_path):
    async with opened(tmp_path / "a.db") as one, opened(tmp_path / "b.db") as other:
        assert await stored_hashes(one) & await stored_hashes(other) == set()


# ── Every column is classified (bar 21) ─────────────────────────────────────────────────────────


def unclassified(raw: sqlite3.Connection) -> set[str]:
    """Text and blob columns that nobody thought about, and classified ones that do not exist."""
    told = {f"{table}.{column}" for table, columns in COLUMNS.items() for column in columns}
    there = set()
    for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if not table.startswith("sqlite_"):
            for row in raw.execute(f"PRAGMA table_info({table})").fetchall():
                if row[2] not in {"INTEGER", "BIGINT"}:
                    there.add(f"{table}.{row[1]}")
    return told ^ there


def test_every_text_column_is_classified(tmp_path):
    with closing(connect(tmp_path / "l.db")) as raw:
        assert unclassified(raw) == set()


@pytest.mark.parametrize("kind", ["TEXT", "BLOB", "", "VARCHAR(20)"])
def test_a_new_text_column_is_noticed(tmp_path, kind):
    with closing(connect(tmp_path / "l.db")) as raw:
        raw.execute(f"ALTER TABLE addresses ADD COLUMN username {kind}")
        assert unclassified(raw) == {"addresses.username"}


def misplaced(raw: sqlite3.Connection) -> set[str]:
    """Sealed columns that hold something else, hashes that are no hashes; empty ones as well."""
    wrong = set()
    for table, columns in COLUMNS.items():
        for column, holds in columns.items():
            rows = raw.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
            values = [row[0] for row in rows]
            if not values or not all(FITS[holds](value) for value in values):
                wrong.add(f"{table}.{column}")
    return wrong


FITS: dict[str, Callable[[object], bool]] = {
    "sealed": lambda value: isinstance(value, bytes) and kid_of(value) in {KEYS.newest, "="},
    "hash": lambda value: value == "h" or (isinstance(value, bytes) and len(value) == KEY_BYTES),
    "random": lambda value: isinstance(value, str) and len(value) < 30,
    "word": lambda value: isinstance(value, str) and len(value) < 60,
    "number": lambda value: isinstance(value, str) and len(value) < 20,
}


async def test_every_column_holds_what_it_is_classified_as(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(everything)
        assert await store.run(lambda work: misplaced(work.connection)) == set()


async def test_words_in_a_sealed_column_are_noticed(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(everything)
        put = "UPDATE conversations SET sealed_state = 'Bitte helft mir'"
        await store.run(lambda work: work.connection.execute(put).rowcount)
        found = await store.run(lambda work: misplaced(work.connection))
        assert found == {"conversations.sealed_state"}


async def test_a_sealed_value_moved_to_another_row_is_refused(tmp_path):
    move = """
        UPDATE addresses SET sealed_address =
            (SELECT sealed_address FROM addresses WHERE who_id = 'm1')
    """
    async with opened(tmp_path / "l.db") as store:
        await store.run(everything)
        await store.run(lambda work: work.connection.execute(move).rowcount)
        with pytest.raises(Tampered, match="passt nicht an seine Stelle"):
            await store.run(lambda work: work.address_of(Visitor("c1")))
        assert await store.run(lambda work: work.address_of(Staff("m1"))) == Address("web", TEXT)


# ── An older backup and today's keys (bar 24) ───────────────────────────────────────────────────


async def backed_up(folder: Path, *, keep_old_keys: bool) -> Path:
    """A backup from before the erasure, beside the keys of a backup from after it."""
    async with opened(folder / "l.db") as store:
        await store.run(everything)
        await store.run(lambda work: work.save(conversation("c2")))
        await store.run(lambda work: work.save(request("r2", conversation="c2", words=KEPT)))
        first = await store.backup(folder / "old.db")
        if keep_old_keys:
            shutil.copy(first.keys, folder / "old.keys")
        await store.run(forget)
        second = await store.backup(folder / "new.db")
        assert first.keys == second.keys
    if keep_old_keys:
        shutil.copy(folder / "old.keys", first.keys)
    return folder / "old.db"


KEPT = (word("Das bleibt"),)


async def plain_words(path: Path) -> list[str]:
    """Everything of the erased matter that the restored store still tells."""

    def read(work):
        found = loaded_request(work)
        told = [w.text for w in found.words]
        told += [one.screen.text for one in work.owed() if one.screen is not None]
        told += [m.draft for m in work.load(TeamKey()).members if m.draft]
        known = work.load(ConversationKey("c1"))
        told += list(known.draft) if known else []
        address = work.address_of(Visitor("c1"))
        return told + ([address.id] if address else [])

    async with opened(path) as store:
        return await store.run(read)


async def test_an_older_backup_does_not_bring_back_what_was_erased(tmp_path):
    old = await backed_up(tmp_path, keep_old_keys=False)
    restored = restore(old, tmp_path / "again.db", KEYS)
    assert restored.erased == 1
    assert await plain_words(tmp_path / "again.db") == []
    async with opened(tmp_path / "again.db") as store:
        kept = await store.run(lambda work: work.load(RequestKey("r2")))
        assert kept.words == KEPT
        assert await store.run(lambda work: work.load(ConversationKey("c2"))) is not None


async def test_a_backup_that_keeps_its_own_keys_is_noticed(tmp_path):
    old = await backed_up(tmp_path, keep_old_keys=True)
    restore(old, tmp_path / "again.db", KEYS)
    told = await plain_words(tmp_path / "again.db")
    assert TEXT in told
    assert TELEGRAM_ID in told


def test_the_queries_are_all_used():
    source = "".join(path.read_text() for path in Path(bot.store.__file__).parent.glob("*.py"))
    unused = [
        name
        for name in load_queries().available_queries
        if f'"{name}"' not in source and f"queries.{name}(" not in source
    ]
    assert [name for name in unused if not name.endswith("_cursor")] == []
