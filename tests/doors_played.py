"""Three doors for a scenario's people: the terminal's lines, Telegram's calls, the web's pages.

Each reads back what a person has before them, so that what is compared went through the edge.
"""

import asyncio
import contextlib
import hashlib
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx
from fake_telegram_chats import Chats, Refusal
from playing import KEYS, real_knowledge

from bot.app import App
from bot.channels.telegram.decode import decode_batch
from bot.channels.telegram.encode import encode
from bot.channels.terminal import Person, Terminal
from bot.channels.web import Origin, Web
from bot.core.messages import Button, Screen
from bot.core.taps import Move
from bot.ports import Address, Factor, Limits, Outgoing, Receipt
from bot.scenario import Hands, Player, Scenario, ScenarioFault, Stage
from bot.store import Store

ORIGIN = "https://lotse.example.de"
_NUMBERED = re.compile(r"^ {2}(\d+) · (.*)$")
_WAY = re.compile(r"\[([^\]]*)\]")


def button(label: str) -> Button:
    """A label that stands before somebody; where it leads is the door's business."""
    return Button(label, Move.STAY)


# ── The terminal ────────────────────────────────────────────────────────────────────────────────


@dataclass
class Lines(Stage):
    """Lines typed, lines printed: a button is pressed by its words."""

    def __post_init__(self) -> None:
        self.typing: asyncio.Queue[str] = asyncio.Queue()
        self.begun = asyncio.Event()
        self.terminal = Terminal(self._lines(), self._printed, lambda: self.clock())  # noqa: PLW0108

    def address(self, who: str) -> Address:
        if who not in [person.id for person in self.terminal.people]:
            self.terminal.people.append(Person(who, who))
        return super().address(who)

    async def _lines(self) -> AsyncIterator[str]:
        while True:
            yield await self.typing.get()
            self.typing.task_done()

    def _printed(self, text: str) -> None:
        found = re.match(r"\n── (.*?)(?: \(aktualisiert\))? ─*\n(.*)\n\Z", text, re.DOTALL)
        if found is not None:
            who = next(p.id for p in self.terminal.people if p.label == found[1])
            self.shown.setdefault(who, []).append(as_printed(found[2]))
            self.begun.set()

    async def listen(self, take) -> None:
        await self.terminal.listen(take)

    async def send(self, outgoing: Outgoing) -> Receipt:
        return await self.terminal.send(outgoing)

    async def opened(self, who: str, payload: str) -> None:
        if not self.terminal.talk and who == "visitor" and not payload:
            self.begin()
            await self.begun.wait()
            return
        await self._line(who, f"/start {payload}")

    def begin(self) -> None:
        """The first screen comes by itself."""
        self.terminal.settled = self.app.settled
        self.listening = asyncio.create_task(self.terminal.listen(self.app.dispatcher.take))

    async def typed(self, who: str, text: str) -> None:
        await self._line(who, text)

    async def tapped(self, who: str, label: str) -> None:
        await self._line(who, label)

    async def _line(self, who: str, line: str) -> None:
        self.address(who)
        place = next(n for n, person in enumerate(self.terminal.people, 1) if person.id == who)
        for each in (f"@{place}", line.replace("\n", " ")):
            await self.typing.put(each)
        await self.typing.join()

    def leave(self) -> None:
        self.listening.cancel()


def as_printed(text: str) -> Screen:
    """What stands in a block of lines."""
    lines = text.split("\n")
    choices = [found[2] for line in lines if (found := _NUMBERED.match(line))]
    ways = [label for line in lines if line.startswith("  [") for label in _WAY.findall(line)]
    return Screen(text, tuple(map(button, choices)), tuple(map(button, ways)))


# ── Telegram ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Chat(Stage):
    """Updates in, calls of the Bot API out, on the fake's chats."""

    name: str = "telegram"
    chats: Chats = field(default_factory=Chats)
    numbers: dict[str, int] = field(default_factory=lambda: {"visitor": 1})

    def address(self, who: str) -> Address:
        number = self.numbers.setdefault(who, len(self.numbers) + 1)
        return Address(self.name, str(number))

    async def opened(self, who: str, payload: str) -> None:
        await self.typed(who, f"/start {payload}".strip())

    async def typed(self, who: str, text: str) -> None:
        self.chats.type(int(self.address(who).id), text)
        await self._hear()

    async def tapped(self, who: str, label: str) -> None:
        chat = int(self.address(who).id)
        found = [
            (message.id, data)
            for message in self.chats.messages(chat)
            for text, data in message.buttons
            if without_number(text) == label
        ]
        if not found:
            raise ScenarioFault(f"„{label}“ steht in keiner Nachricht mehr.")
        self.chats.tap_data(chat, *found[-1])
        await self._hear()

    async def _hear(self) -> None:
        updates = list(self.chats.pending)
        self.chats.pending.clear()
        await self.app.dispatcher.take(decode_batch(updates, self.clock()))

    async def send(self, outgoing: Outgoing) -> Receipt:
        messages = []
        for method, params in encode(outgoing):
            try:
                result = await self.chats.do(method, params)
            except Refusal as refusal:
                if "not found" in str(refusal) or "not modified" in str(refusal):
                    continue
                raise
            if method in {"sendMessage", "editMessageText"}:
                self._note(outgoing.address.id, params)
                messages.append(str(result["message_id"]))
        return Receipt(tuple(messages))

    def _note(self, chat: str, params) -> None:
        who = next(name for name, number in self.numbers.items() if str(number) == chat)
        rows = params.get("reply_markup", {}).get("inline_keyboard", [])
        labels = [each["text"] for row in rows for each in row]
        choices = [without_number(label) for label in labels if label != without_number(label)]
        ways = [label for label in labels if label == without_number(label)]
        screen = Screen(params["text"], tuple(map(button, choices)), tuple(map(button, ways)))
        self.shown.setdefault(who, []).append(screen)


