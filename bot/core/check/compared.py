"""What changed between two states of the knowledge, in words; a number with all its screens."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from bot.core.check.graph import graph
from bot.core.check.material import Material
from bot.core.directory import Helpline, Post, PostKind
from bot.core.tree import Call, Choice, Done, Gate, Node, Text, Topic

GERMAN: Final = {
    "name": "Name", "phone": "Telefon", "phones": "Telefon", "email": "Mailadresse",
    "street": "Straße", "plz": "Postleitzahl", "town": "Ort", "website": "Internetseite",
    "chat_url": "Chat", "hours_text": "Zeiten", "room": "Raum", "cost": "Kosten",
}  # fmt: skip
BEFORE, BEHIND = 20, 50  # letters shown around a change
CONTACTS: Final = frozenset({"ladder.contacts", "post.contact", "office.contact"})


@dataclass(frozen=True)
class Difference:
    """The sentences, and how many of each kind: the first line of ``lotse diff``."""

    lines: tuple[str, ...]
    counts: Mapping[str, int]

    def summary(self) -> str:
        said = [f"{count} {what}" for what, count in self.counts.items() if count]
        return ", ".join(said) or "Nichts hat sich geändert"


def compared(before: Material, after: Material) -> Difference:
    """Everything an editor would want to read before releasing it."""
    groups = {
        "geänderte Texte": list(_texts(before, after)),
        "neue Bildschirme": list(_only_in(after, before, "neu")),
        "gelöschte Bildschirme": list(_only_in(before, after, "gelöscht")),
        "geänderte Wege": list(_ways(before, after)),
        "geänderte Verweise und Bedingungen": list(_nodes(before, after)),
        "jetzt unerreichbar": list(_unreachable(before, after)),
        "geänderte Angaben im Verzeichnis": list(_directory(before, after)),
    }
    lines = tuple(line for found in groups.values() for line in found)
    return Difference(lines, {what: len(found) for what, found in groups.items()})


# ── Texts ───────────────────────────────────────────────────────────────────────────────────────


def _every_text(material: Material) -> dict[str, Text]:
    found = dict(material.texts)
    for _, node in material.screens():
        found[node.say.key] = node.say
        found |= {choice.label.key: choice.label for choice in node.choices}
    return found


def _texts(before: Material, after: Material) -> Iterator[str]:
    old, new = _every_text(before), _every_text(after)
    for key in sorted(old.keys() & new.keys()):
        if old[key].variants() != new[key].variants():
            was, now = _first_difference(old[key], new[key])
            yield f"Text {key}: „{was}“ → „{now}“"


def _first_difference(old: Text, new: Text) -> tuple[str, str]:
    """The first wording that differs, from shortly before the place where it does."""
    pairs = zip(
        (old.pupil, old.guardian, old.teacher), (new.pupil, new.guardian, new.teacher), strict=True
    )
    was, now = next((was, now) for was, now in pairs if was != now)
    unlike = (at for at, (one, two) in enumerate(zip(was, now, strict=False)) if one != two)
    start = next(unlike, min(len(was), len(now)))
    return _around(was, start), _around(now, start)


def _around(text: str, at: int) -> str:
    start, end = max(0, at - BEFORE), at + BEHIND
    cut = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"


# ── The tree ────────────────────────────────────────────────────────────────────────────────────


def _only_in(here: Material, there: Material, what: str) -> Iterator[str]:
    for ref, node in here.tree.nodes.items():
        if ref not in there.tree.nodes:
            draft = " (Entwurf)" if isinstance(node, Node) and node.draft else ""
            yield f"Bildschirm {ref} ist {what}{draft}"


def _both(before: Material, after: Material) -> Iterator[tuple[Node | Gate, Node | Gate]]:
    for ref, new in after.tree.nodes.items():
        if (old := before.tree.nodes.get(ref)) is not None:
            yield old, new


def _ways(before: Material, after: Material) -> Iterator[str]:
    for old, new in _both(before, after):
        was, now = _targets(old), _targets(new)
        for name in [*was, *(each for each in now if each not in was)]:
            if was.get(name) != now.get(name):
                start, end = was.get(name, "nirgends"), now.get(name, "nirgends")
                yield f"Weg {new.ref}, „{name}“: führte zu {start}, führt zu {end}"


def _targets(node: Node | Gate) -> dict[str, str]:
    if isinstance(node, Gate):
        return dict(node.to)
    return {choice.id: _target(choice) for choice in node.choices}


def _target(choice: Choice) -> str:
    if isinstance(choice.target, Done):
        return "zurück"
    then = f", dann {choice.target.then}" if isinstance(choice.target, Call) else ""
    return f"{choice.target.node}{then}"


def _nodes(before: Material, after: Material) -> Iterator[str]:
    for old, new in _both(before, after):
        if not isinstance(old, Node) or not isinstance(new, Node):
            continue
        for name, was, now in (
            ("zeigt", old.facts, new.facts),
            ("gilt für", _conditions(old), _conditions(new)),
            ("ist Entwurf", old.draft, new.draft),
        ):
            if was != now:
                yield f"Bildschirm {new.ref} {name}: vorher {_listed(was)}, jetzt {_listed(now)}"


def _conditions(node: Node) -> tuple[str, ...]:
    own = (str(node.only), str(node.valid_from), str(node.valid_to))
    return (*own, *(f"{choice.id}: {choice.only}" for choice in node.choices))


def _listed(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return ", ".join(value) or "nichts" if isinstance(value, tuple) else str(value)


def _unreachable(before: Material, after: Material) -> Iterator[str]:
    def lost(material: Material) -> set[str]:
        found = (finding for finding in graph(material) if finding.id == "tree-unreachable")
        return {finding.text for finding in found}

    yield from sorted(lost(after) - lost(before))


# ── The directory ───────────────────────────────────────────────────────────────────────────────


def _directory(before: Material, after: Material) -> Iterator[str]:
    old, new = before.directory, after.directory
    yield from _entries(after, "Hilfetelefon", old.helplines, new.helplines)
    yield from _entries(after, "Stelle", old.posts, new.posts)


def _entries(
    after: Material,
    what: str,
    old: Mapping[str, Helpline] | Mapping[str, Post],
    new: Mapping[str, Helpline] | Mapping[str, Post],
) -> Iterator[str]:
    for name in [*old, *(each for each in new if each not in old)]:
        was, now = old.get(name), new.get(name)
        if now is None:
            yield f"{what} {name} ist gelöscht"
            continue
        if was is None:
            yield f"{what} {name} ist neu{_where(screens_with(after, now))}"
            continue
        for field in fields(now):
            one, two = getattr(was, field.name), getattr(now, field.name)
            if one != two and field.name in GERMAN:
                shown = _where(screens_with(after, now))
                yield f"{what} {name}, {GERMAN[field.name]}: {_said(one)} → {_said(two)}{shown}"


def _said(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value) or "nichts"


def _where(screens: Collection[str]) -> str:
    return f". Steht auf: {', '.join(screens)}" if screens else ". Steht auf keinem Bildschirm"


def screens_with(material: Material, entry: Helpline | Post) -> tuple[str, ...]:
    """Every screen on which this entry may appear, by name or by topic, place and hour."""
    return tuple(node.ref for topic, node in material.screens() if _shows(topic, node, entry))


def _shows(topic: Topic, node: Node, entry: Helpline | Post) -> bool:
    facts = set(node.facts)
    match entry:
        case Helpline():
            anywhere = topic.piece or "allgemein" in entry.topics or topic.id in entry.topics
            return (
                f"helpline.{entry.id}" in facts
                or ("helplines.topic" in facts and topic.id in entry.topics)
                or ("helplines.now" in facts and anywhere)
            )
        case Post(kind=PostKind.COORDINATION_OFFICE):
            return bool(facts & {*CONTACTS, "coordination.contact"})
        case _:
            return bool(facts & CONTACTS)
