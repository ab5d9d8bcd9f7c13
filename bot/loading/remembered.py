"""What the check said of the very same files on the same day: said again without reading them.

A cache that may be deleted at any time. Its key is every byte of the folder, the day and the
program's own sources; what it holds is JSON, so that nothing in it can be executed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from bot.core.check.findings import Finding, Grade
from bot.loading.pages import LARGEST

PROGRAM: Final = Path(__file__).parent.parent
KEPT: Final = 20  # answers; the oldest go

Findings = tuple[Finding, ...]


def remembered(folder: Path, day: date, cache: Path, check: Callable[[], Findings]) -> Findings:
    """The findings, from ``cache`` or from ``check``; a cache that cannot be used is no fault."""
    path = cache / f"{_key(folder, day)}.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Finding(**{**each, "grade": Grade(each["grade"])}) for each in told)
    except (OSError, ValueError, TypeError, KeyError):
        found = check()
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
        for old in sorted(cache.glob("*.json"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        pass  # a read-only home: the next check is only slower
    return found


def _key(folder: Path, day: date) -> str:
    digest = hashlib.sha256(f"{folder.name}\0{day}".encode())
    for root, files in ((folder, folder.rglob("*")), (PROGRAM, PROGRAM.rglob("*.py"))):
        _read_in(digest, root, files)
    return digest.hexdigest()[:32]


def _read_in(digest: "hashlib._Hash", root: Path, files: Iterable[Path]) -> None:
    for path in sorted(files):
        if path.is_file():
            name = path.relative_to(root)
            try:
                with path.open("rb") as opened:
                    raw = opened.read(LARGEST + 1)
            except OSError as error:
                raw = str(error.errno).encode()
            digest.update(f"{name}\0{len(raw)}\0".encode())
            digest.update(raw)
