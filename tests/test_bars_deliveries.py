"""Bar 3: what arrives three times, in a mess, a day late and edited leaves the state of once.

Two real houses draw the same chance. One hears every update once, the other three times, the
repeats in any order, in any batch, and all of them again a day later.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from soaking import soak
from telegram_house import ANNA, ASKING, BO, House, house, tapped, typed, untraced

from bot.core.taps import Choose
from bot.store import Store

CHUNK = 50  # deliveries that share two databases
WORDS = (
    "Es geht um die Pause.", "Die anderen lachen.", "ich will nicht mehr leben", "1", "😀", "²",
    "mein sohn geht nicht mehr zur schule", "zurück", "a" * 3000,
)  # fmt: skip
Update = dict[str, Any]


class Telling:
    """Draws what one visitor and two members say; numbers go on from delivery to delivery."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.number = 0

    def next(self) -> int:
        self.number += 1
        return self.number

    def asking(self, chat: int) -> list[Update]:
        """From the first word to a sent request, with what people do on the way."""
        dice = self.dice
        said = [typed(self.next(), chat, dice.choice(("/start", "/start p_ST-5", "hallo")))]
        said += [tapped(self.next(), chat, tap) for tap in ASKING]
        if dice.random() < 0.7:
            answer = dice.choice(("ja", "nein"))
            said.append(tapped(self.next(), chat, Choose("kontakt.einwilligung", answer)))
        said += [typed(self.next(), chat, dice.choice(WORDS)) for _ in range(dice.randint(1, 3))]
        if dice.random() < 0.4:
            said.append(typed(self.next(), chat, "Ich meinte etwas anderes.", edited=True))
        said += [typed(self.next(), chat, "Absenden") for _ in range(dice.randint(1, 2))]
        if dice.random() < 0.3:  # what overtook its neighbour
            place = dice.randrange(len(said) - 1)
            said[place], said[place + 1] = said[place + 1], said[place]
        return said

    def claiming(self, once: House) -> list[Update]:
        """Both take the newest card, if there is one, in any order, one of them twice."""
        who = [ANNA, BO, self.dice.choice((ANNA, BO))]
        self.dice.shuffle(who)
        taps = [(chat, once.tap_of(chat, "Übernehmen")) for chat in who]
        return [tapped(self.next(), chat, tap) for chat, tap in taps if tap is not None]

    def answering(self, chat: int) -> list[Update]:
        said = [
            typed(self.next(), member, text)
            for text in ("Antworten", "Kommst du am Mittwoch?", "Senden")
            for member in (ANNA, BO)
        ]
        said.append(typed(self.next(), chat, "Ja, gern."))
        if self.dice.random() < 0.5:
            ending = ("Abschließen", "Beantwortet")
            said += [typed(self.next(), who, text) for text in ending for who in (ANNA, BO)]
        return said

    def messy(self, updates: Sequence[Update]) -> list[list[Update]]:
        """Each three times; the first time in their order, then whenever; cut into batches."""
        dice, size = self.dice, len(updates)
        at = [(float(place), update) for place, update in enumerate(updates)]
        at += [(time + dice.random() * size, update) for time, update in at for _ in range(2)]
        order = [update for _, update in sorted(at, key=lambda each: each[0])]
        batches = []
        while order:
            cut = dice.randint(1, 25)
            batches.append(order[:cut])
            del order[:cut]
        return batches


async def delivered(folder: Path, seed: int, number: int, store_class: type[Store]) -> list[Any]:
    """Both houses after so many deliveries: what is known, what was shown, what went wrong."""
    telling = Telling(seed)
    async with (
        house(folder / f"{seed}-once.db") as once,
        house(folder / f"{seed}-often.db", store_class=store_class) as often,
    ):
        for chat in range(1, number + 1):
            await delivery(telling, once, often, chat)
        for each in (once, often):
            await each.moves(timedelta(hours=24))
        late = [typed(n, 1 + n % number, "zu spät") for n in range(1, telling.number + 1)]
        telling.dice.shuffle(late)
        await often.hears(*(late[n : n + 100] for n in range(0, len(late), 100)))
        return [
            (await each.state(), dict(each.chats.shown), each.faults()) for each in (once, often)
        ]


async def delivery(telling: Telling, once: House, often: House, chat: int) -> None:
    """One matter, some of them as far as the answer, told once here and three times there."""
    parts = (telling.asking, telling.claiming, telling.answering)
    for part in parts[: telling.dice.choice((1, 1, 1, 2, 3))]:
        updates = part(once) if part == telling.claiming else part(chat)  # type: ignore[arg-type]
        await once.hears(updates)
        await often.hears(*telling.messy(updates))
        for each in (once, often):
            each.clock.at += timedelta(seconds=1)


def same(folder: Path, deliveries: int, store_class: type[Store] = Store) -> int:
    """Asserts it for so many deliveries; the number of requests that they became."""
    requests = 0
    for seed in range(deliveries // CHUNK):
        once, often = asyncio.run(delivered(folder, seed, CHUNK, store_class))
        assert once[2] == often[2] == []
        assert often[0] == once[0]
        assert often[1] == once[1]  # every screen, so every card, as often as it was due
        requests += len(once[0]["requests"])
    return requests


def test_a_thousand_deliveries_in_a_mess_leave_the_state_of_one(tmp_path: Path):
    with untraced():
        assert same(tmp_path, 1_000) >= 800


@pytest.mark.soak
def test_ten_thousand_deliveries_in_a_mess_leave_the_state_of_one(tmp_path: Path):
    with untraced():
        assert same(tmp_path, soak(10_000)) >= soak(8_000)


class Forgetful(Store):
    """A planted fault: a store that does not know what was seen."""

    async def run(self, unit: Any) -> Any:
        def blind(work: Any) -> Any:
            work.seen = lambda _ids: frozenset()
            return unit(work)

        return await super().run(blind)


def test_a_house_that_forgets_what_it_heard_is_caught(tmp_path: Path):
    with pytest.raises(AssertionError):
        same(tmp_path, CHUNK, Forgetful)
