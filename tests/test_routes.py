"""Random routes of requests: absence, broken promises, pauses, hand-over, the visitor's yes and no.

None ever comes to somebody the visitor excluded, and none to another carrier without a yes. Buttons
are forged too, so that not the list of what is offered is proved but what is done.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest
from talk import MAGDEBURG, SPIELWAGEN, Store, Talk

from bot.core.directory import PostKind
from bot.core.messages import Due, House, Say, Staff, Tapped, Timer, Visitor
from bot.core.posts import other_carrier
from bot.core.records import Author, Conversation, Ref, Request, Word
from bot.core.taps import Act
from bot.core.tree import Audience

HALLE = "netzwerkstelle-halle"  # of a youth office
STEPS = 9
EXCLUSIONS = (frozenset(), frozenset({"school"}), frozenset({"youth_office"}))


@dataclass
class Route:
    """One request on its way; what the visitor allowed is remembered here, not in the request."""

    random: Random
    store: Store = field(default_factory=Store)
    refs: int = 0

    def __post_init__(self) -> None:
        self.talk = Talk(store=self.store, patient=False)
        directory = self.talk.k.directory
        sister = next(
            post.id
            for post in directory.posts.values()
            if post.takes
            and post.id != SPIELWAGEN
            and not other_carrier(directory, SPIELWAGEN, post.id)
        )
        self.posts = (SPIELWAGEN, MAGDEBURG, HALLE, sister, "koordinierungsstelle")
        for post in self.posts:
            self.talk.staffed(post, f"{post}/a", f"{post}/b")
        self.kim = self.talk.visitor()
        self.excluded = self.random.choice(EXCLUSIONS)
        self.skip = self.random.random() < 0.2
        consent = self.random.random() < 0.4
        first = MAGDEBURG if self.skip or "school" in self.excluded else SPIELWAGEN
        self.readers = {self.carrier(first)}
        if consent and first == SPIELWAGEN:
            self.readers.add(self.carrier(MAGDEBURG))
        due = self.talk.at + timedelta(hours=3)
        self.store.save(Conversation("kim", self.talk.at, audience=Audience.PUPIL, neutral=False))
        self.store.save(
            Request(
                id="r", name="Blauer Otter", conversation="kim", audience=Audience.PUPIL,
                topic="mobbing", path=(), school="ST-5", district="magdeburg", language="de",
                excluded=self.excluded, consent=consent, skip_school=self.skip,
                sent_at=self.talk.at, post=first, due=due,
                words=(Word(Author.VISITOR, self.talk.at, "geheim", "telegram"),),
            )
        )  # fmt: skip
        self.store.timers[Timer.PROMISE, "r"] = due

    def carrier(self, post: str) -> str:
        found = self.talk.k.directory.posts.get(post)
        return found.carrier if found and found.carrier else post

    @property
    def request(self) -> Request:
        return self.store.request("r")

    # ── What happens ────────────────────────────────────────────────────────────────────────────

    def taps(self, who: Staff | Visitor, action: str, extra: str = "") -> None:
        """A button with this action, forged where nobody was shown one."""
        self.refs += 1
        ref = f"{self.refs:032x}"
        owner = who.member if isinstance(who, Staff) else who.conversation
        self.store.save(Ref(ref, owner, action, "r", extra))
        self.talk.happens(who, Tapped(Act(ref)))
        self.check()

    def step(self) -> None:
        member = Staff(f"{self.random.choice(self.posts)}/{self.random.choice('ab')}")
        holder = Staff(self.request.claimed_by or f"{self.request.post}/a")
        target = self.random.choice(self.posts)
        doing = self.random.randrange(12)
        if doing == 0:
            self.taps(member, "claim")
        elif doing in {1, 2}:
            self.taps(Staff(f"{self.request.post}/a"), "claim")
        elif doing in {3, 4, 5}:
            self.taps(holder, "hand_over_to", target)
        elif doing == 6:
            self.taps(holder, self.random.choice(("undo", "give_back")))
        elif doing == 7:
            self.answers()
        elif doing == 8:
            self.away(member.member)
        elif doing == 9:
            facts = self.store.team().facts(target)
            self.store.save(replace(facts, paused=not facts.paused))
            self.happens(Due(Timer.ENDED, target))
        else:
            self.passes(self.random.choice((0.003, 0.003, 1, 30, 80)))

    def answers(self) -> None:
        """The visitor's yes or no to whatever is asked; also to what nobody asked."""
        offered = self.request.offered
        post = self.random.choice((offered,) * 9 + self.posts) or MAGDEBURG
        if self.random.random() < 0.3:
            self.taps(self.kim.who, "hand_over_no", post)
            return
        action = self.random.choice(("hand_over_yes", "hand_over_yes", "consent"))
        if action == "consent" or post == offered:
            self.readers.add(self.carrier(post))
        self.taps(self.kim.who, action, post)

    def away(self, member: str) -> None:
        found = self.store.team().member(member)
        assert found
        until = self.talk.at + timedelta(days=self.random.randint(1, 9))
        self.store.save(replace(found, absent_until=None if found.absent_until else until))
        for post in self.posts:
            self.happens(Due(Timer.RECKON, f"{post}/0"))

    def happens(self, due: Due) -> None:
        self.talk.happens(House(), due)
        self.check()

    def passes(self, hours: float) -> None:
        """Each timer at its hour, and a look after each."""
        until = self.talk.at + timedelta(hours=hours)
        for _ in range(40):
            due = [(at, key) for key, at in self.store.timers.items() if at <= until]
            if not due:
                break
            at, key = min(due, key=lambda each: (each[0], each[1][0].value, each[1][1]))
            self.talk.at = max(self.talk.at, at)
            del self.store.timers[key]
            self.happens(Due(*key))
        self.talk.at = max(self.talk.at, until)

    # ── What must hold ──────────────────────────────────────────────────────────────────────────

    def check(self) -> None:
        request = self.request
        assert not self.out(request.post), f"excluded: {request.post}"
        assert self.carrier(request.post) in self.readers, f"no yes: {request.post}"
        team = self.store.team()
        for say in self.talk.outcome.effects:
            if isinstance(say, Say) and isinstance(say.to, Staff) and "geheim" in say.screen.text:
                member = team.member(say.to.member)
                assert member
                assert any(not self.out(post) for post in member.posts)
                assert any(self.carrier(post) in self.readers for post in member.posts)

    def out(self, post: str) -> bool:
        """Whether the visitor excluded it, read from the directory alone."""
        found = self.talk.k.directory.posts[post]
        carrier = self.talk.k.directory.carriers.get(found.carrier)
        at_school = found.kind is PostKind.SCHOOL_SOCIAL_WORK
        youth_office = carrier is None or carrier.youth_office is not False
        return (at_school and (self.skip or "school" in self.excluded)) or (
            youth_office and "youth_office" in self.excluded
        )


