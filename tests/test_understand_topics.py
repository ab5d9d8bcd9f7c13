"""Concerns as people write them: on a small tree, and on the delivered one."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.tree import Audience, Choice, Done, Gate, Node, Text, Topic, Tree
from bot.core.understand.odds import OFFTOPIC, UNCLEAR, Phrase
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
def knowledge():
    found = load(KNOWLEDGE).knowledge
    assert found is not None
    return found


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
    found = small().find("stundenplan", Audience.PUPIL)
    assert "unterricht" not in {topic for topic, _ in found}


def test_a_tree_without_topics_finds_nothing():
    assert index().find("mobbing", None) == ()


def test_a_tree_without_a_topic_for_somebody_finds_nothing_for_them():
    known = index(topic("unterricht", "Unterricht", ["stundenplan"], audiences=(Audience.TEACHER,)))
    assert known.find("stundenplan", Audience.PUPIL) == ()


# ── sentences of known meaning ──────────────────────────────────────────────────────────────────


def taught():
    said = (
        ("wie wird das wetter morgen", OFFTOPIC),
        ("hallo ist da jemand", UNCLEAR),
        ("keiner will neben mir sitzen", "mobbing"),
        ("das gibt es hier nicht mehr", "abgeschafft"),
    )
    phrases = [Phrase(text, "de", "pupil", topic, "none") for text, topic in said]
    tree = {"mobbing": topic("mobbing", "Mobbing", ["gemobbt"], ["die lachen mich aus"])}
    tree["schulden"] = topic("schulden", "Geld", ["klassenfahrt"])
    return TopicIndex(Tree(tree), phrases)


def test_a_sentence_leads_to_its_topic_in_other_words():
    assert first(taught().find("neben mir will keiner sitzen", None)) == "mobbing"


def test_what_is_not_for_us_is_said_first_and_what_it_might_mean_follows():
    hits = taught().find("wetter morgen", Audience.PUPIL)
    assert first(hits) == OFFTOPIC
    assert {topic for topic, _ in hits[1:]} <= {"mobbing", "schulden"}


def test_what_is_unclear_finds_nothing_so_that_it_is_asked():
    assert taught().find("hallo jemand da", None) == ()


def test_a_sentence_of_a_topic_that_is_gone_teaches_nothing():
    assert "abgeschafft" not in {topic for topic, _ in taught().find("das gibt es hier", None)}


def test_a_new_word_works_beside_all_delivered_sentences():
    tree, phrases = knowledge().tree, knowledge().lexicon.phrases
    topics = dict(tree.topics)
    changed = topics["armut-but"]
    topics["armut-but"] = replace(changed, words=(*changed.words, "ranzengeld"))
    assert first(TopicIndex(Tree(topics), phrases).find("ranzengeld", None)) == "armut-but"


def test_a_new_word_works_at_once():
    assert first(small().find("schikaniert", None)) is None
    assert first(index(topic("mobbing", "Mobbing", ["schikaniert"])).find("schikaniert", None))


def test_a_son_who_does_not_go_to_school_leads_to_school_refusal():
    found = knowledge().topics.find("mein Sohn geht nicht mehr zur Schule", Audience.GUARDIAN)
    assert first(found) == "schulverweigerung"


def test_every_example_sentence_finds_its_own_topic_first_almost_always():
    everything = knowledge().topics
    hits = [
        first(everything.find(phrase, None)) == t.id
        for t in knowledge().tree.subjects()
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
    everything = knowledge().topics
    text = " ".join(f"wort{n}gemobt" for n in range(600))[:4096]
    times = []
    for _ in range(5):
        start = process_time()
        everything.find(text, None)
        times.append(process_time() - start)
    assert min(times) < 0.05
