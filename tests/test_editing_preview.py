"""Editors see any screen as somebody else would read it, and drafts; nobody else sees those."""

from dataclasses import replace
from pathlib import Path

import pytest
from planted import TODAY, rewritten, sound
from talk import OFFICE, Talk, knowledge

from bot.core.check.count import coverage
from bot.core.check.walked import walked
from bot.core.messages import Command
from bot.core.records import Role
from bot.core.taps import Move
from bot.core.tree import Audience, Tree
from bot.loading import check, load

PAUSE = "mobbing.ende"


@pytest.fixture
def editor():
    talk = Talk()
    (person,) = talk.staffed(OFFICE, "eva", role=Role.EDITOR)
    return person


def test_an_editor_asks_for_a_screen_and_sees_it_as_a_pupil_would(editor):
    editor.commands(Command.PREVIEW)
    assert "Welcher Bildschirm?" in editor.text
    editor.says("mobbing")
    assert "Schülerin oder Schüler" in editor.text
    first = knowledge().tree.nodes[knowledge().tree.topics["mobbing"].start]
    assert first.say.pupil in editor.text
    assert [c.label.pupil for c in first.choices] == editor.labels[: len(first.choices)]


def test_the_same_screen_is_one_tap_away_as_somebody_else_reads_it(editor):
    editor.commands(Command.PREVIEW).says("mobbing")
    editor.taps("Wie es liest: Lehrkraft oder andere Fachkraft")
    first = knowledge().tree.nodes[knowledge().tree.topics["mobbing"].start]
    assert first.say.teacher in editor.text


def test_choices_lead_on_also_into_pieces_and_back_out_of_them(editor):
    editor.commands(Command.PREVIEW).says("mitnehmen.karte")
    editor.taps("Weiter")
    assert "eingang.bekannt zeigt nichts. Hier entscheidet „audience“" in editor.text
    editor.taps("eingang.worum")
    assert "Vorschau eingang.worum" in editor.text


def test_a_screen_for_others_says_so(editor):
    topics = knowledge().tree.subjects()
    ref = next(topic.start for topic in topics if Audience.PUPIL not in topic.audiences)
    editor.commands(Command.PREVIEW).says(ref)
    assert "ist der Bildschirm nicht gedacht" in editor.text


def test_what_does_not_exist_is_answered_with_what_was_probably_meant(editor):
    editor.commands(Command.PREVIEW).says("mobing")
    assert "Meinten Sie mobbing?" in editor.text
    editor.says("qqqqqqqq").says("verwerfen")
    assert editor.talk.store.team().members[0].asked is None


def test_only_editors_look(editor):
    (worker,) = editor.talk.staffed("netzwerkstelle-magdeburg", "anna")
    worker.commands(Command.PREVIEW)
    assert "nicht zu Ihrer Rolle" in worker.text
    visitor = editor.talk.visitor().starts()
    visitor.commands(Command.PREVIEW)
    assert "Vorschau" not in visitor.text


def test_a_button_of_an_editor_who_is_none_any_more_does_nothing(editor):
    editor.commands(Command.PREVIEW).says("mobbing")
    member = editor.talk.store.team().members[0]
    editor.talk.store.save(replace(member, role=Role.WORKER))
    editor.taps(editor.labels[0])
    assert "mobbing" not in editor.text


def test_a_button_to_a_screen_that_the_authors_took_away_says_so(editor):
    editor.commands(Command.PREVIEW).says("mobbing")
    tree = editor.talk.k.tree
    kept = {ref: node for ref, node in tree.nodes.items() if not ref.startswith("mobbing.")}
    editor.talk.k = replace(editor.talk.k, tree=replace(tree, nodes=kept))
    editor.taps("Wie es liest: Lehrkraft oder andere Fachkraft")
    assert "schon erledigt" in editor.text


# ── Drafts ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def drafted(tmp_path: Path) -> Path:
    folder = sound(tmp_path)
    rewritten(folder, "directory/helplines.csv", "teacher,familie", "teacher,allgemein familie")
    rewritten(folder, "tree/pieces/mitnehmen.yaml", "[card]", "[card, ladder.contacts]")
    rewritten(folder, "tree/mobbing.yaml", "  eltern:\n", "  eltern:\n    draft: yes\n")
    return rewritten(folder, "tree/familie.yaml", "title: Familie", "title: Familie\ndraft: yes")


def test_visitors_are_not_led_to_a_draft_and_the_walk_does_not_miss_it(drafted: Path):
    loaded = load(drafted)
    assert [f.sentence() for f in check(loaded, TODAY)] == []
    report = walked(loaded.material, loaded.knowledge, TODAY)
    assert report.findings == ()
    assert "mobbing.eltern" not in report.screens
    assert not any(ref.startswith("familie.") for ref in report.screens)
    seen = coverage(loaded.knowledge.tree, report.screens, report.choices)
    assert seen.unseen == ()
    assert seen.choices[0] == seen.choices[1]


def test_a_draft_topic_is_no_subject(drafted: Path):
    tree: Tree = load(drafted).knowledge.tree
    assert [topic.id for topic in tree.subjects()] == ["mobbing"]
    assert tree.hidden("familie.anfang")


def test_an_editor_sees_a_draft_and_that_it_is_one(drafted: Path, editor):
    k = knowledge()
    node = k.tree.nodes[PAUSE]
    draft = replace(node, draft=True)
    tree = replace(k.tree, nodes={**k.tree.nodes, PAUSE: draft})
    editor.talk.k = replace(k, tree=tree)
    editor.commands(Command.PREVIEW).says(PAUSE)
    assert "Entwurf mobbing.ende" in editor.text


# ── Overdue ─────────────────────────────────────────────────────────────────────────────────────


def test_a_screen_that_nobody_has_checked_in_time_says_so():
    talk = Talk()
    person = talk.visitor().starts().taps("Schüler:in").says("mobbing")
    assert "Stand: Das sollte" not in person.text
    talk.at = talk.at.replace(year=2028)
    person.pushes(Move.STAY)
    due = talk.k.tree.topics["mobbing"].check_by
    assert f"Stand: Das sollte bis {due.day}.{due.month}.{due.year}" in person.text


def test_every_screen_has_an_owner_and_a_day_to_be_checked():
    tree = knowledge().tree
    assert all(topic.owner and topic.check_by for topic in tree.topics.values())
