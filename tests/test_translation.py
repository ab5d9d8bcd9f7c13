"""The same knowledge in other languages: never silently old, and staff always read German."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from talk import Person, Talk, knowledge, offices, sending

from bot.core.calendar import when
from bot.core.check.findings import Grade
from bot.core.check.material import Material
from bot.core.check.translations import LONGEST_LABEL, progress, translatable, translations
from bot.core.knowledge import Knowledge
from bot.core.messages import Screen
from bot.core.taps import Choose, Open, Speak
from bot.core.translation import (
    Line,
    Phrase,
    State,
    Translator,
    labels,
    places,
    sayings,
    spoken_in,
    state_of,
)
from bot.core.tree import Audience, Text
from bot.loading import load
from bot.loading.translations import read_translations, written


@cache
def material() -> Material:
    return load(Path(__file__).parent.parent / "knowledge").material


def marked(words: str) -> str:
    """A translation that anybody can tell from the German."""
    return f"«{words}»"


@cache
def in_english(*, whole: bool = True) -> Knowledge:
    """Everything in an English that is German between marks; or only the bot's own sentences."""
    known = knowledge()
    tree = {p for text in (*labels(known.tree), *sayings(known.tree)) for p in places(text)}
    catalog = {
        place: Phrase(german, marked(german))
        for place, german in translatable(material()).items()
        if whole or place not in tree
    }
    return spoken_in(known, {"en": catalog})


def english(known: Knowledge) -> tuple[Talk, Person]:
    talk = Talk(k=known)
    kim = talk.visitor().starts().pushes(Speak("en"))
    return talk, kim


def words_of(screen: Screen) -> list[str]:
    return [button.label for button in (*screen.choices, *screen.ways)]


# ── What is said ────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_reads_every_screen_in_the_language_chosen():
    _, kim = english(in_english())
    assert "«" in kim.text
    kim.taps("«Schüler:in»")
    assert all(label.startswith("«") for label in words_of(kim.last) if label != "Deutsch")


def test_what_no_person_has_checked_says_so_once_with_german_one_tap_away():
    talk, kim = english(in_english())
    note = marked(knowledge().texts["translation_unchecked"].of(None))
    assert note in kim.text
    kim.taps("«Schüler:in»")
    assert note not in kim.text
    kim.pushes(Speak("en")).taps("Deutsch")
    assert "«" not in kim.text
    assert kim.conversation.language == "de"
    checked = replace(
        talk.k, languages=talk.k.languages | {"en": replace(talk.k.languages["en"], checked=True)}
    )
    assert note not in Talk(k=checked).visitor().starts().pushes(Speak("en")).text


def test_where_only_the_frame_is_translated_the_bot_says_that_the_topics_are_german():
    note = marked(knowledge().texts["tree_in_german"].of(None))
    _, kim = english(in_english(whole=False))
    assert note in kim.text
    assert "Schüler:in" in words_of(kim.last)
    assert note not in english(in_english())[1].text


def test_a_device_that_speaks_another_language_is_greeted_in_it():
    talk = Talk(k=in_english())
    assert "«" in talk.visitor().starts(language="en-GB").text
    assert "«" not in talk.visitor("german").starts(language="de").text
    assert "«" not in talk.visitor("other").starts(language="xx").text


def test_a_language_without_words_gets_its_honest_sentence_and_card():
    talk = Talk(k=in_english())
    kim = talk.visitor().starts().pushes(Speak("vi"))
    assert knowledge().languages["vi"].sentence in kim.text


def test_staff_read_german_and_the_visitor_the_language_chosen_whoever_acts():
    talk, kim, ole, _ = offices()
    talk.k = in_english(whole=False)
    sending(kim.starts().pushes(Speak("en")))
    assert kim.request.language == "en"
    assert "«" not in ole.text
    assert "English" in ole.text
    ole.taps("Übernehmen")
    kim.opens()
    assert "«" in kim.text
    talk.later(days=40)
    assert "«" not in ole.text
    assert "«" in kim.text


def test_the_card_to_take_along_speaks_both_languages():
    _, kim = english(in_english())
    kim.pushes(Choose("eingang.wer", "schueler")).pushes(Choose("eingang.worum", "mobbing"))
    kim.pushes(Choose("mobbing.was_ist_los", "klasse")).pushes(Open("mitnehmen"))
    kim.pushes(Choose("schule.suche", "st-5"))
    title = knowledge().texts["card_title"].of(None)
    step = label_of("mobbing.was_ist_los", "klasse")
    for german in (title, f"– {step}"):
        assert german in kim.text.splitlines()
    assert marked(title) in kim.text
    assert f"– {marked(step)}" in kim.text


def label_of(node: str, choice: str) -> str:
    choices = knowledge().tree.node(node).choices
    return next(c.label.pupil for c in choices if c.id == choice)


# ── Fresh, stale, missing ───────────────────────────────────────────────────────────────────────

OLD = Text("lernen.noten.say", "Neu", "Neu", "Neu")


def said(catalog: dict[str, Phrase], text: Text, *, label: bool = False, both: bool = False) -> str:
    translator = Translator(catalog, frozenset())
    turned = translator.label(text) if label else translator.say(text, both=both)
    assert turned.original is text
    return turned.of(Audience.PUPIL)


