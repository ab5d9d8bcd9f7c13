"""The command ``lotse``: each command a few lines; what it does stands elsewhere.

Exit codes: 0 done, 1 something needs a person, 2 usage or settings.
"""

import click

from bot.cli import (
    auditing,
    changing,
    counting,
    keeping,
    knowing,
    looking,
    mapping,
    people,
    proposals,
    running,
    translating,
    understanding,
    walking,
)
from bot.cli.house import knowledge_of, settings_of


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Schulerfolg-Lotse: von der Frage zur richtigen Stelle."""


for each in (
    running.run,
    running.demo_command,
    running.chat,
    knowing.check,
    knowing.route,
    knowing.proof,
    knowing.schema,
    walking.walk,
    looking.preview,
    mapping.map_command,
    changing.diff,
    changing.reload,
    changing.rollback,
    changing.approve,
    counting.deadlines,
    translating.translations,
    people.invite,
    people.members,
    people.status,
    people.factor,
    people.bounce,
    proposals.proposals,
    auditing.audit,
    keeping.key,
    keeping.backup,
    keeping.restore_command,
    keeping.resume,
    keeping.purge,
    keeping.datasheet_command,
):
    main.add_command(each)
understanding.register(main, lambda: knowledge_of(settings_of().knowledge))
