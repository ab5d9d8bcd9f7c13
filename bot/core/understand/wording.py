"""Finding wordings in a text: which words it holds, and which of them stand near each other."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from bot.core.understand.reading import Spot, read
from bot.core.understand.text import normalise

_LONGEST_TEXT: Final = 4096  # characters; of a longer text the beginning is read
_LONGEST_WORD: Final = 24  # letters
_GUESSED: Final = 32  # different words of one text that are checked for slips
_WORD_WITH_SLIP: Final = 6  # letters from which on a slip is let through in a word …
_STEM_WITH_SLIP: Final = 7  # … and in a stem


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say something; ``number`` says of what. Groups hold alternatives."""

    number: int
    groups: tuple[tuple[str, ...], ...]
    window: int
    unless: tuple[str, ...] = ()


def pattern(word: str) -> str:
    """A word of a way, normalised; ``*`` at its beginning or end is kept."""
    body = normalise(word).replace(" ", "")
    return f"{'*' if word.startswith('*') else ''}{body}{'*' if word.endswith('*') else ''}"


class Ways:
    """All ways, looked up together; immutable after it was built."""

    def __init__(self, ways: Iterable[Way], unlike: frozenset[str] = frozenset()) -> None:
        self._phrases: dict[str, tuple[str, ...]] = {}
        self._ways = tuple(ways)
        self._anchored: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for index, way in enumerate(self._ways):
            for phrase in (*(p for group in way.groups for p in group), *way.unless):
                self._phrases[phrase] = tuple(pattern(word) for word in phrase.split())
            for phrase in way.groups[0]:
                self._anchored[self._phrases[phrase][0]].append((phrase, index))
        patterns = {word for phrase in self._phrases.values() for word in phrase}
        self._vocabulary = _Vocabulary(patterns, unlike)
        # The first words of each further group's phrases: without one of them it is not said.
        self._first = [
            [frozenset([self._phrases[phrase][0] for phrase in group]) for group in way.groups[1:]]
            for way in self._ways
        ]

    def found(self, text: str) -> set[int]:
        """The numbers of the ways that the text takes."""
        places = _Places(self._vocabulary.places(read(text[:_LONGEST_TEXT])), self._phrases)
        numbers: set[int] = set()
        hopeless: set[int] = set()  # ways of which a whole group is missing
        for word in places.words:
            for phrase, index in self._anchored.get(word, ()):
                way = self._ways[index]
                if way.number in numbers or index in hopeless:
                    continue
                if any(first.isdisjoint(places.words) for first in self._first[index]):
                    hopeless.add(index)
                    continue
                groups = places.groups(way)
                if groups is None:
                    hopeless.add(index)
                elif places.take(phrase, groups, way):
                    numbers.add(way.number)
        return numbers


class _Places:
    """Where the words of one text stand, and the phrases made of them."""

    def __init__(self, words: dict[str, list[int]], phrases: dict[str, tuple[str, ...]]) -> None:
        self.words = words
        self._phrases = phrases
        self._known: dict[str, list[int]] = {}

    def groups(self, way: Way) -> list[list[list[int]]] | None:
        """Where each group but the anchor has words; None where one of them has none."""
        groups: list[list[list[int]]] = []
        for group in way.groups[1:]:
            rows = [row for phrase in group if (row := self.of(phrase))]
            if not rows:
                return None
            groups.append(rows)
        return groups

    def take(self, anchor: str, groups: Sequence[Sequence[list[int]]], way: Way) -> bool:
        """Whether every group has a word near one place of the anchor, nothing against it."""
        against = [self.of(phrase) for phrase in way.unless]
        return any(
            all(_near(group, at, way.window) for group in groups)
            and not _near(against, at, way.window)
            for at in self.of(anchor)
        )

    def of(self, phrase: str) -> list[int]:
        """The places where a phrase begins, in order."""
        known = self._known.get(phrase)
        if known is None:
            first, *rest = self._phrases[phrase]
            starts = self.words.get(first, [])
            for step, word in enumerate(rest, 1):
                there = set(self.words.get(word, ()))
                starts = [at for at in starts if at + step in there]
            known = self._known[phrase] = starts
        return known


