"""What was made of the very same files before: not read, checked or learnt again.

The key is every byte of the folder, the program's own sources and its libraries' versions, and
for findings the day: what is found under it cannot be stale. It is kept whole or not at all.
Findings are JSON. The knowledge is a pickle that can hold nothing but the core's own values: any
other name in it is refused, and the core cannot do anything to the world (see its contract).
"""

import io
import json
import pickle
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.cache import Cache
from bot.core.check.findings import Finding, Grade
from bot.shelf import Shelf, digest_of, without_collecting

if TYPE_CHECKING:
    from bot.core.knowledge import Knowledge

PROGRAM: Final = Path(__file__).parent
KEPT: Final = 20  # answers of the check
KEPT_KNOWLEDGE: Final = 2  # each some 20 MB: what runs, and what is being edited
CORE: Final = "bot.core."
PLAIN: Final = {
    ("builtins", "list"),
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("collections", "defaultdict"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
}

Findings = tuple[Finding, ...]


@dataclass(frozen=True)
class Memory:
    """Asks ``make`` only for what this cache does not hold."""

    cache: Cache = field(default_factory=lambda: Cache(None))

    def findings(self, shelf: Shelf, day: date, make: Callable[[], Findings]) -> Findings:
        name = f"{_key(shelf, str(day))}.json"
        with _passing_over_nonsense():
            if (raw := self.cache.get(name)) is not None:
                return tuple(Finding(**{**f, "grade": Grade(f["grade"])}) for f in json.loads(raw))
        found = make()
        self.cache.put(name, json.dumps([asdict(f) for f in found]).encode(), KEPT)
        return found

    def knowledge(self, shelf: Shelf, make: Callable[[], "Knowledge | None"]) -> "Knowledge | None":
        name = f"{_key(shelf)}.knowledge"
        with _passing_over_nonsense(), without_collecting():
            if (raw := self.cache.get(name)) is not None:
                return _Values.of(raw)
        made = make()
        if made is not None and self.cache.folder is not None:
            self.cache.put(name, pickle.dumps(made, protocol=5), KEPT_KNOWLEDGE)
        return made


class _Values(pickle.Unpickler):
    """Builds the core's values and a few plain ones; every other name in a pickle is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.startswith(CORE):
            found = vars(import_module(module)).get(name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(name)

    @classmethod
    def of(cls, raw: bytes) -> "Knowledge":
        from bot.core.knowledge import Knowledge  # noqa: PLC0415  (the check alone needs none)

        found = cls(io.BytesIO(raw)).load()
        if not isinstance(found, Knowledge):
            raise pickle.UnpicklingError
        return found


@contextmanager
def _passing_over_nonsense() -> Iterator[None]:
    """What cannot be understood was not remembered."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, LookupError, ImportError, EOFError):
        pass
    except pickle.UnpicklingError:
        pass


def _key(shelf: Shelf, day: str = "") -> str:
    digest = digest_of(shelf.files.items())
    digest.update(repr((shelf.name, day, shelf.findings, _program())).encode())
    return digest.hexdigest()[:32]


@cache  # what runs stays what it was, also when its files are replaced meanwhile
def _program() -> tuple[str, ...]:
    """The program that makes the values: its sources, Python, and the libraries' versions."""
    ours = sorted(PROGRAM.rglob("*.py"))
    sources = digest_of((str(path.relative_to(PROGRAM)), path.read_bytes()) for path in ours)
    libraries = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    return (sources.hexdigest(), sys.version, *sorted(path.name for path in libraries))
