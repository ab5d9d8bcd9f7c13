"""Bars 17, 18 and 19 over the whole process, 20 and 22 in their full numbers.

A whole matter goes through a real ``lotse run`` at DEBUG: invitation, request, claim, answer, a
locked database, a refusal. Then nobody is in what was printed, stored or shown to staff.
"""

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from fake_telegram import FakeBotApi
from running import LOUD, Running, Site
from soaking import soak
from test_sealing import Seal, StuckSeal, nonce_of
from test_store_secrecy import KEYS, Unkeyed, guessed, opened_with, stored_hashes

from bot.store import Store
from bot.store.sealing import NONCE_BYTES, Place

CHILD, WORKER, COLLEAGUE = 31_415_926, 16_180_339, 14_142_135
NAME, WORDS, REPLY = "Kimberly-Canary", "kanarienvogel im regen", "zeisig am mittwoch"
TOKEN = "fake-token-of-the-tests"
WITHIN = 20.0  # seconds until an answer; the machine may be busy


def spellings(canary: str) -> list[bytes]:
    """As text, as UTF-16, in hex and in base64 at each of its three offsets."""
    raw = canary.encode()
    shifted = [base64.b64encode(b"\0" * n + raw)[4 * (n > 0) : -4] for n in range(3)]
    return [raw, canary.encode("utf-16-le"), raw.hex().encode(), *shifted]


def leaks(said: bytes, *canaries: str) -> list[str]:
    low = said.lower()
    return [
        canary
        for canary in canaries
        if any(spelling.lower() in low for spelling in spellings(canary))
    ]


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path, api: FakeBotApi) -> Site:
    return Site(tmp_path, api)


class Talking:
    """People at the fake Telegram, each of whom waits for the answer."""

    def __init__(self, api: FakeBotApi) -> None:
        self.api = api

    async def _answered(self, chat: int, act: Callable[[], object]) -> None:
        before = len(self.api.sent("sendMessage")) + len(self.api.sent("editMessageText"))
        act()
        await self.api.until(
            lambda: (
                not self.api.open_taps
                and len(self.api.sent("sendMessage")) + len(self.api.sent("editMessageText"))
                > before
            ),
            WITHIN,
        )

    async def says(self, chat: int, *texts: str) -> None:
        person = {"id": chat, "is_bot": False, "first_name": NAME, "username": NAME}
        for text in texts:
            await self._answered(
                chat, lambda text=text: self.api.type(chat, text, **{"from": person})
            )  # type: ignore[misc]

    async def taps(self, chat: int, *labels: str) -> None:
        for label in labels:
            await self.api.until(lambda label=label: self._has(chat, label), WITHIN)  # type: ignore[misc]
            await self._answered(chat, lambda label=label: self.api.tap(chat, label))  # type: ignore[misc]

    async def reads(self, chat: int, words: str) -> None:
        await self.api.until(lambda: any(words in t for t in self.api.texts(chat)), WITHIN)

    async def news(self, chat: int, number: int) -> None:
        """Opens what is new, the so-manieth time that something is."""
        teaser = "Es gibt etwas Neues"
        await self.api.until(
            lambda: sum(teaser in text for text in self.api.texts(chat)) >= number, WITHIN
        )
        await self.taps(chat, "Neues ansehen")

    def _has(self, chat: int, label: str) -> bool:
        return any(label in text for m in self.api.messages(chat) for text, _ in m.buttons)


async def opened_office(talk: Talking, site: Site) -> None:
    """Two people join a post and make it live."""
    for chat, how in (
        (COLLEAGUE, ("--role", "coordinator", "--district", "magdeburg")),
        (WORKER, ("--role", "worker", "--post", "netzwerkstelle-magdeburg")),
    ):
        made = await site.do("invite", *how)
        assert made.code == 0, made.out
        await talk.says(chat, "/start " + made.out.splitlines()[0].partition("start=")[2])
    await talk.taps(COLLEAGUE, "Erlaubnis eintragen")
    await talk.says(COLLEAGUE, "20.11.2026 Petra Beispiel")
    await talk.taps(COLLEAGUE, "Was in Telegram stehen darf", "Auch Texte")
    for chat in (COLLEAGUE, WORKER):
        await talk.taps(chat, "Meine Wochenzeiten")
        await talk.says(chat, "Mo-Do 8-15, Fr 8-12")
    await talk.taps(WORKER, "Übungsanfrage starten", "Übernehmen", "Antworten")
    await talk.says(WORKER, "Hallo, das ist nur eine Übung.")
    await talk.taps(WORKER, "Senden", "Abschließen", "Beantwortet")
    await talk.reads(
        WORKER, "Der Text wird 30 Tage nach dem Abschluss gelöscht"
    )  # ten seconds later
    await talk.says(COLLEAGUE, "/stelle")
    await talk.taps(COLLEAGUE, "Ab jetzt annehmen")


