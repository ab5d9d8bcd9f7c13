"""What is owed → the calls of the Bot API."""

from dataclasses import replace

import pytest
from bot_api_spec import Spec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.encode import LONGEST, anew, encode, split, tap_of, units
from bot.core.messages import Button, Screen
from bot.core.taps import Act, Choose, Move, Open, Speak
from bot.ports import Address, Outgoing

SPEC = Spec()
KIM = Address("telegram", "7")
NO_PREVIEW = {"is_disabled": True}
ASK = Screen(
    "Was passt am besten?",
    (
        Button("Es passiert in der Klasse", Choose("mobbing.was_ist_los", "klasse")),
        Button("Es passiert im Handy", Open("cybermobbing")),
    ),
    (
        Button("Zurück", Move.BACK),
        Button("Menü", Move.MENU),
        Button("Hilfe jetzt", Move.HELP),
    ),
)
KEYBOARD = {
    "inline_keyboard": [
        [
            {
                "text": "1 · Es passiert in der Klasse",
                "callback_data": "t.mobbing.was_ist_los.klasse",
            }
        ],
        [{"text": "2 · Es passiert im Handy", "callback_data": "t.cybermobbing"}],
        [
            {"text": "Zurück", "callback_data": "n.back"},
            {"text": "Menü", "callback_data": "n.menu"},
        ],
        [{"text": "Hilfe jetzt", "callback_data": "n.help"}],
    ]
}


def owed(screen=None, **more):
    return Outgoing(1, KIM, screen, **more)


def text(words, **more):
    return {"chat_id": 7, "text": words, "link_preview_options": NO_PREVIEW, **more}


@pytest.mark.parametrize(
    ("outgoing", "expected"),
    [
        pytest.param(owed(), [], id="nothing is owed"),
        pytest.param(owed(Screen("Hallo.")), [("sendMessage", text("Hallo."))], id="only words"),
        pytest.param(
            owed(ASK),
            [("sendMessage", text("Was passt am besten?", reply_markup=KEYBOARD))],
            id="choices are numbered, ways are not",
        ),
        pytest.param(
            owed(Screen("Psst."), quiet=True),
            [("sendMessage", text("Psst.", disable_notification=True))],
            id="quiet",
        ),
        pytest.param(
            owed(ASK, origin="callback:99:40"),
            [
                ("sendMessage", text("Was passt am besten?", reply_markup=KEYBOARD)),
                ("answerCallbackQuery", {"callback_query_id": "99"}),
            ],
            id="the tap is answered last",
        ),
        pytest.param(
            owed(origin="callback:99:"),
            [("answerCallbackQuery", {"callback_query_id": "99"})],
            id="only the tap is answered",
        ),
        pytest.param(
            owed(Screen("Seite 2"), slot_message="40"),
            [("editMessageText", text("Seite 2", message_id=40))],
            id="the slot is edited",
        ),
        pytest.param(
            owed(Screen("Gelöscht."), erase=("40", "41")),
            [
                ("deleteMessages", {"chat_id": 7, "message_ids": [40, 41]}),
                ("sendMessage", text("Gelöscht.")),
            ],
            id="erased before it is said",
        ),
        pytest.param(
            owed(empty=("39", "x"), emptied="gelöscht"),
            [("editMessageText", text("gelöscht") | {"message_id": 39})],
            id="what is too old to be deleted is emptied",
        ),
        pytest.param(
            owed(erase=("", "x", "²", "40")),
            [("deleteMessages", {"chat_id": 7, "message_ids": [40]})],
            id="ids that are none are left out",
        ),
        pytest.param(owed(Screen("")), [("sendMessage", text("…"))], id="empty text"),
        pytest.param(owed(Screen(" \n")), [("sendMessage", text("…"))], id="white space"),
        pytest.param(
            owed(Screen("a\ud800b\x00")), [("sendMessage", text("a\ufffdb\ufffd"))], id="surrogates"
        ),
        pytest.param(
            owed(Screen("<b>fett</b> *x* [l](https://a.de)")),
            [("sendMessage", text("<b>fett</b> *x* [l](https://a.de)"))],
            id="no markup",
        ),
    ],
)
def test_what_is_owed_becomes_these_calls(outgoing, expected):
    assert encode(outgoing) == expected
    assert [SPEC.check(*call) for call in expected] == [[] for _ in expected]


def test_two_hundred_and_fifty_messages_are_erased_in_three_calls():
    calls = encode(owed(erase=tuple(map(str, range(1, 251)))))
    assert [len(params["message_ids"]) for _, params in calls] == [100, 100, 50]


def test_a_message_too_long_to_edit_is_sent_anew():
    calls = encode(owed(Screen("Wort. " * 1000), slot_message="40"))
    assert [method for method, _ in calls] == ["sendMessage", "sendMessage"]


def test_a_long_text_has_its_buttons_on_the_last_part():
    calls = encode(owed(replace(ASK, text="Ein Satz. " * 1000)))
    assert ["reply_markup" in params for _, params in calls] == [False, False, True]


def test_what_could_not_be_edited_is_one_new_message_and_nothing_else():
    outgoing = owed(ASK, slot_message="40", origin="callback:99:40", erase=("1",))
    assert anew(outgoing) == encode(owed(ASK))


def test_a_button_over_64_bytes_is_a_bug_and_said_so():
    with pytest.raises(ValueError, match="64 bytes"):
        encode(owed(Screen("x", (Button("a", Choose("t" * 30 + "." + "n" * 30, "c")),))))


