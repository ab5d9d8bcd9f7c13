"""Who works here, and what needs a person."""

import sys

import click

from bot.channels.email import returned
from bot.cli.asking import ask
from bot.core.records import Role


@click.command()
@click.option("--role", required=True, type=click.Choice([r.value for r in Role]))
@click.option("--post", help="Zum Beispiel netzwerkstelle-halle.")
@click.option("--district", help="Zum Beispiel halle.")
@click.option("--name", help="Wie Kolleginnen und Kollegen die Person lesen.")
def invite(role: str, post: str | None, district: str | None, name: str | None) -> None:
    """Ein Einladungslink: gilt einmal, 72 Stunden, für diese Rolle und Stelle."""
    ask({"command": "invite", "role": role, "post": post, "district": district, "name": name})


@click.command()
def members() -> None:
    """Wer mitarbeitet, an welcher Stelle, seit wann."""
    ask({"command": "members"})


@click.command()
def status() -> None:
    """Zahlen, Überfälliges, Stellen, Profil; Ende mit 1, wenn ein Mensch hinsehen muss."""
    ask({"command": "status"})


@click.group()
def factor() -> None:
    """Die zweite Anmeldestufe am Schreibtisch."""


@factor.command(name="reset")
@click.argument("who")
def factor_reset(who: str) -> None:
    """Eine verlorene zurücksetzen: Name oder Kennung des Mitglieds."""
    ask({"command": "factor-reset", "who": who})


@click.command()
def bounce() -> None:
    """Eine unzustellbare E-Mail, von der Standardeingabe; der Mailserver leitet sie hierher."""
    found = returned(sys.stdin.buffer.read(BIGGEST))
    if found is None:
        click.echo("Das ist keine Nachricht über eine unzustellbare E-Mail von hier.")
        return
    address, message = found
    ask({"command": "bounce", "address": address, "message": message})


BIGGEST = 1_000_000  # bytes; what is longer is cut, its head is what counts
