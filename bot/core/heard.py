"""What somebody typed, as it is understood: danger and topics, each worked out once a turn."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bot.core.tree import Audience
from bot.core.understand.crisis import Danger, Lexicon, danger
from bot.core.understand.said import Said
from bot.core.understand.topics import Found, TopicIndex

PART: Final = 4096  # characters that are read at once, all that a messenger lets through …
STEP: Final = 3896  # … each part overlapping the next, so that nothing is cut in two
MOST: Final = 100_000  # characters read at all; no person types more


@dataclass(frozen=True)
class Heard:
    """Any text; what it means is worked out when first asked for, and kept."""

    text: str
    lexicon: Lexicon
    topics: TopicIndex

    @cached_property
    def danger(self) -> Danger:
        """What the whole of the text lets one fear, however long it is."""
        found = [danger(part, self.lexicon) for part in self._parts]
        worries = frozenset[str]().union(*(each.worries for each in found))
        plain, listed = any(each.plain for each in found), any(each.listed for each in found)
        return Danger(max(each.level for each in found), worries, plain, listed)

    def about(self, audience: Audience | None) -> tuple[Found, ...]:
        """Up to three topics for this audience that its beginning may mean, the best first."""
        return self.topics.chosen(self._meant, audience)

    @cached_property
    def _parts(self) -> tuple[Said, ...]:
        starts = range(0, max(1, min(len(self.text), MOST) - PART + STEP), STEP)
        return tuple(Said(self.text[at : at + PART]) for at in starts)

    @cached_property
    def _meant(self) -> dict[str, float]:
        return self.topics.meant(self._parts[0])
