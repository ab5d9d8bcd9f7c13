"""Bringing a backup back: offline, checked first, nothing sent until ``resume``."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

from bot.store.backup import keys_path, part, plain, settle_file, told
from bot.store.database import (
    connect,
    identify,
    in_transaction,
    load_queries,
    migrations,
    quick_check,
)
from bot.store.errors import BackupFault, WrongKey
from bot.store.lock import Lock
from bot.store.memory import Memory
from bot.store.sealing import Keys, kid_of
from bot.store.unlock import prove, unlock
from bot.store.work import Work


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back; ``before``: where the database that stood there now lies."""

    conversations: int
    open_requests: int
    erased: int  # conversations erased after the backup was made, erased again
    before: Path | None


def restore(copy: Path, database: Path, keys: Keys, *, words: bool = True) -> Restored:
    """Raises a ``StoreError`` and leaves everything as it was; else the new database is held.

    ``words=False``: the keys file is lost; all comes back but the words of requests, and what
    was erased after the backup was made comes back with it.
    """
    lock = Lock.take(database)
    try:
        with told(copy), part(database) as half:
            erased, stats = rebuild(copy, half, keys, words=words)
            before = step_aside(database)
            settle_file(half, database)
    finally:
        lock.release()
    return Restored(stats[0], stats[1], erased, before)


def rebuild(
    copy: Path,
    half: Path,
    keys: Keys,
    *,
    words: bool,
) -> tuple[int, tuple[int, int]]:
    """The database as it will be, in a file of its own."""
    with closing(reading(copy)) as source:
        identify(source, copy, max(migrations()))
        quick_check(source, copy)
        prove(keys, dict(source.execute("SELECT kid, sealed_check FROM keys")))
        letters = kept(newest_keys(source, copy)) if words else Letters()
        known(keys, letters)
        with closing(plain(half)) as target:
            source.backup(target)
    with closing(connect(half)) as raw:
        queries = load_queries()
        work = Work(raw, queries, unlock(raw, queries, keys), Memory())
        erased = in_transaction(raw, partial(erase_again, work, letters), lambda: None)
        stats = work.stats()
        raw.execute("PRAGMA journal_mode = DELETE")
    return erased, (stats.conversations, stats.open_requests)


def reading(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise BackupFault(f"{path} gibt es nicht.")
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)


def newest_keys(source: sqlite3.Connection, copy: Path) -> Path:
    """The keys file beside the backup; refuses one that is missing, older or another's."""
    about = dict(source.execute("SELECT name, value FROM meta"))
    path = keys_path(copy, about.get("database", ""))
    if not path.is_file():
        raise BackupFault(
            f"Neben {copy} fehlt {path.name}: die Schlüssel der Anfragen aus der neuesten "
            "Sicherung. Bitte in denselben Ordner legen.",
        )
    with closing(reading(path)) as kept:
        known = dict(kept.execute("SELECT name, value FROM meta"))
    if known.get("database") != about.get("database"):
        raise BackupFault(f"{path.name} gehört zu einer anderen Datenbank.")
    if int(known.get("backup", 0)) < int(about.get("backup", 0)):
        raise BackupFault(
            f"{path.name} ist älter als {copy.name}. Bitte die der neuesten Sicherung nehmen.",
        )
    return path


@dataclass(frozen=True, slots=True)
class Letters:
    """What the keys file holds; ``alive`` None: there is no such file."""

    keys: tuple[tuple[str, bytes], ...] = ()
    alive: frozenset[str] | None = None
    number: str | None = None


def kept(path: Path) -> Letters:
    with closing(reading(path)) as raw:
        return Letters(
            tuple(raw.execute("SELECT request, sealed_key FROM request_keys")),
            frozenset(row[0] for row in raw.execute("SELECT id FROM conversations")),
            raw.execute("SELECT value FROM meta WHERE name = 'backup'").fetchone()[0],
        )


def known(keys: Keys, letters: Letters) -> None:
    """The keys file may be of after a change of the master key: then that one is needed, too."""
    missing = {kid_of(sealed) for _, sealed in letters.keys} - set(keys.masters)
    if missing:
        raise WrongKey(
            f"Die Schlüssel der Anfragen sind mit „{'“, „'.join(sorted(missing))}“ verschlossen, "
            "der in LOTSE_KEY fehlt. Bitte ergänzen; geändert wurde nichts.",
        )


def erase_again(work: Work, letters: Letters) -> int:
    """Put the keys back that still exist, and forget what was erased after the backup."""
    raw = work.connection
    there = {row[0] for row in raw.execute("SELECT id FROM conversations")}
    gone = set() if letters.alive is None else there - letters.alive
    for conversation in gone:
        work.forget_conversation(conversation)
    known = {row[0] for row in raw.execute("SELECT id FROM requests")}
    keys = [row for row in letters.keys if row[0] in known]
    raw.executemany("INSERT INTO request_keys VALUES (?, ?)", keys)
    keyless = "request NOT IN (SELECT request FROM request_keys)"
    raw.execute(f"DELETE FROM words WHERE {keyless}")  # noqa: S608  (our own words)
    raw.execute(f"DELETE FROM outbox WHERE quotes = 1 AND {keyless}")  # noqa: S608
    if letters.number is not None:
        raw.execute("UPDATE meta SET value = ? WHERE name = 'backup'", (letters.number,))
    drop_drafts(work)
    work.hold()
    return len(gone)


def drop_drafts(work: Work) -> None:
    """A draft may quote what was erased since; it is typed again."""
    for member in work.team().members:
        if member.draft:
            work.save(replace(member, draft=""))
    for (conversation,) in work.connection.execute("SELECT id FROM conversations").fetchall():
        found = work.conversation(conversation)
        if found is not None and found.draft:
            work.save(replace(found, draft=()))


def step_aside(database: Path) -> Path | None:
    """Keep the database that stood here, with its log, under another name."""
    if not database.exists():
        return None
    number = 1
    while (aside := database.with_name(f"{database.name}.vorher-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part_of_it = database.with_name(database.name + suffix)
        if part_of_it.exists():
            part_of_it.rename(aside.with_name(aside.name + suffix))
    return aside
