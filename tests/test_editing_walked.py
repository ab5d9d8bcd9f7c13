"""The exhaustive walk sees every screen of sound knowledge and every planted dead end."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from planted import DELIVERED, TODAY, rewritten, sound
from talk import Talk
from talk import knowledge as delivered

from bot.core.check.count import MOST, coverage, paths
from bot.core.check.count import _Counter as Counter
from bot.core.check.paths import Setting, Walker
from bot.core.check.walked import Report, _without_way, settings, walked
from bot.core.check.walked import _Judge as Judge
from bot.core.messages import Button, Screen
from bot.core.records import Team
from bot.core.taps import Act, Move
from bot.core.tree import Audience
from bot.core.view import Sight
from bot.core.walk import replay
from bot.loading import load

MOBBING, CONTACT = "tree/mobbing.yaml", "tree/pieces/kontakt.yaml"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A small tree whose card also says who can be asked, and a line for everybody."""
    folder = sound(tmp_path)
    rewritten(folder, "directory/helplines.csv", "teacher,familie", "teacher,allgemein familie")
    return rewritten(folder, "tree/pieces/mitnehmen.yaml", "[card]", "[card, ladder.contacts]")


def _report(folder: Path, today: date = TODAY) -> Report:
    loaded = load(folder)
    assert loaded.knowledge is not None, loaded.findings
    return walked(loaded.material, loaded.knowledge, today)


def _found(folder: Path) -> set[tuple[str, int, str]]:
    """File, line and kind of every finding."""
    return {(f.file, f.line, f.id) for f in _report(folder).findings}


def test_sound_knowledge_is_walked_without_a_finding(knowledge: Path):
    report = _report(knowledge)
    assert report.findings == ()
    assert report.settings == 2
    assert report.longest[0] > 0


def test_the_delivered_tree_is_seen_whole():
    loaded = load(DELIVERED)
    report = walked(loaded.material, loaded.knowledge, TODAY)
    seen = coverage(loaded.knowledge.tree, report.screens, report.choices)
    assert [f.sentence() for f in report.findings] == []
    assert seen.screens[0] == seen.screens[1] >= 200
    assert seen.choices[0] == seen.choices[1]
    assert "Bildschirmen" in seen.sentence()


def test_conversations_that_wander_stay_within_what_was_walked():
    """The walk lets go of what a state cannot depend on; a real talk shows that it may."""
    k = delivered()
    walk = Walker(Setting(k, Team(), Talk().at)).walk()
    met, dice = 0, Random(7)
    for seed in range(12):
        talk = Talk()
        person = talk.visitor(f"wandering-{seed}").starts()
        for _ in range(25):
            ways = person.last.choices + person.last.ways
            person.pushes(dice.choice([b for b in ways if not isinstance(b.tap, Act)]).tap)
            conversation = person.conversation
            sight = Sight(k, Team(), conversation, talk.at, asked=False)
            here = replay(k.tree, conversation.answers, sight).node.ref
            assert conversation.audience in {s.facts.audience for s in walk.steps if s.ref == here}
            met += 1
    assert met == 300


# ── What is planted is found ────────────────────────────────────────────────────────────────────


def test_a_screen_that_a_condition_empties_is_a_dead_end(knowledge: Path):
    rewritten(knowledge, MOBBING, "label: Karte zum Mitnehmen, call: mitnehmen, then: ende}\n"
              "      - {id: anderes", "label: Karte zum Mitnehmen, only: {open: yes}, "
              "call: mitnehmen, then: ende}\n      - {id: anderes")  # fmt: skip
    rewritten(knowledge, MOBBING, "label: Ein anderes Thema, goto",
              "label: Ein anderes Thema, only: {open: yes}, goto")  # fmt: skip
    report = _report(knowledge)
    assert report.settings == 4  # school hours and the evening, nobody and everybody
    assert {f.id for f in report.findings} == {"walk-dead-end"}


