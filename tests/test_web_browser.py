"""A conversation in a real browser, with and without JavaScript, on good days and bad ones.

How pages look and whether everybody can use them: ``test_web_gallery.py``.
"""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playing import real_knowledge
from playwright.async_api import BrowserContext, Page, Route, expect
from test_web_desk import CODE, invite
from web.browser import Watched, base_of, browsing, chromium
from web.house import House, free_port, served

from bot.core.check import atlas
from bot.core.check.drawing import Covered
from bot.core.messages import Screen
from bot.core.undo import GRACE
from bot.ports import Address, Owed


async def begin(page: Page, base: str, *, script: bool = True) -> None:
    """Through the first screen; with a script, until it is at work on the next one."""
    await page.goto(base)
    await page.get_by_role("button", name="Schüler:in").click()
    await expect(page.get_by_text("Worum geht es?")).to_be_visible()
    if script:
        await expect(page.locator("#shift")).to_be_visible()


async def address(context: BrowserContext) -> str:
    """The id of the visit's address."""
    cookies = await context.cookies()
    return next(f"v.{cookie['value']}" for cookie in cookies if cookie["name"] == "besuch")


async def tell(house: House, who: str, text: str) -> None:
    """Something is said to somebody, as a turn would."""
    to = Address("web", who)
    outgoing = await house.store.run(lambda work: work.owe(to, Owed(Screen(text))))
    house.app.outbox.add([outgoing])


def newest(page: Page) -> Any:
    return page.locator("#log article").last


# ── By the keyboard (bar 42) ───────────────────────────────────────────────────────────────


async def test_with_the_keyboard_alone_one_gets_through(tmp_path):
    async with served(tmp_path) as (_, client), browsing() as context:
        page = await context.new_page()
        await page.goto(base_of(client))
        await page.keyboard.press("Tab")
        await expect(page.get_by_text("Zur neuesten Nachricht")).to_be_focused()
        for name, answer in (("Schüler:in", "Worum geht es?"), ("Mobbing", "fertiggemacht")):
            await _tab_to(page, name)
            await page.keyboard.press("Enter")
            # The first answer is a new page: what the old one has in focus says nothing.
            await expect(newest(page)).to_contain_text(answer)
            await expect(page.locator("#shift")).to_be_visible()
            await expect(page.locator("#neu")).to_be_focused()
        await page.focus("#text")
        await page.keyboard.type("ich habe angst vor der prüfung")
        await page.keyboard.press("Enter")
        await expect(newest(page)).to_contain_text("Prüfung")
        await expect(page.locator("#text")).to_be_focused()


async def test_news_leave_the_keyboard_where_it_is(tmp_path):
    async with served(tmp_path) as (house, client), browsing() as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        await _tab_to(page, "Mobbing")
        await tell(house, await address(context), "Eine Nachricht")
        await expect(newest(page)).to_contain_text("Eine Nachricht")
        await expect(page.get_by_role("button", name="Mobbing")).to_be_focused()


async def _tab_to(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name).first
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await button.evaluate("found => found === document.activeElement"):
            return
    raise AssertionError(name)


# ── With and without JavaScript ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_a_conversation_reads_the_same_with_and_without_script(tmp_path, script):
    async with (
        served(tmp_path) as (_, client),
        browsing(java_script_enabled=script) as context,
    ):
        page = await context.new_page()
        watched = Watched(page)
        await begin(page, base_of(client), script=script)
        await page.get_by_role("button", name="Mobbing").click()
        await expect(newest(page)).to_contain_text("fertiggemacht")
        await page.get_by_role("button", name="Zurück").click()
        await expect(newest(page)).to_contain_text("Worum geht es?")
        await page.fill("#text", "ich habe angst vor der prüfung")
        await page.get_by_role("button", name="Senden").click()
        await expect(newest(page)).to_contain_text("Prüfung")
        await page.reload()
        await expect(newest(page)).to_contain_text("Prüfung")
        assert watched.complaints == []
        assert {url for url in watched.asked if not url.startswith(base_of(client))} == set()


async def test_news_appear_by_themselves_and_without_script_by_a_link(tmp_path):
    async with served(tmp_path) as (house, client), browsing() as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        await tell(house, await address(context), "Eine Antwort von einem Menschen")
        await expect(newest(page)).to_contain_text("Eine Antwort von einem Menschen")
    async with (
        served(tmp_path) as (house, client),
        browsing(java_script_enabled=False) as context,
    ):
        page = await context.new_page()
        await begin(page, base_of(client), script=False)
        await tell(house, await address(context), "Noch eine Antwort")
        await page.get_by_role("link", name="Neue Nachrichten ansehen").click()
        await expect(newest(page)).to_contain_text("Noch eine Antwort")
        await tell(house, await address(context), "Und noch eine")
        await page.get_by_role("link", name="Neue Nachrichten ansehen").click()
        await expect(newest(page)).to_contain_text("Und noch eine")


