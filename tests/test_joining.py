"""From an invitation to a live post, step by step, and what stops on the way."""

from dataclasses import replace
from datetime import date

import pytest
from talk import MAGDEBURG, Person, Talk, at_contact, offices, sending

from bot.core.messages import Command, ForgetConversation, Staff, Timer
from bot.core.records import Ref, Role, TeamKey
from bot.core.steps import german_date
from bot.core.taps import Act
from bot.demo import BEGINNER, seat, temporary_store


def joined(role=Role.WORKER, post=MAGDEBURG, district=None, talk=None, name="neu"):
    talk = talk or Talk()
    person = talk.visitor(name)
    person.starts(talk.invited(f"code-{name}", role, post, district))
    return talk, person


# ── Redeeming ───────────────────────────────────────────────────────────────────────────────────


def test_an_invitation_makes_a_member_and_forgets_the_visitor():
    talk, person = joined()
    assert isinstance(person.who, Staff)
    assert ForgetConversation("neu") in talk.outcome.effects
    assert person.member.posts == (MAGDEBURG,)
    assert "Willkommen, Fachkraft" in person.seen[0].text
    assert "eingeladen" in person.text


def test_an_invitation_works_once():
    talk, _ = joined()
    other = talk.visitor("zweite").starts("i_code-neu")
    assert not isinstance(other.who, Staff)
    assert "gilt nicht mehr" in other.text


def test_an_invitation_is_good_for_three_days():
    talk = Talk()
    payload = talk.invited("spaet", Role.WORKER, MAGDEBURG)
    talk.later(hours=72)
    late = talk.visitor().starts(payload)
    assert "gilt nicht mehr" in late.text


def test_of_a_hundred_redemptions_one_wins():
    talk = Talk()
    payload = talk.invited("alle", Role.WORKER, MAGDEBURG)
    crowd = [talk.visitor(f"neu-{number}").starts(payload) for number in range(100)]
    assert sum(isinstance(person.who, Staff) for person in crowd) == 1


def test_whoever_waits_for_an_answer_cannot_become_staff():
    talk, kim, *_ = offices()
    sending(kim).starts(talk.invited("code", Role.WORKER, MAGDEBURG))
    assert not isinstance(kim.who, Staff)
    assert "läuft noch eine Anfrage" in kim.text
    other = talk.visitor("frei").starts("i_code")
    assert isinstance(other.who, Staff)


def test_a_second_invitation_brings_a_second_post():
    talk, person = joined()
    person.starts(talk.invited("mehr", Role.WORKER, "schulsozialarbeit-st-80"))
    assert person.member.posts == (MAGDEBURG, "schulsozialarbeit-st-80")
    person.starts("i_mehr")
    assert "gilt nicht mehr" in person.text


@pytest.mark.parametrize(
    ("role", "post", "district", "posts"),
    [
        (Role.COORDINATOR, None, "halle", ("netzwerkstelle-halle",)),
        (Role.COORDINATOR, None, "gibtsnicht", ()),
        (Role.ADMIN, None, None, ()),
        (Role.WORKER, "schulsozialarbeit-st-80", None, ("schulsozialarbeit-st-80",)),
    ],
)
def test_an_invitation_brings_its_seats(role, post, district, posts):
    _, person = joined(role, post, district)
    assert person.member.posts == posts


# ── From known to live ──────────────────────────────────────────────────────────────────────────


def practised(person: Person) -> None:
    person.taps("Übungsanfrage starten", "Übernehmen", "Antworten")
    person.says("So ginge es.").taps("Senden", "Abschließen", "Beantwortet")


def test_a_post_comes_from_invited_to_live_and_takes_a_request():
    talk, lead = joined(Role.COORDINATOR, None, "magdeburg", name="lea")
    _, worker = joined(talk=talk, name="willi")
    lead.commands(Command.POST).taps("Erlaubnis eintragen")
    lead.says("20.11.2026 Petra Beispiel")
    assert "Die Erlaubnis ist eingetragen." in lead.text
    lead.taps("Meine Wochenzeiten").says("Mo-Do 8-15, Fr 8-12")
    assert "Eingetragen: Mo–Do 8–15 Uhr" in lead.text
    practised(worker)
    assert "bereit" in worker.text
    assert "Ab jetzt annehmen" not in worker.labels
    lead.commands(Command.POST).taps("Ab jetzt annehmen")
    assert "live" in lead.text
    kim = sending(talk.visitor())
    assert kim.request.post == MAGDEBURG


