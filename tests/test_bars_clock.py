"""Bar 8 with the real core: whatever the clock does, each promise breaks once, nothing goes early.

Random walks: time passes, somebody sets the clock an hour or ten years wrong and right again.
``make test`` walks 60 times, ``make soak`` 1,000 times.
"""

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from soaking import soak
from telegram_house import ANNA, MONDAY, House, asks, house, tapped, typed, untraced

from bot.app import CORE
from bot.core.calendar import local
from bot.core.records import Request, RequestKey
from bot.core.taps import Move
from bot.dispatcher import Core
from bot.timers import Timers

KEPT, WAITING = 7, 8  # whose request is closed, whose is open
BROKEN = "niemand geantwortet"
TEASER = "Es gibt etwas Neues."
STARTS = (
    MONDAY,
    datetime(2026, 10, 23, 7, 0, tzinfo=UTC),  # the clocks go back on Sunday
    datetime(2027, 3, 25, 8, 0, tzinfo=UTC),  # the clocks go forward on Sunday
)
WRONG = tuple(
    sign * each for each in (timedelta(hours=1), timedelta(days=3653)) for sign in (1, -1)
)


@dataclass
class Wall:
    """True time, which nobody can set, and how wrong the clock on the wall is."""

    home: House
    begun: datetime
    steady: float = 0.0
    wrong: timedelta = timedelta()

    async def passes(self, **by: float) -> None:
        """So long in steps of half an hour; what is due happens."""
        until = self.steady + timedelta(**by).total_seconds()
        while self.steady < until:
            self.steady = min(until, self.steady + 1800)
            await self.looked()

    async def looked(self) -> None:
        self.home.clock.at = self.begun + timedelta(seconds=self.steady) + self.wrong
        for _ in range(5):
            if await self.home.app.timers.look() > 0:
                break
        await self.home.app.settled()

    async def is_set(self, wrong: timedelta) -> None:
        self.wrong = wrong
        await self.looked()


async def walked(
    path: Path, seed: int, kind: type[Timers] = Timers, core: Core = CORE
) -> tuple[int, int, int]:
    """Broken promises told, words left of the closed request, days to the open one's next step.

    All in less than 30 days, so the words have not had their time.
    """
    dice = random.Random(seed)
    begun, late = STARTS[seed % len(STARTS)], list[Wall]()
    async with house(path, at=begun, steady=lambda: late[0].steady if late else 0.0) as home:
        late.append(wall := Wall(home, begun))
        was = home.app.timers
        home.app.timers = kind(was.store, was.happened, was.clock, was.chance, was.log, was.steady)
        home.app.dispatcher.core = core
        request = await closed(home)
        await asks(home, 60, WAITING)
        for _ in range(dice.randint(2, 5)):
            await wall.passes(hours=dice.randint(1, 9))
            await wall.is_set(dice.choice(WRONG))
            await wall.passes(hours=dice.randint(1, 9))  # less than a day: then it is believed
            await wall.is_set(timedelta())
        await wall.passes(hours=100)
        assert home.faults() == []
        found = await home.app.store.run(lambda work: work.load(RequestKey(request)))
        (open_one,) = (r for r in (await home.state())["requests"] if r.open)
        assert open_one.due is not None
        ahead = open_one.due - home.clock.at
        return await broken(home), len(found.words), ahead.days


async def broken(home: House) -> int:
    """How often the promise was broken; the visitor, who opens the news, reads it."""
    assert BROKEN in await opened(home)
    counters = (await home.state())["counters"]
    return sum(number for _, _, what, number in counters if what == "promise_broken")


async def opened(home: House) -> str:
    """What the visitor reads behind the teaser, if one came."""
    if home.texts(WAITING)[-1] == TEASER:
        await home.hears([tapped(900, WAITING, Move.NEWS)])
    return home.texts(WAITING)[-1]


async def closed(home: House) -> str:
    """A request that was answered and closed just now; its id."""
    await asks(home, 1, KEPT)
    await home.hears([tapped(30, ANNA, home.tap_of(ANNA, "Übernehmen"))])
    for number, text in enumerate(("Antworten", "Bis Mittwoch.", "Senden", "Abschließen"), 31):
        await home.hears([typed(number, ANNA, text)])
    await home.hears([typed(40, ANNA, "Beantwortet")])
    (found,) = (await home.state())["requests"]
    assert not found.open
    return str(found.id)


