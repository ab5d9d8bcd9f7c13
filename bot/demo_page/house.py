"""The demo put together: the whole bot behind its web door, on this machine only."""

import asyncio
import contextlib
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog

from bot.app import CORE, App, now, with_operator
from bot.channels.web import Origin, Web
from bot.core.knowledge import Knowledge
from bot.core.records import TeamKey
from bot.demo import OPERATOR, seat, temporary_store
from bot.demo_page.clock import Shifted
from bot.demo_page.page import NEUTRAL, Page
from bot.demo_page.told import Teller
from bot.dispatcher import Core
from bot.ports import Factor
from bot.store import Store

LOOPBACK = "127.0.0.1"
PORT = 8080
WELCOME = """\
DEMO: Alles hier ist nur zum Ausprobieren, nichts verlässt diesen Rechner.
Die Seite steht hier: {url}
Ende mit Strg-C oder Strg-D. Das Gespräch im Terminal: lotse demo --terminal
"""


async def play(knowledge: Knowledge, port: int = PORT) -> int:
    """Serve the page until a signal or the end of the input; the exit code."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    port = free(port)
    async with temporary_store() as store:
        app, page = await house(knowledge, store, port)
        async with _until_end_of_input(app):
            loop, url = asyncio.get_running_loop(), f"{page.site.origin.text}/demo"
            return await app.run(lambda: _soon(loop, url))


async def house(knowledge: Knowledge, store: Store, port: int) -> tuple[App, Page]:
    """The application and its page, seated with demo members; nothing runs yet."""
    clock, teller = Shifted(now), Teller()
    origin = Origin.of(f"http://{LOOPBACK}:{port}")
    knowledge = with_operator(knowledge, OPERATOR)
    page = Page(clock, teller)
    web = Web(
        origin,
        store,
        lambda: knowledge,
        clock,
        (LOOPBACK, port),
        pages=page.routes(),
        neutral=f"{origin.text}{NEUTRAL}",
    )
    core = Core(CORE.needs, teller.turn, CORE.updated, CORE.apology, CORE.danger)
    app = App(knowledge, store, (web,), clock=clock, steady=clock.steady, core=core)
    page.show(app, web.site)
    people = await seat(store, clock(), page.desk)
    await store.run(_trusted)
    page.people = tuple((person.id, person.label) for person in people)
    loop = asyncio.get_running_loop()
    teller.news = lambda: _in_loop(loop, page.news)
    return app, page


def _trusted(work: Any) -> None:
    """Whoever plays is everybody: nobody is asked for a second factor."""
    team = work.load(TeamKey())
    for member in team.members:
        work.put_factor(member.id, Factor("", 0, confirmed=True), ())


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """The store's thread has something to say; at the very end nobody listens any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


def free(port: int) -> int:
    """The port that was wished for, or another when somebody has it."""
    for wanted in (port, 0):
        with contextlib.suppress(OSError), socket.create_server((LOOPBACK, wanted)) as found:
            taken: int = found.getsockname()[1]
            return taken
    return port


def _soon(loop: asyncio.AbstractEventLoop, url: str) -> None:
    """After the door's first step: then its port is taken."""
    loop.call_soon(_opened, url)


def _opened(url: str) -> None:
    sys.stdout.write(WELCOME.format(url=url))
    sys.stdout.flush()
    if sys.stdin.isatty() and (os.environ.get("DISPLAY") or sys.platform in {"darwin", "win32"}):
        webbrowser.open(url)


@contextlib.asynccontextmanager
async def _until_end_of_input(app: App) -> AsyncIterator[None]:
    """At a keyboard, Ctrl-D ends the demo as it ends the talk at the terminal."""
    if not sys.stdin.isatty():
        yield
        return
    loop = asyncio.get_running_loop()

    def typed() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin.fileno())
            app.stop()

    loop.add_reader(sys.stdin.fileno(), typed)
    try:
        yield
    finally:
        loop.remove_reader(sys.stdin.fileno())
