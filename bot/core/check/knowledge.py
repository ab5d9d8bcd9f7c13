"""The whole check: every finding about this knowledge on this day."""

from collections.abc import Mapping
from datetime import date

from bot.core.check.approved import approvals
from bot.core.check.dates import dates
from bot.core.check.findings import Finding, in_order
from bot.core.check.graph import graph
from bot.core.check.material import Material
from bot.core.check.posts import posts
from bot.core.check.references import references
from bot.core.check.safety import safety
from bot.core.check.translations import translations
from bot.core.check.typed import typed
from bot.core.check.words import words


def findings(
    material: Material,
    today: date,
    needed: Mapping[str, frozenset[str]],
    in_pieces: frozenset[str],
) -> tuple[Finding, ...]:
    """Errors, warnings and hints in the order of the files.

    ``needed``: key of each text the bot says → its placeholders; ``in_pieces``: the placeholders
    of pieces and the entrance.
    """
    return in_order(
        (
            *graph(material),
            *safety(material),
            *words(material, needed, in_pieces),
            *typed(material),
            *translations(material),
            *references(material),
            *approvals(material),
            *dates(material, today),
            *posts(material, today),
        )
    )
