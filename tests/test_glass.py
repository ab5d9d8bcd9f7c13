"""Break-glass, danger to life: two members, two reasons, one day; every forbidden way shows nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from talk import MAGDEBURG, OFFICE, SPIELWAGEN, Person, Talk, offices, sending, two_rungs

from bot.core import glass
from bot.core.directory import COORDINATION
from bot.core.messages import (
    Command,
    Due,
    EmptyDesk,
    House,
    Reveal,
    Staff,
    Tapped,
    Timer,
    Visitor,
)
from bot.core.records import Glass, Mail, Member, Ref, Role
from bot.core.taps import Act

ACCOUNT = "7700112233"
WHY, TOO = "Kündigt an, heute nicht mehr zu leben.", "Ich habe es gelesen und sehe es auch so."
ANNAS = "Mit diesem Grund"


def claimed() -> tuple[Talk, Person, Person, Person]:
    """Anna has it, Kim writes through Telegram."""
    talk, kim, anna, bo = offices()
    talk.accounts["kim"] = ACCOUNT
    sending(kim)
    anna.taps("Übernehmen")
    return talk, kim, anna, bo


def asked() -> tuple[Talk, Person, Person, Person]:
    """Anna has written her reason."""
    talk, kim, anna, bo = claimed()
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    return talk, kim, anna, bo


def opened() -> tuple[Talk, Person, Person, Person]:
    """Bo has agreed."""
    talk, kim, anna, bo = asked()
    bo.taps("Grund schreiben").says(TOO).taps(ANNAS)
    return talk, kim, anna, bo


def shown(talk: Talk, account: str = ACCOUNT) -> set[str]:
    """Who ever saw the account."""
    return {
        person.who.member if isinstance(person.who, Staff) else "visitor"
        for person in talk.people
        if any(account in screen.text for screen in person.seen)
    }


def reasons(talk: Talk) -> list[tuple[str, str, str]]:
    return [(a.member, a.action, a.why) for a in talk.store.audits if a.why]


def emptied(talk: Talk) -> list[str]:
    """Whose desks the last event emptied of this request's words; "" is everybody's."""
    return [e.member for e in talk.outcome.effects if isinstance(e, EmptyDesk)]


# ── Allowed ─────────────────────────────────────────────────────────────────────────────────────


def test_two_members_with_two_reasons_see_the_account_for_a_day():
    talk, kim, anna, bo = opened()
    assert shown(talk) == {"anna", "bo"}
    assert ACCOUNT in anna.text
    assert "Mittwoch" in bo.text or "morgen" in bo.text
    assert reasons(talk) == [("anna", "glass_ask", WHY), ("bo", "glass_open", TOO)]
    assert kim.request.glass is not None
    assert kim.request.glass.until == talk.at + timedelta(hours=24)


def test_the_core_never_holds_the_account():
    talk, *_ = opened()
    reveals = [e for e in talk.outcome.effects if isinstance(e, Reveal)]
    assert {(e.to.member, e.conversation) for e in reveals} == {("anna", "kim"), ("bo", "kim")}
    assert ACCOUNT not in repr(talk.outcome)


def test_nothing_of_it_reaches_the_visitor():
    talk, kim, anna, bo = claimed()
    seen = len(kim.seen)
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    bo.taps("Grund schreiben").says(TOO).taps(ANNAS)
    talk.later(hours=2)
    assert len(kim.seen) == seen


def test_the_second_is_asked_without_a_word_and_without_the_first_reason():
    _talk, kim, _anna, bo = asked()
    assert "Gefahr für ein Leben" in bo.text
    assert kim.request.name in bo.text
    assert "Es geht um die Pause." not in bo.text
    assert WHY not in bo.text


def test_one_alone_sees_nothing():
    talk, _kim, anna, _bo = asked()
    assert shown(talk) == set()
    anna.taps("Lebensgefahr")
    assert "ist gefragt" in anna.text
    assert shown(talk) == set()


def test_a_reason_is_seen_before_it_counts_and_may_come_in_pieces():
    talk, _kim, anna, _bo = claimed()
    anna.taps("Lebensgefahr").says("Kurz.").says("Und lang.")
    assert "Kurz.\n\nUnd lang." in anna.text
    assert not reasons(talk)
    anna.taps(ANNAS)
    assert reasons(talk) == [("anna", "glass_ask", "Kurz.\n\nUnd lang.")]


@pytest.mark.parametrize("leaves", [("Abbrechen", True), ("abbrechen", False)])
def test_a_reason_may_be_dropped(leaves):
    talk, kim, anna, _bo = claimed()
    anna.taps("Lebensgefahr").says(WHY)
    word, taps = leaves
    _ = anna.taps(word) if taps else anna.says(word)
    assert "Verworfen" in anna.text
    assert anna.member.draft == ""
    assert kim.request.glass is None
    assert not reasons(talk)


def test_an_old_preview_counts_for_nothing():
    talk, _kim, anna, _bo = claimed()
    anna.taps("Lebensgefahr").says("Kurz.")
    send = anna.button(ANNAS).tap
    anna.says("abbrechen").pushes(send)
    assert "schon erledigt" in anna.text
    assert not reasons(talk)


def test_a_web_visitor_has_no_account_and_that_is_said():
    talk, _kim, anna, bo = asked()
    del talk.accounts["kim"]
    bo.taps("Grund schreiben").says(TOO).taps(ANNAS)
    assert "kein Konto" in bo.text
    assert "kein Konto" in anna.text
    assert len(reasons(talk)) == 2


def test_both_may_look_again_while_it_lasts():
    talk, _kim, anna, bo = opened()
    talk.later(hours=1)
    anna.taps("Lebensgefahr")
    assert ACCOUNT in anna.text
    bo.taps("Noch einmal zeigen")
    assert ACCOUNT in bo.text
    assert [a.member for a in talk.store.audits if a.action == "glass_show"] == ["anna", "bo"]


def test_a_promise_that_breaks_meanwhile_takes_it_from_nobody():
    talk, kim, anna, _bo = opened()
    talk.due(kim.request)
    assert kim.request.claimed_by is None
    assert ACCOUNT in next(s.text for s in reversed(anna.seen) if s in anna.news)
    anna.taps("Noch einmal zeigen")
    assert ACCOUNT in anna.text


def test_a_coordinator_of_the_district_may_be_the_second():
    talk, kim, anna, _bo = claimed()
    rita = joins(talk, Member("rita", Role.COORDINATOR, "rita", talk.at, district="magdeburg"))
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    rita.taps("Grund schreiben").says(TOO).taps(ANNAS)
    assert shown(talk) == {"anna", "rita"}
    assert kim.request.glass is not None


def test_somebody_of_the_coordination_office_may_be_the_second():
    talk, _kim, anna, _bo = claimed()
    kora = joins(talk, Member("kora", Role.WORKER, "kora", talk.at, (COORDINATION,)))
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    kora.taps("Grund schreiben").says(TOO).taps(ANNAS)
    assert shown(talk) == {"anna", "kora"}


def test_whoever_is_away_is_asked_only_when_nobody_is_there():
    talk, _kim, anna, bo = claimed()
    away(talk, "bo")
    rita = joins(talk, Member("rita", Role.COORDINATOR, "rita", talk.at, district="magdeburg"))
    seen = len(bo.seen)
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    assert "rita" in anna.text
    assert "Grund schreiben" in rita.labels
    assert len(bo.seen) == seen


def test_the_last_ones_are_asked_although_they_are_away():
    talk, _kim, anna, bo = claimed()
    away(talk, "bo")
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    assert "Grund schreiben" in bo.labels


def joins(talk: Talk, member: Member) -> Person:
    talk.store.save(member)
    return Person(talk, Staff(member.id))


def away(talk: Talk, name: str) -> None:
    member = talk.store.team().member(name)
    assert member
    talk.store.save(replace(member, absent_until=talk.at + timedelta(days=9)))


def test_who_gave_an_email_address_is_told_at_once_that_something_lies_there():
    talk, _kim, anna, bo = claimed()
    for person in (anna, bo):
        talk.store.save(replace(person.member, mail=Mail(confirmed=True)))
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    assert talk.store.timers[Timer.MAIL, "bo"] == talk.at
    assert (Timer.MAIL, "anna") not in talk.store.timers
    bo.taps("Grund schreiben").says(TOO).taps(ANNAS)
    assert talk.store.timers[Timer.MAIL, "anna"] == talk.at


# ── Forbidden ───────────────────────────────────────────────────────────────────────────────────


def forged(talk: Talk, person: Person, request: str, action: str = "glass_join") -> Person:
    """A button that nobody was given."""
    assert isinstance(person.who, Staff)
    ref = f"{talk.chance.getrandbits(128):0>32x}"
    talk.store.save(Ref(ref, person.who.member, action, request))
    return person.pushes(Act(ref))


def refusals(talk: Talk) -> list[tuple[str, str]]:
    refused = [a for a in talk.store.audits if a.action.startswith("refused:glass")]
    return [(a.member, a.action) for a in refused]


def test_the_same_person_twice_sees_nothing():
    talk, kim, anna, _bo = asked()
    forged(talk, anna, kim.request.id)
    assert "geht nicht" in anna.text
    assert refusals(talk) == [("anna", "refused:glass_join")]
    assert shown(talk) == set()


def test_a_second_reason_of_the_first_member_opens_nothing():
    talk, kim, anna, _bo = claimed()
    anna.taps("Lebensgefahr").says(WHY)
    talk.store.save(replace(kim.request, glass=Glass("anna", talk.at + timedelta(hours=1))))
    anna.taps(ANNAS)
    assert refusals(talk) == [("anna", "refused:glass_send")]
    assert shown(talk) == set()


def test_two_members_of_another_carrier_see_nothing():
    """Anna and Bo of the office have the school's red card too: neither is of its carrier."""
    talk, kim, cem, anna = two_rungs()
    talk.accounts["kim"] = ACCOUNT
    sending(kim, consent=False)
    cem.taps("Übernehmen")
    talk.store.save(replace(kim.request, claimed_by="anna", also=("anna", "bo")))
    anna.commands(Command.DESK)
    forged(talk, anna, kim.request.id, "glass")
    assert "dana" not in shown(talk)
    anna.says(WHY).taps(ANNAS)
    bo = next(person for person in talk.people if person.who == Staff("bo"))
    forged(talk, bo, kim.request.id)
    assert refusals(talk) == [("bo", "refused:glass_join")]
    dana = next(person for person in talk.people if person.who == Staff("dana"))
    dana.taps("Grund schreiben").says(TOO).taps(ANNAS)
    assert shown(talk) == {"anna", "dana"}


