"""Danger in what was typed: help that answers now, for this worry and this person."""

from bot.core.facts import answering, helpline
from bot.core.messages import Screen, Tone
from bot.core.tree import Text
from bot.core.understand.crisis import Danger, Lexicon, danger
from bot.core.view import Sight

PART = 4000  # characters that are read at once …
STEP = 3800  # … each part overlapping the next, so that nothing is cut in two
MOST = 100_000  # characters read at all; no person types more


def feared(text: str, lexicon: Lexicon) -> Danger:
    """What the whole of a text lets one fear, however long it is."""
    parts = (text[at : at + PART] for at in range(0, max(1, min(len(text), MOST)), STEP))
    found = [danger(part, lexicon) for part in parts]
    worries = frozenset[str]().union(*(each.worries for each in found))
    return Danger(max(each.level for each in found), worries)


def help_screen(sight: Sight, head: Text, found: Danger) -> Screen:
    """One calm screen with those who answer now; somebody unknown is addressed as a child."""
    lines = "\n".join(helpline(line) for line in answering(sight, min(found.worries)))
    words = head.pupil if sight.audience is None else head.of(sight.audience)
    return Screen(f"{words}\n\n{lines}", tone=Tone.ALERT)
