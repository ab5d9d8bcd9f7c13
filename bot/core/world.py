"""One turn being written: what it reads, what it changes, what it orders.

A ``Turn`` lives for one event only. It reads what was loaded, sees its own changes at once, and
ends as an ``Outcome``, a value.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, assert_never, cast

from bot.core.calendar import days, when
from bot.core.heard import Heard
from bot.core.knowledge import Knowledge
from bot.core.messages import Audit, Button, Effect, Event, Say, Screen, Staff, Visitor, Who
from bot.core.records import (
    Conversation,
    ConversationKey,
    Enclosure,
    EnclosureKey,
    Guesses,
    GuessesKey,
    Invitation,
    InvitationKey,
    Key,
    Member,
    MemberKey,
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
from bot.core.rights import ACTIONS
from bot.core.taps import Act as ActTap
from bot.core.taps import Move
from bot.core.tree import Audience

ACTING_FOR = timedelta(days=60)  # an acting button works; a card may wait through the summer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn changed and ordered."""

    records: tuple[Record, ...] = ()
    drops: tuple[Key, ...] = ()
    effects: tuple[Effect, ...] = ()


def key_of(record: Record) -> Key:  # noqa: PLR0911  (one line for each record)
    match record:
        case Conversation():
            return ConversationKey(record.id)
        case Request():
            return RequestKey(record.id)
        case Enclosure():
            return EnclosureKey(record.request)
        case Ref():
            return RefKey(record.ref)
        case Invitation():
            return InvitationKey(record.hash)
        case Guesses():
            return GuessesKey(record.of)
        case Member() | PostFacts():
            return TeamKey()
        case _:
            assert_never(record)


def updated(known: Mapping[Key, object], outcome: Outcome) -> dict[Key, object]:
    """The world after an outcome, lists and names included."""
    after = dict(known)
    for key in outcome.drops:
        if isinstance(key, MemberKey):
            after[TeamKey()] = _without(cast("Team", after.get(TeamKey()) or Team()), key.id)
        for used in _used_with(after, key):
            after[used] = None
    for record in outcome.records:
        _note(after, record)
    return after


def _used_with(after: Mapping[Key, object], key: Key) -> tuple[Key, ...]:
    """The key and, for a button, those of its group: they are used up together."""
    ref = after.get(key)
    if not isinstance(ref, Ref) or not ref.gives:
        return (key,)
    return tuple(
        other
        for other, found in after.items()
        if isinstance(found, Ref) and (found.owner, found.gives) == (ref.owner, ref.gives)
    )


def _note(after: MutableMapping[Key, object], record: Record) -> None:
    match record:
        case Member() | PostFacts():
            after[TeamKey()] = _team_with(cast("Team", after.get(TeamKey()) or Team()), record)
        case Request():
            _request_in(after, record)
        case Conversation() | Enclosure() | Ref() | Invitation() | Guesses():
            after[key_of(record)] = record
        case _:
            assert_never(record)


def _team_with(team: Team, record: Member | PostFacts) -> Team:
    match record:
        case Member():
            rest = tuple(m for m in team.members if m.id != record.id)
            return replace(team, members=(*rest, record))
        case PostFacts():
            others = tuple(p for p in team.posts if p.id != record.id)
            return replace(team, posts=(*others, record))
        case _:
            assert_never(record)


def _without(team: Team, member: str) -> Team:
    return replace(team, members=tuple(m for m in team.members if m.id != member))


def _request_in(after: MutableMapping[Key, object], request: Request) -> None:
    after[RequestKey(request.id)] = request
    mine = RequestsOf(request.conversation)
    ids = cast("tuple[str, ...]", after.get(mine) or ())
    if not request.open:
        after[mine] = tuple(i for i in ids if i != request.id)
    elif request.id not in ids:
        after[mine] = (*ids, request.id)
    names = cast("frozenset[str]", after.get(NamesInUse()) or frozenset())
    after[NamesInUse()] = names | {request.name} if request.open else names - {request.name}


def _spoken(knowledge: Knowledge, known: Mapping[Key, object], who: Who) -> Knowledge:
    found = known.get(ConversationKey(who.conversation)) if isinstance(who, Visitor) else None
    return knowledge.speaking(found.language) if isinstance(found, Conversation) else knowledge


