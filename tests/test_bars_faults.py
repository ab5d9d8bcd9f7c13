"""Bars 6, 7 and 11 with the real core: a full disk, a locked database, one who crashes."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playing import real_knowledge
from soaking import soak
from telegram_house import ANNA, ASKING, House, asks, house, tapped, typed

from bot.app import CORE
from bot.channels.telegram.decode import decode_batch
from bot.ports import TryLater
from bot.store import Store
from bot.store.errors import DiskFull

FEAR = "ich will nicht mehr leben"
CHILD, OTHER = 7, 8
ARRIVED = "Angekommen."


async def persists(home: House, updates: Sequence[object]) -> None:
    """As a channel does it: what was not taken is handed in again until it is."""
    while True:
        try:
            await home.app.dispatcher.take(decode_batch(updates, home.clock.at))
        except TryLater:
            continue
        return


# ── A full disk (bar 6) ─────────────────────────────────────────────────────────────────────────


class Full(Store):
    """The disk is full from the ``first`` unit of work on, for as many as ``units``."""

    first, units, ran = 0, 0, 0

    async def run(self, unit: Any) -> Any:
        self.ran += 1
        if 0 <= self.ran - self.first < self.units:
            return await self.refuse(unit)
        return await super().run(unit)

    async def refuse(self, unit: Any) -> Any:
        raise DiskFull("full")


class Undone(Exception):  # noqa: N818
    pass


class Lying(Full):
    """A planted fault: says that it was kept, and nothing was."""

    async def refuse(self, unit: Any) -> Any:
        done: list[Any] = []

        def lost(work: Any) -> None:
            done.append(unit(work))
            raise Undone

        try:
            await Store.run(self, lost)
        except Undone:
            return done[0]


async def asked_on_a_full_disk(path: Path, kind: type[Full], first: int) -> tuple[int, int]:
    """How often a visitor read that it arrived, and how many requests there are."""
    async with house(path, store_class=kind) as home:
        store: Any = home.app.store
        store.first, store.units = store.ran + first, 4
        said = [typed(1, CHILD, "/start")]
        said += [tapped(n, CHILD, tap) for n, tap in enumerate(ASKING, 2)]
        said += [typed(8, CHILD, "Es geht um die Pause."), typed(9, CHILD, "Absenden")]
        for update in said:
            await persists(home, [update])
        await home.app.settled()
        store.units = 0
        arrived = sum(ARRIVED in text for text in home.texts(CHILD))
        return arrived, len((await home.state())["requests"])


@pytest.mark.parametrize("first", range(1, 22, 4))
async def test_a_disk_full_at_any_write_never_says_sent_and_loses_nothing(tmp_path, first):
    assert await asked_on_a_full_disk(tmp_path / "l.db", Full, first) == (1, 1)


async def test_a_store_that_says_kept_when_it_was_not_is_caught(tmp_path):
    found = [
        await asked_on_a_full_disk(tmp_path / f"{first}.db", Lying, first) for first in (5, 9, 13)
    ]
    assert any(each != (1, 1) for each in found)


# ── A locked database (bar 7) ───────────────────────────────────────────────────────────────────

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def foreign_lock(path: Path) -> AsyncIterator[None]:
    """Another process holds the real file."""
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, str(path), stdin=pipe, stdout=pipe
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    await holder.stdout.readline()
    try:
        yield
    finally:
        holder.stdin.close()
        await holder.wait()


@dataclass
class Locked:
    """What people saw while the database was locked."""

    helped: list[float] = field(default_factory=list)  # seconds until each screen to the child
    child: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    gap: float = 0.0  # the longest time, in seconds, that the loop answered nobody


async def while_locked(home: House, number: int, seconds: float) -> Locked:
    """One writes of danger and one of something else; the lock stays for so long."""
    seen = Locked()
    begun = last = time.monotonic()
    shown, others = len(home.texts(CHILD)), len(home.texts(OTHER))
    said = [typed(number, CHILD, FEAR), typed(number + 1, OTHER, "hallo")]
    async with foreign_lock(home.app.store.path):
        taking = asyncio.create_task(persists(home, said))
        while last - begun < seconds:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            seen.gap, last = max(seen.gap, now - last - 0.005), now
            if len(home.texts(CHILD)) > shown + len(seen.helped):
                seen.helped.append(now - begun)
        assert not taking.done()
        seen.child, seen.other = home.texts(CHILD)[shown:], home.texts(OTHER)[others:]
    await taking
    await home.app.settled()
    return seen


async def helped(home: House, seconds: float, times: int = 3) -> None:
    gaps = []
    for attempt in range(times):  # other programs of this machine may hold us up
        seen = await while_locked(home, 10 * attempt + 1, seconds)
        assert len(seen.child) == 1
        assert seen.helped[0] <= 2.0
        assert "noch nicht gesendet" in seen.child[0]
        assert "112" in seen.child[0]
        assert "0800" in seen.child[0]  # and only lines that answer at this hour
        assert seen.other == []  # neither told that it went nor that it did not
        gaps.append(seen.gap)
    assert min(gaps) <= 0.1
    after = len(home.texts(OTHER))
    assert after == times  # and nothing was lost


async def test_who_writes_of_danger_is_helped_while_the_database_is_locked(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await helped(home, 1.5)


@pytest.mark.soak
async def test_who_writes_of_danger_is_helped_while_the_database_is_locked_for_30_s(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await helped(home, soak(30, 2))


async def test_a_house_that_does_not_look_for_danger_is_caught(tmp_path):
    async with house(tmp_path / "l.db") as home:
        home.app.dispatcher.core = replace(CORE, danger=lambda *_: None)
        with pytest.raises(AssertionError):
            await helped(home, 1.5, times=1)


class Blocking(Store):
    """A planted fault: waits in the loop itself."""

    async def run(self, unit: Any) -> Any:
        time.sleep(0.3)  # noqa: ASYNC251  (that is the fault)
        return await super().run(unit)


async def test_a_store_that_blocks_the_loop_is_caught(tmp_path):
    async with house(tmp_path / "l.db", store_class=Blocking) as home:
        assert (await while_locked(home, 1, 1.0)).gap > 0.1


# ── One who crashes (bar 11) ────────────────────────────────────────────────────────────────────


def poisoned(*keys: str) -> Any:
    """Knowledge with sentences for pupils that cannot be said: their turns raise."""
    known = real_knowledge()
    broken = {key: replace(known.texts[key], pupil="Hier fehlt {nirgends}.") for key in keys}
    return replace(known, texts={**known.texts, **broken})


def crowd(number: int) -> list[object]:
    return [typed(number + n, 100 + n, "/start") for n in range(40)]


async def crashing(home: House, words: str) -> float:
    """One crashes six times among forty others; the seconds until all others were answered."""
    await home.hears([typed(1, CHILD, "/start"), tapped(2, CHILD, ASKING[0])])
    said = crowd(100)
    for n in range(6):
        said.insert(6 * n, typed(10 + n, CHILD, words))
    begun = time.monotonic()
    await home.hears(said)
    return time.monotonic() - begun


async def test_one_who_crashes_is_told_so_and_delays_nobody(tmp_path):
    async with house(tmp_path / "l.db", poisoned("privacy", "privacy_no_carrier")) as home:
        assert await crashing(home, "/datenschutz geheim") < 1.0
        assert all(len(home.texts(100 + n)) == 1 for n in range(40))
        sorry = real_knowledge().texts["apology"].of(None)
        assert home.texts(CHILD).count(sorry) == 6
        assert [what for what, _ in home.faults()] == ["crashed"] * 6
        assert "geheim" not in str(home.log)
        counters = {what: n for _, _, what, n in (await home.state())["counters"]}
        assert counters["crashed"] == 6
        await home.hears([typed(900, CHILD, "/hilfe")])
        assert home.texts(CHILD)[-1] != sorry  # the rest of the bot is still there for them


async def test_a_timer_that_crashes_comes_again_and_holds_up_no_other(tmp_path):
    async with house(tmp_path / "l.db", poisoned("promise_broken", "promise_broken_ask")) as home:
        await asks(home, 1, CHILD)
        await home.hears(
            [typed(50, OTHER, "/start"), tapped(51, OTHER, replace(ASKING[0], choice="familie"))]  # type: ignore[type-var]
            + [tapped(52 + n, OTHER, tap) for n, tap in enumerate(ASKING[1:])]
            + [typed(60, OTHER, "Mein Kind."), typed(61, OTHER, "Absenden")]
        )
        assert [ARRIVED in home.texts(who)[-1] for who in (CHILD, OTHER)] == [True, True]
        await home.moves(timedelta(hours=8))
        assert "niemand geantwortet" in home.texts(OTHER)[-1]
        crashes = [what for what, _ in home.faults()]
        assert set(crashes) == {"crashed"}
        assert len(crashes) >= 4  # tried again every quarter of an hour
        home.app.knowledge = real_knowledge()  # the author mends it
        await home.moves(timedelta(hours=1))
        assert "niemand geantwortet" in await home.opens(CHILD)
        assert len([text for text in home.texts(ANNA) if "Noch frei" in text]) >= 2


async def test_a_turn_that_takes_long_to_crash_is_caught(tmp_path):
    def turn(knowledge: Any, known: Any, event: Any) -> Any:
        if "geheim" in getattr(event.body, "text", ""):
            time.sleep(0.3)
            raise RuntimeError
        return CORE.turn(knowledge, known, event)

    async with house(tmp_path / "l.db") as home:
        home.app.dispatcher.core = replace(CORE, turn=turn)
        assert await crashing(home, "geheim") > 1.0
