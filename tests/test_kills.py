"""Bar 1: killed with signal 9 at every commit, every call and at random moments, nothing is lost.

``make test`` kills 104 times, ``make soak`` 1,000 times.
"""

import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from kills.world import Life, Nursery, World
from soaking import soak

CONNECTIONS = 16
POINTS = [
    f"{what} {when}"
    for what in ("commit batch", "commit marks", "send", "confirm")
    for when in ("before", "after")
]


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    opened = await Nursery.opened()
    yield opened
    await opened.close()


def made(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


async def lived(nursery: Nursery, folder: Path, lives: Sequence[Life], fault: str = "") -> World:
    world = World(nursery, folder, fault)
    for life in lives:
        await world.live(life)
    await world.live(Life(last=True))
    return world


def at_points(times: range) -> list[Life]:
    return [Life(name, nth) for nth in times for name in POINTS]


def at_random(number: int) -> list[Life]:
    dice = random.Random(number)
    return [Life(sends=dice.randrange(1, 60)) for _ in range(number)]


async def proven(nursery: Nursery, folder: Path, lives: list[Life]) -> None:
    for number, start in enumerate(range(0, len(lives), 26)):
        part = lives[start : start + 26]
        world = await lived(nursery, made(folder, f"w{number}"), part)
        assert all(life.killed for life in part)
        assert world.lost() == []
        assert world.disordered() == []
        assert world.most_repeats() <= CONNECTIONS
        assert set(world.lives[-1].counts) >= {"commit marks before", "send before"}


async def test_a_kill_at_every_commit_and_every_call_loses_nothing(
    nursery: Nursery, tmp_path: Path
):
    await proven(nursery, tmp_path, at_points(range(1, 10)))


async def test_a_kill_at_a_random_moment_under_load_loses_nothing(nursery: Nursery, tmp_path: Path):
    await proven(nursery, tmp_path, at_random(32))


@pytest.mark.soak
async def test_a_thousand_kills_lose_nothing(nursery: Nursery, tmp_path: Path):
    await proven(nursery, made(tmp_path, "points"), at_points(range(1, soak(75) + 1)))
    await proven(nursery, made(tmp_path, "random"), at_random(soak(400)))


@pytest.mark.parametrize(
    ("fault", "point"),
    [("confirms first", "commit batch before"), ("marks first", "send before")],
)
async def test_a_planted_loss_is_seen(nursery: Nursery, tmp_path: Path, fault: str, point: str):
    world = await lived(nursery, tmp_path, [Life(point, 2)], fault)
    assert world.lost() != []
