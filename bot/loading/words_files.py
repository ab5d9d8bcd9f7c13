"""knowledge/texts, languages and crisis → values."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from babel import Locale, UnknownLocaleError

from bot.core.check.findings import Finding, Grade, meant
from bot.core.knowledge import Language
from bot.core.times import GERMAN, times_of
from bot.core.tree import Audience, Text
from bot.core.understand.crisis import Entry, entry_from
from bot.loading.faults import shaped
from bot.loading.pages import Page, Path
from bot.loading.shapes import LanguageShape, LanguagesShape, NamesShape, TextsShape
from bot.loading.wordings import worded

NAMES = "knowledge/texts/names.yaml"
STAFF = frozenset({  # what only members read: always Sie
    f"knowledge/texts/{name}.yaml" for name in ("desk", "presence", "team", "web_desk")
})  # fmt: skip


@dataclass
class TextsRead:
    """What the bot says of its own accord, and the spoken names of requests."""

    texts: dict[str, Text] = field(default_factory=dict)
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    findings: list[Finding] = field(default_factory=list)
    where: dict[str, tuple[str, int]] = field(default_factory=dict)
    written: dict[str, frozenset[Audience]] = field(default_factory=dict)
    staff: set[str] = field(default_factory=set)
    whole: bool = True


def read_texts(pages: Iterable[Page]) -> TextsRead:
    """All files together; a key stands once in all of them."""
    read = TextsRead()
    for page in pages:
        if page.file == NAMES:
            _names(page, read)
        else:
            _texts(page, read)
        read.findings += page.findings
        read.whole = read.whole and not page.broken
    if not read.names[0] and read.whole:
        read.findings.append(
            Finding(
                Grade.ERROR, NAMES, 1, "file-missing", "Diese Datei fehlt.",
                "Bitte anlegen, mit „adjectives: […]“ und „nouns: […]“.",
            )
        )  # fmt: skip
        read.whole = False
    return read


def _names(page: Page, read: TextsRead) -> None:
    shape = shaped(page, NamesShape)
    if shape is None:
        return
    for part, words in (("adjectives", shape.adjectives), ("nouns", shape.nouns)):
        for at, word in enumerate(words):
            if word in words[:at]:
                page.fault(
                    page.line((part, at)), "names-double", f"„{word}“ steht zweimal da.",
                    "Bitte eines davon löschen.",
                )  # fmt: skip
    read.names = (tuple(shape.adjectives), tuple(shape.nouns))


def _texts(page: Page, read: TextsRead) -> None:
    shape = shaped(page, TextsShape)
    if shape is None:
        return
    for key, wording in shape.texts.items():
        line = page.line(("texts", key))
        if key in read.texts:
            file, first = read.where[key]
            page.fault(
                line, "texts-double", f"„{key}“ steht schon in {file}, Zeile {first}.",
                "Bitte eines von beiden löschen.",
            )  # fmt: skip
            continue
        read.texts[key], read.written[key] = worded(key, wording)
        read.where[key] = (page.file, line)
        if page.file in STAFF:
            read.staff.add(key)


# ── Languages ───────────────────────────────────────────────────────────────────────────────────


def read_languages(page: Page) -> dict[str, Language]:
    """The languages by their ids; faults stay on the page."""
    shape = shaped(page, LanguagesShape)
    if shape is None:
        return {}
    found: dict[str, Language] = {}
    for at, one in enumerate(shape.languages):
        _language(page, ("languages", at), one, found)
        found[one.id] = Language(
            one.id, one.name, one.sentence, one.card, one.locale, one.checked, times_of(one.times)
        )
    if "de" not in found:
        page.fault(
            1, "languages-german", "Deutsch („id: de“) fehlt.", "Bitte einen Eintrag ergänzen."
        )
    return found


def _language(page: Page, path: Path, one: LanguageShape, found: dict[str, Language]) -> None:
    if one.id in found:
        page.fault(
            page.line(path), "languages-double", f"Die Sprache „{one.id}“ steht zweimal da.",
            "Bitte eine davon löschen.",
        )  # fmt: skip
    try:
        Locale.parse(one.locale)
    except (UnknownLocaleError, ValueError):
        page.fault(
            page.line((*path, "locale")), "languages-locale",
            f"„{one.locale}“ ist kein Gebietsschema, nach dem Daten und Zahlen geschrieben werden.",
            "Vorschlag: de.",
        )  # fmt: skip
    for german in sorted(one.times.keys() - GERMAN):
        page.fault(
            page.line((*path, "times", german)), "languages-times",
            f"„{german}“ ist kein Wort der Zeit, das hier übersetzt werden kann.",
            meant(german, GERMAN),
        )  # fmt: skip
    if one.id != "de" and not (one.sentence and one.card):
        page.fault(
            page.line(path), "languages-words",
            f"Zur Sprache „{one.id}“ fehlen „sentence“ oder „card“.",
            "Bitte beide ergänzen.",
        )  # fmt: skip


# ── Crisis ──────────────────────────────────────────────────────────────────────────────────────

_FILE_KEYS = ("worry", "entries")


def read_crisis(pages: Iterable[Page]) -> list[Entry]:
    """Every entry of every worry; faults stay on the pages."""
    return [entry for page in pages for entry in _entries(page)]


def _entries(page: Page) -> list[Entry]:
    if page.broken:
        return []
    given = page.value
    listed = given.get("entries") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(listed, list):
        page.fault(
            1, "crisis-shape", "Diese Datei muss aus „worry: …“ und „entries: […]“ bestehen.",
            "Bitte nach dem Muster der anderen Dateien schreiben.",
        )  # fmt: skip
        return []
    for key in given:
        if key not in _FILE_KEYS:
            page.fault(
                page.line((key,)), "key-unknown", f"Die Angabe „{key}“ gibt es hier nicht.",
                meant(key, _FILE_KEYS),
            )  # fmt: skip
    worry, stem = given.get("worry"), page.file.rpartition("/")[2].removesuffix(".yaml")
    if worry != stem:
        page.fault(
            page.line(("worry",)), "crisis-file-name",
            f"Die Sorge heißt „{worry}“, die Datei aber „{stem}.yaml“.",
            f"Bitte „worry: {stem}“ schreiben.",
        )  # fmt: skip
    found: list[Entry] = []
    for at, one in enumerate(listed):
        found += _entry(page, ("entries", at), one, stem, {entry.id for entry in found})
    return found


def _entry(page: Page, path: Path, given: Any, worry: str, met: set[str]) -> list[Entry]:
    line = page.line(path)
    if not isinstance(given, dict):
        page.fault(line, "crisis-shape", "Hier muss ein Eintrag stehen.", "Bitte „- id: …“.")
        return []
    try:
        entry = entry_from({**_plain(given), "worry": worry})
    except ValueError as error:
        page.fault(line, "crisis-entry", str(error), "Bitte nach dem Muster der anderen Einträge.")
        return []
    if entry.id in met:
        page.fault(
            line, "crisis-double", f"Den Eintrag „{entry.id}“ gibt es in dieser Datei zweimal.",
            "Bitte einem von beiden eine andere Kennung geben.",
        )  # fmt: skip
    return [entry]


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """The two keys that are no text, as what they mean; anything else is left to the complaint."""
    window, explicit = given.get("window"), given.get("explicit")
    plain = dict(given)
    if isinstance(window, str) and window.isdecimal():
        plain["window"] = int(window)
    if explicit in ("true", "yes", "false", "no"):
        plain["explicit"] = explicit in ("true", "yes")
    return plain
