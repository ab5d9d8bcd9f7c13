"""The deadline walk: strict, dated only where a row with a source says so, and kept nowhere."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from planted import TODAY, sound
from talk import Talk, knowledge

from bot.core.calendar import Calendar, dated
from bot.core.deadlines import called, day_said, deadline_walk, last_school_days, spoken
from bot.core.directory import Deadline
from bot.core.messages import Typed
from bot.core.taps import Choose
from bot.core.tree import Audience
from bot.loading import check, load

TEACHER, GUARDIAN, PUPIL = Audience.TEACHER, Audience.GUARDIAN, Audience.PUPIL
ROW = Deadline(
    "a", 1, frozenset({TEACHER}), "Anrufen", 3, "calendar", "Quelle", "https://x", "2024"
)
TUESDAY = date(2026, 11, 24)


def calendar() -> Calendar:
    return knowledge().calendar


@pytest.mark.parametrize(
    ("first", "count", "days", "due", "safe"),
    [
        (date(2026, 11, 23), "calendar", 3, date(2026, 11, 25), None),
        (date(2026, 11, 26), "calendar", 3, date(2026, 11, 28), date(2026, 11, 27)),  # a Saturday
        (date(2026, 11, 26), "school", 3, date(2026, 11, 30), None),
        (date(2026, 12, 21), "calendar", 3, date(2026, 12, 23), None),  # holidays? see below
        (date(2026, 11, 28), "calendar", 1, date(2026, 11, 28), None),  # no school day before it
    ],
)
def test_days_are_counted_strictly_the_first_one_included(first, count, days, due, safe):
    row = replace(ROW, count=count, days=days)
    (step,) = deadline_walk([row], first, TEACHER, calendar())
    assert step.due == due
    if calendar().school_day(due):
        assert step.safe is None
    elif safe is not None:
        assert step.safe == safe


def test_steps_stand_in_their_order_for_whom_they_are_and_undated_without_a_source():
    rows = [replace(ROW, id="b", order=2, days=None, count=""), ROW]
    steps = deadline_walk(rows, TUESDAY, TEACHER, calendar())
    assert [(step.deadline.id, step.due is None) for step in steps] == [("a", False), ("b", True)]
    assert deadline_walk(rows, TUESDAY, PUPIL, calendar()) == ()


def test_the_delivered_rows_date_the_first_contact_alone():
    steps = deadline_walk(knowledge().directory.deadlines, TUESDAY, TEACHER, calendar())
    assert [step.due for step in steps] == [date(2026, 11, 26), None, None, None]
    assert all(row.source_url for row in knowledge().directory.deadlines)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("heute", TUESDAY),
        ("seit gestern", date(2026, 11, 23)),
        ("vorgestern", date(2026, 11, 22)),
        ("am Montag", date(2026, 11, 23)),
        ("Dienstag", TUESDAY),
        ("Mittwoch", date(2026, 11, 18)),
        ("23.11.", date(2026, 11, 23)),
        ("1. 12. 2025", date(2025, 12, 1)),
        ("1.12.25", date(2025, 12, 1)),
        ("24.12.", date(2025, 12, 24)),
        ("2026-11-20", date(2026, 11, 20)),
        ("31.2.", None),
        ("2026-13-01", None),
        ("25.11.2026", None),  # to come
        ("1.1.2020", None),  # another school year's matter
        ("neulich", None),
        ("", None),
    ],
)
def test_a_typed_day_is_understood_as_people_say_it(text, day):
    assert day_said(text, TUESDAY) == day


def test_the_last_school_days_are_offered():
    days = last_school_days(date(2026, 11, 30), calendar())
    assert days[0] == date(2026, 11, 30)
    assert date(2026, 11, 29) not in days
    assert len(days) == 5


# ── In a conversation ───────────────────────────────────────────────────────────────────────────


def asked(audience: str = "Lehrkraft, Schulleitung, andere Fachkraft"):
    person = Talk().visitor().starts()
    person.taps(audience).says("schulverweigerung")
    person.pushes(Choose("schulverweigerung.regeln", "fristen"))
    return person.taps("Eine allgemeinbildende Schule")


def test_a_teacher_taps_the_day_and_reads_the_steps_and_nothing_is_kept():
    person = asked()
    before = person.conversation.answers
    assert "Welches war der erste Tag" in person.text
    person.taps("Montag, 23.11.")
    assert "1. Die Schule nimmt Kontakt mit den Eltern auf\nBis Mittwoch, 25.11." in person.text
    assert "streng, in Kalendertagen" in person.text
    assert "Frist im Erlass nachlesen oder Schulleitung fragen" in person.text
    assert person.conversation.answers == before
    stored = person.conversation
    assert "2026" not in str(replace(stored, shown=(), touched=stored.touched.min))
    person.taps("Ein anderer Tag")
    assert "Welches war der erste Tag" in person.text


def test_on_the_third_day_the_first_line_says_today():
    person = asked().says("22.11.")
    assert person.text.startswith("Heute: Die Schule nimmt Kontakt mit den Eltern auf.")
    assert "ist nach unserem Kalender kein Schultag" in person.text  # a Sunday


def test_what_is_over_says_so_and_an_old_button_counts_against_today():
    person = asked()
    button = person.button("Montag, 23.11.")
    person.talk.at = datetime(2026, 11, 27, 11, tzinfo=UTC)
    person.pushes(button.tap)
    assert "Das war bis Mittwoch, 25.11. zu tun." in person.text


def test_a_weekend_is_told_with_the_last_school_day_before():
    person = asked()
    person.talk.at = datetime(2026, 11, 26, 11, tzinfo=UTC)
    person.says("heute")
    assert "Bis Samstag, 28.11. Das ist kein Schultag; sicher ist Freitag, 27.11." in person.text


def test_what_is_no_day_is_asked_for_again():
    person = asked().says("irgendwann")
    assert person.text.startswith("Diesen Tag habe ich nicht verstanden.")
    person.pushes(Choose("fristen.tag", "2026-99-99"))
    assert "Welches war der erste Tag" in person.text


def test_vocational_schools_are_said_to_be_unknown():
    person = asked()
    person.pushes(Choose("fristen.schulart", "beruf"))
    assert "wissen wir nicht" in person.text


def test_the_web_offers_the_calendar_file():
    person = asked("Eltern, Familie")
    person.does(Typed("gestern"), channel="web")
    assert "Als Kalenderdatei: /fristen/guardian/2026-11-23.ics" in person.text


def test_rows_that_count_school_days_do_not_claim_calendar_days():
    person = asked()
    k = person.talk.k
    rows = tuple(replace(row, count="school") for row in k.directory.deadlines)
    person.talk.k = replace(k, directory=replace(k.directory, deadlines=rows))
    person.says("gestern")
    assert "Kalendertagen" not in person.text


# ── The rows ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "slug"),
    [
        ("a,1,teacher,Anrufen,drei,calendar,Q,https://x.example,2024,medium,", "csv-number"),
        ("a,eins,teacher,Anrufen,3,calendar,Q,https://x.example,2024,medium,", "csv-number"),
        ("a,1,teacher,Anrufen,3,calendar,Q,,2024,medium,", "csv-empty-cell"),
        ("a,1,teacher,Anrufen,3,calendar,Q,https://x.example,,medium,", "csv-empty-cell"),
        ("a,1,teacher,Anrufen,3,,Q,https://x.example,2024,medium,", "csv-unknown-value"),
    ],
)
def test_a_row_with_days_needs_its_source(row: str, slug: str, tmp_path: Path):
    folder = sound(tmp_path)
    path = folder / "directory/deadlines.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert slug in {finding.id for finding in check(load(folder), TODAY)}


# ── In other languages ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("locale", "said", "button", "written"), [
    ("de", "Freitag, 27.11.", "Heute, 27.11.", "27.11.2026"),
    ("en", "Fri, Nov 27", "Fri, Nov 27", "November 27, 2026"),
    ("uk", "пт, 27 лист.", "пт, 27 лист.", "27 листопада 2026"),
])  # fmt: skip
def test_a_day_is_said_as_its_readers_say_it(locale: str, said: str, button: str, written: str):
    day = date(2026, 11, 27)
    assert spoken(day, locale) == said
    assert called(day, day, locale) == button
    assert dated(day, locale).startswith(written)
