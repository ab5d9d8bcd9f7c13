"""/lage: facts for who leads a district, when asked for and on Monday morning; no text in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from talk import MAGDEBURG, OFFICE, SPIELWAGEN, Person, Talk, at_contact, offices, sending

from bot.core.messages import Command, Due, House, Staff, Timer
from bot.core.records import Invitation, Member, Role
from bot.core.situation import WEEKLY, next_monday

NAME = Talk().k.directory.posts[MAGDEBURG].name


def leading(
    talk: Talk, role: Role = Role.COORDINATOR, district: str | None = "magdeburg"
) -> Person:
    talk.store.save(Member("lea", role, "lea", talk.at, district=district))
    return Person(talk, Staff("lea"))


def test_it_names_what_is_late_and_no_word_of_it():
    talk, kim, _, _ = offices()
    lead = leading(talk)
    sending(kim, "Sie lachen mich aus.")
    talk.later(days=3)
    lead.commands(Command.SITUATION)
    assert f"überfällig bei {NAME}: 1" in lead.text
    assert kim.request.name not in lead.text
    assert "lachen" not in lead.text


def test_a_full_first_page_says_that_there_may_be_more():
    talk, kim, _, _ = offices()
    lead = leading(talk)
    request = sending(kim).request
    for name in (request.id, *(f"r{number}" for number in range(25))):
        talk.store.save(replace(request, id=name, overdue_since=talk.at))
    lead.commands(Command.SITUATION)
    assert f"{NAME}: 20+" in lead.text


def test_it_names_posts_that_are_not_live_alone_ending_or_unconfirmed():
    talk, _, _, bo = offices()
    lead = leading(talk)
    talk.store.save(replace(bo.member, posts=(SPIELWAGEN,)))
    lead.commands(Command.SITUATION)
    assert f"nur eine Person: {NAME}" in lead.text
    assert "nicht live: Schulsozialarbeit" in lead.text
    assert f"Eintrag von {NAME}" in lead.text
    end = talk.k.directory.posts[MAGDEBURG].valid_until
    talk.at = datetime(end.year, end.month, end.day, 9, tzinfo=UTC) - timedelta(days=5)
    lead.commands(Command.SITUATION)
    assert f"endet am {end:%d.%m.%Y}: {NAME}" in lead.text


def test_when_all_is_well_it_says_so():
    talk, _, _, _ = offices()
    lead = leading(talk)
    facts = talk.store.team().facts(MAGDEBURG)
    talk.store.save(replace(facts, confirmed_on=date(2026, 11, 20)))
    lead.commands(Command.SITUATION)
    assert "Nichts braucht gerade jemanden" in lead.text


def test_it_names_invitations_that_nobody_redeemed():
    talk, _, _, _ = offices()
    lead = leading(talk)
    for name, hours in (("offen", 1), ("alt", -1)):
        until = talk.at + timedelta(hours=hours)
        talk.store.save(Invitation(name, Role.WORKER, until, post="schulsozialarbeit-st-5"))
    talk.store.save(Invitation("fern", Role.WORKER, talk.at, post=OFFICE))
    lead.commands(Command.SITUATION)
    assert "Einladung offen: Schulsozialarbeit" in lead.text
    assert "Einladung verfallen: Schulsozialarbeit" in lead.text
    assert talk.k.directory.posts[OFFICE].name not in lead.text


@pytest.mark.parametrize(("number", "told"), [(4, False), (5, True)])
def test_who_found_nobody_is_told_from_five_up(number, told):
    talk = Talk()
    lead = leading(talk)
    for each in range(number):
        at_contact(talk.visitor(f"kim{each}"))
    lead.commands(Command.SITUATION)
    assert (f"niemanden: {number}" in lead.text) is told


def test_what_visitors_called_wrong_is_counted():
    talk, _, _, _ = offices()
    lead = leading(talk)
    talk.store.counts["wrong/netzwerkstelle-magdeburg/phone"] = 2
    lead.commands(Command.SITUATION)
    assert "„Stimmt nicht?“ in den letzten drei Monaten: 2" in lead.text


def test_the_coordination_office_and_admins_see_the_whole_land():
    talk, _, _, _ = offices()
    boss = leading(talk, Role.ADMIN, None).commands(Command.SITUATION)
    assert talk.k.directory.posts[OFFICE].name in boss.text


def test_a_worker_sees_no_district():
    talk, _, anna, _ = offices()
    anna.commands(Command.SITUATION)
    assert "Koordination des Kreises" in anna.text
    assert talk.store.audits[-1].action == "refused:/lage"


def test_an_invited_school_is_named_though_nobody_sits_there():
    talk = Talk()
    lead = leading(talk)
    talk.invited("c", Role.WORKER, SPIELWAGEN)
    lead.commands(Command.SITUATION)
    assert "nicht live: Schulsozialarbeit" in lead.text


def test_on_monday_morning_it_comes_by_itself_and_again_in_a_week():
    talk, _, anna, _ = offices()
    lead = leading(talk)
    before = len(anna.seen)
    talk.happens(House(), Due(Timer.SITUATION, WEEKLY))
    assert "Die Lage:" in lead.text
    assert len(anna.seen) == before
    assert talk.store.timers[Timer.SITUATION, WEEKLY] == next_monday(talk.at)


@pytest.mark.parametrize(
    ("at", "monday"),
    [
        (datetime(2026, 11, 24, 11, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        (datetime(2026, 11, 30, 6, 59, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        (datetime(2026, 11, 30, 7, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC)),
    ],
)
def test_monday_is_the_next_one(at, monday):
    assert next_monday(at) == monday
