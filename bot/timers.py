"""What has become due → events.

A timer is a row. It goes in the same transaction as the turn that it brings, so each comes once,
also over a crash.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from bot.core.ahead import FLOOR
from bot.core.ahead import LONGEST as FAR
from bot.core.messages import Due, Event, House, Timer
from bot.ports import Log, Store, Work, where

LONGEST = 30.0  # seconds between two looks: a clock that was set is noticed within it
AT_ONCE = 1000
LEAP = timedelta(hours=1)  # the clock gained so much on the steady one: it was set
QUARANTINE = timedelta(hours=24).total_seconds()  # no erasing on the word of a clock just set


@dataclass
class Timers:
    """``clock`` is the wall's, ``steady`` one that nobody can set, in seconds."""

    store: Store
    happened: Callable[[Sequence[Event]], Awaitable[object]]
    clock: Callable[[], datetime]
    chance: Callable[[], bytes]
    log: Log
    steady: Callable[[], float] = monotonic
    _next: datetime | None = field(default=None, init=False)
    _sooner: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _seen_at: tuple[datetime, float] | None = field(default=None, init=False)
    _leapt_at: float | None = field(default=None, init=False)
    _begun: tuple[datetime, float] | None = field(default=None, init=False)
    _doubted: timedelta | None = field(default=FAR, init=False)  # what lies farther is looked at

    async def run(self) -> None:
        """Look, wait, look again, until cancelled."""
        while True:
            self._sooner.clear()
            try:
                seconds = await self.look()
            except Exception as error:  # noqa: BLE001  (locked or full: looked again soon)
                self.log("timers not now", **where(error))
                seconds = 1.0
            try:
                await asyncio.wait_for(self._sooner.wait(), seconds)
            except TimeoutError:
                continue

    def expect(self, at: datetime | None) -> None:
        """The earliest timer stands at ``at``, as of the last commit."""
        if at is not None and (self._next is None or at < self._next):
            self._sooner.set()
        self._next = at

    async def look(self) -> float:
        """Hand over what is due; the seconds until the next look."""
        now = self.clock()
        self._notice_leap(now)
        doubted = self._doubted if now >= FLOOR else None
        due, self._next = await self.store.run(lambda work: _waiting(work, now, doubted))
        self._doubted = None
        ripe = [one for one in due if one.kind is not Timer.RETENTION or not self.leapt()]
        if ripe:
            await self.happened([self._event(one, now) for one in ripe])
            return 0.0
        if self._next is None or due:
            return LONGEST
        return min(LONGEST, max(0.0, (self._next - self.clock()).total_seconds()))

    def _event(self, due: Due, now: datetime) -> Event:
        key = f"due:{due.kind.value}:{due.ref}:{now.timestamp():.6f}"
        return Event(key, now, self.chance(), House(), due)

    def _notice_leap(self, now: datetime) -> None:
        steady = self.steady()
        then, before = self._seen_at or (now, steady)
        gained = now - then - timedelta(seconds=steady - before)
        if gained > LEAP:
            self._leapt_at = steady
            self.log("clock leapt", seconds=int(gained.total_seconds()))
        elif gained < -LEAP:
            self._doubted = timedelta() if self._right(now, steady) else FAR
        self._seen_at = now, steady
        self._begun = self._begun or (now, steady)

    def _right(self, now: datetime, steady: float) -> bool:
        """Whether the clock went as the steady one does since the start, whatever was between."""
        then, before = self._begun or (now, steady)
        return abs(now - then - timedelta(seconds=steady - before)) <= LEAP

    def leapt(self) -> bool:
        """The clock was set not long ago: nothing is erased on its word."""
        return self._leapt_at is not None and self.steady() - self._leapt_at < QUARANTINE


def _waiting(
    work: Work, now: datetime, doubted: timedelta | None
) -> tuple[tuple[Due, ...], datetime | None]:
    """What is due, and the next time; nothing while a restored store is held.

    With ``doubted``, timers that lie farther ahead come now: a clock that was ahead may have set
    them, and their own turn reckons them anew.
    """
    if work.held():
        return (), None
    if doubted is not None:
        for kind in Timer:
            if kind is not Timer.ENDED:  # that one is the directory's, no clock reckoned it
                work.hasten(now, now + (FAR if kind is Timer.RETENTION else doubted), kind)
    return work.due(now, AT_ONCE), work.next_due()
