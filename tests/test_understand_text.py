"""What people type, made comparable, and the button that they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.understand.text import FOLD, alike, choose, normalise, stems, words

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)

LABELS = (
    "Es passiert in der Klasse",
    "Es passiert im Handy",
    "Es ist jemand vom Schulpersonal",
    "Nein, noch nicht",
)
LISTED = (("pausenhof", "mitschüler"), ("whatsapp",), ("lehrer", "lehrerin"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Straße „Müller-Thurgau“", "strasse mueller thurgau"),
        ("u\u0308ber", "ueber"),
        ("Stra\u00dfe STRASSE Stra\u1e9ee", "strasse strasse strasse"),
        ("x\u200by\u202ez\u00adw", "xyzw"),
        ("\ud800 a\x00b", "a b"),
        ("ｍｏｂｂｉｎｇ", "mobbing"),
        ("Žižek İstanbul ısı łódź", "zizek istanbul isi lodz"),
        ("٢ 2️⃣ ²", "2 2 ²"),
        ("Я хочу, Йод", "я хочу иод"),
        ("  \n\t ", ""),
    ],
)
def test_the_same_words_become_the_same_letters(typed, read):
    assert normalise(typed) == read


@given(ANY_TEXT)
def test_any_text_is_read_and_reading_it_twice_changes_nothing(text):
    once = normalise(text)
    assert normalise(once) == once
    assert words(text) == tuple(once.split(" ") if once else ())
    assert len(stems(text)) == len(words(text))


def test_inflected_words_share_a_stem_with_and_without_umlauts():
    assert len(set(stems("Schläge Schlaege schlag"))) == 1
    assert len(set(stems("Schule Schulen schulen"))) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("klase", "klasse", True),
        ("lehrre", "lehrer", True),
        ("hui", "hai", False),
        ("schulpersonal", "schlupersonl", True),
        ("klasse", "kasten", False),
    ],
)
def test_a_slip_of_typing_is_let_through_and_another_word_is_not(one, other, same):
    assert alike(one, other) is same


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("Es passiert im Handy", 1),
        ("es passiert im handy!!", 1),
        ("2", 1),
        ("2.", 1),
        ("nr 2", 1),
        ("Nummer 2", 1),
        ("die zweite", 1),
        ("drei", 2),
        ("0", None),
        ("9", None),
        ("999999999999", None),
        ("²", None),
        ("klasse", 0),
        ("Klase", 0),
        ("in der klase", 0),
        ("schulpersnal", 2),
        ("auf dem pausenhof", 0),
        ("whatsap", 1),
        ("lehrer", 2),
        ("es passiert", None),
        ("es ist", None),
        ("nicht in der klasse", None),
        ("noch nicht", 3),
        ("nein", 3),
        ("etwas ganz anderes", None),
        ("", None),
        ("🤷", None),
        ("also ich glaube dass es in der klasse passiert ist", None),
    ],
)
def test_what_is_typed_chooses_the_button_that_it_means(typed, index):
    assert choose(typed, LABELS, LISTED) == index


def test_a_tie_chooses_nothing():
    assert choose("ja", ["Ja", "ja"]) is None
    assert choose("mutter", ["Meine Mutter", "Mutter und Vater"]) is None


def test_a_listed_word_chooses_even_if_the_label_does_not_deny():
    assert choose("nicht mehr", ["Aufhören", "Weiter"], [["nicht mehr"]]) == 0


def test_a_number_that_another_label_names_is_unclear():
    labels = ["Seit zwei Tagen", "Seit einer Woche"]
    assert choose("zwei", labels) is None
    assert choose("2", labels) == 1


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=6))
def test_no_text_and_no_label_makes_choosing_fail(text, labels):
    index = choose(text, labels)
    assert index is None or 0 <= index < len(labels)


def test_not_every_character_that_somebody_sends_is_remembered():
    """Found by the fuzz: a table of all that was ever typed grew to a million characters."""
    for start in range(0, 0x110000, 4096):
        normalise("".join(map(chr, range(start, min(start + 4096, 0x110000)))))
    assert len(FOLD) < 30_000
    assert normalise("ÄÖÜß 漢字 ￼") == "aeoeuess 漢字"
