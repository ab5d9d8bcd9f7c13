"""What came in → one committed batch of turns; confirmed only then.

All that waits, of all channels, forms one batch; while one batch commits the next gathers.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.batch import Batch, Core, Given, Note, event_id
from bot.core.knowledge import Knowledge
from bot.core.messages import Event, Typed
from bot.core.webward import withheld
from bot.orders import Orders
from bot.ports import Committed, Incoming, Log, Outgoing, Store, TryLater, Undelivered, Work, where

__all__ = ["Core", "Dispatcher", "Sender"]

PATIENCE = 1.0  # seconds until help is shown past the store; DESIGN.md, rule 5
WAITED = 3  # so many patiences until a channel is sent away to hear again
MOST_HELPED = 10_000  # events of an outage that are remembered: some were never heard again
LONGEST_PAUSE = 1.0  # seconds between two attempts of a store that cannot write now


class Sender(Protocol):
    """The outbox, as the dispatcher knows it."""

    def add(self, owed: Sequence[Outgoing], /) -> None:
        """These are owed now, in this order."""
        ...

    def keep_only(self, rows: frozenset[int], /) -> None:
        """Whatever waits and is not among these was forgotten."""
        ...

    async def straight(self, outgoing: Outgoing, /) -> None:
        """Show it now, past the store and the line; never raises."""
        ...


@dataclass
class _Call:
    """What somebody handed in and waits for."""

    given: tuple[Given, ...]
    done: asyncio.Future[tuple[str, ...]]


def _nobody(_at: datetime | None) -> None:
    return


@dataclass
class Dispatcher:
    """``take`` is for channels, ``happened`` and ``gave_up`` for the house itself.

    ``passing``: what the store raises when it cannot write at present (locked, full).
    ``next_due``: is told the earliest timer after each commit.
    """

    store: Store
    core: Core
    knowledge_of: Callable[[], Knowledge]
    outbox: Sender
    clock: Callable[[], datetime]
    chance: Callable[[], bytes]
    log: Log
    next_due: Callable[[datetime | None], None] = _nobody
    passing: tuple[type[Exception], ...] = ()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    patience: float = PATIENCE
    biggest: int = 200  # of one batch; a turn is tens of microseconds, a channel may hand in 100
    _calls: deque[_Call] = field(default_factory=deque, init=False)
    _worker: asyncio.Task[None] | None = field(default=None, init=False)
    _helped: set[str] = field(default_factory=set, init=False)
    _helping: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    # ── Handed in ───────────────────────────────────────────────────────────────────────────────

    async def take(self, incoming: Sequence[Incoming]) -> None:
        """Returns when all of it is committed; ``TryLater`` when nothing may be confirmed yet."""
        calls = self._hand_in(incoming)
        waiting = await self._wait(calls, self.patience)
        if waiting:
            self._help(incoming)
            waiting = await self._wait(calls, self.patience * WAITED)
        if waiting:
            for call in calls:
                call.done.cancel()  # what is being committed just now is a repeat next time
            raise TryLater(self.patience, everybody=True)
        if self._helped:
            self._helped.difference_update(map(event_id, incoming))

    async def happened(self, events: Sequence[Event]) -> tuple[str, ...]:
        """Events of the house itself. Waits for the commit; the ids of those that crashed."""
        calls = self._hand_in(events)
        crashed = [await call.done for call in calls]
        return tuple(one for ids in crashed for one in ids)

    async def gave_up(self, undelivered: Sequence[Undelivered]) -> None:
        """These rows are deleted, and the core hears whom they did not reach."""
        for call in self._hand_in(undelivered):
            await call.done

    async def idle(self) -> None:
        """Returns when nothing waits any more."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait({self._worker})

    async def stop(self) -> None:
        """Finish what can be committed in time; the rest stays unconfirmed and is heard again."""
        if self._worker is not None and not self._worker.done():
            await asyncio.wait({self._worker}, timeout=self.patience)
            self._worker.cancel()

    def _hand_in(self, given: Sequence[Given]) -> list[_Call]:
        loop = asyncio.get_running_loop()
        parts = [given[i : i + self.biggest] for i in range(0, len(given), self.biggest)]
        calls = [_Call(tuple(part), loop.create_future()) for part in parts]
        self._calls.extend(calls)
        if calls and (self._worker is None or self._worker.done()):
            self._worker = loop.create_task(self._work())
        return calls

    async def _wait(self, calls: Iterable[_Call], seconds: float) -> bool:
        """Whether something still waits after so long."""
        waiting = {call.done for call in calls if not call.done.done()}
        if not waiting:
            return False
        _, pending = await asyncio.wait(waiting, timeout=seconds)
        return bool(pending)

    # ── Committed ───────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        pause = LONGEST_PAUSE / 32
        while calls := self._next():
            if await self._settled(calls):
                pause = LONGEST_PAUSE / 32
                continue
            self._calls.extendleft(reversed(calls))
            await self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _next(self) -> list[_Call]:
        """The calls of the next batch, without those whose caller has gone."""
        calls: list[_Call] = []
        size = 0
        while self._calls and size + len(self._calls[0].given) <= self.biggest:
            call = self._calls.popleft()
            if not call.done.done():
                calls.append(call)
                size += len(call.given)
        return calls

    async def _settled(self, calls: Sequence[_Call]) -> bool:
        """False: the store cannot write at present, nothing of it is lost."""
        given = [one for call in calls for one in call.given]
        try:
            crashed = await self._commit(lambda batch: batch.handle(given))
        except self.passing as error:
            self.log("store not now", **where(error))
            return False
        except Exception as error:  # noqa: BLE001  (one of them is poisoned: find it)
            self.log("batch failed", size=len(given), **where(error))
            return await self._settled_singly(calls)
        for call in calls:
            _tell(call, crashed)
        return True

    async def _settled_singly(self, calls: Sequence[_Call]) -> bool:
        for call in calls:
            crashed: list[str] = []
            for one in call.given:
                found = await self._settled_one(one)
                if found is None:
                    return False
                crashed.extend(found)
            _tell(call, crashed)
        return True

    async def _settled_one(self, given: Given) -> tuple[str, ...] | None:
        """Committed, or parked with an apology, or parked without one; ``None`` when not even."""
        attempts: tuple[Callable[[Batch], Committed], ...] = (
            lambda batch: batch.handle([given]),
            lambda batch: batch.park(given, apologise=True),
            lambda batch: batch.park(given, apologise=False),
        )
        for attempt in attempts:
            try:
                return await self._commit(attempt)
            except self.passing:
                break
            except Exception as error:  # noqa: BLE001  (the next attempt asks less of the store)
                self.log("failed", event=event_id(given), **where(error))
        return None

    async def _commit(self, attempt: Callable[[Batch], Committed]) -> tuple[str, ...]:
        """One transaction; what follows from it follows at once, in order of commit."""
        knowledge, now = self.knowledge_of(), self.clock()

        def unit(work: Work) -> tuple[Committed, list[Note]]:
            orders = Orders(work, now, self.chance, hide=partial(withheld, knowledge))
            batch = Batch(self.core, knowledge, orders)
            return attempt(batch), batch.notes

        committed, notes = await self.store.run(unit)
        self.outbox.add(committed.owed)
        if committed.left is not None:
            self.outbox.keep_only(committed.left)
        self.next_due(committed.next_due)
        for what, ids in notes:
            self.log(what, **ids)
        return committed.crashed

    # ── Danger ──────────────────────────────────────────────────────────────────────────────────

    def _help(self, incoming: Iterable[Incoming]) -> None:
        """Whoever typed of danger sees help now, once; the update stays unconfirmed."""
        for one in incoming:
            key = event_id(one)
            if one.address is None or not isinstance(one.body, Typed) or key in self._helped:
                continue
            if len(self._helped) >= MOST_HELPED:
                self._helped.clear()  # seen twice is better than a memory that only grows
            self._helped.add(key)
            try:
                screen = self.core.danger(self.knowledge_of(), one.body.text, one.at)
            except Exception as error:  # noqa: BLE001  (the others still get their help)
                self.log("danger crashed", event=key, **where(error))
                continue
            if screen is not None:
                showing = asyncio.create_task(
                    self.outbox.straight(Outgoing(0, one.address, screen))
                )
                self._helping.add(showing)
                showing.add_done_callback(self._helping.discard)


def _tell(call: _Call, crashed: Sequence[str]) -> None:
    if not call.done.done():
        ids = {event_id(one) for one in call.given}
        call.done.set_result(tuple(one for one in crashed if one in ids))
