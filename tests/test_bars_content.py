"""Bars 26 and 28: a pupil erases everything alone, and neither lengths nor news tell what was said."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from soaking import soak
from store_samples import HOME, KEYS, opened, request, screen, word
from talk import MAGDEBURG, Talk, sending
from telegram_house import ANNA, CHANNEL, House, asks, house, tapped, typed
from test_store_secrecy import everything, opened_with

from bot.app import CORE
from bot.core.messages import Event, ForgetWords, Say, Visitor
from bot.core.world import Outcome
from bot.ports import Address, Owed
from bot.store import Store
from bot.store.columns import COLUMNS
from bot.store.reseal import _key_columns, row_name
from bot.store.sealing import KEY_BYTES, NONCE_BYTES, REQUEST_KID, Place, Sealer, header_of, kid_of

BUCKET, TAG = 256, 16
SEALED = tuple(
    (table, column)
    for table, columns in COLUMNS.items()
    for column, holds in columns.items()
    if holds == "sealed"
)

# ── 28: ciphertext in 256-byte buckets ──────────────────────────────────────────────────────────


def envelopes(work: Any) -> list[bytes]:
    return [
        row[0]
        for table, column in SEALED
        for row in work.connection.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608
    ]


def outside_of_buckets(found: list[bytes]) -> int:
    """How many of these are no whole number of buckets long, apart from what is always there."""
    always = (len(header_of(kid_of(each))) + NONCE_BYTES + TAG for each in found)
    return sum((len(each) - extra) % BUCKET != 0 for each, extra in zip(found, always, strict=True))


async def of_every_length(store: Store, texts: int) -> list[bytes]:
    """Every kind of sealed value, and so many words, screens and names of random lengths."""
    dice = random.Random(28)
    said = ["x" * dice.randrange(5_000) for _ in range(texts)]

    def unit(work: Any) -> list[bytes]:
        everything(work)
        work.save(request("r2", words=tuple(word(text) for text in said[:500]), name=said[0]))
        for text in said:
            work.owe(HOME, Owed(screen(text), request="r2", quotes=True))
        return envelopes(work)

    return await store.run(unit)


async def test_every_sealed_value_is_whole_buckets_of_256_bytes_long(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        found = await of_every_length(store, 100)
    assert len(found) > 200
    assert outside_of_buckets(found) == 0


@pytest.mark.soak
async def test_ten_thousand_sealed_values_are_whole_buckets_long(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        assert outside_of_buckets(await of_every_length(store, soak(10_000, 100))) == 0


class Exact(Sealer):
    """A planted fault: a value as long as what was written."""

    def close(self, plain: bytes, place: Place) -> bytes:
        del place
        header = header_of(self.newest)
        return header + bytes(NONCE_BYTES) + plain + bytes(TAG)

    def open(self, envelope: bytes, place: Place) -> bytes:
        del place
        return envelope[len(header_of(self.newest)) + NONCE_BYTES : -TAG]


async def test_a_store_that_fills_up_nothing_is_caught(tmp_path):
    store = await opened_with(tmp_path / "l.db", Exact(KEYS, b"h" * KEY_BYTES))
    try:
        found = await store.run(lambda work: (everything(work), envelopes(work))[1])
        assert outside_of_buckets(found) > 10
    finally:
        await store.close()


# ── 28: what comes by itself has no content ─────────────────────────────────────────────────────

TEASER = "Es gibt etwas Neues."
CANARY, REPLY = "kanarienvogel im regen", "zeisig am mittwoch"


@dataclass
class Listening(Talk):
    """Notes what comes to visitors who did nothing themselves: it stands on a locked telephone."""

    heard: list[str] = field(default_factory=list)

    def happens(self, who, body, channel: str = "terminal") -> None:
        super().happens(who, body, channel)
        if not isinstance(who, Visitor):
            self.heard += [say.screen.text for say in self.outcome.effects
                           if isinstance(say, Say) and isinstance(say.to, Visitor)]  # fmt: skip


def matter(talk: Listening, *, neutral: bool | None = None) -> list[str]:
    """Everything that a desk and the clock can do to a request, and what was pushed."""
    cem, dana = talk.staffed("schulsozialarbeit-st-5", "cem", "dana")
    anna, _ = talk.staffed(MAGDEBURG, "anna", "bo")
    kim = talk.visitor()
    sending(kim, CANARY, consent=True)
    talk.store.save(replace(kim.conversation, neutral=neutral))
    cem.taps("Übernehmen", "Antworten").says(REPLY).taps("Senden")
    talk.later(days=1)
    kim.says(f"noch etwas: {CANARY}")
    talk.later(days=2)
    if kim.request.claimed_by is None:
        (anna if kim.request.post == MAGDEBURG else dana).taps("Übernehmen")
    talk.later(days=34)
    return talk.heard


def test_what_comes_to_a_pupil_by_itself_has_no_content():
    heard = matter(Listening())
    assert len(heard) >= 4
    assert {text.partition("\n")[0] for text in heard} == {TEASER}
    assert not any(word in text for text in heard for word in (CANARY, REPLY, "Mobbing"))


def test_news_that_tell_what_they_are_would_be_seen():
    heard = matter(Listening(), neutral=False)
    assert any(REPLY in text for text in heard)
    assert {text.partition("\n")[0] for text in heard} != {TEASER}


# ── 26: a pupil erases everything alone ─────────────────────────────────────────────────────────


def readable(work: Any) -> str:
    """All that whoever has the master key can still read, from every sealed column there is."""
    raw, sealer, found = work.connection, work._sealer, []
    for table, column in SEALED:
        if table in {"keys", "words"}:
            continue  # the check of a key; words are opened by ``load``
        ids = tuple(_key_columns(raw, table))
        sql = f"SELECT {column}, {', '.join(ids)} FROM {table}"  # noqa: S608
        for envelope, *row in raw.execute(sql).fetchall():
            if kid_of(envelope) != REQUEST_KID:
                place = Place(table, row_name(row), column.removeprefix("sealed_"))
                found.append(sealer.open(envelope, place).decode("utf-8", "replace"))
    return "\n".join(found)


def stands(work: Any, table: str, column: str, value: object) -> bool:
    sql = f"SELECT 1 FROM {table} WHERE {column} = ?"  # noqa: S608  (our own words)
    return work.connection.execute(sql, (value,)).fetchone() is not None


async def left_of(home: House, chat: int, conversation: str, request: str) -> list[str]:
    """Where anything of this pupil is still kept.

    Besides the facts of what was asked, and the sealed numbers of the bot's last messages in the
    chat, without which nobody could delete them there.
    """

    def unit(work: Any) -> list[str]:
        hashed = work._address_hash(Address(CHANNEL, str(chat)))
        asked = [
            (table, "address_hash", hashed)
            for table, columns in COLUMNS.items()
            if "address_hash" in columns and table != "messages"
        ]
        asked += [("addresses", "hash", hashed), ("conversations", "id", conversation)]
        asked += [("words", "request", request), ("request_keys", "request", request)]
        found = [table for table, column, value in asked if stands(work, table, column, value)]
        known = readable(work)
        return found + [each for each in (CANARY, REPLY, str(chat)) if each in known]

    return await home.app.store.run(unit)


async def erased(home: House) -> tuple[list[str], timedelta]:
    """A pupil asked and was answered; then takes everything back with own taps alone."""
    chat = 31_415_926
    await asks(home, 1, chat, CANARY)
    tap = home.tap_of(ANNA, "Übernehmen")
    assert tap
    await home.hears([tapped(100, ANNA, tap)])
    for number, text in enumerate(("Antworten", REPLY, "Senden"), 101):
        await home.hears([typed(number, ANNA, text)])
    await home.opens(chat)
    (one,) = (await home.state())["requests"]
    assert len(await left_of(home, chat, one.conversation, one.id)) >= 5
    begun = home.clock.at
    await home.hears([typed(200, chat, "/loeschen")])
    withdraw = home.tap_of(chat, "Anfrage zurückziehen")
    assert withdraw
    await home.hears([tapped(201, chat, withdraw)])
    await home.hears([typed(202, chat, "/ende")])
    return await left_of(home, chat, one.conversation, one.id), home.clock.at - begun


async def test_a_pupil_alone_erases_everything_within_a_minute(tmp_path):
    async with house(tmp_path / "l.db") as home:
        left, took = await erased(home)
    assert left == []
    assert took <= timedelta(minutes=1)


async def test_a_core_that_forgets_to_forget_is_caught(tmp_path):
    def turn(knowledge: Any, known: Mapping[Any, Any], event: Event) -> Outcome:
        """A planted fault: the request is closed, its words stay."""
        outcome = CORE.turn(knowledge, known, event)
        kept = tuple(e for e in outcome.effects if not isinstance(e, ForgetWords))
        return replace(outcome, effects=kept)

    async with house(tmp_path / "l.db") as home:
        home.app.dispatcher.core = replace(CORE, turn=turn)
        left, _ = await erased(home)
    assert left == ["request_keys"]  # a key alone, with which a backup's words could be read
