"""One raw update → what was heard."""

import json
import random
import resource
from datetime import UTC, datetime

import pytest
import telegram
from hypothesis import example, given, settings
from hypothesis import strategies as st
from soaking import soak

from bot.channels.telegram.decode import (
    ALLOWED_UPDATES,
    KINDS,
    NOTES,
    decode,
    decode_batch,
    group_of,
)
from bot.core.messages import Body, Command, Commanded, Foreign, Received, Started, Tapped, Typed
from bot.core.taps import Act, Choose, Move, Open, Speak
from bot.ports import Address, Incoming

AT = datetime(2026, 11, 24, 22, 4, tzinfo=UTC)
KIM = Address("telegram", "7")
CHAT = {"id": 7, "type": "private", "first_name": "Kim", "username": "kim_aus_halle"}
SENDER = {"id": 7, "is_bot": False, "first_name": "Kim", "language_code": "de"}
GROUP = {"id": -100, "type": "supergroup", "title": "Klasse 8b"}


def message(**fields):
    return {"message_id": 41, "date": 1, "chat": CHAT, "from": SENDER, **fields}


def typed(text):
    return {"update_id": 5, "message": message(text=text)}


def tapped(data, **more):
    shown = {"message_id": 40, "date": 1, "chat": CHAT, "text": "…"}
    tap = {"id": "99", "from": SENDER, "chat_instance": "1", "message": shown, "data": data}
    return {"update_id": 5, "callback_query": tap | more}


def member(chat, status):
    person = {"user": {"id": 4242, "is_bot": True, "first_name": "Lotse"}}
    change = {
        "chat": chat,
        "from": SENDER,
        "date": 1,
        "old_chat_member": {"status": "left", **person},
    }
    return {
        "update_id": 5,
        "my_chat_member": change | {"new_chat_member": {"status": status, **person}},
    }


def bodies(update) -> list[Body | None]:
    return [heard.body for heard in decode(update, AT)]


def test_a_typed_message_carries_who_what_when_and_where_we_stand():
    assert decode(typed("mein sohn geht nicht mehr hin"), AT) == (
        Incoming(
            id="tg:5",
            address=KIM,
            at=AT,
            body=Typed("mein sohn geht nicht mehr hin"),
            origin="",
            message="41",
            mark="6",
        ),
    )


def test_a_tap_carries_what_is_needed_to_answer_and_to_edit():
    (heard,) = decode(tapped("t.mobbing.start.klasse"), AT)
    assert heard == Incoming(
        "tg:5", KIM, AT, Tapped(Choose("mobbing.start", "klasse")), "callback:99:40", "", "6"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", [Started("", "de")]),
        ("/start i_AbC-9_x", [Started("i_AbC-9_x", "de")]),
        ("/START p_aula", [Started("p_aula", "de")]),
        ("/start@fake_lotse_bot w_1", [Started("w_1", "de")]),
        ("/start ich brauche hilfe", [Started("", "de"), Typed("ich brauche hilfe")]),
        ("/start " + "x" * 65, [Started("", "de"), Typed("x" * 65)]),
        ("/hilfe", [Commanded(Command.HELP)]),
        ("/help", [Commanded(Command.HELP)]),
        ("/Hilfe@fake_lotse_bot", [Commanded(Command.HELP)]),
        (
            "/hilfe ich will nicht mehr leben",
            [Commanded(Command.HELP), Typed("ich will nicht mehr leben")],
        ),
        ("/notfall", [Commanded(Command.EMERGENCY)]),
        ("/zurueck", [Commanded(Command.BACK)]),
        ("/zurück", [Commanded(Command.BACK)]),
        ("/neu", [Commanded(Command.NEW)]),
        ("/new", [Commanded(Command.NEW)]),
        ("/sprache", [Commanded(Command.LANGUAGE)]),
        ("/language", [Commanded(Command.LANGUAGE)]),
        ("/datenschutz", [Commanded(Command.PRIVACY)]),
        ("/privacy", [Commanded(Command.PRIVACY)]),
        ("/loeschen", [Commanded(Command.ERASE)]),
        ("/löschen", [Commanded(Command.ERASE)]),
        ("/ende", [Commanded(Command.END)]),
        ("/stop", [Commanded(Command.END)]),
        ("/anfragen", [Commanded(Command.DESK)]),
        ("/stelle", [Commanded(Command.POST)]),
        ("/plan ", [Commanded(Command.PLAN)]),
        ("/unbekannt x", [Typed("/unbekannt x")]),
        ("/", [Typed("/")]),
        ("hilfe", [Typed("hilfe")]),
        ("a\ud800b\x00c", [Typed("a\ufffdb\ufffdc")]),
        ("\U0001f600", [Typed("\U0001f600")]),
        ("\u202e²", [Typed("\u202e²")]),
        ("", [Typed("")]),
        ("x" * 100_000, [Typed("x" * 100_000)]),
    ],
)
def test_words_and_commands(text, expected):
    assert bodies(typed(text)) == expected


