"""Bar 10: a card undelivered or unread: next addressee and coordinator, the sender told who has it.

Chaos: members' chats refuse cards, members leave for days, nobody opens a desk. Whatever happens,
no request falls silent: it is claimed, or its visitor was told where it lies and by when, again
after every promise that was broken; and somebody who can be reached knows of it.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from soaking import soak
from talk import MAGDEBURG, SPIELWAGEN, Person, Talk, sending

from bot.core.directory import COORDINATION
from bot.core.messages import Due, House, NotDelivered, Say, Staff, Timer
from bot.core.records import Request, Role

DAYS = 5


class Chaos(Talk):
    """A talk in which the chats of some members take nothing that comes by itself."""

    deaf: frozenset[str] = frozenset()

    def happens(self, who, body, channel: str = "terminal") -> None:
        super().happens(who, body, channel)
        lost = [
            say
            for say in self.outcome.effects
            if isinstance(say, Say)
            and isinstance(say.to, Staff)
            and say.to.member in self.deaf
            and say.request
        ]
        for member, request in {(say.to.member, say.request) for say in lost}:
            self.not_delivered(member, request)

    def not_delivered(self, member: str, request: str) -> None:
        """The outbox says so: given up, or a quarter of an hour late."""
        self.happens(House(), NotDelivered(Staff(member), request))


class Unheard(Chaos):
    """A planted fault: what does not arrive is believed to have arrived."""

    def not_delivered(self, member: str, request: str) -> None:
        pass


class Untold(Chaos):
    """A planted fault: promises are broken in silence."""

    def happens(self, who, body, channel: str = "terminal") -> None:
        if not (isinstance(body, Due) and body.kind is Timer.PROMISE):
            super().happens(who, body, channel)


def begun(talk: Chaos, dice: Random) -> Person:
    """Kim asks the school's post, with a yes or a no to the office; lea leads the district."""
    for post, names in ((SPIELWAGEN, ("cem", "dana")), (MAGDEBURG, ("anna", "bo"))):
        talk.staffed(post, *names)
    talk.staffed(COORDINATION, "kira", "lou")
    (lea,) = talk.staffed("netzwerkstelle-halle", "lea", role=Role.COORDINATOR)
    talk.store.save(replace(lea.member, posts=(), district="magdeburg"))
    names = ("cem", "dana", "anna", "bo")
    talk.deaf = frozenset(name for name in names if dice.random() < 0.5)
    kim = talk.visitor().starts()
    talk.store.save(replace(kim.conversation, neutral=False))  # what is told can be read at once
    sending(kim, consent=dice.random() < 0.6)
    return kim


def silent(talk: Chaos, seed: int) -> list[str]:
    """What was wrong in some days of chaos."""
    dice = Random(seed)
    kim = begun(talk, dice)
    faults: list[str] = []
    for _ in range(DAYS * 4):
        if dice.random() < 0.2:
            name = dice.choice(("cem", "dana", "anna", "bo"))
            member = talk.store.team().member(name)
            until = talk.at + timedelta(days=dice.randint(1, 3))
            talk.store.save(replace(member, absent_until=until))
            for post in member.posts:
                talk.happens(House(), Due(Timer.RECKON, f"{post}/0"))
        before = kim.request
        talk.later(hours=6)
        faults += wrong(talk, kim, before)
    return faults


def wrong(talk: Chaos, kim: Person, before: Request) -> list[str]:
    now, told = kim.request, "\n".join(screen.text for screen in kim.seen)
    found = {
        "a promise ran out and nobody said so": now.due is None or now.due <= talk.at,
        "moved, and kim does not know where": now.post != before.post
        and name_of(talk, now.post) not in told,
        "overdue, and kim was not told": now.overdue_since is not None
        and not any(said in told for said in ("niemand geantwortet", "rechtzeitig geantwortet")),
        "it lies where nobody is reached": not reached(talk, now),
    }
    return [what for what, so in found.items() if so]


def name_of(talk: Talk, post: str) -> str:
    return talk.k.directory.posts[post].name


def reached(talk: Chaos, request: Request) -> bool:
    """Somebody who can be reached has the card, or heard that it waits."""
    seen = {p.who.member: p for p in talk.people if isinstance(p.who, Staff)}
    hearing = [p for name, p in seen.items() if name not in talk.deaf]
    cards = any(
        request.name in screen.text
        for p in hearing
        if request.post in p.member.posts
        for screen in p.seen
    )
    facts = ("kam hier bei niemandem an", "überfällig", "Überfällig")
    told = any(fact in s.text for p in hearing for s in p.seen for fact in facts)
    return cards or told


def chaos(seeds: range, house: type[Chaos] = Chaos) -> list[str]:
    return [f"{seed}: {fault}" for seed in seeds for fault in silent(house(), seed)]


def test_in_a_hundred_runs_of_chaos_no_request_falls_silent():
    assert chaos(range(100)) == []


@pytest.mark.soak
def test_in_a_thousand_runs_of_chaos_no_request_falls_silent():
    assert chaos(range(100, 100 + soak(1_000, 10))) == []


@pytest.mark.parametrize("fault", [Unheard, Untold])
def test_a_house_that_does_not_hear_or_does_not_tell_is_caught(fault):
    assert chaos(range(12), fault)
