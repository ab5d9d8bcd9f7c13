"""The outbox's lines: one for each recipient, and the doors they go through."""

import asyncio
from collections import deque
from collections.abc import Container
from dataclasses import dataclass, field, replace

from bot.ports import Address, Channel, Limits, Outgoing, Receipt

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds until a send is tried again, doubling


def pause_after(failures: int) -> float:
    """Seconds to wait when the channel named none; ``failures`` in a row before this one."""
    return min(FIRST_PAUSE * 2.0 ** min(failures, 16), LONGEST_PAUSE)


@dataclass
class Bucket:
    """So many a second, ``burst`` at once (the generic cell rate algorithm)."""

    rate: float
    burst: int
    _full_at: float = 0.0

    def book(self, now: float) -> float:
        """Take one token; the seconds to wait for it."""
        start = max(now, self._full_at)
        self._full_at = start + 1 / self.rate
        return max(0.0, start - now - (self.burst - 1) / self.rate)

    def full(self, now: float) -> bool:
        return now >= self._full_at


@dataclass
class Lane:
    """One recipient's line."""

    address: Address
    bucket: Bucket | None
    rows: deque[Outgoing] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    sending: bool = False
    not_before: float = 0.0
    failures: int = 0  # in a row, of the network
    crashes: int = 0  # of its first row
    slots: dict[str, str] = field(default_factory=dict)  # slot → the message that holds it now
    stuck_since: float | None = None  # nothing has gone since
    said_late: set[int] = field(default_factory=set)  # rows

    @property
    def idle(self) -> bool:
        return self.task is None or self.task.done()

    def first(self) -> Outgoing:
        """What goes next, aimed at the message that holds its slot by now."""
        outgoing = self.rows[0]
        screen = outgoing.screen
        if screen is None or not screen.edit or screen.slot not in self.slots:
            return outgoing
        return replace(outgoing, slot_message=self.slots[screen.slot])

    def remember(self, outgoing: Outgoing, receipt: Receipt) -> None:
        """A later row may edit this one though it was owed before this one arrived."""
        if outgoing.erase:
            self.slots.clear()
        if outgoing.screen is not None and outgoing.screen.slot and receipt.messages:
            self.slots[outgoing.screen.slot] = receipt.messages[-1]

    def late(self, now: float, went_at: float, seconds: float) -> list[Outgoing]:
        """What waits here though nothing has gone for so long, and to others it has; each once."""
        if self.stuck_since is None:
            self.stuck_since = now
        if now - self.stuck_since < seconds or went_at <= self.stuck_since:
            return []
        rows = [outgoing for outgoing in self.rows if outgoing.row not in self.said_late]
        self.said_late.update(outgoing.row for outgoing in rows)
        return rows

    def goes(self) -> None:
        """The first row went, or was given up."""
        self.failures = self.crashes = 0
        self.stuck_since = None
        self.said_late.clear()

    def drop_forgotten(self, known: Container[int]) -> None:
        """A send under way when its row was forgotten is not tried again."""
        if self.rows and self.rows[0].row not in known:
            self.rows.popleft()


@dataclass
class Door:
    """One channel with its connections and its limits."""

    channel: Channel
    limits: Limits
    connections: asyncio.Semaphore
    total: Bucket | None
    not_before: float = 0.0
    went_at: float = 0.0  # when something last went through it, to anybody
