"""How easily a screen reads: LIX (Björnsson 1968) and the mean length of its sentences.

LIX is words per sentence plus the share of words of more than six letters, in per cent: about 25
for children's books, 40 for newspapers, 60 for administration.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.tree import Audience, Node, Tree

LONG: Final = 6  # letters; a word of more is long
_END: Final = re.compile(r"[.!?:]+(?=\s|$)|\n+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Reading:
    """One wording of one screen."""

    ref: str
    audience: Audience
    lix: float
    words_a_sentence: float


def measured(text: str) -> tuple[float, float]:
    """LIX and words a sentence; (0, 0) for a text without words."""
    words = _WORD.findall(text)
    sentences = sum(bool(_WORD.search(part)) for part in _END.split(text))
    if not words:
        return 0.0, 0.0
    mean = len(words) / sentences
    return mean + 100 * sum(len(word) > LONG for word in words) / len(words), mean


def readings(tree: Tree) -> Iterator[Reading]:
    """Every wording of every screen once, for the first audience that reads it."""
    for node in tree.nodes.values():
        if isinstance(node, Node):
            met: set[str] = set()
            for audience in Audience:
                said = node.say.of(audience)
                allowed = node.only.audience or tree.topic_of(node.ref).audiences
                if audience in allowed and said not in met:
                    met.add(said)
                    yield Reading(node.ref, audience, *measured(said))
