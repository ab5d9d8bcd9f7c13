"""Facts written by a clock that was ahead, brought back: nothing waits for years."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.records import Request

SLACK = timedelta(hours=1)  # a fact may lie so far ahead: clocks are set by less every day
FLOOR = datetime(2026, 1, 1, tzinfo=UTC)  # this program is younger: a clock before it is behind
LONGEST = timedelta(days=200)  # no promise and no retention is reckoned for longer


def ahead(at: datetime | None, now: datetime, slack: timedelta = SLACK) -> bool:
    """Whether this instant lies ahead by more than ``slack``, and not because we are behind."""
    return at is not None and at - now > slack and now >= FLOOR


def written_ahead(request: Request, now: datetime) -> bool:
    """Whether a clock that was ahead wrote something of this request, or reckoned its promise."""
    stamps = (request.sent_at, request.read_at, request.answered_at, request.overdue_since)
    return any(ahead(stamp, now) for stamp in stamps) or ahead(request.due, now, LONGEST)


def brought_back(request: Request, now: datetime) -> Request:
    """What was written ahead happened now; the promise is for the caller to reckon anew."""
    return replace(
        request,
        sent_at=min(request.sent_at, now),
        read_at=request.read_at and min(request.read_at, now),
        answered_at=request.answered_at and min(request.answered_at, now),
        overdue_since=request.overdue_since and min(request.overdue_since, now),
    )
