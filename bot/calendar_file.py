"""The dated steps of the deadline walk as a calendar file (iCalendar, RFC 5545)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from bot.core.deadlines import Step


def calendar_file(steps: Iterable[Step], first: date, now: datetime, version: str) -> bytes:
    """One whole day for each step with a date, a reminder that morning; nobody is named."""
    calendar = Calendar()
    calendar.add("prodid", "-//Schulerfolg-Lotse//DE")
    calendar.add("version", "2.0")
    for step in steps:
        if step.due is not None:
            calendar.add_component(_event(step, step.due, first, now, version))
    return bytes(calendar.to_ical())


def _event(step: Step, due: date, first: date, now: datetime, version: str) -> Event:
    event, row = Event(), step.deadline
    event.add("uid", f"{row.id}-{first.isoformat()}@schulerfolg-lotse")
    event.add("dtstamp", now)
    event.add("dtstart", due)
    event.add("dtend", due + timedelta(days=1))
    event.add("summary", row.title)
    safe = f" Sicher ist {step.safe:%d.%m.%Y}." if step.safe else ""
    event.add("description", f"Streng gezählt, in Kalendertagen.{safe} Quelle: {row.source},"
              f" {row.source_date or 'ohne Datum'}. Bitte im Erlass nachlesen."
              f" Stand der Inhalte: {version}")  # fmt: skip
    event.add("url", row.source_url)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", row.title)
    alarm.add("trigger", timedelta(hours=7))
    event.add_component(alarm)
    return event
