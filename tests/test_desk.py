"""What a member meets at the desk: cards, claims, previews; and that nothing leaves by accident."""

from dataclasses import replace
from datetime import timedelta

import pytest
from talk import MAGDEBURG, SPIELWAGEN, Person, Talk, offices, sending, two_rungs

from bot.core.messages import (
    Button,
    Command,
    EraseChat,
    Event,
    Foreign,
    House,
    Outage,
    Received,
    Staff,
    Tapped,
    Timer,
)
from bot.core.records import Ref, Request, Role
from bot.core.taps import Act, Choose, Move
from bot.core.tree import Reach
from bot.core.turn import turn


def claimed():
    talk, kim, anna, bo = offices()
    sending(kim)
    anna.taps("Übernehmen")
    return talk, kim, anna, bo


def previewed(text="Komm morgen vorbei."):
    talk, kim, anna, bo = claimed()
    anna.taps("Antworten").says(text)
    return talk, kim, anna, bo


# ── Claiming ────────────────────────────────────────────────────────────────────────────────────


def test_of_ten_who_claim_one_has_it_and_nine_are_told_who():
    talk = Talk()
    names = [f"person-{number}" for number in range(10)]
    crew = talk.staffed(MAGDEBURG, *names)
    kim = sending(talk.visitor())
    taps = [person.button("Übernehmen").tap for person in crew]
    for person, tap in zip(crew, taps, strict=True):
        person.pushes(tap)
    assert kim.request.claimed_by == "person-0"
    assert all("hat schon person-0" in person.text for person in crew[1:])


def test_a_store_that_answers_with_yesterdays_world_would_be_caught():
    """The planted fault of the race above: every claim sees the request as it was before."""
    talk, kim, anna, bo = offices()
    sending(kim)
    claims = []
    for person in (anna, bo):
        tap = Tapped(person.button("Übernehmen").tap)
        event = Event("e", talk.at, bytes(32), person.who, tap)
        outcome = turn(talk.k, talk.known(event), event)
        claims += [r.claimed_by for r in outcome.records if isinstance(r, Request)]
    assert claims == ["anna", "bo"]  # two winners: the count above would not be one


def test_only_the_claimer_reads_the_words():
    _talk, _kim, anna, bo = claimed()
    assert "Es geht um die Pause." in anna.text
    assert "Es geht um die Pause." not in bo.text
    assert "Übernommen von anna" in bo.text


def test_cards_are_edited_in_place():
    _talk, _kim, anna, bo = claimed()
    assert anna.last.slot == bo.last.slot
    assert bo.last.edit


def test_nobody_claims_at_another_post():
    talk, kim, cem, _anna = two_rungs()
    sending(kim, consent=False)
    tap = cem.button("Übernehmen").tap
    talk.store.save(replace(cem.member, posts=(MAGDEBURG,)))
    cem.pushes(tap)
    assert kim.request.claimed_by is None
    assert "weitergegeben" in cem.text


def test_a_claim_of_somebody_who_left_is_free_again():
    talk, kim, anna, bo = claimed()
    del talk.store.members["anna"]
    bo.commands(Command.DESK).says("1")
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"
    anna.says("bin ich noch da?")
    assert "beendet" in anna.text


def test_a_button_of_a_colleague_does_nothing():
    _talk, kim, anna, bo = offices()
    sending(kim)
    bo.pushes(anna.button("Übernehmen").tap)
    assert kim.request.claimed_by is None
    assert "schon erledigt" in bo.text


def test_a_card_of_a_closed_request_has_no_buttons():
    _talk, _kim, anna, bo = claimed()
    button = bo.button("Übernehmen").tap
    anna.taps("Abschließen", "Beantwortet")
    assert "Abgeschlossen" in bo.text
    assert bo.labels == []
    bo.pushes(button)
    assert "Abgeschlossen" in bo.text


# ── Answering ───────────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_seen_before_it_goes():
    _talk, kim, anna, _ = previewed()
    assert "Vorschau" in anna.text
    assert "Komm morgen" not in kim.text
    anna.says("1")
    assert "Komm morgen vorbei." in kim.opens().text


