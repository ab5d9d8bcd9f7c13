"""Asking a colleague: another name, an answer for the asker alone, nothing for the visitor."""

from dataclasses import replace

import pytest
from talk import MAGDEBURG, SPIELWAGEN, Person, Talk, offices, sending, two_rungs

from bot.core.messages import Command, Say, Staff, Typed
from bot.core.records import Ref
from bot.core.taps import Act

WORDS = "Es geht um die Pause."


def claimed() -> tuple[Talk, Person, Person, Person]:
    talk, kim, anna, bo = offices()
    sending(kim)
    anna.taps("Übernehmen")
    return talk, kim, anna, bo


def asked(text: str = "Was meinst du?") -> tuple[Talk, Person, Person, Person]:
    talk, kim, anna, bo = claimed()
    anna.taps("Kolleg:in fragen", "bo").says(text).taps("Senden")
    return talk, kim, anna, bo


def test_a_colleague_reads_the_words_under_another_name():
    _talk, kim, anna, bo = asked()
    assert WORDS in bo.text
    assert "Was meinst du?" in bo.text
    assert kim.request.name not in bo.text
    assert kim.request.consulted[0].name in bo.text
    assert "an niemanden sonst" in anna.text


def test_the_answer_comes_to_the_asker_alone():
    _talk, kim, anna, bo = asked()
    seen = len(kim.seen)
    bo.taps("Rat geben").says("Frag nach der Klasse.")
    assert "Vorschau" in bo.text
    bo.says("Und nach dem Weg.").taps("Senden")
    assert "Frag nach der Klasse.\n\nUnd nach dem Weg." in anna.text
    assert kim.request.name in anna.text
    assert len(kim.seen) == seen
    assert kim.request.answered_at is None


def test_nothing_goes_before_the_preview_was_sent():
    _talk, _kim, anna, bo = claimed()
    seen = len(bo.seen)
    anna.taps("Kolleg:in fragen", "bo").says("Hm.")
    assert len(bo.seen) == seen
    anna.taps("Abbrechen")
    assert "ging nichts hinaus" in anna.text
    anna.says("so ein Tag")
    assert "ging an niemanden" in anna.text


def test_a_word_leaves_the_question_too():
    _talk, _kim, anna, _bo = claimed()
    anna.taps("Kolleg:in fragen", "bo").says("abbrechen")
    assert "ging nichts hinaus" in anna.text


def test_asked_again_the_name_stays():
    _talk, kim, anna, bo = asked()
    first = kim.request.consulted
    anna.taps("Kolleg:in fragen", "bo").says("Noch etwas.").taps("Senden")
    assert kim.request.consulted == first
    assert first[0].name in bo.text


def test_the_words_carry_the_mark_that_empties_them():
    talk, *_ = asked()
    says = [e for e in talk.outcome.effects if isinstance(e, Say) and e.to == Staff("bo")]
    assert [say.quotes for say in says] == [True]
    assert WORDS not in (says[0].telegram or says[0].screen).text


def test_nobody_at_an_excluded_post_is_asked():
    talk, kim, cem, _anna = two_rungs()
    sending(kim, consent=False)
    cem.taps("Übernehmen")
    dana = talk.store.team().member("dana")
    assert dana
    talk.store.save(replace(kim.request, excluded=frozenset({"youth_office"})))
    talk.store.save(replace(dana, posts=(SPIELWAGEN, "netzwerkstelle-halle")))
    cem.taps("Kolleg:in fragen")
    assert "niemanden, den Sie fragen" in cem.text


def test_nobody_of_another_carrier_is_asked():
    _talk, kim, cem, _anna = two_rungs()
    sending(kim, consent=False)
    cem.taps("Übernehmen", "Kolleg:in fragen")
    assert cem.labels == ["dana"]


def test_after_the_end_no_advice_goes_anywhere():
    _talk, _kim, anna, bo = asked()
    bo.taps("Rat geben")
    anna.taps("Abschließen", "Falscher Ort")
    bo.says("Zu spät.")
    assert "liegt nicht bei Ihnen" in bo.text
    bo.taps("Rat geben")
    assert "erledigt" in bo.text or "liegt nicht" in bo.text


def test_a_reply_being_written_is_not_pushed_away():
    _talk, kim, anna, _bo = claimed()
    lisa = sending(_talk.visitor("lisa"))
    anna.taps("Kolleg:in fragen")
    ask = anna.button("bo").tap
    anna.says("abbrechen").commands(Command.DESK)
    anna.taps("Übernehmen", "Antworten").says("Ein Entwurf.").pushes(ask)
    assert "erst, was Sie gerade schreiben" in anna.text
    assert anna.member.draft == "Ein Entwurf."
    assert kim.request.open
    assert lisa.request.open


@pytest.mark.parametrize("to", ["anna", "gibtsnicht"])
def test_a_forged_button_asks_nobody(to):
    talk, kim, _anna, bo = claimed()
    talk.store.save(Ref("a" * 32, "bo", "counsel_answer", kim.request.id, to))
    bo.pushes(Act("a" * 32))
    assert "liegt nicht bei Ihnen" in bo.text


def test_an_old_send_button_sends_nothing():
    _talk, _kim, anna, bo = claimed()
    anna.taps("Kolleg:in fragen", "bo").says("Hm.")
    send = anna.button("Senden").tap
    anna.says("abbrechen")
    seen = len(bo.seen)
    anna.pushes(send)
    assert "schon erledigt" in anna.text
    assert len(bo.seen) == seen


def test_in_telegram_no_question_is_written_where_words_may_not_stand():
    talk, _kim, anna, _bo = claimed()
    anna.taps("Kolleg:in fragen")
    anna.does(Typed("bo"), "telegram")
    assert "am besten am Schreibtisch im Web" in anna.text
    assert talk.store.team().facts(MAGDEBURG)
