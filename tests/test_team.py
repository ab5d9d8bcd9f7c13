"""Joining without a shell: inviting, confirming by telephone, removing; and wrong codes."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from talk import MAGDEBURG, OFFICE, Person, Talk, knowledge, offices, sending

from bot.core.messages import (
    Command,
    DropFactor,
    Due,
    EmptyDesk,
    EndAccess,
    Event,
    FactorLost,
    House,
    Staff,
    Timer,
    Typed,
    Visitor,
)
from bot.core.records import Guesses, Invitation, Member, Ref, Role, TeamKey
from bot.core.seats import Seat
from bot.core.taps import Act
from bot.core.world import Turn

CODE = re.compile(r"i_[\w-]{43}")
SECRET = re.compile(r"\b\d{4}\b")
ELSEWHERE = next(
    s.id for s in knowledge().directory.schools.values() if s.district == "harz"
).lower()
OFFICE_NAME = knowledge().directory.posts[MAGDEBURG].name


def somebody(talk: Talk, name: str, role: Role, *posts: str, district: str | None = None) -> Person:
    talk.store.save(Member(name, role, name, talk.at, posts, district=district))
    return Person(talk, Staff(name))


def coordinator(talk: Talk | None = None, district: str = "magdeburg") -> tuple[Talk, Person]:
    talk = talk or Talk()
    return talk, somebody(talk, "lea", Role.COORDINATOR, MAGDEBURG, district=district)


def invites(lead: Person, *taps: str, name: str = "P. Beispiel") -> str:
    """The payload of a link made in a chat."""
    lead.commands(Command.INVITE).taps("Jemanden einladen", *taps).says(name)
    (found,) = CODE.findall(lead.text)
    return found


def opened(talk: Talk, lead: Person, **how) -> tuple[Person, str]:
    """A newcomer who opened the link, and the code on their screen."""
    payload = invites(lead, OFFICE_NAME, **how)
    newcomer = talk.visitor("neu").starts(payload)
    return newcomer, SECRET.findall(newcomer.text)[0]


# ── Inviting ────────────────────────────────────────────────────────────────────────────────────


def test_who_opens_a_link_sits_nowhere_until_the_code_is_confirmed():
    talk, lead = coordinator()
    newcomer, code = opened(talk, lead)
    assert "hat den Einladungslink geöffnet" in lead.text
    assert newcomer.member.posts == ()
    for act in (lambda: newcomer.commands(Command.DESK), lambda: newcomer.says("Hallo")):
        act()
        assert code in newcomer.text
    lead.taps("Ziffern eingeben: P. Beispiel").says(code)
    assert "gehört jetzt dazu" in lead.text
    assert newcomer.member.posts == (MAGDEBURG,)
    assert "Willkommen, P. Beispiel" in "".join(screen.text for screen in newcomer.news)
    assert talk.store.counts["joined"] == 1


def test_three_wrong_codes_end_the_invitation():
    talk, lead = coordinator()
    newcomer, code = opened(talk, lead)
    wrong = "0000" if code != "0000" else "1111"
    lead.taps("Ziffern eingeben: P. Beispiel").says(wrong)
    assert "noch 2 Versuche" in lead.text
    lead.says(wrong).says(wrong)
    assert "ist beendet" in lead.text
    assert isinstance(newcomer.who, Visitor)
    assert "nicht bestätigt" in newcomer.text
    lead.says(code)
    assert talk.store.team().of(MAGDEBURG) == (lead.member,)


def test_a_timer_of_an_admission_that_is_over_does_nothing():
    talk, lead = coordinator()
    talk.happens(House(), Due(Timer.ADMISSION, "weg"))
    newcomer, _ = opened(talk, lead)
    talk.happens(House(), Due(Timer.ADMISSION, newcomer.member.id))
    assert not newcomer.member.admitted


def test_an_inviter_may_refuse_and_then_nothing_can_be_confirmed():
    talk, lead = coordinator()
    newcomer, code = opened(talk, lead)
    lead.taps("Ziffern eingeben: P. Beispiel", "Ablehnen: P. Beispiel")
    assert isinstance(newcomer.who, Visitor)
    assert [m.id for m in talk.store.team().members] == ["lea"]
    talk.store.save(replace(lead.member, asked="admit:weg"))
    lead.says(code)
    assert "nichts mehr zu bestätigen" in lead.text


def test_without_a_yes_in_three_days_nobody_joined():
    talk, lead = coordinator()
    newcomer, _ = opened(talk, lead)
    talk.later(hours=73)
    assert isinstance(newcomer.who, Visitor)
    assert len(talk.store.team().members) == 1


def test_a_confirmed_newcomer_is_not_asked_about_again():
    talk, lead = coordinator()
    newcomer, code = opened(talk, lead)
    lead.taps("Ziffern eingeben: P. Beispiel").says(code)
    talk.later(hours=100)
    assert newcomer.member.admitted
    talk.store.save(replace(lead.member, asked=f"admit:{newcomer.member.id}"))
    lead.says(code)
    assert "nichts mehr zu bestätigen" in lead.text


def test_a_member_who_is_invited_to_one_more_post_keeps_the_first_meanwhile():
    talk, lead = coordinator()
    anna = talk.staffed(OFFICE, "anna")[0]
    anna.starts(invites(lead, OFFICE_NAME))
    assert "vier Ziffern" in anna.text
    code = SECRET.findall(anna.text)[0]
    anna.commands(Command.DESK)
    assert "nichts offen" in anna.text
    lead.taps(f"Ziffern eingeben: {anna.member.label}").says(code)
    assert anna.member.posts == (OFFICE, MAGDEBURG)


def test_a_second_post_that_is_refused_takes_nothing_away():
    talk, lead = coordinator()
    anna = talk.staffed(OFFICE, "anna")[0]
    anna.starts(invites(lead, OFFICE_NAME))
    lead.taps("Ablehnen: anna")
    assert anna.member.posts == (OFFICE,)
    assert anna.member.admission is None


def test_whoever_settles_reads_nothing_also_by_a_second_invitation():
    talk, lead = coordinator()
    boss = somebody(talk, "chefin", Role.ADMIN)
    payload = invites(lead, OFFICE_NAME)
    boss.starts(payload)
    assert "anderes Konto" in boss.text
    assert boss.member.posts == ()
    newcomer = talk.visitor("neu").starts(payload)
    assert isinstance(newcomer.who, Staff)


def test_a_worker_who_becomes_coordinator_rises():
    talk = Talk()
    anna = talk.staffed(MAGDEBURG, "anna")[0]
    anna.starts(talk.invited("mehr", Role.COORDINATOR, None, "magdeburg"))
    assert (anna.member.role, anna.member.posts) == (Role.COORDINATOR, (MAGDEBURG,))


def test_of_an_inviter_who_left_the_coordinator_of_the_district_confirms():
    talk, lead = coordinator()
    other = somebody(talk, "max", Role.COORDINATOR, district="magdeburg")
    newcomer, code = opened(talk, other)
    talk.store.members.pop("max")
    lead.commands(Command.INVITE)
    assert "die vier Ziffern fehlen noch" in lead.text
    lead.taps("Ziffern eingeben: P. Beispiel").says(code)
    assert newcomer.member.admitted


def test_of_an_inviter_who_left_before_the_link_was_opened_nobody_is_told():
    talk, lead = coordinator()
    payload = invites(lead, OFFICE_NAME)
    talk.store.members.pop("lea")
    newcomer = talk.visitor("neu").starts(payload)
    assert [person for person, _ in talk.latest] == [newcomer]


def test_a_school_is_found_by_its_name_within_the_district():
    talk, lead = coordinator()
    lead.commands(Command.INVITE).taps("Jemanden einladen", "Schulsozialarbeit an einer Schule")
    lead.says("Xyzzyq Plughwz")
    assert "keine Schule gefunden" in lead.text
    lead.says(f"{talk.k.directory.schools['ST-5'].name}, Magdeburg")
    assert "Magdeburg" in lead.labels[0]
    lead.taps(lead.labels[0]).says("Neu")
    assert "i_" in lead.text
    (invitation,) = talk.store.team().invitations
    assert invitation.post.startswith("schulsozialarbeit-")


def test_links_lead_through_the_doors_that_are_open():
    talk, lead = coordinator()
    talk.k = replace(
        talk.k, doors=("https://t.me/bot?start={payload}", "https://x.example/{payload}")
    )
    payload = invites_all(lead)
    assert payload[0] == payload[1]


def invites_all(lead: Person) -> list[str]:
    lead.commands(Command.INVITE).taps("Jemanden einladen", OFFICE_NAME).says("Neu")
    assert "https://t.me/bot?start=i_" in lead.text
    return CODE.findall(lead.text)


@pytest.mark.parametrize(
    ("role", "posts", "district", "label"),
    [
        (Role.ADMIN, (), None, "Redaktion"),
        (Role.ADMIN, (), None, "Leitung"),
        (Role.WORKER, ("koordinierungsstelle",), None, "Koordination eines Kreises"),
    ],
)
def test_each_sees_only_seats_that_may_be_given(role, posts, district, label):
    talk = Talk()
    person = somebody(talk, "eva", role, *posts, district=district)
    person.commands(Command.INVITE).taps("Jemanden einladen")
    assert label in person.labels
    _, lead = coordinator(talk)
    lead.commands(Command.INVITE).taps("Jemanden einladen")
    assert label not in lead.labels


def test_the_coordination_office_invites_a_districts_coordinator_who_gets_its_office():
    talk = Talk()
    office = somebody(talk, "kim", Role.WORKER, "koordinierungsstelle")
    payload = invites(office, "Koordination eines Kreises", "Halle (Saale)")
    newcomer = talk.visitor("neu").starts(payload)
    office.taps("Ziffern eingeben: P. Beispiel").says(SECRET.findall(newcomer.text)[0])
    assert newcomer.member.role is Role.COORDINATOR
    assert (newcomer.member.posts, newcomer.member.district) == ((OFFICE,), "halle")


def test_an_empty_name_is_asked_for_again_and_an_invitation_can_be_left():
    talk, lead = coordinator()
    lead.commands(Command.INVITE).taps("Jemanden einladen", OFFICE_NAME).says("   ")
    assert "Wie sollen Kolleginnen" in lead.text
    lead.says("Abbrechen")
    assert "Wer dazugehört" in lead.text
    lead.commands(Command.INVITE).taps("Jemanden einladen", OFFICE_NAME).says("liste")
    assert lead.member.asked is None
    assert talk.store.invitations == {}


def test_an_invitation_can_be_taken_back():
    talk, lead = coordinator()
    payload = invites(lead, OFFICE_NAME)
    lead.commands(Command.INVITE).taps("Einladung zurücknehmen: P. Beispiel")
    assert "gilt nicht mehr" in lead.text
    assert "gilt nicht mehr" in talk.visitor("neu").starts(payload).text


def test_the_list_shows_what_may_still_be_redeemed_and_only_that():
    talk, lead = coordinator()
    invites(lead, OFFICE_NAME)
    for name, post in (("fern", OFFICE), ("nah", MAGDEBURG)):
        until = talk.at if name == "nah" else talk.at + timedelta(days=1)
        talk.store.save(Invitation(name, Role.WORKER, until, name, post))
    boss = somebody(talk, "chefin", Role.ADMIN)
    lead.commands(Command.INVITE)
    assert "P. Beispiel · eingeladen" in lead.text
    assert "fern" not in lead.text
    assert "nah" not in lead.text
    boss.commands(Command.INVITE).taps("Jemanden einladen", "Mitarbeit in einer Netzwerkstelle")
    boss.commands(Command.INVITE).taps("Jemanden einladen", "Redaktion").says("Eda")
    assert "Einladung für Eda (Redaktion)" in boss.text


def test_only_the_inviter_and_who_leads_the_district_see_who_waits():
    talk, lead = coordinator()
    newcomer, _ = opened(talk, lead)
    _, other = coordinator(talk, "halle")
    talk.store.save(replace(other.member, id="halle", district="halle"))
    person = Person(talk, Staff("halle")).commands(Command.INVITE)
    assert newcomer.member.label not in person.text


def test_a_post_that_is_not_ready_is_not_switched_on():
    talk, lead = coordinator()
    pushes(talk, lead, "accept", MAGDEBURG)
    assert not talk.store.team().facts(MAGDEBURG).accepting


def test_an_action_of_which_nobody_said_who_may_do_it_is_a_bug():
    talk, lead = coordinator()
    event = Event("e", talk.at, bytes(32), lead.who, Typed(""))
    turn = Turn.on(talk.k, {TeamKey(): talk.store.team()}, event)
    with pytest.raises(LookupError, match="neues"):
        turn.acting("Neues", "lea", "neues")


def test_many_people_fill_several_pages():
    talk, lead = coordinator()
    for number in range(20):
        somebody(talk, f"m{number:02}", Role.WORKER, MAGDEBURG)
    lead.commands(Command.INVITE)
    assert len(lead.labels) == 10
    lead.taps("Weitere", "Weitere")
    assert "Weitere" not in lead.labels


# ── What is not theirs ──────────────────────────────────────────────────────────────────────────


def pushes(talk: Talk, person: Person, action: str, extra: str) -> str:
    """A button that this member was never shown, made by hand."""
    talk.store.save(Ref("f" * 32, person.who.member, action, extra=extra))
    person.pushes(Act("f" * 32))
    return person.text


@pytest.mark.parametrize(
    "seat",
    [
        Seat(Role.WORKER, OFFICE),
        Seat(Role.WORKER, f"schulsozialarbeit-{ELSEWHERE}"),
        Seat(Role.WORKER, "koordinierungsstelle"),
        Seat(Role.COORDINATOR, MAGDEBURG, "magdeburg"),
        Seat(Role.ADMIN),
        Seat(Role.EDITOR),
    ],
)
def test_a_coordinator_gives_no_seat_outside_the_district_and_no_higher_one(seat):
    talk, lead = coordinator()
    assert "Koordination des Kreises" in pushes(talk, lead, "invite_seat", str(seat))
    talk.store.save(replace(lead.member, asked=f"invite_name:{seat}"))
    lead.says("Neu")
    assert talk.store.invitations == {}
    assert {a.action for a in talk.store.audits} == {"refused:invite"}


def test_a_coordinator_takes_back_no_foreign_invitation_and_removes_nobody_foreign():
    talk, lead = coordinator()
    somebody(talk, "fern", Role.WORKER, OFFICE)
    talk.store.save(Invitation("h", Role.WORKER, talk.at, post=OFFICE))
    far = (("invite_void", "h"), ("remove", "fern"), ("remove_yes", "fern"))
    for action, extra in (*far, ("factor_reset", "fern")):
        assert "Koordination des Kreises" in pushes(talk, lead, action, extra)
    for action, extra in (("invite_void", "weg"), ("remove_yes", "weg")):
        assert "schon erledigt" in pushes(talk, lead, action, extra)
    pushes(talk, lead, "admit", "fern")
    assert "fern" in talk.store.members
    assert "h" in talk.store.invitations


def test_a_worker_invites_nobody_and_this_is_written_down():
    talk, _, anna, _ = offices()
    anna.commands(Command.INVITE)
    assert "Koordination des Kreises" in anna.text
    assert talk.store.audits[-1].action == "refused:/einladen"


def test_a_school_that_has_no_entry_in_the_directory_has_none_to_confirm():
    talk = Talk()
    post = f"schulsozialarbeit-{ELSEWHERE}"
    anna = somebody(talk, "anna", Role.WORKER, post)
    assert "schon erledigt" in pushes(talk, anna, "entry_yes", post)


# ── A lost second factor ────────────────────────────────────────────────────────────────────────


def test_whoever_leads_resets_a_lost_second_factor_and_its_member_reads_it():
    talk, _, anna, _ = offices()
    _, lead = coordinator(talk)
    lead.commands(Command.INVITE).taps("Zugang beenden: anna", "Nur die zweite Anmeldestufe: anna")
    assert "ist zurückgesetzt" in lead.text
    assert DropFactor("anna") in talk.outcome.effects
    assert "wurde zurückgesetzt" in anna.text
    last = talk.store.audits[-1]
    assert (last.member, last.action, last.about) == ("lea", "factor_reset", "anna")
    assert anna.member.posts == (MAGDEBURG,)


def test_the_operator_resets_it_for_whoever_is_there():
    talk, _, anna, _ = offices()
    talk.happens(House(), FactorLost("anna"))
    assert "wurde zurückgesetzt" in anna.text
    talk.happens(House(), FactorLost("weg"))
    assert talk.outcome.effects == ()


# ── Removing ────────────────────────────────────────────────────────────────────────────────────


def test_removal_ends_access_in_the_same_turn_and_the_request_is_free_again():
    talk, kim, anna, bo = offices()
    _, lead = coordinator(talk)
    sending(kim, "Sie lachen mich aus.")
    anna.taps("Übernehmen")
    free = sending(talk.visitor("frei")).request
    lead.commands(Command.INVITE).taps("Zugang beenden: anna", "Ja, Zugang beenden: anna")
    assert EndAccess("anna") in talk.outcome.effects
    emptied = [e for e in talk.outcome.effects if isinstance(e, EmptyDesk)]
    assert {(e.request, e.member) for e in emptied} == {("", "anna")}
    assert talk.store.audits[-1].action == "remove"
    talk.later(seconds=1)
    assert kim.request.claimed_by is None
    assert any(kim.request.name in screen.text for screen in bo.seen[-3:])
    assert "Zugang zum Schreibtisch ist beendet" in anna.text
    assert isinstance(anna.who, Visitor)
    assert free.name not in "".join(screen.text for screen in bo.news)
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"


def test_removing_by_a_typed_word_needs_no_more_rounds_than_by_a_tap():
    talk, kim, anna, _ = offices()
    boss = somebody(talk, "chefin", Role.ADMIN)
    sending(kim)
    anna.taps("Übernehmen")
    boss.commands(Command.INVITE).taps("Zugang beenden: anna").says("Ja, Zugang beenden: anna")
    talk.later(seconds=1)
    assert kim.request.claimed_by is None


def test_an_answer_that_the_leaver_sent_is_still_sent_and_the_post_has_an_owner_for_it():
    talk, kim, anna, bo = offices()
    _, lead = coordinator(talk)
    sending(kim)
    anna.taps("Übernehmen", "Antworten").says("Wir reden morgen.")
    talk.patient = False
    anna.taps("Senden")
    lead.commands(Command.INVITE).taps("Zugang beenden: anna", "Ja, Zugang beenden: anna")
    talk.later(seconds=1)
    assert kim.request.pending is None
    assert kim.request.answered_at is not None
    assert kim.request.claimed_by is None
    assert kim.request.due is not None
    bo.taps("Übernehmen")
    assert kim.request.claimed_by == "bo"


def test_a_matter_that_the_leaver_closed_stays_closed():
    talk, kim, anna, _ = offices()
    _, lead = coordinator(talk)
    sending(kim)
    request = kim.request.id
    anna.taps("Übernehmen", "Abschließen")
    talk.patient = False
    anna.taps(anna.labels[0])
    assert talk.store.request(request).pending is not None
    lead.commands(Command.INVITE).taps("Zugang beenden: anna", "Ja, Zugang beenden: anna")
    talk.later(seconds=1)
    assert not talk.store.request(request).open


def test_who_sits_on_another_post_too_loses_only_this_one():
    talk, kim, anna, _ = offices()
    _, lead = coordinator(talk)
    talk.store.save(replace(anna.member, posts=(MAGDEBURG, OFFICE)))
    sending(kim)
    anna.taps("Übernehmen")
    answering = next(b.tap for s in anna.seen for b in s.choices if b.label == "Antworten")
    lead.commands(Command.INVITE).taps("Zugang beenden: anna", "Ja, Zugang beenden: anna")
    assert anna.member.posts == (OFFICE,)
    assert "gehören nicht mehr zu" in "".join(screen.text for screen in anna.seen[-3:])
    anna.pushes(answering)
    assert anna.member.asked is None
    assert talk.store.audits[-1].action == "refused:answer"
    talk.later(seconds=1)
    assert kim.request.claimed_by is None
    assert anna.member.left == ()


def test_what_lies_on_later_pages_returns_too():
    talk, _, anna, bo = offices()
    for number in range(45):
        sending(talk.visitor(f"kim{number}"))
    _, lead = coordinator(talk)
    for request in talk.store.all_requests():
        talk.store.save(replace(request, claimed_by="anna"))
    lead.commands(Command.INVITE).taps("Zugang beenden: anna", "Ja, Zugang beenden: anna")
    talk.later(seconds=1)
    assert {r.claimed_by for r in talk.store.all_requests()} == {None}
    assert anna.who != bo.who


def test_a_post_that_is_left_alone_pauses():
    talk, _, _, _ = offices()
    _, lead = coordinator(talk)
    talk.store.save(replace(lead.member, posts=()))
    for name in ("anna", "bo"):
        lead.commands(Command.INVITE).taps(f"Zugang beenden: {name}", f"Ja, Zugang beenden: {name}")
    lead.commands(Command.SITUATION)
    assert talk.store.team().of(MAGDEBURG) == ()


def test_an_admin_removes_whoever_has_no_post():
    talk, lead = coordinator()
    boss = somebody(talk, "chefin", Role.ADMIN)
    editor = somebody(talk, "eda", Role.EDITOR)
    lead.commands(Command.INVITE)
    assert "Zugang beenden: eda" not in lead.labels
    boss.commands(Command.INVITE).taps("Zugang beenden: eda", "Ja, Zugang beenden: eda")
    assert isinstance(editor.who, Visitor)
    assert "Zugang beenden: chefin" not in boss.labels


# ── Wrong codes ─────────────────────────────────────────────────────────────────────────────────


def test_wrong_codes_slow_down_then_lock_and_a_good_one_stays_good():
    talk = Talk()
    payload = talk.invited("gut", Role.WORKER, MAGDEBURG)
    somebody_ = talk.visitor("rate")
    for number in range(4):
        assert "gilt nicht mehr" in somebody_.starts(f"i_falsch-{number}").text
    assert "Einladungen, die nicht stimmen" in somebody_.starts(payload).text
    talk.later(seconds=31)
    somebody_.starts("i_falsch")
    talk.later(seconds=31)
    assert "Einladungen, die nicht stimmen" in somebody_.starts(payload).text
    talk.later(seconds=31)
    somebody_.starts(payload)
    assert isinstance(somebody_.who, Staff)


def test_ten_wrong_codes_lock_for_a_day():
    talk = Talk()
    guesser = talk.visitor("rate")
    for number in range(10):
        guesser.starts(f"i_falsch-{number}")
        talk.later(hours=1, minutes=5)
    payload = talk.invited("gut", Role.WORKER, MAGDEBURG)
    assert "Einladungen, die nicht stimmen" in guesser.starts(payload).text
    assert isinstance(talk.visitor("andere").starts(payload).who, Staff)
    talk.later(hours=14)
    assert "gilt nicht mehr" in guesser.starts(payload).text


def test_a_hundred_wrong_codes_lock_the_whole_house_for_an_hour():
    talk = Talk()
    for number in range(100):
        talk.visitor(f"rate-{number}").starts(f"i_falsch-{number}")
    payload = talk.invited("gut", Role.WORKER, MAGDEBURG)
    late = talk.visitor("spaet").starts(payload)
    assert "Einladungen, die nicht stimmen" in late.text
    talk.later(hours=1)
    assert isinstance(late.starts(payload).who, Staff)


def test_a_member_who_guesses_counts_for_the_house():
    talk = Talk()
    anna = talk.staffed(MAGDEBURG, "anna")[0]
    anna.starts("i_falsch")
    assert talk.store.guesses == {"": Guesses("", (talk.at,))}


def test_nobody_reaches_the_desk_without_an_invitation():
    talk = Talk()
    kim = talk.visitor().starts("i_").commands(Command.INVITE)
    assert isinstance(kim.who, Visitor)
    assert talk.store.members == {}
