"""Answers → where the visitor stands.

A conversation stores its answers and nothing about "where it is"; the place is replayed. An
answer that does not fit the place any more (the tree was edited, a question is already settled)
is passed over. Back drops the last answer. An old button re-opens its node in today's tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from bot.core.records import Answer
from bot.core.tree import (
    ENTRANCE,
    Ask,
    Audience,
    Call,
    Choice,
    Done,
    Gate,
    Goto,
    Node,
    Only,
    Sets,
    Target,
    Tree,
)

MAX_ANSWERS = 200  # a walk this long has gone in circles; the older half is let go
MAX_GATES = 20  # gates passed in one step; the check refuses cycles, this bounds a bug
WHO = f"{ENTRANCE}.wer"  # asks for the audience
PLACE = "schule"  # the piece that asks for the school


class View(Protocol):
    """What conditions and gates may look at."""

    @property
    def audience(self) -> Audience | None: ...

    @property
    def language(self) -> str: ...

    @property
    def district(self) -> str | None: ...

    @property
    def school_type(self) -> str: ...

    @property
    def day(self) -> date: ...

    @property
    def open(self) -> bool: ...

    @property
    def reachable(self) -> bool: ...

    def decide(self, function: str, *, skip_school: bool) -> str: ...

    def knows(self, choice: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a piece goes back to."""

    then: str
    skip_school: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the visitor stands: the node, who called, and how the last topic was walked."""

    node: Node
    frames: tuple[Frame, ...] = ()
    topic: str | None = None
    path: tuple[Choice, ...] = ()
    taken: Choice | None = None

    @property
    def skip_school(self) -> bool:
        return skips(self.frames)


def skips(frames: tuple[Frame, ...]) -> bool:
    """Whether one of the calls asked that nobody of the school reads it."""
    return any(frame.skip_school for frame in frames)


def holds(only: Only, view: View) -> bool:
    """Whether all named conditions are true."""
    return (
        (not only.audience or view.audience in only.audience)
        and (not only.language or view.language in only.language)
        and (not only.district or view.district in only.district)
        and (not only.school_type or view.school_type in only.school_type)
        and (only.open is None or only.open == view.open)
        and (only.reachable is None or only.reachable == view.reachable)
    )


def available(node: Node, view: View) -> bool:
    """Whether the node is shown to this visitor today."""
    return (
        (node.valid_from is None or node.valid_from <= view.day)
        and (node.valid_to is None or view.day <= node.valid_to)
        and holds(node.only, view)
    )


def choices(tree: Tree, node: Node, view: View) -> tuple[Choice, ...]:
    """The choices offered now: their conditions hold and they lead to something that is there."""

    def leads(target: Target) -> bool:
        match target:
            case Goto(ref) | Call(ref):
                there = tree.node(ref)
                return not isinstance(there, Node) or available(there, view)
            case Done():
                return True

    return tuple(c for c in node.choices if holds(c.only, view) and leads(c.target))


def choice_of(node: Node, choice: str, view: View) -> Choice | None:
    """The choice by its id, also one that typed text found (a school, a district)."""
    for known in node.choices:
        if known.id == choice:
            return known
    if node.ask in {Ask.SCHOOL, Ask.PLACE} and view.knows(choice):
        return Choice(choice, node.say, Done())
    return None


def enter(
    tree: Tree, ref: str, place: Place | None, frames: tuple[Frame, ...], view: View
) -> Place:
    """Go to a node, through gates and by way of what must be asked first."""
    for _ in range(MAX_GATES):
        there = tree.node(ref)
        if there is None:
            ref, frames = tree.topics[ENTRANCE].start, ()
            continue
        topic = tree.topic_of(ref)
        subject = not topic.piece and topic.id != ENTRANCE
        if there.needs_place and view.district is None:
            frames = (*frames, Frame(ref))
            ref = tree.topics[PLACE].start
        elif subject and view.audience is None:
            frames = (*frames, Frame(ref))
            ref = WHO
        elif isinstance(there, Gate):
            ref = there.to[view.decide(there.decide, skip_school=skips(frames))]
        elif not available(there, view):
            start = topic.start
            ref = start if ref != start and subject else tree.topics[ENTRANCE].start
        else:
            return _standing(there, topic.id if subject else None, place, frames)
    message = f"gates lead in a circle at {ref}"
    raise RuntimeError(message)


def _standing(
    node: Node, topic: str | None, place: Place | None, frames: tuple[Frame, ...]
) -> Place:
    if place is None or (topic is not None and topic != place.topic):
        return Place(node, frames, topic)
    return replace(place, node=node, frames=frames)


def step(tree: Tree, place: Place, choice: Choice, view: View) -> Place:
    """Take a choice."""
    path = (*place.path, choice) if tree.topic_of(place.node.ref).id == place.topic else place.path
    place = replace(place, path=path, taken=choice)
    match choice.target:
        case Goto(ref):
            same = ref.partition(".")[0] == place.node.ref.partition(".")[0]
            return enter(tree, ref, place, place.frames if same else (), view)
        case Call(ref, then, skip_school):
            return enter(tree, ref, place, (*place.frames, Frame(then, skip_school)), view)
        case Done():
            if not place.frames:
                return enter(tree, tree.topics[ENTRANCE].start, place, (), view)
            *rest, last = place.frames
            return enter(tree, last.then, place, tuple(rest), view)


def opened(tree: Tree, ref: str, place: Place, view: View) -> Place:
    """Stand on a node without having come by its way; a piece will come back to here."""
    here, there = place.node.ref.partition(".")[0], ref.partition(".")[0]
    place = replace(place, taken=None)
    topic = tree.topics.get(there)
    if topic is None or not topic.piece:
        return enter(tree, ref, place, (), view)
    frames = place.frames if here == there else (*place.frames, Frame(place.node.ref))
    return enter(tree, ref, place, frames, view)


def beginning(tree: Tree, view: View) -> Place:
    return enter(tree, tree.topics[ENTRANCE].start, None, (), view)


def trace(tree: Tree, answers: Sequence[Answer], view: View) -> tuple[Place, ...]:
    """The places stood on: before the first answer, and after each."""
    place = beginning(tree, view)
    places = [place]
    for answer in answers:
        place = _after(tree, place, answer, view)
        places.append(place)
    return tuple(places)


def _after(tree: Tree, place: Place, answer: Answer, view: View) -> Place:
    if not answer.choice:
        return opened(tree, answer.node, place, view)
    if place.node.ref != answer.node:
        return place
    choice = choice_of(place.node, answer.choice, view)
    return place if choice is None else step(tree, place, choice, view)


def replay(tree: Tree, answers: Sequence[Answer], view: View) -> Place:
    """Where these answers lead in today's tree."""
    return trace(tree, answers, view)[-1]


