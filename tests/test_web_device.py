"""Before sending: whose device is it? And how one comes back to an answer without a cookie."""

import re
from html import unescape

import pytest
from web.house import Browser, House, Page, opened

from bot.channels.web.device import folded
from bot.channels.web.limits import RETURNING
from bot.core.messages import Visitor
from bot.core.records import RequestsOf
from bot.ports import Address

COOKIE = "__Host-besuch"


async def about_to_send(house: House) -> Browser:
    """A pupil of Magdeburg who has written and sees "Absenden"."""
    browser = house.browser()
    await browser.get("/")
    for label in ("Schüler:in", "Mobbing, Ausgrenzung", "Mit einem Menschen"):
        await browser.tap(label)
    page = await browser.post("/tap", tap="t.schule.suche.st-5")
    for _ in range(8):
        if "Absenden" in page.buttons:
            break
        yes = next((label for label in page.buttons if label.startswith("Ja")), None)
        page = await (browser.tap(yes) if yes else browser.say("Es ist so."))
    return browser


async def sent(house: House, browser: Browser) -> int:
    """How many open requests this visit has."""
    await house.app.settled()
    value = browser.client.cookies[COOKIE]

    def unit(work):
        who = work.who(Address("web", f"v.{value}"))
        return len(work.load(RequestsOf(who.conversation))) if isinstance(who, Visitor) else 0

    return await house.store.run(unit)


def lasting(page: Page) -> bool:
    """Whether the browser was told to keep the visit after it is closed."""
    cookies = [
        value
        for answer in (*page.response.history, page.response)
        for value in answer.headers.get_list("set-cookie")
        if value.startswith(COOKIE)
    ]
    return "Max-Age=7776000" in cookies[-1]


def words_on(page: Page) -> str:
    return ", ".join(unescape(found) for found in re.findall(r"<li>([^<]+ [^<]+)</li>", page.html))


async def test_before_sending_it_is_asked_whose_device_it_is(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        page = await browser.tap("Absenden", own=False)
        assert "Ist das dein eigenes Gerät?" in page.text
        assert await sent(house, browser) == 0
        page = await browser.answer("yes")
        assert await sent(house, browser) == 1
        assert lasting(page)
        assert "Angekommen" in page.text or "angekommen" in page.text


async def test_typed_words_ask_as_the_button_does(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        page = await browser.say("absenden")
        assert "Ist das dein eigenes Gerät?" in page.text
        await browser.answer("no")
        assert await sent(house, browser) == 1


async def test_on_a_shared_device_words_are_shown_once_and_no_cookie_lasts(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden", own=False)
        page = await browser.answer("no")
        assert "Ohne diese Wörter findest du die Antwort nicht wieder" in page.text
        assert page.response.headers["cache-control"] == "no-store"
        assert not lasting(page)
        assert await sent(house, browser) == 1
        words = words_on(page)
        assert len(words.split()) == 6
        again = await browser.get("/")
        assert words.split(", ")[0] not in again.text


async def test_with_the_words_one_comes_back_from_any_device(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden", own=False)
        words = words_on(await browser.answer("no"))
        await browser.raw("/leave", {"now": "1"}, follow=False)
        other = house.browser(peer="198.51.100.3")
        await other.get("/zurueck")
        page = await other.post("/zurueck", words=words.upper().replace(",", " "))
        assert "ngekommen" in page.text
        assert not lasting(page)
        assert await sent(house, other) == 1


async def test_it_is_asked_once(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden")
        assert await sent(house, browser) == 1
        page = await browser.say("Noch etwas.")
        assert "eigenes Gerät?" not in page.text.replace("ein eigenes Gerät?", "")


async def test_who_said_so_before_is_not_asked(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.post("/remember", id="1")
        page = await browser.tap("Absenden", own=False)
        assert not browser.asked
        assert "ngekommen" in page.text


# ── Guessing ────────────────────────────────────────────────────────────────────────────────────


async def guesses_until_held_up(house: House, most: int) -> int:
    stranger = house.browser()
    for number in range(most):
        answer = await stranger.raw("/zurueck", {"words": f"Blauer Otter {number}"})
        if answer.status_code == 429:
            return number
    return most


async def test_guesses_are_slowed_and_locked(tmp_path):
    async with opened(tmp_path) as house:
        assert await guesses_until_held_up(house, 30) == RETURNING.burst
        house.clock.later(seconds=100)
        assert await guesses_until_held_up(house, 30) == 0
        house.clock.later(minutes=2)
        assert await guesses_until_held_up(house, 30) == 1


async def test_a_door_that_lets_everybody_guess_is_noticed(tmp_path):
    async with opened(tmp_path) as house:
        house.web.site.wait = lambda *_: 0
        assert await guesses_until_held_up(house, 30) == 30


async def test_right_words_cost_nothing(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden", own=False)
        words = words_on(await browser.answer("no"))
        for _ in range(10):
            answer = await browser.raw("/zurueck", {"words": words})
            assert answer.status_code == 200


async def test_no_words_open_nothing(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden")  # without words, on a device of one's own
        for nothing in ("", "  ", ",,,", "123"):
            answer = await house.browser().raw("/zurueck", {"words": nothing})
            assert answer.status_code == 403


async def test_only_a_keyed_hash_of_the_words_is_kept(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden", own=False)
        words = words_on(await browser.answer("no"))
        await house.app.settled()
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert folded(words).encode() not in kept
        assert words.split(", ")[1].encode() not in kept


async def test_who_erases_everything_has_no_way_back(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.tap("Absenden", own=False)
        words = words_on(await browser.answer("no"))
        await browser.get("/")
        await browser.post("/say", text="/ende")
        await browser.tap("zurückziehen")
        await browser.post("/say", text="/ende")
        await house.app.settled()
        rows = await house.store.run(
            lambda work: work.connection.execute("SELECT count(*) FROM returns").fetchone()[0]
        )
        left = await house.store.run(lambda work: work.at_words(folded(words)))
        assert (rows, left) == (0, None)


@pytest.mark.parametrize("form", [{}, {"own": "perhaps"}, {"own": "yes", "tap": "x"}])
async def test_nonsense_sends_nothing(tmp_path, form):
    async with opened(tmp_path, staffed=True) as house:
        browser = await about_to_send(house)
        await browser.raw("/device", form)
        assert await sent(house, browser) == 0
