"""The deadline walk at the command line: as text, or as a calendar file."""

from datetime import date
from pathlib import Path

import click

from bot.app import now
from bot.calendar_file import calendar_file
from bot.cli.house import settings_of, today
from bot.cli.reading import knowledge_of
from bot.core.absence import steps_text
from bot.core.check.paths import Setting
from bot.core.deadlines import day_said, deadline_walk
from bot.core.records import Team
from bot.core.tree import Audience


def _day(_context: object, _option: object, value: str) -> date:
    found = day_said(value, today())
    if found is None:
        raise click.BadParameter("zum Beispiel 2026-11-23, 23.11. oder gestern")
    return found


@click.command()
@click.argument("first", metavar="TAG", callback=_day)
@click.option("--audience", type=click.Choice(["guardian", "teacher"]), default="teacher")
@click.option("--ics", type=click.Path(path_type=Path), help="Als Kalenderdatei hierhin.")
def deadlines(first: date, audience: str, ics: Path | None) -> None:
    """Die Schritte ab dem ersten unentschuldigten TAG; nichts wird gespeichert."""
    k, who = knowledge_of(settings_of().knowledge), Audience(audience)
    if ics is None:
        click.echo(steps_text(Setting(k, Team(), now()).turn(), who, first))
        return
    steps = deadline_walk(k.directory.deadlines, first, who, k.calendar)
    ics.write_bytes(calendar_file(steps, first, now(), k.version))
    click.echo(f"Die datierten Schritte stehen in {ics}.")