@pytest.mark.parametrize(
    ("role", "posts", "district"),
    [
        (Role.COORDINATOR, (), "halle"),
        (Role.COORDINATOR, (OFFICE,), "halle"),
        (Role.WORKER, (SPIELWAGEN,), None),
        (Role.EDITOR, (), None),
        (Role.ADMIN, (), None),
    ],
)
def test_who_stands_elsewhere_is_not_asked_and_may_not_agree(role, posts, district):
    talk, kim, anna, _bo = claimed()
    zoe = joins(talk, Member("zoe", role, "zoe", talk.at, posts, district))
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    assert "zoe" not in anna.text
    forged(talk, zoe, kim.request.id)
    assert refusals(talk) == [("zoe", "refused:glass_join")]
    zoe.says(TOO)
    assert shown(talk) == set()


def test_who_was_not_confirmed_yet_is_not_asked():
    talk, _kim, anna, _bo = claimed()
    joins(talk, Member("zoe", Role.WORKER, "zoe", talk.at, (MAGDEBURG,), admitted=False))
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    assert "zoe" not in anna.text


def test_nobody_at_a_post_that_the_visitor_keeps_out_may_agree():
    talk, kim, cem, _anna = two_rungs()
    talk.accounts["kim"] = ACCOUNT
    sending(kim, consent=False)
    cem.taps("Übernehmen")
    talk.store.save(replace(kim.request, excluded=frozenset({"youth_office"})))
    dana = talk.store.team().member("dana")
    assert dana
    talk.store.save(replace(dana, posts=(SPIELWAGEN, "netzwerkstelle-halle")))
    joins(talk, Member("rita", Role.COORDINATOR, "rita", talk.at, district="magdeburg"))
    cem.taps("Lebensgefahr")
    assert "niemanden, der zustimmen dürfte" in cem.text
    assert not reasons(talk)


