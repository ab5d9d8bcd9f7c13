"""What Telegram says, in the house's words: one raw update → what was heard.

Pure and without fear: whatever JSON arrives, ``decode`` answers. An update that cannot be read
becomes an ``Incoming`` without a body, so that it is confirmed and never blocks the line.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.core.command_words import command_named
from bot.core.messages import Body, Commanded, Foreign, Received, Started, Tapped, Typed
from bot.core.taps import decode_tap
from bot.ports import Address, Incoming

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")

# The first field that is there decides; a video, a poll, a dice have no better name than "other".
KINDS: tuple[tuple[str, Foreign], ...] = (
    ("photo", Foreign.PHOTO),
    ("voice", Foreign.VOICE),
    ("sticker", Foreign.STICKER),
    ("animation", Foreign.OTHER),
    ("venue", Foreign.LOCATION),
    ("location", Foreign.LOCATION),
    ("contact", Foreign.CONTACT),
    ("audio", Foreign.FILE),
    ("document", Foreign.FILE),
)

# Telegram's own notes about the chat: nobody said anything, so nothing is answered.
NOTES = frozenset(
    (
        "pinned_message",
        "message_auto_delete_timer_changed",
        "write_access_allowed",
        "connected_website",
        "chat_background_set",
        "proximity_alert_triggered",
        "boost_added",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
    )
)

# Tuples, since foreign JSON may hold what cannot be hashed.
MANY = ("group", "supergroup", "channel")  # chats that several people read
GONE = ("left", "kicked")

_UNSAYABLE = re.compile("[\ud800-\udfff\x00]")
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?\s*", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # Telegram's own rule for deep links
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_BIGGEST = 2**63  # ids of Telegram have at most 52 significant bits


def decode(update: object, at: datetime) -> tuple[Incoming, ...]:
    """What this update says, never empty; ``at`` is the time of receipt.

    One update may say two things: a picture and the words below it, a command and the words
    behind it. Then the first keeps the reading position before the update, so that a crash
    between the two loses nothing.
    """
    number = _number(_field(update, "update_id"))
    if number is None or number < 0:
        return (Incoming("tg:?", None, at, None),)
    said = _said(update)
    base = Incoming(f"tg:{number}", None, at, None, mark=str(number + 1))
    if said is None:
        return (base,)
    address, bodies, origin, message = said
    heard = [
        Incoming(
            id=base.id if place == 0 else f"{base.id}:{place}",
            address=address,
            at=at,
            body=body,
            origin=origin,
            message=message,
            mark=base.mark if place == len(bodies) - 1 else str(number),
        )
        for place, body in enumerate(bodies)
    ]
    return tuple(heard) or (base,)


def decode_batch(updates: Sequence[object], at: datetime) -> list[Incoming]:
    """All updates in their order; of an album only the first picture is answered."""
    heard: list[Incoming] = []
    albums: set[str] = set()
    for update in updates:
        said = decode(update, at)
        album = _field(_field(update, "message"), "media_group_id")
        if isinstance(album, str):
            if album in albums:
                said = tuple(_without_picture(one) for one in said)
            albums.add(album)
        heard.extend(said)
    return heard


def _without_picture(heard: Incoming) -> Incoming:
    if not isinstance(heard.body, Received):
        return heard
    return Incoming(heard.id, None, heard.at, None, mark=heard.mark)


def group_of(update: object) -> int | None:
    """The group or channel that this update comes from, when the bot sits in it."""
    for kind in ("message", "channel_post", "my_chat_member"):
        event = _field(update, kind)
        chat = _field(event, "chat")
        if _field(chat, "type") in MANY:
            left = _field(_field(event, "new_chat_member"), "status") in GONE
            return None if left else _number(_field(chat, "id"))
    return None


_Said = tuple[Address | None, list[Body], str, str]


def _said(update: object) -> _Said | None:
    tap = _field(update, "callback_query")
    if isinstance(tap, dict):
        return _tapped(tap)
    for kind in ("message", "edited_message", "channel_post"):
        message = _field(update, kind)
        if isinstance(message, dict):
            return _spoken(message, edited=kind == "edited_message")
    if _number(group_of(update)) is not None:
        return None, [Received(Foreign.GROUP)], "", ""
    return None


def _spoken(message: dict[str, Any], *, edited: bool) -> _Said | None:
    chat = message.get("chat")
    if _field(chat, "type") in MANY:
        return None, [Received(Foreign.GROUP)], "", ""
    person = _number(_field(chat, "id"))
    if person is None or _field(chat, "type") != "private":
        return None
    own = _number(message.get("message_id"))
    bodies = _edited(message) if edited else _bodies(message)
    return Address(CHANNEL, str(person)), bodies, "", "" if own is None else str(own)


def _edited(message: dict[str, Any]) -> list[Body]:
    """Only words count: a live location edits itself every few seconds."""
    words = message.get("text", message.get("caption"))
    return [Typed(clean(words), edited=True)] if isinstance(words, str) else []


def _bodies(message: dict[str, Any]) -> list[Body]:
    text = message.get("text")
    if isinstance(text, str):
        return _words(clean(text), message)
    if NOTES & message.keys():
        return []
    kind = next((kind for field, kind in KINDS if field in message), Foreign.OTHER)
    bodies: list[Body] = [Received(kind)]
    caption = message.get("caption")
    if isinstance(caption, str) and caption.strip():
        # Words under a picture may be the words that matter most.
        bodies.append(Typed(clean(caption)))
    return bodies


def _words(text: str, message: dict[str, Any]) -> list[Body]:
    found = _COMMAND.fullmatch(text)
    if found is None:
        return [Typed(text)]
    name, rest = found[1].lower(), (found[2] or "").strip()
    if name == "start":
        payload = rest if _PAYLOAD.fullmatch(rest) else ""
        begun = Started(payload, _language(_field(message.get("from"), "language_code")))
        return [begun, Typed(rest)] if rest != payload else [begun]
    command = command_named(name)
    if command is None:
        return [Typed(text)]
    return [Commanded(command), Typed(rest)] if rest else [Commanded(command)]


def _tapped(tap: dict[str, Any]) -> _Said | None:
    query = tap.get("id")
    if not isinstance(query, str) or not query.isalnum() or not query.isascii():
        return None
    message = tap.get("message")
    chat = _field(message, "chat")
    person = _number(_field(tap.get("from"), "id"))
    if person is None or (chat is not None and _field(chat, "type") != "private"):
        return None
    shown = _number(_field(message, "message_id"))
    origin = f"callback:{query}:{'' if shown is None else shown}"
    data = tap.get("data")
    known = decode_tap(data) if isinstance(data, str) and clean(data) == data else None
    body: Body = Received(Foreign.BUTTON) if known is None else Tapped(known)
    return Address(CHANNEL, str(person)), [body], origin, ""


def clean(text: str) -> str:
    """The text without lone surrogates and NUL, which no database and no channel can carry."""
    return _UNSAYABLE.sub("\ufffd", text)


def _language(code: object) -> str:
    return code if isinstance(code, str) and _LANGUAGE.fullmatch(code) else ""


def _field(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not -_BIGGEST < value < _BIGGEST:
        return None
    return value
