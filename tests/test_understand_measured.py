"""What is understood of sentences whose authors never saw the lexicon: figures with a margin.

The files are for development: what is measured here must not be taught. A change that makes the
bot understand clearly less turns these red; figures of the day stand in ``bot/README.md``.
"""

import csv
from functools import cache
from pathlib import Path

from bot.core import score
from bot.core.understand.crisis import Level, Lexicon, danger
from bot.loading import load

HERE = Path(__file__).parent
SEEN = HERE / "data" / "phrases_seen.csv"


@cache
def knowledge():
    found = load(HERE.parent / "knowledge").knowledge
    assert found is not None
    return found


@cache
def rows():
    with SEEN.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def cases():
    return tuple(score.phrase(knowledge(), row) for row in rows())


@cache
def shares():
    found = (*score.dangers(cases()), *score.subjects(cases()))
    return {share.name: share.hits / share.count for share in found}


def dangers_are_seen(lexicon):
    acute = [row["text"] for row in rows() if row["crisis"] == "acute"]
    return sum(danger(text, lexicon).level is Level.ACUTE for text in acute) / len(acute) > 0.9


def test_danger_in_words_of_others_is_seen():
    assert shares()["akut als akut erkannt"] >= 0.9
    assert shares()["akut: Hilfe gezeigt"] >= 0.95
    assert shares()["Sorge: Hilfe gezeigt"] >= 0.86


def test_everyday_sentences_seldom_raise_an_alarm():
    assert shares()["harmlos mit Gefahrenwort, falsch akut"] <= 0.08
    assert shares()["gewöhnliches Anliegen, falsch akut"] <= 0.05
    assert shares()["harmlos, Hilfe trotzdem gezeigt"] <= 0.24


def test_topics_of_others_are_found():
    assert shares()["Thema als erstes"] >= 0.65
    assert shares()["Thema unter dreien"] >= 0.84
    assert shares()["nicht für uns, erkannt"] >= 0.72
    assert shares()["für uns, falsch abgewiesen"] <= 0.09


def test_a_lexicon_without_its_sentences_is_caught():
    assert dangers_are_seen(knowledge().lexicon)
    assert not dangers_are_seen(Lexicon(knowledge().lexicon.entries))


def test_what_is_measured_was_never_taught():
    taught = {phrase.text.casefold() for phrase in knowledge().lexicon.phrases}
    written = {p.casefold() for topic in knowledge().tree.subjects() for p in topic.phrases}
    same = [row["text"] for row in rows() if row["text"].casefold() in taught | written]
    assert len(same) <= 4, same  # "hallo" and the like are written by everybody


def test_every_explicit_example_is_acute_beside_the_sentences():
    missed = [
        text
        for entry in knowledge().lexicon.entries
        if entry.explicit and entry.level is Level.ACUTE
        for text in entry.examples
        if danger(text, knowledge().lexicon).level is not Level.ACUTE
    ]
    assert missed == []


def test_names_of_schools_and_towns_are_no_danger():
    directory = knowledge().directory
    names = [f"{school.name} {school.town}" for school in directory.schools.values()]
    names += [school.town for school in directory.schools.values()]
    felt = [danger(name, knowledge().lexicon).level for name in names[::4]]
    assert sum(level is Level.ACUTE for level in felt) <= 0.01 * len(felt)


def test_words_nobody_knows_and_numbers_are_no_danger():
    for text in ("qqqq wwww", "39104", "bla", "ja", "danke", "8b", "😀", "\ud800", ""):
        assert danger(text, knowledge().lexicon).level is Level.NONE, text