def test_a_choice_that_leads_nowhere_else_is_found(knowledge: Path):
    rewritten(knowledge, MOBBING, "label: Für Eltern, only: {audience: [guardian]}, goto: eltern",
              "label: Für Eltern, only: {audience: [guardian]}, goto: was_ist_los")  # fmt: skip
    assert {slug for _, _, slug in _found(knowledge)} == {"walk-stays", "walk-unseen"}


def test_a_choice_that_nobody_is_offered_is_found(knowledge: Path):
    rewritten(knowledge, MOBBING, "{id: anderes, label: Ein anderes Thema, goto: eingang}",
              "{id: anderes, label: Ein anderes Thema, goto: eingang}\n"
              "      - {id: nie, label: Nie, only: {audience: [pupil]}, goto: eltern}")  # fmt: skip
    assert {slug for _, _, slug in _found(knowledge)} == {"walk-unseen-choice"}


def test_a_screen_without_its_ways_out_is_found(knowledge: Path):
    loaded = load(knowledge)
    judge = Judge(loaded.material)
    node = loaded.knowledge.tree.nodes["mobbing.ende"]
    _without_way(judge, node, Screen("…", ways=(Button("Hilfe jetzt", Move.HELP),)))
    _without_way(judge, node, Screen("…", ways=(Button("Mensch", Move.HUMAN),)))
    assert [finding.id for finding in judge.found] == ["walk-no-way"]


def test_help_that_is_two_taps_away_is_found(knowledge: Path):
    rewritten(knowledge, "tree/pieces/notfall.yaml", "start: jetzt", "start: davor")
    rewritten(knowledge, "tree/pieces/notfall.yaml", "nodes:\n", "nodes:\n  davor:\n"
              "    say: Einen Augenblick.\n    choices:\n"
              "      - {id: weiter, label: Weiter, goto: jetzt}\n")  # fmt: skip
    assert {slug for _, _, slug in _found(knowledge)} == {"walk-no-help"}


def test_a_person_who_is_three_taps_away_is_found(knowledge: Path):
    rewritten(knowledge, CONTACT, "nobody: niemand", "nobody: davor")
    rewritten(knowledge, CONTACT, "  niemand:\n", "  davor:\n    say: Einen Augenblick.\n"
              "    choices:\n      - {id: weiter, label: Weiter, goto: noch}\n\n"
              "  noch:\n    say: Noch einen.\n"
              "    choices:\n      - {id: weiter, label: Weiter, goto: niemand}\n\n"
              "  niemand:\n")  # fmt: skip
    assert {slug for _, _, slug in _found(knowledge)} == {"walk-no-person"}


def test_pieces_that_call_each_other_for_ever_are_found(knowledge: Path):
    rewritten(knowledge, "tree/pieces/mitnehmen.yaml", "- {id: fertig, label: Weiter, done: true}",
              "- {id: fertig, label: Weiter, done: true}\n"
              "      - {id: jetzt, label: Hilfe, call: notfall, then: karte}")  # fmt: skip
    rewritten(knowledge, "tree/pieces/notfall.yaml", "- {id: weiter, label: Weiter, done: true}",
              "- {id: weiter, label: Weiter, done: true}\n"
              "      - {id: karte, label: Karte, call: mitnehmen, then: jetzt}")  # fmt: skip
    assert {slug for _, _, slug in _found(knowledge)} == {"walk-endless"}


def test_a_fact_that_never_shows_anything_is_found(knowledge: Path):
    rewritten(knowledge, MOBBING, "facts: [helpline.elterntelefon]", "facts: [helplines.topic]")
    helplines = knowledge / "directory/helplines.csv"
    rows = helplines.read_text(encoding="utf-8")
    helplines.write_text(rows.replace("mobbing", "schulangst"), encoding="utf-8")
    assert "walk-silent-fact" in {slug for _, _, slug in _found(knowledge)}


