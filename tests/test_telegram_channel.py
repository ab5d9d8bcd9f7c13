"""The door to Telegram against the fake server: what is heard, what is sent, what goes wrong."""

import asyncio
import contextlib
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from fake_telegram import TOKEN, FakeBotApi

from bot.channels.telegram import Telegram, TokenRejected, outage
from bot.channels.telegram.channel import REMEMBERED
from bot.core.messages import (
    Button,
    Command,
    Commanded,
    Foreign,
    Outage,
    Received,
    Screen,
    Started,
    Tapped,
    Typed,
)
from bot.core.taps import Move
from bot.doors import Doors
from bot.ports import Address, Incoming, Outgoing, Receipt, Refused, TryLater

NOW = datetime(2026, 11, 24, 22, 4, tzinfo=UTC)
KIM = Address("telegram", "7")
ASK = Screen("Was ist los?", (Button("Mobbing", Move.MENU),), (Button("Zurück", Move.BACK),))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Ear:
    """Takes what is heard; fails as often as it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[Incoming]] = []
        self.failures: list[Exception] = []

    async def __call__(self, batch) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(list(batch))

    @property
    def bodies(self):
        return [heard.body for batch in self.batches for heard in batch]


class Pauses:
    """Waits for nothing, but lets the others run; remembers for how long it should have."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def api():
    async with FakeBotApi() as server:
        yield server
        assert server.violations == []


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
async def door(api, clock, pauses):
    async with opened(api, clock=clock, pause=pauses, patience=2) as channel:
        yield channel


@contextlib.asynccontextmanager
async def listening(channel, take):
    task = asyncio.create_task(channel.listen(take))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def opened(api, kind=Telegram, **options):
    given = {"clock": Clock(), "poll": 5, "pause": Pauses()} | options
    channel = kind(TOKEN, api.base_url, **given)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()


def owed(screen=None, row=1, to=KIM, **more):
    return Outgoing(row, to, screen, **more)


# ── Hearing ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_people_write_and_tap_is_heard_in_order_and_confirmed_after(api, door):
    ear = Ear()
    await door.send(owed(ASK))
    api.type(7, "/start p_aula")
    api.type(7, "hallo")
    api.tap(7, "Mobbing")
    api.type(8, "/hilfe")
    async with listening(door, ear):
        await api.until(lambda: len(api.confirmed) == 4)
    assert ear.bodies == [
        Started("p_aula", "de"),
        Typed("hallo"),
        Tapped(Move.MENU),
        Commanded(Command.HELP),
    ]
    assert {heard.at for batch in ear.batches for heard in batch} == {NOW}


async def test_a_batch_that_was_not_taken_is_heard_again_with_what_came_since(api, door, pauses):
    ear = Ear()
    ear.failures = [TryLater(0.5)]
    api.type(7, "eins")
    async with listening(door, ear):
        await api.until(lambda: api.handed_out[1000] == 1)
        api.type(7, "zwei")
        await api.until(lambda: len(api.confirmed) == 2)
    assert ear.bodies == [Typed("eins"), Typed("zwei")]
    assert pauses.seconds == [0.5]


async def test_a_bug_in_taking_ends_the_listening_and_confirms_nothing(api, door):
    ear = Ear()
    ear.failures = [ZeroDivisionError()]
    api.type(7, "eins")
    async with asyncio.timeout(5):
        with pytest.raises(ZeroDivisionError):
            await door.listen(ear)
    assert api.confirmed == set()
    async with listening(door, ear):
        await api.until(lambda: api.confirmed == {1000})
    assert ear.bodies == [Typed("eins")]


async def test_nothing_is_confirmed_while_it_is_being_taken(api, door):
    taking, release = asyncio.Event(), asyncio.Event()

    async def take(batch) -> None:
        taking.set()
        await release.wait()

    api.type(7, "eins")
    async with listening(door, take):
        await taking.wait()
        assert api.confirmed == set()
        assert len(api.sent("getUpdates")) == 1
        release.set()
        await api.until(lambda: api.confirmed == {1000})


