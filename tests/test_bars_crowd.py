"""Bars of presence under load: every request has an owner, a due time and a next step at each step.

30 events a second for two minutes of compressed time: each second stands for 24 minutes, so that
two working days pass, promises run out, people leave and come back. ``make soak`` plays 200
members and 5,000 open requests, ``make test`` a tenth.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crowd import Crowd, Watcher, crowd
from telegram_house import untraced

from bot.core.messages import Event, Timer, Wake
from bot.core.records import Request
from bot.core.world import Outcome

A_SECOND = timedelta(minutes=24)  # of two minutes stands for this much on the clock
SECONDS = 120
MOST_AT_ONCE = 6


async def pressed(at: Crowd, events: int) -> None:
    """So many events in two compressed minutes; what is due happens in between, in its order."""
    each = events / SECONDS
    for second in range(SECONDS):
        while at.events < each * (second + 1):
            await at.acts(min(MOST_AT_ONCE, max(1, int(each))))
        await at.home.moves(A_SECOND)
        assert at.watcher.faults == [], at.watcher.faults[:3]
        if second % 20 == 0:
            assert await at.unfollowed() == []


async def stood(path: Path, members: int, requests: int, events: int) -> None:
    async with crowd(path, members, requests) as at:
        await pressed(at, events)
        await at.home.moves(timedelta(minutes=3))  # what was gathered is told
        assert await at.unfollowed() == []
        assert await at.lost() == []
        assert at.home.faults() == []
        assert at.events >= events
        found = at.watcher.requests.values()
        assert sum(r.claimed_by is not None or r.read_at is not None for r in found) > 20
        assert any(r.tried for r in found)  # absence and broken promises moved some
        assert at.watcher.steps > events


def test_a_tenth_of_the_crowd_loses_nothing_claims_nothing_twice_and_follows_every_promise(
    tmp_path: Path,
):
    with untraced():
        asyncio.run(stood(tmp_path / "crowd.db", 20, 500, 360))


@pytest.mark.soak
def test_two_hundred_members_and_five_thousand_open_requests(tmp_path: Path):
    with untraced():
        asyncio.run(stood(tmp_path / "crowd.db", 200, 5_000, 3_600))


# ── The watcher, watched ────────────────────────────────────────────────────────────────────────


class Forgetful(Watcher):
    """A planted fault: a core that arms no timer for a request it moved."""

    def turn(self, knowledge: Any, known: Any, event: Event) -> Outcome:
        outcome = super().turn(knowledge, known, event)
        moved = {r.id for r in outcome.records if isinstance(r, Request) and r.tried}
        kept = tuple(
            e
            for e in outcome.effects
            if not (isinstance(e, Wake) and e.kind is Timer.PROMISE and e.ref in moved)
        )
        self.timers = {ref: at for ref, at in self.timers.items() if ref not in moved}
        self.saw(replace(outcome, effects=kept), event.at)
        return replace(outcome, effects=kept)


class Greedy(Watcher):
    """A planted fault: the last of several who claim has it."""

    def turn(self, knowledge: Any, known: Any, event: Event) -> Outcome:
        free = {
            key: replace(found, claimed_by=None) if isinstance(found, Request) else found
            for key, found in known.items()
        }
        return super().turn(knowledge, free, event)


@pytest.mark.parametrize(
    ("fault", "said"), [(Forgetful, "no next step"), (Greedy, "claimed twice")]
)
def test_a_core_that_forgets_or_is_greedy_is_caught(
    tmp_path: Path, fault: type[Watcher], said: str
):
    async def played() -> list[str]:
        async with crowd(tmp_path / "crowd.db", 20, 200, fault()) as at:
            for _ in range(60):
                await at.acts(4)
            await at.home.moves(timedelta(hours=8))
            return at.watcher.faults

    with untraced():
        assert any(said in each for each in asyncio.run(played()))


def test_a_request_without_a_timer_in_the_store_is_found(tmp_path: Path):
    async def played() -> list[str]:
        async with crowd(tmp_path / "crowd.db", 4, 8) as at:
            await at.home.app.store.run(lambda work: work.let_sleep(Timer.PROMISE, "r3"))
            return await at.unfollowed()

    assert asyncio.run(played()) == ["r3"]
