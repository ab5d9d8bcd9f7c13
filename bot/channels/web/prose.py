"""Plain text → safe HTML: paragraphs, lines, and what can be dialled or opened as links.

Everything is escaped; a link is made only for what was recognised, from what was recognised.
"""

import re

from markupsafe import Markup, escape
from phonenumbers import PhoneNumberFormat, format_number, is_valid_number
from phonenumbers import parse as parse_number
from phonenumbers.phonenumberutil import NumberParseException

_LINK = re.compile(
    r"(?P<page>https?://[^\s<>\"'„“]+)"
    r"|(?P<file>(?<![^\s])/fristen/[a-z]+/\d{4}-\d\d-\d\d\.ics)"
    r"|(?P<mail>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4})"
    r"|(?<![\w/.:-])(?P<phone>(?:\+49|0)[\d /()-]{5,20}\d|116 ?\d{3}|11[02])(?![\w-])"
)
_MARK = re.compile(r"\[(\w+)\] (.*)")
_TRAILING = ".,;:!?)"
_PARAGRAPHS = re.compile(r"\n\s*\n")


def prose(text: str) -> Markup:
    """Blank lines part paragraphs, line ends stay line ends."""
    parts = [part for part in _PARAGRAPHS.split(text.strip()) if part.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(_lines(part)) for part in parts)


def _lines(part: str) -> Markup:
    return Markup("<br>").join(_marked(line) for line in part.strip().split("\n"))


def _marked(line: str) -> Markup:
    """A step that begins with how far it is, "[fertig] …", shows that as a mark."""
    found = _MARK.match(line)
    if found is None:
        return linked(line)
    return Markup('<span class="mark">{}</span> {}').format(found[1], linked(found[2]))


def linked(line: str) -> Markup:
    """One line with its links."""
    pieces: list[Markup] = []
    start = 0
    for found in _LINK.finditer(line):
        whole = found[0].rstrip(_TRAILING) if found["page"] else found[0]
        pieces += [escape(line[start : found.start()]), _link(found, whole)]
        start = found.start() + len(whole)
    return Markup("").join([*pieces, escape(line[start:])])


def _link(found: re.Match[str], whole: str) -> Markup:
    if found["page"]:
        return _PAGE.format(whole, whole)
    if found["file"]:
        return _REACH.format(whole, whole)
    if found["mail"]:
        return _REACH.format(f"mailto:{whole}", whole)
    number = dialled(whole)
    return _REACH.format(f"tel:{number}", whole) if number else escape(whole)


_PAGE = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
_REACH = Markup('<a href="{}">{}</a>')


def dialled(text: str) -> str:
    """The number as a telephone wants it; "" for digits that are no German number."""
    digits = re.sub(r"\D", "", text)
    if not text.startswith(("+", "0")):
        return digits  # a short number, the pattern lets no other through
    try:
        number = parse_number(text, "DE")
    except NumberParseException:
        return ""
    if not is_valid_number(number):
        return ""
    return str(format_number(number, PhoneNumberFormat.E164))
