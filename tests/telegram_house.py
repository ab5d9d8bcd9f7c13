"""The whole application behind Telegram's decoding: raw updates in, screens out.

The real knowledge, core, dispatcher, outbox and store; two people sit in one live office. For the
bars of reliability, which are counted in thousands.
"""

import asyncio
import hashlib
import itertools
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from playing import KEYS, real_knowledge

from bot.app import App
from bot.channels.telegram.decode import decode_batch
from bot.core.knowledge import Knowledge
from bot.core.messages import Screen, Staff, Timer
from bot.core.records import (
    ConversationKey,
    Member,
    Permission,
    PostFacts,
    RequestKey,
    Role,
    TeamKey,
)
from bot.core.taps import Choose, Move, Tap
from bot.core.undo import GRACE
from bot.ports import Address, Limits, Outgoing, Receipt, Take
from bot.scenario import WEEK, Hands
from bot.store import Store

CHANNEL = "telegram"
OFFICE = "netzwerkstelle-magdeburg"
ANNA, BO = 9001, 9002
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9:00 in Berlin
SCHOOL = "st-5"  # in Magdeburg
EXPECTED = frozenset({"undecodable", "without_address"})  # of the log: heard as nothing, counted
FAIR = frozenset({"clock leapt"})  # lines that are no fault of ours
OPENING = itertools.count(10**6)  # numbers of updates that nothing else uses
ASKING: tuple[Tap, ...] = (
    Choose("eingang.wer", "schueler"),
    Choose("eingang.worum", "mobbing"),
    Move.HUMAN,
    Choose("schule.suche", SCHOOL),
    Choose("kontakt.wer_liest", "ja"),
)


@contextmanager
def untraced() -> Iterator[None]:
    """Without coverage: these walks are long, and every line they reach is reached elsewhere.

    For plain functions only: a coroutine would leave the tracer's stack uneven.
    """
    here, threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(threads)  # type: ignore[arg-type]


# ── What Telegram says ──────────────────────────────────────────────────────────────────────────


def typed(number: int, chat: int, text: str, *, edited: bool = False) -> dict[str, Any]:
    message = {
        "message_id": number,
        "date": int((MONDAY - timedelta(hours=24)).timestamp()),  # it had waited for a day
        "chat": {"id": chat, "type": "private", "first_name": "Kim"},
        "from": {"id": chat, "is_bot": False, "first_name": "Kim", "language_code": "de"},
        "text": text,
    }
    return {"update_id": number, "edited_message" if edited else "message": message}


def tapped(number: int, chat: int, tap: Tap | str) -> dict[str, Any]:
    query = {
        "id": str(10**15 + number),
        "from": {"id": chat, "is_bot": False, "first_name": "Kim"},
        "message": {"message_id": 1, "chat": {"id": chat, "type": "private"}},
        "data": tap.data if isinstance(tap, Tap) else tap,
    }
    return {"update_id": number, "callback_query": query}


# ── The house ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class Chats:
    """A door that shows at once; ``kept`` bounds what it remembers of each chat."""

    name: str = CHANNEL
    kept: int = 10**9
    shown: defaultdict[str, list[Screen]] = field(default_factory=lambda: defaultdict(list))
    _stands: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    async def listen(self, take: Take) -> None:
        del take

    async def send(self, outgoing: Outgoing) -> Receipt:
        if outgoing.screen is not None:
            chat = self.shown[outgoing.address.id]
            chat.append(outgoing.screen)
            del chat[: -self.kept]
        message = outgoing.slot_message or str(outgoing.row)
        if outgoing.screen is not None and self.kept == 10**9:
            self._stands[outgoing.address.id][message] = outgoing.screen.text
        return Receipt((message,))

    def standing(self, chat: int) -> list[str]:
        """What can be read in a chat now, edits done."""
        return list(self._stands[str(chat)].values())


