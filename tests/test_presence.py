"""Who is there: absence moves what waits, comes back by itself, and nobody is left without a word."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from talk import (
    MAGDEBURG,
    NOON,
    SPIELWAGEN,
    WEEK,
    Person,
    Talk,
    offices,
    sending,
    two_rungs,
    writing,
)

from bot.core.directory import Span
from bot.core.hours import clock_in, day_of, days_in
from bot.core.messages import Command, Due, Event, House, NotDelivered, Staff, Timer
from bot.core.records import Key, Member, PostFacts, Ref, Role
from bot.core.taps import Act

HALLE = "netzwerkstelle-halle"
GYM = "schulsozialarbeit-st-34"  # its carrier is the one of SPIELWAGEN
FRIDAY = datetime(2026, 11, 26, 23, tzinfo=UTC)  # midnight before Friday, in Berlin


def at_presence(person: Person) -> Person:
    return person.commands(Command.ABSENT)


def seat(talk: Talk, name: str, *posts: str, role: Role = Role.WORKER, **facts: object) -> Person:
    """One more member, at desks that may be several."""
    talk.store.save(Member(name, role, name, talk.at, posts, plan=WEEK, **facts))
    return Person(talk, Staff(name))


def post(talk: Talk, name: str) -> PostFacts:
    return talk.store.team().facts(name)


def read(kim: Person) -> str:
    """What came by itself, opened if it was only hinted at."""
    if any(button.label == "Neues ansehen" for button in kim.last.ways):
        kim.taps("Neues ansehen")
    return "\n".join(screen.text for screen in kim.news) or kim.text


def audits(talk: Talk) -> list[tuple[str, str, str]]:
    return [(each.member, each.action, each.about) for each in talk.store.audits]


def alone() -> tuple[Talk, Person, Person, Person]:
    """Cem alone at the school's post, gina her deputy at another school, anna and bo next."""
    talk, kim, cem, _ = two_rungs()
    del talk.store.members["dana"]
    gina, _ = talk.staffed(GYM, "gina", "hans")
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="gina"))
    return talk, kim, cem, gina


# ── Away ────────────────────────────────────────────────────────────────────────────────────────


def test_with_a_colleague_there_nothing_changes_for_the_visitor():
    talk, kim, anna, bo = offices()
    sending(kim)
    before, told = kim.request, len(kim.seen)
    at_presence(anna).taps("Heute nicht da")
    talk.later(minutes=1)
    assert (kim.request.due, kim.request.post) == (before.due, before.post)
    assert len(kim.seen) == told
    assert "Nicht da bis morgen" in anna.text
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"


def test_what_she_claimed_is_the_whole_posts_again():
    talk, kim, anna, bo = offices()
    sending(kim)
    anna.taps("Übernehmen")
    at_presence(anna).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.claimed_by is None
    assert "Übernehmen" in [b.label for s in bo.seen[-3:] for b in s.choices]


def test_when_nobody_is_left_the_next_rung_has_it_and_the_visitor_is_told_first():
    talk, kim, cem, anna = two_rungs()
    sending(kim, consent=True)
    at_presence(cem).taps("Heute nicht da")
    dana = next(p for p in talk.people if p.who == Staff("dana"))
    at_presence(dana).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.post == MAGDEBURG
    assert "Übernehmen" in anna.labels
    assert "Zugesagt ist eine Antwort bis heute um 15 Uhr" in read(kim)
    assert any("gerade niemand da" in s.text for s in kim.seen)
    assert talk.store.counts["absent_moved"] == 1


def test_without_a_yes_it_stays_with_a_new_promise_and_a_yes_moves_it():
    talk, kim, cem, anna = two_rungs()
    del talk.store.members["dana"]
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="anna"))  # of another carrier: no reader
    sending(kim, consent=False)
    at_presence(cem).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.post == SPIELWAGEN
    assert "Zugesagt ist jetzt eine Antwort bis morgen" in read(kim)
    assert not any("Übernehmen" in [b.label for b in s.choices] for s in anna.seen)
    kim.taps("Ja, das darf diese Stelle lesen")
    assert kim.request.post == MAGDEBURG


def test_it_does_not_go_back_to_a_post_that_had_it_before():
    talk, kim, cem, anna = two_rungs()
    sending(kim, consent=True)
    dana, bo = (next(p for p in talk.people if p.who == Staff(name)) for name in ("dana", "bo"))
    for each in (cem, dana):
        at_presence(each).taps("Heute nicht da")
    talk.later(minutes=1)
    assert (kim.request.post, kim.request.tried) == (MAGDEBURG, (SPIELWAGEN,))
    at_presence(cem).taps("Wieder da")
    talk.store.save(replace(post(talk, MAGDEBURG), paused=True))  # the ladder begins above again
    for each in (anna, bo):
        at_presence(each).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.post == MAGDEBURG
    assert "Zugesagt ist jetzt eine Antwort bis morgen" in read(kim)
    assert "Ja, das darf diese Stelle lesen" not in kim.labels


