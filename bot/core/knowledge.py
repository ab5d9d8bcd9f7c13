"""Everything the authors wrote, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.calendar import Calendar
from bot.core.directory import Directory
from bot.core.heard import Heard
from bot.core.retention import Keep
from bot.core.tree import Text, Tree
from bot.core.understand.crisis import Lexicon
from bot.core.understand.schools import SchoolIndex
from bot.core.understand.topics import TopicIndex


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its own name; ``sentence`` says honestly what it gets today."""

    id: str
    name: str
    sentence: str
    card: str  # the card to take along, without the visitor's taps
    checked: bool = False  # by a person


@dataclass(frozen=True)
class Knowledge:
    """What the core knows about the world; ``version`` names this state of the files."""

    version: str
    tree: Tree
    directory: Directory
    texts: Mapping[str, Text]
    names: tuple[tuple[str, ...], tuple[str, ...]]  # adjectives (masculine), nouns (masculine)
    languages: Mapping[str, Language]
    lexicon: Lexicon
    calendar: Calendar
    schools: SchoolIndex
    topics: TopicIndex
    operator: Mapping[str, str] = field(default_factory=dict)  # name, address, email, privacy
    keep: Keep = field(default_factory=Keep)

    def heard(self, text: str) -> Heard:
        """A typed text as it is understood with this knowledge."""
        return Heard(text, self.lexicon, self.topics)
