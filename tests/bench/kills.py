"""Killed by signal 9 under load and started again: what is lost, what comes twice."""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.parties import Fake, fake, lotse
from tests.bench.table import Row
from tests.bench.walk import WALK

KILLS = 5
USERS = 60
RATE = 400.0  # steps a second while it is killed
QUIET = 1.0  # seconds without a further answer until it is over
LONGEST = 120.0


def rows() -> Iterator[Row]:
    dice = random.Random(20_261_124)
    expected = _expected()
    found = [_killed(dice.uniform(0.3, 1.2), expected) for _ in range(KILLS)]
    lost, most = sum(each[0] for each in found), max(each[1] for each in found)
    note = f"{KILLS} kills; repeats of each: {' '.join(str(each[1]) for each in found)}"
    yield Row("lost after kill -9 under load", 0, 0, lost, low=True, note=note)
    yield Row("sends repeated per kill, 16 connections", 16, 10, most, low=True)


def _expected() -> list[str]:
    """What one person reads on the whole walk when nothing goes wrong."""
    with fake() as api, tempfile.TemporaryDirectory() as folder, lotse(api, Path(folder)):
        api.ask("crowd", users=1, count=len(WALK), mixed=True)
        api.wait(len(WALK), LONGEST)
        return next(iter(_by_chat(api).values()))


def _killed(after: float, expected: Sequence[str]) -> tuple[int, int]:
    """(answers that never came, answers that came twice) of one kill in the middle."""
    count = USERS * len(WALK)
    with fake() as api, tempfile.TemporaryDirectory() as name:
        with lotse(api, Path(name)) as process:
            api.ask("crowd", users=USERS, count=count, rate=RATE, mixed=True)
            time.sleep(after)
            process.kill()
            process.wait()
        with lotse(api, Path(name), awake=False):
            _until_quiet(api)
        chats = _by_chat(api)
    counted = [_compared(chats.get(chat, []), expected) for chat in _people()]
    return sum(lost for lost, _ in counted), sum(twice for _, twice in counted)


def _people() -> list[int]:
    return [200_000 + user for user in range(USERS)]


def _until_quiet(api: Fake) -> None:
    """All were asked and fetched, and nothing more is said."""
    ends = time.monotonic() + LONGEST
    said, since = -1, time.monotonic()
    while time.monotonic() < ends:
        now: dict[str, Any] = api.ask("state")
        sent = now["calls"].get("sendMessage", 0)
        if sent != said or now["pending"]:
            said, since = sent, time.monotonic()
        elif time.monotonic() - since > QUIET and now["confirmed"] >= USERS * len(WALK):
            return
        time.sleep(0.1)
    raise TimeoutError("never quiet")


def _by_chat(api: Fake) -> dict[int, list[str]]:
    chats: dict[int, list[str]] = {}
    for call in api.ask("calls", method="sendMessage"):
        chats.setdefault(call["params"]["chat_id"], []).append(call["params"]["text"])
    return chats


def _compared(read: Sequence[str], expected: Sequence[str]) -> tuple[int, int]:
    """In order: (missing, more than expected)."""
    place = 0
    for text in read:
        if place < len(expected) and text == expected[place]:
            place += 1
    return len(expected) - place, len(read) - place
