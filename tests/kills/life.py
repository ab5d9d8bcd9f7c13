"""One life of the bot, to be ended by signal 9: the real store, dispatcher and outbox.

Its channel speaks JSON lines over a socket to the test, which plays Telegram. ``nursery`` has
everything imported and forks a life for each line it reads: a start costs milliseconds.
"""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from fakes import FAKE_CORE, KNOWLEDGE, PASSING

from bot.core.messages import Screen, Typed
from bot.dispatcher import Dispatcher
from bot.marks import Sent
from bot.outbox import Outbox
from bot.ports import Address, Incoming, Limits, Outgoing, Receipt, Take
from bot.store import Keys, Store
from bot.store.errors import SecondProcess

CHANNEL = "pipe"
CONNECTIONS = 16


@dataclass
class Points:
    """The places where a life may end; ``reached`` ends it at the one that was chosen."""

    name: str = ""
    nth: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def reached(self, name: str) -> None:
        self.counts[name] += 1
        if (name, self.counts[name]) == (self.name, self.nth):
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore(Store):
    """The real store with a point before and after each commit."""

    points: Points

    def _whole(self, unit: Callable[[Any], Any]) -> Any:
        kind = "batch" if "Dispatcher" in unit.__qualname__ else "marks"

        def watched(work: Any) -> Any:
            done = unit(work)
            self.points.reached(f"commit {kind} before")
            return done

        done = super()._whole(watched)
        self.points.reached(f"commit {kind} after")
        return done


class Pipe:
    """The channel: asks, and waits for the answer with the same number."""

    name = CHANNEL

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, points: Points
    ) -> None:
        self.reader, self.writer, self.points = reader, writer, points
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}

    async def ask(self, what: str, **more: object) -> Any:
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self.writer.write(json.dumps({"n": number, "do": what, **more}).encode() + b"\n")
        return await answer

    async def read(self) -> None:
        while line := await self.reader.readline():
            said = json.loads(line)
            self._asked.pop(said["n"]).set_result(said.get("said"))

    async def listen(self, take: Take) -> None:
        """Polls as Telegram is polled: asking from ``offset`` confirms what is below it."""
        offset = 0
        while True:
            updates = await self.ask("poll", offset=offset)
            if offset:
                self.points.reached("confirm after")
            if updates is None:
                return
            now = datetime.now(UTC)
            await take(
                [
                    Incoming(
                        str(number), Address(CHANNEL, chat), now, Typed(text), mark=str(number)
                    )
                    for number, chat, text in updates
                ]
            )
            offset = updates[-1][0] + 1
            self.points.reached("confirm before")

    async def send(self, outgoing: Outgoing) -> Receipt:
        self.points.reached("send before")
        text = outgoing.screen.text if outgoing.screen else ""
        message = await self.ask("send", chat=outgoing.address.id, text=text)
        self.points.reached("send after")
        return Receipt((str(message),))


class ConfirmsFirst(Dispatcher):
    """A planted fault: what was taken is confirmed before it is committed."""

    async def take(self, incoming: Any) -> None:
        self.background = asyncio.ensure_future(super().take(incoming))


class MarksFirst(Outbox):
    """A planted fault: what is to be sent is marked as sent before."""

    async def _send(self, door: Any, lane: Any) -> None:
        outgoing = lane.first()
        await self._marks.write(Sent(outgoing, Receipt()))
        await door.channel.send(outgoing)
        self._done(lane, [outgoing])


async def _opened(path: Path, keys: Keys) -> MortalStore:
    for _ in range(200):
        try:
            return await MortalStore.open(path, keys)
        except SecondProcess:
            await asyncio.sleep(0.005)  # the kernel is still burying the last life
    return await MortalStore.open(path, keys)


@dataclass(frozen=True)
class Kind:
    """What lives: the channel, the core with what it knows, its clock, and what is there before."""

    pipe: type["Pipe"]
    core: Any
    knowledge_of: Callable[[], Any]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    before: Callable[[Any], object] | None = None


async def live(life: dict[str, Any], kind: Kind) -> None:
    points = Points(life["name"], life["nth"])
    reader, writer = await asyncio.open_unix_connection(life["socket"])
    pipe = kind.pipe(reader, writer, points)
    reading = asyncio.create_task(pipe.read())
    MortalStore.points = Points()
    store = await _opened(Path(life["path"]), Keys.parse(life["key"]))
    if kind.before is not None and life["first"]:
        await store.run(kind.before)
    MortalStore.points = points
    late: list[Dispatcher] = []
    outbox = (MarksFirst if life["fault"] == "marks first" else Outbox)(
        store,
        {pipe.name: pipe},
        {pipe.name: Limits(connections=CONNECTIONS)},
        lambda: datetime.now(UTC),
        _log,
        lambda rows: late[0].gave_up(rows),  # noqa: PLW0108  (is there later only)
        lambda: Screen("emptied"),
        PASSING,
    )
    dispatcher = (ConfirmsFirst if life["fault"] == "confirms first" else Dispatcher)(
        store,
        kind.core,
        kind.knowledge_of,
        outbox,
        kind.clock,
        lambda: os.urandom(32),
        _log,
        passing=PASSING,
        patience=30.0,
    )
    late.append(dispatcher)
    await outbox.start()
    await pipe.listen(dispatcher.take)  # ends when the test has nothing more to say
    for _ in range(3):
        await dispatcher.idle()
        await outbox.empty()
    await pipe.ask("quiet", counts=points.counts)
    await outbox.stop()
    await store.close()
    reading.cancel()


def _log(what: str, /, **ids: str | int) -> None:
    sys.stderr.write(f"{what} {ids}\n")


def nursery(kind: Kind) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(live(json.loads(line), kind))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    nursery(Kind(Pipe, FAKE_CORE, lambda: KNOWLEDGE))
