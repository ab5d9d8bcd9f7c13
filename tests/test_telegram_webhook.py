"""Telegram calls us: 200 only after the commit, and only for who knows the secret."""

import asyncio
import contextlib
import json

import httpx
import pytest
from fake_telegram import TOKEN, FakeBotApi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response
from test_telegram_channel import Clock, Ear, Pauses, listening, opened
from web.house import KEYS, OPERATOR, ORIGIN, knowledge

from bot.app import App, with_operator
from bot.channels.telegram import Hooked
from bot.channels.telegram.webhook import EVERY, HEADER, PATH, secret_of
from bot.channels.web import Origin, Web
from bot.core.messages import Typed
from bot.doors import telegram_of, web_of
from bot.ports import TryLater
from bot.settings import SettingsFault, read
from bot.store import Store

RIGHT = {HEADER: secret_of(TOKEN)}


def update(number: int = 1, text: str = "hallo") -> dict:
    chat = {"id": 7, "type": "private", "first_name": "Kim"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": chat, "text": text}
    return {"update_id": number, "message": message}


@pytest.fixture
async def api():
    async with FakeBotApi() as server:
        yield server
        assert server.violations == []


@contextlib.asynccontextmanager
async def called(api, tmp_path, kind=Hooked):
    """The door, and a caller who reaches it through the wall of the web pages."""
    store = await Store.open(tmp_path / "lotse.sqlite", KEYS)
    try:
        async with opened(api, kind, clock=Clock(), origin=ORIGIN) as door:
            web = Web(Origin.of(ORIGIN), store, knowledge, Clock(), also=[door.route()])
            transport = httpx.ASGITransport(web.app)
            # Telegram names our host, but comes from no page of ours.
            yield door, httpx.AsyncClient(transport=transport, base_url=ORIGIN)
    finally:
        await store.close()


async def call(client, body=None, headers=RIGHT) -> int:
    content = json.dumps(update() if body is None else body)
    return (await client.post(PATH, content=content, headers=headers)).status_code


async def test_telegram_is_told_where_to_call_and_with_which_secret(api, tmp_path):
    async with called(api, tmp_path) as (door, _), listening(door, Ear()):
        await api.until(lambda: api.webhook)
        assert api.webhook == f"{ORIGIN}{PATH}"
        params = api.sent("setWebhook")[0]
        assert params["secret_token"] == secret_of(TOKEN)
        assert TOKEN not in params["secret_token"]
        assert "callback_query" in params["allowed_updates"]
        await api.until(lambda: door.heard == Clock()())
    assert api.webhook == ""  # after the end whoever starts next may ask, too


async def test_what_telegram_calls_with_is_heard(api, tmp_path):
    ear = Ear()
    async with called(api, tmp_path) as (door, client), listening(door, ear):
        await api.until(lambda: api.webhook)
        assert await call(client) == 200
        assert ear.bodies == [Typed("hallo")]


async def test_before_the_commit_there_is_no_200(api, tmp_path):
    committed = asyncio.Event()

    async def take(batch):
        await committed.wait()

    async with called(api, tmp_path) as (door, client), listening(door, take):
        await api.until(lambda: api.webhook)
        calling = asyncio.create_task(call(client))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not calling.done()
        committed.set()
        assert await calling == 200


async def test_what_could_not_be_committed_is_sent_again_by_telegram(api, tmp_path):
    ear = Ear()
    ear.failures = [TryLater(1)]
    async with called(api, tmp_path) as (door, client):
        assert await call(client) == 503  # nobody listens yet
        async with listening(door, ear):
            await api.until(lambda: api.webhook)
            assert await call(client) == 503
            assert await call(client) == 200
    assert ear.bodies == [Typed("hallo")]


# ── Who may call ────────────────────────────────────────────────────────────────────────────────

STRANGERS = ({}, {HEADER: ""}, {HEADER: "x" * 64}, {HEADER: secret_of(TOKEN)[:-1]}, {HEADER: "ä"})


async def heard_from_strangers(client, ear) -> list[object]:
    passed: list[object] = []
    for headers in STRANGERS:
        raw = {name: value.encode() for name, value in headers.items()}
        passed += [headers] if await call(client, headers=raw) != 404 else []
    return passed + ear.bodies


async def test_nobody_else_is_heard(api, tmp_path):
    ear = Ear()
    async with called(api, tmp_path) as (door, client), listening(door, ear):
        await api.until(lambda: api.webhook)
        assert await heard_from_strangers(client, ear) == []
        assert (await client.get(PATH, headers=RIGHT)).status_code == 405


async def test_a_door_that_does_not_look_is_noticed(api, tmp_path):
    class Trusting(Hooked):
        async def _called(self, request) -> Response:
            return await self._taken([json.loads(await request.body())])

    ear = Ear()
    async with called(api, tmp_path, Trusting) as (door, client), listening(door, ear):
        await api.until(lambda: api.webhook)
        assert len(await heard_from_strangers(client, ear)) == 2 * len(STRANGERS)


# ── Whatever comes ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b"x" * (1024 * 1024 + 1), 400),
        (b"{}", 200),
        (b"7", 200),
        (b"null", 200),
    ],
)
async def test_what_is_no_update_is_refused_or_confirmed_and_never_breaks(
    api, tmp_path, content, status
):
    ear = Ear()
    async with called(api, tmp_path) as (door, client), listening(door, ear):
        await api.until(lambda: api.webhook)
        answer = await client.post(PATH, content=content, headers=RIGHT)
        assert answer.status_code == status
        assert not ear.bodies or ear.bodies == [None]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "chat", "id", "text", "update_id"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies=st.lists(JSON, max_size=5))
