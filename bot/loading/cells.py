"""One row's cells → values; each that does not fit is a finding with a proposed repair."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from itertools import pairwise
from typing import Final

from bot.core.check.findings import Grade, meant
from bot.core.directory import Span
from bot.core.phones import dialable
from bot.core.tree import Audience
from bot.loading.tables import Row, Table

WEEKDAYS: Final = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_HOURS: Final = re.compile(r"(\w\w)(?:\s*[-–]\s*(\w\w))?\s+(\d\d?:\d\d)\s*[-–]\s*(\d\d?:\d\d)")
_GERMAN_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_PART_OF_DAY: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_MAIL: Final = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[a-zA-Z]{2,}")
_ALL_DAY: Final = tuple(Span(weekday, time(0), time.max) for weekday in range(7))


class Cells:
    """Reads one row; ``known`` sets may be ``None`` when the file they come from is broken."""

    def __init__(self, table: Table, row: Row) -> None:
        self._table, self._row = table, row

    def fault(self, slug: str, text: str, proposal: str = "", grade: Grade = Grade.ERROR) -> None:
        self._table.fault(self._row.line, slug, text, proposal, grade)

    def text(self, name: str) -> str:
        return self._row.cells[name]

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            self.fault("csv-empty-cell", f"„{name}“ ist leer.", f"Bitte „{name}“ eintragen.")
        return value

    def one_of(self, name: str, options: Iterable[str]) -> str:
        """A word of a closed set; the empty one when that is in it."""
        value, known = self.text(name), tuple(options)
        if value not in known:
            proposal = meant(value, (option for option in known if option))
            self.fault("csv-unknown-value", f"„{value}“ gibt es bei „{name}“ nicht.", proposal)
        return value

    def yes(self, name: str) -> bool | None:
        """Answer: yes → True, no → False, empty or unknown → None."""
        value = self.one_of(name, ("yes", "no", "unknown", ""))
        return {"yes": True, "no": False}.get(value)

    def known(self, name: str, ids: Collection[str] | None) -> str:
        """An id that another file explains, or nothing."""
        value = self.text(name)
        self._each_known(name, (value,) if value else (), ids)
        return value

    def all_known(self, name: str, ids: Collection[str] | None) -> tuple[str, ...]:
        """Ids separated by spaces."""
        values = tuple(self.text(name).split())
        self._each_known(name, values, ids)
        return values

    def _each_known(self, name: str, values: Iterable[str], ids: Collection[str] | None) -> None:
        for value in values:
            if ids is not None and value not in ids:
                self.fault(
                    "csv-unknown-id", f"„{value}“ in „{name}“ gibt es nicht.", meant(value, ids)
                )

    def audiences(self, name: str) -> frozenset[Audience]:
        values = self.all_known(name, [audience.value for audience in Audience])
        return frozenset(audience for audience in Audience if audience.value in values)

    # ── Days and hours ──────────────────────────────────────────────────────────────────────────

    def day(self, name: str) -> date | None:
        """A full date, or nothing."""
        value = self.text(name)
        if not value:
            return None
        try:
            if _PART_OF_DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self._no_day(name, value, "JJJJ-MM-TT")
        return None

    def part_of_day(self, name: str) -> str:
        """A date as exact as its source: YYYY, YYYY-MM or YYYY-MM-DD; empty is unknown."""
        value = self.text(name)
        if not value:
            return ""
        try:
            if _PART_OF_DAY.fullmatch(value):
                date.fromisoformat(value + "-01" * (2 - value.count("-")))
                return value
        except ValueError:
            pass
        self._no_day(name, value, "JJJJ, JJJJ-MM oder JJJJ-MM-TT")
        return ""

    def _no_day(self, name: str, value: str, form: str) -> None:
        proposal = f"Bitte schreiben: {form}."
        if german := _GERMAN_DAY.fullmatch(value):
            day, month, year = (int(part) for part in german.groups())
            proposal = f"Vorschlag: {year:04}-{month:02}-{day:02}."
        self.fault("csv-date", f"„{value}“ in „{name}“ ist kein Datum.", proposal)

    def hours(self, name: str) -> tuple[Span, ...]:
        """Spans like "Mo-Do 08:00-15:00; Fr 08:00-12:00", "24/7", or nothing; in weekly order."""
        value = self.text(name)
        if value == "24/7":
            return _ALL_DAY
        spans: list[Span] = []
        for part in filter(None, (part.strip() for part in value.split(";"))):
            found = _spans(part)
            if not found:
                self.fault(
                    "csv-hours",
                    f"„{part}“ in „{name}“ sind keine Zeiten, die wir lesen können.",
                    "Bitte schreiben wie: Mo-Do 08:00-15:00; Fr 08:00-12:00, oder 24/7.",
                )
            spans += found
        spans.sort()
        for one, two in pairwise(spans):
            if one.weekday == two.weekday and two.start < one.end:
                self.fault(
                    "csv-hours-overlap",
                    f"Die Zeiten am {WEEKDAYS[one.weekday]} in „{name}“ überschneiden sich.",
                    "Bitte zu einer Zeit zusammenfassen.",
                )
        return tuple(spans)

    # ── How to reach somebody ───────────────────────────────────────────────────────────────────

    def phones(self, name: str, grade: Grade = Grade.ERROR) -> tuple[str, ...]:
        """Numbers separated by "; ", each one that can exist in Germany."""
        numbers = tuple(filter(None, (part.strip() for part in self.text(name).split(";"))))
        for number in numbers:
            if not dialable(number):
                proposal = "Bitte mit Vorwahl schreiben, wie 0345 2215724."
                if number[0] != "0" and len(number) > 8 and dialable(f"0{number}"):
                    proposal = f"Vorschlag: 0{number}; bitte die Spalte als Text formatieren."
                text = f"„{number}“ in „{name}“ ist keine Telefonnummer."
                self.fault("csv-phone", text, proposal, grade)
        return numbers

    def plz(self, name: str, known: Collection[str] | None) -> str:
        """A postcode of the Land, or nothing."""
        value = self.text(name)
        self._postcode(name, (value,) if value else (), known)
        return value

    def postcodes(self, name: str, known: Collection[str] | None) -> tuple[str, ...]:
        values = tuple(self.text(name).split())
        self._postcode(name, values, known)
        return values

    def _postcode(self, name: str, values: Iterable[str], known: Collection[str] | None) -> None:
        for value in values:
            if re.fullmatch(r"\d{5}", value):
                if known is not None and value not in known:
                    text = f"Die Postleitzahl {value} in „{name}“ kennen wir hier nicht."
                    self.fault("csv-foreign-postcode", text, "Bitte prüfen.", Grade.WARNING)
                continue
            proposal = "Eine Postleitzahl hat fünf Ziffern."
            if re.fullmatch(r"\d{4}", value) and (known is None or f"0{value}" in known):
                proposal = f"Vorschlag: 0{value}; bitte die Spalte als Text formatieren."
            self.fault("csv-postcode", f"„{value}“ in „{name}“ ist keine Postleitzahl.", proposal)

    def mail(self, name: str) -> str:
        value = self.text(name)
        if value and not _MAIL.fullmatch(value):
            self.fault(
                "csv-mail", f"„{value}“ in „{name}“ ist keine Mailadresse.",
                "Bitte genau eine Adresse schreiben, wie name@stelle.de.",
            )  # fmt: skip
        return value

    def url(self, name: str) -> str:
        value = self.text(name)
        if value and (not value.startswith(("http://", "https://")) or " " in value):
            self.fault(
                "csv-url", f"„{value}“ in „{name}“ ist keine Adresse einer Seite.",
                f"Vorschlag: https://{value.replace(' ', '')}.",
            )  # fmt: skip
        return value


def _spans(part: str) -> list[Span]:
    """One stretch of days with one stretch of hours; nothing when it cannot be read."""
    found = _HOURS.fullmatch(part)
    if found is None:
        return []
    first, last, opens, closes = found.groups()
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        return []
    days = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
    start, end = _time(opens), _time(closes)
    if start is None or end is None or start >= end:
        return []
    return [Span(weekday, start, end) for weekday in days]


def _time(text: str) -> time | None:
    if text == "24:00":
        return time.max
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  (a time of day only)
    except ValueError:
        return None
