"""The sheet for the data protection officer: what is kept, what for, who sees it, how long.

The words stand in ``store/datasheet.yaml``; whether a column is sealed is read from the schema.
A column or a field without an entry is a fault (``missing``), and a test asks for none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any, get_args, get_type_hints

import yaml

from bot.core.directory import Carrier, Directory
from bot.core.records import Enclosure, Record, Word
from bot.core.retention import Keep
from bot.store.audit import Entry
from bot.store.codec import Payload
from bot.store.columns import COLUMNS

HEAD = ("Feld", "Zweck", "Wer es sieht", "Wie lange", "Form")
FORM = {
    "sealed": "verschlüsselt",
    "hash": "Prüfwert mit Schlüssel",
    "random": "Zufallswert, offen",
    "word": "festes Wort, offen",
    "number": "Zahl, offen",
}
TELEGRAM = {
    "no": "nein: Die Stelle bekommt über Telegram nichts.",
    "notice": "nur Hinweise ohne Text.",
    "text": "auch Texte, wenn die ratsuchende Person über Telegram schrieb.",
}
UNKNOWN = "nicht eingetragen"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one column or field."""

    what: str
    who: str
    kept: str


@cache
def written() -> Mapping[str, Any]:
    """The entries as they stand in the file."""
    text = files("bot.store").joinpath("datasheet.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


# ── What there is ───────────────────────────────────────────────────────────────────────────────


def stored_records() -> tuple[type, ...]:
    """Every dataclass that is stored sealed, and those inside them."""
    found: dict[type, None] = {}
    for each in (*get_args(Record), Word, Enclosure, Payload, Entry):
        _gather(each, found)
    return tuple(found)


def _gather(kind: Any, found: dict[type, None]) -> None:
    if isinstance(kind, type) and is_dataclass(kind) and kind not in found:
        found[kind] = None
        for hint in get_type_hints(kind).values():
            _gather(hint, found)
    for inner in get_args(kind):
        _gather(inner, found)


def missing(schema: Mapping[str, tuple[str, ...]], records: tuple[type, ...]) -> list[str]:
    """Columns and fields without an entry, and entries of what is not there; as in the file."""
    sheet = written()
    there = {f"{table}.{column}" for table, columns in schema.items() for column in columns}
    there |= {f"{kind.__name__}.{each.name}" for kind in records for each in fields(kind)}
    said = {f"{t}.{c}" for t, table in sheet["tables"].items() for c in table["columns"]}
    said |= {f"{r}.{f}" for r, record in sheet["records"].items() for f in record["fields"]}
    return sorted(there ^ said)


# ── Printed ─────────────────────────────────────────────────────────────────────────────────────


def sheet(
    directory: Directory, keep: Keep, operator: Mapping[str, str], carrier: Carrier | None = None
) -> Iterator[str]:
    """The whole sheet as lines of Markdown."""
    yield "# Datenblatt: Schulerfolg-Lotse"
    yield ""
    yield from _head(keep, operator)
    if carrier is not None:
        yield from _carrier(directory, carrier)
    yield "## Tabellen"
    for name, table in written()["tables"].items():
        yield from _table(f"{table['title']} (`{name}`)", table, table["columns"], keep, name)
    yield "## Inhalt der verschlüsselten Datensätze"
    tables = written()["tables"]
    for name, record in written()["records"].items():
        home = tables[record["in"].split(".")[0].split(",")[0]]
        title = f"{record['title']} (`{name}`, in `{record['in']}`)"
        yield from _table(title, home, record["fields"], keep, "")


def _head(keep: Keep, operator: Mapping[str, str]) -> Iterator[str]:
    of = {name: operator.get(name) or UNKNOWN for name in ("name", "address", "email", "privacy")}
    yield str(written()["head"]).format(**of, **_days(keep))


def _carrier(directory: Directory, carrier: Carrier) -> Iterator[str]:
    yield f"## Träger: {carrier.name}"
    yield ""
    approved = (
        f"{carrier.approved_on:%d.%m.%Y} durch {carrier.approved_by or UNKNOWN}"
        if carrier.approved_on
        else UNKNOWN
    )
    yield f"- Ansprechstelle für Datenschutz: {carrier.privacy_contact or UNKNOWN}"
    yield f"- Zustimmung zum Betrieb: {approved}"
    yield f"- Telegram: {TELEGRAM[carrier.telegram]}"
    for post in directory.posts.values():
        if post.carrier == carrier.id:
            yield f"- Stelle: {post.name} (`{post.id}`)"
    yield ""


def _table(
    title: str, home: Mapping[str, Any], rows: Mapping[str, Any], keep: Keep, table: str
) -> Iterator[str]:
    yield ""
    yield f"### {title}"
    yield ""
    yield _row(*HEAD)
    yield _row(*("---" for _ in HEAD))
    for name, said in rows.items():
        entry = _entry(said, home, keep)
        form = FORM[COLUMNS[table].get(name, "number")] if table else FORM["sealed"]
        yield _row(f"`{name}`", entry.what, entry.who, entry.kept, form)
    yield ""


def _entry(said: Any, home: Mapping[str, Any], keep: Keep) -> Said:
    own = said if isinstance(said, dict) else {"what": said}
    kept = str(own.get("kept", home["kept"])).format(**_days(keep))
    return Said(str(own["what"]), str(own.get("who", home["who"])), kept)


def _days(keep: Keep) -> dict[str, int]:
    return {each.name: getattr(keep, each.name).days for each in fields(keep)}


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
