"""A screen as calls of the Bot API: what is owed → which methods with which parameters.

Pure; plain text without any markup, so that nothing a person wrote can turn into one.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.channels.telegram.decode import clean
from bot.core.messages import Button, Screen
from bot.ports import Outgoing

Call = tuple[str, dict[str, Any]]

LONGEST = 4096  # UTF-16 units of one message, Bot API "sendMessage"
DELETED_AT_ONCE = 100  # ids, Bot API "deleteMessages"
CALLBACK_BYTES = 64  # Bot API "InlineKeyboardButton"
WAYS_IN_A_ROW = 2
NOTHING_TO_READ = "…"  # Telegram refuses an empty text
CUTS = ("\n\n", "\n", ". ", "! ", "? ", " ")  # where a long text may part, best first


def encode(outgoing: Outgoing) -> list[Call]:
    """The calls in their order: what to erase, then what to show, then the answer to the tap.

    The tap is answered last: whatever fails before it, it is not answered twice.
    ``ValueError`` for a button whose data Telegram would not carry.
    """
    chat = int(outgoing.address.id)
    calls = _erased(chat, outgoing.erase) + _emptied(chat, outgoing)
    if outgoing.screen is not None:
        calls += _shown(chat, outgoing.screen, outgoing)
    if query := tap_of(outgoing.origin):
        calls.append(("answerCallbackQuery", {"callback_query_id": query}))
    return calls


def anew(outgoing: Outgoing) -> list[Call]:
    """The same as a new message, for when the one to edit is gone."""
    return encode(replace(outgoing, slot_message="", erase=(), empty=(), origin=""))


def tap_of(origin: str) -> str:
    """The id of the callback query that this came from, or nothing."""
    kind, _, rest = origin.partition(":")
    return rest.partition(":")[0] if kind == "callback" else ""


def _erased(chat: int, messages: Sequence[str]) -> list[Call]:
    ids = [int(message) for message in messages if message.isascii() and message.isdigit()]
    return [
        ("deleteMessages", {"chat_id": chat, "message_ids": ids[start : start + DELETED_AT_ONCE]})
        for start in range(0, len(ids), DELETED_AT_ONCE)
    ]


def _emptied(chat: int, outgoing: Outgoing) -> list[Call]:
    """Our own messages that are too old to be deleted say something neutral; no buttons stay."""
    ids = [int(m) for m in outgoing.empty if m.isascii() and m.isdigit()]
    words = _message(chat, clean(outgoing.emptied) or NOTHING_TO_READ, None)
    return [("editMessageText", words | {"message_id": message}) for message in ids]


def empties(call: Call, outgoing: Outgoing) -> bool:
    """Whether this call empties an old message; what is gone already needs no more."""
    method, params = call
    return method == "editMessageText" and str(params["message_id"]) in outgoing.empty


def _shown(chat: int, screen: Screen, outgoing: Outgoing) -> list[Call]:
    parts = split(clean(screen.text))
    keyboard = _keyboard(screen)
    if outgoing.slot_message and len(parts) == 1:
        edited = _message(chat, parts[0], keyboard)
        return [("editMessageText", edited | {"message_id": int(outgoing.slot_message)})]
    calls: list[Call] = []
    for place, part in enumerate(parts, start=1):
        params = _message(chat, part, keyboard if place == len(parts) else None)
        if outgoing.quiet:
            params["disable_notification"] = True
        calls.append(("sendMessage", params))
    return calls


def _message(chat: int, text: str, keyboard: dict[str, Any] | None) -> dict[str, Any]:
    params: dict[str, Any] = {
        "chat_id": chat,
        "text": text,
        "link_preview_options": {"is_disabled": True},
    }
    if keyboard is not None:
        params["reply_markup"] = keyboard
    return params


def _keyboard(screen: Screen) -> dict[str, Any] | None:
    """Choices numbered and one in a row, ways out below them in pairs."""
    rows = [
        [_button(f"{number} · {choice.label}", choice)]
        for number, choice in enumerate(screen.choices, start=1)
    ]
    ways = [_button(way.label, way) for way in screen.ways]
    rows += [ways[start : start + WAYS_IN_A_ROW] for start in range(0, len(ways), WAYS_IN_A_ROW)]
    return {"inline_keyboard": rows} if rows else None


def _button(label: str, button: Button) -> dict[str, str]:
    return _shaped(label, button.tap.data)


@lru_cache(maxsize=4096)
def _shaped(label: str, data: str) -> dict[str, str]:
    """As Telegram wants it; mostly the same few hundred, and only read afterwards."""
    if len(data.encode()) > CALLBACK_BYTES:
        raise ValueError(f"callback data over {CALLBACK_BYTES} bytes: {data}")
    return {"text": clean(label), "callback_data": data}


def split(text: str) -> list[str]:
    """The text in parts that one message can hold, cut where a reader would pause.

    Nothing but white space at the cuts is lost; a text of white space alone is a single "…".
    """
    parts = []
    rest = text.strip()
    while units(rest) > LONGEST:
        cut = _cut(rest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest or NOTHING_TO_READ]


def units(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> int:
    """The place of the best cut within one message, not before its middle."""
    fits = _fitting(text)
    for pause in CUTS:
        place = text.rfind(pause, fits // 2, fits)
        if place >= 0:
            return place + len(pause.rstrip(" "))
    return fits


def _fitting(text: str) -> int:
    """How many characters from the start fill one message and no more."""
    fits = min(len(text), LONGEST)
    while (over := units(text[:fits]) - LONGEST) > 0:
        fits -= (over + 1) // 2  # one character has at most two units
    return fits
