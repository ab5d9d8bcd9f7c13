"""knowledge/directory → the directory; each file whole or not at all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.core.check.findings import Finding, Grade
from bot.core.directory import (
    Directory,
)
from bot.loading import rows
from bot.loading.cells import Cells
from bot.loading.columns import COLUMNS
from bot.loading.rows import Ids
from bot.loading.tables import Table, read_table

FOLDER: Final = "knowledge/directory/"

_PREFIX: Final = {
    "helplines": "helpline.",
    "school_holidays": "school_holidays.",
}  # of Material's keys

ValueT = TypeVar("ValueT")


@dataclass
class DirectoryRead:
    """The directory, empty where a file is broken."""

    directory: Directory
    findings: list[Finding] = field(default_factory=list)
    where: dict[str, tuple[str, int]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


class Shelf:
    """Reads one file after the other, those first that others refer to."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.findings: list[Finding] = []
        self.where: dict[str, tuple[str, int]] = {}
        self.unread: set[str] = set()

    def rows(self, name: str, make: Callable[[Cells], ValueT], key: str = "") -> list[ValueT]:
        """Each row as a value; none when anything in the file is an error.

        ``key`` is the column that must not repeat.
        """
        file = f"{FOLDER}{name}.csv"
        raw = self._files.get(file)
        if raw is None:
            self.findings.append(_no_file(file, COLUMNS[name]))
            self.unread.add(name)
            return []
        table = read_table(file, raw, COLUMNS[name])
        self.where[name] = (file, 1)
        made = [make(Cells(table, row)) for row in table.rows]
        if key:
            self._unique(table, key, _PREFIX.get(name, ""))
        self.findings += table.findings
        if table.broken:
            self.unread.add(name)
            return []
        return made

    def _unique(self, table: Table, key: str, prefix: str) -> None:
        first: dict[str, int] = {}
        for row in table.rows:
            value = row.cells[key]
            if value in first:
                table.fault(
                    row.line,
                    "csv-double-id",
                    f"„{value}“ steht ein zweites Mal da (zuerst in Zeile {first[value]}).",
                    "Bitte eine der Zeilen löschen.",
                )
            first.setdefault(value, row.line)
            self.where.setdefault(prefix + value, (table.file, row.line))

    def ids(self, name: str, found: Collection[str]) -> Ids:
        """What other files may refer to; anything, when the file itself could not be read."""
        return None if name in self.unread else found


def _no_file(file: str, columns: Sequence[str]) -> Finding:
    return Finding(
        Grade.ERROR,
        file,
        1,
        "file-missing",
        "Diese Datei fehlt.",
        f"Bitte anlegen, mit der Kopfzeile: {','.join(columns)}",
    )


def read_directory(files: Mapping[str, bytes]) -> DirectoryRead:
    """The directory from its files (path → bytes)."""
    shelf = Shelf(files)
    districts = {d.id: d for d in shelf.rows("districts", rows.district, "id")}
    in_district = shelf.ids("districts", districts)
    postcodes: dict[str, tuple[str, ...]] = {}
    for plz, district in shelf.rows("postcodes", lambda c: rows.postcode(c, in_district)):
        postcodes[plz] = (*postcodes.get(plz, ()), district)
    known_plz = shelf.ids("postcodes", postcodes)
    places = shelf.rows(
        "municipalities", lambda c: rows.municipality(c, in_district, known_plz), "ags"
    )
    places += shelf.rows("places", lambda c: rows.place(c, in_district, known_plz))
    carriers = {c.id: c for c in shelf.rows("carriers", rows.carrier, "id")}
    schools = shelf.rows("schools", lambda c: rows.school(c, in_district, known_plz), "id")
    by_id = {school.id: school for school in schools}
    known = rows.Known(
        in_district, known_plz, shelf.ids("carriers", carriers), shelf.ids("schools", by_id)
    )
    posts = shelf.rows("posts", lambda c: rows.post(c, known), "id")
    helplines = shelf.rows("helplines", lambda c: rows.helpline(c, in_district), "id")
    holidays = shelf.rows("school_holidays", rows.holiday, "first_day")
    overrides = shelf.rows("holiday_overrides", rows.override)
    deadlines = shelf.rows("deadlines", rows.deadline, "id")
    directory = Directory(
        districts,
        by_id,
        carriers,
        {post.id: post for post in posts},
        {line.id: line for line in helplines},
        tuple(dict.fromkeys(places)),
        postcodes,
        tuple(h for h in holidays if h is not None),
        tuple(o for o in overrides if o is not None),
        tuple(deadlines),
    )
    return DirectoryRead(directory, shelf.findings, shelf.where, shelf.unread)
