"""What a unit of work does: people, the outbox, chats, timers, numbers, forgetting."""

import asyncio
from datetime import datetime, timedelta

import pytest
from store_samples import (
    HOME,
    NOW,
    POST,
    conversation,
    loaded_request,
    member,
    one_matter,
    opened,
    request,
    screen,
    word,
)

from bot.core.messages import Due, Staff, Timer, Visitor
from bot.core.records import (
    ConversationKey,
    Invitation,
    InvitationKey,
    NamesInUse,
    Ref,
    RefKey,
    RequestKey,
    Role,
    TeamKey,
)
from bot.ports import Address, Owed, Receipt
from bot.store import Overdue, Stats

WEB = Address("web", "5550001234567")
HOUR = timedelta(hours=1)


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "l.db") as store:
        yield store


# ── One unit ────────────────────────────────────────────────────────────────────────────────────


async def test_a_unit_that_raises_leaves_nothing_behind(store):
    def unit(work):
        one_matter(work)
        work.save(member())
        assert work.load(NamesInUse()) == {"Blauer Otter r1"}
        assert len(work.load(TeamKey()).members) == 1
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        await store.run(unit)
    assert await store.run(lambda work: work.stats()) == Stats(0, 0, 0, 0, 0)
    assert await store.run(lambda work: work.load(NamesInUse())) == frozenset()
    assert (await store.run(lambda work: work.load(TeamKey()))).members == ()
    assert await store.run(lambda work: work.who(HOME)) is None


async def test_a_cancelled_caller_does_not_stop_its_unit_half_way(store):
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def unit(work):
        work.save(conversation("c1"))
        loop.call_soon_threadsafe(begun.set)
        work.save(conversation("c2"))

    task = asyncio.create_task(store.run(unit))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await store.run(lambda work: work.stats())).conversations == 2


async def test_units_run_one_after_the_other(store):
    def unit(work):
        work.count("started", "halle", "2026-11")
        return work.counters()[0][3]

    numbers = await asyncio.gather(*(store.run(unit) for _ in range(50)))
    assert numbers == list(range(1, 51))


# ── People ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_address_belongs_to_one_person_and_replies_go_to_the_one_last_used(store):
    def unit(work):
        assert work.who(HOME) is None
        work.bind(HOME, Visitor("c1"), NOW)
        work.bind(WEB, Visitor("c1"), NOW + HOUR)
        assert work.who(HOME) == work.who(WEB) == Visitor("c1")
        assert work.address_of(Visitor("c1")) == WEB
        work.bind(HOME, Visitor("c1"), NOW + 2 * HOUR)
        assert work.address_of(Visitor("c1")) == HOME
        work.bind(HOME, Staff("m1"), NOW + 3 * HOUR)
        assert work.who(HOME) == Staff("m1")
        assert work.address_of(Visitor("c1")) == WEB
        assert work.address_of(Staff("m1")) == HOME
        assert work.address_of(Staff("c1")) is None

    await store.run(unit)


async def test_who_becomes_a_member_takes_the_address_along(store):
    def unit(work):
        work.bind(HOME, Visitor("c1"), NOW)
        work.bind(WEB, Visitor("c2"), NOW)
        work.rebind("c1", "m1")
        assert work.who(HOME) == Staff("m1")
        assert work.who(WEB) == Visitor("c2")
        assert work.address_of(Visitor("c1")) is None

    await store.run(unit)


# ── The outbox ──────────────────────────────────────────────────────────────────────────────────


async def test_what_is_owed_comes_back_in_order_also_after_a_restart(tmp_path):
    def owe(work):
        return tuple(
            work.owe(HOME if n % 2 else WEB, Owed(screen(str(n)), origin=f"o{n}", quiet=n == 3))
            for n in range(5)
        )

    async with opened(tmp_path / "l.db") as store:
        owed = await store.run(owe)
        assert [one.row for one in owed] == [1, 2, 3, 4, 5]
        assert await store.run(lambda work: work.rows()) == {1, 2, 3, 4, 5}
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(lambda work: work.owed()) == owed
        assert await store.run(lambda work: work.owed(2, 2)) == owed[2:4]


