"""Figures of the store: what one commit for many saves, and a claim among many open requests."""

import asyncio
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from statistics import median
from typing import Any

from bot.app import CORE, now
from bot.core.directory import Span
from bot.core.knowledge import Knowledge
from bot.core.messages import Staff, Started, Tapped, Typed
from bot.core.records import Conversation, Member, Permission, PostFacts, Ref, Request, Role
from bot.core.taps import Act, decode_tap
from bot.core.tree import Audience
from bot.dispatcher import Dispatcher
from bot.loading import load
from bot.ports import Address, Incoming, Outgoing
from bot.store import Keys, Store, new_key
from tests.bench.parties import ROOT
from tests.bench.table import Row
from tests.bench.walk import WALK

SYNC = 0.005  # seconds that the disk takes to make a commit safe
POST = "netzwerkstelle-halle"
CLAIMS = 60


class SlowDisk:
    """A connection whose COMMIT takes 5 ms longer, in the store's own thread, as a sync does."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self.commits = 0

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            self.commits += 1
            time.sleep(SYNC)
        return self._raw.execute(sql, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


class Nobody:
    """An outbox that sends nothing."""

    def add(self, owed: Sequence[Outgoing]) -> None:
        self.owed = owed

    def keep_only(self, rows: frozenset[int]) -> None: ...

    async def straight(self, outgoing: Outgoing) -> None: ...


def rows() -> Iterator[Row]:
    knowledge = load(ROOT / "knowledge").knowledge
    assert knowledge is not None
    yield asyncio.run(_with_store(lambda store: _commits(store, knowledge)))
    yield asyncio.run(_claims(knowledge))


async def _with_store(use: Callable[[Store], Awaitable[Any]]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "bench.sqlite", Keys.parse(new_key()))
        try:
            return await use(store)
        finally:
            await store.close()


def _dispatcher(store: Store, knowledge: Knowledge) -> Dispatcher:
    return Dispatcher(
        store=store,
        core=CORE,
        knowledge_of=lambda: knowledge,
        outbox=Nobody(),
        clock=now,
        chance=lambda: secrets.token_bytes(32),
        log=_complain,
        patience=600.0,
    )


def _complain(what: str, /, **ids: str | int) -> None:
    raise AssertionError(f"{what} {ids}")


# ── One commit for many ─────────────────────────────────────────────────────────────────────────


async def _commits(store: Store, knowledge: Knowledge) -> Row:
    """Turns per second when whoever waits is taken together, ÷ when each is taken alone."""
    connection: Any = store._connection
    disk = connection._connection = SlowDisk(connection._connection)
    dispatcher = _dispatcher(store, knowledge)
    ratios = []
    try:
        await dispatcher.take(_steps(0, 200))
        for number in range(1, 6):
            many, few = _steps(10_000 * number, 1200), _steps(10_000 * number + 5000, 48)
            together = await _spent(disk, dispatcher.take(many)) / len(many)
            alone = await _spent(disk, _one_by_one(dispatcher, few)) / len(few)
            ratios.append(alone / together)
    finally:
        connection._connection = connection._connection._raw
    return Row("group commit ÷ one commit per update, at 5 ms sync", 20, 50, median(ratios))


async def _one_by_one(dispatcher: Dispatcher, steps: Sequence[Incoming]) -> None:
    for incoming in steps:
        await dispatcher.take([incoming])


async def _spent(disk: SlowDisk, work: Awaitable[object]) -> float:
    """Seconds of computing and of the disk; a neighbour's turn at the processor does not count."""
    commits, begun = disk.commits, time.process_time()
    await work
    return time.process_time() - begun + SYNC * (disk.commits - commits)


async def _seconds(work: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


def _steps(start: int, count: int) -> list[Incoming]:
    """The mixed walk of so many people as there are rounds for."""
    users = max(1, count // len(WALK))
    return [
        _step(start + number, start + number % users, number // users) for number in range(count)
    ]


def _step(number: int, chat: int, round_: int) -> Incoming:
    step = WALK[round_ % len(WALK)]
    tap = decode_tap(step.tap)
    said = Started() if step.words == "/start" else Typed(step.words)
    body = said if tap is None else Tapped(tap)
    return Incoming(f"tg:{number}", Address("telegram", str(chat)), now(), body, mark=str(number))


# ── A claim ─────────────────────────────────────────────────────────────────────────────────────


async def _claims(knowledge: Knowledge) -> Row:
    """The time of one claim with 100,000 open requests ÷ with 100; taken in turn."""

    async def both(few: Store) -> Row:
        return await _with_store(lambda many: _claims_in(few, many, knowledge))

    return await _with_store(both)


async def _claims_in(few: Store, many: Store, knowledge: Knowledge) -> Row:
    await _fill(few, 100)
    await _fill(many, 100_000)
    times: dict[int, list[float]] = {0: [], 1: []}
    desks = [_dispatcher(few, knowledge), _dispatcher(many, knowledge)]
    for number in range(CLAIMS):
        for which in (0, 1) if number % 2 else (1, 0):
            tap = Incoming(
                f"claim:{number}",
                Address("telegram", "1"),
                now(),
                Tapped(Act(f"ref{number}")),
                mark="1",
            )
            times[which].append(await _seconds(desks[which].take([tap])))
    assert await many.run(_claimed) == CLAIMS
    ratio = median(times[1]) / median(times[0])
    note = f"{1000 * median(times[0]):.2f} / {1000 * median(times[1]):.2f} ms"
    return Row("claim with 100,000 open requests ÷ with 100", 3, 1.7, ratio, low=True, note=note)


def _claimed(work: Any) -> int:
    return sum(
        1 for number in range(CLAIMS) if work._request(f"request{number}").claimed_by == "member0"
    )


async def _fill(store: Store, count: int) -> None:
    await store.run(_staff)
    for start in range(0, count, 5000):
        await store.run(lambda work, start=start: _requests(work, start, min(start + 5000, count)))


def _staff(work: Any) -> None:
    at = datetime.now(UTC) - timedelta(days=30)
    week = tuple(Span(day, clock_time(8), clock_time(15)) for day in range(5))
    for number in range(2):
        member = Member(
            f"member{number}", Role.WORKER, f"Person {number}", at, posts=(POST,), plan=week
        )
        work.save(member)
        work.bind(Address("telegram", str(number + 1)), Staff(member.id), at)
    work.save(PostFacts(POST, Permission(at.date(), "Leitung"), practised=True, accepting=True))


def _requests(work: Any, start: int, end: int) -> None:
    sent = datetime.now(UTC)
    due = sent + timedelta(days=2)
    for number in range(start, end):
        request = Request(
            id=f"request{number}", name=f"Otter {number}", conversation=f"conversation{number}",
            audience=Audience.GUARDIAN, topic="mobbing", path=(), school=None, district="halle",
            language="de", excluded=frozenset(), consent=False, skip_school=False,
            sent_at=sent, post=POST, due=due,
        )  # fmt: skip
        work.save(request)
        if number < CLAIMS:
            work.save(replace(Conversation(request.conversation, sent), audience=Audience.GUARDIAN))
            work.save(Ref(f"ref{number}", "member0", "claim", request.id))
