"""The routes of a visitor. No GET changes anything; every POST ends at the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web import limits
from bot.channels.web.cookies import REMEMBERED
from bot.channels.web.decode import code_of, language_of, said, tapped
from bot.channels.web.device import Devices
from bot.channels.web.encode import Article, article, articles, earlier, newest
from bot.channels.web.site import LAST, Site, back_to, conversation_of, form_of, number
from bot.channels.web.welcome import payload_of, welcome
from bot.channels.web.wording import Wording
from bot.core.messages import Body, Screen, Started
from bot.core.records import Conversation
from bot.ports import Shown, where

PAGE = 30  # screens of a conversation on one page


@dataclass
class Visits:
    site: Site
    devices: Devices = field(init=False)

    def __post_init__(self) -> None:
        self.devices = Devices(self.site)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/start/{code}", self.page),
            Route("/begin", self.begin, methods=["POST"]),
            Route("/say", self.say, methods=["POST"]),
            Route("/tap", self.tap, methods=["POST"]),
            Route("/remember", self.remember, methods=["POST"]),
            Route("/leave", self.leave, methods=["POST"]),
            Route("/events", self.events),
            *self.devices.routes(),
        ]

    # ── Looking ─────────────────────────────────────────────────────────────────────────────────

    async def page(self, request: Request) -> Response:
        """The conversation so far, or the first screen of one that has not begun."""
        code = code_of(request.path_params.get("code", ""))
        value = self.site.visitors.value(request)
        before = number(request.query_params.get("before", "")) or LAST
        try:
            shown, conversation = await self._shown(value, before)
        except Exception as error:  # noqa: BLE001  (whatever it is, help is shown)
            self.site.log("web: unreadable", **where(error))
            t = self.site.wording(request)
            return self.site.trouble(503, sentence=t("unreadable"), t=t)
        t = self.site.wording(request, conversation)
        if not shown and before == LAST:
            return self._first(request, t, code)
        return self._chat(t, shown, code, before)

    async def _shown(
        self, value: str | None, before: int
    ) -> tuple[Sequence[Shown], Conversation | None]:
        if value is None:
            return (), None
        address = self.site.visitors.address(value)

        def unit(work: Any) -> tuple[Sequence[Shown], Conversation | None]:
            return tuple(work.pages(address, before, PAGE + 1)), conversation_of(work, address)

        return await self.site.store.run(unit)

    def _first(self, request: Request, t: Wording, code: str) -> Response:
        """What the core would say to somebody who starts: nothing has happened yet."""
        language = language_of(request.headers.get("accept-language", ""))
        screen = welcome(self.site.knowledge_of(), self.site.clock(), code, language)
        log = (article(screen),)
        hidden = {"id": self.site.beginnings.token(), "first": "1", "code": code}
        return self._paper(t, log, hidden, first=True)

    def _chat(self, t: Wording, shown: Sequence[Shown], code: str, before: int) -> Response:
        log = articles(shown[-PAGE:])
        more = shown[-PAGE].place if len(shown) > PAGE else 0
        hidden = {"id": self.site.chance().hex()}
        return self._paper(t, log, hidden, more=more, code=code, past=before != LAST)

    def _paper(
        self, t: Wording, log: Sequence[Article], hidden: Mapping[str, str], **more: object
    ) -> Response:
        values: dict[str, object] = {
            "log": log,
            "hidden": hidden,
            "newest": newest(log),
            "earlier": earlier(log),
            "nonce": self.site.chance().hex()[:12],
            "first": False,
            "more": 0,
            "code": "",
            "past": False,
        }
        return self.site.page("visit.html", t, values | more)

    async def events(self, request: Request) -> Response:
        value = self.site.visitors.value(request)
        if value is None:
            return Response(status_code=204)  # tells a browser not to ask again

        async def alive() -> bool:
            return True

        return await self.site.events(request, self.site.visitors.address(value), alive)

    # ── Saying ──────────────────────────────────────────────────────────────────────────────────

    async def say(self, request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400)
        text = form.get("text", "")
        return await self._hand_in(request, form, text, said(text))

    async def tap(self, request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400)
        return await self._hand_in(request, form, "", tapped(form.get("tap", "")))

    async def begin(self, request: Request) -> Response:
        """Start anew, perhaps with the school of a poster."""
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400)
        return await self._hand_in(request, form | {"first": "1"}, "")

    async def _hand_in(
        self, request: Request, form: Mapping[str, str], text: str, *bodies: Body
    ) -> Response:
        value = self.site.visitors.value(request)
        name = value or self.site.beginnings.name(form.get("id", ""))
        rates = [(limits.ALL, "*"), (limits.ADDRESS, ""), (limits.VISIT, name)]
        if value is None:
            rates.append((limits.BEGINNING, ""))
        again = {
            "text": text,
            "action": request.url.path,
            "hidden": _hidden(form),
            "t": self.site.wording(request),
        }
        wait = self.site.wait(request, text, *rates)
        if wait:
            return self.site.held_up(wait, **again)
        asked = await self._asked(request, value, form)
        if asked is not None:
            return asked
        if value is None or "first" in form:
            bodies = (_started(request, form), *bodies)
        done = await self.site.hand_in(
            self.site.incoming(self.site.visitors.address(name), form, *bodies)
        )
        response = back_to("/") if done.kept else self._not_yet(done.help, again)
        if value is None:
            self.site.visitors.put(response, name)
        return response

    async def _asked(
        self, request: Request, value: str | None, form: Mapping[str, str]
    ) -> Response | None:
        """The question about the device, where it is due; never in the way of what is said."""
        if value is None or "first" in form:
            return None
        try:
            return await self.devices.question(request, self.site.visitors.address(value), form)
        except Exception as error:  # noqa: BLE001  (a store that cannot answer asks nothing)
            self.site.log("web: not asked", **where(error))
            return None

    def _not_yet(self, help_now: Screen | None, again: Mapping[str, object]) -> Response:
        shown = None if help_now is None else article(help_now)
        return self.site.trouble(503, help=shown, **again)

    # ── Staying and leaving ─────────────────────────────────────────────────────────────────────

    async def remember(self, request: Request) -> Response:
        """Keep the way back after the browser was closed: "Ja, merken"."""
        value, response = self.site.visitors.value(request), back_to("/")
        if value is not None:
            address, at = self.site.visitors.address(value), self.site.clock()
            await self.site.store.run(lambda work: work.put_return(address, "", at))
            self.site.visitors.put(response, value, REMEMBERED)
        return response

    async def leave(self, request: Request) -> Response:
        """Let this device forget the visit; what was sent goes on."""
        value = self.site.visitors.value(request)
        if value is not None:
            self.site.streams.end(self.site.visitors.address(value).id)
        response = RedirectResponse(self.site.neutral, status_code=303)
        self.site.visitors.take_away(response)
        return response


def _hidden(form: Mapping[str, str]) -> dict[str, str]:
    """What the same form has to carry when it is sent again."""
    return {name: value for name, value in form.items() if name in {"id", "first", "code", "tap"}}


def _started(request: Request, form: Mapping[str, str]) -> Started:
    code = code_of(form.get("code", ""))
    language = language_of(request.headers.get("accept-language", ""))
    return Started(payload_of(code), language)
