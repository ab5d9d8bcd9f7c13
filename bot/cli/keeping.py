"""The key, backups, and what is kept for how long."""

from pathlib import Path

import click

from bot import datasheet
from bot.cli.asking import ask, keys_of
from bot.cli.house import Refusal, settings_of
from bot.cli.reading import knowledge_of
from bot.store import StoreError, new_key, restore


@click.group()
def key() -> None:
    """Der Hauptschlüssel."""


@key.command(name="new")
def key_new() -> None:
    """Einen neuen Schlüssel zeigen; er wird nirgends gespeichert."""
    click.echo(f"LOTSE_KEY={new_key()}")


@key.command(name="rotate")
def key_rotate() -> None:
    """Alles mit dem ersten Schlüssel von LOTSE_KEY verschließen, auch während der Bot läuft."""
    keys = keys_of(settings_of())
    older = [kid for kid in keys.masters if kid != keys.newest]
    ask({"command": "key-rotate", "newest": keys.newest, "older": older})


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Eine geprüfte Sicherung, auch während der Bot läuft."""
    ask({"command": "backup", "file": str(file.absolute())})


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--without-words", is_flag=True, help="Ohne die Datei .keys: kein Text kommt zurück.")
def restore_command(file: Path, *, without_words: bool) -> None:
    """Eine Sicherung zurückholen; gesendet wird erst nach: lotse resume."""
    settings = settings_of()
    try:
        found = restore(file, settings.database, keys_of(settings), words=not without_words)
    except StoreError as fault:
        raise Refusal(str(fault)) from None
    click.echo(
        f"Zurückgeholt: {found.conversations} Gespräche, {found.open_requests} offene Anfragen. "
        "Gesendet wird erst nach: lotse resume"
    )
    if without_words:
        click.echo(
            "Ohne Texte. Was nach der Sicherung gelöscht wurde, ist wieder da; "
            "was seine Zeit hatte, geht mit: lotse purge"
        )
    if found.before is not None:
        click.echo(f"Die vorherige Datenbank liegt jetzt hier: {found.before}")


@click.command()
@click.option("--send", "confirmed", is_flag=True, help="Alte Nachrichten senden.")
@click.option("--one-text", is_flag=True, help="Statt alter Nachrichten ein ehrlicher Satz.")
def resume(*, confirmed: bool, one_text: bool) -> None:
    """Nach dem Zurückholen: erst zeigen, was überfällig ist, dann weitermachen."""
    ask({"command": "resume", "confirmed": confirmed or one_text, "one_text": one_text})


@click.command()
@click.option("--dry-run", is_flag=True, help="Nur zählen.")
def purge(*, dry_run: bool) -> None:
    """Was seine Zeit hatte, nach Art und Zahl; ohne --dry-run ist es danach weg."""
    ask({"command": "purge", "dry": dry_run})


@click.command(name="datasheet")
@click.option("--carrier", help="Auch dieser Träger, zum Beispiel dkjs.")
def datasheet_command(carrier: str | None) -> None:
    """Für die Datenschutzbeauftragte: was gespeichert wird, wozu, wer es sieht, wie lange."""
    settings = settings_of()
    directory = knowledge_of(settings.knowledge).directory
    found = directory.carriers.get(carrier) if carrier else None
    if carrier and found is None:
        raise Refusal(f"Den Träger „{carrier}“ gibt es nicht. Sie stehen in carriers.csv.", 2)
    for line in datasheet.sheet(directory, settings.keep, settings.operator, found):
        click.echo(line)