@dataclass
class Turn:
    """The event, what is known, and what has been written so far."""

    k: Knowledge
    event: Event
    known: MutableMapping[Key, object]
    german: Knowledge  # what staff read, whatever the visitor speaks
    records: dict[Key | tuple[str, str], Record] = field(default_factory=dict)
    drops: list[Key] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    drawn: int = 0
    sights: dict[tuple[object, ...], tuple[Any, Any]] = field(default_factory=dict)  # ``standing``
    texts: dict[str, Heard] = field(default_factory=dict)

    @classmethod
    def on(cls, knowledge: Knowledge, known: Mapping[Key, object], event: Event) -> "Turn":
        """A turn on this world, which stays as it is; it speaks its visitor's language."""
        return cls(_spoken(knowledge, known, event.who), event, dict(known), knowledge)

    # reading

    def conversation(self, conversation: str) -> Conversation:
        found = self.known.get(ConversationKey(conversation))
        return cast("Conversation | None", found) or Conversation(conversation, self.event.at)

    def request(self, request: str) -> Request | None:
        return cast("Request | None", self.known.get(RequestKey(request)))

    def enclosure(self, request: str) -> Enclosure:
        """What lies beside a request's words."""
        found = self.known.get(EnclosureKey(request))
        return cast("Enclosure | None", found) or Enclosure(request)

    def requests_of(self, conversation: str) -> tuple[Request, ...]:
        """The open requests of a conversation, oldest first."""
        ids = cast("tuple[str, ...]", self.known.get(RequestsOf(conversation)) or ())
        return tuple(r for r in map(self.request, ids) if r is not None and r.open)

    def requests_at(self, post: str, page: int = 0) -> tuple[Request, ...]:
        """A page of a post's open requests, as loaded."""
        ids = cast("tuple[str, ...]", self.known.get(OpenRequests(post, page)) or ())
        return tuple(
            r for r in map(self.request, ids) if r is not None and r.open and r.post == post
        )

    def heard(self, text: str) -> Heard:
        """A text as it is understood; the same one is worked out once a turn."""
        if text not in self.texts:
            self.texts[text] = self.k.heard(text)
        return self.texts[text]

    @property
    def team(self) -> Team:
        return cast("Team | None", self.known.get(TeamKey())) or Team()

    @property
    def names(self) -> frozenset[str]:
        return cast("frozenset[str]", self.known.get(NamesInUse()) or frozenset())

    def ref(self, ref: str) -> Ref | None:
        """What a button does; None when it was used, is too old, or never was."""
        found = cast("Ref | None", self.known.get(RefKey(ref)))
        too_old = found is not None and found.expires is not None and found.expires <= self.event.at
        return None if too_old else found

    def invitation(self, code_hash: str) -> Invitation | None:
        return cast("Invitation | None", self.known.get(InvitationKey(code_hash)))

    def guesses(self, of: str) -> Guesses:
        return cast("Guesses | None", self.known.get(GuessesKey(of))) or Guesses(of)

    # writing

    def put(self, record: Record) -> None:
        match record:
            case Member():
                self.records["member", record.id] = record
            case PostFacts():
                self.records["post", record.id] = record
            case Conversation() | Request() | Enclosure() | Ref() | Invitation() | Guesses():
                self.records[key_of(record)] = record
            case _:
                assert_never(record)
        _note(self.known, record)

    def use(self, ref: Ref) -> None:
        """The button is used up, with all of its group."""
        self.drops.append(RefKey(ref.ref))
        self.known[RefKey(ref.ref)] = None

    def dismiss(self, member: str) -> None:
        """From here on nobody with this id is in the team."""
        self.records.pop(("member", member), None)
        self.drops.append(MemberKey(member))
        self.known[TeamKey()] = _without(self.team, member)

    def void(self, invitation: Invitation) -> None:
        """The invitation is good no more."""
        self.drops.append(InvitationKey(invitation.hash))
        self.known[InvitationKey(invitation.hash)] = None

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def say(  # noqa: PLR0913  (what is said, and how)
        self,
        to: Visitor | Staff,
        screen: Screen,
        request: str | None = None,
        *,
        quotes: bool = False,
        quiet: bool = False,
        telegram: Screen | None = None,
    ) -> None:
        self.do(Say(to, screen, request, quotes, quiet, telegram))

    def audit(self, action: str, about: str = "", why: str = "") -> None:
        """Who spoke did this; ``about`` is a request's name, a post or a member, never words."""
        who = self.event.who
        self.do(Audit(who.member if isinstance(who, Staff) else "", action, about, why))

    # making

    def draw(self, purpose: str, size: int = 16) -> str:
        """A random word in hexadecimal, ``size`` bytes, different each time in one turn."""
        self.drawn += 1
        return self.event.draw(f"{purpose}/{self.drawn}")[:size].hex()

    def acting(  # noqa: PLR0913  (a button that acts has these parts)
        self,
        label: str,
        owner: str,
        action: str,
        about: str = "",
        *,
        extra: str = "",
        group: str = "",
    ) -> Button:
        """A button that acts once; its ref is stored with its owner and action.

        ``LookupError``, a bug: ``bot/core/rights.py`` does not say which members may do it.
        """
        if action not in ACTIONS and self.team.member(owner) is not None:
            raise LookupError(action)
        ref = self.draw(action)
        self.put(Ref(ref, owner, action, about, extra, group, self.event.at + ACTING_FOR))
        return Button(label, ActTap(ref))

    def text(self, key: str, audience: Audience | None = None, **values: str) -> str:
        """One of the bot's own sentences."""
        return self.k.said(key, audience, **values)

    @contextmanager
    def speaking(self, language: str) -> Iterator[None]:
        """What is said inside is said in this language."""
        before, self.k = self.k, self.german.speaking(language)
        yield
        self.k = before

    def text_for(self, request: Request, key: str, **values: str) -> str:
        """One of the bot's own sentences, as the visitor of this request reads it."""
        k = self.german.speaking(request.language)
        return k.said(key, request.audience, **values)

    def when(self, at: datetime) -> str:
        """An instant as whoever caused this turn says it."""
        return when(at, self.event.at, self.k.locale)

    def when_for(self, request: Request, at: datetime) -> str:
        """An instant as the visitor of this request says it."""
        return when(at, self.event.at, self.german.speaking(request.language).locale)

    def stand(self) -> str:
        """Which state of the content this is, for whoever asks later what was read."""
        return self.text("content_version", version=self.k.version)

    def kept(self, request: Request | None = None) -> str:
        """How long a text is kept after closing, as who reads it says it: „30 Tage“."""
        k = self.k if request is None else self.german.speaking(request.language)
        return days(self.german.keep.words, k.locale)

    def way(self, move: Move, key: str, audience: Audience | None = None) -> Button:
        return Button(self.text(key, audience), move)

    def outcome(self) -> Outcome:
        return Outcome(tuple(self.records.values()), tuple(self.drops), tuple(self.effects))
