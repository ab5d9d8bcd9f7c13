"""The knowledge for a command, or every error and the exit code."""

import os
from pathlib import Path

from bot.cache import of_user
from bot.cli.house import MOST_SHOWN, Refusal, today, worded
from bot.core.knowledge import Knowledge
from bot.library import read_folder
from bot.remembered import Memory


def knowledge_of(folder: Path) -> Knowledge:
    """The knowledge, or every finding and exit 1."""
    read = read_folder(folder, today(), Memory(of_user(os.environ)))
    if read.knowledge is None:
        raise Refusal("\n".join(worded(f) for f in read.errors[:MOST_SHOWN]))
    return read.knowledge