async def test_a_screenless_row_carries_what_to_erase(store):
    outgoing = await store.run(lambda work: work.owe(HOME, Owed(origin="tap", erase=("7", "8"))))
    assert outgoing.screen is None
    assert outgoing.erase == ("7", "8")
    assert await store.run(lambda work: work.owed()) == (outgoing,)


async def test_a_row_number_is_never_given_twice(tmp_path):
    def owe(work):
        return work.owe(HOME, Owed(screen())).row

    async with opened(tmp_path / "l.db") as store:
        first = await store.run(owe)
        await store.run(lambda work: work.give_up(first))
    async with opened(tmp_path / "l.db") as store:
        assert await store.run(owe) > first


async def test_tries_are_counted(store):
    row = (await store.run(lambda work: work.owe(HOME, Owed(screen())))).row
    await store.run(lambda work: work.tried(row))
    await store.run(lambda work: work.tried(row))
    assert (await store.run(lambda work: work.owed()))[0].tries == 2


async def test_giving_up_names_whom_it_did_not_reach_and_the_matter(store):
    def unit(work):
        work.bind(HOME, Visitor("c1"), NOW)
        row = work.owe(HOME, Owed(screen(), request="r1")).row
        stranger = work.owe(WEB, Owed(screen())).row
        assert work.request_of(row) == "r1"
        assert work.give_up(row) == (Visitor("c1"), "r1")
        assert work.give_up(row) == (None, None)
        assert work.give_up(stranger) == (None, None)
        assert work.request_of(row) is None
        assert work.owed() == ()

    await store.run(unit)


async def test_a_slot_is_edited_where_it_last_stood(store):
    card = screen("Karte", slot="card.r1", edit=True)

    def unit(work):
        first = work.owe(HOME, Owed(card))
        assert first.slot_message == ""
        work.sent([(first, Receipt(("71", "72")))], NOW)
        assert work.owe(HOME, Owed(card)).slot_message == "72"
        assert work.owe(WEB, Owed(card)).slot_message == ""
        assert work.owe(HOME, Owed(screen("neu", slot="card.r1"))).slot_message == ""
        assert work.owed(1)[0].slot_message == "72"

    await store.run(unit)


async def test_what_was_sent_is_no_longer_owed_and_can_be_deleted_for_48_hours(store):
    def unit(work):
        outgoing = work.owe(HOME, Owed(screen()))
        work.heard(HOME, "10", NOW)
        work.heard(HOME, "10", NOW)
        work.heard(HOME, "", NOW)
        work.sent([(outgoing, Receipt(("11",)))], NOW + HOUR)
        assert work.owed() == ()
        assert work.erasable(WEB, NOW) == ()
        assert work.erasable(HOME, NOW) == ("10", "11")
        assert work.erasable(HOME, NOW) == ()

    await store.run(unit)


async def test_messages_older_than_asked_are_not_offered_for_deletion(store):
    def unit(work):
        work.heard(HOME, "10", NOW - HOUR)
        work.heard(HOME, "11", NOW)
        assert work.erasable(HOME, NOW) == ("11",)

    await store.run(unit)


async def test_a_receipt_for_a_row_that_was_forgotten_leaves_no_trace(store):
    def unit(work):
        work.bind(HOME, Visitor("c1"), NOW)
        outgoing = work.owe(HOME, Owed(screen(slot="s")))
        work.forget_conversation("c1")
        work.sent([(outgoing, Receipt(("11",)))], NOW)
        assert work.erasable(HOME, NOW) == ()

    await store.run(unit)


# ── Forgetting ──────────────────────────────────────────────────────────────────────────────────


async def test_forgotten_words_are_gone_with_what_quotes_them_and_the_drafts(store):
    def unit(work):
        one_matter(work)
        work.save(member(writing_to="r1", draft="Liebe Grüße"))
        work.save(member("m2", writing_to="r2", draft="bleibt"))
        work.owe(HOME, Owed(screen("ohne Worte"), request="r1"))
        work.forget_words("r1")
        assert loaded_request(work) == request()
        assert [one.screen.text for one in work.owed()] == ["ohne Worte"]
        assert work.load(ConversationKey("c1")).draft == ()
        assert [m.draft for m in work.load(TeamKey()).members] == ["", "bleibt"]

    await store.run(unit)


