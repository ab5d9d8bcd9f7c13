"""Days and hours: what is open now, and by when somebody will answer.

Local time is Europe/Berlin; every instant that comes in is aware, every instant that goes out is
aware and local. Differences are taken in UTC, so that a span on a day on which the clocks change
is as long as it really is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby, takewhile
from operator import attrgetter
from typing import Final, Self

from babel.dates import format_date, format_time, format_timedelta
from holidays.countries.germany import Germany

from bot.core.directory import Directory, Holiday, PostKind, Span
from bot.core.hours import ZONE as OUR_ZONE

ZONE: Final = OUR_ZONE
EVER: Final = 10**6  # of each unit: nothing becomes the next larger one
HORIZON: Final = 120  # days: longer than the summer holidays, shorter than a promise worth making
ENOUGH: Final = timedelta(hours=1)  # of a running span, or the next one is promised

Absent = datetime | None  # until when; None: not absent
Closed = Sequence[tuple[date, date]]  # first and last days on which a post is closed
Person = tuple[Sequence[Span], Absent]  # a member's plan and absence, all that a promise needs

_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_SHORT = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
MONTHS: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip

# Public and school holidays of Sachsen-Anhalt; a year is computed in memory when first asked for.
_PUBLIC = Germany(subdiv="ST")
_SCHOOL = Germany(subdiv="ST", categories=("school",))


@dataclass(frozen=True)
class Calendar:
    """Which days are working days: set by hand > the directory's school holidays > ``holidays``.

    The directory is the truth from its first to its last holiday; the package fills in before
    and after. A day set by hand as ``workday`` is one, weekend or not; ``school`` is a day without
    school on which offices work; of two rows for one day the later counts.
    """

    by_hand: Mapping[date, str]  # public | school | workday
    breaks: frozenset[date]  # every day of the directory's school holidays
    listed: tuple[date, date] | None  # first and last day that the directory answers for

    @classmethod
    def of(cls, directory: Directory) -> Self:
        breaks = frozenset(day for each in directory.holidays for day in _days(each))
        return cls(
            by_hand={each.day: each.kind for each in directory.overrides},
            breaks=breaks,
            listed=(min(breaks), max(breaks)) if breaks else None,
        )

    def public_holiday(self, day: date) -> bool:
        match self.by_hand.get(day):
            case "public":
                return True
            case "workday":
                return False
            case _:
                return day in _public(day.year)

    def school_holiday(self, day: date) -> bool:
        """Whether the school holidays cover this day; false after ``known_until``."""
        match self.by_hand.get(day):
            case "school":
                return True
            case "workday":
                return False
        if self.listed and self.listed[0] <= day <= self.listed[1]:
            return day in self.breaks
        return day in _school(day.year)

    def school_day(self, day: date) -> bool:
        """Monday to Friday, no public holiday, no school holidays, or set by hand."""
        return self._office_day(day) and not self.school_holiday(day)

    def working_day(self, day: date, kind: PostKind) -> bool:
        """School social work is there on school days, an office Monday to Friday."""
        if kind is PostKind.SCHOOL_SOCIAL_WORK:
            return self.school_day(day)
        return self._office_day(day)

    def known_until(self) -> date:
        """The last day for which school holidays are known; after it every weekday is school."""
        return max(self.listed[1], _package_until()) if self.listed else _package_until()

    def _office_day(self, day: date) -> bool:
        if self.by_hand.get(day) == "workday":
            return True
        return day.weekday() < 5 and not self.public_holiday(day)


# ── Spans ───────────────────────────────────────────────────────────────────────────────────────


def local(at: datetime) -> datetime:
    """The same instant on a clock in Sachsen-Anhalt."""
    return at.astimezone(ZONE)


def open_at(spans: Iterable[Span], at: datetime) -> bool:
    """Whether a span runs at this aware instant; its end does not belong to it, 24:00 does."""
    here = local(at)
    clock = here.time()
    return any(
        span.weekday == here.weekday()
        and span.start <= clock
        and (clock < span.end or span.end == time.max)
        for span in spans
    )


def next_opening(
    spans: Sequence[Span],
    at: datetime,
    days: Callable[[date], bool] = lambda _day: True,
    horizon: int = HORIZON,
) -> datetime | None:
    """When the first span begins after ``at`` on one of these days; None within the horizon."""
    for day in _coming(at, horizon):
        if not days(day):
            continue
        starts = (instant(day, span.start) for span in _on(spans, day))
        later = [start for start in starts if start.astimezone(UTC) > at]
        if later:
            return min(later)
    return None


def promise(
    calendar: Calendar,
    kind: PostKind,
    people: Sequence[Person],
    at: datetime,
    closed: Closed = (),
) -> datetime | None:
    """By when somebody answers: the earliest of what the members' plans allow, or None.

    For each member the end of the running span if an hour of it is left, else of the next one,
    on working days of the post, within ``HORIZON`` days. A member who is absent is reckoned from
    the moment of the return: nobody is promised for a time of absence, and a span that runs
    at the return counts only if an hour of it is left then. On ``closed`` days nobody is there.
    """
    ends = (_end_of_presence(calendar, kind, each, at, closed) for each in people)
    return min((end for end in ends if end), key=_utc, default=None)


def _end_of_presence(
    calendar: Calendar, kind: PostKind, person: Person, at: datetime, closed: Closed
) -> datetime | None:
    since = _utc(max(at, person[1]) if person[1] else at)
    for start, end in presence(calendar, kind, person[0], at, closed):
        if _utc(start) > since or _utc(end) - since >= ENOUGH:
            return end
    return None


def presence(
    calendar: Calendar, kind: PostKind, plan: Sequence[Span], at: datetime, closed: Closed = ()
) -> Iterator[tuple[datetime, datetime]]:
    """When the plan's spans begin and end, from that day on, within ``HORIZON`` days."""
    for day in _coming(at, HORIZON):
        spans = _on(plan, day)
        if not spans or not calendar.working_day(day, kind):
            continue
        if not any(first <= day <= last for first, last in closed):
            yield from ((instant(day, span.start), _end(day, span)) for span in spans)


