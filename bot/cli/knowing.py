"""Who would be asked, for a school and for all of them."""

import json
import sys
from datetime import datetime

import click

from bot import commands
from bot.app import now
from bot.cli.asking import ask
from bot.cli.house import settings_of, today
from bot.cli.reading import knowledge_of
from bot.core.calendar import ZONE
from bot.core.check.proof import as_json, lines, prove
from bot.core.records import Team
from bot.core.tree import Audience


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
