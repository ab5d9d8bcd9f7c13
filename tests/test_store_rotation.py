"""The master key can be changed while the bot runs (bar 23)."""

import asyncio
import base64
import os
import sys
from pathlib import Path

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

from bot.core.messages import Staff, Visitor
from bot.core.records import Invitation, PostFacts, Ref, Role
from bot.ports import Address, Factor, Owed, Receipt
from bot.rotation import Rotation
from bot.store import Keys, Store, restore
from bot.store.audit import Verdict
from bot.store.columns import COLUMNS
from bot.store.errors import DiskFull, WrongKey
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
    desk = Address("telegram", "8001")
    work.bind(desk, Staff("m1"), NOW)
    quoting = work.owe(desk, Owed(screen(), request="r1", quotes=True))
    work.sent([(quoting, Receipt(("8",)))], NOW)
    work.sent([(work.owe(Address("web", "7"), Owed(screen())), Receipt())], NOW)
    work.audit(NOW, "m1", "claim", "Blauer Otter")
    work.put_key("k", Address("web", "7"), NOW)
    work.put_return(Address("web", "7"), "drei Worte", NOW)
    work.put_link("code", "chat", "c1", NOW)
    work.propose("m1", Address("email", "a@beispiel.example"), NOW)
    work.put_factor("m1", Factor("s", 0, confirmed=True), ("a",))
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
        assert dict(await store.older_keys())[KEYS.newest] > 100
        while await store.reseal():
            pass
        assert await store.older_keys() == {}
        assert await store.run(lambda work: kids(work.connection)) == {"neu"}
    async with opened(path, NEW) as store:

        def look(work):
            assert work.who(HOME) == Visitor("c1")
            assert work.address_of(Visitor("c1")) == HOME
            assert [w.text for w in loaded_request(work).words] == ["Bitte helft mir"]
            assert len(work.owed()) == 2
            assert work.erasable(HOME, NOW) == ("7",)
            assert work.empty_desk("r1", "") == ((Address("telegram", "8001"), "8"),)
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


async def killed_at_every_commit(path, *fault: str) -> list[str]:
    """Change the key of a filled database in lives that end one commit later each time."""
    async with opened(path) as store:
        await store.run(fill)
    script = Path(__file__).parent / "kills" / "turning.py"
    masters = [f"{k}:{base64.b64encode(v).decode()}" for k, v in BOTH.masters.items()]
    ended: list[str] = []
    lives = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script), str(path), ",".join(masters), *fault),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert lives.stdin is not None
    assert lives.stdout is not None
    try:
        while not ended or ended[-1] == "killed":
            point = ("before", "after")[len(ended) % 2]
            lives.stdin.write(f"{point} {1 + len(ended) % 4 // 2}\n".encode())
            ended.append((await lives.stdout.readline()).decode().strip())
            await nothing_is_lost(path)
    finally:
        lives.stdin.close()
        await lives.wait()
    return ended


async def nothing_is_lost(path) -> None:
    """Everything opens with both keys; with the new one alone only when nothing needs the old."""
    async with opened(path, BOTH) as store:
        older = await store.older_keys()
        assert await store.run(lambda work: kids(work.connection)) <= {KEYS.newest, "neu"}

        def look(work) -> None:
            for number in range(30):
                assert [w.text for w in loaded_request(work, f"many{number}").words] == [
                    str(number)
                ]
            assert work.address_of(Visitor("c1")) == HOME

        await store.run(look)
        left = await store.run(lambda work: kids(work.connection)) - {"neu"}
    if older:
        with pytest.raises(WrongKey, match=KEYS.newest):
            await Store.open(path, NEW)
    else:
        assert left == set()


async def test_killed_at_every_commit_the_change_loses_nothing_and_is_finished(tmp_path):
    ended = await killed_at_every_commit(tmp_path / "l.db")
    assert ended.count("killed") >= 8
    assert ended[-1] == "done"
    async with opened(tmp_path / "l.db", NEW) as store:
        assert not await store.resealing()


async def test_a_change_that_drops_the_old_key_too_soon_is_seen(tmp_path):
    with pytest.raises(AssertionError):
        await killed_at_every_commit(tmp_path / "l.db", "drops the old key first")


async def test_a_house_that_was_killed_goes_on_with_the_change_when_it_starts(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(fill)
    async with opened(tmp_path / "l.db", BOTH) as store:
        await store.begin_reseal()
        await store.run(lambda work: reseal(work.connection, store._sealer, 7))
    async with opened(tmp_path / "l.db", BOTH) as store:
        rotation = Rotation(store, lambda what, **ids: None)
        await rotation.resume()
        await (await rotation.begin())
        assert await store.older_keys() == {}
        await rotation.stop()


async def test_a_full_disk_only_delays_the_change():
    class Full:
        tries = 0

        async def begin_reseal(self):
            pass

        async def reseal(self):
            self.tries += 1
            if self.tries == 2:
                raise DiskFull
            return 3 - self.tries

    async def at_once(seconds):
        slept.append(seconds)

    slept, log, store = [], [], Full()
    await (await Rotation(store, lambda what, **ids: log.append(what), at_once).begin())
    assert store.tries == 3
    assert max(slept) >= 1
    assert log == ["key not changed now"]


async def test_a_column_left_out_of_the_change_is_noticed(tmp_path):
    path = tmp_path / "l.db"
    async with opened(path) as store:
        await store.run(fill)
    async with opened(path, BOTH) as store:
        while await store.reseal():
            pass
        forgotten = "UPDATE members SET sealed_state = ?"
        old = KEYS.seals()[KEYS.newest]
        envelope = old.close(b"x", Place("members", "m1", "state"))
        await store.run(lambda work: work.connection.execute(forgotten, (envelope,)).rowcount)
        assert await store.run(lambda work: kids(work.connection)) == {KEYS.newest, "neu"}


def test_every_sealed_column_is_closed_anew_but_those_under_other_keys():
    sealed = {(t, c) for t, columns in COLUMNS.items() for c, h in columns.items() if h == "sealed"}
    assert sealed - set(sealed_columns()) == {("keys", "sealed_check"), ("words", "sealed_text")}


async def test_a_backup_of_before_the_change_comes_back_with_both_keys_only(tmp_path):
    path, copy = tmp_path / "l.db", tmp_path / "copy"
    async with opened(path) as store:
        await store.run(fill)
        await store.backup(copy)
    async with opened(path, BOTH) as store:
        while await store.reseal():
            pass
        await store.backup(tmp_path / "later")  # the file of keys is that of the newest backup
    path.unlink()
    for alone in (KEYS, NEW):
        with pytest.raises(WrongKey, match="fehlt"):
            restore(copy, path, alone)
        assert not path.exists()
    restore(copy, path, BOTH)
    async with opened(path, BOTH) as store:
        found = await store.run(loaded_request)
    assert [w.text for w in found.words] == ["Bitte helft mir"]
