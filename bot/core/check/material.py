"""What the check looks at: the loaded values, and where in the files each of them stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.check.findings import Finding, Grade
from bot.core.directory import Directory
from bot.core.translation import Line
from bot.core.tree import Audience, Node, Text, Topic, Tree

Where = tuple[str, int]  # file, line

GERMAN: Mapping[Audience, str] = {
    Audience.PUPIL: "Schüler:innen",
    Audience.GUARDIAN: "Eltern",
    Audience.TEACHER: "Lehrkräfte",
}


def spoken(audiences: Iterable[Audience]) -> str:
    """One audience or more by their German names, always in one order."""
    chosen = set(audiences)
    *first, last = [name for audience, name in GERMAN.items() if audience in chosen]
    return f"{', '.join(first)} und {last}" if first else last


@dataclass(frozen=True)
class Material:
    """Everything that was read, also when parts of it are wrong.

    ``where``: key → file and line; the keys are a topic's id, ``topic.node``,
    ``topic.node.choice``, a text's key, a post's id, ``helpline.<id>``, a directory file's name.
    ``written``: key of a text → the audiences it was written for (the others were filled).
    ``unread``: ids of topics, or names of files, that could not be read as they stand; what would
    follow from them alone is not said again.
    """

    tree: Tree
    directory: Directory
    texts: Mapping[str, Text]
    languages: frozenset[str]
    where: Mapping[str, Where] = field(default_factory=dict)
    written: Mapping[str, frozenset[Audience]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    staff: frozenset[str] = frozenset()  # keys of texts that only members read
    translations: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)  # by language
    approved: Mapping[str, str] = field(default_factory=dict)  # screen → its ways, as approved

    def finding(self, grade: Grade, key: str, slug: str, text: str, proposal: str = "") -> Finding:
        """A finding at the place of ``key``."""
        file, line = self.where.get(key, ("knowledge", 1))
        return Finding(grade, file, line, slug, text, proposal)

    def sound(self) -> Iterator[Topic]:
        """The topics and pieces that were read whole."""
        return (topic for topic in self.tree.topics.values() if topic.id not in self.unread)

    def screens(self) -> Iterator[tuple[Topic, Node]]:
        """Every screen that was read, with its topic."""
        for topic in self.tree.topics.values():
            for node in topic.nodes.values():
                if isinstance(node, Node):
                    yield topic, node
