"""Words of time in a visitor's own language, put into German, so that one reader understands all.

The words are a language's ``times`` in ``knowledge/languages/languages.yaml``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.core.understand.text import normalise, word_set

# What a language may have words for; these are what ``hours`` and ``deadlines`` read.
GERMAN: Final = word_set(
    "montag dienstag mittwoch donnerstag freitag samstag sonntag"
    " bis und von uhr heute gestern vorgestern"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ\u200c][^\W\d_]+)*\.?")
_CLOCK: Final = r"(\d{1,2})(?:[:.](\d{2}))?\s*"
_HALVES: Final = re.compile(
    rf"{_CLOCK}([ap])?(?:\.?m\b\.?)?(\s*(?:-|–|—|bis)\s*){_CLOCK}([ap])\.?m\b\.?", re.IGNORECASE
)
_NOON: Final = 12


def times_of(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """A language's word → the German one; ``*`` at the end of a word stands for any ending."""
    return {_form(word): german for german, words in listed.items() for word in words}


def in_german(text: str, times: Mapping[str, str]) -> str:
    """The text with its words of time in German, "2 pm" as 14:00; all else as it was."""
    for words in filter(lambda word: " " in word, times):
        text = re.sub(rf"\b{re.escape(words)}\b", times[words], text, flags=re.IGNORECASE)
    return _HALVES.sub(_of_day, _WORD.sub(lambda found: _german(found[0], times), text))


def _german(word: str, times: Mapping[str, str]) -> str:
    form = _form(word)
    stems = (f"{form[:end]}*" for end in range(len(form), 0, -1))
    return next((times[each] for each in (form, *stems) if each in times), word)


def _form(word: str) -> str:
    """Of one word the letters that count; of several the words as they stand."""
    if " " in word:
        return word
    letters = normalise(re.sub(r"['’ʼ]", "", word)).replace(" ", "")
    return f"{letters}*" if word.endswith("*") else letters


def _of_day(found: re.Match[str]) -> str:
    """Both ends of a span on the clock of 24 hours; the first may borrow the second's half."""
    hour, minute, half, dash, last, other, ends = found.groups()
    if half is None and int(hour) % _NOON <= int(last) % _NOON:
        half = ends
    return f"{_whole(hour, minute, half)}{dash}{_whole(last, other, ends)}"


def _whole(hour: str, minute: str | None, half: str | None) -> str:
    if half is None or not 1 <= int(hour) <= _NOON:
        return f"{hour}:{minute or '00'}"
    return f"{int(hour) % _NOON + (_NOON if half.lower() == 'p' else 0)}:{minute or '00'}"
