"""Walking the whole tree: what nobody can reach, leave or read, and how much is covered."""

import asyncio
import json
import sys
from pathlib import Path

import click

from bot.cli.house import Refusal, settings_of, today, worded
from bot.core.check.count import Coverage, coverage, paths
from bot.core.check.findings import Grade
from bot.core.check.walked import Report, walked
from bot.core.knowledge import Knowledge
from bot.loading import load
from bot.played import seen_in
from bot.scenario import ScenarioFault

SCENARIOS = Path("tests/scenarios")


@click.command()
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
@click.option("--scenarios", type=click.Path(path_type=Path), help="Ordner mit Szenarien.")
@click.option("--json", "as_object", is_flag=True, help="Als ein Objekt.")
def walk(knowledge: Path | None, scenarios: Path | None, *, as_object: bool) -> None:
    """Jeden Weg durch den Baum gehen, für alle, die fragen, in jeder Sprache."""
    loaded = load(knowledge or settings_of().knowledge)
    if loaded.knowledge is None:
        errors = (f for f in loaded.findings if f.grade is Grade.ERROR)
        raise Refusal("\n".join(worded(f) for f in errors))
    played = played_in(loaded.knowledge, scenarios)  # first: a wrong scenario is told at once
    report = walked(loaded.material, loaded.knowledge, today())
    if as_object:
        figures = _figures(loaded.knowledge, report, played)
        click.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        for finding in report.findings:
            click.echo(worded(finding))
        for line in _lines(loaded.knowledge, report, played):
            click.echo(line)
    sys.exit(1 if report.findings else 0)


def played_in(knowledge: Knowledge, folder: Path | None) -> Coverage | None:
    """What the scenarios of a folder show; ``None`` where there are none."""
    folder = folder or SCENARIOS
    if not folder.is_dir():
        return None
    try:
        screens, choices = asyncio.run(seen_in(knowledge, sorted(folder.rglob("*.yaml"))))
    except ScenarioFault as fault:
        raise Refusal(str(fault)) from None
    return coverage(knowledge.tree, screens, choices)


def _lines(knowledge: Knowledge, report: Report, played: Coverage | None) -> list[str]:
    seen = coverage(knowledge.tree, report.screens, report.choices)
    count, whole = paths(knowledge.tree)
    length, where = report.longest
    lines = [
        f"Wege: {'' if whole else 'mehr als '}{count} ohne doppelten Bildschirm",
        f"Zustände: {report.states} in {report.settings} Lagen, {report.steps} Schritte",
        f"Gesehen: {seen.sentence()}",
        f"Gezeigt: {report.shown} Texte, der längste mit {length} Zeichen ({where})",
    ]
    if played is not None:
        lines.append(f"Szenarien: {played.sentence()}")
    return lines


def _figures(knowledge: Knowledge, report: Report, played: Coverage | None) -> dict[str, object]:
    seen = coverage(knowledge.tree, report.screens, report.choices)
    count, whole = paths(knowledge.tree)
    return {
        "paths": count,
        "paths_complete": whole,
        "settings": report.settings,
        "states": report.states,
        "steps": report.steps,
        "screens": seen.screens,
        "choices": seen.choices,
        "unseen": seen.unseen,
        "shown": report.shown,
        "longest": report.longest,
        "scenarios": None
        if played is None
        else {"screens": played.screens, "choices": played.choices, "unseen": played.unseen},
        "findings": [f.sentence() for f in report.findings],
    }
