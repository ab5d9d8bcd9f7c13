"""One batch inside its transaction: what came in → turns → what is known, what is owed.

Runs whole in the store's thread. The turns of a batch share one world: each sees what those
before it changed, whether that is written yet or not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.core.knowledge import Knowledge
from bot.core.messages import Due, Effect, Event, House, NotDelivered, Screen, Staff, Wake, Who
from bot.core.records import (
    Key,
    Member,
    NamesInUse,
    OpenRequests,
    PostFacts,
    RefKey,
    Request,
    RequestsOf,
    TeamKey,
)
from bot.core.world import Outcome
from bot.orders import Orders
from bot.ports import Committed, Incoming, Undelivered, where

ROUNDS = 4  # of asking what has to be known; DESIGN.md section 3
LATER = timedelta(minutes=15)  # until a timer whose turn crashed is tried again

Given = Incoming | Event | Undelivered
Note = tuple[str, dict[str, str | int]]  # a line of the log, written when all is committed


@dataclass(frozen=True, slots=True)
class Core:
    """What the shell calls of the core: pure functions, handed in by ``app``."""

    needs: Callable[[Event, Mapping[Key, object]], frozenset[Key]]
    turn: Callable[[Knowledge, Mapping[Key, object], Event], Outcome]
    updated: Callable[[Mapping[Key, object], Outcome], dict[Key, object]]
    apology: Callable[[Knowledge, Event], Effect | None]
    danger: Callable[[Knowledge, str, datetime], Screen | None]


def event_id(given: Given) -> str:
    """Unique in the whole house, and the same when the same thing is handed in again."""
    match given:
        case Incoming():
            return f"{given.address.channel if given.address else ''}:{given.id}"
        case Event():
            return given.id
        case Undelivered():
            return f"{'late' if given.late else 'undelivered'}:{given.row}"
        case _:
            assert_never(given)


@dataclass
class Batch:
    """The scratch pad of one transaction."""

    core: Core
    knowledge: Knowledge
    orders: Orders
    notes: list[Note] = field(default_factory=list)
    _known: dict[Key, object] = field(default_factory=dict)
    _broken: dict[str, Exception] = field(default_factory=dict)  # events whose needs crashed
    _crashed: list[str] = field(default_factory=list)
    _needed: dict[str, tuple[Who, dict[Key, object]]] = field(default_factory=dict)  # by event

    def handle(self, given: Sequence[Given]) -> Committed:
        """All of it, in order of arrival; what was handled before is confirmed without effect."""
        work, orders = self.orders.work, self.orders
        fresh = self._fresh(given)
        events = [event for one in fresh if (event := self._event(one)) is not None]
        self._look_up(events)
        for event in events:
            self._handle(event)
        orders.save()
        self._confirm(given, fresh)
        left = frozenset(orders.rows()) if orders.forgot else None
        return Committed(tuple(orders.owed), work.next_due(), tuple(self._crashed), left)

    def park(self, given: Given, *, apologise: bool) -> Committed:
        """Confirm what cannot be committed as it is; the person is told, the counter rises."""
        orders = self.orders
        orders.count("parked")
        orders.note("parked", event_id(given))
        if apologise and isinstance(given, Incoming):
            event = self._event(given)
            if event is not None:
                orders.carry_out(event, self._sorry(event).effects)
        match given:
            case Event(who=House(), body=Due(kind, ref)):
                orders.work.wake(orders.now + LATER, kind, ref)
        self._confirm([given], [given])
        self.notes.append(("parked", {"event": event_id(given)}))
        return Committed(tuple(orders.owed), orders.work.next_due(), (event_id(given),))

    # ── What came in ────────────────────────────────────────────────────────────────────────────

    def _fresh(self, given: Sequence[Given]) -> list[Given]:
        by_id: dict[str, Given] = {}
        for one in given:
            by_id.setdefault(event_id(one), one)
        seen = self.orders.work.seen(tuple(by_id))
        return [one for key, one in by_id.items() if key not in seen]

    def _event(self, given: Given) -> Event | None:
        match given:
            case Incoming():
                return self._heard(given)
            case Event():
                return given
            case Undelivered():
                return self._undelivered(given)
            case _:
                assert_never(given)

    def _heard(self, incoming: Incoming) -> Event | None:
        key, address, orders = event_id(incoming), incoming.address, self.orders
        if address is None or incoming.body is None:
            what = "undecodable" if incoming.body is None else "without_address"
            orders.count(what)
            self.notes.append((what, {"event": key}))
            return None
        orders.addresses[key] = address
        who = orders.person(address)
        orders.work.heard(address, incoming.message, incoming.at)
        chance, channel = orders.chance(), address.channel
        return Event(key, incoming.at, chance, who, incoming.body, incoming.origin, channel)

    def _undelivered(self, given: Undelivered) -> Event | None:
        """The row goes and the core hears of it, in one transaction."""
        orders = self.orders
        if given.late:
            return self._late(given)
        to, request = orders.work.give_up(given.row)
        orders.count("undelivered")
        if to is None or (request is None and not given.gone):
            return None
        body = NotDelivered(to, request, given.channel)
        return Event(event_id(given), orders.now, orders.chance(), House(), body)

    def _late(self, given: Undelivered) -> Event | None:
        """A member whom a card does not reach in time; the row is kept and may still arrive."""
        orders = self.orders
        to, request = orders.work.owed_to(given.row)
        if request is None or not isinstance(to, Staff):
            return None
        orders.count("late")
        body = NotDelivered(to, request, given.channel)
        return Event(event_id(given), orders.now, orders.chance(), House(), body)

    # ── What has to be known ────────────────────────────────────────────────────────────────────

    def _look_up(self, events: Iterable[Event]) -> list[Event]:
        """Load what these events need; the events that would ask for ever."""
        asking = list(events)
        for _ in range(ROUNDS):
            wanted = [(event, self._missing(event)) for event in asking]
            asking = [event for event, keys in wanted if keys]
            if not asking:
                break
            self.orders.save()
            for key in {key for _, keys in wanted for key in keys}:
                self._known[key] = self.orders.work.load(key)
        return asking

    def _missing(self, event: Event) -> frozenset[Key]:
        if self._unchanged(event):
            return frozenset()
        try:
            keys = self.core.needs(event, self._known)
        except Exception as error:  # noqa: BLE001  (a bug of the core, told in the event's turn)
            self._broken[event.id] = error
            return frozenset()
        # Not ``keys - known.keys()``: that looks at all that the batch knows.
        missing = frozenset([key for key in keys if key not in self._known])
        if not missing:
            self._needed[event.id] = event.who, {key: self._known[key] for key in keys}
        return missing

    def _unchanged(self, event: Event) -> bool:
        """Whether all it needed is known and the same: what it needs follows from nothing else."""
        who, needed = self._needed.get(event.id, (None, {}))
        return who == event.who and all(
            self._known.get(key, self) is found for key, found in needed.items()
        )

    # ── One turn ────────────────────────────────────────────────────────────────────────────────

    def _handle(self, event: Event) -> None:
        orders = self.orders
        address = orders.addresses.get(event.id)
        if address is not None:
            who = orders.person(address)  # perhaps a member since just now
            event = event if who == event.who else replace(event, who=who)
        match event:
            case Event(who=House(), body=Due(kind, ref)):
                if not orders.is_due(Due(kind, ref)):
                    return
                orders.let_sleep(kind, ref)
        self._broken.pop(event.id, None)
        if self._look_up([event]) and self._missing(event):
            self._broken[event.id] = LookupError(f"still asking after {ROUNDS} rounds")
        outcome = self._turn(event)
        orders.keep(outcome)
        if orders.carry_out(event, outcome.effects):
            self._known.clear()  # something was forgotten: what was loaded may be too

    def _turn(self, event: Event) -> Outcome:
        """The core's answer; after a crash its changes are dropped and it apologises."""
        try:
            outcome, after = self._decided(event)
        except Exception as error:  # noqa: BLE001  (one poisoned update never stops the line)
            self._crashed.append(event.id)
            self.orders.count("crashed")
            self.orders.note("crashed", event.id)
            self.notes.append(("crashed", {"event": event.id, **where(error)}))
            return self._sorry(event)
        self._known = _trusted(self._known, after, outcome)
        return outcome

    def _decided(self, event: Event) -> tuple[Outcome, dict[Key, object]]:
        if event.id in self._broken:
            raise self._broken[event.id]
        outcome = self.core.turn(self.knowledge, self._known, event)
        return outcome, self.core.updated(self._known, outcome)

    def _sorry(self, event: Event) -> Outcome:
        match event:
            case Event(who=House(), body=Due(kind, ref)):
                return Outcome(effects=(Wake(self.orders.now + LATER, kind, ref),))
        try:
            said = self.core.apology(self.knowledge, event)
            return Outcome(effects=() if said is None else (said,))
        except Exception as error:  # noqa: BLE001  (as above)
            self.notes.append(("apology crashed", {"event": event.id, **where(error)}))
            return Outcome()

    def _confirm(self, given: Sequence[Given], fresh: Sequence[Given]) -> None:
        work, now = self.orders.work, self.orders.now
        work.mark_seen([event_id(one) for one in fresh], now)
        marks = {
            one.address.channel: one.mark
            for one in given
            if isinstance(one, Incoming) and one.address and one.mark
        }
        for channel, mark in marks.items():
            work.set_mark(channel, mark, now)


def _trusted(
    before: Mapping[Key, object], after: dict[Key, object], outcome: Outcome
) -> dict[Key, object]:
    """The world after an outcome, less the lists that were never loaded whole.

    A page of a post's requests and the group of a used-up button are asked for again.
    """
    for record in outcome.records:
        match record:
            case Request():
                lists: tuple[Key, ...] = (RequestsOf(record.conversation), NamesInUse())
            case Member() | PostFacts():
                lists = (TeamKey(),)
            case _:
                continue
        for key in lists:
            if key not in before:
                after.pop(key, None)
    stale: tuple[type, ...] = (RefKey,) if outcome.drops else ()
    if any(isinstance(record, Request) for record in outcome.records):
        stale = (*stale, OpenRequests)
    if not stale:
        return after
    return {key: value for key, value in after.items() if not isinstance(key, stale)}
