"""What sentences of known meaning say about a new one: naive odds of traits, no magic in them.

A trait is a word, two words in a row, two with one between them, or four letters within a word.
Each sentence shares out one point among its traits' labels; a trait speaks for a label by the
logarithm of its share there against its share everywhere else (complement naive Bayes).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt
from typing import Final

from bot.core.understand.text import words

_LETTERS: Final = 4
_LONGEST_WORD: Final = 40  # letters of a word that are looked at

Traits = Mapping[str, None]  # a set in order: sums of floats must not depend on chance


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence as somebody may write it, and what it means; from ``knowledge/phrases``."""

    text: str
    language: str
    audience: str
    topic: str  # a topic's id, OFFTOPIC or UNCLEAR
    crisis: str  # none | concern | acute


OFFTOPIC: Final = "offtopic"
UNCLEAR: Final = "unklar"


def traits(row: Sequence[str], known: dict[str, list[str]] | None = None) -> Traits:
    """The traits of normalised words; ``known`` keeps those of single words while one learns."""
    found: dict[str, None] = {}
    for word in row:
        parts = known.get(word) if known is not None else None
        if parts is None:
            parts = _parts(word)
            if known is not None:
                known[word] = parts
        found.update(dict.fromkeys(parts))
    found.update(dict.fromkeys(map(" ".join, pairwise(row))))
    found.update(dict.fromkeys(map("~".join, zip(row, row[2:], strict=False))))
    return found


def _parts(word: str) -> list[str]:
    edged = f"_{word[:_LONGEST_WORD]}_"
    runs = range(max(1, len(edged) - _LETTERS + 1))
    return [f"={word}", *(edged[at : at + _LETTERS] for at in runs)]


class Odds:
    """Learns once from (traits, label, weight) and is immutable after that; same in, same out."""

    def __init__(self, samples: Iterable[tuple[Traits, str, float]], least: float) -> None:
        shares: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        sums: defaultdict[str, float] = defaultdict(float)
        for found, label, weight in samples:
            share = weight / sqrt(len(found) or 1)
            sums[label] += share * len(found)
            for trait in found:
                shares[trait][label] += share
        total = sum(sums.values())
        self.labels = tuple(sorted(sums))
        at = {label: index for index, label in enumerate(self.labels)}
        self._base = [log(total - sums[label] + least * len(shares)) for label in self.labels]
        self._for: dict[str, list[tuple[int, float]]] = {}
        for trait, row in shares.items():
            whole = sum(row.values()) + least
            self._for[trait] = [(at[la], log(whole / (whole - part))) for la, part in row.items()]

    def scores(self, found: Traits) -> dict[str, float]:
        """How much speaks for each label; all 0 where nothing is known. Only gaps count."""
        known = [row for row in map(self._for.get, found) if row is not None]
        unit = 1 / sqrt(len(known) or 1)
        sums = [base * len(known) for base in self._base]
        for row in known:
            for label, weight in row:
                sums[label] += weight
        return {label: part * unit for label, part in zip(self.labels, sums, strict=True)}


@lru_cache(maxsize=4)  # danger, its worries, the topics; the check's. A reload changes few of them
def learnt(samples: tuple[tuple[str, str, float], ...], least: float) -> Odds:
    """The odds of (text, label, weight): worked out once for the same sentences."""
    known: dict[str, list[str]] = {}
    read = ((traits(words(text), known), label, weight) for text, label, weight in samples)
    return Odds(read, least)