def test_practice_is_never_counted_as_real_and_moves_nowhere():
    talk, person = joined()
    practised(person)
    assert talk.store.counts == {"joined": 1, "practice": 1}
    assert talk.store.team().facts(MAGDEBURG).practised
    person.taps("Übungsanfrage starten") if "Übungsanfrage starten" in person.labels else None
    assert all(r.practice for r in talk.store.all_requests())


def test_a_practice_request_that_is_not_answered_does_not_count_as_practised():
    talk, person = joined()
    person.taps("Übungsanfrage starten", "Übernehmen", "Abschließen", "Beantwortet")
    assert not talk.store.team().facts(MAGDEBURG).practised


def test_a_practice_request_may_be_given_back_and_has_no_promise():
    talk, person = joined()
    person.taps("Übungsanfrage starten", "Übernehmen", "Zurückgeben")
    (request,) = talk.store.all_requests()
    assert (request.due, request.claimed_by) == (None, None)
    person.taps("Übernehmen", "Antworten").says("So ginge es.").taps("Senden")
    talk.later(days=60)
    assert talk.store.request(request.id).open


@pytest.mark.parametrize(
    "text", ["", "gestern Petra", "20.11.2026", "31.02.2026 Petra", "1.1.2030 Petra", "a-b-c P"]
)
def test_an_unclear_permission_is_asked_again(text):
    _talk, lead = joined(Role.COORDINATOR, None, "magdeburg")
    lead.taps("Erlaubnis eintragen").says(text)
    assert "nicht verstanden" in lead.text
    lead.says("20.11.26 Petra Beispiel")
    assert "eingetragen" in lead.text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20.11.2026", date(2026, 11, 20)),
        ("20.11.26.", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("20.11", None),
    ],
)
def test_days_are_read_as_people_write_them(text, day):
    assert german_date(text) == day


def test_unclear_hours_are_asked_again():
    _, person = joined()
    person.taps("Meine Wochenzeiten").says("immer")
    assert "nicht verstanden" in person.text
    person.says("Mo 8-12")
    assert person.member.plan


def test_the_plan_shows_the_present_hours_and_takes_new_ones_at_once():
    _, person = joined()
    person.commands(Command.PLAN)
    assert "noch nicht eingetragen" in person.text
    person.says("Mo-Do 8-15, Fr 8-12")
    assert "Eingetragen: Mo–Do 8–15 Uhr, Fr 8–12 Uhr." in person.text
    person.commands(Command.PLAN)
    assert "Mo–Do 8–15 Uhr, Fr 8–12 Uhr" in person.text
    person.says("Mo 8-12")
    assert len(person.member.plan) == 1


@pytest.mark.parametrize("word", ["1", "Abbrechen", "verwerfen", "liste"])
@pytest.mark.parametrize("button", ["Erlaubnis eintragen", "Meine Wochenzeiten"])
def test_a_question_at_the_desk_can_be_left(button, word):
    _, lead = joined(Role.COORDINATOR, None, "magdeburg")
    lead.taps(button).says(word)
    assert lead.member.asked is None
    assert "Stand: eingeladen" in lead.text
    lead.says("Mo 8-12")
    assert "ging an niemanden" in lead.text


def test_the_plan_takes_no_card_for_an_answer():
    talk = Talk()
    anna = talk.staffed(MAGDEBURG, "anna", "bo")[0]
    anna.commands(Command.PLAN)
    kim = sending(talk.visitor())
    anna.says("Mo 8-12")
    assert len(anna.member.plan) == 1
    anna.says("Übernehmen")
    assert kim.request.claimed_by == "anna"


