"""Everything the authors wrote, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bot.core.calendar import Calendar
from bot.core.directory import Directory
from bot.core.heard import Heard
from bot.core.retention import Keep
from bot.core.tree import Audience, Text, Tree
from bot.core.understand.crisis import Lexicon
from bot.core.understand.schools import SchoolIndex
from bot.core.understand.topics import TopicIndex

GERMAN: Final = "de"


def german(language: str) -> bool:
    """Whether German is understood, plain or in Leichte Sprache (``de-x-leicht``)."""
    return language.partition("-")[0] == GERMAN


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its own name; ``sentence`` says honestly what it gets today."""

    id: str
    name: str
    sentence: str
    card: str  # the card to take along, without the visitor's taps
    locale: str = "de"  # for dates
    checked: bool = False  # by a person
    times: Mapping[str, str] = field(default_factory=dict)  # its words of time → the German ones


@dataclass(frozen=True, slots=True)
class Snippet:
    """``title`` is the button at the desk; ``texts``: language → words, German always."""

    id: str
    title: str
    audiences: frozenset[Audience]
    texts: Mapping[str, Text]


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
    snippets: tuple[Snippet, ...] = ()  # prepared answers for the desk
    keep: Keep = field(default_factory=Keep)
    others: Mapping[str, "Knowledge"] = field(default_factory=dict)  # the same in other languages
    doors: tuple[str, ...] = ()  # links into the house, with a gap for the "{payload}"
    locale: str = "de"
    whole: bool = True  # every word of the tree is in this language

    def speaking(self, language: str) -> "Knowledge":
        """The same knowledge in this language, or in German where there are no words for it."""
        return self.others.get(language, self)

    def times_of(self, language: str) -> Mapping[str, str]:
        """The language's words of time → the German ones; none where nobody wrote them."""
        found = self.languages.get(language)
        return found.times if found else {}

    def in_house(
        self, operator: Mapping[str, str], keep: Keep, doors: tuple[str, ...]
    ) -> "Knowledge":
        """The same, knowing in every language who runs this bot, what they keep, and its doors."""
        others = {
            language: replace(other, operator=operator, keep=keep, doors=doors)
            for language, other in self.others.items()
        }
        return replace(self, operator=operator, keep=keep, doors=doors, others=others)

    @property
    def wordless(self) -> bool:
        """Whether Telegram carries no free text, in neither direction."""
        return self.operator.get("telegram_text") == "off"

    def heard(self, text: str) -> Heard:
        """A typed text as it is understood with this knowledge."""
        return Heard(text, self.lexicon, self.topics)

    def said(self, key: str, audience: Audience | None = None, **values: str) -> str:
        """One of the bot's own sentences."""
        return filled(self.texts[key].of(audience), values)


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with their gaps filled; "e. V." at the end of a sentence brings its full stop."""
    if not values and "{" not in words:
        return words
    text = words.format_map(values)
    for value in values.values():
        if value.endswith("."):
            text = text.replace(f"{value}.", value)
    return text
