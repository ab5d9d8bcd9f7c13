"""The files of the authors as bytes, before anybody reads them: one look at the disk, no more.

What is read, checked and remembered goes by these bytes, so that nobody can save a file between
two looks at it.
"""

import ctypes
import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.core.check.findings import Finding, Grade

ROOT: Final = "knowledge"
LARGEST: Final = 1_000_000  # bytes of one file (security.md, section 2: size limits)
LARGEST_PO: Final = 4_000_000  # all German texts and another script, which takes two bytes a letter
# Which endings are read in which folder; others beside them are reported, not read.
_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "tree": (".yaml",),
    "tree/pieces": (".yaml",),
    "texts": (".yaml",),
    "crisis": (".yaml",),
    "phrases": (".csv",),
    "snippets": (".yaml",),
    "languages": (".yaml", ".po"),
    "directory": (".csv", ".md"),
}
_ALONE: Final = ("approved.csv",)


@dataclass
class Shelf:
    """The files by their path from the knowledge folder's parent; ``name`` is the folder's own."""

    name: str = ROOT
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def within(self, folder: str, ending: str) -> list[tuple[str, bytes]]:
        """The files that stand directly in a folder, by name."""
        return [
            (name, raw)
            for name, raw in sorted(self.files.items())
            if name.rpartition("/")[0] == f"{ROOT}/{folder}" and name.endswith(ending)
        ]

    def version(self) -> str:
        """Names this state of the files: the same names and bytes give the same 12 characters."""
        return digest_of(self.files.items()).hexdigest()[:12]


def digest_of(files: Iterable[tuple[str, bytes]]) -> "hashlib._Hash":
    """One hash over names and bytes; no two lists of files run into each other."""
    digest = hashlib.sha256()
    for name, raw in sorted(files):
        digest.update(f"{name}\0{len(raw)}\0".encode())
        digest.update(raw)
    return digest


def shelf_of(folder: Path) -> Shelf:
    """What lies in the folder now; what cannot be opened, or is none of ours, is a finding."""
    shelf = Shelf(folder.name)
    if not folder.is_dir():
        shelf.findings.append(
            Finding(
                Grade.ERROR, ROOT, 1, "folder-missing", "Den Ordner des Wissens gibt es nicht.",
                "Bitte LOTSE_KNOWLEDGE auf den Ordner „knowledge“ setzen.",
            )
        )  # fmt: skip
    for name in _ALONE:
        if (folder / name).is_file():
            _take(shelf, folder / name, f"{ROOT}/{name}", (".csv",))
    for part, endings in _READ.items():
        for path in sorted((folder / part).glob("*")):
            if path.is_file() and not path.name.startswith((".", "~")):
                _take(shelf, path, f"{ROOT}/{part}/{path.name}", endings)
    return shelf


def _take(shelf: Shelf, path: Path, name: str, endings: tuple[str, ...]) -> None:
    if path.suffix not in endings:
        shelf.findings.append(
            Finding(
                Grade.WARNING, name, 1, "file-ending", "Diese Datei wird nicht gelesen.",
                f"Dateien hier enden auf {' oder '.join(endings)}.",
            )
        )  # fmt: skip
        return
    try:
        with path.open("rb") as file:
            shelf.files[name] = file.read((LARGEST_PO if path.suffix == ".po" else LARGEST) + 1)
    except OSError as error:
        shelf.findings.append(
            Finding(
                Grade.ERROR, name, 1, "file-unreadable",
                f"Die Datei lässt sich nicht öffnen ({error.strerror}).",
                "Bitte die Rechte prüfen.",
            )
        )  # fmt: skip


def give_back() -> None:
    """What reading took for a while goes back to the machine: glibc would keep 40 MB of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # another libc gives back by itself
        trim(0)


@contextmanager
def without_collecting() -> Iterator[None]:
    """What is read stays: looking for garbage among it meanwhile costs a sixth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
