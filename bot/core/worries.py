"""Danger in what was typed: help that answers now, for this worry and this person."""

from bot.core.facts import answering, helplines
from bot.core.messages import Screen, Tone
from bot.core.tree import Text
from bot.core.understand.crisis import Danger
from bot.core.understand.text import word_set, words
from bot.core.view import Sight

_OTHERS = word_set(
    "freund freundin freundinnen kumpel kumpels bruder schwester geschwister mitschueler"
    " mitschuelerin schueler schuelerin schuelerinnen sohn tochter kind enkel enkelin junge"
    " maedchen cousin cousine nachbarskind banknachbarin banknachbar jemand sie er ihm ihr friend"
)
_ONESELF = word_set("mich myself")


def of_another(text: str) -> bool:
    """Whether it seems to tell of somebody else; in doubt it is about whoever writes."""
    said = set(words(text))
    return not said.isdisjoint(_OTHERS) and said.isdisjoint(_ONESELF)


def help_screen(sight: Sight, head: Text, found: Danger, who_reads: str = "") -> Screen:
    """One calm screen with those who answer now; somebody unknown is addressed as a child."""
    lines = helplines(sight, answering(sight, min(found.worries)))
    said = head.pupil if sight.audience is None else head.of(sight.audience)
    parts = (said, who_reads, lines)
    return Screen("\n\n".join(part for part in parts if part), tone=Tone.ALERT)
