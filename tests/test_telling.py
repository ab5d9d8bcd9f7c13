"""What the bot says of its own accord: in the safe window, behind a teaser, quiet at night."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from talk import offices, sending

from bot.core.directory import Span
from bot.core.messages import Due, House, Restored, Say, Timer, Visitor
from bot.core.records import Answer, Enclosure, EnclosureKey
from bot.core.taps import Move
from bot.core.telling import MOST_LETTERS
from bot.core.tree import Audience

AFTERNOON = tuple(Span(day, time(14), time(18)) for day in range(5))


def waiting(**facts):
    """A request that waits at the office, its visitor with these facts, and who answers."""
    talk, kim, anna, _ = offices()
    sending(kim)
    talk.store.save(replace(kim.conversation, **facts))
    return talk, kim, anna


def answered(talk, kim, anna, text="Komm morgen in Raum 12."):
    anna.taps("Übernehmen", "Antworten").says(text).taps("Senden")


def said(talk):
    """What was said to the visitor in the last turn."""
    effects = talk.outcome.effects
    return [e for e in effects if isinstance(e, Say) and isinstance(e.to, Visitor)]


# ── After a restored backup ──────────────────────────────────────────────────────────────────────


def test_after_a_restore_the_sentence_waits_for_a_safe_hour():
    talk, kim, _anna = waiting(window=AFTERNOON, neutral=False)
    kim.does(Restored())
    assert kim.news == []
    talk.later(hours=3)  # 15 o'clock; the window began at 14
    assert any("Der Bot war eine Weile weg" in screen.text for screen in kim.seen[-2:])


def test_after_a_restore_it_comes_at_night_without_a_sound_in_the_own_language():
    talk, kim, _anna = waiting(neutral=False, language="en")
    talk.at = talk.at.replace(hour=22)
    kim.does(Restored())
    assert [say.quiet for say in said(talk)] == [True]
    assert "The bot" in kim.text


def test_after_a_restore_old_news_of_the_bot_go_and_an_answer_stays():
    talk, kim, anna = waiting(window=AFTERNOON)
    answered(talk, kim, anna)
    assert [letter.answers for letter in letters(talk, kim)] == [False, True]
    kim.does(Restored())
    assert [letter.answers for letter in letters(talk, kim)] == [True, False]
    kim.opens()
    assert not any("gelesen" in screen.text for screen in kim.news)
    assert any("Komm morgen in Raum 12." in screen.text for screen in kim.news)


def test_after_a_restore_answers_alone_stay_as_they_are():
    talk, kim, anna = waiting(window=AFTERNOON)
    answered(talk, kim, anna)
    first, last = letters(talk, kim)
    talk.store.save(Enclosure(kim.request.id, letters=(last,)))
    kim.does(Restored())
    assert letters(talk, kim)[0] == last
    assert first not in letters(talk, kim)


def test_after_a_restore_news_of_what_is_closed_go_as_well():
    talk, kim, anna = waiting(window=AFTERNOON)
    anna.taps("Übernehmen", "Abschließen", "Falscher Ort")
    assert kim.conversation.unread
    kim.does(Restored())
    assert kim.conversation.unread == ()
    assert letters(talk, kim) == ()
    talk.later(hours=3)
    assert kim.news == []


@pytest.mark.parametrize(
    ("facts", "hears"),
    [
        ({"audience": Audience.GUARDIAN}, True),
        ({"audience": Audience.PUPIL}, False),
        ({"audience": Audience.PUPIL, "neutral": False}, True),
        ({"audience": Audience.GUARDIAN, "window": AFTERNOON}, False),
    ],
)
def test_after_a_restore_who_waits_for_nothing_hears_it_only_where_it_tells_nothing(facts, hears):
    talk, kim, *_ = offices()
    kim.starts()
    talk.store.save(replace(kim.conversation, **facts))
    kim.does(Restored())
    assert bool(kim.news) is hears


def test_after_a_restore_a_member_is_told_and_not_taken_for_seen():
    talk, _kim, anna = waiting()
    before = anna.member.here_at
    talk.later(hours=1)
    anna.does(Restored())
    assert "Der Bot war eine Weile weg" in anna.text
    assert anna.member.here_at == before


def letters(talk, kim):
    found = talk.store.load(EnclosureKey(kim.request.id))
    return found.letters if found else ()


# ── A neutral teaser ────────────────────────────────────────────────────────────────────────────


def test_a_pupil_sees_a_teaser_that_gives_nothing_away():
    talk, kim, anna = waiting()
    name = kim.request.name
    answered(talk, kim, anna)
    assert kim.text == "Es gibt etwas Neues."
    assert [way.label for way in kim.last.ways] == ["Neues ansehen"]
    assert not any("Raum 12" in screen.text or name in screen.text for screen in kim.news)


def test_the_button_opens_everything_that_came_in_its_order():
    talk, kim, anna = waiting()
    answered(talk, kim, anna)
    kim.opens()
    assert ["gelesen" in screen.text for screen in kim.news] == [True, False]
    assert "Komm morgen in Raum 12." in kim.text
    assert kim.conversation.unread == ()
    kim.opens()
    assert "nichts Neues" in kim.text


def test_what_is_typed_after_opening_goes_to_that_request_and_that_is_said():
    talk, kim, anna = waiting()
    answered(talk, kim, anna)
    assert kim.conversation.writing_to == kim.request.id  # as since sending
    kim.taps("Menü").opens()
    assert f"Was du jetzt schreibst, geht an „{kim.request.name}“." in kim.text
    kim.says("danke, bis morgen dann")
    assert kim.request.words[-1].text == "danke, bis morgen dann"


def test_the_numbers_of_the_screen_before_still_count_beside_a_teaser():
    _talk, kim, anna = waiting()
    kim.taps("Menü")
    anna.taps("Übernehmen")
    kim.says("1")
    assert kim.conversation.answers[-1] == Answer("eingang.worum", "mobbing")
    assert "Neues ansehen" in [way.label for way in kim.last.ways]


def test_its_words_open_it_too():
    talk, kim, anna = waiting()
    answered(talk, kim, anna)
    kim.says("neues ansehen")
    assert "Raum 12" in kim.text


def test_news_of_a_closed_request_can_still_be_opened():
    _talk, kim, anna = waiting()
    anna.taps("Übernehmen", "Abschließen", "Beantwortet")
    assert kim.text == "Es gibt etwas Neues."
    kim.taps("Neues ansehen")
    assert "ohne Antwort abgeschlossen" in kim.text
    assert "geht an" not in kim.text


def test_news_that_were_erased_meanwhile_are_gone_and_it_says_so():
    talk, kim, anna = waiting()
    anna.taps("Übernehmen", "Abschließen", "Beantwortet")
    talk.later(days=31)
    kim.opens()
    assert "nichts Neues" in kim.text


def test_no_answer_is_ever_pushed_out_by_later_ones_that_nobody_has_opened():
    _talk, kim, anna = waiting()
    anna.taps("Übernehmen")
    for number in range(MOST_LETTERS + 2):
        anna.taps("Antworten").says(f"Antwort {number:03}").taps("Senden")
    kim.opens()
    told = [screen.text for screen in kim.news]
    assert [n for n in range(MOST_LETTERS + 2) if f"Antwort {n:03}" in "\n".join(told)] == list(
        range(MOST_LETTERS + 2)
    )
    assert not any("gelesen" in text for text in told)  # what the bot itself said gives way


def test_what_the_visitors_own_tap_causes_is_no_teaser():
    _talk, kim, _anna = waiting()
    kim.taps("Menü", "Meine Anfragen")
    assert "Neues" not in kim.text
    kim.says("noch etwas")
    assert kim.text != "Es gibt etwas Neues."


@pytest.mark.parametrize("audience", [Audience.GUARDIAN, Audience.TEACHER])
def test_adults_read_it_directly_unless_they_chose_otherwise(audience):
    for neutral, seen in ((None, True), (True, False)):
        talk, kim, anna = waiting(neutral=neutral)
        talk.store.save(replace(kim.request, audience=audience))
        answered(talk, kim, anna)
        assert ("Raum 12" in kim.text) is seen


def test_a_pupil_may_choose_to_read_it_directly():
    talk, kim, anna = waiting(neutral=False)
    answered(talk, kim, anna)
    assert "Raum 12" in kim.text


# ── Quiet at night ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [((19, 59), False), ((20, 0), True), ((23, 0), True), ((6, 59), True), ((7, 0), False)],
)
@pytest.mark.parametrize("neutral", [True, False])
def test_from_20_to_7_it_comes_without_a_sound(clock, quiet, neutral):
    talk, _kim, anna = waiting(neutral=neutral)
    talk.at = talk.at.replace(hour=clock[0] - 1 if clock[0] else 23, minute=clock[1])  # UTC + 1
    anna.taps("Übernehmen")
    assert [e.quiet for e in said(talk)] == [quiet]


def test_what_somebody_asked_for_at_night_has_its_sound():
    talk, kim, anna = waiting()
    anna.taps("Übernehmen")
    talk.at = talk.at.replace(hour=21)
    kim.opens()
    assert [e.quiet for e in said(talk)] == [False]


# ── The safe window ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("neutral", [None, False])
def test_outside_the_window_nothing_is_said_until_it_opens(neutral):
    talk, kim, anna = waiting(window=AFTERNOON, neutral=neutral)
    seen = len(kim.seen)
    answered(talk, kim, anna)  # at noon
    assert len(kim.seen) == seen
    assert talk.store.timers[Timer.WINDOW, "kim"] == talk.at.replace(
        hour=13, second=0
    )  # 14 o'clock
    talk.later(hours=1, minutes=59)
    assert len(kim.seen) == seen
    talk.later(minutes=2)
    assert len(kim.seen) > seen
    if neutral is None:
        assert kim.text == "Es gibt etwas Neues."
        kim.opens()
    assert "Raum 12" in kim.text


def test_in_the_window_it_is_said_at_once():
    talk, kim, anna = waiting(window=AFTERNOON)
    talk.at += timedelta(hours=3)
    anna.taps("Übernehmen")
    assert kim.text == "Es gibt etwas Neues."


def test_the_promise_behind_a_waiting_message_does_not_wait():
    evening = tuple(Span(day, time(18), time(20)) for day in range(7))
    talk, kim, anna = waiting(window=evening)
    promised, seen = kim.request.due, len(kim.seen)
    talk.due(kim.request)  # 15 o'clock: nobody has answered
    assert kim.request.overdue_since == promised
    assert "überfällig" in anna.text
    assert len(kim.seen) == seen
    talk.later(hours=4)
    assert "niemand geantwortet" in kim.opens().text


def test_a_clock_that_went_back_sends_nothing_too_early():
    talk, kim, anna = waiting(window=AFTERNOON)
    answered(talk, kim, anna)
    seen = len(kim.seen)
    talk.at -= timedelta(hours=1)
    at = talk.store.timers.pop((Timer.WINDOW, "kim"))
    talk.happens(House(), Due(Timer.WINDOW, "kim"))
    assert len(kim.seen) == seen
    assert talk.store.timers[Timer.WINDOW, "kim"] == at


def test_who_comes_by_themselves_may_look_before_the_window_opens():
    talk, kim, anna = waiting(window=AFTERNOON)
    answered(talk, kim, anna)
    kim.taps("Meine Anfragen")
    assert Move.NEWS in [way.tap for way in kim.last.ways]
    kim.opens()
    assert "Raum 12" in kim.text
    seen = len(kim.seen)
    talk.later(hours=3)  # the timer finds nothing to say
    assert len(kim.seen) == seen
