"""A screen as a page shows it. Pure; the templates only lay out what stands here."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.channels.web.prose import prose
from bot.core.calendar import local
from bot.core.messages import Button, Screen, Tone
from bot.ports import Shown

EARLIER = 2  # screens whose choices can still be unfolded below the newest


@dataclass(frozen=True, slots=True)
class Knob:
    """A button; ``number`` may be typed instead, 0 for a way out."""

    label: str
    data: str
    number: int = 0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """One message of the log; ``id`` stays when it is edited, ``row`` does not."""

    id: int
    row: int
    text: Markup
    alert: bool
    choices: tuple[Knob, ...]
    ways: tuple[Knob, ...]
    time: str = ""
    card: bool = False


def article(screen: Screen, place: int = 0, row: int = 0, time: str = "") -> Article:
    return Article(
        place,
        row,
        prose(screen.text),
        screen.tone is Tone.ALERT,
        tuple(_knob(button, number) for number, button in enumerate(screen.choices, 1)),
        tuple(_knob(button, 0) for button in screen.ways),
        time,
        card=(screen.slot or "").startswith("card:"),
    )


def articles(shown: Sequence[Shown]) -> tuple[Article, ...]:
    return tuple(
        article(
            one.screen,
            one.place,
            one.row,
            local(one.at).strftime("%H:%M") if one.at else "",
        )
        for one in shown
    )


def _knob(button: Button, number: int) -> Knob:
    data = button.tap.data
    return Knob(button.label, data, number, urgent=data == "n.help")


def newest(log: Sequence[Article]) -> int:
    """Where reading goes on: at the last message, or at help that was shown right before it."""
    place = len(log) - 1
    while place > 0 and log[place - 1].alert:
        place -= 1
    return place


def earlier(log: Sequence[Article]) -> tuple[Knob, ...]:
    """Choices of the screens before the newest that it does not offer itself."""
    if not log:
        return ()
    known = {knob.data for knob in log[-1].choices + log[-1].ways}
    found: list[Knob] = []
    for one in log[-1 - EARLIER : -1]:
        for knob in one.choices:
            if knob.data not in known:
                known.add(knob.data)
                found.append(Knob(knob.label, knob.data))
    return tuple(found)
