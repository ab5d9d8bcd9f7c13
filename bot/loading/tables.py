"""CSV as spreadsheets save it → rows with their lines, or findings; never half a file.

Comma, semicolon or tab; UTF-8 with or without a mark, else Windows-1252; any line ends.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bot.core.check.findings import Finding, Grade, meant, nearest
from bot.shelf import LARGEST

_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?[Ee]\+?\d{1,3}")


@dataclass(frozen=True, slots=True)
class Row:
    """One record; ``line`` is where it begins."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """The rows of one file; with an error in it, its rows are not used."""

    file: str
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def fault(
        self, line: int, slug: str, text: str, proposal: str = "", grade: Grade = Grade.ERROR
    ) -> None:
        self.findings.append(Finding(grade, self.file, line, slug, text, proposal))

    @property
    def broken(self) -> bool:
        return any(f.grade is Grade.ERROR for f in self.findings)


def read_table(file: str, raw: bytes, columns: Sequence[str]) -> Table:
    """The table with these columns in any order; never raises, whatever the bytes are."""
    table = Table(file)
    text = _decoded(table, raw)
    if text is None:
        return table
    records = _records(table, text)
    first = next(records, None)
    if first is None:
        if not table.broken:
            table.fault(
                1, "csv-empty", "Die Tabelle ist leer.", f"Erste Zeile: {','.join(columns)}"
            )
        return table
    header = [name.strip() for name in first[1]]
    if _header_fits(table, first[0], header, columns):
        for line, cells in records:
            _take(table, line, header, cells)
    return table


def _decoded(table: Table, raw: bytes) -> str | None:
    if len(raw) > LARGEST:
        table.fault(
            1,
            "file-too-large",
            "Die Datei ist größer als 1 MB und wird nicht gelesen.",
            "Bitte auf das Nötige kürzen.",
        )
        return None
    if b"\0" in raw:
        table.fault(
            1,
            "csv-encoding",
            "Die Datei ist keine CSV-Datei in UTF-8 (vielleicht „Unicode-Text“ oder Excel).",
            "Bitte „Speichern unter“: CSV UTF-8.",
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
    text = raw.decode("cp1252", errors="replace")
    if "\ufffd" in text:
        table.fault(
            line,
            "csv-encoding",
            "Diese Zeile hat Zeichen, die weder UTF-8 noch Windows-1252 sind.",
            "Bitte „Speichern unter“: CSV UTF-8.",
        )
        return None
    table.fault(
        line,
        "csv-windows",
        "Die Tabelle ist in Windows-1252 gespeichert und wurde so gelesen.",
        "Besser „Speichern unter“: CSV UTF-8.",
        Grade.INFO,
    )
    return text


def _records(table: Table, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line where it begins; blank ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    begins = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record) and not _separator_line(record):
                yield begins, record
            begins = reader.line_num + 1
    except csv.Error:
        table.fault(
            begins,
            "csv-quotes",
            "In dieser Zeile steht ein Anführungszeichen, das nicht aufgeht.",
            'Ein " im Text wird verdoppelt (""), und der ganze Text steht in "…".',
        )


def _separator_line(record: list[str]) -> bool:
    """Excel's own first line ``sep=;``."""
    return record[0].strip("\ufeff ").lower() == "sep="


def delimiter_of(text: str) -> str:
    lines = text.split("\n", 2)
    first = lines[1] if len(lines) > 1 and lines[0].lower().startswith("sep=") else lines[0]
    return max(",;\t", key=first.count)


def _header_fits(table: Table, line: int, header: list[str], columns: Sequence[str]) -> bool:
    while header and not header[-1]:
        header.pop()
    missing = [name for name in columns if name not in header]
    misspelt = {nearest(name, missing) for name in header if name not in columns}
    for at, name in enumerate(header):
        if name not in columns:
            table.fault(
                line,
                "csv-unknown-column",
                f"Die Spalte „{name}“ kennen wir nicht.",
                meant(name, missing) or "Bitte die Spalte löschen.",
            )
        elif name in header[:at]:
            table.fault(
                line,
                "csv-double-column",
                f"Die Spalte „{name}“ steht zweimal da.",
                "Bitte eine davon löschen.",
            )
    for name in (name for name in missing if name not in misspelt):
        table.fault(
            line,
            "csv-missing-column",
            f"Die Spalte „{name}“ fehlt.",
            f"Bitte ergänzen; die Spalten heißen: {','.join(columns)}",
        )
    return not table.broken


def _take(table: Table, line: int, header: list[str], cells: list[str]) -> None:
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        table.fault(
            line,
            "csv-cell-count",
            f"Diese Zeile hat {len(cells)} Felder, die Kopfzeile {len(header)}.",
            'Felder mit Trennzeichen darin bitte in gerade Anführungszeichen setzen: "…"',
        )
        return
    stripped = [cell.strip() for cell in cells]
    for name, cell in zip(header, stripped, strict=True):
        if cell and cell[-1].isdigit() and _SCIENTIFIC.fullmatch(cell):
            digits = f"{Decimal(cell.replace(',', '.')):f}"
            table.fault(
                line,
                "csv-scientific",
                f"„{cell}“ in „{name}“ ist eine Zahl, die die Tabelle gekürzt hat.",
                f"Vorschlag: {digits}; bitte die letzten Ziffern prüfen und die Spalte als Text "
                "formatieren.",
            )
    table.rows.append(Row(line, dict(zip(header, stripped, strict=True))))
