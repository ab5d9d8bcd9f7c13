"""Answers → where the visitor stands.

A conversation stores its answers and nothing about "where it is"; the place is replayed. An
answer that does not fit the place any more (the tree was edited, a question is already settled)
is passed over. An old button re-opens its node in today's tree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.core.conditions import (
    SENT,
    View,
    choice_of,
    first_asked,
    instead,
    is_subject,
    meant,
    settled,
)
from bot.core.records import Answer
from bot.core.tree import BY_TOPIC, ENTRANCE, Act, Ask, Call, Choice, Done, Gate, Goto, Node, Tree
from bot.core.values import replace

MAX_ANSWERS = 200  # a walk this long has gone in circles; the older half is let go
MAX_GATES = 20  # gates passed in one step; the check refuses cycles, this bounds a bug


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a piece goes back to."""

    then: str
    skip_school: bool | None = None  # None: as before in this topic, and as the topic says


@dataclass(frozen=True)  # no slots: see ``values.replace``
class Place:
    """Where the visitor stands: the node, who called, and how the last topic was walked."""

    node: Node
    frames: tuple[Frame, ...] = ()
    topic: str | None = None
    path: tuple[Choice, ...] = ()
    taken: Choice | None = None
    skip_school: bool = False  # nobody of the school may read it


def skips(tree: Tree, topic: str | None, frames: Iterable[Frame], path: Iterable[Choice]) -> bool:
    """The innermost call decides; else a call before in this topic, else the topic itself."""
    said = [frame.skip_school for frame in frames if frame.skip_school is not None]
    if said:
        return said[-1]
    calls = (choice.target for choice in path if isinstance(choice.target, Call))
    own = topic is not None and tree.topics[topic].skip_school
    return own or any(call.skip_school for call in calls)


def enter(
    tree: Tree, ref: str, place: Place | None, frames: tuple[Frame, ...], view: View
) -> Place:
    """Go to a node, through gates and by way of what must be asked first."""
    topic, path = (place.topic, place.path) if place else (None, ())
    for _ in range(MAX_GATES):
        there = tree.node(ref)
        if there is None:
            ref, frames = tree.topics[ENTRANCE].start, ()
            continue
        question = first_asked(tree, there, view)
        if question is not None:
            frames = (*frames, Frame(ref))
            ref = question
        elif isinstance(there, Gate) and there.decide == BY_TOPIC:
            ref = there.by_topic(topic)
        elif isinstance(there, Gate):
            skip = skips(tree, topic, frames, path)
            ref = there.to[view.decide(there.decide, skip_school=skip)]
        elif there.ask is Ask.MESSAGE and _nobody(tree, topic, frames, path, view):
            ref = tree.topic_of(ref).start  # no text is asked for where nobody reads it
        elif not meant(tree, ref, view):
            ref = instead(tree, ref, view)
        else:
            return _standing(tree, there, place, frames)
    message = f"gates lead in a circle at {ref}"
    raise RuntimeError(message)


def _standing(tree: Tree, node: Node, place: Place | None, frames: tuple[Frame, ...]) -> Place:
    topic = node.ref.partition(".")[0] if is_subject(tree, node.ref) else None
    if place is None or (topic is not None and topic != place.topic):
        return Place(node, frames, topic, skip_school=skips(tree, topic, frames, ()))
    skip = skips(tree, place.topic, frames, place.path)
    return Place(node, frames, place.topic, place.path, place.taken, skip)


def _nobody(
    tree: Tree, topic: str | None, frames: tuple[Frame, ...], path: tuple[Choice, ...], view: View
) -> bool:
    return view.decide("reachable", skip_school=skips(tree, topic, frames, path)) == "nobody"


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
            return _return(tree, place, view)
        case _:
            assert_never(choice.target)


