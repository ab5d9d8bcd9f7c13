"""The connection: one file, safe settings that are checked, numbered migrations.

One connection per file in one process: SQLite before 3.51.3 can lose commits with two
("WAL-reset"); ``lock.py`` keeps the second process out.
"""

import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosql
import aiosqlite

from bot.store.errors import NewerVersion, NotADatabase, UnsafeFile, UnsafeMode, worded

T = TypeVar("T")

# At DEBUG aiosqlite writes down what it runs, with the arguments: words and addresses.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

APPLICATION_ID = int.from_bytes(b"Lots", "big")
BUSY_SECONDS = 2.0  # a foreign lock is waited for so long, in the store's thread only

# What is set at every start, and what SQLite must then answer. WAL and FULL: a commit survives
# the plug. secure_delete: what is deleted is overwritten (OFF in some builds).
SETTINGS: Mapping[str, tuple[str, object]] = {
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "secure_delete": ("ON", 1),
    "foreign_keys": ("ON", 1),
    "temp_store": ("MEMORY", 2),
    "trusted_schema": ("OFF", 0),
    "wal_autocheckpoint": ("4000", 4000),  # pages: 16 MB of WAL at most in the ordinary way
    "cache_size": ("-16000", -16000),  # KiB
}


class Connection(aiosqlite.Connection):
    """aiosqlite's connection and thread; ``run`` runs a whole function in it, uncancellable."""

    async def run(self, function: Callable[[], T]) -> T:
        done: T = await self._execute(function)  # type: ignore[no-untyped-call]
        return done

    @classmethod
    async def opened(cls, path: Path) -> Self:
        connection = cls(partial(connect, path), iter_chunk_size=64)
        try:
            await connection
        except BaseException:
            # The thread was told to stop; without waiting it could outlive the event loop.
            connection._thread.join()
            raise
        return connection


def load_queries() -> Any:
    """Aiosql's object with one method for each named query; its types are not knowable."""
    source = files("bot.store").joinpath("queries.sql").read_text("utf-8")
    return aiosql.from_str(source, "sqlite3")


def migrations() -> dict[int, str]:
    """Number → script, from ``migrations/<number>_<name>.sql``."""
    found: dict[int, str] = {}
    for entry in files("bot.store").joinpath("migrations").iterdir():
        number, _, _ = entry.name.partition("_")
        if entry.name.endswith(".sql"):
            found[int(number)] = entry.read_text("utf-8")
    return dict(sorted(found.items()))


def connect(path: Path) -> sqlite3.Connection:
    """A checked and migrated connection; raises a ``StoreError`` and leaves the file as it was."""
    guard_file(path)
    raw: sqlite3.Connection | None = None
    try:
        raw = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            cached_statements=256,
        )
        prepare(raw, path)
    except sqlite3.Error as error:
        _close(raw)
        known = worded(error)
        if known is None:
            raise
        raise known from error
    except BaseException:
        _close(raw)
        raise
    return raw


def prepare(raw: sqlite3.Connection, path: Path) -> None:
    steps = migrations()
    version = identify(raw, path, max(steps))
    settle(raw)
    verify(raw)
    migrate(raw, version, steps)


def _close(raw: sqlite3.Connection | None) -> None:
    if raw is not None:
        with suppress(sqlite3.Error):
            raw.close()


def guard_file(path: Path) -> None:
    """Make a missing file that only we may read; refuse one that others may read or write."""
    if not path.parent.is_dir():
        raise UnsafeFile(f"Den Ordner {path.parent} gibt es nicht. Bitte anlegen.")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    for suffix in ("", "-wal", "-shm"):
        guard_mode(path.with_name(path.name + suffix))


def guard_mode(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise UnsafeFile(f"{path} ist keine gewöhnliche Datei. Bitte LOTSE_DATABASE prüfen.")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise UnsafeFile(f"{path} ist für andere offen ({mode:04o}). Bitte: chmod 600 {path}")


def identify(raw: sqlite3.Connection, path: Path, latest: int) -> int:
    """The schema's version, 0 for an empty file; refuses a stranger's file and a newer one."""
    application = _value(raw, "PRAGMA application_id")
    version = int(str(_value(raw, "PRAGMA user_version")))
    empty = _value(raw, "SELECT count(*) FROM sqlite_master") == 0 and version == 0
    if application != APPLICATION_ID and not (empty and application == 0):
        raise NotADatabase(f"{path} ist keine Datenbank von Lotse. Bitte LOTSE_DATABASE prüfen.")
    if version > latest:
        raise NewerVersion(
            f"{path} hat Stand {version}, dieses Lotse kennt Stand {latest}. "
            "Bitte das neuere Lotse benutzen oder eine ältere Sicherung einspielen.",
        )
    return version


def settle(raw: sqlite3.Connection) -> None:
    for name, (value, _) in SETTINGS.items():
        raw.execute(f"PRAGMA {name} = {value}").fetchall()


def verify(raw: sqlite3.Connection) -> None:
    """Raises ``UnsafeMode`` unless every setting took effect."""
    wrong = [
        f"{name}={found}"
        for name, (_, wanted) in SETTINGS.items()
        if (found := _value(raw, f"PRAGMA {name}")) != wanted
    ]
    if wrong:
        raise UnsafeMode(
            f"SQLite nimmt diese Einstellungen nicht an: {', '.join(wrong)}. "
            "Bitte die Datei auf eine örtliche Platte legen.",
        )


def migrate(raw: sqlite3.Connection, version: int, steps: Mapping[int, str]) -> None:
    """Bring the schema to the last step; each step and its number commit together or not at all."""
    for number, script in steps.items():
        if number <= version:
            continue
        try:
            raw.executescript(
                f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {number};\nCOMMIT;",
            )
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise


def quick_check(raw: sqlite3.Connection, path: Path) -> None:
    """Raises ``NotADatabase`` when the file's structure is damaged."""
    if _value(raw, "PRAGMA quick_check") != "ok":
        raise NotADatabase(f"{path} ist beschädigt. Bitte eine andere Sicherung nehmen.")


def last_row(raw: sqlite3.Connection) -> int:
    """The highest number that the outbox ever gave out."""
    found = _value(raw, "SELECT max(seq) FROM sqlite_sequence WHERE name = 'outbox'")
    return int(str(found or 0))


def empty_log(raw: sqlite3.Connection) -> bool:
    """Write the log back and cut it to nothing; whether it went, never an error."""
    try:
        row = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return bool(row[0] == 0)


def in_transaction(
    raw: sqlite3.Connection,
    unit: Callable[[], T],
    undone: Callable[[], None],
) -> T:
    """BEGIN IMMEDIATE, the unit, COMMIT; on anything else ROLLBACK and ``undone``."""
    try:
        raw.execute("BEGIN IMMEDIATE")
        done = unit()
        raw.execute("COMMIT")
    except BaseException as error:
        undone()
        # After a full disk SQLite may have rolled back by itself.
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        known = worded(error) if isinstance(error, sqlite3.Error) else None
        if known is not None:
            raise known from error
        raise
    return done


def _value(raw: sqlite3.Connection, sql: str) -> object:
    row = raw.execute(sql).fetchone()
    return row[0] if row else None
