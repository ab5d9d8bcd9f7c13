"""One fake for each port: a channel with scripted faults, a core that counts, time that jumps."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from bot.batch import Core
from bot.core.messages import (
    BecomeMember,
    Count,
    Due,
    EraseChat,
    Event,
    ForgetConversation,
    ForgetWords,
    House,
    NotDelivered,
    Say,
    Screen,
    Staff,
    Tapped,
    Timer,
    Typed,
    Visitor,
    Wake,
)
from bot.core.records import Answer, Conversation, ConversationKey, Key
from bot.core.world import Outcome, updated
from bot.dispatcher import Dispatcher
from bot.outbox import Outbox
from bot.ports import Address, Incoming, Limits, Outgoing, Receipt, Take
from bot.store import Keys, Store, new_key
from bot.store.errors import DiskFull, Locked

NOW = datetime(2026, 11, 24, 21, 4, tzinfo=UTC)
KEYS = Keys.parse(new_key())
PASSING = (Locked, DiskFull)
UNLIMITED = Limits()
DRAWS = itertools.count(1)  # chance that never gives the same twice, also after a restart


# ── A core that counts ──────────────────────────────────────────────────────────────────────────
# Every event of a visitor is one more answer; the reply says how many there are and what was
# said. So a reply tells what the store knew: a lost or doubled turn shows in the number.


def needs(event: Event, _known: Mapping[Key, object]) -> frozenset[Key]:
    match event:
        case Event(who=Visitor(conversation)):
            return frozenset({ConversationKey(conversation)})
        case Event(body=Due(ref=ref)):
            return frozenset({ConversationKey(ref)})
        case Event(body=NotDelivered(Visitor(conversation))):
            return frozenset({ConversationKey(conversation)})
        case _:
            return frozenset()


def turn(_knowledge: object, known: Mapping[Key, object], event: Event) -> Outcome:
    match event:
        case Event(who=Visitor(conversation), body=Typed(text)):
            return _typed(_counted(known, event, conversation, text), text)
        case Event(who=Visitor(conversation), body=Tapped()):
            return Outcome((_counted(known, event, conversation, "tap"),))
        case Event(who=Staff() as member, body=Typed(text)):
            return Outcome(effects=(Say(member, Screen(f"staff · {text}")),))
        case Event(body=Due(_, ref)):
            found = _counted(known, event, ref, "due")
            return Outcome((found,), (), (_reply(found, "due"),))
        case Event(body=NotDelivered(Visitor(conversation))):
            return Outcome((_counted(known, event, conversation, "not delivered"),))
        case _:
            return Outcome()


def _counted(known: Mapping[Key, object], event: Event, conversation: str, text: str) -> Any:
    found: Any = known[ConversationKey(conversation)] or Conversation(conversation, event.at)
    return replace(found, answers=(*found.answers, Answer(text)), touched=event.at)


def _reply(found: Conversation, text: str, **other: Any) -> Say:
    return Say(Visitor(found.id), Screen(f"{len(found.answers)} · {text}"), **other)


def _typed(found: Conversation, text: str) -> Outcome:  # noqa: C901  (one line for each word)
    me = Visitor(found.id)
    effects: tuple[Any, ...] = (_reply(found, text),)
    match text.split():
        case ["crash", *_]:
            raise RuntimeError("the words of a child")
        case ["poison", *_]:
            effects = (Say(me, Screen("\ud800")),)  # no store can write a lone surrogate
        case ["forget"]:
            last = Screen("forgotten")
            return Outcome((), (), (EraseChat(me), Say(me, last), ForgetConversation(found.id)))
        case ["withdraw", request]:
            effects = (ForgetWords(request), *effects)
        case ["join", member]:
            effects = (BecomeMember(found.id, member), Say(Staff(member), Screen("welcome")))
        case ["wake", seconds]:
            at = found.touched + timedelta(seconds=float(seconds))
            effects = (Wake(at, Timer.PROMISE, found.id), *effects)
        case ["many", number]:
            effects = tuple(_reply(found, f"{text} {i}") for i in range(int(number)))
        case ["ask", request]:
            effects = (_reply(found, text, request=request),)
        case ["card"]:
            effects = tuple(Say(me, Screen(f"card {i}", slot="card", edit=True)) for i in range(2))
        case ["count", what]:
            effects = (Count(what), *effects)
    return Outcome((found,), (), effects)


def apology(_knowledge: object, event: Event) -> Say | None:
    return None if isinstance(event.who, House) else Say(event.who, Screen("sorry"))


def danger(_knowledge: object, text: str, _at: datetime) -> Screen | None:
    return Screen("help now") if "danger" in text else None


FAKE_CORE = Core(needs, turn, updated, apology, danger)
KNOWLEDGE: Any = object()


# ── Time ────────────────────────────────────────────────────────────────────────────────────────


class FakeTime:
    """A clock and a sleep that belong together; ``flow`` lets hours pass in a moment."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.shift = timedelta()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds) + self.shift

    def steady(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.seconds + seconds, next(self._numbers), done))
        await done

    async def flow(self, store: "WatchedStore") -> None:
        """Jump to the next sleeper whenever nothing else can happen; until cancelled."""
        while True:
            for _ in range(12):
                await asyncio.sleep(0)
            while store.busy:  # noqa: ASYNC110  (a store's thread tells nobody)
                await asyncio.sleep(0.0002)
            if not store.stirred and self._sleepers:
                at, _, done = heapq.heappop(self._sleepers)
                self.seconds = max(self.seconds, at)
                if not done.done():
                    done.set_result(None)
            store.stirred = False


