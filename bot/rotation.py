"""Changing the master key while the house runs: a little at a time, so that everything goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from bot.ports import Log, where

BREATH = 0.01  # seconds between two units: what waits for the store goes first
AGAIN = 5.0  # seconds until a unit that failed (disk full, locked) is tried again


class Sealed(Protocol):
    """What the rotation needs of the store."""

    async def begin_reseal(self) -> None: ...
    async def resealing(self) -> bool: ...
    async def reseal(self) -> int: ...
    async def older_keys(self) -> Mapping[str, int]: ...


@dataclass
class Rotation:
    """At most one change at a time; what a crash cut short goes on at the next ``resume``."""

    store: Sealed
    log: Log
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    async def resume(self) -> None:
        """Go on where a process that ended left off."""
        if await self.store.resealing():
            self._start()

    async def begin(self) -> asyncio.Task[None]:
        """The change, begun now or long ago; it goes on though nobody waits for it."""
        await self.store.begin_reseal()
        return self._start()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _start(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._change())
        return self._task

    async def _change(self) -> None:
        while True:
            try:
                if not await self.store.reseal():
                    return
            except Exception as error:  # noqa: BLE001  (disk full, locked: what is done is kept)
                self.log("key not changed now", **where(error))
                await self.sleep(AGAIN)
            await self.sleep(BREATH)
