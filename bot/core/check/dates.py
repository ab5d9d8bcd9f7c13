"""What has run out, or will soon: check dates, validity, school holidays."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material
from bot.core.directory import Holiday
from bot.core.tree import Node, Topic

HOLIDAYS_AHEAD: Final = timedelta(days=183)  # half a year: time to ask the ministry


def dates(material: Material, today: date) -> Iterator[Finding]:
    """All findings of this kind."""
    for topic in material.tree.topics.values():
        yield from _check_by(material, topic, today)
    for _, node in material.screens():
        yield from _validity(material, node, today)
    if "school_holidays" not in material.unread:
        yield from _holidays(material, today)


def _check_by(material: Material, topic: Topic, today: date) -> Iterator[Finding]:
    due = [(f"{topic.id}.check_by.", topic.check_by, f"Das Thema „{topic.title}“")]
    for ref, node in topic.nodes.items():
        if isinstance(node, Node):
            due.append((ref, node.check_by, f"Der Bildschirm „{ref.partition('.')[2]}“"))
    for key, day, what in due:
        if day is not None and day < today:
            yield material.finding(
                Grade.WARNING,
                key,
                "dates-check-by",
                f"{what} sollte bis {day:%d.%m.%Y} geprüft werden.",
                "Bitte die Quellen ansehen und „check_by“ weiterstellen.",
            )


def _validity(material: Material, node: Node, today: date) -> Iterator[Finding]:
    if node.valid_to is None:
        return
    if node.valid_from is not None and node.valid_to < node.valid_from:
        yield material.finding(
            Grade.ERROR,
            node.ref,
            "dates-backwards",
            f"Der Bildschirm gilt bis {node.valid_to:%d.%m.%Y}, aber erst ab "
            f"{node.valid_from:%d.%m.%Y}.",
            "Bitte „valid_from“ und „valid_to“ prüfen.",
        )
    elif node.valid_to < today:
        yield material.finding(
            Grade.WARNING,
            node.ref,
            "dates-over",
            f"Der Bildschirm galt bis {node.valid_to:%d.%m.%Y} und wird nicht mehr gezeigt.",
            "Bitte erneuern oder löschen.",
        )


def _holidays(material: Material, today: date) -> Iterator[Finding]:
    holidays = sorted(material.directory.holidays, key=lambda h: h.first)
    known = max((h.last for h in holidays), default=today)
    if known < today + HOLIDAYS_AHEAD:
        yield material.finding(
            Grade.WARNING,
            "school_holidays",
            "dates-holidays-end",
            f"Schulferien sind nur bis {known:%d.%m.%Y} bekannt.",
            "Bitte die nächsten Ferien in school_holidays.csv eintragen.",
        )
    for one, two in pairwise(holidays):
        if two.first <= one.last:
            yield _overlap(material, one, two)
    for holiday in holidays:
        if not holiday.agreed and today <= holiday.first <= today + HOLIDAYS_AHEAD:
            yield material.finding(
                Grade.WARNING,
                f"school_holidays.{holiday.first}",
                "dates-holidays-differ",
                f"Zu den {holiday.name} ab {holiday.first:%d.%m.%Y} sagen zwei Quellen "
                "Verschiedenes.",
                "Bitte beim Ministerium nachsehen und „agreement: same“ eintragen.",
            )


def _overlap(material: Material, one: Holiday, two: Holiday) -> Finding:
    return material.finding(
        Grade.ERROR,
        f"school_holidays.{two.first}",
        "dates-holidays-overlap",
        f"{one.name} bis {one.last:%d.%m.%Y} und {two.name} ab {two.first:%d.%m.%Y} "
        "überschneiden sich.",
        "Bitte einen der Zeiträume berichtigen.",
    )
