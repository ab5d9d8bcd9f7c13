"""Places as people write them: towns, villages, postcodes, "Stendaler"."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.core.directory import Directory, Place
from bot.core.understand.names import adjectives, place_forms, sound
from bot.core.understand.text import alike, normalise

_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
_LONGEST = 4  # words of a place's name that are looked for


class PlaceIndex:
    """Finds the places that a text names; immutable after it was built."""

    def __init__(self, directory: Directory) -> None:
        self._postcodes = directory.postcodes
        self._exact: defaultdict[str, set[str]] = defaultdict(set)
        self._short: defaultdict[str, set[str]] = defaultdict(set)
        self.towns: defaultdict[str, set[str]] = defaultdict(set)
        self.by_postcode: defaultdict[str, set[str]] = defaultdict(set)
        for place in directory.places:
            self._add(place)
        for school in directory.schools.values():
            for name in (school.locality, school.municipality):
                self._add(Place(name, school.municipality, school.district, (school.plz,)))
        for district in directory.districts.values():
            self._name(district.name, district.id)
        for name, found in list(self._exact.items()):
            for form in adjectives(name):
                self._short[form] |= found

    def _add(self, place: Place) -> None:
        self._name(place.name, place.district)
        for form in place_forms(place.name):
            if place.municipality:
                self.towns[form].add(place.municipality)
        for postcode in place.plz:
            self.by_postcode[postcode].add(place.municipality or place.name)

    def _name(self, name: str, district: str) -> None:
        forms = place_forms(name)
        for number, form in enumerate(forms):
            (self._short if number else self._exact)[form].add(district)

    def districts(self, query: str) -> tuple[str, ...]:
        """The ids of the districts that the text may mean, sorted; () when it names no place."""
        found: set[str] = set()
        for postcode in _POSTCODE.findall(query):
            found |= set(self._postcodes.get(postcode, ()))
        return tuple(sorted(found or self._named(sound(normalise(query)).split())))

    def _named(self, row: Sequence[str]) -> set[str]:
        for table in (self._exact, self._short):
            for part in parts(row):
                if part in table:
                    return table[part]
        found: set[str] = set()
        for part in parts(row):
            for name in self._near(part):
                found |= self._exact[name]
            if found:
                break
        return found

    def _near(self, part: str) -> Iterator[str]:
        if len(part) >= 5:
            yield from (name for name in self._exact if alike(part, name))


def parts(row: Sequence[str]) -> Iterable[str]:
    """The runs of up to four words, the longest first, then from the left."""
    for size in range(min(_LONGEST, len(row)), 0, -1):
        for start in range(len(row) - size + 1):
            yield " ".join(row[start : start + size])
