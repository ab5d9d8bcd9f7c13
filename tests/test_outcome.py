"""The end of a way: did it help, what else may, and the same to pass on; nobody is remembered."""

from dataclasses import replace

import pytest
from talk import Talk, knowledge, offices, sending

from bot.core.messages import Command
from bot.core.outcome import HELPED, MOST_NEXT, NOT_HELPED
from bot.core.records import Answer, Conversation, Role
from bot.core.situation import FEW
from bot.core.taps import Move, Open
from bot.core.tree import Audience, Node

LABELS = ("Hat das geholfen?", "Zum Weitergeben")


def outcomes() -> list[Node]:
    tree = knowledge().tree
    nodes = (n for n in tree.nodes.values() if isinstance(n, Node) and not n.draft)
    return [node for node in nodes if tree.outcome(node)]


def at(node: str, audience: Audience = Audience.PUPIL, **facts: object):
    """Somebody who stands on this screen, and the talk around it."""
    talk = Talk()
    kim = talk.visitor()
    kept = Conversation("kim", talk.at, (Answer(node),), audience=audience, **facts)
    talk.store.save(kept)
    return kim.pushes(Move.STAY)


def stands(kim, ref: str) -> bool:
    """Whether this node is what the last screen shows."""
    node = knowledge().tree.nodes[ref]
    return isinstance(node, Node) and node.say.of(kim.conversation.audience) in kim.text


def readers(node: Node) -> frozenset[Audience]:
    return node.only.audience or knowledge().tree.topic_of(node.ref).audiences


def labels(kim) -> list[str]:
    return [way.label for way in kim.last.ways]


def test_nearly_every_screen_behind_a_start_is_an_outcome_and_no_start_is():
    tree, found = knowledge().tree, {node.ref for node in outcomes()}
    subjects = {ref for topic in tree.subjects() for ref in topic.nodes}
    starts = {topic.start for topic in tree.subjects()}
    assert not found & starts
    assert len(found) > 0.6 * len(subjects - starts)


def test_an_outcome_asks_whether_it_helped_and_says_which_state_it_is():
    kim = at("mobbing.klasse")
    assert set(LABELS) <= set(labels(kim))
    assert kim.text.endswith(f"Stand der Inhalte: {knowledge().version}")


@pytest.mark.parametrize("node", ["mobbing.was_ist_los", "eingang.wer", "notfall.jetzt"])
def test_a_question_or_help_now_does_not(node: str):
    kim = at(node)
    assert not set(LABELS) & set(labels(kim))
    assert "Stand der Inhalte" not in kim.text
    before = kim.text
    for way in (Move.HELPED, Move.FORWARD):  # an old button
        assert kim.pushes(way).text == before


# ── Did it help? ────────────────────────────────────────────────────────────────────────────────


def test_a_yes_is_counted_by_screen_and_by_nothing_else():
    kim = at("mobbing.klasse", district="halle", school="ST-33").pushes(Move.HELPED)
    assert "nicht, wer sie gibt" in kim.text
    kim.taps("Ja, das hilft")
    assert "gezählt" in kim.text
    assert kim.talk.store.counts == {f"{HELPED}mobbing.klasse": 1}
    assert kim.conversation.answers == (Answer("mobbing.klasse"),)


def test_a_no_leads_to_what_was_not_seen_yet_and_to_a_person():
    kim = at("mobbing.klasse").pushes(Move.HELPED).taps("Nein, eher nicht")
    assert kim.talk.store.counts == {f"{NOT_HELPED}mobbing.klasse": 1}
    *following, roles, person = kim.labels
    assert (roles, person) == ("Wer macht was?", "Wer kann helfen?")
    assert 1 <= len(following) <= MOST_NEXT
    kim.taps(following[0])
    assert not stands(kim, "mobbing.klasse")
    assert any(stands(kim, ref) for ref in knowledge().tree.topics["mobbing"].nodes)


