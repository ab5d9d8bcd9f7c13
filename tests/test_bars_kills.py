"""Bar 1 with the real core: visitors walk, some ask, the desk claims and answers; then signal 9."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kills.whole_world import ANSWER, ASKERS, WholeNursery, lived
from kills.world import Life, Nursery
from soaking import soak
from test_kills import CONNECTIONS, POINTS

KILLS = 16  # of one database


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    opened = await WholeNursery.opened()
    yield opened
    await opened.close()


def killing(number: int, seed: int) -> list[Life]:
    """Half at a point, half when so many were sent."""
    dice = random.Random(seed)
    return [
        Life(POINTS[n // 2 % len(POINTS)], dice.randint(1, 9))
        if n % 2
        else Life(sends=dice.randint(2, 40))
        for n in range(number)
    ]


async def proven(nursery: Nursery, folder: Path, worlds: int) -> None:
    untouched = await lived(nursery, folder / "untouched", [])
    assert untouched.unfinished() == []
    assert sum(ANSWER in text for chat in ASKERS for text in untouched.read()[chat]) == len(ASKERS)
    for number in range(worlds):
        lives = killing(KILLS, number)
        world = await lived(nursery, folder / f"w{number}", lives)
        assert all(life.killed for life in lives)
        assert world.unfinished() == []
        assert world.read() == untouched.read()  # nothing lost, nothing done twice, in order
        assert world.disordered() == []
        assert world.most_repeats() <= CONNECTIONS


async def test_the_real_core_is_killed_and_no_request_is_lost(nursery: Nursery, tmp_path: Path):
    await proven(nursery, tmp_path, worlds=2)


@pytest.mark.soak
async def test_the_real_core_is_killed_five_hundred_times(nursery: Nursery, tmp_path: Path):
    await proven(nursery, tmp_path, worlds=soak(32))


@pytest.mark.parametrize(
    ("fault", "point"),
    [("confirms first", "commit batch before"), ("marks first", "send before")],
)
async def test_a_planted_loss_is_seen(nursery: Nursery, tmp_path: Path, fault: str, point: str):
    world = await lived(nursery, tmp_path / "w", [Life(point, 2)], fault)
    assert world.unfinished() != []
