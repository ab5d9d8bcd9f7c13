"""One process at a time: ``flock`` on ``<database>.lock``, never on the database itself.

(SQLite's own locks on the database are POSIX locks; opening and closing that file beside SQLite
would drop them.)
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from bot.store.errors import SecondProcess, UnsafeFile


class Lock:
    """Held until ``release`` or the end of the process, however it ends; the file stays."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, database: Path) -> Self:
        """Raises ``SecondProcess`` at once when somebody has it."""
        path = lock_path(database)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UnsafeFile(f"{path} lässt sich nicht anlegen: {error.strerror}.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise SecondProcess(
                f"{database} ist schon in Benutzung (Prozess {holder or 'unbekannt'}). "
                "Bitte diesen erst beenden.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def lock_path(database: Path) -> Path:
    return database.with_name(database.name + ".lock")