def test_the_last_rung_tells_the_new_promise_and_nothing_is_asked():
    talk, kim, anna, bo = offices()
    sending(kim)
    for each in (anna, bo):
        at_presence(each).taps("Heute nicht da")
    talk.later(minutes=1)
    assert "Zugesagt ist jetzt eine Antwort bis morgen, Mittwoch, um 15 Uhr" in read(kim)
    assert "Ja, das darf diese Stelle lesen" not in kim.labels
    assert kim.request.due > talk.at


def test_a_post_that_stopped_meanwhile_breaks_its_promise_as_ever():
    talk, kim, anna, _ = offices()
    sending(kim)
    for name in ("anna", "bo"):
        talk.store.save(replace(talk.store.team().member(name), plan=()))
    talk.happens(House(), Due(Timer.RECKON, f"{MAGDEBURG}/0"))
    assert kim.request.overdue_since == talk.at
    assert "überfällig" in anna.text


def test_an_answered_request_goes_to_the_whole_post_when_the_visitor_writes_again():
    talk, kim, anna, bo = offices()
    sending(kim)
    anna.taps("Übernehmen", "Antworten").says("Bis bald.").taps("Senden")
    talk.later(minutes=5)
    at_presence(anna).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.claimed_by == "anna"
    kim.says("noch etwas")
    talk.later(minutes=3)
    assert kim.request.claimed_by is None
    assert any("Übernehmen" in [b.label for b in s.choices] for s in bo.seen[-2:])


def test_more_than_a_page_of_requests_is_reckoned():
    talk, kim, anna, bo = offices()
    sending(kim)
    (first,) = kim.requests
    for number in range(45):
        talk.store.save(replace(first, id=f"r{number}", name=f"N {number}"))
    for each in (anna, bo):
        at_presence(each).taps("Heute nicht da")
    talk.later(minutes=1)
    assert all(r.due > NOON + timedelta(days=1) for r in talk.store.all_requests())


def test_she_is_back_by_herself_and_reads_what_waits():
    talk, kim, anna, bo = offices()
    at_presence(anna).taps("Nicht da bis …")
    anna.says("übermorgen")
    told = len(anna.seen)
    sending(kim)
    assert len(anna.seen) == told
    talk.later(days=1)
    assert anna.member.absent_until == FRIDAY
    talk.later(days=1, hours=12)
    assert anna.member.absent_until is None
    assert "Willkommen zurück. Das wartet: 1" in [s.text for s in anna.seen][-1]
    anna.says("1")
    assert "Übernehmen" in anna.labels
    assert bo.member.absent_until is None


def test_coming_back_early_ends_the_absence_at_once():
    talk, _, anna, _ = offices()
    at_presence(anna).taps("Diese Woche nicht da")
    assert anna.member.absent_until == datetime(2026, 11, 29, 23, tzinfo=UTC)
    talk.happens(House(), Due(Timer.RETURN, "anna"))  # early: it waits
    assert talk.store.timers[Timer.RETURN, "anna"] == anna.member.absent_until
    anna.taps("Wieder da")
    assert anna.member.absent_until is None
    talk.later(minutes=1)
    assert "nichts, das noch wartet" in anna.text


@pytest.mark.parametrize("text", ["gestern", "1.1.2020", "31.2.", "nie"])
def test_a_day_that_is_not_understood_is_asked_again(text):
    _, _, anna, _ = offices()
    at_presence(anna).taps("Nicht da bis …").says(text)
    assert "nicht verstanden" in anna.text
    assert anna.member.absent_until is None


def test_words_alone_lead_to_the_screen_and_change_nothing():
    _, _, anna, _ = offices()
    anna.says("bin krank")
    assert "Ihre Anwesenheit" in anna.text
    assert anna.member.absent_until is None


def test_who_has_no_post_sees_that_nothing_is_to_be_set():
    talk = Talk()
    eva = seat(talk, "eva", role=Role.COORDINATOR)
    at_presence(eva)
    assert "Ihre Anwesenheit" in eva.text
    eva.commands(Command.PLAN)
    assert "keine Stelle" in eva.text


# ── For somebody else ───────────────────────────────────────────────────────────────────────────


def test_a_colleague_sets_it_for_her_and_she_is_told_and_it_is_written_down():
    talk, _, anna, bo = offices()
    at_presence(bo).taps("Für jemand anderen", "anna", "Heute nicht da")
    assert anna.member.absent_until is not None
    assert any("bo hat Sie als nicht da eingetragen" in s.text for s in anna.seen)
    assert ("bo", "presence_absent", "anna") in audits(talk)
    bo.taps("Wieder da")
    assert any("bo hat Sie als wieder da eingetragen" in s.text for s in anna.seen)