def test_every_command_has_a_word():
    said = {body.command for name in ALL_COMMANDS for body in bodies(typed(f"/{name}"))}
    assert said == set(Command)


ALL_COMMANDS = [
    "vorschau",
    "einladen",
    "lage",
    "web",
    "mail",
    "abwesend",
    "hilfe",
    "notfall",
    "zurueck",
    "neu",
    "sprache",
    "datenschutz",
    "loeschen",
    "ende",
    "anfragen",
    "stelle",
    "plan",
]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"photo": []}, [Received(Foreign.PHOTO)]),
        (
            {"photo": [], "caption": "er hat mich geschlagen"},
            [Received(Foreign.PHOTO), Typed("er hat mich geschlagen")],
        ),
        ({"photo": [], "caption": "  "}, [Received(Foreign.PHOTO)]),
        ({"photo": [], "caption": 5}, [Received(Foreign.PHOTO)]),
        ({"live_photo": {}, "photo": []}, [Received(Foreign.PHOTO)]),
        ({"voice": {}}, [Received(Foreign.VOICE)]),
        ({"video_note": {}}, [Received(Foreign.OTHER)]),
        ({"video": {}}, [Received(Foreign.OTHER)]),
        ({"audio": {}}, [Received(Foreign.FILE)]),
        ({"document": {}}, [Received(Foreign.FILE)]),
        ({"animation": {}, "document": {}}, [Received(Foreign.OTHER)]),
        ({"sticker": {}}, [Received(Foreign.STICKER)]),
        ({"location": {}}, [Received(Foreign.LOCATION)]),
        ({"venue": {}, "location": {}}, [Received(Foreign.LOCATION)]),
        ({"contact": {}}, [Received(Foreign.CONTACT)]),
        ({"poll": {}}, [Received(Foreign.OTHER)]),
        ({"dice": {}}, [Received(Foreign.OTHER)]),
        ({"story": {}}, [Received(Foreign.OTHER)]),
        ({}, [Received(Foreign.OTHER)]),
        ({"text": 5}, [Received(Foreign.OTHER)]),
        ({"pinned_message": {}}, [None]),
        ({"write_access_allowed": {}}, [None]),
    ],
)
def test_what_we_do_not_read_is_named_by_its_kind(fields, expected):
    assert bodies({"update_id": 5, "message": message(**fields)}) == expected


def test_words_below_a_picture_are_heard_and_no_crash_between_the_two_loses_them():
    picture, words = decode({"update_id": 5, "message": message(photo=[], caption="bitte")}, AT)
    assert (picture.id, picture.mark) == ("tg:5", "5")
    assert (words.id, words.mark) == ("tg:5:1", "6")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "doch nicht"}, [Typed("doch nicht", edited=True)]),
        ({"text": "/loeschen"}, [Typed("/loeschen", edited=True)]),
        ({"photo": [], "caption": "neu"}, [Typed("neu", edited=True)]),
        ({"location": {}}, [None]),
    ],
)
def test_an_edited_message_counts_by_its_words_only(fields, expected):
    assert bodies({"update_id": 5, "edited_message": message(**fields)}) == expected


@pytest.mark.parametrize(
    "tap", [Choose("a.b", "c"), Open("mobbing"), Move.BACK, Move.HELP, Speak("ar"), Act("x" * 20)]
)
def test_every_button_of_ours_comes_back_as_what_it_was(tap):
    assert bodies(tapped(tap.data)) == [Tapped(tap)]


@pytest.mark.parametrize("data", ["", "x", "n.nowhere", "t.a.b", "a\ud800.b", "l.\x00", None, 7])
def test_a_button_that_is_not_ours_is_a_foreign_button(data):
    assert bodies(tapped(data)) == [Received(Foreign.BUTTON)]


def test_a_tap_on_a_message_that_is_gone_still_counts():
    update = tapped("n.back", message=None)
    del update["callback_query"]["message"]
    (heard,) = decode(update, AT)
    assert (heard.address, heard.origin, heard.body) == (KIM, "callback:99:", Tapped(Move.BACK))


@pytest.mark.parametrize("query", [None, 5, "", "a:b", "ä", "9 9"])
def test_a_tap_that_could_not_be_answered_is_not_heard(query):
    assert bodies(tapped("n.back", id=query)) == [None]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
@pytest.mark.parametrize("where", ["message", "edited_message", "channel_post"])
def test_a_group_has_no_address_so_nothing_can_be_said_there(kind, where):
    chat = {"id": -100, "type": kind}
    (heard,) = decode({"update_id": 5, where: message(chat=chat, text="kim wird gemobbt")}, AT)
    assert (heard.address, heard.body) == (None, Received(Foreign.GROUP))


