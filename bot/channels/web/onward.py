"""From another door into this one: a link that goes on with a conversation, once, by a POST.

A preview of the link spends a GET, and that changes nothing.
"""

import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import limits
from bot.channels.web.site import Site, back_to, form_of
from bot.core.messages import Tapped, Visitor
from bot.core.records import Conversation, ConversationKey
from bot.core.taps import Move

_CODE = re.compile("[0-9a-f]{64}")


@dataclass
class Onward:
    site: Site

    def routes(self) -> list[Route]:
        return [
            Route("/weiter/{code}", self.door),
            Route("/weiter", self.go_on, methods=["POST"]),
        ]

    async def door(self, request: Request) -> Response:
        """Only looks, and says what would happen."""
        code = request.path_params["code"]
        if not _CODE.fullmatch(code):
            return self.site.trouble(404)
        return self._door(request, code, replaces=self.site.visitors.value(request) is not None)

    def _door(
        self, request: Request, code: str, status: int = 200, *, replaces: bool = False
    ) -> Response:
        t = self.site.wording(request)
        values = {
            "hidden": {"id": self.site.beginnings.token(), "code": code},
            "replaces": replaces,
            "said": t("onward_spent") if status != 200 else "",
        }
        return self.site.page("onward.html", t, values, status)

    async def go_on(self, request: Request) -> Response:
        """From now on the conversation is in this browser; a form sent twice does it once."""
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400)
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.BEGINNING, ""))
        if wait:
            return self.site.held_up(wait)
        code, at = form.get("code", ""), self.site.clock()
        name = self.site.beginnings.name(form.get("id", ""), code)
        address = self.site.visitors.address(name)

        def unit(work: Any) -> Move | None:
            who = work.who(address)
            if not isinstance(who, Visitor):
                conversation = work.use_link(code, "chat", at)
                if conversation is None:
                    return None
                who = Visitor(conversation)
                work.bind(address, who, at)
            found = work.load(ConversationKey(who.conversation))
            unread = isinstance(found, Conversation) and found.unread
            return Move.NEWS if unread else Move.STAY

        move = await self.site.store.run(unit) if _CODE.fullmatch(code) else None
        if move is None:
            return self._door(request, "", 403)
        await self.site.hand_in(self.site.incoming(address, form, Tapped(move)))
        response = back_to("/")
        self.site.visitors.put(response, name)
        return response
