"""One life of the bot with the real core and the real knowledge, to be ended by signal 9.

As ``life``, whose points, store and pipe it uses; a step is one raw update of Telegram, a send
tells its row, its text and its buttons.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from life import Kind, Pipe, nursery
from playing import real_knowledge
from telegram_house import CHANNEL, MONDAY, seated

from bot.app import CORE
from bot.channels.telegram.decode import decode
from bot.ports import Outgoing, Receipt, Take


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
            buttons=[(button.label, button.tap.data) for button in buttons],
        )
        self.points.reached("send after")
        return Receipt((str(message),))


if __name__ == "__main__":
    real_knowledge()  # loaded once, inherited by every life
    nursery(Kind(RawPipe, CORE, real_knowledge, lambda: MONDAY, seated))
