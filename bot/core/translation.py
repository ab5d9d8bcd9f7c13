"""The same knowledge in another language: each text by its stable key, German where none is.

A translation remembers the German words it was made from. When those have changed it is stale:
a button then speaks German, and anything longer is shown together with the German.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from bot.core.knowledge import Knowledge
from bot.core.tree import Audience, Gate, Node, Text, Topic, Tree

LISTS = "words_"  # texts that list what people type: the German words still count
BOTH = "danger_"  # texts about danger are always shown in German, too
PIECE_OF_DANGER = "notfall"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a translator wrote, and the German words it was made from."""

    german: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a translator's file, and where it stands."""

    file: str
    line: int
    place: str
    german: str
    words: str


Catalog = Mapping[str, Phrase]  # by place, see ``places``


Said = Callable[[str, str], str]  # a place and its German words → what is said


class State(StrEnum):
    """How a German wording stands in a language."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"


def catalog_of(lines: Iterable[Line]) -> dict[str, Phrase]:
    """What is translated at all, by its place."""
    return {line.place: Phrase(line.german, line.words) for line in lines if line.words}


def places(text: Text) -> dict[str, str]:
    """Where the wordings of a text stand in a catalog → the German words, each wording once."""
    if text.pupil == text.guardian == text.teacher:
        return {text.key: text.pupil}
    found: dict[str, str] = {}
    for audience in Audience:
        found.setdefault(_place(text, audience), text.of(audience))
    return found


def _place(text: Text, audience: Audience) -> str:
    if audience is not Audience.PUPIL and text.guardian == text.teacher:
        return f"{text.key}/adult"
    return f"{text.key}/{audience.value}"


def state_of(catalog: Catalog, place: str, german: str) -> State:
    phrase = catalog.get(place)
    if phrase is None:
        return State.MISSING
    return State.FRESH if phrase.german == german else State.STALE


def title_of(topic: Topic) -> Text:
    """A topic's title as a text; it is the same for everybody."""
    return Text(f"{topic.id}.title", topic.title, topic.title, topic.title)


def labels(tree: Tree) -> Iterator[Text]:
    """What stands on buttons: titles and the choices' labels."""
    for topic in tree.topics.values():
        yield title_of(topic)
        for node in _screens(topic):
            yield from (choice.label for choice in node.choices)


def sayings(tree: Tree) -> Iterator[Text]:
    """What screens say."""
    for topic in tree.topics.values():
        yield from (node.say for node in _screens(topic))


def _screens(topic: Topic) -> Iterator[Node]:
    return (node for node in topic.nodes.values() if isinstance(node, Node))


@dataclass(frozen=True)
class Translator:
    """Turns texts, and the tree, into the words of one catalog."""

    catalog: Catalog
    worries: frozenset[str]  # topics that are dangers

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the texts of which anything is translated."""
        return frozenset(place.partition("/")[0] for place in self.catalog)

    def label(self, text: Text) -> Text:
        """On a button: the translation, or German when it is missing or stale."""
        return self._turned(text, self._short)

    def say(self, text: Text, *, both: bool = False) -> Text:
        """On a screen; ``both``: with the German below it, whatever its state."""
        return self._turned(text, self._both if both else self._long)

    def texts(self, texts: Mapping[str, Text]) -> dict[str, Text]:
        """The bot's own sentences."""
        return {key: self._own(key, text) for key, text in texts.items()}

    def tree(self, tree: Tree) -> Tree:
        topics = {topic.id: self._topic(topic) for topic in tree.topics.values()}
        nodes = {ref: node for topic in topics.values() for ref, node in topic.nodes.items()}
        return Tree(topics, nodes)

    def _own(self, key: str, text: Text) -> Text:
        if key.startswith(LISTS):
            return self._turned(text, self._listed)
        return self.say(text, both=key.startswith(BOTH))

    def _topic(self, topic: Topic) -> Topic:
        both = topic.id in self.worries or topic.id == PIECE_OF_DANGER
        nodes = {ref: self._node(node, both=both) for ref, node in topic.nodes.items()}
        title = self.label(title_of(topic))
        return replace(topic, title=title.of(None), nodes=nodes)

    def _node(self, node: Node | Gate, *, both: bool) -> Node | Gate:
        if isinstance(node, Gate):
            return node
        said, labels = self.say(node.say, both=both), [self.label(c.label) for c in node.choices]
        if said is node.say and all(
            new is c.label for new, c in zip(labels, node.choices, strict=True)
        ):
            return node
        relabelled = zip(node.choices, labels, strict=True)
        choices = tuple(replace(choice, label=label) for choice, label in relabelled)
        return replace(node, say=said, choices=choices)

    def _turned(self, text: Text, said: Said) -> Text:
        """The text in this language; itself where the catalog has nothing for it."""
        if text.key not in self.keys:
            return text
        if text.pupil == text.guardian == text.teacher:
            pupil = guardian = teacher = said(text.key, text.pupil)
        else:
            pupil, guardian, teacher = (said(_place(text, a), text.of(a)) for a in Audience)
        return Text(text.key, pupil, guardian, teacher, german=text)

    def _short(self, place: str, german: str) -> str:
        fresh = state_of(self.catalog, place, german) is State.FRESH
        return self.catalog[place].words if fresh else german

    def _long(self, place: str, german: str) -> str:
        fresh = state_of(self.catalog, place, german) is State.FRESH
        return self.catalog[place].words if fresh else self._both(place, german)

    def _both(self, place: str, german: str) -> str:
        phrase = self.catalog.get(place)
        return german if phrase is None or not german else f"{phrase.words}\n\n{german}"

    def _listed(self, place: str, german: str) -> str:
        phrase = self.catalog.get(place)
        return german if phrase is None else f"{german}, {phrase.words}"


def spoken_in(knowledge: Knowledge, catalogs: Mapping[str, Catalog]) -> Knowledge:
    """The knowledge with all that it is in other languages; typing is understood as before."""
    others: dict[str, Knowledge] = {}
    every = (*labels(knowledge.tree), *sayings(knowledge.tree))
    in_tree = {place for text in every for place, german in places(text).items() if german}
    for language, catalog in catalogs.items():
        translator = Translator(
            catalog, frozenset(entry.worry for entry in knowledge.lexicon.entries)
        )
        others[language] = replace(
            knowledge,
            tree=translator.tree(knowledge.tree),
            texts=translator.texts(knowledge.texts),
            locale=knowledge.languages[language].locale,
            whole=all(place in catalog for place in in_tree),
        )
    return replace(knowledge, others=others)
