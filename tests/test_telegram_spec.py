"""The check of outgoing calls itself: a check that finds nothing would prove nothing."""

import pytest
from bot_api_spec import Spec

SPEC = Spec()
GOOD = {
    "chat_id": 7,
    "text": "Hallo",
    "link_preview_options": {"is_disabled": True},
    "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "n.back"}]]},
}


def keyboard(button):
    return GOOD | {"reply_markup": {"inline_keyboard": [[button]]}}


def test_a_good_call_has_no_fault():
    assert SPEC.check("sendMessage", GOOD) == []


@pytest.mark.parametrize(
    ("method", "params", "fault"),
    [
        ("sendMesage", GOOD, "sendMesage: unknown method"),
        ("sendMessage", {"chat_id": 7}, "sendMessage.text: missing"),
        ("sendMessage", {"text": "a"}, "sendMessage.chat_id: missing"),
        ("sendMessage", GOOD | {"tekst": "a"}, "sendMessage.tekst: unknown field"),
        ("sendMessage", GOOD | {"chat_id": 7.5}, "sendMessage.chat_id: 7.5 is no Integer"),
        ("sendMessage", GOOD | {"chat_id": True}, "sendMessage.chat_id: True is no Integer"),
        ("sendMessage", GOOD | {"text": "a" * 4097}, "sendMessage.text: 4097 characters, allowed are 1 to 4096"),
        ("sendMessage", GOOD | {"text": "\U0001f600" * 2049}, "sendMessage.text: 4098 characters, allowed are 1 to 4096"),
        ("sendMessage", GOOD | {"text": " \n"}, "sendMessage.text: nothing to read"),
        ("sendMessage", GOOD | {"disable_notification": "yes"}, "sendMessage.disable_notification: 'yes' is no Boolean"),
        (
            "sendMessage",
            keyboard({"text": "a", "callback_data": "ä" * 33}),
            "sendMessage.reply_markup.inline_keyboard[0][0].callback_data: 66 bytes, allowed are 1 to 64",
        ),
        (
            "sendMessage",
            keyboard({"text": "a"}),
            "sendMessage.reply_markup.inline_keyboard[0][0]: a button does exactly one thing",
        ),
        ("sendMessage", GOOD | {"reply_markup": {"inline_keyboard": [5]}}, "sendMessage.reply_markup.inline_keyboard[0]: no array"),
        ("deleteMessages", {"chat_id": 7, "message_ids": list(range(101))}, "deleteMessages.message_ids: 101 identifiers, allowed are 1 to 100"),
        ("deleteMessages", {"chat_id": 7, "message_ids": []}, "deleteMessages.message_ids: 0 identifiers, allowed are 1 to 100"),
        ("answerCallbackQuery", {"callback_query_id": 9}, "answerCallbackQuery.callback_query_id: 9 is no String"),
        ("setMyDescription", {"description": "a" * 513}, "setMyDescription.description: 513 characters, allowed are 0 to 512"),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, "setMyCommands.commands[0].command: 33 characters, allowed are 1 to 32"),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_named(method, params, fault):
    assert SPEC.check(method, params) == [fault]


@pytest.mark.parametrize(
    ("form", "params"),
    [
        ({"chat_id": "7", "text": "7"}, {"chat_id": 7, "text": "7"}),
        ({"chat_id": "@name", "text": "a"}, {"chat_id": "@name", "text": "a"}),
        ({"disable_notification": "true"}, {"disable_notification": True}),
        ({"link_preview_options": '{"is_disabled": true}'}, {"link_preview_options": {"is_disabled": True}}),
        ({"disable_notification": "ja"}, {"disable_notification": "ja"}),
        ({"fremd": "1"}, {"fremd": "1"}),
    ],
)  # fmt: skip
def test_a_form_says_the_same_as_json(form, params):
    assert SPEC.decode_form("sendMessage", form) == params
