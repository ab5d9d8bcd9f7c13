"""The decision tree as values: topics, nodes, choices, pieces, texts.

What an author writes (DESIGN, "The tree") is read by ``bot.loading`` into these values; the
core walks them and never sees YAML.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import assert_never


class Audience(StrEnum):
    """Who asks."""

    PUPIL = "pupil"
    GUARDIAN = "guardian"
    TEACHER = "teacher"


@dataclass(frozen=True, slots=True)
class Text:
    """The words for each audience; ``key`` is stable and names its translations.

    ``german``: what a translated text was made from.
    """

    key: str
    pupil: str
    guardian: str
    teacher: str
    german: "Text | None" = None

    @property
    def original(self) -> "Text":
        """The German words, as staff read them."""
        return self.german or self

    def of(self, audience: Audience | None) -> str:
        """The words for this audience; somebody still unknown is addressed as an adult."""
        match audience:
            case Audience.PUPIL:
                return self.pupil
            case Audience.TEACHER:
                return self.teacher
            case Audience.GUARDIAN | None:
                return self.guardian
            case _:
                assert_never(audience)

    def variants(self) -> tuple[str, ...]:
        """Each different wording once."""
        return tuple(dict.fromkeys((self.pupil, self.guardian, self.teacher)))


@dataclass(frozen=True, slots=True)
class Only:
    """The closed set of conditions under which a node or a choice is there; empty means always."""

    audience: frozenset[Audience] = frozenset()
    language: frozenset[str] = frozenset()
    district: frozenset[str] = frozenset()
    school_type: frozenset[str] = frozenset()
    open: bool | None = None
    reachable: bool | None = None


@dataclass(frozen=True, slots=True)
class Goto:
    """To a node (``topic.node``); a jump into another topic is resolved to its start on loading."""

    node: str


@dataclass(frozen=True, slots=True)
class Call:
    """Into a piece and back: ``node`` is the piece's start, ``then`` where the caller goes on."""

    node: str
    then: str
    skip_school: bool | None = None  # None: as the topic says


@dataclass(frozen=True, slots=True)
class Done:
    """Back from a piece to whoever called it; without a caller, to the entrance."""


Target = Goto | Call | Done


class Act(StrEnum):
    """What a choice does beyond leading somewhere; such a button works once."""

    SEND = "send"
    DISCARD = "discard"
    WITHDRAW = "withdraw"
    ERASE = "erase"


class Reach(StrEnum):
    """How a visitor wants to be answered; never by telephone unless they say so."""

    HERE = "here"
    VISIT = "visit"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Sets:
    """What a choice records about the visitor."""

    audience: Audience | None = None
    exclude: str | None = None  # school | youth_office
    consent: bool | None = None
    no_place: bool = False  # asked for the school and would rather not say
    friend: bool | None = None  # asks for a friend
    reach: Reach | None = None
    may_ask: bool | None = None  # "Hat sich jemand gemeldet?" may be asked later
    window: str | None = None  # when a message is safe, as hours are written; "": always
    neutral: bool | None = None  # news behind a neutral teaser


class Ask(StrEnum):
    """What a node of a piece does with typed text."""

    SCHOOL = "school"
    PLACE = "place"
    MESSAGE = "message"
    NUMBER = "number"
    WINDOW = "window"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: Text
    target: Target
    words: tuple[str, ...] = ()
    only: Only = Only()
    sets: Sets = Sets()
    act: Act | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One screen. ``ref`` is ``topic.node``; dates bound its validity, both ends included."""

    ref: str
    say: Text
    choices: tuple[Choice, ...]
    facts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ask: Ask | None = None
    needs_place: bool = False
    only: Only = Only()
    valid_from: date | None = None
    valid_to: date | None = None
    check_by: date | None = None
    line: int = 0
    draft: bool = False  # only editors see it


@dataclass(frozen=True, slots=True)
class Gate:
    """A fork that a named function decides; nobody sees it. ``to``: outcome → ``topic.node``."""

    ref: str
    decide: str
    to: Mapping[str, str]
    needs_place: bool = False
    line: int = 0

    def by_topic(self, topic: str | None) -> str:
        """Where this topic leads, of a gate that asks for it."""
        return self.to.get(topic or OTHER, self.to[OTHER])


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    url: str
    date: str  # ISO, shortened to what the source says; "" when it carries none


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of the tree, or (``piece``) a part that others call and that comes back."""

    id: str
    title: str
    purpose: str
    audiences: frozenset[Audience]
    start: str  # topic.node
    nodes: Mapping[str, Node | Gate]  # by topic.node, in the author's order
    piece: bool = False
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    owner: str = "coordination_office"
    check_by: date | None = None
    sources: tuple[Source, ...] = ()
    file: str = ""
    skip_school: bool = False  # a complaint about staff: nobody of the school is asked
    draft: bool = False  # only editors see it


@dataclass(frozen=True)
class Tree:
    topics: Mapping[str, Topic]
    nodes: Mapping[str, Node | Gate] = field(default_factory=dict)  # all, by topic.node

    def node(self, ref: str) -> Node | Gate | None:
        return self.nodes.get(ref)

    def hidden(self, ref: str) -> bool:
        """Whether this is a draft, which visitors are not led to."""
        there = self.nodes.get(ref)
        return isinstance(there, Node) and there.draft

    def topic_of(self, ref: str) -> Topic:
        return self.topics[ref.partition(".")[0]]

    def outcome(self, node: Node) -> bool:
        """Whether a way through a topic may end here: not its start, and a piece is offered."""
        topic = self.topics[node.ref.partition(".")[0]]
        if topic.piece or topic.id == ENTRANCE or node.ref == topic.start:
            return False
        return any(isinstance(choice.target, Call) for choice in node.choices)

    def subjects(self, audience: Audience | None = None) -> Iterator[Topic]:
        """The topics a visitor may be led to (no pieces, not the entrance)."""
        for topic in self.topics.values():
            if topic.piece or topic.id == ENTRANCE or topic.draft:
                continue
            if audience is None or audience in topic.audiences:
                yield topic


ENTRANCE = "eingang"
BY_TOPIC = "topic"  # a gate that asks which topic is walked …
OTHER = "other"  # … and where those lead that it does not name

# The named functions a gate may ask, each with its outcomes; ``view`` answers them.
DECISIONS: Mapping[str, frozenset[str]] = {
    "audience": frozenset({"known", "unknown"}),
    "reachable": frozenset({"live", "nobody"}),
    "next_carrier": frozenset({"other", "same", "none"}),
    "school": frozenset({"allowed", "excluded"}),
    BY_TOPIC: frozenset({OTHER}),  # and any topic: see ``Gate.by_topic``
}
