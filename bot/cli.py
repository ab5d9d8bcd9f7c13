"""The command ``lotse``: each command a few lines; what it does stands elsewhere.

Exit codes: 0 done, 1 something needs a person, 2 usage or settings.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, NoReturn

import click
import uvloop

from bot import commands, demo, doors, understanding_cli
from bot.app import App, now, with_operator
from bot.channels.telegram import TokenRejected
from bot.channels.web import OriginFault
from bot.core.calendar import ZONE, local
from bot.core.check.findings import Finding, Grade
from bot.core.check.proof import as_json, lines, prove
from bot.core.knowledge import Knowledge
from bot.core.records import Role, Team
from bot.core.tree import Audience
from bot.loading import check as check_knowledge
from bot.loading import load
from bot.scenario import ScenarioFault
from bot.settings import Settings, SettingsFault, read
from bot.store import Keys, Store, StoreError, control, new_key, restore

MOST_SHOWN = 50  # findings printed by a command that only refuses because of them


class Refusal(click.ClickException):
    """A sentence for the operator, and the exit code."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.__dict__["exit_code"] = exit_code  # click declares it for the class

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file or sys.stderr, err=file is None)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Schulerfolg-Lotse: von der Frage zur richtigen Stelle."""


# ── What every command needs ────────────────────────────────────────────────────────────────────


def settings_of(*, run: bool = False) -> Settings:
    try:
        return read(os.environ, Path(".env"), run=run)
    except SettingsFault as fault:
        raise Refusal("\n".join(fault.faults), 2) from None


def knowledge_of(folder: Path) -> Knowledge:
    """The knowledge, or every finding and exit 1."""
    loaded = load(folder)
    errors = [f for f in check_knowledge(loaded, today()) if f.grade is Grade.ERROR]
    if loaded.knowledge is None or errors:
        raise Refusal("\n".join(worded(f) for f in errors[:MOST_SHOWN]))
    return loaded.knowledge


def today() -> date:
    return local(now()).date()


def worded(finding: Finding) -> str:
    proposal = f" {finding.proposal}" if finding.proposal else ""
    return f"{finding.grade.value}: {finding.file}:{finding.line}: {finding.text}{proposal}"


def keys_of(settings: Settings) -> Keys:
    if settings.key is None:
        raise Refusal("LOTSE_KEY fehlt. Einen neuen Schlüssel macht: lotse key new", 2)
    try:
        return Keys.parse(settings.key)
    except StoreError as fault:
        raise Refusal(str(fault), 2) from None


def ask(arguments: Mapping[str, object]) -> NoReturn:
    """Give a command to the running process, or do it alone with the database's lock."""
    settings = settings_of()
    try:
        code = control.ask(
            settings.database,
            arguments,
            lambda line: click.echo(line.get("line") or line.get("error")),
        )
        if code is None:
            code = asyncio.run(alone(settings, arguments))
    except OriginFault as fault:
        raise Refusal(f"LOTSE_WEB_ORIGIN: {fault}", 2) from None
    except (StoreError, TokenRejected) as fault:
        raise Refusal(str(fault)) from None
    sys.exit(code)


async def alone(settings: Settings, arguments: Mapping[str, object]) -> int:
    keys, knowledge = keys_of(settings), knowledge_of(settings.knowledge)
    store = await Store.open(settings.database, keys)
    try:
        app = App(with_operator(knowledge, settings.operator), store, ())
        async with doors.looking(settings, knowledge) as open_doors:
            return await commands.perform(app, open_doors, arguments, _echo)
    finally:
        await store.close()


async def _echo(line: str) -> None:
    click.echo(line)


# ── Running ─────────────────────────────────────────────────────────────────────────────────────


@main.command()
def run() -> None:
    """Der Bot: hört, antwortet, verliert nichts."""
    settings = settings_of(run=True)
    keys, knowledge = keys_of(settings), knowledge_of(settings.knowledge)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            sys.exit(runner.run(doors.serve(settings, keys, knowledge)))
    except OriginFault as fault:
        raise Refusal(f"LOTSE_WEB_ORIGIN: {fault}", 2) from None
    except (StoreError, TokenRejected) as fault:
        raise Refusal(str(fault)) from None