async def whole_matter(talk: Talking, site: Site) -> None:
    """A child asks, the desk answers; then the database is locked and a message is refused."""
    await opened_office(talk, site)
    await talk.says(CHILD, "/start p_ST-5")
    await talk.taps(CHILD, "Schüler:in", "Mobbing", "Mit einem Menschen", "Ja, das ist gut")
    await talk.says(CHILD, WORDS)
    await talk.taps(CHILD, "Absenden")
    await talk.reads(WORKER, "Noch frei")
    await talk.taps(WORKER, "Übernehmen")
    await talk.reads(WORKER, WORDS)
    await talk.news(CHILD, 1)
    await talk.taps(WORKER, "Antworten")
    await talk.says(WORKER, REPLY)
    await talk.reads(WORKER, REPLY)
    await talk.taps(WORKER, "Senden")
    await talk.news(CHILD, 2)
    await talk.reads(CHILD, REPLY)
    with closing(sqlite3.connect(site.folder / "lotse.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await talk.says(CHILD, f"ich will nicht mehr leben {WORDS}")  # helped past the store
        other.execute("ROLLBACK")
    talk.api.fault("error", "sendMessage", code=400, description=f"Bad Request: {WORDS}")
    await talk.says(CHILD, WORDS)


async def test_a_whole_matter_leaves_nobody_in_log_store_and_desk(api: FakeBotApi, site: Site):
    talk = Talking(api)
    async with site.running(loud=True) as bot:
        await whole_matter(talk, site)
        printed = [(await site.do(command)).out.encode() for command in ("status", "members")]
        for path in site.folder.iterdir():
            if path.is_file():
                assert leaks(path.read_bytes(), str(CHILD), NAME, WORDS, REPLY, TOKEN) == [], path
        ended = await bot.stopped()
    assert ended.code == 0, ended.out
    everything = b"\n".join([ended.out.encode(), *printed])
    assert leaks(everything, str(CHILD), str(WORKER), NAME, WORDS, REPLY, TOKEN) == []
    assert b"refused" in everything  # it does say what happened
    desk = "\n".join(api.texts(WORKER) + api.texts(COLLEAGUE)).encode()
    assert leaks(desk, str(CHILD), NAME) == []
    assert leaks(desk, WORDS) == [WORDS]  # the one who claimed it did read it


# A planted fault: libraries that cannot be silenced say the address that they call.
SHAMELESS = LOUD.replace("from bot", "logging.Logger.setLevel = lambda *_: None\nfrom bot", 1)


async def test_a_process_whose_libraries_talk_is_caught(api: FakeBotApi, site: Site):
    talk = Talking(api)
    async with Running(site, ("-c", SHAMELESS)) as bot:
        await talk.says(CHILD, f"/start {WORDS}")
        ended = await bot.stopped()
    assert TOKEN in leaks(ended.out.encode(), TOKEN)


def test_a_canary_is_found_in_every_spelling():
    for spelled in spellings(WORDS):
        assert leaks(b"x" + spelled + b"y", WORDS) == [WORDS]
    for offset in range(3):
        coded = base64.b64encode(b"a" * offset + WORDS.encode() + b"rest")
        assert leaks(coded, WORDS) == [WORDS]


# ── The full numbers (soak) ─────────────────────────────────────────────────────────────────────


@pytest.mark.soak
async def test_a_million_guessed_ids_match_no_hash(tmp_path: Path):
    store = await Store.open(tmp_path / "l.db", KEYS)
    try:
        assert await asyncio.to_thread(guessed, await stored_hashes(store), soak(1_000_000)) == 0
    finally:
        await store.close()


@pytest.mark.soak
async def test_a_million_guesses_find_a_hash_without_a_key(tmp_path: Path):
    store = await opened_with(tmp_path / "l.db", Unkeyed(KEYS, b""))
    try:
        assert await asyncio.to_thread(guessed, await stored_hashes(store), soak(1_000_000)) == 1
    finally:
        await store.close()


def nonce_repeats(seal: Seal, times: int) -> int:
    """How many nonces came twice; kept by their first byte, twelve bytes each."""
    drawers = [bytearray() for _ in range(256)]
    for _ in range(times):
        nonce = nonce_of(seal.close(b"x", Place("words", "r1/0", "text")))
        drawers[nonce[0]] += nonce
    return sum(_twice(drawer) for drawer in drawers)


def _twice(drawer: bytearray) -> int:
    found = {bytes(drawer[n : n + NONCE_BYTES]) for n in range(0, len(drawer), NONCE_BYTES)}
    return len(drawer) // NONCE_BYTES - len(found)


@pytest.mark.soak
def test_ten_million_nonces_do_not_repeat():
    assert nonce_repeats(Seal("k1", b"k" * 32), soak(10**7)) == 0


def test_the_count_of_nonces_sees_a_repeat():
    assert nonce_repeats(StuckSeal(), 2_000) == 1_000
    assert nonce_repeats(Seal("k1", b"k" * 32), 2_000) == 0
