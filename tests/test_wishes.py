"""How and when a visitor wants to be reached, for whom they ask, and taking things back."""

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest
from talk import MAGDEBURG, Talk, at_contact, offices, sending, two_rungs, word_list, writing

from bot.core.cards import Card, card_of, card_text
from bot.core.directory import Span
from bot.core.messages import (
    Command,
    Count,
    Due,
    EraseChat,
    Event,
    ForgetWords,
    House,
    Tapped,
    Timer,
)
from bot.core.records import Reason, Ref, RefKey, Request
from bot.core.retention import Keep
from bot.core.taps import Act, Choose, Speak
from bot.core.tree import Reach
from bot.core.wishes import number_of
from bot.core.world import Turn

NUMBER = "0391 5555555"
SENDS = {"Absenden", "Send", "Отправить"}


def choosing(person, text="Es geht um die Pause."):
    """Has written something and looks at how the answer may come."""
    return writing(person).says(text).taps("Wie und wann antworten?")


def calling(person, number=NUMBER):
    choosing(person).taps("Bitte anrufen").says(number)
    return person


def called():
    """A request whose visitor wants a call and may be asked; who claimed it and who did not."""
    talk, kim, anna, bo = offices()
    calling(kim).taps("Ja, frag nach", "Absenden")
    anna.taps("Übernehmen")
    return talk, kim, anna, bo


# ── How an answer comes ─────────────────────────────────────────────────────────────────────────


def test_without_a_word_the_answer_comes_here_and_nobody_calls():
    _talk, kim, anna, _ = offices()
    writing(kim).says("Es geht um die Pause.")
    assert "Antwort: nur hier im Chat" in kim.text
    kim.taps("Absenden")
    assert (kim.request.reach, kim.request.may_ask) == (Reach.HERE, False)
    assert "Anruf" not in anna.text
    assert (Timer.ASK, kim.request.id) not in _talk.store.timers


def test_who_comes_by_sees_where_and_when():
    talk, kim, anna, _ = offices()
    posts = talk.k.directory.posts
    there = replace(posts[MAGDEBURG], street="Musterweg 1", plz="39104", room="Raum 12",
                    hours=(Span(1, time(9), time(12)),))  # fmt: skip
    directory = replace(talk.k.directory, posts={**posts, MAGDEBURG: there})
    talk.k = replace(talk.k, directory=directory)
    choosing(kim).taps("Ich komme vorbei")
    for known in (there.name, "Musterweg 1", "Raum 12", "Di 9–12 Uhr"):
        assert known in kim.text
    kim.taps("Ich komme vorbei")
    assert "Darf ich dich in einer Woche fragen" in kim.text
    kim.taps("Nein, nicht fragen")
    assert "du kommst vorbei" in kim.text
    kim.taps("Absenden")
    assert "Möchte vorbeikommen" in anna.text
    assert (Timer.ASK, kim.request.id) not in talk.store.timers


def test_where_neither_room_nor_hours_are_known_that_is_said():
    _talk, kim, *_ = two_rungs()
    writing(kim, consent=False).says("eins")
    kim.taps("Wie und wann antworten?", "Ich komme vorbei")
    assert "Raum und Zeiten kenne ich nicht" in kim.text


def test_where_nobody_reads_any_more_nothing_is_known_of_a_visit():
    talk, kim, *_ = offices()
    choosing(kim)
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), paused=True))
    kim.pushes(Choose("kontakt.wunsch", "besuch"))
    assert "Raum und Zeiten kenne ich nicht" in kim.text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0391 5555555", "0391 5555555"),
        ("+49 391 5555555", "0391 5555555"),
        ("0151/23456789 bitte nach 15 Uhr", None),
        ("0151/23456789", "01512 3456789"),
        ("+380 44 234 5678", "+380 44 234 5678"),
        ("112", None),
        ("116111", None),
        ("0900 1234567", None),
        ("ruf mich an", None),
        ("5555", None),
    ],
)
def test_a_number_is_one_that_can_be_called(typed, number):
    assert number_of(typed) == number


