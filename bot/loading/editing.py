"""Changing single cells of a table and nothing else: no mark, no quote, no line end moves.

What a spreadsheet saved stays as it saved it, so that a comparison shows the change alone.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.loading.tables import delimiter_of

QUOTE = '"'


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a cell stands in the text, quotes included."""

    start: int
    end: int


def changed(raw: bytes, key: str, cells: Mapping[str, str]) -> bytes | None:
    """The table with these cells in the row whose ``id`` is the key; None when it has none."""
    mark, encoding = _form(raw)
    text = raw.removeprefix(mark).decode(encoding)
    delimiter = delimiter_of(text)
    records = list(_records(text, delimiter))
    header = next((row for row in records if "id" in _values(text, row, delimiter)), None)
    if header is None:
        return None
    names = _values(text, header, delimiter)
    own = names.index("id")
    for row in records:
        whole = row is not header and len(row) == len(names)
        if whole and _values(text, row, delimiter)[own] == key:
            places = {row[names.index(name)]: value for name, value in cells.items()}
            return mark + _replaced(text, places, delimiter).encode(encoding)
    return None


def _form(raw: bytes) -> tuple[bytes, str]:
    """The mark at the beginning, and the encoding."""
    if raw.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8, "utf-8"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"", "cp1252"
    return b"", "utf-8"


def _records(text: str, delimiter: str) -> Iterator[list[Cell]]:
    """Each record as the places of its cells."""
    row: list[Cell] = []
    start, quoted = 0, False
    for at, sign in enumerate(text):
        if sign == QUOTE:
            quoted = not quoted
        elif not quoted and sign in {delimiter, "\r", "\n"}:
            row.append(Cell(start, at))
            start = at + 1
            if sign != delimiter:
                yield row
                row = []
    row.append(Cell(start, len(text)))
    yield row


def _values(text: str, row: list[Cell], delimiter: str) -> list[str]:
    line = text[row[0].start : row[-1].end]
    found = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    return [value.strip() for value in found]


def _replaced(text: str, places: Mapping[Cell, str], delimiter: str) -> str:
    for cell in sorted(places, key=lambda cell: cell.start, reverse=True):
        before, value = text[cell.start : cell.end], places[cell]
        needed = any(sign in value for sign in (delimiter, QUOTE, "\n", "\r"))
        if needed or before.strip().startswith(QUOTE):
            value = QUOTE + value.replace(QUOTE, QUOTE * 2) + QUOTE
        text = text[: cell.start] + value + text[cell.end :]
    return text
