"""What is kept: one SQLite file, everything personal in it sealed."""

from bot.store.backup import Made
from bot.store.errors import StoreError
from bot.store.lock import Lock
from bot.store.restore import Restored, restore
from bot.store.sealing import Keys, new_key
from bot.store.store import Store
from bot.store.work import Overdue, Owed, Stats, Work

__all__ = [
    "Keys",
    "Lock",
    "Made",
    "Overdue",
    "Owed",
    "Restored",
    "Stats",
    "Store",
    "StoreError",
    "Work",
    "new_key",
    "restore",
]
