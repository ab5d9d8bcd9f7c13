"""The shapes of the files, for editors that check while somebody types."""

import json

import click

from bot.loading.schema import KINDS, schema_of


@click.command()
@click.argument("kind", type=click.Choice(KINDS), metavar="ART")
def schema(kind: str) -> None:
    """Ein JSON-Schema für Editoren. ART: tree, texts, names oder languages."""
    click.echo(json.dumps(schema_of(kind), ensure_ascii=False, indent=1))
