"""The audit: who did what, and whether that was changed since."""

import click

from bot.cli.asking import ask


@click.group()
def audit() -> None:
    """Das Protokoll: wer wann was getan hat, ohne Inhalte."""


@audit.command()
def verify() -> None:
    """Ob eine Zeile geändert wurde oder fehlt; Ende mit 1, wenn ja."""
    ask({"command": "audit verify"})


@audit.command()
@click.option("--last", type=click.IntRange(1), help="So viele Zeilen, sonst 50.")
@click.option("--reasons", is_flag=True, help="Auch die Gründe für einen Blick auf eine Adresse.")
def show(last: int | None, *, reasons: bool) -> None:
    """Die neuesten Zeilen."""
    ask({"command": "audit show", "last": last, "reasons": reasons})
