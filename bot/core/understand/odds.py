"""What sentences of known meaning say about a new one: naive odds of traits, no magic in them.

A trait is a word, two words in a row, two with one between them, and of a word that says something
its beginning, every second four letters within it, or its beginning and another's near it, in any
order.
Each sentence shares out one point among its traits' labels; a trait speaks for a label by the
logarithm of its share there against its share everywhere else (complement naive Bayes).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, repeat
from math import log, sqrt
from typing import Final

from bot.core.understand.text import FUNCTION_WORDS, words

_LETTERS: Final = 4
_STRIDE: Final = 2  # letters from one four to the next: all of them would outweigh the words
_BEGINNING: Final = 5  # letters; as good as a stemmer here and thirty times as fast
_NEAR: Final = 3  # how many telling words further on two are still together
_LONGEST_WORD: Final = 40  # letters of a word that are looked at
_MANY: Final = 8  # labels

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
    telling = [word[:_BEGINNING] for word in row if word not in FUNCTION_WORDS]
    found.update(dict.fromkeys(map("{}*".format, telling)))
    for apart in range(1, _NEAR + 1):
        pairs = zip(telling, telling[apart:], strict=False)
        found.update(dict.fromkeys(f"{a}+{b}" if a < b else f"{b}+{a}" for a, b in pairs))
    return found


def _parts(word: str) -> list[str]:
    if word in FUNCTION_WORDS:
        return [f"={word}"]
    edged = f"_{word[:_LONGEST_WORD]}_"
    runs = range(0, max(1, len(edged) - _LETTERS + 1), _STRIDE)
    return [f"={word}", *(edged[at : at + _LETTERS] for at in runs)]


class Odds:
    """Learns once from (traits, label, weight) and is immutable after that; same in, same out."""

    def __init__(self, samples: Iterable[tuple[Traits, str, float]], least: float) -> None:
        shares: dict[str, dict[int, float]] = {}
        at: dict[str, int] = {}
        sums: list[float] = []
        for found, label, weight in samples:
            here = at.setdefault(label, len(at))
            share = weight / sqrt(len(found) or 1)
            sums += [0.0] * (len(at) - len(sums))
            sums[here] += share * len(found)
            for trait in found:
                row = shares.get(trait)
                if row is None:
                    shares[trait] = {here: share}
                else:
                    row[here] = row.get(here, 0.0) + share
        total = sum(sums)
        self.labels = tuple(at)
        self._base = [log(total - part + least * len(shares)) for part in sums]
        # Tuples of numbers: nothing for the collector. A row of few labels names them, one of many
        # has a place for each, since whole columns are summed up quickest.
        self._few: dict[str, tuple[tuple[int, float], ...]] = {}
        self._many: dict[str, tuple[float, ...]] = {}
        # Most traits come from one sentence, so their rows are alike: each is worked out and kept
        # once, which is a fifth of the memory of the whole program.
        alike: dict[tuple[tuple[int, float], ...], tuple[tuple[int, float], ...]] = {}
        for trait, row in shares.items():
            if len(row) < _MANY:
                parts = tuple(row.items())
                kept = alike.get(parts)
                if kept is None:
                    kept = alike[parts] = tuple(_weights(row, least).items())
                self._few[trait] = kept
            else:
                weights = _weights(row, least)
                self._many[trait] = tuple([weights.get(here, 0.0) for here in range(len(at))])

    def scores(self, found: Traits) -> dict[str, float]:
        """How much speaks for each label; all 0 where nothing is known. Only gaps count."""
        many = [row for row in map(self._many.get, found) if row] if self._many else []
        few = [row for row in map(self._few.get, found) if row]
        known = len(many) + len(few)
        unit = 1 / sqrt(known or 1)
        columns = map(sum, zip(*many, strict=True)) if many else repeat(0.0)
        sums = [base * known + column for base, column in zip(self._base, columns, strict=False)]
        for row in few:
            for label, weight in row:
                sums[label] += weight
        return {label: part * unit for label, part in zip(self.labels, sums, strict=True)}


def _weights(row: Mapping[int, float], least: float) -> dict[int, float]:
    whole = sum(row.values()) + least
    return {here: log(whole / (whole - part)) for here, part in row.items()}


Sample = tuple[str, tuple[str, ...], float]  # a text, its label in each view, its weight


@lru_cache(maxsize=4)  # danger and the topics, and the check's. A reload changes few of them
def learnt(samples: tuple[Sample, ...], least: tuple[float, ...]) -> tuple[Odds, ...]:
    """The odds of each view of the same sentences: worked out once, the texts read once."""
    known: dict[str, list[str]] = {}
    read = [(traits(words(text), known), labels, weight) for text, labels, weight in samples]
    return tuple(
        Odds(((found, labels[view], weight) for found, labels, weight in read), share)
        for view, share in enumerate(least)
    )