async def test_a_door_that_confirms_before_taking_would_be_caught():
    """The planted fault: an early confirmation loses what a crash interrupts."""

    class Hasty(Telegram):
        async def _hand_over(self, updates, take) -> None:
            self._offset = updates[-1]["update_id"] + 1
            await super()._hand_over(updates, take)

    lost = {}
    for kind in (Telegram, Hasty):
        ear = Ear()
        ear.failures = [TryLater(1)]
        async with FakeBotApi() as own, opened(own, kind) as channel:
            own.type(7, "eins")
            async with listening(channel, ear):
                await own.until(lambda own=own: len(own.sent("getUpdates")) == 2)
                own.type(7, "zwei")
                await own.until(lambda own=own: len(own.confirmed) == 2)
        lost[kind] = Typed("eins") not in ear.bodies
    assert lost == {Telegram: False, Hasty: True}


async def test_the_mark_of_the_last_run_is_where_this_one_begins(api):
    ear = Ear()
    api.type(7, "eins")
    async with opened(api) as first, listening(first, ear):
        await api.until(lambda: ear.batches)
    async with opened(api, mark=ear.batches[-1][-1].mark) as second, listening(second, ear):
        api.type(7, "zwei")
        await api.until(lambda: len(api.confirmed) == 2)
    assert ear.bodies == [Typed("eins"), Typed("zwei")]


@pytest.mark.parametrize("mark", ["", "x", "-5", "²"])
async def test_a_mark_that_is_none_begins_with_whatever_waits(api, mark):
    async with opened(api, mark=mark) as channel:
        api.type(7, "eins")
        async with listening(channel, Ear()):
            await api.until(lambda: api.confirmed == {1000})
    assert "offset" not in api.sent("getUpdates")[0]


async def test_ids_that_begin_anew_below_the_mark_are_heard_and_confirmed(api, door):
    """After a quiet week Telegram draws the next id at random."""
    ear = Ear()
    api.type(7, "eins")
    async with listening(door, ear):
        await api.until(lambda: api.confirmed == {1000})
        api.push({"update_id": 17, "message": {**api.envelope(7), "text": "zwei"}})
        await api.until(lambda: 17 in api.confirmed)
        api.push({"update_id": 18, "message": {**api.envelope(7), "text": "drei"}})
        await api.until(lambda: 18 in api.confirmed)
    assert ear.bodies == [Typed("eins"), Typed("zwei"), Typed("drei")]


async def test_one_poisoned_update_does_not_stop_the_line(api, door):
    ear = Ear()
    api.push({"message": {"chat": [], "text": {"a": "\ud800"}}})
    api.push({"callback_query": 5})
    api.type(7, "eins")
    async with listening(door, ear):
        await api.until(lambda: len(api.confirmed) == 3)
    assert ear.bodies == [None, None, Typed("eins")]


async def test_updates_without_a_number_do_not_make_the_line_spin(api, door, pauses):
    ear = Ear()
    api.push({"update_id": -5, "message": {}})
    async with listening(door, ear):
        await api.until(lambda: api.handed_out[-5] >= 3)
    assert pauses.seconds[:2] == [30, 30]


async def test_a_hundred_and_fifty_waiting_updates_come_as_two_batches(api, door):
    ear = Ear()
    for number in range(150):
        api.type(7, str(number))
    async with listening(door, ear):
        await api.until(lambda: len(api.confirmed) == 150)
    assert [len(batch) for batch in ear.batches] == [100, 50]


@pytest.mark.parametrize(
    ("fault", "more", "seconds"),
    [
        ("reset", {"times": 3}, [1, 2, 4]),
        ("html", {"code": 502, "times": 2}, [1, 2]),
        ("error", {"code": 500, "times": 2}, [1, 2]),
        ("error", {"code": 429, "retry_after": 7, "times": 2}, [7, 7]),
        (
            "error",
            {"code": 409, "description": "Conflict: terminated by other getUpdates request"},
            [1],
        ),
        ("error", {"code": 401, "description": "Unauthorized"}, [60]),
        ("garbled", {"times": 1}, [1]),
        ("lost", {"times": 1}, [1]),
        ("reset", {"times": 8}, [1, 2, 4, 8, 16, 30, 30, 30]),
    ],
)
async def test_listening_survives_the_network_and_loses_nothing(  # noqa: PLR0917
    api, door, pauses, fault, more, seconds
):
    ear = Ear()
    api.fault(fault, "getUpdates", **more)
    api.type(7, "eins")
    async with listening(door, ear):
        await api.until(lambda: api.confirmed == {1000})
    assert ear.bodies == [Typed("eins")]
    assert pauses.seconds == seconds


