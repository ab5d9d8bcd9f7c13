"""The five times at which everybody is routed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.calendar import ZONE, Calendar
from bot.core.directory import Directory


@dataclass(frozen=True, slots=True)
class Moment:
    id: str
    name: str
    at: datetime


def moments(directory: Directory, calendar: Calendar, reference: date) -> tuple[Moment, ...]:
    """The five times, the first of their kind from ``reference`` on.

    Funding ends on the latest last day of any post: the day after it, every post of which the
    end is known has ended. Without such a day in the directory there are four moments.
    """
    coming = [reference + timedelta(days=ahead) for ahead in range(800)]
    school_day = next(filter(calendar.school_day, coming), reference)
    saturday = next(day for day in coming if day.weekday() == 5)
    summer = next((day for day in coming if _in_summer(calendar, day)), date(reference.year, 8, 1))
    last_days = [each.valid_until for each in directory.posts.values() if each.valid_until]
    after = [max(last_days) + timedelta(days=1)] if last_days else []
    return (
        _moment("school_day_10", "Schultag", school_day, 10),
        _moment("school_day_22", "Schultag abends", school_day, 22),
        _moment("saturday", "Samstag", saturday, 10),
        _moment("summer_holidays", "Sommerferien", summer, 10),
        *(_moment("funding_ended", "Tag nach dem Ende der Förderung", day, 10) for day in after),
    )


def _in_summer(calendar: Calendar, day: date) -> bool:
    weekday = day.weekday() < 5 and not calendar.public_holiday(day)
    return weekday and day.month in {7, 8} and calendar.school_holiday(day)


def _moment(moment: str, name: str, day: date, hour: int) -> Moment:
    return Moment(moment, name, datetime.combine(day, time(hour), tzinfo=ZONE))
