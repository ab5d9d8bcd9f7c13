"""What the shell's parts promise each other.

``Incoming`` comes from a channel, ``Outgoing`` goes to it. A channel that cannot deliver says
``TryLater`` (with the seconds it was told) or ``Refused``; anything else it raises is a bug.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.messages import Body, Screen


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
    to be edited. ``tries`` counts sends that may have arrived.
    """

    row: int
    address: Address
    screen: Screen | None = None
    origin: str = ""
    erase: tuple[str, ...] = ()
    slot_message: str = ""
    quiet: bool = False
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the channel did: ids of the messages that now stand in the chat."""

    messages: tuple[str, ...] = ()


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