def answered(
    tree: Tree, answers: tuple[Answer, ...], node: str, choice: str, view: View
) -> tuple[Answer, ...]:
    """The answers after a button of ``node`` was tapped, however old it is."""
    places = trace(tree, answers, view)
    for length in range(len(answers), -1, -1):
        if places[length].node.ref == node:
            return _short(places, (*answers[:length], Answer(node, choice)))
    return _short(places, (*answers, Answer(node), Answer(node, choice)))


def _short(places: tuple[Place, ...], answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    if len(answers) <= MAX_ANSWERS:
        return answers
    half = MAX_ANSWERS // 2
    return (Answer(places[half].node.ref), *answers[half:])


def back(
    tree: Tree, answers: tuple[Answer, ...], view: View
) -> tuple[tuple[Answer, ...], tuple[tuple[Node, Answer], ...]]:
    """One place back: the answers that remain, and the ones taken back with their nodes."""
    places = trace(tree, answers, view)
    undone: list[tuple[Node, Answer]] = []
    here = places[-1].node.ref
    for length in range(len(answers) - 1, -1, -1):
        undone.append((places[length].node, answers[length]))
        if places[length].node.ref != here:
            return answers[:length], tuple(undone)
    return (), tuple(undone)


def sets_of(node: Node, answer: Answer) -> Sets:
    """What an answer recorded, so that taking it back can clear it."""
    return next((c.sets for c in node.choices if c.id == answer.choice), Sets())
