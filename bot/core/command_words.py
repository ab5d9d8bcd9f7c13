"""How people spell the commands: German with and without dots, and English."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.core.messages import Command

COMMAND_WORDS: Mapping[str, Command] = MappingProxyType(
    {command.value: command for command in Command}
    | {
        "zurück": Command.BACK,
        "löschen": Command.ERASE,
        "help": Command.HELP,
        "emergency": Command.EMERGENCY,
        "back": Command.BACK,
        "new": Command.NEW,
        "language": Command.LANGUAGE,
        "privacy": Command.PRIVACY,
        "delete": Command.ERASE,
        "stop": Command.END,
        "end": Command.END,
        "requests": Command.DESK,
        "preview": Command.PREVIEW,
        "email": Command.MAIL,
        "e-mail": Command.MAIL,
    }
)


def command_named(word: str) -> Command | None:
    """The command with this name, without its slash; None for any other word."""
    return COMMAND_WORDS.get(word.lower())
