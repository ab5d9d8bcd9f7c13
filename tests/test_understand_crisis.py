"""Danger: the delivered lexicon on its examples, on sentences of others, and on hostile text."""

import csv
from functools import cache
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.understand.crisis import Danger, Level, Lexicon, danger, entry_from

HERE = Path(__file__).parent
CRISIS = HERE.parent / "knowledge" / "crisis"
NOTHING = Danger(Level.NONE, frozenset())


@cache
def entries():
    found = []
    for file in sorted(CRISIS.glob("*.yaml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert document["worry"] == file.stem
        found += [entry_from({**entry, "worry": file.stem}) for entry in document["entries"]]
    return tuple(found)


@cache
def delivered():
    return Lexicon(entries())


@cache
def phrases(level):
    with (HERE / "data" / "danger_phrases.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file) if row["level"] == level]


def entry(*ways, **more):
    mapping = {"id": "probe", "worry": "suizid", "level": "acute", "ways": list(ways)}
    return entry_from({**mapping, "examples": ["…"], **more})


def lexicon(*ways, **more):
    return Lexicon((entry(*ways, **more),))


def levels(texts, known):
    return [danger(text, known).level for text in texts]


def share(hits):
    hits = list(hits)
    return sum(hits) / len(hits)


def all_examples_found(found):
    return all(
        one.worry in danger(text, Lexicon((one,))).worries for one in found for text in one.examples
    )


def explicit_survives_negation(known):
    texts = (
        "ich will sterben und du kannst nichts dagegen tun, das ist kein film",
        "das ist nicht lustig ich bring mich um",
        "nein im spiel nicht, ich ritze mich",
        "kein witz mein papa schlägt mich",
    )
    return all(danger(text, known).level is Level.ACUTE for text in texts)


def acute_is_recalled(known):
    return share(level is Level.ACUTE for level in levels(phrases("acute"), known)) >= 0.97


# ── the delivered lexicon ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("one", entries(), ids=lambda one: f"{one.worry}.{one.id}")
def test_every_entry_finds_its_examples_and_leaves_its_counter_examples(one):
    alone = Lexicon((one,))
    assert [text for text in one.examples if not danger(text, alone).worries] == []
    assert [text for text in one.counter_examples if danger(text, alone).worries] == []
    assert one.counter_examples


def test_nothing_suppresses_what_is_explicit():
    assert not [one for one in entries() if one.explicit and one.unless]
    assert explicit_survives_negation(delivered())


def test_sentences_of_danger_are_recalled_and_everyday_sentences_are_left_alone():
    assert acute_is_recalled(delivered())
    concern = levels(phrases("concern"), delivered())
    everyday = levels(phrases("none"), delivered())
    assert share(level >= Level.CONCERN for level in concern) >= 0.9
    assert share(level is Level.ACUTE for level in concern) <= 0.05
    assert share(level is Level.ACUTE for level in everyday) <= 0.02
    assert share(level is Level.CONCERN for level in everyday) <= 0.05


def test_a_lexicon_that_has_lost_its_ways_is_caught():
    broken = Lexicon(tuple(one for one in entries() if one.worry != "suizid"))
    assert not acute_is_recalled(broken)
    assert not explicit_survives_negation(broken)
    assert all_examples_found(entries())
    assert not all_examples_found((entry("sterben", examples=["ich lache"]),))


@pytest.mark.parametrize(
    "text",
    [
        "s.t.e.r.b.e.n will ich",
        "ich will s t e r b e n",
        "i c h  w i l l  s t e r b e n",
        "ichwill, m ö c h t e s t e r b e n",
        "ich will st*rben",
        "ich will sterrrrben",
        "ich will st\u200berben",
        "ich will \u202esterben",
        "ICH WILL STERBEN!!!",
        "ich will strben",
        "ich r1tze mich",
        "ich ritze mich 😭😭",
        "s3lbstmord will ich machen",
    ],
)
def test_hidden_letters_are_read_through(text):
    assert danger(text, delivered()).level is Level.ACUTE


@pytest.mark.parametrize(
    "text",
    [
        "Ich könnte sterben vor Lachen",
        "Selbstmordattentat im Geschichtsunterricht",
        "die Arbeit bringt mich um",
        "my skilled killer skills",
        "mein Sohn geht nicht mehr zur Schule",
        "",
        "😀",
        "\ud800",
    ],
)
def test_everyday_words_raise_no_alarm(text):
    assert danger(text, delivered()) == NOTHING


def test_worries_are_named_and_the_higher_level_counts():
    found = danger("ich ritze mich. mein papa schlägt mich. ich weine jeden tag", delivered())
    assert found.level is Level.ACUTE
    assert found.worries >= {"selbstverletzung", "gewalt-zuhause"}


# ── how a way is read ───────────────────────────────────────────────────────────────────────────


def test_groups_must_stand_near_the_anchor_in_any_order():
    known = lexicon("messer + schule | klasse", window=3)
    assert danger("in der schule ein messer", known).level is Level.ACUTE
    assert danger("messer in klasse", known).level is Level.ACUTE
    assert danger("messer liegen bei uns nie in der klasse", known) == NOTHING
    assert danger("nur ein messer", known) == NOTHING


def test_the_end_of_a_sentence_parts_words():
    known = lexicon("messer + schule", window=3)
    assert danger("schule aus messer", known).level is Level.ACUTE
    assert danger("schule aus. messer", known) == NOTHING
    assert danger("schule\n\nmesser", known) == NOTHING
    assert danger("schule „aus.“ messer", known) == NOTHING


def test_stems_endings_and_rows_of_words_are_found_and_middles_are_not():
    assert danger("umbringend", lexicon("umbring*")).worries
    assert danger("küchenmesser", lexicon("*messer")).worries
    assert danger("skilled", lexicon("kill*")) == NOTHING
    assert danger("nicht mehr da", lexicon("nicht mehr")).worries
    assert danger("nicht viel mehr", lexicon("nicht mehr")) == NOTHING
    assert danger("бє", lexicon("б'є")).worries


def test_a_reason_to_be_harmless_counts_only_where_it_stands_near():
    known = lexicon("sterben", unless=["vor lachen"], window=4)
    assert danger("sterben vor lachen", known) == NOTHING
    far = "sterben vor lachen. aber heute im ernst muss ich wirklich jeden tag an sterben denken"
    assert danger(far, known).worries


def test_a_slip_is_let_through_in_long_words_but_not_where_another_word_is_meant():
    known = lexicon("sterben | selbstmo*", unlike=["streben"])
    assert danger("stebren", known).worries
    assert danger("slbstmord", known).worries
    assert danger("streben", known) == NOTHING
    assert danger("werben", known) == NOTHING
    assert danger("erben", known) == NOTHING


def test_short_runs_of_letters_are_letters():
    assert danger("a b", lexicon("ab")).worries
    assert danger("x y sterben", lexicon("sterben")).worries


# ── what an author may write ────────────────────────────────────────────────────────────────────

GOOD = {"id": "a-1", "worry": "suizid", "level": "acute", "ways": ["a + b | c"], "examples": ["x"]}


def test_an_entry_is_what_its_author_wrote():
    one = entry_from({**GOOD, "window": 4, "unless": ["d  e"], "counter_examples": ["y"]})
    assert one.ways == ((("a",), ("b", "c")),)
    assert (one.window, one.level, one.explicit) == (4, Level.ACUTE, False)
    assert (one.examples, one.counter_examples) == (("x",), ("y",))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"when": 1}, "„when“ gibt es hier nicht"),
        ({"id": "Ä"}, "„id“ fehlt oder hat andere Zeichen"),
        ({"worry": ""}, "„worry“ fehlt"),
        ({"level": "high"}, "„level“ muss"),
        ({"explicit": "ja"}, "„explicit“ muss"),
        ({"window": 0}, "„window“ muss"),
        ({"window": "8"}, "„window“ muss"),
        ({"window": True}, "„window“ muss"),
        ({"explicit": True, "unless": ["a"]}, "darf kein „unless“ haben"),
        ({"ways": []}, "„ways“ fehlt"),
        ({"ways": "a"}, "„ways“ muss eine Liste sein"),
        ({"examples": [1]}, "In „examples“ dürfen nur Texte stehen"),
        ({"ways": ["a + | b"]}, "ist neben „|“ oder „+“ etwas leer"),
        ({"ways": ["a*b"]}, "ist „a*b“ kein Wort"),
        ({"unless": ["*"]}, "ist „*“ kein Wort"),
        ({"ways": ["…"]}, "ist „…“ kein Wort"),
    ],
)
def test_a_wrong_entry_is_refused_with_a_german_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=r"^Eintrag „") as refusal:
        entry_from({**GOOD, **wrong})
    assert sentence in str(refusal.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(ValueError, match=r"level.*examples") as refusal:
        entry_from({"id": "a", "worry": "b", "ways": ["c"]})
    assert "„ways“" not in str(refusal.value)


# ── any text ────────────────────────────────────────────────────────────────────────────────────

HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=300),
    st.builds(
        lambda part, times: (part * times)[:4096],
        st.sampled_from(
            [
                "a ",
                "a*",
                "1",
                "s.t.e.r.b.e.n ",
                "ich will sterben ",
                "umbrigen ",
                "😀",
                "\n",
                "((",
                "'",
            ]
        )
        | st.text(min_size=1, max_size=12),
        st.integers(1, 4096),
    ),
)


def seconds(text):
    times = []
    for _ in range(4):
        start = process_time()
        danger(text, delivered())
        times.append(process_time() - start)
    return min(times)


@settings(max_examples=80, deadline=None)
@given(HOSTILE)
def test_any_text_is_screened_within_milliseconds(text):
    assert seconds(text) < 0.02  # goal 5 ms on a quiet machine; room for a busy one


def test_every_word_of_the_lexicon_at_once_is_screened_within_milliseconds():
    everything = " ".join(
        w for one in entries() for way in one.ways for group in way for w in group
    )
    for start in range(0, len(everything), 16384):
        assert seconds(everything[start : start + 4096].replace("*", "e")) < 0.03
