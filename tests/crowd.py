"""A crowd at the whole application: members of many posts, many open requests, a clock that hurries.

A watcher sits around the core and looks at every request that a turn writes, at once: what no turn
writes cannot change. What it knows of timers is what the store was told.
"""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from telegram_house import CHANNEL, MONDAY, OFFICE, Chats, House, house, tapped, typed

from bot.app import CORE
from bot.core.directory import PostKind
from bot.core.messages import Due, Event, LetSleep, Staff, Timer, Visitor, Wake
from bot.core.records import (
    Author,
    Conversation,
    Member,
    Permission,
    PostFacts,
    Ref,
    Request,
    RequestKey,
    Role,
    Word,
)
from bot.core.taps import Act
from bot.core.tree import Audience
from bot.core.world import Outcome
from bot.ports import Address
from bot.scenario import WEEK

MEMBERS_FROM, VISITORS_FROM = 100_000, 200_000  # chats
TEXT = "noch etwas"


@dataclass
class Watcher:
    """What every request is after every turn, and what was wrong with it."""

    requests: dict[str, Request] = field(default_factory=dict)
    timers: dict[str, datetime] = field(default_factory=dict)  # the next step of a request
    faults: list[str] = field(default_factory=list)
    steps: int = 0

    def turn(self, knowledge: Any, known: Mapping[Any, Any], event: Event) -> Outcome:
        match event.body:
            case Due(Timer.PROMISE, ref):
                self.timers.pop(ref, None)
        outcome = CORE.turn(knowledge, known, event)
        self.saw(outcome, event.at)
        return outcome

    def saw(self, outcome: Outcome, at: datetime) -> None:
        self.steps += 1
        for effect in outcome.effects:
            match effect:
                case Wake(when, Timer.PROMISE, ref):
                    self.timers[ref] = when
                case LetSleep(Timer.PROMISE, ref):
                    self.timers.pop(ref, None)
        for record in outcome.records:
            if isinstance(record, Request) and not record.practice:
                before = self.requests.get(record.id)
                self.requests[record.id] = record
                self.faults += [f"{record.id}: {what}" for what in self.wrong(before, record, at)]

    def wrong(self, before: Request | None, now: Request, at: datetime) -> list[str]:
        """Everything that must hold of one request (DESIGN, section 4)."""
        step = self.timers.get(now.id)
        found = {
            "no owner": now.open and not now.post,
            "no next step": now.open and step is None,
            "next step after its promise": bool(now.due and step and step > now.due),
            "no due time": now.open and now.due is None and now.answered_at is None,
            "a promise nobody follows": bool(now.due and now.due - at > timedelta(days=60)),
            "claimed twice": bool(
                before
                and before.open
                and before.claimed_by
                and now.claimed_by
                and before.claimed_by != now.claimed_by
            ),
            "closed and still waiting": not now.open and step is not None,
        }
        return [what for what, so in found.items() if so]


@dataclass
class Crowd:
    """Everybody, and one thing after the other that they do."""

    home: House
    watcher: Watcher
    members: list[Member]
    dice: random.Random
    number: int = 1000
    wrote: dict[str, int] = field(default_factory=dict)  # request → texts of its visitor
    events: int = 0

    async def acts(self, many: int) -> None:
        """So many things happen at once, as one batch of what Telegram hands over."""
        updates: list[dict[str, Any]] = []
        while len(updates) < many:
            updates += await self.dice.choice((self.writes, self.races, self.races, self.leaves))()
        self.events += len(updates)
        await self.home.hears(updates)

    async def writes(self) -> list[dict[str, Any]]:
        request = self.any_open()
        self.wrote[request.id] = self.wrote.get(request.id, 0) + 1
        return [typed(self.next(), VISITORS_FROM + int(request.conversation[1:]), TEXT)]

    async def races(self) -> list[dict[str, Any]]:
        """Several want the same one; whoever has it answers it or gives it back."""
        request = self.any_open()
        here = [m for m in self.members if request.post in m.posts]
        who = self.dice.sample(here, min(4, len(here)))
        action = "claim" if request.claimed_by is None else "give_back"
        refs = [Ref(f"{self.next():032x}", m.id, action, request.id) for m in who]
        await self.home.app.store.run(lambda work: [work.save(ref) for ref in refs])
        return [
            tapped(self.next(), chat_of(member), Act(ref.ref))
            for member, ref in zip(who, refs, strict=True)
        ]

    async def leaves(self) -> list[dict[str, Any]]:
        """Somebody is away for today, back, or the post is full."""
        member = self.dice.choice(self.members)
        action = self.dice.choice(("today", "back", "back", "full", "free"))
        extra = member.id if action in {"today", "back"} else f"{member.id}:{member.posts[0]}"
        ref = Ref(f"{self.next():032x}", member.id, f"presence_{action}", "", extra)
        await self.home.app.store.run(lambda work: work.save(ref))
        return [tapped(self.next(), chat_of(member), Act(ref.ref))]

    def any_open(self) -> Request:
        while True:
            found = self.watcher.requests[self.dice.choice(self.ids)]
            if found.open:
                return found

    @property
    def ids(self) -> list[str]:
        return self._ids

    def __post_init__(self) -> None:
        self._ids = sorted(self.watcher.requests)

    def next(self) -> int:
        self.number += 1
        return self.number

    async def unfollowed(self) -> list[str]:
        """Open requests for which no timer stands in the store."""
        sql = (
            "SELECT id FROM requests WHERE open = 1"
            " AND id NOT IN (SELECT ref FROM timers WHERE kind = 'promise')"
        )
        return await self.home.app.store.run(
            lambda work: [row[0] for row in work.connection.execute(sql).fetchall()]
        )

    async def lost(self) -> list[str]:
        """Requests that are gone, and those in which a text of the visitor is missing."""

        def unit(work: Any) -> list[str]:
            found = {i: work.load(RequestKey(i)) for i in self.ids}
            return [
                i
                for i, request in found.items()
                if request is None
                or sum(w.by is Author.VISITOR for w in request.words) != 1 + self.wrote.get(i, 0)
            ]

        return await self.home.app.store.run(unit)


