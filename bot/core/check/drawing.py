"""The tree as pictures: Mermaid and DOT, a topic or all of them, coloured by what is covered."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from bot.core.tree import Call, Choice, Done, Gate, Goto, Node, Topic, Tree

WIDEST: Final = 32  # letters of a line in a box
LINES: Final = 3


class Tint(StrEnum):
    """How far a screen is covered; the colours differ in lightness, too."""

    PLAYED = "#b7e1cd"  # a scenario shows it
    SEEN = "#fff3c4"  # only the exhaustive walk has seen it
    UNSEEN = "#f4b6b6"  # nobody sees it
    DRAFT = "#e0e0e0"
    GATE = "#dbe9ff"


MEANING: Final = {
    Tint.PLAYED: "in einem Szenario gespielt",
    Tint.SEEN: "erreichbar, in keinem Szenario",
    Tint.UNSEEN: "von niemandem erreicht",
    Tint.DRAFT: "Entwurf",
    Tint.GATE: "hier entscheidet eine Funktion",
}


@dataclass(frozen=True)
class Box:
    """A screen, a gate, or (``far``) another topic that is led to."""

    id: str
    text: str
    tint: Tint
    far: bool = False


@dataclass(frozen=True)
class Arrow:
    start: str
    end: str
    label: str
    back: bool = False  # where the walk goes on after a piece


@dataclass(frozen=True)
class Picture:
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True)
class Covered:
    """Which screens the exhaustive walk has seen, and which the scenarios."""

    seen: Collection[str]
    played: Collection[str]

    def tint(self, node: Node | Gate) -> Tint:
        if isinstance(node, Gate):
            return Tint.GATE
        if node.draft:
            return Tint.DRAFT
        if node.ref in self.played:
            return Tint.PLAYED
        return Tint.SEEN if node.ref in self.seen else Tint.UNSEEN


def topic_picture(tree: Tree, topic: Topic, covered: Covered) -> Picture:
    """One topic or piece, and as single boxes what it leads to."""
    boxes = {ref: _box(node, covered) for ref, node in topic.nodes.items()}
    arrows = [arrow for node in topic.nodes.values() for arrow in _arrows(node)]
    for arrow in arrows:
        if arrow.end not in boxes:
            boxes[arrow.end] = _far(tree, arrow.end)
    return Picture(topic.title, tuple(boxes.values()), tuple(arrows))


def whole_picture(tree: Tree, covered: Covered) -> Picture:
    """All topics: a box for each, an arrow for each way between two of them."""
    boxes, arrows = [], {}
    for topic in tree.topics.values():
        tints = [covered.tint(node) for node in topic.nodes.values() if isinstance(node, Node)]
        screens = sum(isinstance(node, Node) for node in topic.nodes.values())
        text = f"{topic.title}\n{screens} Bildschirme"
        boxes.append(Box(topic.id, text, _worst(tints)))
        for node in topic.nodes.values():
            for arrow in _arrows(node):
                end = arrow.end.partition(".")[0]
                if end != topic.id and not arrow.back:
                    arrows[topic.id, end] = Arrow(topic.id, end, "")
    return Picture("Alle Themen", tuple(boxes), tuple(arrows.values()))


def _worst(tints: Collection[Tint]) -> Tint:
    """Unseen before draft before merely seen; played only when some of it was."""
    for tint in (Tint.UNSEEN, Tint.PLAYED, Tint.SEEN, Tint.DRAFT):
        if tint in tints:
            return tint
    return Tint.GATE


def _box(node: Node | Gate, covered: Covered) -> Box:
    name = node.ref.partition(".")[2]
    text = f"{name}\n{_short(node.decide if isinstance(node, Gate) else node.say.guardian)}"
    return Box(node.ref, text, covered.tint(node))


def _far(tree: Tree, ref: str) -> Box:
    topic = tree.topic_of(ref)
    return Box(ref, topic.title, Tint.GATE if topic.piece else Tint.SEEN, far=True)


def _short(words: str) -> str:
    """The beginning of a text in a few short lines."""
    rows: list[str] = [""]
    for word in words.split():
        if len(rows[-1]) + len(word) >= WIDEST:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return "\n".join(rows[:LINES]) + ("…" if len(rows) > LINES else "")


def _arrows(node: Node | Gate) -> Iterator[Arrow]:
    if isinstance(node, Gate):
        yield from (Arrow(node.ref, there, outcome) for outcome, there in node.to.items())
        return
    for choice in node.choices:
        yield from _of_choice(node.ref, choice)


def _of_choice(ref: str, choice: Choice) -> Iterator[Arrow]:
    label = choice.label.guardian
    match choice.target:
        case Goto(there):
            yield Arrow(ref, there, label)
        case Call(there, then):
            yield Arrow(ref, there, label)
            yield Arrow(ref, then, label, back=True)
        case Done():
            return
        case _:
            assert_never(choice.target)


# ── In words ────────────────────────────────────────────────────────────────────────────────────


def dot(picture: Picture) -> str:
    """The picture for graphviz."""
    rows = [
        "digraph lotse {",
        f"  label={_quoted(picture.title)}; labelloc=t; rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];',
        '  edge [fontname="sans-serif", fontsize=9, color="#555555"];',
    ]
    for box in picture.boxes:
        style = ', style="dashed,filled"' if box.far else ""
        rows.append(
            f'  {_quoted(box.id)} [label={_quoted(box.text)}, fillcolor="{box.tint.value}"{style}];'
        )
    for arrow in picture.arrows:
        style = ", style=dotted" if arrow.back else ""
        label = f"label={_quoted(arrow.label)}"
        rows.append(f"  {_quoted(arrow.start)} -> {_quoted(arrow.end)} [{label}{style}];")
    return "\n".join((*rows, "}", ""))


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def mermaid(picture: Picture) -> str:
    """The picture for Mermaid."""
    names = {box.id: f"n{at}" for at, box in enumerate(picture.boxes)}
    rows = ["---", f"title: {picture.title}", "---", "flowchart LR"]
    rows += [f'  {names[box.id]}["{_plain(box.text)}"]:::{box.tint.name}' for box in picture.boxes]
    for arrow in picture.arrows:
        line = "-.->" if arrow.back else "-->"
        label = f'|"{_plain(arrow.label)}"|' if arrow.label else ""
        rows.append(f"  {names[arrow.start]} {line}{label} {names[arrow.end]}")
    rows += [f"  classDef {tint.name} fill:{tint.value},color:#000" for tint in Tint]
    return "\n".join((*rows, ""))


def _plain(text: str) -> str:
    """Text inside Mermaid's quotation marks: its own entity codes for what would end them."""
    plain = text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;")
    return plain.replace("\n", "<br/>")
