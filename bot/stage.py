"""Who plays in a scenario, and the door they come through; a clock moved by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from bot.app import App
from bot.channels.terminal import decode
from bot.core.calendar import local
from bot.core.directory import Span
from bot.core.messages import Body, Screen, Staff, Started, Tapped, Timer, Visitor
from bot.core.records import Conversation, Member, Permission, PostFacts, Role
from bot.ports import Address, Incoming, Outgoing, Receipt, Take
from bot.transcript import World

WEEK = tuple(Span(day, time(8), time(15)) for day in range(5))  # members without hours of their own
TICK = timedelta(milliseconds=1)  # what happens takes time: no two looks at the same instant


@dataclass
class Hands:
    """A clock that is moved by hand."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Stage:
    """A door whose people are played: what is said goes in at once, what is shown is kept.

    This one has no edge: values in, values out. Others put a channel's own between.
    """

    name: str = "terminal"
    heard: Callable[[str, Screen], None] = lambda _who, _screen: None
    shown: dict[str, list[Screen]] = field(default_factory=dict)
    said: int = 0

    def enter(self, app: App, clock: Hands) -> None:
        """The house that is played in."""
        self.app, self.clock = app, clock

    def address(self, who: str) -> Address:
        """Where somebody of the scenario is reached through this door."""
        return Address(self.name, who)

    # ── What people do ──────────────────────────────────────────────────────────────────────────

    async def opened(self, who: str, payload: str) -> None:
        """Somebody opens the bot, perhaps by a link."""
        await self.hear(who, Started(payload))

    async def typed(self, who: str, text: str) -> None:
        await self.hear(who, decode(text))

    async def tapped(self, who: str, label: str) -> None:
        """The newest button with this label; whoever plays has looked that there is one."""
        buttons = (
            button
            for screen in reversed(self.shown[who])
            for button in screen.choices + screen.ways
            if button.label == label
        )
        await self.hear(who, Tapped(next(buttons).tap))

    async def hear(self, who: str, body: Body) -> None:
        self.said += 1
        number = str(self.said)
        incoming = Incoming(f"step/{number}", self.address(who), self.clock(), body, message=number)
        await self.app.dispatcher.take([incoming])

    async def look(self, who: str) -> None:
        """Whatever stands before somebody by now is among ``shown``."""

    # ── Implements ``bot.ports.Channel`` ────────────────────────────────────────────────────────

    async def listen(self, take: Take) -> None:
        """Nobody types here; the player hands in what is said."""
        del take

    async def send(self, outgoing: Outgoing) -> Receipt:
        if outgoing.screen is not None:
            self.shown.setdefault(outgoing.address.id, []).append(outgoing.screen)
            self.heard(outgoing.address.id, outgoing.screen)
        return Receipt((str(outgoing.row),))


async def people(app: App, stage: Stage, world: World) -> None:
    """Seat the members of a world on live posts, and let the visitor stand where it says."""
    day = local(world.at).date()
    members = [
        Member(
            id=address_of(post, name),
            role=Role.WORKER,
            label=name,
            joined_at=world.at,
            posts=(post,),
            plan=WEEK,
            absent_until=world.absent.get(name),
        )
        for post, names in world.members.items()
        for name in names
    ]
    facts = [
        PostFacts(post, Permission(day, "Szenario", "text"), practised=True, accepting=True)
        for post in world.members
    ]
    school = app.knowledge.directory.schools.get(world.school or "")
    district = school.district if school else None
    visitor = Conversation("visitor", world.at, (), world.audience, "de", world.school, district)

    def seat(work: Any) -> None:
        for record in (*members, *facts, visitor):
            work.save(record)
        for member in members:
            work.bind(stage.address(member.id), Staff(member.id), world.at)
        for post in world.members:
            work.wake(world.at, Timer.ENTRY, post)  # as if they had joined just now
        work.bind(stage.address("visitor"), Visitor("visitor"), world.at)

    await app.store.run(seat)


def address_of(post: str, name: str) -> str:
    return f"{post}/{name}"
