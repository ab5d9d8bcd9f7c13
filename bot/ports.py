"""What the shell's parts promise each other.

``Incoming`` comes from a channel, ``Outgoing`` goes to it. A channel that cannot deliver says
``TryLater`` (with the seconds it was told) or ``Refused``; anything else it raises is a bug.
"""

import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Literal, Protocol, TypeVar, runtime_checkable

from bot.core.messages import Body, Due, Screen, Staff, Timer, Visitor
from bot.core.records import Key, Record

T = TypeVar("T")
# Where a one-time link leads: a visit, the second step of a log-in, a member's desk.
Door = Literal["chat", "desk", "mail"]


@dataclass(frozen=True, slots=True)
class Address:
    """A channel and the channel's own id of somebody; known to the store and the channel only."""

    channel: str
    id: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a channel heard, decoded.

    ``id`` is unique per channel and the same when the channel hears it again. ``message`` is the
    channel's id of the person's own message, so that it can be deleted; ``mark`` is the channel's
    reading position after this one, saved with the batch. ``body`` None: undecodable, only
    confirmed and counted.
    """

    id: str
    address: Address | None
    at: datetime
    body: Body | None
    origin: str = ""
    message: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing that is owed to one address.

    ``screen`` None: nothing to show, only the tap in ``origin`` is answered. ``erase``: ids of
    the channel's messages to delete. ``slot_message``: the message that holds the screen's slot,
    to be edited. ``tries`` counts sends that may have arrived. ``quotes``: it carries words that
    are erased with their request; ``edit_only``: nothing is said anew where that message is gone.
    ``empty``: our own messages that are to say ``emptied`` instead, since they are too old to be
    deleted.
    """

    row: int
    address: Address
    screen: Screen | None = None
    origin: str = ""
    erase: tuple[str, ...] = ()
    slot_message: str = ""
    quiet: bool = False
    tries: int = 0
    quotes: str = ""  # the request whose words it carries
    edit_only: bool = False
    empty: tuple[str, ...] = ()
    emptied: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the channel did: ids of the messages that now stand in the chat."""

    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen on a page that lives in the store: ``row`` its number, ``place`` where it stands.

    Both are the outbox's numbers; they differ when it took the place of an older one. ``at`` is
    None until the channel was told.
    """

    row: int
    place: int
    screen: Screen
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Factor:
    """A member's second factor: the secret of the codes and the last step that was used."""

    secret: str
    step: int
    confirmed: bool


class TryLater(Exception):  # noqa: N818  (named as the rule it states)
    """It did not go now; try again after ``seconds``.

    ``told`` is true when the channel named the time (then it is waited exactly);
    ``everybody`` when it holds for the whole channel, not for this recipient alone.
    """

    def __init__(self, seconds: float, *, told: bool = False, everybody: bool = False) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds
        self.told = told
        self.everybody = everybody


class Refused(Exception):  # noqa: N818
    """It will never go: the recipient blocked the bot, is gone, or the message is not acceptable.

    ``gone``: nothing can be sent to this recipient any more.
    """

    def __init__(self, why: str, *, gone: bool) -> None:
        super().__init__(why)
        self.gone = gone


# Returns when everything is committed. Raises ``TryLater`` when it could not be: then nothing may
# be confirmed, and the same is heard again, with what has come since.
Take = Callable[[Sequence[Incoming]], Awaitable[None]]


class Channel(Protocol):
    """A door. ``listen`` hands over what it hears and confirms it only after ``take`` returned."""

    name: str

    async def listen(self, take: Take) -> None:
        """Hear until cancelled; survives the network; ``mark`` of the last run comes by start."""
        ...

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Show one screen (or erase); raises ``TryLater`` or ``Refused``."""
        ...


@runtime_checkable
class Followed(Protocol):
    """A channel with pages that stay open."""

    def look_again(self) -> None:
        """Something was forgotten: whoever may not follow a page any more stops now."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """A channel's sending limits; ``None`` switches one off."""

    total_per_second: float | None = None
    per_address_per_second: float | None = None
    burst: int = 3
    connections: int = 16


