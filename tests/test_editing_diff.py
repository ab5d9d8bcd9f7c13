"""What changed is said in words, and a changed number with every screen that shows it."""

from pathlib import Path

import pytest
from planted import rewritten, sound

from bot.core.check.compared import Difference, compared
from bot.core.check.material import Material
from bot.loading import load

MOBBING = "tree/mobbing.yaml"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Material, Path]:
    """The material before, and a folder to change."""
    before = load(sound(tmp_path / "before"), learn=False).material
    return before, sound(tmp_path / "after")


def _after(pair: tuple[Material, Path]) -> Difference:
    return compared(pair[0], load(pair[1], learn=False).material)


def test_nothing_changed_is_said(pair):
    assert _after(pair).summary() == "Nichts hat sich geändert"
    assert _after(pair).lines == ()


def test_a_changed_sentence_is_shown_where_it_differs(pair):
    rewritten(pair[1], MOBBING, "und hören Sie zu.", "und hören Sie gut zu, " + "sehr " * 20)
    rewritten(pair[1], MOBBING, "label: Für Eltern", "label: Nur für Eltern")
    found = _after(pair)
    assert found.counts["geänderte Texte"] == 2
    (said,) = [line for line in found.lines if "eltern.say" in line]
    assert said.startswith("Text mobbing.eltern.say: „…uhig, und hören Sie zu.“ → „…")
    assert said.endswith("…“")
    assert "Text mobbing.was_ist_los.label.eltern: „Für Eltern“ → „Nur für Eltern“" in found.lines


def test_new_gone_redirected_and_lost_screens_are_named(pair):
    rewritten(pair[1], MOBBING, "[guardian]}, goto: eltern", "[guardian]}, goto: neu")
    rewritten(pair[1], MOBBING, "  ende:\n", "  neu:\n    say: Neu.\n    draft: yes\n    choices:\n"
              "      - {id: k, label: Weiter, goto: klasse}\n\n  ende:\n")  # fmt: skip
    rewritten(
        pair[1], MOBBING, "      - {id: anderes, label: Ein anderes Thema, goto: eingang}\n", ""
    )
    rewritten(pair[1], "tree/pieces/kontakt.yaml", "nobody: niemand", "nobody: schreiben")
    found = _after(pair)
    assert "Bildschirm mobbing.neu ist neu (Entwurf)" in found.lines
    assert (
        "Weg mobbing.was_ist_los, „eltern“: führte zu mobbing.eltern, führt zu mobbing.neu"
        in found.lines
    )
    assert (
        "Weg mobbing.ende, „anderes“: führte zu eingang.bekannt, führt zu nirgends" in found.lines
    )
    assert found.counts["jetzt unerreichbar"] == 2
    back = compared(load(pair[1], learn=False).material, pair[0])
    assert "Bildschirm mobbing.neu ist gelöscht (Entwurf)" in back.lines
    assert "1 neue" not in back.summary()


def test_calls_and_returns_are_ways_too(pair):
    rewritten(pair[1], MOBBING, "call: kontakt, then: ende}", "call: kontakt, then: klasse}")
    rewritten(pair[1], "tree/pieces/notfall.yaml", "done: true}", "goto: jetzt}")
    lines = _after(pair).lines
    assert (
        "Weg mobbing.klasse, „wer“: führte zu kontakt.erreichbar, dann mobbing.ende, "
        "führt zu kontakt.erreichbar, dann mobbing.klasse"
    ) in lines
    assert "Weg notfall.jetzt, „weiter“: führte zu zurück, führt zu notfall.jetzt" in lines


def test_facts_conditions_and_drafts_are_told(pair):
    rewritten(pair[1], MOBBING, "facts: [helpline.elterntelefon]", "draft: yes")
    rewritten(pair[1], MOBBING, "    only: {audience: [guardian]}\n", "")
    lines = [line for line in _after(pair).lines if line.startswith("Bildschirm mobbing.eltern")]
    assert "Bildschirm mobbing.eltern zeigt: vorher helpline.elterntelefon, jetzt nichts" in lines
    assert "Bildschirm mobbing.eltern ist Entwurf: vorher nein, jetzt ja" in lines
    assert len(lines) == 3


def test_a_changed_number_names_every_screen_that_shows_it(pair):
    rewritten(pair[1], "directory/helplines.csv", "0800 111 0 550", "0800 111 0 551")
    (line,) = _after(pair).lines
    assert line == (
        "Hilfetelefon elterntelefon, Telefon: 0800 111 0 550 → 0800 111 0 551. "
        "Steht auf: familie.anfang, mobbing.eltern, notfall.jetzt"
    )


def test_a_changed_post_names_the_screens_with_contacts(pair):
    rewritten(pair[1], "directory/posts.csv", "0345 2215724; 0345 2215755", "0345 2215724")
    rewritten(pair[1], "directory/posts.csv", ",Koordinierungsstelle,", ",Koordination,")
    coordination, office = _after(pair).lines
    assert "Telefon: 0345 2215724; 0345 2215755 → 0345 2215724" in office
    assert office.endswith("Steht auf: mobbing.klasse, kontakt.niemand")
    assert coordination.startswith("Stelle koordinierungsstelle, Name: Koordinierungsstelle →")


def test_new_and_gone_entries_of_the_directory_are_told(pair):
    path = pair[1] / "directory/helplines.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("elterntelefon,Elt", "eltern-neu,Elt"),
                    encoding="utf-8")  # fmt: skip
    rewritten(pair[1], "tree/pieces/notfall.yaml", "[helplines.now]", "[helpline.telefonseelsorge]")
    rewritten(pair[1], "tree/familie.yaml", "helplines.topic", "helpline.telefonseelsorge")
    lines = _after(pair).lines
    assert "Hilfetelefon elterntelefon ist gelöscht" in lines
    assert "Hilfetelefon eltern-neu ist neu. Steht auf keinem Bildschirm" in lines