def test_who_has_seen_everything_is_led_to_a_person():
    tree = knowledge().tree
    every = tuple(Answer(ref) for ref in tree.topics["mobbing"].nodes if ref != "mobbing.klasse")
    talk = Talk()
    kim = talk.visitor()
    answers = (*every, Answer("mobbing.klasse"))
    talk.store.save(Conversation("kim", talk.at, answers, audience=Audience.PUPIL))
    kim.pushes(Move.HELPED).taps("Nein, eher nicht")
    assert kim.labels == ["Wer macht was?", "Wer kann helfen?"]
    assert "Mensch" in kim.text


def test_an_answer_counts_once_and_back_leads_to_the_screen():
    kim = at("mobbing.klasse").pushes(Move.HELPED)
    yes, no = kim.button("Ja, das hilft"), kim.button("Nein, eher nicht")
    kim.pushes(yes.tap).pushes(yes.tap).pushes(no.tap)
    assert sum(kim.talk.store.counts.values()) == 1
    assert stands(kim.pushes(Move.HELPED).taps("Zurück"), "mobbing.klasse")


def test_the_answers_can_be_typed():
    kim = at("mobbing.klasse").says("hat das geholfen?")
    assert "weitergeholfen" in kim.text
    assert "gezählt" in kim.says("2").text or "Danke" in kim.text
    assert kim.talk.store.counts == {f"{NOT_HELPED}mobbing.klasse": 1}


def test_from_no_outcome_a_no_is_a_dead_end():
    met = 0
    for node in outcomes():
        for audience in readers(node):
            kim = at(node.ref, audience)
            if stands(kim, node.ref):
                met += 1
                kim.pushes(Move.HELPED).taps("Nein, eher nicht")
                assert kim.labels[-1] == "Wer kann helfen?"
    assert met >= len(outcomes())


# ── What leaders see ────────────────────────────────────────────────────────────────────────────


def seen_by_admin(yes: int, no: int) -> str:
    talk = Talk()
    chief = talk.visitor("chief")
    chief.starts(talk.invited("code-chief", Role.ADMIN, None))
    for number in range(yes + no):
        label = "Ja, das hilft" if number < yes else "Nein, eher nicht"
        kim = talk.visitor(f"kim{number}")
        answers = (Answer("mobbing.klasse"),)
        kept = Conversation(f"kim{number}", talk.at, answers, audience=Audience.PUPIL)
        talk.store.save(kept)
        kim.pushes(Move.HELPED).taps(label)
    return chief.commands(Command.SITUATION).text


@pytest.mark.parametrize(("yes", "no", "told"), [
    (0, FEW - 1, None),
    (FEW, 1, None),
    (FEW - 1, FEW, f"nein {FEW}, ja < {FEW}"),
    (FEW + 1, FEW + 2, f"nein {FEW + 2}, ja {FEW + 1}"),
])  # fmt: skip
def test_numbers_are_shown_from_five_up_only(yes: int, no: int, told: str | None):
    text = seen_by_admin(yes, no)
    assert ("mobbing.klasse" in text) == (told is not None)
    assert told is None or told in text


# ── To pass on ──────────────────────────────────────────────────────────────────────────────────


def passed_on(kim) -> str:
    """What was said before the screen that explains it."""
    card, how = kim.pushes(Move.FORWARD).news
    assert (card.choices, card.ways) == ((), ())
    assert how.ways
    return card.text


def test_what_is_passed_on_has_words_sources_dates_and_state_and_no_buttons():
    kim = at("mobbing.recht", Audience.GUARDIAN)
    text = passed_on(kim)
    node = knowledge().tree.nodes["mobbing.recht"]
    assert text.startswith("Aus dem Schulerfolg-Lotsen: Mobbing und Ausgrenzung\n\n")
    assert node.say.guardian in text
    assert "Quellen:\n– " in text
    assert "https://" in text or "http://" in text
    assert f"Stand der Inhalte: {knowledge().version}" in text
    assert "weiterleiten" in kim.text
    assert stands(kim.taps("Zurück"), "mobbing.recht")


def test_it_fits_one_message_and_knows_nobody():
    here = {"district": "halle", "school": "ST-33"}
    there = {"district": "magdeburg", "school": "ST-5", "excluded": frozenset({"school"})}
    met = 0
    for node in outcomes():
        for audience in readers(node):
            one, two = (at(node.ref, audience, **facts) for facts in (here, there))
            if stands(one, node.ref):
                met += 1
                text = passed_on(one)
                assert text == passed_on(two), node.ref
                assert len(text) < 4096
    assert met >= len(outcomes())


