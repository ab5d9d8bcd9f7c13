"""Backups by SQLite's own API, and bringing one back.

A backup is two files. FILE holds everything but the keys of the requests; ``lotse-<id>.keys``
beside it holds those, and which conversations there are, always as of the newest backup. So an
old FILE brought back with today's keys does not bring back what was erased since then.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.store.database import in_transaction, load_queries, quick_check
from bot.store.errors import BackupFault, worded

KEYS_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE request_keys (request TEXT PRIMARY KEY NOT NULL, sealed_key BLOB NOT NULL);
CREATE TABLE conversations (id TEXT PRIMARY KEY NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Made:
    """Both files of a backup."""

    copy: Path
    keys: Path


def check_free(path: Path) -> None:
    """Raises ``BackupFault`` where a backup would replace something or has nowhere to lie."""
    if path.exists():
        raise BackupFault(f"{path} gibt es schon. Bitte einen anderen Namen wählen.")
    if not path.parent.is_dir():
        raise BackupFault(f"Den Ordner {path.parent} gibt es nicht. Bitte anlegen.")


def copy_to(raw: sqlite3.Connection, half: Path) -> None:
    """The whole database as of now, numbered; in the store's thread, which waits for it."""
    queries = load_queries()

    def numbered() -> None:
        last = int(queries.meta(raw, name="backup") or 0)
        queries.put_meta(raw, name="backup", value=str(last + 1))

    with told(half):
        in_transaction(raw, numbered, lambda: None)
        with closing(plain(half)) as copy:
            raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")


def finish(half: Path, path: Path) -> Made:
    """Part the copy into both files and check it; in any thread, while the store goes on."""
    with told(path), closing(plain(half)) as copy:
        about = dict(copy.execute("SELECT name, value FROM meta"))
        keys = keys_path(path, about["database"])
        with part(keys) as keys_half:
            with closing(plain(keys_half)) as kept:
                copy.execute("PRAGMA secure_delete = ON")
                split(copy, kept)
            quick_check(copy, path)
            settle_file(keys_half, keys)
    settle_file(half, path)
    return Made(path, keys)


def split(copy: sqlite3.Connection, kept: sqlite3.Connection) -> None:
    """Move the keys of the requests from the copy into the other file."""
    kept.executescript(KEYS_SCHEMA)
    kept.execute("BEGIN")
    about = copy.execute("SELECT name, value FROM meta WHERE name IN ('backup', 'database')")
    kept.executemany("INSERT INTO meta VALUES (?, ?)", about)
    rows = copy.execute("SELECT request, sealed_key FROM request_keys")
    kept.executemany("INSERT INTO request_keys VALUES (?, ?)", rows)
    kept.executemany(
        "INSERT INTO conversations VALUES (?)", copy.execute("SELECT id FROM conversations")
    )
    kept.execute("COMMIT")
    copy.execute("DELETE FROM request_keys")


def keys_path(copy: Path, database_id: str) -> Path:
    return copy.with_name(f"lotse-{database_id}.keys")


def plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


@contextmanager
def part(path: Path) -> Iterator[Path]:
    """A file of our own beside ``path``, gone afterwards unless it was moved into place."""
    half = path.with_name(path.name + ".part")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        yield half
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                half.with_name(half.name + suffix).unlink()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """SQLite's faults as ours, with the file's name."""
    try:
        yield
    except sqlite3.Error as error:
        known = worded(error)
        raise BackupFault(f"{path}: {known or error}") from error


def settle_file(half: Path, path: Path) -> None:
    """Move a finished file into place so that it is there after the plug was pulled, too."""
    os.replace(half, path)  # noqa: PTH105  (as atomic as it says)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
