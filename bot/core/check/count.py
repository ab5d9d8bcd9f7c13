"""How many ways lead through the tree, and how much of it has been seen."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.core.check.reach import after, offered
from bot.core.tree import Audience, Call, Choice, Done, Gate, Node, Tree

MOST: Final = 200_000  # places remembered while counting one topic; beyond, "more than"


def paths(tree: Tree) -> tuple[int, bool]:
    """Ways from the start of each topic or piece to each outcome, no screen twice.

    An outcome is a way out: another topic, a piece that is called, the way back out of a piece.
    Summed over who asks; ``False`` beside it when there were too many to count them all.
    """
    total, whole = 0, True
    for topic in tree.topics.values():
        for audience in topic.audiences:
            counter = _Counter(tree, topic.id, audience)
            total += counter.ways(topic.start, frozenset())
            whole = whole and len(counter.known) < MOST
    return total, whole


@dataclass
class _Counter:
    tree: Tree
    topic: str
    audience: Audience
    known: dict[tuple[str, frozenset[str]], int] = field(default_factory=dict)

    def ways(self, ref: str, met: frozenset[str]) -> int:
        if ref.partition(".")[0] != self.topic:
            return 1
        if ref in met or len(self.known) >= MOST:
            return 0
        key = (ref, met)
        if key not in self.known:
            self.known[key] = sum(self._on(ref, met | {ref}))
        return self.known[key]

    def _on(self, ref: str, met: frozenset[str]) -> Iterator[int]:
        node = self.tree.nodes[ref]
        if isinstance(node, Gate):
            yield from (self.ways(there, met) for there in set(node.to.values()))
            return
        for choice in offered(node, self.audience, self.tree):
            if isinstance(choice.target, Call | Done):
                yield 1
            yield from (self.ways(there, met) for there in after(choice))


@dataclass(frozen=True)
class Coverage:
    """How many screens and choices of a tree were seen, of how many."""

    screens: tuple[int, int]
    choices: tuple[int, int]
    unseen: tuple[str, ...]

    def sentence(self) -> str:
        (screens, all_screens), (choices, all_choices) = self.screens, self.choices
        return f"{screens} von {all_screens} Bildschirmen, {choices} von {all_choices} Auswahlen"


def released(tree: Tree, node: Node) -> tuple[Choice, ...]:
    """The choices that do not lead to a draft."""
    return tuple(choice for choice in node.choices if not any(map(tree.hidden, _into(choice))))


def _into(choice: Choice) -> tuple[str, ...]:
    return () if isinstance(choice.target, Done) else (choice.target.node,)


def coverage(
    tree: Tree, screens: Collection[str], choices: Collection[tuple[str, str]]
) -> Coverage:
    """What was seen of what there is; names that are no longer in the tree do not count."""
    nodes = [node for node in tree.nodes.values() if isinstance(node, Node) and not node.draft]
    every = [(node.ref, choice.id) for node in nodes for choice in released(tree, node)]
    unseen = tuple(node.ref for node in nodes if node.ref not in screens)
    taken = sum(each in choices for each in every)
    return Coverage((len(nodes) - len(unseen), len(nodes)), (taken, len(every)), unseen)