def test_a_coordinator_and_a_deputy_may_and_a_stranger_may_not():
    talk, _, anna, _ = offices()
    lea = seat(talk, "lea", role=Role.COORDINATOR, district="magdeburg")
    ute = seat(talk, "ute", "netzwerkstelle-halle")
    at_presence(lea).taps("Für jemand anderen", "anna", "Nicht da bis …").says("morgen")
    assert anna.member.absent_until is not None
    at_presence(ute)
    assert "Für jemand anderen" not in ute.labels
    talk.store.save(replace(post(talk, MAGDEBURG), deputy="ute"))
    at_presence(ute).taps("Für jemand anderen", "anna", "Wieder da")
    assert anna.member.absent_until is None
    ute.taps("Nicht da bis …")
    talk.store.save(replace(post(talk, MAGDEBURG), deputy=None))
    ute.says("morgen")
    assert "können Sie hier nicht eintragen" in ute.text
    ute.taps("Heute nicht da")
    assert "können Sie hier nicht eintragen" in ute.text
    assert anna.member.absent_until is None


# ── Full ────────────────────────────────────────────────────────────────────────────────────────


def test_a_full_post_is_passed_over_and_takes_new_ones_again_by_itself():
    talk, kim, cem, anna = two_rungs()
    at_presence(cem).taps("Voll: zwei Wochen nichts Neues")
    assert "Voll bis" in cem.text
    sending(kim)
    assert kim.request.post == MAGDEBURG
    talk.happens(House(), Due(Timer.RETURN, SPIELWAGEN))  # early: it waits
    assert post(talk, SPIELWAGEN).full_until is not None
    talk.later(days=15)
    assert post(talk, SPIELWAGEN).full_until is None
    assert any("neue Anfragen kommen wieder an" in s.text for s in cem.seen)
    other = talk.visitor("lou")
    sending(other, consent=True)
    assert other.request.post == SPIELWAGEN
    assert anna.seen


def test_what_a_full_post_has_stays_with_it_and_its_promise_is_kept():
    talk, kim, cem, _ = two_rungs()
    sending(kim, consent=True)
    at_presence(cem).taps("Voll: zwei Wochen nichts Neues")
    talk.due(kim.request)
    assert kim.request.post == MAGDEBURG  # broken: up the ladder, not to the bottom
    cem.taps("Wieder Platz")
    assert post(talk, SPIELWAGEN).full_until is None
    assert (Timer.RETURN, SPIELWAGEN) not in talk.store.timers
    talk.happens(House(), Due(Timer.RETURN, SPIELWAGEN))
    talk.happens(House(), Due(Timer.RETURN, "nobody"))


def test_when_every_post_is_full_nobody_is_promised():
    _, kim, anna, _ = offices()
    at_presence(anna).taps("Voll: zwei Wochen nichts Neues")
    writing_fails(kim)


def writing_fails(kim: Person) -> None:
    with pytest.raises(AssertionError):
        writing(kim)
    assert kim.requests == []


# ── Deputies ────────────────────────────────────────────────────────────────────────────────────


def test_a_deputy_of_the_same_carrier_has_it_at_her_desk():
    talk, kim, cem, gina = alone()
    sending(kim, consent=True)
    at_presence(cem).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.post == SPIELWAGEN  # she is there: nothing changes for the visitor
    assert any("Sie vertreten ab jetzt" in s.text for s in gina.seen)
    gina.commands(Command.DESK)
    gina.taps(gina.labels[0], "Übernehmen")
    assert (kim.request.claimed_by, kim.request.post) == ("gina", SPIELWAGEN)


def test_a_deputy_has_no_deputy_the_ladder_goes_on():
    talk, kim, cem, gina = alone()
    talk.store.save(replace(post(talk, GYM), deputy="cem"))  # each for the other: a circle
    sending(kim, consent=True)
    for each in (gina, cem):
        at_presence(each).taps("Heute nicht da")
    talk.later(minutes=1)
    assert kim.request.post == MAGDEBURG


def test_naming_a_deputy_makes_a_crew_of_one():
    talk = Talk()
    (cem,) = talk.staffed(SPIELWAGEN, "cem")
    gina, _ = talk.staffed(GYM, "gina", "hans")
    cem.commands(Command.POST)
    assert "[fehlt] Zwei Personen" in cem.text
    cem.taps("Vertretung benennen")
    cem.taps(next(label for label in cem.labels if label.startswith("gina")))
    assert "[fertig] Zwei Personen" in cem.text
    assert "als Vertretung eingetragen" in gina.text
    cem.taps("Vertretung benennen", "Niemand")
    assert "nicht mehr vertreten" in gina.text
    assert post(talk, SPIELWAGEN).deputy is None
    assert ("cem", "deputy", SPIELWAGEN) in audits(talk)


def test_a_deputy_of_another_carrier_hears_only_that_something_waits():
    talk, _, cem, anna = two_rungs()
    cem.commands(Command.POST)
    cem.taps("Vertretung benennen")
    cem.taps(next(label for label in cem.labels if label.startswith("anna")))
    assert "Texte lesen Sie nicht" in anna.text
    talk.store.save(replace(talk.store.team().member("anna"), posts=(MAGDEBURG, SPIELWAGEN)))
    cem.taps("Vertretung benennen")
    talk.store.save(replace(talk.store.team().member("bo"), posts=(MAGDEBURG, SPIELWAGEN)))
    cem.taps(next(label for label in cem.labels if label.startswith("bo")))
    assert "schon erledigt" in cem.text


