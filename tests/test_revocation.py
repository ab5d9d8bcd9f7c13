"""Removal is effective at once, in the chat, in the web and for what still waits (bar 37)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from telegram_house import ANNA, BO, CHANNEL, MONDAY, OFFICE, House, asks, house, tapped, typed
from web import house as web

from bot.app import CORE
from bot.core.messages import EndAccess, Staff, Tapped, Visitor
from bot.core.records import Member, Ref, Role
from bot.core.taps import Act
from bot.core.world import Outcome
from bot.ports import Address, Factor, Incoming, Owed
from bot.scenario import WEEK

LEA = 9003
DESK = Address("web", "v.desk")


async def removed(home: House, *, wait: bool = True) -> None:
    """Anna has claimed a request and is logged in at the web desk; Lea ends her access."""

    def seat(work) -> None:
        work.save(Member("lea", Role.COORDINATOR, "lea", MONDAY, (), "magdeburg", plan=WEEK))
        work.bind(Address(CHANNEL, str(LEA)), Staff("lea"), MONDAY)
        work.bind(DESK, Staff("anna"), MONDAY)
        work.begin_session("token", DESK, MONDAY)

    await home.app.store.run(seat)
    await asks(home, 1, 4711)
    await home.hears([typed(20, ANNA, "Übernehmen")])
    await home.hears([typed(21, LEA, "/einladen")], [typed(22, LEA, "Zugang beenden: anna")])
    await home.hears([typed(23, LEA, "Ja, Zugang beenden: anna")])
    if wait:
        await home.moves(timedelta(seconds=1))  # what she had returns in a turn of its own


async def test_after_removal_nothing_of_the_desk_is_left(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await removed(home)

        def look(work) -> None:
            assert work.session("token", home.clock.at) is None
            assert work.address_of(Staff("anna")) is None
            assert work.team().member("anna") is None

        await home.app.store.run(look)
        (request,) = (await home.state())["requests"]
        assert request.claimed_by is None
        assert request.post == OFFICE
        assert home.faults() == []


async def test_an_old_button_and_a_command_of_hers_reach_no_desk(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await removed(home)
        old = home.tap_of(ANNA, "Antworten") or home.tap_of(ANNA, "Übernehmen")
        await home.hears([tapped(30, ANNA, old)], [typed(31, ANNA, "/anfragen")])
        who = await home.app.store.run(lambda work: work.who(Address(CHANNEL, str(ANNA))))
        assert isinstance(who, Visitor)
        assert "Offene Anfragen" not in home.texts(ANNA)[-1]
        await home.hears([typed(32, BO, "Übernehmen")])
        (request,) = (await home.state())["requests"]
        assert request.claimed_by == "bo"


async def test_what_waited_for_her_is_never_sent(tmp_path):
    async with house(tmp_path / "l.db") as home:
        await removed(home)

        def waiting(work) -> int:
            work.bind(Address(CHANNEL, "77"), Staff("weg"), MONDAY)
            work.owe(Address(CHANNEL, "77"), Owed(home.chats.shown[str(BO)][-1]))
            work.drop_owed_to("weg")
            return sum(each.address.id == "77" for each in work.owed())

        assert await home.app.store.run(waiting) == 0


# ── In the web ──────────────────────────────────────────────────────────────────────────────────


async def logged_in(home: web.House, client: httpx.AsyncClient, name: str) -> None:
    """The browser has a session at the desk, whose second factor was passed."""
    token, at = home.web.site.beginnings.fresh(), home.clock()
    desk = Address("web", f"d.{home.web.site.beginnings.fresh()}")

    def unit(work) -> None:
        work.bind(desk, Staff(name), at)
        work.put_factor(name, Factor("", 0, confirmed=True), ())
        work.begin_session(token, desk, at)

    await home.store.run(unit)
    client.cookies.set("schreibtisch", token)


async def removed_by(home: web.House, lead: str, name: str) -> None:
    """One tap of whoever leads."""
    ref = Ref("a" * 32, lead, "remove_yes", "", name)
    address = Address("telegram", lead)

    def unit(work) -> None:
        work.save(Member(lead, Role.ADMIN, lead, home.clock()))
        work.bind(address, Staff(lead), home.clock())
        work.save(ref)

    await home.store.run(unit)
    await home.app.dispatcher.take([Incoming("tap", address, home.clock(), Tapped(Act(ref.ref)))])


async def followed_until_removed(folder: Path, *, deaf: bool = False) -> None:
    """A page of the desk is open when its member is removed; raises when it stays so for a second."""
    async with web.served(folder, staffed=True) as (home, client):
        await logged_in(home, client, "anna")
        assert 'action="/desk/join"' not in (await client.get("/desk")).text
        if deaf:
            home.web.look_again = lambda: None
        async with client.stream("GET", "/desk/events?after=0") as stream:
            assert stream.status_code == 200
            lines = stream.aiter_lines()
            await anext(lines)
            await removed_by(home, "lea", "anna")
            async with asyncio.timeout(1):
                async for _ in lines:
                    pass
        assert 'action="/desk/join"' in (await client.get("/desk")).text  # the door, not the desk


async def test_an_open_page_of_the_desk_ends_within_a_second_of_the_removal(tmp_path):
    await followed_until_removed(tmp_path)


async def test_a_door_that_looks_at_open_pages_now_and_then_only_is_caught(tmp_path):
    with pytest.raises(TimeoutError):
        await followed_until_removed(tmp_path, deaf=True)


# ── In the chat ─────────────────────────────────────────────────────────────────────────────────


def lenient(home: House) -> None:
    """A planted fault: who was removed keeps what they had."""

    def turn(knowledge, known, event) -> Outcome:
        outcome = CORE.turn(knowledge, known, event)
        kept = tuple(e for e in outcome.effects if not isinstance(e, EndAccess))
        return replace(outcome, effects=kept)

    home.app.dispatcher.core = replace(CORE, turn=turn)


async def still_hers(home: House) -> list[str]:
    """What of the desk is left to anna at once, before any time passes."""
    await removed(home, wait=False)

    def look(work) -> list[str]:
        left = {
            "session": work.session("token", home.clock.at) is not None,
            "address": work.address_of(Staff("anna")) is not None,
            "member": work.team().member("anna") is not None,
        }
        return [what for what, so in left.items() if so]

    return await home.app.store.run(look)


async def test_removal_is_effective_in_the_same_moment(tmp_path):
    async with house(tmp_path / "l.db") as home:
        at = home.clock.at
        assert await still_hers(home) == []
        assert home.clock.at == at


async def test_a_core_that_ends_no_access_is_caught(tmp_path):
    async with house(tmp_path / "l.db") as home:
        lenient(home)
        assert await still_hers(home) == ["session", "address"]
