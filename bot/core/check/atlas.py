"""One HTML page to click through the whole tree: everything in it, nothing asked of anybody."""

import html
from typing import Final, assert_never

from bot.core.check.drawing import MEANING, Covered
from bot.core.tree import Audience, Call, Choice, Done, Gate, Goto, Node, Topic, Tree

WHO: Final = {Audience.PUPIL: "Schüler:in", Audience.GUARDIAN: "Eltern", Audience.TEACHER: "Schule"}
STYLE: Final = """
body{font:16px/1.5 sans-serif;margin:0;color:#1b1b1b;background:#fff}
nav{position:sticky;top:0;background:#fff;border-bottom:1px solid #767676;padding:.5rem 1rem}
main{padding:0 1rem 60vh;max-width:60rem}
section{border-left:.5rem solid;padding:.25rem 0 .25rem 1rem;margin:1.5rem 0}
section:target{outline:3px solid #0b57d0;outline-offset:4px}
a{color:#0b57d0}dt{font-weight:bold}dd{margin:0 0 .5rem}small{color:#555}
i{display:inline-block;width:1em;height:1em;border:1px solid #555;vertical-align:middle}
@media (prefers-color-scheme:dark){body,nav{background:#1b1b1b;color:#f2f2f2}a{color:#8ab4f8}
small{color:#bbb}}
"""


def page(tree: Tree, covered: Covered, version: str) -> str:
    """The page; links are anchors in it, so that it works from a stick, without a script."""
    topics = tree.topics.values()
    contents = " · ".join(
        f'<a href="#{_id(topic.start)}">{_safe(topic.title)}</a>' for topic in topics
    )
    legend = " ".join(
        f'<span><i style="background:{tint.value}"></i> {meaning}</span>'
        for tint, meaning in MEANING.items()
    )
    return (
        '<!doctype html><html lang="de"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Landkarte des Lotsen</title><style>{STYLE}</style></head><body>"
        f'<nav aria-label="Themen"><details><summary>Themen</summary>{contents}</details></nav>'
        f"<main><h1>Landkarte des Lotsen</h1><p>Stand des Wissens: {_safe(version)}. {legend}</p>"
        + "".join(_topic(tree, topic, covered) for topic in topics)
        + "</main></body></html>\n"
    )


def _topic(tree: Tree, topic: Topic, covered: Covered) -> str:
    nodes = "".join(_node(tree, node, covered) for node in topic.nodes.values())
    audiences = ", ".join(WHO[a] for a in Audience if a in topic.audiences)
    about = f"<p>{_safe(topic.purpose)} <small>{audiences}</small></p>"
    return f"<h2>{_safe(topic.title)}</h2>{about}{nodes}"


def _node(tree: Tree, node: Node | Gate, covered: Covered) -> str:
    tint = covered.tint(node)
    head = (
        f'<section id="{_id(node.ref)}" style="border-color:{tint.value}">'
        f"<h3>{_safe(node.ref)}</h3><p><small>{MEANING[tint]}</small></p>"
    )
    if isinstance(node, Gate):
        ways = "".join(f"<li>{_safe(o)}: {_link(tree, ref)}</li>" for o, ref in node.to.items())
        return f"{head}<p>Hier entscheidet „{_safe(node.decide)}“.</p><ul>{ways}</ul></section>"
    said = "".join(f"<dt>{who}</dt><dd>{_safe(text)}</dd>" for who, text in _said(tree, node))
    facts = f"<p>Zeigt: {_safe(', '.join(node.facts))}</p>" if node.facts else ""
    ways = "".join(f"<li>{_choice(tree, choice)}</li>" for choice in node.choices)
    return f"{head}<dl>{said}</dl>{facts}<ol>{ways}</ol></section>"


def _said(tree: Tree, node: Node) -> list[tuple[str, str]]:
    """Each wording once, with those who read it."""
    by_text: dict[str, list[str]] = {}
    for audience in Audience:
        if audience in (node.only.audience or tree.topic_of(node.ref).audiences):
            by_text.setdefault(node.say.of(audience), []).append(WHO[audience])
    return [(", ".join(who), text) for text, who in by_text.items()]


def _choice(tree: Tree, choice: Choice) -> str:
    only = ", ".join(WHO[a] for a in Audience if a in choice.only.audience)
    label = _safe(" / ".join(choice.label.variants()))
    label += f" <small>nur {only}</small>" if only else ""
    match choice.target:
        case Goto(ref):
            return f"{label} → {_link(tree, ref)}"
        case Call(ref, then):
            return f"{label} → {_link(tree, ref)}, danach {_link(tree, then)}"
        case Done():
            return f"{label} → zurück"
        case _:
            assert_never(choice.target)


def _link(tree: Tree, ref: str) -> str:
    topic = tree.topic_of(ref)
    return f'<a href="#{_id(ref)}">{_safe(topic.title)}: {_safe(ref.partition(".")[2])}</a>'


def _id(ref: str) -> str:
    return ref.replace(".", "--")


def _safe(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
