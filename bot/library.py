"""The editors' folder, and the versions of it that have run: read, kept, gone back to.

Kept beside the database (``<database>.wissen/``), not in it: nothing in them is personal, and a
backup of people's matters stays small. A step back does not touch the editors' folder; it is
noted, so that a restart does not bring back what was just taken away.
"""

import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from bot.core.check.findings import Finding, Grade
from bot.core.knowledge import Knowledge
from bot.loading import Loaded, check
from bot.loading import read as read_shelf
from bot.remembered import Memory
from bot.shelf import Shelf, shelf_of

KEPT: Final = 20  # versions; the oldest go
STEPPED: Final = "zurueck.json"


@dataclass(frozen=True)
class Read:
    """What a folder holds: the knowledge, or the errors for which it is refused."""

    knowledge: Knowledge | None
    errors: tuple[Finding, ...]
    files: Mapping[str, bytes]


def read_folder(folder: Path, day: date, memory: Memory) -> Read:
    """What a folder holds on this day; what was made of the same files before is not made anew."""
    return _read(shelf_of(folder), day, memory)


@dataclass(frozen=True)
class Library:
    """Where the knowledge comes from; every method reads or writes files and may take seconds."""

    folder: Path
    shelf: Path
    today: Callable[[], date]
    memory: Memory = field(default_factory=Memory)

    def read(self) -> Read:
        """The editors' folder as it is now."""
        return read_folder(self.folder, self.today(), self.memory)

    def at_start(self) -> tuple[Read, str | None]:
        """The editors' folder, or what was gone back to while that folder is unchanged."""
        here = self.read()
        stepped = self._stepped()
        if here.knowledge is None or stepped.get("from") != here.knowledge.version:
            return here, None
        version = str(stepped.get("to"))
        before = self.open(version)
        return (here, None) if before is None else (before, version)

    def keep(self, read: Read) -> None:
        """Put what runs now onto the shelf, once; a new one ends a step back."""
        if read.knowledge is None:
            return
        version, kept = read.knowledge.version, self.versions()
        if kept and kept[-1][1] == version:
            return
        self.shelf.mkdir(mode=0o700, exist_ok=True)
        number = kept[-1][0] + 1 if kept else 1
        with zipfile.ZipFile(self._path(number, version), "w", zipfile.ZIP_DEFLATED) as packed:
            for name, raw in sorted(read.files.items()):
                packed.writestr(name, raw)
        for old in kept[: max(0, len(kept) + 1 - KEPT)]:
            self._path(*old).unlink(missing_ok=True)

    def versions(self) -> list[tuple[int, str]]:
        """Number and version of everything on the shelf, the oldest first."""
        found = []
        for path in self.shelf.glob("*.zip"):
            number, _, version = path.stem.partition("-")
            if number.isdecimal() and version:
                found.append((int(number), version))
        return sorted(found)

    def before(self, version: str) -> str | None:
        """What ran before this version."""
        names = [name for _, name in self.versions()]
        earlier = names[: names.index(version)] if version in names else names
        return earlier[-1] if earlier else None

    def open(self, version: str) -> Read | None:
        """A kept version; ``None`` when it is not there or cannot be read."""
        for number, name in reversed(self.versions()):
            if name.startswith(version):
                with tempfile.TemporaryDirectory(prefix="lotse-") as unpacked:
                    folder = self.unpack(self._path(number, name), Path(unpacked))
                    read = read_folder(folder, self.today(), self.memory)
                return read if read.knowledge is not None else None
        return None

    def unpack(self, packed: Path, folder: Path) -> Path:
        """The files of a kept version in a folder; only names that we wrote."""
        with zipfile.ZipFile(packed) as files:
            files.extractall(folder)
        return folder / "knowledge"

    def packed(self, version: str) -> Path | None:
        """The file of a kept version, by the beginning of its name."""
        fitting = (each for each in reversed(self.versions()) if each[1].startswith(version))
        found = next(fitting, None)
        return None if found is None else self._path(*found)

    def step_back(self, running: str, to: str) -> None:
        """Note that ``running`` was left for ``to``: a restart must not bring it back."""
        note = json.dumps({"from": running, "to": to})
        (self.shelf / STEPPED).write_text(note, encoding="utf-8")

    def _stepped(self) -> dict[str, object]:
        try:
            found = json.loads((self.shelf / STEPPED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _path(self, number: int, version: str) -> Path:
        return self.shelf / f"{number:06d}-{version}.zip"


def _read(shelf: Shelf, day: date, memory: Memory) -> Read:
    @cache  # both answers from one reading, and none when both are remembered
    def loaded() -> Loaded:
        return read_shelf(shelf)

    found = memory.findings(shelf, day, lambda: check(loaded(), day))
    errors = tuple(f for f in found if f.grade is Grade.ERROR)
    knowledge = None if errors else memory.knowledge(shelf, lambda: loaded().knowledge)
    return Read(knowledge, errors, shelf.files)


def shelf_beside(database: Path) -> Path:
    return database.with_name(database.name + ".wissen")