@dataclass
class House:
    """A running application and its door."""

    app: App
    chats: Chats
    clock: Hands
    log: list[tuple[str, dict[str, str | int]]]  # without what is expected: that has no end

    async def hears(self, *batches: Sequence[object]) -> None:
        """These updates arrive, batch after batch without waiting; then all is answered."""
        takes = [self.app.dispatcher.take(decode_batch(b, self.clock.at)) for b in batches]
        await asyncio.gather(*takes)
        await self.app.settled()
        waiting = await self.app.store.run(lambda work: work.due(self.clock.at + GRACE))
        if any(due.kind is Timer.UNDO for due in waiting):  # nobody takes anything back here
            await self.moves(GRACE)

    def texts(self, chat: int) -> list[str]:
        return [screen.text for screen in self.chats.shown[str(chat)]]

    def tap_of(self, chat: int, label: str) -> Tap | None:
        """The newest button with this label in a chat, if there ever was one."""
        for screen in reversed(self.chats.shown[str(chat)]):
            for button in screen.choices + screen.ways:
                if button.label == label:
                    return button.tap
        return None

    async def moves(self, by: timedelta) -> None:
        """Time passes; what becomes due on the way happens at its hour."""
        until = self.clock.at + by
        while (due := await self.app.store.run(lambda work: work.next_due())) and due <= until:
            self.clock.at = max(self.clock.at, due)
            await self.app.timers.look()
            await self.app.settled()
        self.clock.at = until

    async def opens(self, chat: int) -> str:
        """What is new behind the neutral teaser; the last words of it."""
        await self.hears([tapped(next(OPENING), chat, Move.NEWS)])
        return self.texts(chat)[-1]

    def faults(self) -> list[tuple[str, dict[str, str | int]]]:
        """What the log says that it should never have to say."""
        return [line for line in self.log if line[0] not in FAIR]

    async def state(self) -> dict[str, Any]:
        """Everything that is known, as values, and how much is owed and was seen."""
        return await self.app.store.run(_state)


def _state(work: Any) -> dict[str, Any]:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in work.connection.execute(sql).fetchall()]

    conversations = rows("SELECT id FROM conversations ORDER BY id")
    requests = rows("SELECT id FROM requests ORDER BY id")
    return {
        "conversations": [work.load(ConversationKey(found)) for (found,) in conversations],
        "requests": [work.load(RequestKey(found)) for (found,) in requests],
        "team": work.load(TeamKey()),
        "timers": rows("SELECT kind, ref, at FROM timers ORDER BY kind, ref"),
        "counters": rows("SELECT month, district, what, n FROM counters ORDER BY 1, 2, 3"),
        "numbers": rows(
            "SELECT (SELECT count(*) FROM refs), (SELECT count(*) FROM outbox),"
            " (SELECT count(*) FROM seen), (SELECT count(*) FROM addresses),"
            " (SELECT count(*) FROM messages)"
        ),
    }


@asynccontextmanager
async def house(  # noqa: PLR0917  (each is one part that a test may plant a fault in)
    path: Path,
    knowledge: Knowledge | None = None,
    store_class: type[Store] = Store,
    chats: Chats | None = None,
    steady: Any = None,
    at: datetime = MONDAY,
) -> AsyncIterator[House]:
    """The application over a store in ``path``, its office live; nothing happens by itself."""
    clock, door, log = Hands(at), chats or Chats(), list[tuple[str, dict[str, str | int]]]()
    draws = (hashlib.sha256(str(n).encode()).digest() for n in itertools.count())
    store = await store_class.open(path, KEYS)
    app = App(
        knowledge or real_knowledge(),
        store,
        (door,),
        {CHANNEL: Limits()},
        clock=clock,
        chance=lambda: next(draws),
        log=lambda what, /, **ids: None if what in EXPECTED else log.append((what, ids)),
        steady=steady or (lambda: clock.at.timestamp()),  # noqa: PLW0108  (the hands move)
    )
    try:
        raw = store._connection
        await raw.run(lambda: raw._conn.execute("PRAGMA synchronous = OFF"))  # nobody is killed
        await store.run(seated)
        await app.outbox.start()
        yield House(app, door, clock, log)
        await app.dispatcher.stop()
        await app.outbox.stop()
    finally:
        await store.close()


def seated(work: Any) -> None:
    """Two members on a live post."""
    permission = Permission(date(2026, 1, 5), "DEMO", "text")
    work.save(PostFacts(OFFICE, permission, practised=True, accepting=True))
    for chat, name in ((ANNA, "anna"), (BO, "bo")):
        work.save(Member(name, Role.WORKER, name, MONDAY, (OFFICE,), plan=WEEK))
        work.bind(Address(CHANNEL, str(chat)), Staff(name), MONDAY)


async def asks(house: House, number: int, chat: int, text: str = "Es geht um die Pause.") -> None:
    """A visitor sends a request."""
    said = [typed(number, chat, "/start")]
    said += [tapped(number + n, chat, tap) for n, tap in enumerate(ASKING, 1)]
    said += [typed(number + 8, chat, text), typed(number + 9, chat, "Absenden")]
    await house.hears(said)
