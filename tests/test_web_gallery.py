"""Every page and every state: everybody can use it, it is light, and its HTML is right (bar 42)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playing import real_knowledge
from playwright.async_api import BrowserContext, Page, Response
from web.browser import base_of, browsing, violations
from web.gallery import Tour
from web.house import free_port, served
from web.validator import faults

from bot.channels.web.paper import statics
from bot.demo import temporary_store
from bot.demo_page.house import house as demo_house

WITHOUT, WITH = 50_000, 80_000  # bytes of a page without and with JavaScript, its style included
# 320 pixels are what is left of 640 at 200 %, and of 1280 at 400 %.
LOOKS: list[tuple[bool, str, tuple[int, int]]] = [
    (True, "light", (1280, 900)),
    (True, "dark", (360, 740)),
    (False, "light", (320, 640)),
]


@dataclass
class Judge:
    """What is wrong with what was seen; ``sources`` are pages as they were served."""

    page: Page
    width: int
    found: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    served: Response | None = None

    def heard(self, response: Response) -> None:
        if response.frame == self.page.main_frame and response.request.is_navigation_request():
            self.served = response

    async def look(self, name: str) -> None:
        await self.page.wait_for_load_state()  # before its style is there, nothing can be judged
        self.names.append(name)
        # Scrolled, anything may just be half under the bar on top: that is no small button.
        await self.page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
        self.found += [f"{name}: {each}" for each in await violations(self.page)]
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width:
            self.found.append(f"{name}: {wide} pixels wide")
        self.seen[f"{name}-shown"] = await self.page.content()
        if self.served is not None:
            self.seen[f"{name}-served"] = await self.served.text()


@contextlib.asynccontextmanager
async def looking(script: bool, scheme: str, size: tuple[int, int]) -> AsyncIterator[Judge]:
    look: dict[str, Any] = {"viewport": {"width": size[0], "height": size[1]}}
    async with browsing(**look, color_scheme=scheme) as context:
        page = await context.new_page()
        judge = Judge(page, size[0])
        page.on("response", judge.heard)
        if not script:
            await without_script(context)
        yield judge


async def without_script(context: BrowserContext) -> None:
    """Only ours does not come: who judges the page needs some."""
    await context.route("**/*.js", lambda route: route.abort())


@pytest.mark.parametrize(("script", "scheme", "size"), LOOKS)
async def test_no_page_and_no_state_shuts_anybody_out(tmp_path, script, scheme, size):
    async with (
        served(tmp_path, staffed=True) as (house, client),
        looking(script, scheme, size) as judge,
    ):
        await Tour(house, base_of(client), judge.page, judge.look, script).all()
        assert "\n".join(judge.found) == ""
        assert "\n".join(faults(tmp_path / "pages", judge.seen)) == ""
        assert too_heavy(judge) == []
        assert len(set(judge.names)) >= 50


def too_heavy(judge: Judge) -> list[str]:
    """Pages whose HTML, style and script weigh more than an old telephone should carry."""
    style = len(statics()["style.css"].content)
    script = len(statics()["lotse.js"].content)
    return [
        name
        for name, html in judge.seen.items()
        if len(html.encode()) + style > WITHOUT or len(html.encode()) + style + script > WITH
    ]


@pytest.mark.parametrize(("scheme", "size"), [("light", (360, 740)), ("dark", (1280, 900))])
async def test_the_demo_shuts_nobody_out_either(tmp_path, scheme, size):
    port = free_port()
    async with temporary_store() as store, looking(True, scheme, size) as judge:
        app, _ = await demo_house(real_knowledge(), store, port)
        async with app.running():
            listening = asyncio.create_task(app.channels[0].listen(app.dispatcher.take))
            for path in ("demo", "demo/woanders"):
                await judge.page.goto(f"http://127.0.0.1:{port}/{path}")
                await judge.look(path.replace("/", "-"))
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        assert "\n".join(judge.found) == ""
        assert "\n".join(faults(tmp_path / "pages", judge.seen)) == ""


# ── The judges judge ────────────────────────────────────────────────────────────────────────────


async def test_what_shuts_somebody_out_is_noticed(tmp_path):
    async with served(tmp_path) as (_, client), looking(False, "light", (320, 640)) as judge:
        await judge.page.goto(base_of(client))
        await judge.page.evaluate("document.querySelector('label').remove()")
        await judge.page.evaluate("document.body.style.width = '400px'")
        await judge.look("broken")
        assert any("label" in found for found in judge.found)
        assert any("pixels wide" in found for found in judge.found)
        judge.seen["heavy"] = "x" * WITHOUT
        assert too_heavy(judge) == ["heavy"]


def test_wrong_html_is_noticed(tmp_path):
    head = '<!doctype html><html lang="de"><head><title>x</title></head><body>'
    pages = {
        "twice": f'{head}<p id="a">x</p><p id="a">y</p></body></html>',
        "within": f"{head}<button><a href='/'>x</a></button></body></html>",
        "right": f"{head}<p>x</p></body></html>",
    }
    found = faults(tmp_path / "pages", pages)
    assert {each.split(".")[0] for each in found} == {"twice", "within"}