def test_a_screen_that_no_message_can_hold_is_found(knowledge: Path):
    lines = " ".join(["Bleiben Sie ruhig, und hören Sie zu."] * 112)
    rewritten(knowledge, MOBBING, "Bleiben Sie ruhig, und hören Sie zu.", lines)
    report = _report(knowledge)
    assert {f.id for f in report.findings} == {"walk-too-long"}
    assert report.longest[0] > 4096


def test_days_and_languages_that_a_condition_names_are_walked(knowledge: Path):
    rewritten(knowledge, MOBBING, "    say: Bleiben",
              "    valid_from: 2026-12-01\n    valid_to: 2026-12-24\n    say: Bleiben")  # fmt: skip
    rewritten(knowledge, MOBBING, "label: Für Eltern, only: {audience: [guardian]}",
              "label: Für Eltern, only: {audience: [guardian], language: [en]}")  # fmt: skip
    loaded = load(knowledge)
    walks = list(settings(loaded.knowledge, TODAY))
    days = {setting.at.date().isoformat() for setting in walks}
    assert {"2026-12-01", "2026-12-24", "2026-12-25"} < days
    assert {setting.language for setting in walks} == {"de", "en"}
    assert _report(knowledge).findings == ()


def test_a_topic_that_asks_for_the_place_is_walked_at_several_places(knowledge: Path):
    rewritten(knowledge, MOBBING, "label: Für Eltern, only: {audience: [guardian]}",
              "label: Für Eltern, only: {audience: [guardian], school_type: [Grundschule]}")  # fmt: skip
    walker = Walker(Setting(load(knowledge).knowledge, Team(), Talk().at))
    assert {school.type for school in walker.schools} == {"Grundschule", "Gymnasium"}
    places = {s.facts.school for s in walker.walk().steps if s.ref == "mobbing.eltern"}
    assert "ST-1" in places


# ── Counting ────────────────────────────────────────────────────────────────────────────────────


def test_ways_are_counted_until_they_leave_and_never_twice_over_a_screen(knowledge: Path):
    tree = load(knowledge).knowledge.tree
    # A pupil: a class with contact, then the end with its card and another topic; or staff, then
    # the same end. Each call is an outcome, and the walk goes on where it comes back.
    assert Counter(tree, "mobbing", Audience.PUPIL).ways("mobbing.was_ist_los", frozenset()) == 6
    total, whole = paths(tree)
    assert whole
    assert total > 6


def test_two_ways_over_the_same_screens_are_counted_once_and_used_twice(knowledge: Path):
    rewritten(knowledge, MOBBING, "- {id: wer, label: Wer kann helfen?, call: kontakt, then: ende}",
              "- {id: wer, label: Wer kann helfen?, call: kontakt, then: ende}\n"
              "      - {id: rat, label: Rat, only: {audience: [guardian]}, goto: eltern}")  # fmt: skip
    rewritten(knowledge, MOBBING, "{id: karte, label: Karte zum Mitnehmen, call: mitnehmen, "
              "then: ende}\n\n", "{id: karte, label: Karte zum Mitnehmen, call: mitnehmen, "
              "then: ende}\n      - {id: klasse, label: Klasse, goto: klasse}\n\n")  # fmt: skip
    tree = load(knowledge).knowledge.tree
    assert (
        Counter(tree, "mobbing", Audience.GUARDIAN).ways("mobbing.was_ist_los", frozenset()) == 15
    )


def test_too_many_ways_are_said_to_be_more(knowledge: Path):
    tree = load(knowledge).knowledge.tree
    counter = Counter(tree, "mobbing", Audience.PUPIL)
    counter.known.update({(str(n), frozenset()): 0 for n in range(MOST)})
    assert counter.ways("mobbing.was_ist_los", frozenset()) == 0


def test_what_was_not_seen_is_named(knowledge: Path):
    tree = load(knowledge).knowledge.tree
    seen = coverage(tree, {"mobbing.ende"}, {("mobbing.ende", "karte"), ("mobbing.weg", "x")})
    assert seen.screens[0] == 1
    assert seen.choices[0] == 1
    assert "mobbing.klasse" in seen.unseen
