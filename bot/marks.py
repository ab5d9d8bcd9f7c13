"""What the outbox writes: sent, tried. Many connections share one commit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.ports import Log, Outgoing, Receipt, Store, Work, where

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

    row: int


Mark = Sent | Tried


@dataclass
class Marks:
    """``write`` returns when the mark is committed; marks of the same moment go together.

    A mark that cannot be written now is tried until it can: its connection waits so long.
    """

    store: Store
    clock: Callable[[], datetime]
    log: Log
    passing: tuple[type[Exception], ...]
    sleep: Callable[[float], Awaitable[None]]
    _waiting: list[tuple[Mark, asyncio.Future[None]]] = field(default_factory=list, init=False)
    _worker: asyncio.Task[None] | None = field(default=None, init=False)

    async def write(self, mark: Mark) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((mark, done))
        if self._worker is None or self._worker.done():
            self._worker = loop.create_task(self._work())
        await done

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()

    async def _work(self) -> None:
        while self._waiting:
            for _ in range(GATHER):
                await asyncio.sleep(0)
            group, self._waiting = self._waiting, []
            if not await self._written([mark for mark, _ in group]):
                for mark, _ in group:
                    await self._written_alone(mark)
            for _, done in group:
                if not done.done():
                    done.set_result(None)

    async def _written(self, marks: list[Mark]) -> bool:
        """False: one of them is refused; where nothing can be written, it waits and goes on."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self.store.run(lambda work: self._unit(work, marks))
            except self.passing as error:
                self.log("store not now", **where(error))
            except Exception as error:  # noqa: BLE001  (whatever it is, other lanes go on)
                self.log("mark failed", size=len(marks), **where(error))
                return False
            else:
                return True
            await self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _written_alone(self, mark: Mark) -> None:
        pause = FIRST_PAUSE
        for _ in range(TRIES):
            if await self._written([mark]):
                return
            await self.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        row = mark.outgoing.row if isinstance(mark, Sent) else mark.row
        self.log("mark left out", row=row)

    def _unit(self, work: Work, marks: list[Mark]) -> None:
        sent = [(mark.outgoing, mark.receipt) for mark in marks if isinstance(mark, Sent)]
        if sent:
            work.sent(sent, self.clock())
        for mark in marks:
            if isinstance(mark, Tried):
                work.tried(mark.row)
