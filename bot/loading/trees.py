"""knowledge/tree → the tree; a fault in one file does not hide those of another."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.core.check.findings import Finding, meant
from bot.core.tree import Audience, Tree
from bot.loading.branches import Branch, Grower
from bot.loading.faults import shaped
from bot.loading.pages import Page
from bot.loading.shapes import TopicShape
from bot.loading.targets import Names

PIECES = "knowledge/tree/pieces/"


@dataclass
class TreeRead:
    """The tree as far as it could be read."""

    tree: Tree
    findings: list[Finding] = field(default_factory=list)
    where: dict[str, tuple[str, int]] = field(default_factory=dict)
    written: dict[str, frozenset[Audience]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


def read_tree(pages: Iterable[Page]) -> TreeRead:
    """All topics and pieces, with their targets resolved across files."""
    shapes = [(page, _topic_shape(page)) for page in pages]
    names = _names(shapes)
    read = TreeRead(Tree({}))
    branches: list[Branch] = []
    for page, shape in shapes:
        if shape is None:
            read.unread.add(_stem(page))
        else:
            branch = Grower(page, shape, names).branch()
            branches.append(branch)
            _keep(read, page, branch)
        read.findings += page.findings
    topics = {branch.topic.id: branch.topic for branch in branches}
    nodes = {ref: node for topic in topics.values() for ref, node in topic.nodes.items()}
    read.tree = Tree(topics, nodes)
    return read


def _keep(read: TreeRead, page: Page, branch: Branch) -> None:
    read.where |= {key: (page.file, line) for key, line in branch.lines.items()}
    read.written |= branch.written
    if not branch.whole:
        read.unread.add(branch.topic.id)


def _stem(page: Page) -> str:
    return page.file.rpartition("/")[2].removesuffix(".yaml")


def _topic_shape(page: Page) -> TopicShape | None:
    shape = shaped(page, TopicShape)
    if shape is None:
        return None
    piece = page.file.startswith(PIECES)
    wanted, other = ("piece", "topic") if piece else ("topic", "piece")
    named = shape.piece if piece else shape.topic
    if (shape.topic is None) == (shape.piece is None) or named is None:
        page.fault(
            page.line((other,)),
            "tree-topic-or-piece",
            f"Diese Datei muss mit „{wanted}: …“ beginnen.",
            f"Bitte „{wanted}: {_stem(page)}“ schreiben.",
        )
        return None
    if named != _stem(page):
        page.fault(
            page.line((wanted,)),
            "tree-file-name",
            f"Das Thema heißt „{named}“, die Datei aber „{_stem(page)}.yaml“.",
            meant(named, [_stem(page)]) or f"Bitte „{wanted}: {_stem(page)}“ schreiben.",
        )
        return None
    return shape


def _names(shapes: Iterable[tuple[Page, TopicShape | None]]) -> Names:
    """The start of every file.

    One that could not be read keeps its name: no choice that leads there is blamed for it.
    """
    topics: dict[str, str] = {}
    pieces: dict[str, str] = {}
    for page, shape in shapes:
        names = pieces if page.file.startswith(PIECES) else topics
        start = "" if shape is None else shape.start
        names[_stem(page)] = f"{_stem(page)}.{start}"
    return Names(topics, pieces)
