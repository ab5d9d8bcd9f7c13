"""Texts in their shape → texts as values."""

from bot.core.tree import Audience, Text
from bot.loading.shapes import Wording

_ADULTS = (Audience.GUARDIAN, Audience.TEACHER)


def worded(key: str, wording: Wording) -> tuple[Text, frozenset[Audience]]:
    """The text with each missing audience filled in, and the audiences it was written for."""
    given: dict[Audience, str] = {}
    for audience in Audience:
        own = getattr(wording, audience.value)
        adult = wording.adult if audience in _ADULTS else None
        if said := own or adult or wording.every:
            given[audience] = said
    filler = next(iter(given.values()), "")
    pupil, guardian, teacher = (given.get(audience, filler) for audience in Audience)
    return Text(key, pupil, guardian, teacher), frozenset(given)