def test_a_card_that_told_where_somebody_is_would_be_seen():
    """The planted fault: the screen itself names the school's own office."""
    refs = [n.ref for n in outcomes() if any(f.startswith(("ladder", "post")) for f in n.facts)]
    told = [
        (
            at(ref, Audience.GUARDIAN, district="halle", school="ST-33").text,
            at(ref, Audience.GUARDIAN, district="magdeburg", school="ST-5").text,
        )
        for ref in refs
    ]
    assert any(one != two for one, two in told)


def test_with_a_door_in_the_web_it_says_where_to_read_on():
    kim = at("mobbing.recht", Audience.GUARDIAN)
    kim.talk.k = replace(kim.talk.k, operator={"web": "https://lotse.example"})
    assert "Mehr dazu: https://lotse.example" in passed_on(kim)


# ── Stand ───────────────────────────────────────────────────────────────────────────────────────


def test_a_request_keeps_the_state_that_its_visitor_had_read():
    talk, kim, ole, _ = offices()
    before = talk.k.version
    sending(kim.starts())
    assert f"Stand der Inhalte: {before}" in ole.text
    talk.k = replace(talk.k, version="neu")
    talk.later(minutes=1)
    assert kim.request.content == before


def test_the_card_to_take_along_says_its_state():
    kim = at("mitnehmen.karte", district="halle", school="ST-33")
    assert f"Stand der Inhalte: {knowledge().version}" in kim.text


# ── Who does what ───────────────────────────────────────────────────────────────────────────────

WHO = (
    "Klassenleitung", "Schulleitung", "Schulsozialarbeit", "Netzwerkstelle", "Jugendamt",
    "Schulpsychologie", "Landesschulamt",
)  # fmt: skip
COMPARED = "wer-macht-was"


def test_every_comparison_names_all_seven_with_sources():
    piece = knowledge().tree.topics[COMPARED]
    nodes = [node for node in piece.nodes.values() if isinstance(node, Node)]
    assert len(nodes) >= 7
    for node in nodes:
        assert node.sources
        for words in node.say.variants():
            assert all(who in words for who in WHO), node.ref


@pytest.mark.parametrize("topic", [t.id for t in knowledge().tree.subjects()])
def test_from_each_topic_the_comparison_of_its_concern_is_shown(topic: str):
    tree = knowledge().tree
    audience = next(iter(sorted(tree.topics[topic].audiences)))
    gate = tree.nodes[f"{COMPARED}.anliegen"]
    wanted = gate.to.get(topic, gate.to["other"])
    kim = at(tree.topics[topic].start, audience).pushes(Open(COMPARED))
    assert stands(kim, wanted)
    kim.taps("Weiter")
    assert stands(kim, tree.topics[topic].start)


def test_concerns_differ_and_the_card_leads_there_too():
    kim = at("schulverweigerung.lange", district="halle", school="ST-33")
    kim.pushes(Open("mitnehmen")).taps("Wer macht was?")
    assert stands(kim, f"{COMPARED}.fehlen")
    kim.taps("Alle auf einen Blick")
    assert stands(kim, f"{COMPARED}.allgemein")
    assert "Karte" in kim.taps("Weiter").text


def test_without_a_topic_the_general_one_is_shown():
    kim = at("eingang.worum").pushes(Open(COMPARED))
    assert stands(kim, f"{COMPARED}.allgemein")


def test_a_tree_without_the_comparison_goes_without_it():
    kim = at("mobbing.klasse")
    tree = kim.talk.k.tree
    topics = {name: topic for name, topic in tree.topics.items() if name != COMPARED}
    kim.talk.k = replace(kim.talk.k, tree=replace(tree, topics=topics))
    kim.pushes(Move.HELPED).taps("Nein, eher nicht")
    assert kim.labels[-1] == "Wer kann helfen?"
    assert "Wer macht was?" not in kim.labels
