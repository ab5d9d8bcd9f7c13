"""The sheet for the data protection officer names everything that is kept.

When a test here is red: add the new column or field to ``bot/store/datasheet.yaml``.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import make_dataclass
from datetime import timedelta

import pytest
from playing import real_knowledge
from test_cli import GOOD, lotse

from bot.core.records import Conversation
from bot.core.retention import Keep
from bot.datasheet import missing, sheet, stored_records, written
from bot.demo import OPERATOR
from bot.store.columns import COLUMNS
from bot.store.database import migrations


@pytest.fixture
def raw() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:", isolation_level=None)
    for script in migrations().values():
        opened.executescript(script)
    yield opened
    opened.close()


def schema(raw: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    tables = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        table: tuple(row[1] for row in raw.execute(f"PRAGMA table_info({table})").fetchall())
        for (table,) in tables
        if not table.startswith("sqlite_")
    }


def test_every_column_and_every_field_of_a_sealed_record_has_an_entry(raw):
    assert missing(schema(raw), stored_records()) == []


@pytest.mark.parametrize("kind", ["TEXT", "BIGINT", "BLOB"])
def test_a_new_column_without_an_entry_is_seen(raw, kind):
    raw.execute(f"ALTER TABLE conversations ADD COLUMN mood {kind}")
    assert missing(schema(raw), stored_records()) == ["conversations.mood"]


def test_a_new_field_of_a_record_without_an_entry_is_seen(raw):
    grown = make_dataclass("Conversation", [("mood", str, "")], bases=(Conversation,), frozen=True)
    records = tuple(grown if kind is Conversation else kind for kind in stored_records())
    assert missing(schema(raw), records) == ["Conversation.mood"]


def test_a_new_table_or_record_without_an_entry_is_seen(raw):
    raw.execute("CREATE TABLE friends (name TEXT)")
    records = (*stored_records(), make_dataclass("Friend", [("name", str)]))
    assert missing(schema(raw), records) == ["Friend.name", "friends.name"]


def test_an_entry_of_what_is_gone_is_seen(raw):
    raw.execute("DROP TABLE marks")
    records = tuple(kind for kind in stored_records() if kind.__name__ != "Letter")
    assert "marks.mark" in missing(schema(raw), records)
    assert "Letter.text" in missing(schema(raw), records)


def printed(keep: Keep | None = None, carrier: str | None = None) -> str:
    directory = real_knowledge().directory
    found = directory.carriers[carrier] if carrier else None
    return "\n".join(sheet(directory, keep or Keep(), OPERATOR, found))


def test_every_row_says_what_for_who_how_long_and_in_which_form():
    rows = [line for line in printed().splitlines() if line.startswith("| `")]
    assert len(rows) > 150
    for row in rows:
        assert all(cell.strip() for cell in row.strip("|").split("|")), row
        assert len(row.strip("|").split("|")) == 5, row


def test_what_is_sealed_is_said_to_be_and_what_is_not_is_not():
    page = printed()
    for table, columns in COLUMNS.items():
        part = page.split(f"(`{table}`)\n")[1].split("###")[0]
        for column, holds in columns.items():
            (row,) = re.findall(rf"^\| `{column}` .*$", part, re.MULTILINE)
            assert row.endswith("| verschlüsselt |") is (holds == "sealed"), row


def test_the_periods_are_those_of_the_settings():
    week = printed(Keep(words=timedelta(days=7)))
    assert "bis 7 Tage nach dem Abschluss" in week
    assert "{" not in week
    assert "bis 30 Tage nach dem Abschluss" in printed()
    assert "bis 30 Tage nach dem Abschluss" not in week


def test_with_a_carrier_it_names_contact_posts_and_the_rule_for_telegram():
    page = printed(carrier="spielwagen")
    part = page.split("## Träger: ")[1].split("## ")[0]
    assert "Ansprechstelle für Datenschutz: nicht eingetragen" in part
    assert "Telegram: nein" in part
    assert "`schulsozialarbeit-st-5`" in part
    assert "`netzwerkstelle-halle`" not in part


def test_the_words_say_nothing_of_other_tables():
    assert {record["in"].split(".")[0] for record in written()["records"].values()} <= set(COLUMNS)


def test_the_command_prints_it_and_knows_its_carriers(tmp_path):
    done = lotse(tmp_path, "datasheet", "--carrier", "dkjs", **GOOD)
    assert done.returncode == 0, done.stderr
    assert "Landkreis Muster" in done.stdout
    assert "`koordinierungsstelle`" in done.stdout
    wrong = lotse(tmp_path, "datasheet", "--carrier", "gibtsnicht", **GOOD)
    assert (wrong.returncode, "carriers.csv" in wrong.stderr) == (2, True)
