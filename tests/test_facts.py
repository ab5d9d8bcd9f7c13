"""Facts by reference: what a visitor reads of them, and what a condition sees."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from talk import MAGDEBURG, NOON, SPIELWAGEN, Talk, at_contact, knowledge

from bot.core.facts import EMERGENCY, MOST_LINES, answering, helpline, lines
from bot.core.messages import Event, Typed, Visitor
from bot.core.records import Conversation, Team
from bot.core.tree import Audience, Goto, Node
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
    dated, undated = replace(bare, source_date="2023-05"), replace(bare, source_date="")
    assert helpline(dated) == f"{line.name}: https://seite.example (Stand 2023)"
    assert helpline(undated).endswith("(Datum der Quelle unbekannt)")


def test_a_number_that_stands_in_the_name_is_said_once():
    for line in knowledge().directory.helplines.values():
        assert not line.phone or helpline(line).count(line.phone) == 1


# ── Who answers now ─────────────────────────────────────────────────────────────────────────────

NIGHT = datetime(2026, 11, 24, 22, 4, tzinfo=UTC)
WORRIES = (
    None, "selbstverletzung", "suizid", "mobbing", "sexuelle-gewalt", "gewalt-zuhause", "psyche",
    "familie", "trauer", "migration-sprache", "schwangerschaft", "sucht", "weglaufen-wohnung",
    "medizin", "kindeswohl", "gewalt-drohung", "essstoerung", "cybermobbing", "lgbtq", "medien",
)  # fmt: skip


def now(at=NIGHT, topic=None, **known):
    """Who answers, by id, without the emergency numbers."""
    return [line.id for line in answering(sight(at, **known), topic) if line.id not in EMERGENCY]


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("topic", WORRIES)
def test_who_answers_now_is_there_for_this_worry_or_for_everything(topic, audience):
    helplines = knowledge().directory.helplines
    for line in now(topic=topic, audience=audience):
        assert {topic, "allgemein"} & set(helplines[line].topics)
        assert audience in helplines[line].audiences


def test_a_mother_whose_child_hurts_itself_reads_nothing_about_pregnancy_at_night():
    found = now(topic="selbstverletzung", audience=Audience.GUARDIAN)
    assert found[0].startswith("telefonseelsorge")
    assert "schwangere-in-not" not in found
    assert "vermisste-kinder-116000" not in found
    assert "schwangere-in-not" in now(topic="schwangerschaft", audience=Audience.GUARDIAN)


def test_lines_for_pupils_alone_stand_before_lines_for_all():
    found = now(NOON + timedelta(hours=3), "sexuelle-gewalt", audience=Audience.PUPIL)
    assert found[:2] == ["krisenchat", "nummer-gegen-kummer-116111"]
    assert "hilfetelefon-missbrauch" in found[2:]
    assert now(topic="sexuelle-gewalt", audience=Audience.PUPIL)[0] == "krisenchat"


def test_somebody_unknown_is_helped_as_a_child_and_as_a_parent():
    found = now(NOON + timedelta(hours=3), audience=None)
    assert found[:2] == ["krisenchat", "nummer-gegen-kummer-116111"]
    assert "elterntelefon" in found
    assert "med-kinderschutzhotline" not in now(topic="kindeswohl", audience=None)
    assert "med-kinderschutzhotline" in now(topic="kindeswohl", audience=Audience.TEACHER)


def test_the_doctors_line_is_for_the_body_and_not_for_every_worry():
    assert "bereitschaftsdienst-116117" in now(topic="medizin", audience=Audience.GUARDIAN)
    assert "bereitschaftsdienst-116117" not in now(topic="mobbing", audience=Audience.GUARDIAN)


def test_a_line_of_another_language_comes_only_to_those_who_speak_it_and_then_first():
    afternoon = NOON + timedelta(hours=3)
    german = now(afternoon, "trauer", audience=Audience.PUPIL)
    ukrainian = now(afternoon, "trauer", audience=Audience.PUPIL, language="uk")
    assert not [line for line in german if "ukraine" in line]
    assert ukrainian[0] == "helpline-ukraine"
    assert "Helpline Ukraine" not in said("helplines.topic", topic="trauer")
    assert "Helpline Ukraine" in said("helplines.topic", topic="trauer", language="ru")
    assert "SiSA" in said("helplines.topic", topic="migration-sprache")


def test_a_line_that_speaks_only_german_says_so_to_whom_speaks_another_language():
    shown = {
        language: said("helplines.now", topic="trauer", language=language)
        for language in ("de", "uk")
    }
    only_german = [
        line
        for line in knowledge().directory.helplines.values()
        if line.languages == ("de",) and line.id not in EMERGENCY
    ]
    told = [line for line in shown["uk"].splitlines() if line.endswith("spricht nur Deutsch")]
    there = [line for line in only_german if helpline(line) in shown["uk"]]
    assert len(told) == len(there) > 0
    assert "spricht nur Deutsch" not in shown["de"]


def test_a_line_without_evidenced_hours_comes_last_in_its_language_and_says_so():
    seen = sight(NIGHT, audience=Audience.PUPIL, language="uk")
    found = answering(seen, "psyche")
    assert found[-1].id == "krisenchat-ukraine"
    assert "Zeiten nicht belegt" in helpline(found[-1])
    assert "nur schriftlich" in helpline(found[-1])
    assert len(found) <= len(EMERGENCY) + MOST_LINES


WEEK = [datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=45 * n) for n in range(224)]


def kinds(k, audience, topic, language, at):
    """Whether somebody can be written to, and whether somebody can be called."""
    known = Conversation("kim", at, audience=audience, language=language)
    found = answering(Sight(k, Team(), known, at), topic)[len(EMERGENCY) :]
    assert len(found) <= MOST_LINES
    return any(h.instant_chat for h in found), any(h.phone and not h.instant_chat for h in found)


@pytest.mark.parametrize("language", ["de", "uk"])
@pytest.mark.parametrize("topic", WORRIES)
def test_at_every_time_of_the_week_somebody_answers(topic, language):
    for at in WEEK:
        assert kinds(knowledge(), Audience.PUPIL, topic, language, at) == (True, True)
        assert kinds(knowledge(), Audience.GUARDIAN, topic, language, at)[1]
        assert kinds(knowledge(), Audience.TEACHER, topic, language, at)[1]


def test_a_directory_without_lines_by_night_would_be_noticed():
    k = knowledge()
    day = {i: h for i, h in k.directory.helplines.items() if len(h.hours) < 7 or i in EMERGENCY}
    poor = replace(k, directory=replace(k.directory, helplines=day))
    assert (False, False) in {kinds(poor, Audience.PUPIL, "mobbing", "de", at) for at in WEEK}


def test_the_emergency_numbers_come_first_for_everybody():
    for audience in (None, *Audience):
        found = answering(sight(NIGHT, audience=audience), "mobbing")
        assert [line.id for line in found[:2]] == ["notruf-112", "notruf-110"]


# ── Contacts and the card ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fact", "part"),
    [
        ("office.contact", "Magdeburg"),
        ("coordination.contact", "Koordinierungsstelle"),
        ("post.contact", "Magdeburg"),
        ("ladder.contacts", "Magdeburg"),
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


def district(*, numbered):
    """A district whose network office has a number or a mail address, or has neither."""
    posts = knowledge().directory.posts.values()
    offices = [post for post in posts if post.id.startswith("netzwerkstelle-")]
    return next(p.districts[0] for p in offices if bool(p.phones or p.email) is numbered)


def test_the_coordination_office_is_no_address_for_families_where_another_has_a_number():
    known = {"district": district(numbered=True)}
    family = said("ladder.contacts", **known)
    assert "Netzwerkstelle" in family
    assert "Koordinierungsstelle" not in family
    teacher = said("ladder.contacts", audience=Audience.TEACHER, **known)
    assert "Koordinierungsstelle" in teacher
    assert "wer zuständig ist" not in teacher


def test_families_read_what_the_coordination_office_is_good_for():
    text = said("ladder.contacts", district=district(numbered=False))
    assert "Koordinierungsstelle" in text
    assert "wer zuständig ist" in text


def test_without_a_place_the_lines_of_the_topic_stand_below():
    assert "116 111" in said(
        "ladder.contacts", topic="mobbing", district="", audience=Audience.PUPIL
    )
    assert "112" in said("ladder.contacts", district="")
    assert "116 111" not in said("ladder.contacts", topic="mobbing", district="magdeburg")


def test_the_card_carries_no_question_no_call_and_no_other_topic():
    seen = sight(audience=Audience.PUPIL, district="")
    turn = Turn.on(seen.k, {}, Event("e", NOON, bytes(32), Visitor("kim"), Typed("")))
    topic = seen.k.tree.topics["mobbing"]
    path = tuple(c for n in topic.nodes.values() if isinstance(n, Node) for c in n.choices)
    place = replace(replay(seen.k.tree, (), seen), topic="mobbing", path=path)
    card = "\n".join(lines(turn, seen, place, ["card"]))
    taps = [row.removeprefix("– ") for row in card.splitlines() if row.startswith("– ")]
    assert taps
    assert len(taps) == len(set(taps))
    for tap in taps:
        assert not tap.endswith("?")
        assert any(
            isinstance(c.target, Goto) and c.target.node.startswith("mobbing.")
            for c in path
            if c.label.of(Audience.PUPIL) == tap
        )


def test_the_card_speaks_as_the_visitor_and_the_bot_below_its_own_heading():
    kim = at_contact(Talk().visitor())
    kim.taps("Eine Karte zum Mitnehmen")
    card, _, below = kim.text.partition("WAS DER BOT DAZU WEISS")
    assert "Ich bin" in card
    assert "kenne ich" not in card
    assert "laut" not in card
    assert "laut" in below


def test_the_card_speaks_the_language_of_the_visitor_too():
    assert "Українська" in said("card", language="uk", district="")


def test_where_nobody_reads_the_visitor_may_still_keep_somebody_out():
    talk = Talk()
    kim = at_contact(talk.visitor())
    assert "Schulsozialarbeit" in kim.text.partition("Das ist bekannt:")[2]
    kim.taps("Nicht an jemanden von der Schule")
    assert "noch niemand antworten" in kim.text
    assert "Schulsozialarbeit" not in kim.text.partition("Das ist bekannt:")[2]
    kim.taps("Nicht ans Jugendamt")
    assert "noch niemand antworten" in kim.text


def test_who_writes_about_a_teacher_may_still_keep_the_school_out():
    talk = Talk()
    for post in (SPIELWAGEN, MAGDEBURG):
        talk.staffed(post, f"{post}-a", f"{post}-b")
    kim = at_contact(talk.visitor())
    kim.taps("Ja, das ist gut", "Nein, nur die erste Stelle")
    kim.says("Mein Lehrer macht mir Angst.")
    assert "Das geht an: Schulsozialarbeit" in kim.text
    kim.taps("Andere Stelle? Wer liest das?", "Nicht an jemanden von der Schule")
    assert "Netzwerkstelle Schulerfolg Magdeburg" in kim.text
    kim.taps("Ja, das ist gut")
    kim.taps("Ohne eigene Worte weiter")
    assert "Das geht an: Netzwerkstelle Schulerfolg Magdeburg" in kim.text
    assert "Mein Lehrer macht mir Angst." in kim.text


def test_no_text_supposes_that_it_is_evening():
    nodes = (n for n in knowledge().tree.nodes.values() if isinstance(n, Node))
    for node in nodes:
        for text in node.say.variants():
            assert "heute abend" not in text.lower(), node.ref
            assert "heute nacht" not in text.lower(), node.ref


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
