"""What a member does with a request: ten seconds to take it back, passing on, closing, blocking."""

from dataclasses import replace
from datetime import timedelta

import pytest
from talk import MAGDEBURG, SPIELWAGEN, Person, Talk, offices, sending, two_rungs, word_list

from bot.core.messages import Command, Due, House, NotDelivered, Staff, Timer
from bot.core.posts import other_carrier
from bot.core.records import Author, Reason, Ref, Role
from bot.core.taps import Act
from bot.core.undo import GRACE
from bot.core.world import Outcome

BEFORE = GRACE - timedelta(seconds=1)


def claimed(**how: bool) -> tuple[Talk, Person, Person, Person]:
    talk, kim, anna, bo = offices()
    sending(kim, **how)
    anna.taps("Übernehmen")
    talk.patient = False
    return talk, kim, anna, bo


def answered(text: str = "Komm morgen vorbei.") -> tuple[Talk, Person, Person]:
    talk, kim, anna, _ = claimed()
    anna.taps("Antworten").says(text).taps("Senden")
    return talk, kim, anna


def heard(person: Person) -> str:
    """All that a visitor was told; what waits behind a teaser is opened first."""
    if person.conversation.unread:
        person.taps("Neues ansehen")
    return "\n".join(screen.text for screen in person.seen)


DONE = {
    "reply": ("Antworten", "Komm morgen vorbei.", "Senden"),
    "close": ("Abschließen", "Falscher Ort"),
    "block": ("Sperren",),
}


def does(anna: Person, what: str) -> None:
    for step in DONE[what]:
        if step == "Komm morgen vorbei.":
            anna.says(step)
        else:
            anna.taps(step)


# ── Ten seconds ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", DONE)
def test_nothing_goes_out_before_ten_seconds_are_over(what):
    talk, kim, anna, _ = claimed()
    seen = len(kim.seen)
    does(anna, what)
    assert "zehn Sekunden" in anna.text
    assert kim.request.pending
    talk.later(seconds=BEFORE.total_seconds())
    assert len(kim.seen) == seen
    assert kim.request.open
    talk.later(seconds=1)
    assert kim.request.pending is None
    assert len(kim.seen) > seen


@pytest.mark.parametrize("what", DONE)
def test_what_was_done_can_be_taken_back(what):
    talk, kim, anna, _ = claimed()
    seen, before = len(kim.seen), kim.request
    does(anna, what)
    anna.taps("Rückgängig")
    assert kim.request == before
    talk.later(minutes=1)
    assert len(kim.seen) == seen
    assert (Timer.UNDO, kim.request.id) not in talk.store.timers


def test_the_planted_fault_of_an_answer_that_goes_at_once_would_be_seen():
    """The same talk with a release that does not wait: the visitor is told too soon."""
    talk, kim, anna, _ = claimed()
    talk.patient = True
    seen = len(kim.seen)
    does(anna, "reply")
    assert len(kim.seen) > seen


def test_an_answer_taken_back_is_in_preview_again_and_can_be_sent():
    talk, kim, anna = answered()
    anna.taps("Rückgängig")
    assert "Komm morgen vorbei." in anna.text
    anna.says("Um zehn.").taps("Senden")
    talk.later(seconds=11)
    assert "Komm morgen vorbei.\n\nUm zehn." in heard(kim)


def test_an_answer_taken_back_does_not_push_another_draft_away():
    talk, _kim, anna = answered()
    lisa = sending(talk.visitor("lisa"))
    anna.taps("Übernehmen", "Antworten").says("Etwas anderes.")
    anna.taps("Rückgängig")
    assert "Ihr Text zu" in anna.text
    assert "Komm morgen vorbei." in anna.text
    assert anna.member.draft == "Etwas anderes."
    assert anna.member.writing_to == lisa.request.id