# ── A bad day ───────────────────────────────────────────────────────────────────────────────────


async def test_what_did_not_go_stays_and_goes_once(tmp_path):
    async with served(tmp_path) as (_, client), browsing() as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        await context.set_offline(True)
        await page.fill("#text", "qwertz uiop")
        await page.keyboard.press("Enter")
        failed = page.locator("article.failed")
        await expect(failed).to_contain_text("qwertz uiop")
        await expect(failed).to_contain_text("Nicht gesendet")
        await context.set_offline(False)
        await failed.get_by_role("button", name="Noch einmal senden").click()
        await expect(page.get_by_text("Das habe ich nicht verstanden")).to_have_count(1)
        await expect(failed).to_have_count(0)


async def test_a_double_click_counts_once(tmp_path):
    async with served(tmp_path) as (_, client), browsing() as context:
        page = await context.new_page()
        await page.goto(base_of(client))
        await page.get_by_role("button", name="Schüler:in").dblclick()
        await expect(page.get_by_text("Worum geht es?")).to_have_count(1)
        await page.get_by_role("button", name="Mobbing").dblclick()
        await expect(newest(page)).to_contain_text("fertiggemacht")
        await page.reload()
        await expect(page.get_by_text("fertiggemacht")).to_have_count(1)


async def test_two_tabs_show_one_conversation(tmp_path):
    async with served(tmp_path) as (_, client), browsing() as context:
        one, other = await context.new_page(), await context.new_page()
        await begin(one, base_of(client))
        await other.goto(base_of(client))
        await one.get_by_role("button", name="Mobbing").click()
        await expect(newest(other)).to_contain_text("fertiggemacht")
        await other.get_by_role("button", name="Zurück").click()
        await expect(newest(one)).to_contain_text("Worum geht es?")


async def test_the_back_button_shows_what_is_true_now(tmp_path):
    async with served(tmp_path) as (_, client), browsing(java_script_enabled=False) as context:
        page = await context.new_page()
        await begin(page, base_of(client), script=False)
        await page.get_by_role("button", name="Mobbing").click()
        await expect(newest(page)).to_contain_text("fertiggemacht")
        await page.go_back()
        await expect(newest(page)).to_contain_text("fertiggemacht")
        await page.get_by_role("button", name="Zurück").click()
        await expect(newest(page)).to_contain_text("Worum geht es?")


async def test_a_page_lives_through_a_restart_of_the_server(tmp_path):
    port = free_port()
    async with browsing() as context:
        async with served(tmp_path, port=port) as (_, client):
            page = await context.new_page()
            await begin(page, base_of(client))
            who = await address(context)
        async with served(tmp_path, port=port) as (house, _):
            await tell(house, who, "Nach dem Neustart")
            await expect(newest(page)).to_contain_text("Nach dem Neustart")
            await (
                page.get_by_role("button", name="Mobbing")
                .or_(page.get_by_text("Frühere Knöpfe"))
                .first.click()
            )
            await expect(page.get_by_text("Nach dem Neustart")).to_have_count(1)


async def test_news_take_no_button_from_under_a_finger(tmp_path):
    async with served(tmp_path) as (house, client), browsing() as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        await page.get_by_role("button", name="Mobbing").hover()
        await page.mouse.down()
        async with page.expect_response(news_of(base_of(client))) as fetched:
            await tell(house, await address(context), "Eine Nachricht")
        await (await fetched.value).finished()
        await frame(page)
        await page.mouse.up()
        await expect(newest(page)).to_contain_text("fertiggemacht")
        await expect(page.get_by_text("Eine Nachricht")).to_have_count(1)


async def test_an_answer_that_was_overtaken_takes_nothing_back(tmp_path):
    async with served(tmp_path) as (house, client), browsing() as context:
        page = await context.new_page()
        base = base_of(client)
        await begin(page, base)
        held, passing = asyncio.Event(), asyncio.Event()

        async def slowly(route: Route) -> None:
            if "x-news" not in route.request.headers or held.is_set():
                await route.continue_()
                return
            answer = await route.fetch()
            held.set()
            await passing.wait()
            await route.fulfill(response=answer)

        await page.route(base, slowly)
        await tell(house, await address(context), "Eine Nachricht")
        await held.wait()
        await page.fill("#text", "mobbing")
        await page.keyboard.press("Enter")
        await expect(newest(page)).to_contain_text("fertiggemacht")
        await page.evaluate(GONE)
        async with page.expect_request_finished(news_of(base)):
            passing.set()
        await tell(house, await address(context), "Noch eine")
        await expect(newest(page)).to_contain_text("Noch eine")
        assert await page.evaluate("window.gone") == 0


