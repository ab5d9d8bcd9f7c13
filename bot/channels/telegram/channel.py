"""The door to Telegram: hears by long polling, confirms only what was taken, sends what is owed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.channels.telegram.decode import ALLOWED_UPDATES, CHANNEL, decode_batch, group_of
from bot.channels.telegram.encode import Call, anew, empties, encode
from bot.channels.telegram.request import Answered, Unreached
from bot.channels.telegram.wire import TOKEN_PAUSE, Wire, verdict
from bot.core.messages import Outage
from bot.ports import Log, Outgoing, Receipt, Take, TryLater

POLL = 30  # seconds Telegram may keep us waiting for news
BREATH = 0.003  # seconds before asking again: answers go out first, and more news gather
BATCH = 100  # updates at once, the most that Telegram gives
PATIENCE = 20.0  # seconds that one call may take
LONGEST_PAUSE = 30.0  # seconds between two tries to reach Telegram
KEPT = timedelta(hours=24)  # how long Telegram keeps updates, Bot API "Getting updates"
REMEMBERED = 1000  # half-done sends


def outage(heard: datetime | None, now: datetime) -> Outage | None:
    """The hours whose updates Telegram has thrown away, given when it was last heard."""
    if heard is None or now - heard <= KEPT:
        return None
    return Outage(since=heard, until=now - KEPT)


@dataclass(slots=True)
class _Progress:
    """How far a send of several calls has come, and what stands in the chat by now."""

    done: int = 0
    messages: tuple[str, ...] = ()


class Telegram:
    """Implements ``bot.ports.Channel``.

    ``mark`` is the reading position of the last run, ``heard`` when that run last reached
    Telegram; ``on_outage`` is told when updates are lost, before the first one after them.
    ``farewell`` is said in a group before leaving it, if it is not empty. ``patience`` and
    ``poll`` are seconds: for one call, and for Telegram to keep us waiting for news.
    """

    name = CHANNEL

    def __init__(  # noqa: PLR0913
        self,
        token: str,
        base_url: str | None,
        clock: Callable[[], datetime],
        connections: int = 16,
        mark: str = "",
        *,
        heard: datetime | None = None,
        on_outage: Callable[[Outage], Awaitable[None]] | None = None,
        farewell: str = "",
        patience: float = PATIENCE,
        poll: int = POLL,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        log: Log | None = None,
    ) -> None:
        self._wire = Wire(token, base_url, connections, patience)
        self._clock = clock
        self._offset = int(mark) if mark.isascii() and mark.isdigit() else 0
        self.heard = heard
        self._on_outage = on_outage
        self._farewell = farewell
        self._patience = patience
        self._poll = poll
        self._pause = pause
        self._log: Log = log or structlog.get_logger(__name__).warning
        self._failures = 0
        self._halfway: dict[int, _Progress] = {}
        self._leaving: dict[int, asyncio.Task[None]] = {}

    @property
    def username(self) -> str:
        """The bot's name for links, known once Telegram was reached by ``start``."""
        return self._wire.username

    async def learn_name(self) -> str:
        """The bot's name for links; "" while Telegram cannot be reached and never was."""
        return await self._wire.learn_name()

    async def start(self) -> None:
        """Open the connections; raises ``TokenRejected``, survives an unreachable Telegram."""
        await self._wire.start()

    async def stop(self) -> None:
        leaving = tuple(self._leaving.values())
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        await self._wire.stop()

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """One raw call, for what is neither heard nor owed; raises ``TryLater`` or ``Refused``."""
        try:
            return await self._wire.call(method, params)
        except (Answered, Unreached) as failure:
            raise verdict(failure, 0) from None

    # ── Hearing ─────────────────────────────────────────────────────────────────────────────────

    async def listen(self, take: Take) -> None:
        """Hear until cancelled. ``TryLater`` from ``take``: nothing is confirmed, heard again."""
        while True:
            updates = await self._fetch()
            if not updates:
                continue
            try:
                await self._hand_over(updates, take)
            except TryLater as later:
                await self._pause(later.seconds)

    async def _fetch(self) -> Sequence[object]:
        """The waiting updates from our position on, which confirms those before it."""
        params: dict[str, Any] = {
            "timeout": self._poll,
            "limit": BATCH,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if self._offset:
            params["offset"] = self._offset
        try:
            updates = await self._wire.call("getUpdates", params, self._poll + self._patience)
        except (Answered, Unreached) as failure:
            await self._pause(self._complain(failure))
            return ()
        await self._note_hearing()
        return updates if isinstance(updates, list) else ()

    def _complain(self, failure: Answered | Unreached) -> float:
        """Say clearly what is wrong, and for how many seconds to wait."""
        self._failures += 1
        pause = min(2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        match failure:
            case Answered(code=409):
                self._log(
                    "telegram: conflict",
                    hint="Noch ein Programm holt mit diesem Token ab, oder ein Webhook ist gesetzt."
                    " Bitte das andere beenden.",
                    answer=failure.description,
                )
            case Answered(code=401 | 404):
                self._log("telegram: token", hint="Telegram kennt das Token nicht (mehr).")
                pause = TOKEN_PAUSE
            case Answered(wait=float(told)):
                pause = told
            case _:
                self._log("telegram: unreached", why=str(failure), failures=self._failures)
        return pause

    async def _note_hearing(self) -> None:
        self._failures = 0
        now = self._clock()
        lost = outage(self.heard, now)
        if lost is not None and self._on_outage is not None:
            await self._on_outage(lost)
        self.heard = now

    async def _hand_over(self, updates: Sequence[object], take: Take) -> None:
        """Take first, then move on; also down: after a quiet week Telegram's ids begin anew."""
        batch = decode_batch(updates, self._clock())
        await take(batch)
        await asyncio.sleep(BREATH)
        marks = [int(heard.mark) for heard in batch if heard.mark]
        if marks:
            self._offset = max(marks)
        else:  # nothing that could be confirmed: it would come again at once, for ever
            self._log("telegram: unconfirmable", updates=len(updates))
            await self._unconfirmable()
        for update in updates:
            if (chat := group_of(update)) is not None and chat not in self._leaving:
                self._leave(chat)

    async def _unconfirmable(self) -> None:
        await self._pause(LONGEST_PAUSE)

    def _leave(self, chat: int) -> None:
        task = asyncio.create_task(self._say_goodbye(chat))
        self._leaving[chat] = task
        task.add_done_callback(lambda _: self._leaving.pop(chat, None))

    async def _say_goodbye(self, chat: int) -> None:
        """Nothing about anybody is ever said where several read it."""
        calls: list[Call] = [("leaveChat", {"chat_id": chat})]
        if self._farewell:
            calls.insert(0, ("sendMessage", {"chat_id": chat, "text": self._farewell}))
        for method, params in calls:
            try:
                await self._wire.call(method, params)
            except (Answered, Unreached) as failure:
                self._log("telegram: group", method=method, why=str(failure))

    # ── Sending ─────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Do what is owed; raises ``TryLater`` or ``Refused``.

        A send of several calls that stops half-way goes on from there when it is tried again in
        this process; after a crash it begins anew, so that nothing is missing.
        """
        progress = self._halfway.pop(outgoing.row, _Progress())
        calls = encode(outgoing)
        try:
            for call in calls[progress.done :]:
                progress.messages += await self._do(call, outgoing)
                progress.done += 1
        except (Answered, Unreached) as failure:
            self._remember(outgoing.row, progress)
            raise verdict(failure, outgoing.tries) from None
        return Receipt(progress.messages)

    def _remember(self, row: int, progress: _Progress) -> None:
        if row and progress.done:
            self._halfway[row] = progress
            while len(self._halfway) > REMEMBERED:
                del self._halfway[next(iter(self._halfway))]

    async def _do(self, call: Call, outgoing: Outgoing) -> tuple[str, ...]:
        """One call, with the answers that look like a no and are none."""
        method, params = call
        try:
            result = await self._wire.call(method, params)
        except Answered as no:
            if no.code != 400:
                raise
            return await self._settle(no, call, outgoing)
        if empties(call, outgoing):
            return ()  # it stood there before
        match result:
            case {"message_id": int(message)}:
                return (str(message),)
            case _:
                return (outgoing.slot_message,) if method == "editMessageText" else ()

    async def _settle(self, no: Answered, call: Call, outgoing: Outgoing) -> tuple[str, ...]:
        method, params = call
        match method:
            case "answerCallbackQuery":  # too old, or answered before: the tap needs no more
                return ()
            case "deleteMessages":
                for message in params["message_ids"]:
                    await self._delete(params["chat_id"], message)
                return ()
            case "editMessageText" if empties(call, outgoing):
                return ()
            case "editMessageText" if "not modified" in no.description:
                return (outgoing.slot_message,)
            case "editMessageText" if outgoing.edit_only:  # what is gone needs no emptying
                return ()
            case "editMessageText":  # whatever is against the edit, a new message says the same
                return await self._do(anew(outgoing)[0], outgoing)
            case _:
                raise no

    async def _delete(self, chat: int, message: int) -> None:
        """One alone, since one that is too old spoils the others; gone is as good as deleted."""
        try:
            await self._wire.call("deleteMessage", {"chat_id": chat, "message_id": message})
        except Answered as no:
            if no.code != 400:
                raise
