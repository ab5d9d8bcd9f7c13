"""How dangerous a text sounds, learnt from sentences whose danger people have judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from bot.core.understand.odds import learnt
from bot.core.understand.said import Said

# Measured with the authors of knowledge/phrases left out in turn; the table is in bot/README.md.
LEAST: Final = 0.03
ACUTE_FROM: Final = -1.75  # how much more must speak for acute than for none …
CONCERN_FROM: Final = -2.25  # … and for acute or concern than for none
CALM: Final = 15.0  # what must be outweighed by any evidence: short texts have little of it
LISTED: Final = 1.0  # what a wording of the lexicon adds


@dataclass(frozen=True, slots=True)
class Felt:
    """``level`` 0 none, 1 concern, 2 acute; ``worry`` is the likeliest topic of the fear."""

    level: int
    worry: str


class Alarm:
    """Immutable after it has learnt from (text, topic, none | concern | acute)."""

    def __init__(self, said: Sequence[tuple[str, str, str]]) -> None:
        self._levels = learnt(tuple((text, crisis, 1.0) for text, _, crisis in said), LEAST)
        feared = ((text, topic, 1.0) for text, topic, crisis in said if crisis != "none")
        self._worries = learnt(tuple(feared), LEAST)

    def scores(self, text: str | Said) -> tuple[float, float]:
        """How much more speaks for acute than for none, and for any danger: of the worst part."""
        acute = some = -100.0
        for found in Said.of(text).parts:
            scores = self._levels.scores(found)
            none = scores.get("none", 0.0) + CALM / sqrt(len(found) or 1)
            sure = scores.get("acute", 0.0) - none
            acute = max(acute, sure)
            some = max(some, sure, scores.get("concern", 0.0) - none)
        return acute, some

    def felt(self, text: str | Said, *, listed: bool = False) -> Felt:
        """What one must fear; ``listed``: the lexicon knows an acute wording in it."""
        said = Said.of(text)
        acute, some = self.scores(said)
        more = LISTED if listed else 0.0
        level = 2 if acute + more >= ACUTE_FROM else 1 if some + more >= CONCERN_FROM else 0
        return Felt(level, self._worry(said) if level else "")

    def _worry(self, said: Said) -> str:
        found = self._worries.scores(said.traits)
        return max(found, key=lambda topic: (found[topic], topic))