def test_only_the_post_and_who_leads_it_names_a_deputy_and_somebody_must_be_there():
    talk, _, anna, _ = offices()
    anna.commands(Command.POST)
    anna.taps("Vertretung benennen")
    assert "Noch niemand" in anna.text
    button = anna.button("Vertretung benennen") if "Vertretung benennen" in anna.labels else None
    assert button is None
    anna.commands(Command.POST)
    talk.store.save(replace(anna.member, posts=()))
    anna.taps("Vertretung benennen")
    assert "können Sie hier nicht eintragen" in anna.text


# ── Nobody opened the desk ──────────────────────────────────────────────────────────────────────


def test_two_hours_after_the_plan_began_the_deputy_hears_that_something_waits():
    talk, kim, _, anna = two_rungs()
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="anna"))
    sending(kim, consent=False)
    talk.later(hours=21)  # Wednesday, 9 o'clock: overdue since yesterday
    assert not any("noch niemand den Schreibtisch" in s.text for s in anna.seen)
    talk.later(hours=1)
    notices = [s for s in anna.seen if "noch niemand den Schreibtisch" in s.text]
    assert len(notices) == 1
    assert kim.request.name not in notices[0].text
    talk.later(days=1)
    assert sum("noch niemand den Schreibtisch" in s.text for s in anna.seen) == 2


def test_who_opened_the_desk_or_has_nothing_waiting_is_not_asked_after():
    talk, kim, cem, anna = two_rungs()
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="anna"))
    sending(kim, consent=False)
    talk.later(hours=20, minutes=30)
    cem.commands(Command.DESK)
    talk.later(hours=2)
    assert not any("noch niemand den Schreibtisch" in s.text for s in anna.seen)
    cem.taps("Übernehmen", "Abschließen", "Beantwortet")
    talk.later(days=1)
    assert (Timer.OPENING, SPIELWAGEN) not in talk.store.timers


def test_without_a_deputy_the_coordinator_of_the_district_hears_it():
    talk, kim, *_ = offices()
    lea = seat(talk, "lea", role=Role.COORDINATOR, district="magdeburg")
    sending(kim)
    talk.store.save(replace(kim.request, due=talk.at + timedelta(days=3)))
    talk.later(hours=23)
    assert any("noch niemand den Schreibtisch" in s.text for s in lea.seen)


def test_on_a_day_without_a_beginning_nobody_is_asked_after():
    talk, kim, anna, bo = offices()
    sending(kim)
    talk.happens(House(), Due(Timer.OPENING, "nirgends"))
    talk.at = datetime(2026, 11, 28, 11, tzinfo=UTC)
    talk.happens(House(), Due(Timer.OPENING, MAGDEBURG))
    assert not anna.news
    assert not bo.news
    for name in ("anna", "bo"):
        talk.store.save(replace(talk.store.team().member(name), plan=()))
    talk.happens(House(), Due(Timer.OPENING, MAGDEBURG))
    assert (Timer.OPENING, MAGDEBURG) in talk.store.timers or not anna.news


def test_at_a_post_that_the_authors_took_away_nobody_is_asked_after():
    talk, kim, anna, _ = offices()
    sending(kim)
    posts = {i: p for i, p in talk.k.directory.posts.items() if i != MAGDEBURG}
    talk.k = replace(talk.k, directory=replace(talk.k.directory, posts=posts))
    del talk.store.timers[Timer.OPENING, MAGDEBURG]
    talk.happens(House(), Due(Timer.OPENING, MAGDEBURG))
    assert not anna.news
    assert (Timer.OPENING, MAGDEBURG) not in talk.store.timers


# ── Quiet hours and the digest ──────────────────────────────────────────────────────────────────


def quiet_at(person: Person, text: str) -> Person:
    return at_presence(person).taps("Ruhezeiten und Überblick").says(text)


EVENING = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)


def test_outside_of_her_hours_no_card_comes_and_one_digest_names_them_all():
    talk, kim, anna, bo = offices()
    quiet_at(anna, "Mo-Fr 8-16, Überblick um 7:30")
    assert "um 7:30 Uhr in einem Überblick" in anna.text
    talk.at, told = EVENING, len(anna.seen)
    sending(kim)
    sending(talk.visitor("lou"))
    assert len(anna.seen) == told
    assert bo.seen  # who set nothing gets them at once
    talk.later(hours=13)
    assert len(anna.seen) == told + 1
    assert "Ihr Überblick. Das wartet: 2" in anna.text
    assert talk.at.hour == 6
    assert anna.member.held_back == ()
    anna.says("1")
    assert "Übernehmen" in anna.labels