async def test_a_page_that_says_the_same_leaves_every_button_as_it_is(tmp_path):
    async with served(tmp_path) as (house, client), browsing() as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        button = await page.get_by_role("button", name="Mobbing").element_handle()
        async with page.expect_response(news_of(base_of(client))) as fetched:
            house.web.site.streams.tell(await address(context), 10**9)
        await (await fetched.value).finished()
        await frame(page)
        assert await button.evaluate("found => found.isConnected")


GONE = """  // messages that were taken away
    window.gone = 0;
    new MutationObserver((all) => {
      for (const one of all)
        for (const node of one.removedNodes) window.gone += node.matches(":not(.mine)[id^=m]");
    }).observe(document.getElementById("log"), { childList: true });
"""


def news_of(base: str) -> Callable[[Any], bool]:
    """Whether this is the page that is fetched because there is news."""

    def is_it(found: Any) -> bool:
        request = getattr(found, "request", found)
        return found.url == base and "x-news" in request.headers

    return is_it


async def frame(page: Page) -> None:
    """Until what the page had to do is done and drawn."""
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


# ── Leaving ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["shift", "button", "no script"])
async def test_leaving_is_quick_and_back_shows_nothing(tmp_path, way):
    script = way != "no script"
    async with (
        served(tmp_path) as (_, client),
        browsing(java_script_enabled=script) as context,
    ):
        page = await context.new_page()
        await begin(page, base_of(client), script=script)
        if way == "shift":
            for _ in range(3):
                await page.keyboard.press("Shift")
        else:
            await page.get_by_role("button", name="Seite verlassen").click()
        await page.wait_for_url(re.compile("wikipedia"))
        await expect(page.get_by_text("Wetter und anderes")).to_be_visible()
        assert await context.cookies(base_of(client)) == []
        await page.go_back()
        await expect(page.get_by_text("Worum geht es?")).to_have_count(0)


async def test_shift_can_be_switched_off_and_means_nothing_while_writing_capitals(tmp_path):
    async with served(tmp_path) as (_, client), browsing() as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        await page.focus("#text")
        await page.keyboard.type("ABC DEF GHI")
        await expect(page.locator("#text")).to_have_value("ABC DEF GHI")
        await page.get_by_role("button", name="Ausschalten").click()
        for _ in range(4):
            await page.keyboard.press("Shift")
        await expect(page.get_by_role("button", name="Einschalten")).to_be_visible()
        assert "wikipedia" not in page.url


async def test_leaving_in_one_tab_leaves_in_all(tmp_path):
    async with served(tmp_path) as (_, client), browsing() as context:
        one, other = await context.new_page(), await context.new_page()
        await begin(one, base_of(client))
        await other.goto(base_of(client))
        await one.get_by_role("button", name="Seite verlassen").click()
        await other.wait_for_url(re.compile("wikipedia"))


# ── Desk ────────────────────────────────────────────────────────────────────────────────────────


async def test_visitor_and_desk_talk_to_each_other_live(tmp_path):
    async with (
        served(tmp_path, staffed=True) as (house, client),
        browsing() as mine,
        browsing() as theirs,
    ):
        base = base_of(client)
        desk, visitor = await theirs.new_page(), await mine.new_page()
        complaints = Watched(desk).complaints, Watched(visitor).complaints
        await desk.goto(f"{base}desk/join/{await invite(house, CODE)}")
        await desk.get_by_role("button", name="Einladung annehmen").click()
        await desk.get_by_role("link", name="Weiter zum Schreibtisch").click()
        await begin(visitor, base)
        await _to_the_end(visitor)
        await desk.get_by_role("button", name="Übernehmen").click()
        await _opens_the_news(visitor)  # whoever looks over a shoulder reads nothing of it
        await expect(newest(visitor)).to_contain_text("Ein Mensch hat deine Anfrage")
        await desk.get_by_role("button", name="Antworten").last.click()
        await expect(newest(desk)).to_contain_text("Bitte schreiben Sie")
        await desk.fill("#text", "Komm in der Pause zu mir.")
        await desk.locator("#say button").click()
        await newest(desk).get_by_role("button", name="Senden").click()
        await expect(desk.get_by_role("button", name="Rückgängig").first).to_be_visible()
        await expect(visitor.get_by_text("Komm in der Pause zu mir.")).to_have_count(0)
        house.clock.later(seconds=GRACE.total_seconds())
        await house.app.timers.look()
        await _opens_the_news(visitor)
        await expect(newest(visitor)).to_contain_text("Komm in der Pause zu mir.")
        assert complaints == ([], [])


