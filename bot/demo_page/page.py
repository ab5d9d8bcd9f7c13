"""The page around the two pages: who visits, who sits at the desk, what time it is."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.app import App
from bot.channels.web import paper
from bot.channels.web.cookies import desk_cookie, visitor_cookie
from bot.channels.web.site import Site, form_of, number
from bot.core.calendar import local
from bot.core.messages import Body, Started, Tapped, Visitor
from bot.core.taps import Choose
from bot.core.tree import Audience
from bot.demo_page import clock as clocks
from bot.demo_page.clock import MOMENTS, Shifted
from bot.demo_page.told import Teller
from bot.ports import Address, Incoming

PACKAGE = "bot.demo_page"
NEUTRAL = "/demo/woanders"
STREAM = "demo"
STATIC = "/demo/static/"
KEPT = "public, max-age=31536000, immutable"
WHO: Final = {
    Audience.PUPIL: ("Schüler:in", Choose("eingang.wer", "schueler")),
    Audience.GUARDIAN: ("Eltern, Familie", Choose("eingang.wer", "familie")),
    Audience.TEACHER: ("Lehrkraft", Choose("eingang.wer", "fachkraft")),
}
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


@dataclass
class Page:
    """One person plays everybody: what was chosen lives here, the cookies follow it."""

    clock: Shifted
    teller: Teller
    people: Sequence[tuple[str, str]] = ()
    audience: Audience = Audience.PUPIL
    member: str = ""
    said: str = ""
    _tokens: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    app: App = field(init=False, repr=False)
    site: Site = field(init=False, repr=False)

    def show(self, app: App, site: Site) -> None:
        self.app, self.site = app, site
        self._visitor, self._desk = visitor_cookie(site.origin), desk_cookie(site.origin)

    def routes(self) -> list[Route]:
        return [
            Route("/demo", self.page),
            Route("/demo/visitor", self.visitor, methods=["POST"]),
            Route("/demo/member", self.seat, methods=["POST"]),
            Route("/demo/clock", self.move, methods=["POST"]),
            Route("/demo/events", self.events),
            Route(NEUTRAL, self.elsewhere),
            Route(f"{STATIC}{{name}}", self.static),
        ]

    # ── Who ─────────────────────────────────────────────────────────────────────────────────────

    def desk(self, label: str) -> Address:
        """Where a demo member is reached."""
        return self._desk.address(self._token(f"address {label}"))

    def _visit(self) -> Address:
        return self._visitor.address(self._token(self.audience.value))

    def _token(self, whose: str) -> str:
        return self._tokens.setdefault(whose, secrets.token_urlsafe(32))

    async def _ready(self) -> None:
        """The visitor has said who writes, and the member is logged in, whatever the hour."""
        address, desk = self._visit(), self.desk(self.member)
        at, session = self.clock(), self._token(f"session {self.member}")

        def unit(work: Any) -> bool:
            if work.session(session, at) is None:
                work.end_session(session)
                work.begin_session(session, desk, at)
            return isinstance(work.who(address), Visitor)

        if not await self.app.store.run(unit):
            await self._begin(address)

    async def _begin(self, address: Address) -> None:
        bodies: tuple[Body, ...] = (Started(), Tapped(WHO[self.audience][1]))
        key, at = secrets.token_hex(8), self.clock()
        await self.app.dispatcher.take(
            [Incoming(f"{key}:{n}", address, at, body) for n, body in enumerate(bodies)]
        )

    # ── Looking ─────────────────────────────────────────────────────────────────────────────────

    async def page(self, request: Request) -> Response:
        del request
        self.member = self.member or self.people[0][0]
        await self._ready()
        return self._dressed(self._paper())

    def _dressed(self, response: Response) -> Response:
        """With the cookies of whom it is played as."""
        self._visitor.put(response, self._token(self.audience.value))
        self._desk.put(response, self._token(f"session {self.member}"))
        return response

    def _paper(self) -> Response:
        at = local(self.clock())
        values = {
            "audiences": [(who.value, label) for who, (label, _) in WHO.items()],
            "audience": self.audience.value,
            "people": self.people,
            "member": self.member,
            "moments": MOMENTS,
            "time": f"{DAYS[at.weekday()]}, {at:%d.%m.%Y, %H:%M} Uhr",
            "moved": abs(self.clock.ahead.total_seconds()) > 1,
            "lines": list(self.teller.lines)[::-1],
            "number": self.teller.number,
            "said": self.said,
        }
        template = paper.templates(PACKAGE, STATIC).get_template("demo.html")
        return Response(template.render(values), media_type="text/html; charset=utf-8")

    async def elsewhere(self, request: Request) -> Response:
        """Where "Seite verlassen" leads in the demo."""
        del request
        template = paper.templates(PACKAGE, STATIC).get_template("elsewhere.html")
        return Response(template.render(), media_type="text/html; charset=utf-8")

    async def static(self, request: Request) -> Response:
        found = paper.by_public_name(PACKAGE).get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found.content, media_type=found.kind, headers={"cache-control": KEPT})

    async def events(self, request: Request) -> Response:
        """The stream of news for the line on what happened."""
        cursor = number(request.query_params.get("after", ""))

        async def newest() -> int:
            return self.teller.number

        async def alive() -> bool:
            return True

        page = self.site.streams.enter(STREAM)
        return StreamingResponse(
            self.site.streams.follow(page, cursor, newest, alive), media_type="text/event-stream"
        )

    def news(self) -> None:
        self.site.streams.tell(STREAM, self.teller.number)

    # ── Choosing ────────────────────────────────────────────────────────────────────────────────

    async def visitor(self, request: Request) -> Response:
        wanted = (await form_of(request) or {}).get("audience", "")
        if wanted in {who.value for who in WHO}:
            self.audience = Audience(wanted)
        return await self._back("")

    async def seat(self, request: Request) -> Response:
        wanted = (await form_of(request) or {}).get("member", "")
        if wanted in {address for address, _ in self.people}:
            self.member = wanted
        return await self._back("")

    async def move(self, request: Request) -> Response:
        moment = (await form_of(request) or {}).get("moment", "")
        if moment not in MOMENTS:
            return await self._back("")
        done = await clocks.move(self.app, self.clock, moment)
        return await self._back(
            "" if done else "Es wartet keine Anfrage, deren Zusage brechen kann."
        )

    async def _back(self, said: str) -> Response:
        self.said = said
        self.member = self.member or self.people[0][0]
        await self._ready()
        return self._dressed(RedirectResponse("/demo", status_code=303))
