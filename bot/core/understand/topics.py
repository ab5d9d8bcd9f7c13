"""Concerns as people write them: odds of what authors wrote and of sentences of known meaning."""

from collections.abc import Container, Iterator, Sequence
from math import exp
from typing import Final

from rapidfuzz import fuzz, process

from bot.core.tree import Audience, Goto, Node, Topic, Tree
from bot.core.understand.odds import OFFTOPIC, UNCLEAR, Phrase, learnt, traits
from bot.core.understand.text import FUNCTION_WORDS, words

_SHOWN: Final = 3
_READ: Final = 300  # words of a text that are read
# How much a line teaches: written for the topic, an example sentence, beside a choice.
_WORD, _PHRASE, _CHOICE = 1.0, 1.0, 0.6
# Measured with the authors of knowledge/phrases left out in turn; the table is in bot/README.md.
_LEAST: Final = 0.1  # share that is granted to a trait a label never had
_ASIDE: Final = 0.3  # what is added for "not for us": its sentences have least in common
_WHOLE: Final = 5  # letters of a known word that may stand in a compound
_SLIP, _SLIPS = 86, 20  # how alike a slip is, in per cent; words that are looked at for one
_SHARP: Final = 3.0  # the score is the share of e to this times what speaks for a topic


class TopicIndex:
    """Finds the topics that a text may be about; immutable after it was built."""

    def __init__(self, tree: Tree, phrases: Sequence[Phrase] = ()) -> None:
        self._audiences = {topic.id: topic.audiences for topic in tree.subjects()}
        samples = [line for topic in tree.subjects() for line in _lines(topic, self._audiences)]
        samples += [
            (p.text, p.topic, _PHRASE)
            for p in phrases
            if p.topic in self._audiences or p.topic in {OFFTOPIC, UNCLEAR}
        ]
        self._odds = learnt(tuple(samples), _LEAST)
        self._vocabulary = {word for text, _, _ in samples for word in words(text)}

    def find(self, text: str, audience: Audience | None) -> tuple[tuple[str, float], ...]:
        """Up to three topic ids with a score 0..1, the best first; () when nothing fits.

        Only topics for this audience are found; None stands for all. OFFTOPIC may come first: the
        text is not for us, and what follows is what it would mean if it were.
        """
        row = words(text)[:_READ]
        found = self._odds.scores(traits(row))
        meant = {
            topic: score + (_ASIDE if topic == OFFTOPIC else 0.0)
            for topic, score in found.items()
            if audience is None or audience in self._audiences.get(topic, Audience)
        }
        if FUNCTION_WORDS.issuperset(row) or not any(found.values()) or not meant:
            return ()
        if not self._heard(row):
            return ()
        best = max(meant.values())
        parts = {topic: exp(_SHARP * (score - best)) for topic, score in meant.items()}
        hits = sorted(parts, key=lambda topic: (-parts[topic], topic))
        if hits[0] == UNCLEAR:
            return ()
        total = sum(parts.values())
        shown = [topic for topic in hits if topic not in {UNCLEAR, OFFTOPIC}]
        shown = [OFFTOPIC, *shown] if hits[0] == OFFTOPIC else shown
        return tuple((topic, round(parts[topic] / total, 3)) for topic in shown[:_SHOWN])

    def _heard(self, row: Sequence[str]) -> bool:
        """Whether any word is known, or one is part of it or a slip: letters are no evidence."""
        known, row = self._vocabulary, row[:_SLIPS]
        return (
            not known.isdisjoint(row)
            or any(len(k) >= _WHOLE and k in w for w in row for k in known)
            or any(process.extractOne(w, known, scorer=fuzz.ratio, score_cutoff=_SLIP) for w in row)
        )


def _lines(topic: Topic, subjects: Container[str]) -> Iterator[tuple[str, str, float]]:
    """What speaks for this topic; the words beside a way into another topic speak for that one."""
    yield topic.title, topic.id, _WORD
    yield from ((line, topic.id, _WORD) for line in topic.words)
    yield from ((line, topic.id, _PHRASE) for line in topic.phrases)
    for node in topic.nodes.values():
        for choice in node.choices if isinstance(node, Node) else ():
            about = topic.id
            if isinstance(choice.target, Goto):
                there = choice.target.node.partition(".")[0]
                about = there if there in subjects else about
            yield from ((line, about, _CHOICE) for line in choice.words)
