"""What every command is given: the house, its doors, the arguments, a way to answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from bot.app import App
from bot.core.calendar import when
from bot.core.records import Team, TeamKey
from bot.store.work import Overdue, Stats

Say = Callable[[str], Awaitable[None]]
Arguments = Mapping[str, object]


class Doors(Protocol):
    """Where an invitation can be redeemed, and what the doors say of themselves."""

    async def links(self, payload: str) -> Sequence[str]:
        """One link for each door that is switched on."""
        ...

    async def faults(self) -> Sequence[str]:
        """What a door shows that differs from what it should show."""
        ...


class NoDoors:
    """No door is switched on: the bare code is all there is."""

    async def links(self, payload: str) -> Sequence[str]:
        del payload
        return ()

    async def faults(self) -> Sequence[str]:
        return ()


async def team_of(app: App) -> Team:
    found = await app.store.run(lambda work: work.load(TeamKey()))
    return found if isinstance(found, Team) else Team()


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at a moment: numbers, what is overdue, whether sending is held."""

    at: datetime
    numbers: Stats
    late: tuple[Overdue, ...]
    held: bool

    @classmethod
    async def of(cls, app: App) -> Self:
        at = app.clock()
        return await app.store.run(
            lambda work: cls(at, work.stats(), work.overdue(at), work.held())
        )

    async def say_late(self, say: Say) -> None:
        """One line for each request whose promise has passed."""
        for each in self.late:
            await say(f"Überfällig: „{each.name}“ bei {each.post}, {when(each.since, self.at)}")


def text_of(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    return str(value) if value else None
