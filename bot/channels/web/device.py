"""Before sending: is this a device of one's own? Else words bring a visitor back to the answer.

Asked once a visit. "Nein": the cookie ends with the browser, and three friendly names are shown
once; only their keyed hash is kept, so nobody here can look them up.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import limits
from bot.channels.web.cookies import REMEMBERED
from bot.channels.web.decode import said, tapped
from bot.channels.web.site import Site, back_to, conversation_of, form_of
from bot.channels.web.wording import Wording
from bot.core.messages import Body, Tapped, Typed
from bot.core.records import Conversation, Ref, RefKey
from bot.core.taps import Act
from bot.core.understand.text import normalise
from bot.ports import Address

SENDING = "send"  # the acting button with which a request begins
PAIRS = 3  # names of two words: about 45 bits
ASKED = frozenset({"id", "tap", "text"})  # what is handed in once the question is answered


@dataclass
class Devices:
    site: Site

    def routes(self) -> list[Route]:
        return [
            Route("/device", self.answer, methods=["POST"]),
            Route("/zurueck", self.door),
            Route("/zurueck", self.come_back, methods=["POST"]),
        ]

    # ── Asked ───────────────────────────────────────────────────────────────────────────────────

    async def question(
        self, request: Request, address: Address, form: Mapping[str, str]
    ) -> Response | None:
        """The question, if this form would send a request and it was not answered yet."""
        body = body_of(form)
        if not isinstance(body, Typed | Tapped):
            return None

        def unit(work: Any) -> tuple[bool, Conversation | None]:
            found = conversation_of(work, address)
            asks = found is not None and not work.has_return(address) and _sends(work, found, body)
            return asks, found

        asks, found = await self.site.store.run(unit)
        if not asks:
            return None
        hidden = {name: value for name, value in form.items() if name in ASKED}
        return self.site.page("device.html", self.site.wording(request, found), {"hidden": hidden})

    async def answer(self, request: Request) -> Response:
        """Their own or not; what was about to be sent goes with either answer."""
        form = await form_of(request)
        value = self.site.visitors.value(request)
        if form is None or value is None or form.get("own") not in {"yes", "no"}:
            return self.site.trouble(400)
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.VISIT, value))
        if wait:
            return self.site.held_up(wait)
        address, own = self.site.visitors.address(value), form["own"] == "yes"
        words = "" if own else self._words()
        sent = {name: text for name, text in form.items() if name in ASKED}
        done = await self.site.hand_in(self.site.incoming(address, sent, body_of(sent)))
        if not done.kept:
            action = "/tap" if "tap" in sent else "/say"
            return self.site.trouble(503, action=action, hidden=sent, text=sent.get("text", ""))
        at = self.site.clock()  # only now: words that nobody has seen must not be the way back
        await self.site.store.run(lambda work: work.put_return(address, folded(words), at))
        response = back_to("/") if own else await self._shown_once(request, address, words)
        self.site.visitors.put(response, value, REMEMBERED if own else None)
        return response

    async def _shown_once(self, request: Request, address: Address, words: str) -> Response:
        found = await self.site.store.run(lambda work: conversation_of(work, address))
        t = self.site.wording(request, found)
        return self.site.page("words.html", t, {"pairs": words.split(", ")})

    def _words(self) -> str:
        """Three friendly names, drawn by chance."""
        adjectives, nouns = self.site.knowledge_of().names
        chance = self.site.chance()
        return ", ".join(
            f"{_drawn(adjectives, chance[n * 8 : n * 8 + 4])}"
            f" {_drawn(nouns, chance[n * 8 + 4 : n * 8 + 8])}"
            for n in range(PAIRS)
        )

    # ── Coming back ─────────────────────────────────────────────────────────────────────────────

    async def door(self, request: Request) -> Response:
        return self._door(self.site.wording(request))

    def _door(self, t: Wording, status: int = 200, said: str = "") -> Response:
        return self.site.page("back.html", t, {"said": said}, status)

    async def come_back(self, request: Request) -> Response:
        """The words open the visit again in this browser, until it is closed."""
        form = await form_of(request)
        if form is None:
            return self.site.trouble(400)
        t = self.site.wording(request)
        wait = self.site.wait(request, "", (limits.ALL, "*"), (limits.RETURNING, ""))
        if wait:
            response = self._door(t, 429, t("back_wait", minutes=str(int(wait / 60) + 1)))
            response.headers["retry-after"] = str(int(wait) + 1)
            return response
        words = folded(form.get("words", ""))
        address: Address | None = await self.site.store.run(lambda work: work.at_words(words))
        if address is None or not words:
            return self._door(t, 403, t("back_unknown"))
        self.site.give_back(request, limits.RETURNING)
        response = back_to("/")
        self.site.visitors.put(response, address.id.removeprefix(self.site.visitors.prefix))
        return response


def body_of(form: Mapping[str, str]) -> Body:
    return tapped(form["tap"]) if "tap" in form else said(form.get("text", ""))


def _sends(work: Any, conversation: Conversation, body: Typed | Tapped) -> bool:
    """Whether this begins a request: one's own button, or its words typed."""
    match body:
        case Tapped(Act(ref)):
            return _is_sending(work, conversation.id, ref)
        case Typed(text):
            typed = normalise(text)
            return any(
                normalise(button.label) == typed
                and _is_sending(work, conversation.id, button.tap.ref)
                for button in conversation.shown
                if isinstance(button.tap, Act)
            )
        case _:
            return False


def _is_sending(work: Any, mine: str, ref: str) -> bool:
    """A button of somebody else is none: nothing may tell that there is one."""
    found = work.load(RefKey(ref))
    return isinstance(found, Ref) and found.action == SENDING and found.owner == mine


def _drawn(words: Sequence[str], chance: bytes) -> str:
    return words[int.from_bytes(chance) % len(words)]


def folded(words: str) -> str:
    """The words as they are compared: how they are parted and written large does not count."""
    plain = words.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return " ".join(re.findall(r"[a-z]+", plain.replace("ß", "ss")))
