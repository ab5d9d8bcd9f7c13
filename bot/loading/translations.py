"""knowledge/languages/*.po → catalogs, and back; what is wrong in them by file and line.

An entry is found by its context, the stable key of the text (``places`` in ``core.translation``);
its msgid are the German words that it was made from.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from babel.messages.catalog import Catalog as Po
from babel.messages.pofile import PoFileError, write_po

from bot.core.check.findings import Finding, Grade, meant
from bot.core.translation import Catalog, Line, catalog_of
from bot.loading.po import parsed
from bot.shelf import LARGEST_PO

FOLDER: Final = "knowledge/languages"
ENDING: Final = ".po"


@dataclass
class TranslationsRead:
    """A catalog for each language, and where each of its entries stands."""

    catalogs: dict[str, Catalog] = field(default_factory=dict)
    lines: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_translations(files: Mapping[str, bytes], languages: Iterable[str]) -> TranslationsRead:
    """Every PO file beside the list of languages; a file of an unlisted one is a finding."""
    read, known = TranslationsRead(), sorted(set(languages) - {"de"})
    for name, raw in sorted(files.items()):
        if not name.startswith(f"{FOLDER}/") or not name.endswith(ENDING):
            continue
        language = name.removeprefix(f"{FOLDER}/").removesuffix(ENDING)
        if language not in known:
            text = f"Zu „{language}“ gibt es keinen Eintrag in languages.yaml."
            read.findings.append(
                Finding(Grade.ERROR, name, 1, "po-language", text, meant(language, known))
            )
            continue
        _read(name, raw, language, read)
    return read


def _read(name: str, raw: bytes, language: str, read: TranslationsRead) -> None:
    if len(raw) > LARGEST_PO:
        text = "Die Datei ist größer als 4 MB und wird nicht gelesen."
        read.findings.append(
            Finding(
                Grade.ERROR, name, 1, "file-too-large", text,
                "Bitte neu ausgeben: lotse translations export.",
            )
        )  # fmt: skip
        return
    try:
        entries = parsed(raw)
    except (PoFileError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        read.findings.append(
            Finding(
                Grade.ERROR, name, line, "po-syntax",
                "Diese PO-Datei lässt sich nicht lesen (Kodierung UTF-8, Anführungszeichen?).",
                "Bitte mit einem PO-Programm öffnen oder neu ausgeben: lotse translations export.",
            )
        )  # fmt: skip
        return
    lines = [Line(name, *one) for one in entries]
    read.lines[language] = tuple(lines)
    read.catalogs[language] = catalog_of(lines)


def written(language: str, entries: Iterable[tuple[str, str, str]]) -> bytes:
    """A PO file of (place, German words, translation); an empty translation is still to do."""
    po: Any = Po(locale=None, project="schulerfolg-lotse", fuzzy=False)
    po.language = language
    for place, german, words in entries:
        po.add(german, words, context=place)
    out = io.BytesIO()
    write_po(out, po, width=100, omit_header=True, sort_output=False)
    header = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
    header += '"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return header.encode() + out.getvalue()
