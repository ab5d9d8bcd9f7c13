"""The deadline walk: what comes after a first unexcused day, dated only where a source says so.

A deadline is a row of ``directory/deadlines.csv``; nothing here knows one. Nothing is stored: the
day comes with a tap or a typed word and goes with the screen.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from babel.dates import format_skeleton

from bot.core.calendar import Calendar
from bot.core.directory import Deadline
from bot.core.tree import Audience

DAYS: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
OFFERED: Final = 5  # last school days that are offered as buttons
FURTHEST: Final = 366  # days back; what lies longer ago is another school year's matter
_GERMAN: Final = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4}|\d{2})?\.?")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_AGO: Final = {"heute": 0, "gestern": 1, "vorgestern": 2}


@dataclass(frozen=True, slots=True)
class Step:
    """One step in its order; ``due`` only where a source names a number of days.

    ``safe``: the last school day up to ``due``, when ``due`` itself is none.
    """

    deadline: Deadline
    due: date | None = None
    safe: date | None = None


def deadline_walk(
    rows: Iterable[Deadline], first: date, audience: Audience, calendar: Calendar
) -> tuple[Step, ...]:
    """The steps for this audience from the first unexcused day on, in the order of the rows.

    The strictest way of counting: the first day is the first of the days, weekends and holidays
    count (``calendar``), or school days alone where the source says so (``school``).
    """
    return tuple(
        _step(row, first, calendar)
        for row in sorted(rows, key=lambda row: row.order)
        if audience in row.audiences
    )


def _step(row: Deadline, first: date, calendar: Calendar) -> Step:
    if row.days is None:
        return Step(row)
    due = first + timedelta(days=row.days - 1)
    if row.count == "school":
        due = _school_day(first, row.days, calendar)
    if calendar.school_day(due):
        return Step(row, due)
    before = (due - timedelta(days=back) for back in range(1, (due - first).days + 1))
    return Step(row, due, next(filter(calendar.school_day, before), None))


def _school_day(first: date, number: int, calendar: Calendar) -> date:
    """The so-many-th school day, the first day counted if it is one; a year is looked ahead."""
    coming = (first + timedelta(days=ahead) for ahead in range(FURTHEST))
    days = [day for day in coming if calendar.school_day(day)]
    return days[number - 1]


def last_school_days(today: date, calendar: Calendar) -> tuple[date, ...]:
    """The newest school days up to today, to be offered as the first day."""
    back = (today - timedelta(days=ago) for ago in range(FURTHEST))
    return tuple(islice(filter(calendar.school_day, back), OFFERED))


def called(day: date, today: date, locale: str = "de") -> str:
    """A day on a button: „Heute, 27.11.“ or „Donnerstag, 26.11.“, so that it can be read out."""
    if day == today and locale == "de":
        return f"Heute, {day.day}.{day.month}."
    return spoken(day, locale)


def day_said(text: str, today: date) -> date | None:
    """The day that was typed: heute, Montag, 23.11., 23.11.2026, 2026-11-23; never one to come.

    A weekday is the last one, a date without its year too.
    """
    said = text.strip().lower()
    for word, ago in _AGO.items():
        if re.search(rf"\b{word}\b", said):
            return today - timedelta(days=ago)
    for weekday, name in enumerate(DAYS):
        if name.lower() in said:
            return today - timedelta(days=(today.weekday() - weekday) % 7)
    return _date_in(said, today)


def _date_in(said: str, today: date) -> date | None:
    try:
        if found := _ISO.search(said):
            day = date.fromisoformat(found[0])
        elif found := _GERMAN.search(said):
            day = _german(found[1], found[2], found[3] or "", today)
        else:
            return None
    except ValueError:
        return None
    return day if timedelta() <= today - day <= timedelta(days=FURTHEST) else None


def _german(day: str, month: str, year: str, today: date) -> date:
    if year:
        return date(int(year) % 100 + 2000, int(month), int(day))
    this_year = date(today.year, int(month), int(day))
    return this_year if this_year <= today else date(today.year - 1, int(month), int(day))


def spoken(day: date, locale: str = "de") -> str:
    """A day as it is said, for example „Freitag, 27.11.“; elsewhere as Babel says it there."""
    if locale != "de":
        return format_skeleton("MMMEd", day, locale=locale)
    return f"{DAYS[day.weekday()]}, {day.day}.{day.month}."
