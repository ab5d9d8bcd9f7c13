"""Reading through what hides a word: spaced, starred, stretched letters, digits for letters."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.understand.text import FOLD

_LONGEST_RUN: Final = 300  # letters of one spaced run that are read
_STOP: Final = 3  # words that the end of a sentence counts as
_CHUNK: Final = re.compile(r"\S+|\n")
_PLAIN: Final = re.compile(r"([a-z]+)[.,!?]?")
_APART: Final = re.compile(r"[\W_]*[^\W\d_](?:[\W_]+[^\W\d_])*[\W_]*")
_APOSTROPHE: Final = re.compile(r"(?<=\w)['’`´](?=\w)")
_QUOTES: Final = "\"'“”»)"
_STOPS: Final = frozenset(".!?…;")
_STRETCHED: Final = re.compile(r"(.)\1{2,}")
_DIGITS_FOR_LETTERS: Final = re.compile(r"[0134578@$!|€]")
_LETTERS: Final = str.maketrans("0134578@$!|€", "oieastbasiie")
_OTHER_LETTERS: Final = str.maketrans("0134578@$!|€", "oleastbaslle")


@dataclass(frozen=True, slots=True)
class Spot:
    """One word of a text: where it stands, and everything it may be read as.

    ``run``: letters that stood apart ("s t e r b e n"), in which several words may hide.
    """

    at: int
    forms: tuple[str, ...]
    run: bool = False


def read(text: str) -> list[Spot]:
    """The words of a text in order; any string is taken. Sentences stand a few places apart."""
    spots: list[Spot] = []
    letters = ""
    at = 0
    whole = _APOSTROPHE.sub("", unicodedata.normalize("NFC", text).lower())  # geht's: one word
    known: dict[str, list[tuple[str, ...]]] = {}  # a text may say the same thing a thousand times
    for chunk in _CHUNK.findall(whole):
        plain = _PLAIN.fullmatch(chunk)
        if not (plain and len(plain[1]) > 1) and _APART.fullmatch(chunk):
            letters += "".join(chunk.translate(FOLD).split())
            continue
        if letters:
            spots.append(_run(letters, at))
            letters, at = "", at + 1
        if chunk not in known:
            known[chunk] = _forms(chunk, plain[1] if plain else "")
        for forms in known[chunk]:
            spots.append(Spot(at, forms))
            at += 1
        if chunk == "\n" or chunk.rstrip(_QUOTES)[-1:] in _STOPS:
            at += _STOP
    if letters:
        spots.append(_run(letters, at))
    return spots


def _forms(chunk: str, plain: str) -> list[tuple[str, ...]]:
    """For each word of a chunk what it may be read as; ``plain``: it is one word as it stands."""
    if plain:
        return [_stretched(plain)]
    parts = chunk.translate(FOLD).split()
    return [
        (*_stretched(part), *(() if number else _hidden(chunk, parts)))
        for number, part in enumerate(parts)
    ]


def _run(letters: str, at: int) -> Spot:
    return Spot(at, (letters[:_LONGEST_RUN],), run=len(letters) > 2)


def _stretched(word: str) -> tuple[str, ...]:
    """The word, and where a letter stands three times or more, it once and twice."""
    if not _STRETCHED.search(word):
        return (word,)
    return word, _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)


def _hidden(chunk: str, parts: list[str]) -> Iterator[str]:
    """What a chunk with signs in it may stand for: "st*rben", "r1tzen", "selbst_mord"."""
    if len(parts) > 1:
        yield "".join(parts)
    if _DIGITS_FOR_LETTERS.search(chunk) and any(sign.isalpha() for sign in chunk):
        for letters in (_LETTERS, _OTHER_LETTERS):
            yield "".join(chunk.translate(letters).translate(FOLD).split())