def test_too_late_is_said():
    talk, kim, anna = answered()
    undo = anna.button("Rückgängig").tap
    talk.later(seconds=10)
    assert "unterwegs" in anna.text
    anna.pushes(undo)
    assert "nicht mehr zurücknehmen" in anna.text
    assert kim.request.answered_at


def test_undo_may_be_typed():
    _talk, kim, anna = answered()
    anna.says("rückgängig")
    assert kim.request.pending is None
    assert kim.request.answered_at is None


def test_the_next_thing_done_takes_an_answer_for_granted():
    talk, kim, anna = answered()
    anna.taps("Abschließen", "Beantwortet")
    assert kim.request.answered_at
    talk.later(seconds=11)
    assert kim.request.reason is Reason.ANSWERED
    assert "Komm morgen vorbei." in heard(kim)


def test_while_it_closes_nothing_else_is_done():
    talk, kim, anna, _ = claimed()
    anna.taps("Abschließen")
    answer = anna.button("Antworten").tap
    anna.taps("Falscher Ort").pushes(answer)
    assert "läuft noch etwas" in anna.text
    talk.later(seconds=11)
    assert kim.request.reason is Reason.WRONG_PLACE


def test_new_text_stops_a_closing():
    talk, kim, anna, _ = claimed()
    does(anna, "close")
    kim.says("Warte, da ist noch was.")
    talk.later(seconds=11)
    assert kim.request.open
    assert any("bleibt die Anfrage offen" in screen.text for screen in anna.seen)


def test_new_text_stops_a_closing_of_somebody_who_left():
    talk, kim, anna, _ = claimed()
    does(anna, "close")
    del talk.store.members["anna"]
    kim.says("Warte, da ist noch was.")
    talk.later(seconds=11)
    assert kim.request.open


def test_only_danger_stops_a_blocking():
    talk, kim, anna, _ = claimed()
    does(anna, "block")
    kim.says("hihi")
    assert kim.request.pending
    kim.says("ich will nicht mehr leben")
    talk.later(seconds=11)
    assert kim.request.silenced_until is None
    assert kim.request.alert


def test_an_answer_of_somebody_who_left_meanwhile_still_arrives():
    talk, kim, _anna = answered()
    del talk.store.members["anna"]
    talk.later(seconds=10)
    assert "Komm morgen vorbei." in heard(kim)


def test_a_promise_that_runs_out_meanwhile_is_kept():
    talk, kim, anna, _ = claimed()
    due = kim.request.due
    talk.later(seconds=(due - talk.at).total_seconds() - 5)
    does(anna, "reply")
    talk.later(minutes=5)
    assert "niemand rechtzeitig" not in heard(kim)
    assert kim.request.answered_at


def test_a_clock_set_back_does_not_make_it_longer():
    talk, kim, _anna = answered()
    talk.at += timedelta(seconds=3)
    talk.happens(House(), Due(Timer.UNDO, kim.request.id))
    assert kim.request.pending
    assert talk.store.timers[Timer.UNDO, kim.request.id] == kim.request.pending.until
    talk.at -= timedelta(hours=1)
    talk.happens(House(), Due(Timer.UNDO, kim.request.id))
    assert kim.request.answered_at


def test_a_timer_without_anything_to_let_go_does_nothing():
    talk, kim, _anna, _ = claimed()
    talk.happens(House(), Due(Timer.UNDO, kim.request.id))
    assert talk.outcome == Outcome()


def test_a_member_out_of_reach_gives_back_and_the_answer_still_goes():
    talk, kim, _anna = answered()
    talk.happens(House(), NotDelivered(Staff("anna"), kim.request.id))
    assert kim.request.claimed_by is None
    assert "Komm morgen vorbei." in heard(kim)


def test_a_member_out_of_reach_who_has_just_closed_leaves_it_closed():
    talk, kim, anna, _ = claimed()
    request = kim.request
    anna.taps("Abschließen", "Nicht ernst gemeint")
    talk.happens(House(), NotDelivered(Staff("anna"), request.id))
    assert not talk.store.request(request.id).open


