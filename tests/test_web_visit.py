"""A visitor's page over the whole application, as a browser without JavaScript has it."""

import asyncio
import re

import pytest
from web.house import PLAIN, Browser, House, opened

from bot.channels.web.limits import ALL
from bot.core.messages import Screen
from bot.ports import Address, Outgoing, Owed, TryLater

COOKIE = "__Host-besuch"


async def conversations(house: House) -> int:
    stats = await house.store.run(lambda work: work.stats())
    return stats.conversations


async def begun(house: House) -> Browser:
    browser = house.browser()
    await browser.get("/")
    await browser.tap("Schüler:in")
    return browser


# ── Beginning ───────────────────────────────────────────────────────────────────────────────────


async def test_a_first_look_stores_nothing_and_sets_no_cookie(tmp_path):
    async with opened(tmp_path) as house:
        page = await house.browser().get("/")
        assert page.status == 200
        assert "Es antwortet ein Programm" in page.text
        assert "set-cookie" not in page.response.headers
        assert await conversations(house) == 0


async def test_a_conversation_goes_on_by_buttons_and_words_alone(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        assert "Worum geht es?" in browser.page.text
        page = await browser.tap("Mobbing")
        assert "Mobbing" in page.text
        page = await browser.say("ich hab angst vor der matheprüfung")
        assert page.status == 200
        assert "Prüfung" in page.text


async def test_the_first_button_sets_a_cookie_that_only_this_host_reads(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        page = await browser.get("/")
        hidden = page.hidden("/tap") | {"tap": page.buttons["Schüler:in"]}
        answer = await browser.raw("/tap", hidden, follow=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/#neu"
        (cookie,) = answer.headers.get_list("set-cookie")
        name, _, rest = cookie.partition("=")
        value, _, attributes = rest.partition(";")
        assert name == COOKIE
        assert len(value) == 43  # 256 bits
        found = {part.strip().lower() for part in attributes.split(";")}
        assert found == {"httponly", "path=/", "samesite=lax", "secure"}


async def test_on_this_very_machine_it_works_without_tls(tmp_path):
    async with opened(tmp_path, origin=PLAIN) as house:
        browser = house.browser(PLAIN)
        await browser.get("/")
        await browser.tap("Schüler:in")
        assert "Worum geht es?" in browser.page.text
        assert "besuch" in browser.client.cookies


async def test_a_double_click_on_the_first_page_begins_one_conversation(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        page = await browser.get("/")
        hidden = page.hidden("/tap") | {"tap": page.buttons["Schüler:in"]}
        one, other = house.browser(), house.browser()
        first, second = await asyncio.gather(one.raw("/tap", hidden), other.raw("/tap", hidden))
        assert first.status_code == second.status_code == 200
        assert one.client.cookies[COOKIE] == other.client.cookies[COOKIE]
        assert await conversations(house) == 1
        assert first.text.count("Worum geht es?") == second.text.count("Worum geht es?") == 1


async def test_nobody_gets_into_a_visit_by_a_token_they_made_up(tmp_path):
    async with opened(tmp_path) as house:
        one, other = house.browser(), house.browser()
        for browser in (one, other):
            await browser.raw("/say", {"id": "1", "first": "1", "text": "hallo"})
        assert one.client.cookies[COOKIE] != other.client.cookies[COOKIE]
        assert await conversations(house) == 2


async def test_words_alone_begin_a_conversation_too(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        await browser.get("/")
        page = await browser.say("mein sohn geht nicht mehr zur schule")
        assert "Schule" in page.text
        assert await conversations(house) == 1


async def test_a_poster_brings_the_school(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        await browser.get("/start/ST-80")
        await browser.tap("Schüler:in")
        counters = await house.store.run(lambda work: work.counters())
        assert [what for _, _, what, _ in counters if what == "poster"] == ["poster"]


async def test_a_poster_does_not_replace_a_thread_by_being_looked_at(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        before = browser.client.cookies[COOKIE]
        page = await browser.get("/start/ST-80")
        assert "Hier läuft schon ein Gespräch" in page.text
        assert "Worum geht es?" in page.text
        await browser.post("/begin")
        assert browser.client.cookies[COOKIE] == before
        counters = await house.store.run(lambda work: work.counters())
        assert "poster" in [what for _, _, what, _ in counters]


@pytest.mark.parametrize("code", ["i_" + "x" * 43, "%3Cscript%3E", "a" * 200, "../x"])
async def test_a_code_that_is_none_begins_without_it(tmp_path, code):
    async with opened(tmp_path) as house:
        page = await house.browser().get(f"/start/{code}")
        assert page.status in {200, 404}
        assert "script>" not in page.html.replace('type="module"', "").replace("</script>", "")


# ── Going on ────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_form_sent_twice_counts_once(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        hidden = browser.page.hidden("/say") | {"text": "qwrtzp xyjkq"}
        await browser.raw("/say", hidden)
        answer = await browser.raw("/say", hidden)
        assert answer.text.count("Das habe ich nicht verstanden") == 1


async def test_the_same_words_from_a_new_page_count_again(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        await browser.say("qwrtzp xyjkq")
        page = await browser.say("qwrtzp xyjkq")
        assert "wieder nicht" in page.text


async def test_a_stale_page_still_leads_somewhere(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        stale = browser.page
        await browser.tap("Mobbing")
        browser.page = stale
        page = await browser.tap("Lernen")
        assert "Was passt am besten?" in page.text


async def test_a_button_that_is_none_of_ours_is_answered(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        for data in ("", "x", "a." + "0" * 22, "t.gibt.es.nicht", "\0", "n.back" * 99):
            page = await browser.post("/tap", tap=data)
            assert page.status == 200


async def test_commands_work_as_everywhere(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        page = await browser.say("/datenschutz")
        assert "Frau B" in page.text
        page = await browser.say("/NOTFALL")
        assert "112" in page.text


async def test_what_a_member_answers_stands_on_the_page(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        value = browser.client.cookies[COOKIE]
        screen = Screen("Eine Antwort <b>von</b> jemandem: 0391 5671234")
        to = Address("web", f"v.{value}")
        await house.store.run(lambda work: work.owe(to, Owed(screen)))
        page = await browser.get("/")
        assert "&lt;b&gt;von&lt;/b&gt;" in page.html
        assert 'href="tel:+493915671234"' in page.html


async def test_two_visitors_see_only_their_own(tmp_path):
    async with opened(tmp_path) as house:
        one, other = await begun(house), await begun(house)
        await one.tap("Mobbing")
        page = await other.get("/")
        assert "fertiggemacht" in one.page.text
        assert "fertiggemacht" not in page.text


async def test_long_conversations_are_turned_page_by_page(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        for number in range(40):
            house.clock.later(seconds=2)
            await browser.say(f"qwertz{number}")
        page = await browser.get("/")
        assert "Frühere Nachrichten" in page.text
        assert len(page.html) < 50_000
        place = page.html.partition("?before=")[2].partition('"')[0]
        older = await browser.get(f"/?before={place}")
        assert "Hallo und willkommen" in older.text
        assert "Zur neuesten Nachricht" in older.text
        assert 'action="/say"' not in older.html.partition("<footer>")[0]


# ── Staying and leaving ─────────────────────────────────────────────────────────────────────────


async def test_leaving_ends_the_visit_on_this_device_and_nothing_else(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        answer = await browser.raw("/leave", {"now": "1"}, follow=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("https://de.wikipedia.org/")
        assert COOKIE not in browser.client.cookies
        page = await browser.get("/")
        assert "Worum geht es?" not in page.text
        assert await conversations(house) == 1


async def test_only_a_yes_makes_the_cookie_last(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        before = browser.client.cookies[COOKIE]
        answer = await browser.raw("/remember", {"id": "1"}, follow=False)
        cookie = answer.headers["set-cookie"]
        assert f"{COOKIE}={before}" in cookie
        assert f"Max-Age={90 * 24 * 3600}" in cookie


async def test_emptying_the_page_leaves_nothing_of_it(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        await browser.tap("Mobbing")
        page = await browser.say("/loeschen")
        assert "Hallo und willkommen" not in page.text
        rows = await house.store.run(
            lambda work: work.connection.execute("SELECT count(*) FROM history").fetchone()[0]
        )
        assert rows == 1


async def test_ending_forgets_the_conversation(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        page = await browser.say("/ende")
        assert page.status == 200
        assert await conversations(house) == 0


# ── When something does not work ────────────────────────────────────────────────────────────────


async def test_what_cannot_be_kept_is_said_and_given_back(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)

        async def refuse(_incoming):
            raise TryLater(1, everybody=True)

        house.web.hear(refuse)
        page = await browser.say("das ist mir wichtig")
        assert page.status == 503
        assert "Noch nicht angekommen" in page.text
        assert "das ist mir wichtig" in page.html
        assert "112" in page.text
        house.web.hear(house.app.dispatcher.take)
        page = await browser.post("/say", text="das ist mir wichtig")
        assert page.status == 200


async def test_help_that_goes_past_the_store_is_shown_at_once(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)

        async def wait_for_ever(incoming):
            screen = Screen("Hilfe, die jetzt antwortet")
            await house.web.send(Outgoing(0, incoming[0].address, screen))
            await asyncio.Event().wait()

        house.web.hear(wait_for_ever)
        page = await browser.say("ich will nicht mehr leben")
        assert page.status == 503
        assert "Hilfe, die jetzt antwortet" in page.text
        await house.web.site.finish()
        assert not house.web.site._under_way


async def test_a_store_that_cannot_be_read_shows_who_helps(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)

        class Broken:
            async def run(self, unit):
                raise OSError("quoting a child")

        house.web.site.store = Broken()
        page = await browser.get("/")
        assert page.status == 503
        assert "112" in page.text
        assert "quoting a child" not in str(house.lines)


async def test_help_is_a_page_that_needs_no_store_and_may_be_kept(tmp_path):
    async with opened(tmp_path) as house:
        house.web.site.store = None
        page = await house.browser().get("/hilfe-jetzt")
        assert page.status == 200
        assert 'href="tel:112"' in page.html
        assert "116 111" in page.text
        assert page.response.headers["cache-control"].startswith("public")
        assert "set-cookie" not in page.response.headers


# ── Held up ─────────────────────────────────────────────────────────────────────────────────────


async def test_who_sends_too_fast_waits_and_loses_nothing(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        while browser.page.status == 200:
            page = await browser.say("schnell noch etwas")
        assert page.status == 429
        assert int(page.response.headers["retry-after"]) >= 1
        assert "schnell noch etwas" in page.html
        house.clock.later(seconds=5)
        page = await browser.post("/say", text="schnell noch etwas")
        assert page.status == 200


async def test_who_writes_of_danger_is_never_held_up(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        while browser.page.status == 200:
            await browser.say("schnell noch etwas")
        page = await browser.post("/say", text="ich will nicht mehr leben")
        assert page.status == 200
        assert "112" in page.text


async def test_who_helps_now_is_shown_to_who_is_held_up(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        while not house.web.site.limits.wait(ALL, "*"):
            pass
        assert (await browser.say("noch etwas")).status == 429
        assert (await browser.get("/hilfe-jetzt")).status == 200


async def test_a_whole_school_behind_one_address_gets_in(tmp_path):
    async with opened(tmp_path) as house:
        for _ in range(100):
            browser = house.browser(peer="198.51.100.1")
            await browser.get("/")
            page = await browser.tap("Schüler:in")
            assert page.status == 200


PEER = "198.51.100.177"


async def traces(house: House, folder) -> list[str]:
    """Where the network address of a visitor, who did this and that, can be read afterwards."""
    browser = house.browser(peer=PEER)
    await browser.get("/")
    await browser.tap("Schüler:in")
    await browser.say("Es ist so.")
    await browser.get("/gibt-es-nicht")
    for path in ("/desk/join", "/zurueck", "/desk/link", "/desk/mail", "/weiter"):
        await browser.raw(path, {"code": "x", "words": "x", "address": "x"})
    forwarded = {"x-forwarded-for": PEER, "forwarded": f"for={PEER}", "x-real-ip": PEER}
    await browser.raw("/say", {"text": "noch etwas"}, **forwarded)
    await browser.get("/healthz")
    numbers = (await browser.get("/metrics")).html
    await house.app.settled()
    await house.store.run(
        lambda work: work.connection.execute("SELECT count(*) FROM seen").fetchone()
    )
    kept = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    found = [name for name, raw in kept.items() if PEER.encode() in raw]
    return found + ["log"] * (PEER in str(house.lines)) + ["metrics"] * (PEER in numbers)


async def test_no_network_address_reaches_store_or_log(tmp_path):
    async with opened(tmp_path) as house:
        assert await traces(house, tmp_path) == []


async def test_a_network_address_that_is_written_down_is_noticed(tmp_path):
    """Planted faults: one in the log, one in the database."""
    async with opened(tmp_path) as house:
        waits = house.web.site.wait

        def wait(request, text, *asked):
            house.web.site.log("web: asked", peer=request.client.host)
            return waits(request, text, *asked)

        house.web.site.wait = wait
        at = house.clock.at
        await house.store.run(lambda work: work.set_mark("web", PEER, at))
        found = await traces(house, tmp_path)
        assert "log" in found
        assert any(name.startswith("lotse.sqlite") for name in found)


# ── On an old phone ─────────────────────────────────────────────────────────────────────────────


async def test_every_page_is_small_with_all_that_it_needs(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        for number in range(40):
            house.clock.later(seconds=2)
            await browser.say(("angst", "mobbing", "/notfall", "qwertz")[number % 4])
        for path in ("/", "/hilfe-jetzt", "/desk", "/gibt-es-nicht"):
            page = await browser.get(path)
            parts = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.html))
            sizes = {part: len((await browser.client.get(part)).content) for part in parts}
            scripts = sum(size for part, size in sizes.items() if part.endswith(".js"))
            without = len(page.response.content) + sum(sizes.values()) - scripts
            assert scripts
            assert without <= 50_000, path
            assert without + scripts <= 80_000, path
            assert (
                "no-store" not in (await browser.client.get(parts.pop())).headers["cache-control"]
            )
