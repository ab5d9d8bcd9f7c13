"""What is owed is sent in order, later if need be, or given up aloud; bars 4, 5, 9 and 11."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeChannel, FakeTime, Home, Homes, heard, without_repeats
from soaking import soak

from bot.core.messages import Screen
from bot.lanes import Bucket, pause_after
from bot.outbox import Outbox
from bot.ports import Address, Limits, Outgoing, Owed, Receipt, Refused, TryLater, Undelivered
from bot.store.errors import Locked

FIVE_HUNDRED = TryLater(0.0)
LOST = (TryLater(0.0), True)  # it arrived, but nobody heard the answer
BLOCKED = Refused("blocked", gone=True)


@pytest.fixture
async def homes(tmp_path: Path) -> AsyncIterator[Homes]:
    async with Homes(tmp_path) as opened:
        yield opened


@pytest.fixture
async def home(homes: Homes) -> Home:
    time = FakeTime()
    return await homes(FakeChannel(time=time), time=time)


async def owed(home: Home, *texts: str, chat: str = "7", **other) -> list[Outgoing]:
    """Put these into the outbox as a committed batch would."""
    to = Address(other.pop("channel", "fake"), chat)
    rows = await home.store.run(
        lambda work: [work.owe(to, Owed(Screen(text), **other)) for text in texts]
    )
    home.outbox.add(rows)
    return rows


async def left(home: Home) -> list[int]:
    return [o.row for o in await home.store.run(lambda work: work.owed())]


# ── Order ───────────────────────────────────────────────────────────────────────────────────────


async def test_one_recipient_gets_everything_in_order(home: Home):
    await owed(home, *"abcdef")
    await home.quiet()
    assert home.channel.texts() == list("abcdef")
    assert await left(home) == []


async def test_many_recipients_are_served_at_once_and_no_more_than_there_are_connections(
    homes: Homes,
):
    time = FakeTime()
    home = await homes(FakeChannel(time=time, latency=0.04), time=time)
    for chat in range(50):
        await owed(home, "a", "b", chat=str(chat))
    await home.drained()
    assert len(home.channel.sent) == 100
    assert home.channel.most_under_way == 16


async def test_what_is_handed_in_twice_is_sent_once(home: Home):
    rows = await owed(home, "a")
    home.outbox.add(rows)
    await home.quiet()
    assert home.channel.texts() == ["a"]


async def test_a_start_goes_on_with_what_was_owed_before(home: Home):
    to = Address("fake", "7")
    await home.store.run(lambda work: [work.owe(to, Owed(Screen(t))) for t in "abc"])
    await home.outbox.start()
    await home.quiet()
    assert home.channel.texts() == ["a", "b", "c"]


async def test_a_channel_that_is_switched_off_keeps_what_is_owed(home: Home):
    await owed(home, "a", channel="web")
    await home.quiet()
    assert home.channel.sent == []
    assert len(await left(home)) == 1


async def test_a_held_store_sends_nothing_until_it_is_resumed(homes: Homes):
    home = await homes()
    home.outbox.held = True
    await home.dispatcher.take([heard(1), heard(2)])
    await home.quiet()
    assert home.channel.sent == []
    await home.outbox.resume()
    await home.quiet()
    assert home.channel.texts() == ["1 · t1", "2 · t2"]


async def test_a_card_owed_before_its_first_message_arrived_edits_that_message(home: Home):
    await home.dispatcher.take([heard(1, text="card")])
    await home.quiet()
    assert [(o.screen.text, o.slot_message) for o in home.channel.sent] == [
        ("card 0", ""),
        ("card 1", "m1"),
    ]


async def test_what_was_forgotten_is_not_sent_and_not_tried_again(home: Home):
    home.channel.faults = [TryLater(5.0)]
    first, *rest = await owed(home, "a", "b", "c")
    other = await owed(home, "d", chat="8")
    flowing = asyncio.create_task(home.time.flow(home.store))
    while len(home.channel.attempts) < 1:  # noqa: ASYNC110
        await asyncio.sleep(0)
    home.outbox.keep_only(frozenset({rest[1].row, other[0].row}))
    flowing.cancel()
    await home.drained()
    assert home.channel.texts("7") == ["c"]
    assert home.channel.texts("8") == ["d"]
    assert first.row in await left(home)  # the store's matter: it deletes what it forgets


# ── Faults (bar 4) ──────────────────────────────────────────────────────────────────────────────


async def test_a_flood_wait_is_waited_exactly_as_told(home: Home):
    home.channel.faults = [TryLater(17.0, told=True)]
    await owed(home, "a", "b")
    await home.drained()
    assert [at for at, _ in home.channel.attempts][:2] == [0.0, 17.0]
    assert home.channel.texts() == ["a", "b"]
    assert [o.tries for o in home.channel.sent] == [0, 0]


async def test_a_flood_wait_for_everybody_holds_the_whole_channel(home: Home):
    home.channel.faults = [TryLater(9.0, told=True, everybody=True)]
    await owed(home, "a")
    await home.drained()
    assert home.time.seconds == 9.0
    home.channel.faults = [TryLater(9.0, told=True, everybody=True)]
    await owed(home, "b")
    while home.channel.faults:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await owed(home, "c", chat="8")
    await home.drained()
    assert home.channel.attempts[-1][0] == 18.0
    assert home.channel.texts("8") == ["c"]


async def test_waits_grow_when_nobody_named_one_and_are_bounded():
    assert [pause_after(n) for n in range(4)] == [0.5, 1.0, 2.0, 4.0]
    assert pause_after(10_000) == 60.0


async def test_a_lost_answer_repeats_one_message_and_keeps_the_order(home: Home):
    home.channel.faults = [None, LOST]
    await owed(home, "a", "b", "c")
    await home.drained()
    assert home.channel.texts() == ["a", "b", "b", "c"]
    assert [o.tries for o in home.channel.sent] == [0, 0, 1, 0]


@pytest.mark.parametrize("fault", [FIVE_HUNDRED, LOST, TryLater(3.0, told=True)])
async def test_a_fault_at_every_call_delivers_everything(homes: Homes, fault):
    for failing in range(6):
        time = FakeTime()
        home = await homes(FakeChannel(time=time), time=time)
        home.channel.faults = [None] * failing + [fault]
        for chat in "78":
            await owed(home, "a", "b", "c", chat=chat)
        await home.drained()
        for chat in "78":
            assert without_repeats(home.channel.texts(chat)) == ["a", "b", "c"]
        assert len(home.channel.sent) <= 6 + (fault is LOST)
        assert await left(home) == []


async def test_faults_at_random_deliver_everything_with_one_repeat_for_each_lost_answer(
    homes: Homes,
):
    dice = random.Random(7)
    time = FakeTime()
    home = await homes(FakeChannel(time=time), time=time)
    home.channel.faults = [
        dice.choice([None, None, FIVE_HUNDRED, LOST, TryLater(2.0, told=True)]) for _ in range(200)
    ]
    lost = home.channel.faults.count(LOST)
    for chat in range(10):
        await owed(home, *(f"{chat}.{i}" for i in range(10)), chat=str(chat))
    await home.drained()
    for chat in range(10):
        wanted = [f"{chat}.{i}" for i in range(10)]
        assert without_repeats(home.channel.texts(str(chat))) == wanted
    assert len(home.channel.sent) <= 100 + lost


async def test_one_chat_failing_delays_nobody_else(home: Home):
    home.channel.fault_for = lambda o: FIVE_HUNDRED if o.address.id == "7" else None
    await owed(home, "a", "b")
    await owed(home, *"cdef", chat="8")
    flowing = asyncio.create_task(home.time.flow(home.store))
    while len(home.channel.sent) < 4:  # noqa: ASYNC110
        await asyncio.sleep(0)
    flowing.cancel()
    assert home.channel.texts("8") == list("cdef")
    assert home.time.seconds < 1.0
    home.channel.fault_for = lambda _o: None
    await home.drained()
    assert home.channel.texts("7") == ["a", "b"]


class Impatient(Outbox):
    """A planted fault: drops what did not go at once."""

    async def _later(self, door, lane, outgoing, later):
        lane.rows.popleft()


class Shuffling(Outbox):
    """A planted fault: what did not go at once goes last."""

    async def _later(self, door, lane, outgoing, later):
        lane.rows.rotate(-1)


@pytest.mark.parametrize("broken", [Impatient, Shuffling])
async def test_an_outbox_that_drops_or_shuffles_is_caught(homes: Homes, broken: type[Outbox]):
    time = FakeTime()
    home = await homes(FakeChannel(time=time), time=time, outbox_class=broken)
    home.channel.faults = [None, FIVE_HUNDRED]
    await owed(home, "a", "b", "c")
    await home.drained()
    assert home.channel.texts() != ["a", "b", "c"]


# ── Given up aloud ──────────────────────────────────────────────────────────────────────────────


async def test_a_blocked_bot_is_not_tried_again_and_the_core_hears_of_it(home: Home):
    await home.dispatcher.take([heard(1)])
    await home.quiet()
    home.channel.faults = [BLOCKED]
    await home.dispatcher.take([heard(2, text="many 3")])
    await home.quiet()
    assert len(home.channel.attempts) == 2
    assert await left(home) == []
    # one event for each row: a core that cares joins them by the request
    assert await home.state() == [("t1", "many 3", *["not delivered"] * 3)]
    await home.dispatcher.take([heard(3)])
    await home.quiet()
    assert home.channel.texts()[-1] == "6 · t3"


async def test_a_message_nobody_would_take_is_given_up_alone(home: Home):
    home.channel.faults = [Refused("too odd", gone=False)]
    await home.dispatcher.take([heard(1, text="ask r1"), heard(2)])
    await home.quiet()
    assert home.channel.texts() == ["2 · t2"]
    assert await home.state() == [("ask r1", "t2", "not delivered")]
    assert [what for what, _ in home.lines] == ["refused"]


async def goes_on(home: Home) -> None:
    """Somebody else gets something now and then."""
    for _ in range(10):
        await owed(home, "c", chat="8")
        await home.time.sleep(200)


async def late(home: Home, *, outage: bool = False) -> list[tuple[float, list[Undelivered]]]:
    """What is said to be late, and when, while chat 7 takes nothing for an hour."""
    said: list[tuple[float, list[Undelivered]]] = []

    async def gave_up(rows) -> None:
        said.append((home.time.seconds, list(rows)))

    home.outbox.gave_up = gave_up
    home.channel.fault_for = lambda o: (
        TryLater(30.0) if home.time.seconds < 3600 and (outage or o.address.id == "7") else None
    )
    await owed(home, "a", "b")
    others = asyncio.create_task(goes_on(home))
    await home.drained()
    await others
    await home.drained()
    assert home.channel.texts("7") == ["a", "b"]
    return said


async def test_what_does_not_arrive_in_a_quarter_of_an_hour_is_said_once_and_tried_on(home: Home):
    ((at, rows),) = await late(home)
    assert 900 <= at <= 1000
    assert [row.late for row in rows] == [True, True]


async def test_in_an_outage_nobody_is_said_to_be_out_of_reach(home: Home):
    assert await late(home, outage=True) == []


async def test_a_crashing_send_is_parked_after_five_tries_and_others_go_on(home: Home):
    home.channel.fault_for = lambda o: (
        ValueError("words of a child") if o.screen and o.screen.text == "b" else None
    )
    rows = await owed(home, "a", "b", "c")
    await owed(home, "d", chat="8")
    await home.drained()
    assert home.channel.texts("7") == ["a", "c"]
    assert home.channel.texts("8") == ["d"]
    assert [row for _, row in home.channel.attempts].count(rows[1].row) == 5
    assert home.outbox.parked == 1
    found = await home.store.run(lambda work: work.counters())
    assert ("2026-11", "", "undelivered", 1) in found
    assert "words of a child" not in str(home.lines)


async def test_a_crash_keeps_the_others_waiting_less_than_a_second(home: Home):
    home.channel.fault_for = lambda o: ValueError() if o.address.id == "7" else None
    await owed(home, "a")
    for chat in range(20):
        await owed(home, "b", chat=f"x{chat}")
    flowing = asyncio.create_task(home.time.flow(home.store))
    while len(home.channel.sent) < 20:  # noqa: ASYNC110
        await asyncio.sleep(0)
    flowing.cancel()
    assert home.time.seconds < 1.0


# ── Limits and partitions (bar 5) ───────────────────────────────────────────────────────────────


def test_a_bucket_gives_a_burst_and_then_its_rate():
    bucket = Bucket(rate=1.0, burst=3)
    assert [bucket.book(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 1.0, 2.0]
    assert not bucket.full(4.0)
    assert bucket.full(5.0)
    assert bucket.book(10.0) == 0.0


async def test_a_chat_gets_three_at_once_and_then_one_a_second(homes: Homes):
    time = FakeTime()
    limits = Limits(per_address_per_second=1.0)
    home = await homes(FakeChannel(time=time), time=time, limits=limits)
    await owed(home, *"abcdef")
    await owed(home, *"abc", chat="8")
    await home.drained()
    at = [when for when, _ in home.channel.attempts]
    assert sorted(at) == [0.0] * 6 + [1.0, 2.0, 3.0]


async def test_all_chats_together_keep_to_the_total(homes: Homes):
    time = FakeTime()
    home = await homes(FakeChannel(time=time), time=time, limits=Limits(total_per_second=30.0))
    for chat in range(90):
        await owed(home, "a", chat=str(chat))
    await home.drained()
    by_second = Counter(int(at + 1e-6) for at, _ in home.channel.attempts)
    assert max(by_second.values()) <= 33
    assert home.time.seconds < 3.1


async def _partition(homes: Homes, chats: int, each: int) -> None:
    time = FakeTime()
    limits = Limits(total_per_second=30.0, per_address_per_second=1.0)
    home = await homes(FakeChannel(time=time, latency=0.04), time=time, limits=limits)
    home.channel.fault_for = lambda _o: FIVE_HUNDRED if time.seconds < 3600 else None
    for chat in range(chats):
        await owed(home, *map(str, range(each)), chat=str(chat))
    await home.drained()
    assert len(home.channel.sent) == chats * each
    for chat in range(chats):
        assert home.channel.texts(str(chat)) == list(map(str, range(each)))
    assert time.seconds - 3600 <= 600


async def test_what_a_partition_of_an_hour_kept_back_goes_in_ten_minutes_and_in_order(
    homes: Homes,
):
    await _partition(homes, chats=5, each=10)


@pytest.mark.soak
async def test_five_thousand_after_a_partition_go_in_ten_minutes_and_in_order(homes: Homes):
    await _partition(homes, chats=soak(500, 20), each=10)


async def test_lanes_that_are_done_are_swept(homes: Homes):
    home = await homes(lanes_kept=10)
    for chat in range(30):
        await owed(home, "a", chat=str(chat))
        await home.quiet()
    assert len(home.outbox._lanes) <= 11


# ── Marks ───────────────────────────────────────────────────────────────────────────────────────


async def _most_unmarked(homes: Homes, outbox: type[Outbox]) -> int:
    """The most sends that were begun and not marked in the file, at any moment."""
    home = await homes(limits=Limits(connections=2), outbox_class=outbox)
    begun, most = 0, 0
    send = home.channel.send

    async def noted(outgoing: Outgoing) -> Receipt:
        nonlocal begun, most
        begun += 1
        marked = 12 - len(await left(home))
        most = max(most, begun - marked)
        return await send(outgoing)

    home.channel.send = noted
    to = [Address("fake", str(chat)) for chat in range(12)]
    rows = await home.store.run(lambda work: [work.owe(one, Owed(Screen("a"))) for one in to])
    home.outbox.add(rows)
    await home.quiet()
    assert len(home.channel.sent) == 12
    return most


async def test_a_connection_takes_its_next_send_only_after_its_mark(homes: Homes):
    assert await _most_unmarked(homes, Outbox) <= 2


class Hasty(Outbox):
    """A planted fault: the next send goes while the mark is still being written."""

    def __post_init__(self) -> None:
        super().__post_init__()
        write, self.writing = self._marks.write, []

        async def later(mark):
            self.writing.append(asyncio.create_task(write(mark)))

        self._marks.write = later


async def test_an_outbox_that_does_not_wait_for_its_marks_is_caught(homes: Homes):
    assert await _most_unmarked(homes, Hasty) > 2


async def test_marks_of_many_connections_share_a_commit(homes: Homes):
    home = await homes()
    for chat in range(64):
        await owed(home, "a", chat=str(chat))
    runs: list[str] = []
    home.store.ran = runs.append
    await home.quiet()
    assert len(runs) <= 16


async def test_a_store_that_cannot_mark_stops_the_sending_not_the_order(home: Home):
    failing = [Locked("locked")] * 6
    rows = await owed(home, "a", "b", "c")
    home.store.fault = lambda: failing.pop() if failing else None
    await home.drained()
    assert rows
    assert home.channel.texts() == ["a", "b", "c"]
    assert await left(home) == []


async def test_a_mark_that_the_store_refuses_is_left_out_and_stops_nobody(homes: Homes):
    time = FakeTime()
    home = await homes(FakeChannel(time=time), time=time)

    async def odd(outgoing: Outgoing) -> Receipt:
        home.channel.sent.append(outgoing)
        return Receipt(("\ud800",) if outgoing.address.id == "7" else ("m",))

    home.channel.send = odd
    await owed(home, "a")
    await owed(home, "b", chat="8")
    await home.drained()
    assert home.channel.texts("8") == ["b"]
    assert len(await left(home)) == 1
    assert "mark left out" in [what for what, _ in home.lines]


# ── Straight ────────────────────────────────────────────────────────────────────────────────────


async def test_help_goes_straight_and_survives_a_fault(home: Home):
    home.channel.faults = [TryLater(0.2)]
    help_now = Outgoing(0, Address("fake", "7"), Screen("help"))
    flowing = asyncio.create_task(home.time.flow(home.store))
    await home.outbox.straight(help_now)
    assert home.channel.texts() == ["help"]
    home.channel.faults = [BLOCKED, ValueError(), *[TryLater(0.1)] * 3]
    for _ in range(3):
        await home.outbox.straight(help_now)
    await home.outbox.straight(replace(help_now, address=Address("web", "7")))
    flowing.cancel()
    assert home.channel.texts() == ["help"]


# ── The end (bar 9) ─────────────────────────────────────────────────────────────────────────────


async def _stopped_and_started(homes: Homes, tmp_path: Path, outbox: type[Outbox]) -> list[str]:
    time = FakeTime()
    path = tmp_path / "same.db"
    home = await homes(FakeChannel(time=time), time=time, outbox_class=outbox, path=path)
    gate = asyncio.Event()
    begun = asyncio.Event()
    send = home.channel.send

    async def slow(outgoing: Outgoing) -> Receipt:
        begun.set()
        await gate.wait()
        return await send(outgoing)

    home.channel.send = slow
    await owed(home, "a", "b", "c")
    await begun.wait()
    stopping = asyncio.create_task(home.outbox.stop())
    await asyncio.sleep(0)
    gate.set()
    await asyncio.wait_for(stopping, 5)
    await home.store.close()
    assert home.channel.texts() == ["a"]  # what was under way was finished, nothing begun
    again = await homes(FakeChannel(), path=path)
    await again.quiet()
    return home.channel.texts() + again.channel.texts()


async def test_a_stop_finishes_what_is_under_way_and_a_start_goes_on(homes: Homes, tmp_path: Path):
    assert await _stopped_and_started(homes, tmp_path, Outbox) == ["a", "b", "c"]


class Abrupt(Outbox):
    """A planted fault: a send under way is not marked at the end."""

    async def stop(self) -> None:
        self._marks.write = lambda _mark: asyncio.sleep(0)
        await super().stop()


async def test_a_stop_that_forgets_a_mark_is_caught(homes: Homes, tmp_path: Path):
    assert await _stopped_and_started(homes, tmp_path, Abrupt) != ["a", "b", "c"]


async def test_a_send_that_hangs_does_not_hold_up_the_end(homes: Homes):
    home = await homes()

    async def hangs(_outgoing: Outgoing) -> Receipt:
        await asyncio.Event().wait()
        return Receipt()

    home.channel.send = hangs
    home.outbox.stop_within = 0.05
    rows = await owed(home, "a")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.wait_for(home.outbox.stop(), 5)
    assert await left(home) == [row.row for row in rows]
