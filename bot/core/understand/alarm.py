"""How dangerous a text sounds, learnt from sentences whose danger people have judged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from bot.core.understand.odds import Traits, learnt
from bot.core.understand.said import Said

# Measured with the authors of knowledge/phrases left out in turn; the table is in bot/README.md.
LEAST: Final = 0.03  # of a level …
KIND_LEAST: Final = 0.1  # … and of a level of one topic
KINDS: Final = 10.0  # what speaks for a level in one of its topics against that of the level alone
_SHARP: Final = 2.0  # how little topics other than the likeliest add
ACUTE_FROM: Final = -5.0  # how much more must speak for acute than for none …
CONCERN_FROM: Final = -6.9  # … and for acute or concern than for none
CALM: Final = 30.0  # what must be outweighed by any evidence: short texts have little of it
LISTED: Final = 1.5  # what a wording of the lexicon adds


@dataclass(frozen=True, slots=True)
class Felt:
    """``level`` 0 none, 1 concern, 2 acute; ``worry`` is the likeliest topic of the fear."""

    level: int
    worry: str


class Alarm:
    """Immutable after it has learnt from (text, topic, none | concern | acute).

    Two views are added: what speaks for a level, and what speaks for it as one of its topics, so
    that words of several worries in one sentence do not add up to a danger that none of them has.
    """

    def __init__(self, said: Sequence[tuple[str, str, str]]) -> None:
        samples = ((text, (crisis, f"{crisis} {topic}"), 1.0) for text, topic, crisis in said)
        self._levels, self._kinds = learnt(tuple(samples), (LEAST, KIND_LEAST))
        self._level_of = {kind: kind.partition(" ")[0] for kind in self._kinds.labels}

    def scores(self, text: str | Said) -> tuple[float, float]:
        """How much more speaks for acute than for none, and for any danger: of the worst part."""
        acute, some, _ = self._looked(Said.of(text))
        return acute, some

    def felt(self, text: str | Said, *, listed: bool = False) -> Felt:
        """What one must fear; ``listed``: the lexicon knows an acute wording in it."""
        acute, some, worry = self._looked(Said.of(text))
        more = LISTED if listed else 0.0
        level = 2 if acute + more >= ACUTE_FROM else 1 if some + more >= CONCERN_FROM else 0
        return Felt(level, worry if level else "")

    def _looked(self, said: Said) -> tuple[float, float, str]:
        first, part = max(
            ((self._apart(part, self._levels.scores(part)), part) for part in said.parts),
            key=lambda each: sum(each[0]),
        )
        kinds = self._kinds.scores(part)
        second = self._apart(part, self._levels_of(kinds), calm=0.0)
        acute, some = (one + KINDS * other for one, other in zip(first, second, strict=True))
        feared = [(score, kind) for kind, score in kinds.items() if self._level_of[kind] != "none"]
        worry = max(feared, default=(0.0, ""))[1].partition(" ")[2]
        return acute, some, worry

    def _apart(
        self, part: Traits, scores: Mapping[str, float], calm: float = CALM
    ) -> tuple[float, float]:
        """How far acute, and acute or concern, lie above none."""
        none = scores.get("none", 0.0) + calm / sqrt(len(part) or 1)
        acute = scores.get("acute", 0.0) - none
        return acute, max(acute, scores.get("concern", 0.0) - none)

    def _levels_of(self, kinds: Mapping[str, float]) -> dict[str, float]:
        """What speaks for each level: above all what speaks for the likeliest of its topics."""
        rows: defaultdict[str, list[float]] = defaultdict(list)
        for kind, score in kinds.items():
            rows[self._level_of[kind]].append(score)
        return {level: _soft(row) for level, row in rows.items()}


def _soft(row: Sequence[float]) -> float:
    best = max(row)
    return best + log(sum([exp(_SHARP * (score - best)) for score in row])) / _SHARP
