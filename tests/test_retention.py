"""What is kept for a while only goes when its time is over: not an hour sooner, nor later (bar 25)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playing import House, house
from store_samples import HOME, conversation, request, screen, word

from bot.core.messages import Visitor
from bot.core.records import Guesses, Invitation, Ref, Role
from bot.core.retention import Keep
from bot.ports import Address, Owed, Receipt
from bot.store.retention import AUDIT, LASTING, RIPE, TALKS, WORDS

NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEB = Address("web", "7")


def closed(work) -> None:
    work.save(conversation("c9"))
    work.save(
        request("r9", conversation="c9", closed_at=NOW, words=(word("Niemand soll es wissen"),))
    )


def shown_on_a_page(work) -> None:
    work.sent([(work.owe(WEB, Owed(screen())), Receipt(("1",)))], NOW)


def card_in_a_chat(work) -> None:
    work.sent([(work.owe(HOME, Owed(screen(slot="s"))), Receipt(("1",)))], NOW)


def without_words(work) -> None:
    work.save(request("r8", conversation="", closed_at=NOW, words=()))


PERIODS = [
    (WORDS, closed, timedelta(days=30)),
    (TALKS, lambda work: work.save(replace(conversation(), touched=NOW)), timedelta(days=90)),
    (
        "Kennungen gesehener Nachrichten",
        lambda work: work.mark_seen(["u1"], NOW),
        timedelta(days=3),
    ),
    (
        "Kennungen fremder Chat-Nachrichten",
        lambda work: work.heard(HOME, "m", NOW),
        timedelta(hours=48),
    ),
    (
        "Kennungen eigener Chat-Nachrichten",
        lambda work: work.sent([(work.owe(HOME, Owed(screen())), Receipt(("1",)))], NOW),
        timedelta(days=90),
    ),
    ("Plätze von Karten in Chats", card_in_a_chat, timedelta(days=60)),
    ("Seiten im Web-Chat", shown_on_a_page, timedelta(days=90)),
    ("abgelaufene Knöpfe", lambda w: w.save(Ref("r", "c1", "send", expires=NOW)), timedelta()),
    ("abgelaufene Einladungen", lambda w: w.save(Invitation("h", Role.WORKER, NOW)), timedelta()),
    ("abgelaufene Links", lambda w: w.put_link("c", "chat", "c1", NOW), timedelta()),
    (
        "beendete Anmeldungen",
        lambda work: work.begin_session("t", WEB, NOW),
        timedelta(minutes=30) + HOUR,
    ),
    ("abgeschlossene Anfragen ohne Text", without_words, timedelta(days=365)),
    (AUDIT, lambda work: work.audit(NOW, "m1", "claim"), timedelta(days=365)),
    ("falsche Einladungen", lambda work: work.save(Guesses("", (NOW,))), timedelta(days=1)),
    (
        "unbestätigte E-Mail-Adressen",
        lambda work: work.propose("m1", Address("email", "a@b.example"), NOW),
        timedelta(hours=1),
    ),
]


async def purged(home: House, keep: Keep) -> None:
    await home.app.purge.run(keep)


async def kept_so_long(folder: Path, row: tuple, keep: Keep, purge) -> None:
    """One of a kind: an hour before its time it is there, an hour after it is gone."""
    kind, fill, period = row
    async with house(folder, NOW) as home:
        await home.app.store.run(fill)
        for at, counted, gone in ((NOW + period - HOUR, 0, 0), (NOW + period + HOUR, 1, 1)):
            home.clock.at = at
            due = await home.app.store.run(lambda work, at=at: work.due_to_go(at, Keep()))
            assert due[kind] == counted
            assert await rows(home, kind) == 1
            await purge(home, keep)
            after = await home.app.store.run(lambda work, at=at: work.due_to_go(at, Keep()))
            assert after[kind] == 0
            assert await rows(home, kind) == 1 - gone


async def rows(home: House, kind: str) -> int:
    """How many there are of a kind, due or not."""
    tables = {one.kind: one.table for one in (*RIPE, *LASTING)} | {
        WORDS: "request_keys",
        AUDIT: "audit",
    }
    count = f"SELECT count(*) FROM {tables[kind]}"  # noqa: S608
    return await home.app.store.run(lambda work: work.connection.execute(count).fetchone()[0])


@pytest.mark.parametrize("row", PERIODS, ids=[kind for kind, *_ in PERIODS])
async def test_each_kind_goes_when_its_time_is_over_and_no_sooner(row, tmp_path):
    await kept_so_long(tmp_path, row, Keep(), purged)


async def test_every_kind_that_is_counted_has_its_period_tested(tmp_path):
    async with house(tmp_path, NOW) as home:
        due = await home.app.purge.due(Keep())
    assert set(due) == {kind for kind, *_ in PERIODS}


@pytest.mark.parametrize(
    ("number", "keep"),
    [
        (0, Keep(words=31 * DAY)),
        (1, Keep(conversations=91 * DAY)),
        (2, Keep(seen=4 * DAY)),
        (6, Keep(conversations=89 * DAY)),
        (11, Keep(audit=366 * DAY)),
        (12, Keep(audit=364 * DAY)),
    ],
)
async def test_a_period_that_is_a_day_off_is_seen(number, keep, tmp_path):
    with pytest.raises(AssertionError):
        await kept_so_long(tmp_path, PERIODS[number], keep, purged)


async def test_a_purge_that_only_says_so_is_seen(tmp_path):
    async def nothing(home: House, keep: Keep) -> None:
        del home, keep

    for number, period in enumerate(PERIODS):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(AssertionError):
            await kept_so_long(tmp_path / str(number), period, Keep(), nothing)


async def test_what_was_written_is_in_no_file_an_hour_after_its_time(tmp_path):
    async with house(tmp_path, NOW) as home:
        await home.app.store.run(closed)
        (sealed,) = await home.app.store.run(
            lambda work: work.connection.execute("SELECT sealed_text FROM words").fetchone()
        )
        assert sealed in files(tmp_path)
        home.clock.at = NOW + timedelta(days=30) + HOUR
        await home.app.purge.run(Keep())
        assert sealed not in files(tmp_path)


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.suffix != ".sock")


async def test_whoever_still_waits_for_an_answer_is_not_forgotten(tmp_path):
    def fill(work) -> None:
        work.bind(HOME, Visitor("c1"), NOW)
        work.save(replace(conversation(), touched=NOW))
        work.save(request(words=(word("Bitte helft mir"),)))

    async with house(tmp_path, NOW) as home:
        await home.app.store.run(fill)
        home.clock.at = NOW + timedelta(days=400)
        await home.app.purge.run(Keep())
        found = await home.app.store.run(
            lambda work: (work.conversation("c1"), work._request("r1").words)
        )
    assert found[0] is not None
    assert [w.text for w in found[1]] == ["Bitte helft mir"]


async def test_a_purge_that_was_cut_short_goes_on_the_next_time(tmp_path):
    def fill(work) -> None:
        for number in range(3):
            work.save(replace(conversation(f"c{number}"), touched=NOW))

    async with house(tmp_path, NOW) as home:
        await home.app.store.run(fill)
        home.clock.at = NOW + timedelta(days=91)
        whole = home.app.purge

        async def killed(events) -> None:
            await whole.happened(events[:1])
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await replace(whole, happened=killed).run(Keep())
        assert (await whole.due(Keep()))[TALKS] == 2
        assert (await whole.run(Keep()))[TALKS] == 2
        assert (await whole.due(Keep()))[TALKS] == 0


async def test_a_shorter_setting_holds_for_what_was_closed_before_it(tmp_path):
    async with house(tmp_path, NOW) as home:
        await home.app.store.run(closed)
        home.clock.at = NOW + timedelta(days=8)
        week = Keep(words=7 * DAY)
        home.app.knowledge = replace(home.app.knowledge, keep=week)
        assert (await home.app.purge.run(week))[WORDS] == 1
