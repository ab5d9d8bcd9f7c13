"""Who helps at once: one page from the directory that is true at any hour and needs no service.

It may be cached, and written to a file for the reverse proxy to show when the service is down.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.channels.web import paper
from bot.channels.web.prose import linked
from bot.channels.web.wording import Wording, wording
from bot.core.directory import Directory, Helpline
from bot.core.facts import EMERGENCY
from bot.core.knowledge import Knowledge
from bot.core.tree import Audience

WEEK = 7 * 24 * 60 - 7  # minutes of a week; a day that ends at 24:00 may lack its last one


@dataclass(frozen=True, slots=True)
class Line:
    """One line of help, ready to be laid out."""

    name: str
    phone: Markup
    chat: str
    page: str
    hours: str
    cost: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def sections(directory: Directory, t: Wording) -> tuple[Section, ...]:
    """Emergency numbers, what answers day and night, then what has its hours, by whom it is for."""
    known = [h for h in directory.helplines.values() if h.confidence != "low"]
    first = [h for h in known if h.id in EMERGENCY]
    rest = [h for h in known if h.id not in EMERGENCY and not h.districts]
    always = [h for h in rest if _always(h)]
    timed = [h for h in rest if not _always(h) and (h.phone or h.instant_chat)]
    young = [h for h in timed if Audience.PUPIL in h.audiences]
    grown = [h for h in timed if Audience.PUPIL not in h.audiences]
    found = (
        ("danger", first),
        ("always", always),
        ("young", young),
        ("grown", grown),
    )
    return tuple(Section(t(f"lines_{key}"), _lines(lines)) for key, lines in found if lines)


def _always(line: Helpline) -> bool:
    minutes = sum(
        (span.end.hour * 60 + span.end.minute) - (span.start.hour * 60 + span.start.minute)
        for span in line.hours
    )
    return minutes >= WEEK and bool(line.phone or line.instant_chat)


def _lines(found: Sequence[Helpline]) -> tuple[Line, ...]:
    return tuple(
        Line(
            line.name,
            linked(line.phone),
            line.chat_url if line.instant_chat else "",
            line.website,
            line.hours_text,
            line.cost,
        )
        for line in found
    )


def emergency_page(knowledge: Knowledge, neutral: str) -> str:
    """The whole page as HTML, the same at any hour; ``neutral``: where "Seite verlassen" ends."""
    t = wording(knowledge)
    values = {"t": t, "sections": sections(knowledge.directory, t), "neutral": neutral}
    return paper.written("emergency.html", values)