def test_behind_a_practice_request_is_nobody():
    talk, kim, anna, _bo = claimed()
    talk.store.save(replace(kim.request, practice=True))
    anna.taps("Antworten")
    assert "Lebensgefahr" not in [b.label for s in anna.news for b in s.choices]
    forged(talk, anna, kim.request.id, "glass")
    assert "niemanden, der zustimmen dürfte" in anna.text


def test_only_whoever_claimed_it_may_begin():
    talk, kim, _anna, bo = claimed()
    forged(talk, bo, kim.request.id, "glass")
    assert "liegt nicht bei Ihnen" in bo.text
    assert refusals(talk) == [("bo", "refused:glass")]


def test_after_an_hour_nobody_can_agree_any_more():
    talk, kim, anna, bo = asked()
    bo.taps("Grund schreiben").says(TOO)
    talk.later(hours=1)
    assert any("niemand zugestimmt" in screen.text for screen in anna.seen[-2:])
    assert kim.request.glass is None
    bo.taps(ANNAS)
    assert "geht nicht" in bo.text
    forged(talk, bo, kim.request.id)
    assert shown(talk) == set()
    assert len(reasons(talk)) == 1


def test_an_hour_is_over_although_its_timer_is_late():
    talk, kim, _anna, bo = asked()
    talk.at += timedelta(hours=1)
    bo.taps("Grund schreiben")
    assert "geht nicht" in bo.text
    assert kim.request.glass is not None
    assert shown(talk) == set()