def test_within_her_hours_cards_come_as_ever_and_what_is_done_meanwhile_is_not_summed():
    talk, kim, anna, bo = offices()
    quiet_at(anna, "Mo-Fr 8-16")
    assert "zu Beginn in einem Überblick" in anna.text
    sending(kim)
    anna.taps("Übernehmen", "Abschließen", "Beantwortet")
    talk.later(minutes=1)
    lou = talk.visitor("lou")
    talk.at = EVENING
    sending(lou)
    bo.taps("Übernehmen")
    talk.later(hours=14)
    assert not any("Ihr Überblick" in s.text for s in anna.seen)


def test_only_a_red_card_breaks_in():
    talk, kim, anna, bo = offices()
    for each in (anna, bo):
        quiet_at(each, "Mo-Fr 8-16")
    talk.at = EVENING
    sending(kim, "ich will mich heute umbringen")
    assert "ROT" in anna.text or "Übernehmen" in anna.labels
    assert "Übernehmen" in bo.labels


def test_a_red_card_goes_to_the_deputy_where_a_second_member_is_missing():
    _, kim, cem, gina = alone()
    sending(kim, "ich will mich heute umbringen", consent=False)
    assert "Übernehmen" in cem.labels
    gina.taps("Übernehmen")
    assert (kim.request.claimed_by, kim.request.post) == ("gina", SPIELWAGEN)


def test_else_it_goes_to_the_next_rung_that_the_visitor_agreed_to_and_moves_with_the_claim():
    talk, kim, cem, anna = two_rungs()
    del talk.store.members["dana"]
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="bo"))  # of another carrier
    sending(kim, "ich will mich heute umbringen", consent=True)
    assert "Übernehmen" in anna.labels
    anna.taps("Übernehmen")
    assert (kim.request.claimed_by, kim.request.post) == ("anna", MAGDEBURG)
    assert kim.request.tried == (SPIELWAGEN,)
    assert "Übernehmen" not in cem.seen[-1].choices


def test_a_deputy_who_steps_in_already_is_no_second_one_the_next_rung_is():
    _, kim, cem, gina = alone()
    at_presence(cem).taps("Heute nicht da")
    sending(kim, "ich will mich heute umbringen", consent=True)
    assert "Übernehmen" in gina.labels
    assert kim.request.also == (MAGDEBURG,)


def test_where_nobody_comes_after_her_a_red_card_is_hers_alone():
    _, kim, anna, bo = offices()
    at_presence(bo).taps("Heute nicht da")
    sending(kim, "ich will mich heute umbringen")
    assert "Übernehmen" in anna.labels
    assert (kim.request.alert, kim.request.also) == (True, ())


def test_without_a_yes_a_red_card_stays_with_its_carrier_also_when_it_turns_red_later():
    talk, kim, cem, anna = two_rungs()
    del talk.store.members["dana"]
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="bo"))
    sending(kim, consent=False)
    kim.says("ich will mich heute umbringen")
    talk.later(minutes=3)
    assert kim.request.alert
    assert kim.request.also == ()
    assert not any("Übernehmen" in [b.label for b in s.choices] for s in anna.seen)
    assert cem.seen


def test_what_the_visitor_adds_in_her_quiet_hours_waits_for_the_digest():
    talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen")
    quiet_at(anna, "Mo-Fr 8-12:30")
    talk.later(minutes=40)
    kim.says("noch etwas")
    talk.later(minutes=3)
    assert kim.request.claimed_by == "anna"
    assert not any("noch etwas" in s.text for s in anna.seen if not s.edit)  # its card, in place
    assert anna.member.held_back == (kim.request.id,)
    talk.later(hours=20)
    assert any("Ihr Überblick. Das wartet: 1" in s.text for s in anna.seen)


def test_hours_on_days_off_alone_still_bring_a_digest_every_day():
    talk, kim, anna, _ = offices()
    quiet_at(anna, "Sa 10-12")
    sending(kim)
    assert talk.store.timers[Timer.DIGEST, "anna"] == talk.at + timedelta(days=1)
    talk.later(days=1)
    assert "Ihr Überblick. Das wartet: 1" in anna.text


def test_times_are_set_by_a_tap_and_taken_back_and_what_was_held_comes():
    talk, kim, anna, _ = offices()
    at_presence(anna).taps("Ruhezeiten und Überblick", "Nur in meinen Wochenzeiten")
    assert anna.member.waking == WEEK
    quiet_at(anna, "kauderwelsch")
    assert "nicht verstanden" in anna.text
    anna.says("Überblick um 77")
    assert "nicht verstanden" in anna.text
    anna.says("Überblick um 9")
    assert (anna.member.waking, anna.member.digest) == (WEEK, time(9))
    talk.at = EVENING
    sending(kim)
    assert anna.member.held_back == (kim.request.id,)
    quiet_at(anna, "Mo-Fr 8-16")
    at_presence(anna).taps("Ruhezeiten und Überblick", "Karten immer sofort")
    talk.later(minutes=1)
    assert "Das wartet: 1" in anna.text