async def test_an_answer_that_never_comes_is_given_up_and_asked_again(api, clock, pauses):
    async with opened(api, clock=clock, patience=0.1, poll=0, pause=pauses) as channel:
        api.fault("silence", "getUpdates")
        api.type(7, "eins")
        async with listening(channel, Ear()):
            await api.until(lambda: api.confirmed == {1000})
    assert pauses.seconds[0] == 1


async def test_another_program_with_the_same_token_is_said_clearly_and_outlived(api):
    said = []

    def log(what, /, **ids):
        said.append((what, ids))

    api.webhook = "https://example.org"
    api.type(7, "eins")
    async with opened(api, log=log) as channel, listening(channel, Ear()):
        await api.until(lambda: len(said) > 2)
        api.webhook = ""
        await api.until(lambda: api.confirmed == {1000})
    what, ids = said[0]
    assert what == "telegram: conflict"
    assert "Bitte das andere beenden" in ids["hint"]


# ── Outage ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (None, None),
        (NOW, None),
        (NOW - timedelta(hours=24), None),
        (
            NOW - timedelta(hours=30),
            Outage(since=NOW - timedelta(hours=30), until=NOW - timedelta(hours=24)),
        ),
    ],
)
def test_only_what_telegram_has_thrown_away_is_an_outage(heard, expected):
    assert outage(heard, NOW) == expected


async def test_an_outage_is_told_once_and_before_the_first_update_after_it(api, clock, pauses):
    told = []
    ear = Ear()

    async def tell(lost: Outage) -> None:
        told.append((lost, list(ear.bodies)))

    since = NOW - timedelta(hours=50)
    async with opened(api, clock=clock, heard=since, on_outage=tell, pause=pauses) as channel:
        api.type(7, "eins")
        async with listening(channel, ear):
            await api.until(lambda: len(api.confirmed) == 1)
            api.type(7, "zwei")
            await api.until(lambda: len(api.confirmed) == 2)
    assert told == [(Outage(since=since, until=NOW - timedelta(hours=24)), [])]
    assert channel.heard == NOW


# ── Groups ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("farewell", "said"), [("", []), ("Bitte schreib mir allein.", ["Bitte schreib mir allein."])]
)
async def test_a_group_is_left_and_nobody_in_it_is_answered(api, clock, pauses, farewell, said):
    async with opened(api, clock=clock, farewell=farewell, pause=pauses) as channel:
        ear = Ear()
        group = {"chat": {"id": -100, "type": "group", "title": "8b"}}
        api.push({"message": {**api.envelope(7), **group, "text": "kim wird gemobbt"}})
        api.push({"message": {**api.envelope(7), **group, "text": "/start"}})
        async with listening(channel, ear):
            await api.until(lambda: api.left)
    assert ear.bodies == [Received(Foreign.GROUP)] * 2
    assert {heard.address for heard in ear.batches[0]} == {None}
    assert api.left == [-100]
    assert api.texts(-100) == said


async def test_a_group_that_cannot_be_left_disturbs_nobody(api, door):
    api.fault("error", "leaveChat", code=400, description="Bad Request: chat not found")
    api.push({"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel"}}})
    async with listening(door, Ear()):
        await api.until(lambda: any(call.method == "leaveChat" for call in api.calls))
        api.type(7, "eins")
        await api.until(lambda: len(api.confirmed) == 2)
    assert api.left == []


# ── Sending ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_screen_stands_in_the_chat_with_its_buttons(api, door):
    receipt = await door.send(owed(ASK))
    (message,) = api.messages(7)
    assert receipt == Receipt((str(message.id),))
    assert message.text == "Was ist los?"
    assert message.buttons == [("1 · Mobbing", "n.menu"), ("Zurück", "n.back")]


async def test_a_tap_is_answered_once_and_an_old_one_is_no_error(api, door):
    await door.send(owed(ASK))
    ear = Ear()
    api.tap(7, "Mobbing")
    async with listening(door, ear):
        await api.until(lambda: ear.batches)
    origin = ear.batches[0][0].origin
    await door.send(owed(ASK, row=2, origin=origin))
    await door.send(owed(row=3, origin=origin))
    assert list(api.answered.values()) == [1]
    assert len(api.texts(7)) == 2