def test_after_an_hour_it_may_be_asked_again():
    talk, _kim, anna, bo = asked()
    talk.later(hours=1)
    anna.taps("Lebensgefahr").says(WHY).taps(ANNAS)
    bo.taps("Grund schreiben").says(TOO).taps(ANNAS)
    assert shown(talk) == {"anna", "bo"}


def test_after_a_day_it_is_gone_from_both_desks_and_the_card_is_there_again():
    talk, kim, anna, bo = opened()
    anna.taps("Antworten").says("Ich bin da.").taps("Senden")
    talk.later(hours=24)
    assert emptied(talk) == ["anna", "bo"]
    assert kim.request.glass is None
    assert "Es geht um die Pause." in anna.text
    bo.taps("Noch einmal zeigen")
    assert "geht nicht" in bo.text
    assert refusals(talk) == [("bo", "refused:glass_show")]
    assert ("", "glass_over") in [(a.member, a.action) for a in talk.store.audits]


def test_a_day_is_over_although_its_timer_is_late():
    talk, _kim, _anna, bo = opened()
    talk.at += timedelta(hours=24)
    bo.taps("Noch einmal zeigen")
    assert "geht nicht" in bo.text


def test_a_timer_of_a_clock_that_was_ahead_ends_it():
    talk, kim, _anna, _bo = opened()
    held = kim.request.glass
    assert held
    talk.store.save(replace(kim.request, glass=replace(held, until=talk.at + timedelta(days=900))))
    fires(talk, kim)
    assert kim.request.glass is None


def test_a_timer_that_comes_too_early_waits_again():
    talk, kim, _anna, _bo = opened()
    fires(talk, kim)
    assert kim.request.glass is not None
    talk.later(hours=24)
    assert kim.request.glass is None
    fires(talk, kim)
    assert not talk.outcome.effects


def fires(talk: Talk, kim: Person) -> None:
    talk.happens(House(), Due(Timer.GLASS, kim.request.id))


def test_closing_empties_the_desks_and_ends_it():
    talk, kim, anna, bo = opened()
    anna.taps("Abschließen", "Falscher Ort")
    assert emptied(talk) == [""]
    assert kim.request.glass is None
    bo.taps("Noch einmal zeigen")
    assert "geht nicht" in bo.text


def test_nobody_can_agree_after_closing():
    talk, kim, anna, bo = asked()
    anna.taps("Abschließen", "Falscher Ort")
    bo.taps("Grund schreiben")
    assert "geht nicht" in bo.text
    talk.store.save(replace(kim.request, glass=Glass("anna", talk.at + timedelta(hours=1))))
    forged(talk, bo, kim.request.id)
    assert shown(talk) == set()


def test_a_reason_for_what_was_forgotten_meanwhile_goes_nowhere():
    talk, kim, anna, _bo = claimed()
    anna.taps("Lebensgefahr")
    del talk.store.requests[kim.request.id]
    anna.says(WHY)
    assert "geht nicht" in anna.text
    assert anna.member.asked is None


def test_withdrawing_empties_the_desks_and_the_reasons_stay():
    talk, kim, _anna, bo = opened()
    talk.store.save(Ref("b" * 32, "kim", "withdraw", kim.request.id))
    kim.pushes(Act("b" * 32))
    assert emptied(talk) == [""]
    assert len(reasons(talk)) == 2
    bo.taps("Noch einmal zeigen")
    assert "geht nicht" in bo.text


