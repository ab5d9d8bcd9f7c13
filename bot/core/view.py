"""What conditions and gates see of one visitor at one moment."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from bot.core.calendar import local
from bot.core.knowledge import Knowledge
from bot.core.posts import PostState, post_state
from bot.core.presence import full
from bot.core.records import Answer, Conversation, Request, Team
from bot.core.routing import SCHOOL, Rung, Wish, ladder, live, next_rung, other_carrier
from bot.core.tree import Audience

SCHOOL_HOURS = (time(7), time(16))  # "open" in a condition: a school day between these


@dataclass
class Sight:
    """A ``walk.View`` of a conversation; the ladder is climbed once, when first asked for."""

    k: Knowledge
    team: Team
    conversation: Conversation
    at: datetime
    asked: bool | None = None  # whether a request is open; None: as the conversation tells
    climbed: dict[bool, tuple[Rung, ...]] = field(default_factory=dict)
    traced: dict[tuple[Answer, ...], tuple[Any, ...]] = field(default_factory=dict)
    drafts: bool = False  # an editor looks

    @property
    def audience(self) -> Audience | None:
        return self.conversation.audience

    @property
    def language(self) -> str:
        return self.conversation.language

    @property
    def waiting(self) -> bool:
        """Whether this visitor has an open request."""
        return self.conversation.writing_to is not None if self.asked is None else self.asked

    @property
    def district(self) -> str | None:
        return self.conversation.district

    @property
    def day(self) -> date:
        return local(self.at).date()

    @property
    def school_type(self) -> str:
        school = self.k.directory.schools.get(self.conversation.school or "")
        return school.type if school else ""

    @property
    def open(self) -> bool:
        """Whether this is a school day during school hours."""
        here = local(self.at)
        start, end = SCHOOL_HOURS
        return self.k.calendar.school_day(here.date()) and start <= here.time() < end

    def ladder(self, *, skip_school: bool) -> tuple[Rung, ...]:
        """Every rung for this visitor, in order; climbed once for each way of asking."""
        if skip_school not in self.climbed:
            directory, calendar = self.k.directory, self.k.calendar
            wish = self.wish(skip_school=skip_school)
            self.climbed[skip_school] = ladder(directory, calendar, self.team, wish, self.at)
        return self.climbed[skip_school]

    def wish(self, *, skip_school: bool) -> Wish:
        conversation = self.conversation
        return Wish(
            audience=conversation.audience or Audience.GUARDIAN,
            school=conversation.school,
            district=conversation.district or None,
            skip_school=skip_school,
            excluded=conversation.excluded,
        )

    def live(self, *, skip_school: bool, holder: str = "") -> tuple[Rung, ...]:
        """The rungs that would take a request now, and ``holder`` also while it is full."""
        if not self.team.members:
            return ()  # nobody has joined: no need to climb
        return live(self.ladder(skip_school=skip_school), holder)

    @property
    def reachable(self) -> bool:
        """Whether somebody would take a request of this visitor now."""
        return bool(self.live(skip_school=False))

    @property
    def somewhere(self) -> bool:
        """Whether any post takes requests at all: what is said while the place is unknown."""
        accepting = (facts.id for facts in self.team.posts if facts.accepting)
        taking = (post for post in accepting if not full(self.team, post, self.at))
        states = (post_state(p, self.k.directory, self.team, self.day) for p in taking)
        return any(state is PostState.LIVE for state in states)

    def decide(self, function: str, *, skip_school: bool) -> str:
        """The outcome of a gate's function (``tree.DECISIONS``)."""
        match function:
            case "audience":
                return "unknown" if self.audience is None else "known"
            case "reachable":
                return "live" if self.live(skip_school=skip_school) else "nobody"
            case "next_carrier":
                return self._next_carrier(self.live(skip_school=skip_school))
            case "school":
                kept_out = skip_school or SCHOOL in self.conversation.excluded
                return "excluded" if kept_out else "allowed"
            case _:
                message = f"no such decision: {function}"
                raise KeyError(message)

    def _next_carrier(self, rungs: tuple[Rung, ...]) -> str:
        after = next_rung(rungs, rungs[0].post) if rungs else None
        if after is None:
            return "none"
        return "other" if other_carrier(self.k.directory, rungs[0].post, after.post) else "same"

    def knows(self, choice: str) -> bool:
        """Whether a choice found by typing still names a school or a district."""
        return choice.upper() in self.k.directory.schools or choice in self.k.directory.districts


def seen_by(team: Team, c: Conversation, *, asked: bool) -> tuple[object, ...]:
    """Everything that what a visitor sees depends on, within one turn."""
    return (id(team), c.audience, c.language, c.school, c.district, c.excluded, asked)


def sight_for(k: Knowledge, team: Team, request: Request, at: datetime) -> Sight:
    """What a request's visitor would see today; its exclusions survive."""
    conversation = Conversation(
        id=request.conversation,
        touched=at,
        audience=request.audience,
        school=request.school,
        district=request.district,
        excluded=request.excluded,
    )
    return Sight(k, team, conversation, at)
