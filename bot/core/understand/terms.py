"""A vocabulary that is found in spite of slips: trigrams pick, edit distance decides."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_COMMON = 400  # a trigram shared by more terms than this picks nobody
_PICKED = 24  # terms that are compared letter by letter
BEGINNING = 0.8  # how much a beginning of a term counts
_INSTEAD = 0.75  # how much a term counts that is like a word which is a term itself


class Terms:
    """Finds the terms that a typed word may stand for."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._known = frozenset(terms)
        self._grams: defaultdict[str, list[str]] = defaultdict(list)
        for term in sorted(self._known):
            for gram in _grams(term):
                self._grams[gram].append(term)

    def near(self, word: str) -> dict[str, float]:
        """Terms like this word → likeness 0..1; its own is 1; empty when nothing is like it."""
        found = {word: 1.0} if word in self._known else {}
        if len(word) >= 4:
            for term in self._picked(word):
                likeness = _likeness(word, term)
                if likeness and term != word:
                    found[term] = likeness * _INSTEAD if word in self._known else likeness
            if not found:
                found = self._two_in_one(word)
        return found

    def _picked(self, word: str) -> list[str]:
        count: Counter[str] = Counter()
        for gram in _grams(word):
            terms = self._grams.get(gram, ())
            if len(terms) <= _COMMON:
                count.update(terms)
        least = max(2, len(word) // 3 - 1)
        return [term for term, shared in count.most_common(_PICKED) if shared >= least]

    def _two_in_one(self, word: str) -> dict[str, float]:
        """Two terms written as one word: "geschwisterscholl"."""
        for cut in range(4, len(word) - 3):
            if word[:cut] in self._known and word[cut:] in self._known:
                return {word[:cut]: 1.0, word[cut:]: 1.0}
        return {}


def _grams(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def _likeness(word: str, term: str) -> float:
    slips = 1 if len(word) < 8 else 2
    distance = OSA.distance(word, term, score_cutoff=slips)
    if distance <= slips:
        return 1.0 - distance / len(word)
    if term.startswith(word) or (len(term) >= 5 and word.startswith(term)):
        return BEGINNING
    return 0.0