class WatchedStore(Store):
    """The real store; says whether it works, and fails as scripted."""

    busy = 0
    stirred = False
    fault: Callable[[], Exception | None] = staticmethod(lambda: None)
    ran: Callable[[str], None] = staticmethod(lambda _name: None)  # told after each commit

    async def run(self, unit):
        self.busy += 1
        try:
            error = self.fault()
            if error is not None:
                raise error
            done = await super().run(unit)
            self.ran(unit.__qualname__)
            return done
        finally:
            self.busy -= 1
            self.stirred = True


# ── A channel ───────────────────────────────────────────────────────────────────────────────────


class FakeChannel:
    """Keeps what it was given to send; ``faults`` are raised first, in this order.

    An entry of ``faults`` is an exception, or a pair of an exception and True: then the message
    had arrived all the same. ``None`` means that this send goes well.
    """

    def __init__(
        self, name: str = "fake", time: FakeTime | None = None, latency: float = 0
    ) -> None:
        self.name = name
        self.time = time
        self.latency = latency
        self.sent: list[Outgoing] = []
        self.attempts: list[tuple[float, int]] = []
        self.faults: list[Any] = []
        self.fault_for: Callable[[Outgoing], Any] = lambda _outgoing: None
        self.under_way = 0
        self.most_under_way = 0

    async def listen(self, take: Take) -> None:
        raise NotImplementedError

    async def send(self, outgoing: Outgoing) -> Receipt:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._send(outgoing)
        finally:
            self.under_way -= 1

    async def _send(self, outgoing: Outgoing) -> Receipt:
        now = self.time.steady() if self.time else 0.0
        self.attempts.append((now, outgoing.row))
        if self.latency and self.time:
            await self.time.sleep(self.latency)
        await asyncio.sleep(0)
        fault = self.faults.pop(0) if self.faults else self.fault_for(outgoing)
        error, arrived = fault if isinstance(fault, tuple) else (fault, fault is None)
        if arrived:
            self.sent.append(outgoing)
        if error is not None:
            raise error
        return Receipt((f"m{len(self.sent)}",) if outgoing.screen else ())

    def texts(self, chat: str | None = None) -> list[str]:
        return [o.screen.text for o in self.sent if o.screen and chat in {None, o.address.id}]


# ── The house, put together ─────────────────────────────────────────────────────────────────────