def test_a_post_that_pauses_lets_an_answer_go_first():
    talk, kim, _anna = answered()
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), paused=True))
    talk.happens(House(), Due(Timer.ENDED, MAGDEBURG))
    assert kim.request.answered_at
    assert kim.request.overdue_since is None


def test_an_answer_held_among_very_many_words_is_not_lost():
    talk, kim, _anna = answered()
    request = kim.request
    visitor = replace(request.words[0], text="x")
    talk.store.save(replace(request, words=(*request.words, *[visitor] * 499)))
    kim.says("und noch eins")
    assert any(word.by is Author.HELD for word in kim.request.words)
    talk.later(seconds=11)
    assert kim.request.words[-1].by is Author.MEMBER


def test_withdrawing_takes_what_is_held_along():
    talk, kim, _anna = answered()
    kim.taps("Anfrage zurückziehen")
    talk.later(minutes=1)
    assert "Komm morgen" not in heard(kim)
    assert kim.request.reason is Reason.WITHDRAWN
    assert not kim.request.words


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────


def passing() -> tuple[Talk, Person, Person]:
    talk, kim, anna, _ = claimed()
    anna.taps("Abschließen", "Weitervermittelt")
    return talk, kim, anna


def test_passed_on_names_whom_by_one_tap():
    talk, kim, anna = passing()
    assert len(anna.labels) > 2
    name = anna.labels[0]
    anna.taps(name)
    talk.later(seconds=11)
    assert kim.request.reason is Reason.PASSED_ON
    assert kim.request.passed_to == name
    anna_card = next(s for s in reversed(anna.seen) if s.slot and s.slot.startswith("card"))
    assert f"Weitervermittelt an: {name}" in anna_card.text
    assert name not in heard(kim)
    talk.later(days=31)
    assert all(not r.passed_to for r in talk.store.all_requests())


def test_passed_on_in_a_few_words_of_ones_own():
    talk, kim, anna = passing()
    anna.says("Beratungsstelle am Markt " * 9)
    talk.later(seconds=11)
    assert len(kim.request.passed_to) == 60
    assert anna.member.asked is None


def test_passed_on_without_saying_where():
    talk, kim, anna = passing()
    anna.taps("Ohne Angabe")
    talk.later(seconds=11)
    assert (kim.request.reason, kim.request.passed_to) == (Reason.PASSED_ON, "")


def test_naming_can_be_left():
    talk, kim, anna = passing()
    anna.says("abbrechen")
    anna.says("so ein Tag")
    assert "ging an niemanden" in anna.text
    talk.later(minutes=1)
    assert kim.request.open


def test_a_name_for_a_request_that_is_gone_goes_nowhere():
    _talk, kim, anna = passing()
    kim.taps("Anfrage zurückziehen")
    anna.says("Beratungsstelle")
    assert "liegt nicht bei Ihnen" in anna.text
    assert kim.request.passed_to == ""


# ── Blocking ────────────────────────────────────────────────────────────────────────────────────


def blocked() -> tuple[Talk, Person, Person]:
    talk, kim, anna, _ = claimed()
    anna.taps("Sperren")
    talk.later(seconds=10)
    return talk, kim, anna


def test_blocking_says_one_kind_sentence_with_lines():
    _talk, kim, anna = blocked()
    told = heard(kim)
    assert "liest bis" in told
    assert "112" in told
    assert kim.request.open
    assert "gesperrt" in anna.text


def test_what_a_blocked_visitor_writes_is_kept_and_disturbs_nobody():
    _talk, kim, anna = blocked()
    heard(kim)
    seen = len(anna.seen)
    kim.says("haha")
    assert "dort niemand mit" in kim.text
    assert "112" in kim.text
    assert word_list(kim.request)[-1] == "haha"
    assert len(anna.seen) == seen


