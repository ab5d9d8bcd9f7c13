"""The keys of an open database: proved first, then used."""

import os
import sqlite3
from functools import partial
from typing import Any

from bot.store.database import in_transaction
from bot.store.errors import Tampered, WrongKey
from bot.store.sealing import KEY_BYTES, Keys, Place, Sealer


def unlock(raw: sqlite3.Connection, queries: Any, keys: Keys) -> Sealer:
    """Prove the keys, make what a new database needs; raises ``WrongKey`` before any write."""
    checks = dict(queries.keys(raw))
    prove(keys, checks)
    return in_transaction(raw, partial(_furnish, raw, queries, keys, checks), lambda: None)


def prove(keys: Keys, checks: dict[str, bytes]) -> None:
    """Every key that ever closed something here must be there, and be the same."""
    missing = sorted(set(checks) - set(keys.masters))
    if missing:
        raise WrongKey(
            f"Die Datenbank ist mit dem Schlüssel „{'“, „'.join(missing)}“ verschlossen, "
            "der in LOTSE_KEY fehlt. Bitte ergänzen; geändert wurde nichts.",
        )
    seals = keys.seals()
    for kid, envelope in checks.items():
        try:
            seals[kid].open(envelope, Place("keys", kid, "check"))
        except Tampered as error:
            raise WrongKey(
                f"Der Schlüssel „{kid}“ in LOTSE_KEY ist nicht der, mit dem die Datenbank "
                "verschlossen wurde. Bitte den richtigen eintragen; geändert wurde nichts.",
            ) from error


def _furnish(
    raw: sqlite3.Connection,
    queries: Any,
    keys: Keys,
    checks: dict[str, bytes],
) -> Sealer:
    place = Place("secrets", "hash_key", "secret")
    found = queries.secret(raw, name="hash_key")
    sealer = Sealer(keys, b"")
    hash_key = os.urandom(KEY_BYTES) if found is None else sealer.open(found, place)
    if keys.newest not in checks:
        check = sealer.close(b"lotse", Place("keys", keys.newest, "check"))
        queries.put_key(raw, kid=keys.newest, sealed_check=check)
        queries.put_secret(raw, name="hash_key", sealed_secret=sealer.close(hash_key, place))
        if found is None:
            queries.put_meta(raw, name="database", value=os.urandom(4).hex())
    return Sealer(keys, hash_key)