def test_what_is_no_number_is_asked_again_and_kept_nowhere():
    talk, kim, *_ = offices()
    calling(kim, "ruf mich an")
    assert "keine Nummer" in kim.text
    assert kim.conversation.number == ""
    assert kim.conversation.draft == ("Es geht um die Pause.",)
    kim.taps("Doch nur hier im Chat")
    assert "Antwort: nur hier im Chat" in kim.text
    assert talk.store.beside == {}


def test_the_number_is_shown_before_it_is_sent_and_goes_with_the_draft():
    _talk, kim, *_ = offices()
    calling(kim).taps("Ja, frag nach")
    assert f"Telefon: {NUMBER}" in kim.text
    kim.taps("Doch nicht senden").commands(Command.NEW)
    assert kim.conversation.number == ""


def test_only_the_claimer_reads_the_number():
    _talk, kim, anna, bo = offices()
    calling(kim).taps("Nein, nicht fragen", "Absenden")
    assert "Wünscht einen Anruf" in anna.text
    assert NUMBER not in anna.text + bo.text
    anna.taps("Übernehmen")
    assert NUMBER in anna.text
    assert NUMBER not in bo.text
    anna.taps("Zurückgeben")
    bo.taps("Übernehmen")
    assert NUMBER in bo.text
    assert NUMBER not in anna.news[0].text if anna.news else True


def test_the_number_lies_with_the_words_and_nowhere_else():
    talk, kim, *_ = called()
    assert NUMBER.encode() in talk.store.beside[kim.request.id]
    stored = [talk.store.requests[kim.request.id], talk.store.conversations["kim"]]
    assert not any(NUMBER.encode() in each for each in stored)


def test_closing_erases_the_number():
    talk, _kim, anna, _ = called()
    anna.taps("Abschließen", "Beantwortet")
    assert not any(NUMBER.encode() in each for each in talk.store.beside.values())
    assert NUMBER not in anna.text


def test_a_wish_for_the_next_request_begins_anew():
    _talk, kim, *_ = called()
    writing(kim).says("etwas Neues")
    assert "Antwort: nur hier im Chat" in kim.text


def test_back_takes_a_wish_back():
    _talk, kim, *_ = offices()
    choosing(kim).taps("Ich komme vorbei")
    assert kim.conversation.reach is Reach.VISIT
    kim.taps("Zurück")
    assert kim.conversation.reach is Reach.HERE


# ── When a message is safe ──────────────────────────────────────────────────────────────────────


def test_hours_are_chosen_shown_and_stand_on_the_card():
    _talk, kim, anna, _ = offices()
    choosing(kim).taps("Wann ist eine Nachricht sicher?", "Werktags nachmittags, 14 bis 18")
    assert "Nachrichten kommen nur: Mo–Fr 14–18 Uhr" in kim.text
    kim.taps("Absenden")
    assert "Nachrichten und Anrufe nur: Mo–Fr 14–18 Uhr" in anna.text
    assert kim.conversation.window == tuple(Span(day, time(14), time(18)) for day in range(5))


def test_own_hours_may_be_typed_and_unclear_ones_are_asked_again():
    _talk, kim, *_ = offices()
    choosing(kim).taps("Wann ist eine Nachricht sicher?").says("wenn mama weg ist")
    assert "verstehe ich nicht" in kim.text
    kim.says("Di, Do 15-16")
    assert [span.weekday for span in kim.conversation.window] == [1, 3]
    kim.taps("Wie und wann antworten?", "Wann ist eine Nachricht sicher?", "Jederzeit")
    assert kim.conversation.window == ()


def test_own_hours_may_be_typed_in_ones_own_language():
    _talk, kim, *_ = offices()
    choosing(kim).taps("Wann ist eine Nachricht sicher?")
    kim.says("/language").taps("English").says("Mon to Fri, 2-6 pm")
    assert kim.conversation.window == tuple(Span(day, time(14), time(18)) for day in range(5))


def test_back_makes_every_hour_safe_again():
    _talk, kim, *_ = offices()
    choosing(kim).taps("Wann ist eine Nachricht sicher?", "Abends, 18 bis 20")
    kim.taps("Zurück")
    assert kim.conversation.window == ()


