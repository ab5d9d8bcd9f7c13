"""Running the bot, and trying it."""

import asyncio
import sys
from pathlib import Path

import click
import uvloop

from bot import demo, demo_page, doors
from bot.channels.telegram import TokenRejected
from bot.channels.web import OriginFault
from bot.cli.asking import keys_of
from bot.cli.house import MOST_SHOWN, Refusal, settings_of, worded
from bot.cli.reading import knowledge_of
from bot.scenario import ScenarioFault
from bot.store import StoreError


@click.command()
def run() -> None:
    """Der Bot: hört, antwortet, verliert nichts."""
    if sys.flags.dev_mode:  # asyncio would print the arguments of what is slow or never awaited
        raise Refusal("python -X dev: Dann stünden Texte im Protokoll. Bitte ohne starten.", 2)
    settings = settings_of(run=True)
    keys, library = keys_of(settings), doors.library_of(settings)
    read, stepped = library.at_start()
    if read.knowledge is None:
        raise Refusal("\n".join(worded(f) for f in read.errors[:MOST_SHOWN]))
    if stepped is not None:
        click.echo(f"Es gilt Stand {stepped}: Der Ordner ist noch der, der zurückgenommen wurde.")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            serving = doors.serve(settings, keys, read.knowledge, lambda: library.keep(read))
            sys.exit(runner.run(serving))
    except OriginFault as fault:
        raise Refusal(f"LOTSE_WEB_ORIGIN: {fault}", 2) from None
    except (StoreError, TokenRejected) as fault:
        raise Refusal(str(fault)) from None


@click.command(name="demo")
@click.option("--terminal", is_flag=True, help="In diesem Terminal statt im Browser.")
@click.option("--page", is_flag=True, help="Im Browser, auch ohne Tastatur.")
@click.option("--port", default=demo_page.PORT, show_default=True, help="Belegt: ein freier.")
def demo_command(*, terminal: bool, page: bool, port: int) -> None:
    """Zum Ausprobieren: eigener Schlüssel, eigene Datenbank, Demo-Personen, nur auf diesem Rechner.

    Ohne Tastatur (Eingabe aus einer Datei oder Leitung) ist es das Gespräch im Terminal.
    """
    knowledge = knowledge_of(settings_of().knowledge)
    if page or (sys.stdin.isatty() and not terminal):
        sys.exit(asyncio.run(demo_page.play(knowledge, port)))
    sys.exit(asyncio.run(demo.play(knowledge, staffed=True)))


@click.command()
@click.option("--script", type=click.Path(path_type=Path), help="Ein Szenario spielen.")
@click.option(
    "--record", type=click.Path(path_type=Path), help="Das Gespräch als Szenario ablegen."
)
@click.option("--empty", is_flag=True, help="Wie am ersten Tag: Niemand ist beigetreten.")
def chat(script: Path | None, record: Path | None, *, empty: bool) -> None:
    """Besuch und Schreibtisch im Terminal, über die ganze Anwendung."""
    knowledge = knowledge_of(settings_of().knowledge)
    try:
        if script is not None:
            sys.exit(asyncio.run(demo.script(knowledge, script, click.echo)))
        sys.exit(asyncio.run(demo.play(knowledge, staffed=not empty, record=record)))
    except ScenarioFault as fault:
        raise Refusal(str(fault)) from None
