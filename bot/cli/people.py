"""Who works here, and what needs a person."""

import click

from bot.cli.house import ask
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
