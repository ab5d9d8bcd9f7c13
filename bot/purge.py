"""What has had its time goes: by a turn of the core each, then all that only lasts a while."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Due, Event, House, Timer
from bot.core.retention import Keep
from bot.store import Store, Work

AT_ONCE = 200  # turns in one batch


@dataclass(frozen=True)
class Purge:
    """Cut short anywhere, the next one goes on: what is still due is looked up anew."""

    store: Store
    happened: Callable[[Sequence[Event]], Awaitable[object]]
    clock: Callable[[], datetime]
    chance: Callable[[], bytes]

    async def due(self, keep: Keep) -> Mapping[str, int]:
        """Kind → how many would go now."""
        now = self.clock()
        return await self.store.run(lambda work: work.due_to_go(now, keep))

    async def run(self, keep: Keep) -> Mapping[str, int]:
        """Kind → how many went."""
        before = await self.due(keep)
        now = self.clock()
        ripe = await self.store.run(lambda work: work.ripe(now, keep))
        for start in range(0, len(ripe), AT_ONCE):
            await self._forget(ripe[start : start + AT_ONCE], now)
        await self.store.run(lambda work: work.sweep(now, keep))
        after = await self.store.run(lambda work: work.due_to_go(now, keep))
        return {kind: number - after[kind] for kind, number in before.items()}

    async def _forget(self, refs: Sequence[str], now: datetime) -> None:
        """Their timers may stand at a later time, of longer settings: they are due now."""

        def unit(work: Work) -> None:
            for ref in refs:
                work.wake(now, Timer.RETENTION, ref)

        await self.store.run(unit)
        await self.happened([self._event(ref, now) for ref in refs])

    def _event(self, ref: str, now: datetime) -> Event:
        key = f"purge:{ref}:{now.timestamp():.6f}"
        return Event(key, now, self.chance(), House(), Due(Timer.RETENTION, ref))
