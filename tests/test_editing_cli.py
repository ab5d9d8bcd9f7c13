"""The commands of an editor, as an editor calls them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from planted import DELIVERED, rewritten, sound

from bot.cli import main


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A small tree without a finding of the walk."""
    folder = sound(tmp_path)
    rewritten(folder, "directory/helplines.csv", "teacher,familie", "teacher,allgemein familie")
    return rewritten(folder, "tree/pieces/mitnehmen.yaml", "[card]", "[card, ladder.contacts]")


def lotse(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def scenario(folder: Path, heard: str) -> Path:
    """A folder with one talk, in which a pupil names the topic and the bot says ``heard``."""
    folder = folder / "played"
    folder.mkdir()
    (folder / "mobbing.yaml").write_text(
        'world: {at: "2026-11-24 10:00", audience: pupil}\n'
        f'talk:\n  - pupil: mobbing\n  - bot: {{contains: "{heard}"}}\n',
        encoding="utf-8",
    )
    return folder


# ── walk ────────────────────────────────────────────────────────────────────────────────────────


def test_walk_counts_ways_and_coverage_and_ends_well(knowledge: Path, tmp_path: Path):
    told = lotse("walk", "--knowledge", knowledge, "--scenarios", tmp_path / "none")
    assert told.exit_code == 0, told.output
    assert "Gesehen: 13 von 13 Bildschirmen" in told.output
    assert "Wege: " in told.output
    assert "Szenarien" not in told.output


def test_walk_says_what_is_wrong_where_and_ends_with_one(knowledge: Path, tmp_path: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "[guardian]}, goto: eltern",
              "[guardian]}, goto: was_ist_los")  # fmt: skip
    empty = tmp_path / "scenarios"
    empty.mkdir()
    told = lotse("walk", "--knowledge", knowledge, "--scenarios", empty)
    assert told.exit_code == 1
    assert (
        "error: knowledge/tree/mobbing.yaml:26: Die Auswahl „eltern“ führt auf den" in told.output
    )
    assert "Szenarien: 0 von 13" in told.output


def test_walk_refuses_what_cannot_be_loaded(knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    told = lotse("walk", "--knowledge", knowledge)
    assert told.exit_code == 1
    assert "Meinten Sie „klasse“?" in told.output


def test_walk_plays_the_scenarios_beside_it(knowledge: Path, tmp_path: Path):
    played = scenario(tmp_path, "Was passt bei dir am besten?")
    told = lotse("walk", "--knowledge", knowledge, "--scenarios", played, "--json")
    assert told.exit_code == 0, told.output
    figures = json.loads(told.output)
    assert figures["findings"] == []
    assert figures["screens"] == [13, 13]
    assert 0 < figures["scenarios"]["screens"][0] < figures["screens"][0]


def test_walk_says_when_a_scenario_goes_another_way(knowledge: Path, tmp_path: Path):
    played = scenario(tmp_path, "Nie gesagt")
    told = lotse("walk", "--knowledge", knowledge, "--scenarios", played)
    assert told.exit_code == 1
    assert "„Nie gesagt“ steht nicht da" in told.output


# ── preview ─────────────────────────────────────────────────────────────────────────────────────


def test_preview_shows_a_screen_as_the_terminal_would():
    told = lotse("preview", "kontakt.niemand", "--knowledge", DELIVERED, "--audience", "guardian",
                 "--school", "st-80", "--at", "2026-11-24T22:04", "--language", "uk")  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "noch niemand antworten" in told.output
    assert "  1 · Wer antwortet jetzt?" in told.output
    assert "[Hilfe jetzt]" in told.output


def test_preview_shows_who_would_read_it_if_everybody_had_joined():
    told = lotse("preview", "kontakt.wer_liest", "--knowledge", DELIVERED, "--all-live",
                 "--school", "ST-80")  # fmt: skip
    assert "Deine Nachricht liest: " in told.output


def test_preview_says_of_a_gate_what_it_decides_and_of_a_draft_that_it_is_one(knowledge: Path):
    told = lotse("preview", "kontakt", "--knowledge", knowledge)
    assert "hier entscheidet „reachable“" in told.output
    rewritten(knowledge, "tree/mobbing.yaml", "  eltern:\n", "  eltern:\n    draft: yes\n")
    told = lotse("preview", "mobbing.eltern", "--knowledge", knowledge, "--audience", "guardian")
    assert "Entwurf" in told.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mobing",), "Meinten Sie „mobbing“?"),
        (("mobbing", "--language", "tlh"), "Die Sprache „tlh“ gibt es nicht: de"),
        (("mobbing", "--school", "ST-0"), "Die Schule „ST-0“ gibt es nicht"),
    ],
)
def test_preview_refuses_what_does_not_exist(words: tuple[str, ...], said: str, knowledge: Path):
    told = lotse("preview", *words, "--knowledge", knowledge)
    assert told.exit_code == 2
    assert said in told.output


def test_preview_refuses_what_cannot_be_loaded(knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    assert lotse("preview", "mobbing", "--knowledge", knowledge).exit_code == 1
