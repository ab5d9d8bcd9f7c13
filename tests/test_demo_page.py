"""The demo in a browser: both sides of one bot, a clock to move, a line on what happened."""

import contextlib
import os
import pty
import re
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playing import real_knowledge
from web.house import Browser, Page

from bot.app import App
from bot.core.calendar import ZONE, Calendar, local
from bot.demo import temporary_store
from bot.demo_page.clock import pass_until, target
from bot.demo_page.house import house

ROOT = Path(__file__).parent.parent
ORIGIN = "http://127.0.0.1:8080"


@dataclass
class Demo:
    app: App
    browser: Browser

    async def outer(self, path: str = "/demo", **fields: str) -> Page:
        if fields:
            return Page(await self.browser.raw(path, fields))
        return await self.browser.get(path)

    async def settled(self) -> Page:
        await self.app.settled()
        return await self.browser.get("/")

    async def desk(self, **fields: str) -> Page:
        """A word or a tap at the desk, and what stands there then."""
        page = await self.browser.get("/desk")
        if "tap" in fields:
            fields["tap"] = page.buttons[fields["tap"]]
            await self.browser.post("/desk/tap", **fields)
        elif fields:
            await self.browser.post("/desk/say", **fields)
        await self.app.settled()
        return await self.browser.get("/desk")

    async def request(self) -> str:
        """A pupil of Magdeburg sends a request; its name."""
        page = await self.browser.get("/")
        for label in ("Mobbing, Ausgrenzung", "Mit einem Menschen"):
            page = await self.browser.tap(label)
        page = await self.browser.post("/tap", tap="t.schule.suche.st-5")
        for _ in range(8):
            if "Absenden" in page.buttons:
                break
            yes = next((label for label in page.buttons if label.startswith("Ja")), None)
            page = await (self.browser.tap(yes) if yes else self.browser.say("Es ist so."))
        page = await self.browser.tap("Absenden")
        return re.findall(r"„(\w+ \w+)“", page.text)[-1]


@contextlib.asynccontextmanager
async def demo() -> AsyncIterator[Demo]:
    async with temporary_store() as store:
        app, page = await house(real_knowledge(), store, 8080)
        web = app.channels[0]
        web.hear(app.dispatcher.take)
        transport = httpx.ASGITransport(web.app)
        async with app.running():
            browser = Browser(httpx.AsyncClient(transport=transport, base_url=ORIGIN), ORIGIN)
            yield Demo(app, browser)
            await page.site.finish()


async def test_the_page_shows_both_sides_and_says_that_it_is_a_demo():
    async with demo() as here:
        page = await here.outer()
        assert "DEMO" in page.text
        assert "Nichts verlässt diesen Rechner" in page.text
        assert 'src="/#neu"' in page.html
        assert 'src="/desk"' in page.html
        assert "frame-src 'self'" in page.response.headers["content-security-policy"]
        inner = await here.browser.get("/")
        assert "Worum geht es?" in inner.text
        assert inner.response.headers["x-frame-options"] == "SAMEORIGIN"
        assert "Gerade ist nichts offen" in (await here.desk(text="/anfragen")).text


async def test_each_visitor_has_a_conversation_of_their_own():
    async with demo() as here:
        await here.outer()
        await here.browser.get("/")
        await here.browser.tap("Mobbing, Ausgrenzung")
        pressed = await here.outer("/demo/visitor", audience="guardian")
        assert re.search(r'value="guardian" aria-pressed="true"', pressed.html)
        page = await here.settled()
        assert "Wählen Sie ein Thema" in page.text
        await here.outer("/demo/visitor", audience="pupil")
        assert "Tippe auf ein Thema" in (await here.settled()).text


async def test_whoever_is_chosen_sits_at_the_desk():
    async with demo() as here:
        page = await here.outer()
        people = re.findall(r'<option value="([^"]+)"', page.html)
        assert len(people) == 7
        page = await here.outer("/demo/member", member="DEMO Clara")
        assert re.search(r'value="DEMO Clara" selected', page.html)
        await here.desk(text="/anfragen")
        assert "DEMO Clara: Commanded(/anfragen)" in (await here.outer()).text


