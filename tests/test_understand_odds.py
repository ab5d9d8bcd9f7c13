"""Sentences of known meaning: what is learnt from them, and what danger is felt by it."""

from functools import cache
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.understand.alarm import Alarm
from bot.core.understand.crisis import Danger, Level, Lexicon, danger, entry_from
from bot.core.understand.odds import Odds, Phrase, traits

SAID = (
    ("ich kann nicht mehr ich will weg sein für immer", "suizid", "acute"),
    ("morgen früh wache ich nicht mehr auf", "suizid", "acute"),
    ("sie schneidet sich jeden abend in den arm", "selbstverletzung", "acute"),
    ("ich bin so müde von allem und weine viel", "psyche", "concern"),
    ("ich habe eine frage zur nachhilfe in mathe", "lernen-noten", "none"),
    ("wann ist der nächste elternabend", "zustaendigkeit", "none"),
    ("wie wechsle ich die schule", "schulwechsel", "none"),
)


@cache
def taught():
    return Alarm(SAID)


def phrases():
    return tuple(Phrase(text, "de", "pupil", topic, crisis) for text, topic, crisis in SAID)


def entry(way, *, level="acute", explicit=False):
    return entry_from(
        {
            "id": "probe", "worry": "gewalt-zuhause", "level": level, "explicit": explicit,
            "ways": [way], "examples": ["die hand rutscht aus"], "counter_examples": ["die hand"],
        }
    )  # fmt: skip


# ── traits and odds ─────────────────────────────────────────────────────────────────────────────


def test_traits_are_words_neighbours_and_four_letters():
    assert list(traits(("ich", "weine"))) == ["=ich", "=weine", "_wei", "eine", "ich weine", "weine*"]  # fmt: skip
    assert "ich~sehr" in traits(("ich", "weine", "sehr"))
    assert list(traits(())) == []


def test_traits_that_are_kept_while_learning_are_the_same():
    known = {}
    assert traits(("ich", "ich"), known) == traits(("ich", "ich"), known) == traits(("ich", "ich"))
    assert list(known) == ["ich"]


def test_what_stands_only_with_one_label_speaks_for_it():
    odds = Odds([(traits(("rot",)), "warm", 1.0), (traits(("blau",)), "kalt", 1.0)], 0.1)
    found = odds.scores(traits(("rot",)))
    assert found["warm"] > found["kalt"]
    assert set(odds.scores(traits(("xyz",))).values()) == {0.0}


def test_odds_that_mix_up_their_labels_are_caught():
    def right(odds):
        found = odds.scores(traits(("rot",)))
        return found["warm"] > found["kalt"]

    samples = [(traits(("rot",)), "warm", 1.0), (traits(("blau",)), "kalt", 1.0)]
    swapped = [(samples[0][0], "kalt", 1.0), (samples[1][0], "warm", 1.0)]
    assert right(Odds(samples, 0.1))
    assert not right(Odds(swapped, 0.1))


# ── alarm ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "level", "worry"),
    [
        ("ich will für immer weg sein", 2, "suizid"),
        ("sie schneidet sich in den arm", 2, "selbstverletzung"),
        ("weine viel und bin müde von allem", 1, "psyche"),
        ("wann ist elternabend", 0, ""),
        ("wie wechsle ich zur nachhilfe die schule", 0, ""),
    ],
)
def test_what_was_taught_is_felt_in_other_words(text, level, worry):
    felt = taught().felt(text)
    assert (felt.level, felt.worry) == (level, worry)


def test_a_sentence_does_not_drown_in_a_long_text():
    calm, alarming = "wann ist der nächste elternabend " * 30, "ich will für immer weg sein " * 16
    assert taught().felt(calm).level == 0
    assert taught().felt(calm + alarming + calm).level == 2


def test_the_same_sentences_teach_the_same():
    assert Alarm(SAID).scores("ich bin müde") == Alarm(SAID).scores("ich bin müde")


# ── together with the lexicon ───────────────────────────────────────────────────────────────────


def test_without_sentences_the_lexicon_decides_alone():
    known = Lexicon((entry("hand + rutsch*"),))
    assert danger("die hand rutscht", known).level is Level.ACUTE
    assert danger("ich will für immer weg sein", known) == Danger(Level.NONE, frozenset())


def test_what_is_explicit_counts_whatever_the_sentences_say():
    known = Lexicon((entry("elternabend", explicit=True),), phrases())
    found = danger("wann ist der nächste elternabend", known)
    assert (found.level, found.plain) == (Level.ACUTE, True)
    assert found.worries == {"gewalt-zuhause"}


def test_what_is_listed_is_never_less_than_a_concern():
    known = Lexicon((entry("elternabend"),), phrases())
    found = danger("wann ist der nächste elternabend", known)
    assert (found.level, found.plain) == (Level.CONCERN, False)


def test_what_is_only_felt_names_its_likeliest_worry():
    known = Lexicon((), phrases())
    assert danger("ich will für immer weg sein", known).worries == {"suizid"}
    assert danger("wann ist elternabend", known).worries == frozenset()


def test_an_entrys_examples_teach_too():
    known = Lexicon((entry("backpfeife"),), phrases())
    assert danger("die hand rutscht aus", known).worries == {"gewalt-zuhause"}


# ── any text ────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=()), max_size=400)
    | st.builds(
        lambda part, times: (part * times)[:4096],
        st.text(min_size=1, max_size=9),
        st.integers(1, 4096),
    )
)
def test_any_text_is_felt_within_milliseconds(text):
    times = []
    for _ in range(3):
        start = process_time()
        taught().felt(text)
        times.append(process_time() - start)
    assert min(times) < 0.03  # goal 5 ms on a quiet machine; room for a busy one
