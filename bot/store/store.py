"""The store: one SQLite file, one connection, one thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from bot.store import backup
from bot.store.database import Connection, empty_log, in_transaction, load_queries
from bot.store.lock import Lock
from bot.store.memory import Memory
from bot.store.reseal import RESEALING, older, reseal
from bot.store.sealing import Keys, Sealer
from bot.store.unlock import unlock
from bot.store.work import Work

T = TypeVar("T")
BEGIN_RESEAL = "INSERT OR REPLACE INTO meta (name, value) VALUES (?, '1')"


class Store:
    """All that is kept. ``run`` runs a whole unit of work; every other way in is closed."""

    def __init__(self, path: Path, lock: Lock, connection: Connection, sealer: Sealer) -> None:
        self.path = path
        self._lock = lock
        self._connection = connection
        self._queries = load_queries()
        self._sealer = sealer
        self._memory = Memory()
        self._copying = asyncio.Lock()  # one backup at a time: the newest keys stay the newest

    @classmethod
    async def open(cls, path: Path, keys: Keys) -> Self:
        """Lock, check, migrate and unlock the file; raises a ``StoreError`` and changes nothing."""
        lock = Lock.take(path)
        connection: Connection | None = None
        try:
            connection = await Connection.opened(path)
            sealer = await connection.run(partial(_unlocked, connection, keys))
        except BaseException:
            if connection is not None:
                await connection.close()
            lock.release()
            raise
        return cls(path, lock, connection, sealer)

    async def run(self, unit: Callable[[Work], T]) -> T:
        """What the unit returns, once it is committed; on any exception nothing has happened.

        Cancelling the caller does not stop a unit half-way: it is finished in its thread.
        """
        return await self._connection.run(partial(self._whole, unit))

    def _whole(self, unit: Callable[[Work], T]) -> T:
        raw = raw_of(self._connection)
        work = Work(raw, self._queries, self._sealer, self._memory)
        done = in_transaction(raw, partial(unit, work), self._memory.forget)
        self._memory.unswept = self._memory.unswept or work.erased
        if self._memory.unswept:
            # When it does not go now (disk full), the commit stands and it is tried again.
            self._memory.unswept = not empty_log(raw)
        return done

    async def backup(self, path: Path) -> backup.Made:
        """A checked copy at ``path`` while running; see ``bot.store.backup``."""
        async with self._copying:
            backup.check_free(path)
            with backup.part(path) as half:
                raw = raw_of(self._connection)
                await self._connection.run(partial(backup.copy_to, raw, half))
                return await asyncio.to_thread(backup.finish, half, path)

    @property
    def newest_key(self) -> str:
        """The id of the key that closes whatever is written now."""
        return self._sealer.newest

    async def begin_reseal(self) -> None:
        """From now on, also after a crash, ``resealing`` says that the key is being changed."""
        await self.run(lambda work: work.connection.execute(BEGIN_RESEAL, (RESEALING,)).rowcount)

    async def resealing(self) -> bool:
        found = "SELECT 1 FROM meta WHERE name = ?"
        row = await self.run(lambda work: work.connection.execute(found, (RESEALING,)).fetchone())
        return row is not None

    async def reseal(self) -> int:
        """Close some values with the newest key; 0: all is done, older keys are not needed."""

        def unit(work: Work) -> int:
            work.erased = True  # what an old key closed stays in no log
            return reseal(work.connection, self._sealer)

        return await self.run(unit)

    async def older_keys(self) -> Mapping[str, int]:
        """Key id → how many values it still closes; empty when the newest alone is needed."""
        return await self.run(lambda work: older(work.connection, self._sealer.newest))

    async def close(self) -> None:
        await self._connection.close()
        self._lock.release()


def raw_of(connection: Connection) -> sqlite3.Connection:
    """The connection itself; only for functions that run in its thread."""
    return connection._conn  # noqa: SLF001  (aiosqlite offers no public way)


def _unlocked(connection: Connection, keys: Keys) -> Sealer:
    return unlock(raw_of(connection), load_queries(), keys)