def test_other_hours_move_what_is_waiting():
    talk, kim, anna, _ = offices()
    choosing(kim).taps("Wann ist eine Nachricht sicher?", "Abends, 18 bis 20", "Absenden")
    anna.taps("Übernehmen")
    assert talk.store.timers[Timer.WINDOW, "kim"] == talk.at.replace(hour=17)
    kim.pushes(Choose("kontakt.fenster", "nachmittag"))
    assert talk.store.timers[Timer.WINDOW, "kim"] == talk.at.replace(hour=13)
    kim.pushes(Choose("kontakt.fenster", "immer"))
    talk.later(seconds=1)
    assert kim.text == "Es gibt etwas Neues."


def test_a_fresh_start_forgets_neither_safe_hours_nor_news_while_somebody_may_write():
    _talk, kim, anna, _ = offices()
    choosing(kim).taps("Wann ist eine Nachricht sicher?", "Abends, 18 bis 20", "Absenden")
    anna.taps("Übernehmen")
    kim.commands(Command.NEW)
    assert kim.conversation.window
    assert kim.conversation.unread == (kim.request.id,)
    assert "Neues ansehen" in [way.label for way in kim.last.ways]


# ── What stands on the screen ───────────────────────────────────────────────────────────────────


def test_an_adult_may_choose_the_teaser_and_a_pupil_may_let_it_go():
    _talk, kim, anna, _ = offices()
    choosing(kim).taps("Was auf dem Bildschirm steht", "Nein, gleich alles zeigen", "Absenden")
    anna.taps("Übernehmen")
    assert "Ein Mensch hat" in kim.text
    kim.pushes(Choose("kontakt.neutral", "ja"))
    assert kim.conversation.neutral is True
    kim.taps("Zurück")
    assert kim.conversation.neutral is None


# ── For a friend ────────────────────────────────────────────────────────────────────────────────


def test_who_asks_for_a_friend_has_an_entrance_and_the_request_says_so():
    talk = Talk()
    anna, _ = talk.staffed(MAGDEBURG, "anna", "bo")
    kim = talk.visitor().starts().taps("Ich frage für Freundin oder Freund")
    assert "Gut, dass sich jemand kümmert" in kim.text
    kim.taps("Weiter zum Thema", "Mobbing, Ausgrenzung", "Mit einem Menschen")
    kim.pushes(Choose("schule.suche", "st-5")).taps("Ja, das ist gut").says("Sie isst nichts mehr.")
    assert "Für: eine Freundin oder einen Freund" in kim.text
    kim.taps("Absenden")
    assert kim.request.friend
    assert "Fragt für eine Freundin oder einen Freund" in anna.text
    assert not kim.conversation.friend


def test_it_may_be_about_oneself_after_all():
    _talk, kim, *_ = offices()
    choosing(kim).taps("Um wen geht es?", "Um eine Freundin oder einen Freund")
    assert kim.conversation.friend
    kim.taps("Wie und wann antworten?", "Um wen geht es?", "Um mich")
    assert not kim.conversation.friend


# ── Before the first free text ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("audience", ["schueler", "familie"])
@pytest.mark.parametrize("channel", ["terminal", "telegram", "web"])
def test_three_sentences_stand_before_the_first_text(audience, channel):
    _talk, kim, *_ = offices()
    at_contact(kim, audience).does(Tapped(kim.button("Ja, das ist gut").tap), channel)
    _, stored, seen, broken, of_the_channel = kim.text.split("\n\n")[-1].split("\n")
    assert "30 Tage nach dem Abschluss" in stored
    assert "liest dort nur, wer" in seen
    assert "Nur bei ernster Gefahr" in broken
    assert "zwei Fachkräfte, eine davon vom Träger dieser Stelle" in broken
    assert "Telegram-Konto nachsehen. Beide müssen es schriftlich begründen" in broken
    assert ("Telegram weiß" in of_the_channel) is (channel == "telegram")
    assert re.search(r"kann (deine|Ihre) Nachrichten lesen", of_the_channel)


# ── Several requests ────────────────────────────────────────────────────────────────────────────


def test_it_is_always_said_which_request_is_written_to_and_one_tap_switches():
    _talk, kim, *_ = offices()
    sending(kim)
    sending(kim)
    first, second = kim.requests
    kim.says("das dazu")
    assert second.name in kim.text
    assert f"An „{first.name}“ schreiben" in kim.labels
    kim.taps(f"An „{first.name}“ schreiben")
    assert first.name in kim.text
    kim.says("und das hierher")
    names = {r.name: word_list(r) for r in kim.requests}
    assert names[first.name][-1] == "und das hierher"
    assert names[second.name][-1] == "das dazu"


