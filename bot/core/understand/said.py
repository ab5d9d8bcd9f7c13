"""A typed text taken apart once, for everything that wants to understand it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from bot.core.understand.odds import Traits, traits
from bot.core.understand.text import words

_READ: Final = 700  # words
_PART: Final = 50  # words that are judged at once; in a longer text a sentence would drown …
_STEP: Final = 36  # … so it is read in parts that overlap
_BEGINNING: Final = 200  # words that say what it is about


@dataclass(frozen=True)
class Said:
    """Any text; what it is taken into is worked out when first asked for, and kept."""

    text: str

    @classmethod
    def of(cls, text: "str | Said") -> "Said":
        """The text taken apart; what is so already stays as it is."""
        return text if isinstance(text, Said) else cls(text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its normalised words in order, as far as they are read."""
        return words(self.text)[:_READ]

    @cached_property
    def parts(self) -> tuple[Traits, ...]:
        """The traits of each part; at least one part, which may be empty."""
        return tuple(self._parts())

    def _parts(self) -> Iterator[Traits]:
        known: dict[str, list[str]] = {}
        for at in range(0, max(1, len(self.words) - _PART + _STEP), _STEP):
            yield traits(self.words[at : at + _PART], known)

    @cached_property
    def traits(self) -> Traits:
        """The traits of its beginning, nearly always the whole."""
        return self.parts[0] if len(self.words) <= _PART else traits(self.words[:_BEGINNING])
