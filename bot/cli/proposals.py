"""What members would change in the directory, and taking it in."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.asking import ask, asked
from bot.cli.house import MOST_SHOWN, Refusal, settings_of, today, worded
from bot.core.check.findings import Finding, Grade
from bot.loading import check as check_knowledge
from bot.loading import load
from bot.loading.editing import changed

TABLE = Path("directory") / "posts.csv"


@click.command()
@click.option("--apply", "taken", metavar="ID", help="In directory/posts.csv eintragen.")
@click.option("--reject", "refused", metavar="ID", help="Nicht übernehmen.")
def proposals(taken: str | None, refused: str | None) -> None:
    """Was Mitglieder am Eintrag ihrer Stelle ändern würden; was Ratsuchende falsch nannten."""
    if taken and refused:
        raise Refusal("Bitte nur eines: --apply oder --reject.", 2)
    if taken:
        write(_proposal(taken), settings_of().knowledge)
    if taken or refused:
        ask({"command": "settle", "id": taken or refused, "accepted": bool(taken)})
    ask({"command": "proposals"})


def _proposal(wanted: str) -> Mapping[str, str]:
    found: list[str] = []
    asked({"command": "proposals", "json": True}, found.append)
    for made in map(json.loads, found):
        if made["id"] == wanted:
            return dict(made)
    raise Refusal(f"Den Vorschlag „{wanted}“ gibt es nicht. Die offenen zeigt: lotse proposals", 2)


def write(made: Mapping[str, str], knowledge: Path) -> None:
    """The cell in the table, all else untouched; refused when the check would then find errors."""
    table = knowledge / TABLE
    new = changed(
        table.read_bytes(), made["post"], {made["field"]: made["value"], "checked_on": made["day"]}
    )
    if new is None:
        raise Refusal(f"In {table} gibt es keine Zeile „{made['post']}“. Bitte erst anlegen.")
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "knowledge"
        shutil.copytree(knowledge, trial)
        (trial / TABLE).write_bytes(new)
        worse = _errors(trial)
    if worse:
        raise Refusal("\n".join(worded(finding) for finding in worse[:MOST_SHOWN]))
    half = table.with_name(table.name + ".part")
    half.write_bytes(new)
    shutil.copymode(table, half)
    os.replace(half, table)  # noqa: PTH105  (as atomic as it says)
    click.echo(f"{table}: {made['post']}, {made['field']}. Gilt nach: lotse reload")


def _errors(folder: Path) -> list[Finding]:
    found = check_knowledge(load(folder), today())
    return [finding for finding in found if finding.grade is Grade.ERROR]
