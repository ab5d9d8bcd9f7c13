"""How schools and places are named: kinds, abbreviations, short forms, adjectives of towns."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.core.understand.text import alike, normalise, word_set, words

# Kind of school → the words for it. Endings of inflection are taken off before (see ``_kind``).
_KINDS: Final = {
    "grund": word_set("grundschule gs ggs primarschule"),
    "sekundar": word_set("sekundarschule sek sks seks realschule oberschule hauptschule"),
    "gemeinschaft": word_set("gemeinschaftsschule gems gms gemeinschafts"),
    "gesamt": word_set("gesamtschule gsch"),
    "gymnasium": word_set("gymnasium gym gymi gymnasial"),
    "foerder": word_set("foerderschule sonderschule foes sos foerderzentrum hilfsschule"),
    "beruf": word_set("berufsschule bbs berufsbildende berufsbildend berufsfachschule"),
    "waldorf": word_set("waldorfschule fws waldorf"),
    "zweiter-weg": word_set("bildungswegs bildungsweges s2b abendgymnasium abendschule"),
}
_KIND: Final = {word: kind for kind, forms in _KINDS.items() for word in forms}
# Kinds that turned into one another in the last years: weak evidence against each other.
_RELATED: Final = frozenset({"sekundar", "gemeinschaft", "gesamt"})
_LONG_KINDS: Final = tuple(sorted((word for word in _KIND if len(word) >= 9), key=len)[::-1])
_SHORT: Final = {
    "igs": ("integrierte", "gesamtschule"),
    "kgs": ("kooperative", "gesamtschule"),
    "gtgs": ("ganztags", "grundschule"),
    "gts": ("ganztags",),
    "ganztagsschule": ("ganztags",),
    "st": ("sankt",),
    "str": ("strasse",),
    "ev": ("evangelische",),
    "evang": ("evangelische",),
    "kath": ("katholische",),
    "int": ("internationale",),
    "intern": ("internationale",),
    "montessorischule": ("montessori",),
    "ii": ("2",),
    "iii": ("3",),
    "iv": ("4",),
    "erste": ("1",),
    "zweite": ("2",),
    "dritte": ("3",),
    "vierte": ("4",),
}
# Words that do not tell one school from another, and those around the name in a sentence.
_SILENT: Final = word_set(
    "schule schulen schul der die das den dem des am an im in auf bei zu zur zum von vom und unter"
    " fuer mit ich wir gehe geh gehen geht bin ist war sind mein meine meiner meinem meinen unser"
    " unsere sohn tochter kind kinder enkel klasse klassen lerne lernt besuche besucht besuchen"
    " heisst heissen name namens hier es also die so ja hallo bitte aus wohne stadt ot hansestadt"
    " lutherstadt goethestadt landkreis kreis ortsteil e v einer eine ein einem einen dr prof"
    " staatliche staatlich anerkannte er sie ihr arbeite unterrichte lehrer lehrerin"
    " schwerpunkt weiteren dem strasse"
)

# What many schools share or what is left out in speech: it tells little by itself.
_FAINT: Final = word_set(
    "ganztags europa freie freies freien privat private privates staedtisches kooperative stadt"
    " evangelische evangelisches katholische katholisches christliche bundesland neue neues haus"
    " adolf albert albrecht alexander anna anne anton astrid august bernhard berta bertha bruno"
    " carl christian clara dietrich eduard elisabeth emil erich ernst ferdinand franz friedrich"
    " fritz georg gerhard gotthold gottfried gustav hans heinrich helene hermann hugo jakob johann"
    " johannes josef joseph juri kaethe karl kurt louise ludwig luise maria marie martin max maxim"
    " otto paul peter philipp richard robert rosa rudolf sophie stefan theodor thomas ulrich"
    " walter walther werner wilhelm willi willy wolfgang geschwister graf bischof"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A school's name taken apart: ``words`` that tell it from others, ``kinds`` of school."""

    words: tuple[str, ...]
    kinds: frozenset[str]


