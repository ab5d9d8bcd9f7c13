"""One topic file in its shape → a topic with resolved targets; what does not fit is a finding."""

from dataclasses import dataclass, field
from typing import Final

from bot.core.check.findings import Grade, meant
from bot.core.tree import (
    ENTRANCE,
    Audience,
    Choice,
    Gate,
    Node,
    Only,
    Sets,
    Source,
    Target,
    Text,
    Topic,
)
from bot.loading.pages import Page, Path
from bot.loading.shapes import ChoiceShape, NodeShape, OnlyShape, SetShape, TopicShape, Wording
from bot.loading.targets import Names, Targets
from bot.loading.wordings import worded

LONGEST_LABEL: Final = 40  # characters; more breaks into two lines on a narrow phone
UNREADABLE_LABEL: Final = 60  # characters; more is cut off there


@dataclass
class Branch:
    """A topic as it was read: ``whole`` is false when a part had to be left out."""

    topic: Topic
    written: dict[str, frozenset[Audience]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    whole: bool = True


def only(shape: OnlyShape) -> Only:
    return Only(
        frozenset(shape.audience),
        frozenset(shape.language),
        frozenset(shape.district),
        frozenset(shape.school_type),
        shape.open,
        shape.reachable,
    )


def sets(shape: SetShape) -> Sets:
    return Sets(
        audience=shape.audience,
        exclude=shape.exclude,
        consent=shape.consent,
        no_place=shape.place == "none",
        friend=shape.friend,
        reach=shape.reach,
        may_ask=shape.ask_later,
        window=shape.window,
        neutral=shape.neutral,
    )


class Grower:
    """Builds one topic; every fault goes onto the page, with the line of its part."""

    def __init__(self, page: Page, shape: TopicShape, names: Names) -> None:
        self._page, self._shape, self._names = page, shape, names
        self._id = shape.topic or shape.piece or ""
        self._nodes = frozenset(shape.nodes)
        self._special = shape.piece is not None or self._id == ENTRANCE
        self._targets = Targets(page, self._id, self._nodes, names, special=self._special)
        self._written: dict[str, frozenset[Audience]] = {}
        self._lines: dict[str, int] = {}

    def branch(self) -> Branch:
        """The whole topic."""
        shape = self._shape
        self._head()
        nodes = [self._node(name, node) for name, node in shape.nodes.items()]
        topic = Topic(
            self._id,
            shape.title,
            shape.purpose,
            frozenset(shape.for_),
            f"{self._id}.{shape.start}",
            {node.ref: node for node in nodes},
            shape.piece is not None,
            tuple(shape.words),
            tuple(shape.phrases),
            shape.owner,
            shape.check_by,
            tuple(Source(s.id, s.title, s.url, s.date) for s in shape.sources),
            self._page.file,
            shape.skip_school,
            shape.draft,
        )
        self._lines[self._id] = 1
        for at, source in enumerate(shape.sources):
            self._lines[f"{self._id}.sources.{source.id}"] = self._page.line(("sources", at))
        for part in ("title", "check_by", "words", "phrases", "for"):
            self._lines[f"{self._id}.{part}."] = self._page.line((part,))
        return Branch(topic, self._written, self._lines, not self._page.broken)

    def _fault(self, path: Path, slug: str, text: str, proposal: str = "") -> None:
        self._page.fault(self._page.line(path), slug, text, proposal)

    def _head(self) -> None:
        shape = self._shape
        if len(shape.title) > LONGEST_LABEL:
            self._too_long(("title",), "Der Titel", shape.title)
        if shape.start not in self._nodes:
            self._fault(
                ("start",),
                "tree-unknown-start",
                f"Der Anfang „{shape.start}“ ist kein Bildschirm dieser Datei.",
                meant(shape.start, self._nodes),
            )
        met: set[str] = set()
        for at, source in enumerate(shape.sources):
            if source.id in met:
                self._fault(
                    ("sources", at),
                    "tree-double-source",
                    f"Die Quelle „{source.id}“ steht zweimal in der Liste.",
                    "Bitte eine davon löschen.",
                )
            met.add(source.id)

    def _node(self, name: str, shape: NodeShape) -> Node | Gate:
        path: Path = ("nodes", name)
        ref, line = f"{self._id}.{name}", self._page.line(path)
        self._lines[ref] = line
        if name in self._names.topics or name in self._names.pieces:
            self._fault(
                path,
                "tree-node-named-like-topic",
                f"Der Bildschirm „{name}“ heißt wie ein Thema.",
                f"Vorschlag: „{name[:15]}_hier“.",
            )
        if shape.decide is not None:
            return self._gate(ref, path, shape, shape.decide)
        self._screen_only(path, shape)
        self._known_sources(path, shape)
        return Node(
            ref,
            self._say(ref, path, shape),
            self._choices(ref, path, shape),
            tuple(shape.facts),
            tuple(shape.sources),
            shape.ask,
            bool(shape.needs),
            only(shape.only),
            shape.valid_from,
            shape.valid_to,
            shape.check_by,
            line,
            shape.draft or self._shape.draft,
        )

    def _screen_only(self, path: Path, shape: NodeShape) -> None:
        if shape.to:
            self._fault(
                (*path, "to"),
                "tree-to-without-decide",
                "„to“ steht hier ohne „decide“.",
                "Bitte „decide: …“ ergänzen oder „to“ löschen.",
            )
        if shape.ask is not None and not self._special:
            self._fault(
                (*path, "ask"),
                "tree-piece-only",
                "„ask“ darf nur in Bausteinen (tree/pieces) stehen.",
                "Bitte den passenden Baustein rufen, zum Beispiel „call: kontakt“.",
            )

    def _known_sources(self, path: Path, shape: NodeShape) -> None:
        known = {source.id for source in self._shape.sources}
        for at, source in enumerate(shape.sources):
            if source not in known:
                self._fault(
                    (*path, "sources", at),
                    "tree-unknown-source",
                    f"Die Quelle „{source}“ steht nicht in der Liste oben.",
                    meant(source, known) or "Bitte oben unter „sources“ eintragen.",
                )

    def _say(self, ref: str, path: Path, shape: NodeShape) -> Text:
        if shape.say is None:
            self._fault(
                path,
                "key-missing",
                "Hier fehlt die Angabe „say“.",
                "Bitte „say: …“ ergänzen, den Text auf dem Bildschirm.",
            )
            return Text(f"{ref}.say", "", "", "")
        return self._text(f"{ref}.say", (*path, "say"), shape.say)

    def _text(self, key: str, path: Path, wording: Wording) -> Text:
        text, written = worded(key, wording)
        self._written[key] = written
        self._lines[key] = self._page.line(path)
        return text

    def _gate(self, ref: str, path: Path, shape: NodeShape, decide: str) -> Gate:
        if not self._special:
            self._fault(
                (*path, "decide"),
                "tree-piece-only",
                "„decide“ darf nur in Bausteinen (tree/pieces) stehen.",
                "Bitte den passenden Baustein rufen, zum Beispiel „call: kontakt“.",
            )
        if shape.say is not None or shape.choices:
            self._fault(
                path,
                "tree-gate-with-text",
                "Ein Bildschirm mit „decide“ wird nie gezeigt, hat aber Text oder Auswahlen.",
                "Bitte „say“ und „choices“ in einen eigenen Bildschirm schreiben.",
            )
        to = self._targets.outcomes(ref, path, decide, shape.to)
        return Gate(ref, decide, to, bool(shape.needs), self._page.line(path))

    def _choices(self, ref: str, path: Path, shape: NodeShape) -> tuple[Choice, ...]:
        met: set[str] = set()
        found: list[Choice] = []
        for at, choice in enumerate(shape.choices):
            where = (*path, "choices", at)
            if choice.id in met:
                self._fault(
                    where,
                    "tree-double-choice",
                    f"Die Auswahl „{choice.id}“ gibt es auf diesem Bildschirm zweimal.",
                    "Bitte einer von beiden eine andere Kennung geben.",
                )
            met.add(choice.id)
            target = self._targets.of(where, choice)
            if target is not None:
                found.append(self._choice(ref, where, choice, target))
        return tuple(found)

    def _choice(self, ref: str, path: Path, shape: ChoiceShape, target: Target) -> Choice:
        line = self._page.line(path)
        self._lines[f"{ref}.{shape.id}"] = line
        label = self._text(f"{ref}.label.{shape.id}", (*path, "label"), shape.label)
        for words in label.variants():
            if len(words) > LONGEST_LABEL:
                self._too_long((*path, "label"), f"Die Beschriftung „{words}“", words)
        if shape.act is not None and not self._special:
            self._fault(
                (*path, "act"),
                "tree-piece-only",
                "„act“ darf nur in Bausteinen (tree/pieces) stehen.",
                "Bitte den passenden Baustein rufen, zum Beispiel „call: kontakt“.",
            )
        return Choice(
            shape.id,
            label,
            target,
            tuple(shape.words),
            only(shape.only),
            sets(shape.set),
            shape.act,
            line,
        )

    def _too_long(self, path: Path, what: str, words: str) -> None:
        self._page.fault(
            self._page.line(path),
            "words-long-label",
            f"{what} hat {len(words)} Zeichen; auf einen Knopf passen {LONGEST_LABEL}.",
            "Bitte kürzer schreiben.",
            Grade.WARNING if len(words) <= UNREADABLE_LABEL else Grade.ERROR,
        )
