"""Concerns as people write them: what the authors wrote beside the topics, weighed by rarity."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from math import exp, log, sqrt
from typing import Final

from bot.core.tree import Audience, Goto, Node, Topic, Tree
from bot.core.understand.terms import BEGINNING, Terms
from bot.core.understand.text import FUNCTION_WORDS, stem, words

_SHOWN: Final = 3
_READ: Final = 100  # words of a text that are read
_GUESSED: Final = 25  # of these, words that are checked for slips
_SHORTEST_SLIP: Final = 6  # letters of a word that is checked
_GRAMS: Final = (4, 5)  # letters; long enough for a root, short enough for compounds and slips
# How much a line says for a stem: written for the topic, an example sentence, beside a choice.
_WORD, _PHRASE, _CHOICE = 1.0, 0.7, 0.6
# The mix of evidence (stems, the topic's letters, the likest line), its scale and the least that
# counts: measured on the trees' phrases, each left out in turn, and on the development phrases.
_STEMS, _LETTERS, _LINE = 0.25, 4.0, 2.0
_BESIDE: Final = 0.8  # how much a line beside a choice counts as the likest
_SCALE: Final = 1.7
_LEAST: Final = 0.42


class TopicIndex:
    """Finds the topics that a text may be about; immutable after it was built."""

    def __init__(self, tree: Tree) -> None:
        self._audiences = {topic.id: topic.audiences for topic in tree.subjects()}
        lines = [line for topic in tree.subjects() for line in _lines(topic, self._audiences)]
        # Stemming is slow; most of what people type are words that the authors wrote too.
        self._roots = {word: stem(word) for _, line, _ in lines for word in _telling(line)}
        self._topic_of_line = [topic for topic, _, _ in lines]
        self._known = {word for _, line, _ in lines for word in _telling(line)}
        self._terms = Terms(self._known)
        self._by_stem = _stem_weights(lines)
        directions = [(topic, _grams(_telling(line)), weight) for topic, line, weight in lines]
        self._rarity = _rarity(grams for _, grams, _ in directions)
        self._rarest = max(self._rarity.values(), default=1.0)
        self._by_line = _line_weights(directions, self._rarity)
        self._by_gram = _gram_weights(directions, self._rarity)

    def find(self, text: str, audience: Audience | None) -> tuple[tuple[str, float], ...]:
        """Up to three topic ids with a score 0..1, the best first; () when nothing fits.

        Only topics for this audience are found; None stands for all.
        """
        row = _telling(text)
        evidence = self._evidence([self._meant(word) for word in row[:_GUESSED]] + row[_GUESSED:])
        scored = [
            (topic, round(1 - exp(-found / _SCALE), 3))
            for topic, found in sorted(evidence.items(), key=lambda hit: -hit[1])
            if audience is None or audience in self._audiences[topic]
        ]
        return tuple(hit for hit in scored[:_SHOWN] if hit[1] >= _LEAST)

    def _meant(self, word: str) -> str:
        """The word of the authors of which this one is a slip of typing, or itself."""
        if word in self._known or len(word) < _SHORTEST_SLIP:
            return word
        likeness, term = max(
            ((like, term) for term, like in self._terms.near(word).items()), default=(0.0, word)
        )
        return term if likeness > BEGINNING else word

    def _evidence(self, row: list[str]) -> dict[str, float]:
        """How much speaks for each topic that shares anything with the words."""
        said = sorted({self._roots.get(word) or stem(word) for word in row})
        evidence: defaultdict[str, float] = defaultdict(float)
        for word in said:
            for topic, weight in self._by_stem.get(word, {}).items():
                evidence[topic] += _STEMS * weight / sqrt(len(said))
        grams = {gram: self._rarity.get(gram, self._rarest) for gram in sorted(_grams(row))}
        length = _length(grams.values())
        lines: defaultdict[int, float] = defaultdict(float)
        for gram, rarity in grams.items():
            for topic, weight in self._by_gram.get(gram, {}).items():
                evidence[topic] += _LETTERS * weight * rarity / length
            for line, weight in self._by_line.get(gram, ()):
                lines[line] += weight * rarity / length
        likest: defaultdict[str, float] = defaultdict(float)
        for line, likeness in lines.items():
            topic = self._topic_of_line[line]
            likest[topic] = max(likest[topic], likeness)
        for topic, likeness in likest.items():
            evidence[topic] += _LINE * likeness
        return evidence


_Directions = list[tuple[str, set[str], float]]
_Lines = list[tuple[str, str, float]]


def _lines(topic: Topic, subjects: Container[str]) -> Iterator[tuple[str, str, float]]:
    """What speaks for this topic; the words beside a way into another topic speak for that one."""
    yield topic.id, topic.title, _WORD
    yield from ((topic.id, line, _WORD) for line in topic.words)
    yield from ((topic.id, line, _PHRASE) for line in topic.phrases)
    for node in topic.nodes.values():
        for choice in node.choices if isinstance(node, Node) else ():
            about = topic.id
            if isinstance(choice.target, Goto):
                there = choice.target.node.partition(".")[0]
                about = there if there in subjects else about
            yield from ((about, line, _CHOICE) for line in choice.words)


def _telling(text: str) -> list[str]:
    return [word for word in words(text)[:_READ] if word not in FUNCTION_WORDS]


def _grams(row: Iterable[str]) -> set[str]:
    """Runs of letters within the words; a word's edges count as letters."""
    return {
        f"_{word}_"[start : start + size]
        for word in row
        for size in _GRAMS
        for start in range(max(1, len(word) + 3 - size))
    }


def _stem_weights(lines: _Lines) -> dict[str, dict[str, float]]:
    """Stem → topic → how strongly it speaks for it: rare among topics, and its share there."""
    best: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for topic, line, weight in lines:
        for word in {stem(word) for word in _telling(line)}:
            best[word][topic] = max(best[word].get(topic, 0.0), weight) + 0.1
    topics = len({topic for topic, _, _ in lines})
    return {
        word: {
            topic: weight**2 / sum(found.values()) * log(1 + topics / len(found))
            for topic, weight in found.items()
        }
        for word, found in best.items()
    }


def _rarity(lines: Iterable[set[str]]) -> dict[str, float]:
    held = list(lines)
    count = Counter(gram for grams in held for gram in grams)
    return {gram: log((len(held) + 1) / (times + 0.5)) for gram, times in count.items()}


def _length(vector: Iterable[float]) -> float:
    return sqrt(sum(part**2 for part in vector)) or 1.0


def _line_weights(
    directions: _Directions, rarity: dict[str, float]
) -> dict[str, list[tuple[int, float]]]:
    """Run of letters → the lines that have it, and its part of their direction (length 1)."""
    weights: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for line, (_, grams, weight) in enumerate(directions):
        length = _length(rarity[gram] for gram in grams)
        worth = _BESIDE if weight == _CHOICE else 1.0
        for gram in sorted(grams):
            weights[gram].append((line, worth * rarity[gram] / length))
    return dict(weights)


def _gram_weights(directions: _Directions, rarity: dict[str, float]) -> dict[str, dict[str, float]]:
    """Run of letters → topic → its part of the direction of all the topic's lines (length 1)."""
    sums: defaultdict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for topic, grams, _ in directions:
        length = _length(rarity[gram] for gram in grams)
        for gram in sorted(grams):
            sums[topic][gram] += rarity[gram] / length
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for topic, found in sums.items():
        length = sqrt(sum(found.values()))  # of the roots: what many lines share counts less
        for gram, weight in found.items():
            weights[gram][topic] = sqrt(weight) / length
    return dict(weights)
