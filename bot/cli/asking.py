"""Commands for the running process, or done alone with the database's lock."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

import click

from bot import commands, doors
from bot.app import App, with_operator
from bot.channels.telegram import TokenRejected
from bot.channels.web import OriginFault
from bot.cli.house import Refusal, settings_of
from bot.cli.reading import knowledge_of
from bot.settings import Settings
from bot.store import Keys, Store, StoreError, control


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
