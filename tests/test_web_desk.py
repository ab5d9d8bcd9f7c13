"""The desk in the browser: joining by POST only, sessions that end, the same core behind it."""

import asyncio
import re
from html import unescape

import pytest
from web.house import POST, Browser, House, opened

from bot.commands.inviting import INVITATION_LASTS
from bot.core.joining import INVITATION, code_hash
from bot.core.messages import Event, Invited, Screen, Staff
from bot.core.messages import House as Own
from bot.core.records import Role, TeamKey
from bot.ports import Address, Owed

COOKIE = "__Host-schreibtisch"
CODE = "c" * 43


async def invite(house: House, code: str = CODE, role: Role = Role.WORKER, post: str = POST) -> str:
    """As ``lotse invite`` does it; what the link carries."""
    expires = house.clock() + INVITATION_LASTS
    body = Invited(code_hash(code), role.value, post, None, "Clara", expires)
    event = Event(f"invite:{code}", house.clock(), bytes(32), Own(), body)
    await house.app.dispatcher.happened([event])
    return f"{INVITATION}{code}"


async def joined(house: House, code: str = CODE) -> Browser:
    link = await invite(house, code)
    browser = house.browser()
    await browser.get(f"/desk/join/{link}")
    page = await browser.post("/desk/join")
    assert "Zugangsschlüssel" in page.text
    await browser.get("/desk")
    await house.app.settled()
    return browser


def key_on(page) -> str:
    return unescape(re.search(r'class="key">([^<]+)<', page.html)[1])


async def members(house: House) -> int:
    team = await house.store.run(lambda work: work.load(TeamKey()))
    return len(team.members)


async def said(browser: Browser, text: str):
    return await browser.post("/desk/say", text=text)


# ── Joining (bar 35) ────────────────────────────────────────────────────────────────────────────