async def test_no_update_makes_the_door_crash(tmp_path_factory, bodies):
    async with (
        FakeBotApi() as api,
        called(api, tmp_path_factory.mktemp("hook")) as (door, client),
        listening(door, Ear()),
    ):
        await api.until(lambda: api.webhook)
        for body in bodies:
            assert await call(client, body) == 200


# ── In the whole house ──────────────────────────────────────────────────────────────────────────


def wished(**more: str):
    return read(
        {"LOTSE_TELEGRAM_TOKEN": TOKEN, "LOTSE_TELEGRAM_WEBHOOK": "on", "LOTSE_WEB_ORIGIN": ORIGIN}
        | more
    )


async def test_a_talk_goes_by_the_webhook_alone_and_a_repeat_counts_once(api, tmp_path):
    settings_ = wished(LOTSE_TELEGRAM_API=api.base_url)
    store = await Store.open(tmp_path / "lotse.sqlite", KEYS)
    door = telegram_of(settings_)
    assert isinstance(door, Hooked)
    await door.start()
    web = web_of(settings_, store, knowledge, door)
    app = App(with_operator(knowledge(), OPERATOR), store, (door,))
    transport = httpx.ASGITransport(web.app)
    client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
    try:
        async with app.running(), listening(door, app.dispatcher.take):
            await api.until(lambda: api.webhook)
            for _ in range(3):
                assert await call(client, update(5, "/start")) == 200
            await app.settled()
    finally:
        await door.stop()
        await store.close()
    assert len(api.texts(7)) == 1
    assert "Wer schreibt?" in api.texts(7)[0]
    assert api.sent("getUpdates") == []


def test_a_webhook_needs_an_address_that_telegram_can_reach():
    for origin in ("", "http://127.0.0.1:8080"):
        with pytest.raises(SettingsFault, match="LOTSE_TELEGRAM_WEBHOOK"):
            wished(LOTSE_WEB_ORIGIN=origin)
    assert not read({}).telegram_webhook


async def test_the_wish_is_repeated_so_that_a_quiet_weekend_is_no_outage(api, tmp_path):
    pauses = Pauses()
    async with opened(api, Hooked, origin=ORIGIN, pause=pauses) as door, listening(door, Ear()):
        await api.until(lambda: len(api.sent("setWebhook")) > 2)
    assert set(pauses.seconds) == {EVERY}
