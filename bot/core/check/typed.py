"""Faults in what people may type: one word that means two things, too few example sentences."""

from collections.abc import Iterator
from typing import Final

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material, spoken
from bot.core.tree import Choice, Node, Topic
from bot.core.understand.topics import TopicIndex

PHRASES: Final = range(6, 61)  # example sentences of a topic


def typed(material: Material) -> Iterator[Finding]:
    """All findings of this kind."""
    for _, node in material.screens():
        yield from _same_words(material, node)
    yield from _same_topic_words(material)
    yield from _not_found(material)
    for topic in material.tree.subjects():
        if len(topic.phrases) not in PHRASES:
            yield material.finding(
                Grade.WARNING, f"{topic.id}.phrases.", "words-phrases",
                f"Das Thema „{topic.id}“ hat {len(topic.phrases)} Beispielsätze.",
                "Bitte 6 bis 60 Sätze schreiben, wie Menschen sie tippen.",
            )  # fmt: skip


def _not_found(material: Material) -> Iterator[Finding]:
    """Example sentences that lead elsewhere, and topics to which not one of them leads."""
    known = TopicIndex(material.tree)
    for topic in material.tree.subjects():
        found = [(phrase, known.find(phrase, None)[:1]) for phrase in topic.phrases]
        elsewhere = [(phrase, hit) for phrase, hit in found if not hit or hit[0][0] != topic.id]
        if found and len(elsewhere) == len(found):
            yield material.finding(
                Grade.WARNING, f"{topic.id}.phrases.", "words-never-found",
                f"Keiner der Beispielsätze führt zum Thema „{topic.id}“.",
                "Bitte Wörter und Sätze schreiben, die nur hierher gehören.",
            )  # fmt: skip
            continue
        for phrase, hit in elsewhere:
            where = f"„{hit[0][0]}“" if hit else "keinem Thema"
            yield material.finding(
                Grade.INFO, f"{topic.id}.phrases.", "words-found-elsewhere",
                f"„{phrase}“ führt zuerst zu {where} statt zu „{topic.id}“.",
                "Bitte den Satz ändern oder verschieben.",
            )  # fmt: skip


def _same_words(material: Material, node: Node) -> Iterator[Finding]:
    """One word beside two choices that the same person sees."""
    for at, choice in enumerate(node.choices):
        for other in node.choices[:at]:
            both = {w.lower() for w in choice.words} & {w.lower() for w in other.words}
            if both and _seen_together(choice, other):
                yield material.finding(
                    Grade.ERROR,
                    f"{node.ref}.{choice.id}",
                    "words-same-word",
                    f"„{min(both)}“ steht bei den Auswahlen „{other.id}“ und „{choice.id}“.",
                    "Bitte bei einer von beiden streichen.",
                )


def _seen_together(one: Choice, two: Choice) -> bool:
    if not one.only.audience or not two.only.audience:
        return True
    return bool(one.only.audience & two.only.audience)


def _same_topic_words(material: Material) -> Iterator[Finding]:
    """One word or phrase for two topics that the same audience is led to."""
    met: dict[str, list[Topic]] = {}
    for topic in material.tree.subjects():
        for part, typed in (("words", topic.words), ("phrases", topic.phrases)):
            for word in {w.lower() for w in typed}:
                for other in met.get(word, ()):
                    if topic is not other and (both := topic.audiences & other.audiences):
                        yield material.finding(
                            Grade.ERROR,
                            f"{topic.id}.{part}.",
                            "words-same-topic-word",
                            f"„{word}“ steht bei den Themen „{other.id}“ und „{topic.id}“, "
                            f"beide für {spoken(both)}.",
                            "Bitte bei einem von beiden streichen.",
                        )
                met.setdefault(word, []).append(topic)
