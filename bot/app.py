"""The only place where parts are put together, started and stopped."""

import asyncio
import contextlib
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from time import monotonic

import structlog

from bot.core import turn as core
from bot.core.calendar import ZONE
from bot.core.knowledge import Knowledge
from bot.core.messages import Event, Outage, Restored, Screen, Staff, Timer, Visitor
from bot.core.retention import Keep
from bot.core.situation import WEEKLY, next_monday
from bot.dispatcher import Core, Dispatcher
from bot.library import Library
from bot.outbox import Outbox
from bot.ports import Channel, Limits, Log, Outgoing, where
from bot.purge import Purge
from bot.rotation import Rotation
from bot.shelf import give_back
from bot.store import Store, StoreError, Work
from bot.store.errors import DiskFull, Locked
from bot.timers import Timers

EVERY = 10**6  # timers looked at in one go
SWEEP = timedelta(hours=1)  # between two looks for what has had its time
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds until a door that failed is listened to again
TELEGRAM_LIMITS = Limits(total_per_second=30, per_address_per_second=1, burst=3)
CORE = Core(core.needs, core.turn, core.updated, core.apology, core.danger_screen)

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def chance() -> bytes:
    return secrets.token_bytes(32)


def log(what: str, /, **ids: str | int) -> None:
    """A line of the log: what, and ids; never a text, an address, a name."""
    structlog.get_logger("lotse").info(what, **ids)


