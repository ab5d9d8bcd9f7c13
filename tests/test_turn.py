"""The door of the core: what must be known, what is said when something breaks, danger alone."""

from dataclasses import replace

import pytest
from talk import MAGDEBURG, NOON, Talk, knowledge, offices, sending

from bot.core.messages import (
    Due,
    Event,
    House,
    Invited,
    NotDelivered,
    Outage,
    Say,
    Staff,
    Timer,
    Tone,
    Typed,
    Visitor,
)
from bot.core.records import (
    Answer,
    Conversation,
    ConversationKey,
    Invitation,
    InvitationKey,
    Member,
    OpenRequests,
    PostFacts,
    Ref,
    RefKey,
    RequestKey,
    Role,
    Team,
    TeamKey,
)
from bot.core.taps import decode_tap
from bot.core.turn import apology, danger_screen, needs, turn
from bot.core.world import Outcome, Turn, key_of, updated


def event(who, body):
    return Event("e", NOON, bytes(32), who, body)


def test_needs_are_asked_step_by_step():
    typed = event(Visitor("kim"), Typed("1"))
    assert ConversationKey("kim") in needs(typed, {})
    talk, kim, _anna, _ = offices()
    sending(kim)
    known = talk.known(typed)
    assert RequestKey(kim.request.id) in known
    assert any(isinstance(key, RefKey) for key in known)


def test_a_member_needs_what_they_write_to_and_the_lists_of_their_posts():
    talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen", "Antworten")
    assert RequestKey(kim.request.id) in talk.known(event(anna.who, Typed("ja")))
    anna.starts()
    assert OpenRequests(MAGDEBURG) in talk.known(event(anna.who, talk_started()))


def talk_started():
    from bot.core.messages import Started  # noqa: PLC0415

    return Started()


def test_a_member_who_is_unknown_needs_no_more_than_the_team():
    assert needs(event(Staff("weg"), Typed("ja")), {}) == {TeamKey()}


def test_the_world_is_not_changed_by_a_turn():
    talk, _kim, *_ = offices()
    known = talk.known(event(Visitor("kim"), Typed("hallo")))
    before = dict(known)
    turn(talk.k, known, event(Visitor("kim"), Typed("hallo")))
    assert known == before


def test_the_same_event_decides_the_same():
    talk, kim, *_ = offices()
    sending(kim)
    happened = event(Visitor("kim"), Typed("hallo"))
    known = talk.known(happened)
    assert turn(talk.k, known, happened) == turn(talk.k, known, happened)


def test_an_apology_goes_to_persons_only():
    assert apology(knowledge(), event(House(), Due(Timer.PROMISE, "x"))) is None
    for who in (Visitor("kim"), Staff("anna")):
        said = apology(knowledge(), event(who, Typed("mein Text")))
        assert isinstance(said, Say)
        assert "mein Text" not in said.screen.text


def test_danger_alone_needs_no_record():
    screen = danger_screen(knowledge(), "ich will mich umbringen", NOON)
    assert screen is not None
    assert screen.tone is Tone.ALERT
    assert "112" in screen.text
    assert danger_screen(knowledge(), "guten tag", NOON) is None


def test_the_houses_own_events_of_persons_do_nothing():
    talk, kim, anna, _ = offices()
    kim.starts()
    invited = Invited("h", "worker", None, None, "", NOON)
    for body in (Due(Timer.PROMISE, "x"), NotDelivered(kim.who, None), invited):
        for who in (kim.who, anna.who):
            talk.happens(who, body)
            assert [e for e in talk.outcome.effects if isinstance(e, Say)] == []


def test_an_outage_of_the_house_is_no_event_of_it():
    talk = Talk()
    talk.happens(House(), Outage(NOON, NOON))
    assert talk.outcome == Outcome()


def test_half_characters_and_nul_are_mended_before_anything_else():
    _talk, kim, *_ = offices()
    kim.starts().says("\ud800\0")
    assert kim.news


# ── The world after a turn ──────────────────────────────────────────────────────────────────────


def test_every_record_has_its_key():
    _talk, kim, *_ = offices()
    sending(kim)
    invitation = Invitation("h", Role.WORKER, NOON)
    member, facts = Member("m", Role.WORKER, "m", NOON), PostFacts("p")
    assert key_of(kim.conversation) == ConversationKey("kim")
    assert key_of(kim.request) == RequestKey(kim.request.id)
    assert key_of(Ref("r", "kim", "x")) == RefKey("r")
    assert key_of(invitation) == InvitationKey("h")
    assert key_of(member) == key_of(facts) == TeamKey()
    after = updated({}, Outcome((member, facts, invitation)))
    assert after[TeamKey()] == Team((member,), (facts,))
    assert after[InvitationKey("h")] == invitation


def test_buttons_of_a_group_are_used_up_together():
    mine, other = Ref("a", "kim", "x", gives="g"), Ref("b", "kim", "y", gives="g")
    alone, foreign = Ref("c", "kim", "z"), Ref("d", "lisa", "x", gives="g")
    known = {RefKey(each.ref): each for each in (mine, other, alone, foreign)}
    after = updated(known, Outcome(drops=(RefKey("a"),)))
    assert after[RefKey("a")] is None
    assert after[RefKey("b")] is None
    assert after[RefKey("c")] == alone
    assert after[RefKey("d")] == foreign
    assert updated(known, Outcome(drops=(RefKey("c"),)))[RefKey("c")] is None


def test_a_closed_request_leaves_the_lists():
    _talk, kim, *_ = offices()
    sending(kim)
    request = kim.request
    after = updated({}, Outcome((request,)))
    again = updated(after, Outcome((request,)))
    closed = updated(again, Outcome((replace(request, closed_at=NOON),)))
    assert request.name not in closed.values()
    assert [value for value in closed.values() if value == (request.id,)] == []


def test_a_conversation_that_nobody_knows_begins():
    assert Turn.on(knowledge(), {}, event(Visitor("x"), Typed(""))).conversation(
        "x"
    ) == Conversation("x", NOON)


def test_taps_that_no_button_of_ours_carries_are_none():
    assert [decode_tap(data) for data in ("", "x.y", "n.fort", "t.a.b", "a.b.c")] == [None] * 5


def test_a_walk_of_two_hundred_answers_lets_the_older_half_go():
    talk, kim, *_ = offices()
    kim.starts().taps("Schüler:in")
    talk.store.save(replace(kim.conversation, answers=(Answer("eingang.lernen"),) * 200))
    kim.taps("Hilfe jetzt")
    assert len(kim.conversation.answers) == 102
    assert "112" in kim.text


@pytest.mark.parametrize("kind", list(Timer))
def test_a_timer_of_what_was_forgotten_meanwhile_disturbs_nobody(kind):
    talk = Talk()
    talk.happens(House(), Due(kind, "gone"))
    assert not [effect for effect in talk.outcome.effects if isinstance(effect, Say)]
    assert not talk.store.requests
    assert not talk.store.conversations
