"""What the routes of visitors and of the desk share."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bot.channels.web import emergency, paper
from bot.channels.web.cookies import Beginnings, event_id, visitor_cookie
from bot.channels.web.decode import NotAForm, fields, language_of
from bot.channels.web.limits import Limits, Rate, network
from bot.channels.web.origin import Origin
from bot.channels.web.streams import Streams, TooMany
from bot.channels.web.wording import Wording, wording
from bot.core.knowledge import Knowledge
from bot.core.messages import Body, Screen, Visitor
from bot.core.records import Conversation, ConversationKey
from bot.core.turn import danger_screen
from bot.ports import Address, Incoming, Log, Take, TryLater

T = TypeVar("T")
FINISH_WITHIN = 1.5  # seconds for what is being taken when the house stops
PATIENCE = 8.0  # seconds until a page says that something is not kept yet
LAST = 2**62  # after every place on a page
NEWEST = "neu"  # where a page opens after something was said


class Store(Protocol):
    """The store's own units of work: its pages and sessions are not in the port."""

    async def run(self, unit: Callable[[Any], T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Said:
    """Whether it is committed, and the help that was shown past the store."""

    kept: bool
    help: Screen | None = None


@dataclass
class Site:
    """``chance`` gives 32 random bytes; ``patience`` in seconds."""

    origin: Origin
    store: Store
    knowledge_of: Callable[[], Knowledge]
    clock: Callable[[], datetime]
    chance: Callable[[], bytes]
    limits: Limits
    log: Log
    neutral: str
    streams: Streams = field(default_factory=Streams)
    patience: float = PATIENCE
    take: Take | None = None
    _helping: dict[str, asyncio.Future[Screen]] = field(default_factory=dict, init=False)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.beginnings = Beginnings(self.chance)
        self.visitors = visitor_cookie(self.origin)  # how a browser shows whose visit it is

    # ── Said by somebody ────────────────────────────────────────────────────────────────────────

    def incoming(self, address: Address, form: Mapping[str, str], *bodies: Body) -> list[Incoming]:
        """What a form said, in order; the same form sent again gives the same ids."""
        mine = form.get("id") or event_id(self.chance().hex())
        said = sorted((name, value) for name, value in form.items() if name != "id")
        key = event_id(address.id, mine, *(part for pair in said for part in pair))
        at = self.clock()
        return [Incoming(f"{key}:{n}", address, at, body) for n, body in enumerate(bodies)]

    async def hand_in(self, incoming: Sequence[Incoming]) -> Said:
        """What is not committed in time is still tried; sent again, it counts once."""
        who = incoming[0].address.id if incoming[0].address else ""
        helped = self._helping.setdefault(who, asyncio.get_running_loop().create_future())
        taking = asyncio.ensure_future(self._taken(incoming))
        self._under_way.add(taking)
        taking.add_done_callback(self._done)
        waited: set[asyncio.Future[Any]] = {taking, helped}
        await asyncio.wait(waited, timeout=self.patience, return_when=asyncio.FIRST_COMPLETED)
        if self._helping.get(who) is helped:
            del self._helping[who]
        kept = taking.done() and not taking.cancelled() and taking.exception() is None
        return Said(kept, helped.result() if helped.done() else None)

    async def _taken(self, incoming: Sequence[Incoming]) -> None:
        if self.take is None:
            raise TryLater(1)
        await self.take(incoming)

    def _done(self, taking: "asyncio.Task[None]") -> None:
        self._under_way.discard(taking)
        if not taking.cancelled():
            taking.exception()  # it was told to the person, or they have gone

    def afterwards(self, work: Coroutine[Any, Any, None]) -> None:
        """What nobody waits for, so that no answer tells how it went."""
        going = asyncio.ensure_future(work)
        self._under_way.add(going)
        going.add_done_callback(self._done)

    def help_now(self, who: str, screen: Screen) -> None:
        """Help that goes past the store: to the answer that this person waits for."""
        waiting = self._helping.get(who)
        if waiting is not None and not waiting.done():
            waiting.set_result(screen)

    # ── Held up ─────────────────────────────────────────────────────────────────────────────────

    def wait(self, request: Request, text: str, *asked: tuple[Rate, str]) -> float:
        """Seconds to wait, 0 to go on; whoever writes of danger goes on.

        An empty name stands for the network address that the request comes from.
        """
        here = network(request.client.host if request.client else "")
        seconds = self.limits.longest(*((rate, who or here) for rate, who in asked))
        if seconds and text and danger_screen(self.knowledge_of(), text, self.clock()) is not None:
            return 0.0
        return seconds

    def give_back(self, request: Request, rate: Rate) -> None:
        """A right guess is none: it does not count against this network address."""
        self.limits.give_back(rate, network(request.client.host if request.client else ""))

    # ── Said to somebody ────────────────────────────────────────────────────────────────────────

    def wording(self, request: Request, conversation: Conversation | None = None) -> Wording:
        """The pages' sentences for this conversation; before there is one, as the browser asks."""
        asked = language_of(request.headers.get("accept-language", ""))
        return wording(self.knowledge_of(), conversation, asked)

    def page(
        self, template: str, t: Wording, values: Mapping[str, Any], status: int = 200
    ) -> Response:
        """A visitor's page, in their words."""
        return paper.page(template, {"t": t, "neutral": self.neutral, **values}, status)

    def desk_page(self, template: str, values: Mapping[str, Any], status: int = 200) -> Response:
        """A page of the desk, in German as the whole desk."""
        return paper.page(template, {"t": self.german, **values}, status)

    @property
    def german(self) -> Wording:
        return wording(self.knowledge_of())

    def trouble(self, status: int, **more: Any) -> Response:
        """What happened, what can be done, who helps now; ``text`` is not lost but given back."""
        return paper.page("trouble.html", self._trouble(status, more), status)

    def held_up(self, wait: float, **more: Any) -> Response:
        """Too much at once; ``wait`` in seconds."""
        response = self.trouble(429, **more)
        response.headers["retry-after"] = str(int(wait) + 1)
        return response

    def trouble_page(self, status: int) -> bytes:
        return paper.written("trouble.html", self._trouble(status, {})).encode()

    def _trouble(self, status: int, more: Mapping[str, Any]) -> dict[str, Any]:
        t: Wording = more.get("t") or self.german
        title, sentence = t.trouble(status)
        return {
            "t": t,
            "title": title,
            "sentence": sentence,
            "sections": emergency.sections(self.knowledge_of().directory, t),
            "help": None,
            "text": "",
            "action": "",
            "hidden": {},
            "home": "/",
            "neutral": self.neutral,
            **more,
        }

    async def events(
        self, request: Request, address: Address, alive: Callable[[], Awaitable[bool]]
    ) -> Response:
        """The stream of news for one open page, from its cursor on."""
        told = request.headers.get("last-event-id") or request.query_params.get("after", "")

        async def newest() -> int:
            return await self.store.run(lambda work: int(work.newest_page(address)))

        try:
            page = self.streams.enter(address.id)
        except TooMany:
            return Response(status_code=503, headers={"retry-after": "60"})
        return StreamingResponse(
            self.streams.follow(page, number(told), newest, alive),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )

    async def finish(self) -> None:
        """Streams end first; what was said is waited for, but not for long."""
        self.streams.end_all()
        if self._under_way:
            _, pending = await asyncio.wait(self._under_way, timeout=FINISH_WITHIN)
            for taking in pending:
                taking.cancel()
            await asyncio.gather(*pending, return_exceptions=True)


def conversation_of(work: Any, address: Address) -> Conversation | None:
    """The conversation that is led at this address, if a visitor is there."""
    who = work.who(address)
    found = work.load(ConversationKey(who.conversation)) if isinstance(who, Visitor) else None
    return found if isinstance(found, Conversation) else None


async def form_of(request: Request) -> dict[str, str] | None:
    """The fields of a form; None for a body that no form of ours sends."""
    try:
        return fields(await request.body())
    except NotAForm:
        return None


def number(text: str) -> int:
    """A row's number that a browser sent, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def back_to(path: str) -> Response:
    """The page, at what is newest there."""
    return RedirectResponse(f"{path}#{NEWEST}", status_code=303)