@main.command(name="demo")
def demo_command() -> None:
    """Zum Ausprobieren: eigener Schlüssel, eigene Datenbank, Demo-Personen, dieses Terminal."""
    sys.exit(asyncio.run(demo.play(knowledge_of(settings_of().knowledge), staffed=True)))


@main.command()
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


# ── Knowledge ───────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.option("--json", "as_list", is_flag=True, help="Als Liste von Befunden.")
@click.option("--knowledge", type=click.Path(path_type=Path), help="Ein anderer Ordner.")
def check(knowledge: Path | None, *, as_list: bool) -> None:
    """Was am Wissen nicht stimmt; Fehler verhindern den Start."""
    folder = knowledge or settings_of().knowledge
    found = check_knowledge(load(folder), today())
    if as_list:
        click.echo(json.dumps([_as_json(f) for f in found], ensure_ascii=False, indent=1))
    else:
        for finding in found:
            click.echo(worded(finding))
        click.echo(", ".join(f"{sum(f.grade is g for f in found)} {g.value}" for g in Grade))
    sys.exit(1 if any(f.grade is Grade.ERROR for f in found) else 0)


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "grade": finding.grade.value,
        "file": finding.file,
        "line": finding.line,
        "id": finding.id,
        "text": finding.text,
        "proposal": finding.proposal,
    }


def berlin(_context: object, _option: object, value: str | None) -> datetime | None:
    """An instant; without offset it is Europe/Berlin."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("zum Beispiel 2026-11-24T22:04") from None
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


@main.command()
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


@main.command()
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


# ── People ──────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.option("--role", required=True, type=click.Choice([r.value for r in Role]))
@click.option("--post", help="Zum Beispiel netzwerkstelle-halle.")
@click.option("--district", help="Zum Beispiel halle.")
@click.option("--name", help="Wie Kolleginnen und Kollegen die Person lesen.")
def invite(role: str, post: str | None, district: str | None, name: str | None) -> None:
    """Ein Einladungslink: gilt einmal, 72 Stunden, für diese Rolle und Stelle."""
    ask({"command": "invite", "role": role, "post": post, "district": district, "name": name})


@main.command()
def members() -> None:
    """Wer mitarbeitet, an welcher Stelle, seit wann."""
    ask({"command": "members"})


@main.command()
def status() -> None:
    """Zahlen, Überfälliges, Stellen, Profil; Ende mit 1, wenn ein Mensch hinsehen muss."""
    ask({"command": "status"})


# ── Keeping ─────────────────────────────────────────────────────────────────────────────────────


@main.group()
def key() -> None:
    """Der Hauptschlüssel."""


@key.command(name="new")
def key_new() -> None:
    """Einen neuen Schlüssel zeigen; er wird nirgends gespeichert."""
    click.echo(f"LOTSE_KEY={new_key()}")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Eine geprüfte Sicherung, auch während der Bot läuft."""
    ask({"command": "backup", "file": str(file.absolute())})


@main.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def restore_command(file: Path) -> None:
    """Eine Sicherung zurückholen; gesendet wird erst nach: lotse resume."""
    settings = settings_of()
    try:
        found = restore(file, settings.database, keys_of(settings))
    except StoreError as fault:
        raise Refusal(str(fault)) from None
    click.echo(
        f"Zurückgeholt: {found.conversations} Gespräche, {found.open_requests} offene Anfragen. "
        "Gesendet wird erst nach: lotse resume"
    )
    if found.before is not None:
        click.echo(f"Die vorherige Datenbank liegt jetzt hier: {found.before}")


@main.command()
@click.option("--send", "confirmed", is_flag=True, help="Alte Nachrichten senden.")
@click.option("--one-text", is_flag=True, help="Statt alter Nachrichten ein ehrlicher Satz.")
def resume(*, confirmed: bool, one_text: bool) -> None:
    """Nach dem Zurückholen: erst zeigen, was überfällig ist, dann weitermachen."""
    ask({"command": "resume", "confirmed": confirmed or one_text, "one_text": one_text})


understanding_cli.register(main, lambda: knowledge_of(settings_of().knowledge))