def test_a_blocked_visitor_reads_in_the_list_that_nobody_reads_along_until_when():
    _talk, kim, _anna = blocked()
    heard(kim)
    kim.taps("Meine Anfragen")
    (row,) = [line for line in kim.text.splitlines() if kim.request.name in line]
    assert "beantwortet" not in row
    assert "liest dort niemand mit" in row
    assert "1. Dezember" in row


def test_a_blocked_request_stays_silent_when_whoever_blocked_it_is_out_of_reach():
    talk, kim, _anna = blocked()
    bo = next(person for person in talk.people if person.who == Staff("bo"))
    seen = len(bo.seen)
    talk.happens(House(), NotDelivered(Staff("anna"), kim.request.id))
    assert kim.request.claimed_by is None
    assert kim.request.due is None
    assert talk.store.timers[Timer.PROMISE, kim.request.id] == kim.request.silenced_until
    assert all(screen.edit for screen in bo.seen[seen:])


def test_danger_lifts_a_block_at_once():
    talk, kim, anna = blocked()
    heard(kim)
    talk.later(days=1)
    kim.says("ich will nicht mehr leben")
    assert kim.request.silenced_until is None
    assert kim.request.due is not None
    assert any("ROT" in screen.text for screen in anna.seen)


def test_danger_lifts_a_block_also_when_the_card_was_red_before():
    talk, kim, anna, _ = claimed()
    kim.says("ich will nicht mehr leben")
    anna.taps("Sperren")
    talk.later(seconds=10)
    heard(kim)
    seen = len(anna.seen)
    kim.says("ich bring mich um")
    assert kim.request.silenced_until is None
    assert len(anna.seen) > seen


def test_a_block_can_be_lifted():
    _talk, kim, anna = blocked()
    anna.taps("Sperre aufheben")
    assert "nicht mehr gesperrt" in anna.text
    assert kim.request.due is not None
    assert "wieder jemand mit" in heard(kim)


def test_after_a_week_a_prank_is_closed_and_a_matter_comes_back():
    talk, kim, _anna = blocked()
    talk.later(days=8)
    assert kim.request.reason is Reason.PRANK
    talk, kim, anna = blocked()
    heard(kim)
    kim.says("es tut mir leid, ich brauche doch Rat")
    seen = len(anna.seen)
    talk.later(days=8)
    assert kim.request.open
    assert kim.request.silenced_until is None
    assert len(anna.seen) > seen


def test_a_week_is_not_over_before_it_is():
    talk, kim, _anna = blocked()
    talk.happens(House(), Due(Timer.PROMISE, kim.request.id))
    assert kim.request.open
    assert talk.store.timers[Timer.PROMISE, kim.request.id] == kim.request.silenced_until


# ── Passing on to another post ──────────────────────────────────────────────────────────────────


def at_school(*, consent: bool) -> tuple[Talk, Person, Person, Person]:
    """Claimed at the school's post; the office of another carrier is live."""
    talk, kim, cem, anna = two_rungs()
    assert other_carrier(talk.k.directory, SPIELWAGEN, MAGDEBURG)
    sending(kim, consent=consent)
    cem.taps("Übernehmen")
    talk.patient = False
    return talk, kim, cem, anna


def office(person: Person) -> str:
    return next(label for label in person.labels if "Netzwerkstelle" in label)


def hand_over(talk: Talk, cem: Person) -> None:
    cem.taps("Weitergeben")
    cem.taps(office(cem))
    talk.later(seconds=10)


def test_with_the_yes_before_sending_it_moves_and_the_visitor_is_told_first():
    talk, kim, cem, anna = at_school(consent=True)
    hand_over(talk, cem)
    assert kim.request.post == MAGDEBURG
    assert kim.request.claimed_by is None
    assert kim.request.due
    assert talk.order()[0] is kim
    assert "weitergegeben" in heard(kim)
    assert "Noch frei" in anna.text
    assert "liegt jetzt bei" in cem.text


