"""Changing the master key: what an older key closed is closed anew with the newest.

Done in small units, so that the bot goes on meanwhile; killed half-way, it goes on where it was.
Every sealed value stands at ``table | key columns joined by "/" (bytes as hex) | column``.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache

from bot.store.columns import COLUMNS
from bot.store.sealing import REQUEST_KID, Place, Sealer, header_of

AT_ONCE = 500  # values in one unit: some milliseconds
RESEALING = "resealing"  # in meta, from the order to change the key until that is done


def reseal(raw: sqlite3.Connection, sealer: Sealer, limit: int = AT_ONCE) -> int:
    """Close up to ``limit`` values anew; 0: all is done, and the older keys are not needed."""
    done = 0
    for table, column in sealed_columns():
        done += _column(raw, sealer, table, column, limit - done)
        if done >= limit:
            return done
    if done == 0:
        raw.execute("DELETE FROM keys WHERE kid <> ?", (sealer.newest,))
        raw.execute("DELETE FROM meta WHERE name = ?", (RESEALING,))
    return done


def older(raw: sqlite3.Connection, newest: str) -> dict[str, int]:
    """How many values each older key still closes; empty: the newest alone is needed."""
    kids = raw.execute("SELECT kid FROM keys WHERE kid <> ? ORDER BY kid", (newest,)).fetchall()
    return {kid: _closed_by(raw, header_of(kid)) for (kid,) in kids}


def _closed_by(raw: sqlite3.Connection, header: bytes) -> int:
    return sum(
        raw.execute(
            f"SELECT count(*) FROM {table} WHERE substr({column}, 1, ?) = ?",  # noqa: S608
            (len(header), header),
        ).fetchone()[0]
        for table, column in sealed_columns()
    )


@cache
def sealed_columns() -> tuple[tuple[str, str], ...]:
    """Those that a master key closes; the checks of the keys themselves stay as they are."""
    return tuple(
        (table, column)
        for table, columns in COLUMNS.items()
        for column, holds in columns.items()
        if holds == "sealed" and table not in {"keys", "words"}
    )


def _column(raw: sqlite3.Connection, sealer: Sealer, table: str, column: str, limit: int) -> int:
    keys = tuple(_key_columns(raw, table))
    newest, own = header_of(sealer.newest), header_of(REQUEST_KID)
    rows = raw.execute(
        f"SELECT {column}, {', '.join(keys)} FROM {table}"  # noqa: S608  (our own words)
        f" WHERE substr({column}, 1, ?) <> ? AND substr({column}, 1, ?) <> ? LIMIT ?",
        (len(newest), newest, len(own), own, limit),
    ).fetchall()
    where = " AND ".join(f"{key} = ?" for key in keys)
    for envelope, *row in rows:
        place = Place(table, row_name(row), column.removeprefix("sealed_"))
        closed = sealer.close(sealer.open(envelope, place), place)
        raw.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (closed, *row))  # noqa: S608
    return len(rows)


def _key_columns(raw: sqlite3.Connection, table: str) -> Iterator[str]:
    for row in raw.execute(f"PRAGMA table_info({table})").fetchall():
        if row[5]:
            yield row[1]


def row_name(row: list[object]) -> str:
    return "/".join(part.hex() if isinstance(part, bytes) else str(part) for part in row)