def test_only_what_the_preview_showed_goes_out():
    _talk, kim, anna, _ = previewed("erste Fassung")
    first = anna.button("Senden").tap
    anna.says("zweite Fassung").pushes(first)
    assert "zweite Fassung" in anna.text
    assert "Fassung" not in kim.text
    anna.taps("Senden")
    assert "zweite Fassung" in kim.opens().text


def test_a_correction_that_resembles_the_button_is_no_order_to_send():
    _talk, kim, anna, _ = previewed()
    for text in ("ok senden wir", "sendn"):
        anna.says(text)
        assert kim.request.answered_at is None
        assert text in anna.text


def test_discarding_sends_nothing():
    _talk, kim, anna, _ = previewed()
    send = anna.button("Senden").tap
    anna.taps("Verwerfen")
    assert "Verworfen" in anna.text
    anna.pushes(send)
    assert kim.request.answered_at is None


def test_a_second_tap_on_send_sends_nothing():
    _talk, kim, anna, _ = previewed()
    anna.taps("Senden")
    seen = len(kim.seen)
    anna.taps("Senden")
    assert len(kim.seen) == seen


def test_an_old_send_button_without_a_draft_sends_nothing():
    _talk, kim, anna, _ = previewed()
    send = anna.button("Senden").tap
    anna.taps("Abschließen").pushes(send)
    assert kim.request.answered_at is None
    assert "schon erledigt" in anna.text


def test_chatter_goes_nowhere():
    _talk, kim, anna, _ = claimed()
    seen = len(kim.seen)
    anna.says("na das wird was")
    assert "ging an niemanden" in anna.text
    anna.taps("Antworten").says("")
    assert "ging an niemanden" in anna.text
    assert len(kim.seen) == seen


def test_after_closing_no_answer_goes_out():
    _talk, kim, anna, _ = previewed()
    send = anna.button("Senden").tap
    kim.taps("Anfrage zurückziehen")
    anna.pushes(send)
    assert "liegt nicht bei Ihnen" in anna.text
    anna.says("noch ein Wort")
    assert "liegt nicht bei Ihnen" in anna.text
    anna.says("und noch eins")
    assert "ging an niemanden" in anna.text


def test_the_cards_other_buttons_stay_good_while_answering():
    _talk, kim, anna, _ = claimed()
    anna.taps("Antworten", "Abschließen", "Falscher Ort")
    assert not kim.request.open


