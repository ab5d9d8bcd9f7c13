"""Every page and every state that people see, in order: one walk, and whoever looks on judges."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pyotp
from playwright.async_api import Page, Route, expect
from test_web_desk import invite
from web.house import House

from bot.core.page_words import TROUBLES
from bot.core.records import Conversation, Role
from bot.core.tree import Audience

Look = Callable[[str], Awaitable[None]]
ONWARD = "ab" * 32
TOGETHER = "Der Text, der nicht ankam"


@dataclass
class Tour:
    """Walks through ``page`` and calls ``look`` with the name of each state."""

    house: House
    base: str
    page: Page
    look: Look
    script: bool = True

    async def all(self) -> None:
        await self.visitor()
        await self.around()
        await self.troubles()
        await self.worker()
        await self.mailed()
        await self.coordinator()

    # ── Steps ───────────────────────────────────────────────────────────────────────────────────

    async def goto(self, path: str, name: str = "") -> None:
        await self.page.goto(self.base + path)
        if name:
            await self.look(name)

    async def tap(self, label: str, wait: str = "") -> None:
        await self.page.get_by_role("button", name=label).first.click()
        await self.see(wait)

    async def say(self, text: str, wait: str = "") -> None:
        await self.page.fill("#text", text)
        await self.page.locator("#say .write button").click()
        await self.see(wait)

    async def see(self, text: str) -> None:
        if text:
            await expect(self.page.locator("main")).to_contain_text(text)

    async def settled(self) -> None:
        await self.house.app.settled()

    # ── Visitors ────────────────────────────────────────────────────────────────────────────────

    async def visitor(self) -> None:
        await self.goto("", "start")
        await self.goto("start/ST-80", "start-school")
        await self.goto("")
        await self.tap("Schüler:in", "Worum geht es?")
        await self.look("topics")
        await self.goto("start/ST-80", "start-school-again")
        await self.goto("")
        await self.say("ich will nicht mehr leben", "112")
        await self.look("danger")
        await self.page.locator("footer summary").click()
        await self.look("more")
        await self.tap("Menü", "Worum geht es?")
        await self.tap("Mobbing", "fertiggemacht")
        await self.look("topic")
        await self.page.locator("#do .choices button").first.click()
        await self.look("deeper")
        await self.sending()

    async def sending(self) -> None:
        await self.page.get_by_role("button", name=re.compile("Mit einem Menschen")).first.click()
        await self.see("Um welche Schule")
        await self.look("school")
        await self.say("Magdeburg", "Neue Schule Magdeburg")
        await self.tap("Neue Schule Magdeburg", "Deine Nachricht liest")
        await self.look("who-reads")
        await self.tap("Ja, das ist gut", "Schreib, worum es geht")
        await self.look("write")
        await self.say("In der Klasse wird über mich gelacht.\nJeden Tag.", "Absenden")
        await self.look("before-sending")
        await self.tap("Absenden", "eigenes Gerät")
        await self.look("device")
        await self.tap("Nein", "nur dieses eine Mal")
        await self.look("words")
        await self.page.get_by_role("link", name="aufgeschrieben").click()
        await self.see("Angekommen")
        await self.look("sent")

    async def around(self) -> None:
        await self.goto("hilfe-jetzt", "emergency")
        await self.goto("zurueck", "way-back")
        await self.page.fill("#words", "drei falsche Wörter")
        await self.tap("Gespräch öffnen", "passen zu keinem")
        await self.look("way-back-wrong")
        await self.onward()

    async def onward(self) -> None:
        at = self.house.clock()

        def unit(work: Any) -> None:
            work.save(Conversation("c1", at, (), Audience.PUPIL, "de"))
            work.put_link(ONWARD, "chat", "c1", at + timedelta(minutes=15))

        await self.house.store.run(unit)
        await self.goto(f"weiter/{ONWARD}", "onward")
        await self.tap("Weiter", "Worum geht es?")
        await self.goto(f"weiter/{ONWARD}")
        await self.tap("Weiter", "gilt nicht")
        await self.look("onward-spent")

    async def troubles(self) -> None:
        """Each answer that is none, as it is served; and the one that gives a text back."""
        site = self.house.web.site
        for status in TROUBLES:
            answer = site.trouble(status)
            await self._served(f"fehler-{status}", bytes(answer.body), status)
        again = {"action": "/say", "text": TOGETHER, "hidden": {"id": "1"}}
        await self._served("fehler-text", bytes(site.trouble(503, **again).body), 503)
        tap = {"action": "/tap", "hidden": {"id": "1", "tap": "n.menu"}}
        await self._served("fehler-tap", bytes(site.trouble(429, **tap).body), 429)

    async def _served(self, name: str, body: bytes, status: int) -> None:
        async def answer(route: Route) -> None:
            await route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

        await self.page.route(f"**/{name}", answer)
        await self.goto(name, name)

    # ── Staff ───────────────────────────────────────────────────────────────────────────────────

    async def join(self, code: str, role: Role) -> str:
        """As somebody invited; the key."""
        await self.goto(f"desk/join/{await invite(self.house, code, role)}", f"{role}-invited")
        await self.tap("Einladung annehmen", "Zugangsschlüssel")
        await self.look(f"{role}-key")
        return await self.page.locator(".key").first.inner_text()

    async def worker(self) -> None:
        await self.goto("desk", "login")
        await self.page.fill("#code", "falsch")
        await self.tap("Anmelden", "gilt nicht")
        await self.look("login-refused")
        await self.join("c" * 43, Role.WORKER)
        await self.page.get_by_role("link", name="Weiter zum Schreibtisch").click()
        await self.look("desk-first")
        if self.script:
            await self.page.keyboard.press("?")
            await self.look("desk-keys")
            await self.page.keyboard.press("Escape")
        await self.say("/anfragen", "Offene Anfragen: 1")
        await self.look("desk-list")
        await self.tap("· Schüler:in ·", "Übernehmen")
        await self.look("desk-card")
        await self.tap("Übernehmen", "Antworten")
        await self.look("desk-claimed")
        await self.page.get_by_role("button", name="Antworten").last.click()
        await self.see("Bitte schreiben Sie")
        await self.say("Komm in der Pause zu mir.", "Komm in der Pause")
        await self.look("desk-preview")
        for command in ("plan", "stelle", "hilfe", "abwesend"):
            await self.say(f"/{command}")
            await self.settled()
            await self.goto("desk", f"desk-{command}")
        await self.goto("desk/factor", "factor-free")
        await self.page.context.clear_cookies()

    async def mailed(self) -> None:
        """Logging in by a link, where the house sends mail."""
        k = self.house.app.knowledge
        self.house.app.knowledge = replace(k, operator={**k.operator, "mail": "on"})
        await self.goto("desk", "login-mail")
        await self.goto("desk/link", "link")
        await self.page.fill("#address", "anna@beispiel.example")
        await self.tap("Link senden", "unterwegs")
        await self.look("link-sent")
        await self.goto(f"desk/mail/{ONWARD}", "mailed")
        await self.tap("Anmelden", "gilt nicht")
        await self.look("link-spent")

    async def coordinator(self) -> None:
        key = await self.join("d" * 43, Role.COORDINATOR)
        await self.goto("desk/factor", "factor-needed")
        secret = (await self.page.locator(".key").first.inner_text()).replace(" ", "")
        await self._code(secret, "Einschalten")
        await self.look("factor-codes")
        await self.goto("desk/factor", "factor-on")
        for command in ("lage", "stelle", "einladen"):
            await self.goto("desk")
            await self.say(f"/{command}")
            await self.settled()
            await self.goto("desk", f"desk-{command}")
        await self.page.context.clear_cookies()
        await self.goto("desk")
        await self.page.fill("#code", key)
        await self.tap("Anmelden", "Code aus der App")
        await self.look("code")

    async def _code(self, secret: str, button: str) -> None:
        now = int(self.house.clock().timestamp())
        await self.page.fill("#code", pyotp.TOTP(secret).at(now))
        await self.tap(button, "Ersatzcodes")
