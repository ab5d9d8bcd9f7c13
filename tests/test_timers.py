"""What is due comes once, whatever the clock does; bar 8."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import NOW, FakeChannel, Home, Homes, heard

from bot.core.messages import Event, House, Timer
from bot.store.errors import Locked
from bot.timers import LONGEST, Timers


@pytest.fixture
async def homes(tmp_path: Path) -> AsyncIterator[Homes]:
    async with Homes(tmp_path) as opened:
        yield opened


@pytest.fixture
async def home(homes: Homes) -> Home:
    return await homes()


def timers_of(home: Home) -> Timers:
    return Timers(
        home.store,
        home.dispatcher.happened,
        home.time.now,
        lambda: bytes(32),
        home.log,
        home.time.steady,
    )


def later(home: Home, **by: float) -> None:
    home.time.seconds += timedelta(**by).total_seconds()


async def asked(home: Home, chat: str = "7", seconds: int = 60) -> None:
    await home.dispatcher.take([heard(int(chat), chat, text=f"wake {seconds}")])


def told(home: Home) -> list[str]:
    return [text.partition(" · ")[2] for text in home.channel.texts()]


async def test_what_is_due_comes_as_an_event_and_only_once(home: Home):
    await asked(home)
    timers = timers_of(home)
    assert await timers.look() == LONGEST
    later(home, seconds=59)
    assert await timers.look() == 1.0
    later(home, seconds=1)
    assert await timers.look() == 0.0
    assert await timers.look() == LONGEST
    await home.quiet()
    assert told(home) == ["wake 60", "due"]


async def test_a_timer_handed_over_twice_makes_one_turn(home: Home):
    await asked(home)
    later(home, minutes=2)
    due = await home.store.run(lambda work: work.due(home.time.now()))
    events = [Event(f"due:{i}", home.time.now(), bytes(32), House(), due[0]) for i in range(3)]
    await home.dispatcher.happened(events)
    await home.dispatcher.happened(events)
    await home.quiet()
    assert told(home) == ["wake 60", "due"]


async def test_a_timer_that_was_put_off_meanwhile_does_not_come_early(home: Home):
    await asked(home)
    later(home, minutes=2)
    due = await home.store.run(lambda work: work.due(home.time.now()))
    await home.store.run(
        lambda work: work.wake(home.time.now() + timedelta(days=1), due[0].kind, due[0].ref)
    )
    event = Event("due:1", home.time.now(), bytes(32), House(), due[0])
    await home.dispatcher.happened([event])
    await home.quiet()
    assert told(home) == ["wake 60"]
    assert await home.store.run(lambda work: work.next_due()) is not None


async def test_a_timer_outlives_a_restart(homes: Homes, tmp_path: Path):
    path = tmp_path / "same.db"
    home = await homes(path=path)
    await asked(home)
    await home.quiet()
    await home.close()
    again = await homes(FakeChannel(), path=path)
    later(again, hours=5)
    await timers_of(again).look()
    await again.quiet()
    assert told(again) == ["due"]


async def test_many_that_are_due_come_in_their_order(home: Home):
    for chat in range(1, 6):
        await asked(home, str(chat), 60 - chat)
    await home.quiet()  # no lane is still busy with the question
    later(home, minutes=2)
    await timers_of(home).look()
    await home.quiet()
    assert [o.address.id for o in home.channel.sent if "due" in o.screen.text] == list("54321")


@pytest.mark.parametrize(
    "jump",
    [timedelta(hours=1), timedelta(hours=-1), timedelta(days=3650), timedelta(days=-3650)],
)
async def test_a_clock_that_is_set_escalates_each_once_and_erases_nothing_early(
    home: Home, jump: timedelta
):
    await asked(home)
    await home.store.run(
        lambda work: work.wake(NOW + timedelta(days=180), Timer.RETENTION, "nobody")
    )
    timers = timers_of(home)
    await timers.look()
    home.time.shift = jump
    for _ in range(4):
        later(home, seconds=30)
        await timers.look()
    home.time.shift = timedelta()
    for _ in range(4):
        later(home, seconds=30)
        await timers.look()
    await home.quiet()
    assert told(home) == ["wake 60", "due"]
    waiting = await home.store.run(lambda work: work.next_due())
    assert waiting == NOW + timedelta(days=180)


class Trusting(Timers):
    """A planted fault: erases on the word of any clock."""

    def leapt(self) -> bool:
        return False


async def test_timers_that_trust_a_clock_just_set_are_caught(home: Home):
    await home.store.run(lambda work: work.wake(NOW + timedelta(days=180), Timer.RETENTION, "x"))
    timers = Trusting(
        home.store,
        home.dispatcher.happened,
        home.time.now,
        lambda: bytes(32),
        home.log,
        home.time.steady,
    )
    await timers.look()
    home.time.shift = timedelta(days=3650)
    await timers.look()
    assert await home.store.run(lambda work: work.next_due()) is None


async def test_what_is_to_be_erased_is_erased_when_the_day_has_come(home: Home):
    await home.store.run(lambda work: work.wake(NOW + timedelta(days=180), Timer.RETENTION, "x"))
    timers = timers_of(home)
    for _ in range(181):
        later(home, days=1)
        await timers.look()
    assert await home.store.run(lambda work: work.next_due()) is None


async def test_after_a_leap_the_erasing_waits_a_day_and_then_comes(home: Home):
    await home.store.run(lambda work: work.wake(NOW + timedelta(days=180), Timer.RETENTION, "x"))
    timers = timers_of(home)
    await timers.look()
    home.time.shift = timedelta(days=200)
    assert await timers.look() == LONGEST
    later(home, hours=23)
    await timers.look()
    assert await home.store.run(lambda work: work.next_due()) is not None
    later(home, hours=2)
    await timers.look()
    assert await home.store.run(lambda work: work.next_due()) is None
    assert ("clock leapt", {"seconds": 200 * 86400}) in home.lines


async def test_a_sooner_timer_wakes_the_sleeper_and_a_locked_store_does_not_end_it(home: Home):
    looks: list[datetime] = []
    came = asyncio.Event()

    class Noting(Timers):
        async def look(self) -> float:
            looks.append(home.time.now())
            if len(looks) == 2:
                raise Locked("locked")
            seconds = await super().look()
            if len(looks) >= 2:
                came.set()
            return seconds

    async def happened(events: Sequence[Event]) -> None:
        await home.dispatcher.happened(events)

    timers = Noting(
        home.store, happened, home.time.now, lambda: bytes(32), home.log, home.time.steady
    )
    running = asyncio.create_task(timers.run())
    while not looks or timers._next is not None:  # noqa: ASYNC110
        await asyncio.sleep(0)
    timers.expect(NOW + timedelta(seconds=5))
    await asyncio.wait_for(came.wait(), 5)
    running.cancel()
    assert "timers not now" in [what for what, _ in home.lines]
