"""The master key can be changed while the bot runs (bar 23)."""

import asyncio
import os

import pytest
from store_samples import (
    HOME,
    KEYS,
    NOW,
    conversation,
    loaded_request,
    member,
    one_matter,
    opened,
    request,
    screen,
    word,
)

from bot.core.messages import Visitor
from bot.core.records import Invitation, PostFacts, Ref, Role
from bot.ports import Address, Owed, Receipt
from bot.store import Keys, Store
from bot.store.audit import Verdict
from bot.store.columns import COLUMNS
from bot.store.errors import WrongKey
from bot.store.reseal import reseal, sealed_columns
from bot.store.sealing import Place, kid_of

NEW = Keys("neu", {"neu": os.urandom(32)})
BOTH = Keys("neu", {**NEW.masters, **KEYS.masters})


def fill(work) -> None:
    one_matter(work)
    work.save(member())
    work.save(PostFacts("netzwerkstelle-halle"))
    work.save(Ref("ref", "c1", "send"))
    work.save(Invitation("h", Role.WORKER, NOW))
    work.sent([(work.owe(HOME, Owed(screen(slot="s"))), Receipt(("7",)))], NOW)
    work.owe(HOME, Owed(screen()))
    work.sent([(work.owe(Address("web", "7"), Owed(screen())), Receipt())], NOW)
    work.audit(NOW, "m1", "claim", "Blauer Otter")
    work.put_key("k", Address("web", "7"), NOW)
    for number in range(30):
        work.save(conversation(f"many{number}"))
        work.save(request(f"many{number}", words=(word(str(number)),)))


def kids(raw) -> set[str]:
    """Every key that still closes something."""
    found = set()
    for table, columns in COLUMNS.items():
        for column, holds in columns.items():
            if holds == "sealed":
                rows = raw.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608
                assert rows, table
                found |= {kid_of(row[0]) for row in rows}
    return found - {"="}


async def test_after_the_change_no_value_needs_the_old_key(tmp_path):
    path = tmp_path / "l.db"
    async with opened(path) as store:
        await store.run(fill)
    async with opened(path, BOTH) as store:
        assert await store.run(lambda work: kids(work.connection)) == {KEYS.newest, "neu"}
        assert await store.reseal() > 100
        assert await store.reseal() == 0
        assert await store.run(lambda work: kids(work.connection)) == {"neu"}
    async with opened(path, NEW) as store:

        def look(work):
            assert work.who(HOME) == Visitor("c1")
            assert work.address_of(Visitor("c1")) == HOME
            assert [w.text for w in loaded_request(work).words] == ["Bitte helft mir"]
            assert len(work.owed()) == 2
            assert work.erasable(HOME, NOW) == ("7",)
            assert work.verify_audit() == Verdict(1)

        await store.run(look)


async def test_reading_and_writing_go_on_during_the_change(tmp_path):
    path = tmp_path / "l.db"
    async with opened(path) as store:
        await store.run(fill)
    async with opened(path, BOTH) as store:

        async def step() -> int:
            return await store.run(lambda work: reseal(work.connection, store._sealer, 7))

        async def use(number: int) -> None:
            def unit(work):
                found = loaded_request(work, f"many{number}")
                assert [w.text for w in found.words] == [str(number)]
                work.save(found)

            await store.run(unit)

        while (await asyncio.gather(step(), *(use(number) for number in range(30))))[0]:
            pass
        assert await store.run(lambda work: kids(work.connection)) == {"neu"}


async def test_a_change_that_was_not_finished_keeps_asking_for_the_old_key(tmp_path):
    path = tmp_path / "l.db"
    async with opened(path) as store:
        await store.run(fill)
    async with opened(path, BOTH) as store:
        await store.run(lambda work: reseal(work.connection, store._sealer, 7))
    with pytest.raises(WrongKey, match=KEYS.newest):
        await Store.open(path, NEW)


async def test_a_column_left_out_of_the_change_is_noticed(tmp_path):
    path = tmp_path / "l.db"
    async with opened(path) as store:
        await store.run(fill)
    async with opened(path, BOTH) as store:
        await store.reseal()
        forgotten = "UPDATE members SET sealed_state = ?"
        old = KEYS.seals()[KEYS.newest]
        envelope = old.close(b"x", Place("members", "m1", "state"))
        await store.run(lambda work: work.connection.execute(forgotten, (envelope,)).rowcount)
        assert await store.run(lambda work: kids(work.connection)) == {KEYS.newest, "neu"}


def test_every_sealed_column_is_closed_anew_but_those_under_other_keys():
    sealed = {(t, c) for t, columns in COLUMNS.items() for c, h in columns.items() if h == "sealed"}
    assert sealed - set(sealed_columns()) == {("keys", "sealed_check"), ("words", "sealed_text")}