async def test_the_desk_has_keys_that_are_shown_and_can_be_switched_off(tmp_path):
    async with served(tmp_path, staffed=True) as (house, client), browsing() as context:
        desk = await context.new_page()
        await desk.goto(f"{base_of(client)}desk/join/{await invite(house, CODE)}")
        await desk.get_by_role("button", name="Einladung annehmen").click()
        await desk.get_by_role("link", name="Weiter zum Schreibtisch").click()
        await expect(desk.get_by_text("Tastenkürzel zeigt die Taste ?")).to_be_visible()
        await desk.keyboard.press("t")
        await expect(desk.locator("#text")).to_be_focused()
        await desk.keyboard.type("a?n1")  # whoever writes, writes
        await expect(desk.locator("#text")).to_have_value("a?n1")
        await desk.evaluate("document.activeElement.blur()")
        await desk.keyboard.press("a")
        await expect(newest(desk)).to_contain_text("Gerade ist nichts offen")
        await desk.keyboard.press("?")
        await desk.get_by_role("button", name="Tastenkürzel ausschalten").click()
        await desk.keyboard.press("Escape")
        await desk.keyboard.press("s")
        await desk.reload()
        await desk.keyboard.press("s")
        await desk.keyboard.press("?")
        await expect(desk.get_by_role("button", name="Tastenkürzel einschalten")).to_be_focused()
        await expect(newest(desk)).to_contain_text("Gerade ist nichts offen")


async def test_what_somebody_takes_along_can_be_copied(tmp_path):
    allowed = ["clipboard-read", "clipboard-write"]
    async with served(tmp_path) as (_, client), browsing(permissions=allowed) as context:
        page = await context.new_page()
        await begin(page, base_of(client))
        await page.get_by_role("button", name="Hilfe jetzt").last.click()
        await expect(newest(page)).to_contain_text("112")
        await newest(page).get_by_role("button", name="Kopieren").click()
        await expect(newest(page).get_by_role("status")).to_have_text("Kopiert")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert "112" in copied
        assert "Kopieren" not in copied


async def _opens_the_news(visitor: Page) -> None:
    await expect(newest(visitor)).to_have_text("Es gibt etwas Neues.")
    await visitor.get_by_role("button", name="Neues ansehen").click()


async def _to_the_end(visitor: Page) -> None:
    async def tap(name: str) -> None:
        await visitor.get_by_role("button", name=name).first.click()

    await tap("Mobbing")
    await visitor.get_by_role(
        "button", name=re.compile("Mit einem Menschen|Wer kann")
    ).first.click()
    await expect(newest(visitor)).to_contain_text("Um welche Schule")
    await visitor.fill("#text", "Magdeburg")
    await visitor.keyboard.press("Enter")
    await tap("Neue Schule Magdeburg")
    await tap("Ja, das ist gut")
    await expect(newest(visitor)).not_to_contain_text("Deine Nachricht liest")
    consent = visitor.get_by_role("button", name="Ja, das darf sie")
    if await consent.count():
        await consent.click()
    await expect(newest(visitor)).to_contain_text("Schreib, worum es geht")
    await visitor.fill("#text", "Bitte helft mir")
    await visitor.keyboard.press("Enter")
    await visitor.get_by_role("button", name="Absenden").first.click()
    await visitor.get_by_role("button", name="Ja, merken").click()
    await expect(newest(visitor)).to_contain_text("Angekommen")


def test_the_browser_is_the_distributions():
    assert Path(chromium()).name.startswith("chromium") or os.environ.get("CHROMIUM")


# ── The editors' map ────────────────────────────────────────────────────────────────────────────


async def test_the_map_is_one_page_to_click_through_and_asks_nobody(tmp_path):
    knowledge = real_knowledge()
    page_file = tmp_path / "karte.html"
    html = atlas.page(knowledge.tree, Covered((), ()), knowledge.version)
    page_file.write_text(html, encoding="utf-8")
    asked: list[str] = []
    async with browsing() as context:
        page = await context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(page_file.as_uri())
        await expect(page.get_by_role("heading", level=1)).to_have_text("Landkarte des Lotsen")
        start = page.locator("#eingang--worum")
        await start.get_by_role("link", name=re.compile("^Mobbing")).first.click()
        await expect(page.locator("section:target h3")).to_have_text("mobbing.was_ist_los")
        assert asked == [page_file.as_uri()]
