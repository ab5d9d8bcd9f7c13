"""References that must lead somewhere: facts, helplines, sources, languages, districts."""

import re
from collections.abc import Iterator
from typing import Final

from bot.core.check.findings import Finding, Grade, meant
from bot.core.check.material import Material, spoken
from bot.core.check.reach import readers
from bot.core.tree import Audience, Node, Only, Topic

FACTS: Final = frozenset(
    {
        "helplines.now",
        "helplines.topic",
        "post.contact",
        "ladder.contacts",
        "school.contact",
        "office.contact",
        "coordination.contact",
        "reader.visit",
        "card",
    }
)
CARD_PIECE: Final = "mitnehmen"
_ALWAYS: Final = Only()
_LAW: Final = re.compile(r"§|\b\w*[Gg]esetz(?:e[ns]?|lich\w*)?\b|\b\w*[Vv]erordnung\b|\bErlass\b")


def references(material: Material) -> Iterator[Finding]:
    """All findings of this kind."""
    who = readers(material.tree)
    for topic, node in material.screens():
        for fact in node.facts:
            yield from _fact(material, topic, node, fact, who[node.ref])
        yield from _only(material, node.ref, node.only)
        for choice in node.choices:
            yield from _only(material, f"{node.ref}.{choice.id}", choice.only)
        yield from _law(material, node)
    for topic in material.sound():
        yield from _sources(material, topic)


def _fact(
    material: Material, topic: Topic, node: Node, fact: str, audiences: frozenset[Audience]
) -> Iterator[Finding]:
    kind, _, name = fact.partition(".")
    if kind == "helpline":
        yield from _helpline(material, node, name, audiences)
    elif fact not in FACTS:
        yield material.finding(
            Grade.ERROR,
            node.ref,
            "facts-unknown",
            f"Den Verweis „{fact}“ gibt es nicht.",
            meant(fact, {*FACTS, "helpline.<Kennung>"}),
        )
    elif fact == "card" and topic.id != CARD_PIECE:
        yield material.finding(
            Grade.ERROR,
            node.ref,
            "facts-card",
            "Die Karte („card“) steht nur im Baustein „mitnehmen“.",
            "Bitte eine Auswahl mit „call: mitnehmen“ schreiben.",
        )
    elif fact == "helplines.topic":
        yield from _topic_lines(material, topic, node, audiences)


def _helpline(
    material: Material, node: Node, name: str, audiences: frozenset[Audience]
) -> Iterator[Finding]:
    if "helplines" in material.unread:
        return
    line = material.directory.helplines.get(name)
    if line is None:
        yield material.finding(
            Grade.ERROR,
            node.ref,
            "facts-unknown-helpline",
            f"Die Hilfe „{name}“ steht nicht im Verzeichnis.",
            meant(name, material.directory.helplines),
        )
    elif wrong := audiences - line.audiences:
        yield material.finding(
            Grade.WARNING,
            node.ref,
            "facts-helpline-audience",
            f"{line.name} ist nicht für {spoken(wrong)}, steht hier aber auch für sie.",
            "Bitte eine andere Hilfe wählen oder den Bildschirm aufteilen.",
        )


def _topic_lines(
    material: Material, topic: Topic, node: Node, audiences: frozenset[Audience]
) -> Iterator[Finding]:
    if "helplines" in material.unread:
        return
    served = {
        audience
        for line in material.directory.helplines.values()
        if topic.id in line.topics
        for audience in line.audiences
    }
    if lacking := audiences - served:
        yield material.finding(
            Grade.WARNING,
            node.ref,
            "facts-no-topic-line",
            f"Zum Thema „{topic.id}“ steht für {spoken(lacking)} keine Hilfe im Verzeichnis.",
            "Bitte in helplines.csv unter „topics“ eintragen, wo es passt.",
        )


def _only(material: Material, key: str, only: Only) -> Iterator[Finding]:
    if only == _ALWAYS:
        return
    directory = material.directory
    types = {school.type for school in directory.schools.values() if school.type}
    for what, file, given, known in (
        ("Die Sprache", "languages", only.language, set(material.languages)),
        ("Den Kreis", "districts", only.district, set(directory.districts)),
        ("Die Schulform", "schools", only.school_type, types),
    ):
        for value in sorted(given - known):
            if file not in material.unread:
                yield material.finding(
                    Grade.ERROR,
                    key,
                    "only-unknown",
                    f"{what} „{value}“ gibt es nicht.",
                    meant(value, known),
                )


def _law(material: Material, node: Node) -> Iterator[Finding]:
    said = " ".join(node.say.variants())
    found = _LAW.search(said)
    if found and not node.sources:
        yield material.finding(
            Grade.WARNING,
            node.ref,
            "sources-missing",
            f"Der Text spricht vom Recht („{found[0]}“), nennt aber keine Quelle.",
            "Bitte „sources: […]“ ergänzen.",
        )


def _sources(material: Material, topic: Topic) -> Iterator[Finding]:
    used = {
        source for node in topic.nodes.values() if isinstance(node, Node) for source in node.sources
    }
    for source in topic.sources:
        key = f"{topic.id}.sources.{source.id}"
        if source.id not in used:
            yield material.finding(
                Grade.INFO,
                key,
                "sources-unused",
                f"Auf die Quelle „{source.id}“ beruft sich kein Bildschirm.",
                "Bitte an einem Bildschirm nennen oder streichen.",
            )
        if not source.date:
            yield material.finding(
                Grade.INFO,
                key,
                "sources-undated",
                f"Die Quelle „{source.id}“ trägt kein Datum.",
                "Bitte eine datierte Quelle suchen.",
            )