async def test_an_invitation_is_redeemed_by_a_post(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        assert "Clara" in browser.page.text
        assert await members(house) == 1
        page = await said(browser, "/anfragen")
        assert "Gerade ist nichts offen" in page.text


async def test_looking_at_the_link_redeems_nothing(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        browser = house.browser()
        for path in (f"/desk/join/{link}", f"/desk/join?code={link}", f"/start/{link}"):
            page = await browser.get(path)
            assert "set-cookie" not in page.response.headers
        assert await members(house) == 0
        assert "Einladung annehmen" in (await browser.get(f"/desk/join/{link}")).text


async def test_an_invitation_counts_once_however_many_redeem_it(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        browsers = [house.browser(peer=f"203.0.113.{n}") for n in range(100)]
        for browser in browsers:
            await browser.get(f"/desk/join/{link}")
        pages = await asyncio.gather(*(browser.post("/desk/join") for browser in browsers))
        assert sorted(page.status for page in pages) == [200, *[403] * 99]
        assert await members(house) == 1
        assert sum(COOKIE in browser.client.cookies for browser in browsers) == 1


async def test_a_double_click_does_not_lock_anybody_out(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        browser = house.browser()
        page = await browser.get(f"/desk/join/{link}")
        hidden = page.hidden("/desk/join")
        await browser.raw("/desk/join", hidden)
        again = await browser.raw("/desk/join", hidden)
        assert again.status_code == 200
        assert (await browser.get("/desk")).status == 200
        assert await members(house) == 1


@pytest.mark.parametrize("code", ["i_" + "x" * 43, "i_kurz", "", "ABCD-EFGH", "\0", "' OR 1=1"])
async def test_what_is_no_code_opens_nothing_and_says_the_same(tmp_path, code):
    async with opened(tmp_path) as house:
        browser = house.browser()
        await browser.get("/desk")
        page = await browser.post("/desk/join", code=code)
        assert page.status == 403
        assert "gilt nicht oder nicht mehr" in page.text
        assert COOKIE not in browser.client.cookies
        assert await members(house) == 0


async def test_an_invitation_too_old_is_refused(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        house.clock.later(hours=72)
        browser = house.browser()
        await browser.get(f"/desk/join/{link}")
        assert (await browser.post("/desk/join")).status == 403
        assert await members(house) == 0


async def test_codes_cannot_be_tried_without_end(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        tries = [await browser.raw("/desk/join", {"code": "ABCD"}) for _ in range(12)]
        found = [answer.status_code for answer in tries]
        assert found[-1] == 429
        assert found.count(403) == 10


async def test_one_more_invitation_is_one_more_post(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        link = await invite(house, "d" * 43, post="netzwerkstelle-halle")
        await browser.get(f"/desk/join/{link}")
        page = await browser.post("/desk/join")
        assert "Halle" in page.text
        assert await members(house) == 1


# ── Sessions (bar 32) ───────────────────────────────────────────────────────────────────────────


async def test_the_session_is_a_strict_cookie_of_this_host(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        browser = house.browser()
        page = await browser.get(f"/desk/join/{link}")
        answer = await browser.raw("/desk/join", page.hidden("/desk/join"), follow=False)
        (cookie,) = answer.headers.get_list("set-cookie")
        name, _, rest = cookie.partition("=")
        value, _, attributes = rest.partition(";")
        assert (name, len(value)) == (COOKIE, 43)
        found = {part.strip().lower() for part in attributes.split(";")}
        assert found == {"httponly", "path=/", "samesite=strict", "secure"}


async def test_a_key_logs_in_again_with_a_new_session_each_time(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        browser = house.browser()
        await browser.get(f"/desk/join/{link}")
        key = key_on(await browser.post("/desk/join"))
        first = browser.client.cookies[COOKIE]
        for typed in (key, key.lower().replace("-", " "), f"  {key}\n"):
            other = house.browser()
            await other.get("/desk")
            page = await other.post("/desk/join", code=typed)
            assert "Clara" in page.text
            assert other.client.cookies[COOKIE] != first


async def test_a_session_ends_after_half_an_hour_without_use(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        house.clock.later(minutes=29)
        assert "Schreiben" in (await browser.get("/desk")).text
        house.clock.later(minutes=29)
        assert (await said(browser, "/anfragen")).status == 200
        house.clock.later(minutes=30)
        page = await browser.get("/desk")
        assert "Die Sitzung ist beendet" in page.text
        assert "Clara" not in page.text


async def test_a_session_ends_after_twelve_hours_whatever_is_done(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        for _ in range(36):
            house.clock.later(minutes=19)
            assert (await browser.get("/desk")).status == 200
            assert "Clara" in browser.page.text
        house.clock.later(minutes=36)
        assert "Clara" not in (await browser.get("/desk")).text


async def lasts(house: House, browser: Browser, minutes: int, steps: int) -> bool:
    """Whether a session still opens the desk after so many steps of so many minutes."""
    for _ in range(steps):
        house.clock.later(minutes=minutes)
        page = await browser.get("/desk")
    return "Clara" in page.text


@pytest.mark.parametrize(("minutes", "steps"), [(31, 1), (20, 37)])
async def test_a_session_that_never_ends_is_noticed(tmp_path, minutes, steps):
    """A planted fault: the desk looks at a clock that stands still."""
    async with opened(tmp_path) as house:
        assert not await lasts(house, await joined(house), minutes, steps)
        other = await joined(house, "d" * 43)
        at = house.clock.at
        house.web.site.clock = lambda: at
        assert await lasts(house, other, minutes, steps)


async def test_what_a_page_fetches_by_itself_keeps_nobody_logged_in(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        for _ in range(3):
            house.clock.later(minutes=9)
            await browser.get("/desk", **{"x-news": "1"})
        house.clock.later(minutes=4)
        assert "Clara" not in (await browser.get("/desk")).text


async def test_one_press_keeps_somebody_logged_in(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        for _ in range(3):
            house.clock.later(minutes=25)
            assert (await browser.raw("/desk/stay", {"id": "1"})).status_code == 200
        assert "Clara" in (await browser.get("/desk")).text


async def test_what_was_being_written_survives_the_end_of_a_session(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        house.clock.later(minutes=31)
        page = await said(browser, "Lange überlegte Antwort")
        assert page.status == 401
        assert "Lange überlegte Antwort" in page.text


async def test_logging_out_ends_the_session_for_good(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        stolen = browser.client.cookies[COOKIE]
        await browser.raw("/desk/leave", {"id": "1"})
        assert COOKIE not in browser.client.cookies
        browser.client.cookies.set(COOKIE, stolen)
        assert "Clara" not in (await browser.get("/desk")).text


async def test_logging_out_everywhere_ends_every_session(tmp_path):
    async with opened(tmp_path) as house:
        link = await invite(house)
        browser = house.browser()
        await browser.get(f"/desk/join/{link}")
        key = key_on(await browser.post("/desk/join"))
        other = house.browser()
        await other.get("/desk")
        await other.post("/desk/join", code=key)
        await browser.raw("/desk/leave-all", {"id": "1"})
        assert "Clara" not in (await other.get("/desk")).text


# ── Who may what ────────────────────────────────────────────────────────────────────────────────

DESK = ("/desk", "/desk/events", "/desk/say", "/desk/tap", "/desk/stay")


async def test_nobody_and_visitors_see_nothing_of_a_desk(tmp_path):
    async with opened(tmp_path) as house:
        member = await joined(house)
        secret = "Das sieht nur Clara"
        team = await house.store.run(lambda work: work.load(TeamKey()))
        clara = team.members[0].id

        def unit(work):
            return work.owe(work.address_of(Staff(clara)), Owed(Screen(secret)))

        await house.store.run(unit)
        assert secret in (await member.get("/desk")).text
        visitor = house.browser()
        await visitor.get("/")
        await visitor.tap("Schüler:in")
        value = visitor.client.cookies["__Host-besuch"]
        forged = house.browser()
        forged.client.cookies.set(COOKIE, value)
        swapped = house.browser()
        swapped.client.cookies.set("__Host-besuch", member.client.cookies[COOKIE])
        for browser in (house.browser(), visitor, forged, swapped):
            for path in DESK:
                looked = await browser.client.get(path)
                told = await browser.raw(path, {"text": "/anfragen", "tap": "n.menu", "id": "1"})
                assert secret not in looked.text + told.text
                assert "Clara" not in looked.text + told.text
            assert secret not in (await browser.get("/")).text


async def test_a_visit_and_a_desk_in_one_browser_stay_apart(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        page = await browser.get("/")
        assert "Es antwortet ein Programm" in page.text
        assert "Clara" not in page.text
        await browser.tap("Schüler:in")
        assert "Worum geht es?" not in (await browser.get("/desk")).text
        stats = await house.store.run(lambda work: work.stats())
        assert (stats.members, stats.conversations) == (1, 1)


async def test_the_address_of_a_desk_is_never_a_visitors(tmp_path):
    async with opened(tmp_path) as house:
        browser = await joined(house)
        who = await house.store.run(
            lambda work: work.who(Address("web", f"v.{browser.client.cookies[COOKIE]}"))
        )
        assert who is None


# ── From end to end ─────────────────────────────────────────────────────────────────────────────


async def test_a_request_goes_from_page_to_page_and_the_answer_comes_back(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        staff = await joined(house)
        visitor = house.browser()
        page = await to_the_preview(visitor, "Bitte helft mir")
        assert "Bitte helft mir" in page.text
        page = await visitor.tap("Absenden")
        assert "Angekommen" in page.text
        assert "Bitte helft mir" not in page.text  # what was sent does not stay on this device
        await house.app.settled()
        page = await staff.get("/desk")
        assert "Bitte helft mir" not in page.text
        page = await _tap(staff, "Übernehmen")
        assert "Bitte helft mir" in page.text
        await _tap(staff, "Antworten")
        await said(staff, "Komm in der Pause zu mir")
        await _tap(staff, "Senden")
        house.clock.later(seconds=10)
        await house.app.timers.look()
        await house.app.settled()
        await visitor.get("/")
        page = await visitor.tap("Neues ansehen")
        assert "Komm in der Pause zu mir" in page.text


async def to_the_preview(visitor: Browser, words: str):
    """From the first screen to where only "Absenden" is missing."""
    await visitor.get("/")
    await visitor.tap("Schüler:in")
    await visitor.tap("Mobbing")
    human = ("Mit einem Menschen", "Wer kann helfen?")  # whichever is true
    await visitor.tap(next(name for name in human if name in visitor.page.buttons))
    await visitor.say("Magdeburg")
    await visitor.tap("Neue Schule Magdeburg")
    await visitor.tap("Ja, das ist gut")
    if "Ja, das darf sie" in visitor.page.buttons:
        await visitor.tap("Ja, das darf sie")
    return await visitor.say(words)


async def _tap(staff: Browser, label: str):
    data = next(data for name, data in reversed(staff.page.buttons.items()) if name == label)
    return await staff.post("/desk/tap", tap=data)
