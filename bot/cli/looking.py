"""Looking at one screen as a visitor would read it."""

from datetime import datetime
from pathlib import Path

import click

from bot.app import now
from bot.channels import terminal
from bot.cli.house import Refusal, settings_of, worded
from bot.cli.knowing import berlin
from bot.core import editing as core
from bot.core.check.findings import Grade
from bot.core.check.paths import Setting
from bot.core.knowledge import Knowledge
from bot.core.posts import suppose_all_live
from bot.core.records import Team
from bot.core.tree import Audience, Gate
from bot.loading import load


@click.command()
@click.argument("node", metavar="THEMA.BILDSCHIRM")
@click.option("--audience", type=click.Choice([a.value for a in Audience]), default="pupil")
@click.option("--at", callback=berlin, help="Zum Beispiel 2026-11-24T22:04.")
@click.option("--language", default="de", help="Zum Beispiel uk.")
@click.option("--school", default="", help="Zum Beispiel ST-80.")
@click.option("--all-live", is_flag=True, help="Als wären alle Stellen live, 8 bis 15 Uhr.")
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
def preview(  # noqa: PLR0913, PLR0917  (a command has its options)
    node: str,
    audience: str,
    at: datetime | None,
    language: str,
    school: str,
    knowledge: Path | None,
    *,
    all_live: bool,
) -> None:
    """Ein Bildschirm, wie jemand ihn lesen würde; auch Entwürfe."""
    k = _readable(knowledge or settings_of().knowledge)
    if language not in k.languages:
        raise Refusal(f"Die Sprache „{language}“ gibt es nicht: {', '.join(k.languages)}.", 2)
    if school and school.upper() not in k.directory.schools:
        raise Refusal(f"Die Schule „{school}“ gibt es nicht, zum Beispiel ST-80.", 2)
    team = suppose_all_live(k.directory, Team(), offices_only=False) if all_live else Team()
    turn = Setting(k, team, at or now()).turn()
    ref = core.node_called(turn, node)
    if ref is None:
        meant = core.likely(turn, node)
        raise Refusal(f"„{node}“ gibt es nicht.{f' Meinten Sie „{meant}“?' if meant else ''}", 2)
    there = k.tree.nodes[ref]
    if isinstance(there, Gate):
        ways = ", ".join(f"{outcome}: {to}" for outcome, to in there.to.items())
        click.echo(f"{ref} zeigt nichts, hier entscheidet „{there.decide}“: {ways}")
        return
    if there.draft:
        click.echo("── Entwurf: Das sehen nur Redaktion und diese Vorschau.\n")
    click.echo(terminal.encode(core.screen_at(turn, there, Audience(audience), language, school)))


def _readable(folder: Path) -> Knowledge:
    """The knowledge as far as it can be shown: warnings and errors of content do not matter."""
    loaded = load(folder)
    if loaded.knowledge is None:
        errors = (f for f in loaded.findings if f.grade is Grade.ERROR)
        raise Refusal("\n".join(worded(f) for f in errors))
    return loaded.knowledge
