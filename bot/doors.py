"""The doors that are switched on, and the bot behind them."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot import commands
from bot.app import TELEGRAM_LIMITS, App, now, with_operator
from bot.cache import of_user
from bot.channels.email import Email, Server
from bot.channels.telegram import Hooked, Profile, Telegram, apply, differs, profile_of
from bot.channels.web import Origin, Web
from bot.core.calendar import local
from bot.core.knowledge import Knowledge
from bot.core.messages import Outage
from bot.library import Library, shelf_beside
from bot.ports import Channel, Limits, Refused, TryLater
from bot.remembered import Memory
from bot.settings import Settings
from bot.store import Keys, Store, StoreError, Work, control

log = structlog.get_logger("lotse")

NAME_HERE = "NAME_DES_BOTS"
HOW = " (Telegram ist gerade nicht zu erreichen: bitte den Namen des Bots selbst einsetzen)"
MAIL_LIMITS = Limits(total_per_second=2, connections=2)
GAP = "{payload}"  # in the links of ``Knowledge.doors``
NAME_EVERY = 60.0  # seconds until the name is asked for again
HEARD_EVERY = 180.0  # seconds between two notes that Telegram was reached


@dataclass(frozen=True)
class Doors:
    """Implements ``commands.Doors``: Telegram, when it is switched on and was reached."""

    telegram: Telegram | None = None
    profile: Profile | None = None
    origin: Origin | None = None
    mail: Email | None = None

    async def links(self, payload: str) -> Sequence[str]:
        links = []
        if self.telegram is not None:
            name = await self.telegram.learn_name()
            links.append(f"https://t.me/{name or NAME_HERE}?start={payload}{'' if name else HOW}")
        if self.origin is not None:
            links.append(f"{self.origin.text}/desk/join/{payload}")
        return links

    async def faults(self) -> Sequence[str]:
        """What the profile on Telegram's pages says differently, and a deaf mail server."""
        mail = await self.mail.fault() if self.mail else ""
        return (*await self._of_telegram(), *((mail,) if mail else ()))

    async def _of_telegram(self) -> Sequence[str]:
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
    first = (settings.telegram_token, settings.telegram_api, now)
    more: dict[str, Any] = {
        "connections": settings.telegram_connections,
        "mark": mark,
        "heard": heard,
        "on_outage": on_outage,
    }
    origin = origin_of(settings)
    if settings.telegram_webhook and origin is not None:
        return Hooked(*first, origin=origin.text, **more)
    return Telegram(*first, **more)


def mail_of(settings: Settings) -> Email | None:
    """The door by which members are told; its link leads to the web."""
    mail, origin = settings.mail, origin_of(settings)
    if mail is None or origin is None:
        return None
    server = Server(mail.host, mail.port, mail.sender, mail.tls, mail.user, mail.password)
    return Email(server, now, origin.host.partition(":")[0])


def origin_of(settings: Settings) -> Origin | None:
    """Where the web pages live; raises ``OriginFault``, a German sentence."""
    return Origin.of(settings.web_origin) if settings.web_origin else None


def web_of(
    settings: Settings,
    store: Store,
    knowledge_of: Callable[[], Knowledge],
    telegram: Telegram | None = None,
) -> Web | None:
    origin = origin_of(settings)
    if origin is None:
        return None
    host, _, port = settings.web_address.rpartition(":")
    bind = (host.strip("[]"), int(port))
    also = (telegram.route(),) if isinstance(telegram, Hooked) else ()
    proxies = settings.web_proxies
    return Web(origin, store, knowledge_of, now, bind, proxies=proxies, also=also)


@contextlib.asynccontextmanager
async def looking(settings: Settings, knowledge: Knowledge) -> AsyncIterator[Doors]:
    """The doors for one command of the operator; nothing is heard."""
    telegram, origin = telegram_of(settings), origin_of(settings)
    if telegram is None:
        yield Doors(origin=origin, mail=mail_of(settings))
        return
    await telegram.start()
    try:
        yield Doors(telegram, profile_of(knowledge), origin, mail_of(settings))
    finally:
        await telegram.stop()