def test_being_added_to_a_group_is_noticed_and_being_removed_is_not():
    assert bodies(member(GROUP, "member")) == [Received(Foreign.GROUP)]
    assert group_of(member(GROUP, "member")) == -100
    assert group_of(member(GROUP, "administrator")) == -100
    for status in ("left", "kicked"):
        assert bodies(member(GROUP, status)) == [None]
        assert group_of(member(GROUP, status)) is None


def test_a_tap_in_a_group_is_nobodys():
    shown = {"message_id": 40, "date": 0, "chat": GROUP}
    assert decode(tapped("n.back", message=shown), AT)[0].address is None


def test_blocking_the_bot_is_not_a_message():
    assert bodies(member(CHAT, "kicked")) == [None]
    assert group_of(member(CHAT, "kicked")) is None


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "text",
        {},
        {"update_id": None},
        {"update_id": True},
        {"update_id": "5"},
        {"update_id": -1},
        {"update_id": 10**400},
        {"message": message(text="a")},
    ],
)
def test_an_update_without_a_number_is_heard_as_nothing_and_moves_nothing(update):
    assert decode(update, AT) == (Incoming("tg:?", None, AT, None),)


@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"message": None},
        {"message": []},
        {"message": {}},
        {"message": message(chat=None, text="a")},
        {"message": message(chat={"id": 7}, text="a")},
        {"message": message(chat={"id": "7", "type": "private"}, text="a")},
        {"message": message(chat={"id": 2**63, "type": "private"}, text="a")},
        {"message": message(chat={"id": 7, "type": []}, text="a")},
        {"callback_query": {}},
        {"callback_query": {"id": "1", "data": "n.back"}},
        {"my_chat_member": {}},
        {"my_chat_member": {"chat": {"type": "group"}}},
        {"message_reaction": {"chat": CHAT}},
        {"poll": {}},
    ],
)
def test_an_update_that_cannot_be_read_is_confirmed_and_nothing_else(rest):
    assert decode({"update_id": 5, **rest}, AT) == (Incoming("tg:5", None, AT, None, mark="6"),)


def test_a_message_without_an_id_is_heard_and_cannot_be_deleted():
    update = typed("a")
    del update["message"]["message_id"]
    assert decode(update, AT)[0].message == ""


@pytest.mark.parametrize("code", [None, 7, "", "d", "de_DE", "x" * 50, "de\x00"])
def test_a_strange_language_is_no_language(code):
    update = typed("/start")
    update["message"]["from"] = {"language_code": code}
    assert bodies(update) == [Started("", "")]


@pytest.mark.parametrize("code", ["de", "pt-br", "zh-hans", "ckb"])
def test_a_language_of_the_device_is_a_hint(code):
    update = typed("/start")
    update["message"]["from"] = {"language_code": code}
    assert bodies(update) == [Started("", code)]


def test_an_album_gets_one_answer_and_its_words_are_all_heard():
    album = [
        {"update_id": number, "message": message(photo=[], media_group_id="g", **words)}
        for number, words in enumerate([{}, {"caption": "das ist er"}, {}])
    ]
    heard = [(one.id, one.body) for one in decode_batch([*album, typed("und")], AT)]
    assert heard == [
        ("tg:0", Received(Foreign.PHOTO)),
        ("tg:1", None),
        ("tg:1:1", Typed("das ist er")),
        ("tg:2", None),
        ("tg:5", Typed("und")),
    ]


def test_the_clock_is_ours_and_not_telegrams():
    update = typed("a")
    update["message"]["date"] = 4_000_000_000
    assert decode(update, AT)[0].at == AT


def test_nothing_of_a_name_or_username_is_heard():
    heard = repr(decode(typed("hallo"), AT))
    assert "Kim" not in heard
    assert "kim_aus_halle" not in heard


def test_only_what_is_read_is_asked_for():
    assert set(ALLOWED_UPDATES) <= set(telegram.Update.ALL_TYPES)


def test_the_kinds_and_notes_are_fields_of_a_message():
    known = set(telegram.Message.__slots__) | {"live_photo"}
    assert {field for field, _ in KINDS} | NOTES <= known


SAMPLES = [
    typed("hallo"),
    typed("/start p_aula"),
    tapped("n.back"),
    member(GROUP, "member"),
    {"update_id": 5, "edited_message": message(text="anders", edit_date=2)},
    {"update_id": 5, "message": message(location={"latitude": 51.5, "longitude": 11.9})},
    {"update_id": 5, "message": message(contact={"phone_number": "1", "first_name": "A"})},
    {
        "update_id": 5,
        "message": message(
            photo=[{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}], caption="da"
        ),
    },
    {
        "update_id": 5,
        "message": message(voice={"file_id": "a", "file_unique_id": "b", "duration": 1}),
    },
]


