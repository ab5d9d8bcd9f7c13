"""What is there for this visitor now: conditions of the tree, and what must be asked first."""

from datetime import date
from typing import Any, Protocol, assert_never

from bot.core.records import Answer
from bot.core.tree import (
    ENTRANCE,
    Ask,
    Audience,
    Call,
    Choice,
    Done,
    Gate,
    Goto,
    Node,
    Only,
    Target,
    Tree,
)

WHO = f"{ENTRANCE}.wer"  # asks for the audience
PLACE = "schule"  # the piece that asks for the school
SENT = "kontakt.gesendet"  # is there only while a request is open


class View(Protocol):
    """What conditions and gates may look at."""

    @property
    def audience(self) -> Audience | None: ...

    @property
    def language(self) -> str: ...

    @property
    def district(self) -> str | None: ...

    @property
    def school_type(self) -> str: ...

    @property
    def day(self) -> date: ...

    @property
    def open(self) -> bool: ...

    @property
    def reachable(self) -> bool: ...

    @property
    def waiting(self) -> bool: ...

    @property
    def drafts(self) -> bool:
        """Whether what is not released yet is shown: to editors, in a preview."""
        ...

    @property
    def traced(self) -> dict[tuple[Answer, ...], tuple[Any, ...]]:
        """Walks of this visitor at this moment that were traced already, by ``walk.trace``."""
        ...

    def decide(self, function: str, *, skip_school: bool) -> str: ...

    def knows(self, choice: str) -> bool: ...


def holds(only: Only, view: View) -> bool:
    """Whether all named conditions are true."""
    return (
        (not only.audience or view.audience in only.audience)
        and (not only.language or view.language in only.language)
        and (not only.district or view.district in only.district)
        and (not only.school_type or view.school_type in only.school_type)
        and (only.open is None or only.open == view.open)
        and (only.reachable is None or only.reachable == view.reachable)
    )


def available(node: Node, view: View) -> bool:
    """Whether the node is shown to this visitor today."""
    return (
        (view.drafts or not node.draft)
        and (node.valid_from is None or node.valid_from <= view.day)
        and (node.valid_to is None or view.day <= node.valid_to)
        and holds(node.only, view)
    )


def choices(tree: Tree, node: Node, view: View) -> tuple[Choice, ...]:
    """The choices offered now: their conditions hold and they lead to something that is there."""

    def leads(target: Target) -> bool:
        match target:
            case Goto(ref) | Call(ref):
                return meant(tree, ref, view)
            case Done():
                return True
            case _:
                assert_never(target)

    return tuple(c for c in node.choices if holds(c.only, view) and leads(c.target))


def meant(tree: Tree, ref: str, view: View) -> bool:
    """Whether a node is for this visitor, today; somebody still unknown may be anybody."""
    there = tree.node(ref)
    if there is None:
        return False
    known = view.audience is None or view.audience in tree.topic_of(ref).audiences
    return known and (isinstance(there, Gate) or available(there, view))


def choice_of(node: Node, choice: str, view: View) -> Choice | None:
    """The choice by its id, also one that typed text found (a school, a district)."""
    for known in node.choices:
        if known.id == choice:
            return known
    if node.ask in {Ask.SCHOOL, Ask.PLACE} and view.knows(choice):
        return Choice(choice, node.say, Done())
    return None


def first_asked(tree: Tree, there: Node | Gate, view: View) -> str | None:
    """The question to be settled before: who writes, then at which school."""
    placed = there.needs_place or (isinstance(there, Node) and there.ask is Ask.MESSAGE)
    if view.audience is None and (placed or is_subject(tree, there.ref)):
        return WHO
    return tree.topics[PLACE].start if placed and view.district is None else None


def is_subject(tree: Tree, ref: str) -> bool:
    topic = tree.topic_of(ref)
    return not topic.piece and topic.id != ENTRANCE


def instead(tree: Tree, ref: str, view: View) -> str:
    """Where a node leads that is not for this visitor, or not today."""
    start = tree.topic_of(ref).start
    return start if start != ref and meant(tree, start, view) else tree.topics[ENTRANCE].start


def settled(tree: Tree, ref: str, view: View) -> bool:
    there = tree.node(ref)
    if ref == WHO:
        return view.audience is not None
    if ref == SENT:
        return not view.waiting
    asks_place = isinstance(there, Node) and there.ask in {Ask.SCHOOL, Ask.PLACE}
    return asks_place and view.district is not None
