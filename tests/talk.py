"""Conversations with the core alone: people, a clock, and a store that keeps bytes only.

Everything that is known passes through JSON between two turns; what a turn needs is asked for as
the dispatcher asks, at most four rounds. The store below keeps what the core says and forgets
what the core forgets, nothing more.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random

from bot.core.directory import Span
from bot.core.joining import code_hash
from bot.core.knowledge import Knowledge
from bot.core.messages import (
    ADDRESS,
    Admit,
    AskAddress,
    Audit,
    BecomeMember,
    Body,
    Button,
    Command,
    Commanded,
    Count,
    DropAddress,
    DropFactor,
    Due,
    Effect,
    EmptyDesk,
    EndAccess,
    EraseChat,
    Event,
    ForgetConversation,
    ForgetWords,
    House,
    Invited,
    LetSleep,
    Reveal,
    Say,
    Screen,
    Staff,
    Started,
    TakeAddress,
    Tapped,
    Timer,
    Typed,
    Visitor,
    Wake,
)
from bot.core.records import (
    PAGE,
    Conversation,
    ConversationKey,
    CountersKey,
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
    Permission,
    PostFacts,
    ProposedKey,
    Record,
    Ref,
    RefKey,
    Request,
    RequestKey,
    RequestsOf,
    Role,
    Team,
    TeamKey,
)
from bot.core.taps import Choose, Move, Tap
from bot.core.turn import needs, turn, updated
from bot.core.world import Outcome
from bot.loading import load
from bot.store import codec

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)  # Tuesday, 12 o'clock in Halle, a school day
OFFICE = "netzwerkstelle-halle"

MAGDEBURG = "netzwerkstelle-magdeburg"
SPIELWAGEN = "schulsozialarbeit-st-5"  # its school lies in Magdeburg, its carrier is another
WEEK = tuple(Span(day, time(8), time(15)) for day in range(5))
ROUNDS = 4
OPERATOR = {
    "name": "Beispiel e. V.",
    "address": "Musterweg 1, Halle",
    "email": "lotse@beispiel.example",
    "privacy": "datenschutz@beispiel.example",
}


@cache
def knowledge() -> Knowledge:
    """What the authors wrote, as it is delivered."""
    found = load(Path(__file__).parent.parent / "knowledge", OPERATOR).knowledge
    assert found is not None
    return found


# ── A store of bytes ────────────────────────────────────────────────────────────────────────────


@dataclass
class Store:
    """Every record as the bytes that the real store would seal."""

    conversations: dict[str, bytes] = field(default_factory=dict)
    requests: dict[str, bytes] = field(default_factory=dict)
    words: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    beside: dict[str, bytes] = field(default_factory=dict)
    members: dict[str, bytes] = field(default_factory=dict)
    posts: dict[str, bytes] = field(default_factory=dict)
    refs: dict[str, bytes] = field(default_factory=dict)
    invitations: dict[str, bytes] = field(default_factory=dict)
    timers: dict[tuple[Timer, str], datetime] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    counted_in: dict[str, str] = field(default_factory=dict)  # the last district of each
    guesses: dict[str, Guesses] = field(default_factory=dict)
    audits: list[Audit] = field(default_factory=list)
    proposed: dict[str, str] = field(default_factory=dict)  # member → address
    mailboxes: dict[str, str] = field(default_factory=dict)  # address → member
    mails: list[tuple[str, str]] = field(default_factory=list)  # address, what stands in it
    forgotten: set[str] = field(default_factory=set)  # requests whose words are gone for good

    def load(self, key: Key) -> object | None:  # noqa: C901, PLR0911, PLR0912  (one line for each key)
        match key:
            case ConversationKey(i):
                found = self.conversations.get(i)
                return None if found is None else codec.conversation_of(found)
            case RequestKey(i):
                return self.request(i) if i in self.requests else None
            case EnclosureKey(i):
                found = self.beside.get(i)
                return None if found is None else codec.enclosure_of(found)
            case RequestsOf(conversation):
                mine = [r for r in self.all_requests() if r.conversation == conversation and r.open]
                return tuple(r.id for r in sorted(mine, key=lambda r: r.sent_at))
            case OpenRequests(post, page):
                found = [r for r in self.all_requests() if r.post == post and r.open]
                found.sort(key=lambda r: r.order)
                return tuple(r.id for r in found[PAGE * page : PAGE * page + PAGE])
            case NamesInUse():
                return frozenset(r.name for r in self.all_requests() if r.open)
            case TeamKey():
                return self.team()
            case RefKey(i):
                return codec.ref_of(self.refs[i]) if i in self.refs else None
            case InvitationKey(i):
                found = self.invitations.get(i)
                return None if found is None else codec.invitation_of(found)
            case GuessesKey(of):
                return self.guesses.get(of, Guesses(of))
            case CountersKey():
                return tuple(
                    ("2026-11", self.counted_in.get(what, "magdeburg"), what, n)
                    for what, n in self.counts.items()
                )
            case MemberKey(i):
                return self.team().member(i)
            case ProposedKey(i):
                return i in self.proposed and self.mailboxes.get(self.proposed[i], i) == i

    def request(self, request: str) -> Request:
        words = tuple(codec.word_of(word) for word in self.words.get(request, ()))
        return replace(codec.request_of(self.requests[request]), words=words)

    def all_requests(self) -> list[Request]:
        return [self.request(i) for i in self.requests]

    def team(self) -> Team:
        posts = tuple(codec.post_of(b) for b in self.posts.values())
        members = tuple(codec.member_of(b) for b in self.members.values())
        invitations = [codec.invitation_of(b) for b in self.invitations.values()]
        invited = frozenset(i.post for i in invitations if i.post and not i.used)
        return Team(members, posts, invited, tuple(i for i in invitations if not i.used))

    def keep(self, outcome: Outcome) -> None:
        for key in outcome.drops:
            match key:
                case RefKey(ref):
                    self._use(ref)
                case MemberKey(member):
                    del self.members[member]
                case InvitationKey(code):
                    del self.invitations[code]
                case _:
                    raise AssertionError(key)
        for record in outcome.records:
            self.save(record)

    def _use(self, ref: str) -> None:
        if ref not in self.refs:
            return
        used = codec.ref_of(self.refs.pop(ref))
        for other, found in list(self.refs.items()):
            there = codec.ref_of(found)
            if used.gives and (there.owner, there.gives) == (used.owner, used.gives):
                del self.refs[other]

    def save(self, record: Record) -> None:
        match record:
            case Conversation():
                self.conversations[record.id] = codec.conversation_bytes(record)
            case Request():
                self.requests[record.id] = codec.request_bytes(record)
                if record.id not in self.forgotten:
                    self.words[record.id] = tuple(codec.word_bytes(w) for w in record.words)
            case Enclosure(i):
                self._save_beside(i, record)
            case Member():
                self.members[record.id] = codec.member_bytes(record)
            case PostFacts():
                self.posts[record.id] = codec.post_bytes(record)
            case Ref():
                self.refs[record.ref] = codec.ref_bytes(record)
            case Invitation():
                self.invitations[record.hash] = codec.invitation_bytes(record)
            case Guesses():
                self.guesses[record.of] = record

    def _save_beside(self, request: str, enclosure: Enclosure) -> None:
        self.beside.pop(request, None)
        if enclosure != Enclosure(request) and request not in self.forgotten:
            self.beside[request] = codec.enclosure_bytes(enclosure)

    def carry_out(self, effect: Effect) -> None:  # noqa: C901, PLR0912  (one line for each effect)
        match effect:
            case Wake(at, kind, ref):
                self.timers[kind, ref] = at
            case LetSleep(kind, ref):
                self.timers.pop((kind, ref), None)
            case ForgetWords(request):
                self.words.pop(request, None)
                self.beside.pop(request, None)
                self.forgotten.add(request)
            case ForgetConversation(conversation):
                self.conversations.pop(conversation, None)
            case Count(what, district):
                self.counts[what] = self.counts.get(what, 0) + 1
                self.counted_in[what] = district
            case EmptyDesk():
                pass
            case Audit():
                self.audits.append(effect)
            case EndAccess(member):
                for other, found in list(self.refs.items()):
                    if codec.ref_of(found).owner == member:
                        del self.refs[other]
            case AskAddress(member, address, screen):
                self.proposed[member] = address
                self.mails.append((address, screen.text))
            case TakeAddress(member):
                address = self.proposed[member]
                self.drop_mail(member)
                self.mailboxes[address] = member
            case DropAddress(member):
                self.drop_mail(member)
            case Say(Staff(member), screen, only="email"):
                address = next(a for a, m in self.mailboxes.items() if m == member)
                self.mails.append((address, screen.text))
            case Say() | Reveal() | EraseChat() | BecomeMember() | Admit() | DropFactor():
                pass

    def drop_mail(self, member: str) -> None:
        self.proposed.pop(member, None)
        self.mailboxes = {a: m for a, m in self.mailboxes.items() if m != member}


# ── People ──────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Person:
    """Somebody who speaks and sees; a visitor, until an invitation makes them a member."""

    talk: "Talk"
    who: Visitor | Staff
    seen: list[Screen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.talk.people.append(self)

    def does(self, body: Body, channel: str = "") -> "Person":
        """One event of this person; ``news`` is then what they saw because of it."""
        self.talk.happens(self.who, body, channel or self.talk.channel)
        return self

    def says(self, text: str, *, edited: bool = False) -> "Person":
        return self.does(Typed(text, edited))

    def starts(self, payload: str = "", language: str = "") -> "Person":
        return self.does(Started(payload, language))

    def commands(self, command: Command) -> "Person":
        return self.does(Commanded(command))

    def taps(self, *labels: str) -> "Person":
        """Buttons by their labels, each the newest that carries it."""
        for label in labels:
            self.does(Tapped(self.button(label).tap))
        return self

    def pushes(self, tap: Tap) -> "Person":
        return self.does(Tapped(tap))

    def opens(self) -> "Person":
        """What is new, behind the neutral teaser."""
        return self.pushes(Move.NEWS)

    def button(self, label: str) -> Button:
        for screen in reversed(self.seen):
            for button in screen.choices + screen.ways:
                if button.label == label:
                    return button
        raise AssertionError(f"no button „{label}“ in {[s.text[:40] for s in self.seen[-3:]]}")

    @property
    def last(self) -> Screen:
        return self.seen[-1]

    @property
    def text(self) -> str:
        return self.last.text

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.last.choices]

    @property
    def news(self) -> list[Screen]:
        """What this person saw because of the last event."""
        return [screen for person, screen in self.talk.latest if person is self]

    @property
    def conversation(self) -> Conversation:
        assert isinstance(self.who, Visitor)
        return codec.conversation_of(self.talk.store.conversations[self.who.conversation])

    @property
    def member(self) -> Member:
        assert isinstance(self.who, Staff)
        return codec.member_of(self.talk.store.members[self.who.member])

    @property
    def requests(self) -> list[Request]:
        assert isinstance(self.who, Visitor)
        mine = self.who.conversation
        return [r for r in self.talk.store.all_requests() if r.conversation == mine]

    @property
    def request(self) -> Request:
        """The one request of this visitor."""
        (found,) = self.requests
        return found


# ── The talk ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Talk:
    """Who speaks with whom, when."""

    at: datetime = NOON
    k: Knowledge = field(default_factory=knowledge)
    channel: str = "terminal"
    store: Store = field(default_factory=Store)
    people: list[Person] = field(default_factory=list)
    latest: list[tuple[Person, Screen]] = field(default_factory=list)
    patient: bool = True  # what a member does is let go at once, as if ten seconds passed
    outcome: Outcome = field(default_factory=Outcome)
    chance: Random = field(default_factory=lambda: Random(7))
    accounts: dict[str, str] = field(default_factory=dict)  # visitors on Telegram
    counter: "itertools.count[int]" = field(default_factory=itertools.count)

    # making

    def visitor(self, name: str = "kim") -> Person:
        return Person(self, Visitor(name))

    def staffed(
        self, post: str, *names: str, role: Role = Role.WORKER, **facts: bool
    ) -> list[Person]:
        """Members on a post, at their desks Monday to Friday 8 to 15; the post is live."""
        for name in names:
            self.store.save(Member(name, role, name, self.at, (post,), plan=WEEK))
        kind = {"practised": True, "accepting": True} | facts
        self.store.save(PostFacts(post, Permission(date(2026, 1, 5), "Petra Beispiel"), **kind))
        return [Person(self, Staff(name)) for name in names]

    def invited(self, code: str, role: Role, post: str | None, district: str | None = None) -> str:
        """The payload that brings somebody to a desk."""
        expires = self.at + timedelta(hours=72)
        self.happens(House(), Invited(code_hash(code), role.value, post, district, "", expires))
        return f"i_{code}"

    # happening

    def happens(self, who: Visitor | Staff | House, body: Body, channel: str = "terminal") -> None:
        """One turn, with all that a dispatcher does around it."""
        chance = self.chance.randbytes(32)
        event = Event(f"e{next(self.counter)}", self.at, chance, who, body, channel=channel)
        known = self.known(event)
        self.outcome = turn(self.k, known, event)
        self.store.keep(self.outcome)
        for effect in self.outcome.effects:
            self.store.carry_out(effect)
        self._same(known)
        self._deliver()
        if self.patient and isinstance(who, Staff):
            self._let_go()

    def _let_go(self) -> None:
        """Ten seconds pass in which nobody takes anything back; nothing else becomes due."""
        seen, outcome = self.latest, self.outcome
        for timer, until in list(self.store.timers.items()):
            if timer[0] is Timer.UNDO and timer in self.store.timers:
                self.at = max(self.at, until)
                del self.store.timers[timer]
                self.happens(House(), Due(*timer))
                seen = seen + self.latest
                outcome = Outcome(effects=(*outcome.effects, *self.outcome.effects))
        self.latest, self.outcome = seen, outcome

    def known(self, event: Event) -> dict[Key, object]:
        known: dict[Key, object] = {}
        for _ in range(ROUNDS):
            missing = needs(event, known) - known.keys()
            known |= {key: self.store.load(key) for key in missing}
        assert needs(event, known) <= known.keys(), "four rounds are not enough"
        return known

    def _same(self, known: Mapping[Key, object]) -> None:
        """The world after the turn is what the store says, JSON in between."""
        if any(isinstance(e, ForgetWords | ForgetConversation) for e in self.outcome.effects):
            return
        for key, found in updated(known, self.outcome).items():
            stored = self.store.load(key)
            match key:
                case RequestsOf() if key in known:
                    assert set(found or ()) == set(stored), key  # type: ignore[call-overload]
                case ConversationKey() | RequestKey() | RefKey() | NamesInUse() if key in known:
                    assert found == stored, key

    def _deliver(self) -> None:
        self.latest = []
        for effect in self.outcome.effects:
            match effect:
                case BecomeMember(conversation, member):
                    self._person(Visitor(conversation)).who = Staff(member)
        for effect in self.outcome.effects:
            match effect:
                case Say(to, screen, only=""):
                    person = self._person(to)
                    person.seen.append(screen)
                    self.latest.append((person, screen))
                case Reveal():
                    self._reveal(effect)
        for effect in self.outcome.effects:
            match effect:
                case EndAccess(member):
                    self._person(Staff(member)).who = Visitor(f"{member}-left")

    def _reveal(self, effect: Reveal) -> None:
        account = self.accounts.get(effect.conversation)
        filled = replace(effect.screen, text=effect.screen.text.replace(ADDRESS, account or ""))
        person, screen = self._person(effect.to), filled if account else effect.none
        person.seen.append(screen)
        self.latest.append((person, screen))

    def _person(self, who: Visitor | Staff) -> Person:
        return next(person for person in self.people if person.who == who)

    def by_id(self, conversation: str) -> Person | None:
        found = (person for person in self.people if person.who == Visitor(conversation))
        return next(found, None)

    def order(self) -> list[Person]:
        """Who was spoken to because of the last event, first things first."""
        return [person for person, _ in self.latest]

    # time

    def later(self, **delta: float) -> None:
        """Time passes; what becomes due meanwhile happens at its hour, each timer once."""
        until = self.at + timedelta(**delta)
        while due := self._next(until):
            at, (kind, ref) = due
            self.at = max(self.at, at)
            del self.store.timers[kind, ref]
            self.happens(House(), Due(kind, ref))
        self.at = until

    def _next(self, until: datetime) -> tuple[datetime, tuple[Timer, str]] | None:
        due = [(at, key) for key, at in self.store.timers.items() if at <= until]
        return min(due, key=lambda each: (each[0], each[1][0].value, each[1][1]), default=None)

    def due(self, request: Request) -> None:
        """The request's promise runs out."""
        assert request.due is not None
        self.later(seconds=(request.due - self.at).total_seconds())