async def test_words_do_not_come_back_with_a_record_saved_after_they_were_forgotten(store):
    def unit(work):
        one_matter(work)
        known = loaded_request(work)
        work.forget_words("r1")
        work.save(known)
        assert loaded_request(work) == request()

    await store.run(unit)


async def test_forgetting_words_of_an_unknown_request_is_no_fault(store):
    await store.run(lambda work: work.forget_words("nobody"))


async def test_a_forgotten_conversation_leaves_nothing_but_the_others(store):
    def unit(work):
        one_matter(work)
        work.bind(WEB, Visitor("c2"), NOW)
        work.save(conversation("c2"))
        work.save(Ref("a", "c1", "send"))
        work.save(Ref("b", "c2", "send"))
        work.wake(NOW, Timer.RETENTION, "c1")
        work.wake(NOW, Timer.RETENTION, "c2")
        work.heard(HOME, "10", NOW)
        work.forget_conversation("c1")
        assert work.who(HOME) is None
        assert work.owed() == ()
        assert work.erasable(HOME, NOW) == ()
        assert work.load(ConversationKey("c1")) is None
        assert work.load(RefKey("a")) is None
        assert work.due(NOW) == (Due(Timer.RETENTION, "c2"),)
        assert work.who(WEB) == Visitor("c2")
        assert work.load(RefKey("b")) is not None
        assert work.load(ConversationKey("c2")) is not None

    await store.run(unit)


async def test_a_last_word_still_goes_out_after_the_conversation_was_forgotten(store):
    def unit(work):
        one_matter(work)
        work.forget_conversation("c1")
        work.owe(HOME, Owed(screen("Alles gelöscht.")))
        return work.owed()

    (last,) = await store.run(unit)
    assert last.address == HOME


# ── Heard, due, counted ─────────────────────────────────────────────────────────────────────────


async def test_what_was_seen_is_known_again(store):
    def unit(work):
        assert work.seen(["a", "b"]) == frozenset()
        work.mark_seen(["a", "c"], NOW)
        work.mark_seen(["a"], NOW)
        assert work.seen(["a", "b", "c"]) == {"a", "c"}
        assert work.seen([]) == frozenset()

    await store.run(unit)


async def test_a_channels_mark_is_the_last_one_and_when_it_was_heard(store):
    def unit(work):
        assert work.mark_of("telegram") == ("", None)
        work.set_mark("telegram", "41", NOW)
        work.set_mark("telegram", "42", NOW + HOUR)
        assert work.mark_of("telegram") == ("42", NOW + HOUR)
        assert work.mark_of("web") == ("", None)

    await store.run(unit)


async def test_timers_come_due_in_order_and_a_later_one_replaces_an_earlier_one(store):
    def unit(work):
        assert work.next_due() is None
        work.wake(NOW + HOUR, Timer.PROMISE, "r1")
        work.wake(NOW, Timer.PROMISE, "r2")
        work.wake(NOW - HOUR, Timer.ENDED, POST)
        work.wake(NOW + 2 * HOUR, Timer.PROMISE, "r1")
        assert work.next_due() == NOW - HOUR
        assert work.due(NOW) == (Due(Timer.ENDED, POST), Due(Timer.PROMISE, "r2"))
        assert work.due(NOW, 1) == (Due(Timer.ENDED, POST),)
        work.let_sleep(Timer.ENDED, POST)
        work.let_sleep(Timer.PROMISE, "r2")
        assert work.due(NOW + HOUR) == ()
        assert work.next_due() == NOW + 2 * HOUR

    await store.run(unit)


async def test_things_are_counted_by_month_and_district(store):
    def unit(work):
        for district in ("halle", "halle", "harz"):
            work.count("started", district, "2026-11")
        return work.counters()

    assert await store.run(unit) == (
        ("2026-11", "halle", "started", 2),
        ("2026-11", "harz", "started", 1),
    )


