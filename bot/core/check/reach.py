"""Who comes where: the tree as a graph of (screen, audience).

An audience is ``None`` before the visitor has said who they are. Conditions on language, place,
hours and dates are taken as true: what they hide is hidden on purpose.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.tree import (
    ENTRANCE,
    Audience,
    Call,
    Choice,
    Done,
    Gate,
    Node,
    Only,
    Topic,
    Tree,
)

State = tuple[str, Audience | None]
NOTHING: Final[Mapping[str, str]] = {}


def admits(only: Only, audience: Audience | None) -> bool:
    return not only.audience or audience in only.audience


def offered(node: Node, audience: Audience | None, tree: Tree) -> tuple[Choice, ...]:
    """The choices this audience sees: allowed, and leading to a screen that is there for it."""
    return tuple(
        choice
        for choice in node.choices
        if admits(choice.only, audience) and _there(tree, choice, audience)
    )


def _there(tree: Tree, choice: Choice, audience: Audience | None) -> bool:
    if isinstance(choice.target, Done):
        return True
    there = tree.node(choice.target.node)
    return not isinstance(there, Node) or admits(there.only, choice.sets.audience or audience)


def after(choice: Choice) -> tuple[str, ...]:
    """Where the visitor may stand in the same file, or in another topic, after this choice."""
    if isinstance(choice.target, Done):
        return ()
    return (choice.target.then if isinstance(choice.target, Call) else choice.target.node,)


def _outcomes(gate: Gate, audience: Audience | None, supposed: Mapping[str, str]) -> Iterator[str]:
    """Where the gate may lead; whether the audience is known is known here."""
    known = {"audience": "unknown" if audience is None else "known", **supposed}
    for outcome, there in gate.to.items():
        if known.get(gate.decide, outcome) == outcome:
            yield there


def next_states(tree: Tree, state: State, supposed: Mapping[str, str] = NOTHING) -> Iterator[State]:
    """One step on, through gates one at a time."""
    ref, audience = state
    match tree.node(ref):
        case Gate() as gate:
            yield from ((there, audience) for there in _outcomes(gate, audience, supposed))
        case Node() as node:
            for choice in offered(node, audience, tree):
                then = choice.sets.audience or audience
                yield from ((there, then) for there in after(choice))
                if isinstance(choice.target, Done) and tree.topic_of(ref).id == ENTRANCE:
                    yield tree.topics[ENTRANCE].start, then
        case _:
            return


def starts(topic: Topic) -> tuple[State, ...]:
    """Where walks through this topic begin; pieces and the entrance serve strangers too."""
    known = tuple((topic.start, a) for a in Audience if a in topic.audiences)
    strangers = topic.piece or topic.id == ENTRANCE
    return ((topic.start, None), *known) if strangers else known


@dataclass(frozen=True)
class Reach:
    """How many choices lead to each state, from the nearest of several beginnings."""

    depth: Mapping[State, int]

    def audiences(self, ref: str) -> frozenset[Audience | None]:
        return frozenset(a for there, a in self.depth if there == ref)


def reach(
    tree: Tree,
    begin: Iterable[State],
    within: str | None = None,
    supposed: Mapping[str, str] = NOTHING,
) -> Reach:
    """Everything that can be reached.

    ``within`` stays in one topic or piece, ``supposed`` fixes gates (function → outcome).
    """
    depth: dict[State, int] = dict.fromkeys(begin, 0)
    waiting = deque(depth)
    while waiting:
        state = waiting.popleft()
        free = isinstance(tree.node(state[0]), Gate)
        for there in next_states(tree, state, supposed):
            inside = within is None or there[0].partition(".")[0] == within
            if there in depth or not inside or tree.node(there[0]) is None:
                continue
            depth[there] = depth[state] + (not free)
            if free:
                waiting.appendleft(there)
            else:
                waiting.append(there)
    return Reach(depth)


def readers(tree: Tree) -> Mapping[str, frozenset[Audience]]:
    """Who reads each screen; a stranger is addressed as a guardian.

    A screen that nobody reaches counts for all that its topic is for.
    """
    found: dict[str, frozenset[Audience]] = {}
    for topic in tree.topics.values():
        within = reach(tree, starts(topic), topic.id)
        for ref, node in topic.nodes.items():
            met = within.audiences(ref)
            mine = frozenset(a or Audience.GUARDIAN for a in met) or topic.audiences
            allowed = node.only.audience if isinstance(node, Node) else frozenset()
            found[ref] = mine & allowed if allowed else mine
    return found
