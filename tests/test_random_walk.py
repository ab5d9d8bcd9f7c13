"""Random people over the real knowledge: nothing breaks, and what is promised holds at each step."""

from dataclasses import fields, is_dataclass, replace
from datetime import time, timedelta
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soaking import soak
from talk import MAGDEBURG, SPIELWAGEN, Talk
from wandering import (
    SECRET,
    Wandering,
    Watched,
    encodable,
    facts_are_what_answers_say,
    moved_as_agreed,
    nobody_is_disturbed,
    nobody_is_named,
    requests_have_owners,
    texts_are_for_the_claimer,
)

from bot.core.cards import Card
from bot.core.directory import Span
from bot.core.messages import Button, Say, Screen, Staff, Timer
from bot.core.taps import Choose, Move
from bot.core.tree import Audience

STEPS = 500  # of one wandering; ten of them make the five thousand of `make test`


@pytest.mark.parametrize("seed", range(10))
def test_five_thousand_random_steps_break_nothing(seed):
    wandering = Wandering(seed)
    for _ in range(STEPS):
        wandering.step()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 300))
def test_a_hundred_thousand_random_steps_break_nothing(seed):
    wandering = Wandering(seed)
    for _ in range(soak(500)):
        wandering.step()


def test_the_wanderers_come_far_enough_to_prove_something():
    counts: dict[str, int] = {}
    for seed in range(12):
        wandering = Wandering(seed)
        for _ in range(240):
            wandering.step()
        for what, number in wandering.talk.store.counts.items():
            counts[what] = counts.get(what, 0) + number
    assert counts["sent"] >= 15
    assert counts["promise_broken"] >= 5
    assert counts["looks"] >= 2
    assert {"joined", "practice", "poster"} <= counts.keys()
    assert any(what.startswith("closed/") for what in counts)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(), max_size=4))
def test_any_unicode_gets_an_answer_on_every_screen(texts):
    talk = Talk()
    talk.staffed(MAGDEBURG, "anna", "bo")
    kim = talk.visitor()
    kim.starts()
    for tap in (Move.STAY, Choose("eingang.wer", "schueler"), Move.HUMAN):
        kim.pushes(tap)
        for text in texts:
            kim.says(text)
            assert kim.news
            for screen in kim.news:
                encodable(screen)


# ── What staff may see, by its type ─────────────────────────────────────────────────────────────


def reachable_types(of: type) -> set[type]:
    """Every dataclass that can stand in a field of this one, however deep."""
    found = {of}
    for hint in get_type_hints(of).values():
        for inner in (hint, *get_args(hint)):
            if isinstance(inner, type) and is_dataclass(inner) and inner not in found:
                found |= reachable_types(inner)
    return found


def named_fields(types: set[type]) -> set[str]:
    return {each.name for one in types for each in fields(one)}


def who_they_are(names: set[str]) -> set[str]:
    telling = ("conversation", "address", "user", "visitor", "chat", "account", "phone")
    return {name for name in names if any(word in name for word in telling)}


def test_no_field_of_a_card_says_who_the_visitor_is():
    types = reachable_types(Card)
    assert Card in types
    assert len(types) > 1
    assert not who_they_are(named_fields(types))


def test_a_card_with_such_a_field_would_be_found():
    from dataclasses import make_dataclass  # noqa: PLC0415  (the planted fault stands alone)

    leaky = make_dataclass("leaky", [("conversation", str)])
    around = make_dataclass("around", [("inner", leaky)])
    assert who_they_are(named_fields(reachable_types(around))) == {"conversation"}


# ── The watchers, watched ───────────────────────────────────────────────────────────────────────


def test_a_card_that_shows_words_before_claiming_is_caught():
    talk = Talk()
    anna = talk.staffed(MAGDEBURG, "anna", "bo")[0]
    say = Say(anna.who, Screen(f"Geschrieben: {SECRET}1"), "x", quotes=True)
    with_request(talk, claimed_by=None)
    with pytest.raises(AssertionError):
        texts_are_for_the_claimer(talk, say, Staff("anna"))


def test_a_screen_that_names_a_visitor_is_caught():
    talk = Talk()
    talk.visitor("kim-0815")
    with pytest.raises(AssertionError):
        nobody_is_named(talk, Say(Staff("anna"), Screen("von kim-0815")))


def test_a_stored_fact_that_no_answer_gave_is_caught():
    talk = Talk()
    kim = talk.visitor().starts().taps("Schüler:in")
    facts_are_what_answers_say(kim)
    talk.store.save(replace(kim.conversation, audience=Audience.TEACHER))
    with pytest.raises(AssertionError):
        facts_are_what_answers_say(kim)


def test_a_request_without_a_timer_is_caught():
    talk = Talk()
    with_request(talk, claimed_by=None)
    talk.store.timers.pop((Timer.PROMISE, "x"), None)
    with pytest.raises(AssertionError):
        requests_have_owners(talk)


def test_a_button_that_does_not_fit_is_caught():
    with pytest.raises(AssertionError):
        encodable(Screen("da", (Button("weiter", Choose("n" * 40 + ".x", "c" * 30)),)))


def test_a_request_that_goes_where_nobody_agreed_to_is_caught():
    talk = Watched()
    with_request(talk, claimed_by="anna")
    before = talk.store.request("x")
    moved_as_agreed(talk, before, replace(before, claimed_by=None))
    for wrong in ({"post": SPIELWAGEN}, {"claimed_by": "bo"}):
        with pytest.raises(AssertionError):
            moved_as_agreed(talk, before, replace(before, **wrong))
    with pytest.raises(AssertionError):
        moved_as_agreed(talk, None, replace(before, post=SPIELWAGEN, skip_school=True))


def test_a_card_that_wakes_a_member_is_caught():
    talk = Watched()
    with_request(talk, claimed_by=None)
    card = Say(Staff("anna"), Screen("Karte", slot="card:x"), "x")
    nobody_is_disturbed(talk, card, Staff("anna"))
    anna = talk.store.team().member("anna")
    night = (Span(5, time(8), time(9)),)
    for away in ({"absent_until": talk.at + timedelta(days=1)}, {"waking": night}):
        talk.store.save(replace(anna, **away))
        with pytest.raises(AssertionError):
            nobody_is_disturbed(talk, card, Staff("anna"))


def with_request(talk: Talk, **facts: object) -> None:
    """A request "x" that waits in Magdeburg."""
    talk.staffed(MAGDEBURG, "anna", "bo")
    kim = talk.visitor("bote")
    kim.starts()
    ask(kim)
    talk.store.save(replace(kim.request, id="x", **facts))


def ask(kim) -> None:
    for tap in (Choose("eingang.wer", "schueler"), Move.HUMAN, Choose("schule.suche", "st-5")):
        kim.pushes(tap)
    kim.taps("Ja, das ist gut")
    kim.says("hallo")
    kim.taps("Absenden")
