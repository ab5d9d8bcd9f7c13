"""The audit: written once, chained, and every edit in the file is found (bar 41)."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from store_samples import KEYS, NOW, member, opened
from talk import offices, sending
from telegram_house import ANNA, BO, MONDAY, asks, house, typed

from bot.core.messages import Audit
from bot.core.retention import Keep
from bot.store import Store, new_key
from bot.store.audit import Audits, Verdict
from bot.store.columns import COLUMNS
from bot.store.sealing import Keys, Place

LINES = 6


def written(work) -> None:
    for number in range(LINES):
        work.audit(NOW + timedelta(days=number), "m1", "claim", f"Blauer Otter {number}")


def raw(sql: str, *values: object) -> Callable[[Store], object]:
    """Past the store, and past its triggers, as somebody with the file would."""

    def edit(work) -> int:
        for trigger in ("audit_stays", "audit_remains"):
            work.connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        return work.connection.execute(sql, values).rowcount

    return edit


def forged(work) -> None:
    """A line written anew by somebody who knows how it is done, but not the key."""
    foreign = Keys.parse(new_key()).seals()
    seal = next(iter(foreign.values()))
    envelope = seal.close(b'["m2", "claim", "x", ""]', Place("audit", "3", "entry"))
    raw("UPDATE audit SET sealed_entry = ? WHERE number = 3", envelope)(work)


def swapped(work) -> None:
    """Two envelopes change places."""
    raw("UPDATE audit SET sealed_entry = (SELECT sealed_entry FROM audit WHERE number = 4)"
        " WHERE number = 3")(work)  # fmt: skip


EDITS = {
    "a line in the middle is gone": raw("DELETE FROM audit WHERE number = 3"),
    "the first line is gone": raw("DELETE FROM audit WHERE number = 1"),
    "the last line is gone": raw("DELETE FROM audit WHERE number = ?", LINES),
    "all lines are gone": raw("DELETE FROM audit"),
    "another time": raw("UPDATE audit SET at = at + 1 WHERE number = 3"),
    "another hash": raw("UPDATE audit SET hash = randomblob(32) WHERE number = 3"),
    "no last end": raw("DELETE FROM audit_ends WHERE name = 'last'"),
    "a broken end": raw("UPDATE audit_ends SET sealed_end = randomblob(400)"),
    "forged": forged,
    "swapped": swapped,
}


async def verdict(store: Store) -> Verdict:
    return await store.run(lambda work: work.verify_audit())


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
async def test_any_edit_in_the_file_is_found(edit, tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(written)
        assert await verdict(store) == Verdict(LINES)
        await store.run(edit)
        assert (await verdict(store)).fault


class Trusting(Audits):
    """A planted fault: looks at the numbers only."""

    def _chained(self, before, number, at, plain):
        del plain, at
        return self._sealer.hash("audit", before.hex(), str(number))


class Endless(Audits):
    """A planted fault: nobody remembers how far the chain went."""

    def verify_audit(self):
        return Verdict(len(self.audited()))


@pytest.mark.parametrize(
    ("planted", "name"), [(Trusting, "another time"), (Endless, "the last line is gone")]
)
async def test_a_chain_that_covers_too_little_is_noticed(planted, name, tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def unit(work):
            loose = planted(work.connection, work._queries, work._sealer, work._memory)
            written(loose)
            EDITS[name](work)
            return loose.verify_audit()

        with pytest.raises(AssertionError):
            assert (await store.run(unit)).fault


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET at = 1", "UPDATE audit SET hash = x'00'", "DELETE FROM audit"]
)
async def test_the_schema_itself_only_appends(sql, tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(written)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            await store.run(lambda work: work.connection.execute(sql).rowcount)
        assert await verdict(store) == Verdict(LINES)


async def test_lines_go_after_twelve_months_and_the_rest_still_holds(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(written)
        at = NOW + Keep().audit
        await store.run(lambda work: work.sweep(at))
        assert await verdict(store) == Verdict(LINES)  # exactly twelve months old: still there
        await store.run(lambda work: work.sweep(at + timedelta(days=2, hours=1)))
        assert await verdict(store) == Verdict(LINES - 3)
        await store.run(lambda work: work.sweep(at + timedelta(days=400)))
        assert await verdict(store) == Verdict(0)
        await store.run(lambda work: work.audit(at, "m1", "plan"))
        (entry,) = await store.run(lambda work: work.audited())
        assert (entry.number, entry.action) == (LINES + 1, "plan")
        assert await verdict(store) == Verdict(1)


async def test_what_was_not_committed_is_in_no_chain(tmp_path):
    async with opened(tmp_path / "l.db") as store:

        def half(work):
            written(work)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await store.run(half)
        assert await verdict(store) == Verdict(0)


async def test_members_without_a_single_line_are_suspicious(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        await store.run(lambda work: work.save(member()))
        assert "keine einzige" in (await verdict(store)).fault


def test_nothing_of_a_line_lies_open():
    assert COLUMNS["audit"] == {"sealed_entry": "sealed", "hash": "hash"}
    assert KEYS.newest


# ── What the core writes down ───────────────────────────────────────────────────────────────────


def test_who_claims_answers_and_closes_is_written_down_without_a_word_of_it():
    talk, kim, anna, _ = offices()
    name = sending(kim, "Sie lachen mich aus.").request.name
    anna.taps("Übernehmen", "Antworten").says("Komm bitte vorbei.").taps("Senden")
    anna.taps("Abschließen", "Beantwortet")
    done = [(a.member, a.action) for a in talk.store.audits if a.about == name]
    assert [action for who, action in done if who == "anna"] == [
        "claim", "reply_send", "close_as",
    ]  # fmt: skip
    assert all("lach" not in str(line) and "Komm" not in str(line) for line in talk.store.audits)


def test_a_visitor_leaves_no_line():
    talk, kim, *_ = offices()
    sending(kim)
    assert talk.store.audits == []


def test_who_spoke_is_named_and_the_house_is_nobody():
    talk, _, anna, _ = offices()
    talk.invited("code", anna.member.role, anna.member.posts[0])
    assert talk.store.audits == [Audit("", "invite", anna.member.posts[0])]


async def test_through_the_real_channel_the_chain_holds(tmp_path):
    async with house(tmp_path / "l.db", at=MONDAY) as home:
        await asks(home, 1, 4711)
        await home.hears([typed(20, ANNA, "Übernehmen")], [typed(21, BO, "/anfragen")])
        lines = await home.app.store.run(lambda work: work.audited())
        assert [(line.member, line.action) for line in lines] == [("anna", "claim")]
        assert await home.app.store.run(lambda work: work.verify_audit()) == Verdict(1)