def chat_of(member: Member) -> int:
    return MEMBERS_FROM + int(member.id[1:])


@asynccontextmanager
async def crowd(
    path: Path, members: int, requests: int, watcher: Watcher | None = None, seed: int = 1
) -> AsyncIterator[Crowd]:
    """So many members at the posts of the directory, and so many requests that wait for them."""
    watcher = watcher or Watcher()
    async with house(path, chats=Chats(kept=3)) as home:
        home.app.dispatcher.core = replace(CORE, turn=watcher.turn)
        seated, waiting = made(home, members, requests)
        await home.app.store.run(lambda work: seat(work, seated, waiting))
        for request in waiting:
            watcher.requests[request.id] = request
            assert request.due is not None
            watcher.timers[request.id] = request.due
        yield Crowd(home, watcher, seated, random.Random(seed))


def made(home: House, members: int, requests: int) -> tuple[list[Member], list[Request]]:
    k = home.app.knowledge
    taking = [post for post in k.directory.posts.values() if len(post.takes) == 3]
    taking.sort(key=lambda post: (post.id != OFFICE, post.kind is PostKind.NETWORK_OFFICE, post.id))
    posts = taking[: max(2, members // 5)]  # an office, schools of its district, other offices
    seated = [
        Member(f"m{n}", Role.WORKER, f"M{n}", MONDAY, (posts[n % len(posts)].id,), plan=WEEK)
        for n in range(members)
    ]
    waiting = []
    for n in range(requests):
        post = posts[n % len(posts)]
        school = post.schools[0] if post.schools else None
        district = k.directory.schools[school].district if school else post.districts[0]
        due = MONDAY + timedelta(hours=6, days=n % 2)
        word = Word(Author.VISITOR, MONDAY, "es geht um die Pause")
        waiting.append(
            Request(
                f"r{n}", f"Name {n}", f"v{n}", Audience.GUARDIAN, "mobbing", (), school, district,
                "de", frozenset(), n % 3 > 0, skip_school=False, sent_at=MONDAY, post=post.id,
                due=due, words=(word,),
            )
        )  # fmt: skip
    return seated, waiting


def seat(work: Any, members: list[Member], requests: list[Request]) -> None:
    permission = Permission(date(2026, 1, 5), "DEMO")
    for post in {member.posts[0] for member in members}:
        work.save(PostFacts(post, permission, practised=True, accepting=True))
    for member in members:
        work.save(member)
        work.bind(Address(CHANNEL, str(chat_of(member))), Staff(member.id), MONDAY)
    for n, request in enumerate(requests):
        work.save(request)
        work.wake(request.due, Timer.PROMISE, request.id)
        conversation = Conversation(
            request.conversation, MONDAY, audience=Audience.GUARDIAN, school=request.school,
            district=request.district, writing_to=request.id,
        )  # fmt: skip
        work.save(conversation)
        address = Address(CHANNEL, str(VISITORS_FROM + n))
        work.bind(address, Visitor(request.conversation), MONDAY)