def test_a_digest_falls_on_no_holiday_and_on_no_day_of_absence():
    talk, kim, anna, _ = offices()
    talk.store.save(replace(anna.member, waking=(Span(4, time(8), time(16)),)))
    talk.at = datetime(2026, 12, 23, 17, tzinfo=UTC)  # Wednesday; Friday is Christmas and New Year
    sending(kim)
    assert talk.store.timers[Timer.DIGEST, "anna"] == datetime(2027, 1, 8, 7, tzinfo=UTC)
    at_presence(anna).taps("Nicht da bis …").says("15.1.2027")
    talk.happens(House(), Due(Timer.DIGEST, "anna"))
    assert not anna.news
    talk.happens(House(), Due(Timer.DIGEST, "nobody"))
    talk.store.save(replace(anna.member, waking=(), absent_until=None, held_back=()))


# ── The plan of a week ──────────────────────────────────────────────────────────────────────────


def test_each_school_of_a_member_has_its_own_days():
    talk = Talk()
    talk.staffed(SPIELWAGEN, "cem", "dana")
    talk.staffed(GYM, "gina", "hans")
    for name in ("dana", "gina", "hans"):
        del talk.store.members[name]
    mia = seat(talk, "mia", SPIELWAGEN, GYM)
    del talk.store.members["cem"]
    talk.store.save(replace(post(talk, SPIELWAGEN), deputy="nobody"))
    mia.commands(Command.PLAN)
    mia.taps(mia.labels[0]).says("Mo, Mi 8-14")
    mia.commands(Command.PLAN)
    mia.taps(mia.labels[1]).says("Di 9-12")
    assert "Di 9–12 Uhr" in mia.text
    plans = dict(mia.member.plans)
    assert [span.weekday for span in plans[SPIELWAGEN]] == [0, 2]
    assert [span.weekday for span in plans[GYM]] == [1]
    at_presence(mia)
    assert "Mo 8–14 Uhr, Mi 8–14 Uhr" in mia.text
    assert sum("Voll" in label for label in mia.labels) == 2


def test_days_alone_take_the_hours_that_are_known():
    _, _, anna, _ = offices()
    anna.commands(Command.PLAN).says("Mo, Mi")
    assert [(s.weekday, s.end) for s in anna.member.plan] == [(0, time(15)), (2, time(15))]
    anna.commands(Command.PLAN).says("Sa")
    assert "nicht verstanden" in anna.text


def test_a_plan_that_no_longer_keeps_a_promise_tells_the_visitor():
    talk, kim, anna, bo = offices()
    sending(kim)
    for each in (anna, bo):
        each.commands(Command.PLAN).says("Fr 8-12")
    talk.later(minutes=1)
    assert "Zugesagt ist jetzt eine Antwort bis Freitag" in read(kim)


# ── Days on which a district is closed ──────────────────────────────────────────────────────────


def test_one_tap_closes_every_post_of_the_district_and_one_opens_them():
    talk, kim, cem, _ = two_rungs()
    lea = seat(talk, "lea", role=Role.COORDINATOR, district="magdeburg")
    at_presence(lea).taps("Ferien für den Kreis")
    tap = next(label for label in lea.labels if label.startswith("Weihnachtsferien"))
    lea.taps(tap)
    first, last = post(talk, SPIELWAGEN).closed[0]
    assert post(talk, MAGDEBURG).closed == ((first, last),)
    assert first <= date(2026, 12, 24) <= last
    assert "Geschlossen" in cem.text
    talk.at = datetime(2026, 12, 22, 9, tzinfo=UTC)
    sending(kim, consent=True)
    assert kim.request.due.date() > last
    lea.taps(next(label for label in lea.labels if label.startswith("Aufheben")))
    assert post(talk, SPIELWAGEN).closed == ()
    assert [action for _, action, _ in audits(talk)][-2:] == ["closed_set", "closed_reopened"]


def test_days_may_be_typed_and_what_waits_is_told():
    talk, kim, *_ = offices()
    lea = seat(talk, "lea", role=Role.COORDINATOR, district="magdeburg")
    sending(kim)
    at_presence(lea).taps("Ferien für den Kreis")
    for wrong in ("bald", "3.1.2027-21.12.2026", "1.1.2020", "1.12.2026-1.12.2027", "24.11.-nie"):
        lea.says(wrong)
        assert "nicht verstanden" in lea.text
    lea.says("24.11.-27.11.2026")
    talk.later(minutes=1)
    assert "Zugesagt ist jetzt eine Antwort bis Montag, 30. November" in read(kim)
    at_presence(lea).taps("Ferien für den Kreis").says("1.12.2026")
    assert len(post(talk, MAGDEBURG).closed) == 2


