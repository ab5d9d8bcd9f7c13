"""The doors that are switched on, and the bot behind them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot import commands
from bot.app import TELEGRAM_LIMITS, App, now, with_operator
from bot.channels.telegram import Profile, Telegram, apply, differs, profile_of
from bot.core.knowledge import Knowledge
from bot.core.messages import Outage
from bot.core.records import Team, TeamKey
from bot.ports import Limits, Refused, TryLater
from bot.settings import Settings
from bot.store import Keys, Store, control

log = structlog.get_logger("lotse")


@dataclass(frozen=True)
class Doors:
    """Implements ``commands.Doors``: Telegram, when it is switched on and was reached."""

    telegram: Telegram | None = None
    profile: Profile | None = None

    def links(self, payload: str) -> Sequence[str]:
        if self.telegram is None or not self.telegram.username:
            return ()
        return (f"https://t.me/{self.telegram.username}?start={payload}",)

    async def faults(self) -> Sequence[str]:
        """What the profile on Telegram's pages says differently from the directory."""
        if self.telegram is None or self.profile is None:
            return ()
        try:
            return await differs(self.telegram.call, self.profile)
        except (TryLater, Refused):
            return ("Telegram ist gerade nicht zu erreichen; das Profil ist nicht geprüft.",)


def telegram_of(
    settings: Settings,
    mark: str = "",
    heard: Any = None,
    on_outage: Callable[[Outage], Awaitable[None]] | None = None,
) -> Telegram | None:
    if settings.telegram_token is None:
        return None
    return Telegram(
        settings.telegram_token,
        settings.telegram_api,
        now,
        settings.telegram_connections,
        mark,
        heard=heard,
        on_outage=on_outage,
    )


@contextlib.asynccontextmanager
async def looking(settings: Settings, knowledge: Knowledge) -> AsyncIterator[Doors]:
    """The doors for one command of the operator; nothing is heard."""
    telegram = telegram_of(settings)
    if telegram is None:
        yield Doors()
        return
    await telegram.start()
    try:
        yield Doors(telegram, profile_of(knowledge.directory))
    finally:
        await telegram.stop()


async def team(settings: Settings, keys: Keys) -> Team:
    """Who has joined; the store is opened for one look."""
    store = await Store.open(settings.database, keys)
    try:
        found = await store.run(lambda work: work.load(TeamKey()))
    finally:
        await store.close()
    return found if isinstance(found, Team) else Team()


async def serve(settings: Settings, keys: Keys, knowledge: Knowledge) -> int:
    """The bot until a signal comes; the exit code."""
    store = await Store.open(settings.database, keys)
    try:
        return await _serve(settings, store, with_operator(knowledge, settings.operator))
    finally:
        await store.close()


async def _serve(settings: Settings, store: Store, knowledge: Knowledge) -> int:
    mark, heard = await store.run(lambda work: work.mark_of("telegram"))
    telegram = telegram_of(settings, mark, heard, lambda missed: app.outage(missed))  # noqa: PLW0108
    limits: Mapping[str, Limits] = {"telegram": TELEGRAM_LIMITS}
    app = App(knowledge, store, (telegram,) if telegram else (), limits)
    if telegram is None:
        log.warning("Keine Tür ist offen: LOTSE_TELEGRAM_TOKEN ist leer.")
        return await _with_socket(settings, app, Doors())
    await telegram.start()
    profile = profile_of(knowledge.directory)
    introducing = asyncio.create_task(_introduce(telegram, profile))
    try:
        return await _with_socket(settings, app, Doors(telegram, profile))
    finally:
        introducing.cancel()
        await telegram.stop()


async def _introduce(telegram: Telegram, profile: Profile) -> None:
    """Menu and profile as they should be; a failure shows in ``lotse status``."""
    try:
        await apply(telegram.call, profile)
    except (TryLater, Refused) as failure:
        log.warning("profile not set", reason=type(failure).__name__)


async def _with_socket(settings: Settings, app: App, doors: Doors) -> int:
    async def handle(arguments: control.Line, say: control.Say) -> int:
        async def line(text: str) -> None:
            await say({"line": text})

        return await commands.perform(app, doors, arguments, line)

    async with control.serving(settings.database, handle):
        return await app.run()
