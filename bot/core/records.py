"""What is known between turns: facts, not modes.

Every record is a frozen dataclass of plain values; it passes through JSON between turns. The
keys are a closed union: ``turn.needs`` asks for them, the store answers.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from bot.core.directory import Span
from bot.core.messages import Button
from bot.core.tree import Audience, Reach

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
PAGE: Final = 20  # open requests in one ``OpenRequests``

# ── Keys ────────────────────────────────────────────────────────────────────────────────────────
#
# Tuples, since they are looked up at every turn; ``kind`` keeps one from being taken for another.


class ConversationKey(NamedTuple):
    id: str
    kind: Literal["conversation"] = "conversation"


class RequestKey(NamedTuple):
    id: str
    kind: Literal["request"] = "request"


class EnclosureKey(NamedTuple):
    """What lies beside a request's words → ``Enclosure``, or None."""

    request: str
    kind: Literal["enclosure"] = "enclosure"


class RequestsOf(NamedTuple):
    """The open requests of one conversation → tuple of request ids, oldest first."""

    conversation: str
    kind: Literal["requests"] = "requests"


class OpenRequests(NamedTuple):
    """One page of a post's open requests, as ``Request.order`` says → tuple of request ids."""

    post: str
    page: int = 0
    kind: Literal["open"] = "open"


class NamesInUse(NamedTuple):
    """The spoken names of all open requests → frozenset of str."""

    kind: Literal["names"] = "names"


class TeamKey(NamedTuple):
    """All members and what the store knows of posts → ``Team``."""

    kind: Literal["team"] = "team"


class RefKey(NamedTuple):
    """What an acting button does → ``Ref``, or None when used or unknown."""

    ref: str
    kind: Literal["ref"] = "ref"


class InvitationKey(NamedTuple):
    hash: str
    kind: Literal["invitation"] = "invitation"


class MemberKey(NamedTuple):
    """One member; only ever dropped: whoever is in the team is read by ``TeamKey``."""

    id: str
    kind: Literal["member"] = "member"


class CountersKey(NamedTuple):
    """All counters → tuple of (month, district, what, number); never about a person."""

    kind: Literal["counters"] = "counters"


class ProposedKey(NamedTuple):
    """Whether the address that a member gave can be hers → bool: asked, and nobody else's."""

    member: str
    kind: Literal["proposed"] = "proposed"


class GuessesKey(NamedTuple):
    """Wrong invitation codes from one conversation's addresses, or from everywhere ("")."""

    of: str
    kind: Literal["guesses"] = "guesses"


Key = (
    ConversationKey
    | RequestKey
    | EnclosureKey
    | RequestsOf
    | OpenRequests
    | NamesInUse
    | TeamKey
    | RefKey
    | InvitationKey
    | MemberKey
    | GuessesKey
    | CountersKey
    | ProposedKey
)


# ── Records ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Answer:
    """One step: this choice on this node; ``choice`` "" means the node was opened directly."""

    node: str
    choice: str = ""


@dataclass(frozen=True)  # no slots: see ``values.replace``
class Conversation:
    """One visitor's walk. Nothing in here says who the visitor is."""

    id: str
    touched: datetime
    answers: tuple[Answer, ...] = ()
    audience: Audience | None = None
    language: str = "de"
    school: str | None = None
    district: str | None = None
    excluded: frozenset[str] = frozenset()  # school, youth_office
    consent: bool | None = None  # may the next rung read it?
    draft: tuple[str, ...] = ()  # typed where somebody can read it, not sent yet
    held: tuple[str, ...] = ()  # typed beside open requests, until the next tap says whose it is
    writing_to: str | None = None  # request that typed text joins
    shown: tuple[Button, ...] = ()  # buttons on the last screen, so that typing can choose
    numbered: int = 0  # so many of them are choices, whose number may be typed
    puzzled: int = 0  # times in a row that we did not understand
    worries: frozenset[str] = frozenset()  # dangers for which help was shown
    sought: str = ""  # a school's name that several have, until a place tells which
    friend: bool = False  # asks for a friend
    reach: Reach = Reach.HERE  # how the next request wants to be answered …
    number: str = ""  # … and the number to call, until it is sent
    may_ask: bool = False  # "Hat sich jemand gemeldet?" may be asked some days after
    window: tuple[Span, ...] = ()  # when a message is safe, local time; empty: always
    neutral: bool | None = None  # news behind a neutral teaser; None: for pupils
    unread: tuple[str, ...] = ()  # requests with news that were not opened yet, oldest first
    written: datetime | None = None  # since when the text stands in the chat that was sent last
    began: tuple[datetime, ...] = ()  # when its last requests were sent, oldest first


