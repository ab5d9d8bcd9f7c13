"""Files that only their owner wrote and that are whole, or nothing: a cache that may go any time.

A file counts if this user owns it, nobody else may write it or its folder, it is no link, and it
carries the name it was asked for and the hash of what follows. Anything else is passed over and
written anew. Nobody needs a key for that: who can write as this user can change the program.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MARK: Final = b"lotse"
_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_HASH: Final = hashlib.sha256
_HEAD: Final = len(MARK) + 2 * 32  # bytes before what was put


@dataclass(frozen=True)
class Cache:
    """Bytes by name in one folder; ``None`` remembers nothing. Never raises for the disk's sake."""

    folder: Path | None

    def get(self, name: str) -> bytes | None:
        if self.folder is None:
            return None
        try:
            raw = self._read(self.folder, name)
        except OSError:
            return None
        body = raw[_HEAD:]
        return body if raw.startswith(_head(name, body)) else None

    def put(self, name: str, body: bytes, kept: int) -> None:
        """Write it in one step, readable by its owner alone; the oldest of its ending go."""
        if self.folder is None:
            return
        with suppress(OSError):  # a full or read-only disk: the next time is only slower
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _own(self.folder.stat()):
                return
            made = self.folder / f".{secrets.token_hex(8)}"
            try:
                opened = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(opened, "wb") as file:
                    file.write(_head(name, body) + body)
                made.replace(self.folder / name)
            finally:
                made.unlink(missing_ok=True)
            ending = Path(name).suffix
            ours = sorted(self.folder.glob(f"*{ending}"), key=lambda p: p.stat().st_mtime)
            for old in ours[:-kept]:
                old.unlink(missing_ok=True)

    @staticmethod
    def _read(folder: Path, name: str) -> bytes:
        if not _own(folder.stat()):
            raise PermissionError
        opened = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(opened, "rb") as file:
            found = os.fstat(opened)
            if not (stat.S_ISREG(found.st_mode) and _own(found)):
                raise PermissionError
            return file.read()


def of_user(environ: Mapping[str, str]) -> Cache:
    """The user's own cache folder; a user without a home has none."""
    try:
        home = Path(environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:
        return Cache(None)
    return Cache(home / "schulerfolg-lotse")


def _own(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS


def _head(name: str, body: bytes) -> bytes:
    return MARK + _HASH(name.encode()).digest() + _HASH(body).digest()
