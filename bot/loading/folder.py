"""The folder of the authors as a whole."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final

from bot.core.calendar import Calendar
from bot.core.check.findings import Finding, Grade, in_order
from bot.core.check.knowledge import findings as all_findings
from bot.core.check.material import Material
from bot.core.knowledge import Knowledge
from bot.core.translation import spoken_in
from bot.core.understand.crisis import Lexicon, danger
from bot.core.understand.schools import SchoolIndex
from bot.core.understand.topics import TopicIndex
from bot.core.words import PIECE_PLACEHOLDERS, TEXTS
from bot.loading.directories import read_directory
from bot.loading.pages import Page, read_page
from bot.loading.phrases import read_phrases
from bot.loading.snippets import read_snippets
from bot.loading.translations import read_translations
from bot.loading.trees import read_tree
from bot.loading.words_files import TextsRead, read_crisis, read_languages, read_texts
from bot.shelf import ROOT, Shelf, shelf_of, without_collecting

LANGUAGES: Final = f"{ROOT}/languages/languages.yaml"
APPROVED: Final = f"{ROOT}/approved.csv"
_NO_CRISIS: Final = Finding(
    Grade.ERROR, f"{ROOT}/crisis", 1, "crisis-missing",
    "Die Worte für Gefahr fehlen: Der Bot würde keinen Notfall erkennen.",
    "Bitte den Ordner aus einer früheren Fassung wiederherstellen.",
)  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """What was read. ``knowledge`` is ``None`` as soon as one finding is an error."""

    knowledge: Knowledge | None
    findings: tuple[Finding, ...]
    material: Material
    root: str = ROOT
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def load(folder: Path, operator: Mapping[str, str] | None = None, *, learn: bool = True) -> Loaded:
    """Read everything; all faults of form at once. ``operator`` is who runs the bot (settings).

    ``learn=False`` leaves ``knowledge`` out: for who looks at the material alone.
    """
    return read(shelf_of(folder), operator, learn=learn)


@without_collecting()
def read(shelf: Shelf, operator: Mapping[str, str] | None = None, *, learn: bool = True) -> Loaded:
    """As ``load``, of files that are at hand."""
    tree = read_tree([*_pages(shelf, "tree"), *_pages(shelf, "tree/pieces")])
    texts = read_texts(_pages(shelf, "texts"))
    crisis = _pages(shelf, "crisis")
    entries = read_crisis(crisis)
    language_page = read_page(LANGUAGES, shelf.files.get(LANGUAGES, b""))
    languages = read_languages(language_page)
    translations = read_translations(shelf.files, languages)
    directory = read_directory(shelf.files)
    snippet_pages = _pages(shelf, "snippets")
    snippets = read_snippets(snippet_pages, frozenset(languages))
    topics = {topic.id for topic in tree.tree.subjects()} | tree.unread
    phrases, phrase_findings = read_phrases(shelf.files, frozenset(topics))
    unread = tree.unread | directory.unread
    unread |= {"languages"} if language_page.broken else set()
    pages = (*crisis, *snippet_pages, language_page)
    form = shelf.findings if crisis else [*shelf.findings, _NO_CRISIS]
    parts = (form, tree.findings, texts.findings, translations.findings, phrase_findings)
    own = (page.findings for page in pages)
    found = in_order(chain(*parts, directory.findings, *own))
    material = Material(
        tree.tree,
        directory.directory,
        texts.texts,
        frozenset(languages),
        {**directory.where, **texts.where, **tree.where},
        {**texts.written, **tree.written},
        frozenset(unread | (set() if texts.whole else {"texts"})),
        frozenset(texts.staff),
        translations.lines,
        approved=approved_in(shelf.files.get(APPROVED, b"")),
    )
    knowledge = None
    if learn and not any(finding.grade is Grade.ERROR for finding in found):
        knowledge = _knowledge(shelf, material, texts, Lexicon(tuple(entries), tuple(phrases)))
        knowledge = replace(
            knowledge, languages=languages, snippets=snippets, operator=dict(operator or {})
        )
        knowledge = spoken_in(knowledge, translations.catalogs)
    return Loaded(knowledge, _named(found, shelf.name), material, shelf.name, shelf.files)


def _pages(shelf: Shelf, folder: str) -> list[Page]:
    """The YAML files that stand directly in a folder."""
    return [read_page(name, raw) for name, raw in shelf.within(folder, ".yaml")]


def approved_in(raw: bytes) -> dict[str, str]:
    """Screen → its ways as they were approved; a row that is none is passed over."""
    rows = csv.reader(raw.decode("utf-8-sig", "replace").splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2 and row[0] != "screen"}


@without_collecting()
def check(loaded: Loaded, today: date) -> tuple[Finding, ...]:
    """Everything that is wrong with this knowledge on this day, the faults of form included."""
    found = all_findings(loaded.material, today, TEXTS, PIECE_PLACEHOLDERS)
    return in_order((*loaded.findings, *_named(found, loaded.root)))


def _knowledge(shelf: Shelf, material: Material, texts: TextsRead, lexicon: Lexicon) -> Knowledge:
    danger("", lexicon)  # it learns now, not while the first person waits
    return Knowledge(
        version=shelf.version(),
        tree=material.tree,
        directory=material.directory,
        texts=material.texts,
        names=texts.names,
        languages={},
        lexicon=lexicon,
        calendar=Calendar.of(material.directory),
        schools=SchoolIndex(material.directory),
        topics=TopicIndex(material.tree, lexicon.phrases),
    )


def _named(findings: tuple[Finding, ...], name: str) -> tuple[Finding, ...]:
    """The findings under the folder's own name, should it not be called knowledge."""
    if name == ROOT:
        return findings
    return tuple(
        replace(finding, file=f"{name}{finding.file.removeprefix(ROOT)}") for finding in findings
    )