class Author(StrEnum):
    VISITOR = "visitor"
    MEMBER = "member"
    HELD = "held"  # an answer that its member can still take back: nobody got it yet


@dataclass(frozen=True, slots=True)
class Word:
    """Something written in a request."""

    by: Author
    at: datetime
    text: str
    via: str = ""  # the channel a visitor wrote it through


class Reason(StrEnum):
    """Why a request was closed."""

    ANSWERED = "beantwortet"
    PASSED_ON = "weitervermittelt"
    PRANK = "spass"
    WRONG_PLACE = "falscher-ort"
    NO_REPLY = "keine-antwort"
    WITHDRAWN = "zurueckgezogen"


class Doing(StrEnum):
    """What a member can take back for some seconds."""

    REPLY = "reply"
    HAND_OVER = "hand_over"
    CLOSE = "close"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Pending:
    """What a member did and may still take back; an answer waits among the words, as ``HELD``."""

    doing: Doing
    by: str  # member
    until: datetime
    to: str = ""  # the post of a hand-over, the reason of closing
    note: str = ""  # to whom it was passed on


@dataclass(frozen=True, slots=True)
class Consulted:
    """A colleague who may read the words under another name, and answer the claimer alone."""

    member: str
    name: str  # what the request is called for this colleague


@dataclass(frozen=True, slots=True)
class Glass:
    """A look at a visitor's address in danger to life; with a second member it is open."""

    first: str  # member
    until: datetime  # somebody may agree; when open: both may look
    second: str = ""  # member


@dataclass(frozen=True, slots=True)
class Request:
    """One matter of one visitor, from "sent" to "closed"; facts, from which its state follows."""

    id: str
    name: str  # "Blauer Otter"
    conversation: str
    audience: Audience
    topic: str
    path: tuple[str, ...]  # labels of the choices taken
    school: str | None
    district: str | None
    language: str
    excluded: frozenset[str]
    consent: bool
    skip_school: bool
    sent_at: datetime
    post: str  # whose turn it is
    due: datetime | None
    tried: tuple[str, ...] = ()  # posts that let the promise pass
    claimed_by: str | None = None
    read_at: datetime | None = None
    answered_at: datetime | None = None
    overdue_since: datetime | None = None  # the last promise was broken and nobody is next
    undelivered: bool = False
    closed_at: datetime | None = None
    reason: Reason | None = None
    practice: bool = False
    alert: bool = False  # danger words were seen; the card is red
    reminded: tuple[datetime, int] | None = None  # for which due time, and how far (see presence)
    also: tuple[str, ...] = ()  # posts and members beside the post that a red card went to
    words: tuple[Word, ...] = ()
    friend: bool = False  # asked for a friend
    reach: Reach = Reach.HERE  # how the visitor wants to be answered
    may_ask: bool = False  # whether somebody got in touch may be asked some days after
    untold: int = 0  # so many of the visitor's last words the desk was not told of
    pending: Pending | None = None  # done at the desk, released in some seconds
    passed_to: str = ""  # whom the desk named when it was passed on
    silenced_until: datetime | None = None  # blocked: nothing of it reaches the desk until then
    missed: tuple[str, ...] = ()  # members of its post whom the card did not reach
    offered: str | None = None  # post of another carrier that the visitor is asked about
    agreed: tuple[str, ...] = ()  # posts of other carriers that the visitor said yes to
    consulted: tuple[Consulted, ...] = ()
    content: str = ""  # the version of the content that the visitor had read
    glass: Glass | None = None  # in danger to life: who may see the visitor's address

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Its place on a desk: red, then overdue, then by due time.

        Where no promise runs, the oldest waits on top; where nobody waits, nothing is due.
        """
        settled = self.answered_at is not None or self.practice
        due = self.overdue_since or self.due or (NEVER if settled else self.sent_at)
        return 0 if self.alert else 1 if self.overdue_since else 2, due, self.id


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to say about a request that its visitor has not opened yet.

    ``buttons``: label and callback data. ``answers``: it carries a member's own words.
    """

    at: datetime
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What lies beside a request's words under the same key, and is erased with them."""

    request: str
    number: str = ""  # to call; for the claimer only, erased at closing
    letters: tuple[Letter, ...] = ()