def take_apart(text: str) -> Name:
    """The telling words and the kinds of school in a text, abbreviations spelt out."""
    kinds: set[str] = set()
    telling: list[str] = []
    for word in _spelt_out(text):
        rest, kind = _split(word)
        if kind:
            kinds.add(kind)
        if rest and rest not in _SILENT:
            telling.append(rest)
    return Name(tuple(dict.fromkeys(sound(word) for word in telling)), frozenset(kinds))


_SOUNDS: Final = (
    ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ph", "f"), ("th", "t"), ("dt", "d"), ("ck", "k"),
    ("tz", "z"), ("y", "i"), ("ie", "i"),
)  # fmt: skip


def sound(text: str) -> str:
    """A normalised text with spellings of one sound made one: umlauts, ph, th, doubled letters."""
    for spelling, one in _SOUNDS:
        text = text.replace(spelling, one)
    return re.sub(r"([a-z])\1", r"\1", text)


FAINT: Final = frozenset(sound(word) for word in _FAINT)


def _spelt_out(text: str) -> Iterator[str]:
    row = words(text)
    vocational = any(_kind(word) == "beruf" for word in row)
    for word in row:
        if vocational and word in {"i", "v"}:
            yield "1" if word == "i" else "5"
        else:
            yield from _SHORT.get(word, (word,))


def _split(word: str) -> tuple[str, str]:
    """The rest and the kind: "domgymnasium" → dom, gymnasium; "wartbergschule" → wartberg, ""."""
    kind = _kind(word)
    if kind:
        return "", kind
    bare = re.sub(r"(?<=schule)n$|(?<=gymnasium)s$", "", word)
    for ending in _LONG_KINDS:
        if bare.endswith(ending) and len(bare) > len(ending) + 2:
            return bare[: -len(ending)], _KIND[ending]
    for ending in ("schule", "strasse", "str"):
        if bare.endswith(ending) and len(bare) > len(ending) + 2:
            return bare[: -len(ending)], ""
    return word, ""


def _kind(word: str) -> str:
    found = _KIND.get(word) or _KIND.get(word.rstrip("ns"))
    if found or len(word) < 8:
        return found or ""
    return next((_KIND[long] for long in _LONG_KINDS if alike(word, long)), "")


def kinds_fit(asked: frozenset[str], have: frozenset[str]) -> float:
    """How well two sets of kinds agree, 1 = well or nothing known; a factor for a score."""
    if not asked or not have or asked & have:
        return 1.0
    return 0.95 if asked & _RELATED and have & _RELATED else 0.6


@lru_cache(maxsize=8192)  # names of the directory, never what somebody typed; each comes many times
def place_forms(name: str) -> Mapping[str, float]:
    """The names of a place by their sound, the full one first → how surely it is this place.

    "Halle (Saale)" gives halle saale, halle; of "Wettin-Löbejün" each half is less sure.
    """
    bare = re.sub(r"\(.*?\)", " ", name)
    forms = {normalise(name): 1.0, normalise(bare): 1.0}
    for part in re.split(r"[-/]", bare):
        forms.setdefault(normalise(part), _HALF)
    for form, sure in list(forms.items()):
        short = re.sub(r"^(hansestadt|lutherstadt|goethestadt|stadt|bad) ", "", form)
        forms.setdefault(short, sure)
        forms.setdefault(re.sub(r" (an der|am|im) \w+$", "", short), sure)
    return {sound(form): sure for form, sure in forms.items() if len(form) > 2}


_HALF: Final = 0.85


def adjectives(place: str) -> tuple[str, ...]:
    """The forms in which a town's name stands before a noun: stendal → stendaler."""
    forms = [place + "er"]
    if place.endswith("en"):
        forms.append(place[:-2] + "er")
    if place.endswith("hausen"):
        forms.append(place[:-6] + "hauser")
    if place.endswith("e"):
        forms += [place + "r", place + "nser", place[:-1] + "sche", place[:-1] + "scher"]
    if place.endswith("a"):
        forms += [place + "ner", place[:-1] + "er"]
    return tuple(forms)