def without_number(label: str) -> str:
    return re.sub(r"^\d+ · ", "", label)


# ── The web ─────────────────────────────────────────────────────────────────────────────────────

_ARTICLE = re.compile(r'<article id="m(\d+)"[^>]* data-row="(\d+)"[^>]*>(.*?)</article>', re.DOTALL)
_KNOB = re.compile(r'<button name="tap" value="([^"]+)"[^>]*>(.*?)</button>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_ACTION = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_BREAK = re.compile(r"<br>|</p><p>|</p>\s*<form")
_MARK = re.compile(r'<span class="[^"]*">(\w+)</span>')  # what stands in brackets elsewhere
_TAG = re.compile(r"<[^>]+>")
_NUMBER = re.compile(r'<span class="number">\d+</span>')


@dataclass
class Pages(Stage):
    """Pages and forms, without JavaScript: a visitor's browser, and one for each desk."""

    name: str = "web"
    browsers: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    html: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)  # the newest row that was looked at
    joined: set[str] = field(default_factory=set)  # who came by a link and has a session

    def install(self, store: Store, clock: Hands) -> Web:
        ticks = itertools.count(0, 60)  # nobody of a scenario is held up: a minute for each look
        steady: Callable[[], float] = lambda: float(next(ticks))  # noqa: E731
        self.web = Web(Origin.of(ORIGIN), store, real_knowledge, clock, steady=steady)
        return self.web

    def address(self, who: str) -> Address:
        return Address(self.name, f"{'v' if who == 'visitor' else 'd'}.{cookie_of(who)}")

    def _browser(self, who: str) -> httpx.AsyncClient:
        if who not in self.browsers:
            transport = httpx.ASGITransport(self.web.app, client=("203.0.113.7", 4711))
            client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
            if who == "visitor":
                self._cookie(client, "besuch", cookie_of(who))
            self.browsers[who] = client
        return self.browsers[who]

    def _cookie(self, client: httpx.AsyncClient, name: str, value: str) -> None:
        client.cookies.set(f"__Host-{name}", value, domain="lotse.example.de")

    async def opened(self, who: str, payload: str) -> None:
        if who == "visitor":
            await self._post(who, "/begin", {"code": payload.removeprefix("p_")})
            return
        client = self._browser(who)
        page = await client.get(f"/desk/join/{payload}")
        fields = hidden(page.text, "/desk/join")
        await self._send(who, "/desk/join", fields)
        self.joined.add(who)
        await self._confirmed(who)

    async def _confirmed(self, who: str) -> None:
        """Whoever needs a second factor has set it up, as far as this play is concerned."""

        def unit(work) -> None:
            address = desk_of(work, self._browser(who).cookies["__Host-schreibtisch"], self.clock())
            member = work.who(address).member
            self.desks[who] = address
            work.put_factor(member, Factor("", 0, confirmed=True), ())

        await self.app.store.run(unit)

    desks: dict[str, Address] = field(default_factory=dict)

    async def typed(self, who: str, text: str) -> None:
        word, _, rest = text.partition(" ")
        if word == "/start":
            await self.opened(who, rest.strip())
            return
        await self._post(who, "/say" if who == "visitor" else "/desk/say", {"text": text})

    async def tapped(self, who: str, label: str) -> None:
        knobs = _KNOB.findall(self.html[who])
        newest = knobs if who == "visitor" else list(reversed(knobs))
        data = next((data for data, inner in newest if said(inner) == label), None)
        if data is None:  # of an older screen: its words are left
            await self.typed(who, label)
            return
        await self._post(who, "/tap" if who == "visitor" else "/desk/tap", {"tap": unescape(data)})

    async def _post(self, who: str, path: str, fields: dict[str, str]) -> None:
        await self._logged_in(who)
        if who not in self.html:
            self.html[who] = (await self._browser(who).get(home(who))).text
        text = await self._send(who, path, hidden(self.html[who], path) | fields)
        if 'action="/device"' in text:  # the web asks for the device before it sends
            await self._send(who, "/device", hidden(text, "/device") | {"own": "yes"})

    async def _send(self, who: str, path: str, fields: dict[str, str]) -> str:
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        answer = await self._browser(who).post(
            path, data=fields, headers=headers, follow_redirects=False
        )
        assert answer.status_code in {200, 303}, (path, answer.status_code, said(answer.text)[:300])
        return answer.text

    async def _logged_in(self, who: str) -> None:
        """A session ends by itself; whoever comes back to the desk logs in."""
        if who == "visitor":
            return
        address, token = self.desks.get(who) or self.address(who), cookie_of(f"{who}{self.said}")
        self.said += 1
        at = self.clock()
        await self.app.store.run(lambda work: work.begin_session(token, address, at))
        client = self._browser(who)
        client.cookies.clear()
        self._cookie(client, "schreibtisch", token)

    async def look(self, who: str) -> None:
        address = self.desks.get(who) or self.address(who)
        newest = await self.app.store.run(lambda work: work.newest_page(address))
        if newest in {0, self.rows.get(who, 0)}:
            return
        await self._logged_in(who)
        page = (await self._browser(who).get(home(who))).text
        self.html[who] = page
        articles = _ARTICLE.findall(page)
        fresh = [row for row in articles if int(row[1]) > self.rows.get(who, 0)]
        for _, row, inner in sorted(fresh, key=lambda each: int(each[1])):
            last = who == "visitor" and row == articles[-1][1]
            self.shown.setdefault(who, []).append(as_shown(inner, page if last else inner))
        self.rows[who] = newest

    async def send(self, outgoing: Outgoing) -> Receipt:
        return await self.web.send(outgoing)