class Role(StrEnum):
    WORKER = "worker"
    COORDINATOR = "coordinator"
    EDITOR = "editor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Admission:
    """What somebody gets as soon as the code they read out by telephone is confirmed."""

    inviter: str  # member
    code: str
    role: Role
    until: datetime
    posts: tuple[str, ...] = ()
    district: str | None = None
    tries: int = 0  # wrong codes so far


@dataclass(frozen=True, slots=True)
class Mail:
    """How far a member's notices by e-mail are; the address is the store's alone."""

    confirmed: bool = False
    code: str = ""  # sent to a new address, to be typed at the desk
    until: datetime | None = None  # so long the code is good
    tries: int = 0  # wrong codes so far
    asked: tuple[datetime, ...] = ()  # when codes were sent in the last day
    told_at: datetime | None = None  # when a notice was ordered; None: at the desk since


@dataclass(frozen=True, slots=True)
class Member:
    """A person of staff. ``label`` is what colleagues read; visitors never see it."""

    id: str
    role: Role
    label: str
    joined_at: datetime
    posts: tuple[str, ...] = ()
    district: str | None = None  # a coordinator's
    plan: tuple[Span, ...] = ()  # weekly hours
    plans: tuple[tuple[str, tuple[Span, ...]], ...] = ()  # of one post each, instead of ``plan``
    absent_until: datetime | None = None
    here_at: datetime | None = None  # last did something at the desk
    waking: tuple[Span, ...] = ()  # when cards may come by themselves; none: at any time
    digest: time | None = (
        None  # what came outside of them, at once at this time; None: when they begin
    )
    held_back: tuple[str, ...] = ()  # requests that the next digest names
    asked: str | None = None  # what the last screen asked to be typed
    writing_to: str | None = None  # the claimed request that typed text answers
    draft: str = ""  # answer in preview
    own_words: bool = False  # the draft is more than snippets in the visitor's language
    shown: tuple[Button, ...] = ()
    admission: Admission | None = None
    left: tuple[str, ...] = ()  # posts that were taken, until what they had there is given back
    admitted: bool = True  # False: a link was opened, nobody confirmed who it was
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """The carrier's yes."""

    on: date
    by: str
    telegram: str = "no"  # what may be shown there: no, notice, text


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a post's directory entry that a member wishes; a person applies it."""

    id: str
    field: str  # a column of posts.csv
    value: str  # as it would stand there; "" = nothing
    member: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What the store knows of a post beyond the directory."""

    id: str
    permission: Permission | None = None
    deputy: str | None = None  # a member of another post who steps in
    practised: bool = False
    accepting: bool = False  # "Ab jetzt annehmen" was tapped
    full_until: datetime | None = None  # takes nothing new; what it has stays
    closed: tuple[tuple[date, date], ...] = ()  # days on which nobody is there, both ends included
    paused: bool = False
    asked_at: datetime | None = None  # when its members were last asked about its entry
    confirmed_on: date | None = None  # a member said that the entry is true
    proposals: tuple[Proposal, ...] = ()  # changes of its entry that nobody settled yet


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who has joined, and what their posts have done so far."""

    members: tuple[Member, ...] = ()
    posts: tuple[PostFacts, ...] = ()
    invited: frozenset[str] = frozenset()  # posts with an invitation that is still good
    invitations: tuple["Invitation", ...] = ()  # those not used yet

    def member(self, member: str) -> Member | None:
        return next((m for m in self.members if m.id == member), None)

    def of(self, post: str) -> tuple[Member, ...]:
        """The workers and coordinators who sit on this post."""
        return tuple(m for m in self.members if post in m.posts)

    def facts(self, post: str) -> PostFacts:
        return next((p for p in self.posts if p.id == post), PostFacts(post))


@dataclass(frozen=True, slots=True)
class Ref:
    """What an acting button does, and for whom; used once."""

    ref: str
    owner: str  # conversation or member
    action: str  # send, discard, claim, answer, close …
    about: str = ""  # request or post
    extra: str = ""
    gives: str = ""  # refs with the same group are used up together
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    hash: str
    role: Role
    expires: datetime
    label: str = ""
    post: str | None = None
    district: str | None = None
    used: bool = False
    inviter: str = ""  # the member who made it; "" the operator
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Guesses:
    """When wrong invitation codes came, oldest first; see ``GuessesKey``."""

    of: str
    at: tuple[datetime, ...] = ()


Record = Conversation | Request | Enclosure | Member | PostFacts | Ref | Invitation | Guesses
