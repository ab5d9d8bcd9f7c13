"""One row of each file of knowledge/directory → one value."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.core.check.findings import Grade
from bot.core.directory import (
    Carrier,
    DayOverride,
    Deadline,
    District,
    Helpline,
    Holiday,
    Place,
    Post,
    PostKind,
    School,
)
from bot.loading.cells import Cells

MOST_DAYS = 200  # a school year has fewer school days

Ids = Collection[str] | None  # None: the file that explains them is broken, nothing is unknown


@dataclass(frozen=True, slots=True)
class Known:
    """What a post may refer to."""

    districts: Ids
    postcodes: Ids
    carriers: Ids
    schools: Ids


def district(c: Cells) -> District:
    return District(c.needed("id"), c.needed("name"), c.needed("located"))


def postcode(c: Cells, districts: Ids) -> tuple[str, str]:
    c.needed("district")
    return c.plz("plz", None), c.known("district", districts)


def municipality(c: Cells, districts: Ids, postcodes: Ids) -> Place:
    name = c.needed("name")
    return Place(name, name, c.known("district", districts), c.postcodes("plz", postcodes))


def place(c: Cells, districts: Ids, postcodes: Ids) -> Place:
    return Place(
        c.needed("name"),
        c.text("municipality"),
        c.known("district", districts),
        c.postcodes("plz", postcodes),
    )


def carrier(c: Cells) -> Carrier:
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


def school(c: Cells, districts: Ids, postcodes: Ids) -> School:
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


def post(c: Cells, known: Known) -> Post:
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


def helpline(c: Cells, districts: Ids) -> Helpline:
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


def holiday(c: Cells) -> Holiday | None:
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


def override(c: Cells) -> DayOverride | None:
    c.needed("date")
    day = c.day("date")
    kind = c.one_of("kind", ("public", "school", "workday"))
    return None if day is None else DayOverride(day, kind, c.text("name"))


def deadline(c: Cells) -> Deadline:
    """A step; one with days must say which days count and from where that is known."""
    days, order = c.text("days"), c.needed("order")
    for name, value in (("days", days), ("order", order)):
        if value and (not value.isdecimal() or not 1 <= int(value) <= MOST_DAYS):
            c.fault(
                "csv-number", f"„{value}“ ist bei „{name}“ keine Zahl von 1 bis {MOST_DAYS}.",
                "Bitte eine Zahl schreiben, oder „days“ leer lassen: Dann gibt es kein Datum.",
            )  # fmt: skip
            days, order = "", "1"
    if days:
        c.needed("source_url")
        c.needed("source_date")
    return Deadline(
        id=c.needed("id"),
        order=int(order or 1),
        audiences=c.audiences("audience"),
        title=c.needed("title"),
        days=int(days) if days else None,
        count=c.one_of("count", ("calendar", "school") if days else ("",)),
        source=c.needed("source_title"),
        source_url=c.url("source_url"),
        source_date=c.part_of_day("source_date"),
    )
