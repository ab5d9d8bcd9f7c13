"""Concerns as people write them: on a small tree, and on the delivered one."""

from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.tree import Audience, Choice, Done, Gate, Node, Text, Topic, Tree
from bot.core.understand.topics import TopicIndex
from bot.loading import load

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"


def said(words):
    return Text("key", words, words, words)


def topic(id_, title, words=(), phrases=(), beside=(), *, audiences=tuple(Audience)):
    node = Node(f"{id_}.a", said("…"), (Choice("b", said("…"), Done(), tuple(beside)),))
    gate = Gate(f"{id_}.c", "decide", {})
    return Topic(
        id_, title, "", frozenset(audiences), node.ref, {node.ref: node, gate.ref: gate},
        words=tuple(words), phrases=tuple(phrases),
    )  # fmt: skip


def index(*topics):
    return TopicIndex(Tree({t.id: t for t in topics}))


@cache
def small():
    return index(
        topic("eingang", "Anfang", ["mobbing"]),
        topic("mobbing", "Mobbing", ["gemobbt", "ausgelacht"], ["die lachen mich jeden tag aus"]),
        topic(
            "schulden",
            "Geld",
            ["klassenfahrt"],
            ["wir können das nicht bezahlen"],
            ["ratenzahlung"],
        ),
        topic("unterricht", "Unterricht", ["stundenplan"], audiences=(Audience.TEACHER,)),
    )


@cache
def delivered():
    knowledge = load(KNOWLEDGE).knowledge
    assert knowledge is not None
    return knowledge.tree


def first(hits):
    return hits[0][0] if hits else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ich werde gemobbt", "mobbing"),
        ("werd in der klasse ausgelacht", "mobbing"),
        ("ich werd gemobt", "mobbing"),
        ("AUSGELACHT!!!", "mobbing"),
        ("Klassenfahrtgeld", "schulden"),
        ("geht ratenzahlung", "schulden"),
        ("quark mit soße", None),
        ("asdfgh", None),
        ("und der die das", None),
        ("²", None),
        ("", None),
    ],
)
def test_words_forms_compounds_and_slips_lead_to_their_topic(text, wanted):
    assert first(small().find(text, None)) == wanted


def test_a_topic_is_found_only_by_those_for_whom_it_is():
    assert first(small().find("stundenplan", Audience.TEACHER)) == "unterricht"
    assert small().find("stundenplan", Audience.PUPIL) == ()


def test_a_tree_without_topics_finds_nothing():
    assert index().find("mobbing", None) == ()


def test_a_new_word_works_at_once():
    assert first(small().find("schikaniert", None)) is None
    assert first(index(topic("mobbing", "Mobbing", ["schikaniert"])).find("schikaniert", None))


def test_a_son_who_does_not_go_to_school_leads_to_school_refusal():
    found = TopicIndex(delivered()).find("mein Sohn geht nicht mehr zur Schule", Audience.GUARDIAN)
    assert first(found) == "schulverweigerung"


def test_every_example_sentence_finds_its_own_topic_first_almost_always():
    everything = TopicIndex(delivered())
    hits = [
        first(everything.find(phrase, None)) == t.id
        for t in delivered().subjects()
        for phrase in t.phrases
    ]
    assert sum(hits) / len(hits) >= 0.97


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_any_text_gives_at_most_three_topics_with_scores_in_order(text):
    hits = small().find(text, None)
    scores = [score for _, score in hits]
    assert len(hits) <= 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_longest_message_is_read_quickly():
    everything = TopicIndex(delivered())
    text = " ".join(f"wort{n}gemobt" for n in range(600))[:4096]
    times = []
    for _ in range(5):
        start = process_time()
        everything.find(text, None)
        times.append(process_time() - start)
    assert min(times) < 0.05
