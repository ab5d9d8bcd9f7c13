"""The folder of the authors as a whole."""

import csv
import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from bot.loading.pages import LARGEST, Page, read_page
from bot.loading.phrases import read_phrases
from bot.loading.snippets import read_snippets
from bot.loading.translations import read_translations
from bot.loading.trees import read_tree
from bot.loading.words_files import TextsRead, read_crisis, read_languages, read_texts

ROOT: Final = "knowledge"
LANGUAGES: Final = f"{ROOT}/languages/languages.yaml"
APPROVED: Final = f"{ROOT}/approved.csv"
# Which endings are read in which folder; others beside them are reported, not read.
_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "tree": (".yaml",),
    "tree/pieces": (".yaml",),
    "texts": (".yaml",),
    "crisis": (".yaml",),
    "phrases": (".csv",),
    "snippets": (".yaml",),
    "languages": (".yaml", ".po"),
    "directory": (".csv", ".md"),
}

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


@dataclass
class Shelf:
    """The files as bytes, by their path from the knowledge folder's parent."""

    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def pages(self, folder: str) -> list[Page]:
        """The YAML files that stand directly in a folder."""
        return [
            read_page(name, raw)
            for name, raw in sorted(self.files.items())
            if name.rpartition("/")[0] == f"{ROOT}/{folder}" and name.endswith(".yaml")
        ]


@contextmanager
def _without_collecting() -> Iterator[None]:
    """What is read stays: looking for garbage among it meanwhile costs a sixth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@_without_collecting()
def load(folder: Path, operator: Mapping[str, str] | None = None, *, learn: bool = True) -> Loaded:
    """Read everything; all faults of form at once. ``operator`` is who runs the bot (settings).

    ``learn=False`` leaves ``knowledge`` out: for who looks at the material alone.
    """
    shelf = _shelf(folder)
    tree = read_tree([*shelf.pages("tree"), *shelf.pages("tree/pieces")])
    texts = read_texts(shelf.pages("texts"))
    crisis = shelf.pages("crisis")
    entries = read_crisis(crisis)
    if not crisis:
        shelf.findings.append(_NO_CRISIS)
    language_page = read_page(LANGUAGES, shelf.files.get(LANGUAGES, b""))
    languages = read_languages(language_page)
    translations = read_translations(shelf.files, languages)
    directory = read_directory(shelf.files)
    snippet_pages = shelf.pages("snippets")
    snippets = read_snippets(snippet_pages, frozenset(languages))
    topics = {topic.id for topic in tree.tree.subjects()} | tree.unread
    phrases, phrase_findings = read_phrases(shelf.files, frozenset(topics))
    unread = tree.unread | directory.unread
    unread |= {"languages"} if language_page.broken else set()
    pages = (*crisis, *snippet_pages, language_page)
    parts = (shelf.findings, tree.findings, texts.findings, translations.findings, phrase_findings)
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
    return Loaded(knowledge, _named(found, folder.name), material, folder.name, shelf.files)


def approved_in(raw: bytes) -> dict[str, str]:
    """Screen → its ways as they were approved; a row that is none is passed over."""
    rows = csv.reader(raw.decode("utf-8-sig", "replace").splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2 and row[0] != "screen"}


@_without_collecting()
def check(loaded: Loaded, today: date) -> tuple[Finding, ...]:
    """Everything that is wrong with this knowledge on this day, the faults of form included."""
    found = all_findings(loaded.material, today, TEXTS, PIECE_PLACEHOLDERS)
    return in_order((*loaded.findings, *_named(found, loaded.root)))


def _knowledge(shelf: Shelf, material: Material, texts: TextsRead, lexicon: Lexicon) -> Knowledge:
    danger("", lexicon)  # it learns now, not while the first person waits
    return Knowledge(
        version=_version(shelf.files),
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


def _version(files: Mapping[str, bytes]) -> str:
    """Names this state of the files: the same names and bytes give the same 12 characters."""
    digest = hashlib.sha256()
    for name, raw in sorted(files.items()):
        digest.update(f"{name}\0{len(raw)}\0".encode())
        digest.update(raw)
    return digest.hexdigest()[:12]


def _named(findings: tuple[Finding, ...], name: str) -> tuple[Finding, ...]:
    """The findings under the folder's own name, should it not be called knowledge."""
    if name == ROOT:
        return findings
    return tuple(
        replace(finding, file=f"{name}{finding.file.removeprefix(ROOT)}") for finding in findings
    )


def _shelf(folder: Path) -> Shelf:
    shelf = Shelf()
    if not folder.is_dir():
        shelf.findings.append(
            Finding(
                Grade.ERROR, ROOT, 1, "folder-missing", "Den Ordner des Wissens gibt es nicht.",
                "Bitte LOTSE_KNOWLEDGE auf den Ordner „knowledge“ setzen.",
            )
        )  # fmt: skip
    if (folder / "approved.csv").is_file():
        _take(shelf, folder / "approved.csv", APPROVED, (".csv",))
    for part, endings in _READ.items():
        for path in sorted((folder / part).glob("*")):
            if path.is_file() and not path.name.startswith((".", "~")):
                _take(shelf, path, f"{ROOT}/{part}/{path.name}", endings)
    return shelf


def _take(shelf: Shelf, path: Path, name: str, endings: tuple[str, ...]) -> None:
    if path.suffix not in endings:
        shelf.findings.append(
            Finding(
                Grade.WARNING, name, 1, "file-ending", "Diese Datei wird nicht gelesen.",
                f"Dateien hier enden auf {' oder '.join(endings)}.",
            )
        )  # fmt: skip
        return
    try:
        with path.open("rb") as file:
            shelf.files[name] = file.read(LARGEST + 1)
    except OSError as error:
        shelf.findings.append(
            Finding(
                Grade.ERROR, name, 1, "file-unreadable",
                f"Die Datei lässt sich nicht öffnen ({error.strerror}).",
                "Bitte die Rechte prüfen.",
            )
        )  # fmt: skip
