"""What was heard, what is due, and what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Due, Timer
from bot.store.codec import micros, moment
from bot.store.matters import Matters


@dataclass(frozen=True, slots=True)
class Overdue:
    """An open request whose promise has passed; for ``lotse status``."""

    request: str
    name: str
    post: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Stats:
    """Numbers only."""

    conversations: int
    open_requests: int
    owed: int
    members: int
    timers: int


class Rounds(Matters):
    # ── Heard ───────────────────────────────────────────────────────────────────────────────────

    def seen(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these event ids that were already handled."""
        by_hash = {self._seen_hash(i): i for i in ids}
        there = f"{self._queries.seen.sql.rstrip(';')} IN ({','.join('?' * len(by_hash))})"
        return frozenset([by_hash[row[0]] for row in self.connection.execute(there, [*by_hash])])

    def _seen_hash(self, event: str) -> bytes:
        """Asked for at the beginning and at the end of a unit."""
        found = self._events.get(event)
        if found is None:
            found = self._events[event] = self._sealer.hash("seen", event)
        return found

    def mark_seen(self, ids: Sequence[str], at: datetime) -> None:
        when = micros(at)
        rows = [{"hash": self._seen_hash(i), "at": when} for i in ids]
        self._queries.put_seen(self.connection, rows)

    def set_mark(self, channel: str, mark: str, at: datetime) -> None:
        """The channel's reading position, and that it was heard then."""
        self._do("put_mark", channel=channel, mark=mark, heard=micros(at))

    def mark_of(self, channel: str) -> tuple[str, datetime | None]:
        row = self._one("mark", channel=channel)
        return ("", None) if row is None else (row[0], moment(row[1]))

    # ── Due ─────────────────────────────────────────────────────────────────────────────────────

    def wake(self, at: datetime, kind: Timer, ref: str) -> None:
        """Replaces an earlier time of the same kind and ref."""
        self._do("put_timer", kind=kind.value, ref=ref, at=micros(at))

    def let_sleep(self, kind: Timer, ref: str) -> None:
        self._do("drop_timer", kind=kind.value, ref=ref)

    def hasten(self, now: datetime, after: datetime, kind: Timer) -> None:
        """What stands later than ``after`` is due now: the clock that set it was wrong."""
        self._do("hasten_timers", now=micros(now), after=micros(after), kind=kind.value)

    def due(self, now: datetime, limit: int = 100) -> tuple[Due, ...]:
        """What is due, earliest first. Reads only: ``let_sleep`` in the unit that handles it."""
        rows = self._all("due", now=micros(now), size=limit)
        return tuple([Due(Timer(kind), ref) for kind, ref in rows])

    def next_due(self) -> datetime | None:
        at = self._one("next_due")
        return None if at is None else moment(at)

    # ── Numbers ─────────────────────────────────────────────────────────────────────────────────

    def count(self, what: str, district: str, month: str) -> None:
        """One more; ``month`` as 2026-11."""
        self._do("count", month=month, district=district, what=what)

    def counters(self) -> tuple[tuple[str, str, str, int], ...]:
        """(month, district, what, number), in this order."""
        return tuple(self._all("counters"))

    def stats(self) -> Stats:
        return Stats(*self._one("stats"))

    def overdue(self, now: datetime) -> tuple[Overdue, ...]:
        """Open requests whose promise has passed, the oldest first."""
        return tuple(
            [
                Overdue(request, self._name(request, sealed), post, moment(due))
                for request, sealed, post, due in list(self._all("overdue", now=micros(now)))
            ],
        )

    def waiting(self) -> tuple[str, ...]:
        """The conversations that have an open request."""
        return tuple([conversation for (conversation,) in self._all("waiting")])

    # ── After a restore ─────────────────────────────────────────────────────────────────────────

    def held(self) -> bool:
        """A backup was brought back: nothing is sent until somebody says ``resume``."""
        return self._one("meta", name="held") is not None

    def hold(self) -> None:
        self._do("put_meta", name="held", value="1")

    def resume(self) -> None:
        self._do("drop_meta", name="held")
