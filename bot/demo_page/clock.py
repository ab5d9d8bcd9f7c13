"""The demo's clock, and the moments to which it can be moved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from bot.app import App
from bot.core.calendar import ZONE, Calendar, local

TICK = timedelta(seconds=1)  # past the moment itself, so that what was due is due
EVENING = time(22)
MIDDAY = time(11)
SUMMER = frozenset({7, 8})
FAR = timedelta(days=4000)
LONGEST = 800  # days; school holidays are known for about two years
STEPS = 1000  # looks at the timers in one move; more would be a timer that nothing puts out

MOMENTS: Final = {
    "now": "Jetzt",
    "night": "22 Uhr",
    "saturday": "Samstag",
    "summer": "Sommerferien",
    "broken": "Zusage gebrochen",
}


@dataclass
class Shifted:
    """The wall's clock, moved; ``real`` is the wall's own."""

    real: Callable[[], datetime]
    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.real() + self.ahead

    def steady(self) -> float:
        """Moves along: whoever sets this clock means it."""
        return self().timestamp()

    def set(self, at: datetime) -> None:
        self.ahead = at - self.real()


def target(moment: str, at: datetime, calendar: Calendar) -> datetime:
    """The next such moment after ``at``, for those that the calendar decides."""
    here = local(at)
    if moment == "night":
        return _first(here, EVENING, lambda _: True)
    if moment == "saturday":
        return _first(here, MIDDAY, lambda day: day.weekday() == 5)
    return _first(here, MIDDAY, lambda day: _summer(day, calendar))


def _summer(day: datetime, calendar: Calendar) -> bool:
    date = day.date()
    return date.month in SUMMER and date.weekday() < 5 and calendar.school_holiday(date)


def _first(here: datetime, hour: time, fits: Callable[[datetime], bool]) -> datetime:
    days = (datetime.combine(here.date() + timedelta(n), hour, ZONE) for n in range(LONGEST))
    return next((day for day in days if day > here and fits(day)), here)


async def move(app: App, clock: Shifted, moment: str) -> bool:
    """Time passes until then, and what becomes due on the way happens in its order.

    False when there is no promise that could be broken. Only back to now is a step back: what
    happened stays.
    """
    if moment == "now":
        clock.ahead = timedelta()
        return True
    if moment == "broken":
        at = await _promised(app, clock())
    else:
        at = target(moment, clock(), app.knowledge.calendar)
    if at is None:
        return False
    await pass_until(app, clock, at)
    return True


async def pass_until(app: App, clock: Shifted, at: datetime) -> None:
    """What becomes due on the way happens at its time."""
    for _ in range(STEPS):
        due = await app.store.run(lambda work: work.next_due())
        if due is None or due > at:
            break
        clock.set(max(clock(), due + TICK))
        await app.timers.look()
        await app.settled()
    clock.set(max(clock(), at))


async def _promised(app: App, at: datetime) -> datetime | None:
    """Just after the next promise that is still open."""
    waiting = await app.store.run(lambda work: work.overdue(at + FAR))
    return min((one.since + TICK for one in waiting if one.since > at), default=None)