def test_a_number_typed_while_writing_switches_nothing():
    _talk, kim, *_ = offices()
    sending(kim)
    sending(kim).says("das dazu").says("1")
    assert word_list(kim.requests[1])[-1] == "1"


# ── Taking back ─────────────────────────────────────────────────────────────────────────────────


def test_the_text_just_sent_can_go_from_the_chat_and_the_post_keeps_it():
    talk, kim, *_ = offices()
    writing(kim)
    began = talk.at = talk.at + timedelta(minutes=1)
    kim.says("eins")
    talk.at += timedelta(minutes=1)
    kim.says("zwei").taps("Absenden", "Meinen Text hier im Chat löschen")
    assert EraseChat(kim.who, since=began) in talk.outcome.effects
    assert "Die Stelle behält ihn" in kim.text
    assert word_list(kim.request) == ["eins", "zwei"]


def test_without_own_words_it_goes_from_when_it_was_sent():
    talk, kim, *_ = offices()
    writing(kim).taps("Ohne eigene Worte weiter", "Absenden", "Meinen Text hier im Chat löschen")
    assert EraseChat(kim.who, since=talk.at) in talk.outcome.effects


def test_an_old_button_of_a_request_that_is_gone_still_erases_from_now():
    talk, kim, *_ = offices()
    sending(kim)
    tap = kim.button("Meinen Text hier im Chat löschen").tap
    ref = talk.store.load(RefKey(tap.ref))
    talk.store.save(replace(ref, about="weg"))
    talk.store.save(replace(kim.conversation, written=None))
    kim.pushes(tap)
    assert EraseChat(kim.who, since=talk.at) in talk.outcome.effects


def test_a_text_that_joined_can_go_from_the_chat():
    talk, kim, *_ = offices()
    sending(kim)
    talk.at += timedelta(minutes=5)
    kim.says("noch etwas").taps("Diesen Text hier im Chat löschen")
    assert EraseChat(kim.who, since=talk.at) in talk.outcome.effects
    assert word_list(kim.request)[-1] == "noch etwas"


def test_only_the_chat_or_everything():
    talk, kim, anna, _ = offices()
    sending(kim)
    sending(kim)
    kim.commands(Command.ERASE)
    assert kim.labels[-2:] == [
        "Nur hier im Chat löschen, die Anfrage läuft weiter",
        "Alles zurückziehen",
    ]
    kim.taps("Alles zurückziehen")
    assert EraseChat(kim.who, emptied="gelöscht") in talk.outcome.effects
    assert [r.reason for r in kim.requests] == [Reason.WITHDRAWN] * 2
    assert {ForgetWords(r.id) for r in kim.requests} <= set(talk.outcome.effects)
    assert "kann ich nicht zurückholen" in kim.text
    assert all("Zurückgezogen" in screen.text for screen in anna.news)


def test_after_withdrawing_one_the_chat_may_go_too():
    talk, kim, *_ = offices()
    sending(kim).taps("Anfrage zurückziehen", "Auch hier im Chat löschen")
    assert EraseChat(kim.who, emptied="gelöscht") in talk.outcome.effects


def test_news_of_what_was_withdrawn_are_gone():
    _talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen")
    assert kim.conversation.unread
    kim.taps("Meine Anfragen", "Alles zurückziehen")
    assert kim.conversation.unread == ()


# ── Has somebody got in touch? ──────────────────────────────────────────────────────────────────


def test_a_week_after_a_wish_for_a_call_it_is_asked_once_by_consent():
    talk, kim, *_ = called()
    talk.later(days=6, hours=23)
    assert "gemeldet" not in " ".join(s.text for s in kim.opens().news)
    talk.later(hours=2)
    kim.opens()
    assert f"Hat sich zu „{kim.request.name}“ jemand bei dir gemeldet?" in kim.text
    kim.taps("Ja, es hat sich jemand gemeldet")
    assert Count("contact/yes", kim.request.district) in talk.outcome.effects
    assert "freut mich" in kim.text


