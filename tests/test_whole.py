"""The whole program over the fake Telegram: a process of its own, the real knowledge, signals.

Bars 9 (it stops in time and loses nothing) and 18 (nobody is in the logs).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from fake_telegram import FakeBotApi
from running import STOPPED_WITHIN, Running, Site

CHILD, MOTHER, WORKER = 31_415_926, 27_182_818, 16_180_339
WITHIN = 20.0  # seconds until an answer; the machine may be busy


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path, api: FakeBotApi) -> Site:
    return Site(tmp_path, api)


async def answered(api: FakeBotApi, act: Callable[[], object]) -> str:
    """Do something as a person would, and read what is answered."""
    before = len(api.load.waits)
    act()
    await api.until(lambda: len(api.load.waits) > before and not api.load.open, WITHIN)
    await api.until(lambda: not api.open_taps, WITHIN)
    return "\n".join(text for chat in api.chats for text in api.texts(chat)[-1:])


def good(api: FakeBotApi) -> None:
    """Every call is one that the Bot API would take, and every tap was answered exactly once."""
    assert api.violations == []
    assert {call.outcome for call in api.calls} <= {"ok"}
    assert api.open_taps == {}
    assert set(api.answered.values()) <= {1}


async def whole_walk(api: FakeBotApi, chat: int) -> str:
    """From the first word to the outcome of the first day; nobody has joined anywhere."""
    first = await answered(api, lambda: api.type(chat, "/start"))
    assert "kein Mensch" in first
    await answered(api, lambda: api.tap(chat, "Schüler:in"))
    await answered(api, lambda: api.type(chat, "ich werde in meiner klasse gemobbt"))
    await answered(api, lambda: api.tap(chat, "Mobbing"))
    await answered(api, lambda: api.tap(chat, "Wer kann helfen?"))
    # A clear name is taken at once.
    return await answered(api, lambda: api.type(chat, "giebichenstein gymnasium halle"))


# ── A talk ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_child_comes_from_the_first_word_to_the_outcome_of_the_first_day(
    api: FakeBotApi, site: Site
):
    async with site.running() as bot:
        outcome = await whole_walk(api, CHILD)
        assert "Netzwerkstelle" in outcome
        assert "noch niemand antworten" in outcome  # nothing is promised, nothing is taken
        card = await answered(api, lambda: api.tap(CHILD, "Karte zum Mitnehmen"))
        assert "KARTE ZUM MITNEHMEN" in card
        await answered(api, lambda: api.tap(CHILD, "Hilfe jetzt"))
        assert (await bot.stopped()).code == 0
    assert sum(api.answered.values()) == 5  # as often as was tapped
    good(api)


async def test_a_tap_that_was_answered_twice_would_be_caught(api: FakeBotApi):
    api.answered["1000000000001000"] += 2
    with pytest.raises(AssertionError):
        good(api)


async def test_the_profile_is_set_and_status_ends_with_zero(api: FakeBotApi, site: Site):
    async with site.running():
        await api.until(lambda: "Commands/en" in api.profile, WITHIN)
        status = await site.do("status")
        assert status.code == 0, status.out
        assert "Offene Anfragen: 0" in status.out
        api.profile["Description/"] = "etwas anderes"
        status = await site.do("status")
    assert status.code == 1
    assert "etwas anderes" in status.out
    assert "112" in api.profile["ShortDescription/"]
    good(api)


# ── One house, one process ──────────────────────────────────────────────────────────────────────


async def test_a_second_one_on_the_same_database_refuses_in_one_sentence(
    api: FakeBotApi, site: Site
):
    async with site.running():
        second = await site.do("run")
        assert second.code == 1
        assert len(second.out.strip().splitlines()) == 1
        assert "lotse.sqlite" in second.out
        assert "Traceback" not in second.out
        await answered(api, lambda: api.type(CHILD, "/start"))  # the first goes on
    good(api)


async def test_an_invitation_made_while_it_runs_makes_a_member(api: FakeBotApi, site: Site):
    async with site.running():
        made = await site.do("invite", "--role", "worker", "--post", "netzwerkstelle-halle")
        assert made.code == 0, made.out
        link = made.out.splitlines()[0]
        assert link.startswith("https://t.me/fake_lotse_bot?start=")
        payload = link.partition("=")[2]
        await answered(api, lambda: api.type(WORKER, f"/start {payload}"))
        members = await site.do("members")
        assert "netzwerkstelle-halle" in members.out
        await answered(api, lambda: api.type(MOTHER, f"/start {payload}"))  # it is used up
        again = await site.do("members")
        assert again.out == members.out
    good(api)


# ── The end, as it should be and as it comes ────────────────────────────────────────────────────


def crowd(api: FakeBotApi, people: int, words: int) -> dict[int, int]:
    """Many write at once; chat → how many answers it waits for."""
    for number in range(words):
        for chat in range(1, people + 1):
            api.type(chat, "/start" if number == 0 else f"hallo {number}")
    return dict.fromkeys(range(1, people + 1), words)


def missing(api: FakeBotApi, owed: dict[int, int]) -> dict[int, int]:
    """Chats that were answered less often than they asked."""
    return {
        chat: number - len(api.texts(chat))
        for chat, number in owed.items()
        if len(api.texts(chat)) < number
    }


async def test_it_stops_in_time_and_answers_the_rest_when_it_is_back(api: FakeBotApi, site: Site):
    api.latency = 0.05
    async with site.running() as bot:
        owed = crowd(api, 40, 8)
        await api.until(lambda: len(api.sent("sendMessage")) > 30, WITHIN)
        ended = await bot.stopped()
        assert ended.code == 0
        assert ended.seconds <= STOPPED_WITHIN
    assert missing(api, owed)  # it did not wait until all was sent
    api.latency = 0.0
    async with site.running():
        await api.until(lambda: not missing(api, owed), 2 * WITHIN)
    good(api)


async def test_it_stops_in_time_when_telegram_has_gone_silent(api: FakeBotApi, site: Site):
    async with site.running() as bot:
        api.fault("silence", "sendMessage", times=100)
        crowd(api, 20, 2)
        await api.until(lambda: len(api.sent("sendMessage")) >= 16, WITHIN)
        ended = await bot.stopped()
        assert ended.seconds <= STOPPED_WITHIN
        assert ended.code == 0


async def test_after_a_kill_in_the_middle_every_message_is_answered(api: FakeBotApi, site: Site):
    async with site.running() as bot:
        owed = crowd(api, 30, 8)
        await api.until(lambda: len(api.sent("sendMessage")) > 60, WITHIN)
        await bot.killed()
    assert missing(api, owed)
    async with site.running():
        await api.until(lambda: not missing(api, owed), 2 * WITHIN)
    repeats = len(api.sent("sendMessage")) - sum(owed.values())
    assert 0 <= repeats <= 16  # the connections
    assert api.violations == []


# ── Nobody is in the logs (bar 18) ──────────────────────────────────────────────────────────────

CANARIES = ("31415926", "Kimberly-Canary", "kanarienvogel", "fake-token-of-the-tests")


def leaks(said: str) -> list[str]:
    return [canary for canary in CANARIES if canary in said]


async def noisy_day(api: FakeBotApi, bot: Running) -> None:
    """Talk, a refusal, a silence, a broken answer, somebody who blocked the bot."""
    person = {
        "id": CHILD,
        "is_bot": False,
        "first_name": "Kimberly-Canary",
        "username": "Kimberly-Canary",
    }
    say: Callable[[str], Awaitable[str]] = lambda text: answered(  # noqa: E731
        api, lambda: api.type(CHILD, text, **{"from": person})
    )
    await say("/start")
    await say("mein kanarienvogel will nicht in die schule")
    api.fault("error", "sendMessage", code=400, description="Bad Request: kanarienvogel")
    api.fault("garbled", "getUpdates")
    api.type(CHILD, "kanarienvogel", **{"from": person})
    await api.until(lambda: any(call.outcome == "400" for call in api.calls), WITHIN)
    api.push({"message": {"text": "kanarienvogel", "from": person, "chat": {"id": CHILD}}})
    api.blocked.add(CHILD)
    api.type(CHILD, "kanarienvogel", **{"from": person})
    await api.until(lambda: any(call.outcome == "403" for call in api.calls), WITHIN)


async def test_nobody_is_in_what_it_prints_at_debug(api: FakeBotApi, site: Site):
    async with site.running(loud=True) as bot:
        await noisy_day(api, bot)
        ended = await bot.stopped()
    assert ended.code == 0, ended.out
    assert leaks(ended.out) == []
    assert "refused" in ended.out  # it does say what happened


async def test_a_program_that_prints_what_it_hears_would_be_caught():
    assert leaks("decoded chat 31415926: mein kanarienvogel") == ["31415926", "kanarienvogel"]
