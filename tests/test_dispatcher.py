"""What came in is committed once, in order, whatever happens; bars 3, 4, 7 and 11."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import FAKE_CORE, NOW, FakeChannel, Home, Homes, WatchedStore, heard
from store_samples import request

from bot.core.messages import (
    Due,
    Event,
    Foreign,
    House,
    NotDelivered,
    Received,
    Say,
    Screen,
    Staff,
    Tapped,
    Timer,
    Visitor,
)
from bot.core.records import NamesInUse, RequestsOf
from bot.core.taps import Move
from bot.dispatcher import Dispatcher
from bot.ports import Address, Outgoing, Owed, TryLater, Undelivered
from bot.store.errors import DiskFull, Locked


@pytest.fixture
async def homes(tmp_path: Path) -> AsyncIterator[Homes]:
    async with Homes(tmp_path) as opened:
        yield opened


@pytest.fixture
async def home(homes: Homes) -> Home:
    return await homes()


async def counters(home: Home) -> dict[str, int]:
    rows = await home.store.run(lambda work: work.counters())
    return {what: n for _, _, what, n in rows}


# ── One batch ───────────────────────────────────────────────────────────────────────────────────


async def test_what_is_taken_is_committed_and_then_answered(home: Home):
    await home.dispatcher.take([heard(1)])
    assert await home.state() == [("t1",)]
    await home.quiet()
    assert home.channel.texts("7") == ["1 · t1"]


async def test_the_second_of_a_batch_sees_what_the_first_changed(home: Home):
    await home.dispatcher.take([heard(1), heard(2), heard(3)])
    await home.quiet()
    assert home.channel.texts("7") == ["1 · t1", "2 · t2", "3 · t3"]
    assert await home.state() == [("t1", "t2", "t3")]


async def test_all_that_waits_of_all_channels_is_one_commit(homes: Homes):
    home = await homes(FakeChannel("a"), FakeChannel("b"))
    runs: list[str] = []
    home.store.ran = runs.append
    calls = [
        home.dispatcher.take([heard(i, chat=str(i), channel=channel)])
        for i in range(20)
        for channel in "ab"
    ]
    await asyncio.gather(*calls)
    assert len([name for name in runs if "_commit" in name]) == 1


async def test_a_batch_is_bounded(home: Home):
    home.dispatcher.biggest = 3
    await home.dispatcher.take([heard(i) for i in range(10)])
    await home.quiet()
    assert home.channel.texts("7") == [f"{i + 1} · t{i}" for i in range(10)]


async def test_nothing_handed_in_waits_for_nothing(home: Home):
    await home.dispatcher.take([])
    assert await home.dispatcher.happened([]) == ()


async def test_a_stranger_becomes_a_visitor_whose_name_says_nothing(home: Home):
    await home.dispatcher.take([heard(1, chat="31415926")])
    who = await home.store.run(lambda work: work.who(Address("fake", "31415926")))
    assert isinstance(who, Visitor)
    assert "31415926" not in who.conversation
    assert len(who.conversation) == 32


async def test_the_reading_position_is_saved_with_the_batch(home: Home):
    await home.dispatcher.take([heard(1), heard(2)])
    mark, at = await home.store.run(lambda work: work.mark_of("fake"))
    assert (mark, at) == ("2", NOW)


# ── Repeats (bar 3) ─────────────────────────────────────────────────────────────────────────────


async def test_what_was_heard_before_is_confirmed_without_effect(home: Home):
    await home.dispatcher.take([heard(1), heard(1)])
    await home.dispatcher.take([heard(1), heard(2)])
    await home.quiet()
    assert home.channel.texts("7") == ["1 · t1", "2 · t2"]


async def test_the_same_number_of_two_channels_is_not_the_same_update(homes: Homes):
    home = await homes(FakeChannel("a"), FakeChannel("b"))
    await home.dispatcher.take([heard(1, channel="a"), heard(1, channel="b")])
    assert await home.state() == [("t1",), ("t1",)]


@pytest.mark.parametrize("seed", range(6))
async def test_updates_three_times_reordered_and_late_leave_the_state_of_one_delivery(
    home: Home, seed: int
):
    once = [heard(i, chat=str(i % 3), at=NOW - timedelta(hours=24)) for i in range(12)]
    order = list(itertools.permutations(range(3)))[seed]
    await home.dispatcher.take(once[: 4 + seed])
    for part in order:
        again = once[part * 4 : part * 4 + 4]
        await home.dispatcher.take(list(reversed(again)) if seed % 2 else again)
        await asyncio.gather(*(home.dispatcher.take([one]) for one in once[: part * 3]))
    await home.dispatcher.take(once)
    await home.quiet()
    texts = {answer for heard_by in await home.state() for answer in heard_by}
    assert texts == {f"t{i}" for i in range(12)}
    assert sum(map(len, await home.state())) == 12
    assert len(home.channel.sent) == 12


class Forgetful(WatchedStore):
    """A planted fault: a store that does not know what was seen."""

    async def run(self, unit):
        def blind(work):
            work.seen = lambda _ids: frozenset()
            return unit(work)

        return await super().run(blind)


async def test_a_store_that_forgets_what_was_seen_is_caught(homes: Homes):
    home = await homes(store_class=Forgetful)
    await home.dispatcher.take([heard(1)])
    await home.dispatcher.take([heard(1)])
    assert await home.state() != [("t1",)]


# ── Crashes (bar 11) ────────────────────────────────────────────────────────────────────────────


async def test_a_crash_commits_an_apology_and_the_next_is_handled(home: Home):
    await home.dispatcher.take([heard(1), heard(2, text="crash now"), heard(3)])
    await home.quiet()
    assert home.channel.texts("7") == ["1 · t1", "sorry", "2 · t3"]
    assert await home.state() == [("t1", "t3")]
    assert (await counters(home))["crashed"] == 1


async def test_a_crash_is_logged_by_id_only(home: Home):
    await home.dispatcher.take([heard(5, chat="31415926", text="crash with words")])
    lines = [line for line in home.lines if line[0] == "crashed"]
    assert [line[1]["event"] for line in lines] == ["fake:5"]
    assert lines[0][1]["error"] == "RuntimeError"
    assert "31415926" not in str(home.lines)
    assert "words" not in str(home.lines)


async def test_needs_that_crash_or_never_end_are_that_events_matter_only(homes: Homes):
    def needs(event, known):
        if event.id == "fake:1":
            raise ValueError
        if event.id == "fake:2":
            return frozenset({RequestsOf(str(len(known)))})  # always one more
        return FAKE_CORE.needs(event, known)

    home = await homes(core=replace(FAKE_CORE, needs=needs))
    await home.dispatcher.take([heard(1, "1"), heard(2, "2"), heard(3, "3")])
    await home.quiet()
    assert home.channel.texts("1") == ["sorry"]
    assert home.channel.texts("2") == ["sorry"]
    assert home.channel.texts("3") == ["1 · t3"]


async def test_an_apology_that_crashes_too_still_confirms(homes: Homes):
    def apology(_knowledge, _event):
        raise ValueError

    home = await homes(core=replace(FAKE_CORE, apology=apology))
    await home.dispatcher.take([heard(1, text="crash"), heard(2)])
    await home.quiet()
    assert home.channel.texts() == ["1 · t2"]
    assert "apology crashed" in [what for what, _ in home.lines]


async def test_a_poisoned_update_is_parked_and_delays_nobody(home: Home):
    await home.dispatcher.take([heard(1), heard(2, "8", text="poison"), heard(3, "9"), heard(4)])
    await home.quiet()
    assert home.channel.texts("7") == ["1 · t1", "2 · t4"]
    assert home.channel.texts("8") == ["sorry"]
    assert home.channel.texts("9") == ["1 · t3"]
    assert (await counters(home))["parked"] == 1
    assert ("parked", {"event": "fake:2"}) in home.lines
    await home.dispatcher.take([heard(2, "8", text="poison")])
    assert (await counters(home))["parked"] == 1


class Impatient(Dispatcher):
    """A planted fault: one poisoned update takes its whole batch along."""

    async def _settled_singly(self, calls):
        for call in calls:
            call.done.set_result(())
        return True


async def test_a_dispatcher_that_drops_the_batch_with_the_poison_is_caught(homes: Homes):
    home = await homes(dispatcher_class=Impatient)
    await home.dispatcher.take([heard(1), heard(2, "8", text="poison")])
    await home.quiet()
    assert home.channel.texts("7") != ["1 · t1"]


async def test_what_cannot_even_be_apologised_for_is_parked_in_silence(homes: Homes):
    def apology(_knowledge, event):
        return Say(event.who, Screen("\ud800"))

    home = await homes(core=replace(FAKE_CORE, apology=apology))
    await home.dispatcher.take([heard(1, text="poison"), heard(2)])
    await home.quiet()
    assert home.channel.texts() == ["1 · t2"]
    assert (await counters(home))["parked"] == 1


async def test_an_update_that_cannot_be_read_is_confirmed_and_counted(home: Home):
    unread = replace(heard(1), body=None)
    nobodys = replace(heard(2), address=None)
    await home.dispatcher.take([unread, nobodys, heard(3)])
    await home.dispatcher.take([unread])
    await home.quiet()
    assert home.channel.texts() == ["1 · t3"]
    found = await counters(home)
    assert (found["undecodable"], found["without_address"]) == (1, 1)
    assert ("undecodable", {"event": "fake:1"}) in home.lines


# ── Effects ─────────────────────────────────────────────────────────────────────────────────────


async def test_the_first_screen_for_the_person_answers_the_tap(home: Home):
    await home.dispatcher.take([heard(1, text="many 2", origin="callback:9:1")])
    await home.quiet()
    assert [o.origin for o in home.channel.sent] == ["callback:9:1", ""]


@pytest.mark.parametrize("body", [Tapped(Move.BACK), Received(Foreign.BUTTON)])
async def test_a_tap_without_a_screen_is_answered_all_the_same(home: Home, body):
    await home.dispatcher.take([replace(heard(1, origin="callback:9:1"), body=body)])
    await home.quiet()
    assert [(o.screen, o.origin) for o in home.channel.sent] == [(None, "callback:9:1")]


async def test_a_tap_that_crashed_is_answered_with_the_apology(home: Home):
    await home.dispatcher.take([heard(1, text="crash", origin="callback:9:1")])
    await home.quiet()
    assert [o.origin for o in home.channel.sent] == ["callback:9:1"]


async def test_who_joins_is_a_member_for_the_next_update_of_the_same_batch(home: Home):
    await home.dispatcher.take([heard(1, text="join m1"), heard(2)])
    await home.quiet()
    assert home.channel.texts("7") == ["welcome", "staff · t2"]


async def test_who_is_forgotten_hears_the_last_word_and_nothing_that_waited(home: Home):
    home.outbox.held = True  # nothing goes yet
    await home.dispatcher.take([heard(1)])
    await home.dispatcher.take([heard(2, text="forget"), heard(3)])
    home.outbox.held = False
    await home.outbox.start()
    await home.quiet()
    assert home.channel.texts("7") == ["forgotten", "1 · t3"]
    assert await home.state() == [("t3",)]


async def test_erasing_names_the_messages_of_both_sides(home: Home):
    await home.dispatcher.take([heard(1)])
    await home.quiet()
    await home.dispatcher.take([heard(2, text="forget")])
    await home.quiet()
    erased = [o.erase for o in home.channel.sent if o.erase]
    assert [set(ids) for ids in erased] == [{"own1", "m1", "own2"}]


async def test_a_reply_goes_to_the_address_last_used(homes: Homes):
    a, b = FakeChannel("a"), FakeChannel("b")
    home = await homes(a, b)
    await home.dispatcher.take([heard(1, channel="a", text="wake 60")])
    who = await home.store.run(lambda work: work.who(Address("a", "7")))
    home.time.shift += timedelta(seconds=30)
    await home.store.run(lambda work: work.bind(Address("b", "7"), who, NOW))
    await home.dispatcher.take([heard(2, channel="b")])
    home.time.shift += timedelta(seconds=60)
    due = Event("due:1", home.time.now(), bytes(32), House(), Due(Timer.PROMISE, who.conversation))
    await home.dispatcher.happened([due])
    await home.quiet()
    assert a.texts() == ["1 · wake 60"]
    assert b.texts() == ["2 · t2", "3 · due"]


async def test_a_word_to_somebody_without_an_address_is_counted(home: Home):
    due = Event("due:1", NOW, bytes(32), House(), Due(Timer.PROMISE, "nobody"))
    await home.store.run(lambda work: work.wake(NOW, Timer.PROMISE, "nobody"))
    await home.dispatcher.happened([due])
    assert (await counters(home))["no_address"] == 1


async def test_counts_are_by_month(home: Home):
    await home.dispatcher.take([heard(1, text="count visits")])
    rows = await home.store.run(lambda work: work.counters())
    assert ("2026-11", "", "visits", 1) in rows


# ── Events of the house ─────────────────────────────────────────────────────────────────────────


async def test_a_row_given_up_goes_and_is_heard_of_in_one_transaction(home: Home):
    home.outbox.held = True
    await home.dispatcher.take([heard(1, text="ask r1"), heard(2)])
    owed = await home.store.run(lambda work: work.owed())
    gone = [Undelivered(o.row, gone=False) for o in owed]
    await home.dispatcher.gave_up(gone)
    await home.dispatcher.gave_up(gone)
    assert await home.store.run(lambda work: work.owed()) == ()
    assert await home.state() == [("ask r1", "t2", "not delivered")]  # t2 was about no request


async def test_a_row_that_is_late_stays_and_only_a_member_counts_as_out_of_reach(home: Home):
    home.outbox.held = True
    heard_of: list[NotDelivered] = []

    def turn(knowledge, known, event):
        heard_of.extend([event.body] if isinstance(event.body, NotDelivered) else [])
        return FAKE_CORE.turn(knowledge, known, event)

    home.dispatcher.core = replace(FAKE_CORE, turn=turn)
    await home.dispatcher.take([heard(1, text="ask r1"), heard(2)])

    def owe(work):
        desk = Address("fake", "desk")
        work.bind(desk, Staff("anna"), NOW)
        work.owe(desk, Owed(Screen("card"), request="r1"))
        return work.owed()

    owed = await home.store.run(owe)
    await home.dispatcher.gave_up([Undelivered(o.row, False, "fake", late=True) for o in owed])
    assert await home.store.run(lambda work: work.owed()) == owed
    assert heard_of == [NotDelivered(Staff("anna"), "r1", "fake")]


async def test_a_crash_of_the_houses_own_event_is_told_to_who_handed_it_in(homes: Homes):
    def turn(_knowledge, _known, event):
        raise ValueError

    home = await homes(core=replace(FAKE_CORE, turn=turn))
    event = Event("control:1", NOW, bytes(32), House(), NotDelivered(Visitor("c"), None))
    assert await home.dispatcher.happened([event]) == ("control:1",)


async def test_a_crashing_timer_comes_again_later(homes: Homes):
    def turn(_knowledge, _known, event):
        raise ValueError

    home = await homes(core=replace(FAKE_CORE, turn=turn))
    await home.store.run(lambda work: work.wake(NOW, Timer.PROMISE, "c"))
    event = Event("due:1", NOW, bytes(32), House(), Due(Timer.PROMISE, "c"))
    await home.dispatcher.happened([event])
    assert await home.store.run(lambda work: work.next_due()) == NOW + timedelta(minutes=15)
    assert home.next_due[-1] == NOW + timedelta(minutes=15)


# ── A store that cannot (bars 4, 7) ─────────────────────────────────────────────────────────────


async def test_a_fault_at_every_call_of_the_store_loses_and_doubles_nothing(homes: Homes):
    for failing in range(12):
        home = await homes()
        calls = itertools.count()
        home.store.fault = lambda calls=calls, failing=failing: (
            DiskFull("full") if next(calls) == failing else None
        )
        for number in range(4):
            await asyncio.gather(
                *(home.dispatcher.take([heard(number * 3 + i, chat=str(i))]) for i in range(3)),
                home.drained(),
            )
        home.store.fault = lambda: None
        await home.drained()
        assert [len(one) for one in await home.state()] == [4, 4, 4]
        assert len(home.channel.sent) == 12


async def test_while_the_store_is_locked_nothing_is_confirmed_and_nobody_is_told_it_went(
    home: Home,
):
    home.dispatcher.patience = 0.02
    home.store.fault = lambda: Locked("locked")
    flowing = asyncio.create_task(home.time.flow(home.store))
    with pytest.raises(TryLater) as later:
        await home.dispatcher.take([heard(1)])
    assert later.value.everybody
    assert home.channel.sent == []
    home.store.fault = lambda: None
    await home.dispatcher.take([heard(1), heard(2)])
    flowing.cancel()
    await home.quiet()
    assert home.channel.texts() == ["1 · t1", "2 · t2"]


async def test_help_is_shown_within_the_patience_while_the_store_is_locked_and_only_once(
    home: Home,
):
    home.dispatcher.patience = 0.05
    home.store.fault = lambda: Locked("locked")
    flowing = asyncio.create_task(home.time.flow(home.store))
    begun = time.monotonic()
    shown: list[float] = []
    send = home.channel.send

    async def noted(outgoing: Outgoing):
        shown.append(time.monotonic() - begun)
        return await send(outgoing)

    home.channel.send = noted
    for _ in range(3):
        with pytest.raises(TryLater):
            await home.dispatcher.take([heard(1, text="danger"), heard(2, "8"), heard(3, "9")])
    assert home.channel.texts() == ["help now"]
    assert home.channel.texts("7") == ["help now"]
    assert shown[0] < 1.0
    home.store.fault = lambda: None
    await home.dispatcher.take([heard(1, text="danger")])
    flowing.cancel()
    await home.quiet()
    assert home.channel.texts("7") == ["help now", "1 · danger"]


async def test_a_danger_function_that_crashes_takes_no_help_from_the_others(homes: Homes):
    def danger(knowledge, text, at):
        if "bad" in text:
            raise ValueError
        return FAKE_CORE.danger(knowledge, text, at)

    home = await homes(core=replace(FAKE_CORE, danger=danger))
    home.dispatcher.patience = 0.02
    home.store.fault = lambda: Locked("locked")
    with pytest.raises(TryLater):
        await home.dispatcher.take([heard(1, text="bad danger"), heard(2, "8", text="danger")])
    assert home.channel.texts("8") == ["help now"]
    home.store.fault = lambda: None


async def test_of_those_who_were_never_heard_again_no_memory_grows(home: Home):
    """Somebody gave up while the store was locked: their message is not brought again."""
    home.dispatcher.patience = 0.02
    home.store.fault = lambda: Locked("locked")
    with pytest.raises(TryLater):
        await home.dispatcher.take([heard(number) for number in range(12_000)])
    assert len(home.dispatcher._helped) <= 10_000
    home.store.fault = lambda: None


async def longest_gap(until: asyncio.Task) -> float:
    """The longest time, in seconds, that the loop answered nobody."""
    longest, last = 0.0, time.monotonic()
    while not until.done():
        await asyncio.sleep(0.005)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest - 0.005


class Blocking(WatchedStore):
    """A planted fault: waits for the lock in the loop itself."""

    async def run(self, unit):
        if self.fault() is not None:
            time.sleep(0.3)  # noqa: ASYNC251  (that is the fault)
        return await super().run(unit)


@pytest.mark.parametrize(("kind", "holds"), [(WatchedStore, True), (Blocking, False)])
async def test_the_loop_is_never_blocked_while_the_database_is_locked(
    homes: Homes, kind: type[WatchedStore], holds: bool
):
    home = await homes(store_class=kind, patience=0.1, sleep=asyncio.sleep)
    store = home.store
    gaps = []
    for attempt in range(3 if holds else 1):  # other programs of this machine may hold us up
        store.fault = lambda: Locked("locked")
        taking = asyncio.create_task(home.dispatcher.take([heard(attempt)]))
        gaps.append(await longest_gap(taking))
        assert isinstance(taking.exception(), TryLater)
        store.fault = lambda: None
    assert (min(gaps) <= 0.1) == holds


async def test_a_foreign_lock_on_the_real_file_is_survived(homes: Homes):
    """The real lock: another process holds the file; the store waits in its thread."""
    home = await homes(patience=0.1, sleep=asyncio.sleep)
    holder = await asyncio.create_subprocess_exec(
        "python3",
        "-c",
        "import sqlite3, sys\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()",
        str(home.store.path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    await holder.stdout.readline()
    with pytest.raises(TryLater):
        await home.dispatcher.take([heard(1, text="danger")])
    assert home.channel.texts() == ["help now"]
    holder.stdin.close()
    await holder.wait()
    home.dispatcher.patience = 10
    await home.dispatcher.take([heard(1, text="danger")])
    await home.quiet()
    assert home.channel.texts() == ["help now", "1 · danger"]


async def test_the_end_commits_what_it_can_and_does_not_wait_for_a_locked_store(home: Home):
    home.dispatcher.patience = 0.05
    taking = asyncio.create_task(home.dispatcher.take([heard(1)]))
    await asyncio.sleep(0)
    await home.dispatcher.stop()
    await taking
    assert await home.state() == [("t1",)]
    home.store.fault = lambda: Locked("locked")
    event = Event("control:1", NOW, bytes(32), House(), NotDelivered(Visitor("c"), None))
    telling = asyncio.create_task(home.dispatcher.happened([event]))
    await asyncio.sleep(0)
    await asyncio.wait_for(home.dispatcher.stop(), 5)
    assert not telling.done()
    telling.cancel()
    home.store.fault = lambda: None
    assert await home.state() == [("t1",)]


# ── Lists that were never loaded whole ──────────────────────────────────────────────────────────


async def test_a_list_that_nobody_loaded_is_not_taken_for_known(homes: Homes):
    """One turn closes a request; the next must not believe that no other name is in use."""
    asked: list[object] = []

    def needs(event, known):
        base = FAKE_CORE.needs(event, known)
        return base | {NamesInUse()} if event.id == "fake:2" else base

    def turn(knowledge, known, event):
        outcome = FAKE_CORE.turn(knowledge, known, event)
        if event.id == "fake:1":
            return replace(outcome, records=(*outcome.records, request("r2", name="Neu")))
        asked.append(known[NamesInUse()])
        return outcome

    home = await homes(core=replace(FAKE_CORE, needs=needs, turn=turn))
    await home.store.run(lambda work: work.save(request("r1", name="Alt")))
    home.dispatcher.biggest = 2
    await home.dispatcher.take([heard(1), heard(2)])
    assert asked == [frozenset({"Alt", "Neu"})]