def _return(tree: Tree, place: Place, view: View) -> Place:
    """Back to whoever called, past questions that are settled meanwhile."""
    frames = place.frames
    while frames:
        *rest, last = frames
        frames = tuple(rest)
        if not settled(tree, last.then, view):
            return enter(tree, last.then, place, frames, view)
    return enter(tree, tree.topics[ENTRANCE].start, place, (), view)


def opened(tree: Tree, ref: str, place: Place, view: View) -> Place:
    """Stand on a node without having come by its way; a piece will come back to here."""
    here, there = place.node.ref.partition(".")[0], ref.partition(".")[0]
    place = replace(place, taken=None)
    if not tree.topics[there].piece:
        return enter(tree, ref, place, (), view)
    frames = place.frames if here == there else (*place.frames, Frame(place.node.ref))
    return enter(tree, ref, place, _outside(frames, there), view)


def _outside(frames: tuple[Frame, ...], piece: str) -> tuple[Frame, ...]:
    """The callers up to where the piece was first entered: nobody comes back into it twice."""
    for depth, frame in enumerate(frames):
        if frame.then.partition(".")[0] == piece:
            return frames[:depth]
    return frames


def beginning(tree: Tree, view: View) -> Place:
    return enter(tree, tree.topics[ENTRANCE].start, None, (), view)


def trace(tree: Tree, answers: Sequence[Answer], view: View) -> tuple[Place, ...]:
    """The places stood on: before the first answer, and after each."""
    answers = tuple(answers)
    found = view.traced.get(answers)
    if found is None:
        places = list(view.traced.get(answers[:-1], ())) or [beginning(tree, view)]
        for answer in answers[len(places) - 1 :]:
            places.append(_after(tree, places[-1], answer, view))
        found = view.traced[answers] = tuple(places)
    return found


def _after(tree: Tree, place: Place, answer: Answer, view: View) -> Place:
    if not answer.choice:
        gone = tree.node(answer.node) is None or (answer.node == SENT and not view.waiting)
        return place if gone else opened(tree, answer.node, place, view)
    if place.node.ref != answer.node:
        return place
    choice = choice_of(place.node, answer.choice, view)
    # What sends, withdraws or erases is done by its own button only, and leads by what it has done.
    if choice is None or choice.act in {Act.SEND, Act.WITHDRAW, Act.ERASE}:
        return place
    return step(tree, place, choice, view)


def replay(tree: Tree, answers: Sequence[Answer], view: View) -> Place:
    """Where these answers lead in today's tree."""
    return trace(tree, answers, view)[-1]


def last_stood(
    tree: Tree, answers: tuple[Answer, ...], node: str, view: View
) -> tuple[Answer, ...] | None:
    """The answers up to when the visitor last stood on this node."""
    places = trace(tree, answers, view)
    for length in range(len(answers), -1, -1):
        if places[length].node.ref == node:
            return answers[:length]
    return None


def answered(
    tree: Tree, answers: tuple[Answer, ...], node: str, choice: str, view: View
) -> tuple[Answer, ...]:
    """The answers after a button of ``node`` was tapped, however old it is."""
    before = last_stood(tree, answers, node, view)
    if before is None:
        return (*answers, Answer(node), Answer(node, choice))
    return (*before, Answer(node, choice))


def outside(tree: Tree, answers: tuple[Answer, ...], view: View) -> tuple[Answer, ...]:
    """The answers up to the last place that was in no piece."""
    places = trace(tree, answers, view)
    pieces = [tree.topic_of(place.node.ref).piece for place in places]
    return answers[: len(pieces) - 1 - pieces[::-1].index(False)]


def shortened(tree: Tree, answers: tuple[Answer, ...], view: View) -> tuple[Answer, ...]:
    """At most ``MAX_ANSWERS``: of a walk in circles the older half is let go."""
    if len(answers) <= MAX_ANSWERS:
        return answers
    half = MAX_ANSWERS // 2
    places = trace(tree, answers, view)
    return (Answer(places[half].node.ref), *answers[half:])
