"""Entries of a PO file: in one pass where it is written as we write it, else by Babel.

Six languages of the whole tree are 17,000 entries, read at every start: this halves the time. What
is not plainly ``msgctxt``, ``msgid``, ``msgstr`` (fuzzy, plural or obsolete entries, one place
twice, odd line ends) is left to Babel as a whole, and so are all faults.
"""

import io
import re
from typing import Final

from babel.messages.pofile import read_po, unescape

Entry = tuple[int, str, str, str]  # line, place, German words, translation

_TEXT: Final = r'("[^"\\\n]*(?:\\.[^"\\\n]*)*"(?:\n"[^"\\\n]*(?:\\.[^"\\\n]*)*")*)\n'
_ASIDE: Final = r"(?:\n|#\n|#[ .:][^\n]*\n|#,(?![^\n]*fuzzy)[^\n]*\n)*"
_HEADER: Final = re.compile(rf'{_ASIDE}msgid ""\nmsgstr {_TEXT}')
_ENTRY: Final = re.compile(rf"({_ASIDE})msgctxt {_TEXT}msgid {_TEXT}msgstr {_TEXT}")
_REST: Final = re.compile(_ASIDE)
_LANGUAGE: Final = re.compile(rb'^"Language: [^"\n]*"', re.MULTILINE)
_FOLD: Final = '"\n"'


def parsed(raw: bytes) -> list[Entry]:
    """Line, place, German words and translation of each entry; raises ``PoFileError``."""
    text = raw.decode("utf-8")
    found = _plain(text if text.endswith("\n") else f"{text}\n")
    return _thorough(raw) if found is None else found


def _plain(text: str) -> list[Entry] | None:
    """The entries of a file in our own form; ``None`` for any other."""
    header = _HEADER.match(text)
    at = header.end() if header else 0
    line = 1 + text.count("\n", 0, at)
    found: dict[tuple[str, str], Entry] = {}
    size = 0
    while entry := _ENTRY.match(text, at):
        aside, place, german, words = entry.groups()
        size += 1
        begins = line + aside.count("\n") + place.count("\n") + 1
        one = (_said(place), _said(german), _said(words))
        if one[0] and one[1]:
            found[one[:2]] = (begins, *one)
        else:
            size -= 1
        line += entry[0].count("\n")
        at = entry.end()
    rest = _REST.match(text, at)
    whole = rest is not None and rest.end() == len(text)
    return list(found.values()) if whole and len(found) == size else None


def _said(quoted: str) -> str:
    said = quoted.replace(_FOLD, "")
    return unescape(said) if "\\" in said else said[1:-1]


def _thorough(raw: bytes) -> list[Entry]:
    """As Babel reads it, which knows no such language as de-x-leicht: the header's is left out."""
    known = _LANGUAGE.sub(b'""', raw, count=1)
    po = read_po(io.BytesIO(known), charset="utf-8", abort_invalid=True)
    return [
        (message.lineno or 1, message.context, str(message.id), str(message.string or ""))
        for message in po
        if message.id and message.context and not message.fuzzy
    ]
