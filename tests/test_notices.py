"""E-mail to members: an address is confirmed before it is used, and a mail says nothing of anybody."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from talk import MAGDEBURG, Person, Store, Talk, knowledge, offices, sending

from bot.core.mailbox import MOST, TRIES, address_of
from bot.core.messages import (
    Admit,
    Command,
    Due,
    Effect,
    House,
    LinkAsked,
    NotDelivered,
    Say,
    Staff,
    Timer,
)
from bot.core.records import Mail, Member, Role

MINE = "anna@beispiel.example"
ON = {"mail": "on", "web": "https://lotse.example.de"}


def mailing() -> tuple[Talk, Person, Person, Person]:
    """Kim about to write to an office with anna and bo, in a house that sends e-mail."""
    talk, kim, anna, bo = offices()
    talk.k = replace(talk.k, operator={**talk.k.operator, **ON})
    return talk, kim, anna, bo


def code_in(talk: Talk) -> str:
    return re.search(r"\b\d{6}\b", talk.store.mails[-1][1])[0]


def confirmed(talk: Talk, person: Person, address: str = MINE) -> Person:
    person.commands(Command.MAIL).says(address)
    return person.says(code_in(talk))


@pytest.fixture
def house() -> tuple[Talk, Person, Person, Person]:
    talk, kim, anna, bo = mailing()
    confirmed(talk, anna)
    talk.store.mails.clear()
    return talk, kim, anna, bo


def mail_of(talk: Talk, member: str) -> Mail | None:
    found = talk.store.team().member(member)
    assert isinstance(found, Member)
    return found.mail


# ── Saying an address ───────────────────────────────────────────────────────────────────────────


def test_an_address_is_used_only_after_the_code_that_was_sent_there():
    talk, _, anna, _ = mailing()
    anna.commands(Command.MAIL)
    assert "sind aus" in anna.text
    assert "Welche Adresse lesen nur Sie?" in anna.text
    anna.says(f"  {MINE.upper()} ")
    assert talk.store.mails[-1][0] == MINE
    assert talk.store.mailboxes == {}
    anna.says(code_in(talk))
    assert "Bestätigt" in anna.text
    assert talk.store.mailboxes == {MINE: "anna"}
    assert MINE not in repr(mail_of(talk, "anna"))


def test_the_presence_screen_leads_there_where_the_house_sends_mail():
    _, _, anna, _ = mailing()
    anna.commands(Command.ABSENT).taps("Hinweise per E-Mail")
    assert "Welche Adresse" in anna.text
    talk = Talk()
    (cem,) = talk.staffed(MAGDEBURG, "cem")
    cem.commands(Command.ABSENT)
    assert "Hinweise per E-Mail" not in cem.labels
    cem.commands(Command.MAIL)
    assert "nicht eingerichtet" in cem.text


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "anna@beispiel",
        "a b@beispiel.example",
        "anna@beispiel.example, bo@beispiel.example",
        "anna@beispiel.example\nBcc: x@beispiel.example",
        "änna@beispiel.example",
        "anna@@beispiel.example",
        f"{'a' * 250}@beispiel.example",
        "<anna@beispiel.example>",
        "anna@beispiel.example\0",
    ],
)
def test_what_is_no_single_address_is_none(typed):
    assert address_of(typed) is None


def test_nonsense_is_asked_again_and_sends_nothing():
    talk, _, anna, _ = mailing()
    anna.commands(Command.MAIL).says("keine ahnung")
    assert "keine E-Mail-Adresse" in anna.text
    assert talk.store.mails == []


def test_a_mailbox_that_stands_in_the_directory_is_refused():
    talk, _, anna, _ = mailing()
    known = [p.email for p in knowledge().directory.posts.values() if p.email]
    known += [s.email for s in knowledge().directory.schools.values() if s.email][:5]
    assert len(known) > 5
    for address in known:
        anna.commands(Command.MAIL).says(address.upper())
        assert "dort lesen auch andere" in anna.text
    assert talk.store.mails == []


def test_wrong_codes_end_it_soon():
    talk, _, anna, _ = mailing()
    anna.commands(Command.MAIL).says(MINE)
    right = code_in(talk)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(TRIES):
        anna.says(wrong)
        assert "stimmt nicht" in anna.text
    anna.says(right)
    assert "gilt nicht mehr" in anna.text
    assert talk.store.mailboxes == {}


def test_a_code_is_good_for_half_an_hour():
    talk, _, anna, _ = mailing()
    anna.commands(Command.MAIL).says(MINE)
    talk.later(minutes=30)
    anna.says(code_in(talk))
    assert "gilt nicht mehr" in anna.text
    assert talk.store.mailboxes == {}


def test_nobodys_mailbox_is_filled_with_codes():
    talk, _, anna, _ = mailing()
    for _ in range(MOST + 2):
        anna.commands(Command.MAIL).says(MINE)
    assert len(talk.store.mails) == MOST
    assert "Für heute" in anna.text
    talk.later(days=1)
    anna.commands(Command.MAIL).says(MINE)
    assert len(talk.store.mails) == MOST + 1


def test_two_members_never_share_an_address(house):
    talk, _, _, bo = house
    confirmed(talk, bo)
    assert "schon jemand anderes" in bo.text
    assert talk.store.mailboxes == {MINE: "anna"}


def test_a_word_that_leaves_ends_the_question():
    _, _, anna, _ = mailing()
    anna.commands(Command.MAIL).says("abbrechen")
    assert "keine E-Mail-Adresse" not in anna.text
    assert anna.member.asked is None


def test_another_address_takes_the_place_of_the_first(house):
    talk, _, anna, _ = house
    confirmed(talk, anna, "neu@beispiel.example")
    assert talk.store.mailboxes == {"neu@beispiel.example": "anna"}


def test_a_member_who_wants_no_mail_is_forgotten_by_it(house):
    talk, kim, anna, _ = house
    anna.commands(Command.MAIL).taps("Keine E-Mails mehr")
    assert talk.store.mailboxes == {}
    sending(kim)
    talk.later(hours=1)
    assert talk.store.mails == []


# ── Notices ─────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_looks_at_for_five_minutes_is_told_once_without_a_word_of_it(house):
    talk, kim, _, _ = house
    sending(kim, "Es geht um die Pause.")
    talk.later(minutes=4)
    assert talk.store.mails == []
    talk.later(minutes=2)
    assert [address for address, _ in talk.store.mails] == [MINE]
    assert_mails_say_nothing(talk, kim)
    talk.later(hours=3)
    assert len(talk.store.mails) == 1


def test_who_looks_meanwhile_gets_no_mail(house):
    talk, kim, anna, _ = house
    sending(kim)
    anna.commands(Command.DESK)
    talk.later(minutes=30)
    assert talk.store.mails == []


def test_who_was_at_the_desk_since_is_told_again_of_what_is_new(house):
    talk, kim, anna, _ = house
    sending(kim)
    talk.later(minutes=6)
    anna.taps("Übernehmen")
    kim.says("Noch etwas dazu.")
    talk.later(minutes=10)
    assert [address for address, _ in talk.store.mails] == [MINE, MINE]


def test_a_desk_that_stays_unseen_is_told_of_the_next_day_once_more(house):
    talk, kim, _, _ = house
    sending(kim)
    talk.later(minutes=6)
    before = len(talk.store.mails)
    talk.later(hours=48)
    assert before < len(talk.store.mails) <= before + 3


def test_a_red_card_is_told_at_once(house):
    talk, kim, _, _ = house
    sending(kim, "Ich will sterben, ich bringe mich heute um.")
    talk.later(seconds=1)
    assert len(talk.store.mails) == 1


def test_in_quiet_hours_no_mail_comes_and_the_digest_brings_one(house):
    talk, kim, anna, _ = house
    anna.commands(Command.ABSENT).taps("Ruhezeiten und Überblick").says("Mo-Fr 8-10")
    sending(kim)
    talk.later(hours=10)
    assert talk.store.mails == []
    talk.later(hours=12)  # the next morning
    assert [address for address, _ in talk.store.mails] == [MINE]


def test_what_a_member_does_herself_brings_her_no_mail(house):
    talk, _, anna, _ = house
    anna.commands(Command.HELP)
    talk.later(hours=1)
    assert talk.store.mails == []


def test_the_link_in_a_notice_opens_the_desk_for_a_day(house):
    talk, kim, _, _ = house
    sending(kim)
    talk.later(minutes=5)
    (admit,) = [e for e in talk.outcome.effects if isinstance(e, Admit)]
    assert admit.to == Staff("anna")
    assert admit.until == talk.at + timedelta(hours=24)
    assert f"{ON['web']}/desk/mail/{admit.code}" in talk.store.mails[-1][1]


def test_a_notice_that_is_not_needed_any_more_is_not_sent(house):
    talk, _, anna, _ = house
    for member in ("anna", "bo", "gone"):
        talk.happens(House(), Due(Timer.MAIL, member))
    assert talk.store.mails == []
    assert anna.member.mail == Mail(confirmed=True, asked=anna.member.mail.asked)


# ── A link to log in with ───────────────────────────────────────────────────────────────────────


def test_a_link_goes_to_the_confirmed_address_only(house):
    talk, _, anna, bo = house
    bo.does(LinkAsked())
    assert talk.store.mails == []
    seen = len(anna.seen)
    anna.does(LinkAsked(), "email")
    ((address, text),) = talk.store.mails
    assert (address, len(anna.seen)) == (MINE, seen)
    (admit,) = [e for e in talk.outcome.effects if isinstance(e, Admit)]
    assert admit.until == talk.at + timedelta(minutes=15)
    assert admit.code in text
    assert ("anna", "mail_link") in [(a.member, a.action) for a in talk.store.audits]


def test_a_visitor_is_never_sent_anything():
    talk = Talk()
    kim = talk.visitor()
    kim.starts()
    seen = len(kim.seen)
    kim.does(LinkAsked())
    assert (len(kim.seen), talk.store.mails) == (seen, [])


# ── What comes back ─────────────────────────────────────────────────────────────────────────────


def test_an_address_that_takes_nothing_is_forgotten_and_the_desk_says_so(house):
    talk, _, anna, _ = house
    talk.happens(House(), NotDelivered(Staff("anna"), None, "email"))
    assert talk.store.mailboxes == {}
    assert mail_of(talk, "anna") is None
    assert "nimmt nichts an" in anna.text
    assert talk.store.counts["mail_undelivered"] == 1


def test_a_mail_that_comes_back_for_somebody_who_left_disturbs_nobody(house):
    talk, _, anna, _ = house
    seen = len(anna.seen)
    talk.happens(House(), NotDelivered(Staff("gone"), None, "email"))
    assert len(anna.seen) == seen


# ── A planted fault ─────────────────────────────────────────────────────────────────────────────


def assert_mails_say_nothing(talk: Talk, kim: Person) -> None:
    """No name, topic, place, audience or word of anybody stands in any mail."""
    assert talk.store.mails
    for _, text in talk.store.mails:
        assert text.startswith("Es liegt etwas auf Ihrem Schreibtisch\n")
        for secret in (kim.request.name, "Pause", "Mobbing", "Magdeburg", kim.request.id, "Schül"):
            assert secret not in text


class Chatty(Store):
    """A planted fault: what is put on a desk is mailed as it is."""

    def carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Say) and effect.to == Staff("anna") and not effect.only:
            self.mails.append((MINE, effect.screen.text))
        super().carry_out(effect)


def test_a_mail_that_shows_the_card_is_noticed(house):
    talk, kim, _, _ = house
    talk.store = Chatty(**vars(talk.store))
    sending(kim)
    talk.later(minutes=6)
    with pytest.raises(AssertionError):
        assert_mails_say_nothing(talk, kim)


def test_editors_and_admins_may_have_mail_too():
    talk, _, _, _ = mailing()
    talk.store.save(Member("eva", Role.EDITOR, "eva", talk.at))
    eva = Person(talk, Staff("eva"))
    confirmed(talk, eva, "eva@beispiel.example")
    assert talk.store.mailboxes == {"eva@beispiel.example": "eva"}
