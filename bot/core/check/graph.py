"""Faults of the tree as a graph: what cannot be reached, and what cannot be left."""

from collections.abc import Iterator

from bot.core.check.exits import no_way_on
from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material, spoken
from bot.core.check.reach import (
    Reach,
    State,
    admits,
    after,
    offered,
    reach,
    starts,
)
from bot.core.conditions import SENT, WHO
from bot.core.tree import ENTRANCE, Audience, Choice, Gate, Node, Topic

PIECES = ("schule", "kontakt", "mitnehmen", "notfall")  # the bot's own ways lead into these
DEEPEST = 5  # choices from the start of a topic
MOST_CHOICES = 6


def graph(material: Material) -> Iterator[Finding]:
    """All findings of this kind."""
    yield from _whole(material)
    for topic in material.sound():
        within = reach(material.tree, starts(topic), topic.id)
        yield from _circles(material, topic)
        yield from _unreachable(material, topic, within)
        yield from _screens(material, topic, within)
        yield from no_way_on(material, topic, within)
    if not material.unread:
        yield from _apart(material)


def _whole(material: Material) -> Iterator[Finding]:
    present = {*material.tree.topics, *material.unread}
    for name in (ENTRANCE, *PIECES):
        if name not in present:
            folder = "knowledge/tree" if name == ENTRANCE else "knowledge/tree/pieces"
            yield Finding(
                Grade.ERROR,
                f"{folder}/{name}.yaml",
                1,
                "tree-missing-file",
                f"Der Bot braucht „{name}“, aber die Datei fehlt.",
                "Bitte aus einer früheren Fassung wiederherstellen.",
            )
    for ref in (WHO, SENT):
        topic, _, name = ref.partition(".")
        if topic in material.tree.topics and ref not in material.tree.nodes:
            yield material.finding(
                Grade.ERROR,
                topic,
                "tree-missing-screen",
                f"Der Bot braucht hier den Bildschirm „{name}“.",
                "Bitte die Kennung wiederherstellen; Texte und Auswahlen sind frei.",
            )


# ── Circles of gates ────────────────────────────────────────────────────────────────────────────


def _circles(material: Material, topic: Topic) -> Iterator[Finding]:
    gates = {ref: node for ref, node in topic.nodes.items() if isinstance(node, Gate)}
    said: set[str] = set()
    for ref in gates:
        behind = _behind(gates, ref)
        if ref in behind and ref not in said:
            said |= behind
            yield material.finding(
                Grade.ERROR,
                ref,
                "tree-circle",
                f"Von „{ref}“ führen Entscheidungen im Kreis, ohne dass jemand etwas wählt.",
                "Bitte ein Ergebnis zu einem Bildschirm mit Text führen.",
            )


def _behind(gates: dict[str, Gate], ref: str) -> set[str]:
    """All gates that can follow this one without a screen between."""
    found: set[str] = set()
    waiting = [ref]
    while waiting:
        for there in gates[waiting.pop()].to.values():
            if there in gates and there not in found:
                found.add(there)
                waiting.append(there)
    return found


# ── What nobody reaches ─────────────────────────────────────────────────────────────────────────


def _unreachable(material: Material, topic: Topic, within: Reach) -> Iterator[Finding]:
    for ref, node in topic.nodes.items():
        met = within.audiences(ref)
        name = ref.partition(".")[2]
        if not met:
            yield material.finding(
                Grade.ERROR,
                ref,
                "tree-unreachable",
                f"Den Bildschirm „{name}“ erreicht niemand.",
                f"Bitte eine Auswahl mit „goto: {name}“ ergänzen oder ihn löschen.",
            )
        elif isinstance(node, Node) and (lost := (node.only.audience & topic.audiences) - met):
            yield material.finding(
                Grade.ERROR,
                ref,
                "tree-unreachable-audience",
                f"Den Bildschirm „{name}“ erreichen {spoken(lost)} nicht, er ist aber für sie.",
                "Bitte eine Auswahl für sie ergänzen oder „only“ ändern.",
            )
        if ref == topic.start and isinstance(node, Node):
            yield from _closed_start(material, topic, node)


