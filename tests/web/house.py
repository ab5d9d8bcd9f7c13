"""The whole bot behind its web door: real knowledge, real store, real pages."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from bot.app import App, with_operator
from bot.channels.web import Origin, Web
from bot.core.knowledge import Knowledge
from bot.core.records import Member, Permission, PostFacts, Role
from bot.loading import load
from bot.ports import Channel
from bot.scenario import WEEK
from bot.store import Keys, Store, new_key

KEYS = Keys.parse(new_key())
NOW = datetime(2026, 11, 24, 9, 4, tzinfo=UTC)  # a Tuesday, ten past ten in the morning
ORIGIN = "https://lotse.example.de"
PLAIN = "http://127.0.0.1"
OPERATOR = {"name": "Test", "address": "Weg 1", "email": "a@example.de", "privacy": "Frau B"}
POST = "netzwerkstelle-magdeburg"

_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_KNOB = re.compile(r'<button name="tap" value="([^"]+)"[^>]*>(.*?)</button>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@cache
def knowledge() -> Knowledge:
    loaded = load(Path(__file__).parents[2] / "knowledge")
    assert loaded.knowledge is not None, loaded.findings
    return with_operator(loaded.knowledge, OPERATOR)


@dataclass
class Hands:
    """A clock that is moved by hand; steady time moves with it."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def steady(self) -> float:
        return self.at.timestamp()

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class House:
    """Everything that was put together; ``lines`` is the log."""

    app: App
    web: Web
    store: Store
    clock: Hands
    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def browser(self, origin: str = ORIGIN, peer: str = "203.0.113.7") -> "Browser":
        transport = httpx.ASGITransport(self.web.app, client=(peer, 4711))
        return Browser(httpx.AsyncClient(transport=transport, base_url=origin), origin)


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    *,
    origin: str = ORIGIN,
    staffed: bool = False,
    mail: Callable[[Hands], Channel] | None = None,
    **other: Any,
) -> AsyncIterator[House]:
    """The application running, without a port: requests go straight into it; perhaps with mail."""
    clock = Hands()
    store = await Store.open(folder / "lotse.sqlite", KEYS)
    lines: list[tuple[str, dict[str, Any]]] = []

    def log(what: str, /, **ids: Any) -> None:
        lines.append((what, ids))

    known = knowledge()
    if mail is not None:
        known = with_operator(known, {**OPERATOR, "mail": "on", "web": origin})
    web = Web(
        Origin.of(origin),
        store,
        lambda: app.knowledge,
        clock,
        steady=clock.steady,
        log=log,
        **other,
    )
    channels = (web, *((mail(clock),) if mail else ()))
    app = App(known, store, channels, clock=clock, log=log)
    web.hear(app.dispatcher.take)
    if staffed:
        await store.run(lambda work: seat(work, clock.at))
    try:
        async with app.running():
            yield House(app, web, store, clock, lines)
            await web.site.finish()
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def served(folder: Path, **other: Any) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """The real server on a free port of this machine; pages live under its real address."""
    port = other.pop("port", None) or free_port()
    async with opened(folder, origin=f"{PLAIN}:{port}", bind=("127.0.0.1", port), **other) as house:
        listening = asyncio.create_task(house.web.listen(house.app.dispatcher.take))
        try:
            async with httpx.AsyncClient(base_url=f"{PLAIN}:{port}") as client:
                await reached(client)
                yield house, client
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as found:
        port: int = found.getsockname()[1]
    return port


async def reached(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(httpx.ConnectError):
                await client.get("/healthz")
                return
            await asyncio.sleep(0)


def seat(work: Any, at: datetime) -> None:
    """Somebody sits on a live post, so that a visitor can send."""
    work.save(PostFacts(POST, Permission(at.date(), "Test"), practised=True, accepting=True))
    for label in ("Anna", "Ben"):
        work.save(Member(label.lower(), Role.WORKER, label, at, (POST,), plan=WEEK))


@dataclass
class Page:
    """An answer as a person without JavaScript has it before them."""

    response: httpx.Response

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def text(self) -> str:
        return " ".join(unescape(_TAG.sub(" ", self.html)).split())

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def buttons(self) -> dict[str, str]:
        """Label without its number → what the button sends."""
        found = {}
        for data, inner in _KNOB.findall(self.html):
            label = " ".join(unescape(_TAG.sub(" ", inner)).split())
            found.setdefault(re.sub(r"^\d+ ", "", label), unescape(data))
        return found

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that goes there."""
        for where, inner in _FORM.findall(self.html):
            if where == action:
                return {name: unescape(value) for name, value in _FIELD.findall(inner)}
        raise AssertionError(f"no form goes to {action}: {self.text[:300]}")


@dataclass
class Browser:
    """Without JavaScript: follows redirects, keeps cookies, says where its forms come from."""

    client: httpx.AsyncClient
    origin: str
    page: Page | None = None

    async def get(self, path: str = "/", **headers: str) -> Page:
        self.page = Page(await self.client.get(path, headers=headers, follow_redirects=True))
        return self.page

    async def post(self, path: str, **fields: str) -> Page:
        """Send a form as it stands on the present page, with these fields filled in."""
        hidden = self.page.hidden(path) if self.page else {}
        self.page = Page(await self.raw(path, hidden | fields))
        return self.page

    async def raw(
        self, path: str, fields: dict[str, str], *, follow: bool = True, **headers: str
    ) -> httpx.Response:
        known = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        return await self.client.post(
            path, data=fields, headers=known | headers, follow_redirects=follow
        )

    async def tap(self, label: str, *, own: bool = True) -> Page:
        """Press a button; where it asks for the device, that is one's own."""
        assert self.page is not None
        found = next((d for name, d in self.page.buttons.items() if label in name), None)
        assert found is not None, f"no button {label!r} in {sorted(self.page.buttons)}"
        page = await self.post("/tap", tap=found)
        return await self.answer("yes") if own and self.asked else page

    @property
    def asked(self) -> bool:
        """Whether the page asks for the device before it sends."""
        return self.page is not None and 'action="/device"' in self.page.html

    async def answer(self, own: str) -> Page:
        return await self.post("/device", own=own)

    async def say(self, text: str) -> Page:
        return await self.post("/say", text=text)