def test_a_hand_over_can_be_taken_back():
    talk, kim, cem, anna = at_school(consent=True)
    seen = len(anna.seen)
    cem.taps("Weitergeben")
    cem.taps(office(cem)).taps("Rückgängig")
    talk.later(minutes=1)
    assert kim.request.post == SPIELWAGEN
    assert len(anna.seen) == seen


def test_without_a_yes_the_visitor_is_asked_and_the_office_learns_the_fact_alone():
    talk, kim, cem, anna = at_school(consent=False)
    cem.taps("Weitergeben")
    assert "mit Nachfrage" in office(cem)
    hand_over(talk, cem)
    assert kim.request.post == SPIELWAGEN
    assert kim.request.claimed_by == "cem"
    assert "Darf sie jemand anderes lesen" in heard(kim)
    assert "erst, wenn die ratsuchende Person zustimmt" in anna.text
    assert "Pause" not in anna.text
    kim.taps("Ja, das darf diese Stelle lesen")
    assert kim.request.post == MAGDEBURG
    assert "Noch frei" in anna.text


def test_with_a_no_it_stays_and_the_member_learns_it():
    talk, kim, cem, _anna = at_school(consent=False)
    hand_over(talk, cem)
    heard(kim)
    kim.taps("Nein, nicht dort")
    assert kim.request.post == SPIELWAGEN
    assert kim.request.offered is None
    assert "bleibt bei Ihnen" in cem.text
    kim.pushes(kim.button("Ja, das darf diese Stelle lesen").tap)
    assert kim.request.post == SPIELWAGEN


def test_a_no_where_nobody_has_it_any_more_is_no_trouble():
    talk, kim, cem, _anna = at_school(consent=False)
    hand_over(talk, cem)
    cem.taps("Zurückgeben")
    heard(kim)
    kim.taps("Nein, nicht dort")
    assert kim.request.offered is None


def test_a_yes_that_comes_too_late_moves_nothing():
    talk, kim, cem, _anna = at_school(consent=False)
    hand_over(talk, cem)
    heard(kim)
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), paused=True))
    kim.taps("Ja, das darf diese Stelle lesen")
    assert kim.request.post == SPIELWAGEN
    assert kim.request.offered is None


def test_a_yes_for_a_request_that_was_closed_moves_nothing():
    talk, kim, cem, _anna = at_school(consent=False)
    hand_over(talk, cem)
    heard(kim)
    yes = kim.button("Ja, das darf diese Stelle lesen").tap
    cem.taps("Abschließen", "Falscher Ort")
    talk.later(seconds=11)
    kim.pushes(yes)
    assert kim.request.post == SPIELWAGEN


def test_the_yes_for_the_next_rung_is_no_yes_for_another_office():
    talk, kim, cem, _anna = at_school(consent=True)
    talk.staffed("netzwerkstelle-halle", "hanna", "heinz")
    cem.taps("Weitergeben")
    halle = next(label for label in cem.labels if "Halle" in label)
    assert "mit Nachfrage" in halle
    cem.taps(halle)
    talk.later(seconds=10)
    assert kim.request.post == SPIELWAGEN
    assert kim.request.offered == "netzwerkstelle-halle"


def test_a_yes_said_once_for_a_post_holds_for_that_post():
    talk, kim, cem, anna = at_school(consent=False)
    hand_over(talk, cem)
    heard(kim)
    kim.taps("Ja, das darf diese Stelle lesen")
    assert kim.request.agreed == (MAGDEBURG,)
    anna.taps("Übernehmen", "Weitergeben")
    school = next(label for label in anna.labels if "Schulsozialarbeit" in label)
    assert "mit Nachfrage" in school