def test_a_no_is_told_to_whoever_has_it():
    talk, kim, anna, bo = called()
    talk.happens(House(), Due(Timer.ASK, kim.request.id))
    kim.opens().taps("Nein, noch niemand")
    assert "hat sich laut Rückmeldung noch niemand gemeldet" in anna.text
    assert "Rückmeldung" not in bo.text
    assert "Ich habe es dort gerade gesagt" in kim.text


def test_a_no_is_told_to_the_whole_post_while_nobody_has_it():
    talk, kim, anna, bo = called()
    anna.taps("Zurückgeben")
    talk.happens(House(), Due(Timer.ASK, kim.request.id))
    kim.opens().taps("Nein, noch niemand")
    assert "Rückmeldung" in anna.text
    assert "Rückmeldung" in bo.text


def test_after_the_end_a_no_leads_on():
    talk, kim, anna, _ = called()
    anna.taps("Abschließen", "Weitervermittelt", "Ohne Angabe")
    talk.later(seconds=11)
    talk.happens(House(), Due(Timer.ASK, kim.request.id))
    kim.opens().taps("Nein, noch niemand")
    assert "noch einmal jemandem schreiben" in kim.text


def test_who_was_passed_on_may_ask_to_be_asked():
    talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen", "Abschließen", "Weitervermittelt", "Ohne Angabe")
    talk.later(seconds=11)
    kim.opens().taps("Frag mich in einer Woche, ob es geklappt hat")
    assert "ich frage dich in einer Woche" in kim.text
    talk.later(days=7, minutes=1)
    assert "gemeldet" in kim.opens().text


def test_what_was_withdrawn_is_not_asked_about():
    talk, kim, *_ = called()
    kim.taps("Meine Anfragen", "Alles zurückziehen")
    talk.later(days=8)
    assert kim.news == []


def test_a_button_about_a_request_that_is_gone_does_nothing():
    talk, kim, *_ = offices()
    kim.starts()
    for action in ("ask_later", "contact_no"):
        talk.store.save(Ref("r", "kim", action, "weg"))
        kim.pushes(Act("r"))
    assert Count("contact/no", "") in talk.outcome.effects


# ── Anonymity is a property of types (bar 19) ───────────────────────────────────────────────────


def test_the_card_has_no_field_for_who_it_is_and_no_number_before_claiming():
    fields = set(Card.__dataclass_fields__)
    assert not fields & {"conversation", "address", "channel", "id", "visitor", "user"}
    assert "number" not in Request.__dataclass_fields__


def test_a_card_that_shows_the_number_to_everybody_would_be_caught():
    """The planted fault of the test above on who reads the number."""
    talk, kim, _anna, bo = called()
    event = Event("e", talk.at, bytes(32), bo.who, Due(Timer.ASK, kim.request.id))
    turn = Turn.on(talk.k, talk.known(event), event)
    honest = card_of(turn, kim.request, bo.member)
    careless = replace(honest, number=turn.enclosure(kim.request.id).number)
    assert NUMBER not in card_text(turn, honest)
    assert NUMBER in card_text(turn, careless)


# ── For how long ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [("de", 7, "7 Tage"), ("de", 1, "1 Tag "), ("en", 7, "7 days"), ("ru", 2, "2 дня")],
)
def test_every_sentence_about_erasing_says_the_period_that_is_set(language, days, said):
    talk, kim, anna, _bo = offices()
    keep = Keep(words=timedelta(days=days))
    talk.k = talk.k.in_house(talk.k.operator, keep, ())
    kim.starts().pushes(Speak(language))
    at_contact(kim).pushes(Choose("kontakt.wer_liest", "ja"))
    assert said in kim.text
    kim.says("Es geht um die Pause.")
    sends = next(label for label in kim.labels if label in SENDS)
    kim.taps(sends).commands(Command.PRIVACY)
    assert said in kim.text
    anna.taps("Übernehmen", "Abschließen", "Falscher Ort")
    spoken = {1: "1 Tag ", 2: "2 Tage", 7: "7 Tage"}[days]
    assert any(spoken in screen.text for screen in anna.seen[-3:])
    kim.opens()
    assert any(said in screen.text for screen in kim.news)
    kim.commands(Command.END)
    assert said in kim.text
    anna.commands(Command.PRIVACY)
    assert spoken in anna.text