class Home:
    """Store, dispatcher and outbox as ``app`` joins them; one fake channel or more."""

    def __init__(self, store: WatchedStore, channels: Sequence[FakeChannel], **other: Any) -> None:
        self.store = store
        self.channels = channels
        self.time: FakeTime = other.pop("time", None) or FakeTime()
        self.lines: list[tuple[str, dict[str, str | int]]] = []
        self.next_due: list[datetime | None] = []
        limits = {c.name: other.get("limits", UNLIMITED) for c in channels}
        other.pop("limits", None)
        outbox_class = other.pop("outbox_class", Outbox)
        dispatcher_class = other.pop("dispatcher_class", Dispatcher)
        self.outbox: Outbox = outbox_class(
            store,
            {c.name: c for c in channels},
            limits,
            self.time.now,
            self.log,
            lambda rows: self.dispatcher.gave_up(rows),  # noqa: PLW0108  (is there later only)
            lambda: Screen("emptied"),
            PASSING,
            self.time.sleep,
            self.time.steady,
            **({"lanes_kept": other.pop("lanes_kept")} if "lanes_kept" in other else {}),
        )
        self.dispatcher: Dispatcher = dispatcher_class(
            store,
            other.pop("core", FAKE_CORE),
            lambda: KNOWLEDGE,
            self.outbox,
            self.time.now,
            self._chance,
            self.log,
            self.next_due.append,
            PASSING,
            **{"sleep": self.time.sleep, **other},
        )

    @classmethod
    async def opened(cls, path: Path, *channels: FakeChannel, **other: Any) -> Self:
        store = await other.pop("store_class", WatchedStore).open(path, KEYS)
        house = cls(store, channels or (FakeChannel(time=other.get("time")),), **other)
        await house.outbox.start()
        return house

    @property
    def channel(self) -> FakeChannel:
        return self.channels[0]

    def log(self, what: str, /, **ids: str | int) -> None:
        self.lines.append((what, ids))

    def _chance(self) -> bytes:
        return next(DRAWS).to_bytes(16, "big") * 2

    async def quiet(self) -> None:
        """Everything that can happen without time passing has happened."""
        await self.dispatcher.idle()
        await self.outbox.empty()
        await self.dispatcher.idle()

    async def drained(self) -> None:
        """Everything has happened, however long it took."""
        flowing = asyncio.create_task(self.time.flow(self.store))
        try:
            await self.quiet()
            await self.quiet()
        finally:
            flowing.cancel()

    async def close(self) -> None:
        await self.outbox.stop()
        flowing = asyncio.create_task(self.time.flow(self.store))
        try:
            await self.dispatcher.idle()
        finally:
            flowing.cancel()
            await self.store.close()

    async def state(self) -> list[tuple[str, ...]]:
        """What every conversation has heard, in no particular order."""
        rows = await self.store.run(
            lambda work: [
                work.load(ConversationKey(row[0]))
                for row in work.connection.execute("SELECT id FROM conversations").fetchall()
            ]
        )
        return sorted(tuple(answer.node for answer in found.answers) for found in rows)


class Homes:
    """Opens as many as a test wants, and closes them all, also when the test failed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.homes: list[Home] = []

    async def __aenter__(self) -> Self:
        return self

    async def __call__(self, *channels: FakeChannel, **other: Any) -> Home:
        path = other.pop("path", self.folder / f"lotse{len(self.homes)}.db")
        home = await Home.opened(path, *channels, **other)
        self.homes.append(home)
        return home

    async def __aexit__(self, *_: object) -> None:
        for home in self.homes:
            home.store.fault = lambda: None
            with suppress(ValueError):  # closed by the test itself
                await asyncio.wait_for(home.close(), 10)


def heard(number: int, chat: str = "7", text: str = "", **other: Any) -> Incoming:
    """Somebody typed; the number is the update's."""
    known = {"body": Typed(text or f"t{number}"), "message": f"own{number}", "mark": str(number)}
    channel = other.pop("channel", "fake")
    at = other.pop("at", NOW)
    return Incoming(str(number), Address(channel, chat), at, **{**known, **other})


def without_repeats(texts: Iterable[str]) -> list[str]:
    return [text for text, _ in itertools.groupby(texts)]
