"""What every command needs: the settings, the knowledge, the key, the running house."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any, NoReturn

import click

from bot import commands, doors
from bot.app import App, now, with_operator
from bot.channels.telegram import TokenRejected
from bot.channels.web import OriginFault
from bot.core.calendar import local
from bot.core.check.findings import Finding, Grade
from bot.core.knowledge import Knowledge
from bot.loading import check as check_knowledge
from bot.loading import load
from bot.settings import Settings, SettingsFault, read
from bot.store import Keys, Store, StoreError, control

MOST_SHOWN = 50  # findings printed by a command that only refuses because of them


class Refusal(click.ClickException):
    """A sentence for the operator, and the exit code."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.__dict__["exit_code"] = exit_code  # click declares it for the class

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file or sys.stderr, err=file is None)


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
    """Give a command to the running process, or do it alone; ends with its exit code."""
    sys.exit(asked(arguments, click.echo))


def asked(arguments: Mapping[str, object], hear: Callable[[str], None]) -> int:
    """Give a command to the running process, or do it alone with the database's lock."""
    settings = settings_of()
    try:
        code = control.ask(
            settings.database,
            arguments,
            lambda line: hear(str(line.get("line") or line.get("error"))),
        )
        if code is None:
            code = asyncio.run(alone(settings, arguments, hear))
    except OriginFault as fault:
        raise Refusal(f"LOTSE_WEB_ORIGIN: {fault}", 2) from None
    except (StoreError, TokenRejected) as fault:
        raise Refusal(str(fault)) from None
    return code


async def alone(
    settings: Settings, arguments: Mapping[str, object], hear: Callable[[str], None]
) -> int:
    keys, knowledge = keys_of(settings), knowledge_of(settings.knowledge)

    async def line(text: str) -> None:
        hear(text)

    store = await Store.open(settings.database, keys)
    try:
        app = App(with_operator(knowledge, settings.operator, settings.keep), store, ())
        async with doors.looking(settings, knowledge) as open_doors:
            return await commands.perform(app, open_doors, arguments, line)
    finally:
        await store.close()
