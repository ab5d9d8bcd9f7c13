"""A request from "sent" to "closed": who reads it, who is told, and that time never loses it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from talk import (
    MAGDEBURG,
    SPIELWAGEN,
    at_contact,
    offices,
    sending,
    two_rungs,
    word_list,
    writing,
)

from bot.core.messages import (
    Command,
    Count,
    Due,
    ForgetWords,
    House,
    NotDelivered,
    Staff,
    Timer,
    Visitor,
)
from bot.core.records import Author, Reason, Role
from bot.core.request import QUIET
from bot.core.retention import Keep
from bot.core.taps import Act, Choose, Move, Open


def claimed(talk, kim, anna, **how):
    sending(kim, **how)
    anna.taps("Übernehmen")
    return kim.request


def answered(talk, kim, anna, text="Wir sehen uns Montag."):
    claimed(talk, kim, anna)
    anna.taps("Antworten").says(text).taps("Senden")
    return kim.request


# ── Sending ─────────────────────────────────────────────────────────────────────────────────────


def test_who_reads_it_is_shown_before_anything_is_written():
    talk, kim, *_ = offices()
    at_contact(kim)
    assert talk.k.directory.posts[MAGDEBURG].name in kim.text
    writing(kim)
    assert "Schreib, worum es geht" in kim.text


def test_a_request_arrives_with_its_name_post_promise_and_words():
    talk, kim, anna, bo = offices()
    sending(kim, "In der Pause ist es schlimm.")
    request = kim.request
    assert request.name in kim.text
    assert request.post == MAGDEBURG
    assert request.due == talk.at.replace(hour=14)  # the end of the day at the desk, 15 o'clock
    assert word_list(request) == ["In der Pause ist es schlimm."]
    assert request.name in anna.text
    assert "schlimm" not in anna.text + bo.text


def test_several_short_messages_become_one_request():
    _talk, kim, *_ = offices()
    writing(kim).says("hi").says("also").says("es ist so").taps("Absenden")
    assert word_list(kim.request) == ["hi", "also", "es ist so"]


def test_a_draft_is_shown_as_it_was_written():
    _talk, kim, *_ = offices()
    writing(kim).says("{post} %s {0} {{ }")
    assert "{post} %s {0} {{ }" in kim.text
    kim.taps("Absenden")
    assert word_list(kim.request) == ["{post} %s {0} {{ }"]


def test_a_request_may_go_without_own_words():
    _talk, kim, *_ = offices()
    writing(kim).taps("Ohne eigene Worte weiter", "Absenden")
    assert kim.request.words == ()


def test_the_second_tap_on_send_sends_nothing():
    _talk, kim, *_ = offices()
    writing(kim).says("eins")
    first = kim.button("Absenden").tap
    kim.says("zwei").taps("Absenden")
    assert word_list(kim.request) == ["eins", "zwei"]
    kim.taps("Absenden").pushes(first)
    assert len(kim.requests) == 1
    assert "Das ist schon erledigt" in kim.text


def test_back_after_sending_never_leads_to_the_send_button():
    _talk, kim, *_ = offices()
    sending(kim).taps("Zurück")
    assert "Absenden" not in kim.labels
    assert len(kim.requests) == 1


def test_typed_words_beside_the_send_button_send():
    _talk, kim, *_ = offices()
    writing(kim).says("eins").says("abschicken")
    assert word_list(kim.request) == ["eins"]


def test_words_that_only_resemble_a_button_are_words():
    _talk, kim, *_ = offices()
    writing(kim).says("hilfe").says("absende")
    assert kim.conversation.draft == ("hilfe", "absende")


def test_an_old_send_button_shows_the_preview_again_first():
    _talk, kim, *_ = offices()
    writing(kim).says("eins").taps("Hilfe jetzt").taps("Absenden")
    assert "Gesendet ist nichts" in kim.text
    assert "eins" in kim.text
    kim.taps("Absenden")
    assert word_list(kim.request) == ["eins"]


def test_an_old_send_button_after_the_menu_sends_nothing():
    _talk, kim, *_ = offices()
    writing(kim).says("eins").taps("Menü", "Absenden")
    assert kim.requests == []
    assert "Gesendet ist nichts" in kim.text


def test_it_goes_to_the_post_that_was_shown_or_not_at_all():
    talk, kim, *_ = offices()
    writing(kim).says("nur für das Amt gedacht")
    talk.staffed(SPIELWAGEN, "cem", "dana")  # the school's post goes live meanwhile
    kim.taps("Absenden")
    assert kim.requests == []
    assert "Gesendet ist nichts" in kim.text
    kim.taps("Nein, nur die erste Stelle", "Ohne eigene Worte weiter")
    assert talk.k.directory.posts[SPIELWAGEN].name in kim.text
    assert "nur für das Amt gedacht" in kim.text
    kim.taps("Absenden")
    assert kim.request.post == SPIELWAGEN


def test_where_nobody_is_live_any_more_nothing_is_taken_and_nothing_kept():
    talk, kim, *_ = offices()
    writing(kim).says("eins")
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), paused=True))
    kim.taps("Absenden")
    assert kim.requests == []
    assert "kann jetzt niemand" in kim.text
    assert kim.conversation.draft == ()


def test_discarding_begins_again_and_not_sending_goes_back():
    _talk, kim, *_ = offices()
    writing(kim).says("eins").taps("Text löschen und neu schreiben")
    assert kim.conversation.draft == ()
    kim.says("zwei").taps("Doch nicht senden")
    assert kim.conversation.draft == ()
    assert kim.requests == []


def test_danger_in_the_words_makes_the_card_red():
    _talk, kim, anna, _ = offices()
    sending(kim, "ich will mich umbringen")
    assert kim.request.alert
    assert "ROT" in anna.text


def test_a_fresh_name_gets_a_number_when_all_are_taken():
    talk, kim, *_ = offices()
    talk.k = replace(talk.k, names=(("Blauer",), ("Otter",)))
    sending(kim)
    lisa = sending(talk.visitor("lisa"))
    assert kim.request.name == "Blauer Otter"
    assert lisa.request.name.startswith("Blauer Otter ")


# ── Adding to it ────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_after_sending_joins_the_request():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    kim.says("noch etwas")
    assert word_list(kim.request)[-1] == "noch etwas"
    talk.later(seconds=20)
    assert "noch etwas" in anna.text
    assert kim.request.name in kim.text


def test_short_messages_one_after_another_are_told_as_one():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    seen = len(anna.seen)
    for text in ("also", "eigentlich", "sind es zwei"):
        kim.says(text)
        talk.later(seconds=19)
    assert len(anna.seen) == seen
    talk.later(seconds=1)
    assert "also\n\neigentlich\n\nsind es zwei" in anna.text
    assert kim.request.untold == 0
    told = len(anna.seen)
    talk.later(minutes=10)
    assert len(anna.seen) == told


def test_who_never_pauses_is_told_of_after_two_minutes():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    seen = len(anna.seen)
    for number in range(10):
        kim.says(f"Teil {number}")
        talk.later(seconds=12)
    assert len(anna.seen) == seen + 2  # the card, and the words
    assert "Teil 9" in anna.text
    kim.says("noch einer")
    assert Timer.GATHER in {kind for kind, _ in talk.store.timers}


def test_danger_goes_at_once_with_what_was_gathered():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    kim.says("es war in der Umkleide").says("ich will mich umbringen")
    assert "es war in der Umkleide\n\nich will mich umbringen" in anna.text
    kim.says("ich will mich umbringen")  # red already: every time at once
    assert anna.news
    assert Timer.GATHER not in {kind for kind, _ in talk.store.timers}


def test_what_is_gathered_when_somebody_claims_is_read_on_the_card():
    talk, kim, anna, _ = offices()
    sending(kim).says("noch etwas")
    anna.taps("Übernehmen")
    assert "noch etwas" in anna.text
    seen = len(anna.seen)
    talk.later(minutes=5)
    assert len(anna.seen) == seen


def test_what_is_gathered_is_told_to_nobody_after_the_end():
    talk, kim, anna, _ = offices()
    sending(kim).says("noch etwas")
    kim.taps("Meine Anfragen", f"„{kim.request.name}“ zurückziehen")
    seen = len(anna.seen)
    talk.happens(House(), Due(Timer.GATHER, kim.request.id))
    assert len(anna.seen) == seen


def test_help_after_sending_keeps_the_request_in_sight():
    _talk, kim, *_ = offices()
    sending(kim).taps("Wer antwortet sofort?", "Weiter")
    assert kim.request.name in kim.text
    kim.says("noch etwas")
    assert len(kim.request.words) == 2


def test_red_words_that_come_later_bring_a_new_card():
    _talk, kim, anna, _ = offices()
    sending(kim)
    before = len(anna.seen)
    kim.says("ich will mich umbringen")
    assert "ROT" in anna.text
    assert not anna.seen[before].edit


def test_elsewhere_a_text_is_held_until_a_tap_says_whose_it_is():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü")
    kim.says("und noch was").says("und dies")
    assert len(kim.request.words) == 1
    assert kim.conversation.held == ("und noch was", "und dies")
    assert "Noch habe ich es niemandem gegeben" in kim.text
    kim.taps(f"Gehört zu „{kim.request.name}“")
    assert word_list(kim.request)[1:] == ["und noch was", "und dies"]
    assert kim.conversation.held == ()


def test_a_held_text_does_not_outlive_the_question():
    _talk, kim, *_ = offices()
    sending(kim).taps("Menü")
    kim.says("und noch was")
    join = kim.button(f"Gehört zu „{kim.request.name}“").tap
    kim.taps("Nichts davon")
    assert kim.conversation.held == ()
    kim.pushes(join)
    assert "Was du jetzt schreibst" in kim.text
    kim.says("dies aber")
    assert word_list(kim.request)[1:] == ["dies aber"]


def test_what_is_meant_for_a_closed_request_is_not_kept():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    stale = kim.conversation.writing_to
    talk.store.save(replace(kim.request, closed_at=talk.at, due=None))
    assert stale == kim.request.id
    kim.says("zu spät")
    assert "schon zu Ende" in kim.text
    assert "zu spät" not in word_list(kim.request)


def test_too_much_text_is_refused_aloud_and_never_half_taken():
    _talk, kim, *_ = offices()
    writing(kim).says("x" * 100_000)
    assert "zu viel Text" in kim.text
    for _ in range(6):
        kim.says("y" * 4000)
    assert kim.conversation.draft == ("y" * 4000,) * 5
    assert "zu viel Text" in kim.text


def test_an_edited_message_changes_nothing_and_says_so():
    _talk, kim, *_ = offices()
    writing(kim).says("eins").says("eins, geändert", edited=True)
    assert kim.conversation.draft == ("eins",)
    assert "geänderte Nachricht" in kim.text


def test_an_answer_to_one_request_does_not_swallow_what_is_written_for_another():
    talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen", "Antworten").says("Hallo!")
    first = kim.request
    writing(kim).says("etwas ganz anderes")
    anna.taps("Senden")
    assert "Hallo!" in kim.opens().text
    kim.says("und das noch dazu")
    assert kim.conversation.draft == ("etwas ganz anderes", "und das noch dazu")
    assert len(talk.store.request(first.id).words) == 2
    kim.taps(f"Auf „{first.name}“ antworten").says("bis dann")
    assert word_list(talk.store.request(first.id))[-1] == "bis dann"


def test_of_several_requests_each_can_be_joined():
    _talk, kim, *_ = offices()
    sending(kim)
    sending(kim)
    kim.taps("Menü").says("wohin damit")
    assert sum(label.startswith("Gehört zu") for label in kim.labels) == 2


# ── Claiming, answering, closing ────────────────────────────────────────────────────────────────


def test_the_visitor_learns_that_a_person_has_read_it_once():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    assert "Ein Mensch hat" in kim.opens().text
    seen = len(kim.seen)
    anna.taps("Zurückgeben", "Übernehmen")
    assert len(kim.seen) == seen


def test_an_answer_reaches_the_visitor_and_what_they_write_goes_back():
    talk, kim, anna, _ = offices()
    request = answered(talk, kim, anna)
    assert "Wir sehen uns Montag." in kim.opens().text
    assert request.due is None
    kim.says("bis Montag")
    assert word_list(kim.request)[-1] == "bis Montag"
    talk.later(seconds=20)
    assert "bis Montag" in anna.text


@pytest.mark.parametrize("text", ["danke", "Vielen Dank!", "ok danke"])
def test_thanks_for_an_answer_are_taken_kindly_and_ask_for_nothing(text):
    talk, kim, anna, _ = offices()
    request = answered(talk, kim, anna)
    seen = len(anna.seen)
    kim.says(text)
    assert "Gern" in kim.text
    assert kim.request == request
    assert len(anna.seen) == seen
    kim.says("und wann am Montag?")
    assert word_list(kim.request)[-1] == "und wann am Montag?"


def test_thanks_before_an_answer_are_words_like_others():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    kim.says("danke")
    assert word_list(kim.request)[-1] == "danke"


def test_a_number_in_a_reply_is_no_button():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna, "Passt dir 1 oder 2?")
    kim.opens().says("2")
    assert word_list(kim.request)[-1] == "2"


def test_a_reply_to_an_answer_begins_a_new_promise():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    kim.says("eine frage noch")
    request = kim.request
    assert request.due is not None
    assert talk.at < talk.store.timers[Timer.PROMISE, request.id] <= request.due
    assert "Zugesagt" in kim.text
    talk.due(request)
    assert kim.request.overdue_since is not None


def test_an_answered_request_closes_by_itself_when_nothing_comes():
    talk, kim, anna, _ = offices()
    request = answered(talk, kim, anna)
    talk.later(days=29)
    assert kim.request.open
    talk.later(days=2)
    assert kim.request.reason is Reason.NO_REPLY
    assert "abgeschlossen" in kim.opens().text
    assert request.name in anna.text


def test_a_timer_that_comes_too_early_closes_nothing():
    talk, kim, anna, _ = offices()
    request = answered(talk, kim, anna)
    talk.happens(House(), Due(Timer.PROMISE, request.id))
    assert kim.request.open
    assert talk.store.timers[Timer.PROMISE, request.id] == talk.at + timedelta(days=30)


def test_an_answered_request_whose_member_left_closes_all_the_same():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    talk.store.save(replace(kim.request, claimed_by=None))
    talk.later(days=31)
    assert not kim.request.open


def test_closing_tells_the_visitor_and_what_they_type_then_begins_anew():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    anna.taps("Abschließen", "Beantwortet")
    assert kim.request.reason is Reason.ANSWERED
    assert "abgeschlossen" in kim.opens().text
    assert kim.conversation.writing_to is None
    kim.says("xyzzy")
    assert "Angekommen" not in kim.text
    assert "xyzzy" not in word_list(kim.request)


def test_closing_without_an_answer_says_so():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    anna.taps("Abschließen", "Falscher Ort")
    assert "ohne Antwort" in kim.opens().text
    assert talk.store.counts["closed/falscher-ort"] == 1


def test_words_of_a_closed_request_go_after_thirty_days_and_not_an_hour_before():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    anna.taps("Abschließen", "Beantwortet")
    request = kim.request
    talk.later(days=29, hours=23)
    assert talk.store.request(request.id).words
    talk.later(hours=2)
    left = talk.store.request(request.id)
    assert (left.words, left.conversation, left.path) == ((), "", ())


def test_words_are_not_erased_early_when_the_clock_jumps():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    anna.taps("Abschließen", "Beantwortet")
    request = kim.request
    talk.happens(House(), Due(Timer.RETENTION, request.id))
    assert talk.store.request(request.id).words
    assert (Timer.RETENTION, request.id) in talk.store.timers


def test_an_open_request_is_never_cleared_away():
    talk, kim, *_ = offices()
    sending(kim)
    talk.happens(House(), Due(Timer.RETENTION, kim.request.id))
    talk.later(days=120)
    assert kim.request.open
    assert kim.request.words
    assert kim.conversation


# ── Withdrawing ─────────────────────────────────────────────────────────────────────────────────


def test_withdrawing_erases_the_words_and_tells_the_desk_without_a_reason():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    kim.taps("Anfrage zurückziehen")
    assert ForgetWords(kim.request.id) in talk.outcome.effects
    assert kim.request.words == ()
    assert kim.request.reason is Reason.WITHDRAWN
    assert "Zurückgezogen" in kim.text
    assert [screen.slot is not None for screen in anna.news] == [True, False]
    assert "Zurückgezogen" in anna.news[0].text
    assert "wurde zurückgezogen" in anna.text
    assert not any("Pause" in screen.text for screen in anna.news)
    assert (kim.request.path, kim.request.school) == ((), None)


def test_withdrawing_twice_is_kindly_refused():
    _talk, kim, *_ = offices()
    sending(kim)
    button = kim.button("Anfrage zurückziehen").tap
    kim.says("und noch")
    kim.taps("Menü").pushes(Move.BACK).pushes(button)
    kim.pushes(button)
    assert "schon erledigt" in kim.text


def test_after_withdrawing_something_new_may_be_written():
    _talk, kim, *_ = offices()
    sending(kim).taps("Anfrage zurückziehen", "Etwas Neues schreiben", "Ja, das ist gut")
    kim.says("neu").taps("Absenden")
    assert [word_list(r) for r in kim.requests] == [[], ["neu"]]


def test_a_request_closed_meanwhile_cannot_be_withdrawn():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    button = kim.button("Anfrage zurückziehen").tap
    anna.taps("Abschließen", "Nicht ernst gemeint")
    kim.pushes(button)
    assert "schon erledigt" in kim.text
    assert kim.request.reason is Reason.PRANK


# ── A promise is broken ─────────────────────────────────────────────────────────────────────────


def test_with_consent_the_next_rung_has_it_and_the_visitor_is_told_first():
    talk, kim, cem, anna = two_rungs()
    sending(kim, consent=True)
    talk.due(kim.request)
    assert talk.order()[0] is kim
    request = kim.request
    assert (request.post, request.tried) == (MAGDEBURG, (SPIELWAGEN,))
    assert request.due is not None
    assert request.due > talk.at
    assert "Das tut mir leid" in kim.opens().text
    assert "weitergegeben" in cem.text
    anna.taps("Übernehmen")
    assert "Pause" in anna.text


def test_the_next_rung_gets_one_card_not_two():
    talk, kim, _, anna = two_rungs()
    sending(kim, consent=True)
    talk.due(kim.request)
    assert len(anna.news) == 1


def test_without_consent_the_next_rung_learns_only_that_something_is_overdue():
    talk, kim, cem, anna = two_rungs()
    sending(kim, consent=False)
    talk.due(kim.request)
    assert talk.order()[0] is kim
    assert kim.request.post == SPIELWAGEN
    assert "überfällig" in anna.text
    assert "Pause" not in anna.text
    assert "überfällig" in cem.text
    kim.opens().taps("Ja, das darf diese Stelle lesen")
    assert kim.request.post == MAGDEBURG
    assert kim.request.consent


def test_the_question_for_consent_is_asked_once_and_its_button_stays_good():
    talk, kim, *_ = two_rungs()
    sending(kim, consent=False)
    talk.due(kim.request)
    asked = len(kim.seen)
    talk.later(days=3)
    assert len(kim.seen) == asked
    kim.opens().taps("Ja, das darf diese Stelle lesen")
    assert kim.request.post == MAGDEBURG


def test_a_consent_given_too_late_changes_nothing():
    talk, kim, cem, _ = two_rungs()
    sending(kim, consent=False)
    talk.due(kim.request)
    cem.taps("Übernehmen", "Antworten").says("Hallo").taps("Senden")
    kim.opens().taps("Ja, das darf diese Stelle lesen")
    assert kim.request.post == SPIELWAGEN
    assert "schon erledigt" in kim.text


def test_a_consent_for_an_earlier_request_is_none_for_the_next():
    _talk, kim, *_ = two_rungs()
    sending(kim, consent=True)
    assert kim.conversation.consent is None
    sending(kim, consent=False)
    assert [r.consent for r in kim.requests] == [True, False]


def test_an_exclusion_survives_escalation():
    talk, kim, cem, _ = two_rungs()
    at_contact(kim).taps("Nicht an jemanden von der Schule", "Ja, das ist gut")
    kim.says("nicht die schule").taps("Absenden")
    assert kim.request.post == MAGDEBURG
    talk.later(days=9)
    assert kim.request.post == MAGDEBURG
    assert cem.seen == []


def test_the_last_rung_never_falls_silent():
    talk, kim, anna, bo = offices()
    eva = talk.staffed("koordinierungsstelle", "eva", role=Role.ADMIN)[0]
    sending(kim)
    talk.due(kim.request)
    assert talk.order()[0] is kim
    told = len(kim.seen)
    reminded = len(anna.seen)
    assert "Überfällig" in eva.text
    assert "Pause" not in eva.text
    talk.later(days=3)
    assert len(kim.seen) == told  # told once
    assert len(anna.seen) > reminded  # reminded until somebody acts
    assert talk.store.counts["promise_broken"] == 1
    bo.taps("Übernehmen")
    assert kim.request.overdue_since is None


def test_a_coordination_office_that_is_kept_out_learns_nothing():
    talk, kim, *_ = offices()
    eva = talk.staffed("koordinierungsstelle", "eva", role=Role.ADMIN)[0]
    carriers = dict(talk.k.directory.carriers)
    carriers["dkjs"] = replace(carriers["dkjs"], youth_office=True)
    carriers["dfv-lsa"] = replace(carriers["dfv-lsa"], youth_office=False)
    talk.k = replace(talk.k, directory=replace(talk.k.directory, carriers=carriers))
    at_contact(kim).taps("Nicht ans Jugendamt", "Ja, das ist gut")
    kim.says("nicht dorthin").taps("Absenden")
    talk.due(kim.request)
    assert eva.seen == []


def test_a_claim_that_lets_the_promise_pass_is_freed():
    talk, kim, anna, bo = offices()
    claimed(talk, kim, anna)
    talk.due(kim.request)
    assert kim.request.claimed_by is None
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"


def test_a_promise_runs_out_once_however_often_its_timer_comes():
    talk, kim, _anna, _ = offices()
    sending(kim)
    request = kim.request
    talk.due(request)
    told = len(kim.seen)
    for _ in range(3):
        talk.happens(House(), Due(Timer.PROMISE, request.id))
    assert len(kim.seen) == told
    assert talk.store.counts["promise_broken"] == 1
    assert talk.store.timers[Timer.PROMISE, request.id] == kim.request.due


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-3650)])
def test_a_clock_that_goes_back_breaks_nothing(jump):
    talk, kim, *_ = offices()
    sending(kim)
    request = kim.request
    talk.at += jump
    talk.happens(House(), Due(Timer.PROMISE, request.id))
    assert kim.request == request
    assert talk.at < talk.store.timers[Timer.PROMISE, request.id] <= request.due


YEARS = timedelta(days=3650)


def dated(talk, kim, **facts):
    """The request as a clock left it that was ten years ahead."""
    talk.store.save(replace(kim.request, **facts))
    talk.happens(House(), Due(Timer.PROMISE, kim.request.id))


def test_an_overdue_request_of_a_clock_that_was_ahead_is_recalled_in_its_time():
    talk, kim, anna, _ = offices()
    sending(kim)
    dated(talk, kim, overdue_since=talk.at + YEARS, due=talk.at + YEARS)
    assert kim.request.overdue_since == talk.at
    assert kim.request.due < talk.at + timedelta(days=2)
    assert "überfällig" in anna.text
    assert not kim.news


def test_a_promise_of_a_clock_that_was_ahead_is_corrected():
    talk, kim, *_ = offices()
    sending(kim)
    due = kim.request.due
    dated(talk, kim, sent_at=talk.at + YEARS, due=talk.at + YEARS)
    assert (kim.request.sent_at, kim.request.due) == (talk.at, due)
    assert "Meine Uhr ging vor" in kim.opens().text


def test_an_answer_of_a_clock_that_was_ahead_falls_quiet_in_its_time():
    talk, kim, *_ = offices()
    sending(kim)
    dated(talk, kim, answered_at=talk.at + YEARS, due=None)
    assert talk.store.timers[Timer.PROMISE, kim.request.id] == talk.at + QUIET


def test_what_a_clock_that_was_ahead_closed_is_erased_in_its_time():
    talk, kim, *_ = offices()
    sending(kim)
    (request,) = kim.requests
    talk.store.save(replace(request, closed_at=talk.at + YEARS))
    talk.happens(House(), Due(Timer.RETENTION, request.id))
    talk.store.save(replace(kim.conversation, touched=talk.at + YEARS))
    talk.happens(House(), Due(Timer.RETENTION, "kim"))
    assert talk.store.timers[Timer.RETENTION, "kim"] == talk.at + Keep().conversations
    talk.later(days=31)
    assert talk.store.request(request.id).words == ()


def test_a_clock_that_jumps_ten_years_breaks_the_promise_once():
    talk, kim, *_ = offices()
    sending(kim)
    talk.at += timedelta(days=3650)
    talk.happens(House(), Due(Timer.PROMISE, kim.request.id))
    talk.happens(House(), Due(Timer.PROMISE, kim.request.id))
    assert talk.store.counts["promise_broken"] == 1
    assert kim.request.open


def test_a_timer_of_a_closed_or_unknown_request_does_nothing():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    anna.taps("Abschließen", "Beantwortet")
    for ref in (kim.request.id, "gab-es-nie"):
        talk.happens(House(), Due(Timer.PROMISE, ref))
        assert talk.outcome.effects == ()


# ── A post ends or pauses ───────────────────────────────────────────────────────────────────────


def test_the_last_day_of_a_post_moves_its_requests():
    talk, kim, *_ = two_rungs()
    posts = dict(talk.k.directory.posts)
    posts[SPIELWAGEN] = replace(posts[SPIELWAGEN], valid_until=talk.at.date())
    talk.k = replace(talk.k, directory=replace(talk.k.directory, posts=posts))
    sending(kim, consent=True)
    talk.store.save(replace(kim.request, due=talk.at + timedelta(days=30)))
    talk.later(days=1)
    assert kim.request.post == MAGDEBURG
    assert "Das tut mir leid" in kim.opens().text


def test_an_end_that_came_too_early_changes_nothing():
    talk, kim, *_ = offices()
    sending(kim)
    talk.happens(House(), Due(Timer.ENDED, MAGDEBURG))
    assert talk.outcome.effects == ()


def test_an_end_moves_what_lies_behind_a_page_of_overdue_requests_too():
    talk, kim, *_ = two_rungs()
    sending(kim, consent=True)
    mine, early = kim.request, talk.at - timedelta(hours=1)
    for number in range(25):
        late = replace(mine, id=f"late{number}", name=f"Otter {number}")
        talk.store.save(replace(late, due=early, overdue_since=early))
    talk.store.save(replace(talk.store.team().facts(SPIELWAGEN), paused=True))
    talk.happens(House(), Due(Timer.ENDED, SPIELWAGEN))
    talk.later(seconds=1)
    assert talk.store.request(mine.id).post == MAGDEBURG


# ── Out of reach ────────────────────────────────────────────────────────────────────────────────


def test_the_card_says_when_the_visitor_cannot_be_reached_and_when_they_can_again():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    talk.happens(House(), NotDelivered(Visitor("kim"), kim.request.id))
    assert "Nicht zugestellt" in anna.text
    kim.says("bin wieder da")
    assert not kim.request.undelivered


def test_a_member_out_of_reach_gives_back_what_they_had():
    talk, kim, anna, bo = offices()
    claimed(talk, kim, anna)
    talk.happens(House(), NotDelivered(Staff("bo"), kim.request.id))
    assert kim.request.claimed_by == "anna"
    talk.happens(House(), NotDelivered(Staff("anna"), kim.request.id))
    assert kim.request.claimed_by is None
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"


def test_what_was_not_delivered_of_nothing_open_changes_nothing():
    talk, kim, anna, _ = offices()
    claimed(talk, kim, anna)
    anna.taps("Abschließen", "Beantwortet")
    for about in (kim.request.id, "gab-es-nie", None):
        talk.happens(House(), NotDelivered(Visitor("kim"), about))
        assert talk.outcome.effects == ()


def test_giving_back_an_answered_request_begins_a_new_promise():
    talk, kim, anna, bo = offices()
    answered(talk, kim, anna)
    anna.taps("Zurückgeben")
    assert kim.request.due is not None
    assert "Noch frei" in bo.text


def test_who_writes_is_never_told_by_words():
    talk, kim, anna, _ = offices()
    answered(talk, kim, anna)
    assert [w.by for w in kim.request.words] == [Author.VISITOR, Author.MEMBER]
    assert all("kim" not in screen.text for screen in anna.seen)
    assert Count("sent", "magdeburg") not in talk.outcome.effects
    assert isinstance(anna.button("Antworten").tap, Act)
    assert Open("kontakt") != Choose("kontakt.niemand", "x")


# ── The open requests ───────────────────────────────────────────────────────────────────────────


def way_to_requests(screen):
    return [way.label for way in screen.ways].count("Meine Anfragen") == 1


def test_every_screen_beside_an_open_request_has_the_way_to_it():
    _talk, kim, anna, _ = offices()
    sending(kim)
    assert way_to_requests(kim.last)
    anna.taps("Übernehmen")
    assert way_to_requests(kim.opens().last)
    anna.taps("Antworten").says("Hallo").taps("Senden")
    assert way_to_requests(kim.opens().last)
    for text in ("und noch", "danke"):
        assert way_to_requests(kim.says(text).last)
    for label in ("Menü", "Hilfe jetzt", "Menü"):
        assert way_to_requests(kim.taps(label).last)
    assert way_to_requests(kim.says("xyzzy").last)
    assert way_to_requests(kim.pushes(Move.LANGUAGES).last)
    assert way_to_requests(kim.commands(Command.NEW).last)
    kim.pushes(Move.REQUESTS).taps(f"„{kim.request.name}“ zurückziehen")
    assert not way_to_requests(kim.last)


@pytest.mark.parametrize(
    "text", ["zurückziehen", "Anfrage zurückziehen", "anfrage löschen", "meine anfrage"]
)
def test_to_withdraw_is_asked_by_showing_what_is_open(text):
    _talk, kim, *_ = offices()
    sending(kim)
    kim.taps("Menü").says(text)
    assert f"„{kim.request.name}“ zurückziehen" in kim.labels
    assert len(kim.request.words) == 1


def test_the_words_that_withdraw_are_no_words_for_the_post():
    _talk, kim, *_ = offices()
    sending(kim).says("noch etwas").says("anfrage löschen")
    assert f"„{kim.request.name}“ zurückziehen" in kim.labels
    assert word_list(kim.request)[-1] == "noch etwas"
    kim.taps("Zurück")
    assert "Angekommen" in kim.text


def test_the_list_says_how_each_request_stands():
    talk, kim, anna, _ = offices()
    sending(kim)
    assert "Zugesagt ist eine Antwort bis" in kim.pushes(Move.REQUESTS).text
    assert "Gelesen hat es noch niemand" in kim.text
    talk.due(kim.request)
    assert "überfällig" in kim.pushes(Move.REQUESTS).text
    anna.taps("Übernehmen")
    assert "Ein Mensch hat es gelesen, heute um 15 Uhr" in kim.pushes(Move.REQUESTS).text
    anna.taps("Antworten").says("Hallo").taps("Senden")
    assert "Angekommen, gelesen, beantwortet" in kim.pushes(Move.REQUESTS).text


def test_without_an_open_request_the_list_says_so_and_its_words_are_words():
    _talk, kim, *_ = offices()
    at_contact(kim).pushes(Move.REQUESTS)
    assert "keine Anfrage offen" in kim.text
    kim.says("meine anfragen")
    assert "keine Anfrage offen" not in kim.text


def test_the_help_names_the_open_requests_while_there_are_any():
    _talk, kim, *_ = offices()
    assert "Meine Anfragen" not in writing(kim).commands(Command.HELP).text
    kim.says("eins").taps("Absenden").commands(Command.HELP)
    assert "Meine Anfragen" in kim.text


def test_the_news_of_a_closed_request_has_the_way_to_one_that_is_open_still():
    _talk, kim, *_ = offices()
    sending(kim)
    sending(kim, "zweitens")
    first = kim.requests[0]
    kim.pushes(Move.REQUESTS).taps(f"„{first.name}“ zurückziehen")
    assert way_to_requests(kim.last)


# ── Written before it was asked for, and never by a number ──────────────────────────────────────


def test_a_letter_typed_where_the_post_is_named_is_kept_and_only_sent_from_the_preview():
    _talk, kim, *_ = offices()
    at_contact(kim).says("sie lachen mich jeden tag aus")
    assert "aufgehoben" in kim.text
    assert kim.requests == []
    kim.taps("Ja, das ist gut")
    assert "schon dabei" in kim.text
    kim.taps("Ohne eigene Worte weiter")
    assert "sie lachen mich jeden tag aus" in kim.text
    kim.taps("Absenden")
    assert word_list(kim.request) == ["sie lachen mich jeden tag aus"]


def test_a_letter_typed_at_the_question_for_consent_is_kept_too():
    _talk, kim, *_ = two_rungs()
    at_contact(kim).taps("Ja, das ist gut").says("sie lachen mich jeden tag aus")
    assert kim.conversation.draft == ("sie lachen mich jeden tag aus",)
    kim.taps("Ja, das darf sie").says("und heute auch")
    assert kim.conversation.draft == ("sie lachen mich jeden tag aus", "und heute auch")


def test_a_changed_text_where_the_post_is_named_is_not_kept_twice():
    _talk, kim, *_ = offices()
    at_contact(kim).says("sie lachen mich jeden tag aus")
    kim.says("sie lachen mich jeden tag aus!", edited=True)
    assert kim.conversation.draft == ("sie lachen mich jeden tag aus",)


def test_three_words_where_the_post_is_named_are_no_letter():
    _talk, kim, *_ = offices()
    at_contact(kim).says("xyzzy und plugh")
    assert kim.conversation.draft == ()


@pytest.mark.parametrize("number", ["1", "1.", "2"])
def test_a_number_on_the_preview_neither_sends_nor_discards(number):
    _talk, kim, *_ = offices()
    writing(kim).says("eins").says(number)
    assert "Nichts ist gesendet" in kim.text
    assert (kim.requests, kim.conversation.draft) == ([], ("eins",))
    kim.says("absenden")
    assert word_list(kim.request) == ["eins"]


def test_a_number_that_only_leads_on_may_be_typed_where_a_letter_is_asked_for():
    _talk, kim, *_ = offices()
    writing(kim).says("1")
    assert "Absenden" in kim.labels


def test_a_number_that_is_not_there_is_part_of_the_letter():
    _talk, kim, *_ = offices()
    writing(kim).says("17").says("-1")
    assert kim.conversation.draft == ("17", "-1")


def test_nothing_of_a_letter_is_taken_for_a_way_out():
    _talk, kim, *_ = offices()
    writing(kim)
    for text in ("hilfe", "anrufen", "danke", "nein", "zurük", "meine anfrage"):
        kim.says(text)
    assert kim.conversation.draft == ("hilfe", "anrufen", "danke", "nein", "zurük", "meine anfrage")
    assert "112" in kim.says("Hilfe jetzt").text


# ── Anew ────────────────────────────────────────────────────────────────────────────────────────


def test_anew_says_that_what_was_not_sent_is_gone():
    _talk, kim, *_ = offices()
    writing(kim).says("eins").commands(Command.NEW)
    assert "ist gelöscht" in kim.text
    assert kim.conversation.draft == ()
    assert "ist gelöscht" not in kim.commands(Command.NEW).text


def test_anew_beside_an_open_request_the_visitor_is_still_addressed_as_before():
    _talk, kim, *_ = offices()
    sending(kim).commands(Command.NEW)
    assert "Tippe auf ein Thema" in kim.text