async def test_everybody_can_be_played_also_who_coordinates():
    async with demo() as here:
        await here.outer()
        await here.outer("/demo/member", member="DEMO Koordination")
        assert "/desk/say" in (await here.desk()).html


async def test_nonsense_changes_nothing():
    async with demo() as here:
        await here.outer()
        for path in ("/demo/visitor", "/demo/member", "/demo/clock"):
            page = await here.outer(path, audience="x", member="y", moment="z")
            assert page.status == 200
            assert re.search(r'value="pupil" aria-pressed="true"', page.html)
        assert (await here.browser.client.get("/demo/static/fehlt.js")).status_code == 404


async def test_a_request_goes_from_one_side_to_the_other_and_the_line_tells_how():
    async with demo() as here:
        await here.outer()
        name = await here.request()
        page = await here.outer()
        assert "Aktion" in page.text
        assert "Wake(promise" in page.text
        assert "weil deine Schule in Magdeburg liegt" in page.text
        assert "(live, Antwort bis" in page.text
        page = await here.desk(text="/anfragen")
        assert name in page.text
        await here.desk(tap="Übernehmen")
        await here.desk(tap="Antworten")
        await here.desk(text="Komm gern vorbei.")
        await here.desk(tap="Senden")
        clock = here.app.clock
        await pass_until(here.app, clock, clock() + timedelta(seconds=11))  # it may be undone
        assert "Es gibt etwas Neues." in (await here.settled()).text
        assert "Komm gern vorbei." in (await here.browser.tap("Neues ansehen")).text


async def test_a_broken_promise_can_be_seen_in_a_minute():
    async with demo() as here:
        page = await here.outer("/demo/clock", moment="broken")
        assert "Es wartet keine Anfrage" in page.text
        name = await here.request()
        page = await here.outer("/demo/clock", moment="broken")
        assert "verstellt" in page.text
        assert "Due(promise)" in page.text
        assert "Es gibt etwas Neues." in (await here.settled()).text
        assert name in (await here.browser.tap("Neues ansehen")).text
        assert "Hier ist noch nichts" not in (await here.desk()).text  # still logged in
        assert "verstellt" not in (await here.outer("/demo/clock", moment="now")).text


async def test_after_a_long_leap_the_visitor_still_stands_somewhere():
    async with demo() as here:
        await here.outer()
        await here.request()
        page = await here.outer("/demo/clock", moment="summer")
        assert re.search(r"\.0[78]\.20\d\d", page.text)
        assert (await here.browser.get("/")).status == 200
        assert "/desk/say" in (await here.desk()).html


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("night", "2026-11-24 22:00"),
        ("saturday", "2026-11-28 11:00"),
        ("summer", "2027-07-12 11:00"),
    ],
)
def test_a_moment_is_the_next_of_its_kind(moment, then):
    calendar = Calendar.of(real_knowledge().directory)
    at = datetime(2026, 11, 24, 10, 4, tzinfo=ZONE)
    found = target(moment, at, calendar)
    assert local(found).strftime("%Y-%m-%d %H:%M") == then
    assert target(moment, found, calendar) > found


async def test_who_leaves_the_page_ends_on_a_neutral_one_of_the_demo():
    async with demo() as here:
        page = await here.outer()
        await here.browser.get("/")
        answer = await here.browser.raw("/leave", {"now": "1"}, follow=False)
        assert answer.headers["location"] == f"{ORIGIN}/demo/woanders"
        page = await here.browser.get("/demo/woanders")
        assert "neutrale Seite" in page.text


def test_at_a_keyboard_the_demo_is_a_page_until_the_input_ends(tmp_path):
    """As a newcomer starts it; Ctrl-D ends it with 0."""
    keyboard, seen = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    kept.pop("DISPLAY", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0"],
        cwd=ROOT,
        env=kept,
        stdin=seen,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = next(found[0] for line in process.stdout if (found := re.search(r"http:\S+", line)))
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert b"DEMO" in answer.read()
        os.write(keyboard, b"\x04")
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()
        os.close(keyboard)
        os.close(seen)
