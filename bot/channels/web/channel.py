"""The door to the web: one ASGI application, served in the loop of the bot."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.calendar_file import calendar_file
from bot.channels.web import paper
from bot.channels.web.cookies import CHANNEL, desk_cookie
from bot.channels.web.desk import Desk
from bot.channels.web.emergency import emergency_page
from bot.channels.web.guard import Guard, headers_of
from bot.channels.web.health import Health
from bot.channels.web.limits import Limits
from bot.channels.web.onward import Onward
from bot.channels.web.origin import Origin
from bot.channels.web.site import Site, Store
from bot.channels.web.visit import Visits
from bot.core.calendar import local
from bot.core.deadlines import day_said, deadline_walk
from bot.core.knowledge import Knowledge
from bot.core.page_words import TROUBLES
from bot.core.tree import Audience
from bot.ports import Log, Outgoing, Receipt, Take

NEUTRAL = "https://de.wikipedia.org/wiki/Wikipedia:Hauptseite"  # where "Seite verlassen" ends
STOP_WITHIN = 2  # seconds for answers under way; the whole house has 5 (bar 9)
FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"


class Web:
    """Implements ``bot.ports.Channel``; ``app`` is the ASGI application.

    ``bind``: host and port to listen on; ``proxies``: addresses of reverse proxies whose
    ``X-Forwarded-For`` is believed. ``also``: routes of other doors (a webhook), which prove
    themselves; their paths are free of the check of origins. ``pages``: more pages of this origin,
    behind the same wall, which show others in frames (the demo). ``chance`` gives 32 random bytes.
    """

    name = CHANNEL

    def __init__(  # noqa: PLR0913
        self,
        origin: Origin,
        store: Store,
        knowledge_of: Callable[[], Knowledge],
        clock: Callable[[], datetime],
        bind: tuple[str, int] = ("127.0.0.1", 8080),
        *,
        proxies: Sequence[str] = (),
        also: Sequence[Route] = (),
        pages: Sequence[Route] = (),
        neutral: str = NEUTRAL,
        chance: Callable[[], bytes] = lambda: secrets.token_bytes(32),
        steady: Callable[[], float] = monotonic,
        log: Log | None = None,
    ) -> None:
        self._bind = bind
        self._log: Log = log or structlog.get_logger(__name__).warning
        limits = Limits(steady)
        self.site = Site(origin, store, knowledge_of, clock, chance, limits, self._log, neutral)
        counted: dict[int, int] = {}
        health = Health(self.site, steady, counted)
        routes: list[BaseRoute] = [
            *Visits(self.site).routes(),
            *Onward(self.site).routes(),
            *Desk(self.site).routes(),
            *health.routes(),
            Route("/hilfe-jetzt", self._emergency),
            Route("/fristen/{audience}/{day}.ics", self._deadlines),
            Route("/static/{name}", _static),
            Route("/robots.txt", _robots),
            Route("/favicon.ico", _favicon),
            *pages,
            *also,
        ]
        self.inner = Starlette(
            routes=routes, exception_handlers={HTTPException: self._no, Exception: self._no}
        )
        guarded: Any = Guard(
            self.inner,
            origin,
            headers_of(origin, _origin_of(neutral), framed=bool(pages)),
            self.site.trouble_page,
            self._log,
            free=frozenset(route.path for route in also),
            hostless=frozenset({"/healthz", "/metrics"}),
            counted=counted,
        )
        self.app: Any = ProxyHeadersMiddleware(guarded, list(proxies)) if proxies else guarded
        self.port = 0  # the real one, while it listens

    # ── Hearing and sending ─────────────────────────────────────────────────────────────────────

    def hear(self, take: Take) -> None:
        """What pages say goes there; for tests and for a server of one's own around ``app``."""
        self.site.take = take

    async def listen(self, take: Take) -> None:
        """Serve until cancelled; then streams end first, and answers under way are finished.

        ``OSError`` when the port cannot be had.
        """
        self.hear(take)
        listening = _bound(*self._bind)
        self.port = listening.getsockname()[1]
        server = _Server(
            uvicorn.Config(
                self.app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,  # it would write down who looked at what
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=STOP_WITHIN,
            )
        )
        serving = asyncio.create_task(server.serve([listening]))
        try:
            await asyncio.shield(serving)
        finally:
            await self.site.finish()
            server.should_exit = True
            await serving
            listening.close()

    async def send(self, outgoing: Outgoing) -> Receipt:
        """The page has it since the commit; open ones are told. Help past the store is shown."""
        who = outgoing.address.id
        if outgoing.row:
            self.site.streams.tell(who, outgoing.row)
        elif outgoing.screen is not None:
            self.site.help_now(who, outgoing.screen)
        return Receipt()

    def look_again(self) -> None:
        """Members may have been removed: their open pages of the desk end now."""
        self.site.streams.look_again(desk_cookie(self.site.origin).prefix)

    # ── The same for everybody ──────────────────────────────────────────────────────────────────

    async def _emergency(self, request: Request) -> Response:
        del request
        page = emergency_page(self.site.knowledge_of(), self.site.neutral)
        return Response(
            page, media_type="text/html; charset=utf-8", headers={"cache-control": FOR_AN_HOUR}
        )

    async def _deadlines(self, request: Request) -> Response:
        """The dated steps as a calendar file; the day stands in the address, nowhere else."""
        now, k = self.site.clock(), self.site.knowledge_of()
        audience, day = request.path_params["audience"], request.path_params["day"]
        first = day_said(day, local(now).date())
        if first is None or audience not in {Audience.GUARDIAN, Audience.TEACHER}:
            raise HTTPException(404)
        steps = deadline_walk(k.directory.deadlines, first, Audience(audience), k.calendar)
        return Response(
            calendar_file(steps, first, now, k.version),
            media_type="text/calendar; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="fristen.ics"'},
        )

    async def _no(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        known = status if status in TROUBLES else 400
        return self.site.trouble(known, t=self.site.wording(request))


async def _static(request: Request) -> Response:
    found = paper.by_public_name().get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    headers = {"cache-control": FOR_EVER}
    return Response(found.content, media_type=found.kind, headers=headers)


async def _favicon(request: Request) -> Response:
    del request
    found = paper.statics()["logo.svg"]
    return Response(found.content, media_type=found.kind, headers={"cache-control": FOR_AN_HOUR})


async def _robots(request: Request) -> Response:
    del request
    text = "User-agent: *\nAllow: /hilfe-jetzt\nDisallow: /\n"
    return PlainTextResponse(text, headers={"cache-control": FOR_AN_HOUR})


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _bound(host: str, port: int) -> socket.socket:
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=kind, backlog=2048)


class _Server(uvicorn.Server):
    """Signals are the application's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