def test_removing_one_of_the_two_ends_it_for_both():
    talk, kim, _anna, bo = opened()
    leaves(talk, "anna")
    assert kim.request.glass is None
    bo.taps("Noch einmal zeigen")
    assert "geht nicht" in bo.text


def test_removing_the_second_leaves_the_request_where_it_is():
    talk, kim, anna, _bo = opened()
    leaves(talk, "bo")
    assert kim.request.glass is None
    assert kim.request.claimed_by == "anna"
    anna.taps("Lebensgefahr")
    assert ACCOUNT not in anna.text


def test_taking_one_post_from_the_second_ends_it_and_empties_the_desk():
    talk, kim, _anna, bo = opened()
    talk.store.save(replace(bo.member, posts=(MAGDEBURG, OFFICE)))
    leaves(talk, "bo")
    assert bo.member.posts == (OFFICE,)
    assert emptied(talk) == ["anna", "bo"]
    assert kim.request.glass is None


def test_removing_somebody_else_ends_nothing():
    talk, kim, _anna, _bo = opened()
    joins(talk, Member("zoe", Role.WORKER, "zoe", talk.at, (MAGDEBURG,)))
    leaves(talk, "zoe")
    assert kim.request.glass is not None


def leaves(talk: Talk, name: str) -> None:
    lead = Member("lead", Role.COORDINATOR, "lead", talk.at, district="magdeburg")
    end = f"Zugang beenden: {name}"
    joins(talk, lead).commands(Command.INVITE).taps(end, f"Ja, {end}")
    talk.happens(House(), Due(Timer.LEFT, f"{MAGDEBURG}/0"))


def test_without_anybody_who_could_agree_no_reason_is_asked_for():
    talk, kim, anna, _bo = claimed()
    del talk.store.members["bo"]
    anna.taps("Lebensgefahr")
    assert "niemanden, der zustimmen dürfte" in anna.text
    assert kim.request.glass is None


def test_a_new_question_of_another_claimer_ends_the_old_look():
    talk, kim, anna, bo = opened()
    anna.taps("Zurückgeben")
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"
    bo.taps("Lebensgefahr")
    assert ACCOUNT in bo.text  # still one of the two
    zoe = joins(talk, Member("zoe", Role.WORKER, "zoe", talk.at, (MAGDEBURG,)))
    bo.taps("Zurückgeben")
    forged(talk, zoe, kim.request.id, "claim")
    zoe.taps("Lebensgefahr").says("Noch immer.").taps(ANNAS)
    assert emptied(talk)[:2] == ["anna", "bo"]
    assert kim.request.glass == Glass("zoe", talk.at + glass.PATIENCE)


def test_a_first_member_who_gave_it_back_asks_nobody_any_more():
    talk, kim, anna, bo = asked()
    anna.taps("Zurückgeben")
    bo.taps("Grund schreiben")
    assert "geht nicht" in bo.text
    bo.taps("Übernehmen", "Lebensgefahr")
    assert "Ihren Grund" in bo.text
    assert kim.request.glass is not None
    assert shown(talk) == set()


def test_a_first_member_who_is_gone_is_told_nothing():
    talk, kim, _anna, _bo = asked()
    del talk.store.members["anna"]
    talk.later(hours=1)
    assert kim.request.glass is None


def test_an_answer_being_written_is_not_pushed_away():
    _talk, _kim, anna, _bo = claimed()
    anna.taps("Antworten").says("Ein Entwurf.").taps("Lebensgefahr")
    assert "erst, was Sie gerade schreiben" in anna.text
    assert anna.member.draft == "Ein Entwurf."


def test_in_telegram_no_reason_is_written_where_words_may_not_stand():
    _talk, _kim, anna, _bo = claimed()
    anna.does(Tapped(anna.button("Lebensgefahr").tap), "telegram")
    assert "am Schreibtisch im Web" in anna.text


def test_where_words_may_not_stand_in_telegram_the_account_does_not_either():
    talk, *_ = opened()
    reveals = [e for e in talk.outcome.effects if isinstance(e, Reveal)]
    assert all(e.telegram is not None for e in reveals)
    assert all(Visitor("kim") != e.to for e in reveals)
