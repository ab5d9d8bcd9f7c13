"""Bar 12 through the whole house: whatever arrives, decode → dispatcher → core → store → outbox.

``make test`` sends 10,000 updates, ``make soak`` 1,000,000: no exception anywhere, RSS bounded.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from soaking import soak
from talk import Talk
from telegram_house import ANNA, ASKING, BO, Chats, House, house, tapped, typed, untraced
from test_telegram_decode import SAMPLES, spoiled

from bot.app import CORE

PEOPLE = (*range(300, 400), ANNA, BO)
NASTY = (
    "", " ", "\u202e", "\u202eabc\u202c", "\x00", "a\x00b", "\ud800", "²", "½", "١٢", "😀" * 50,
    "a" * 4096, "ä" * 100_000, "%s {post} {", "<b>&amp;", "/start " + "x" * 70, "/", "/löschen x",
    "\n" * 200, "\u200b", "ﷺ" * 500, "1", "99999999999999999999", "-1", "ich will nicht mehr leben",
    "Absenden", "zurück", "Übernehmen", "Antworten", "Senden", "Abschließen", "Beantwortet", "ja",
    "mein sohn geht nicht mehr zur schule", "39104", "Magdeburg", "'; DROP TABLE requests; --",
)  # fmt: skip
FORGED = (
    "", "x", "t.", "t.eingang", "t.eingang.wer.schueler", "t.a.b.c", "t.kontakt.wer_liest.ja",
    "n.back", "n.x", "l.uk", "l.xx", "a." + "f" * 32, "a.", "a" * 64, "t." + "ä" * 20, "\ud800",
)  # fmt: skip
BATCH = 100
BOUND = 20 * 2**20  # bytes that the process may grow by


class Fuzz:
    """Draws updates of people who try everything; numbers go on."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.number = 0

    def update(self, home: House) -> object:  # noqa: PLR0911  (one line for each kind)
        dice, number = self.dice, self.number = self.dice, self.number + 1
        chat = dice.choice(PEOPLE)
        match dice.randrange(10):
            case 0 | 1:
                return self._numbered(spoiled(dice, dice.choice(SAMPLES), 0.06))
            case 2 | 3:
                return typed(number, chat, dice.choice(NASTY), edited=dice.random() < 0.05)
            case 4:
                text = "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(60)))
                return typed(number, chat, text)
            case 5:
                return tapped(number, chat, dice.choice(FORGED))
            case 6:
                return tapped(number, chat, dice.choice(ASKING))
            case 7:
                return self._numbered(spoiled(dice, typed(number, chat, dice.choice(NASTY)), 0.05))
            case _:
                return self._shown(home, number, chat)

    def _numbered(self, update: Any) -> object:
        """Spoiled as it is, but seldom a repeat: a repeat goes no further than the dispatcher."""
        if isinstance(update, dict) and "update_id" in update and self.dice.random() < 0.9:
            return update | {"update_id": self.number}
        return update

    def _shown(self, home: House, number: int, chat: int) -> object:
        """A button that somebody was shown, mostly the one who taps it."""
        from_chat = chat if self.dice.random() < 0.9 else self.dice.choice(PEOPLE)
        screens = home.chats.shown.get(str(from_chat), [])
        buttons = [b for screen in screens for b in screen.choices + screen.ways]
        if not buttons:
            return typed(number, chat, "/start")
        return tapped(number, chat, self.dice.choice(buttons).tap.data)


def resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


async def survived(
    path: Path, number: int, plant: Callable[[House], None] = lambda _: None
) -> tuple[list[Any], int, dict[str, Any]]:
    """The faults of the log, the growth of the process after a warm-up, and what is known."""
    fuzz = Fuzz(number)
    async with house(path, chats=Chats(kept=3)) as home:
        plant(home)
        warm = 0
        for batch in range(number // BATCH):
            if batch == number // BATCH // 3:
                warm = resident()
            await home.hears([fuzz.update(home) for _ in range(BATCH)])
            home.clock.at += timedelta(seconds=30)
            if batch % 100 == 99:
                await home.moves(timedelta(hours=1))
        growth = resident() - warm
        return home.faults(), growth, await home.state()


def survive(path: Path, number: int) -> None:
    faults, growth, state = asyncio.run(survived(path, number))
    assert faults == []
    assert growth < BOUND
    counters = {what for _, _, what, _ in state["counters"]}
    assert {"sent", "undecodable"} <= counters  # it came far, and it was fuzz


def test_ten_thousand_fuzzed_updates_go_through_the_whole_house(tmp_path: Path):
    with untraced():
        survive(tmp_path / "l.db", 10_000)


@pytest.mark.soak
def test_a_million_fuzzed_updates_go_through_the_whole_house(tmp_path: Path):
    with untraced():
        survive(tmp_path / "l.db", soak(1_000_000))


def brittle(home: House) -> None:
    """A planted fault: a turn that cannot bear a mark of direction."""

    def turn(knowledge: Any, known: Any, event: Any) -> Any:
        if "\u202e" in getattr(event.body, "text", ""):
            raise ValueError
        return CORE.turn(knowledge, known, event)

    home.app.dispatcher.core = replace(CORE, turn=turn)


def hoarding(home: House) -> None:
    """A planted fault: a turn that keeps what it was told."""
    hoard: list[bytes] = []

    def turn(knowledge: Any, known: Any, event: Any) -> Any:
        hoard.append(os.urandom(60_000))
        return CORE.turn(knowledge, known, event)

    home.app.dispatcher.core = replace(CORE, turn=turn)


def test_a_turn_that_crashes_on_one_text_is_caught(tmp_path: Path):
    with untraced():
        faults, _, _ = asyncio.run(survived(tmp_path / "l.db", 600, brittle))
    assert {what for what, _ in faults} == {"crashed"}


def test_a_turn_that_never_forgets_is_caught(tmp_path: Path):
    with untraced():
        _, growth, _ = asyncio.run(survived(tmp_path / "l.db", 1_000, hoarding))
    assert growth > BOUND


WORDS_WITHOUT_END = [letter * 100_000 for letter in ("ä", "a", "1", "\u0301", "😀")]


@pytest.mark.parametrize("word", [*WORDS_WITHOUT_END, "ﷺ" * 4096])
def test_a_word_without_end_holds_nobody_up(word):
    talk = Talk()
    kim = talk.visitor().starts()
    begun = time.process_time()
    kim.says(word)
    assert time.process_time() - begun < 0.5
    assert kim.news
