"""Turns per second, turns over a slow network, and how long somebody waits; against a plain bot.

The parties run side by side for the whole time and work in turn, so that a neighbour's noise
meets all of them; the figure is the median of the paired ratios.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.parties import Fake, fake, lotse, plain
from tests.bench.table import Row
from tests.bench.walk import WALK

PAIRS = 5
SLOW = 0.04  # seconds that each call takes
LONGEST = 300.0  # seconds for one run


@dataclass
class Side:
    """One bot with a fake Telegram of its own."""

    api: Fake
    process: int
    done: int = 0

    def work(
        self, count: int, rate: float | None = None, latency: float = 0.0
    ) -> Mapping[str, Any]:
        """The figures of so many steps of the mixed walk, with the CPU seconds of the bot."""
        self.api.ask("reset")
        self.api.ask("latency", seconds=latency)
        before = cpu(self.process)
        self.api.ask("crowd", users=count // len(WALK), count=count, rate=rate, mixed=True)
        figures = dict(self.api.wait(count, LONGEST))
        figures["cpu"] = cpu(self.process) - before
        self.api.ask("latency", seconds=0.0)
        return figures


def cpu(process: int) -> float:
    """CPU seconds so far, of all threads."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextlib.contextmanager
def sides() -> Iterator[tuple[Side, Side, Side]]:
    """The plain bot, Lotse with 16 connections, Lotse with 64."""
    with contextlib.ExitStack() as stack:
        a, b, c = (stack.enter_context(fake()) for _ in range(3))
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        yield (
            Side(a, stack.enter_context(plain(a)).pid),
            Side(b, stack.enter_context(lotse(b, folders[0], 16)).pid),
            Side(c, stack.enter_context(lotse(c, folders[1], 64)).pid),
        )


def rows() -> Iterator[Row]:
    with sides() as (echo, few, many):
        yield _speed(echo, few)
        yield from _slow_network(echo, few, many)
        yield _waiting(echo, few)


def _speed(echo: Side, few: Side) -> Row:
    few.work(1200)  # both are warm
    echo.work(240)
    pairs = [(echo.work(840), few.work(2400)) for _ in range(PAIRS)]
    ratio = median(ours["per_second"] / theirs["per_second"] for theirs, ours in pairs)
    other, mine = (median(run["per_second"] for run in side) for side in zip(*pairs, strict=True))
    busy = median((theirs["cpu"] / 840) / (ours["cpu"] / 2400) for theirs, ours in pairs)
    note = f"{other:.0f} / {mine:.0f} turns a second; CPU for one turn: {busy:.2f} times less"
    return Row("durable turns per second ÷ plain echo bot", 3, 10, ratio, note=note)


def _slow_network(echo: Side, few: Side, many: Side) -> Iterator[Row]:
    found = []
    for _ in range(3):
        theirs = echo.work(36, latency=SLOW)["per_second"]
        found.append([side.work(1200, latency=SLOW)["per_second"] / theirs for side in (few, many)])
    what = "with 40 ms per API call, turns per second ÷ plain bot"
    yield Row(f"{what}, 16", 10, 40, median(ratio for ratio, _ in found))
    yield Row(f"{what}, 64", 10, 40, median(ratio for _, ratio in found))


def _waiting(echo: Side, few: Side) -> Row:
    pairs = [(echo.work(240, rate=30), few.work(240, rate=30)) for _ in range(PAIRS)]
    ratio = median(ours["p99"] / theirs["p99"] for theirs, ours in pairs)
    other, mine = (1000 * median(run["p99"] for run in side) for side in zip(*pairs, strict=True))
    halves = median(ours["p50"] / theirs["p50"] for theirs, ours in pairs)
    note = f"{other:.1f} / {mine:.1f} ms; p50 ÷ p50 {halves:.2f}"
    return Row("p99 answer time at 30 updates/s ÷ plain bot", 1.0, 0.5, ratio, low=True, note=note)
