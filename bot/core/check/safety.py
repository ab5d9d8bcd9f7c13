"""What protects a child: a line that always answers, and no free text that nobody reads."""

from collections.abc import Iterator
from datetime import time
from typing import Final

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material, spoken
from bot.core.check.reach import reach, starts
from bot.core.directory import Directory, Helpline, Span
from bot.core.tree import Ask, Audience, Node, Topic

EMERGENCY: Final = "notfall"
_AROUND_THE_CLOCK: Final = frozenset(Span(day, time(0), time.max) for day in range(7))


def safety(material: Material) -> Iterator[Finding]:
    """All findings of this kind."""
    if "helplines" not in material.unread:
        yield from _always_answered(material)
        yield from _emergency_piece(material)
    for topic in material.sound():
        yield from _unread_words(material, topic)


def around_the_clock(line: Helpline) -> bool:
    """Answers at every hour of the week, everywhere in the Land, by voice or at once in a chat."""
    return (
        set(line.hours) >= _AROUND_THE_CLOCK
        and not line.districts
        and bool(line.phone or line.instant_chat)
    )


def _always(directory: Directory) -> frozenset[Audience]:
    """The audiences that have a counselling line at every hour; 110 and 112 are no counselling."""
    return frozenset(
        audience
        for line in directory.helplines.values()
        if around_the_clock(line) and not line.id.startswith("notruf-")
        for audience in line.audiences
    )


def _always_answered(material: Material) -> Iterator[Finding]:
    lacking = frozenset(Audience) - _always(material.directory)
    if lacking:
        yield material.finding(
            Grade.ERROR,
            "helplines",
            "safety-no-line",
            f"Für {spoken(lacking)} gibt es keine Hilfe, die rund um die Uhr antwortet.",
            "Bitte in helplines.csv eine Hilfe mit den Zeiten 24/7 eintragen.",
        )


def _emergency_piece(material: Material) -> Iterator[Finding]:
    piece = material.tree.topics.get(EMERGENCY)
    if piece is None or EMERGENCY in material.unread:
        return
    lacking = []
    for audience in Audience:
        met = reach(material.tree, [(piece.start, audience)], piece.id)
        nodes = [material.tree.node(ref) for ref, _ in met.depth]
        if not any(isinstance(n, Node) and _helps(material, n, audience) for n in nodes):
            lacking.append(audience)
    if lacking:
        yield material.finding(
            Grade.ERROR,
            piece.start,
            "safety-emergency-without-line",
            f"„Hilfe jetzt“ zeigt für {spoken(lacking)} keine Hilfe, die rund um die Uhr "
            "antwortet.",
            "Bitte „facts: [helplines.now]“ ergänzen.",
        )


def _helps(material: Material, node: Node, audience: Audience) -> bool:
    if "helplines.now" in node.facts:
        return True  # whether the directory has such a line is asked for itself
    named = (fact.removeprefix("helpline.") for fact in node.facts)
    lines = (material.directory.helplines.get(name) for name in named)
    return any(
        line is not None and audience in line.audiences and around_the_clock(line) for line in lines
    )


def _unread_words(material: Material, topic: Topic) -> Iterator[Finding]:
    """A screen that asks for a message and is reached although nobody could read it."""
    met = reach(material.tree, starts(topic), topic.id, supposed={"reachable": "nobody"})
    for ref, node in topic.nodes.items():
        if isinstance(node, Node) and node.ask is Ask.MESSAGE and met.audiences(ref):
            yield material.finding(
                Grade.ERROR,
                ref,
                "safety-unread-words",
                "Hier wird um eigene Worte gebeten, auch wenn niemand da ist, der sie liest.",
                "Bitte davor „decide: reachable“ setzen und „nobody“ anders weiterführen.",
            )
