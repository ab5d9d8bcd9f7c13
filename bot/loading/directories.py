"""knowledge/directory → the directory; each file whole or not at all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bot.core.check.findings import Finding, Grade
from bot.core.directory import (
    Carrier,
    DayOverride,
    Directory,
    District,
    Helpline,
    Holiday,
    Place,
    Post,
    PostKind,
    School,
)
from bot.loading.cells import Cells
from bot.loading.columns import COLUMNS
from bot.loading.tables import Table, read_table

FOLDER: Final = "knowledge/directory/"

_PREFIX: Final = {
    "helplines": "helpline.",
    "school_holidays": "school_holidays.",
}  # of Material's keys

ValueT = TypeVar("ValueT")
Ids = Collection[str] | None  # None: the file that explains them is broken, nothing is unknown


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
    districts = {d.id: d for d in shelf.rows("districts", _district, "id")}
    in_district = shelf.ids("districts", districts)
    postcodes: dict[str, tuple[str, ...]] = {}
    for plz, district in shelf.rows("postcodes", lambda c: _postcode(c, in_district)):
        postcodes[plz] = (*postcodes.get(plz, ()), district)
    known_plz = shelf.ids("postcodes", postcodes)
    places = shelf.rows("municipalities", lambda c: _municipality(c, in_district, known_plz), "ags")
    places += shelf.rows("places", lambda c: _place(c, in_district, known_plz))
    carriers = {c.id: c for c in shelf.rows("carriers", _carrier, "id")}
    schools = shelf.rows("schools", lambda c: _school(c, in_district, known_plz), "id")
    by_id = {school.id: school for school in schools}
    known = Known(
        in_district, known_plz, shelf.ids("carriers", carriers), shelf.ids("schools", by_id)
    )
    posts = shelf.rows("posts", lambda c: _post(c, known), "id")
    helplines = shelf.rows("helplines", lambda c: _helpline(c, in_district), "id")
    holidays = shelf.rows("school_holidays", _holiday, "first_day")
    overrides = shelf.rows("holiday_overrides", _override)
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
    )
    return DirectoryRead(directory, shelf.findings, shelf.where, shelf.unread)


@dataclass(frozen=True, slots=True)
class Known:
    """What a post may refer to."""

    districts: Ids
    postcodes: Ids
    carriers: Ids
    schools: Ids


def _district(c: Cells) -> District:
    return District(c.needed("id"), c.needed("name"), c.needed("located"))


def _postcode(c: Cells, districts: Ids) -> tuple[str, str]:
    c.needed("district")
    return c.plz("plz", None), c.known("district", districts)


def _municipality(c: Cells, districts: Ids, postcodes: Ids) -> Place:
    name = c.needed("name")
    return Place(name, name, c.known("district", districts), c.postcodes("plz", postcodes))


def _place(c: Cells, districts: Ids, postcodes: Ids) -> Place:
    return Place(
        c.needed("name"),
        c.text("municipality"),
        c.known("district", districts),
        c.postcodes("plz", postcodes),
    )


def _carrier(c: Cells) -> Carrier:
    c.url("source_url")
    c.part_of_day("source_date")
    return Carrier(
        c.needed("id"),
        c.needed("name"),
        c.yes("youth_office"),
        c.one_of("telegram", ("no", "notice", "text")),
        c.text("privacy_contact"),
        c.day("approved_on"),
        c.text("approved_by"),
    )


def _school(c: Cells, districts: Ids, postcodes: Ids) -> School:
    """A school of the register of 2016: an odd telephone number there is only a warning."""
    numbers = c.phones("phone", Grade.WARNING)
    return School(
        id=c.needed("id"),
        name=c.needed("name"),
        type=c.text("type"),
        street=c.text("street"),
        plz=c.plz("plz", postcodes),
        town=c.text("town"),
        locality=c.text("locality"),
        municipality=c.text("municipality"),
        district=c.known("district", districts) if c.needed("district") else "",
        phone="; ".join(numbers),
        email=c.mail("email"),
        website=c.text("website"),
        register_date=c.part_of_day("register_date"),
        later_name=c.text("later_name"),
        domain_label=c.text("domain_label"),
        social_work=c.yes("social_work"),
        social_work_source_url=c.url("social_work_source_url"),
        social_work_source_date=c.part_of_day("social_work_source_date"),
    )


def _post(c: Cells, known: Known) -> Post:
    return Post(
        id=c.needed("id"),
        kind=_kind(c),
        name=c.needed("name"),
        carrier=c.known("carrier", known.carriers) if c.needed("carrier") else "",
        districts=c.all_known("districts", known.districts),
        schools=c.all_known("schools", known.schools),
        takes=c.audiences("takes"),
        street=c.text("street"),
        plz=c.plz("plz", known.postcodes),
        town=c.text("town"),
        phones=c.phones("phone"),
        email=c.mail("email"),
        website=c.url("website"),
        room=c.text("room"),
        hours=c.hours("hours"),
        valid_from=c.day("valid_from"),
        valid_until=c.day("valid_until"),
        source_url=c.url("source_url"),
        source_date=c.part_of_day("source_date"),
        checked_on=c.day("checked_on"),
        note=c.text("note"),
    )


def _kind(c: Cells) -> PostKind:
    kinds = [kind.value for kind in PostKind]
    value = c.one_of("kind", kinds)
    return PostKind(value) if value in kinds else PostKind.NETWORK_OFFICE


def _helpline(c: Cells, districts: Ids) -> Helpline:
    c.needed("audience")
    numbers = c.phones("phone")
    return Helpline(
        id=c.needed("id"),
        name=c.needed("name"),
        audiences=c.audiences("audience"),
        topics=tuple(c.text("topics").split()),
        phone="; ".join(numbers),
        hours_text=c.text("hours_text"),
        hours=c.hours("hours"),
        chat_url=c.url("chat_url"),
        instant_chat=c.one_of("instant_chat", ("yes", "no")) == "yes",
        website=c.url("website"),
        cost=c.text("cost"),
        languages=tuple(c.text("languages").split()),
        anonymous=c.one_of("anonymous", ("yes", "no", "unknown", "")),
        districts=c.all_known("districts", districts),
        area=c.text("area"),
        source_url=c.url("source_url"),
        source_date=c.part_of_day("source_date"),
        confidence=c.one_of("confidence", ("high", "medium")),
        checked_on=c.day("checked_on"),
    )


def _holiday(c: Cells) -> Holiday | None:
    c.needed("first_day")
    c.needed("last_day")
    first, last = c.day("first_day"), c.day("last_day")
    agreed = c.one_of("agreement", ("same", "differs", "one_source")) != "differs"
    if first is None or last is None:
        return None
    if last < first:
        c.fault(
            "csv-backwards",
            f"Die Ferien enden am {last}, bevor sie am {first} beginnen.",
            "Bitte first_day und last_day prüfen.",
        )
    return Holiday(c.needed("name"), first, last, agreed)


def _override(c: Cells) -> DayOverride | None:
    c.needed("date")
    day = c.day("date")
    kind = c.one_of("kind", ("public", "school", "workday"))
    return None if day is None else DayOverride(day, kind, c.text("name"))
