"""A way that was turned to another sound screen is seen, because somebody approved the old one."""

import re
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from planted import DELIVERED, TODAY, rewritten, sound

from bot.cli import main
from bot.core.check.approved import signature
from bot.core.check.findings import Finding
from bot.loading import check, load

PARTS = r"goto: [\w-]+|facts: \[[^\]]*\]|only: \{[^}]*\}|then: [\w-]+"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = sound(tmp_path)
    told = CliRunner().invoke(main, ["approve", "--knowledge", str(folder)])
    assert told.exit_code == 0, told.output
    return folder


def _found(folder: Path) -> tuple[Finding, ...]:
    return check(load(folder, learn=False), TODAY)


def test_what_is_as_approved_gives_no_finding(knowledge: Path):
    assert _found(knowledge) == ()


def test_a_turned_way_is_told_with_where_it_led(knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "goto: klasse}", "goto: ende}")
    (finding,) = [f for f in _found(knowledge) if f.id == "approval-missing"]
    assert "vorher „klasse → mobbing.klasse“, jetzt „klasse → mobbing.ende“" in finding.text
    assert finding.file == "knowledge/tree/mobbing.yaml"


def test_new_and_gone_screens_are_told(knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "  ende:\n", "  ende:\n    valid_from: 2026-01-01\n")
    rewritten(knowledge, "tree/mobbing.yaml", "eltern", "familien")
    slugs = [f.id for f in _found(knowledge)]
    assert slugs.count("approval-missing") == 3
    assert slugs.count("approval-gone") == 1


def test_a_file_that_cannot_be_read_is_not_blamed_twice(knowledge: Path):
    rewritten(knowledge, "tree/familie.yaml", "title: Familie", "title Familie")
    assert "approval-gone" not in {f.id for f in _found(knowledge)}


def test_acts_and_pieces_are_part_of_what_was_approved(knowledge: Path):
    nodes = load(knowledge, learn=False).material.tree.nodes
    assert signature(nodes["kontakt.erreichbar"]).startswith("reachable: live → ")
    assert "(send)" in signature(nodes["kontakt.schreiben"])
    assert "ohne Schule" in signature(nodes["mobbing.was_ist_los"])
    assert "fertig → zurück" in signature(nodes["kontakt.niemand"])


def mutated(dice: Random, text: str) -> str:
    """The file with one way, reference or condition removed or turned elsewhere."""
    found = dice.choice(list(re.finditer(PARTS, text)))
    key, _, value = found[0].partition(": ")
    names = re.findall(r"^  ([a-z0-9_-]+):$", text, re.MULTILINE)
    others = [name for name in names if name != value] or ["mobbing"]
    new = {
        "goto": f"goto: {dice.choice(others)}",
        "then": f"then: {dice.choice(others)}",
        "facts": "facts: [helpline.notruf-112]",
        "only": "only: {audience: [teacher]}" if "teacher" not in value else "only: {open: yes}",
    }[key]
    return text[: found.start()] + new + text[found.end() :]


def _mutations(folder: Path, number: int) -> list[str]:
    """So many seeded mutations of the delivered tree; those that nothing found."""
    dice, missed = Random(7), []
    files = [
        f
        for f in sorted((folder / "tree").rglob("*.yaml"))
        if re.search(PARTS, f.read_text("utf-8"))
    ]
    before = set(_found(folder))
    for _ in range(number):
        path = dice.choice(files)
        sane = path.read_text(encoding="utf-8")
        path.write_text(changed := mutated(dice, sane), encoding="utf-8")
        if changed != sane and not set(_found(folder)) - before:
            missed.append(path.name)
        path.write_text(sane, encoding="utf-8")
    return missed


@pytest.mark.parametrize("number", [8, pytest.param(300, marks=pytest.mark.soak)])
def test_any_one_way_fact_or_condition_that_is_turned_is_found(number: int, tmp_path: Path):
    import shutil  # noqa: PLC0415

    folder = Path(shutil.copytree(DELIVERED, tmp_path / "knowledge"))
    CliRunner().invoke(main, ["approve", "--knowledge", str(folder)])
    missed = _mutations(folder, number)
    assert len(missed) <= number * 0.02, missed
