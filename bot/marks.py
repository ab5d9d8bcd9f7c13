"""What the outbox writes: sent, tried. Many connections share one commit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.messages import Screen
from bot.ports import Log, Outgoing, Owed, Receipt, Store, Work, where

TRIES = 5  # until a mark that the store refuses for itself alone is left out
FIRST_PAUSE, LONGEST_PAUSE = 0.03, 1.0  # seconds
GATHER = 4  # rounds of the event loop in which other sends may still join a commit


@dataclass(frozen=True, slots=True)
class Sent:
    outgoing: Outgoing
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Tried:
    """It may have arrived, or not."""

    outgoing: Outgoing


Mark = Sent | Tried
After = Mapping[int, Sequence[Outgoing]]  # row → what follows it at once


@dataclass
class Marks:
    """``write`` returns when the mark is committed; marks of the same moment go together.

    A mark that cannot be written now is tried until it can: its connection waits so long.
    Words that were forgotten while they were on their way are emptied where they arrived: the
    edits are owed in the same commit, and given back.
    """

    store: Store
    clock: Callable[[], datetime]
    log: Log
    emptied: Callable[[], Screen]
    passing: tuple[type[Exception], ...]
    sleep: Callable[[float], Awaitable[None]]
    _waiting: list[tuple[Mark, asyncio.Future[Sequence[Outgoing]]]] = field(
        default_factory=list, init=False
    )
    _worker: asyncio.Task[None] | None = field(default=None, init=False)

    async def write(self, mark: Mark) -> Sequence[Outgoing]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Sequence[Outgoing]] = loop.create_future()
        self._waiting.append((mark, done))
        if self._worker is None or self._worker.done():
            self._worker = loop.create_task(self._work())
        return await done

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        while self._waiting:
            for _ in range(GATHER):
                await asyncio.sleep(0)
            group, self._waiting = self._waiting, []
            after = await self._written([mark for mark, _ in group])
            if after is None:
                alone = [await self._written_alone(mark) for mark, _ in group]
                after = {row: owed for each in alone for row, owed in each.items()}
            for mark, done in group:
                if not done.done():
                    done.set_result(after.get(mark.outgoing.row, ()))

    async def _written(self, marks: list[Mark]) -> After | None:
        """None: one of them is refused; where nothing can be written, it waits and goes on."""
        pause, emptied = FIRST_PAUSE, self.emptied()
        while True:
            try:
                return await self.store.run(lambda work: self._unit(work, marks, emptied))
            except self.passing as error:
                self.log("store not now", **where(error))
            except Exception as error:  # noqa: BLE001  (whatever it is, other lanes go on)
                self.log("mark failed", size=len(marks), **where(error))
                return None
            await self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _written_alone(self, mark: Mark) -> After:
        pause = FIRST_PAUSE
        for _ in range(TRIES):
            after = await self._written([mark])
            if after is not None:
                return after
            await self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self.log("mark left out", row=mark.outgoing.row)
        return {}

    def _unit(self, work: Work, marks: list[Mark], emptied: Screen) -> After:
        sent = [mark for mark in marks if isinstance(mark, Sent)]
        escaped = work.sent([(s.outgoing, s.receipt) for s in sent], self.clock())
        for mark in marks:
            if isinstance(mark, Tried):
                work.tried(mark.outgoing.row)
        return {
            mark.outgoing.row: [
                work.owe(mark.outgoing.address, Owed(emptied, edits=message))
                for message in mark.receipt.messages
            ]
            for mark in sent
            if mark.outgoing.row in escaped
        }