def walk(folder: Path, number: int) -> None:
    for seed in range(number):
        times, words, ahead = asyncio.run(walked(folder / f"{seed}.db", seed))
        assert times == 1, seed
        assert words == 2, seed
        assert ahead < 10, seed


def test_whatever_the_clock_does_a_promise_breaks_once_and_no_word_goes_early(tmp_path: Path):
    with untraced():
        walk(tmp_path, 60)


@pytest.mark.soak
def test_a_thousand_walks_with_a_clock_that_lies(tmp_path: Path):
    with untraced():
        walk(tmp_path, soak(1_000))


class Trusting(Timers):
    """A planted fault: erases on the word of any clock."""

    def leapt(self) -> bool:
        return False


def test_timers_that_believe_any_clock_are_caught(tmp_path: Path):
    with untraced():
        words = [asyncio.run(walked(tmp_path / f"{n}.db", n, Trusting))[1] for n in range(6)]
    assert 0 in words


def test_timers_that_leave_a_recall_ten_years_ahead_are_caught(tmp_path: Path):
    class Leaving(Timers):
        def _notice_leap(self, now: datetime) -> None:
            super()._notice_leap(now)
            self._doubted = None

    with untraced():
        ahead = [asyncio.run(walked(tmp_path / f"{n}.db", n, Leaving))[2] for n in range(12)]
    assert max(ahead) > 3000


async def test_what_a_clock_ten_years_ahead_put_off_is_recalled_when_it_is_right_again(
    tmp_path: Path,
):
    late: list[Wall] = []
    async with house(tmp_path / "l.db", steady=lambda: late[0].steady if late else 0.0) as home:
        late.append(wall := Wall(home, MONDAY))
        await asks(home, 1, WAITING)
        await wall.looked()
        await wall.is_set(timedelta(days=3653))
        await wall.passes(hours=1)
        await wall.is_set(timedelta())
        (request,) = (await home.state())["requests"]
        assert request.overdue_since == home.clock.at
        assert request.due - home.clock.at < timedelta(days=3)
        told = len(home.texts(ANNA))
        await wall.passes(days=3)
        assert len(home.texts(ANNA)) > told  # recalled again
        assert await broken(home) == 1


async def test_a_promise_for_years_ahead_is_corrected_and_words_go_in_their_time(tmp_path: Path):
    late: list[Wall] = []
    async with house(tmp_path / "l.db", steady=lambda: late[0].steady if late else 0.0) as home:
        late.append(wall := Wall(home, MONDAY))
        await wall.looked()
        await wall.is_set(timedelta(days=300))
        done = await closed(home)
        await asks(home, 60, WAITING)
        await wall.is_set(timedelta())
        request = next(r for r in (await home.state())["requests"] if r.open)
        assert request.due - home.clock.at < timedelta(days=3)
        assert "Meine Uhr ging vor" in await opened(home)
        await wall.passes(days=33)
        found = await home.app.store.run(lambda work: work.load(RequestKey(done)))
        assert found.words == ()


def test_a_house_that_forgets_that_it_told_is_caught(tmp_path: Path):
    def turn(knowledge: Any, known: Any, event: Any) -> Any:
        blind = {
            key: replace(found, overdue_since=None) if isinstance(found, Request) else found
            for key, found in known.items()
        }
        return CORE.turn(knowledge, blind, event)

    with untraced():
        times, *_ = asyncio.run(walked(tmp_path / "l.db", 0, core=replace(CORE, turn=turn)))
    assert times > 1


@pytest.mark.parametrize("begun", STARTS)
async def test_a_promise_breaks_at_its_hour_also_on_the_days_on_which_the_clocks_change(
    tmp_path: Path, begun: datetime
):
    saturday = begun + timedelta(days=(5 - begun.weekday()) % 7)
    async with house(tmp_path / "l.db", at=saturday) as home:
        await asks(home, 1, WAITING)
        (request,) = (await home.state())["requests"]
        assert request.due is not None
        assert local(request.due).hour == 15  # on the wall, whatever UTC says
        await home.moves(request.due - saturday - timedelta(seconds=1))
        assert home.texts(WAITING)[-1] != TEASER
        await home.moves(timedelta(seconds=2))
        assert BROKEN in await opened(home)
