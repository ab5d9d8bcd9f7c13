"""The second factor (bar 32): required for who sees a district, one code opens once."""

import re
from html import unescape

import pyotp
import pytest
from test_web_desk import CODE, invite, key_on, said
from web.house import Browser, House, Page, opened

from bot.channels.web import factor as factors
from bot.channels.web.limits import FACTOR
from bot.core.records import Role


def code_at(house: House, secret: str, ahead: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(house.clock().timestamp()) + ahead * 30)


def secret_on(page: Page) -> str:
    return re.search(r'class="key">([A-Z2-7 ]+)<', page.html)[1].replace(" ", "")


async def joined(house: House, role: Role) -> tuple[Browser, str]:
    """Somebody who redeemed an invitation, and their key."""
    browser = house.browser()
    await browser.get(f"/desk/join/{await invite(house, CODE, role)}")
    page = await browser.post("/desk/join")
    return browser, key_on(page)


async def set_up(house: House, browser: Browser) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    secret = secret_on(await browser.get("/desk/factor"))
    page = await browser.post("/desk/factor", do="confirm", code=code_at(house, secret))
    return secret, [unescape(found) for found in re.findall(r"<li>([A-Z2-7-]+)</li>", page.html)]


async def logging_in(house: House, key: str) -> Browser:
    """With the key, up to where the code is asked."""
    browser = house.browser()
    await browser.get("/desk/join")
    await browser.post("/desk/join", code=key)
    return browser


def inside(page: Page) -> bool:
    return 'action="/desk/say"' in page.html


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
async def test_who_sees_a_district_sees_nothing_without_a_second_factor(tmp_path, role):
    async with opened(tmp_path) as house:
        browser, _ = await joined(house, role)
        page = await browser.get("/desk")
        assert "Für Ihre Aufgabe ist sie nötig" in page.text
        assert not inside(page)
        answer = await browser.raw("/desk/say", {"id": "1", "text": "/anfragen"}, follow=False)
        assert answer.headers["location"] == "/desk/factor"
        assert (await browser.client.get("/desk/events")).status_code == 204
        await set_up(house, browser)
        assert inside(await browser.get("/desk"))


async def test_a_worker_may_have_one_and_may_let_it_be(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.WORKER)
        assert inside(await browser.get("/desk"))
        secret, codes = await set_up(house, browser)
        assert len(codes) == factors.RECOVERY
        other = await logging_in(house, key)
        assert not inside(other.page)
        house.clock.later(minutes=1)
        await browser.get("/desk/factor")
        await browser.post("/desk/factor", do="drop", code=code_at(house, secret))
        assert inside(await browser.get("/desk"))
        assert inside((await logging_in(house, key)).page)


async def test_after_the_key_comes_the_code_and_each_opens_once(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        secret, _ = await set_up(house, browser)
        house.clock.later(minutes=2)
        first, second = await logging_in(house, key), await logging_in(house, key)
        code = code_at(house, secret)
        assert inside(await first.post("/desk/code", code=code))
        page = await second.post("/desk/code", code=code)  # looked over the shoulder
        assert page.status == 403
        assert not inside(page)
        house.clock.later(minutes=1)
        assert inside(await second.post("/desk/code", code=code_at(house, secret)))


async def test_a_code_alone_opens_nothing(tmp_path):
    async with opened(tmp_path) as house:
        browser, _ = await joined(house, Role.COORDINATOR)
        secret, _ = await set_up(house, browser)
        house.clock.later(minutes=2)
        for half in ("", "x" * 43):
            stranger = house.browser()
            sent = {"half": half, "code": code_at(house, secret)}
            assert (await stranger.raw("/desk/code", sent)).status_code == 200  # the first door
            assert not inside(await stranger.get("/desk"))


async def test_between_key_and_code_there_are_five_minutes(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        secret, _ = await set_up(house, browser)
        late = await logging_in(house, key)
        house.clock.later(minutes=6)
        assert not inside(await late.post("/desk/code", code=code_at(house, secret)))


async def test_recovery_codes_open_once_each(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        _, codes = await set_up(house, browser)
        first, second = await logging_in(house, key), await logging_in(house, key)
        assert inside(await first.post("/desk/code", code=codes[0].lower()))
        assert not inside(await second.post("/desk/code", code=codes[0]))
        assert inside(await second.post("/desk/code", code=codes[1]))


async def tries_until_held_up(house: House, key: str) -> int:
    browser = await logging_in(house, key)
    for number in range(40):
        page = await browser.post("/desk/code", code=f"{number:06}")
        if page.status == 429:
            return number
    return 40


async def test_guessing_codes_is_slowed(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        await set_up(house, browser)
        assert await tries_until_held_up(house, key) < 10


async def guesses_from_everywhere(house: House, key: str) -> int:
    """How many codes can be tried for one member, each from another network."""
    for number in range(40):
        browser = house.browser(peer=f"198.51.100.{number}")
        await browser.get("/desk/join")
        await browser.post("/desk/join", code=key)
        page = await browser.post("/desk/code", code="000000")
        if page.status == 429:
            return number
    return 40


async def test_guessing_for_one_member_is_slowed_wherever_it_comes_from(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        await set_up(house, browser)
        assert await guesses_from_everywhere(house, key) <= 10


async def test_a_door_that_looks_at_networks_alone_is_noticed(tmp_path):
    """A planted fault: nothing is counted for the member."""
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        await set_up(house, browser)
        waits = house.web.site.wait

        def wait(request, text, *asked):
            rest = [each for each in asked if each[0] != FACTOR]
            return waits(request, text, *rest) if rest else 0.0

        house.web.site.wait = wait
        assert await guesses_from_everywhere(house, key) == 40


async def test_a_door_that_lets_everybody_guess_is_noticed(tmp_path):
    async with opened(tmp_path) as house:
        browser, key = await joined(house, Role.COORDINATOR)
        await set_up(house, browser)
        house.web.site.wait = lambda *_: 0
        assert await tries_until_held_up(house, key) == 40


async def test_the_secret_and_the_codes_are_not_in_the_file(tmp_path):
    async with opened(tmp_path) as house:
        browser, _ = await joined(house, Role.COORDINATOR)
        secret, codes = await set_up(house, browser)
        await browser.get("/desk")
        await said(browser, "/anfragen")
        await house.app.settled()
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        for canary in (secret, factors.tidy(codes[0])):
            assert canary.encode() not in kept
