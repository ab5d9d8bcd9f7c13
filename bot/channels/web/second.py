"""The routes of the second factor: the code after the key, and where it is switched on and off."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import factor as factors
from bot.channels.web import limits
from bot.channels.web.cookies import CHANNEL
from bot.channels.web.site import Site, back_to, form_of
from bot.ports import Address


@dataclass
class SecondStep:
    """``who``: whose session it is; ``closed``: nobody is logged in; ``enter``: a new session."""

    site: Site
    who: Callable[[Request], Awaitable[Address | None]]
    closed: Callable[[Request, Mapping[str, str]], Response]
    enter: Callable[[Address, Response], Awaitable[Response]]

    def routes(self) -> list[Route]:
        return [
            Route("/desk/code", self.code, methods=["POST"]),
            Route("/desk/factor", self.factor),
            Route("/desk/factor", self.set_factor, methods=["POST"]),
        ]

    async def _standing(self, address: Address) -> factors.Standing | None:
        return await self.site.store.run(lambda work: factors.standing(work, address))

    async def lacking(self, address: Address) -> bool:
        """Whether this member may see nothing before there is a second factor."""
        found = await self._standing(address)
        return found is not None and found.lacking

    async def half(self, address: Address, said: str = "") -> Response | None:
        """The page that asks for the code, if this member has one to give."""
        found = await self._standing(address)
        if found is None or not found.confirmed:
            return None
        half, until = self.site.beginnings.fresh(), self.site.clock() + factors.HALF
        await self.site.store.run(lambda work: work.put_link(half, "desk", address.id, until))
        status = 403 if said else 200
        return self.site.desk_page("code.html", {"half": half, "said": said}, status)

    async def code(self, request: Request) -> Response:
        """The code after the key; each try costs, and begins at a page of its own."""
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400, home="/desk")
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.JOINING, ""))
        if wait:
            return self.site.held_up(wait, home="/desk")
        half, code, at = form.get("half", ""), form.get("code", ""), self.site.clock()

        target: str | None = await self.site.store.run(lambda work: work.use_link(half, "desk", at))
        if target is None:
            return back_to("/desk/join")
        wait = self.site.wait(request, "", (limits.FACTOR, target))
        if wait:
            return self.site.held_up(wait, home="/desk")
        address = Address(CHANNEL, target)

        def unit(work: Any) -> bool:
            found = factors.standing(work, address)
            return found is not None and factors.passed(work, found.member.id, code, at)

        if not await self.site.store.run(unit):
            return await self.half(address, self.site.german("desk_factor_wrong")) or back_to(
                "/desk/join"
            )
        return await self.enter(address, back_to("/desk"))

    async def factor(self, request: Request) -> Response:
        address = await self.who(request)
        found = await self._standing(address) if address else None
        return self.closed(request, {}) if found is None else await self._factor(found)

    async def _factor(
        self, found: factors.Standing, said: str = "", codes: Sequence[str] = ()
    ) -> Response:
        begun = await self.site.store.run(lambda work: factors.begun(work, found.member.id))
        values = {
            "said": said,
            "codes": codes,
            "confirmed": begun.confirmed,
            "required": found.member.role in factors.REQUIRED,
            "secret": " ".join(re.findall(".{1,4}", begun.secret)),
            "link": factors.link(begun, found.member.label),
        }
        return self.site.desk_page("factor.html", values, 403 if said else 200)

    async def set_factor(self, request: Request) -> Response:
        """Switch it on with a first right code, or off with one more."""
        form, address = await form_of(request), await self.who(request)
        found = await self._standing(address) if address else None
        if form is None or found is None:
            return self.closed(request, form or {"text": ""})
        mine = (limits.FACTOR, found.address.id)
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.JOINING, ""), mine)
        if wait:
            return self.site.held_up(wait, home="/desk")
        code, at, member = form.get("code", ""), self.site.clock(), found.member
        if form.get("do") != "drop":
            codes: tuple[str, ...] = await self.site.store.run(
                lambda work: factors.confirmed(work, member.id, code, at)
            )
            return await self._factor(
                found, "" if codes else self.site.german("desk_factor_wrong"), codes
            )

        def unit(work: Any) -> bool:
            right = member.role not in factors.REQUIRED and factors.passed(
                work, member.id, code, at
            )
            if right:
                work.drop_factor(member.id)
            return right

        done = await self.site.store.run(unit)
        return (
            back_to("/desk")
            if done
            else await self._factor(found, self.site.german("desk_factor_wrong"))
        )
