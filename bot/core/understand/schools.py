"""Schools as people call them: short, misspelt, by their town, by their old or new name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Final, Literal

from rapidfuzz.fuzz import token_sort_ratio

from bot.core.directory import Directory, School
from bot.core.understand.names import FAINT, adjectives, kinds_fit, place_forms, sound, take_apart
from bot.core.understand.places import PlaceIndex, parts
from bot.core.understand.terms import Terms
from bot.core.understand.text import normalise, words

_SHOWN: Final = 5
_LONGEST: Final = 200  # characters that are compared as a whole
_READ: Final = 20  # telling words of a query that are read; a school's name has fewer
_ENOUGH: Final = 140  # candidates that are looked at closely
_KNOWN: Final = 0.56  # below this no school is like the query; measured on made-up names
_SAME: Final = 0.05  # two schools closer than this fit equally …
_SAME_NAME: Final = 0.35  # … unless one's name is said so much more completely
_PLACE_WEIGHT: Final = 3.0  # a place says at most this much; a rare name up to log(schools)
_FAINT: Final = 0.35  # part of its weight that a given name or "freie" keeps
_COVER, _LIKENESS = 0.06, 0.02  # how much they move a school among those that match equally
_NEARBY: Final = 0.8  # the municipality stands for a village without a school
# What a domain label (gs-mann-darlingerode) begins with: the kind of school, known already.
_LABEL_KINDS: Final = ("gs", "sks", "sos", "gym", "bbs", "igs", "kgs", "gms", "fws", "s2b", "sek")


@dataclass(frozen=True, slots=True)
class Found:
    """Up to five schools (id, score 0..1), the best first, and what to ask before believing it.

    ``ask`` "place": several fit equally, show or ask the place; "unknown": nothing is like it,
    the schools are weak candidates, if any; None: the first is meant.
    """

    schools: tuple[tuple[str, float], ...]
    ask: Literal["place", "unknown"] | None


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    terms: dict[str, float]  # term → how much finding it counts
    names: tuple[frozenset[str], ...]  # each name's own terms
    kinds: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class _Sense:
    """What one typed word may stand for, and how much it says."""

    weight: float
    terms: dict[str, float]
    place: bool


@dataclass(frozen=True, slots=True)
class _Fit:
    entry: _Entry
    match: float  # how much of what was said the school has
    cover: float  # how much of the school's name was said
    rank: float


class SchoolIndex:
    """Finds schools and places by what people type; immutable after it was built."""

    def __init__(self, directory: Directory) -> None:
        self._places = PlaceIndex(directory)
        self._long_places = {
            form
            for school in directory.schools.values()
            for name in (school.locality, school.municipality)
            for form in place_forms(name)
            if " " in form
        }
        self._entries = tuple(self._entry(school) for school in directory.schools.values())
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        for number, entry in enumerate(self._entries):
            for term in entry.terms:
                self._holders[term].add(number)
        self._towns = self._town_terms(directory.schools.values())
        self._terms = Terms(self._holders)
        self._rarest = log(len(self._entries) + 1.5)

    # ── building ────────────────────────────────────────────────────────────────────────────

    def _entry(self, school: School) -> _Entry:
        names = [take_apart(name) for name in (school.name, school.later_name) if name]
        own = tuple(frozenset(self._joined(name.words)) for name in names)
        terms = self._place_terms(school)
        label = [part for part in words(school.domain_label) if part not in _LABEL_KINDS]
        for part in map(sound, label):
            terms[part] = max(terms.get(part, 0.0), 0.9)
        terms |= dict.fromkeys((term for name in own for term in name), 1.0)
        terms.pop("", None)
        kinds = frozenset(kind for name in names for kind in name.kinds)
        text = normalise(f"{school.name} {school.later_name} {school.town}")
        return _Entry(school.id, terms, own, kinds | take_apart(school.type).kinds, text)

    def _place_terms(self, school: School) -> dict[str, float]:
        terms = {school.plz: 1.0}
        town = 0.95 if school.locality else 1.0
        for name, worth in ((school.town, 0.8), (school.municipality, town), (school.locality, 1)):
            for form, sure in place_forms(name).items():
                for word in form.split(" "):
                    terms.setdefault(word, 0.7)
                terms[form] = max(terms.get(form, 0.0), worth * sure)
        return terms

    def _town_terms(self, schools: Iterable[School]) -> dict[str, str]:
        """Terms that are places, and adjectives of places → the place."""
        towns: dict[str, str] = {}
        for school in schools:
            for name in (school.locality, school.municipality):
                for form in place_forms(name):
                    towns |= dict.fromkeys(adjectives(form), form)
        return towns | {form: form for form in list(towns.values())}

    # ── asking ──────────────────────────────────────────────────────────────────────────────

    def find(self, query: str, place: str | None = None) -> Found:
        """The schools that the query means; ``place`` is what is known of the town otherwise."""
        name = take_apart(query)
        row = self._joined(name.words[:_READ])
        row += [
            word for word in self._joined(take_apart(place or "").words[:_READ]) if word not in row
        ]
        senses = [self._sense(word) for word in row]
        if not senses and name.kinds:
            return Found((), "place")
        numbers = self._candidates([sense for sense in senses if sense.terms])
        said = normalise(f"{query} {place or ''}"[:_LONGEST])
        matches = [
            (entry, _match(entry, senses) * kinds_fit(name.kinds, entry.kinds))
            for entry in (self._entries[n] for n in sorted(numbers))
        ]
        # Whoever is this far behind the last one shown is not shown: no need to look closer.
        shown = nlargest(_SHOWN, (match for _, match in matches))
        least = (shown[-1] if shown else 0.0) - _COVER - _LIKENESS - 1e-9
        fits = [self._fit(entry, senses, match, said) for entry, match in matches if match >= least]
        fits.sort(key=lambda fit: -fit.rank)
        return _judged(fits)

    def places(self, query: str) -> tuple[str, ...]:
        """District ids for a town, village, adjective of a town or postcode; () when unknown."""
        return self._places.districts(query)

    def _joined(self, row: Sequence[str]) -> list[str]:
        """The words, with names of places that are several words made one."""
        left = list(row)
        for part in parts(row):
            size = part.count(" ") + 1
            if size > 1 and part in self._long_places:
                for start in range(len(left) - size + 1):
                    if left[start : start + size] == part.split(" "):
                        left[start : start + size] = [part]
        return left

    def _sense(self, word: str) -> _Sense:
        terms = self._terms.near(word)
        town = self._towns.get(word, "")
        if town in self._holders:
            terms[town] = 1.0
        if not terms:
            terms = self._nearby(word)
        weight = max((self._weight(term) for term in terms), default=self._rarest)
        if word in FAINT:
            weight *= _FAINT
        elif not terms and len(word) <= 2:
            weight = 0.0
        return _Sense(weight, terms, town != "")

    def _nearby(self, word: str) -> dict[str, float]:
        """The municipality of a village or postcode that has no school of its own."""
        towns = self._places.towns.get(word) or self._places.by_postcode.get(word) or ()
        forms = (form for town in towns for form in place_forms(town))
        return {form: _NEARBY for form in forms if form in self._holders}

    def _weight(self, term: str) -> float:
        weight = log((len(self._entries) + 1) / (len(self._holders[term]) + 0.5))
        return min(weight, _PLACE_WEIGHT) if term in self._towns else weight

    def _candidates(self, senses: Sequence[_Sense]) -> set[int]:
        """Schools that share the rarest of what was said; few enough to look at closely."""
        groups = [set().union(*(self._holders[t] for t in sense.terms)) for sense in senses]
        groups.sort(key=len)
        chosen: set[int] = set()
        for group in groups:
            if len(chosen) + len(group) <= _ENOUGH:
                chosen |= group
            elif not chosen:
                chosen = group
            elif len(chosen) > _ENOUGH:
                chosen = chosen & group or chosen
        return chosen if len(chosen) <= 4 * _ENOUGH else set(sorted(chosen)[: 4 * _ENOUGH])

    def _fit(self, entry: _Entry, senses: Sequence[_Sense], match: float, said: str) -> _Fit:
        hit = {
            max((like * entry.terms.get(term, 0.0), term) for term, like in sense.terms.items())[1]
            for sense in senses
            if _found(entry, sense)
        }
        cover = max(self._cover(name, hit) for name in entry.names)
        likeness = token_sort_ratio(said, entry.text) / 100
        return _Fit(entry, match, cover, match + _COVER * cover + _LIKENESS * likeness)

    def _cover(self, name: frozenset[str], hit: set[str]) -> float:
        total = sum(self._weight(term) for term in name)
        return sum(self._weight(term) for term in name if term in hit) / total if total else 1.0


def _found(entry: _Entry, sense: _Sense) -> float:
    """How surely a school has what one word may stand for, 0..1."""
    best = 0.0
    terms = entry.terms
    for term, like in sense.terms.items():
        found = terms.get(term)
        if found is not None and like * found > best:
            best = like * found
    return best


def _match(entry: _Entry, senses: Sequence[_Sense]) -> float:
    """How much of what was said a school has, whatever kind of school it is."""
    names: list[tuple[float, float]] = []
    places: list[tuple[float, float]] = []
    for sense in senses:
        (places if sense.place else names).append((sense.weight, _found(entry, sense)))
    return _share(names, places)


def _share(names: Sequence[tuple[float, float]], places: Sequence[tuple[float, float]]) -> float:
    """How much of what was said a school has: (weight, found 0..1) of each word.

    All places together weigh as much as one: "Hohe Börde, Niederndodeleben" names one place, and
    of "Aschersleben-Staßfurt" one half is enough to be in question.
    """
    weighed = list(names)
    if places:
        found = [found for _, found in places]
        mean = (max(found) + sum(found) / len(found)) / 2
        weighed.append((max(weight for weight, _ in places), mean))
    total = sum(weight for weight, _ in weighed)
    return sum(weight * found for weight, found in weighed) / total if total else 0.0


def _judged(fits: Sequence[_Fit]) -> Found:
    schools = tuple((fit.entry.id, min(round(fit.match, 3), 1.0)) for fit in fits[:_SHOWN])
    if not fits or fits[0].match < _KNOWN:
        return Found(schools, "unknown")
    best = fits[0]
    equal = [
        fit
        for fit in fits[1:_SHOWN]
        if fit.match > best.match - _SAME and fit.cover > best.cover - _SAME_NAME
    ]
    return Found(schools, "place" if equal else None)
