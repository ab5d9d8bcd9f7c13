"""Random routes of requests: absence, broken promises, pauses, hand-over, the visitor's yes and no.

None ever comes to somebody the visitor excluded, and none to another carrier without a yes. Buttons
are forged too, so that not the list of what is offered is proved but what is done. The schools are
chosen so that every kind of ladder is walked: school social work with and without evidence, of
known and unknown carriers, and districts whose office is a youth office, is none, or is unknown.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest
from soaking import soak
from talk import Store, Talk
from telegram_house import untraced

from bot.core.directory import COORDINATION, PostKind
from bot.core.messages import Due, House, Say, Staff, Tapped, Timer, Typed, Visitor
from bot.core.posts import other_carrier
from bot.core.records import Author, Conversation, Member, Ref, Request, Word
from bot.core.taps import Act
from bot.core.tree import Audience

STEPS = 9
EXCLUSIONS = (frozenset(), frozenset({"school"}), frozenset({"youth_office"}))
SCHOOLS = {  # school → whether somebody sits at its own post
    "ST-5": True,  # Magdeburg: evidence, a carrier with many schools
    "ST-34": True,  # its sister
    "ST-82": True,  # Mansfeld-Südharz: evidence, another carrier
    "ST-79": True,  # Börde: evidence, a carrier nobody knows
    "ST-673": True,  # Harz: the same, and the office is a youth office
    "ST-80": True,  # Magdeburg: no evidence, but somebody was invited and came
    "ST-7": True,  # Halle: the same, and the office is a youth office
    "ST-11": False,  # Jerichower Land: only the office
    "ST-20": False,  # Stendal: only a youth office
    "ST-52": False,  # Wittenberg: only an office of which nobody knows whose it is
    "ST-0": False,  # Anhalt-Bitterfeld
    "ST-2": False,  # Altmarkkreis Salzwedel
}


@dataclass
class Route:
    """One request on its way; what the visitor allowed is remembered here, not in the request."""

    random: Random
    store: Store = field(default_factory=Store)
    refs: int = 0
    stood_in: bool = False  # a deputy had it once

    def __post_init__(self) -> None:
        self.talk = Talk(store=self.store, patient=False)
        self.lay = set[str]()  # every post it ever lay at
        self.school, own = self.random.choice(tuple(SCHOOLS.items()))
        district = self.talk.k.directory.schools[self.school].district
        self.ladder = (
            *((f"schulsozialarbeit-{self.school.lower()}",) if own else ()),
            f"netzwerkstelle-{district}",
        )
        self.posts = (*self.ladder, *self.others(), COORDINATION)
        for post in self.posts:
            self.talk.staffed(post, f"{post}/a", f"{post}/b")
        if len(self.ladder) == 2 and self.random.random() < 0.3:
            self.sits_at_both(f"{self.ladder[1]}/b")
        self.deputies()
        self.excluded, self.skip, first = self.wishes()
        consent = self.random.random() < 0.4
        self.readers = {self.carrier(first)}
        if consent:
            self.readers |= {self.carrier(post) for post in self.ladder[self.ladder.index(first) :]}
        self.begins(first, district, consent=consent)

    def others(self) -> tuple[str, ...]:
        """A sister of the first post, where it has one, and offices elsewhere."""
        directory, first = self.talk.k.directory, self.ladder[0]
        sisters = sorted(
            post.id
            for post in directory.posts.values()
            if post.takes and post.id != first and not other_carrier(directory, first, post.id)
        )
        offices = sorted(
            post.id
            for post in directory.posts.values()
            if post.kind is PostKind.NETWORK_OFFICE and post.id not in self.ladder
        )
        return (*sisters[:1], self.random.choice(offices))

    def sits_at_both(self, name: str) -> None:
        """A member of the office works at the visitor's own school, too."""
        member = self.store.team().member(name)
        assert member
        self.store.save(replace(member, posts=self.ladder[::-1]))

    def deputies(self) -> None:
        """Whoever sits elsewhere may be named, of the same carrier or of another."""
        for post in self.ladder:
            if self.random.random() < 0.7:
                others = [other for other in self.posts[len(self.ladder) :] if other != post]
                deputy = f"{self.random.choice((others[0], *others))}/a"
                self.store.save(replace(self.store.team().facts(post), deputy=deputy))

    def wishes(self) -> tuple[frozenset[str], bool, str]:
        """What the visitor excludes, and who is first then; never everybody."""
        while True:
            excluded = self.random.choice(EXCLUSIONS)
            skip = self.random.random() < 0.2
            self.excluded, self.skip = excluded, skip
            first = next((post for post in self.ladder if not self.out(post)), None)
            if first is not None:
                return excluded, skip, first

    def begins(self, first: str, district: str, *, consent: bool) -> None:
        self.kim = self.talk.visitor()
        due = self.talk.at + timedelta(hours=3)
        self.store.save(
            Conversation(
                "kim", self.talk.at, audience=Audience.PUPIL, neutral=False, writing_to="r",
                school=self.school, district=district,
            )
        )  # fmt: skip
        self.store.save(
            Request(
                id="r", name="Blauer Otter", conversation="kim", audience=Audience.PUPIL,
                topic="mobbing", path=(), school=self.school, district=district, language="de",
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
        doing = self.random.randrange(17)
        if doing == 0:
            self.taps(member, "claim")
        elif doing in {1, 2}:
            self.taps(Staff(f"{self.request.post}/a"), "claim")
        elif doing in {3, 4, 5}:
            self.hands_over(holder, target)
        elif doing == 6:
            self.taps(holder, self.random.choice(("undo", "give_back")))
        elif doing == 7:
            self.answers()
        elif doing in {8, 9}:
            self.away(member.member)
        elif doing == 10:
            facts = self.store.team().facts(target)
            self.store.save(replace(facts, paused=not facts.paused))
            self.happens(Due(Timer.ENDED, target))
        elif doing in {11, 16}:
            self.empties(self.request.post)
        elif doing == 12:
            self.worries()
        else:
            self.passes(self.random.choice((0.003, 0.003, 1, 30, 80)))

    def hands_over(self, holder: Staff, target: str) -> None:
        """Whoever has it gives it on, and mostly lets it go; then the visitor may be asked."""
        if self.random.random() < 0.7:
            self.taps(holder, "claim")
        self.taps(holder, "hand_over_to", target)
        if self.random.random() < 0.8:
            self.passes(0.003)
        if self.request.offered and self.random.random() < 0.7:
            self.answers()

    def empties(self, post: str) -> None:
        """Nobody of this post is there any more: who steps in, or the next rung."""
        for member in self.store.team().of(post):
            self.store.save(replace(member, absent_until=self.talk.at + timedelta(days=9)))
        deputy = self.store.team().facts(post).deputy
        self.happens(Due(Timer.RECKON, f"{post}/0"))
        if deputy:
            self.taps(Staff(deputy), "claim")

    def worries(self) -> None:
        """A red card breaks in at a second member, else at whom the visitor agreed to."""
        if self.request.open:
            self.talk.happens(self.kim.who, Typed("geheim, ich will nicht mehr leben"))
            self.check()

    def answers(self) -> None:
        """The visitor's yes or no to whatever is asked; also to what nobody asked."""
        offered = self.request.offered
        post = self.random.choice((offered,) * 9 + self.posts) or self.ladder[-1]
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
        self.lay.add(request.post)
        self.stood_in = self.stood_in or self.held_by_a_deputy()
        assert not self.out(request.post), f"excluded: {request.post}"
        assert self.carrier(request.post) in self.readers, f"no yes: {request.post}"
        team = self.store.team()
        for say in self.talk.outcome.effects:
            if isinstance(say, Say) and isinstance(say.to, Staff) and "geheim" in say.screen.text:
                member = team.member(say.to.member)
                assert member
                assert not self.kept_out(member), "read by the excluded"
                assert any(self.carrier(post) in self.readers for post in member.posts), "read"

    def held_by_a_deputy(self) -> bool:
        """Who has it was named by the post, and reads for the same carrier."""
        holder = self.store.team().member(self.request.claimed_by or "")
        if holder is None or self.request.post in holder.posts:
            return False
        assert all(self.carrier(post) in self.readers for post in holder.posts), "read elsewhere"
        return True

    def kept_out(self, member: Member) -> bool:
        """Whoever sits at the own school, or for a youth office, whatever else they do."""
        at_school = self.skip or "school" in self.excluded
        own = f"schulsozialarbeit-{self.school.lower()}"
        youth_office = "youth_office" in self.excluded and any(map(self.out, member.posts))
        return (at_school and own in member.posts) or youth_office

    def out(self, post: str) -> bool:
        """Whether the visitor excluded it, read from the directory alone."""
        found = self.talk.k.directory.posts.get(post)
        carrier = self.talk.k.directory.carriers.get(found.carrier) if found else None
        at_school = found is None or found.kind is PostKind.SCHOOL_SOCIAL_WORK
        youth_office = carrier is None or carrier.youth_office is not False
        return (at_school and (self.skip or "school" in self.excluded)) or (
            youth_office and "youth_office" in self.excluded
        )


@dataclass
class Came:
    """Where many routes came, so that it is seen that they went anywhere."""

    posts: Counter[str] = field(default_factory=Counter)
    districts: Counter[str] = field(default_factory=Counter)
    carriers: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Came") -> "Came":
        return Came(
            self.posts + other.posts,
            self.districts + other.districts,
            self.carriers + other.carriers,
            self.ways + other.ways,
        )


def walked(seeds: range, store: type[Store] = Store, route: type[Route] = Route) -> Came:
    came = Came()
    for seed in seeds:
        one = route(Random(seed), store())
        for _ in range(STEPS):
            one.step()
        request = one.request
        came.posts.update(one.lay)
        came.districts.update({request.district or ""})
        came.carriers.update({one.carrier(post) for post in one.lay})
        came.ways.update(dict.fromkeys(one.store.counts, 1))
        came.ways["moved"] += len(one.lay) > 1
        came.ways["deputy"] += one.stood_in
    return came


def went_everywhere(came: Came, routes: int) -> None:
    """At least so many of the posts, districts, carriers and ways that there are, each often."""
    often = routes // 100
    for what, least in ((came.posts, 12), (came.districts, 8), (came.carriers, 10)):
        reached = {each for each, times in what.items() if times >= often}
        assert len(reached) >= least, what
    for way in ("moved", "deputy", "handed_over", "promise_broken", "absent_moved"):
        assert came.ways[way] >= often, came.ways


def test_a_thousand_routes_reach_nobody_excluded_and_no_other_carrier_without_a_yes():
    came = walked(range(150))  # what these reach is counted as covered; the others go untraced
    with untraced():
        came += walked(range(150, 1000))
    went_everywhere(came, 1000)


@pytest.mark.soak
def test_ten_thousand_routes_reach_nobody_excluded_and_no_other_carrier_without_a_yes():
    routes = soak(10_000, 100)
    went_everywhere(walked(range(1000, 1000 + routes)), routes)


class ForgetsExclusions(Store):
    """A planted fault: what the visitor excluded is lost on the way."""

    def request(self, request: str) -> Request:
        return replace(super().request(request), excluded=frozenset(), skip_school=False)


class TakesYesForGranted(Store):
    """A planted fault: whoever is asked has agreed."""

    def request(self, request: str) -> Request:
        return replace(super().request(request), consent=True)


@pytest.mark.parametrize(
    ("store", "said"), [(ForgetsExclusions, "excluded"), (TakesYesForGranted, "no yes")]
)
def test_a_planted_leak_is_found(store, said):
    with pytest.raises(AssertionError, match=said):
        walked(range(150), store)


class Still(Route):
    """A planted fault of the routes themselves: they go nowhere."""

    def step(self) -> None:
        self.check()


def test_routes_that_go_nowhere_are_found():
    with pytest.raises(AssertionError):
        went_everywhere(walked(range(300), route=Still), 300)
