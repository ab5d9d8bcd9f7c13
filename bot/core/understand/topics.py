"""Concerns as people write them: odds of what authors wrote and of sentences of known meaning."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import exp, log
from typing import Final

from bot.core.tree import Audience, Goto, Node, Topic, Tree
from bot.core.understand.odds import OFFTOPIC, UNCLEAR, Phrase, learnt
from bot.core.understand.said import Said
from bot.core.understand.text import FUNCTION_WORDS, words

_SHOWN: Final = 3
# How much a line teaches: written for the topic, an example sentence, beside a choice.
_WORD, _PHRASE, _CHOICE = 1.0, 1.0, 0.6
# Measured with the authors of knowledge/phrases left out in turn; the table is in bot/README.md.
_LEAST: Final = 0.1  # share that is granted to a trait a label never had
_ASIDE: Final = 0.1  # what is added for "not for us": its sentences have least in common
_LEANING: Final = 0.1  # of how much likelier a topic is for who asks; more made worse of the rest
_WHOLE: Final = 5  # letters of a known word that may stand in a compound
_LONGEST_PART: Final = 24  # letters of it
_LONGEST_WORD: Final = 60  # letters of an unknown word that are searched for known ones
_LOOKED_AT: Final = 20  # words that are looked at when none of a text is known as it stands
_FEW: Final = 9.0  # sentences of an audience that count as much as those of all
_SHARP: Final = 3.0  # the score is the share of e to this times what speaks for a topic


Found = tuple[str, float]  # a topic's id or OFFTOPIC, and a score 0..1


@lru_cache(maxsize=4)  # as ``learnt``: a reload and the check change few of the sentences
def _vocabulary(texts: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The words of these texts, and what long ones are with a letter less."""
    known = frozenset(word for text in texts for word in words(text))
    long = (word for word in known if len(word) >= _WHOLE)
    return known, frozenset(form for word in long for form in _less_a_letter(word))


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
        self._leanings = _leanings(phrases, self._audiences)
        views = tuple((text, (label,), weight) for text, label, weight in samples)
        (self._odds,) = learnt(views, (_LEAST,))
        self._known, self._slips = _vocabulary(tuple(text for text, _, _ in samples))

    def find(self, text: str | Said, audience: Audience | None) -> tuple[Found, ...]:
        """Up to three topic ids with a score 0..1, the best first; () when nothing fits.

        Only topics for this audience are found; None stands for all. OFFTOPIC may come first: the
        text is not for us, and what follows is what it would mean if it were.
        """
        return self.chosen(self.meant(Said.of(text)), audience)

    def meant(self, said: Said) -> dict[str, float]:
        """How much speaks for each topic; empty where nothing is known of what was said."""
        if FUNCTION_WORDS.issuperset(said.words):
            return {}
        found = self._odds.scores(said.traits)
        if not any(found.values()) or not self._heard(said.words):
            return {}
        return {t: score + (_ASIDE if t == OFFTOPIC else 0.0) for t, score in found.items()}

    def chosen(self, meant: Mapping[str, float], audience: Audience | None) -> tuple[Found, ...]:
        """The best three of those for this audience, as ``find`` gives them."""
        leaning = self._leanings.get(audience, {})
        theirs = {
            topic: score + leaning.get(topic, 0.0)
            for topic, score in meant.items()
            if audience is None or audience in self._audiences.get(topic, Audience)
        }
        best = max(theirs.values(), default=0.0)
        parts = {topic: exp(_SHARP * (score - best)) for topic, score in theirs.items()}
        hits = sorted(parts, key=lambda topic: (-parts[topic], topic))
        if hits[:1] in ([], [UNCLEAR]):
            return ()
        total = sum(parts.values())
        shown = [topic for topic in hits if topic not in {UNCLEAR, OFFTOPIC}]
        shown = [OFFTOPIC, *shown] if hits[0] == OFFTOPIC else shown
        return tuple((topic, round(parts[topic] / total, 3)) for topic in shown[:_SHOWN])

    def _heard(self, row: Sequence[str]) -> bool:
        """Whether any word is known, or one is part of it or a slip: letters are no evidence."""
        if not self._known.isdisjoint(row):
            return True
        looked_at = [word[:_LONGEST_WORD] for word in row[:_LOOKED_AT]]
        return any(
            not self._known.isdisjoint(_within(word)) or not self._slips.isdisjoint(_slips(word))
            for word in looked_at
        )


def _leanings(
    phrases: Iterable[Phrase], subjects: Container[str]
) -> dict[Audience | None, dict[str, float]]:
    """How far each audience of the sentences leans towards a topic: 0 as all do; natural logs."""
    asked = [(Audience(p.audience), p.topic) for p in phrases if p.audience and p.topic in subjects]
    theirs, whose = Counter(asked), Counter(audience for audience, _ in asked)
    topics = Counter(topic for _, topic in asked)
    leanings: dict[Audience | None, dict[str, float]] = {}
    for audience, count in whose.items():
        usual = {topic: of_all / len(asked) for topic, of_all in topics.items()}
        leanings[audience] = {
            topic: _LEANING * log((theirs[audience, topic] / share + _FEW) / (count + _FEW))
            for topic, share in usual.items()
        }
    return leanings


def _within(word: str) -> Iterator[str]:
    for start in range(len(word) - _WHOLE + 1):
        longest = min(len(word), start + _LONGEST_PART)
        yield from (word[start:end] for end in range(start + _WHOLE, longest + 1))


def _slips(word: str) -> Iterable[str]:
    return _less_a_letter(word) if _WHOLE <= len(word) <= _LONGEST_PART else ()


def _less_a_letter(word: str) -> Iterator[str]:
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


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
