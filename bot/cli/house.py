"""What every command needs at once: the settings, the day, and how to say no."""

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import click

from bot.core.check.findings import Finding
from bot.core.hours import ZONE
from bot.settings import Settings, SettingsFault, read

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


def today() -> date:
    return datetime.now(UTC).astimezone(ZONE).date()


def worded(finding: Finding) -> str:
    proposal = f" {finding.proposal}" if finding.proposal else ""
    return f"{finding.grade.value}: {finding.file}:{finding.line}: {finding.text}{proposal}"
