"""What typed words do: danger first, then buttons by their words, then schools, places, topics."""

import pytest
from talk import MAGDEBURG, Talk, at_contact, offices, sending

from bot.core.messages import Move, Tone
from bot.core.typed import AHEAD, SURE

ACUTE = "ich will mich umbringen"


def alone(audience="Schüler:in"):
    return Talk().visitor().starts().taps(audience)


# ── Danger ──────────────────────────────────────────────────────────────────────────────────────


def test_danger_shows_help_first_and_the_talk_goes_on():
    kim = alone().says(ACUTE)
    first, second = kim.news
    assert first.tone is Tone.ALERT
    assert "112" in first.text
    assert second.choices or second.ways
    assert kim.requests == []


def test_danger_is_answered_each_time():
    kim = alone().says(ACUTE).says(ACUTE)
    assert kim.news[0].tone is Tone.ALERT


def test_a_concern_is_answered_once_in_a_walk_and_again_in_the_next():
    kim = alone()
    concern = next(e for e in kim.talk.k.lexicon.entries if e.level == 1 and e.examples)
    text = concern.examples[0]
    kim.says(text)
    assert kim.news[0].tone is Tone.ALERT
    kim.says(text)
    assert kim.news[0].tone is Tone.CALM
    kim.pushes(Move.MENU).says(text)
    assert kim.news[0].tone is Tone.ALERT


def test_danger_before_anything_is_known_is_answered_for_a_child():
    kim = Talk().visitor().says(ACUTE)
    assert kim.news[0].text.startswith(kim.talk.k.texts["danger_acute"].pupil)


def test_danger_far_inside_a_long_text_is_found():
    kim = alone().says("ach " * 2000 + ACUTE)
    assert kim.news[0].tone is Tone.ALERT


def test_danger_goes_on_with_the_request_and_in_the_request():
    _talk, kim, anna, _ = offices()
    sending(kim).says(ACUTE)
    assert kim.news[0].tone is Tone.ALERT
    assert kim.request.words[-1].text == ACUTE
    assert "ROT" in anna.text


# ── Buttons by their words ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["1", "Schüler:in", "ich bin schüler", "schülerin", "die erste"])
def test_a_button_may_be_typed(text):
    kim = Talk().visitor().starts().says(text)
    assert "Worum geht es?" in kim.text


def test_ways_out_have_no_number_but_their_words():
    kim = Talk().visitor().starts()
    number = len(kim.last.choices) + 1
    kim.says(str(number))
    assert "nicht verstanden" in kim.text
    kim.says("hilfe jetzt")
    assert "112" in kim.text


def test_a_number_on_a_screen_without_choices_chooses_nothing():
    _talk, kim, *_ = offices()
    sending(kim).says("noch etwas")
    kim.says("1")
    assert kim.request.words[-1].text == "1"


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_nothing_typed_gets_a_kind_answer(text):
    assert alone().says(text).news


def test_an_edited_text_looks_for_a_topic_but_pushes_no_button():
    kim = Talk().visitor().starts().says("1", edited=True)
    assert kim.conversation.audience is None


# ── Schools and places ──────────────────────────────────────────────────────────────────────────


def test_a_school_is_found_by_its_name():
    kim = alone().pushes(Move.HUMAN).says("Thomas Müntzer Magdeburg")
    assert any("Thomas Müntzer" in label for label in kim.labels)
    kim.says("1")
    assert kim.conversation.district == "magdeburg"


def test_equal_schools_ask_the_place():
    kim = alone().pushes(Move.HUMAN).says("Goethe")
    assert len(kim.labels) > 2


def test_a_school_that_nobody_knows_can_be_tried_again():
    kim = alone().pushes(Move.HUMAN).says("qqqq wwww")
    assert "finde ich nicht" in kim.text


def test_a_known_district_helps_to_find_the_school():
    kim = alone().pushes(Move.HUMAN).taps("Weiß ich nicht, steht nicht dabei").says("39104")
    kim.taps("Magdeburg")
    kim.taps("Andere Schule oder anderer Ort").says("Goethe")
    assert kim.labels


def test_a_place_that_nobody_knows_can_be_tried_again():
    kim = alone().pushes(Move.HUMAN).taps("Weiß ich nicht, steht nicht dabei").says("qqqq")
    assert "finde ich in Sachsen-Anhalt nicht" in kim.text


# ── Topics ──────────────────────────────────────────────────────────────────────────────────────


def judged(*found):
    """A talk whose understanding is certain of these topics."""

    class Index:
        def find(self, text, audience):
            return found

    from dataclasses import replace  # noqa: PLC0415

    talk = Talk()
    talk.k = replace(talk.k, topics=Index())
    return talk.visitor().starts().taps("Schüler:in")


def test_a_sure_topic_is_opened_and_named():
    kim = judged(("mobbing", SURE + 0.1)).says("bla")
    assert "Ich habe verstanden: Mobbing und Ausgrenzung" in kim.text


def test_two_likely_topics_are_both_offered():
    kim = judged(("mobbing", SURE + AHEAD / 2), ("familie", SURE)).says("bla")
    assert len(kim.labels) == 3
    kim.taps("Nichts davon")
    assert "Worum geht es?" in kim.text


def test_a_second_far_behind_does_not_disturb():
    kim = judged(("mobbing", 0.95), ("familie", 0.1)).says("bla")
    assert "Ich habe verstanden" in kim.text


def test_the_second_misunderstanding_offers_the_menu_and_a_person():
    kim = judged().says("bla").says("blubb")
    assert kim.labels == ["Menü", "Wer kann helfen?"]
    kim.says("noch immer")
    assert kim.labels == ["Menü", "Wer kann helfen?"]
    kim.taps("Menü").says("bla")
    assert "nicht verstanden" in kim.text


def test_nothing_typed_for_the_tree_is_kept():
    kim = alone().says("mein geheimnis").says("Sekundarschule geheimnis")
    store = kim.talk.store
    kept = b"".join([*store.conversations.values(), *store.refs.values()])
    assert b"geheimnis" not in kept


def test_a_topic_may_be_named_beside_an_open_request():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü").says("ich werde gemobbt")
    assert "Mobbing und Ausgrenzung" in kim.labels
    kim.taps("Mobbing und Ausgrenzung")
    assert kim.conversation.held == ()
    assert len(kim.request.words) == 1


def test_facts_stand_on_the_screens_that_name_them():
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna", "bo")
    kim = at_contact(talk.visitor(), audience="familie")
    assert "Träger" in kim.text