async def test_a_slot_is_edited_in_place_and_the_same_again_is_success(api, door):
    (slot,) = (await door.send(owed(Screen("Seite 1")))).messages
    page = owed(Screen("Seite 2"), row=2, slot_message=slot)
    assert await door.send(page) == Receipt((slot,))
    assert await door.send(page) == Receipt((slot,))
    assert api.texts(7) == ["Seite 2"]


async def test_a_slot_that_is_gone_becomes_a_new_message(api, door):
    receipt = await door.send(owed(Screen("Seite 2"), slot_message="999"))
    assert receipt == Receipt((str(api.messages(7)[0].id),))
    assert api.texts(7) == ["Seite 2"]


async def test_both_sides_of_the_chat_are_erased_and_gone_is_success(api, door):
    await door.send(owed(Screen("Hallo.")))
    api.type(7, "mein geheimnis")
    ids = tuple(str(message.id) for message in api.messages(7))
    assert await door.send(owed(row=2, erase=(*ids, "998"))) == Receipt()
    assert api.messages(7) == []
    assert await door.send(owed(row=3, erase=ids)) == Receipt()


async def test_our_own_older_messages_are_emptied_in_place_and_gone_ones_are_no_fault(api, door):
    await door.send(owed(Screen("Antwort: Komm morgen.")))
    (old,) = api.messages(7)
    outgoing = owed(Screen("Fertig."), row=2, empty=(str(old.id), "998"), emptied="gelöscht")
    receipt = await door.send(outgoing)
    assert api.texts(7) == ["gelöscht", "Fertig."]
    assert str(old.id) not in receipt.messages  # it stands there as long as before


async def test_one_message_too_old_does_not_save_the_others(api, door):
    for word in ("alt", "neu", "neuer"):
        await door.send(owed(Screen(word)))
    old, *newer = api.messages(7)
    api.too_old = {old.id}
    await door.send(owed(erase=(str(old.id), *(str(message.id) for message in newer))))
    assert api.texts(7) == ["alt"]


async def test_erasing_that_is_interrupted_goes_on(api, door):
    await door.send(owed(Screen("Hallo.")))
    (message,) = api.messages(7)
    api.too_old = {998}
    api.chats[7][998] = message
    api.fault("error", "deleteMessage", code=429, retry_after=3)
    outgoing = owed(row=2, erase=(str(message.id), "998"))
    with pytest.raises(TryLater):
        await door.send(outgoing)
    await door.send(outgoing)
    assert set(api.chats[7]) == {998}


@pytest.mark.parametrize(
    ("fault", "more", "seconds", "told"),
    [
        ("error", {"code": 429, "retry_after": 17}, 17, True),
        ("error", {"code": 429}, 4, False),
        ("error", {"code": 500}, 4, False),
        ("html", {"code": 502}, 4, False),
        ("html", {"code": 301}, 4, False),
        ("reset", {}, 4, False),
        ("lost", {}, 4, False),
        ("garbled", {}, 4, False),
        ("silence", {}, 4, False),
        ("error", {"code": 401, "description": "Unauthorized"}, 60, False),
    ],
)
async def test_what_may_go_later_says_when(  # noqa: PLR0917
    api, clock, fault, more, seconds, told
):
    async with opened(api, clock=clock, patience=0.2) as channel:
        api.fault(fault, "sendMessage", **more)
        with pytest.raises(TryLater) as later:
            await channel.send(owed(ASK, tries=2))
        assert (later.value.seconds, later.value.told) == (seconds, told)
        assert later.value.everybody == (more.get("code") == 401)
        await channel.send(owed(ASK, tries=3))
        arrived = {"lost", "garbled", "silence"}
        assert len(api.texts(7)) == (2 if fault in arrived else 1)


