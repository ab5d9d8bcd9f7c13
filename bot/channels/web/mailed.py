"""Logging in by e-mail: a link is asked for, and a link is redeemed, once, by a POST.

Whoever asks gets the same answer in the same time, whether the address is known or not: what
follows from it happens after the answer. Looking at a link changes nothing; previews do that.
"""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import limits
from bot.channels.web.cookies import Cookie, event_id
from bot.channels.web.site import Site, form_of
from bot.core.mailbox import address_of
from bot.core.messages import Command, Commanded, LinkAsked, Staff
from bot.core.notices import EMAIL
from bot.core.records import Member, Team, TeamKey
from bot.core.rights import COMMANDS
from bot.ports import Address, Incoming

TWICE = timedelta(minutes=1)  # a form sent twice redeems once and lets in both times
MOST_TWICE = 200
_CODE = re.compile("[0-9a-f]{64}")


@dataclass
class MailLinks:
    """``admitted``: the next page of a member at this address, a second step or the desk."""

    site: Site
    cookie: Cookie
    admitted: Callable[[Address], Awaitable[Response]]
    _lately: "OrderedDict[str, tuple[Address, datetime]]" = field(
        default_factory=OrderedDict, init=False, repr=False
    )

    def routes(self) -> list[Route]:
        return [
            Route("/desk/link", self.asking),
            Route("/desk/link", self.asked, methods=["POST"]),
            Route("/desk/mail/{code}", self.door),
            Route("/desk/mail", self.redeem, methods=["POST"]),
        ]

    @property
    def open(self) -> bool:
        """Whether this house sends e-mail."""
        return bool(self.site.knowledge_of().operator.get("mail"))

    # ── Asking ──────────────────────────────────────────────────────────────────────────────────

    async def asking(self, request: Request) -> Response:
        del request
        return self._asking() if self.open else self.site.trouble(404, home="/desk")

    def _asking(self, status: int = 200, said: str = "", *, sent: bool = False) -> Response:
        return self.site.desk_page("link.html", {"said": said, "sent": sent}, status)

    async def asked(self, request: Request) -> Response:
        """One answer for all; too many for one address are answered alike, and not sent."""
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400, home="/desk")
        if not self.open:
            return self.site.trouble(404, home="/desk")
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.JOINING, ""))
        if wait:
            return self.site.held_up(wait, home="/desk")
        address = address_of(form.get("address", ""))
        if address and not self.site.limits.wait(limits.MAILING, event_id(address)):
            self.site.afterwards(self._send(Address(EMAIL, address)))
        return self._asking(said=self.site.german("desk_link_sent"), sent=True)

    async def _send(self, address: Address) -> None:
        who: Any = await self.site.store.run(lambda work: work.who(address))
        if isinstance(who, Staff) and self.site.take is not None:
            mine, at = self.site.chance().hex(), self.site.clock()
            await self.site.take([Incoming(mine, address, at, LinkAsked())])

    # ── Redeeming ───────────────────────────────────────────────────────────────────────────────

    async def door(self, request: Request) -> Response:
        """Only looks."""
        code = request.path_params["code"]
        if not _CODE.fullmatch(code):
            return self.site.trouble(404, home="/desk")
        hidden = {"id": self.site.beginnings.token(), "code": code}
        return self.site.desk_page("mailed.html", {"hidden": hidden})

    async def redeem(self, request: Request) -> Response:
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400, home="/desk")
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.JOINING, ""))
        if wait:
            return self.site.held_up(wait, home="/desk")
        code, at = form.get("code", ""), self.site.clock()
        name = self.site.beginnings.name(form.get("id", ""), code)
        address = self._again(name, at) or await self._used(code, name, at)
        if address is None:
            return self._asking(403, self.site.german("desk_link_spent"))
        self.site.give_back(request, limits.JOINING)
        return await self.admitted(address)

    def _again(self, name: str, at: datetime) -> Address | None:
        """Where the very same form has just led."""
        address, until = self._lately.get(name, (None, at))
        return address if at < until else None

    async def _used(self, code: str, name: str, at: datetime) -> Address | None:
        """The desk to which the link leads; it leads there no more."""

        def unit(work: Any) -> tuple[Address, Member] | None:
            target = work.use_link(code, "mail", at) if _CODE.fullmatch(code) else None
            team = work.load(TeamKey())
            member = team.member(target or "") if isinstance(team, Team) else None
            if member is None or member.mail is None or not member.mail.confirmed:
                return None
            address = work.desk_of(member.id) or self.cookie.address(name)
            work.bind(address, Staff(member.id), at)
            return address, member

        found = await self.site.store.run(unit)
        if found is None:
            return None
        address, member = found
        self._lately[name] = address, at + TWICE
        while len(self._lately) > MOST_TWICE:
            self._lately.popitem(last=False)
        if member.role in COMMANDS[Command.DESK]:  # what the mail was about is what they see
            await self.site.hand_in(
                self.site.incoming(address, {"id": name}, Commanded(Command.DESK))
            )
        return address