def test_within_a_carrier_it_moves_freely():
    talk, kim, cem, _anna = at_school(consent=False)
    other = next(
        post.id
        for post in talk.k.directory.posts.values()
        if post.id != SPIELWAGEN and not other_carrier(talk.k.directory, SPIELWAGEN, post.id)
        if post.takes
    )
    talk.staffed(other, "ina", "jo")
    cem.taps("Weitergeben")
    label = next(x for x in cem.labels if "mit Nachfrage" not in x)
    cem.taps(label)
    talk.later(seconds=10)
    assert kim.request.post == other


def test_nobody_else_there_is_said():
    _talk, _kim, anna, _ = claimed()
    anna.taps("Weitergeben")
    assert "keine andere Stelle" in anna.text


def test_an_office_that_pauses_meanwhile_does_not_get_it():
    talk, kim, cem, _anna = at_school(consent=True)
    cem.taps("Weitergeben").taps(office(cem))
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), paused=True))
    talk.later(seconds=10)
    assert kim.request.post == SPIELWAGEN
    assert "bleibt bei Ihnen" in cem.text


def test_an_excluded_post_is_not_offered():
    talk, kim, cem, _anna = at_school(consent=True)
    talk.store.save(replace(kim.request, excluded=frozenset({"youth_office"})))
    talk.staffed("netzwerkstelle-halle", "hanna", "heinz")
    cem.taps("Weitergeben")
    assert not any("Halle" in label for label in cem.labels)


# ── In another language ─────────────────────────────────────────────────────────────────────────


def foreign(language: str) -> tuple[Talk, Person, Person]:
    talk, kim, anna, _ = claimed()
    talk.store.save(replace(kim.request, language=language))
    return talk, kim, anna


@pytest.mark.parametrize("language", ["uk", "xx"])
def test_own_words_are_marked_as_german_and_that_is_told_before(language):
    talk, kim, anna = foreign(language)
    anna.taps("Antworten")
    assert "Antwort auf Deutsch" in anna.text
    anna.says("Komm morgen.")
    assert "[Antwort auf Deutsch]" in anna.text
    anna.taps("Senden")
    talk.later(seconds=10)
    assert "[Antwort auf Deutsch]\n\nKomm morgen." in heard(kim)


def test_an_answer_taken_back_is_still_marked():
    _talk, _kim, anna = foreign("uk")
    anna.taps("Antworten").says("Komm morgen.").taps("Senden", "Rückgängig")
    assert "[Antwort auf Deutsch]" in anna.text


def test_an_old_action_says_that_it_is_done():
    talk, kim, anna, _ = claimed()
    talk.store.save(Ref("a" * 32, "anna", "gibtsnicht", kim.request.id))
    anna.pushes(Act("a" * 32))
    assert "schon erledigt" in anna.text


def test_a_coordinator_may_hand_over_a_practice_request_freely():
    talk = Talk()
    anna, _bo = talk.staffed(MAGDEBURG, "anna", "bo", role=Role.COORDINATOR)
    talk.staffed("netzwerkstelle-halle", "hanna", "heinz")
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), practised=False))
    anna.commands(Command.POST).taps("Übungsanfrage starten", "Übernehmen", "Weitergeben")
    anna.taps(anna.labels[0])
    (request,) = talk.store.all_requests()
    assert request.post == "netzwerkstelle-halle"


def test_who_left_is_not_told_that_it_closed():
    talk, kim, _anna = answered()
    talk.later(seconds=11)
    del talk.store.members["anna"]
    talk.later(days=32)
    assert not kim.request.open


def test_to_whom_reads_leichte_sprache_one_writes_simply_and_nothing_is_marked():
    talk, kim, anna = foreign("de-x-leicht")
    anna.taps("Antworten")
    assert "kurze Sätze und einfache Wörter" in anna.text
    anna.says("Komm morgen.").taps("Senden")
    talk.later(seconds=10)
    assert "Antwort auf Deutsch" not in heard(kim)