@pytest.mark.parametrize(
    ("code", "description", "gone"),
    [
        (403, "Forbidden: bot was blocked by the user", True),
        (403, "Forbidden: user is deactivated", True),
        (400, "Bad Request: chat not found", True),
        (400, "Bad Request: PEER_ID_INVALID", True),
        (400, "Bad Request: message is too long", False),
        (400, "Bad Request: BUTTON_DATA_INVALID", False),
        (413, "Request Entity Too Large", False),
    ],
)
async def test_what_never_goes_says_whether_the_person_is_gone(api, door, code, description, gone):
    api.fault("error", "sendMessage", code=code, description=description)
    with pytest.raises(Refused) as refused:
        await door.send(owed(ASK))
    assert refused.value.gone is gone
    assert description in str(refused.value)


async def test_a_backoff_grows_with_the_tries_and_has_an_end(api, door):
    api.fault("reset", "sendMessage", times=20)
    waits = []
    for tries in (0, 1, 2, 3, 5, 9, 10_000):
        with pytest.raises(TryLater) as later:
            await door.send(owed(ASK, tries=tries))
        waits.append(later.value.seconds)
    assert waits == [1, 2, 4, 8, 32, 60, 60]


async def test_a_long_text_that_stops_half_way_goes_on_from_there(api, door):
    outgoing = owed(Screen("Ein Satz. " * 1200))
    api.fault("error", "sendMessage", code=429, retry_after=2, after=1)
    with pytest.raises(TryLater):
        await door.send(outgoing)
    assert len(api.texts(7)) == 1
    receipt = await door.send(outgoing)
    assert len(api.texts(7)) == 3
    assert receipt.messages == tuple(str(message.id) for message in api.messages(7))


async def test_a_tap_whose_answer_fails_is_answered_later_without_a_second_message(api, door):
    api.open_taps["99"] = 7
    api.fault("error", "answerCallbackQuery", code=429, retry_after=1)
    outgoing = owed(ASK, origin="callback:99:40")
    with pytest.raises(TryLater):
        await door.send(outgoing)
    await door.send(outgoing)
    assert len(api.texts(7)) == 1
    assert api.answered == Counter({"99": 1})


async def test_two_sends_that_are_no_rows_are_never_mixed_up(api, door):
    """A crisis screen goes past the outbox as row 0; there may be several."""
    api.open_taps["99"] = 7
    api.fault("error", "answerCallbackQuery", code=500)
    with pytest.raises(TryLater):
        await door.send(owed(Screen("eins"), row=0, origin="callback:99:1"))
    await door.send(owed(Screen("zwei"), row=0))
    assert api.texts(7) == ["eins", "zwei"]


async def test_only_so_many_half_done_sends_are_remembered(api, door):
    api.fault("error", "answerCallbackQuery", code=500, times=REMEMBERED + 1)
    rows = [owed(Screen(str(row)), row, origin="callback:9:1") for row in range(1, REMEMBERED + 2)]
    for outgoing in rows:
        with pytest.raises(TryLater):
            await door.send(outgoing)
    for outgoing in (rows[0], rows[-1]):
        await door.send(outgoing)
    repeated = [text for text, times in Counter(api.texts(7)).items() if times > 1]
    assert repeated == ["1"]


async def test_every_fault_at_every_call_is_overcome_by_trying_again(api, clock):
    async with opened(api, clock=clock, patience=0.2) as channel:
        faults = ("error", "html", "reset", "lost", "garbled", "silence")
        methods = ("sendMessage", "answerCallbackQuery", "editMessageText", "deleteMessages")
        row = 0
        for kind in faults:
            for method in methods:
                row += 1
                query = str(row)
                api.chats.clear()
                (slot,) = (await channel.send(owed(Screen("alt"), row=1000 + row))).messages
                api.open_taps[query] = 7
                api.fault(kind, method, code=502)
                edits = {"slot_message": slot} if method == "editMessageText" else {}
                erase = (slot,) if method == "deleteMessages" else ()
                outgoing = owed(
                    Screen("neu"), row=row, origin=f"callback:{query}:1", erase=erase, **edits
                )
                with pytest.raises(TryLater):
                    await channel.send(outgoing)
                await channel.send(outgoing)
                ambiguous = method == "sendMessage" and kind in {"lost", "garbled", "silence"}
                assert api.texts(7).count("neu") == (2 if ambiguous else 1), (kind, method)
                assert api.answered[query] == 1, (kind, method)


