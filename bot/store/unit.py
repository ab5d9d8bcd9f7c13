"""The ground of a unit of work: the open transaction and what opens and closes values in it."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from aiosql.types import SQLOperationType

from bot.ports import Address
from bot.store.memory import Memory
from bot.store.sealing import Place, Sealer


class Unit:
    """One transaction. ``erased``: something was forgotten, the log is emptied after the commit."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        queries: Any,
        sealer: Sealer,
        memory: Memory,
    ) -> None:
        self.connection = connection
        self.erased = False
        self._queries = queries
        self._sealer = sealer
        self._memory = memory
        self._events: dict[str, bytes] = {}  # hashes of the events of this unit

    # Past aiosql's own way to run a statement, which costs as much again as the statement.

    def _do(self, query: str, **values: object) -> int:
        """Run a named statement; how many rows it touched."""
        return self.connection.execute(getattr(self._queries, query).sql, values).rowcount

    def _one(self, query: str, **values: object) -> Any:
        """The row (``^``) or the value (``$``) of a named query; ``None`` when there is none."""
        named = getattr(self._queries, query)
        row = self.connection.execute(named.sql, values).fetchone()
        if row is None or named.operation is SQLOperationType.SELECT_ONE:
            return row
        return row[0]

    def _all(self, query: str, **values: object) -> Iterable[Any]:
        return self.connection.execute(getattr(self._queries, query).sql, values)

    def _close(self, plain: bytes, table: str, row: str, column: str) -> bytes:
        return self._sealer.close(plain, Place(table, row, column))

    def _open(self, envelope: bytes, table: str, row: str, column: str) -> bytes:
        return self._sealer.open(envelope, Place(table, row, column))

    def _address_hash(self, address: Address) -> bytes:
        found = self._memory.hashes.get(address)
        if found is None:
            found = self._sealer.hash("address", address.channel, address.id)
            self._memory.hashes.put(address, found)
        return found
