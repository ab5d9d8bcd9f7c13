"""One thing wrong with the knowledge, said to the person who can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process


class Grade(StrEnum):
    """How much a finding weighs: an error stops the release."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """Where, what, and what to write instead; ``id`` is a stable slug of the kind of fault."""

    grade: Grade
    file: str
    line: int
    id: str
    text: str
    proposal: str = ""

    def sentence(self) -> str:
        """The finding as one line for an author."""
        return f"{self.file}:{self.line}: {self.text} {self.proposal}".rstrip()


def meant(word: str, known: Iterable[str]) -> str:
    """The proposal for a misspelt word: the nearest known one, or all of them when few."""
    options = sorted(set(known))
    if (best := nearest(word, options)) is not None:
        return f"Meinten Sie „{best}“?"
    if options and len(options) <= 12:
        return f"Möglich ist: {', '.join(options)}."
    return ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is probably a slip of."""
    best = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return None if best is None else str(best[0])


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by file and line, the heavier first on one line."""
    weight = {Grade.ERROR: 0, Grade.WARNING: 1, Grade.INFO: 2}
    return tuple(
        sorted(dict.fromkeys(findings), key=lambda f: (f.file, f.line, weight[f.grade], f.id))
    )