def test_only_a_coordinator_closes_a_district():
    talk, _, anna, _ = offices()
    lea = seat(talk, "lea", MAGDEBURG, role=Role.COORDINATOR, district="magdeburg")
    at_presence(anna)
    assert "Ferien für den Kreis" not in anna.labels
    at_presence(lea).taps("Ferien für den Kreis")
    talk.store.save(replace(lea.member, role=Role.WORKER))
    lea.says("1.12.2026")
    assert "können Sie hier nicht eintragen" in lea.text
    lea.taps(next(b.label for b in lea.seen[-2].choices if "ferien" in b.label.lower()))
    assert "können Sie hier nicht eintragen" in lea.text
    assert post(talk, MAGDEBURG).closed == ()


# ── Before a promise runs out ───────────────────────────────────────────────────────────────────


def test_first_the_claimer_is_reminded_then_the_whole_post_then_the_next_rung_has_it():
    talk, kim, cem, anna = two_rungs()
    dana = next(p for p in talk.people if p.who == Staff("dana"))
    sending(kim, consent=True)
    talk.at -= timedelta(hours=1)
    cem.taps("Übernehmen")
    seen = len(dana.seen)
    talk.later(hours=2, minutes=1)  # 13:01
    assert "ist zugesagt bis heute um 15 Uhr" in cem.text
    assert len(dana.seen) == seen
    talk.later(hours=1)
    assert "ist zugesagt bis" in dana.text
    assert sum("ist zugesagt bis" in s.text for s in cem.seen) == 2
    talk.later(hours=1)
    assert kim.request.post == MAGDEBURG
    assert "Übernehmen" in anna.labels
    reminders = sum("ist zugesagt bis" in s.text for p in (cem, dana) for s in p.seen)
    assert reminders == 3


def test_a_reminder_comes_once_for_one_due_time():
    talk, kim, anna, _ = offices()
    sending(kim)
    talk.later(hours=2, minutes=1)
    for _ in range(3):
        talk.happens(House(), Due(Timer.PROMISE, kim.request.id))
    assert sum("ist zugesagt bis" in s.text for s in anna.seen) == 1


# ── Days and times as people write them ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("heute", date(2026, 11, 24)),
        ("bis morgen", date(2026, 11, 25)),
        ("Freitag", date(2026, 11, 27)),
        ("Di", date(2026, 11, 24)),
        ("4.12.", date(2026, 12, 4)),
        ("4.1", date(2027, 1, 4)),
        ("4.12.26", date(2026, 12, 4)),
        ("4.12.2026", date(2026, 12, 4)),
        ("2026-12-04", date(2026, 12, 4)),
        ("31.2.2027", None),
        ("bald", None),
    ],
)
def test_a_day_as_people_write_it(text, day):
    assert day_of(text, date(2026, 11, 24)) == day


def test_days_without_times_and_a_time_behind():
    assert days_in("Mo, Mi und Fr") == {0, 2, 4}
    assert days_in("Di-Do") == {1, 2, 3}
    assert days_in("Mo 8-15") == frozenset()
    assert clock_in("Mo-Fr 8-16") == ("Mo-Fr 8-16", None)
    assert clock_in("Mo-Fr 8-16, Überblick um 7:30 Uhr") == ("Mo-Fr 8-16", time(7, 30))


# ── Who sits at two posts ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("excluded", ["school", "youth_office"])
def test_who_also_sits_where_the_visitor_wants_nobody_to_know_finds_it_on_no_desk(excluded):
    talk, kim, anna, _ = offices()
    mia = seat(talk, "mia", MAGDEBURG, SPIELWAGEN if excluded == "school" else HALLE)
    kim.starts()
    talk.store.save(replace(kim.conversation, excluded=frozenset({excluded})))
    sending(kim)
    assert "Übernehmen" in anna.labels
    assert not any(kim.request.name in screen.text for screen in mia.seen)
    mia.commands(Command.DESK)
    assert kim.request.name not in mia.text
    talk.store.save(Ref("f" * 32, "mia", "claim", kim.request.id))
    mia.pushes(Act("f" * 32))
    assert kim.request.claimed_by is None


def test_who_sits_at_two_posts_reads_what_was_kept_from_neither():
    talk, kim, *_ = offices()
    mia = seat(talk, "mia", MAGDEBURG, SPIELWAGEN)
    sending(kim)
    mia.taps("Übernehmen")
    assert kim.request.claimed_by == "mia"


# ── What does not arrive, what is forged, who is gone ───────────────────────────────────────────


def somebody_has_it(talk: Talk, kim: Person) -> None:
    """The next addressee has the card, the coordinator knows, the visitor was told who has it."""
    assert kim.request.post == MAGDEBURG
    assert "Netzwerkstelle Schulerfolg Magdeburg" in read(kim)
    lea = next(p for p in talk.people if p.who == Staff("lea"))
    assert "kam hier bei niemandem an" in lea.text
    assert kim.request.name not in lea.text


