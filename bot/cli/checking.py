"""What is wrong with the knowledge: said again without a second look where nothing changed."""

import json
import os
import sys
from datetime import date
from pathlib import Path

import click

from bot.cache import of_user
from bot.cli.house import settings_of, today, worded
from bot.core.check.findings import Finding, Grade
from bot.core.check.sarif import sarif
from bot.remembered import Memory
from bot.shelf import Shelf, shelf_of


@click.command()
@click.option("--json", "as_list", is_flag=True, help="Als Liste von Befunden.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Für Editoren und Code-Hoster.")
@click.option("--lix", is_flag=True, help="Wie leicht sich jeder Bildschirm liest.")
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
def check(knowledge: Path | None, *, as_list: bool, as_sarif: bool, lix: bool) -> None:
    """Was am Wissen nicht stimmt; Fehler verhindern den Start."""
    folder = knowledge or settings_of().knowledge
    if lix:
        _tell_how_easily_it_reads(folder)
        return
    day, shelf = today(), shelf_of(folder)
    found = Memory(of_user(os.environ)).findings(shelf, day, lambda: _checked(shelf, day))
    if as_sarif:
        click.echo(json.dumps(sarif(found), ensure_ascii=False, indent=1))
    elif as_list:
        click.echo(json.dumps([_as_json(f) for f in found], ensure_ascii=False, indent=1))
    else:
        for finding in found:
            click.echo(worded(finding))
        click.echo(", ".join(f"{sum(f.grade is g for f in found)} {g.value}" for g in Grade))
    sys.exit(1 if any(f.grade is Grade.ERROR for f in found) else 0)


def _checked(shelf: Shelf, day: date) -> tuple[Finding, ...]:
    """Read and checked now; its imports alone take longer than a remembered answer."""
    from bot import loading  # noqa: PLC0415

    return loading.check(loading.read(shelf, learn=False), day)


def _tell_how_easily_it_reads(folder: Path) -> None:
    from bot.core.check.readability import readings  # noqa: PLC0415  (as in _checked)
    from bot.loading import load  # noqa: PLC0415

    for each in sorted(readings(load(folder, learn=False).material.tree), key=lambda r: -r.lix):
        mean = f"{each.words_a_sentence:.0f} Wörter je Satz"
        click.echo(f"LIX {each.lix:.0f}, {mean}: {each.ref} ({each.audience.value})")


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "grade": finding.grade.value,
        "file": finding.file,
        "line": finding.line,
        "id": finding.id,
        "text": finding.text,
        "proposal": finding.proposal,
    }