def _near(places: Sequence[list[int]], at: int, window: int) -> bool:
    for row in places:
        first = bisect_left(row, at - window)
        if first < len(row) and row[first] <= at + window:
            return True
    return False


class _Vocabulary:
    """Which patterns a word fits."""

    def __init__(self, patterns: Iterable[str], unlike: frozenset[str]) -> None:
        self._unlike = unlike
        self._whole: set[str] = set()
        self._starts: set[str] = set()
        self._ends: set[str] = set()
        self._slips: defaultdict[str, set[str]] = defaultdict(set)  # word less a letter → patterns
        for word in sorted(patterns):
            body = word.strip("*")
            kind = self._starts if word.endswith("*") else self._whole
            kind = self._ends if word.startswith("*") else kind
            kind.add(body)
            if kind is not self._ends and len(body) >= (
                _WORD_WITH_SLIP if kind is self._whole else _STEM_WITH_SLIP
            ):
                for shorter in _less_a_letter(body):
                    self._slips[shorter].add(word)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for body in self._starts:
            lengths[body[:2]].add(len(body))
        self._lengths = {head: sorted(of_stems) for head, of_stems in lengths.items()}
        self._stem_lengths = sorted(
            {len(body) + d for body in self._starts if len(body) >= 7 for d in (-1, 0, 1)}
        )

    def places(self, spots: Sequence[Spot]) -> dict[str, list[int]]:
        """Pattern → where it stands, in order."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        known: dict[str, set[str]] = {}
        for spot in spots:
            if spot.run:
                for step, found in enumerate(self._in_run(spot.forms[0])):
                    _put(places, found, spot.at + step)
                continue
            for form in spot.forms:
                if form not in known:
                    known[form] = self._of(form, guess=len(known) < _GUESSED)
                _put(places, known[form], spot.at)
        return {word: sorted(set(at)) for word, at in places.items()}

    def _of(self, form: str, *, guess: bool) -> set[str]:
        found = {form} if form in self._whole else set()
        for length in self._lengths.get(form[:2], ()):
            if (stem := form[:length]) in self._starts and len(stem) == length:
                found.add(f"{stem}*")
        found |= {f"*{end}" for end in self._ends if form.endswith(end)}
        short = _WORD_WITH_SLIP - 1 <= len(form) <= _LONGEST_WORD
        if guess and short and not found and form not in self._unlike:
            found = self._with_slip(form)
        return found

    def _with_slip(self, form: str) -> set[str]:
        beginnings = {form} | {form[:length] for length in self._stem_lengths}
        found: set[str] = set()
        for beginning in beginnings:
            for shorter in _less_a_letter(beginning):
                for word in self._slips.get(shorter, ()):
                    part = beginning if word.endswith("*") else form
                    if (
                        part[:1] == word[:1]
                        and OSA.distance(part, word.strip("*"), score_cutoff=1) <= 1
                    ):
                        found.add(word)
        return found

    def _in_run(self, letters: str) -> list[set[str]]:
        """The words in letters without spaces, cut so that the fewest letters are left over."""
        best: list[tuple[float, int]] = [(0.0, 0)]  # up to here: letters left over, last cut
        for end in range(1, len(letters) + 1):
            ways = [(best[end - 1][0] + 1.0, end - 1)]
            ways += [
                (best[start][0] + 0.01, start)
                for start in range(max(0, end - _LONGEST_WORD), end - 1)
                if letters[start:end] in self._whole or letters[start:end] in self._starts
            ]
            best.append(min(ways))
        found: list[set[str]] = []
        end = len(letters)
        while end:
            start = best[end][1]
            form = letters[start:end]
            found.append({form} & self._whole | ({f"{form}*"} if form in self._starts else set()))
            end = start
        return found[::-1]


def _put(places: dict[str, list[int]], patterns: Iterable[str], at: int) -> None:
    for word in patterns:
        places[word].append(at)


def _less_a_letter(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