@dataclass
class App:
    """The whole bot over an open store; ``run`` returns when a signal or the last line came."""

    knowledge: Knowledge
    store: Store
    channels: Sequence[Channel]
    limits: Mapping[str, Limits] = field(default_factory=dict)
    clock: Clock = now
    chance: Callable[[], bytes] = chance
    log: Log = log
    steady: Callable[[], float] = monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    core: Core = CORE
    library: Library | None = None  # where another knowledge comes from
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    def __post_init__(self) -> None:
        by_name = {channel.name: channel for channel in self.channels}
        self.outbox = Outbox(
            store=self.store,
            channels=by_name,
            limits=self.limits,
            clock=self.clock,
            log=self.log,
            gave_up=lambda rows: self.dispatcher.gave_up(rows),  # noqa: PLW0108  (made below)
            emptied=lambda: Screen(self.knowledge.said("emptied", None)),
            passing=(Locked, DiskFull),
        )
        self.dispatcher = Dispatcher(
            store=self.store,
            core=self.core,
            knowledge_of=lambda: self.knowledge,
            outbox=self.outbox,
            clock=self.clock,
            chance=self.chance,
            log=self.log,
            next_due=lambda at: self.timers.expect(at),  # noqa: PLW0108  (made below)
            passing=(Locked, DiskFull),
        )
        self.timers = Timers(
            store=self.store,
            happened=self.dispatcher.happened,
            clock=self.clock,
            chance=self.chance,
            log=self.log,
            steady=self.steady,
        )
        self.rotation = Rotation(self.store, self.log)
        self.purge = Purge(self.store, self.dispatcher.happened, self.clock, self.chance)

    # ── Starting and stopping ───────────────────────────────────────────────────────────────────

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sending and timers go on while inside; nothing is heard yet."""
        await self.store.run(self._watch_endings)
        await self.store.run(self._watch_entries)
        await self.store.run(self._watch_weeks)
        await self.outbox.start()
        timers = asyncio.create_task(self.timers.run())
        sweeping = asyncio.create_task(self._sweep())
        await self.rotation.resume()
        try:
            yield
        finally:
            for task in (timers, sweeping):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await self.rotation.stop()
            await self.dispatcher.stop()
            await self.outbox.stop()

    async def run(self, ready: Callable[[], None] = lambda: None) -> int:
        """Listen on every channel until one of them ends or a signal comes; the exit code.

        ``ready`` is called once, when a signal would be heeded and the channels listen.
        """
        stop = self._stop
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        async with self.running():
            listening = [asyncio.create_task(self.listen(channel)) for channel in self.channels]
            stopped = asyncio.create_task(stop.wait())
            await asyncio.sleep(0)  # each channel has begun: a port is bound in its first step
            give_back()
            ready()
            await asyncio.wait([*listening, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in (*listening, stopped):
                task.cancel()
            await asyncio.gather(*listening, stopped, return_exceptions=True)
            if not stop.is_set():
                await self.settled()  # a signal does not wait for what is owed: the store has it
        return 0

    def stop(self) -> None:
        """As a signal would; the store has what is owed."""
        self._stop.set()

    async def listen(self, channel: Channel) -> None:
        """Until the channel ends by itself; one that failed is heard again, after longer pauses."""
        pause = FIRST_PAUSE
        while True:
            begun = self.steady()
            try:
                await channel.listen(self.dispatcher.take)
            except Exception as error:  # noqa: BLE001  (a bug of one door; the others stay open)
                self.log("channel failed", channel=channel.name, **where(error))
            else:
                return
            if self.steady() - begun > LONGEST_PAUSE:
                pause = FIRST_PAUSE  # it had been well for a while
            await self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def settled(self) -> None:
        """Everything handed in is committed, everything owed is sent or has to wait."""
        await self.dispatcher.idle()
        await self.outbox.empty()

    async def use(self, knowledge: Knowledge) -> None:
        """From the next batch on, everybody is answered from this knowledge."""
        old = self.knowledge
        self.knowledge = knowledge.in_house(old.operator, old.keep, old.doors)
        await self.store.run(self._watch_endings)
        self.log("knowledge changed", version=knowledge.version, before=old.version)

    # ── What is watched ─────────────────────────────────────────────────────────────────────────

    def _watch_endings(self, work: Work) -> None:
        """A post whose last day passes lets its requests go on."""
        for post in self.knowledge.directory.posts.values():
            if post.valid_until is not None:
                after = datetime.combine(post.valid_until + timedelta(days=1), time(), ZONE)
                work.wake(after.astimezone(UTC), Timer.ENDED, post.id)

    def _watch_weeks(self, work: Work) -> None:
        """Every Monday coordinators hear how their district stands."""
        work.wake(next_monday(self.clock()), Timer.SITUATION, WEEKLY)

    def _watch_entries(self, work: Work) -> None:
        """The members of a post are asked about its entry every ninety days, also old members."""
        team = work.team()
        for post in {post for member in team.members for post in member.posts}:
            if team.facts(post).asked_at is None:
                work.wake(self.clock(), Timer.ENTRY, post)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP.total_seconds())
            with contextlib.suppress(StoreError):
                if not self.timers.leapt():
                    await self.purge.run(self.knowledge.keep)

    async def resume(self, *, instead: bool) -> None:
        """Send again after a restore: what was owed, or ``instead`` one honest sentence to each."""
        rows: tuple[int, ...] = ()
        if instead:
            at, (rows, persons) = self.clock(), await self.store.run(_waiting)
            told = [
                Event(f"restored:{at}:{who}", at, self.chance(), who, Restored()) for who in persons
            ]
            await self.dispatcher.happened(told)
        await self.store.run(lambda work: self._let_go(work, rows, instead=instead))
        await self.outbox.start()
        self.timers.expect(self.clock())

    def _let_go(self, work: Work, rows: Sequence[int], *, instead: bool) -> None:
        """Sending goes on, without what something else was said for; only once that is owed."""
        for row in rows:
            work.give_up(row)
        for due in work.due(self.clock(), EVERY) if instead else ():
            if due.kind is Timer.ASK:  # nobody is asked late
                work.let_sleep(due.kind, due.ref)
        work.resume()

    async def outage(self, missed: Outage) -> None:
        """Every open request hears which hours did not arrive."""
        waiting = await self.store.run(lambda work: work.waiting())
        at = self.clock()
        events = [
            Event(
                f"outage:{missed.since}:{conversation}",
                at,
                self.chance(),
                Visitor(conversation),
                missed,
            )
            for conversation in waiting
        ]
        await self.dispatcher.happened(events)


def with_operator(
    knowledge: Knowledge, operator: Mapping[str, str], keep: Keep | None = None
) -> Knowledge:
    """The knowledge, knowing who runs this bot and for how long they keep what."""
    return knowledge.in_house(dict(operator), keep or Keep(), knowledge.doors)


def _all_owed(work: Work) -> list[Outgoing]:
    owed: list[Outgoing] = []
    while page := work.owed(owed[-1].row if owed else 0):
        owed += page
    return owed


def _waiting(work: Work) -> tuple[tuple[int, ...], tuple[Visitor | Staff, ...]]:
    """The rows owed now, and who waits for one of them or for an answer."""
    owed = _all_owed(work)
    known = [work.who(each.address) for each in owed]
    waiting = [Visitor(conversation) for conversation in work.waiting()]
    persons = dict.fromkeys([*(who for who in known if who is not None), *waiting])
    return tuple(each.row for each in owed), tuple(persons)
