"""What people type, made comparable: the same words for the same meaning, never a failure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Final

import snowballstemmer  # type: ignore[import-untyped]
from rapidfuzz.distance import OSA

# Letters that Unicode does not take apart; German ones become the two letters people type instead.
_LETTERS: Final = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "oe",
    "ł": "l",
    "đ": "d",
    "ı": "i",
}


def word_set(line: str) -> frozenset[str]:
    """The words of one line as a set: how lists of words are written in this package."""
    return frozenset(line.split())


_NEGATIONS: Final = word_set(
    "nein nee noe nicht nich ned kein keine keinen keiner nie niemals ohne"
)
_NUMBERS: Final = (
    ("1", "eins", "erste", "ersten", "erstes", "erster", "erstens"),
    ("2", "zwei", "zweite", "zweiten", "zweites", "zweiter", "zweitens"),
    ("3", "drei", "dritte", "dritten", "drittes", "dritter", "drittens"),
    ("4", "vier", "vierte", "vierten", "viertes", "vierter", "viertens"),
    ("5", "fuenf", "fuenfte", "fuenften", "fuenftes", "fuenfter"),
    ("6", "sechs", "sechste", "sechsten", "sechstes", "sechster"),
)
_NUMBER: Final = {word: i for i, words in enumerate(_NUMBERS) for word in words}
_BEFORE_NUMBER: Final = word_set("nr nummer no number punkt antwort die das der den")
# Words that say too little to choose a button by them alone.
FUNCTION_WORDS: Final = word_set(
    "der die das den dem des ein eine einen einem einer eines und oder aber auch ich du er sie es"
    " wir ihr mich dich mir dir uns euch ihm ihn ihnen mein meine meinem meinen meiner dein deine"
    " sein seine ist bin bist sind war hat habe haben hab wird werden zu zum zur in im an am auf"
    " aus bei mit von vom fuer um so da was wer wie wo nur noch schon mal dass sich man"
)
_LONGEST_ANSWER: Final = 6  # words; a longer text is a sentence, not the name of a button


_OWN_SCRIPTS: Final = 0x2100  # Latin, Greek, Cyrillic, Arabic and the signs between words
_MOST_KEPT: Final = 16_384


class _Fold(dict[int, str]):
    """The folded form of a character, worked out when it is met first.

    The scripts of our families are kept, and so many of all others: whoever sends every character
    there is would else fill the memory with a million of them.
    """

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if code < _OWN_SCRIPTS or len(self) < _MOST_KEPT:
            self[code] = folded
        return folded


def _folded(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "L":
        return "".join(_letter(part) for part in char.lower())
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category == "No":
        return char  # "²" is no digit that anybody could mean
    # Marks and invisible format characters (zero width, direction, soft hyphen) just go.
    return "" if category in {"Mn", "Me", "Cf"} else " "


def _letter(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    parts = unicodedata.normalize("NFKD", char)
    bare = "".join(part for part in parts if unicodedata.category(part)[0] == "L")
    return bare.lower()


FOLD: Final = _Fold()


def normalise(text: str) -> str:
    """Lower case words with single spaces: umlauts and ß as two letters, no accents, no marks.

    Quotes, hyphens and other signs become spaces, invisible characters vanish; any string is
    taken, lone surrogates too. Scripts other than Latin keep their letters.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(FOLD).split())


def words(text: str) -> tuple[str, ...]:
    """The normalised words in order."""
    return tuple(normalise(text).split())


_stemmer: Final[Callable[[str], str]] = snowballstemmer.stemmer("german").stemWord
_LONGEST_WORD: Final = 100  # letters; the stemmer takes seconds for a "word" of 100,000


def stem(word: str) -> str:
    """The stem of one normalised word; what is too long to be a word stays as it is."""
    return _stemmer(word) if len(word) <= _LONGEST_WORD else word


def stems(text: str) -> tuple[str, ...]:
    """The words' stems (Snowball, German) in order."""
    return tuple(stem(word) for word in words(text))


