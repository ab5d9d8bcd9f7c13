"""One turn being written: what it reads, what it changes, what it orders.

A ``Turn`` lives for one event only. It reads what was loaded, sees its own changes at once, and
ends as an ``Outcome``, a value.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import cast

from bot.core.knowledge import Knowledge
from bot.core.messages import Act as ActTap
from bot.core.messages import Button, Effect, Event, Move, Say, Screen, Staff, Visitor
from bot.core.records import (
    Conversation,
    ConversationKey,
    Invitation,
    InvitationKey,
    Key,
    Member,
    NamesInUse,
    OpenRequests,
    PostFacts,
    Record,
    Ref,
    RefKey,
    Request,
    RequestKey,
    RequestsOf,
    Team,
    TeamKey,
)
from bot.core.tree import Audience


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn changed and ordered."""

    records: tuple[Record, ...] = ()
    drops: tuple[Key, ...] = ()
    effects: tuple[Effect, ...] = ()


def key_of(record: Record) -> Key:
    match record:
        case Conversation():
            return ConversationKey(record.id)
        case Request():
            return RequestKey(record.id)
        case Ref():
            return RefKey(record.ref)
        case Invitation():
            return InvitationKey(record.hash)
        case Member() | PostFacts():
            return TeamKey()


def updated(known: Mapping[Key, object], outcome: Outcome) -> dict[Key, object]:
    """The world after an outcome, lists and names included."""
    after = dict(known)
    for key in outcome.drops:
        after[key] = None
    for record in outcome.records:
        _note(after, record)
    return after


def _note(after: MutableMapping[Key, object], record: Record) -> None:
    match record:
        case Member() | PostFacts():
            after[TeamKey()] = _team_with(cast("Team", after.get(TeamKey()) or Team()), record)
        case Request():
            _request_in(after, record)
        case Conversation() | Ref() | Invitation():
            after[key_of(record)] = record


def _team_with(team: Team, record: Member | PostFacts) -> Team:
    match record:
        case Member():
            rest = tuple(m for m in team.members if m.id != record.id)
            return replace(team, members=(*rest, record))
        case PostFacts():
            others = tuple(p for p in team.posts if p.id != record.id)
            return replace(team, posts=(*others, record))


def _request_in(after: MutableMapping[Key, object], request: Request) -> None:
    after[RequestKey(request.id)] = request
    mine = RequestsOf(request.conversation)
    ids = cast("tuple[str, ...]", after.get(mine) or ())
    without = tuple(i for i in ids if i != request.id)
    after[mine] = (*without, request.id) if request.open else without
    names = cast("frozenset[str]", after.get(NamesInUse()) or frozenset())
    after[NamesInUse()] = names | {request.name} if request.open else names - {request.name}


@dataclass
class Turn:
    """The event, what is known, and what has been written so far."""

    k: Knowledge
    event: Event
    known: MutableMapping[Key, object]
    records: dict[Key | tuple[str, str], Record] = field(default_factory=dict)
    drops: list[Key] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    drawn: int = 0

    @classmethod
    def on(cls, knowledge: Knowledge, known: Mapping[Key, object], event: Event) -> "Turn":
        """A turn on this world, which stays as it is."""
        return cls(knowledge, event, ChainMap({}, cast("MutableMapping[Key, object]", known)))

    # reading

    def conversation(self, conversation: str) -> Conversation:
        found = self.known.get(ConversationKey(conversation))
        return cast("Conversation | None", found) or Conversation(conversation, self.event.at)

    def request(self, request: str) -> Request | None:
        return cast("Request | None", self.known.get(RequestKey(request)))

    def requests_of(self, conversation: str) -> tuple[Request, ...]:
        """The open requests of a conversation, oldest first."""
        ids = cast("tuple[str, ...]", self.known.get(RequestsOf(conversation)) or ())
        return tuple(r for r in map(self.request, ids) if r is not None and r.open)

    def requests_at(self, post: str) -> tuple[Request, ...]:
        """The first page of a post's open requests, as loaded, those of this turn included."""
        ids = cast("tuple[str, ...]", self.known.get(OpenRequests(post)) or ())
        return tuple(
            r for r in map(self.request, ids) if r is not None and r.open and r.post == post
        )

    @property
    def team(self) -> Team:
        return cast("Team | None", self.known.get(TeamKey())) or Team()

    @property
    def names(self) -> frozenset[str]:
        return cast("frozenset[str]", self.known.get(NamesInUse()) or frozenset())

    def ref(self, ref: str) -> Ref | None:
        return cast("Ref | None", self.known.get(RefKey(ref)))

    def invitation(self, code_hash: str) -> Invitation | None:
        return cast("Invitation | None", self.known.get(InvitationKey(code_hash)))

    # writing

    def put(self, record: Record) -> None:
        match record:
            case Member():
                self.records["member", record.id] = record
            case PostFacts():
                self.records["post", record.id] = record
            case Conversation() | Request() | Ref() | Invitation():
                self.records[key_of(record)] = record
        _note(self.known, record)

    def drop(self, key: Key) -> None:
        self.drops.append(key)
        self.known[key] = None

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def say(
        self,
        to: Visitor | Staff,
        screen: Screen,
        request: str | None = None,
        *,
        quotes: bool = False,
    ) -> None:
        self.do(Say(to, screen, request, quotes))

    # making

    def draw(self, purpose: str, size: int = 16) -> str:
        """A random word in hexadecimal, ``size`` bytes, different each time in one turn."""
        self.drawn += 1
        return self.event.draw(f"{purpose}/{self.drawn}")[:size].hex()

    def acting(
        self,
        label: str,
        owner: str,
        action: str,
        about: str = "",
        *,
        extra: str = "",
        group: str = "",
    ) -> Button:
        """A button that acts once; its ref is stored with its owner and action."""
        ref = self.draw(action)
        self.put(Ref(ref, owner, action, about, extra, group))
        return Button(label, ActTap(ref))

    def text(self, key: str, audience: Audience | None = None, **values: str) -> str:
        """One of the bot's own sentences."""
        return self.k.texts[key].of(audience).format_map(values)

    def way(self, move: Move, key: str, audience: Audience | None = None) -> Button:
        return Button(self.text(key, audience), move)

    def outcome(self) -> Outcome:
        return Outcome(tuple(self.records.values()), tuple(self.drops), tuple(self.effects))
