"""One conversation, four channels: the scenarios as they are, through each door's own edge.

``tests/test_scenarios.py`` plays them without an edge; here people type lines in the terminal,
press buttons of the Bot API, and send forms of pages.
"""

from dataclasses import dataclass

import pytest
from doors_played import DOORS, Chat, play
from test_scenarios import LIVE

from bot.ports import Outgoing, Receipt
from bot.scenario import ScenarioFault, read

# What a door honestly lacks: it goes another way there, and why.
OTHERWISE = {
    ("terminal", "ein-alter-knopf-oeffnet-seinen-ort-wieder"): (
        "Lines are typed, not pressed: words mean the buttons that are there now."
    ),
    ("telegram", "von-der-leeren-datenbank-bis-zur-ersten-antwort"): (
        "The carrier's permission begins with „no“: Telegram says only that there is something."
    ),
    ("telegram", "bei-lebensgefahr-sehen-zwei-mit-grund-nach"): (
        "Telegram knows an account, and two with a reason are shown it; elsewhere there is none."
    ),
    ("web", "drei-falsche-ziffern-beenden-die-einladung"): (
        "With the access the log-in ends: there is no page left on which to go on as a visitor."
    ),
    ("web", "falsche-einladungen-werden-langsamer"): (
        "A wrong invitation is refused at the door of the desk, with limits of its own."
    ),
    ("web", "wer-weiter-raet-ist-bis-morgen-gesperrt"): (
        "A wrong invitation is refused at the door of the desk, with limits of its own."
    ),
    ("web", "wer-geht-waehrend-eine-antwort-wartet-die-antwort-kommt-an"): (
        "With the access the log-in ends, and with it the page that would say so."
    ),
    ("web", "wer-geht-verliert-den-zugang-sofort"): (
        "With the access the log-in ends, and with it the page that would say so."
    ),
}
ALL = [(door, path) for door in DOORS for path in LIVE]
FAILING = (ScenarioFault, AssertionError)


def named(case: object) -> str:
    return case if isinstance(case, str) else case.stem


@pytest.mark.parametrize(
    ("door", "path"), [c for c in ALL if (c[0], c[1].stem) not in OTHERWISE], ids=named
)
async def test_a_conversation_goes_the_same_way_through_every_door(door, path, tmp_path):
    assert await play(tmp_path, DOORS[door](), read(path)) == []


@pytest.mark.parametrize(
    ("door", "path"), [c for c in ALL if (c[0], c[1].stem) in OTHERWISE], ids=named
)
async def test_what_a_door_lacks_it_really_lacks(door, path, tmp_path):
    with pytest.raises(FAILING):
        await play(tmp_path, DOORS[door](), read(path))


def test_every_exception_is_of_a_door_and_a_conversation_that_exist():
    assert set(OTHERWISE) <= {(door, path.stem) for door, path in ALL}
    assert all(reason.endswith(".") for reason in OTHERWISE.values())


# ── Planted faults ──────────────────────────────────────────────────────────────────────────────


@dataclass
class Cutting(Chat):
    """An edge that loses the end of every text."""

    def _note(self, chat, params) -> None:
        super()._note(chat, {**params, "text": params["text"][:20]})


@dataclass
class Forgetting(Chat):
    """An edge that loses every third message."""

    sent: int = 0

    async def send(self, outgoing: Outgoing) -> Receipt:
        self.sent += 1
        return Receipt(("1",)) if self.sent % 3 == 0 else await super().send(outgoing)


@pytest.mark.parametrize("broken", [Cutting, Forgetting])
async def test_an_edge_that_loses_something_is_noticed(broken, tmp_path):
    path = next(p for p in LIVE if p.stem == "antwort-mit-vorschau-und-abschluss")
    with pytest.raises(FAILING):
        await play(tmp_path, broken(), read(path))
