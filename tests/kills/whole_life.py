"""One life of the bot with the real core and the real knowledge, to be ended by signal 9.

As ``life``, whose points, store and pipe it uses; a step is one raw update of Telegram, a send
tells its row, its text and its buttons.
"""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from fakes import PASSING
from life import CONNECTIONS, ConfirmsFirst, MarksFirst, MortalStore, Pipe, Points, _log, _opened
from playing import real_knowledge
from telegram_house import CHANNEL, MONDAY, seated

from bot.app import CORE
from bot.channels.telegram.decode import decode
from bot.core.taps import encode_tap
from bot.dispatcher import Dispatcher
from bot.outbox import Outbox
from bot.ports import Limits, Outgoing, Receipt, Take
from bot.store import Keys


class RawPipe(Pipe):
    """What is polled are raw updates; what is sent says which row it was."""

    name = CHANNEL

    async def listen(self, take: Take) -> None:
        offset = 0
        while True:
            updates = await self.ask("poll", offset=offset)
            if offset:
                self.points.reached("confirm after")
            if updates is None:
                return
            await take([one for _, _, raw in updates for one in decode(raw, MONDAY)])
            offset = updates[-1][0] + 1
            self.points.reached("confirm before")

    async def send(self, outgoing: Outgoing) -> Receipt:
        self.points.reached("send before")
        screen = outgoing.screen
        buttons = screen.choices + screen.ways if screen else ()
        message = await self.ask(
            "send",
            chat=outgoing.address.id,
            row=outgoing.row,
            text=screen.text if screen else "",
            buttons=[(button.label, encode_tap(button.tap)) for button in buttons],
        )
        self.points.reached("send after")
        return Receipt((str(message),))


async def live(life: dict[str, Any]) -> None:
    points = Points(life["name"], life["nth"])
    reader, writer = await asyncio.open_unix_connection(life["socket"])
    pipe = RawPipe(reader, writer, points)
    reading = asyncio.create_task(pipe.read())
    MortalStore.points = Points()
    store = await _opened(Path(life["path"]), Keys.parse(life["key"]))
    if life["first"]:
        await store.run(seated)
    MortalStore.points = points
    late: list[Dispatcher] = []
    outbox = (MarksFirst if life["fault"] == "marks first" else Outbox)(
        store,
        {CHANNEL: pipe},
        {CHANNEL: Limits(connections=CONNECTIONS)},
        lambda: datetime.now(UTC),
        _log,
        lambda rows: late[0].gave_up(rows),  # noqa: PLW0108  (is there later only)
        PASSING,
    )
    dispatcher = (ConfirmsFirst if life["fault"] == "confirms first" else Dispatcher)(
        store,
        CORE,
        real_knowledge,
        outbox,
        lambda: MONDAY,
        lambda: os.urandom(32),
        _log,
        passing=PASSING,
        patience=30.0,
    )
    late.append(dispatcher)
    await outbox.start()
    await pipe.listen(dispatcher.take)
    for _ in range(3):
        await dispatcher.idle()
        await outbox.empty()
    await pipe.ask("quiet", counts=points.counts)
    await outbox.stop()
    await store.close()
    reading.cancel()


def nursery() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    real_knowledge()  # loaded once, inherited by every life
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(live(json.loads(line)))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    nursery()