def test_words_that_do_not_fit_on_the_card_come_whole_below_it():
    _talk, kim, anna, _ = offices()
    sending(kim, "ä" * 3000)
    anna.taps("Übernehmen")
    assert all(len(s.text.encode("utf-16-le")) // 2 <= 4096 for s in anna.seen if s.slot)
    assert "ä" * 3000 in anna.text
    anna.commands(Command.DESK).says("1")
    assert "ä" * 3000 in anna.text


def test_what_the_visitor_adds_comes_with_the_way_to_answer():
    talk, kim, anna, _ = claimed()
    kim.says("und noch etwas")
    talk.later(seconds=20)
    assert anna.labels == ["Antworten"]
    anna.says("antworten").says("Gern.").taps("Senden")
    assert "Gern." in kim.opens().text


def test_what_the_visitor_adds_does_not_disturb_an_answer_in_preview():
    talk, kim, anna, _ = previewed()
    kim.says("und noch etwas")
    talk.later(seconds=20)
    anna.says("1")
    assert "Komm morgen vorbei." in kim.opens().text


def test_an_answer_typed_in_two_messages_goes_out_whole():
    _talk, kim, anna, _ = previewed("Komm morgen vorbei.")
    anna.says("Zimmer 12, erster Stock.")
    assert "Komm morgen vorbei.\n\nZimmer 12, erster Stock." in anna.text
    anna.says("Senden")
    assert "Komm morgen vorbei.\n\nZimmer 12, erster Stock." in kim.opens().text


def test_what_was_discarded_is_not_in_the_next_preview():
    _talk, kim, anna, _ = previewed("erste Fassung")
    anna.taps("Verwerfen", "Antworten").says("zweite Fassung").says("1")
    assert "zweite Fassung" in kim.opens().text
    assert "erste" not in kim.text


def test_answering_again_goes_on_with_the_draft():
    _talk, kim, anna, _ = previewed("Komm morgen vorbei.")
    kim.says("und noch etwas")
    anna.taps("Antworten")
    assert "Vorschau" in anna.text
    anna.says("Auch dazu.").says("1")
    assert "Komm morgen vorbei.\n\nAuch dazu." in kim.opens().text


# ── Leaving ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["1", "Abbrechen", "abbrechen.", "verwerfen"])
def test_writing_can_be_left_before_a_word_is_written(word):
    talk, kim, anna, _ = claimed()
    anna.taps("Antworten")
    assert anna.labels == ["Abbrechen", "Bausteine"]
    anna.says(word)
    assert "ging nichts hinaus" in anna.text
    anna.says("so ein Tag")
    assert "ging an niemanden" in anna.text
    assert talk.store.request(kim.request.id).answered_at is None


@pytest.mark.parametrize("word", ["Verwerfen", "abbrechen"])
def test_a_word_discards_the_whole_draft(word):
    _talk, _kim, anna, _ = previewed()
    anna.says(word)
    assert "ging nichts hinaus" in anna.text
    assert (anna.member.draft, anna.member.asked, anna.member.writing_to) == ("", None, None)
    anna.says("antworten")
    assert "schreiben Sie jetzt" in anna.text


@pytest.mark.parametrize("command", list(Command))
def test_every_command_ends_the_writing_and_keeps_the_draft(command):
    _talk, kim, anna, _ = previewed()
    send = anna.button("Senden").tap
    anna.commands(command).says("so ein Tag")
    assert "Vorschau" not in anna.text
    assert "so ein Tag" not in anna.member.draft
    anna.pushes(send)
    assert "Komm morgen vorbei." in kim.opens().text


def test_the_word_liste_ends_the_writing_and_names_the_list():
    _talk, kim, anna, _ = previewed()
    anna.says("Liste")
    assert "/anfragen" in anna.text
    anna.says("sendn").says("so ein Tag")
    assert "ging an niemanden" in anna.text
    assert kim.request.answered_at is None
    anna.says("senden")
    assert "Komm morgen vorbei." in kim.opens().text


def test_a_start_link_ends_the_writing():
    _talk, _kim, anna, _ = previewed()
    anna.starts().says("so ein Tag")
    assert "ging an niemanden" in anna.text


def test_leaving_a_request_that_is_gone_is_no_trouble():
    _talk, kim, anna, _ = previewed()
    kim.taps("Anfrage zurückziehen")
    anna.says("abbrechen")
    assert "/anfragen" in anna.text
    assert (anna.member.draft, anna.member.asked) == ("", None)


@pytest.mark.parametrize("way", ["Senden", "Verwerfen"])
def test_chatter_after_an_answer_is_never_a_preview(way):
    _talk, _kim, anna, _ = previewed()
    anna.says(way).says("na das wird was")
    assert "ging an niemanden" in anna.text
    assert anna.member.draft == ""


def test_closing_one_request_keeps_the_answer_to_another():
    talk, kim, anna, _ = claimed()
    lisa = sending(talk.visitor("lisa"))
    anna.taps("Übernehmen")
    close = anna.button("Abschließen").tap
    other = next(b.tap for s in anna.seen for b in s.choices if b.label == "Antworten")
    anna.pushes(other).says("Komm morgen vorbei.").pushes(close)
    anna.taps("Beantwortet")
    assert not lisa.request.open
    anna.says("Bis dann.").says("Senden")
    assert "Komm morgen vorbei.\n\nBis dann." in kim.opens().text


# ── Typing what a card offers ───────────────────────────────────────────────────────────────────


def test_after_chatter_the_cards_buttons_still_work_by_number_and_word():
    _talk, kim, anna, bo = offices()
    sending(kim)
    anna.says("na das wird was")
    assert "/anfragen" in anna.text
    anna.says("1")
    assert kim.request.claimed_by == "anna"
    anna.says("moment noch").says("antworten").says("Gern.").says("senden")
    assert "Gern." in kim.opens().text
    bo.says("Übernehmen")
    assert "hat schon anna" in bo.text


def test_a_word_that_fits_several_cards_lists_them():
    talk, kim, anna, _ = offices()
    sending(kim)
    lisa = sending(talk.visitor("lisa"))
    anna.says("übernehmen")
    assert (kim.request.claimed_by, lisa.request.claimed_by) == (None, None)
    assert "passt zu mehreren" in anna.text
    assert [label.split(" · ")[0] for label in anna.labels] == [
        lisa.request.name,
        kim.request.name,
    ]
    anna.says("2")
    assert kim.request.claimed_by == "anna"
    anna.says("Übernehmen")
    assert lisa.request.claimed_by == "anna"


def test_a_number_means_the_last_screen_only():
    talk, kim, anna, _ = claimed()
    lisa = sending(talk.visitor("lisa"))
    anna.says("2")
    assert "ging an niemanden" in anna.text
    anna.says("1")
    assert lisa.request.claimed_by == "anna"
    assert kim.request.open


def test_a_new_card_does_not_disturb_an_answer_in_preview():
    talk, kim, anna, _ = previewed()
    lisa = sending(talk.visitor("lisa"))
    anna.says("1")
    assert "Komm morgen vorbei." in kim.opens().text
    anna.says("Übernehmen")
    assert lisa.request.claimed_by == "anna"


def test_a_word_of_an_unclaimed_card_works_in_the_midst_of_an_answer():
    talk, kim, anna, _ = previewed()
    lisa = sending(talk.visitor("lisa"))
    anna.says("Übernehmen")
    assert lisa.request.claimed_by == "anna"
    anna.says("Senden")
    assert "Komm morgen vorbei." in kim.opens().text


def test_what_may_be_typed_is_bounded():
    talk, kim, anna, _ = offices()
    for number in range(35):
        sending(talk.visitor(f"v{number}"))
    assert len(anna.member.shown) == 30
    sending(kim)
    anna.says("1")
    assert kim.request.claimed_by == "anna"


def test_a_button_of_a_forgotten_kind_is_no_trouble():
    _talk, _kim, anna, _ = offices()
    anna.talk.store.save(replace(anna.member, shown=(Button("Alt", Move.STAY),)))
    anna.says("Alt")
    assert "Das ist Ihr Schreibtisch" in anna.text


# ── The list, commands, strange things ──────────────────────────────────────────────────────────


def test_the_list_shows_red_ones_first_and_opens_their_cards():
    talk, kim, anna, _ = offices()
    sending(kim)
    red = sending(talk.visitor("lisa"), "ich will mich umbringen").request
    anna.commands(Command.DESK)
    assert len(anna.labels) == 2
    assert anna.labels[0].startswith(red.name)
    anna.says("1")
    assert "ROT" in anna.text
    anna.says("Übernehmen")
    assert talk.store.request(red.id).claimed_by == "anna"


def test_an_answered_request_stays_on_the_list_with_its_state():
    _talk, _kim, anna, _ = previewed()
    anna.taps("Senden").commands(Command.DESK)
    assert "Von Ihnen übernommen" in anna.labels[0]


def test_red_stands_before_overdue_and_that_before_what_is_due():
    talk, kim, anna, _ = offices()
    sending(kim)
    talk.due(kim.request)
    red = sending(talk.visitor("lisa"), "ich will mich umbringen").request
    calm = sending(talk.visitor("mia")).request
    anna.commands(Command.DESK)
    names = [label.split(" · ")[0] for label in anna.labels]
    assert names == [red.name, kim.request.name, calm.name]
    assert "ROT" in anna.labels[0]
    assert anna.labels[1].endswith("überfällig")


def test_a_list_by_due_time_alone_would_be_caught():
    """The planted fault of the order above: an overdue one waits for its next time, behind."""
    talk, kim, _anna, _ = offices()
    sending(kim)
    talk.due(kim.request)
    talk.store.save(replace(kim.request, due=talk.at + timedelta(days=9)))
    calm = sending(talk.visitor("mia")).request
    wrong = sorted(talk.store.all_requests(), key=lambda r: (not r.alert, r.due))
    assert [r.id for r in wrong] == [calm.id, kim.request.id]


def test_a_row_of_the_list_fits_a_button():
    talk, kim, anna, _ = offices()
    sending(kim)
    for name in ("Blauer Otter", "Wippender Würfel 4294967295", "W" * 80):
        for days in (0, 3):
            due = talk.at + timedelta(days=days, hours=3)
            talk.store.save(replace(kim.request, name=name, due=due, topic="lehrkraft-service"))
            anna.commands(Command.DESK)
            assert len(anna.labels[0]) <= 60
            assert name[:20] in anna.labels[0]
    talk.store.save(replace(kim.request, name="Blauer Otter", topic="mobbing"))
    anna.commands(Command.DESK)
    assert anna.labels[0] == "Blauer Otter · Schüler:in · Mobbing und… · Fr 27.11. 15 Uhr"
    assert "Blauer Otter · Schüler:in · Mobbing und Ausgrenzung" in anna.text


@pytest.mark.parametrize("topic", ["", "eingang", "kontakt", "gab-es-nie"])
def test_a_request_without_a_topic_says_so(topic):
    talk, kim, anna, _ = offices()
    sending(kim)
    talk.store.save(replace(kim.request, topic=topic))
    anna.commands(Command.DESK)
    assert "· ohne Thema · heute 15 Uhr" in anna.labels[0]
    anna.says("1")
    assert "· ohne Thema" in anna.text


def test_a_card_calls_the_school_as_people_do_today():
    talk, kim, anna, _ = offices()
    sending(kim)
    later = next(s for s in talk.k.directory.schools.values() if s.later_name)
    talk.store.save(replace(kim.request, school=later.id))
    anna.commands(Command.DESK).says("1")
    assert f"{later.later_name}, {later.town}" in anna.text
    assert later.name not in anna.text.replace(later.later_name, "")


def test_of_a_withdrawn_request_only_its_name_stays():
    _talk, kim, anna, _ = claimed()
    name = kim.request.name
    kim.taps("Anfrage zurückziehen")
    card = next(s for s in reversed(anna.seen) if s.slot)
    assert card.text == f"Anfrage „{name}“\nZurückgezogen. Der Text ist gelöscht."
    assert card.choices == ()


def many(count: int) -> tuple[Talk, Person]:
    """So many open requests, the last one red and the last but one overdue."""
    talk, kim, anna, _ = offices()
    sending(kim)
    first = kim.request
    talk.store.save(replace(first, closed_at=talk.at))
    for number in range(count):
        due = talk.at + timedelta(days=1, minutes=number)
        kept = replace(first, id=f"r{number:02}", name=f"Otter {number:02}", due=due)
        late = talk.at if number == count - 2 else None
        talk.store.save(replace(kept, alert=number == count - 1, overdue_since=late))
    return talk, anna


def named(person: Person) -> list[str]:
    return [label.split(" · ")[0] for label in person.labels]


def test_the_list_has_ten_on_a_page_and_turns_in_its_place():
    talk, anna = many(25)
    anna.commands(Command.DESK)
    first = ["Otter 24", "Otter 23", *(f"Otter {n:02}" for n in range(8))]
    assert named(anna) == [*first, "Weiter"]
    assert anna.text.startswith("Offene Anfragen: 1–10\n")
    anna.taps("Weiter")
    assert named(anna) == [*(f"Otter {n:02}" for n in range(8, 18)), "Zurück", "Weiter"]
    assert (anna.seen[-1].slot, anna.seen[-1].edit) == ("list", True)
    anna.taps("Weiter")
    assert named(anna) == [*(f"Otter {n:02}" for n in range(18, 23)), "Zurück"]
    anna.taps("Zurück", "Zurück")
    assert named(anna) == [*first, "Weiter"]
    assert len([r for r in talk.store.all_requests() if r.open]) == 25


def test_a_page_that_has_emptied_meanwhile_shows_the_last_one_there_is():
    talk, anna = many(11)
    anna.commands(Command.DESK)
    on = anna.button("Weiter").tap
    talk.store.save(replace(talk.store.request("r00"), closed_at=talk.at))
    anna.pushes(on)
    assert len(named(anna)) == 10
    assert anna.text.startswith("Offene Anfragen: 10\n")


def test_a_line_of_the_list_has_the_school_the_wish_and_the_language():
    talk, kim, anna, _ = offices()
    sending(kim)
    talk.store.save(replace(kim.request, reach=Reach.CALL, language="uk"))
    anna.commands(Command.DESK)
    (line,) = anna.text.splitlines()[1:]
    for part in (kim.request.name, "Schüler:in", "Magdeburg", "Anruf", "heute 15 Uhr"):
        assert part in line
    assert talk.k.languages["uk"].name in line


def test_an_empty_list_says_so():
    _talk, _, anna, _ = offices()
    anna.starts()
    assert "nichts offen" in anna.text


def test_a_card_on_the_list_may_have_gone_elsewhere():
    talk, kim, cem, _ = two_rungs()
    sending(kim, consent=True)
    cem.commands(Command.DESK)
    talk.due(kim.request)
    cem.says("1")
    assert "liegt nicht bei Ihnen" in cem.text


def test_a_card_on_the_list_may_be_gone():
    talk, _, anna, _ = offices()
    talk.store.save(Ref("b" * 32, "anna", "show", "gab-es-nie"))
    anna.pushes(Act("b" * 32))
    assert "schon erledigt" in anna.text


@pytest.mark.parametrize("action", ["gab-es-mal", "reply_send"])
def test_an_acting_button_of_an_older_program_does_nothing(action):
    talk, kim, anna, _ = claimed()
    talk.store.save(Ref("c" * 32, "anna", action, kim.request.id))
    anna.pushes(Act("c" * 32))
    assert "schon erledigt" in anna.text


def test_every_command_gets_an_answer_at_the_desk():
    talk, _, anna, _ = offices()
    for command in Command:
        anna.commands(command)
        assert anna.news, command
    anna.commands(Command.ERASE)
    assert EraseChat(anna.who) in talk.outcome.effects


def test_a_member_is_not_led_through_the_tree():
    _talk, _, anna, _ = offices()
    for tap in (Choose("eingang.wer", "schueler"), Move.HELP):
        anna.pushes(tap)
        assert "Das ist Ihr Schreibtisch" in anna.text


@pytest.mark.parametrize("kind", [Foreign.PHOTO, Foreign.VOICE])
def test_pictures_and_voice_are_refused_at_the_desk(kind):
    _talk, _, anna, _ = offices()
    anna.does(Received(kind))
    assert "nehme ich hier nicht an" in anna.text


def test_an_outage_is_no_matter_of_the_desk():
    talk, _, anna, _ = offices()
    anna.does(Outage(talk.at, talk.at))
    assert anna.news == []


def test_the_state_of_a_request_of_a_school_alone_names_the_district():
    talk, kim, anna, _ = offices()
    sending(kim)
    talk.store.save(replace(kim.request, school=None))
    anna.commands(Command.DESK).says("1")
    assert "Magdeburg" in anna.text


def test_an_admin_without_a_post_sees_the_posts_of_others():
    talk, _, anna, _ = offices()
    talk.store.members["eva"] = talk.store.members["anna"]
    talk.store.save(replace(anna.member, id="eva", role=Role.ADMIN, posts=()))
    eva = Person(talk, Staff("eva"))
    eva.commands(Command.POST)
    assert talk.k.directory.posts[MAGDEBURG].name in eva.text
    talk.store.save(replace(anna.member, id="eva", role=Role.EDITOR, posts=()))
    for command in (Command.POST, Command.PLAN):
        eva.commands(command)
        assert "nicht zu Ihrer Rolle (Redaktion)" in eva.text
    talk.store.save(replace(anna.member, id="eva", role=Role.COORDINATOR, posts=()))
    for command in (Command.POST, Command.PLAN):
        eva.commands(command)
        assert "noch keine Stelle" in eva.text


def test_cards_name_no_carrier_text_or_timer_of_strangers():
    talk, kim, anna, _ = claimed()
    assert (Timer.PROMISE, kim.request.id) in talk.store.timers
    assert SPIELWAGEN not in anna.text
    assert House() != anna.who
