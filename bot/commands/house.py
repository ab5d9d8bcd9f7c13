"""What every command is given: the house, its doors, the arguments, a way to answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from bot.app import App
from bot.core.records import Team, TeamKey

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


def text_of(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    return str(value) if value else None
