"""Bar 2: whatever faults come in whatever order, everybody is answered once, in order.

hypothesis draws the steps: people write, the network and the store fail, the house is left
standing and started again on the same file.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from fakes import FakeChannel, FakeTime, Home, heard, without_repeats
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from soaking import soak

from bot.outbox import Outbox
from bot.ports import Limits, TryLater
from bot.store.errors import DiskFull, Locked

CHATS = ("7", "8", "9")
CONNECTIONS = 4
FAULTS = {
    "500": TryLater(0.0),
    "lost": (TryLater(0.0), True),
    "flood": TryLater(3.0, told=True),
    "flood for all": TryLater(2.0, told=True, everybody=True),
    "fine": None,
}


class Shell(RuleBasedStateMachine):
    """Dispatcher, outbox and the real store against a network that fails as drawn."""

    outbox_class: type[Outbox] = Outbox

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.time = FakeTime()
        self.channel = FakeChannel(time=self.time)
        self.said: dict[str, list[str]] = defaultdict(list)
        self.number = 0
        self.wrong = False
        self.allowed = 0  # repeats
        self.waiting: list[asyncio.Task[None]] = []
        self.runner.run(self._open())

    async def _open(self) -> None:
        limits = Limits(30.0, 1.0, connections=CONNECTIONS)
        path = Path(self.folder.name) / "lotse.db"
        self.home = await Home.opened(
            path,
            self.channel,
            time=self.time,
            limits=limits,
            outbox_class=self.outbox_class,
            patience=60.0,
        )

    def _heard(self, chats: list[str]) -> list:
        updates = []
        for chat in chats:
            self.number += 1
            self.said[chat].append(f"t{self.number}")
            updates.append(heard(self.number, chat))
        return updates

    @rule(chats=st.lists(st.sampled_from(CHATS), min_size=1, max_size=6), again=st.booleans())
    def people_write(self, chats: list[str], again: bool) -> None:
        updates = self._heard(chats)

        async def taken() -> None:
            self.waiting.append(asyncio.create_task(self.home.dispatcher.take(updates)))
            if again:
                self.waiting.append(asyncio.create_task(self.home.dispatcher.take(updates)))
            for _ in range(5):
                await asyncio.sleep(0)

        self.runner.run(taken())

    @rule(names=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=5))
    def the_network_fails(self, names: list[str]) -> None:
        self.channel.faults += [FAULTS[name] for name in names]
        self.allowed += names.count("lost")

    @rule(times=st.integers(1, 4), full=st.booleans())
    def the_store_fails(self, times: int, full: bool) -> None:
        failing = [DiskFull("full") if full else Locked("locked")] * times
        self.home.store.fault = lambda: failing.pop() if failing else None

    @rule()
    def the_house_is_left_standing(self) -> None:
        """Everybody has been told that it is committed; then it ends without a word."""

        async def left() -> None:
            flowing = asyncio.create_task(self.time.flow(self.home.store))
            await asyncio.gather(*self.waiting)
            flowing.cancel()
            self.waiting.clear()
            outbox = self.home.outbox
            tasks = [lane.task for lane in outbox._lanes.values() if lane.task]
            for task in tasks:
                task.cancel()
            outbox._marks.stop()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.home.store.close()
            self.allowed += CONNECTIONS
            await self._open()

        self.runner.run(left())

    @rule()
    def time_passes(self) -> None:
        self.runner.run(self._drain())
        self._all_answered()

    async def _drain(self) -> None:
        flowing = asyncio.create_task(self.time.flow(self.home.store))
        await asyncio.gather(*self.waiting)
        flowing.cancel()
        self.waiting.clear()
        await self.home.drained()

    def _all_answered(self) -> None:
        for chat, said in self.said.items():
            wanted = [f"{place} · {text}" for place, text in enumerate(said, 1)]
            found = without_repeats(self.channel.texts(chat))
            if not self.wrong:  # said once: the teardown comes by again
                self.wrong = found != wanted
                assert found == wanted

    @invariant()
    def nothing_comes_before_its_turn_or_too_often(self) -> None:
        if not hasattr(self, "channel"):
            return
        for chat in CHATS:
            places = [int(text.partition(" ")[0]) for text in self.channel.texts(chat)]
            self.wrong = self.wrong or places != sorted(places)
            assert places == sorted(places)
            assert set(places) == set(range(1, len(set(places)) + 1))
        sent = self.channel.texts()
        repeats = sum(
            len(own) - len(set(own)) for own in (self.channel.texts(chat) for chat in CHATS)
        )
        assert repeats <= self.allowed
        assert len(sent) <= self.number + self.allowed

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        try:
            self.runner.run(self._drain())
            self._all_answered()
        finally:
            self.runner.run(self.home.close())
            self.runner.close()
            self.folder.cleanup()


def walked(
    machine: type[Shell], examples: int, steps: int, phases: Iterable[Phase] = Phase
) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_fails_everybody_is_answered_once_and_in_order():
    walked(Shell, examples=25, steps=12)


@pytest.mark.soak
def test_whatever_fails_over_a_hundred_thousand_steps():
    walked(Shell, examples=soak(2500), steps=40)


class Careless(Outbox):
    """A planted fault: what failed once is put behind the next."""

    async def _later(self, door, lane, outgoing, later):
        await super()._later(door, lane, outgoing, later)
        lane.rows.rotate(-1)


class ShellOfCareless(Shell):
    outbox_class = Careless


def test_an_outbox_that_loses_the_order_is_caught():
    with pytest.raises(AssertionError):
        walked(ShellOfCareless, examples=60, steps=12, phases=[Phase.generate])
