"""Whether each way, reference and condition is still as somebody approved it.

A way that was turned to another sound screen breaks no rule; only a record of where it led can
tell. ``knowledge/approved.csv`` is that record, ``lotse approve`` writes it after a second look.
"""

from collections.abc import Iterable, Iterator

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material
from bot.core.tree import Call, Choice, Done, Gate, Node, Only


def approvals(material: Material) -> Iterator[Finding]:
    """A warning for every screen that differs from its record; none where there is no record."""
    if not material.approved:
        return
    for ref, node in material.tree.nodes.items():
        was, now = material.approved.get(ref), signature(node)
        if was == now:
            continue
        what = _changed(was, now) if was is not None else "Dieser Bildschirm ist neu"
        yield material.finding(
            Grade.WARNING, ref, "approval-missing", f"{what}.",
            "Bitte zu zweit ansehen, dann: lotse approve",
        )  # fmt: skip
    for ref in material.approved.keys() - material.tree.nodes.keys():
        topic = ref.partition(".")[0]
        if topic not in material.unread:
            yield material.finding(
                Grade.WARNING, topic, "approval-gone", f"Der Bildschirm „{ref}“ fehlt jetzt.",
                "War das gewollt? Dann: lotse approve",
            )  # fmt: skip


def signature(node: Node | Gate) -> str:
    """Everything about a screen that decides who comes where and what is shown, as one line."""
    if isinstance(node, Gate):
        return f"{node.decide}: " + "; ".join(f"{way} → {to}" for way, to in node.to.items())
    parts = [f"{choice.id} → {_target(choice)}{_when(choice)}" for choice in node.choices]
    shown = [f"zeigt {fact}" for fact in node.facts]
    dates = [f"gilt {node.valid_from or ''} bis {node.valid_to or ''}"] if _dated(node) else []
    return "; ".join((*parts, *shown, *dates, *_only(node.only)))


def _changed(was: str, now: str) -> str:
    old, new = was.split("; "), now.split("; ")
    gone = [part for part in old if part not in new]
    come = [part for part in new if part not in old]
    return f"Geändert: vorher „{'; '.join(gone)}“, jetzt „{'; '.join(come)}“"


def _dated(node: Node) -> bool:
    return node.valid_from is not None or node.valid_to is not None


def _target(choice: Choice) -> str:
    match choice.target:
        case Done():
            return "zurück"
        case Call(there, then, skip):
            return f"{there}, dann {then}{', ohne Schule' if skip else ''}"
        case _:
            return choice.target.node


def _when(choice: Choice) -> str:
    does = f" ({choice.act.value})" if choice.act else ""
    said = ", ".join(_only(choice.only))
    return f"{does} [{said}]" if said else does


def _only(only: Only) -> list[str]:
    """The conditions that are set, in words that do not depend on chance."""
    sets: tuple[tuple[str, Iterable[str]], ...] = (
        ("für", only.audience),
        ("Sprache", only.language),
        ("Kreis", only.district),
        ("Schulform", only.school_type),
    )
    found = [f"{name} {' '.join(sorted(values))}" for name, values in sets if values]
    flags = {"offen": only.open, "erreichbar": only.reachable}
    return found + [f"{name} {value}" for name, value in flags.items() if value is not None]