async def test_a_channel_that_takes_a_lost_answer_for_a_success_would_be_caught(api, door):
    class Careless(Telegram):
        async def send(self, outgoing):
            try:
                return await super().send(outgoing)
            except TryLater:
                return Receipt()

    async with opened(api, Careless, patience=2) as careless:
        delivered = {}
        for channel in (door, careless):
            api.chats.clear()
            api.fault("reset", "sendMessage")
            with contextlib.suppress(TryLater):
                await channel.send(owed(ASK))
                delivered[channel] = bool(api.texts(7))
    assert delivered == {careless: False}


# ── Starting ────────────────────────────────────────────────────────────────────────────────────


async def test_the_bots_name_is_known_after_the_start(door):
    assert door.username == "fake_lotse_bot"


async def test_a_wrong_token_is_refused_without_repeating_it(api, clock):
    channel = Telegram("4242:secret-canary", api.base_url, clock)
    with pytest.raises(TokenRejected) as refused:
        await channel.start()
    await channel.stop()
    assert "LOTSE_TELEGRAM_TOKEN" in str(refused.value)
    assert "canary" not in str(refused.value)


async def test_an_unreachable_telegram_is_no_reason_not_to_start(api, clock, pauses):
    api.fault("reset", "getMe")
    async with opened(api, clock=clock, pause=pauses) as channel:
        assert channel.username == ""
        doors = Doors(channel)
        api.fault("reset", "getMe")
        (link,) = await doors.links("i_code")
        assert link.startswith("https://t.me/NAME_DES_BOTS?start=i_code (Telegram ist gerade nicht")
        assert await doors.links("i_code") == ["https://t.me/fake_lotse_bot?start=i_code"]
        api.type(7, "eins")
        ear = Ear()
        async with listening(channel, ear):
            await api.until(lambda: ear.batches)
    assert ear.bodies == [Typed("eins")]


async def test_sixteen_connections_send_at_once_and_order_per_chat_is_kept(clock):
    async with FakeBotApi(latency=0.01) as api:
        async with opened(api, clock=clock, connections=16) as channel:

            async def lane(chat: int) -> None:
                for number in range(5):
                    await channel.send(owed(Screen(str(number)), 0, Address("telegram", str(chat))))

            await asyncio.gather(*(lane(chat) for chat in range(1, 17)))
        assert {tuple(api.texts(chat)) for chat in range(1, 17)} == {("0", "1", "2", "3", "4")}
        assert api.violations == []


# ── The token and the words stay out of every log ───────────────────────────────────────────────


async def chatter(channel, api) -> list[str]:
    """Everything that is said in errors while all goes wrong."""
    errors = []
    for kind, code in (
        ("error", 500),
        ("html", 502),
        ("garbled", 0),
        ("reset", 0),
        ("error", 400),
        ("error", 404),
    ):
        api.fault(kind, "sendMessage", code=code)
        try:
            await channel.send(owed(Screen("canary-words")))
        except (TryLater, Refused) as failure:
            errors += [repr(failure), str(failure), repr(failure.__cause__)]
    async with listening(channel, Ear()):
        api.fault("reset", "getUpdates")
        api.fault("error", "getUpdates", code=409)
        api.type(7, "canary-words")
        await api.until(lambda: api.confirmed)
    return errors


def leaks(text: str) -> list[str]:
    return [canary for canary in (TOKEN, TOKEN.split(":")[1], "canary-words") if canary in text]


async def test_neither_token_nor_words_are_in_any_log_at_debug(api, clock, pauses, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    async with opened(api, clock=clock, pause=pauses) as channel:
        errors = await chatter(channel, api)
    printed = capfd.readouterr()
    assert leaks(caplog.text + printed.out + printed.err + "".join(errors)) == []
    assert "token" not in repr(channel).lower()


async def test_a_door_that_lets_the_library_talk_would_be_caught(api, clock, pauses, caplog):
    caplog.set_level(logging.DEBUG)
    async with opened(api, clock=clock, pause=pauses) as channel:
        logging.getLogger("telegram").setLevel(logging.DEBUG)
        await channel._wire._bot.send_message(7, "canary-words")
    logging.getLogger("telegram").setLevel(logging.WARNING)
    assert "canary-words" in leaks(caplog.text)