def unreachable() -> tuple[Talk, Person]:
    """Cem's cards do not arrive, dana is away."""
    talk, kim, cem, _ = two_rungs()
    seat(talk, "lea", role=Role.COORDINATOR, district="magdeburg")
    sending(kim, consent=True)
    cem.taps("Übernehmen")
    talk.store.save(replace(talk.store.team().member("dana"), absent_until=FRIDAY))
    return talk, kim


def test_a_card_that_reaches_nobody_goes_to_the_next_addressee():
    talk, kim = unreachable()
    talk.happens(House(), NotDelivered(Staff("cem"), kim.request.id))
    somebody_has_it(talk, kim)


def test_a_house_that_does_not_hear_of_it_is_caught():
    talk, kim = unreachable()
    with pytest.raises(AssertionError):
        somebody_has_it(talk, kim)


def test_with_a_colleague_there_it_is_hers_and_nobody_else_is_told():
    talk, kim = unreachable()
    talk.store.save(replace(talk.store.team().member("dana"), absent_until=None))
    talk.happens(House(), NotDelivered(Staff("cem"), kim.request.id))
    assert (kim.request.claimed_by, kim.request.post) == (None, SPIELWAGEN)


def both_unreachable() -> tuple[Talk, Person, Person]:
    """Neither cem's nor dana's card arrives, and nobody is away."""
    talk, kim, _cem, anna = two_rungs()
    seat(talk, "lea", role=Role.COORDINATOR, district="magdeburg")
    sending(kim, consent=True)
    for name in ("cem", "dana"):
        talk.happens(House(), NotDelivered(Staff(name), kim.request.id))
    return talk, kim, anna


def test_a_card_that_reaches_none_of_several_goes_to_the_next_addressee():
    talk, kim, anna = both_unreachable()
    somebody_has_it(talk, kim)
    assert "Übernehmen" in anna.labels


def test_at_the_next_post_it_counts_anew_whom_it_did_not_reach():
    talk, kim, _anna = both_unreachable()
    talk.happens(House(), NotDelivered(Staff("anna"), kim.request.id))
    assert kim.request.missed == ("anna",)
    assert kim.request.overdue_since is None
    talk.happens(House(), NotDelivered(Staff("bo"), kim.request.id))
    assert kim.request.overdue_since == talk.at  # nobody is next: the visitor is told


def test_whoever_was_out_of_reach_and_takes_it_is_reached():
    talk, kim, cem, _ = two_rungs()
    sending(kim, consent=True)
    talk.happens(House(), NotDelivered(Staff("cem"), kim.request.id))
    assert kim.request.missed == ("cem",)
    cem.taps("Übernehmen")
    talk.happens(House(), NotDelivered(Staff("dana"), kim.request.id))
    assert (kim.request.claimed_by, kim.request.post) == ("cem", SPIELWAGEN)


def test_what_waits_for_nobody_or_is_overdue_already_is_not_moved_twice():
    talk, kim, anna, bo = offices()
    sending(kim)
    for each in (anna, bo):
        talk.store.save(replace(each.member, absent_until=FRIDAY))
    for _ in range(2):
        talk.happens(House(), NotDelivered(Staff("anna"), kim.request.id))
    assert talk.store.counts["promise_broken"] == 1


def pressed_by_others(talk: Talk, anna: Person, bo: Person, draws: int) -> None:
    """Every button of anna's presence pressed by bo, and refs that nobody made: nothing happens."""
    at_presence(anna)
    before = (talk.store.posts.copy(), anna.member)
    refs = [button.tap for button in anna.last.choices]
    for number in range(draws):
        forged = Act(f"{talk.chance.getrandbits(128):032x}")
        bo.pushes(refs[number % len(refs)] if number % 2 else forged)
    assert (talk.store.posts, anna.member) == before


def test_no_foreign_or_forged_button_sets_anybodys_presence():
    talk, _, anna, bo = offices()
    pressed_by_others(talk, anna, bo, 500)


class Trusting(Talk):
    """A planted fault: whoever taps a button owns it."""

    def known(self, event: Event) -> dict[Key, object]:
        found = super().known(event)
        return {
            key: replace(ref, owner="bo") if isinstance(ref, Ref) else ref
            for key, ref in found.items()
        }

    def _same(self, known: Mapping[Key, object]) -> None:
        del known


def test_a_house_that_trusts_any_button_is_caught():
    talk = Trusting()
    anna, bo = talk.staffed(MAGDEBURG, "anna", "bo")
    with pytest.raises(AssertionError):
        pressed_by_others(talk, anna, bo, 20)


def test_who_was_removed_steps_in_for_nobody_and_her_timers_do_nothing():
    talk, kim, cem, gina = alone()
    sending(kim, consent=True)
    at_presence(gina).taps("Nicht da bis …").says("morgen")
    del talk.store.members["gina"]
    at_presence(cem).taps("Heute nicht da")
    told = len(gina.seen)
    talk.later(days=3)
    assert kim.request.post != SPIELWAGEN
    assert len(gina.seen) == told
    at_presence(gina)
    assert "beendet" in gina.text