def test_the_longest_ids_of_the_tree_fit():
    longest = Choose(f"{'t' * 24}.{'n' * 20}", "c" * 14)
    ((_, params),) = encode(owed(Screen("x", (Button("a", longest), Button("b", Act("r" * 43))))))
    assert SPEC.check("sendMessage", params) == []


@pytest.mark.parametrize(
    ("origin", "query"),
    [("callback:99:40", "99"), ("callback:99:", "99"), ("", ""), ("web:1", ""), ("callback", "")],
)
def test_only_a_tap_of_telegram_is_answered(origin, query):
    assert tap_of(origin) == query


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("kurz", ["kurz"]),
        ("a" * LONGEST, ["a" * LONGEST]),
        ("a" * (LONGEST + 1), ["a" * LONGEST, "a"]),
        ("a" * 3000 + "\n\n" + "b" * 3000, ["a" * 3000, "b" * 3000]),
        ("a" * 3000 + "\n" + "b" * 3000, ["a" * 3000, "b" * 3000]),
        (
            "a" * 2500 + "\n\n" + "b" * 1000 + "\n" + "c" * 3000,
            ["a" * 2500, "b" * 1000 + "\n" + "c" * 3000],
        ),
        ("a" * 3000 + ". " + "b" * 3000, ["a" * 3000 + ".", "b" * 3000]),
        ("a" * 3000 + "? " + "b" * 3000, ["a" * 3000 + "?", "b" * 3000]),
        ("a" * 3000 + " " + "b" * 3000, ["a" * 3000, "b" * 3000]),
        ("\U0001f600" * 2049, ["\U0001f600" * 2048, "\U0001f600"]),
        ("x" + "\U0001f600" * 2048, ["x" + "\U0001f600" * 2047, "\U0001f600"]),
        ("a\n\n" + "b" * 5000, ["a\n\n" + "b" * 4093, "b" * 907]),
    ],
)
def test_a_long_text_is_cut_where_a_reader_would_pause(whole, parts):
    assert split(whole) == parts


def splits_well(whole: str, parts: list[str]) -> None:
    assert all(0 < units(part) <= LONGEST for part in parts)
    assert "".join("".join(parts).split()) == ("".join(whole.split()) or "…")


LONG = st.builds(
    lambda piece, times, tail: piece * times + tail,
    st.text(st.sampled_from("a Ä.!?\n\U0001f600"), min_size=1, max_size=30),
    st.integers(1, 900),
    st.text(max_size=10),
)


@settings(max_examples=150, deadline=None)
@given(LONG)
def test_no_part_is_too_long_and_no_letter_is_lost(whole):
    splits_well(whole, split(whole))


def test_a_cut_that_counts_letters_instead_of_units_would_be_caught():
    def careless(whole):
        return [whole[start : start + LONGEST] for start in range(0, len(whole), LONGEST)]

    whole = "\U0001f600" * 3000
    splits_well(whole, split(whole))
    with pytest.raises(AssertionError):
        splits_well(whole, careless(whole))


LABELS = st.text(st.characters(codec=None), min_size=1, max_size=40)
TAPS = st.one_of(
    st.sampled_from([Move.BACK, Move.HELP]),
    st.builds(Act, st.text("abcdef0123456789", min_size=1, max_size=43)),
    st.builds(Speak, st.sampled_from(["de", "ar", "de-x-leicht"])),
)
BUTTONS = st.lists(st.builds(Button, LABELS, TAPS), max_size=6).map(tuple)
SCREENS = st.builds(Screen, st.text(st.characters(codec=None)) | LONG, BUTTONS, BUTTONS)


def faults(calls) -> list[str]:
    return [fault for method, params in calls for fault in SPEC.check(method, params)]


@settings(max_examples=200, deadline=None)
@given(
    st.builds(
        Outgoing,
        st.just(1),
        st.just(KIM),
        st.none() | SCREENS,
        origin=st.sampled_from(["", "callback:1:2"]),
        erase=st.lists(st.integers(1, 999).map(str), max_size=300).map(tuple),
        slot_message=st.sampled_from(["", "40"]),
        quiet=st.booleans(),
    )
)
def test_every_call_is_one_that_telegram_accepts(outgoing):
    assert faults(encode(outgoing)) == []


def test_an_encode_without_limits_would_be_caught():
    def boundless(outgoing):
        """Forgets to split, to batch, to look at the size of a button."""
        keyboard = [
            [{"text": way.label, "callback_data": way.tap.data}] for way in outgoing.screen.ways
        ]
        text = {"chat_id": 7, "text": outgoing.screen.text}
        return [
            ("deleteMessages", {"chat_id": 7, "message_ids": list(map(int, outgoing.erase))}),
            ("sendMessage", text | {"reply_markup": {"inline_keyboard": keyboard}}),
        ]

    big = Screen("Ein Satz. " * 1000, ways=(Button("Weg", Act("r" * 63)),))
    outgoing = owed(big, erase=tuple(map(str, range(101))))
    assert faults(boundless(outgoing)) == [
        "deleteMessages.message_ids: 101 identifiers, allowed are 1 to 100",
        "sendMessage.text: 10000 characters, allowed are 1 to 4096",
        "sendMessage.reply_markup.inline_keyboard[0][0].callback_data: 65 bytes, allowed are 1 to 64",
    ]
    with pytest.raises(ValueError, match="64 bytes"):
        encode(outgoing)
    assert faults(encode(replace(outgoing, screen=replace(big, ways=())))) == []