async def test_overdue_requests_are_named_the_oldest_first(store):
    def unit(work):
        work.save(request("r1", due=NOW - HOUR))
        work.save(request("r2", due=NOW + HOUR))
        work.save(request("r3", due=None, overdue_since=NOW - 2 * HOUR))
        work.save(request("r4", due=NOW - HOUR, closed_at=NOW))
        return work.overdue(NOW)

    assert await store.run(unit) == (
        Overdue("r3", "Blauer Otter r3", POST, NOW - 2 * HOUR),
        Overdue("r1", "Blauer Otter r1", POST, NOW - HOUR),
    )


async def test_who_waits_for_an_answer_is_named_once(store):
    def unit(work):
        work.save(request("r1"))
        work.save(request("r2"))
        work.save(request("r3", conversation="c2"))
        work.save(request("r4", conversation="c3", closed_at=NOW))
        return work.waiting()

    assert await store.run(unit) == ("c1", "c2")


async def test_the_numbers_of_the_store(store):
    def unit(work):
        one_matter(work)
        work.save(member())
        work.wake(NOW, Timer.PROMISE, "r1")
        return work.stats()

    assert await store.run(unit) == Stats(1, 1, 1, 1, 1)


async def test_the_sweep_takes_what_had_its_time_and_nothing_else(store):
    def unit(work):
        work.mark_seen(["old"], NOW - timedelta(days=3, seconds=1))
        work.mark_seen(["new"], NOW - timedelta(days=3))
        work.heard(HOME, "old", NOW - timedelta(hours=48, seconds=1))
        work.heard(HOME, "new", NOW - timedelta(hours=48))
        work.save(Ref("old", "c1", "send", expires=NOW - HOUR))
        work.save(Ref("new", "c1", "send", expires=NOW))
        work.save(Ref("ever", "c1", "send"))
        work.sweep(NOW)
        assert work.seen(["old", "new"]) == {"new"}
        assert work.erasable(HOME, NOW - timedelta(days=9)) == ("new",)
        assert work.load(RefKey("old")) is None
        assert work.load(RefKey("new")) is not None
        assert work.load(RefKey("ever")) is not None

    await store.run(unit)


async def test_an_expired_invitation_is_swept_and_its_post_no_longer_invited(store):
    def unit(work):
        work.save(Invitation("h", Role.WORKER, NOW, post=POST))
        work.sweep(NOW)
        assert work.load(TeamKey()).invited == {POST}
        work.sweep(NOW + HOUR)
        assert work.load(TeamKey()).invited == frozenset()
        assert work.load(InvitationKey("h")) is None

    await store.run(unit)


async def test_many_words_of_many_requests_keep_to_themselves(store):
    def unit(work):
        for number in range(5):
            words = tuple(word(f"{number}.{n}") for n in range(number))
            work.save(request(f"r{number}", words=words))
        return [work.load(RequestKey(f"r{n}")).words for n in range(5)]

    found = await store.run(unit)
    assert [[w.text for w in words] for words in found] == [
        [f"{number}.{n}" for n in range(number)] for number in range(5)
    ]


# ── Emptying a chat ─────────────────────────────────────────────────────────────────────────────


def stood(work, *sent: tuple[str, datetime]) -> None:
    """Our own messages in a chat, and since when."""
    for message, at in sent:
        work.sent([(work.owe(HOME, Owed(screen())), Receipt((message,)))], at)


async def test_only_our_own_older_messages_are_emptied(store):
    old, new = NOW - timedelta(days=5), NOW

    def unit(work):
        stood(work, ("1", old), ("2", new))
        work.heard(HOME, "3", old)
        return work.too_old(HOME, NOW - timedelta(hours=48))

    assert await store.run(unit) == ("1",)


async def test_what_stands_since_a_moment_goes_and_the_rest_stays_known(store):
    def unit(work):
        stood(work, ("1", NOW - timedelta(hours=2)), ("2", NOW))
        work.heard(HOME, "3", NOW)
        return (
            work.erasable_since(HOME, NOW - timedelta(hours=1)),
            work.erasable(HOME, NOW - timedelta(hours=48)),
        )

    gone, rest = await store.run(unit)
    assert set(gone) == {"2", "3"}
    assert rest == ("1",)