@pytest.mark.parametrize(
    ("german", "label", "both", "expected"),
    [
        ("Neu", False, False, "New"),
        ("Neu", False, True, "New\n\nNeu"),
        ("Alt", False, False, "New\n\nNeu"),
        ("Neu", True, False, "New"),
        ("Alt", True, False, "Neu"),
    ],
)
def test_a_stale_translation_is_never_shown_alone(german, label, both, expected):
    catalog = {OLD.key: Phrase(german, "New")}
    assert said(catalog, OLD, label=label, both=both) == expected


def test_what_is_missing_is_said_in_german():
    for label in (True, False):
        assert said({}, OLD, label=label) == "Neu"
    assert state_of({}, OLD.key, "Neu") is State.MISSING
    assert state_of({OLD.key: Phrase("Neu", "New")}, OLD.key, "Neu") is State.FRESH
    assert state_of({OLD.key: Phrase("Alt", "New")}, OLD.key, "Neu") is State.STALE


def test_each_wording_of_a_text_has_one_place():
    assert places(Text("k", "a", "a", "a")) == {"k": "a"}
    assert places(Text("k", "du", "Sie", "Sie")) == {"k/pupil": "du", "k/adult": "Sie"}
    assert len(places(Text("k", "a", "b", "c"))) == 3


def test_words_about_danger_are_always_shown_in_german_too():
    english_texts = in_english().others["en"]
    for key in ("danger_acute", "danger_nobody"):
        german = knowledge().texts[key].of(None)
        assert english_texts.texts[key].of(None) == f"{marked(german)}\n\n{german}"
    suizid = next(iter(english_texts.tree.topics["suizid"].nodes.values()))
    assert "«" in suizid.say.pupil
    assert suizid.say.original.pupil in suizid.say.pupil.replace("«", "")


def test_german_words_are_still_understood_beside_those_of_the_language():
    listed = in_english().others["en"].texts["words_yes"].of(None)
    assert listed == f"{knowledge().texts['words_yes'].of(None)}, " + marked(
        knowledge().texts["words_yes"].of(None)
    )
    bare = spoken_in(knowledge(), {"en": {}}).others["en"]
    assert bare.texts["words_yes"].of(None) == knowledge().texts["words_yes"].of(None)


def test_dates_are_written_as_the_language_writes_them():
    at = Talk().at
    assert when(at, at) == "heute um 12 Uhr"
    assert "November" in when(at, at, "en")
    assert "12:00" in when(at, at, "en")


# ── Files ───────────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_for_a_translator_is_read_back():
    entries = [("a.say", 'Du sagst „ja“ "so"\nneu', "You {name}"), ("b.label", "Weiter", "")]
    raw = written("en", entries)
    read = read_translations({"knowledge/languages/en.po": raw, "other.csv": b""}, {"de", "en"})
    assert not read.findings
    assert read.catalogs["en"] == {"a.say": Phrase('Du sagst „ja“ "so"\nneu', "You {name}")}
    assert [line.place for line in read.lines["en"]] == ["a.say", "b.label"]


def test_a_broken_file_and_an_unknown_language_are_findings_with_a_line():
    files = {
        "knowledge/languages/en.po": b'msgid "a"\nnonsense\n',
        "knowledge/languages/eng.po": b"",
        "knowledge/languages/uk.po": b"\xff\xfe\x00",
    }
    found = read_translations(files, {"de", "en", "uk"}).findings
    assert [(f.file.rpartition("/")[2], f.id) for f in found] == [
        ("en.po", "po-syntax"),
        ("eng.po", "po-language"),
        ("uk.po", "po-syntax"),
    ]
    assert all(f.grade is Grade.ERROR and f.line >= 1 and f.proposal for f in found)


def test_the_check_finds_gaps_that_differ_long_labels_and_entries_without_a_text():
    known = translatable(material())
    label = next(place for text in labels(material().tree) for place in places(text))
    gap = next(p for p, german in known.items() if "{name}" in german)
    entries = (
        Line("en.po", 3, "gone.say", "Weg", "Gone"),
        Line("en.po", 5, label, known[label], "x" * (LONGEST_LABEL + 1)),
        Line("en.po", 7, gap, known[gap], "no gap at all"),
        Line("en.po", 9, gap, known[gap], "a broken {name"),
        Line("en.po", 11, gap, known[gap], ""),
        Line("en.po", 13, label, known[label], "fine"),
    )
    found = list(translations(replace(material(), translations={"en": entries, "uk": ()})))
    by_line = {(f.line, f.id, f.grade) for f in found}
    assert {
        (3, "po-place", Grade.WARNING),
        (5, "po-label", Grade.WARNING),
        (7, "po-gaps", Grade.ERROR),
        (9, "po-gaps", Grade.ERROR),
    } <= by_line
    assert len(found) == 4 + 2  # and how far each language has come


def test_progress_tells_fresh_stale_and_missing_apart():
    known = translatable(material())
    one, other, *_ = known
    entries = (Line("", 1, one, known[one], "x"), Line("", 2, other, "older", "y"))
    how = progress(known, entries)
    assert how[State.FRESH] == [one]
    assert how[State.STALE] == [other]
    assert len(how[State.MISSING]) == len(known) - 2
    assert not any(place in material().staff for place in known)
