"""The distribution's Chromium, and what it is asked of a page.

It needs ``apt-get install chromium``; elsewhere CHROMIUM names the program.
"""

import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright, expect

NEUTRAL = "https://de.wikipedia.org/**"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 10_000  # milliseconds; a busy machine may be slow, a wait ends as soon as it is true
expect.set_options(timeout=PATIENCE)


@cache
def chromium() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "Chromium fehlt: apt-get install chromium"
    return found


@contextlib.asynccontextmanager
async def browsing(**other: Any) -> AsyncIterator[BrowserContext]:
    """A fresh browser; the neutral page is answered here, nothing leaves this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(**{"locale": "de-DE", **other})
        context.set_default_timeout(PATIENCE)
        await context.route(NEUTRAL, lambda route: route.fulfill(body="Wetter und anderes"))
        yield context
        await browser.close()


class Watched:
    """What a page complained about, and whom it asked."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def _said(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


def base_of(client: Any) -> str:
    return str(client.base_url).rstrip("/") + "/"


async def violations(page: Page) -> list[str]:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    await page.evaluate(axe)
    options = json.dumps({"runOnly": {"type": "tag", "values": TAGS}})
    found = await page.evaluate(f"axe.run(document, {options})")
    return [
        f"{page.url} {each['id']}: {node['html'][:200]} {node['any'][:1]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
