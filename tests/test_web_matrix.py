"""Who sees whose words: every role × every route, generated from the routes (bars 29 and 30)."""

from datetime import timedelta

import pytest
from test_web_device import about_to_send
from web.house import POST, Browser, House, opened

from bot.core.messages import Screen, Staff
from bot.core.records import Member, Role
from bot.ports import Address, Factor, Owed
from bot.scenario import WEEK

DESK_WORDS = "Zitronenfalter am Schreibtisch"
OTHER_POST = "netzwerkstelle-halle"
STAFF = {
    "worker": (Role.WORKER, (POST,)),
    "worker of another post": (Role.WORKER, (OTHER_POST,)),
    "coordinator": (Role.COORDINATOR, (OTHER_POST,)),
    "admin": (Role.ADMIN, ()),
}
ROLES = ("nobody", "visitor", "other visitor", *STAFF)
# What somebody reads, and who alone may.
SEEN_BY = {DESK_WORDS: {"worker"}, "ngekommen": {"visitor"}}


async def seated(house: House, name: str) -> Browser:
    """A member with a session at the desk, whose second factor was passed."""
    role, posts = STAFF[name]
    token, at = house.web.site.beginnings.fresh(), house.clock()
    desk = Address("web", f"d.{house.web.site.beginnings.fresh()}")

    def unit(work):
        work.save(Member(name, role, name, at, posts, plan=WEEK))
        work.bind(desk, Staff(name), at)
        work.put_factor(name, Factor("A" * 32, 0, confirmed=True), ())
        work.begin_session(token, desk, at)
        if name == "worker":
            work.owe(desk, Owed(Screen(DESK_WORDS)))

    await house.store.run(unit)
    browser = house.browser()
    browser.client.cookies.set("__Host-schreibtisch", token, domain="lotse.example.de")
    return browser


async def everybody(house: House) -> dict[str, Browser]:
    people = {name: await seated(house, name) for name in STAFF}
    people["visitor"] = await about_to_send(house)
    await people["visitor"].tap("Absenden")
    people["other visitor"] = house.browser()
    await people["other visitor"].get("/")
    await people["other visitor"].tap("Schüler:in")
    people["nobody"] = house.browser()
    await house.app.settled()
    return people


def paths(house: House) -> list[str]:
    """Every route that can be looked at, with ids that exist and ids that do not."""
    found = [
        route.path
        for route in house.web.inner.routes
        if "GET" in route.methods and "events" not in route.path
    ]
    filled = [p.replace("{name}", "x.css").replace("{code}", "ab" * 32) for p in found]
    return [*filled, "/?before=99999", "/desk?before=99999", "/start/ST-80"]


async def leaks(house: House, people: dict[str, Browser]) -> list[tuple[str, str, str]]:
    """(who, path, words) wherever somebody reads what is for another."""
    return [
        (who, path, words)
        for who in ROLES
        for path in paths(house)
        for answer in [await people[who].client.get(path, follow_redirects=True)]
        for words, readers in SEEN_BY.items()
        if words in answer.text and who not in readers
    ]


async def test_nobody_reads_on_any_route_what_is_for_another(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        people = await everybody(house)
        assert DESK_WORDS in (await people["worker"].client.get("/desk")).text
        assert "ngekommen" in (await people["visitor"].client.get("/")).text
        assert await leaks(house, people) == []


async def test_a_page_of_somebody_else_is_noticed(tmp_path):
    """A planted fault: the other visitor has the visitor's cookie."""
    async with opened(tmp_path, staffed=True) as house:
        people = await everybody(house)
        people["other visitor"] = people["visitor"]
        assert {who for who, *_ in await leaks(house, people)} == {"other visitor"}


@pytest.mark.parametrize("role", [r for r in ROLES if r != "visitor"])
async def test_nobody_sends_what_another_has_written(tmp_path, role):
    async with opened(tmp_path, staffed=True) as house:
        people = {name: await seated(house, name) for name in STAFF}
        people["visitor"] = await about_to_send(house)
        people["nobody"], people["other visitor"] = house.browser(), house.browser()
        await people["other visitor"].get("/")
        await people["other visitor"].tap("Schüler:in")
        sending = people["visitor"].page.buttons["Absenden"]
        for path in ("/tap", "/desk/tap", "/device"):
            await people[role].raw(path, {"id": "1", "tap": sending, "own": "yes"})
        await house.app.settled()
        stats = await house.store.run(lambda work: work.stats())
        assert stats.open_requests == 0


async def test_a_desk_session_ends_by_itself_for_everybody(tmp_path):
    async with opened(tmp_path, staffed=True) as house:
        for name in STAFF:
            browser = await seated(house, name)
            house.clock.at += timedelta(minutes=31)
            assert (
                "/desk/say" not in (await browser.client.get("/desk", follow_redirects=True)).text
            )
