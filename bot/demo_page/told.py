"""One line on what just happened in the core: the event, its effects, the ladder and its reason."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from bot.app import CORE
from bot.core.calendar import when
from bot.core.knowledge import Knowledge
from bot.core.messages import (
    Body,
    Commanded,
    Count,
    Due,
    Effect,
    Event,
    House,
    LetSleep,
    Say,
    Screen,
    Staff,
    Tapped,
    Typed,
    Visitor,
    Wake,
    Who,
)
from bot.core.posts import post_of
from bot.core.records import Conversation, Key, Request, Team, TeamKey
from bot.core.routing import Rung
from bot.core.view import Sight, sight_for
from bot.core.world import Outcome

KEPT = 20


@dataclass(frozen=True)
class Told:
    """What one turn did, in words for who looks over its shoulder."""

    event: str
    effects: str
    ladder: tuple[str, ...] = ()


@dataclass
class Teller:
    """Watches the core's turns. ``news`` is called in the store's thread."""

    news: Callable[[], None] = lambda: None
    number: int = 0
    lines: "deque[Told]" = field(default_factory=lambda: deque(maxlen=KEPT))

    def turn(self, k: Knowledge, known: Mapping[Key, object], event: Event) -> Outcome:
        """The core's own turn, looked at."""
        outcome = CORE.turn(k, known, event)
        team = CORE.updated(known, outcome).get(TeamKey())
        team = team if isinstance(team, Team) else Team()
        self.lines.append(told(k, team, event, outcome))
        self.number += 1
        self.news()
        return outcome


def told(k: Knowledge, team: Team, event: Event, outcome: Outcome) -> Told:
    effects = Counter(_effect(effect, event, team) for effect in outcome.effects)
    said = [f"{name} ×{n}" if n > 1 else name for name, n in effects.items()]
    ladder = _ladder(k, team, event, outcome)
    return Told(
        f"{_name(event.who, team)}: {_body(event.body)}",
        " · ".join(said) or "keine",
        tuple(_rung(k, team, event, rung) for rung in ladder),
    )


def _name(who: Who, team: Team) -> str:
    match who:
        case Visitor():
            return "Besuch"
        case Staff(member_id):
            member = team.member(member_id)
            return member.label if member else "Mitglied"
        case House():
            return "Haus"
        case _:
            assert_never(who)


def _body(body: Body) -> str:
    kind = type(body).__name__
    match body:
        case Typed(text):
            return f"{kind}({len(text)} Zeichen)"
        case Tapped(tap):
            return f"{kind}({tap.data if not tap.data.startswith('a.') else 'Aktion'})"
        case Commanded(command):
            return f"{kind}(/{command.value})"
        case Due(timer, _):
            return f"{kind}({timer.value})"
        case _:
            return kind


def _effect(effect: Effect, event: Event, team: Team) -> str:
    kind = type(effect).__name__
    match effect:
        case Say(to, screen):
            return f"{_shown(screen)} → {_name(to, team)}"
        case Wake(at, timer, _):
            return f"{kind}({timer.value}, {when(at, event.at)})"
        case LetSleep(timer, _):
            return f"{kind}({timer.value})"
        case Count(what, _):
            return f"{kind}({what})"
        case _:
            return str(kind)


def _shown(screen: Screen) -> str:
    """A card has a slot of its own, in which it is edited."""
    if screen.slot is None:
        return "Say"
    return "Update" if screen.edit else "Show"


def _ladder(k: Knowledge, team: Team, event: Event, outcome: Outcome) -> tuple[Rung, ...]:
    """Of the matter that changed, else of the visitor who spoke."""
    for record in outcome.records:
        if isinstance(record, Request):
            return sight_for(k, team, record, event.at).ladder(skip_school=record.skip_school)
    for record in outcome.records:
        if isinstance(record, Conversation) and record.audience and record.district:
            return Sight(k, team, record, event.at).ladder(skip_school=False)
    return ()


def _rung(k: Knowledge, team: Team, event: Event, rung: Rung) -> str:
    post = post_of(rung.post, k.directory, team)
    promise = f", Antwort bis {when(rung.promise, event.at)}" if rung.promise else ""
    takes = "" if rung.takes else ", nimmt keine Anfragen"
    return f"{post.name if post else rung.post} ({rung.state.value}{takes}{promise}), {rung.why}"