# Labels and listed words are the bot's own and the same at every turn, so their forms are kept;
# what people type never is.
own_words = lru_cache(maxsize=16_384)(normalise)


@lru_cache(maxsize=16_384)
def _own_stems(label: str) -> tuple[frozenset[str], frozenset[str]]:
    """The stems of a label, and what they begin with."""
    roots = frozenset(stem(part) for part in label.split())
    return roots, frozenset(root[:1] for root in roots)


def alike(one: str, other: str) -> bool:
    """Whether two normalised words differ by no more than a slip of typing.

    One slip is let through from four letters on, two from eight; a swap of neighbours is one.
    """
    slips = 0 if len(one) < 4 else 1 if len(one) < 8 else 2
    return OSA.distance(one, other, score_cutoff=slips) <= slips


def choose(text: str, labels: Sequence[str], words: Sequence[Sequence[str]] = ()) -> int | None:
    """Which of the shown buttons the typed text means, or None when that is unclear or a tie.

    In this order: the full label, its number, a listed word, a part of the label, a misspelt
    label. ``words[i]`` are the listed words of ``labels[i]``. More than six words choose by the
    full label only; a "nicht" that the label does not have chooses nothing.
    """
    said = normalise(text)
    shown = [own_words(label) for label in labels]
    exact = [i for i, label in enumerate(shown) if label == said]
    if exact or not said:
        return _only(exact)
    if len(said.split()) > _LONGEST_ANSWER:
        return None
    number = _number(said)
    if number is not None:
        others = shown[:number] + shown[number + 1 :]
        unclear = any(said.split()[-1] in label.split() for label in others)
        return number if number < len(shown) and not unclear else None
    if not any(shown) and not any(words):
        return None  # nothing has a name: only numbers were asked for
    listed = [[own_words(word) for word in row] for row in words]
    listed += [[] for _ in shown[len(listed) :]]
    return _by_meaning(said, shown, listed)


def _by_meaning(said: str, shown: list[str], listed: list[list[str]]) -> int | None:
    denies = _denies(said)
    fitting = [i for i, label in enumerate(shown) if denies == _denies(label)]
    telling = _telling(said.split())
    root = cache(stem)  # for this text only
    tests: tuple[Callable[[int], bool], ...] = (
        lambda i: said in listed[i],
        lambda i: any(f" {word} " in f" {said} " for word in listed[i] if word),
        lambda i: _is_part(telling, shown[i], root),
        lambda i: _is_misspelt(said, telling, shown[i], listed[i]),
    )
    for number, test in enumerate(tests):
        hits = [i for i in (range(len(shown)) if number == 0 else fitting) if test(i)]
        if hits:
            return _only(hits)
    return None


def _only(hits: Sequence[int]) -> int | None:
    return hits[0] if len(hits) == 1 else None


def _number(said: str) -> int | None:
    """What "2", "nr 2" or "die zweite" stand for, counted from 0; None for anything else."""
    parts = said.split()
    if len(parts) == 2 and parts[0] in _BEFORE_NUMBER:
        parts = parts[1:]
    if len(parts) != 1:
        return None
    if re.fullmatch(r"[0-9]{1,4}", parts[0]):
        return int(parts[0]) - 1 if parts[0].strip("0") else _NOBODY
    return _NUMBER.get(parts[0])


_NOBODY: Final = 10_000  # a number that no screen has


def _denies(said: str) -> bool:
    return not _NEGATIONS.isdisjoint(said.split())


def _telling(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part not in FUNCTION_WORDS]


def _is_part(telling: Sequence[str], label: str, root: Callable[[str], str]) -> bool:
    roots, begins = _own_stems(label)
    # A stem keeps its first letter, and stemming is slow.
    if not telling or any(part[:1] not in begins for part in telling):
        return False
    return all(root(part) in roots for part in telling)


def _is_misspelt(said: str, telling: Sequence[str], label: str, listed: list[str]) -> bool:
    if any(alike(said, whole) for whole in (label, *listed)):
        return True
    have = label.split()
    return bool(telling) and all(
        len(part) >= 4 and any(alike(part, other) for other in have) for part in telling
    )
