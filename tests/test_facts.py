"""Facts by reference: what a visitor reads of them, and what a condition sees."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from talk import MAGDEBURG, NOON, Talk, at_contact, knowledge

from bot.core.facts import helpline, lines
from bot.core.messages import Event, Typed, Visitor
from bot.core.records import Conversation, Team
from bot.core.tree import Audience
from bot.core.view import Sight
from bot.core.walk import Place, replay
from bot.core.world import Turn


def sight(at=NOON, **known):
    fresh = Conversation("kim", at, audience=Audience.GUARDIAN)
    return Sight(knowledge(), Team(), replace(fresh, **known), at)


def said(fact, topic=None, **known):
    seen = sight(**known)
    turn = Turn.on(seen.k, {}, Event("e", NOON, bytes(32), Visitor("kim"), Typed("")))
    place: Place = replace(replay(seen.k.tree, (), seen), topic=topic)
    return "\n".join(lines(turn, seen, place, [fact]))


def test_a_helpline_by_name_has_its_number_hours_and_cost():
    text = said("helpline.nummer-gegen-kummer-116111")
    assert "116 111" in text
    assert "kostenlos" in text


def test_helplines_of_a_topic_are_those_for_this_audience():
    text = said("helplines.topic", topic="mobbing")
    assert text
    assert text.count("\n") <= 5


def test_helplines_now_begin_with_the_emergency_numbers():
    assert "112" in said("helplines.now").splitlines()[0]


def test_a_line_of_one_district_is_not_shown_in_another():
    local = next(h for h in knowledge().directory.helplines.values() if h.districts)
    everywhere = said("helplines.now", school=None, district="stendal")
    assert local.name not in everywhere or "stendal" in local.districts


def test_a_line_that_is_a_page_only_shows_the_page():
    line = next(iter(knowledge().directory.helplines.values()))
    bare = replace(
        line, phone="", chat_url="", website="https://seite.example", hours_text="", cost=""
    )
    assert helpline(bare) == f"{line.name}: https://seite.example"


@pytest.mark.parametrize(
    ("fact", "part"),
    [
        ("office.contact", "Magdeburg"),
        ("coordination.contact", "Koordinierungsstelle"),
        ("post.contact", "Magdeburg"),
        ("ladder.contacts", "Koordinierungsstelle"),
    ],
)
def test_contacts_are_named_with_their_source(fact, part):
    text = said(fact, district="magdeburg")
    assert part in text
    assert "laut" in text


def test_an_office_of_no_district_is_not_made_up():
    text = knowledge().texts["no_contact_known"]
    assert said("office.contact", district="") == text.guardian


def test_a_school_that_is_kept_out_is_neither_shown_nor_proposed():
    known = {"school": "ST-5", "district": "magdeburg"}
    out = frozenset({"school"})
    assert said("school.contact", **known)
    assert said("school.contact", excluded=out, **known) == ""
    assert said("school.contact", district="magdeburg") == ""
    assert "Außerhalb der Schule" in said("office.contact", district="", excluded=out)


def test_the_card_names_the_district_where_no_school_is_known():
    assert "Kreis: Magdeburg" in said("card", district="magdeburg")
    assert "Schule:" in said("card", school="ST-5", district="magdeburg")
    assert "Thema: Mobbing" in said("card", topic="mobbing", district="")


def test_the_card_carries_the_taps_of_the_walk():
    kim = at_contact(Talk().visitor())
    kim.taps("Eine Karte zum Mitnehmen")
    assert "KARTE ZUM MITNEHMEN" in kim.text
    assert "Schulsozialarbeit" in kim.text or "Träger" in kim.text or "laut" in kim.text


# ── What a condition sees ───────────────────────────────────────────────────────────────────────


def test_a_condition_sees_language_day_and_school_type():
    seen = sight(school="ST-5", district="magdeburg", language="uk")
    assert seen.language == "uk"
    assert seen.day == NOON.date()
    assert seen.school_type == knowledge().directory.schools["ST-5"].type
    assert sight().school_type == ""
    assert not sight().waiting
    assert sight(writing_to="x").waiting


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (NOON, True),
        (datetime(2026, 11, 24, 22, 4, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 11, tzinfo=UTC), False),
        (datetime(2026, 7, 14, 9, tzinfo=UTC), False),
    ],
)
def test_open_means_a_school_day_during_school_hours(at, is_open):
    assert sight(at).open is is_open


def test_reachable_means_that_somebody_would_take_it():
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna", "bo")
    known = Conversation("kim", NOON, audience=Audience.PUPIL, district="magdeburg")
    assert Sight(talk.k, talk.store.team(), known, NOON).reachable
    assert not sight(district="magdeburg").reachable


def test_a_second_rung_of_the_same_carrier_asks_no_consent():
    talk = Talk()
    for post in (MAGDEBURG, "schulsozialarbeit-st-5"):
        talk.staffed(post, f"{post}-a", f"{post}-b")
    posts = dict(talk.k.directory.posts)
    posts[MAGDEBURG] = replace(posts[MAGDEBURG], carrier=posts["schulsozialarbeit-st-5"].carrier)
    k = replace(talk.k, directory=replace(talk.k.directory, posts=posts))
    known = Conversation("kim", NOON, audience=Audience.PUPIL, school="ST-5", district="magdeburg")
    assert (
        Sight(k, talk.store.team(), known, NOON).decide("next_carrier", skip_school=False) == "same"
    )


def test_a_decision_that_nobody_knows_is_a_bug():
    with pytest.raises(KeyError, match="no such decision"):
        sight().decide("zufall", skip_school=False)


def test_subjects_are_what_a_visitor_may_be_led_to():
    tree = knowledge().tree
    everything = {topic.id for topic in tree.subjects()}
    pupils = {topic.id for topic in tree.subjects(Audience.PUPIL)}
    assert "eingang" not in everything
    assert "kontakt" not in everything
    assert "lehrkraft-service" in everything - pupils
