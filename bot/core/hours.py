"""Hours as people write them → spans of the week."""

import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.directory import Span

ZONE: Final = ZoneInfo("Europe/Berlin")  # local time, wherever this runs
DAYS = {"mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6}
_NAMES = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_DAY = r"(?:mo|di|mi|do|fr|sa|so)[a-z]*\.?"
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?"
_DASH = r"\s*(?:-|–|—|bis)\s*"
_DAYS = re.compile(rf"({_DAY})(?:{_DASH}({_DAY}))?", re.IGNORECASE)
_TIMES = re.compile(rf"({_CLOCK})\s*(?:uhr)?{_DASH}({_CLOCK})\s*(?:uhr)?", re.IGNORECASE)
_PART = re.compile(
    rf"\s*(?:von\s+)?((?:{_DAY}(?:{_DASH}{_DAY})?[\s,+/&]*(?:und\s+)?)+):?\s*"
    rf"((?:(?:von\s+)?{_CLOCK}\s*(?:uhr)?{_DASH}{_CLOCK}\s*(?:uhr)?[\s,;]*(?:und\s+)?)+)",
    re.IGNORECASE,
)
LONGEST = 400  # characters; a week is never longer


def spans_of(text: str) -> tuple[Span, ...] | None:
    """The spans in "Mo-Do 8-15, Fr 08:00–12:00" or "24/7"; ``None`` when any part is not clear."""
    text = text.strip()
    if not text:
        return ()
    if text == "24/7":
        return tuple(Span(day, time(0), time.max) for day in range(7))
    if len(text) > LONGEST:
        return None
    found: list[Span] = []
    end = 0
    for part in _PART.finditer(text):
        if text[end : part.start()].strip(" ,;"):
            return None
        spans = _part(part[1], part[2])
        if spans is None:
            return None
        found += spans
        end = part.end()
    return tuple(sorted(set(found))) if end and not text[end:].strip(" ,;.") else None


def cell_of(spans: Iterable[Span]) -> str:
    """The spans as the directory writes them: "Mo-Do 08:00-15:00; Fr 08:00-12:00"."""
    days: dict[tuple[time, time], list[int]] = {}
    for span in sorted(spans):
        days.setdefault((span.start, span.end), []).append(span.weekday)
    parts = [(run, *hours) for hours, weekdays in days.items() for run in _runs(weekdays)]
    return "; ".join(
        f"{'-'.join(_NAMES[day] for day in dict.fromkeys((run[0], run[-1])))}"
        f" {_written(start)}-{_written(end)}"
        for run, start, end in sorted(parts, key=lambda part: (part[0][0], part[1]))
    )


def _runs(weekdays: list[int]) -> list[list[int]]:
    """Days that follow each other, together."""
    runs: list[list[int]] = []
    for day in weekdays:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _written(clock: time) -> str:
    return "24:00" if clock == time.max else f"{clock:%H:%M}"


_AT = re.compile(
    r",?\s*(?:überblick|um|dann)\s*(?:um)?\s*(\d{1,2}(?:[:.]\d{2})?)\s*(?:uhr)?\s*$", re.IGNORECASE
)


def clock_in(text: str) -> tuple[str, time | None]:
    """The hours before, and the time behind, „Überblick“: "Mo-Fr 8-16, Überblick 7:30"."""
    found = _AT.search(text)
    return (text, None) if found is None else (text[: found.start()].strip(), _clock(found[1]))


def days_in(text: str) -> frozenset[int]:
    """The weekdays of "Mo, Mi" or "Di-Do" without times; none when anything else stands there."""
    parts = _DAYS.findall(text)
    if _DAYS.sub("", text).strip(" ,;+/&und."):
        return frozenset()
    found = ((DAYS[a[:2].lower()], DAYS[(b or a)[:2].lower()]) for a, b in parts)
    return frozenset(day for first, last in found for day in range(first, last + 1))


def day_of(text: str, today: date) -> date | None:
    """A day as people write it: 4.12.2026, 4.12. (the next one), Freitag, morgen, heute."""
    said = text.strip().lower().removeprefix("bis ").strip()
    if said in {"heute", "morgen", "übermorgen"}:
        return today + timedelta(days=("heute", "morgen", "übermorgen").index(said))
    if said[:2] in DAYS and _DAYS.fullmatch(said):
        return today + timedelta(days=(DAYS[said[:2]] - today.weekday()) % 7)
    try:
        if "-" in said:
            return date.fromisoformat(said)
        parts = [int(part) for part in said.strip(".").split(".")]
        if len(parts) == 2:
            this = date(today.year, parts[1], parts[0])
            return this if this >= today else date(today.year + 1, parts[1], parts[0])
        day, month, year = parts
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _part(days: str, times: str) -> list[Span] | None:
    spans = []
    for first, last in _DAYS.findall(days):
        start = DAYS[first[:2].lower()]
        stop = DAYS[last[:2].lower()] if last else start
        for opens, closes in _TIMES.findall(times):
            span = _span(opens, closes)
            if span is None or stop < start:
                return None
            spans += [Span(day, *span) for day in range(start, stop + 1)]
    return spans


def _span(opens: str, closes: str) -> tuple[time, time] | None:
    start, end = _clock(opens), _clock(closes)
    return (start, end) if start is not None and end is not None and start < end else None


def _clock(text: str) -> time | None:
    hour, _, minute = text.replace(".", ":").partition(":")
    if (int(hour), int(minute or 0)) == (24, 0):
        return time.max
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        return None
