"""What the knowledge says, and what is wrong with it."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import click

from bot import commands
from bot.app import now
from bot.cli.house import ask, knowledge_of, settings_of, today, worded
from bot.core.calendar import ZONE
from bot.core.check.findings import Finding, Grade
from bot.core.check.proof import as_json, lines, prove
from bot.core.check.readability import readings
from bot.core.check.sarif import sarif
from bot.core.records import Team
from bot.core.tree import Audience
from bot.loading import check as check_knowledge
from bot.loading import load
from bot.loading.remembered import remembered
from bot.loading.schema import KINDS, schema_of

CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "schulerfolg-lotse"


@click.command()
@click.option("--json", "as_list", is_flag=True, help="Als Liste von Befunden.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Für Editoren und Code-Hoster.")
@click.option("--lix", is_flag=True, help="Wie leicht sich jeder Bildschirm liest.")
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
def check(knowledge: Path | None, *, as_list: bool, as_sarif: bool, lix: bool) -> None:
    """Was am Wissen nicht stimmt; Fehler verhindern den Start."""
    folder = knowledge or settings_of().knowledge
    if lix:
        tree = load(folder, learn=False).material.tree
        for each in sorted(readings(tree), key=lambda r: -r.lix):
            mean = f"{each.words_a_sentence:.0f} Wörter je Satz"
            click.echo(f"LIX {each.lix:.0f}, {mean}: {each.ref} ({each.audience.value})")
        return
    day = today()
    found = remembered(folder, day, CACHE, lambda: check_knowledge(load(folder, learn=False), day))
    if as_sarif:
        click.echo(json.dumps(sarif(found), ensure_ascii=False, indent=1))
    elif as_list:
        click.echo(json.dumps([_as_json(f) for f in found], ensure_ascii=False, indent=1))
    else:
        for finding in found:
            click.echo(worded(finding))
        click.echo(", ".join(f"{sum(f.grade is g for f in found)} {g.value}" for g in Grade))
    sys.exit(1 if any(f.grade is Grade.ERROR for f in found) else 0)


@click.command()
@click.argument("kind", type=click.Choice(KINDS), metavar="ART")
def schema(kind: str) -> None:
    """Ein JSON-Schema für Editoren. ART: tree, texts, names oder languages."""
    click.echo(json.dumps(schema_of(kind), ensure_ascii=False, indent=1))


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "grade": finding.grade.value,
        "file": finding.file,
        "line": finding.line,
        "id": finding.id,
        "text": finding.text,
        "proposal": finding.proposal,
    }


def berlin(_context: object, _option: object, value: str | None) -> datetime | None:
    """An instant; without offset it is Europe/Berlin."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("zum Beispiel 2026-11-24T22:04") from None
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


@click.command()
@click.option("--school", required=True, help="Zum Beispiel ST-80.")
@click.option("--audience", required=True, type=click.Choice([a.value for a in Audience]))
@click.option("--topic", required=True, help="Zum Beispiel mobbing.")
@click.option("--at", callback=berlin, help="Zum Beispiel 2026-11-24T22:04.")
@click.option("--all-live", is_flag=True, help="Als wären alle Stellen live, 8 bis 15 Uhr.")
@click.option("--json", "as_object", is_flag=True)
def route(  # noqa: PLR0913  (a command has its options)
    school: str, audience: str, topic: str, at: datetime | None, *, all_live: bool, as_object: bool
) -> None:
    """Wer für eine Schule gefragt wird, in welcher Reihenfolge und warum."""
    settings = settings_of()
    arguments = {
        "command": "route",
        "school": school,
        "audience": audience,
        "topic": topic,
        "at": (at or now()).isoformat(),
        "all_live": all_live,
        "json": as_object,
    }
    if settings.key is not None and settings.database.exists():
        ask(arguments)  # who has joined stands in the store
    code, said = commands.routed(knowledge_of(settings.knowledge), Team(), arguments)
    for line in said:
        click.echo(line, err=code != 0)
    sys.exit(code)


@click.command()
@click.option("--json", "as_object", is_flag=True)
def proof(*, as_object: bool) -> None:
    """Was für jede Schule, Person und Stunde wirklich gezeigt wird."""
    knowledge = knowledge_of(settings_of().knowledge)
    found = prove(knowledge.directory, knowledge.calendar, Team(), reference=today())
    if as_object:
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=1))
    else:
        for line in lines(found):
            click.echo(line)
    sys.exit(1 if found.faults else 0)