def _closed_start(material: Material, topic: Topic, start: Node) -> Iterator[Finding]:
    shut = [a for a in topic.audiences if not admits(start.only, a)]
    if shut:
        yield material.finding(
            Grade.ERROR,
            start.ref,
            "tree-closed-start",
            f"Das Thema ist für {spoken(shut)}, sein erster Bildschirm aber nicht.",
            "Bitte „only“ am ersten Bildschirm streichen oder „for“ ändern.",
        )


def _apart(material: Material) -> Iterator[Finding]:
    """Topics that no choice leads to from the entrance, only typed words."""
    tree = material.tree
    entrance = tree.topics.get(ENTRANCE)
    if entrance is None:
        return
    everywhere = reach(tree, starts(entrance))
    for topic in tree.subjects():
        lost = topic.audiences - everywhere.audiences(topic.start)
        if lost:
            yield material.finding(
                Grade.WARNING,
                topic.id,
                "tree-topic-apart",
                f"Zum Thema „{topic.title}“ führt für {spoken(lost)} keine Auswahl, "
                "nur getippte Worte.",
                "Bitte im Eingang oder in einem verwandten Thema eine Auswahl ergänzen.",
            )


# ── One screen ──────────────────────────────────────────────────────────────────────────────────


def _screens(material: Material, topic: Topic, within: Reach) -> Iterator[Finding]:
    for ref, node in topic.nodes.items():
        if not isinstance(node, Node):
            continue
        states = [(ref, audience) for audience in (None, *Audience) if (ref, audience)
                  in within.depth]  # fmt: skip
        yield from _exits(material, node, states)
        for choice in node.choices:
            yield from _strangers(material, choice, states, node)
        depth = min((within.depth[state] for state in states), default=0)
        if depth > DEEPEST:
            yield material.finding(
                Grade.WARNING,
                ref,
                "tree-deep",
                f"Bis zu diesem Bildschirm sind es {depth} Auswahlen, mehr als {DEEPEST}.",
                "Bitte einen kürzeren Weg anbieten.",
            )


def _exits(material: Material, node: Node, states: list[State]) -> Iterator[Finding]:
    stuck = [a for _, a in states if node.ask is None and not offered(node, a, material.tree)]
    if stuck:
        known = [a for a in stuck if a is not None]
        names = spoken(known) if known else "wer noch nicht gesagt hat, wer da ist,"
        yield material.finding(
            Grade.ERROR,
            node.ref,
            "tree-dead-end",
            f"Auf diesem Bildschirm gibt es für {names} keine Auswahl.",
            "Bitte eine Auswahl ergänzen, zum Beispiel „call: kontakt“.",
        )
    most = max((len(offered(node, a, material.tree)) for _, a in states), default=0)
    if most > MOST_CHOICES:
        yield material.finding(
            Grade.WARNING,
            node.ref,
            "tree-many-choices",
            f"Dieser Bildschirm hat {most} Auswahlen, mehr als {MOST_CHOICES}.",
            "Bitte zusammenfassen oder auf zwei Bildschirme verteilen.",
        )


def _strangers(
    material: Material, choice: Choice, states: list[State], node: Node
) -> Iterator[Finding]:
    """A choice into a topic that is not for who sees it."""
    for there in after(choice):
        other = material.tree.topics.get(there.partition(".")[0])
        if other is None or other.piece or other.id == ENTRANCE:
            continue
        wrong = {
            audience
            for _, audience in states
            if audience is not None
            and admits(choice.only, audience)
            and (choice.sets.audience or audience) not in other.audiences
        }
        if wrong:
            yield material.finding(
                Grade.ERROR,
                f"{node.ref}.{choice.id}",
                "tree-wrong-audience",
                f"Auswahl „{choice.id}“ führt {spoken(wrong)} zum Thema „{other.id}“, "
                "das nicht für sie ist.",
                "Bitte die Auswahl mit „only: {audience: […]}“ einschränken.",
            )
