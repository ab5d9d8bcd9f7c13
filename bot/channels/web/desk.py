"""The routes of the desk: logging in by a POST with a code or key, then the same screens.

An invitation is redeemed once and gives a key of one's own; with it a member logs in from then
on. A session lasts half an hour without use and twelve hours at most.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web import limits
from bot.channels.web.cookies import Cookie, desk_cookie
from bot.channels.web.decode import said, tapped
from bot.channels.web.encode import articles
from bot.channels.web.mailed import MailLinks
from bot.channels.web.second import SecondStep
from bot.channels.web.site import LAST, Site, back_to, form_of, number
from bot.core.joining import INVITATION, code_hash
from bot.core.messages import Body, Staff, Started
from bot.core.records import Invitation, InvitationKey
from bot.ports import Address, Shown, where

PAGE = 40  # messages on one page
KEY_BYTES = 20  # 160 bits: 32 letters and digits, in groups of four
_INVITATION = re.compile(rf"{INVITATION}[A-Za-z0-9_-]{{20,80}}")


@dataclass
class Desk:
    site: Site
    cookie: Cookie = field(init=False)
    second: SecondStep = field(init=False)
    mailed: MailLinks = field(init=False)

    def __post_init__(self) -> None:
        self.cookie = desk_cookie(self.site.origin)
        self.second = SecondStep(self.site, self._who, self._closed, self._enter)
        self.mailed = MailLinks(self.site, self.cookie, self._admitted)

    def routes(self) -> list[Route]:
        return [
            Route("/desk", self.page),
            Route("/desk/join", self.door),
            Route("/desk/join/{code}", self.door),
            Route("/desk/join", self.join, methods=["POST"]),
            Route("/desk/say", self.say, methods=["POST"]),
            Route("/desk/tap", self.tap, methods=["POST"]),
            Route("/desk/stay", self.stay, methods=["POST"]),
            Route("/desk/leave", self.leave, methods=["POST"]),
            Route("/desk/leave-all", self.leave_all, methods=["POST"]),
            Route("/desk/events", self.events),
            *self.second.routes(),
            *self.mailed.routes(),
        ]

    # ── Looking ─────────────────────────────────────────────────────────────────────────────────

    async def page(self, request: Request) -> Response:
        before = number(request.query_params.get("before", "")) or LAST
        # What a page fetches by itself keeps nobody logged in.
        touch = "x-news" not in request.headers
        try:
            address = await self._who(request, touch=touch)
            shown = await self._shown(address, before) if address else ()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is said)
            self.site.log("web: unreadable", **where(error))
            return self.site.trouble(503, home="/desk")
        if address is None:
            return self._closed(request, {})
        if await self.second.lacking(address):
            return RedirectResponse("/desk/factor", status_code=303)
        return self._paper(shown, before)

    async def _who(self, request: Request, *, touch: bool = True) -> Address | None:
        """The member's address, while the session of this browser lasts."""
        value = self.cookie.value(request)
        if value is None:
            return None
        at = self.site.clock()
        found: Address | None = await self.site.store.run(
            lambda work: work.session(value, at, touch=touch)
        )
        return found

    async def _shown(self, address: Address, before: int) -> Sequence[Shown]:
        return await self.site.store.run(lambda work: tuple(work.pages(address, before, PAGE + 1)))

    def _paper(self, shown: Sequence[Shown], before: int) -> Response:
        return self.site.desk_page(
            "desk.html",
            {
                "log": articles(shown[-PAGE:]),
                "hidden": {"id": self.site.beginnings.fresh()},
                "nonce": self.site.beginnings.fresh()[:12],
                "more": shown[-PAGE].place if len(shown) > PAGE else 0,
                "past": before != LAST,
            },
        )

    async def events(self, request: Request) -> Response:
        address = await self._who(request, touch=False)
        if address is None or await self.second.lacking(address):
            return Response(status_code=204)

        async def alive() -> bool:
            return await self._who(request, touch=False) is not None

        return await self.site.events(request, address, alive)

    # ── Logging in ──────────────────────────────────────────────────────────────────────────────

    async def door(self, request: Request) -> Response:
        """Only looks: a preview of a link must not use it up."""
        code = request.path_params.get("code", "")
        return self._door(code=code if _INVITATION.fullmatch(code) else "")

    def _door(self, status: int = 200, **more: str) -> Response:
        values = {
            "hidden": {"id": self.site.beginnings.token()},
            "code": "",
            "said": "",
            "text": "",
            "mail": self.mailed.open,
        }
        return self.site.desk_page("join.html", values | more, status)

    def _closed(self, request: Request, form: Mapping[str, str]) -> Response:
        """Nobody is logged in; what was being written is given back."""
        had_one = self.cookie.value(request) is not None
        text = form.get("text", "")
        status = 401 if form else 200
        response = self._door(
            status, said=self.site.german("desk_ended") if had_one else "", text=text
        )
        if had_one:
            self.cookie.take_away(response)
        return response

    async def join(self, request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400, home="/desk")
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.JOINING, ""))
        if wait:
            return self.site.held_up(wait, home="/desk")
        code = form.get("code", "").strip()
        text = form.get("text", "")
        if _INVITATION.fullmatch(code):
            return await self._redeem(request, form, code)
        address: Address | None = await self.site.store.run(lambda work: work.at_key(tidied(code)))
        if address is None:
            return self._door(403, said=self.site.german("desk_refused"), text=text)
        return await self._admitted(address)

    async def _admitted(self, address: Address) -> Response:
        """The second step, where there is one, or the desk."""
        return await self.second.half(address) or await self._enter(address, back_to("/desk"))

    async def _redeem(self, request: Request, form: Mapping[str, str], code: str) -> Response:
        """One more post for who is logged in; else a new member, who gets a key."""
        address = await self._who(request)
        if address is not None:
            await self.site.hand_in(self.site.incoming(address, form, Started(code)))
            return back_to("/desk")
        address = self.cookie.address(self.site.beginnings.name(form.get("id", ""), code))
        if not await self._good(address, code):
            return self._door(403, said=self.site.german("desk_refused"))
        done = await self.site.hand_in(self.site.incoming(address, form, Started(code)))
        if not done.kept:
            return self.site.trouble(503, home=f"/desk/join/{code}")
        if not await self._is_member(address):
            return self._door(403, said=self.site.german("desk_refused"))
        key, at = new_key(self.site.chance()), self.site.clock()
        await self.site.store.run(lambda work: work.put_key(tidied(key), address, at))
        return await self._enter(address, self.site.desk_page("key.html", {"key": key}))

    async def _good(self, address: Address, code: str) -> bool:
        """A code that can still be redeemed, or was just now by this very form."""
        at, key = self.site.clock(), InvitationKey(code_hash(code.removeprefix(INVITATION)))
        found: Any = await self.site.store.run(lambda work: work.load(key))
        if isinstance(found, Invitation) and not found.used and at < found.expires:
            return True
        return await self._is_member(address)

    async def _is_member(self, address: Address) -> bool:
        who: Any = await self.site.store.run(lambda work: work.who(address))
        return isinstance(who, Staff)

    async def _enter(self, address: Address, response: Response) -> Response:
        """A new session with each log-in."""
        token, at = self.site.beginnings.fresh(), self.site.clock()
        await self.site.store.run(lambda work: work.begin_session(token, address, at))
        self.cookie.put(response, token)
        return response

    # ── Saying ──────────────────────────────────────────────────────────────────────────────────

    async def say(self, request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400, home="/desk")
        return await self._hand_in(request, form, said(form.get("text", "")))

    async def tap(self, request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400, home="/desk")
        return await self._hand_in(request, form, tapped(form.get("tap", "")))

    async def _hand_in(self, request: Request, form: Mapping[str, str], body: Body) -> Response:
        address = await self._who(request)
        if address is None:
            return self._closed(request, {"text": "", **form})
        if await self.second.lacking(address):
            return RedirectResponse("/desk/factor", status_code=303)
        again = {"text": form.get("text", ""), "action": request.url.path, "home": "/desk"}
        again_with: dict[str, Any] = {**again, "hidden": _hidden(form)}
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.VISIT, address.id))
        if wait:
            return self.site.held_up(wait, **again_with)
        done = await self.site.hand_in(self.site.incoming(address, form, body))
        return back_to("/desk") if done.kept else self.site.trouble(503, **again_with)

    # ── Staying and leaving ─────────────────────────────────────────────────────────────────────

    async def stay(self, request: Request) -> Response:
        """The person is still there: half an hour more."""
        if await self._who(request) is None:
            return self._closed(request, {"text": ""})
        return back_to("/desk")

    async def leave(self, request: Request) -> Response:
        return await self._leave(request, everywhere=False)

    async def leave_all(self, request: Request) -> Response:
        return await self._leave(request, everywhere=True)

    async def _leave(self, request: Request, *, everywhere: bool) -> Response:
        value, address = self.cookie.value(request), await self._who(request)
        if value is not None and address is not None:
            if everywhere:
                await self.site.store.run(lambda work: work.end_sessions(address))
            await self.site.store.run(lambda work: work.end_session(value))
            self.site.streams.end(address.id)
        response = back_to("/desk")
        self.cookie.take_away(response)
        return response


def _hidden(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name in {"id", "tap"}}


def new_key(chance: bytes) -> str:
    """A key as a person copies it, from 32 random bytes."""
    text = base64.b32encode(chance[:KEY_BYTES]).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def tidied(key: str) -> str:
    """The key without what copying adds or changes."""
    return re.sub(r"[^A-Z2-7]", "", key.upper())
