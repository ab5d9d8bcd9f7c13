"""Every state that a visitor can come into, found by the real walk: each choice from each state.

A state is a screen and what conditions and gates can see: who asks, the language, the place, who
is excluded, whether a request waits, which topic is walked and whether it keeps the school out.
What a screen of a topic cannot depend on is let go there, and a piece is walked once for each
topic that calls it, not once for each caller: a call leads into the piece and, beside it, to
where the caller goes on.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.core.answers import record
from bot.core.conditions import choices
from bot.core.directory import School
from bot.core.knowledge import Knowledge
from bot.core.messages import Event, House, Started
from bot.core.records import Answer, Conversation, Key, Team, TeamKey
from bot.core.tree import ENTRANCE, Act, Ask, Audience, Call, Choice, Done, Node, Only, Tree
from bot.core.view import Sight
from bot.core.walk import Frame, Place, beginning, enter, opened, step
from bot.core.world import Turn

DEEPEST: Final = 6  # pieces within pieces; more is a call that never ends


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions and gates can see of one visitor."""

    audience: Audience | None = None
    school: str | None = None
    district: str | None = None
    excluded: frozenset[str] = frozenset()
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A place with these facts; equal when the same things can happen from there."""

    place: Place = field(compare=False)
    facts: Facts
    ref: str
    frames: tuple[Frame, ...]
    topic: str | None
    skip: bool
    calls: bool  # a call before in this topic kept the school out


def state_of(place: Place, facts: Facts) -> State:
    """The state, without what it does not depend on: labels taken, the way so far."""
    calls = tuple(c for c in place.path if isinstance(c.target, Call) and c.target.skip_school)[:1]
    place = replace(place, path=calls, taken=None)
    return State(
        place, facts, place.node.ref, place.frames, place.topic, place.skip_school, bool(calls)
    )


Step = tuple[Choice, tuple[State, ...]]


@dataclass(frozen=True)
class Setting:
    """What is the same for all visitors of one walk: the hour, the language, who has joined."""

    k: Knowledge
    team: Team
    at: datetime
    language: str = "de"

    def turn(self) -> Turn:
        """A turn in which screens can be shown."""
        known: dict[Key, object] = {TeamKey(): self.team}
        return Turn.on(self.k, known, Event("walk", self.at, bytes(32), House(), Started()))


@dataclass
class Walker:
    """Walks a tree exhaustively in one setting."""

    setting: Setting
    turn: Turn = field(init=False)
    sights: dict[Facts, Sight] = field(default_factory=dict)
    schools: tuple[School, ...] = field(init=False)
    local: bool = field(init=False)

    def __post_init__(self) -> None:
        self.turn = self.setting.turn()
        self.schools, self.local = typical(self.setting.k)

    @property
    def tree(self) -> Tree:
        return self.setting.k.tree

    def sight(self, facts: Facts) -> Sight:
        """What this visitor sees; the ladder is climbed once for the same facts."""
        if facts not in self.sights:
            setting = self.setting
            known = self.conversation(facts)
            self.sights[facts] = Sight(setting.k, setting.team, known, setting.at, facts.waiting)
        return self.sights[facts]

    def conversation(self, facts: Facts) -> Conversation:
        return Conversation(
            "walk",
            self.setting.at,
            audience=facts.audience,
            language=self.setting.language,
            school=facts.school,
            district=facts.district,
            excluded=facts.excluded,
        )

    def roots(self) -> Iterator[State]:
        """Where a walk begins: the entrance, a topic that was typed, a way out tapped there."""
        for audience in (None, *Audience):
            facts = Facts(audience)
            sight = self.sight(facts)
            first = beginning(self.tree, sight)
            starts = (topic.start for topic in self.tree.subjects(audience))
            for place in (first, *(opened(self.tree, ref, first, sight) for ref in starts)):
                state = state_of(place, facts)
                yield from (state, human(self, state), help_now(self, state))

    def steps(self, state: State) -> Iterator[Step]:
        """Every choice offered here, and the states it may lead to."""
        sight = self.sight(state.facts)
        node = state.place.node
        for choice in (*choices(self.tree, node, sight), *self._found(node)):
            if choice.sets.exclude not in state.facts.excluded:
                yield choice, tuple(self._after(state, choice))

    def _found(self, node: Node) -> tuple[Choice, ...]:
        """What typing may find on a screen that asks for the school or the place."""
        match node.ask:
            case Ask.SCHOOL:
                names = [school.id.lower() for school in self.schools]
            case Ask.PLACE:
                names = [school.district for school in self.schools]
            case _:
                names = []
        return tuple(Choice(name, node.say, Done()) for name in dict.fromkeys(names))

    def _after(self, state: State, choice: Choice) -> Iterator[State]:
        facts = self._recorded(state, choice)
        sight = self.sight(facts)
        subject = self._outside(state.place.node.ref)
        place = step(self.tree, state.place, choice, sight)
        if subject and isinstance(choice.target, Call):
            skip = choice.target.skip_school
            marked = Frame(self.tree.topics[ENTRANCE].start, skip)
            inner = place.frames[len(state.frames) + 1 :]
            yield self._kept(replace(place, frames=(marked, *inner)), facts)
            gone_on = replace(state.place, path=(*state.place.path, choice))
            place = enter(self.tree, choice.target.then, gone_on, state.frames, sight)
        yield self._kept(place, facts)

    def _recorded(self, state: State, choice: Choice) -> Facts:
        """What is known after the choice, by the very function that records it."""
        told = record(
            self.turn, self.conversation(state.facts), Answer(state.place.node.ref, choice.id)
        )
        waiting = state.facts.waiting or choice.act is Act.SEND
        waiting = waiting and choice.act is not Act.WITHDRAW
        return Facts(told.audience, told.school, told.district, told.excluded, waiting)

    def _kept(self, place: Place, facts: Facts) -> State:
        """Outside the pieces nothing depends on the request; on the place only if a topic asks."""
        if self._outside(place.node.ref):
            facts = replace(facts, excluded=frozenset(), waiting=False)
            if not self.local:
                facts = replace(facts, school=None, district=None)
        return state_of(place, facts)

    def _outside(self, ref: str) -> bool:
        return not self.tree.topic_of(ref).piece

    def walk(self) -> "Walked":
        """Every state, with what each of its choices leads to."""
        found: dict[State, tuple[Step, ...]] = {}
        endless: set[str] = set()
        waiting = deque(self.roots())
        while waiting:
            state = waiting.popleft()
            if state in found:
                continue
            if len(state.frames) > DEEPEST:
                endless.add(state.ref)
                continue
            found[state] = tuple(self.steps(state))
            waiting.extend(there for _, after in found[state] for there in after)
        return Walked(self, found, frozenset(endless))


@dataclass(frozen=True)
class Walked:
    """What an exhaustive walk found."""

    walker: Walker
    steps: dict[State, tuple[Step, ...]]
    endless: frozenset[str]

    def screens(self) -> frozenset[str]:
        return frozenset(state.ref for state in self.steps)

    def taken(self) -> frozenset[tuple[str, str]]:
        """Every choice that was offered somewhere, as (screen, choice)."""
        return frozenset(
            (state.ref, choice.id) for state, steps in self.steps.items() for choice, _ in steps
        )


def conditions(tree: Tree) -> Iterator[Only]:
    """Every condition that the authors wrote."""
    for node in tree.nodes.values():
        if isinstance(node, Node):
            yield node.only
            yield from (choice.only for choice in node.choices)


def typical(k: Knowledge) -> tuple[tuple[School, ...], bool]:
    """One school for everything that conditions tell apart, and whether any topic asks for it.

    The first has school social work of its own, where any has: only there two carriers meet.
    """
    written = list(conditions(k.tree))
    districts = {name for only in written for name in only.district}
    types = {name for only in written for name in only.school_type}
    directory = k.directory
    known = sorted(
        directory.schools.values(), key=lambda s: (not directory.school_post(s.id), s.id)
    )
    found = known[:1]
    for school in known:
        if school.district in districts or school.type in types:
            districts.discard(school.district)
            types.discard(school.type)
            found.append(school)
    return tuple(dict.fromkeys(found)), len(found) > 1


def human(walker: Walker, state: State) -> State:
    """Where the way to a person leads from here."""
    return _by_way(walker, state, "kontakt")


def help_now(walker: Walker, state: State) -> State:
    """Where the way "help now" leads from here."""
    return _by_way(walker, state, "notfall")


def _by_way(walker: Walker, state: State, piece: str) -> State:
    tree = walker.tree
    place = opened(tree, tree.topics[piece].start, state.place, walker.sight(state.facts))
    return state_of(place, state.facts)
