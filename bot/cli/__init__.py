"""The command ``lotse``: each command a few lines; what it does stands elsewhere.

A command is imported when it is asked for: those of editors are typed often and need no network.
Exit codes: 0 done, 1 something needs a person, 2 usage or settings.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

COMMANDS: Final[Mapping[str, str]] = {
    "run": "running",
    "demo": "running",
    "chat": "running",
    "check": "checking",
    "route": "knowing",
    "proof": "knowing",
    "schema": "shaping",
    "walk": "walking",
    "preview": "looking",
    "map": "mapping",
    "diff": "changing",
    "reload": "changing",
    "rollback": "changing",
    "approve": "changing",
    "deadlines": "counting",
    "translations": "translating",
    "invite": "people",
    "members": "people",
    "status": "people",
    "factor": "people",
    "bounce": "people",
    "proposals": "proposals",
    "audit": "auditing",
    "key": "keeping",
    "backup": "keeping",
    "restore": "keeping",
    "resume": "keeping",
    "purge": "keeping",
    "datasheet": "keeping",
    "find-school": "understanding",
    "understand": "understanding",
    "score": "understanding",
}


class Lazily(click.Group):
    """Knows its commands by name and imports the module of the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module = import_module(f"bot.cli.{COMMANDS[cmd_name]}")
            found = (each for each in vars(module).values() if isinstance(each, click.Command))
            for command in found:
                if COMMANDS.get(command.name or "") == COMMANDS[cmd_name]:
                    self.add_command(command)
        return super().get_command(ctx, cmd_name)


@click.group(cls=Lazily, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Schulerfolg-Lotse: von der Frage zur richtigen Stelle."""
