"""What a visitor meets: the way in, the way back, and what is never done to them."""

from dataclasses import replace

import pytest
from talk import MAGDEBURG, SPIELWAGEN, Talk, at_contact, offices, sending, two_rungs, writing

from bot.core.messages import (
    Command,
    EraseChat,
    Foreign,
    ForgetConversation,
    Outage,
    Received,
    Timer,
)
from bot.core.taps import Act, Choose, Move, Open, Speak
from bot.core.tree import Audience


def alone() -> tuple[Talk, object]:
    """The normal case of the first day: nobody has joined anywhere."""
    talk = Talk()
    return talk, talk.visitor().starts()


# ── The way in and back ─────────────────────────────────────────────────────────────────────────


def test_the_first_screen_asks_who_writes_and_offers_languages_by_their_own_names():
    _, kim = alone()
    assert kim.labels[0] == "Schüler:in"
    assert "English" in [way.label for way in kim.last.ways]


def test_back_takes_back_who_writes():
    _, kim = alone()
    kim.taps("Schüler:in")
    assert kim.conversation.audience is Audience.PUPIL
    kim.taps("Zurück")
    assert kim.conversation.audience is None
    assert kim.labels[0] == "Schüler:in"


def test_back_restores_what_a_later_answer_had_replaced():
    _, kim = alone()
    kim.taps("Schüler:in").pushes(Choose("eingang.wer", "familie"))
    assert kim.conversation.audience is Audience.GUARDIAN
    kim.taps("Zurück")
    assert kim.conversation.audience is Audience.PUPIL


def test_back_from_a_card_asks_for_the_school_again():
    _, kim = alone()
    at_contact(kim).taps("Zurück")
    assert kim.conversation.school is None
    assert "Um welche Schule geht es?" in kim.text


def test_back_takes_back_an_exclusion():
    _talk, kim, *_ = two_rungs()
    at_contact(kim).taps("Nicht an jemanden von der Schule")
    assert kim.conversation.excluded == {"school"}
    kim.taps("Zurück")
    assert kim.conversation.excluded == frozenset()


def test_back_takes_back_a_consent():
    _talk, kim, *_ = two_rungs()
    writing(kim, consent=True).taps("Zurück")
    assert kim.conversation.consent is None


def test_back_at_the_very_beginning_stays_there():
    _, kim = alone()
    kim.pushes(Move.BACK)
    assert kim.labels[0] == "Schüler:in"


def test_whoever_declines_the_place_is_not_asked_again_and_back_asks_again():
    _, kim = alone()
    kim.taps("Schüler:in", "Wer kann helfen?", "Ohne Schule weiter")
    assert kim.conversation.district == ""
    kim.pushes(Move.MENU).taps("Wer kann helfen?")
    assert "Um welche Schule" not in kim.text
    kim.pushes(Open("schule")).taps("Ohne Schule weiter", "Zurück")
    assert kim.conversation.district is None


def test_a_wrong_school_is_changed_on_the_spot():
    _talk, kim, *_ = offices()
    at_contact(kim, school="st-80").taps("Andere Schule oder anderer Ort")
    kim.pushes(Choose("schule.suche", "st-5"))
    assert kim.conversation.school == "ST-5"
    assert "liest" in kim.text


def test_a_district_by_name_is_enough():
    _, kim = alone()
    kim.taps("Schüler:in", "Wer kann helfen?", "Weiß ich nicht, steht nicht dabei")
    kim.says("Magdeburg")
    assert kim.conversation.district == "magdeburg"
    assert kim.conversation.school is None
    kim.taps("Zurück")
    assert kim.conversation.district is None


def test_menu_begins_a_new_walk_and_keeps_school_and_exclusions():
    _talk, kim, *_ = two_rungs()
    at_contact(kim).taps("Nicht an jemanden von der Schule", "Menü")
    assert kim.conversation.answers == ()
    assert kim.conversation.school == "ST-5"
    assert kim.conversation.excluded == {"school"}


def test_new_forgets_everything_but_the_language():
    _talk, kim, *_ = offices()
    writing(kim).says("nur ein Entwurf")
    kim.pushes(Speak("en")).commands(Command.NEW)
    fresh = kim.conversation
    assert (fresh.audience, fresh.school, fresh.draft, fresh.excluded) == (None, None, (), set())
    assert fresh.language == "en"


