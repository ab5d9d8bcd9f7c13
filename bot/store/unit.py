"""The ground of a unit of work: the open transaction and what opens and closes values in it."""

import sqlite3
from collections.abc import Iterable
from typing import Any

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
        self._hashes: dict[Address, bytes] = {}  # asked for several times in each turn

    def _do(self, query: str, **values: object) -> int:
        """Run a named statement; how many rows it touched."""
        # Past aiosql's own way to run it, which costs as much again as the statement.
        return self.connection.execute(getattr(self._queries, query).sql, values).rowcount

    def _one(self, query: str, **values: object) -> Any:
        """The row (``^``) or the value (``$``) of a named query; ``None`` when there is none."""
        return getattr(self._queries, query)(self.connection, **values)

    def _all(self, query: str, **values: object) -> Iterable[Any]:
        rows: Iterable[Any] = getattr(self._queries, query)(self.connection, **values)
        return rows

    def _close(self, plain: bytes, table: str, row: str, column: str) -> bytes:
        return self._sealer.close(plain, Place(table, row, column))

    def _open(self, envelope: bytes, table: str, row: str, column: str) -> bytes:
        return self._sealer.open(envelope, Place(table, row, column))

    def _address_hash(self, address: Address) -> bytes:
        found = self._hashes.get(address)
        if found is None:
            found = self._sealer.hash("address", address.channel, address.id)
            self._hashes[address] = found
        return found