def as_shown(article: str, knobs: str) -> Screen:
    """An article of a page, and the buttons that belong to it."""
    marked = _MARK.sub(r"[\1]", article.partition("<form")[0])
    text = said(_BREAK.sub("\n", marked))
    found = [(said(inner), bool(_NUMBER.search(inner))) for _, inner in _KNOB.findall(knobs)]
    choices = tuple(button(label) for label, numbered in found if numbered)
    ways = tuple(button(label) for label, numbered in found if not numbered)
    return Screen(text, choices, ways)


def said(html: str) -> str:
    lines = unescape(_TAG.sub("", _NUMBER.sub("", html))).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def hidden(html: str, action: str) -> dict[str, str]:
    forms = (inner for where, inner in _ACTION.findall(html) if where == action)
    return {name: unescape(value) for name, value in _HIDDEN.findall(next(forms, ""))}


def home(who: str) -> str:
    return "/" if who == "visitor" else "/desk"


def cookie_of(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()[:43]


def desk_of(work, token: str, at) -> Address:
    found = work.session(token, at)
    assert found is not None
    return found


# ── Any of them ─────────────────────────────────────────────────────────────────────────────────

DOORS: dict[str, Callable[[], Stage]] = {"terminal": Lines, "telegram": Chat, "web": Pages}


@asynccontextmanager
async def played(
    folder: Path, stage: Stage, scenario: Scenario
) -> AsyncIterator[tuple[Player, list[str]]]:
    """A house with this one door, and a player of the scenario in it; what its log says."""
    clock, log = Hands(scenario.world.at), list[str]()
    chances = chance()
    store = await Store.open(folder / "played.sqlite", KEYS)
    try:
        raw = store._connection
        await raw.run(lambda: raw._conn.execute("PRAGMA synchronous = OFF"))  # nobody is killed
        channel = stage.install(store, clock) if isinstance(stage, Pages) else stage
        app = App(
            real_knowledge(),
            store,
            (channel,),
            {stage.name: Limits(connections=1)},
            clock=clock,
            chance=lambda: next(chances),
            log=lambda what, /, **ids: log.append(f"{what} {ids}"),
            steady=lambda: clock.at.timestamp(),  # noqa: PLW0108  (the hands move)
        )
        if isinstance(stage, Pages):
            stage.web.hear(app.dispatcher.take)
        async with app.running():
            try:
                yield Player(app, stage, clock, scenario), log
            finally:
                await left(stage)
    finally:
        await store.close()


async def left(stage: Stage) -> None:
    if isinstance(stage, Lines):
        stage.leave()
        with contextlib.suppress(asyncio.CancelledError):
            await stage.listening
    if isinstance(stage, Pages):
        await stage.web.site.finish()
        for browser in stage.browsers.values():
            await browser.aclose()


def chance() -> Iterator[bytes]:
    return (hashlib.sha256(str(n).encode()).digest() for n in itertools.count())


async def play(folder: Path, stage: Stage, scenario: Scenario) -> list[str]:
    """Every step in order; raises ``ScenarioFault`` where the talk goes another way."""
    async with played(folder, stage, scenario) as (player, log):
        await player.play()
        return list(log)