def test_a_fresh_start_drops_the_draft():
    _talk, kim, *_ = offices()
    writing(kim).says("nur ein Entwurf").starts()
    assert kim.conversation.draft == ()


# ── Old, strange and forged buttons ─────────────────────────────────────────────────────────────


def test_an_old_button_reopens_its_node():
    _, kim = alone()
    kim.taps("Schüler:in", "Mobbing, Ausgrenzung")
    first = kim.last.choices[0]
    kim.pushes(Move.MENU).pushes(first.tap)
    assert f"Gewählt: {first.label}" in kim.text


def test_a_button_of_a_node_that_is_gone_opens_its_topic_or_says_so():
    _, kim = alone()
    kim.taps("Schüler:in").pushes(Choose("mobbing.gab-es-mal", "ja"))
    start = kim.text
    kim.pushes(Open("mobbing"))
    assert kim.text == start
    kim.pushes(Choose("gab-es-mal.frage", "ja"))
    assert "Diesen Knopf gibt es nicht mehr" in kim.text
    kim.pushes(Speak("klingonisch"))
    assert "Diesen Knopf gibt es nicht mehr" in kim.text


def test_a_choice_that_is_gone_shows_its_node():
    _, kim = alone()
    kim.taps("Schüler:in").pushes(Choose("eingang.lernen", "gab-es-mal"))
    assert "Was passt am besten?" in kim.text


def test_a_plain_tap_never_takes_a_choice_that_acts():
    _talk, kim, *_ = offices()
    writing(kim).says("noch nicht senden")
    kim.pushes(Choose("kontakt.pruefen", "absenden"))
    assert "Angekommen" not in kim.text
    assert kim.requests == []
    assert kim.conversation.draft == ("noch nicht senden",)


def test_topics_of_other_audiences_stay_closed():
    _, kim = alone()
    kim.taps("Schüler:in").pushes(Open("lehrkraft-service"))
    assert "Worum geht es?" in kim.text
    kim.pushes(Choose("eingang.worum", "fach"))
    assert "Worum geht es?" in kim.text


def test_an_old_button_to_the_text_field_asks_no_text_where_nobody_reads():
    _, kim = alone()
    kim.taps("Schüler:in").pushes(Choose("kontakt.schreiben", "pruefen"))
    kim.pushes(Choose("schule.suche", "st-5"))
    assert "noch niemand antworten" in kim.text
    kim.says("mein geheimes wort")
    assert kim.conversation.draft == ()
    assert b"geheimes" not in talk_bytes(kim.talk)


def test_a_button_of_somebody_else_does_nothing():
    talk, kim, *_ = offices()
    writing(kim).says("meins")
    mallory = talk.visitor("mallory").starts()
    mallory.pushes(kim.button("Absenden").tap)
    assert "schon erledigt" in mallory.text
    assert kim.requests == []


def test_an_acting_button_of_an_older_program_is_kindly_refused():
    from bot.core.records import Ref  # noqa: PLC0415

    talk, kim, *_ = offices()
    kim.starts()
    talk.store.save(Ref("a" * 32, "kim", "gab-es-mal"))
    kim.pushes(Act("a" * 32))
    assert "schon erledigt" in kim.text


def test_an_acting_button_is_too_old_after_sixty_days():
    talk, kim, *_ = offices()
    writing(kim).says("meins")
    talk.later(days=61)
    kim.taps("Absenden")
    assert kim.requests == []
    assert "schon erledigt" in kim.text


def talk_bytes(talk: Talk) -> bytes:
    store = talk.store
    return b"".join([*store.conversations.values(), *store.requests.values(), *store.refs.values()])


# ── A person, help, languages ───────────────────────────────────────────────────────────────────


def test_whoever_asks_for_a_person_first_is_told_why_the_bot_asks_back():
    _talk, kim, *_ = offices()
    kim.starts().pushes(Move.HUMAN)
    assert kim.text.startswith("Dafür muss ich erst eines wissen")
    kim.taps("Schüler:in")
    assert "Um welche Schule" in kim.text
    kim.pushes(Choose("schule.suche", "st-5"))
    assert "liest" in kim.text


