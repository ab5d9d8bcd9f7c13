"""The vocabulary: what can happen (events) and what is to be done (effects).

Events are past tense, effects are orders. Both are frozen values; a new one does not type-check
until every ``match`` answers it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.core.taps import Tap

# ── What a channel can show ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    tap: Tap


class Tone(StrEnum):
    CALM = "calm"
    ALERT = "alert"


@dataclass(frozen=True)  # no slots: see ``values.replace``
class Screen:
    """What a channel can show, without any channel's markup.

    ``choices`` are numbered from 1 in this order and the number may be typed; ``ways`` are the
    ways out, not numbered, their words may be typed. ``slot`` names a thing that is edited in
    place (a staff card, a paged list); without it every screen is a new message.
    """

    text: str
    choices: tuple[Button, ...] = ()
    ways: tuple[Button, ...] = ()
    tone: Tone = Tone.CALM
    slot: str | None = None
    edit: bool = False  # edit the message that holds the slot, if there is one


# ── Who ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Visitor:
    conversation: str


@dataclass(frozen=True, slots=True)
class Staff:
    member: str


@dataclass(frozen=True, slots=True)
class House:
    """The bot itself: a timer, the outbox, the operator."""


Who = Visitor | Staff | House


# ── Events ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody opened the bot, perhaps by a link: ``i_`` invitation, ``p_`` poster, ``w_`` web."""

    payload: str = ""
    language: str = ""  # what the device says, a hint only


@dataclass(frozen=True, slots=True)
class Typed:
    text: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Tapped:
    tap: Tap


class Command(StrEnum):
    """The commands, by their German names; English ones are translated at the edge."""

    HELP = "hilfe"
    EMERGENCY = "notfall"
    BACK = "zurueck"
    NEW = "neu"
    LANGUAGE = "sprache"
    PRIVACY = "datenschutz"
    ERASE = "loeschen"
    END = "ende"
    DESK = "anfragen"
    POST = "stelle"
    PLAN = "plan"
    PREVIEW = "vorschau"
    WEB = "web"
    ABSENT = "abwesend"
    INVITE = "einladen"
    SITUATION = "lage"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Commanded:
    command: Command


class Foreign(StrEnum):
    """What we do not read: each kind gets a kind answer."""

    PHOTO = "photo"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"
    BUTTON = "button"  # a button that is not ours
    GROUP = "group"  # somebody put the bot into a group or channel


@dataclass(frozen=True, slots=True)
class Received:
    """Something that is not text arrived; it was not kept."""

    kind: Foreign


class Timer(StrEnum):
    PROMISE = "promise"  # a request's due time has come; ref = request
    ENDED = "ended"  # a post's last day is over; ref = post
    ENTRY = "entry"  # a post's directory entry is to be confirmed; ref = post
    RETENTION = "retention"  # ref = request or conversation
    GATHER = "gather"  # the visitor has paused: the desk hears what was added; ref = request
    WINDOW = "window"  # a message is safe again; ref = conversation
    ASK = "ask"  # has somebody got in touch? ref = request
    RETURN = "return"  # an absence is over; ref = member, or post: it is no longer full
    RECKON = "reckon"  # presence changed: what waits is reckoned anew; ref = post/page
    DIGEST = "digest"  # ref = member
    OPENING = "opening"  # two hours after a plan's beginning; ref = post
    UNDO = "undo"  # what was done at the desk cannot be taken back any more; ref = request
    LEFT = "left"  # a member has left a post; ref = post/page of its open requests
    SITUATION = "situation"  # Monday morning: how the districts stand
    GLASS = "glass"  # nobody agreed, or the look is over; ref = request
    ADMISSION = "admission"  # nobody confirmed who opened a link; ref = member
    MAIL = "mail"  # a desk that nobody has looked at: its notice goes out; ref = member


@dataclass(frozen=True, slots=True)
class Due:
    kind: Timer
    ref: str


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """A message was given up: the recipient blocked the bot or is gone."""

    to: Visitor | Staff
    request: str | None
    via: str = ""  # the channel


@dataclass(frozen=True, slots=True)
class FactorLost:
    """The operator heard that a member's second factor is lost."""

    member: str


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A member, or whoever knows the address, asked for a link by e-mail to log in with."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Updates of these hours did not arrive: the channel keeps them for 24 hours only."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup was brought back: messages of both sides may be missing, old news are old."""


@dataclass(frozen=True, slots=True)
class Invited:
    """The operator made an invitation; only the hash of its code is known here."""

    hash: str
    role: str
    post: str | None
    district: str | None
    label: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """The operator took a proposal for a post's entry into the directory, or did not."""

    post: str
    proposal: str
    accepted: bool


