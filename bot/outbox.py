"""What is owed is sent, in order for each recipient, or given up aloud.

A lane for each address, a few connections for each channel. A connection takes its next send
only after the mark of its last is committed: so many sends at most repeat after a crash.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

from bot.core.messages import Screen
from bot.lanes import Bucket, Door, Lane, pause_after
from bot.marks import Marks, Sent, Tried
from bot.ports import (
    Address,
    Channel,
    Followed,
    Limits,
    Log,
    Outgoing,
    Refused,
    Store,
    TryLater,
    Undelivered,
    Work,
    where,
)

CRASHES = 5  # of one row, until it is parked; a bug of ours, not the network
STOP_WITHIN = 4.0  # seconds for sends under way; the whole house has 5 (bar 9)
PAGE = 1000
STRAIGHT_TRIES = 3
IN_TIME = 15 * 60.0  # seconds until a card counts as not arrived, though it is tried on (bar 10)


@dataclass
class Outbox:
    """Call ``start`` before anything is handed in.

    ``gave_up`` is told the rows that will never arrive; it deletes them. ``emptied`` stands where
    words arrive that were forgotten on their way. ``passing`` as with the dispatcher; ``steady``
    is a clock that nobody can set, in seconds.
    """

    store: Store
    channels: Mapping[str, Channel]
    limits: Mapping[str, Limits]
    clock: Callable[[], datetime]
    log: Log
    gave_up: Callable[[Sequence[Undelivered]], Awaitable[None]]
    emptied: Callable[[], Screen]
    passing: tuple[type[Exception], ...] = ()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    steady: Callable[[], float] = monotonic
    stop_within: float = STOP_WITHIN
    lanes_kept: int = 1000  # idle ones, for their buckets, before they are swept
    held: bool = False  # after a restored backup: nothing goes until ``resume``
    parked: int = 0
    _doors: dict[str, Door] = field(default_factory=dict, init=False)
    _lanes: dict[Address, Lane] = field(default_factory=dict, init=False)
    _rows: set[int] = field(default_factory=set, init=False)
    _stopping: bool = field(default=False, init=False)
    _sweep_at: int = field(init=False)
    _marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self._sweep_at = self.lanes_kept
        self._marks = Marks(
            self.store, self.clock, self.log, self.emptied, self.passing, self.sleep
        )
        for name, channel in self.channels.items():
            limits = self.limits.get(name, Limits())
            total = limits.total_per_second
            self._doors[name] = Door(
                channel,
                limits,
                asyncio.Semaphore(limits.connections),
                None if total is None else Bucket(total, limits.burst),
            )

    async def start(self) -> None:
        """Go on with what is owed since before; nothing goes while the store is held."""

        def unit(work: Work) -> tuple[bool, list[Outgoing]]:
            return work.held(), list(_all_owed(work))

        self.held, owed = await self.store.run(unit)
        self.add(owed)

    resume = start  # after the operator let it go

    def add(self, owed: Sequence[Outgoing]) -> None:
        if self.held or self._stopping:
            return  # the store has them
        for outgoing in owed:
            if outgoing.row in self._rows or outgoing.address.channel not in self._doors:
                continue
            self._rows.add(outgoing.row)
            self._lane(outgoing.address).rows.append(outgoing)
        for address in dict.fromkeys(outgoing.address for outgoing in owed):
            lane = self._lanes.get(address)
            if lane is not None and lane.rows and lane.idle:
                lane.task = asyncio.create_task(self._empty(lane))

    def keep_only(self, rows: frozenset[int]) -> None:
        """What was forgotten is not sent any more; what is under way is not tried again."""
        self._rows &= rows
        for lane in self._lanes.values():
            waiting = list(lane.rows)
            first = waiting[:1] if lane.sending else []
            lane.rows = deque(first + [r for r in waiting[len(first) :] if r.row in self._rows])
        for channel in self.channels.values():
            if isinstance(channel, Followed):
                channel.look_again()

    async def straight(self, outgoing: Outgoing) -> None:
        """Past the store and the lane, for help that cannot wait."""
        door = self._doors.get(outgoing.address.channel)
        if door is None:
            return
        for _ in range(STRAIGHT_TRIES):
            try:
                await door.channel.send(outgoing)
            except TryLater as later:
                await self.sleep(later.seconds)
            except Exception as error:  # noqa: BLE001  (Refused too: there is nothing to keep)
                self.log("straight failed", **where(error))
                return
            else:
                return

    async def stop(self) -> None:
        """Begin nothing, finish what is under way; what does not finish in time is sent again."""
        self._stopping = True
        tasks = {lane.task: lane.sending for lane in self._lanes.values() if lane.task}
        for task, sending in tasks.items():
            if not sending:
                task.cancel()
        under_way = {task for task, sending in tasks.items() if sending}
        if under_way:
            await asyncio.wait(under_way, timeout=self.stop_within)
        for task in tasks:
            task.cancel()
        self._marks.stop()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def empty(self) -> None:
        """Returns when nothing is owed that could go."""
        while tasks := {lane.task for lane in self._lanes.values() if lane.task and not lane.idle}:
            await asyncio.wait(tasks)

    # ── One lane ────────────────────────────────────────────────────────────────────────────────

    def _lane(self, address: Address) -> Lane:
        lane = self._lanes.get(address)
        if lane is None:
            self._sweep()
            limits = self._doors[address.channel].limits
            rate = limits.per_address_per_second
            lane = Lane(address, None if rate is None else Bucket(rate, limits.burst))
            self._lanes[address] = lane
        return lane

    def _sweep(self) -> None:
        if len(self._lanes) < self._sweep_at:
            return
        now = self.steady()
        for lane in list(self._lanes.values()):
            if lane.idle and not lane.rows and (lane.bucket is None or lane.bucket.full(now)):
                del self._lanes[lane.address]
        self._sweep_at = max(self.lanes_kept, 2 * len(self._lanes))

    async def _empty(self, lane: Lane) -> None:
        door = self._doors[lane.address.channel]
        while lane.rows:
            await self._turn_comes(door, lane)
            async with door.connections:
                await self._door_opens(door)
                if not lane.rows:
                    return  # forgotten meanwhile
                lane.sending = True
                try:
                    await self._send(door, lane)
                finally:
                    lane.sending = False
            if self._stopping:
                return

    async def _turn_comes(self, door: Door, lane: Lane) -> None:
        if lane.bucket is not None:
            now = self.steady()
            lane.not_before = max(lane.not_before, now + lane.bucket.book(now))
        while (wait := max(lane.not_before, door.not_before) - self.steady()) > 0:
            await self.sleep(wait)

    async def _door_opens(self, door: Door) -> None:
        if door.total is not None:
            await self._pause(door.total.book(self.steady()))
        while (wait := door.not_before - self.steady()) > 0:
            await self.sleep(wait)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self.sleep(seconds)

    async def _send(self, door: Door, lane: Lane) -> None:
        outgoing = lane.first()
        try:
            receipt = await door.channel.send(outgoing)
        except TryLater as later:
            await self._later(door, lane, outgoing, later)
        except Refused as refused:
            self.log("refused", row=outgoing.row, gone=int(refused.gone))
            rows = list(lane.rows) if refused.gone else [outgoing]
            await self._give_up(lane, rows, gone=refused.gone)
        except Exception as error:  # noqa: BLE001  (a bug for this one; the other lanes go on)
            await self._crashed(lane, outgoing, error)
        else:
            after = await self._marks.write(Sent(outgoing, receipt))
            lane.remember(outgoing, receipt)
            door.went_at = self.steady()
            self._done(lane, [outgoing])
            self._rows.update(each.row for each in after)
            lane.rows.extendleft(reversed(after))  # before a later edit of the same message

    def _done(self, lane: Lane, rows: Iterable[Outgoing]) -> None:
        done = {outgoing.row for outgoing in rows}
        self._rows -= done
        lane.rows = deque(outgoing for outgoing in lane.rows if outgoing.row not in done)
        lane.goes()

    async def _later(self, door: Door, lane: Lane, outgoing: Outgoing, later: TryLater) -> None:
        seconds = later.seconds
        if not later.told:
            seconds = max(seconds, pause_after(lane.failures))
            lane.failures += 1
            await self._tried(lane, outgoing)
        await self._say_late(door, lane)
        if later.everybody:
            door.not_before = max(door.not_before, self.steady() + seconds)
        else:
            lane.not_before = self.steady() + seconds
        lane.drop_forgotten(self._rows)

    async def _say_late(self, door: Door, lane: Lane) -> None:
        """Only while others are reached: in an outage no next addressee would be either."""
        late = lane.late(self.steady(), door.went_at, IN_TIME)
        if late:
            name = lane.address.channel
            await self.gave_up(
                [Undelivered(o.row, gone=False, channel=name, late=True) for o in late]
            )

    async def _crashed(self, lane: Lane, outgoing: Outgoing, error: Exception) -> None:
        lane.crashes += 1
        self.log("send crashed", row=outgoing.row, crashes=lane.crashes, **where(error))
        if lane.crashes >= CRASHES:
            self.parked += 1
            await self._give_up(lane, [outgoing], gone=False)
            return
        lane.not_before = self.steady() + pause_after(lane.crashes - 1)
        await self._tried(lane, outgoing)
        lane.drop_forgotten(self._rows)

    async def _tried(self, lane: Lane, outgoing: Outgoing) -> None:
        await self._marks.write(Tried(outgoing))
        if lane.rows and lane.rows[0].row == outgoing.row:
            lane.rows[0] = replace(outgoing, tries=outgoing.tries + 1)

    async def _give_up(self, lane: Lane, rows: Sequence[Outgoing], *, gone: bool) -> None:
        await self.gave_up([Undelivered(o.row, gone, o.address.channel) for o in rows])
        self._done(lane, rows)


def _all_owed(work: Work) -> Iterable[Outgoing]:
    after = 0
    while page := work.owed(after, PAGE):
        yield from page
        after = page[-1].row