async def serve(
    settings: Settings, keys: Keys, knowledge: Knowledge, opened: Callable[[], None] = lambda: None
) -> int:
    """The bot until a signal comes; the exit code. ``opened``: the store is ours from now on."""
    # The store's thread computes a whole batch; the network must not wait 5 ms for each step.
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.set_threshold(10_000, 20, 20)  # a batch makes thousands of values and no garbage in rings
    gc.freeze()  # the knowledge stays: no look for garbage goes through it again
    store = await Store.open(settings.database, keys)
    try:
        await asyncio.to_thread(opened)
        return await _serve(
            settings, store, with_operator(knowledge, settings.operator, settings.keep)
        )
    finally:
        await store.close()


async def _serve(settings: Settings, store: Store, knowledge: Knowledge) -> int:
    mark, heard = await store.run(lambda work: work.mark_of("telegram"))
    telegram = telegram_of(settings, mark, heard, lambda missed: app.outage(missed))  # noqa: PLW0108
    web, origin = web_of(settings, store, lambda: app.knowledge, telegram), origin_of(settings)
    mail = mail_of(settings)
    doors_open = (telegram, web, mail)
    channels: tuple[Channel, ...] = tuple(door for door in doors_open if door is not None)
    limits = {"telegram": limits_of(settings), "email": MAIL_LIMITS}
    app = App(knowledge, store, channels, limits, library=library_of(settings))
    if telegram is None:
        if web is None:
            log.warning("Keine Tür ist offen: LOTSE_TELEGRAM_TOKEN und LOTSE_WEB_ORIGIN sind leer.")
        doors = Doors(origin=origin, mail=mail)
        await name_doors(app, doors)
        return await _with_socket(settings, app, doors)
    await telegram.start()
    profile = profile_of(knowledge)
    doors = Doors(telegram, profile, origin, mail)
    aside = (
        asyncio.create_task(_introduce(telegram, profile)),
        asyncio.create_task(keep_heard(store, telegram)),
        asyncio.create_task(name_doors(app, doors)),
    )
    try:
        return await _with_socket(settings, app, doors)
    finally:
        for task in aside:
            task.cancel()
        await asyncio.gather(*aside, return_exceptions=True)
        await telegram.stop()


def library_of(settings: Settings) -> Library:
    """The editors' folder, and the versions of it that are kept beside the database."""
    shelf = shelf_beside(settings.database)
    memory = Memory(of_user(os.environ))
    return Library(settings.knowledge, shelf, lambda: local(now()).date(), memory)


def limits_of(settings: Settings) -> Limits:
    """Telegram's own limits, unless they are switched off; so many connections as it has."""
    limits = TELEGRAM_LIMITS if settings.telegram_limits else Limits()
    return replace(limits, connections=settings.telegram_connections)


async def name_doors(app: App, doors: Doors) -> None:
    """The core may name links into the house; again until Telegram has said the bot's name."""
    while True:
        links = await doors.links(GAP)
        known = app.knowledge
        app.knowledge = known.in_house(known.operator, known.keep, tuple(links))
        if not any(NAME_HERE in link for link in links):
            return
        await asyncio.sleep(NAME_EVERY)


async def keep_heard(
    store: Store, telegram: Telegram, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Note every few minutes when Telegram was last heard, until cancelled.

    Else a weekend on which nobody wrote would look like one on which we did not listen.
    """
    while True:
        await sleep(HEARD_EVERY)
        heard = telegram.heard
        if heard is None:
            continue

        def unit(work: Work, heard: datetime = heard) -> None:
            mark, noted = work.mark_of(telegram.name)
            work.set_mark(telegram.name, mark, max(heard, noted or heard))

        with contextlib.suppress(StoreError):  # locked or full: the next note will do
            await store.run(unit)


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

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _reload, app, doors)
    async with control.serving(settings.database, handle):
        return await app.run(lambda: log.info("ready"))


_reloads: set[asyncio.Task[int]] = set()  # the loop itself holds a task only weakly


def _reload(app: App, doors: Doors) -> None:
    """The signal: read the folder again; what it says goes into the log."""

    async def line(text: str) -> None:
        log.info("reload", said=text)

    task = asyncio.create_task(commands.perform(app, doors, {"command": "reload"}, line))
    _reloads.add(task)
    task.add_done_callback(_reloads.discard)
