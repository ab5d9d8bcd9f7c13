"""Every ninety days a post's members are asked about its entry; what they change is a proposal."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from talk import MAGDEBURG, Talk, at_contact, offices

from bot.core.calendar import local
from bot.core.directory import Span
from bot.core.entries import EVERY, FIELDS, SOUND
from bot.core.hours import cell_of, spans_of
from bot.core.messages import Command, House, Settled, Timer
from bot.core.records import Role
from bot.core.taps import Move
from bot.loading.editing import changed

DAYS = EVERY.days
SCHOOL_POST = "schulsozialarbeit-st-80"  # not in the directory until somebody writes it in


def joined(post=MAGDEBURG, *names: str):
    """Members who joined just now, so that the days are counted from here."""
    talk = Talk()
    people = [talk.visitor(name) for name in names or ("neu",)]
    for person, name in zip(people, names or ("neu",), strict=True):
        person.starts(talk.invited(f"code-{name}", Role.WORKER, post))
    return talk, *people


def facts(talk, post=MAGDEBURG):
    return talk.store.team().facts(post)


def proposing(person, field: str, text: str):
    person.commands(Command.POST).taps("Eintrag im Verzeichnis", "Eintrag ändern", field)
    return person.says(text)


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_asked_before_ninety_days_and_everybody_on_the_post_then():
    talk, one, two = joined(MAGDEBURG, "eins", "zwei")
    talk.later(days=DAYS - 1)
    assert not any("Stimmt das noch?" in screen.text for screen in one.seen + two.seen)
    talk.later(days=5)
    for person in (one, two):
        (asked,) = [screen for screen in person.seen if "Stimmt das noch?" in screen.text]
        assert "Telefon: " in asked.text
        assert [button.label for button in asked.choices] == ["Eintrag stimmt", "Eintrag ändern"]


def test_the_question_comes_within_office_hours_on_a_school_day():
    talk, _ = joined()
    talk.later(days=DAYS + 5)
    asked = local(facts(talk).asked_at)
    assert talk.k.calendar.school_day(asked.date())
    assert time(9) <= asked.time() < time(16)


@pytest.mark.parametrize("hour", [3, 23])
def test_a_house_that_was_down_by_day_does_not_ask_at_night(hour):
    talk, person = joined()
    talk.later(minutes=1)
    talk.at = datetime(2027, 3, 2, hour, tzinfo=UTC)  # nothing became due meanwhile
    talk.later(minutes=1)
    assert "Stimmt das noch?" not in person.text
    talk.later(days=2)
    assert any("Stimmt das noch?" in screen.text for screen in person.seen)


def test_it_is_asked_again_after_another_ninety_days_and_not_sooner():
    talk, person = joined()
    talk.later(days=DAYS + 5)
    person.taps("Eintrag stimmt")
    assert facts(talk).confirmed_on == local(talk.at).date()
    talk.later(days=DAYS - 10)
    assert sum("Stimmt das noch?" in screen.text for screen in person.seen) == 1
    talk.later(days=20)
    assert sum("Stimmt das noch?" in screen.text for screen in person.seen) == 2


def test_a_later_colleague_does_not_put_the_question_off():
    talk, person = joined()
    talk.later(days=DAYS - 20)
    talk.visitor("zwei").starts(talk.invited("zwei", Role.WORKER, MAGDEBURG))
    talk.later(days=25)
    assert any("Stimmt das noch?" in screen.text for screen in person.seen)


def test_a_post_without_members_or_without_an_entry_is_not_asked_about():
    talk, person = joined(SCHOOL_POST)
    talk.later(days=2 * DAYS)
    assert not any("Stimmt das noch?" in screen.text for screen in person.seen)
    assert "Eintrag im Verzeichnis" not in person.commands(Command.POST).labels
    empty = Talk()
    empty.happens(House(), _due())
    assert facts(empty).asked_at is None
    assert empty.store.timers == {}


def _due():
    from bot.core.messages import Due  # noqa: PLC0415

    return Due(Timer.ENTRY, MAGDEBURG)


def test_a_question_that_comes_by_itself_settles_nothing_that_is_being_written():
    talk, kim, anna, _ = offices()
    at_contact(kim).taps("Ja, das ist gut").says("Es geht um die Pause.").taps("Absenden")
    anna.taps("Übernehmen", "Antworten")
    talk.store.save(replace(facts(talk), asked_at=talk.at - EVERY))
    talk.happens(House(), _due())
    assert "Stimmt das noch?" in anna.text
    anna.says("Komm gern vorbei.")
    assert "Vorschau" in anna.text


# ── Proposing ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("Telefon", "0345 2215724, 0345 2215755", "0345 2215724; 0345 2215755"),
        ("Telefon", "-", ""),
        ("Telefon", "116 111", "116 111"),
        ("E-Mail", "neu@stelle.de", "neu@stelle.de"),
        ("Sprechzeiten", "Mo bis Do 8-15 Uhr, Fr 8:30-12", "Mo-Do 08:00-15:00; Fr 08:30-12:00"),
        ("Raum", "Raum  5,\nerster Stock", "Raum 5, erster Stock"),
    ],
)
def test_a_change_is_kept_as_a_proposal_and_the_directory_stays_as_it_is(field, typed, kept):
    talk, person = joined()
    before = talk.k.directory.posts[MAGDEBURG]
    proposing(person, field, typed)
    (made,) = facts(talk).proposals
    assert made.value == kept
    assert made.member == person.member.id
    assert "erst dann steht es im Verzeichnis" in person.text
    assert person.member.asked is None
    assert talk.k.directory.posts[MAGDEBURG] == before
    assert "Vorgeschlagen für" in person.commands(Command.POST).taps("Eintrag im Verzeichnis").text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("Telefon", "ruf mich an"),
        ("Telefon", ";"),
        ("Telefon", "+"),
        ("E-Mail", "a@b@c.de"),
        ("Sprechzeiten", "meistens"),
        ("Raum", "=SUMME(A1)"),
        ("Raum", "@" * 3),
        ("Raum", "x" * 81),
    ],
)
def test_what_cannot_stand_in_the_directory_is_asked_again(field, typed):
    talk, person = joined()
    proposing(person, field, typed)
    assert facts(talk).proposals == ()
    assert (person.member.asked or "").startswith("entry_")
    person.says("abbrechen")
    assert person.member.asked is None


def test_a_second_thought_about_the_same_line_replaces_the_first():
    talk, person = joined()
    proposing(person, "Raum", "Raum 1")
    person.taps("Noch etwas ändern", "Raum").says("Raum 2")
    person.taps("Noch etwas ändern", "E-Mail").says("neu@stelle.de")
    assert [(p.field, p.value) for p in facts(talk).proposals] == [
        ("room", "Raum 2"),
        ("email", "neu@stelle.de"),
    ]


def test_only_members_of_the_post_may_say_anything_about_it():
    talk, person = joined()
    person.commands(Command.POST).taps("Eintrag im Verzeichnis")
    talk.store.save(replace(person.member, posts=()))
    person.taps("Eintrag stimmt")
    assert "nicht zu Ihrem Bereich" in person.text
    assert facts(talk).confirmed_on is None


def test_an_entry_that_was_taken_out_of_the_directory_cannot_be_confirmed():
    talk, person = joined()
    person.commands(Command.POST).taps("Eintrag im Verzeichnis")
    rest = {i: post for i, post in talk.k.directory.posts.items() if i != MAGDEBURG}
    talk.k = replace(talk.k, directory=replace(talk.k.directory, posts=rest))
    assert "schon erledigt" in person.taps("Eintrag stimmt").text
    assert facts(talk).confirmed_on is None


@pytest.mark.parametrize(
    ("accepted", "said"), [(True, "ist übernommen: Raum 5"), (False, "wurde nicht übernommen")]
)
def test_the_member_hears_what_became_of_the_proposal(accepted, said):
    talk, person = joined()
    proposing(person, "Raum", "Raum 5")
    (made,) = facts(talk).proposals
    for _ in range(2):  # the second time there is nothing left to settle
        talk.happens(House(), Settled(MAGDEBURG, made.id, accepted))
    assert [said in screen.text for screen in person.seen].count(True) == 1
    assert facts(talk).proposals == ()
    assert (facts(talk).confirmed_on is not None) is accepted


def test_a_proposal_of_somebody_who_left_can_still_be_settled():
    talk, person = joined()
    proposing(person, "Raum", "Raum 5")
    (made,) = facts(talk).proposals
    talk.store.members.clear()
    talk.happens(House(), Settled(MAGDEBURG, made.id, accepted=True))
    assert facts(talk).proposals == ()


def test_every_line_that_may_change_knows_what_fits_there():
    assert set(FIELDS) == set(SOUND)


# ── Hours as the directory writes them ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Mo-Fr 08:00-15:00",
        "Mo-Do 08:00-15:00; Fr 08:00-12:00",
        "Mo 08:00-10:00; Mo 12:00-14:00; Mi 08:00-10:00",
        "Mo-So 00:00-24:00",
    ],
)
def test_hours_are_written_as_they_are_read(cell):
    spans = spans_of(cell.replace("24:00", "23:59"))
    assert spans is not None
    whole = tuple(replace(span, end=time.max) if "24:00" in cell else span for span in spans)
    assert cell_of(whole) == cell


def test_a_span_of_one_day_is_written_with_one_name():
    assert cell_of([Span(2, time(9), time(12))]) == "Mi 09:00-12:00"


# ── „Stimmt nicht?“ ─────────────────────────────────────────────────────────────────────────────


def test_a_contact_has_a_way_to_say_that_it_is_wrong_and_only_a_count_is_kept():
    kim = at_contact(Talk().visitor())  # nobody is live: the known contacts are shown
    kim.taps("Stimmt nicht?", "Netzwerkstelle Schulerfolg Magdeburg", "Internetseite")
    assert "Danke, das ist gezählt." in kim.text
    assert kim.talk.store.counts["wrong/netzwerkstelle-magdeburg/website"] == 1


def test_every_screen_with_a_contact_has_the_way_and_asks_about_what_it_shows():
    tree = Talk().k.tree
    nodes = [
        node
        for topic in tree.topics.values()
        for node in topic.nodes.values()
        if getattr(node, "facts", ())
    ]
    asked = 0
    for node in nodes:
        kim = wrong_at(node.ref, district="halle", school="ST-33")
        if kim.text.startswith("Was stimmt nicht"):
            asked += 1
            assert "Etwas anderes" in kim.labels or len(kim.labels) > 1
    assert asked > len(nodes) / 2


def wrong_at(node: str, **facts: object):
    """A pupil who stands on this node and says that something there is wrong."""
    from bot.core.records import Answer, Conversation  # noqa: PLC0415
    from bot.core.tree import Audience  # noqa: PLC0415

    talk = Talk()
    kim = talk.visitor()
    talk.store.save(
        Conversation(
            "kim",
            talk.at,
            (Answer(node),),
            audience=Audience.PUPIL,
            **({"school": "ST-5", "district": "magdeburg"} | facts),
        )
    )
    return kim.pushes(Move.WRONG)


def test_where_nothing_is_shown_the_old_button_only_shows_the_screen_again():
    kim = Talk().visitor().starts()
    before = kim.text
    assert "Stimmt nicht?" not in [way.label for way in kim.last.ways]
    assert kim.pushes(Move.WRONG).text == before


def test_help_now_is_not_crowded_by_it():
    kim = Talk().visitor().starts().pushes(Move.HELP)
    assert "Stimmt nicht?" not in [way.label for way in kim.last.ways]


def test_a_contact_that_is_gone_from_the_screen_shows_the_screen():
    kim = at_contact(Talk().visitor()).taps("Stimmt nicht?")
    button = kim.button("Netzwerkstelle Schulerfolg Magdeburg")
    kim.pushes(Move.MENU).pushes(button.tap)
    assert kim.talk.store.counts.get("wrong/netzwerkstelle-magdeburg/phone") is None
    assert "Danke, das ist gezählt." not in kim.text


# ── Into the table ──────────────────────────────────────────────────────────────────────────────

POSTS = Path(__file__).parent.parent / "knowledge" / "directory" / "posts.csv"


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("cp1252", "replace"),
        lambda text: text.replace("\n", "\r\n").encode("cp1252", "replace"),
    ],
    ids=["plain", "mark", "windows ends", "cp1252", "both"],
)
def test_one_cell_changes_and_every_other_byte_stays(form):
    raw = form(POSTS.read_text(encoding="utf-8"))
    new = changed(raw, MAGDEBURG, {"room": 'Raum „5“, "hinten"'})
    assert new is not None
    old_lines, new_lines = raw.splitlines(keepends=True), new.splitlines(keepends=True)
    differing = [n for n, (a, b) in enumerate(zip(old_lines, new_lines, strict=True)) if a != b]
    assert len(differing) == 1
    assert len(new) > len(raw)
    assert changed(new, MAGDEBURG, {"room": ""}) == raw.replace(b"", b"") or b'""' in changed(
        new, MAGDEBURG, {"room": ""}
    )


def test_a_table_of_a_spreadsheet_with_semicolons_keeps_them():
    raw = b'sep=;\r\nid;phone;note\r\na;1;"x;y"\r\nb;2;"z ""q"""\r\n'
    assert changed(raw, "b", {"phone": "3; 4"}) == raw.replace(b"b;2;", b'b;"3; 4";')
    assert changed(raw, "b", {"note": "neu"}) == raw.replace(b'"z ""q"""', b'"neu"')
    assert changed(raw, "c", {"phone": "1"}) is None
    assert changed(b"x,y\n1,2\n", "1", {"y": "3"}) is None
    assert changed(b"id,y\n1,2", "1", {"y": "3"}) == b"id,y\n1,3"


def test_every_row_of_the_delivered_table_can_be_changed():
    raw = POSTS.read_bytes()
    for line in raw.decode().splitlines()[1:]:
        key = line.split(",")[0]
        new = changed(raw, key, {"checked_on": "2027-01-01"})
        assert new is not None
        assert abs(len(new) - len(raw)) <= len("2027-01-01")


def test_an_editor_that_writes_the_table_anew_would_be_seen():
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    raw = b'id;phone\r\n"a";1\r\n'
    out = io.StringIO()
    csv.writer(out).writerows(csv.reader(io.StringIO(raw.decode()), delimiter=";"))
    assert out.getvalue().encode() != raw
    assert changed(raw, "a", {"phone": "1"}) == raw
    assert timedelta(days=DAYS) == EVERY
