"""Screens that help nobody further: no way to help from here, no way back out of a piece."""

from collections.abc import Callable, Iterator

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material
from bot.core.check.reach import Reach, State, after, next_states, offered
from bot.core.tree import ENTRANCE, Call, Choice, Done, Node, Topic


def no_way_on(material: Material, topic: Topic, within: Reach) -> Iterator[Finding]:
    """Screens of a topic from which no help is reached, of a piece from which nothing returns."""
    if topic.id == ENTRANCE:
        return
    leaves: Callable[[Choice], bool] = _returns if topic.piece else _helps(topic)
    good = {state for state in within.depth if _any_choice(material, state, leaves)}
    while True:
        more = {
            state
            for state in within.depth.keys() - good
            if any(there in good for there in next_states(material.tree, state))
        }
        if not more:
            break
        good |= more
    lost = {ref for ref, _ in within.depth.keys() - good}
    for ref in topic.nodes:
        if ref in lost:
            yield _stranded(material, topic, ref)


def _any_choice(material: Material, state: State, leaves: Callable[[Choice], bool]) -> bool:
    node = material.tree.node(state[0])
    if not isinstance(node, Node):
        return False
    return any(leaves(choice) for choice in offered(node, state[1], material.tree))


def _returns(choice: Choice) -> bool:
    return isinstance(choice.target, Done)


def _helps(topic: Topic) -> Callable[[Choice], bool]:
    def leaves(choice: Choice) -> bool:
        return isinstance(choice.target, Call) or any(
            there.partition(".")[0] != topic.id for there in after(choice)
        )

    return leaves


def _stranded(material: Material, topic: Topic, ref: str) -> Finding:
    if topic.piece:
        return material.finding(
            Grade.ERROR,
            ref,
            "tree-no-return",
            "Aus diesem Baustein führt von hier kein Weg zurück.",
            "Bitte eine Auswahl mit „done: true“ ergänzen.",
        )
    return material.finding(
        Grade.WARNING,
        ref,
        "tree-no-next-step",
        "Von hier führt keine Auswahl zu Hilfe oder zu einem anderen Thema.",
        "Bitte eine Auswahl mit „call: kontakt“ oder „call: mitnehmen“ ergänzen.",
    )