def test_help_comes_without_any_question_and_goes_back():
    _, kim = alone()
    kim.taps("Hilfe jetzt")
    assert "112" in kim.text
    kim.taps("Weiter")
    assert kim.labels[0] == "Schüler:in"


def test_help_inside_the_school_question_comes_back_to_it():
    _, kim = alone()
    kim.taps("Schüler:in", "Wer kann helfen?", "Hilfe jetzt", "Weiter")
    assert "Um welche Schule" in kim.text


def test_a_person_inside_the_school_question_does_not_nest():
    _talk, kim, *_ = offices()
    kim.starts().taps("Schüler:in", "Mobbing, Ausgrenzung").pushes(Move.HUMAN)
    kim.pushes(Move.HUMAN).pushes(Choose("schule.suche", "st-5"))
    kim.taps("Ja, das ist gut").says("hallo").taps("Doch nicht senden")
    assert kim.conversation.draft == ()
    assert "Um welche Schule" not in kim.text


def without_words(talk: Talk) -> Talk:
    """Nobody has written a word of Vietnamese yet."""
    others = {each: k for each, k in talk.k.others.items() if each != "vi"}
    talk.k = replace(talk.k, others=others)
    return talk


def test_a_language_gives_one_honest_sentence_and_its_card():
    talk, kim = alone()
    without_words(talk)
    kim.taps("Tiếng Việt")
    assert kim.text.startswith(talk.k.languages["vi"].sentence)
    kim.taps("Weiter").pushes(Speak("de"))
    assert kim.conversation.language == "de"
    kim.taps("Sprache · Language")
    assert "Deutsch" in kim.labels


def test_the_device_language_is_answered_by_its_sentence():
    talk = without_words(Talk())
    kim = talk.visitor().starts(language="vi-VN")
    assert kim.text.startswith(talk.k.languages["vi"].sentence)


def test_the_card_speaks_the_chosen_language_too():
    talk, kim = alone()
    without_words(talk)
    kim.taps("Tiếng Việt", "Weiter")
    at_contact(kim).taps("Eine Karte zum Mitnehmen")
    assert talk.k.languages["vi"].card in kim.text


def test_a_poster_brings_the_school():
    talk = Talk()
    kim = talk.visitor().starts("p_ST-5")
    assert kim.conversation.school == "ST-5"
    assert talk.store.counts == {"poster": 1}


@pytest.mark.parametrize("payload", ["w_123", "p_gibtsnicht", "unsinn"])
def test_unknown_payloads_start_normally(payload):
    kim = Talk().visitor().starts(payload)
    assert kim.labels[0] == "Schüler:in"


# ── What a school that is kept out does not learn ───────────────────────────────────────────────


def test_a_school_that_is_kept_out_is_on_no_screen_to_take_along():
    talk, kim, *_ = two_rungs()
    number = talk.k.directory.schools["ST-5"].phone
    at_contact(kim).taps("Lieber nur eine Karte zum Mitnehmen", "Wem kann ich sie geben?")
    assert number in kim.text
    assert "Sekretariat" in kim.text
    kim.pushes(Move.MENU).pushes(Choose("kontakt.wer_liest", "nicht_schule"))
    kim.taps("Lieber nur eine Karte zum Mitnehmen")
    assert "Schulsozialarbeit" not in kim.text
    kim.taps("Wem kann ich sie geben?")
    assert number not in kim.text
    assert "Sekretariat" not in kim.text


def test_without_any_contact_a_school_that_is_kept_out_is_not_proposed():
    _talk, kim = alone()
    kim.taps("Schüler:in").pushes(Choose("kontakt.wer_liest", "nicht_schule"))
    kim.pushes(Choose("schule.suche", "st-5")).pushes(Choose("kontakt.wer_liest", "nicht_ja"))
    assert kim.conversation.excluded <= {"school", "youth_office"}
    kim.pushes(Choose("kontakt.niemand", "karte"))
    assert "Schulsozialarbeit" not in kim.text


