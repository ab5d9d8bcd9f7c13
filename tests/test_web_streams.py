"""News for open pages: over a real port, resumed by cursor, never on somebody else's page."""

import asyncio
import os

import httpx
import pytest
from web.house import House, opened, served

from bot.channels.web.streams import Page, Streams, TooMany
from bot.core.messages import Screen
from bot.ports import Address, Owed


async def visit(client: httpx.AsyncClient, text: str = "hallo") -> str:
    """Begin a visit by words alone, as curl could; the address's id."""
    origin = str(client.base_url).rstrip("/")
    answer = await client.post("/say", data={"text": text}, headers={"origin": origin})
    assert answer.status_code == 303
    return f"v.{answer.cookies['besuch']}"


async def owe(house: House, address: str, text: str) -> int:
    """Something is said to somebody, as a turn would."""
    to = Address("web", address)
    outgoing = await house.store.run(lambda work: work.owe(to, Owed(Screen(text))))
    house.app.outbox.add([outgoing])
    await house.app.settled()
    return outgoing.row


async def news(lines) -> int:
    """The number that the next news carries."""
    async with asyncio.timeout(10):
        async for line in lines:
            if line.startswith("id: "):
                return int(line.removeprefix("id: "))
    raise AssertionError("the stream ended")


async def test_an_open_page_hears_that_there_is_something_new(tmp_path):
    async with served(tmp_path) as (house, client):
        me = await visit(client)
        async with client.stream("GET", "/events?after=0") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            lines = stream.aiter_lines()
            first = await news(lines)
            row = await owe(house, me, "eine Antwort")
            assert await news(lines) == row > first
        page = await client.get("/")
        assert "eine Antwort" in page.text


async def test_a_stream_carries_no_words(tmp_path):
    async with served(tmp_path) as (house, client):
        me = await visit(client)
        await owe(house, me, "das Geheimnis")
        async with client.stream("GET", "/events") as stream:
            lines = stream.aiter_lines()
            heard = [await anext(lines) for _ in range(5)]
        assert [line for line in heard if line] == [
            "retry: 2000",
            *(line for line in heard if line.startswith(("id: ", "event: news", "data: "))),
        ]
        assert "Geheimnis" not in "".join(heard)


async def test_a_page_that_was_away_goes_on_where_it_was(tmp_path):
    async with served(tmp_path) as (house, client):
        me = await visit(client)
        async with client.stream("GET", "/events?after=0") as stream:
            lines = stream.aiter_lines()
            seen = await news(lines)
        missed = await owe(house, me, "verpasst")
        headers = {"last-event-id": str(seen)}
        async with client.stream("GET", "/events?after=0", headers=headers) as stream:
            lines = stream.aiter_lines()
            assert await news(lines) == missed


async def test_news_of_one_visitor_never_reaches_another(tmp_path):
    async with served(tmp_path) as (house, client):
        me = await visit(client)
        async with httpx.AsyncClient(base_url=client.base_url) as other:
            them = await visit(other)
            async with (
                client.stream("GET", "/events?after=0") as mine,
                other.stream("GET", "/events?after=0") as theirs,
            ):
                my_lines, their_lines = mine.aiter_lines(), theirs.aiter_lines()
                await news(my_lines)
                await news(their_lines)
                for _ in range(5):
                    await owe(house, me, "nur für mich")
                last = await owe(house, them, "nur für sie")
                assert await news(their_lines) == last
                assert await news(my_lines) < last


async def test_without_a_visit_there_is_nothing_to_follow(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        assert (await browser.client.get("/events")).status_code == 204


async def test_stopping_ends_the_streams_first_and_soon(tmp_path):
    async with served(tmp_path) as (house, client):
        await visit(client)
        async with client.stream("GET", "/events?after=0") as stream:
            lines = stream.aiter_lines()
            await news(lines)
            async with asyncio.timeout(5):
                await house.web.site.finish()
                async for line in lines:
                    assert not line.startswith("id: ")
        assert house.web.site.streams.open == 0


async def test_leaving_closes_the_pages_of_that_visit_only(tmp_path):
    async with served(tmp_path) as (house, client):
        await visit(client)
        origin = {"origin": str(client.base_url).rstrip("/")}
        async with httpx.AsyncClient(base_url=client.base_url) as other:
            await visit(other)
            async with (
                client.stream("GET", "/events?after=0") as mine,
                other.stream("GET", "/events?after=0") as theirs,
            ):
                my_lines, their_lines = mine.aiter_lines(), theirs.aiter_lines()
                await news(my_lines)
                await news(their_lines)
                assert house.web.site.streams.open == 2
                await client.post("/leave", data={"now": "1"}, headers=origin)
                async with asyncio.timeout(5):
                    while house.web.site.streams.open == 2:  # noqa: ASYNC110  (no port tells)
                        await asyncio.sleep(0)
                assert house.web.site.streams.open == 1


async def test_who_opens_too_many_pages_loses_the_oldest():
    streams = Streams(at_one_address=2, in_all=3)
    first, second, third = (streams.enter("a") for _ in range(3))
    assert (first.ended, second.ended, third.ended) == (True, False, False)
    with pytest.raises(TooMany):
        streams.enter("b")
    streams.end_all()
    assert second.ended
    assert third.ended
    with pytest.raises(TooMany):
        Streams(in_all=0).enter("a")


async def followed(streams: Streams, page: Page, *alive: bool) -> list[bytes]:
    answers = iter(alive)

    async def newest() -> int:
        return 7

    async def still() -> bool:
        return next(answers)

    return [part async for part in streams.follow(page, 5, newest, still)]


async def test_a_silent_stream_gives_signs_of_life_until_the_session_ends():
    streams = Streams(beat=0.001)
    heard = await followed(streams, streams.enter("a"), True, True, False)
    assert heard == [b"retry: 2000\n\n", b"id: 7\nevent: news\ndata: 7\n\n", b": \n\n", b": \n\n"]
    assert streams.open == 0


async def test_many_open_pages_cost_little(tmp_path):
    streams = Streams()
    before = resident()
    pages = [streams.enter(str(n)) for n in range(2000)]
    assert resident() - before < 30_000_000
    assert len(pages) == streams.open


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
