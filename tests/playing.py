"""The whole application on a stage: real knowledge, a store of its own, a clock moved by hand."""

import hashlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.app import App, with_operator
from bot.channels.terminal import decode
from bot.core.knowledge import Knowledge
from bot.core.messages import Body, Button, Screen, Tapped, Timer
from bot.core.undo import GRACE
from bot.demo import OPERATOR
from bot.loading import load
from bot.ports import Address, Incoming, Limits
from bot.scenario import TICK, Hands, Stage
from bot.store import Keys, Store, new_key

ROOT = Path(__file__).parent.parent
KEYS = Keys.parse(new_key())
FAST = {"terminal": Limits(connections=1)}


@cache
def real_knowledge() -> Knowledge:
    """The delivered knowledge, loaded once."""
    loaded = load(ROOT / "knowledge")
    assert loaded.knowledge is not None, loaded.findings
    return with_operator(loaded.knowledge, OPERATOR)


@dataclass
class House:
    """A running application, whoever speaks to it, and what its log says."""

    app: App
    stage: Stage
    clock: Hands
    log: list[str]
    said: Any = field(default_factory=lambda: itertools.count(1))
    patient: bool = True  # what is done at a desk is let go at once, as if ten seconds passed

    async def say(self, who: str, *bodies: Body | str) -> None:
        """All of it arrives at once, in this order; then everything is answered."""
        await self.arrive(*((who, body) for body in bodies))

    async def arrive(self, *spoken: tuple[str, Body | str]) -> None:
        """What several people say arrives in one batch, in this order."""
        self.clock.at += TICK
        batch = [self._incoming(who, body) for who, body in spoken]
        await self.app.dispatcher.take(batch)
        await self.app.settled()
        soon = self.clock.at + GRACE
        waiting = await self.app.store.run(lambda work: work.due(soon))
        if self.patient and any(due.kind is Timer.UNDO for due in waiting):
            await self.move(soon)

    def _incoming(self, who: str, body: Body | str) -> Incoming:
        number = f"said/{next(self.said)}"
        spoken = decode(body) if isinstance(body, str) else body
        return Incoming(number, Address("terminal", who), self.clock(), spoken, message=number)

    async def tap(self, who: str, label: str) -> None:
        await self.say(who, Tapped(self.button(who, label).tap))

    def button(self, who: str, label: str) -> Button:
        """The newest button with this label that this person was shown."""
        for screen in reversed(self.stage.shown[who]):
            for button in screen.choices + screen.ways:
                if button.label == label:
                    return button
        raise AssertionError(f"no button {label!r}; last: {self.last(who)}")

    def last(self, who: str) -> Screen:
        return self.stage.shown[who][-1]

    def told(self, who: str) -> str:
        """Everything this person was ever shown."""
        return "\n\n".join(screen.text for screen in self.stage.shown.get(who, []))

    async def move(self, at: datetime) -> None:
        """Time passes; what becomes due on the way happens in its order."""
        while (due := await self.app.store.run(lambda work: work.next_due())) and due <= at:
            self.clock.at = max(self.clock.at + TICK, due)
            await self.app.timers.look()
            await self.app.settled()
        self.clock.at = max(self.clock.at, at)


@asynccontextmanager
async def house(folder: Path, at: datetime) -> AsyncIterator[House]:
    """The application, running on an empty store in ``folder``."""
    clock, stage, log = Hands(at), Stage(), list[str]()
    chances = (hashlib.sha256(str(n).encode()).digest() for n in itertools.count())
    store = await Store.open(folder / "played.sqlite", KEYS)
    try:
        app = App(
            real_knowledge(),
            store,
            (stage,),
            FAST,
            clock=clock,
            chance=lambda: next(chances),
            log=lambda what, /, **ids: log.append(f"{what} {ids}"),
            steady=lambda: clock.at.timestamp(),  # noqa: PLW0108  (the hands move)
        )
        async with app.running():
            yield House(app, stage, clock, log)
    finally:
        await store.close()