def test_a_complaint_keeps_the_school_out_however_a_person_is_called():
    talk, kim, *_ = two_rungs()
    kim.starts("p_ST-5").taps("Schüler:in").pushes(Choose("mobbing.was_ist_los", "personal"))
    school_post = talk.k.directory.posts[SPIELWAGEN].name
    assert school_post not in kim.text
    kim.taps("Ja, das ist gut").says("es ist der hausmeister").taps("Doch nicht senden")
    kim.pushes(Move.HUMAN)
    assert "liest" in kim.text
    assert school_post not in kim.text


# ── Commands and things that are not text ───────────────────────────────────────────────────────


def test_every_command_gets_an_answer():
    _talk, kim = alone()
    for command in Command:
        kim.commands(command)
        assert kim.news, command


def test_privacy_names_operator_and_carrier():
    talk, kim, *_ = offices()
    at_contact(kim).commands(Command.PRIVACY)
    assert "Beispiel e. V." in kim.text
    assert talk.k.directory.carriers[talk.k.directory.posts[MAGDEBURG].carrier].name in kim.text


def test_privacy_says_what_telegram_sees():
    _talk, kim, *_ = offices()
    kim.does(command_of(Command.PRIVACY), channel="telegram")
    assert "Telegram" in kim.text


def command_of(command: Command):
    from bot.core.messages import Commanded  # noqa: PLC0415

    return Commanded(command)


def test_erasing_the_chat_leaves_open_requests():
    talk, kim, *_ = offices()
    kim.starts().commands(Command.ERASE)
    assert EraseChat(kim.who, emptied="gelöscht") in talk.outcome.effects
    sending(kim).commands(Command.ERASE)
    assert not any(isinstance(e, EraseChat) for e in talk.outcome.effects)
    kim.taps("Nur hier im Chat löschen, die Anfrage läuft weiter")
    assert EraseChat(kim.who, emptied="gelöscht") in talk.outcome.effects
    assert "läuft weiter" in kim.text
    assert kim.request.open


def test_ending_forgets_the_conversation():
    talk, kim, *_ = offices()
    kim.starts().commands(Command.END)
    assert ForgetConversation("kim") in talk.outcome.effects
    assert "kim" not in talk.store.conversations


def test_ending_offers_to_withdraw_what_is_still_open():
    _talk, kim, *_ = offices()
    writing(sending(kim)).says("ein Entwurf").commands(Command.END)
    assert kim.conversation.draft == ()
    kim.taps("Alles zurückziehen")
    assert kim.request.words == ()
    assert "Zurückgezogen" in kim.text


@pytest.mark.parametrize("kind", Foreign)
def test_what_is_not_read_is_refused_kindly(kind):
    _, kim = alone()
    kim.does(Received(kind))
    assert "Hier geht es" in kim.text or "kann ich nicht annehmen" in kim.text


def test_an_outage_is_told_with_its_hours():
    from datetime import timedelta  # noqa: PLC0415

    talk, kim, *_ = offices()
    missed = Outage(talk.at - timedelta(hours=40), talk.at - timedelta(hours=2))
    sending(kim).does(missed)
    assert "kam hier nichts an" in kim.opens().text


def test_an_outage_is_told_to_nobody_who_waits_for_nothing():
    from datetime import timedelta  # noqa: PLC0415

    talk, kim = alone()
    kim.does(Outage(talk.at - timedelta(hours=40), talk.at - timedelta(hours=2)))
    assert kim.news == []


# ── Retention ───────────────────────────────────────────────────────────────────────────────────


def test_a_silent_conversation_is_forgotten_after_ninety_days_and_not_an_hour_before():
    talk, _kim = alone()
    talk.later(days=89, hours=23)
    assert "kim" in talk.store.conversations
    talk.later(hours=2)
    assert "kim" not in talk.store.conversations


def test_whoever_speaks_again_is_remembered_again():
    talk, kim = alone()
    talk.later(days=60)
    kim.says("hallo")
    talk.later(days=60)
    assert "kim" in talk.store.conversations
    talk.later(days=40)
    assert "kim" not in talk.store.conversations
    assert (Timer.RETENTION, "kim") not in talk.store.timers


def test_every_button_of_the_walk_fits_its_data():
    _, kim = alone()
    at_contact(kim)
    for screen in kim.seen:
        for button in screen.choices + screen.ways:
            assert len(button.tap.data) <= 64