Body = (
    Started
    | Typed
    | Tapped
    | Commanded
    | Received
    | Due
    | NotDelivered
    | Outage
    | Restored
    | Invited
    | Settled
    | LinkAsked
    | FactorLost
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``at`` is aware UTC; ``chance`` are 32 random bytes."""

    id: str
    at: datetime
    chance: bytes
    who: Who
    body: Body
    origin: str = ""  # opaque: travels back with the first effect for this person
    channel: str = ""

    def draw(self, purpose: str) -> bytes:
        """32 bytes of this event's chance for one purpose; the same again when asked again."""
        return hashlib.sha256(self.chance + purpose.encode()).digest()


# ── Effects ─────────────────────────────────────────────────────────────────────────────────────

ADDRESS: Final = "⟨⟩"  # where the store puts an address that the core never holds


@dataclass(frozen=True, slots=True)
class Say:
    """Show a screen to somebody. ``request`` names the matter whose words it carries."""

    to: Visitor | Staff
    screen: Screen
    request: str | None = None
    quotes: bool = False  # carries words of the visitor or of staff: erased with the request
    quiet: bool = False  # arrives without a sound
    telegram: Screen | None = None  # what Telegram shows instead, where words may not stand there
    only: str = ""  # the one channel that it goes through, to an address the person gave for it


@dataclass(frozen=True, slots=True)
class Reveal:
    """Show a member the address behind a conversation, in danger to life; see ``glass``.

    It goes where ``screen`` has ``ADDRESS``; ``none`` is shown where no channel knows an account.
    """

    conversation: str
    to: Staff
    screen: Screen
    none: Screen
    request: str
    telegram: Screen | None = None  # as in ``Say``


@dataclass(frozen=True, slots=True)
class EmptyDesk:
    """What staff were shown of a request's words is gone: ``screen`` stands in its place.

    ``member`` "": whoever was shown them; ``request`` "": of every request, for this member.
    """

    screen: Screen
    request: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Wake:
    """Bring ``Due(kind, ref)`` at this time; replaces an earlier one of the same kind and ref."""

    at: datetime
    kind: Timer
    ref: str


@dataclass(frozen=True, slots=True)
class LetSleep:
    """No ``Due(kind, ref)`` any more."""

    kind: Timer
    ref: str


@dataclass(frozen=True, slots=True)
class ForgetWords:
    """Erase the words of a request for good, also those still waiting to be sent."""

    request: str


@dataclass(frozen=True, slots=True)
class ForgetConversation:
    """Erase a conversation, its addresses and what waits for it."""

    conversation: str


@dataclass(frozen=True, slots=True)
class EraseChat:
    """Delete what the channel lets us delete from this person's chat, both sides.

    ``since``: only what stands there since then. ``emptied``: what our own older messages say
    afterwards, where the channel lets us change them; "" leaves them.
    """

    to: Visitor | Staff
    since: datetime | None = None
    emptied: str = ""


@dataclass(frozen=True, slots=True)
class BecomeMember:
    """The address that spoke is a member's from now on."""

    conversation: str
    member: str


@dataclass(frozen=True, slots=True)
class Admit:
    """Whoever brings this code before ``until`` goes on there in the web, once.

    A visitor with the conversation, a member at the desk.
    """

    code: str
    to: Visitor | Staff
    until: datetime


@dataclass(frozen=True, slots=True)
class AskAddress:
    """An e-mail address that a member gave: kept apart, and shown this screen, until it is taken.

    A later one replaces it.
    """

    member: str
    address: str
    screen: Screen


@dataclass(frozen=True, slots=True)
class TakeAddress:
    """The address that was asked is the member's one from now on."""

    member: str


@dataclass(frozen=True, slots=True)
class DropAddress:
    """No e-mail goes to this member any more; the address is forgotten, an asked one too."""

    member: str


@dataclass(frozen=True, slots=True)
class DropFactor:
    """A member's second factor is none any more, and every log-in with it has ended."""

    member: str


@dataclass(frozen=True, slots=True)
class EndAccess:
    """A member's addresses, log-ins, buttons and waiting messages go; after the last words."""

    member: str


@dataclass(frozen=True, slots=True)
class Count:
    """One more of something, by month; never about a person."""

    what: str
    district: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """Write down for good who did what, about which request (its name), post or member.

    ``member`` "" is the operator. Never words of a request; ``why`` is a reason that a member had
    to write to see an address, and nothing else.
    """

    member: str
    action: str
    about: str = ""
    why: str = ""


Effect = (
    Say
    | Wake
    | LetSleep
    | ForgetWords
    | ForgetConversation
    | EraseChat
    | BecomeMember
    | Admit
    | AskAddress
    | TakeAddress
    | DropAddress
    | DropFactor
    | EndAccess
    | Count
    | Audit
    | EmptyDesk
    | Reveal
)