def attended(  # noqa: PLR0913, PLR0917  (a post's people and days, and a stretch of time)
    calendar: Calendar,
    kind: PostKind,
    people: Sequence[Person],
    at: datetime,
    due: datetime,
    closed: Closed = (),
) -> bool:
    """Whether somebody is there for a moment between now and ``due``."""
    return any(
        _utc(max(start, at, absent or at, key=_utc)) < _utc(min(end, due, key=_utc))
        for plan, absent in people
        for start, end in takewhile(
            lambda span: _utc(span[0]) < _utc(due), presence(calendar, kind, plan, at, closed)
        )
    )


def _coming(at: datetime, horizon: int) -> Iterator[date]:
    today = local(at).date()
    return (today + timedelta(days=ahead) for ahead in range(horizon))


def _on(spans: Iterable[Span], day: date) -> list[Span]:
    weekday = day.weekday()
    return sorted(span for span in spans if span.weekday == weekday)


def _end(day: date, span: Span) -> datetime:
    if span.end == time.max:
        return instant(day + timedelta(days=1), time())
    return instant(day, span.end)


def instant(day: date, clock: time) -> datetime:
    """That time on that day; a time the clocks skip in March becomes the one they jump to."""
    return _utc(datetime.combine(day, clock, tzinfo=ZONE)).astimezone(ZONE)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


# ── Holidays ────────────────────────────────────────────────────────────────────────────────────


def _days(holiday: Holiday) -> Iterator[date]:
    length = (holiday.last - holiday.first).days + 1
    return (holiday.first + timedelta(days=each) for each in range(length))


def _year(year: int) -> Iterator[date]:
    return _days(Holiday("", date(year, 1, 1), date(year, 12, 31)))


@cache
def _public(year: int) -> frozenset[date]:
    return frozenset(day for day in _year(year) if day in _PUBLIC)


@cache
def _school(year: int) -> frozenset[date]:
    return frozenset(day for day in _year(year) if day in _SCHOOL)


@cache
def _package_until() -> date:
    return max(max(_school(year), default=date.min) for year in range(2024, 2050))


# ── Words ───────────────────────────────────────────────────────────────────────────────────────


@cache
def days(span: timedelta, locale: str = "de") -> str:
    """A number of whole days as it is said, never as weeks or months: „30 Tage“, „1 Tag“."""
    return format_timedelta(span, "day", threshold=EVER, locale=locale)


def when(at: datetime, now: datetime, locale: str = "de") -> str:
    """An instant as people say it: „heute um 15 Uhr“, „Donnerstag, 26. November, um 14:30 Uhr“.

    In another locale the long date and the time, as Babel writes them there.
    """
    then, today = local(at), local(now).date()
    if locale != "de":
        return f"{format_date(then, 'full', locale)}, {format_time(then, 'short', locale=locale)}"
    weekday = _WEEKDAYS[then.weekday()]
    match (then.date() - today).days:
        case 0:
            day = "heute"
        case 1:
            day = f"morgen, {weekday},"
        case _:
            year = "" if then.year == today.year else f" {then.year}"
            day = f"{weekday}, {then.day}. {MONTHS[then.month - 1]}{year},"
    return f"{day} um {clock(then.time())} Uhr"


def dated(day: date, locale: str = "de") -> str:
    """A day with its year, as it is written in this locale."""
    return format_date(day, "d.M.y" if locale == "de" else "long", locale)


def clock(at: time) -> str:
    """A time without its „Uhr“: „15“, „14:30“, and „24“ for the end of the day."""
    if at == time.max:
        return "24"
    return f"{at.hour}:{at.minute:02}" if at.minute else f"{at.hour}"


def spoken_hours(spans: Iterable[Span]) -> str:
    """Weekly hours, equal neighbouring days together: „Mo–Do 8–15 Uhr, Fr 8–12 Uhr“."""
    by_day = {
        weekday: " und ".join(f"{clock(each.start)}–{clock(each.end)} Uhr" for each in day)
        for weekday, day in groupby(sorted(spans), key=attrgetter("weekday"))
    }
    # Neighbouring days keep the same distance to their place in the list of days.
    runs = groupby(
        enumerate(by_day.items()), key=lambda place: (place[1][0] - place[0], place[1][1])
    )
    said = []
    for (_, hours), run in runs:
        days = [_SHORT[weekday] for _, (weekday, _) in run]
        name = days[0] if len(days) == 1 else f"{days[0]}–{days[-1]}"
        said.append(f"{name} {hours}")
    return ", ".join(said)