def walked(seeds: range, store: type[Store] = Store) -> dict[str, int]:
    """Many routes; where they came, so that it is seen that they went anywhere."""
    came: dict[str, int] = {}
    for seed in seeds:
        route = Route(Random(seed), store())
        for _ in range(STEPS):
            route.step()
        came[route.request.post] = came.get(route.request.post, 0) + 1
    return came


def test_a_thousand_routes_reach_nobody_excluded_and_no_other_carrier_without_a_yes():
    came = walked(range(1000))
    assert len(came) >= 3
    assert came[MAGDEBURG] >= 100


@pytest.mark.soak
def test_ten_thousand_routes_reach_nobody_excluded_and_no_other_carrier_without_a_yes():
    assert len(walked(range(1000, 11000))) >= 3


class ForgetsExclusions(Store):
    """A planted fault: what the visitor excluded is lost on the way."""

    def request(self, request: str) -> Request:
        return replace(super().request(request), excluded=frozenset(), skip_school=False)


class TakesYesForGranted(Store):
    """A planted fault: whoever is asked has agreed."""

    def request(self, request: str) -> Request:
        return replace(super().request(request), agreed=(MAGDEBURG, HALLE))


@pytest.mark.parametrize(
    ("store", "said"), [(ForgetsExclusions, "excluded"), (TakesYesForGranted, "no yes")]
)
def test_a_planted_leak_is_found(store, said):
    with pytest.raises(AssertionError, match=said):
        walked(range(150), store)