def word_list(request: Request) -> list[str]:
    return [word.text for word in request.words]


# ── Ways that many talks begin with ─────────────────────────────────────────────────────────────


def at_contact(person: Person, audience: str = "schueler", school: str = "st-5") -> Person:
    """Has said who writes and which school, and reads who would get the message."""
    person.starts()
    for tap in (
        Choose("eingang.wer", audience),
        Choose("eingang.worum", "mobbing"),
        Move.HUMAN,
        Choose("schule.suche", school),
    ):
        person.pushes(tap)
    return person


def writing(person: Person, *, consent: bool | None = None) -> Person:
    """Has agreed to who reads it and is asked to write."""
    at_contact(person).taps("Ja, das ist gut")
    if consent is not None:
        person.taps("Ja, das darf sie" if consent else "Nein, nur die erste Stelle")
    return person


def sending(person: Person, text: str = "Es geht um die Pause.", **how: bool) -> Person:
    """Has sent a request."""
    return writing(person, **how).says(text).taps("Absenden")


def offices() -> tuple[Talk, Person, Person, Person]:
    """A talk in which only the office in Magdeburg is live: kim, anna and bo."""
    talk = Talk()
    anna, bo = talk.staffed(MAGDEBURG, "anna", "bo")
    return talk, talk.visitor(), anna, bo


def two_rungs() -> tuple[Talk, Person, Person, Person]:
    """The school's post (cem, dana) and the office of another carrier (anna, bo) are live."""
    talk = Talk()
    cem, _ = talk.staffed(SPIELWAGEN, "cem", "dana")
    anna, _ = talk.staffed(MAGDEBURG, "anna", "bo")
    return talk, talk.visitor(), cem, anna
