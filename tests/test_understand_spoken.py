"""What is said to danger and to what is not for us: the right words for each situation."""

import pytest
from talk import MAGDEBURG, Talk, offices, sending

from bot.core.messages import Tone
from bot.core.taps import Move
from bot.core.worries import of_another

ACUTE = "ich will mich umbringen"


def pupil():
    return Talk().visitor().starts().taps("Schüler:in")


def said(person, key):
    return person.talk.k.texts[key].pupil


def test_where_nobody_is_live_danger_says_so_and_whom_to_call():
    kim = pupil().says(ACUTE)
    assert said(kim, "danger_nobody") in kim.news[0].text
    assert kim.requests == []


def test_where_somebody_is_live_danger_offers_to_write_and_sends_nothing():
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna", "bo")
    kim = talk.visitor().starts().taps("Schüler:in").says(ACUTE)
    assert said(kim, "danger_offer") in kim.news[0].text
    assert kim.requests == []


def test_where_only_others_are_live_danger_offers_nothing():
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna", "bo")
    kim = talk.visitor().starts().taps("Schüler:in").pushes(Move.HUMAN)
    kim.taps("Weiß ich nicht, steht nicht dabei").says("Stendal").says(ACUTE)
    assert said(kim, "danger_nobody") in kim.news[0].text


def test_beside_a_request_danger_says_who_reads_it_and_until_when():
    _talk, kim, *_ = offices()
    sending(kim).says(ACUTE)
    text = kim.news[0].text
    assert "liest dort jemand, spätestens" in text
    assert kim.request.alert


def test_a_friends_danger_gets_words_of_its_own():
    kim = pupil().says("meine freundin sagt sie will sterben")
    assert kim.news[0].text.startswith(said(kim, "danger_acute_other"))


def test_what_is_not_for_us_is_said_kindly_and_opens_nothing():
    kim = pupil().says("wie wird morgen das wetter in halle")
    assert "Dabei kann ich leider nicht helfen" in kim.text
    assert kim.last.tone is Tone.CALM
    assert "Nichts davon" in kim.labels


def test_what_is_not_for_us_is_held_for_an_open_request():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü").says("wie wird morgen das wetter in halle")
    assert kim.conversation.held == ("wie wird morgen das wetter in halle",)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("meine freundin will nicht mehr leben", True),
        ("ein mitschüler ritzt sich", True),
        ("ich will sterben", False),
        ("mein bruder schlägt mich", False),
        ("", False),
    ],
)
def test_it_is_about_whoever_writes_unless_it_clearly_tells_of_another(text, other):
    assert of_another(text) is other
