"""What a form says, in the house's words. Pure; whatever bytes arrive, it answers."""

import re
from urllib.parse import parse_qsl

from bot.core.command_words import command_named
from bot.core.messages import Body, Commanded, Foreign, Received, Tapped, Typed
from bot.core.taps import decode_tap

FORM = "application/x-www-form-urlencoded"
FIELDS = 12  # no form of ours has more
_UNSAYABLE = re.compile("[\ud800-\udfff\x00]")
_CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


class NotAForm(ValueError):  # noqa: N818
    """The body is none that a form of ours sends."""


def fields(body: bytes) -> dict[str, str]:
    """The form's fields, the first of each name; raises ``NotAForm``."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=FIELDS,
        )
    except ValueError:
        raise NotAForm from None
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, clean(value))
    return found


def clean(text: str) -> str:
    """Without what no store can carry, and with plain line ends."""
    return _UNSAYABLE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def said(text: str) -> Body:
    """A command, or text."""
    word = text.strip()
    command = command_named(word[1:]) if word.startswith("/") else None
    return Typed(text) if command is None else Commanded(command)


def tapped(data: str) -> Body:
    """A button of ours, or one that is not."""
    tap = decode_tap(data)
    return Received(Foreign.BUTTON) if tap is None else Tapped(tap)


def code_of(text: str) -> str:
    """The code of a poster or school, or nothing for anything else."""
    return text if _CODE.fullmatch(text) else ""


def language_of(header: str) -> str:
    """The first language that the browser asks for, a hint only."""
    first = header.partition(",")[0].partition(";")[0].strip()
    return first if _LANGUAGE.fullmatch(first) else ""
