"""The other side of the kills of the real core: visitors who walk, who ask, and the desk.

Everybody says the next thing only after they were answered, and chooses by what they were shown;
so what a chat must read is what it reads in a world in which nobody kills.
"""

import asyncio
import os
import random
import re
import signal
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kills.world import ANSWERED_WITHIN, Life, Nursery, Outside, _answer
from telegram_house import ANNA, ASKING, tapped, typed

WALKERS, ASKERS = range(100, 118), range(200, 206)
STEPS = 40  # of each walker
ANSWER = "Kommst du am Mittwoch um zehn?"
_NAME = re.compile("„[^“]*“")  # spoken names of requests are drawn by chance


class WholeNursery(Nursery):
    program = "whole_life.py"


@dataclass
class Shown:
    row: int
    text: str
    buttons: list[tuple[str, str]]


@dataclass
class Chat:
    """One person: what they were shown, how often they spoke and what they wait for."""

    id: int
    shown: list[Shown] = field(default_factory=list)
    steps: int = 0
    heard: int = 0  # distinct rows that were there when they spoke last
    waiting: bool = False
    over: bool = False

    def button(self, label: str) -> str | None:
        for shown in reversed(self.shown):
            for text, data in shown.buttons:
                if text == label:
                    return data
        return None


def walker(chat: Chat) -> str | None:
    """The next tap of a walk; None at its end. Never one that acts: those belong to the askers."""
    if chat.steps >= STEPS:
        return None
    buttons = chat.shown[-1].buttons if chat.shown else []
    known = [data for _, data in buttons if not data.startswith("a.")]
    if not known:
        return "/start"
    return random.Random(chat.id * 1000 + chat.steps).choice(known)


def asker(chat: Chat, *, all_answered: bool) -> str | None:
    """From the first word to a sent request; then they wait for the desk and thank it.

    Not before the desk is done: words that come in between would take its buttons away.
    """
    way = ["/start", *ASKING, f"Es geht um {chat.id}.", "Absenden"]
    if chat.steps < len(way):
        step = way[chat.steps]
        return step if step in {way[0], *way[-2:]} else _data(step)
    if chat.steps == len(way):
        return chat.button("Neues ansehen") if all_answered else ""
    if chat.steps == len(way) + 1:
        return "Danke."
    return None


def _data(step: Any) -> str:
    return str(tapped(0, 0, step)["callback_query"]["data"])


def desk(chat: Chat, requests: int) -> str | None:
    """When all cards are there: claims one after the other and answers it."""
    phase, done = chat.steps % 5, chat.steps // 5
    if done >= requests:
        return None
    if phase == 0:
        taps = dict.fromkeys(
            data for s in chat.shown for label, data in s.buttons if label == "Übernehmen"
        )
        return list(taps)[done] if len(taps) == requests else ""
    if phase == 4:  # the next thing done lets the answer go: no clock runs here
        held = [s for s in chat.shown if "zehn Sekunden hinaus" in s.text]
        return chat.button("Abschließen") if len(held) > done else ""
    return ("Antworten", ANSWER, "Senden")[phase - 1]


class WholeWorld(Outside):
    """People who walk, people who ask, and the desk that answers them."""

    within = 3 * ANSWERED_WITHIN

    def __init__(self, nursery: Nursery, folder: Path, fault: str = "") -> None:
        super().__init__(nursery, folder, fault)
        self.chats = {chat: Chat(chat) for chat in (*WALKERS, *ASKERS, ANNA)}
        self.pending: list[tuple[int, int, Any]] = []
        self.sends: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)  # with repeats
        self.known: dict[int, Life] = {}  # row → the life that sent it last

    async def _polled(self, life: Life, asked: dict[str, Any], writer: Any) -> None:
        self.pending = [one for one in self.pending if one[0] >= asked["offset"]]
        while not self.pending and not self._at_rest(life):
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), SILENCE)
        _answer(writer, asked, self.pending[:100] or None)

    def _at_rest(self, life: Life) -> bool:
        """Everybody has said all they had to say; or nobody can go on: something was lost."""
        return all(chat.over for chat in self.chats.values()) or (life.last and self._stuck())

    def _stuck(self) -> bool:
        loop = asyncio.get_running_loop()
        return loop.time() - self._last_news > 2 * SILENCE

    _last_news = 0.0

    def _sent(self, life: Life, asked: dict[str, Any], writer: Any) -> None:
        chat, row = self.chats.get(int(asked["chat"])), asked["row"]
        life.sent += 1
        if row in self.known:
            self.known[row].repeats += 1
        elif chat is not None:
            chat.shown.append(Shown(row, asked["text"], asked["buttons"]))
            chat.waiting = False
        self.known[row] = life
        self.sends[int(asked["chat"])].append((row, asked["text"]))
        if life.sends is not None and life.sent == life.sends:
            os.kill(self._pid, signal.SIGKILL)
            return
        _answer(writer, asked, len(self.known))
        self._go_on(life)

    def _go_on(self, life: Life) -> None:
        """Whoever was answered says the next thing."""
        self._last_news = asyncio.get_running_loop().time()
        for chat in sorted(self.chats.values(), key=lambda each: each.id in ASKERS):
            if chat.waiting or chat.over:
                continue
            step = self._step(chat)
            if step is None:
                chat.over = True
            elif step:
                chat.steps += 1
                chat.waiting = True
                self._number += 1
                is_tap = step[:2] in {"t.", "n.", "l.", "a."}
                say = tapped if is_tap else typed
                self.pending.append((self._number, chat.id, say(self._number, chat.id, step)))
        self._news.set()

    def _step(self, chat: Chat) -> str | None:
        if chat.id in WALKERS:
            return walker(chat)
        if chat.id in ASKERS:
            return asker(chat, all_answered=self.chats[ANNA].over)
        return desk(chat, len(ASKERS))

    # ── The verdict ─────────────────────────────────────────────────────────────────────────────

    def read(self) -> dict[int, list[str]]:
        """What each chat was shown, repeats aside; at the desk, where matters mix, sorted."""
        told = {
            chat: [_NAME.sub("„…“", shown.text) for shown in found.shown]
            for chat, found in self.chats.items()
        }
        return told | {ANNA: sorted(told[ANNA])}

    def unfinished(self) -> list[int]:
        return [chat.id for chat in self.chats.values() if not chat.over or chat.waiting]

    def disordered(self) -> list[int]:
        """The chats in which a row came after a later one."""
        rows = {chat: [row for row, _ in sent] for chat, sent in self.sends.items()}
        return [chat for chat, sent in rows.items() if sent != sorted(sent)]

    def most_repeats(self) -> int:
        return max(life.repeats for life in self.lives)


SILENCE = 1.0  # seconds; in the last life, twice so long without a send means: something is lost


async def lived(
    nursery: Nursery, folder: Path, lives: Sequence[Life], fault: str = ""
) -> WholeWorld:
    await asyncio.to_thread(folder.mkdir)
    world = WholeWorld(nursery, folder, fault)
    for life in lives:
        await world.live(life)
    await world.live(Life(last=True))
    return world