@pytest.mark.parametrize("update", SAMPLES)
def test_a_second_reader_of_the_same_update_agrees(update):
    foreign = telegram.Update.de_json(json.loads(json.dumps(update)), None)
    heard = decode(update, AT)
    assert heard[0].id == f"tg:{foreign.update_id}"
    spoken = foreign.message or foreign.edited_message
    if spoken is not None:
        assert heard[0].address == Address("telegram", str(spoken.chat_id))
        assert heard[0].message == str(spoken.message_id)
        words = [one.body.text for one in heard if isinstance(one.body, Typed)]
        assert words in ([spoken.text], [spoken.caption], [])
        started = [one.body.payload for one in heard if isinstance(one.body, Started)]
        assert [f"/start {payload}" for payload in started] in ([], [spoken.text])
    if foreign.callback_query is not None:
        query = foreign.callback_query
        assert heard[0].origin == f"callback:{query.id}:{query.message.message_id}"
        assert heard[0].body == Tapped(Move.BACK)
    if foreign.my_chat_member is not None:
        assert group_of(update) == foreign.my_chat_member.chat.id


# ── Anything at all ─────────────────────────────────────────────────────────────────────────────

KEYS = (
    "update_id",
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "channel_post",
    "chat",
    "id",
    "type",
    "from",
    "text",
    "caption",
    "photo",
    "data",
    "message_id",
    "media_group_id",
    "language_code",
    "new_chat_member",
    "status",
)
NAMES = st.sampled_from(KEYS)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=40)
    | st.sampled_from(["private", "group", "/start a", "/hilfe b", "n.back", "kicked", "\ud83d"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
LIKELY = st.fixed_dictionaries(
    {"update_id": st.integers(0, 2**40) | LEAVES},
    optional={
        name: st.fixed_dictionaries(
            {"chat": st.just(CHAT) | JSON},
            optional={"text": LEAVES, "caption": LEAVES, "id": LEAVES, "data": LEAVES},
        )
        | JSON
        for name in ALLOWED_UPDATES
    },
)


def is_sound(update, heard: tuple[Incoming, ...]) -> None:
    """What holds of everything that was ever heard."""
    assert heard
    for one in heard:
        assert one.at == AT
        assert one.mark == "" or int(one.mark) >= 0
        json.dumps([one.id, one.origin, one.message, one.mark])
        f"{one.origin} {getattr(one.body, 'text', '')}".encode()  # raises on a lone surrogate
        assert "\x00" not in str(getattr(one.body, "text", ""))
        if one.address is None:
            assert one.body is None or one.body == Received(Foreign.GROUP)
    number = update.get("update_id") if isinstance(update, dict) else None
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63:
        assert heard[-1].mark == str(number + 1)


@settings(max_examples=600, deadline=None)
@example({"update_id": 1, "message": {"chat": {"id": 7, "type": {}}, "text": "a"}})
@example({"update_id": 1, "callback_query": {"id": "1", "message": {"chat": []}}})
@given(JSON | LIKELY)
def test_whatever_arrives_is_heard_without_an_error(update):
    is_sound(update, decode(update, AT))
    decode_batch([update, update], AT)
    group_of(update)


JUNK = [
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    "\ud800",
    "a\x00",
    "x" * 5000,
    [],
    {},
    "\u202e",
    "/start",
]


def spoiled(chance: random.Random, value, harm: float):
    """The same with some of it replaced, missing or under another name."""
    if chance.random() < harm:
        return chance.choice(JUNK)
    if isinstance(value, dict):
        return {
            chance.choice(KEYS) if chance.random() < harm else key: spoiled(chance, inner, harm)
            for key, inner in value.items()
            if chance.random() > harm
        }
    if isinstance(value, list):
        return [spoiled(chance, inner, harm) for inner in value]
    return value


def survive(count: int) -> None:
    chance = random.Random(20261124)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kB
    for _ in range(count):
        update = spoiled(chance, chance.choice(SAMPLES), 0.08)
        is_sound(update, decode(update, AT))
        group_of(update)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_hundred_thousand_spoiled_updates_are_all_survived():
    survive(100_000)


@pytest.mark.soak
def test_a_million_spoiled_updates_are_all_survived():
    survive(soak(1_000_000))


def test_a_decoder_that_trusts_its_input_would_be_caught():
    def trusting(update):
        body = Typed(update["message"]["text"])
        return (Incoming("tg:1", KIM, AT, body, mark=str(update["update_id"] + 1)),)

    update = typed("a\ud800")
    is_sound(update, decode(update, AT))
    with pytest.raises(UnicodeEncodeError):
        is_sound(update, trusting(update))
    with pytest.raises(KeyError):
        is_sound({"update_id": 1}, trusting({"update_id": 1}))