@dataclass(frozen=True, slots=True)
class Committed:
    """What one batch left to do, in order of commit."""

    owed: tuple[Outgoing, ...] = ()
    next_due: datetime | None = None
    crashed: tuple[str, ...] = field(default_factory=tuple)  # event ids, for the log
    left: frozenset[int] | None = None  # after something was forgotten: the rows still owed


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A row that will never arrive. ``gone``: nothing reaches this recipient any more.

    ``late``: it is tried on, but whoever waits for a member must not wait for that.
    """

    row: int
    gone: bool
    channel: str = ""
    late: bool = False


class Log(Protocol):
    """One line for the operator: what happened, and ids, never words or persons."""

    def __call__(self, what: str, /, **ids: str | int) -> None: ...


def where(error: BaseException) -> dict[str, str | int]:
    """What broke and where, for the log; without the message: that may quote somebody."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "place": place}


# ── The store, as the shell sees it ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing to be sent; ``request`` and ``quotes`` say whose words it carries."""

    screen: Screen | None = None
    origin: str = ""
    erase: tuple[str, ...] = ()
    request: str | None = None
    quotes: bool = False
    quiet: bool = False
    edits: str = ""  # the channel's message in whose place the screen stands
    empty: tuple[str, ...] = ()
    emptied: str = ""


class Work(Protocol):
    """What may be done inside one transaction; runs whole in the store's own thread."""

    def seen(self, ids: Sequence[str], /) -> frozenset[str]: ...
    def mark_seen(self, ids: Sequence[str], at: datetime, /) -> None: ...
    def set_mark(self, channel: str, mark: str, at: datetime, /) -> None: ...
    def who(self, address: Address, /) -> Visitor | Staff | None: ...
    def bind(self, address: Address, who: Visitor | Staff, at: datetime, /) -> None: ...
    def address_of(self, who: Visitor | Staff, /) -> Address | None: ...
    def address_in(self, who: Visitor | Staff, channel: str, /) -> Address | None: ...
    def empty_desk(self, request: str, member: str, /) -> tuple[tuple[Address, str], ...]: ...
    def propose(self, member: str, address: Address, at: datetime, /) -> None: ...
    def take_proposed(self, member: str, at: datetime, /) -> None: ...
    def drop_logins(self, member: str, /) -> None: ...
    def drop_mail(self, member: str, /) -> None: ...
    def rebind(self, conversation: str, member: str, /) -> None: ...
    def drop_owed_to(self, member: str, /) -> None: ...
    def end_access(self, member: str, /) -> None: ...
    def load(self, key: Key, /) -> object | None: ...
    def save(self, record: Record, /) -> None: ...
    def drop(self, key: Key, /) -> None: ...
    def forget_words(self, request: str, /) -> None: ...
    def forget_conversation(self, conversation: str, /) -> None: ...
    def owe(self, to: Address, owed: Owed, /) -> Outgoing: ...
    def owed(self, after_row: int = 0, limit: int = 1000, /) -> tuple[Outgoing, ...]: ...
    def sent(self, rows: Sequence[tuple[Outgoing, Receipt]], at: datetime, /) -> frozenset[int]: ...
    def tried(self, row: int, /) -> None: ...
    def owed_to(self, row: int, /) -> tuple[Visitor | Staff | None, str | None]: ...
    def give_up(self, row: int, /) -> tuple[Visitor | Staff | None, str | None]: ...
    def heard(self, address: Address, message: str, at: datetime, /) -> None: ...
    def erasable(self, address: Address, since: datetime, /) -> tuple[str, ...]: ...
    def erasable_since(self, address: Address, since: datetime, /) -> tuple[str, ...]: ...
    def too_old(self, address: Address, before: datetime, /) -> tuple[str, ...]: ...
    def wake(self, at: datetime, kind: Timer, ref: str, /) -> None: ...
    def let_sleep(self, kind: Timer, ref: str, /) -> None: ...
    def hasten(self, now: datetime, after: datetime, kind: Timer, /) -> None: ...
    def due(self, now: datetime, limit: int = 100, /) -> tuple[Due, ...]: ...
    def next_due(self) -> datetime | None: ...
    def put_link(self, code: str, door: Door, target: str, expires: datetime, /) -> None: ...
    def count(self, what: str, district: str, month: str, /) -> None: ...
    def audit(
        self, at: datetime, member: str, action: str, about: str = "", why: str = "", /
    ) -> None: ...
    def held(self) -> bool: ...


class Store(Protocol):
    """Runs a unit of work as one transaction: all of it is kept, or it raises and none is."""

    async def run(self, unit: Callable[[Work], T], /) -> T: ...
