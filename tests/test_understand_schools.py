"""Schools as people call them, on the delivered directory."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.directory import Directory, District, Place, School
from bot.core.understand.names import take_apart
from bot.core.understand.schools import SchoolIndex
from bot.core.understand.terms import Terms

HERE = Path(__file__).parent
DIRECTORY = HERE.parent / "knowledge" / "directory"

# Names that no register of the Land knows.
MADE_UP = [
    f"{kind} {name}"
    for kind in ("Grundschule", "Sek", "Gymnasium")
    for name in (
        "Nelson Mandela", "Lise Meitner", "Kurt Tucholsky", "Am Tannenhain", "Zauberwald",
        "Seepferdchen", "Loriot", "Hannah Arendt", "Max Born", "Pippi Langstrumpf",
    )
]  # fmt: skip


def rows(name):
    with (DIRECTORY / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def school(row):
    return School(
        row["id"], row["name"], row["type"], row["street"], row["plz"], row["town"],
        row["locality"], row["municipality"], row["district"], "", "", "", "",
        row["later_name"], row["domain_label"],
    )  # fmt: skip


@cache
def directory():
    towns = (
        Place(r["name"], r.get("municipality", r["name"]), r["district"], tuple(r["plz"].split()))
        for name in ("places.csv", "municipalities.csv")
        for r in rows(name)
    )
    postcodes = {}
    for r in rows("postcodes.csv"):
        postcodes[r["plz"]] = (*postcodes.get(r["plz"], ()), r["district"])
    return Directory(
        {r["id"]: District(r["id"], r["name"], r["located"]) for r in rows("districts.csv")},
        {r["id"]: school(r) for r in rows("schools.csv")},
        {}, {}, {}, tuple(towns), postcodes,
    )  # fmt: skip


@cache
def index():
    return SchoolIndex(directory())


@cache
def spoken():
    with (HERE / "data" / "school_names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share(hits):
    hits = list(hits)
    return sum(hits) / len(hits)


def first(found):
    return found.schools[0][0] if found.schools else None


def test_with_the_town_known_the_right_school_comes_first():
    hits = (first(index().find(r["query"], r["town"])) == r["school_id"] for r in spoken())
    assert share(hits) >= 0.97


def test_without_the_town_the_right_school_is_found_or_asked_for():
    found = [(r["school_id"], index().find(r["query"])) for r in spoken()]
    assert share(first(f) == wanted for wanted, f in found) >= 0.92
    assert share(wanted in [s for s, _ in f.schools[:3]] for wanted, f in found) >= 0.97
    assert all(f.ask for wanted, f in found if first(f) != wanted)


def test_every_official_name_with_its_town_is_found():
    schools = list(directory().schools.values())[::5]
    assert share(first(index().find(s.name, s.municipality)) == s.id for s in schools) >= 0.98


def test_a_slip_in_a_name_is_forgiven():
    schools = list(directory().schools.values())[::7]

    def swapped(name):
        cut = len(name) * 2 // 3
        return name[:cut] + name[cut + 1] + name[cut] + name[cut + 2 :]

    hits = (
        first(index().find(swapped(s.name + " " + s.town)[: len(s.name)], s.municipality)) == s.id
        for s in schools
        if len(s.name) > 8
    )
    assert share(hits) >= 0.93


def test_a_name_that_no_register_knows_is_said_to_be_unknown():
    assert share(index().find(name).ask == "unknown" for name in MADE_UP) >= 0.9


def test_names_that_several_schools_share_ask_the_place():
    names = {}
    for s in directory().schools.values():
        names.setdefault(s.name, set()).add(s.id)
    several = [name for name, ids in names.items() if len(ids) > 1]
    assert len(several) >= 37
    found = [index().find(name) for name in several]
    assert all(f.ask == "place" for f in found if f.schools)


@pytest.mark.parametrize(
    ("query", "place", "wanted"),
    [
        ("KGS Hutten", None, "ST-220"),
        ("ich gehe auf die Diesterwegschule in Stendal", None, "ST-150"),
        ("Salzwedeler Berufsschule", None, "ST-2"),
        ("hans dietrich genscher gymi", None, "ST-230"),
        ("friedlaender gesamtschule", None, "ST-16"),
        ("anna seghers bebertal", None, "ST-608"),
        ("bbs iv halle", None, "ST-881"),
        ("bbs v halle", None, "ST-876"),
        ("Grundschule Stadtfeld", "Wernigerode", "ST-487"),
        ("GS Stadtfeld", "39104", "ST-488"),
        ("GeschwisterScholl Gymnasium Gardelegen", None, "ST-664"),
        ("Rudolf-Hildebrandt-Gymnsium", None, "ST-242"),
    ],
)
def test_short_old_new_and_misspelt_names_mean_one_school(query, place, wanted):
    found = index().find(query, place)
    assert first(found) == wanted
    assert found.ask is None


@pytest.mark.parametrize(
    ("query", "ask"),
    [
        ("Grundschule", "place"),
        ("Grundschule Stadtfeld", "place"),
        ("Naumburg", "place"),
        ("39104", "place"),
        ("", "unknown"),
        ("😀", "unknown"),
        ("xq zz", "unknown"),
        ("weiß ich nicht", "unknown"),
    ],
)
def test_what_does_not_mean_one_school_is_asked(query, ask):
    found = index().find(query)
    assert found.ask == ask
    assert len(found.schools) <= 5


def test_a_village_without_a_school_stands_for_its_municipality():
    found = index().find("Grundschule Abtsdorf", "Abtsdorf")
    assert first(found) == "ST-572"
    near = index().find("Grundschule", "Wienrode")
    towns = {directory().schools[s].municipality for s, _ in near.schools}
    assert towns == {"Blankenburg"}


@pytest.mark.parametrize(
    ("query", "districts"),
    [
        ("Stendal", ("stendal",)),
        ("ich wohne in Haldensleben", ("boerde",)),
        ("Halle (Saale)", ("halle",)),
        ("halle", ("halle",)),
        ("Bad Kösen", ("burgenlandkreis",)),
        ("Kösen", ("burgenlandkreis",)),
        ("Stendaler", ("stendal",)),
        ("Hallenser", ("halle",)),
        ("Sangerhäuser", ("mansfeld-suedharz",)),
        ("Roßlau", ("dessau-rosslau",)),
        ("Wernigerodde", ("harz",)),
        ("Wernigrode", ("harz",)),
        ("Hausen Quedlinburk", ("harz",)),
        ("06108", ("halle",)),
        ("Salzlandkreis", ("salzlandkreis",)),
        ("Seehausen", ("boerde", "stendal")),
        ("99999", ()),
        ("xyz", ()),
        ("Buxtehudenstadt", ()),
        ("", ()),
    ],
)
def test_a_place_gives_its_districts(query, districts):
    assert index().places(query) == districts


def test_a_postcode_of_two_districts_gives_both():
    plz, both = next(p for p in directory().postcodes.items() if len(p[1]) > 1)
    assert index().places(f"wir wohnen in {plz}") == tuple(sorted(both))


def test_kinds_and_telling_words_are_taken_apart():
    name = take_apart("Meine Tochter besucht das Werner-von-Siemens-Gymnasium")
    assert name.words == ("werner", "simens")  # by their sound
    assert name.kinds == {"gymnasium"}
    assert take_apart("IGS Steintor").kinds == {"gesamt"}
    assert take_apart("Sekundarschue").kinds == {"sekundar"}
    assert take_apart("Hegelstraße") == take_apart("Hegelstr")


def test_terms_forgive_slips_and_find_beginnings_and_two_words_in_one():
    terms = Terms(["siemens", "geschwister", "scholl", "weinert", "ab"])
    assert terms.near("siemens") == {"siemens": 1.0}
    assert set(terms.near("seimens")) == {"siemens"}
    assert terms.near("weiner")["weinert"] > terms.near("wein")["weinert"] > 0
    assert set(terms.near("geschwisterscholl")) >= {"geschwister"}
    assert set(terms.near("schollgeschwister")) >= {"scholl"}
    assert set(terms.near("weinertscholl")) == {"weinert"}  # a beginning is enough
    assert set(Terms(["dom", "nord", "hafen"]).near("nordhafen")) == {"nord", "hafen"}
    assert terms.near("xy") == {}


def test_an_empty_directory_knows_no_school_and_no_place():
    empty = SchoolIndex(Directory({}, {}, {}, {}, {}))
    assert empty.find("Goethe", "Halle").ask == "unknown"
    assert empty.places("Halle") == ()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_no_text_makes_the_search_fail(text):
    found = index().find(text, text)
    assert all(0 <= score <= 1 for _, score in found.schools)
    assert set(index().places(text)) <= set(directory().districts)


def many():
    """40,000 schools: each real one again under other names in other towns."""
    real = list(directory().schools.values())
    sounds = [a + b for a in "bdfgklmnrstw" for b in ("a", "e", "i", "o", "ul", "en", "er")]
    schools = {s.id: s for s in real}
    for n in range(40_000 - len(real)):
        like, town = real[n % len(real)], real[(n * 7) % len(real)]
        parts = (sounds[n % 84], sounds[n // 84 % 84], sounds[n // 7056 % 84], sounds[n % 83])
        name = f"{like.type} „{''.join(parts).title()}“" if n % 4 else like.name
        schools[f"X-{n}"] = replace(
            town, id=f"X-{n}", name=name, later_name="", domain_label="", type=like.type
        )
    return schools


def median_time(index, queries):
    times = []
    for query, place in queries:
        start = process_time()
        index.find(query, place)
        times.append(process_time() - start)
    return sorted(times)[len(times) // 2]


def test_forty_thousand_schools_cost_at_most_five_times_as_much_as_nine_hundred():
    large = SchoolIndex(replace(directory(), schools=many()))
    queries = [(r["query"], None) for r in spoken()]
    assert median_time(large, queries) <= 5 * median_time(index(), queries)