def test_a_step_that_fits_several_posts_is_asked_about():
    talk, admin = joined(Role.ADMIN, None, name="adam")
    joined(talk=talk, name="willi")
    joined(Role.WORKER, "schulsozialarbeit-st-80", talk=talk, name="wanda")
    admin.commands(Command.POST).says("Erlaubnis eintragen")
    assert "passt zu mehreren" in admin.text
    assert len(admin.labels) == 2
    row = next(i for i, label in enumerate(admin.labels, 1) if "Thomas Müntzer" not in label)
    admin.says(str(row)).says("20.11.2026 Petra Beispiel")
    assert talk.store.team().facts(MAGDEBURG).permission is not None


def test_only_who_leads_a_post_may_switch_it():
    talk, worker = joined()
    talk.store.save(replace(talk.store.team().facts(MAGDEBURG), practised=True, accepting=False))
    for action in ("accept", "pause"):
        talk.store.save(Ref(f"{action:0>32}", worker.who.member, action, extra=MAGDEBURG))
        worker.pushes(Act(f"{action:0>32}"))
    facts = talk.store.team().facts(MAGDEBURG)
    assert (facts.accepting, facts.paused) == (False, False)


def test_a_step_of_an_older_program_does_nothing():
    talk, worker = joined()
    talk.store.save(Ref("d" * 32, worker.who.member, "gab-es-mal", extra=MAGDEBURG))
    worker.pushes(Act("d" * 32))
    assert "schon erledigt" in worker.text


def test_an_admin_switches_every_post_and_a_school_post_its_coordinator():
    talk, admin = joined(Role.ADMIN, None, name="adam")
    joined(Role.WORKER, "schulsozialarbeit-st-80", talk=talk, name="willi")
    _, lead = joined(Role.COORDINATOR, None, "magdeburg", talk=talk, name="lea")
    _, other = joined(Role.COORDINATOR, None, "halle", talk=talk, name="otto")
    for person, expected in ((admin, True), (lead, True), (other, False)):
        person.commands(Command.POST)
        seen = " ".join(screen.text for screen in person.news)
        assert ("Thomas Müntzer" in seen) is expected


async def test_the_demo_seats_a_coordinator_who_can_come_to_live_alone():
    async with temporary_store() as store:
        people = await seat(store)
        team = await store.run(lambda work: work.load(TeamKey()))
    post, label, _ = BEGINNER
    assert any("DEMO" in each.label and "nicht live" in each.label for each in people)
    talk = Talk()
    for record in (*team.members, *team.posts):
        talk.store.save(record)
    for member in team.members:
        Person(talk, Staff(member.id))
    person = next(each for each in talk.people if each.who == Staff(label))
    person.commands(Command.PLAN).says("Mo-Fr 8-15")
    person.says("Erlaubnis eintragen").says("20.11.2026 Petra Beispiel")
    practised(person)
    person.says("Ab jetzt annehmen")
    assert talk.store.team().facts(post).accepting
    assert "Stand: live" in person.text


# ── Pausing ─────────────────────────────────────────────────────────────────────────────────────


def paused_office():
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna")
    lea = talk.staffed(MAGDEBURG, "lea", role=Role.COORDINATOR)[0]
    talk.store.save(replace(lea.member, district="magdeburg"))
    kim = sending(talk.visitor())
    lea.commands(Command.POST).taps("Pause")
    return talk, kim, lea


def test_a_pause_tells_the_visitors_of_open_requests_at_once():
    talk, kim, lea = paused_office()
    assert "Pause" in lea.text
    told = len(kim.seen)
    talk.later(minutes=1)
    assert len(kim.seen) == told + 1
    assert "Das tut mir leid" in kim.opens().text
    assert kim.request.overdue_since is not None
    assert (Timer.ENDED, MAGDEBURG) not in talk.store.timers or (
        talk.store.timers[Timer.ENDED, MAGDEBURG] > talk.at
    )


def test_a_paused_post_takes_no_request_and_can_be_switched_on_again():
    talk, _, lea = paused_office()
    other = at_contact(talk.visitor("lisa"))
    assert "noch niemand antworten" in other.text
    lea.taps("Ab jetzt annehmen")
    sending(other)
    assert other.request.post == MAGDEBURG


def test_a_pause_leaves_answered_and_practice_requests_alone():
    talk, kim, _lea = paused_office()
    talk.store.save(replace(kim.request, due=None, answered_at=talk.at))
    talk.later(minutes=1)
    assert kim.request.overdue_since is None
